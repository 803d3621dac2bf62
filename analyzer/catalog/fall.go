package catalog

import (
	"fmt"
	"slices"

	"github.com/dropgate/dropgate/analyzer/op"
)

// DropReach returns what goes with a dropped table: its partitions, with CASCADE
// the tables that inherit from it and the columns of its row type.
func (c *Catalog) DropReach(t *Table, cascade bool) []Loss {
	switch {
	case t == nil:
		return nil
	case cascade:
		return c.losses(relationThing(t.Name))
	}
	w := c.walker(t)
	w.first(t, "")
	w.drops(t)
	return w.all
}

// drops adds the partitions of a table, which go with it in any case.
func (w *walker) drops(t *Table) {
	for _, child := range w.c.children(t) {
		if child.Parent == t.Name && w.first(child, "") {
			w.add(op.Table, child, "", under(child, t), t.Name.String())
			w.drops(child)
		}
	}
}

// SchemaReach returns the tables in a schema that were there before the change,
// and the columns elsewhere that need what is in it.
func (c *Catalog) SchemaReach(schema string) []Loss {
	return c.losses(thing{kind: op.Schema, name: op.Name{Name: schema}})
}

// TypeReach returns the columns that go with a type, domain, collation or
// extension, and the tables that are made of the type.
func (c *Catalog) TypeReach(kind op.Kind, n op.Name) []Loss { return c.losses(c.thingOf(kind, n)) }

// FunctionReach returns the columns that go with a function: generated ones that it
// computes, those of types that need it.
func (c *Catalog) FunctionReach(n op.Name) []Loss { return c.losses(c.thingOf(op.Function, n)) }

// ColumnReach returns what loses something with a column besides its table: tables
// that inherit it, columns of the table's row type, and with CASCADE what is
// computed from it.
func (c *Catalog) ColumnReach(t *Table, column string, only, cascade bool) []Loss {
	if t == nil {
		return nil
	}
	w := c.walker(t)
	w.first(t, "")
	w.attribute(&fall{thing: thing{kind: op.Attribute, name: t.Name, part: column}})
	all := append(c.inheritedFrom(t, column, only), w.all...)
	if cascade {
		all = append(all, c.losses(columnThing(t.Name, column))...)
	}
	return all
}

// inheritedFrom returns the columns that tables under another one have from there
// only: they go with its own.
func (c *Catalog) inheritedFrom(t *Table, column string, only bool) []Loss {
	if only {
		return nil
	}
	return c.lossesUnder(t, func(one *Table) bool {
		found := one.column(column)
		return found == nil || !found.local
	}, column)
}

// AttributeReach returns what loses the values of an attribute of a composite
// type: columns of that type and tables made of it.
func (c *Catalog) AttributeReach(n op.Name) []Loss { return c.TypeReach(op.Type, n) }

// ViewReach returns the views that were there before the change and that go with
// what is dropped with CASCADE; column is set for the column of a table. They can be
// built again.
func (c *Catalog) ViewReach(kind op.Kind, n op.Name, column string) []Loss {
	root := c.thingOf(kind, n)
	if kind == op.Column {
		root = columnThing(c.Resolve(n), column)
	}
	var all []Loss
	for _, f := range c.cascade(root)[1:] {
		if f.kind != op.Table || c.tables[f.name] != nil || f.with.kind == op.Schema {
			continue
		}
		for _, kind := range []op.Kind{op.View, op.MaterializedView} {
			o := c.objects[objectKey{kind: kind, name: f.name}]
			if o != nil && c.stateOf(o.epoch) != Created && f.name.Schema != temporarySchema {
				all = append(all, Loss{Kind: kind, Name: f.name.String(), Why: c.why(f), From: holder(f)})
			}
		}
	}
	return all
}

// losses returns what of the stored rows and values goes with a thing.
func (c *Catalog) losses(root thing) []Loss {
	falls := c.cascade(root)
	w := c.walker(nil)
	for _, f := range falls { // the columns of a table go with it
		if f.kind == op.Table {
			w.seen[copyKey(f.name, "")] = true
		}
	}
	for _, f := range falls[1:] {
		t := c.tables[f.name]
		switch {
		case f.kind == op.Attribute:
			w.attribute(f)
		case t == nil:
		case f.kind == op.Table && t.Kind == op.Table:
			w.add(op.Table, t, "", c.why(f), holder(f))
		case f.kind == op.Column:
			w.column(t, f)
		}
	}
	return w.all
}

// column adds a column that goes.
func (w *walker) column(t *Table, f *fall) {
	column := t.column(f.part)
	if column == nil || w.seen[copyKey(t.Name, "")] || !w.first(t, column.Name) {
		return
	}
	w.add(op.Column, t, column.Name, w.c.why(f), holder(f))
}

// attribute adds the columns that lose an attribute of their values, at any depth.
func (w *walker) attribute(f *fall) {
	types := []op.Name{f.name}
	for i := 0; i < len(types); i++ {
		for _, over := range w.c.cascade(typeThing(types[i]))[1:] {
			switch t := w.c.tables[over.name]; {
			case over.kind == op.Attribute && !slices.Contains(types, over.name):
				types = append(types, over.name)
			case over.kind == op.Column && t != nil:
				over.how, over.with = "a value of it has", f
				w.column(t, over)
			}
		}
	}
}

// holder returns the name of what a thing hangs on that goes; empty where that is what
// the operation names, or has its name as the row type of a table has.
func holder(f *fall) string {
	root := f
	for root.with != nil {
		root = root.with
	}
	on := f.with
	switch {
	case on == root || on.kind == op.Type && root.kind == op.Table && on.name == root.name:
		return ""
	case on.kind == op.Column || on.kind == op.Attribute:
		return on.name.String() + "." + on.part
	}
	return on.name.String()
}

// why tells people why a thing goes.
func (c *Catalog) why(f *fall) string {
	on := f.with
	switch {
	case f.how == "in schema", f.how == "its type" && on.how == "in schema" && on.kind == op.Type:
		if f.how == "its type" {
			return "its type is in schema " + on.with.name.Name
		}
		return "in schema " + on.name.Name
	case f.how == "its type" && on.how == "is the row type of":
		return "its type is the row type of " + on.with.name.String()
	case f.how == "its type":
		return "its type needs " + c.label(on) + c.reason(on)
	case f.how == "partition of", f.how == "inherits from", f.how == "selects from":
		return f.how + " " + on.name.String()
	case f.how == "shows":
		return "shows " + on.name.String() + "." + on.part
	case on.kind == op.Attribute && on.with != nil:
		return fmt.Sprintf("%s attribute %s, whose type needs %s", f.how, on.part, c.label(on.with)+c.reason(on.with))
	}
	return f.how + " " + c.label(on) + c.reason(on)
}

// reason tells why a thing between the one dropped and what is shown goes.
func (c *Catalog) reason(f *fall) string {
	if f.with == nil {
		return ""
	}
	return ", which goes with " + c.label(f.with) + c.reason(f.with)
}

// label names a thing with its kind.
func (c *Catalog) label(f *fall) string {
	kind := f.kind
	switch o := c.objects[objectKey{kind: op.Type, name: f.name}]; {
	case f.kind == op.Type && o != nil && o.def != nil:
		kind = o.def.Kind
	case f.kind == op.Table && c.tables[f.name] == nil:
		kind = op.View
	}
	name := f.name.String()
	if f.kind == op.Column || f.kind == op.Attribute {
		name += "." + f.part
	}
	return string(kind) + " " + name
}
