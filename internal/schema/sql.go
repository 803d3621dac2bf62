package schema

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/dropgate/dropgate/analyzer/catalog"
	"github.com/dropgate/dropgate/analyzer/op"
)

// SQL writes the sets as statements in an order that runs. What the migrations do
// not tell, or what is not kept of them, is a comment.
func SQL(w io.Writer, sets []Set) error {
	var b strings.Builder
	if len(sets) == 0 {
		b.WriteString("-- no migrations\n")
	}
	for i, set := range sets {
		if i > 0 {
			b.WriteString("\n")
		}
		p := newPrinter(&b, set)
		p.all()
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// A printer writes one schema.
type printer struct {
	*strings.Builder
	set    Set
	tables map[string]*catalog.TableInfo // by schema.name
	types  map[string]string             // as SQL, by schema.name and by the name alone
	any    bool                          // an extension brings types that are not known
	own    map[string]bool               // names of functions, in lower case
	counts map[string]bool               // names of sequences, with and without their schema
	used   map[string]bool               // names of relations, and of a table's constraints
}

func newPrinter(b *strings.Builder, set Set) *printer {
	p := &printer{Builder: b, set: set, tables: map[string]*catalog.TableInfo{}, types: map[string]string{}, used: map[string]bool{}, own: map[string]bool{}, counts: map[string]bool{}}
	for i := range set.Tables {
		t := &set.Tables[i]
		p.tables[dotted(t.Schema, t.Name)] = t
		p.used[dotted(t.Schema, t.Name)] = true
	}
	for _, t := range set.Types {
		p.types[dotted(t.Schema, t.Name)] = full(t.Schema, t.Name)
		if t.Schema == "public" || p.types[t.Name] == "" {
			p.types[t.Name] = full(t.Schema, t.Name)
		}
	}
	for _, e := range set.Extensions {
		p.any = p.any || e.Types == nil
		for _, name := range e.Types {
			p.types[name] = name
		}
	}
	for _, f := range set.Functions {
		p.own[strings.ToLower(f.Name)] = true
	}
	for _, s := range set.Sequences {
		p.used[dotted(s.Schema, s.Name)] = true
		p.counts[s.Name], p.counts[dotted(s.Schema, s.Name)] = true, true
	}
	for _, v := range set.Views {
		p.used[dotted(v.Schema, v.Name)] = true
	}
	return p
}

func dotted(schema, name string) string { return op.Name{Schema: schema, Name: name}.String() }

// note writes a comment.
func (p *printer) note(format string, args ...any) {
	p.WriteString("-- " + oneLine(fmt.Sprintf(format, args...)) + "\n")
}

// statement writes one statement.
func (p *printer) statement(format string, args ...any) {
	fmt.Fprintf(p, format+";\n", args...)
}

// section leaves a line between what comes now and what came before.
func (p *printer) section() { p.WriteString("\n") }

func (p *printer) all() {
	p.note("%s: %s", p.set.Path, completeness(p.set.Schema))
	p.schemas()
	p.extensions()
	p.allTypes()
	p.sequences()
	for _, t := range p.ordered() {
		p.section()
		p.table(t)
	}
	p.owners()
	p.indexes()
	p.foreignKeys()
	p.rowSecurity()
	p.notKept()
}

func (p *printer) schemas() {
	begun := false
	for _, s := range p.set.Schemas {
		if s == "public" || strings.HasPrefix(s, "pg_") {
			continue
		}
		if !begun {
			p.section()
			begun = true
		}
		p.statement("CREATE SCHEMA %s", quote(s))
	}
}

func (p *printer) extensions() {
	if len(p.set.Extensions) > 0 {
		p.section()
	}
	for _, e := range p.set.Extensions {
		into := ""
		if e.Schema != "" {
			into = " SCHEMA " + quote(e.Schema)
		}
		p.statement("CREATE EXTENSION IF NOT EXISTS %s%s", quote(e.Name), into)
	}
}

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
		for _, name := range []string{t.Name, quote(t.Name), dotted(t.Schema, t.Name), full(t.Schema, t.Name)} {
			index[name] = i
		}
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
		p.statement("CREATE DOMAIN %s AS %s", name, p.typed(t.Base))
	case t.Kind == "range" && p.typed(t.Base) != "":
		p.statement("CREATE TYPE %s AS RANGE (SUBTYPE = %s)", name, p.typed(t.Base))
	case t.Kind == "composite" && !slices.ContainsFunc(t.Attributes, func(a catalog.ColumnInfo) bool { return p.typed(a.Type) == "" }):
		attributes := make([]string, len(t.Attributes))
		for i, a := range t.Attributes {
			attributes[i] = quote(a.Name) + " " + p.typed(a.Type)
		}
		p.statement("CREATE TYPE %s AS (%s)", name, strings.Join(attributes, ", "))
	default:
		p.note("type %s (%s): how it is made is not kept", name, t.Kind)
		delete(p.types, dotted(t.Schema, t.Name))
		delete(p.types, t.Name)
	}
}

// sequences writes those that no identity column makes by itself.
func (p *printer) sequences() {
	begun := false
	for _, s := range p.set.Sequences {
		if c := p.owner(s); c != nil && c.Identity != "" {
			continue
		}
		if !begun {
			p.section()
			begun = true
		}
		p.statement("CREATE SEQUENCE %s", full(s.Schema, s.Name))
	}
}

// owner returns the column that owns a sequence, if it is known.
func (p *printer) owner(s catalog.SequenceInfo) *catalog.ColumnInfo {
	t, column := p.ownerName(s)
	if t == nil {
		return nil
	}
	return columnOf(t, column)
}

func (p *printer) ownerName(s catalog.SequenceInfo) (*catalog.TableInfo, string) {
	at := strings.LastIndexByte(s.OwnedBy, '.')
	for ; at > 0; at = strings.LastIndexByte(s.OwnedBy[:at], '.') {
		if t := p.tables[s.OwnedBy[:at]]; t != nil {
			return t, s.OwnedBy[at+1:]
		}
	}
	return nil, ""
}

// owners gives sequences to their columns, which are there by now.
func (p *printer) owners() {
	begun := false
	for _, s := range p.set.Sequences {
		t, name := p.ownerName(s)
		if t == nil || !p.written(t) {
			continue
		}
		if c := columnOf(t, name); c == nil || c.Identity != "" || p.typed(c.Type) == "" {
			continue
		}
		if !begun {
			p.section()
			begun = true
		}
		p.statement("ALTER SEQUENCE %s OWNED BY %s.%s", full(s.Schema, s.Name), full(t.Schema, t.Name), quote(name))
	}
}

func columnOf(t *catalog.TableInfo, name string) *catalog.ColumnInfo {
	for i := range t.Columns {
		if t.Columns[i].Name == name {
			return &t.Columns[i]
		}
	}
	return nil
}

// notKept names what there is besides, and whose text is not kept.
func (p *printer) notKept() {
	var b strings.Builder
	own := *p
	own.Builder = &b
	for _, v := range p.set.Views {
		reads := ""
		if len(v.Reads) > 0 {
			reads = ", which reads " + strings.Join(v.Reads, ", ")
		}
		own.note("%s %s%s", v.Kind, full(v.Schema, v.Name), reads)
	}
	for _, f := range p.set.Functions {
		own.note("function %s(%s) in %s", full(f.Schema, f.Name), strings.Join(f.Arguments, ", "), f.Language)
	}
	for _, t := range p.set.Tables {
		own.rules(t)
	}
	for _, g := range p.set.Grants {
		own.note("%s on %s %s to %s", strings.Join(g.Privileges, ", "), g.Kind, g.Object, g.Role)
	}
	if b.Len() > 0 {
		p.section()
		p.note("also there, and not written out:")
		p.WriteString(b.String())
	}
}

// rules names what belongs to a table besides columns and constraints.
func (p *printer) rules(t catalog.TableInfo) {
	on := full(t.Schema, t.Name)
	for i, all := range [][]catalog.TriggerInfo{t.Triggers, t.Rules} {
		kind := [...]string{"trigger", "rule"}[i]
		for _, one := range all {
			calls := ""
			if one.Function != "" {
				calls = ", calls " + one.Function
			}
			p.note("%s %s on %s: %s %s%s", kind, quote(one.Name), on, one.When, strings.Join(one.Events, ", "), calls)
		}
	}
	for _, name := range t.Policies {
		p.note("policy %s on %s", quote(name), on)
	}
}
