package rules

import (
	"fmt"

	"github.com/dropgate/dropgate/analyzer"
	"github.com/dropgate/dropgate/analyzer/op"
)

var dropOwned = &analyzer.Rule{
	ID:       "drop-owned",
	Category: analyzer.DataLoss,
	Title:    "Everything that a role owns is dropped",
	Why:      "DROP OWNED removes every object of the current database that the role owns, tables with their rows included. What that is depends on the server, not on the migration.",
	Remedy:   "Give the objects to another role with `REASSIGN OWNED BY … TO …` first, and drop what really is to go by name.",
	Bad:      analyzer.Example{Change: "DROP OWNED BY legacy_app;"},
	Good:     analyzer.Example{Change: "REASSIGN OWNED BY legacy_app TO app;"},
	Check: func(p *analyzer.Pass) {
		o, ok := p.Op.(*op.DropOwned)
		if !ok {
			return
		}
		for _, role := range o.Roles {
			j := analyzer.Judgement{
				Object:  analyzer.Object{Kind: op.Role, Name: role},
				Message: fmt.Sprintf("Drops every object that role %s owns, tables with their rows included.", role),
				Reasons: []analyzer.Reason{reason(100, "everything that a role owns is lost, whatever that is on the server")},
			}
			if p.Catalog.Reassigned(role) {
				j.Message = fmt.Sprintf("Drops what role %s still owns, and its privileges.", role)
				j.Reasons = append(j.Reasons, reason(-80, "the same change gives what the role owns to another one first"))
			}
			p.Report(j)
		}
	},
}
