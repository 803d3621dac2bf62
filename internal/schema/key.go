package schema

import (
	"slices"
	"strings"

	"github.com/dropgate/dropgate/analyzer/catalog"
	"github.com/dropgate/dropgate/analyzer/op"
)

// indexes writes the indexes that back no constraint, those of partitions first: the
// index of the table above takes them in. They come before foreign keys, which may
// rely on a unique one.
func (p *printer) indexes() {
	begun := false
	for _, t := range slices.Backward(p.ordered()) {
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
	on := " ON "
	if t.PartitionBy != "" && p.halfIndexed(t, x) {
		on += "ONLY "
	}
	elements := make([]string, len(x.Columns))
	runs := p.written(t) && len(x.Columns) > 0
	for i, c := range x.Columns {
		var known bool
		elements[i], known = p.element(t, c)
		runs = runs && known
	}
	text := create + name + on + full(t.Schema, t.Name)
	if x.Method != "" && x.Method != "btree" {
		text += " USING " + quote(x.Method)
	}
	text += " (" + strings.Join(elements, ", ") + ")"
	if len(x.Include) > 0 {
		text += " INCLUDE (" + quoteAll(x.Include) + ")"
	}
	if x.NullsNotDistinct {
		text += " NULLS NOT DISTINCT"
	}
	if x.With != "" {
		text += " WITH (" + plain(x.With) + ")"
		runs = runs && closed(x.With)
	}
	if x.Where != "" {
		text += " WHERE " + plain(x.Where)
		runs = runs && p.runs(x.Where) && p.usableAll(t)
	}
	switch {
	case x.Outdated:
		p.note("%s: it has names that were changed since", text)
	case !runs:
		p.note("%s: not all that it needs is known", text)
	default:
		p.statement("%s", text)
	}
}

// halfIndexed reports whether a partition has no index like the one of its table.
func (p *printer) halfIndexed(t *catalog.TableInfo, x catalog.IndexInfo) bool {
	for _, one := range p.parts[dotted(t.Schema, t.Name)] {
		if !slices.ContainsFunc(one.Indexes, func(own catalog.IndexInfo) bool {
			return own.Unique == x.Unique && own.Where == x.Where && slices.Equal(own.Columns, x.Columns)
		}) {
			return true
		}
	}
	return false
}

// element returns what stands between the commas of an index: a column, with or
// without how it is sorted, or an expression. It reports whether all that it needs is
// known.
func (p *printer) element(t *catalog.TableInfo, text string) (sql string, known bool) {
	if name, rest, ok := columnIn(t, text); ok {
		return quote(name) + rest, p.usable(t, name) && (rest == "" || closed(rest))
	}
	return plain(text), p.usableAll(t) && p.runs(text)
}

// columnIn returns the column that an element of an index is, and what stands behind
// its name.
func columnIn(t *catalog.TableInfo, text string) (name, rest string, ok bool) {
	end := strings.IndexByte(text+" ", ' ')
	if strings.HasPrefix(text, `"`) {
		end = quotedLength(text, 0)
	}
	name = unquote(text[:end])
	return name, text[end:], end > 0 && columnOf(t, name) != nil && (end == len(text) || text[end] == ' ')
}

// plainColumns returns the columns of an index; nil if it has expressions.
func plainColumns(t *catalog.TableInfo, x catalog.IndexInfo) []string {
	all := make([]string, 0, len(x.Columns))
	for _, text := range x.Columns {
		name, _, ok := columnIn(t, text)
		if !ok {
			return nil
		}
		all = append(all, name)
	}
	return all
}

// foreignKeys writes them last: by then all that they point to is there. With them
// come other constraints that only a table that is there can get.
func (p *printer) foreignKeys() {
	begun := false
	for i := range p.set.Tables {
		t := &p.set.Tables[i]
		if !p.written(t) {
			continue
		}
		for _, k := range t.Constraints {
			parent := p.partition(t)
			if k.Kind != op.ForeignKey && !late(t, k) || parent != nil && inherited(k, parent) {
				continue
			}
			if !begun {
				p.section()
				begun = true
			}
			if k.Kind != op.ForeignKey {
				p.lateConstraint(t, k)
				continue
			}
			p.foreignKey(t, k)
		}
	}
}

// late reports whether a constraint is added to a table that is there: a check that
// its rows need not pass, and a key over the columns of another one, of which CREATE
// TABLE would make one only.
func late(t *catalog.TableInfo, k catalog.ConstraintInfo) bool {
	if k.Kind != op.Unique {
		return k.Kind == op.Check && k.NotValid
	}
	for _, other := range t.Constraints {
		if other.Name == k.Name {
			return false
		}
		if (other.Kind == op.PrimaryKey || other.Kind == op.Unique) && slices.Equal(other.Columns, k.Columns) {
			return true
		}
	}
	return false
}

func (p *printer) lateConstraint(t *catalog.TableInfo, k catalog.ConstraintInfo) {
	text, ok := p.constraint(t, k)
	if !ok {
		p.note("%s %s of %s%s", k.Kind, quote(k.Name), full(t.Schema, t.Name), text)
		return
	}
	if k.NotValid {
		text += " NOT VALID"
	}
	p.statement("ALTER TABLE %s ADD %s%s", full(t.Schema, t.Name), p.name(t, k), text)
}

func (p *printer) foreignKey(t *catalog.TableInfo, k catalog.ConstraintInfo) {
	text := "ALTER TABLE " + full(t.Schema, t.Name) + " ADD " + p.name(t, k)
	to := p.tables[k.References]
	target := written(k.References)
	if to != nil {
		target = full(to.Schema, to.Name)
	}
	text += "FOREIGN KEY (" + quoteAll(k.Columns) + ") REFERENCES " + target
	if len(k.RefColumns) > 0 {
		text += " (" + quoteAll(k.RefColumns) + ")"
	}
	if k.MatchFull {
		text += " MATCH FULL"
	}
	if k.OnDelete != "" && k.OnDelete != "no action" {
		text += " ON DELETE " + strings.ToUpper(k.OnDelete)
		if len(k.SetColumns) > 0 {
			text += " (" + quoteAll(k.SetColumns) + ")"
		}
	}
	if k.OnUpdate != "" && k.OnUpdate != "no action" {
		text += " ON UPDATE " + strings.ToUpper(k.OnUpdate)
	}
	text += deferring(k)
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
		return x.Unique && x.Where == "" && len(columns) > 0 && sameSet(plainColumns(t, x), columns) && usable(columns)
	})
}

func deferring(k catalog.ConstraintInfo) string {
	switch {
	case k.Deferred:
		return " DEFERRABLE INITIALLY DEFERRED"
	case k.Deferrable:
		return " DEFERRABLE"
	}
	return ""
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
