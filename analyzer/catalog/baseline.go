package catalog

import (
	"slices"

	"github.com/dropgate/dropgate/analyzer/op"
)

// Replay says that all there is comes from a dump, and that it is not known which of
// the migrations that follow have run before the dump was taken: they run on top of
// it all the same. What they make and the dump has is left as the dump has it. What
// they drop and the dump has may have been made again since, by something that is no
// SQL: it is not known to exist, and not gone.
//
// With claims, whatever a change makes for certain is its own although the dump has
// it: it was not there when the change ran, and the dump is younger. That is only so
// where what is reviewed may be older than the dump.
func (c *Catalog) Replay(claims bool) {
	c.claims = claims
	for _, t := range c.tables {
		t.dumped = true
		for _, column := range t.Columns {
			column.dumped = true
		}
	}
}

// replays reports whether what runs may have run before the dump was taken. On top of
// it, PostgreSQL would refuse to rename something to a name that is taken.
func (c *Catalog) replays() bool { return c.epoch == 0 || c.claims }

// Hear lets the catalog know of what another one has, and not the other way round.
func (c *Catalog) Hear(other *Catalog) { c.others = append(c.others, other) }

// claim gives a table to the change that makes it, and reports whether it does.
func (c *Catalog) claim(t *Table, o *op.CreateTable) bool {
	if t == nil || !t.dumped || o.IfNotExists || !c.claims || c.epoch == 0 {
		return false
	}
	t.dumped, t.epoch = false, c.epoch
	for _, column := range t.Columns {
		column.epoch = c.epoch
	}
	return true
}

// claimColumn gives a column to the change that adds it.
func (c *Catalog) claimColumn(column *Column, o *op.AddColumn) {
	if column.dumped && !o.IfNotExists && c.claims && c.epoch > 0 {
		column.dumped, column.epoch = false, c.epoch
	}
}

// leave notes that a table of a dump is not there under its name any more, as far as
// the migrations tell.
func (c *Catalog) leave(t *Table, full op.Name) {
	if t == nil || !t.dumped {
		return
	}
	if c.doubted == nil {
		c.doubted = map[op.Name]bool{}
	}
	c.doubted[full] = true
}

// merge drops a table that replayed migrations made and rename to one that the dump
// has already, and reports whether that is so: it is the same table.
func (c *Catalog) merge(t, other *Table) bool {
	if !other.dumped || t.dumped || !c.replays() {
		return false
	}
	old := t.Name
	c.forgetParts(t)
	c.remove(old)
	c.gone[objectKey{kind: op.Table, name: old}] = true
	c.followTable(old, other.Name)
	return true
}

// mergeColumn does as merge for a column.
func (c *Catalog) mergeColumn(t *Table, old, to string) bool {
	if !t.dumped || t.column(to) == nil || !c.replays() {
		return false
	}
	switch column := t.column(old); {
	case column == nil:
		t.dropped[old] = true
	case !column.dumped:
		c.removeColumn(t, column)
		t.dropped[old] = true
	}
	return true
}

// dumpedConstraint reports whether a table of a dump has a constraint of the name, or
// one over the same columns as one without a name, which had the same chosen for it.
func (t *Table) dumpedConstraint(k op.ConstraintDef) bool {
	switch {
	case !t.dumped:
		return false
	case k.Name != "":
		return t.constraint(k.Name) != nil
	}
	return slices.ContainsFunc(t.constraints, func(known *constraint) bool {
		return known.Kind == k.Kind && known.References == k.References && slices.Equal(known.Columns, k.Columns)
	})
}

// isIndex reports whether a name is that of an index, one that backs a key among
// them.
func (c *Catalog) isIndex(n op.Name) bool {
	full := c.Resolve(n)
	return c.tables[full] == nil && c.objects[objectKey{kind: op.Index, name: full}] != nil
}
