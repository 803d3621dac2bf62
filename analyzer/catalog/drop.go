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
		t := c.implied(o.On)
		t.Keys = without(t.Keys, func(k op.ConstraintDef) bool { return k.Name == o.Name.Name })
		t.Foreign = without(t.Foreign, func(k op.ConstraintDef) bool { return k.Name == o.Name.Name })
		c.dropRowCalls(t.Name, o.Name.Name)
	case op.Index:
		for _, t := range c.tables {
			if t.Name.Schema == c.ResolveObject(op.Index, o.Name).Schema {
				t.Keys = without(t.Keys, func(k op.ConstraintDef) bool { return k.Name == o.Name.Name })
			}
		}
	case op.Type, op.Domain, op.Collation, op.Extension:
		if o.Cascade {
			for _, u := range c.ColumnsOf(o.Kind, o.Name) {
				u.Table.drop(u.Column.Name)
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
	c.leave(t, full)
	c.remove(full)
	c.dropRelation(full)
	c.perhaps = slices.DeleteFunc(c.perhaps, func(n op.Name) bool { return n == full })
	c.forget(full.String())
	c.gone[objectKey{kind: op.Table, name: full}] = true
	if t == nil {
		return
	}
	for _, child := range c.children(t) {
		if cascade || child.Parent == full {
			c.dropTable(child.Name, true)
		}
	}
	for _, other := range c.tables {
		other.Foreign = without(other.Foreign, func(k op.ConstraintDef) bool { return k.References == full })
	}
}

func (c *Catalog) dropSchema(name string) {
	for full := range c.tables {
		if full.Schema == name {
			c.leave(c.tables[full], full)
			c.remove(full)
			c.dropRelation(full)
			c.gone[objectKey{kind: op.Table, name: full}] = true
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
	delete(c.schemas, name)
	c.gone[objectKey{kind: op.Schema, name: op.Name{Name: name}}] = true
}

func (c *Catalog) rename(o *op.Rename) {
	switch o.Kind {
	case op.Table, op.ForeignTable:
		c.moveTable(c.Resolve(o.Name), func(n op.Name) op.Name { return op.Name{Schema: n.Schema, Name: o.To} })
	case op.Column:
		c.renameColumn(o)
	case op.Schema:
		c.renameSchema(o.Name.Name, o.To)
	case op.Constraint:
		t := c.implied(o.Name)
		for _, keys := range [][]op.ConstraintDef{t.Keys, t.Foreign} {
			for i := range keys {
				if keys[i].Name == o.Column {
					keys[i].Name = o.To
				}
			}
		}
		c.moveObject(objectKey{kind: op.Constraint, name: op.Name{Name: o.Column}, on: t.Name}, op.Name{Name: o.To})
	case op.Attribute:
		c.openType(o.Name)
	default:
		if o.Kind == op.Index && c.tables[c.Resolve(o.Name)] != nil {
			// ALTER INDEX renames a table, too.
			c.rename(&op.Rename{Kind: op.Table, Name: o.Name, To: o.To})
			return
		}
		key := c.key(o.Kind, o.Name, op.Name{})
		c.moveObject(key, op.Name{Schema: key.name.Schema, Name: o.To})
		if o.Kind == op.Type || o.Kind == op.Domain {
			c.renameType(o.Name, op.Name{Schema: key.name.Schema, Name: o.To})
		}
	}
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
		if c.merge(t, other) || !other.doubtful {
			return
		}
		c.dropTable(name, true) // it is gone, or this would be refused
	}
	c.leave(t, old)
	c.remove(old)
	c.gone[objectKey{kind: op.Table, name: old}] = true
	delete(c.gone, objectKey{kind: op.Table, name: name})
	t.Name = name
	c.put(name, t)
	c.moveRelation(old, name)
	for _, other := range c.tables {
		for i := range other.Foreign {
			if other.Foreign[i].References == old {
				other.Foreign[i].References = name
			}
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

func (c *Catalog) renameColumn(o *op.Rename) {
	t := c.implied(o.Name)
	if c.mergeColumn(t, o.Column, o.To) {
		return
	}
	t.dropped[o.Column] = true
	delete(t.dropped, o.To)
	column := t.column(o.Column)
	if column == nil {
		t.Columns = append(t.Columns, &Column{ColumnDef: op.ColumnDef{Name: o.To}, epoch: -1})
		return
	}
	column.Name = o.To
	for _, keys := range [][]op.ConstraintDef{t.Keys, t.Foreign} {
		for i := range keys {
			keys[i].Columns = replaced(keys[i].Columns, o.Column, o.To)
		}
	}
}

func replaced(all []string, old, name string) []string {
	out := make([]string, len(all))
	for i, s := range all {
		if s == old {
			s = name
		}
		out[i] = s
	}
	return out
}

func (c *Catalog) renameSchema(old, name string) {
	for full := range c.tables {
		if full.Schema == old {
			c.moveTable(full, func(n op.Name) op.Name { return op.Name{Schema: name, Name: n.Name} })
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
}

func (c *Catalog) moveObject(key objectKey, name op.Name) {
	o := c.objects[key]
	c.gone[key] = true
	delete(c.objects, key)
	if o == nil {
		o = &object{epoch: -1}
	}
	old := key.name
	key.name = name
	c.objects[key] = o
	delete(c.gone, key)
	if key.kind == op.Function && c.functions[old] != nil {
		c.functions[name] = append(c.functions[name], c.functions[old]...)
		delete(c.functions, old)
		c.renameTriggersOf(old, name)
	}
	if key.kind == op.View || key.kind == op.MaterializedView {
		c.moveRelation(old, name)
		delete(c.gone, objectKey{kind: op.Table, name: name}) // it can be read and written as a table
	}
}

func (c *Catalog) setSchema(o *op.SetSchema) {
	if o.Kind == op.Table || o.Kind == op.ForeignTable {
		c.moveTable(c.Resolve(o.Name), func(n op.Name) op.Name { return op.Name{Schema: o.Schema, Name: n.Name} })
		return
	}
	key := c.key(o.Kind, o.Name, op.Name{})
	c.moveObject(key, op.Name{Schema: o.Schema, Name: key.name.Name})
}

func (c *Catalog) renameType(old, name op.Name) {
	for _, u := range c.ColumnsOf(op.Type, old) {
		u.Column.Type.Name = name
	}
}

// openType notes that a composite type may have other attributes than it was made
// with.
func (c *Catalog) openType(n op.Name) {
	if o := c.objects[c.key(op.Type, n, op.Name{})]; o != nil {
		o.open = true
	}
}
