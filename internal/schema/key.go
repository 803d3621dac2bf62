package schema

import (
	"slices"
	"strings"

	"github.com/dropgate/dropgate/analyzer/catalog"
	"github.com/dropgate/dropgate/analyzer/op"
)

// indexes writes the indexes that back no constraint. They come before foreign keys,
// which may rely on a unique one.
func (p *printer) indexes() {
	begun := false
	for i := range p.set.Tables {
		t := &p.set.Tables[i]
		for _, x := range t.Indexes {
			if !begun {
				p.section()
				begun = true
			}
			p.index(t, x)
		}
	}
}

func (p *printer) index(t *catalog.TableInfo, x catalog.IndexInfo) {
	name := " " + quote(x.Name)
	if key := dotted(t.Schema, x.Name[:min(len(x.Name), nameLimit)]); x.Name == "" || p.used[key] {
		name = "" // PostgreSQL chooses one
	} else {
		p.used[key] = true
	}
	create := "CREATE INDEX"
	if x.Unique {
		create = "CREATE UNIQUE INDEX"
	}
	elements := make([]string, len(x.Columns))
	runs := p.written(t) && len(x.Columns) > 0
	for i, c := range x.Columns {
		var known bool
		elements[i], known = p.element(t, c)
		runs = runs && known
	}
	text := create + name + " ON " + full(t.Schema, t.Name)
	if x.Method != "" && x.Method != "btree" {
		text += " USING " + quote(x.Method)
	}
	text += " (" + strings.Join(elements, ", ") + ")"
	if len(x.Include) > 0 {
		text += " INCLUDE (" + quoteAll(x.Include) + ")"
	}
	if x.Where != "" {
		text += " WHERE " + p.plain(x.Where)
		runs = runs && p.runs(x.Where) && p.usableAll(t)
	}
	if !runs {
		p.note("%s: not all that it needs is known", text)
		return
	}
	p.statement("%s", text)
}

// element returns what stands between the commas of an index: a column, with or
// without how it is sorted, or an expression. It reports whether all that it needs is
// known.
func (p *printer) element(t *catalog.TableInfo, text string) (sql string, known bool) {
	if columnOf(t, text) != nil {
		return quote(text), p.usable(t, text)
	}
	if name, rest, ok := strings.Cut(text, " "); ok && columnOf(t, name) != nil {
		return quote(name) + " " + rest, p.usable(t, name) && closed(rest)
	}
	known = p.usableAll(t) && p.runs(text)
	if strings.HasPrefix(text, "(") || strings.HasPrefix(text, `"`) {
		return text, known
	}
	return "(" + text + ")", known
}

// foreignKeys writes them last: by then all that they point to is there.
func (p *printer) foreignKeys() {
	begun := false
	for i := range p.set.Tables {
		t := &p.set.Tables[i]
		if !p.written(t) {
			continue
		}
		for _, k := range t.Constraints {
			parent := p.partition(t)
			if k.Kind != op.ForeignKey || parent != nil && inherited(k, parent) {
				continue
			}
			if !begun {
				p.section()
				begun = true
			}
			p.foreignKey(t, k)
		}
	}
}

func (p *printer) foreignKey(t *catalog.TableInfo, k catalog.ConstraintInfo) {
	text := "ALTER TABLE " + full(t.Schema, t.Name) + " ADD " + p.name(t, k)
	to := p.tables[k.References]
	target := k.References
	if to != nil {
		target = full(to.Schema, to.Name)
	}
	text += "FOREIGN KEY (" + quoteAll(k.Columns) + ") REFERENCES " + target
	if len(k.RefColumns) > 0 {
		text += " (" + quoteAll(k.RefColumns) + ")"
	}
	if k.OnDelete != "" && k.OnDelete != "no action" {
		text += " ON DELETE " + strings.ToUpper(k.OnDelete)
	}
	if k.OnUpdate != "" && k.OnUpdate != "no action" {
		text += " ON UPDATE " + strings.ToUpper(k.OnUpdate)
	}
	if k.NotValid {
		text += " NOT VALID"
	}
	known := len(k.Columns) > 0 && !slices.ContainsFunc(k.Columns, func(c string) bool { return !p.usable(t, c) })
	switch {
	case to == nil || !p.written(to):
		p.note("%s: the table is %s", text, unknown(p.set.Schema))
	case !known || !p.isKey(to, k.RefColumns):
		p.note("%s: its columns or the key are %s", text, unknown(p.set.Schema))
	default:
		p.statement("%s", text)
	}
}

// isKey reports whether columns are a key of a table that is written as one; without
// columns its primary key is meant.
func (p *printer) isKey(t *catalog.TableInfo, columns []string) bool {
	usable := func(all []string) bool {
		return !slices.ContainsFunc(all, func(c string) bool { return !p.usable(t, c) })
	}
	for _, k := range t.Constraints {
		switch {
		case k.Kind == op.PrimaryKey && len(columns) == 0:
			return usable(k.Columns)
		case (k.Kind == op.PrimaryKey || k.Kind == op.Unique) && sameSet(k.Columns, columns):
			return usable(columns)
		}
	}
	return slices.ContainsFunc(t.Indexes, func(x catalog.IndexInfo) bool {
		return x.Unique && x.Where == "" && len(columns) > 0 && sameSet(x.Columns, columns) && usable(columns)
	})
}

func sameSet(a, b []string) bool {
	return slices.Equal(slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b)))
}

func (p *printer) rowSecurity() {
	begun := false
	for _, t := range p.set.Tables {
		if !t.RowSecurity || !p.written(&t) {
			continue
		}
		if !begun {
			p.section()
			begun = true
		}
		p.statement("ALTER TABLE %s ENABLE ROW LEVEL SECURITY", full(t.Schema, t.Name))
	}
}
