package rules

import (
	"github.com/dropgate/dropgate/analyzer"
	"github.com/dropgate/dropgate/analyzer/op"
)

var dropTrigger = &analyzer.Rule{
	ID:       "drop-trigger",
	Category: analyzer.Compatibility,
	Title:    "A trigger is dropped",
	Why:      "What the trigger kept up to date (history tables, counters, search columns) is not written any more, from then on.",
	Remedy:   "Check that nothing relies on what it writes. To replace a trigger, `CREATE OR REPLACE TRIGGER` (PostgreSQL 14) leaves no gap.",
	Bad:      analyzer.Example{Before: "CREATE TABLE t (id int); CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'; CREATE TRIGGER audit BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION f();", Change: "DROP TRIGGER audit ON t;"},
	Good:     analyzer.Example{Before: "CREATE TABLE t (id int); CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'; CREATE TRIGGER audit BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION f();", Change: "ALTER TRIGGER audit ON t RENAME TO history;"},
	Check:    dropped(op.Trigger, 30, "what it writes is not written any more"),
}
