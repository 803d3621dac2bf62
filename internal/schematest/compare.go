package schematest

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/dropgate/dropgate/analyzer/catalog"
)

// A Difference is an object of which the two sides say other things. A side that
// does not have it says nothing.
type Difference struct {
	Kind string // "table", "column", "constraint", "index" or "sequence"
	Name string
	Want string // what PostgreSQL says
	Got  string // what the catalog says
}

// String returns the difference in a line.
func (d Difference) String() string {
	or := func(s string) string { return cmp.Or(s, "nothing") }
	return fmt.Sprintf("%s %s: PostgreSQL has %s, the catalog %s", d.Kind, d.Name, or(d.Want), or(d.Got))
}

// A Count is how many objects of a kind were compared, how many differ, and how many
// the catalog says of that they may not be there: these are not.
type Count struct{ Compared, Different, Doubtful int }

// A Comparison is the outcome of comparing two schemas.
type Comparison struct {
	Counts      map[string]Count
	Differences []Difference
}

// Kinds are the kinds of objects that are compared.
var Kinds = []string{
	"table", "column", "constraint", "index", "sequence", "view", "materialized view", "enum", "composite", "domain", "range", "base", "shell",
	"function", "procedure", "aggregate", "trigger", "rule", "policy", "extension", "event trigger", "collation", "grant",
}

// Compare compares the tables and sequences that PostgreSQL has (want) with those
// that the catalog describes.
func Compare(want, got catalog.Schema) Comparison {
	c := &Comparison{Counts: map[string]Count{}}
	ours := map[string]catalog.TableInfo{}
	for _, t := range got.Tables {
		ours[t.Schema+"."+t.Name] = t
	}
	seen := map[string]bool{}
	for _, t := range want.Tables {
		name := t.Schema + "." + t.Name
		seen[name] = true
		own, ok := ours[name]
		c.note("table", name, tableLine(t), present(ok, doubt(own.Doubtful)+tableLine(own)))
		if ok {
			c.parts(name, t, own)
		}
	}
	for _, t := range got.Tables {
		if name := t.Schema + "." + t.Name; !seen[name] {
			c.note("table", name, "", doubt(t.Doubtful)+tableLine(t))
		}
	}
	sequences := func(all []catalog.SequenceInfo) map[string]string {
		lines := map[string]string{}
		for _, s := range all {
			lines[s.Schema+"."+s.Name] = "owned by " + cmp.Or(s.OwnedBy, "none")
		}
		return lines
	}
	c.lines("sequence", "", sequences(want.Sequences), sequences(got.Sequences))
	return *c
}

func present(ok bool, line string) string {
	if !ok {
		return ""
	}
	return line
}

// note counts an object and keeps the difference, if there is one.
func (c *Comparison) note(kind, name, want, got string) {
	n := c.Counts[kind]
	n.Compared++
	if doubted, is := strings.CutPrefix(got, doubtful); is {
		if got = doubted; want == "" {
			n.Doubtful++
			c.Counts[kind] = n
			return
		}
	}
	if want != got {
		n.Different++
		c.Differences = append(c.Differences, Difference{Kind: kind, Name: name, Want: want, Got: got})
	}
	c.Counts[kind] = n
}

// doubtful stands before the line of what may not be there.
const doubtful = "perhaps "

func doubt(is bool) string {
	if is {
		return doubtful
	}
	return ""
}

// parts compares what a table has.
func (c *Comparison) parts(table string, want, got catalog.TableInfo) {
	columns := func(t catalog.TableInfo) map[string]string {
		lines := map[string]string{}
		for i, column := range t.Columns {
			lines[column.Name] = doubt(column.Doubtful) + columnLine(i, column)
		}
		return lines
	}
	constraints := func(t catalog.TableInfo) map[string]string {
		lines := map[string]string{}
		for _, k := range t.Constraints {
			if k.Kind != "not null" {
				lines[k.Name] = doubt(k.Doubtful) + constraintLine(k)
			}
		}
		return lines
	}
	indexes := func(t catalog.TableInfo) map[string]string {
		lines := map[string]string{}
		for _, i := range t.Indexes {
			lines[i.Name] = indexLine(i, want.Columns)
		}
		return lines
	}
	c.lines("column", table+".", columns(want), columns(got))
	c.lines("constraint", table+": ", constraints(want), constraints(got))
	c.lines("index", table+": ", indexes(want), indexes(got))
}

func (c *Comparison) lines(kind, prefix string, want, got map[string]string) {
	names := slices.Collect(maps.Keys(want))
	for name := range got {
		if _, ok := want[name]; !ok {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, name := range names {
		c.note(kind, prefix+name, want[name], got[name])
	}
}

func tableLine(t catalog.TableInfo) string {
	parts := []string{"a " + t.Kind}
	add := func(is bool, text string) {
		if is {
			parts = append(parts, text)
		}
	}
	add(t.Unlogged, "unlogged")
	add(t.PartitionBy != "", "partitioned by "+strings.ToUpper(strings.SplitN(t.PartitionBy+" ", " ", 2)[0]))
	add(t.PartitionOf != "", "partition of "+t.PartitionOf)
	add(t.Bound == "DEFAULT", "the default one")
	add(len(t.Inherits) > 0, "inherits "+strings.Join(t.Inherits, ", "))
	add(t.OfType != "", "of "+t.OfType)
	add(t.RowSecurity, "row security")
	return strings.Join(parts, ", ")
}

func columnLine(i int, c catalog.ColumnInfo) string {
	line := fmt.Sprintf("#%d %s", i+1, c.Type)
	if c.NotNull {
		line += " not null"
	}
	if c.Default != "" {
		line += " default"
	}
	if strings.HasPrefix(c.Default, "nextval('") {
		line += " " + c.Default
	}
	if c.Identity != "" {
		line += " identity " + c.Identity
	}
	if c.Generated != "" {
		line += " generated"
	}
	if c.Collation != "" {
		line += " collate " + c.Collation[strings.LastIndexByte(c.Collation, '.')+1:]
	}
	return line
}

func constraintLine(k catalog.ConstraintInfo) string {
	columns := slices.Clone(k.Columns)
	if k.Kind == "check" {
		slices.Sort(columns)
	}
	line := fmt.Sprintf("%s (%s)", k.Kind, strings.Join(columns, ", "))
	if k.References != "" {
		line += fmt.Sprintf(" references %s (%s) delete %s update %s", k.References, strings.Join(k.RefColumns, ", "), k.OnDelete, k.OnUpdate)
	}
	for _, is := range []struct {
		is   bool
		word string
	}{{k.NotValid, " not valid"}, {k.Deferrable, " deferrable"}, {k.Deferred, " deferred"}, {k.NoInherit, " no inherit"}} {
		if is.is {
			line += is.word
		}
	}
	return line
}

func indexLine(i catalog.IndexInfo, columns []catalog.ColumnInfo) string {
	line := "index"
	if i.Unique {
		line = "unique index"
	}
	var keys []string
	for _, key := range i.Columns {
		keys = append(keys, plain(key, columns))
	}
	line += fmt.Sprintf(" %s (%s)", i.Method, strings.Join(keys, ", "))
	if len(i.Include) > 0 {
		line += " include (" + strings.Join(i.Include, ", ") + ")"
	}
	if i.Where != "" {
		line += " partial"
	}
	return line
}
