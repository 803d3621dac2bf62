package schema

import (
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/dropgate/dropgate/analyzer/catalog"
	"github.com/dropgate/dropgate/analyzer/op"
)

// Mermaid writes the sets as one entity diagram.
//
// Mermaid's grammar has no escapes: a name in quotes ends at the next quote, a percent
// sign begins a comment or a directive, and pk is a marker even where a column is
// called so. So names keep letters, digits and a few more; anything else becomes an
// underscore.
func Mermaid(w io.Writer, sets []Set) error {
	d := &diagram{ids: map[string]string{}, taken: map[string]bool{}}
	d.WriteString("erDiagram\n")
	for _, set := range sets {
		fmt.Fprintf(d, "  %%%% %s\n", label(set.Path+" - "+completeness(set.Schema)))
	}
	for _, set := range sets {
		d.prefix = ""
		if len(sets) > 1 {
			d.prefix = set.Path + "."
		}
		for i := range set.Tables {
			d.entity(&set.Tables[i])
		}
		for i := range set.Tables {
			d.relationships(&set.Tables[i])
		}
	}
	_, err := io.WriteString(w, d.String())
	return err
}

type diagram struct {
	strings.Builder
	prefix string            // of the set
	ids    map[string]string // by set and name
	taken  map[string]bool
}

// id returns what stands for a table, given as SQL names it, and for no other one.
func (d *diagram) id(name string) string {
	key := d.prefix + name
	if id := d.ids[key]; id != "" {
		return id
	}
	schema, table := parts(name)
	if schema != "" && schema != "public" {
		table = schema + "." + table
	}
	clean := entityName(d.prefix + table)
	id := clean
	for n := 2; d.taken[id]; n++ {
		id = clean + "_" + strconv.Itoa(n)
	}
	d.ids[key], d.taken[id] = id, true
	return id
}

func (d *diagram) entity(t *catalog.TableInfo) {
	id := d.id(dotted(t.Schema, t.Name))
	if t.Doubtful {
		fmt.Fprintf(d, "  %%%% %s may not be there\n", id)
	}
	if !t.Complete {
		fmt.Fprintf(d, "  %%%% not all columns of %s are known\n", id)
	}
	if len(t.Columns) == 0 {
		fmt.Fprintf(d, "  \"%s\"\n", id)
		return
	}
	fmt.Fprintf(d, "  \"%s\" {\n", id)
	for _, c := range t.Columns {
		line := "    " + typeName(c.Type) + " " + attribute(c.Name)
		if markers := markersOf(t, c.Name); len(markers) > 0 {
			line += " " + strings.Join(markers, ", ")
		}
		if shown := attribute(c.Name); shown != c.Name {
			line += ` "` + label(c.Name) + `"`
		}
		d.WriteString(line + "\n")
	}
	d.WriteString("  }\n")
}

// markersOf returns PK, FK and UK for a column. A unique key of several columns makes
// none of them unique.
func markersOf(t *catalog.TableInfo, column string) []string {
	var primary, foreign, unique bool
	for _, k := range t.Constraints {
		if !slices.Contains(k.Columns, column) {
			continue
		}
		primary = primary || k.Kind == op.PrimaryKey
		foreign = foreign || k.Kind == op.ForeignKey
		unique = unique || k.Kind == op.Unique && len(k.Columns) == 1
	}
	for _, x := range t.Indexes {
		unique = unique || x.Unique && x.Where == "" && slices.Equal(plainColumns(t, x), []string{column})
	}
	var all []string
	for i, is := range []bool{primary, foreign, unique && !primary} {
		if is {
			all = append(all, [...]string{"PK", "FK", "UK"}[i])
		}
	}
	return all
}

// relationships draws a table's foreign keys: to one row, or to none if a column may
// be NULL; from any number of rows, or from at most one if the columns are a key.
func (d *diagram) relationships(t *catalog.TableInfo) {
	for _, k := range t.Constraints {
		if k.Kind != op.ForeignKey || k.References == "" {
			continue
		}
		one, many := "||", "o{"
		for _, name := range k.Columns {
			if c := columnOf(t, name); c == nil || !c.NotNull {
				one = "|o"
			}
		}
		if keyed(t, k.Columns) {
			many = "o|"
		}
		fmt.Fprintf(d, "  \"%s\" %s--%s \"%s\" : \"%s\"\n", d.id(k.References), one, many, d.id(dotted(t.Schema, t.Name)), label(strings.Join(k.Columns, ", ")))
	}
}

// keyed reports whether no two rows agree in the columns.
func keyed(t *catalog.TableInfo, columns []string) bool {
	within := func(key []string) bool {
		return len(key) > 0 && !slices.ContainsFunc(key, func(c string) bool { return !slices.Contains(columns, c) })
	}
	for _, k := range t.Constraints {
		if (k.Kind == op.PrimaryKey || k.Kind == op.Unique) && within(k.Columns) {
			return true
		}
	}
	return slices.ContainsFunc(t.Indexes, func(x catalog.IndexInfo) bool { return x.Unique && x.Where == "" && within(plainColumns(t, x)) })
}

// keep replaces each character that is not allowed by an underscore.
func keep(s string, allowed func(r rune) bool) string {
	return strings.Map(func(r rune) rune {
		if allowed(r) {
			return r
		}
		return '_'
	}, s)
}

func isWord(r rune) bool {
	return r == '_' || '0' <= r && r <= '9' || 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' ||
		r >= 0xC0 && (unicode.IsLetter(r) || unicode.IsDigit(r))
}

// entityName returns a name as it can stand between quotes.
func entityName(s string) string {
	s = keep(s, func(r rune) bool { return isWord(r) || strings.ContainsRune(".-/", r) })
	if s == "" {
		return "_"
	}
	return s
}

// label returns a text for people as it can stand between quotes.
func label(s string) string {
	s = keep(s, func(r rune) bool { return isWord(r) || strings.ContainsRune(" .,-/()[]:", r) })
	if strings.TrimSpace(s) == "" {
		return "_"
	}
	return directive.ReplaceAllString(s, "direction_")
}

// directive is what Mermaid takes for one wherever it stands on a line.
var directive = regexp.MustCompile(`(?i)direction\s+`)

// marker is how a name begins that Mermaid reads as a marker: its words end at what
// is no letter, digit or underscore of ASCII.
var marker = regexp.MustCompile(`^(?i:pk|fk|uk)(?:[^A-Za-z0-9_]|$)`)

// attribute returns a column's name as a word of the grammar.
func attribute(s string) string { return attributeWord(keep(s, isWord)) }

// typeName returns a type as a word of the grammar: numeric(10_2), text[].
func typeName(s string) string {
	if s == "" {
		return "unknown"
	}
	return attributeWord(keep(s, func(r rune) bool { return isWord(r) || strings.ContainsRune("()[]-", r) }))
}

func attributeWord(s string) string {
	first := []rune(s + "0")[0]
	if '0' <= first && first <= '9' || strings.ContainsRune("()[]-", first) || marker.MatchString(s) {
		return "_" + s
	}
	return s
}
