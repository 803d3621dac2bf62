package schema

import (
	"slices"
	"strings"

	"github.com/dropgate/dropgate/analyzer/catalog"
	"github.com/dropgate/dropgate/analyzer/op"
)

// ordered returns the tables, each behind those that it is a partition of or
// inherits from.
func (p *printer) ordered() []*catalog.TableInfo {
	var all []*catalog.TableInfo
	seen := map[*catalog.TableInfo]bool{}
	for i := range p.set.Tables {
		var line []*catalog.TableInfo // from the table up to what has no parent
		todo := []*catalog.TableInfo{&p.set.Tables[i]}
		for len(todo) > 0 {
			t := todo[0]
			todo = todo[1:]
			if t == nil || seen[t] {
				continue
			}
			seen[t] = true
			line = append(line, t)
			todo = append(todo, p.tables[t.PartitionOf])
			for _, parent := range t.Inherits {
				todo = append(todo, p.tables[parent])
			}
		}
		slices.Reverse(line)
		all = append(all, line...)
	}
	return p.parentsFirst(all)
}

// parentsFirst moves tables that stand before a parent behind it.
func (p *printer) parentsFirst(all []*catalog.TableInfo) []*catalog.TableInfo {
	depth := map[*catalog.TableInfo]int{}
	for range len(all) { // no line of parents is longer; a circle ends here
		changed := false
		for _, t := range all {
			for _, name := range append(slices.Clone(t.Inherits), t.PartitionOf) {
				if parent := p.tables[name]; parent != nil && parent != t && depth[t] <= depth[parent] && depth[parent] < 100 {
					depth[t] = depth[parent] + 1
					changed = true
				}
			}
		}
		if !changed {
			break
		}
	}
	slices.SortStableFunc(all, func(a, b *catalog.TableInfo) int { return depth[a] - depth[b] })
	return all
}

// written reports whether the table is a statement, not a comment.
func (p *printer) written(t *catalog.TableInfo) bool { return t.Kind != string(op.ForeignTable) }

// partition reports whether the table can be written as a partition: the bounds are
// known, and so is what its parent is divided by.
func (p *printer) partition(t *catalog.TableInfo) *catalog.TableInfo {
	parent := p.tables[t.PartitionOf]
	if parent == nil || !closed(t.Bound) || !p.divided(parent) {
		return nil
	}
	return parent
}

// divided reports whether a table is written as a partitioned one.
func (p *printer) divided(t *catalog.TableInfo) bool {
	return t.PartitionBy != "" && !t.Outdated && p.runs(t.PartitionBy)
}

// alike reports whether a partition has what its table has, so that it needs no
// columns of its own.
func alike(t, parent *catalog.TableInfo) bool {
	return slices.EqualFunc(t.Columns, parent.Columns, func(a, b catalog.ColumnInfo) bool {
		a.Doubtful, b.Doubtful, a.Identity, b.Identity = false, false, "", ""
		return a == b || b.Identity != "" && a.Name == b.Name
	})
}

// table writes a table with all its constraints save for foreign keys.
func (p *printer) table(t *catalog.TableInfo) {
	name := full(t.Schema, t.Name)
	if !p.written(t) {
		p.note("%s %s: its server is not kept", t.Kind, name)
		for _, c := range t.Columns {
			p.note("  %s %s", quote(c.Name), c.Type)
		}
		return
	}
	if t.Doubtful {
		p.note("it may not be there: what made it may not have run, or what dropped it may have")
	}
	if t.PartitionBy != "" && !p.divided(t) {
		p.note("partitioned by %s", t.PartitionBy)
	}
	if !t.Complete {
		p.note("not all of its columns are known: how it was made is %s", unknown(p.set.Schema))
	}
	parent := p.partition(t)
	if parent == nil && t.PartitionOf != "" {
		p.note("a partition of %s", written(t.PartitionOf))
	}
	create := "CREATE TABLE "
	if t.Unlogged {
		create = "CREATE UNLOGGED TABLE "
	}
	p.WriteString(create + name)
	attach := parent != nil && !alike(t, parent)
	switch {
	case parent != nil && !attach:
		p.WriteString(" PARTITION OF " + full(parent.Schema, parent.Name))
		p.body(p.partitionItems(t, parent), true)
		p.WriteString(" " + plain(t.Bound))
	case t.OfType != "" && p.types[t.OfType] != "":
		p.WriteString(" OF " + p.types[t.OfType])
		p.body(append(p.options(t), p.constraints(t, nil)...), true)
	default:
		p.body(append(p.columns(t), p.constraints(t, nil)...), false)
		p.inherits(t)
	}
	if p.divided(t) {
		p.WriteString(" PARTITION BY " + plain(t.PartitionBy))
	}
	p.WriteString(";\n")
	if attach {
		p.statement("ALTER TABLE %s ATTACH PARTITION %s %s", full(parent.Schema, parent.Name), name, plain(t.Bound))
	}
}

// An item is a line of a CREATE TABLE; a comment where it cannot be a part of it.
type item struct {
	text string
	note bool
}

// body writes the items in parentheses; an empty list only where it is needed.
func (p *printer) body(items []item, optional bool) {
	last := -1
	for i, one := range items {
		if !one.note {
			last = i
		}
	}
	switch {
	case len(items) == 0 && optional:
		return
	case last < 0 && optional: // PostgreSQL takes no empty list here
		p.WriteString("\n")
		for _, one := range items {
			p.WriteString("  -- " + oneLine(one.text) + "\n")
		}
		return
	case len(items) == 0:
		p.WriteString(" ()")
		return
	}
	p.WriteString(" (\n")
	for i, one := range items {
		switch {
		case one.note:
			p.WriteString("  -- " + oneLine(one.text) + "\n")
		case i < last:
			p.WriteString("  " + one.text + ",\n")
		default:
			p.WriteString("  " + one.text + "\n")
		}
	}
	p.WriteString(")")
}

func (p *printer) inherits(t *catalog.TableInfo) {
	var parents []string
	for _, name := range t.Inherits {
		if parent := p.tables[name]; parent != nil && parent != t && p.written(parent) {
			parents = append(parents, full(parent.Schema, parent.Name))
		}
	}
	if len(parents) > 0 {
		p.WriteString(" INHERITS (" + strings.Join(parents, ", ") + ")")
	}
}

// usable reports whether a table's column is written as one.
func (p *printer) usable(t *catalog.TableInfo, name string) bool {
	c := columnOf(t, name)
	return c != nil && p.typed(c.Type) != ""
}

func (p *printer) columns(t *catalog.TableInfo) []item {
	var all []item
	for _, c := range t.Columns {
		typ := p.typed(c.Type)
		if typ == "" {
			if typ = c.Type; typ == "" {
				typ = "its type"
			}
			all = append(all, item{quote(c.Name) + ": " + typ + " is " + unknown(p.set.Schema), true})
			continue
		}
		text := quote(c.Name) + " " + typ
		if c.Collation != "" {
			text += p.collate(c.Collation)
		}
		value, note := p.value(t, c)
		if c.NotNull {
			value += " NOT NULL"
		}
		if note != "" {
			all = append(all, item{note, true})
		}
		if c.Doubtful {
			all = append(all, item{quote(c.Name) + " may be gone", true})
		}
		all = append(all, item{text + value, false})
	}
	return all
}

// options returns what the columns of a typed table have besides their types.
func (p *printer) options(t *catalog.TableInfo) []item {
	var all []item
	for _, c := range t.Columns {
		value, note := p.value(t, c)
		if c.NotNull {
			value += " NOT NULL"
		}
		if note != "" {
			all = append(all, item{note, true})
		}
		if value != "" {
			all = append(all, item{quote(c.Name) + " WITH OPTIONS" + value, false})
		}
	}
	return all
}

// defaultAbove reports whether a table above has a default for a column, which the
// column would get from there.
func (p *printer) defaultAbove(t *catalog.TableInfo, column string) bool {
	return slices.ContainsFunc(t.Inherits, func(name string) bool {
		parent := p.tables[name]
		if parent == nil {
			return false
		}
		c := columnOf(parent, column)
		return c != nil && c.Default != ""
	})
}

// value returns how a column gets its values, or a comment that says it where the
// functions that it needs are not written out.
func (p *printer) value(t *catalog.TableInfo, c catalog.ColumnInfo) (text, note string) {
	switch {
	case c.Identity != "":
		return " GENERATED " + strings.ToUpper(c.Identity) + " AS IDENTITY" + p.numbers(t, c), ""
	case c.Generated != "" && !c.Outdated && p.runs(c.Generated):
		return " GENERATED ALWAYS AS (" + plain(c.Generated) + ") STORED", ""
	case c.Generated != "":
		return "", quote(c.Name) + " is generated: " + c.Generated
	case c.Default != "" && !c.Outdated && p.runs(c.Default):
		return " DEFAULT " + plain(c.Default), ""
	case c.Default != "":
		return "", quote(c.Name) + " has a default: " + c.Default
	case p.defaultAbove(t, c.Name):
		return " DEFAULT NULL", ""
	}
	return "", ""
}

// numbers names the sequence of an identity column, where PostgreSQL would choose
// another name.
func (p *printer) numbers(t *catalog.TableInfo, c catalog.ColumnInfo) string {
	name := p.number[dotted(t.Schema, t.Name)+"."+dotted("", c.Name)]
	if name == "" || name == full(t.Schema, t.Name+"_"+c.Name+"_seq") {
		return ""
	}
	return " (SEQUENCE NAME " + name + ")"
}

// partitionItems returns the constraints of a partition that do not come from its
// parent.
func (p *printer) partitionItems(t, parent *catalog.TableInfo) []item {
	return p.constraints(t, parent)
}

// constraints returns a table's own constraints, foreign keys aside.
func (p *printer) constraints(t, parent *catalog.TableInfo) []item {
	var all []item
	primary := false
	for _, k := range t.Constraints {
		if k.Kind == op.ForeignKey || k.Kind == op.NotNullNamed || parent != nil && inherited(k, parent) {
			continue
		}
		if k.Kind == op.PrimaryKey {
			if primary {
				continue
			}
			primary = true
		}
		if late(t, k) {
			continue
		}
		if k.Doubtful {
			all = append(all, item{string(k.Kind) + " " + quote(k.Name) + " may be gone", true})
		}
		text, ok := p.constraint(t, k)
		if !ok {
			all = append(all, item{string(k.Kind) + " " + quote(k.Name) + text, true})
			continue
		}
		all = append(all, item{p.name(t, k) + text, false})
	}
	return all
}

// nameLimit is how many bytes of a name PostgreSQL keeps.
const nameLimit = 63

// name returns what names a constraint in SQL; nothing where the name is taken, so
// that PostgreSQL chooses one.
func (p *printer) name(t *catalog.TableInfo, k catalog.ConstraintInfo) string {
	short := k.Name[:min(len(k.Name), nameLimit)]
	own, relation := dotted(t.Schema, t.Name)+"\x00"+short, dotted(t.Schema, short)
	indexed := k.Kind != op.Check && k.Kind != op.ForeignKey
	if k.Name == "" || p.used[own] || indexed && p.used[relation] {
		return ""
	}
	p.used[own] = true
	p.used[relation] = p.used[relation] || indexed
	return "CONSTRAINT " + quote(k.Name) + " "
}

// inherited reports whether a partition has the constraint from its parent.
func inherited(k catalog.ConstraintInfo, parent *catalog.TableInfo) bool {
	return slices.ContainsFunc(parent.Constraints, func(other catalog.ConstraintInfo) bool {
		same := k.Kind != op.Check && slices.Equal(k.Columns, other.Columns) && k.Expression == other.Expression
		return k.Kind == other.Kind && (k.Kind == op.PrimaryKey || k.Name == other.Name || same)
	})
}

// constraint returns a constraint without its name, or what is known of it where it
// cannot be written.
func (p *printer) constraint(t *catalog.TableInfo, k catalog.ConstraintInfo) (text string, ok bool) {
	switch k.Kind {
	case op.PrimaryKey, op.Unique:
		known := len(k.Columns) > 0 && !slices.ContainsFunc(k.Columns, func(c string) bool { return !p.usable(t, c) })
		if !known {
			return " (" + quoteAll(k.Columns) + "): not all of its columns are known", false
		}
		text = strings.ToUpper(string(k.Kind))
		if k.NullsNotDistinct {
			text += " NULLS NOT DISTINCT"
		}
		text += " (" + quoteAll(k.Columns) + ")"
		if len(k.Include) > 0 {
			text += " INCLUDE (" + quoteAll(k.Include) + ")"
		}
		return text + deferring(k), true
	case op.Check:
		if k.Expression == "" {
			return ": its condition is not kept", false
		}
		if k.Outdated || !p.runs(k.Expression) || !p.usableAll(t) {
			return ": " + k.Expression, false
		}
		text = "CHECK (" + plain(k.Expression) + ")"
		if k.NoInherit {
			text += " NO INHERIT"
		}
		return text, true
	}
	if k.Expression != "" && !k.Outdated && p.usableAll(t) && p.runs(k.Expression) {
		return "EXCLUDE " + plain(k.Expression) + deferring(k), true
	}
	return ": " + k.Expression, false
}

// usableAll reports whether all columns of a table are known, so that an expression
// finds those that it names.
func (p *printer) usableAll(t *catalog.TableInfo) bool {
	return t.Complete && !slices.ContainsFunc(t.Columns, func(c catalog.ColumnInfo) bool { return p.typed(c.Type) == "" })
}
