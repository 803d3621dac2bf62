package catalog

import (
	"slices"

	"github.com/dropgate/dropgate/analyzer/op"
)

// createView notes a view with what it selects from. OR REPLACE takes the place of
// the one that is there; IF NOT EXISTS leaves it as it is.
func (c *Catalog) createView(o *op.CreateView) {
	name := o.Name
	switch {
	case o.Temporary, slices.ContainsFunc(o.Reads, c.temporary):
		name.Schema = temporarySchema
	case name.Schema == "":
		name.Schema = c.creationSchema()
	}
	key := objectKey{kind: o.Kind, name: name}
	if c.objects[key] != nil && o.IfNotExists {
		return
	}
	known := c.objects[key] != nil
	c.create(o.Kind, name, op.Name{}, nil)
	if !known {
		c.grantDefaults(op.Table, name)
	}
	delete(c.gone, objectKey{kind: op.Table, name: name})
	made := c.objects[key]
	made.over, made.view, made.calls = op.Name{}, c.settledView(o), c.calledBy(o)
	made.path, made.outdated = c.searchPath, false
	if !o.Over.IsZero() {
		made.over = c.relation(o.Over)
	}
}

// temporary reports whether a relation is in the schema of temporary ones; a view
// over one is temporary itself.
func (c *Catalog) temporary(n op.Name) bool { return c.relation(n).Schema == temporarySchema }

// settledView returns a view with the full names of what it needs.
func (c *Catalog) settledView(o *op.CreateView) *op.CreateView {
	made := *o
	made.Reads = all(o.Reads, c.relation)
	made.Columns = all(o.Columns, func(r op.ColumnRead) op.ColumnRead { r.Relation = c.relation(r.Relation); return r })
	made.Types = all(o.Types, c.typeName)
	made.Collations = all(o.Collations, c.collationName)
	made.Calls = c.settledCalls(o.Calls)
	return &made
}

// calledBy returns the full names of the functions that a view calls, as far as
// the migrations made them.
func (c *Catalog) calledBy(o *op.CreateView) []op.Name {
	var all []op.Name
	for _, one := range o.Calls {
		if call, ok := one.(*op.Call); ok {
			if full := c.functionName(call.Function); full.Schema != "" && !slices.Contains(all, full) {
				all = append(all, full)
			}
		}
	}
	return all
}

// viewsOver returns the views that may name a relation.
func (c *Catalog) viewsOver(relation op.Name) []*object {
	var all []*object
	for _, holder := range c.mentioning(relation.Name) {
		if o := c.viewOf(holder.name); holder.kind == op.Table && o != nil && o.view != nil {
			all = append(all, o)
		}
	}
	return all
}

// moveViewed follows a relation to its new name in the views over it.
func (c *Catalog) moveViewed(old, name op.Name) {
	for _, o := range c.viewsOver(old) {
		if o.over == old {
			o.over = name
		}
		moved := *o.view
		o.outdated = o.outdated || slices.Contains(moved.Reads, old)
		moved.Reads = all(moved.Reads, func(n op.Name) op.Name {
			if n == old {
				return name
			}
			return n
		})
		moved.Columns = all(moved.Columns, func(r op.ColumnRead) op.ColumnRead {
			if r.Relation == old {
				r.Relation = name
			}
			return r
		})
		o.view = &moved
	}
}

// moveReads follows a column to its new name in the views that show it.
func (c *Catalog) moveReads(table op.Name, old, name string) {
	for _, o := range c.viewsOver(table) {
		moved := *o.view
		moved.Columns = all(moved.Columns, func(r op.ColumnRead) op.ColumnRead {
			if r.Relation == table && r.Column == old {
				r.Column, o.outdated = name, true
			}
			return r
		})
		o.view = &moved
	}
}

// outdateStars notes that a view with a * over a relation has not all columns that
// its query would give it now.
func (c *Catalog) outdateStars(relation op.Name) {
	for _, o := range c.viewsOver(relation) {
		if slices.Contains(o.view.Columns, op.ColumnRead{Relation: relation}) {
			o.outdated = true
		}
	}
}

// putOn notes what is on a relation.
func (c *Catalog) putOn(key objectKey) {
	if key.on.IsZero() {
		return
	}
	if c.over[key.on] == nil {
		c.over[key.on] = map[objectKey]bool{}
	}
	c.over[key.on][key] = true
}

// onTable returns the keys of the triggers, rules and policies of a relation.
func (c *Catalog) onTable(relation op.Name) []objectKey {
	var all []objectKey
	for key := range c.over[relation] {
		if c.objects[key] != nil {
			all = append(all, key)
		}
	}
	return all
}

// moveOnTable follows a relation to its new name with what is on it.
func (c *Catalog) moveOnTable(old, name op.Name) {
	for _, key := range c.onTable(old) {
		o := c.objects[key]
		delete(c.objects, key)
		key.on = name
		c.objects[key] = o
		c.putOn(key)
	}
	delete(c.over, old)
}

// dropOnTable forgets the triggers, rules and policies of a relation that is no more.
func (c *Catalog) dropOnTable(relation op.Name) {
	for _, key := range c.onTable(relation) {
		delete(c.objects, key)
	}
	delete(c.over, relation)
}

// renameOnTable renames a trigger, a rule or a policy.
func (c *Catalog) renameOnTable(o *op.Rename) {
	on := c.relation(o.Name)
	c.moveObject(objectKey{kind: o.Kind, name: op.Name{Name: o.Column}, on: on}, op.Name{Name: o.To})
	c.putOn(objectKey{kind: o.Kind, name: op.Name{Name: o.To}, on: on})
	for i, t := range c.triggers[on] {
		if o.Kind == op.Trigger && t.Name.Name == o.Column {
			renamed := *t.CreateTrigger
			renamed.Name.Name = o.To
			c.triggers[on][i].CreateTrigger = &renamed
		}
	}
	for i, r := range c.rules[on] {
		if o.Kind == op.Rule && r.Name.Name == o.Column {
			renamed := *r.CreateRule
			renamed.Name.Name = o.To
			c.bindings[&renamed] = c.bindings[r.CreateRule]
			c.rules[on][i].CreateRule = &renamed
		}
	}
}

// movedObject follows an object that has another name in what needs it.
func (c *Catalog) movedObject(kind op.Kind, old, name op.Name) {
	if kind == op.Function || kind == op.Type || kind == op.Collation {
		c.outdate(func(text string) bool { return hasWord(text, old.Name) })
	}
	switch kind {
	case op.Function:
		if c.functions[old] != nil {
			c.functions[name] = append(c.functions[name], c.functions[old]...)
			delete(c.functions, old)
			c.renameTriggersOf(old, name)
			c.moveCalls(old, name)
		}
	case op.Type:
		if def := c.definition(name); def != nil {
			def.Name = name
		}
		c.moveType(old, name)
	case op.EventTrigger:
		for i, t := range c.eventTriggers {
			if t.Name.Name == old.Name {
				renamed := *t.CreateEventTrigger
				renamed.Name = name
				c.eventTriggers[i].CreateEventTrigger = &renamed
			}
		}
	case op.Collation:
		c.moveCollation(old, name)
	}
	c.mention(thing{kind: kind, name: name})
	c.moveGrants(kind, old, name)
}

// movedSchema follows a schema that has another name.
func (c *Catalog) movedSchema(old, name string) {
	for key, o := range c.objects {
		if o.extension != nil && o.extension.Schema == old {
			c.moveExtension(key, name)
		}
	}
	c.moveGrants(op.Schema, op.Name{Name: old}, op.Name{Name: name})
}
