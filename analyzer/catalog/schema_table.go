package catalog

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/dropgate/dropgate/analyzer/op"
)

func (c *Catalog) describeTable(t *Table) TableInfo {
	info := TableInfo{
		Schema: t.Name.Schema, Name: t.Name.Name, Kind: string(t.Kind), Complete: !t.open, Unlogged: t.Unlogged,
		PartitionBy: t.partitionBy, Bound: t.bound, RowSecurity: t.rowSecurity, Doubtful: t.doubtful || t.branched, Outdated: t.splitOutdated,
	}
	if t.partitionBy != "" {
		info.Kind = "partitioned table"
	}
	if !t.Parent.IsZero() {
		info.PartitionOf = Quoted(t.Parent)
	}
	for _, parent := range t.Parents {
		info.Inherits = append(info.Inherits, Quoted(parent))
	}
	if !t.OfType.IsZero() {
		info.OfType = Quoted(t.OfType)
	}
	for _, column := range t.Columns {
		info.Columns = append(info.Columns, describeColumn(column))
	}
	for _, k := range t.constraints {
		info.Constraints = append(info.Constraints, describeConstraint(k))
	}
	slices.SortFunc(info.Constraints, func(a, b ConstraintInfo) int {
		return cmp.Or(slices.Index(constraintOrder, a.Kind)-slices.Index(constraintOrder, b.Kind), strings.Compare(a.Name, b.Name))
	})
	for _, i := range t.indexes {
		info.Indexes = append(info.Indexes, describeIndex(i))
	}
	slices.SortFunc(info.Indexes, func(a, b IndexInfo) int { return strings.Compare(a.Name, b.Name) })
	c.describeOnTable(&info, t.Name)
	return info
}

// constraintOrder is the order in which a table's constraints are described.
var constraintOrder = []op.ConstraintKind{op.PrimaryKey, op.Unique, op.Exclusion, op.Check, op.NotNullNamed, op.ForeignKey}

func describeColumn(column *Column) ColumnInfo {
	info := ColumnInfo{
		Name: column.Name, Type: showType(column.Type), NotNull: column.NotNull, Identity: column.Identity, Default: column.DefaultText,
		Doubtful: column.doubtful, Outdated: column.outdated && (column.DefaultText != "" || column.Generated),
	}
	if column.Generated {
		info.Generated = column.Expression
	}
	if column.serial != nil {
		name := Quoted(column.serial.name)
		info.Default = fmt.Sprintf("nextval('%s'::regclass)", strings.ReplaceAll(name, "'", "''"))
	}
	if !column.Collation.IsZero() && column.Collation.Name != "default" {
		info.Collation = Quoted(column.Collation)
	}
	return info
}

func describeConstraint(k *constraint) ConstraintInfo {
	info := ConstraintInfo{
		Name: k.Name, Kind: k.Kind, Columns: k.Columns, Expression: k.Expression, RefColumns: k.RefColumns,
		OnDelete: k.OnDelete, OnUpdate: k.OnUpdate, NotValid: k.NotValid, Doubtful: k.doubtful, Outdated: k.outdated,
		SetColumns: k.SetColumns, Include: k.Include, Deferrable: k.Deferrable, Deferred: k.Deferred, NoInherit: k.NoInherit, MatchFull: k.MatchFull,
		NullsNotDistinct: k.Kind == op.Unique && !k.Nullable,
	}
	if !k.References.IsZero() {
		info.References = Quoted(k.References)
	}
	return info
}

func describeIndex(i *index) IndexInfo {
	info := IndexInfo{Name: i.Name, Unique: i.Unique, Method: i.Method, Where: i.Where, Include: i.Include, With: i.With, Outdated: i.outdated}
	info.NullsNotDistinct = i.Unique && !i.Nullable
	for _, e := range i.Elements {
		if e.Column != "" {
			info.Columns = append(info.Columns, strings.TrimSpace(quoteName(e.Column)+" "+e.Order))
		} else {
			info.Columns = append(info.Columns, e.Expression)
		}
	}
	return info
}
