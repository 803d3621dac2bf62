package rules

import (
	"github.com/dropgate/dropgate/analyzer"
	"github.com/dropgate/dropgate/analyzer/op"
)

var dropIndex = &analyzer.Rule{
	ID:       "drop-index",
	Category: analyzer.Availability,
	Title:    "An index is dropped",
	Why:      "No row is lost. Queries that used the index become slow, and building it again takes time.",
	Remedy:   "Use `DROP INDEX CONCURRENTLY`, and check in `pg_stat_user_indexes` that nothing uses it.",
	Bad:      analyzer.Example{Before: "CREATE TABLE t (id int); CREATE INDEX t_id ON t (id);", Change: "DROP INDEX t_id;"},
	Good:     analyzer.Example{Before: "CREATE TABLE t (id int); CREATE INDEX t_id ON t (id);", Change: "ALTER INDEX t_id RENAME TO t_id_idx;"},
	Check:    dropped(op.Index, 15, "an index can be built again"),
}
