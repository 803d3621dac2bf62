package schema

import (
	"cmp"
	"fmt"
	"io"
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
	tables map[string]*catalog.TableInfo   // by schema.name
	types  map[string]string               // as SQL, by schema.name and by the name alone
	parts  map[string][]*catalog.TableInfo // partitions by their table
	views  map[string]bool                 // those written, by schema.name
	any    bool                            // an extension brings types that are not known
	own    map[string]bool                 // names of functions, in lower case
	counts map[string]bool                 // names of sequences, with and without their schema
	number map[string]string               // sequences by schema.table.column
	used   map[string]bool                 // names of relations, and of a table's constraints
}

func newPrinter(b *strings.Builder, set Set) *printer {
	p := &printer{Builder: b, set: set, tables: map[string]*catalog.TableInfo{}, types: map[string]string{}, used: map[string]bool{}, own: map[string]bool{}, counts: map[string]bool{},
		views: map[string]bool{}, parts: map[string][]*catalog.TableInfo{}, number: map[string]string{}}
	for i := range set.Tables {
		t := &set.Tables[i]
		p.tables[dotted(t.Schema, t.Name)] = t
		p.used[dotted(t.Schema, t.Name)] = true
		if t.PartitionOf != "" {
			p.parts[t.PartitionOf] = append(p.parts[t.PartitionOf], t)
		}
	}
	for _, t := range set.Types {
		p.types[dotted(t.Schema, t.Name)] = full(t.Schema, t.Name)
		if bare := dotted("", t.Name); t.Schema == "public" || p.types[bare] == "" {
			p.types[bare] = full(t.Schema, t.Name)
		}
	}
	for _, e := range set.Extensions {
		p.any = p.any || e.Types == nil
		for _, name := range e.Types {
			p.types[dotted("", name)] = quote(name)
			p.types[dotted(cmp.Or(e.Schema, "public"), name)] = full(e.Schema, name)
		}
	}
	for _, f := range set.Functions {
		p.own[strings.ToLower(f.Name)] = true
	}
	for _, s := range set.Sequences {
		p.used[dotted(s.Schema, s.Name)] = true
		p.counts[dotted("", s.Name)], p.counts[dotted(s.Schema, s.Name)] = true, true
		p.number[s.OwnedBy] = full(s.Schema, s.Name)
	}
	for _, v := range set.Views {
		p.used[dotted(v.Schema, v.Name)] = true
	}
	return p
}

// dotted returns a name as texts of the schema that name another object have it.
func dotted(schema, name string) string { return catalog.Quoted(op.Name{Schema: schema, Name: name}) }

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
	p.allViews()
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
			return t, unquote(s.OwnedBy[at+1:])
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
