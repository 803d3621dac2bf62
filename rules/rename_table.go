package rules

import (
	"fmt"

	"github.com/dropgate/dropgate/analyzer"
	"github.com/dropgate/dropgate/analyzer/op"
)

var renameTable = &analyzer.Rule{
	ID:       "rename-table",
	Category: analyzer.Compatibility,
	Title:    "A table is renamed that code still names",
	Why: "A rename loses nothing. Code that asks for the old name fails from then on: what is not changed yet, and what is still running while the new release goes out. " +
		"It is reported only where the repository's code still has the old name.",
	Remedy: "Change the code in the same release. If the old release goes on running beside it, put a view of the old name over the table in the same transaction, and drop the view later.",
	Bad: analyzer.Example{
		Before: "CREATE TABLE users (id bigint PRIMARY KEY, email text);",
		Change: "ALTER TABLE users RENAME TO people;",
		Code:   map[string]string{"app/report.py": "count = db.scalar(\"SELECT count(*) FROM users\")\n"},
	},
	Good: analyzer.Example{
		Before: "CREATE TABLE users (id bigint PRIMARY KEY, email text);",
		Change: "ALTER TABLE users RENAME TO people;\nCREATE VIEW users AS SELECT * FROM people;",
		Code:   map[string]string{"app/report.py": "count = db.scalar(\"SELECT count(*) FROM users\")\n"},
	},
	Check: checkRenameTable,
}

func checkRenameTable(p *analyzer.Pass) {
	r, ok := p.Op.(*op.Rename)
	if !ok || r.Kind != op.Table && r.Kind != op.ForeignTable {
		return
	}
	if _, state := p.Catalog.Table(r.Name); !state.MayHoldData() {
		return
	}
	p.Report(analyzer.Judgement{
		Object:  p.Object(op.Table, r.Name, ""),
		Message: fmt.Sprintf("Renames table %s to %s, and code still names %s.", r.Name, r.To, r.Name),
		Reasons: []analyzer.Reason{reason(25, "code that asks for the old name fails")},
		Frees:   true, IfNamed: true,
	})
}
