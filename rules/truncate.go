package rules

import (
	"fmt"

	"github.com/dropgate/dropgate/analyzer"
	"github.com/dropgate/dropgate/analyzer/op"
)

var truncate = &analyzer.Rule{
	ID:       "truncate",
	Category: analyzer.DataLoss,
	Title:    "A table is emptied with TRUNCATE",
	Why:      "TRUNCATE removes every row without looking at any. With CASCADE it also empties every table that has a foreign key to this one, and the tables behind those.",
	Remedy:   "Delete what is to go by its key, or move the rows to another table first. If the table really is to be emptied, check that a restored backup has its rows.",
	Bad:      analyzer.Example{Before: "CREATE TABLE events (id bigint, at timestamptz);", Change: "TRUNCATE events;"},
	Good:     analyzer.Example{Before: "CREATE TABLE events (id bigint, at timestamptz);", Change: "CREATE TABLE staging (id int); TRUNCATE staging;"},
	Check: func(p *analyzer.Pass) {
		o, ok := p.Op.(*op.Truncate)
		if !ok {
			return
		}
		t, state := p.Catalog.Table(o.Table)
		losses := p.Catalog.TruncateReach(t, o.Cascade, o.Only)
		if !state.MayHoldData() && len(losses) == 0 {
			return
		}
		j := analyzer.Judgement{
			Object:  p.Object(op.Table, o.Table, ""),
			Message: fmt.Sprintf("Removes every row of table %s.", o.Table),
			Reasons: []analyzer.Reason{reason(90, "every row of an existing table is lost")},
		}
		j.Reach, j.Reasons = reached(losses, j.Reasons)
		if low, ok := mitigated(sum(j.Reasons), p.Catalog.CopyOf(o.Table, "")); ok {
			j.Reasons = append(j.Reasons, low)
		}
		p.Report(j)
	},
}
