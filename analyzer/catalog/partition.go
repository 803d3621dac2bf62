package catalog

import (
	"slices"

	"github.com/dropgate/dropgate/analyzer/op"
)

// handAll gives a table what it gets from one above it: checks; partitions the keys,
// foreign keys and indexes too.
func (c *Catalog) handAll(t, from *Table) {
	for _, k := range slices.Clone(from.constraints) {
		c.hand(t, from, k)
	}
	if t.Parent == from.Name {
		for _, i := range slices.Clone(from.indexes) {
			c.handIndex(t, i)
		}
	}
}

// hand gives a table one constraint of one above it. One of its own that says the
// same takes its place.
func (c *Catalog) hand(t, from *Table, k *constraint) {
	switch {
	case k.Kind == op.Check && k.NoInherit, k.Kind == op.NotNullNamed, t.Parent != from.Name && k.Kind != op.Check:
		return
	case k.Kind == op.Check:
		if old := t.constraint(k.Name); old != nil && old.Kind == op.Check {
			return
		}
	default:
		for _, own := range t.constraints {
			if own.from == nil && sameConstraint(own, k) {
				own.from = k
				t.refresh()
				return
			}
		}
	}
	one := &constraint{ConstraintDef: k.ConstraintDef, outdated: k.outdated}
	switch {
	case k.Kind == op.Check:
	case k.Kind == op.ForeignKey && t.constraint(k.Name) == nil:
		one.from = k
	default:
		one.from, one.Name, one.Index = k, "", ""
		if k.isKey() {
			one.labels = k.labels
		}
	}
	if k.Kind == op.PrimaryKey {
		c.setNotNull(t, k.Columns)
	}
	if one = c.place(t, one); one == nil {
		return
	}
	for _, heir := range c.heirs(t) {
		c.hand(heir, t, one)
	}
}

// sameConstraint reports whether a partition's own constraint can stand for one of
// the table above.
func sameConstraint(own, k *constraint) bool {
	if own.Kind != k.Kind || !slices.Equal(own.Columns, k.Columns) {
		return false
	}
	if k.Kind != op.ForeignKey {
		return true
	}
	return own.References == k.References && slices.Equal(own.RefColumns, k.RefColumns) &&
		own.OnDelete == k.OnDelete && own.OnUpdate == k.OnUpdate
}

// handIndex gives a partition an index of the table above.
func (c *Catalog) handIndex(t *Table, i *index) {
	for _, own := range t.indexes {
		same := own.Unique == i.Unique && own.Method == i.Method && own.Where == i.Where && slices.Equal(own.Include, i.Include)
		if own.from == nil && same && slices.Equal(own.Elements, i.Elements) {
			own.from = i
			return
		}
	}
	one := &index{CreateIndex: i.CreateIndex, from: i, labels: i.labels, outdated: i.outdated}
	one.Name, one.Table = "", t.Name
	c.addIndex(t, one)
	for _, heir := range c.heirs(t) {
		if heir.Parent == t.Name {
			c.handIndex(heir, one)
		}
	}
}

// attach is ATTACH PARTITION.
func (c *Catalog) attach(o *op.AttachPartition) {
	if c.isIndex(o.Parent) { // ALTER INDEX … ATTACH PARTITION
		if i, j := c.indexNamed(o.Parent), c.indexNamed(o.Partition); i != nil && j != nil {
			j.from = i
		}
		return
	}
	parent, t := c.implied(o.Parent), c.implied(o.Partition)
	if c.isUnder(parent, t) {
		return
	}
	t.Parent, t.bound = parent.Name, o.Bound
	c.bonds = true
	c.under.note(parent.Name, t)
	for _, column := range t.Columns {
		if parent.column(column.Name) != nil {
			column.local = false
		}
	}
	for _, column := range parent.Columns {
		if one := t.column(column.Name); one != nil && column.NotNull {
			one.NotNull = true
		}
	}
	for _, k := range t.constraints {
		if above := parent.constraint(k.Name); above != nil && k.Kind == op.Check && above.Kind == op.Check {
			k.local = false
		}
	}
	c.handAll(t, parent)
}

// indexNamed returns the index of that name.
func (c *Catalog) indexNamed(n op.Name) *index {
	key := c.key(op.Index, n, op.Name{})
	if o := c.objects[key]; o != nil && o.table != nil && c.tables[c.Resolve(n)] == nil {
		return o.table.index(key.name.Name)
	}
	return nil
}

// detach is DETACH PARTITION: what the partition has is its own from then on.
func (c *Catalog) detach(t *Table) {
	t.Parent, t.bound = op.Name{}, ""
	t.settle()
}

// settle makes what a table has its own.
func (t *Table) settle() {
	for _, column := range t.Columns {
		column.local = true
	}
	for _, k := range t.constraints {
		k.from, k.local = nil, true
	}
	for _, i := range t.indexes {
		i.from = nil
	}
	t.refresh()
}

func (c *Catalog) inherit(o *op.Inherit) {
	t := c.implied(o.Table)
	parent := c.implied(o.Parent)
	if !o.Off {
		if c.isUnder(parent, t) {
			return
		}
		t.Parents = append(t.Parents, parent.Name)
		c.bonds = true
		c.under.note(parent.Name, t)
		return
	}
	t.Parents = slices.DeleteFunc(t.Parents, func(n op.Name) bool { return n == parent.Name })
	if len(t.Parents) == 0 {
		t.settle()
	}
}

// isUnder reports whether a table is another one, or inherits from it or is a
// partition of it at any depth: PostgreSQL refuses circles.
func (c *Catalog) isUnder(t, above *Table) bool {
	return t.Name == above.Name || c.bonds && slices.Contains(c.family(above), t)
}

// orphan makes those under a table that is no more tables of their own.
func (c *Catalog) orphan(t *Table) {
	heirs := c.heirs(t)
	for _, heir := range heirs {
		heir.Parents = slices.DeleteFunc(heir.Parents, func(n op.Name) bool { return n == t.Name })
		if heir.Parent == t.Name {
			heir.Parent, heir.bound = op.Name{}, ""
		}
		if len(heir.Parents) == 0 && heir.Parent.IsZero() {
			heir.settle()
		}
	}
}
