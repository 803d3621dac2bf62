package rules

import (
	"fmt"

	"github.com/dropgate/dropgate/analyzer"
	"github.com/dropgate/dropgate/analyzer/op"
)

var renameColumn = &analyzer.Rule{
	ID:       "rename-column",
	Category: analyzer.Compatibility,
	Title:    "A column is renamed that code still names",
	Why: "A rename loses nothing. Code that asks for the old name fails from then on: what is not changed yet, and what is still running while the new release goes out. " +
		"It is reported only where the repository's code still has the old name.",
	Remedy: "Change the code in the same release. If the old release goes on running beside it, add the new column, write both, and drop the old one in a later release.",
	Bad: analyzer.Example{
		Before: "CREATE TABLE users (id bigint PRIMARY KEY, mail_address text);",
		Change: "ALTER TABLE users RENAME COLUMN mail_address TO email;",
		Code:   map[string]string{"app/models/user.rb": "class User < ApplicationRecord\n  validates :mail_address, presence: true\nend\n"},
	},
	Good: analyzer.Example{
		Before: "CREATE TABLE users (id bigint PRIMARY KEY, mail_address text);",
		Change: "ALTER TABLE users RENAME COLUMN mail_address TO email;",
		Code:   map[string]string{"app/models/user.rb": "class User < ApplicationRecord\n  validates :email, presence: true\nend\n"},
	},
	Check: checkRenameColumn,
}

func checkRenameColumn(p *analyzer.Pass) {
	r, ok := p.Op.(*op.Rename)
	if !ok || r.Kind != op.Column {
		return
	}
	_, table := p.Catalog.Table(r.Name)
	if _, state := p.Catalog.Column(r.Name, r.Column); !table.MayHoldData() || !state.MayHoldData() {
		return
	}
	p.Report(analyzer.Judgement{
		Object:  p.Object(op.Column, r.Name, r.Column),
		Message: fmt.Sprintf("Renames column %s of table %s to %s, and code still names %s.", r.Column, r.Name, r.To, r.Column),
		Reasons: []analyzer.Reason{reason(25, "code that asks for the old name fails")},
		Frees:   true, IfNamed: true,
	})
}
