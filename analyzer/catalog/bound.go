package catalog

import "github.com/dropgate/dropgate/analyzer/op"

// A binding is what a name in a rule, or in a body of BEGIN ATOMIC, stood for when
// that was made: PostgreSQL keeps the relation and its columns, not their names.
type binding struct {
	name    op.Name
	table   *Table // nil for views and for what no migration made
	columns map[string]*Column
}

// bind notes what the relations that operations write to stand for.
func (c *Catalog) bind(body any, ops []op.At) {
	for _, at := range ops {
		n, ok := written(at.Op)
		if !ok {
			continue
		}
		full := c.relation(n)
		b := binding{name: full, table: c.tables[full]}
		if b.table != nil {
			b.columns = map[string]*Column{}
			for _, column := range b.table.Columns {
				b.columns[column.Name] = column
			}
		}
		if c.bindings[body] == nil {
			c.bindings[body] = map[op.Name]binding{}
		}
		c.bindings[body][n] = b
	}
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
	b, ok := c.bindings[body][n]
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
