package rules

import (
	"fmt"

	"github.com/dropgate/dropgate/analyzer"
	"github.com/dropgate/dropgate/analyzer/op"
)

var dropDatabase = &analyzer.Rule{
	ID:       "drop-database",
	Category: analyzer.DataLoss,
	Title:    "A whole database is dropped",
	Why:      "DROP DATABASE removes the catalog entries and the files of every table in the database. It cannot be undone, not even by a ROLLBACK.",
	Remedy:   "Leave it out of the migration. Take the application's access away first (`REVOKE CONNECT`), keep the database for as long as your backups are kept, and let somebody with a checked backup drop it by hand.",
	Bad:      analyzer.Example{Change: "DROP DATABASE shop;"},
	Good:     analyzer.Example{Change: "REVOKE CONNECT ON DATABASE shop FROM PUBLIC;"},
	Check: func(p *analyzer.Pass) {
		if d, ok := p.Op.(*op.Drop); ok && d.Kind == op.Database {
			p.Report(analyzer.Judgement{
				Object:  analyzer.Object{Kind: op.Database, Name: d.Name.Name},
				Message: fmt.Sprintf("Drops database %s with every table in it.", d.Name.Name),
				Reasons: []analyzer.Reason{reason(100, "every row of every table of a database is lost")},
			})
		}
	},
}
