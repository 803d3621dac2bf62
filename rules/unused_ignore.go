package rules

import (
	"fmt"

	"github.com/dropgate/dropgate/analyzer"
	"github.com/dropgate/dropgate/analyzer/op"
)

var unusedIgnore = &analyzer.Rule{
	ID:       "unused-ignore",
	Category: analyzer.HistoryEdited,
	Title:    "An ignore comment has nothing to lift",
	Why: "It says something of the migration that is not so, or stands in another place than it should. Left there, it would lift " +
		"what somebody writes next to it later.",
	Remedy: "Take the comment out, or the rule out of it. If it should lift something, move it: directly before the statement, behind it on its line, or into it.",
	Bad:    analyzer.Example{Change: "-- dropgate:ignore drop-index -- the next migration builds it\nSELECT 1;"},
	Good:   analyzer.Example{Change: "-- The index is built by the next migration.\nSELECT 1;"},
	Check: func(p *analyzer.Pass) {
		o, ok := p.Op.(*op.UnusedIgnore)
		if !ok {
			return
		}
		where := "its statement"
		if o.File {
			where = "the file"
		}
		message := fmt.Sprintf("This ignore comment names %s, and %s has no such finding for it to lift.", list(o.Rules), where)
		if o.Why != "" {
			message = fmt.Sprintf("This ignore comment names %s and lifts nothing: %s.", list(o.Rules), o.Why)
		}
		p.Report(analyzer.Judgement{Message: message, Reasons: []analyzer.Reason{reason(10, "it lifts nothing")}})
	},
}
