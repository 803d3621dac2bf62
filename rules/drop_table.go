package rules

import (
	"fmt"

	"github.com/dropgate/dropgate/analyzer"
	"github.com/dropgate/dropgate/analyzer/catalog"
	"github.com/dropgate/dropgate/analyzer/op"
)

var dropTable = &analyzer.Rule{
	ID:       "drop-table",
	Category: analyzer.DataLoss,
	Title:    "A table is dropped",
	Why:      "DROP TABLE removes the table with every row in it, its indexes and its triggers. IF EXISTS changes nothing about that. Afterwards only a backup has the rows.",
	Remedy:   "First stop using it and rename it (`ALTER TABLE … RENAME TO …`). Drop it in a later migration, when nothing missed it and a backup that was restored once has it.",
	Bad:      analyzer.Example{Before: "CREATE TABLE users (id bigint PRIMARY KEY, email text);", Change: "DROP TABLE users;"},
	Good:     analyzer.Example{Before: "CREATE TABLE users (id bigint PRIMARY KEY, email text);", Change: "ALTER TABLE users RENAME TO users_unused;"},
	Check:    checkDropTable,
}

func checkDropTable(p *analyzer.Pass) {
	d, ok := p.Op.(*op.Drop)
	if !ok || d.Kind != op.Table && d.Kind != op.ForeignTable {
		return
	}
	t, state := p.Catalog.Table(d.Name)
	losses := p.Catalog.DropReach(t, d.Cascade)
	if !state.MayHoldData() && len(losses) == 0 {
		return
	}
	j := analyzer.Judgement{
		Object:  p.Object(op.Table, d.Name, ""),
		Message: fmt.Sprintf("Drops table %s and every row in it.", d.Name),
		Frees:   true,
	}
	switch {
	case d.Kind == op.ForeignTable:
		j.Object.Kind = op.ForeignTable
		j.Message = fmt.Sprintf("Drops foreign table %s; its rows stay where they are.", d.Name)
		j.Reasons = []analyzer.Reason{reason(20, "a foreign table holds no rows of its own")}
	case state == catalog.Created:
		j.Message = fmt.Sprintf("Drops table %s, which this change made, with rows that were there before.", d.Name)
		j.Reasons = []analyzer.Reason{reason(85, "it has partitions or children with rows of their own")}
	default:
		j.Suggestion = renaming(p, d)
		j.Reasons = []analyzer.Reason{reason(90, "every row of an existing table is lost")}
		if low, ok := missing(p, state, d.IfExists, 90); ok {
			j.Reasons = append(j.Reasons, low)
		}
	}
	if tables := p.Catalog.Referring(t); d.Cascade && len(tables) > 0 {
		from := list(tables)
		if len(tables) > 3 {
			from = fmt.Sprintf("%d tables", len(tables))
		}
		j.Message += fmt.Sprintf(" Foreign keys to it go along, from %s.", from)
	}
	j.Reach, j.Reasons = reached(losses, j.Reasons)
	if d.Cascade {
		alsoViews(p, &j, op.Table, d.Name, "")
	}
	if low, ok := mitigated(sum(j.Reasons), p.Catalog.CopyOf(d.Name, "")); ok {
		j.Reasons = append(j.Reasons, low)
	}
	p.Report(j)
}
