package catalog

import "github.com/dropgate/dropgate/analyzer/op"

func (c *Catalog) describeTable(t *Table) TableInfo {
	info := TableInfo{Schema: t.Name.Schema, Name: t.Name.Name, Kind: string(t.Kind), Complete: !t.Implied}
	if !t.Parent.IsZero() {
		info.PartitionOf = t.Parent.String()
	}
	for _, parent := range t.Parents {
		info.Inherits = append(info.Inherits, parent.String())
	}
	if !t.OfType.IsZero() {
		info.OfType = t.OfType.String()
	}
	for _, column := range t.Columns {
		one := ColumnInfo{Name: column.Name, NotNull: column.NotNull}
		if !column.Type.Name.IsZero() {
			one.Type = column.Type.String()
		}
		info.Columns = append(info.Columns, one)
	}
	for _, all := range [][]op.ConstraintDef{t.Keys, t.Foreign} {
		for _, k := range all {
			info.Constraints = append(info.Constraints, describeConstraint(k))
		}
	}
	c.describeOnTable(&info, t.Name)
	return info
}

func describeConstraint(k op.ConstraintDef) ConstraintInfo {
	info := ConstraintInfo{Name: k.Name, Kind: k.Kind, Columns: k.Columns, RefColumns: k.RefColumns, OnDelete: k.OnDelete}
	if !k.References.IsZero() {
		info.References = k.References.String()
	}
	return info
}
