package rules

import (
	"github.com/dropgate/dropgate/analyzer"
	"github.com/dropgate/dropgate/analyzer/op"
)

var dropPolicy = &analyzer.Rule{
	ID:       "drop-policy",
	Category: analyzer.Security,
	Title:    "A row security policy is dropped",
	Why:      "With one policy less, a role sees other rows than before: fewer, or all if row security is switched off as well.",
	Remedy:   "Create the policy that takes its place in the same transaction.",
	Bad:      analyzer.Example{Before: "CREATE TABLE t (id int); CREATE POLICY own ON t USING (true);", Change: "DROP POLICY own ON t;"},
	Good:     analyzer.Example{Before: "CREATE TABLE t (id int); CREATE POLICY own ON t USING (true);", Change: "ALTER POLICY own ON t RENAME TO own_rows;"},
	Check:    dropped(op.Policy, 30, "who sees which rows changes"),
}
