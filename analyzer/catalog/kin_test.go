package catalog

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dropgate/dropgate/analyzer/op"
)

// TestKin holds that looking where kin says finds what looking at every table finds,
// after statements in any order.
func TestKin(t *testing.T) {
	for seed := range uint64(60) {
		c := New()
		random := rand.New(rand.NewPCG(seed, 4)) //nolint:gosec // the same each time
		for range 120 {
			c.Apply(anyStatement(random))
			if random.IntN(40) == 0 {
				c.BeginMigration()
			}
			checkKin(t, c)
			if t.Failed() {
				t.Fatalf("seed %d", seed)
			}
		}
	}
}

func anyStatement(random *rand.Rand) op.Operation {
	name := func() op.Name {
		return op.Name{Schema: []string{"", "", "s"}[random.IntN(3)], Name: fmt.Sprintf("t%d", random.IntN(6))}
	}
	key := op.ConstraintDef{Kind: op.PrimaryKey, Columns: []string{"id"}}
	foreign := op.ConstraintDef{Kind: op.ForeignKey, Columns: []string{"id"}, References: name(), RefColumns: []string{"id"}}
	switch random.IntN(14) {
	case 0, 1, 2:
		o := &op.CreateTable{Name: name(), Kind: op.Table, Columns: []op.ColumnDef{{Name: "id"}}, Constraints: []op.ConstraintDef{key}, PartitionBy: "LIST (id)"}
		switch random.IntN(5) {
		case 0:
			o.PartitionOf, o.Columns, o.Constraints = name(), nil, nil
		case 1:
			o.Inherits = []op.Name{name()}
		case 2:
			o.Constraints = append(o.Constraints, foreign)
		case 3:
			o.Temporary, o.Name.Schema = true, ""
		}
		return o
	case 3, 4:
		return &op.AddConstraint{Table: name(), Constraint: foreign}
	case 5:
		return &op.AttachPartition{Parent: name(), Partition: name()}
	case 6:
		return &op.DetachPartition{Partition: name()}
	case 7:
		return &op.Inherit{Table: name(), Parent: name(), Off: random.IntN(2) == 0}
	case 8, 9:
		return &op.Rename{Kind: op.Table, Name: name(), To: name().Name}
	case 10:
		return &op.SetSchema{Kind: op.Table, Name: name(), Schema: []string{"public", "s"}[random.IntN(2)]}
	case 11:
		return &op.Rename{Kind: op.Column, Name: name(), Column: "id", To: "id"}
	case 12:
		return &op.DropColumn{Table: name(), Column: "id", Cascade: true}
	}
	return &op.Drop{Kind: op.Table, Name: name(), Cascade: random.IntN(2) == 0}
}

func checkKin(t *testing.T, c *Catalog) {
	t.Helper()
	for _, above := range c.sorted() {
		var under, leading, underGot, leadingGot []string
		for _, other := range c.sorted() {
			if other.Parent == above.Name || slices.Contains(other.Parents, above.Name) {
				under = append(under, other.Name.String())
			}
			for _, k := range other.Foreign {
				if k.References == above.Name {
					leading = append(leading, other.Name.String()+" "+k.Name)
				}
			}
		}
		for _, other := range c.heirs(above) {
			underGot = append(underGot, other.Name.String())
		}
		for _, ref := range c.leadingTo(above.Name) {
			leadingGot = append(leadingGot, ref.table.Name.String()+" "+ref.key.Name)
		}
		if diff := cmp.Diff(under, underGot); diff != "" {
			t.Errorf("under %s (-there +found):\n%s", above.Name, diff)
		}
		if diff := cmp.Diff(leading, leadingGot); diff != "" {
			t.Errorf("leading to %s (-there +found):\n%s", above.Name, diff)
		}
	}
}
