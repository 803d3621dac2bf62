package catalog

import (
	"slices"

	"github.com/dropgate/dropgate/analyzer/op"
)

// newColumn makes a column of a definition.
func (c *Catalog) newColumn(d op.ColumnDef) *Column {
	d.Type = c.typeOf(d.Type)
	column := &Column{ColumnDef: d, epoch: c.epoch, local: true}
	c.setSerial(column)
	return column
}

func (c *Catalog) addColumn(o *op.AddColumn) {
	c.skipped = nil
	t := c.implied(o.Table)
	if old := t.column(o.Column.Name); old != nil {
		if !old.doubtful || o.IfNotExists {
			if !old.doubtful {
				c.skipped = o
			}
			c.claimColumn(old, o)
			return
		}
		c.removeColumn(t, old)
	}
	_, state := c.Column(o.Table, o.Column.Name)
	column := c.newColumn(o.Column)
	if state != Created && !c.certain(o.IfNotExists, state) {
		column.epoch = -1
	}
	t.Columns = append(t.Columns, column)
	c.outdateStars(t.Name)
	delete(t.dropped, o.Column.Name)
	if o.Column.Type.Serial || o.Column.Identity != "" {
		c.numberColumn(t, column, o.Column.Sequence)
	}
	for _, heir := range c.heirs(t) {
		c.inheritColumn(heir, o, column)
	}
}

// inheritColumn gives a column that was added to a table to one under it.
func (c *Catalog) inheritColumn(heir *Table, o *op.AddColumn, from *Column) {
	if heir.column(from.Name) != nil {
		return
	}
	add := *o
	add.Table, add.Column.Type.Serial, add.Column.Identity = heir.Name, false, ""
	c.addColumn(&add)
	if column := heir.column(from.Name); column != nil {
		column.local, column.serial = false, from.serial
	}
	c.skipped = nil
}

// dropColumn removes a column from a table and from those under it that have it
// from there.
func (c *Catalog) dropColumn(t *Table, name string, cascade bool) {
	c.dropOwnColumn(t, name, cascade)
	for _, heir := range c.heirs(t) {
		if one := heir.column(name); one == nil || !one.local && !c.hasAbove(heir, name) {
			c.dropColumn(heir, name, cascade)
		}
	}
}

// dropColumnOnly leaves the column to the tables that inherit it: ALTER TABLE ONLY.
func (c *Catalog) dropColumnOnly(t *Table, name string, cascade bool) {
	c.dropOwnColumn(t, name, cascade)
	for _, heir := range c.heirs(t) {
		if one := heir.column(name); one != nil {
			one.local = true
		}
	}
}

func (c *Catalog) dropOwnColumn(t *Table, name string, cascade bool) {
	t.dropped[name] = true
	if column := t.column(name); column != nil {
		if cascade {
			c.dropReading(t, name)
		}
		c.removeColumn(t, column)
		if column.dumped {
			t.dropped[name] = false
			t.mayHave(name)
		}
	}
	c.forget(t.Name.String() + "." + name)
}

// hasAbove reports whether a table that this one is a partition of or inherits from
// has the column.
func (c *Catalog) hasAbove(t *Table, column string) bool {
	for _, n := range append(slices.Clone(t.Parents), t.Parent) {
		if above := c.tables[n]; above != nil && above.column(column) != nil {
			return true
		}
	}
	return false
}

// dropReading removes what CASCADE takes along with a column: foreign keys to it and
// generated columns that are computed from it.
func (c *Catalog) dropReading(t *Table, name string) {
	c.dropForeign(t.Name, func(k *constraint) bool { return contains(k.RefColumns, name) })
	for _, column := range slices.Clone(t.Columns) {
		if column.Generated && contains(column.Reads, name) {
			c.removeColumn(t, column)
			t.dropped[column.Name] = true
		}
	}
}

// removeColumn removes a column with the constraints and indexes that it is part of
// and the sequences that it owns.
func (c *Catalog) removeColumn(t *Table, column *Column) {
	t.Columns = slices.DeleteFunc(slices.Clone(t.Columns), func(one *Column) bool { return one == column })
	for _, k := range slices.Clone(t.constraints) {
		if k.involves(column.Name) {
			c.removeConstraint(t, k)
		}
	}
	for _, i := range slices.Clone(t.indexes) {
		if contains(i.Columns, column.Name) || contains(i.Reads, column.Name) {
			c.removeIndex(t, i)
		}
	}
	c.dropOwned(t, column)
}

// alterColumn changes what a column takes or is filled with, here and in the tables
// under this one.
func (c *Catalog) alterColumn(t *Table, o *op.AlterColumn) {
	if column := t.column(o.Column); column != nil {
		c.change(t, column, o)
	}
	if o.Only || o.Identity != "" || o.DropIdentity {
		return
	}
	for _, heir := range c.heirs(t) {
		c.alterColumn(heir, o)
	}
}

func (c *Catalog) change(t *Table, column *Column, o *op.AlterColumn) {
	switch {
	case o.SetNotNull:
		column.NotNull = true
	case o.DropNotNull:
		column.NotNull = false
		c.dropNotNulls(t, column.Name)
	case o.DropExpression:
		column.Generated, column.Expression, column.Reads = false, "", nil
	case o.Expression != "":
		column.Expression, column.Reads, column.outdated = o.Expression, o.Reads, false
	case o.SetDefault != "":
		column.Default, column.DefaultText, column.outdated = true, o.SetDefault, false
		c.setSerial(column)
	case o.DropDefault:
		column.Default, column.DefaultText, column.serial = false, "", nil
	case o.DropIdentity:
		if column.Identity != "" {
			column.Default, column.Identity = false, ""
			c.dropOwned(t, column)
		}
	case o.Identity != "":
		is := column.Identity != ""
		column.Default, column.Identity = true, o.Identity
		if !is {
			c.numberColumn(t, column, o.Sequence)
		}
	}
}

// dropNotNulls removes the constraints by name that say that a column is not NULL.
func (c *Catalog) dropNotNulls(t *Table, column string) {
	for _, k := range slices.Clone(t.constraints) {
		if k.Kind == op.NotNullNamed && contains(k.Columns, column) {
			c.removeConstraint(t, k)
		}
	}
}

// alterType is ALTER COLUMN … TYPE.
func (c *Catalog) alterType(t *Table, o *op.AlterColumnType) {
	if column := t.column(o.Column); column != nil {
		column.Type, column.Collation = c.typeOf(o.Type), o.Collation
	}
	for _, heir := range c.heirs(t) {
		c.alterType(heir, o)
	}
}

// renameColumn gives a column another name, also where other tables name it.
func (c *Catalog) renameColumn(t *Table, old, name string) {
	if c.mergeColumn(t, old, name) {
		return
	}
	column := t.column(old)
	if column != nil && t.column(name) != nil {
		return // PostgreSQL refuses it
	}
	t.dropped[old] = true
	delete(t.dropped, name)
	if column == nil {
		if t.column(name) == nil {
			t.Columns = append(t.Columns, &Column{ColumnDef: op.ColumnDef{Name: name}, epoch: -1, local: true})
		}
		return
	}
	t.outdate(old)
	t.renamePartitionKey(old, name)
	column.Name = name
	for _, one := range t.Columns {
		one.Reads = replaced(one.Reads, old, name)
	}
	for _, k := range t.constraints {
		k.Columns, k.Include, k.Reads = replaced(k.Columns, old, name), replaced(k.Include, old, name), replaced(k.Reads, old, name)
	}
	for _, i := range t.indexes {
		i.Columns, i.Include, i.Reads = replaced(i.Columns, old, name), replaced(i.Include, old, name), replaced(i.Reads, old, name)
		i.Elements = slices.Clone(i.Elements)
		for j := range i.Elements {
			if i.Elements[j].Column == old {
				i.Elements[j].Column = name
			}
		}
	}
	t.refresh()
	c.followColumn(t.Name, old, name)
	c.moveReads(t.Name, old, name)
	for _, heir := range c.heirs(t) {
		if heir.column(old) != nil {
			c.renameColumn(heir, old, name)
		}
	}
}

// followColumn lets foreign keys follow a column that they refer to.
func (c *Catalog) followColumn(table op.Name, old, name string) {
	for _, other := range c.of(c.leading, table) {
		changed := false
		for _, k := range other.constraints {
			if k.References == table && contains(k.RefColumns, old) {
				k.RefColumns = replaced(k.RefColumns, old, name)
				changed = true
			}
		}
		if changed {
			other.refresh()
		}
	}
}

func replaced(all []string, old, name string) []string {
	if !contains(all, old) {
		return all
	}
	out := slices.Clone(all)
	for i, s := range out {
		if s == old {
			out[i] = name
		}
	}
	return out
}
