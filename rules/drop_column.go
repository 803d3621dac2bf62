package rules

import (
	"fmt"

	"github.com/dropgate/dropgate/analyzer"
	"github.com/dropgate/dropgate/analyzer/catalog"
	"github.com/dropgate/dropgate/analyzer/op"
)

var dropColumn = &analyzer.Rule{
	ID:       "drop-column",
	Category: analyzer.DataLoss,
	Title:    "A column is dropped",
	Why:      "DROP COLUMN makes the column's values unreachable at once, in every row. Adding a column of the same name later brings back none of them.",
	Remedy:   "Stop reading and writing the column first, in a release of its own. Drop it in a later migration, when a backup that was restored once has its values.",
	Bad:      analyzer.Example{Before: "CREATE TABLE users (id bigint PRIMARY KEY, email text);", Change: "ALTER TABLE users DROP COLUMN email;"},
	Good:     analyzer.Example{Before: "CREATE TABLE users (id bigint PRIMARY KEY, email text NOT NULL);", Change: "ALTER TABLE users ALTER COLUMN email DROP NOT NULL;"},
	Check:    checkDropColumn,
}

func checkDropColumn(p *analyzer.Pass) {
	d, ok := p.Op.(*op.DropColumn)
	if !ok {
		return
	}
	t, tableState := p.Catalog.Table(d.Table)
	column, state := p.Catalog.Column(d.Table, d.Column)
	losses := p.Catalog.ColumnReach(t, d.Column, d.Only, d.Cascade)
	if len(losses) > 0 && tableState == catalog.Created {
		tableState, state = catalog.Exists, catalog.Exists // a new parent of tables with rows
	}
	if !tableState.MayHoldData() || !state.MayHoldData() {
		return
	}
	j := analyzer.Judgement{
		Object:  p.Object(op.Column, d.Table, d.Column),
		Message: fmt.Sprintf("Drops column %s of table %s and every value in it.", d.Column, d.Table),
		Frees:   true,
	}
	switch {
	case column != nil && column.Generated:
		j.Message = fmt.Sprintf("Drops generated column %s of table %s.", d.Column, d.Table)
		j.Reasons = []analyzer.Reason{reason(15, "a generated column can be computed again")}
	case t != nil && t.Kind == op.ForeignTable:
		j.Message = fmt.Sprintf("Drops column %s of foreign table %s; its values stay where they are.", d.Column, d.Table)
		j.Reasons = []analyzer.Reason{reason(20, "a foreign table holds no values of its own")}
	default:
		j.Reasons = []analyzer.Reason{reason(80, "every value of an existing column is lost")}
		if low, ok := missing(p, state, d.IfExists, 80); ok {
			j.Reasons = append(j.Reasons, low)
		}
	}
	if column != nil && column.Generated && len(losses) > 0 {
		j.Reasons = append(j.Reasons, reason(50, "CASCADE takes stored values along"))
	}
	j.Reach, j.Reasons = reached(losses, j.Reasons)
	if d.Cascade {
		alsoViews(p, &j, op.Column, d.Table, d.Column)
	}
	if low, ok := mitigated(sum(j.Reasons), p.Catalog.CopyOf(d.Table, d.Column)); ok {
		j.Reasons = append(j.Reasons, low)
	}
	p.Report(j)
}
