package catalog

import "github.com/dropgate/dropgate/analyzer/op"

// A binding is what a name in a rule, or in a body of BEGIN ATOMIC, stood for when
// that was made: PostgreSQL keeps the relation and its columns, not their names.
type binding struct {
	name     op.Name
	function bool
	table    *Table // nil for functions, views and what no migration made
	columns  map[string]*Column
}

// A mentioned is a name as a rule or a body has it.
type mentioned struct {
	name     op.Name
	function bool
}

// bind notes what the relations that operations write to stand for.
func (c *Catalog) bind(body any, ops []op.At) {
	for _, at := range ops {
		if call, ok := at.Op.(*op.Call); ok {
			if full := c.functionName(call.Function); full.Schema != "" {
				c.putBinding(body, mentioned{call.Function, true}, binding{name: full, function: true})
			}
		}
		if n, ok := written(at.Op); ok {
			c.putBinding(body, mentioned{name: n}, c.bindingOf(n))
		}
	}
}

func (c *Catalog) putBinding(body any, n mentioned, b binding) {
	if c.bindings[body] == nil {
		c.bindings[body] = map[mentioned]binding{}
	}
	c.bindings[body][n] = b
}

// bindingOf returns what a relation's name stands for at this moment.
func (c *Catalog) bindingOf(n op.Name) binding {
	full := c.relation(n)
	b := binding{name: full, table: c.tables[full]}
	if b.table != nil {
		b.columns = map[string]*Column{}
		for _, column := range b.table.Columns {
			b.columns[column.Name] = column
		}
	}
	return b
}

// bindBody does so for a body whose names are settled when it is made.
func (c *Catalog) bindBody(b *op.Body) {
	if b == nil || !b.Settled {
		return
	}
	for _, step := range b.Steps {
		if run, ok := step.(*op.Run); ok {
			c.bind(b, run.Ops)
		}
	}
}

// Bound returns what a relation that a rule or a body names is called by now, and
// those of its columns that have other names than the body gives them. It reports
// false where a name stands for what it names when the body runs.
func (c *Catalog) Bound(body any, n op.Name) (full op.Name, columns map[string]string, ok bool) {
	b, ok := c.bindings[body][mentioned{name: n}]
	switch {
	case !ok:
		return n, nil, false
	case b.table == nil:
		return b.name, nil, true
	case c.tables[b.table.Name] != b.table:
		return n, nil, false
	}
	columns = map[string]string{}
	for name, column := range b.columns {
		if column.Name != name {
			columns[name] = column.Name
		}
	}
	return b.table.Name, columns, true
}

// BoundFunction returns what a function that a rule or a body names is called by now.
func (c *Catalog) BoundFunction(body any, n op.Name) op.Name {
	if b, ok := c.bindings[body][mentioned{n, true}]; ok {
		return b.name
	}
	return n
}

// written returns the relation that an operation on rows is done to.
func written(o op.Operation) (n op.Name, ok bool) {
	switch o := o.(type) {
	case *op.Insert:
		return o.Table, true
	case *op.Update:
		return o.Table, true
	case *op.Delete:
		return o.Table, true
	case *op.Merge:
		return o.Table, true
	}
	return op.Name{}, false
}
