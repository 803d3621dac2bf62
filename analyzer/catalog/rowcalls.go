package catalog

import (
	"slices"

	"github.com/dropgate/dropgate/analyzer/op"
)

// addRowCalls notes what rows are computed by. A column has one default.
func (c *Catalog) addRowCalls(o *op.RowCalls) {
	on := c.rowKey(o.Kind, o.On)
	kept := slices.DeleteFunc(slices.Clone(c.rowCalls[on]), func(old *op.RowCalls) bool { return o.Column != "" && old.Column == o.Column })
	if len(o.Calls) > 0 {
		made := *o
		made.Calls = c.settledCalls(o.Calls)
		kept = append(kept, &made)
	}
	c.rowCalls[on] = kept
}

// A rowKey is a table, a type or an operator. Operators are told by their names alone.
type rowKey struct {
	kind op.Kind
	name op.Name
}

func (c *Catalog) rowKey(kind op.Kind, n op.Name) rowKey {
	switch kind {
	case op.Type:
		return rowKey{kind, c.ResolveObject(op.Domain, n)}
	case op.Operator:
		return rowKey{kind, op.Name{Name: n.Name}}
	}
	return rowKey{op.Table, c.Resolve(n)}
}

// UseCalls returns what using a type or an operator calls.
func (c *Catalog) UseCalls(o *op.Use) []op.Operation {
	var all []op.Operation
	for _, calls := range c.rowCalls[c.rowKey(o.Kind, o.Name)] {
		all = append(all, calls.Calls...)
	}
	return all
}

// dropRowCalls forgets those of a constraint or, without one, of the whole relation.
func (c *Catalog) dropRowCalls(table op.Name, constraint string) {
	on := rowKey{op.Table, table}
	c.rowCalls[on] = slices.DeleteFunc(slices.Clone(c.rowCalls[on]), func(old *op.RowCalls) bool {
		return constraint == "" || old.Constraint == constraint
	})
}

// RowCalls returns what is called to compute and check rows of the table, and of the
// tables above and below it, where values are written to some columns, and defaults
// to some of them.
func (c *Catalog) RowCalls(n op.Name, written, defaults func(column string) bool) []op.Operation {
	if len(c.rowCalls) == 0 {
		return nil
	}
	full := c.Resolve(n)
	names := []rowKey{{op.Table, full}}
	if t := c.tables[full]; t != nil {
		for _, one := range c.family(t)[1:] {
			names = append(names, rowKey{op.Table, one.Name})
		}
		above := map[op.Name]bool{full: true}
		for at := t; at != nil && !at.Parent.IsZero() && !above[at.Parent]; at = c.tables[at.Parent] {
			above[at.Parent] = true
			names = append(names, rowKey{op.Table, at.Parent})
		}
		for _, column := range t.Columns {
			if written(column.Name) {
				names = append(names, c.rowKey(op.Type, column.Type.Name))
			}
		}
	}
	var all []op.Operation
	for _, name := range names {
		for _, o := range c.rowCalls[name] {
			if o.Column == "" || defaults(o.Column) {
				all = append(all, o.Calls...)
			}
		}
	}
	return all
}
