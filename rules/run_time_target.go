package rules

import (
	"fmt"

	"github.com/dropgate/dropgate/analyzer"
	"github.com/dropgate/dropgate/analyzer/op"
)

var runTimeTarget = &analyzer.Rule{
	ID:       "run-time-target",
	Category: analyzer.DataLoss,
	Title:    "What runs is only known at run time",
	Why:      "The SQL, or what it is applied to, only comes into being while the migration runs. Nobody can review what nobody can read.",
	Remedy:   "Write out the statements that are to run.",
	Bad:      analyzer.Example{Change: "EXECUTE cleanup(7);"},
	Good:     analyzer.Example{Change: "PREPARE pick AS SELECT 1; EXECUTE pick;"},
	Check: func(p *analyzer.Pass) {
		switch o := p.Op.(type) {
		case *op.RunTime:
			p.Report(analyzer.Judgement{
				Message:   fmt.Sprintf("Runs something that only exists at run time: %s.", o.What),
				Reasons:   []analyzer.Reason{reason(75, "what runs cannot be told from the text")},
				Certainty: analyzer.Likely,
			})
		case *op.Call:
			p.Report(analyzer.Judgement{
				Object:    p.Object(op.Function, o.Function, ""),
				Message:   fmt.Sprintf("Calls procedure %s, whose body this version does not read.", o.Function),
				Reasons:   []analyzer.Reason{reason(60, "what a called procedure does is not known")},
				Certainty: analyzer.Likely,
			})
		}
	},
}
