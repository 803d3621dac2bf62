package rules

import (
	"fmt"
	"strings"

	"github.com/dropgate/dropgate/analyzer"
	"github.com/dropgate/dropgate/analyzer/catalog"
	"github.com/dropgate/dropgate/analyzer/op"
)

var mergeRows = &analyzer.Rule{
	ID:       "merge-rows",
	Category: analyzer.DataLoss,
	Title:    "MERGE deletes or overwrites rows",
	Why:      "MERGE deletes or updates every row of its target that the join matches. How many those are depends on another table, not on the text.",
	Remedy:   "Leave `WHEN MATCHED` branches out and only insert what is missing, or join constant keys (`USING (VALUES …)`), and keep the old rows in another table first.",
	Bad: analyzer.Example{
		Before: "CREATE TABLE stock (id int PRIMARY KEY, n int); CREATE TABLE gone (id int);",
		Change: "MERGE INTO stock USING gone ON stock.id = gone.id WHEN MATCHED THEN DELETE;",
	},
	Good: analyzer.Example{
		Before: "CREATE TABLE stock (id int PRIMARY KEY, n int); CREATE TABLE news (id int, n int);",
		Change: "MERGE INTO stock USING news ON stock.id = news.id WHEN NOT MATCHED THEN INSERT VALUES (news.id, news.n);",
	},
	Check: checkMerge,
}

func checkMerge(p *analyzer.Pass) {
	o, ok := p.Op.(*op.Merge)
	if !ok || op.Impossible(o.On) {
		return
	}
	t, state := p.Catalog.Table(o.Table)
	on := p.Catalog.OfRow(t, o.On)
	own := state.MayHoldData() || t != nil && p.Catalog.HoldsRows(t)
	unlinked := p.Catalog.UpdateReach(t, false, changed(o.Sets))
	var lost overwrite
	if own || len(unlinked) > 0 {
		lost = overwritten(p, o.Table, o.Sets, on, !own)
	}
	var deleted []catalog.Loss
	if o.Deletes {
		deleted = p.Catalog.DeleteReach(t, false)
	}
	if (!own || !o.Deletes) && len(lost.columns)+len(deleted)+len(unlinked) == 0 {
		return
	}
	j := analyzer.Judgement{Object: p.Object(op.Table, o.Table, "")}
	bounded := p.Catalog.Bounded(t, false, on)
	switch {
	case bounded && len(deleted) == 0:
		j.Reasons = []analyzer.Reason{reason(40, "the rows are picked by constant keys")}
	case !o.Deletes && lost.undoable:
		j.Reasons = []analyzer.Reason{reason(20, "the old values can be computed from the new ones")}
	case o.Deletes:
		j.Reasons = []analyzer.Reason{reason(65, "which rows are deleted depends on another table")}
	default:
		j.Reasons = []analyzer.Reason{reason(65, "which rows change depends on another table")}
	}
	j.Message = fmt.Sprintf("Overwrites values of %s in the rows of table %s that the join matches.", list(lost.columns), o.Table)
	if o.Deletes {
		j.Message = fmt.Sprintf("Deletes the rows of table %s that the join matches.", o.Table)
	}
	if o.Rest {
		j.Message = strings.Replace(j.Message, "that the join matches", "that the join matches or leaves over (WHEN NOT MATCHED BY SOURCE)", 1)
	}
	heirs := p.Catalog.Heirs(t, false, lost.columns...)
	unlink(unlinked, append(heirs, deleted...), &j)
	p.Report(j)
}
