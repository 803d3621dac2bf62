package rules

import (
	"fmt"

	"github.com/dropgate/dropgate/analyzer"
	"github.com/dropgate/dropgate/analyzer/catalog"
	"github.com/dropgate/dropgate/analyzer/op"
)

var deleteRows = &analyzer.Rule{
	ID:       "delete-rows",
	Category: analyzer.DataLoss,
	Title:    "Rows are deleted",
	Why:      "DELETE removes the rows that its condition picks, and through foreign keys with ON DELETE CASCADE rows of other tables too. How many those are on the server, nothing in the text tells.",
	Remedy:   "Name the rows by constant primary keys, or keep them: `INSERT INTO … SELECT` them into another table in the same migration. Look at what `SELECT count(*)` with the same condition gives in production first.",
	Bad:      analyzer.Example{Before: "CREATE TABLE users (id bigint PRIMARY KEY, active boolean);", Change: "DELETE FROM users WHERE NOT active;"},
	Good:     analyzer.Example{Before: "CREATE TABLE users (id bigint PRIMARY KEY, active boolean);", Change: "DELETE FROM users WHERE false;"},
	Check:    checkDelete,
}

func checkDelete(p *analyzer.Pass) {
	o, ok := p.Op.(*op.Delete)
	if !ok || op.Impossible(o.Where) {
		return
	}
	t, state := p.Catalog.Table(o.Table)
	losses := p.Catalog.DeleteReach(t, o.Only)
	own := state.MayHoldData() || t != nil && !o.Only && p.Catalog.HoldsRows(t)
	if !own && len(losses) == 0 {
		return
	}
	j := analyzer.Judgement{Object: p.Object(op.Table, o.Table, "")}
	where := p.Catalog.OfRow(t, o.Where)
	bounded := p.Catalog.Bounded(t, o.Only, where)
	switch {
	case own:
		j.Reasons, j.Message = pickedRows(where, o.Table, t, bounded, len(losses) > 0)
	default:
		j.Message = fmt.Sprintf("Deletes rows of table %s, which this change made, and what refers to them.", o.Table)
		j.Reasons = []analyzer.Reason{reason(60, "what refers to the rows was there before the change")}
	}
	switch {
	case bounded && len(losses) > 0:
		j.Remedy = "Look at what refers to these rows in production first, and keep it: `INSERT INTO … SELECT` it into other tables in the same migration, or point it to other rows."
	case sum(j.Reasons) < 60:
		j.Remedy = "Nothing more to do if these are the rows that you mean: look at them in production first, with SELECT and the same condition."
	}
	j.Reach, j.Reasons = reached(append(p.Catalog.Heirs(t, o.Only), losses...), j.Reasons)
	if p.Catalog.KeysOff(t) && p.Catalog.Referenced(t) {
		j.Reasons = append(j.Reasons, reason(5, "the foreign keys that lead to it, which could have stopped it, are switched off"))
	}
	if !o.Archives.IsZero() && sum(j.Reasons) >= 60 {
		low, _ := mitigated(sum(j.Reasons), o.Archives.String())
		j.Reasons = append(j.Reasons, low)
	} else if low, ok := mitigated(sum(j.Reasons), p.Catalog.CopyOf(o.Table, "")); ok && sum(j.Reasons) >= 60 {
		j.Reasons = append(j.Reasons, low)
	}
	p.Report(j)
}

// pickedRows says which rows a DELETE picks, and what losing them counts.
func pickedRows(where op.Condition, table op.Name, t *catalog.Table, bounded, cascades bool) ([]analyzer.Reason, string) {
	notNull := func(column string) bool { return t != nil && t.NotNull(column) && !t.Implied }
	switch {
	case op.Unbounded(where, nil, notNull):
		return []analyzer.Reason{reason(85, "every row of an existing table is deleted")},
			fmt.Sprintf("Deletes every row of table %s.", table)
	case bounded && !cascades:
		return []analyzer.Reason{reason(40, "the rows are picked by a constant key")},
			fmt.Sprintf("Deletes rows of table %s, picked by a constant key.", table)
	case bounded:
		return []analyzer.Reason{
			reason(40, "the rows are picked by a constant key"),
			reason(20, "the text sets no limit to the rows that they take along"),
		}, fmt.Sprintf("Deletes rows of table %s, and what refers to them.", table)
	}
	return []analyzer.Reason{reason(62, "rows are picked by a condition, and the text sets no limit to them")},
		fmt.Sprintf("Deletes the rows of table %s that a condition picks; the text sets no limit to how many.", table)
}
