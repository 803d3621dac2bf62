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
	}
	key := c.key(o.Kind, o.Name, o.On)
	switch o.Kind {
	case op.Function:
		if !c.dropFunction(key.name, o) {
			return
		}
	case op.Trigger, op.Rule, op.EventTrigger:
		c.dropTrigger(o)
	case op.View, op.MaterializedView:
		c.dropRelation(key.name)
	}
	c.dropObject(key)
}

func (c *Catalog) dropTable(full op.Name, cascade bool) {
	t := c.tables[full]
	c.leave(t, full)
	c.remove(full)
	c.dropRelation(full)
	c.perhaps = slices.DeleteFunc(c.perhaps, func(n op.Name) bool { return n == full })
	c.forget(full.String())
	c.gone[objectKey{kind: op.Table, name: full}] = true
	if t == nil {
		return
	}
	c.forgetParts(t)
	for _, child := range c.children(t) {
		if cascade || child.Parent == full {
			c.dropTable(child.Name, true)
		}
	}
	c.orphan(t)
	c.dropForeign(full, func(*constraint) bool { return true })
	t.dead = true
}

func (c *Catalog) dropSchema(name string) {
	for _, t := range slices.Clone(c.sorted()) {
		if t.Name.Schema == name {
			c.dropTable(t.Name, true)
		}
	}
	for key := range c.objects {
		if key.name.Schema == name {
			delete(c.functions, key.name)
			c.dropObject(key)
		}
	}
	c.dropTriggersOf(func(function op.Name) bool { return function.Schema == name })
	clear(c.passes)
	delete(c.schemas, name)
	c.gone[objectKey{kind: op.Schema, name: op.Name{Name: name}}] = true
}
