package catalog

import (
	"slices"

	"github.com/dropgate/dropgate/analyzer/op"
)

func (c *Catalog) createIndex(o *op.CreateIndex) {
	t := c.implied(o.Table)
	full := op.Name{Schema: t.Name.Schema, Name: o.Name}
	if o.Name != "" && c.relationTaken(full) {
		// The index of a table that is not known may be gone with that.
		if old := c.objects[objectKey{kind: op.Index, name: full}]; o.IfNotExists || old == nil || old.table != nil {
			return
		}
	}
	one := c.addIndex(t, &index{CreateIndex: *o})
	if o.Only {
		return
	}
	for _, heir := range c.heirs(t) {
		if heir.Parent == t.Name {
			c.handIndex(heir, one)
		}
	}
}

// addIndex adds an index to a table, under a name that PostgreSQL chooses where it
// has none.
func (c *Catalog) addIndex(t *Table, i *index) *index {
	if len(i.labels) == 0 {
		i.labels = keyNames(i.Elements, i.Include)
	}
	if i.Name == "" {
		i.Name = c.choose(t.Name.Schema, t.Name.Name, joined(i.labels), "idx", c.relationTaken)
	}
	t.indexes = append(t.indexes, i)
	t.noteIndex(i)
	c.nameIndex(t, i.Name)
	return i
}

// nameIndex notes the name of an index.
func (c *Catalog) nameIndex(t *Table, name string) {
	key := objectKey{kind: op.Index, name: op.Name{Schema: t.Name.Schema, Name: name}}
	c.objects[key] = &object{epoch: c.epoch, table: t}
	delete(c.gone, key)
}

func (c *Catalog) freeIndex(t *Table, name string) {
	c.forgetObject(objectKey{kind: op.Index, name: op.Name{Schema: t.Name.Schema, Name: name}})
}

// removeIndex removes an index and those that come with it in partitions.
func (c *Catalog) removeIndex(t *Table, i *index) {
	t.indexes = slices.DeleteFunc(t.indexes, func(one *index) bool { return one == i })
	c.freeIndex(t, i.Name)
	t.refresh()
	for _, heir := range c.heirs(t) {
		for _, one := range slices.Clone(heir.indexes) {
			if one.from == i {
				c.removeIndex(heir, one)
			}
		}
	}
}

// dropIndex is DROP INDEX. The index of a constraint goes with that only.
func (c *Catalog) dropIndex(o *op.Drop) {
	key := c.key(op.Index, o.Name, op.Name{})
	found := c.objects[key]
	c.forgetObject(key)
	if found == nil || found.table == nil {
		return
	}
	t := found.table
	if k := t.constraint(key.name.Name); k != nil && k.isKey() {
		c.removeConstraint(t, k)
		return
	}
	if i := t.index(key.name.Name); i != nil {
		c.removeIndex(t, i)
		if o.Cascade && i.Unique {
			c.dropNeeding(t, i.Columns)
		}
	}
}

// renameIndex gives an index another name, and the constraint that it keeps.
func (c *Catalog) renameIndex(key objectKey, name string) {
	o := c.objects[key]
	if o == nil || o.table == nil {
		c.moveObject(key, op.Name{Schema: key.name.Schema, Name: name})
		return
	}
	t := o.table
	if k := t.constraint(key.name.Name); k != nil && k.isKey() {
		c.renameConstraint(t, k.Name, name)
		return
	}
	c.moveObject(key, op.Name{Schema: key.name.Schema, Name: name})
	if i := t.index(key.name.Name); i != nil {
		i.Name = name
		t.refresh()
	}
}
