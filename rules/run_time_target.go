package rules

import (
	"fmt"

	"github.com/dropgate/dropgate/analyzer"
	"github.com/dropgate/dropgate/analyzer/catalog"
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
			j := analyzer.Judgement{
				Message:   fmt.Sprintf("Runs something that only exists at run time: %s.", o.What),
				Reasons:   []analyzer.Reason{reason(75, "what runs cannot be told from the text")},
				Certainty: analyzer.Likely,
			}
			if o.Wide {
				j.Message = fmt.Sprintf("Runs %s, for every object that a query over the system catalogs finds.", o.What)
				j.Reasons = []analyzer.Reason{reason(100, "every object that a query over the system catalogs finds")}
			}
			p.Report(j)
		case *op.Call:
			checkCall(p, o)
		}
	},
}

// checkCall judges the call of a function by what is known of its body.
func checkCall(p *analyzer.Pass, o *op.Call) {
	j := analyzer.Judgement{
		Object:    p.Object(op.Function, o.Function, ""),
		Certainty: analyzer.Likely,
	}
	switch p.Catalog.Body(o.Function) {
	case catalog.Followed:
		return
	case catalog.NoFunction:
		if o.Perhaps {
			return
		}
		j.Message = fmt.Sprintf("Calls function %s, which no migration that was read defines.", o.Function)
		j.Remedy = "If an extension or the application brings the function, look up what it does. Where it only computes a value, write the value's expression out here, or define the function in a migration: then it is read."
		j.Reasons = []analyzer.Reason{reason(60, "what the called function does is not known")}
	case catalog.Unreadable:
		j.Message = fmt.Sprintf("Calls function %s, whose body is not SQL or PL/pgSQL.", o.Function)
		j.Remedy = "Write the function in SQL or PL/pgSQL, or write out the statements that are to run."
		j.Reasons = []analyzer.Reason{reason(60, "what the called function does is not known")}
	}
	p.Report(j)
}
