package rules

import (
	"fmt"

	"github.com/dropgate/dropgate/analyzer"
	"github.com/dropgate/dropgate/analyzer/op"
)

var lossyTypeChange = &analyzer.Rule{
	ID:       "lossy-type-change",
	Category: analyzer.DataLoss,
	Title:    "A type change cuts or rounds values",
	Why:      "ALTER COLUMN … TYPE rewrites every value. Some conversions cut or round without an error: numeric to integer, a smaller scale, timestamp to date, an explicit cast to a shorter varchar, anything that USING makes of the value.",
	Remedy:   "Add a column of the new type, fill it, compare, and move over; keep the old column until nothing missed it. To make sure that nothing is cut, leave `USING` out where a conversion without it raises an error on values that do not fit.",
	Bad:      analyzer.Example{Before: "CREATE TABLE orders (id int, total numeric(10,4));", Change: "ALTER TABLE orders ALTER COLUMN total TYPE integer;"},
	Good:     analyzer.Example{Before: "CREATE TABLE orders (id int, total numeric(10,4));", Change: "ALTER TABLE orders ALTER COLUMN total TYPE numeric(14,4);"},
	Check: func(p *analyzer.Pass) {
		switch o := p.Op.(type) {
		case *op.AlterColumnType:
			checkTypeChange(p, o)
		case *op.AlterAttribute:
			if !o.Cascade {
				return // PostgreSQL refuses it while anything is of the type
			}
			for _, t := range p.Catalog.TypedTables(o.Type) {
				checkTypeChange(p, &op.AlterColumnType{Table: t.Name, Column: o.Attribute, Type: o.To})
			}
		}
	},
}

func checkTypeChange(p *analyzer.Pass, o *op.AlterColumnType) {
	t, tableState := p.Catalog.Table(o.Table)
	column, state := p.Catalog.Column(o.Table, o.Column)
	if !tableState.MayHoldData() && (t == nil || !p.Catalog.HoldsRows(t)) || !state.MayHoldData() || column != nil && column.Generated {
		return
	}
	var from *op.DataType
	if column != nil && !column.Type.Name.IsZero() {
		base := p.Catalog.BaseType(column.Type)
		from = &base
	}
	loss := conversion(from, p.Catalog.BaseType(o.Type), o.Using)
	if loss.why == "" {
		return
	}
	was := "a type that is not known"
	if from != nil {
		was = column.Type.String()
	}
	j := analyzer.Judgement{
		Object:  p.Object(op.Column, o.Table, o.Column),
		Message: fmt.Sprintf("Changes column %s of table %s from %s to %s: %s.", o.Column, o.Table, was, o.Type, loss.why),
		Reasons: []analyzer.Reason{reason(70, "values are changed by the conversion: %s", loss.why)},
	}
	if from != nil {
		j.Suggestion = refusing(p, o, *from)
	}
	if loss.unsure {
		j.Certainty = analyzer.Likely
		j.Reasons = append(j.Reasons, reason(-10, "it may also be that nothing is lost: that cannot be told from the text"))
	}
	j.Reach, j.Reasons = reached(p.Catalog.Heirs(t, false, o.Column), j.Reasons)
	if low, ok := mitigated(sum(j.Reasons), p.Catalog.CopyOf(o.Table, o.Column)); ok {
		j.Reasons = append(j.Reasons, low)
	}
	p.Report(j)
}
