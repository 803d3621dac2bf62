package catalog

import (
	"slices"

	"github.com/dropgate/dropgate/analyzer/op"
)

// alterConstraint is ALTER TABLE … ADD CONSTRAINT, and what ADD COLUMN defines along
// with a column.
func (c *Catalog) alterConstraint(o *op.AddConstraint) {
	t := c.implied(o.Table)
	if s := c.skipped; o.With != "" && s != nil && s.Table == o.Table && s.Column.Name == o.With {
		return // the column was there, and nothing was done
	}
	c.addConstraints(t, []op.ConstraintDef{o.Constraint}, o.Only)
}

// addConstraints adds what one statement defines: checks first, then keys, then
// foreign keys. A key that says the same as one before it is not made twice.
func (c *Catalog) addConstraints(t *Table, all []op.ConstraintDef, only bool) {
	for _, k := range all {
		if k.Kind == op.Check || k.Kind == op.NotNullNamed {
			c.addConstraint(t, k, only)
		}
	}
	for _, k := range distinctKeys(all) {
		c.addConstraint(t, k, only)
	}
	for _, k := range all {
		if k.Kind == op.ForeignKey {
			c.addConstraint(t, k, only)
		}
	}
}

// distinctKeys returns the keys among the constraints, the primary one first.
func distinctKeys(all []op.ConstraintDef) []op.ConstraintDef {
	var keys []op.ConstraintDef
	add := func(k op.ConstraintDef) {
		if k.Index == "" && k.Kind != op.Exclusion {
			for i, old := range keys {
				if old.Kind != op.Exclusion && slices.Equal(old.Columns, k.Columns) && slices.Equal(old.Include, k.Include) &&
					old.Nullable == k.Nullable && old.Deferrable == k.Deferrable {
					if old.Name == "" {
						keys[i].Name = k.Name
					}
					return
				}
			}
		}
		keys = append(keys, k)
	}
	for _, k := range all {
		if k.Kind == op.PrimaryKey {
			add(k)
		}
	}
	for _, k := range all {
		if k.Kind == op.Unique || k.Kind == op.Exclusion {
			add(k)
		}
	}
	return keys
}

// addConstraint adds one constraint to a table and to those under it that get it
// too.
func (c *Catalog) addConstraint(t *Table, k op.ConstraintDef, only bool) {
	if k.Index != "" {
		c.takeOver(t, &k)
	}
	if k.Kind == op.ForeignKey {
		k.References = c.Resolve(k.References)
		if to := c.tables[k.References]; to != nil && len(k.RefColumns) == 0 {
			k.RefColumns = to.primaryKey()
		}
	}
	if !t.dumpedConstraint(k) {
		c.settleConstraint(t, &constraint{ConstraintDef: k, local: true}, only)
	}
}

// settleConstraint places a constraint and hands it on.
func (c *Catalog) settleConstraint(t *Table, k *constraint, only bool) {
	one := c.place(t, k)
	if one == nil {
		return
	}
	if k.Kind == op.PrimaryKey {
		c.setNotNull(t, k.Columns)
	}
	if only || k.Kind == op.Check && k.NoInherit {
		return
	}
	for _, heir := range c.heirs(t) {
		c.hand(heir, t, one)
	}
}

// setNotNull says of columns that they hold no NULL, here and under the table.
func (c *Catalog) setNotNull(t *Table, columns []string) {
	for _, name := range columns {
		c.alterColumn(t, &op.AlterColumn{Column: name, SetNotNull: true})
	}
}

// place adds a constraint to a table under a name of its own, and returns nil where
// PostgreSQL would refuse it: the name is taken.
func (c *Catalog) place(t *Table, k *constraint) *constraint {
	if k.Name == "" {
		k.Name = c.chosenName(t, k)
	}
	if k.isKey() && len(k.labels) == 0 {
		k.labels = k.keyNames()
	}
	key := objectKey{kind: op.Constraint, name: op.Name{Name: k.Name}, on: t.Name}
	if c.objects[key] != nil {
		if old := t.constraint(k.Name); old != nil {
			if k.Kind != op.ForeignKey && !old.doubtful {
				return nil
			}
			c.removeConstraint(t, old)
		}
	}
	t.constraints = append(t.constraints, k)
	c.leading.note(k.References, t)
	t.note(k)
	c.objects[key] = &object{epoch: c.epoch}
	delete(c.gone, key)
	c.names[op.Name{Schema: t.Name.Schema, Name: k.Name}]++
	if k.isKey() {
		c.nameIndex(t, k.Name)
	}
	return k
}

// takeOver makes a constraint of an index: USING INDEX.
func (c *Catalog) takeOver(t *Table, k *op.ConstraintDef) {
	if k.Name == "" {
		k.Name = k.Index
	}
	i := t.index(k.Index)
	if i == nil {
		return
	}
	k.Columns, k.Include, k.Nullable = i.Columns, i.Include, i.Nullable
	c.removeIndex(t, i)
}

// removeConstraint removes a constraint and what comes with it in partitions and
// tables that inherit.
func (c *Catalog) removeConstraint(t *Table, k *constraint) {
	t.constraints = slices.DeleteFunc(t.constraints, func(one *constraint) bool { return one == k })
	c.freeConstraint(t, k)
	t.refresh()
	for _, heir := range c.heirs(t) {
		for _, one := range slices.Clone(heir.constraints) {
			inherited := one.Kind == op.Check && k.Kind == op.Check && one.Name == k.Name && !one.local
			if one.from == k || inherited {
				c.removeConstraint(heir, one)
			}
		}
	}
}

// freeConstraint notes that a constraint is no more.
func (c *Catalog) freeConstraint(t *Table, k *constraint) {
	c.forgetObject(objectKey{kind: op.Constraint, name: op.Name{Name: k.Name}, on: t.Name})
	full := op.Name{Schema: t.Name.Schema, Name: k.Name}
	if c.names[full]--; c.names[full] <= 0 {
		delete(c.names, full)
	}
	if k.isKey() {
		c.freeIndex(t, k.Name)
	}
}

// dropConstraint is ALTER TABLE … DROP CONSTRAINT.
func (c *Catalog) dropConstraint(o *op.Drop) {
	t := c.implied(o.On)
	c.dropRowCalls(t.Name, o.Name.Name)
	k := t.constraint(o.Name.Name)
	if k == nil {
		c.forgetObject(c.key(op.Constraint, o.Name, o.On))
		if i := t.index(o.Name.Name); i != nil { // PostgreSQL would refuse it
			c.removeIndex(t, i)
		}
		if c.renamed { // it may be any of them
			c.doubtConstraint(&op.Drop{Name: op.Name{Name: op.OpenMark}, On: o.On})
		}
		return
	}
	c.removeConstraint(t, k)
	if o.Cascade && k.isKey() {
		c.dropNeeding(t, k.Columns)
	}
}

// dropNeeding removes the foreign keys that need a key of a table which is gone.
func (c *Catalog) dropNeeding(t *Table, columns []string) {
	for _, k := range t.KeyColumns() {
		if sameSet(k, columns) {
			return // there is another one
		}
	}
	c.dropForeign(t.Name, func(k *constraint) bool { return sameSet(k.RefColumns, columns) })
}

// dropForeign removes the foreign keys to a table that which picks.
func (c *Catalog) dropForeign(to op.Name, which func(*constraint) bool) {
	for _, other := range c.of(c.leading, to) {
		if len(other.Foreign) == 0 {
			continue
		}
		for _, k := range slices.Clone(other.constraints) {
			if k.Kind == op.ForeignKey && k.References == to && which(k) {
				c.removeConstraint(other, k)
			}
		}
	}
}

func sameSet(a, b []string) bool {
	if len(a) != len(b) {
		return false
	}
	for _, s := range a {
		if !contains(b, s) {
			return false
		}
	}
	return true
}

// validate is ALTER TABLE … VALIDATE CONSTRAINT.
func (c *Catalog) validate(o *op.ValidateConstraint) {
	t := c.implied(o.Table)
	k := t.constraint(o.Name)
	if k == nil {
		return
	}
	k.NotValid = false
	if k.Kind == op.NotNullNamed {
		c.setNotNull(t, k.Columns)
	}
	for _, heir := range c.heirs(t) {
		for _, one := range heir.constraints {
			if one.from == k || k.Kind == op.Check && one.Kind == op.Check && one.Name == k.Name {
				c.validate(&op.ValidateConstraint{Table: heir.Name, Name: one.Name})
			}
		}
	}
}

// deferConstraint is ALTER TABLE … ALTER CONSTRAINT.
func (c *Catalog) deferConstraint(t *Table, o *op.DeferConstraint) {
	k := t.constraint(o.Name)
	if k == nil {
		return
	}
	k.Deferrable, k.Deferred = o.Deferrable, o.Deferred
	t.refresh()
	for _, heir := range c.heirs(t) {
		for _, one := range heir.constraints {
			if one.from == k {
				own := *o
				own.Name = one.Name
				c.deferConstraint(heir, &own)
			}
		}
	}
}

// renameConstraint gives a constraint another name, and its index with it.
func (c *Catalog) renameConstraint(t *Table, old, name string) {
	c.moveObject(objectKey{kind: op.Constraint, name: op.Name{Name: old}, on: t.Name}, op.Name{Name: name})
	k := t.constraint(old)
	if k == nil {
		return
	}
	k.Name = name
	c.names[op.Name{Schema: t.Name.Schema, Name: name}]++
	full := op.Name{Schema: t.Name.Schema, Name: old}
	if c.names[full]--; c.names[full] <= 0 {
		delete(c.names, full)
	}
	if k.isKey() {
		c.freeIndex(t, old)
		c.nameIndex(t, name)
	}
	t.refresh()
	if k.Kind != op.Check || k.NoInherit {
		return
	}
	for _, heir := range c.heirs(t) {
		if one := heir.constraint(old); one != nil && one.Kind == op.Check {
			c.renameConstraint(heir, old, name)
		}
	}
}
