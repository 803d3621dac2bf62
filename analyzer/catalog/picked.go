package catalog

import (
	"slices"

	"github.com/dropgate/dropgate/analyzer/op"
)

// OfRow returns the condition as one on the row itself: where rows are picked by a
// key of the table in a subquery on the same table, it is the subquery's condition
// that picks them.
func (c *Catalog) OfRow(t *Table, where op.Condition) op.Condition {
	all := func(parts []op.Condition) []op.Condition {
		var made []op.Condition
		for _, part := range parts {
			made = append(made, c.OfRow(t, part))
		}
		return made
	}
	switch where := where.(type) {
	case op.And:
		return op.And(all(where))
	case op.Or:
		return op.Or(all(where))
	case op.Picked:
		switch {
		case !c.identifies(t, where):
			return op.Elsewhere{}
		case where.Where == nil:
			return op.Always{}
		}
		return c.OfRow(t, where.Where)
	}
	return where
}

// identifies reports whether the columns by which rows are picked tell each row of
// the table from all others. A key holds for the rows of its own table only, not for
// those of tables that inherit from it; the place of a row (ctid) only in one table
// or partition.
func (c *Catalog) identifies(t *Table, picked op.Picked) bool {
	if t == nil || t.Implied || c.Resolve(picked.Table) != t.Name {
		return false
	}
	family := c.family(t)
	for _, one := range family[1:] {
		if one.Parent.IsZero() {
			return false
		}
	}
	keys := c.keyColumns(t)
	if t.Kind == op.Table {
		keys = append(keys, []string{"tableoid", "ctid"})
		if len(family) == 1 && t.partitionBy == "" {
			keys = append(keys, []string{"ctid"})
		}
	}
	return slices.ContainsFunc(keys, func(key []string) bool {
		for _, column := range key {
			if !slices.Contains(picked.Columns, column) {
				return false
			}
		}
		return len(key) > 0
	})
}
