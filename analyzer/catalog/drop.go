package catalog

import (
	"slices"

	"github.com/dropgate/dropgate/analyzer/op"
)

func (c *Catalog) drop(o *op.Drop) {
	switch o.Kind {
	case op.Table, op.ForeignTable:
		c.dropTable(c.Resolve(o.Name), o.Cascade)
		return
	case op.Schema:
		c.dropSchema(o.Name.Name)
		return
	case op.Constraint:
		c.dropConstraint(o)
		return
	case op.Index:
		c.dropIndex(o)
		return
	case op.Sequence:
		if s := c.sequenceOf(o.Name); s != nil {
			c.dropSequence(s)
			return
		}
	case op.Type, op.Domain, op.Collation, op.Extension:
		if o.Cascade {
			for _, u := range c.ColumnsOf(o.Kind, o.Name) {
				c.removeColumn(u.Table, u.Column)
				u.Table.dropped[u.Column.Name] = true
			}
		}
	}
	key := c.key(o.Kind, o.Name, o.On)
	switch o.Kind {
	case op.Function:
		if !c.dropFunction(key.name, o) {
			return
		}
	case op.Trigger, op.Rule, op.OtherObject:
		c.dropTrigger(o)
	case op.View, op.MaterializedView:
		c.dropRelation(key.name)
	}
	delete(c.objects, key)
	c.gone[key] = true
}

func (c *Catalog) dropTable(full op.Name, cascade bool) {
	t := c.tables[full]
	c.remove(full)
	c.dropRelation(full)
	c.perhaps = slices.DeleteFunc(c.perhaps, func(n op.Name) bool { return n == full })
	c.forget(full.String())
	c.gone[objectKey{kind: op.Table, name: full}] = true
	if t == nil {
		return
	}
	if cascade {
		for _, u := range c.ColumnsOf(op.Type, full) {
			c.removeColumn(u.Table, u.Column)
			u.Table.dropped[u.Column.Name] = true
		}
	}
	c.forgetParts(t)
	for _, child := range c.children(t) {
		if cascade || child.Parent == full {
			c.dropTable(child.Name, true)
		}
	}
	c.orphan(t)
	c.dropForeign(func(k *constraint) bool { return k.References == full })
}

func (c *Catalog) dropSchema(name string) {
	for _, t := range slices.Clone(c.sorted()) {
		if t.Name.Schema == name {
			c.dropTable(t.Name, true)
		}
	}
	for _, t := range c.sorted() {
		for _, column := range slices.Clone(t.Columns) {
			if column.Type.Name.Schema == name {
				c.removeColumn(t, column)
				t.dropped[column.Name] = true
			}
		}
	}
	for key := range c.objects {
		if key.name.Schema == name {
			delete(c.objects, key)
			delete(c.functions, key.name)
			c.dropRelation(key.name)
			c.gone[key] = true
		}
	}
	c.dropTriggersOf(func(function op.Name) bool { return function.Schema == name })
	clear(c.passes)
	delete(c.schemas, name)
	c.gone[objectKey{kind: op.Schema, name: op.Name{Name: name}}] = true
}
