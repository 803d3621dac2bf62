package schema

import (
	"slices"
	"strings"

	"github.com/dropgate/dropgate/analyzer/catalog"
)

// allTypes writes types behind those that they are made of.
func (p *printer) allTypes() {
	made := p.madeOf()
	written := make([]bool, len(p.set.Types))
	for left := len(written); left > 0; {
		before := left
		for i, t := range p.set.Types {
			waits := slices.ContainsFunc(made[i], func(j int) bool { return j != i && !written[j] })
			if written[i] || waits {
				continue
			}
			p.section()
			p.oneType(t)
			written[i] = true
			left--
		}
		if left == before { // a circle, or names that only look alike
			clear(made)
		}
	}
}

// madeOf returns for each type the indexes of those that it names.
func (p *printer) madeOf() [][]int {
	index := map[string]int{}
	for i, t := range p.set.Types {
		index[dotted("", t.Name)], index[dotted(t.Schema, t.Name)] = i, i
	}
	made := make([][]int, len(p.set.Types))
	for i, t := range p.set.Types {
		for _, text := range append(typesOf(t.Attributes), t.Base) {
			if j, ok := index[baseOf(text)]; ok {
				made[i] = append(made[i], j)
			}
		}
	}
	return made
}

func typesOf(columns []catalog.ColumnInfo) []string {
	all := make([]string, len(columns))
	for i, c := range columns {
		all[i] = c.Type
	}
	return all
}

func (p *printer) oneType(t catalog.TypeInfo) {
	name := full(t.Schema, t.Name)
	switch {
	case t.Kind == "enum":
		labels := make([]string, len(t.Labels))
		for i, l := range t.Labels {
			labels[i] = constant(l)
		}
		p.statement("CREATE TYPE %s AS ENUM (%s)", name, strings.Join(labels, ", "))
	case t.Kind == "domain" && p.typed(t.Base) != "":
		p.domain(t, name)
	case t.Kind == "range" && p.typed(t.Base) != "":
		p.statement("CREATE TYPE %s AS RANGE (SUBTYPE = %s)", name, p.typed(t.Base))
	case t.Kind == "composite" && !slices.ContainsFunc(t.Attributes, func(a catalog.ColumnInfo) bool { return p.typed(a.Type) == "" }):
		attributes := make([]string, len(t.Attributes))
		for i, a := range t.Attributes {
			attributes[i] = quote(a.Name) + " " + p.typed(a.Type) + p.collate(a.Collation)
		}
		p.statement("CREATE TYPE %s AS (%s)", name, strings.Join(attributes, ", "))
	default:
		p.note("type %s (%s): how it is made is not kept", name, t.Kind)
		delete(p.types, dotted(t.Schema, t.Name))
		delete(p.types, dotted("", t.Name))
	}
}

// domain writes a domain with all that its values have to be.
func (p *printer) domain(t catalog.TypeInfo, name string) {
	text := "CREATE DOMAIN " + name + " AS " + p.typed(t.Base) + p.collate(t.Collation)
	var notes []string
	if t.Default != "" && p.runs(t.Default) {
		text += " DEFAULT " + plain(t.Default)
	} else if t.Default != "" {
		notes = append(notes, "its default: "+t.Default)
	}
	if t.NotNull {
		text += " NOT NULL"
	}
	for _, k := range t.Checks {
		if !p.runs(k.Expression) {
			notes = append(notes, "check "+quote(k.Name)+": "+k.Expression)
			continue
		}
		if k.Name != "" {
			text += " CONSTRAINT " + quote(k.Name)
		}
		text += " CHECK (" + plain(k.Expression) + ")"
	}
	p.statement("%s", text)
	for _, note := range notes {
		p.note("%s: %s", name, note)
	}
}

// collate returns COLLATE with a collation; nothing without one, and for one that
// the migrations made, which is not written.
func (p *printer) collate(name string) string {
	if name == "" || slices.Contains(p.set.Collations, name) {
		return ""
	}
	return " COLLATE " + written(name)
}

// written returns a name that a text of the schema has as SQL that is safe to show.
func written(name string) string {
	schema, rest := parts(name)
	return full(schema, rest)
}

// parts returns the schema and the name of a text as catalog.Quoted writes it.
func parts(text string) (schema, name string) {
	end := strings.IndexByte(text, '.')
	if strings.HasPrefix(text, `"`) {
		end = quotedLength(text, 0)
	}
	if end <= 0 || end >= len(text) || text[end] != '.' {
		return "", unquote(text)
	}
	return unquote(text[:end]), unquote(text[end+1:])
}
