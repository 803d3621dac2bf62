package rules

import (
	"github.com/dropgate/dropgate/analyzer"
	"github.com/dropgate/dropgate/analyzer/op"
)

var dropConstraint = &analyzer.Rule{
	ID:       "drop-constraint",
	Category: analyzer.Compatibility,
	Title:    "A constraint is dropped",
	Why:      "Rows that break the rule can come in from then on, and it cannot be put back before they are mended.",
	Remedy:   "Check that nothing relies on it: an upsert on a unique key, a foreign key on a primary key.",
	Bad:      analyzer.Example{Before: "CREATE TABLE t (id int, CONSTRAINT positive CHECK (id > 0));", Change: "ALTER TABLE t DROP CONSTRAINT positive;"},
	Good:     analyzer.Example{Before: "CREATE TABLE t (id int, CONSTRAINT positive CHECK (id > 0));", Change: "ALTER TABLE t RENAME CONSTRAINT positive TO id_positive;"},
	Check:    dropped(op.Constraint, 25, "rows that break it can come in"),
}
