package rules

import (
	"fmt"

	"github.com/dropgate/dropgate/analyzer"
	"github.com/dropgate/dropgate/analyzer/op"
)

var badIgnore = &analyzer.Rule{
	ID:       "bad-ignore",
	Category: analyzer.HistoryEdited,
	Title:    "An ignore comment is not written as it has to be",
	Why: "It lifts nothing, and whoever wrote it may count on it. An ignore comment names each rule that it lifts, and gives a reason: " +
		"who reads the migration in a year has nothing else to go by.",
	Remedy: "Write `-- dropgate:ignore RULE[, RULE] -- reason` before the statement, behind it on its line, or in it; " +
		"`-- dropgate:ignore-file RULE[, RULE] -- reason` before the first statement of the file.",
	Bad:  analyzer.Example{Change: "-- dropgate:ignore drop-index\nSELECT 1;"},
	Good: analyzer.Example{Change: "-- The index is built by the next migration.\nSELECT 1;"},
	Check: func(p *analyzer.Pass) {
		o, ok := p.Op.(*op.BadIgnore)
		if !ok {
			return
		}
		p.Report(analyzer.Judgement{
			Message: fmt.Sprintf("This ignore comment lifts nothing: %s. Write `%s`.", o.Why, o.Write),
			Reasons: []analyzer.Reason{reason(20, "what it should lift is not lifted")},
		})
	},
}
