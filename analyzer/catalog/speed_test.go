package catalog_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/dropgate/dropgate/analyzer/catalog"
	"github.com/dropgate/dropgate/analyzer/op"
)

// manyTables returns a schema of n tables, each with a key, a foreign key to the one
// before and a sequence.
func manyTables(n int) *catalog.Catalog {
	c := catalog.New()
	for i := range n {
		c.Apply(makeTable(i))
	}
	return c
}

func makeTable(i int) *op.CreateTable {
	o := &op.CreateTable{Name: op.Name{Name: fmt.Sprintf("t%d", i)}, Kind: op.Table, Columns: []op.ColumnDef{
		{Name: "id", Type: op.DataType{Name: op.Name{Name: "int4"}, Serial: true}, NotNull: true, Default: true},
		{Name: "to", Type: op.DataType{Name: op.Name{Name: "int4"}}},
	}, Constraints: []op.ConstraintDef{{Kind: op.PrimaryKey, Columns: []string{"id"}}}}
	if i > 0 {
		o.Constraints = append(o.Constraints, op.ConstraintDef{
			Kind: op.ForeignKey, Columns: []string{"to"}, References: op.Name{Name: fmt.Sprintf("t%d", i-1)}, OnDelete: "set null",
		})
	}
	return o
}

// BenchmarkStatement measures how much dearer statements are over many tables than over
// few: next to nothing, where they have nothing to do with the others.
func BenchmarkStatement(b *testing.B) {
	at := op.Name{Name: "t7"}
	statements := []struct {
		name string
		run  func(c *catalog.Catalog, i int)
	}{
		{"create and drop", func(c *catalog.Catalog, _ int) {
			o := makeTable(0)
			o.Name.Name = "another"
			c.Apply(o)
			c.Apply(&op.Drop{Kind: op.Table, Name: o.Name})
		}},
		{"add and drop column", func(c *catalog.Catalog, _ int) {
			c.Apply(&op.AddColumn{Table: at, Column: op.ColumnDef{Name: "more"}})
			c.Apply(&op.DropColumn{Table: at, Column: "more"})
		}},
		{"rename", func(c *catalog.Catalog, _ int) {
			c.Apply(&op.Rename{Kind: op.Table, Name: at, To: "other"})
			c.Apply(&op.Rename{Kind: op.Table, Name: op.Name{Name: "other"}, To: "t7"})
		}},
		{"reach", func(c *catalog.Catalog, _ int) {
			t, _ := c.Table(at)
			c.DeleteReach(t, false)
		}},
		{"reach of a new table", func(c *catalog.Catalog, _ int) {
			o := makeTable(0)
			o.Name.Name = "another"
			c.Apply(o)
			t, _ := c.Table(o.Name)
			c.DeleteReach(t, false)
			c.Apply(&op.Drop{Kind: op.Table, Name: o.Name})
		}},
	}
	for _, s := range statements {
		b.Run(s.name, func(b *testing.B) {
			few, many := manyTables(100), manyTables(10_000)
			var short, long time.Duration
			for i := 0; b.Loop(); i++ {
				begin := time.Now()
				s.run(few, i)
				middle := time.Now()
				s.run(many, i)
				short, long = short+middle.Sub(begin), long+time.Since(middle)
			}
			b.ReportMetric(float64(long)/float64(short), "of-10000-tables/of-100")
		})
	}
}
