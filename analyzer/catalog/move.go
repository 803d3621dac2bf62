package catalog

import (
	"slices"

	"github.com/dropgate/dropgate/analyzer/op"
)

func (c *Catalog) rename(o *op.Rename) {
	switch o.Kind {
	case op.Table, op.ForeignTable:
		full := c.Resolve(o.Name)
		if key := c.otherRelation(o.Name); c.tables[full] == nil && c.objects[key] != nil {
			c.rename(&op.Rename{Kind: key.kind, Name: o.Name, To: o.To})
			return
		}
		c.moveTable(full, func(n op.Name) op.Name { return op.Name{Schema: n.Schema, Name: o.To} })
	case op.Column:
		c.renameColumn(c.implied(o.Name), o.Column, o.To)
	case op.Schema:
		c.renameSchema(o.Name.Name, o.To)
	case op.Constraint:
		c.renameConstraint(c.implied(o.Name), o.Column, o.To)
	case op.Attribute:
		c.renameAttribute(o)
	case op.Trigger, op.Rule, op.Policy:
		c.renameOnTable(o)
	case op.Index:
		if c.tables[c.Resolve(o.Name)] != nil { // ALTER INDEX renames a table, too.
			c.rename(&op.Rename{Kind: op.Table, Name: o.Name, To: o.To})
			return
		}
		c.renameIndex(c.key(o.Kind, o.Name, op.Name{}), o.To)
	default:
		key := c.key(o.Kind, o.Name, op.Name{})
		c.moveNamed(key, op.Name{Schema: key.name.Schema, Name: o.To}, o.Overload)
	}
}

// otherRelation returns the sequence or index that ALTER TABLE may mean by a name.
func (c *Catalog) otherRelation(n op.Name) objectKey {
	key := c.key(op.Sequence, n, op.Name{})
	if c.objects[key] == nil {
		key = c.key(op.Index, n, op.Name{})
	}
	return key
}

// moveTable gives a table another name or schema; its rows come along.
func (c *Catalog) moveTable(old op.Name, to func(op.Name) op.Name) {
	t := c.tables[old]
	if t == nil {
		if t = c.implied(old); c.tables[old] == nil {
			c.moveView(old, to(old))
			return
		}
	}
	name := to(old)
	if other := c.tables[name]; other != nil {
		if c.merge(t, other) || !other.doubtful || other == t {
			return
		}
		c.dropTable(name, true) // it is gone, or this would be refused
	}
	c.leave(t, old)
	c.remove(old)
	c.gone[objectKey{kind: op.Table, name: old}] = true
	delete(c.gone, objectKey{kind: op.Table, name: name})
	c.moveParts(t, name)
	t.rename(name, c.epoch)
	c.put(name, t)
	c.moveRelation(old, name)
	c.followTable(old, name)
}

// moveParts takes along what goes with a table: constraints, indexes and sequences.
func (c *Catalog) moveParts(t *Table, name op.Name) {
	clear(c.passes)
	for _, k := range t.constraints {
		c.freeConstraint(t, k)
	}
	for _, i := range t.indexes {
		c.freeIndex(t, i.Name)
	}
	moved := Table{Name: name}
	for _, k := range t.constraints {
		c.objects[objectKey{kind: op.Constraint, name: op.Name{Name: k.Name}, on: name}] = &object{epoch: t.epoch}
		c.names[op.Name{Schema: name.Schema, Name: k.Name}]++
		if k.isKey() {
			c.nameIndex(&moved, k.Name)
			c.objects[objectKey{kind: op.Index, name: op.Name{Schema: name.Schema, Name: k.Name}}].table = t
		}
	}
	for _, i := range t.indexes {
		c.nameIndex(&moved, i.Name)
		c.objects[objectKey{kind: op.Index, name: op.Name{Schema: name.Schema, Name: i.Name}}].table = t
	}
	if name.Schema == t.Name.Schema {
		return
	}
	for _, s := range t.sequences {
		c.moveObject(objectKey{kind: op.Sequence, name: s.name}, op.Name{Schema: name.Schema, Name: s.name.Name})
	}
}

// followTable lets other tables follow one that they name.
func (c *Catalog) followTable(old, name op.Name) {
	c.under = nil
	for _, other := range c.tables {
		changed := false
		for _, k := range other.constraints {
			if k.References == old {
				k.References, changed = name, true
			}
		}
		if changed {
			other.refresh()
		}
		for i := range other.Parents {
			if other.Parents[i] == old {
				other.Parents[i] = name
			}
		}
		if other.Parent == old {
			other.Parent = name
		}
	}
}

// moveView gives a view another name by ALTER TABLE.
func (c *Catalog) moveView(old, name op.Name) {
	for _, kind := range []op.Kind{op.View, op.MaterializedView} {
		if key := (objectKey{kind: kind, name: old}); c.objects[key] != nil {
			c.moveObject(key, name)
		}
	}
}

func (c *Catalog) renameSchema(old, name string) {
	for _, t := range slices.Clone(c.sorted()) {
		if t.Name.Schema == old {
			c.moveTable(t.Name, func(n op.Name) op.Name { return op.Name{Schema: name, Name: n.Name} })
		}
	}
	for key := range c.objects {
		if key.name.Schema == old {
			c.moveObject(key, op.Name{Schema: name, Name: key.name.Name})
		}
	}
	if s := c.schemas[old]; s != nil {
		c.schemas[name] = s
		delete(c.schemas, old)
	}
	c.movedSchema(old, name)
}

func (c *Catalog) moveObject(key objectKey, name op.Name) {
	o := c.objects[key]
	c.forgetObject(key)
	if o == nil {
		o = &object{epoch: -1}
	}
	old := key.name
	key.name, o.name = name, name
	c.objects[key] = o
	delete(c.gone, key)
	c.movedObject(key.kind, old, name)
	if key.kind == op.View || key.kind == op.MaterializedView {
		c.moveRelation(old, name)
		delete(c.gone, objectKey{kind: op.Table, name: name}) // it can be read and written as a table
	}
}

func (c *Catalog) setSchema(o *op.SetSchema) {
	if o.Kind == op.Table || o.Kind == op.ForeignTable {
		full := c.Resolve(o.Name)
		if key := c.otherRelation(o.Name); c.tables[full] != nil || c.objects[key] == nil {
			c.moveTable(full, func(n op.Name) op.Name { return op.Name{Schema: o.Schema, Name: n.Name} })
			return
		}
		o = &op.SetSchema{Kind: op.Sequence, Name: o.Name, Schema: o.Schema}
	}
	key := c.key(o.Kind, o.Name, op.Name{})
	if o.Kind == op.Extension {
		c.moveExtension(key, o.Schema)
		return
	}
	c.moveNamed(key, op.Name{Schema: o.Schema, Name: key.name.Name}, o.Overload)
}
