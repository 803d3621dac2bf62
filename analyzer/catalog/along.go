package catalog

import (
	"slices"

	"github.com/dropgate/dropgate/analyzer/op"
)

// before readies an operation to be applied: the names in it get their schemas, and
// what CASCADE takes along goes.
func (c *Catalog) before(o op.Operation) op.Operation {
	c.dropsAlong(o)
	switch o := o.(type) {
	case *op.DropOwned:
		c.dropGrants(o.Roles)
	case *op.CreateTable:
		if name := (op.Name{Schema: c.newSchema(o.Name), Name: o.Name.Name}); !o.Temporary && c.tables[name] == nil {
			c.grantDefaults(op.Table, name)
		}
	}
	return c.settled(o)
}

// dropsAlong removes what goes with what the operation drops with CASCADE.
func (c *Catalog) dropsAlong(o op.Operation) {
	var root thing
	switch o := o.(type) {
	case *op.Drop:
		if !o.Cascade {
			return
		}
		root = c.thingOf(o.Kind, o.Name)
		if c.gone[c.key(o.Kind, o.Name, op.Name{})] { // so is all that needed it
			return
		}
	case *op.DropColumn:
		if !o.Cascade {
			return
		}
		name := c.Resolve(o.Table)
		if t := c.tables[name]; t != nil && !t.Implied && !t.perhaps[o.Column] && t.column(o.Column) == nil { // IF EXISTS finds none
			return
		}
		root = columnThing(name, o.Column)
	}
	if root.kind == "" || root.kind == op.Table && c.tables[root.name] == nil && c.viewOf(root.name) == nil {
		return
	}
	for _, f := range c.cascade(root)[1:] {
		c.fell(f)
	}
}

// thingOf returns what a DROP names; zero for what nothing else depends on as far
// as the catalog knows.
func (c *Catalog) thingOf(kind op.Kind, n op.Name) thing {
	switch kind {
	case op.Table, op.ForeignTable, op.View, op.MaterializedView:
		return relationThing(c.relation(n))
	case op.Type, op.Domain:
		if full := c.typeName(n); full.Schema != "" {
			return typeThing(full)
		}
		return typeThing(n)
	case op.Schema, op.Extension:
		return thing{kind: kind, name: op.Name{Name: n.Name}}
	case op.Function:
		return thing{kind: kind, name: c.functionName(n)}
	case op.Collation:
		return thing{kind: kind, name: c.collationName(n)}
	}
	return thing{}
}

// fell removes a thing that went with another one. What only may have gone stays,
// and columns are taken for what may still be there.
func (c *Catalog) fell(f *fall) {
	if f.unsure {
		if column := c.tables[f.name].column(f.part); f.kind == op.Column && column != nil {
			column.doubtful = true
		}
		return
	}
	switch f.kind {
	case op.Table:
		if c.tables[f.name] != nil {
			c.dropTable(f.name, true)
		}
		for _, kind := range []op.Kind{op.View, op.MaterializedView} {
			if key := (objectKey{kind: kind, name: f.name}); c.objects[key] != nil {
				c.dropObject(key)
			}
		}
	case op.Column:
		if t := c.tables[f.name]; t.column(f.part) != nil {
			c.dropColumn(t, f.part, true)
		}
	case op.Type, op.Collation, op.Extension:
		if key := (objectKey{kind: f.kind, name: f.name}); c.objects[key] != nil {
			c.dropObject(key)
		}
	case op.Attribute:
		if o := c.objects[objectKey{kind: op.Type, name: f.name}]; o != nil && o.def != nil {
			def := *o.def
			def.Attributes = slices.DeleteFunc(slices.Clone(def.Attributes), func(d op.ColumnDef) bool { return d.Name == f.part })
			o.def = &def
		}
	case op.Function:
		c.dropOverload(f.thing)
	}
}

func (c *Catalog) dropOverload(f thing) {
	left := slices.DeleteFunc(slices.Clone(c.functions[f.name]), func(one *op.CreateFunction) bool {
		return namedFunction{f.name, one}.thing() == f
	})
	if len(left) > 0 {
		c.functions[f.name] = left
		return
	}
	c.dropObject(objectKey{kind: op.Function, name: f.name})
	delete(c.functions, f.name)
	c.dropTriggersOf(func(n op.Name) bool { return n == f.name })
}

// dropObject forgets an object that is not a table.
func (c *Catalog) dropObject(key objectKey) {
	if key.kind == op.View || key.kind == op.MaterializedView {
		c.dropRelation(key.name)
	}
	c.moveGrants(key.kind, key.name, op.Name{})
	delete(c.objects, key)
	c.gone[key] = true
}
