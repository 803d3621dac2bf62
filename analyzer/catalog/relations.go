package catalog

import (
	"iter"

	"github.com/dropgate/dropgate/analyzer/op"
)

// Relations returns the names of all tables and views that certainly are there,
// each with the columns that are known, in no order. Temporary ones are left out.
func (c *Catalog) Relations() iter.Seq2[op.Name, []string] {
	return func(yield func(op.Name, []string) bool) {
		for name, t := range c.tables {
			if t.Temporary || t.doubtful {
				continue
			}
			var columns []string
			for _, column := range t.Columns {
				if !column.doubtful {
					columns = append(columns, column.Name)
				}
			}
			if !yield(name, columns) {
				return
			}
		}
		for key := range c.objects {
			if (key.kind == op.View || key.kind == op.MaterializedView) && !yield(key.name, nil) {
				return
			}
		}
	}
}
