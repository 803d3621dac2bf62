package rules

import (
	"github.com/dropgate/dropgate/analyzer"
	"github.com/dropgate/dropgate/analyzer/op"
)

var dropMaterializedView = &analyzer.Rule{
	ID:       "drop-materialized-view",
	Category: analyzer.Compatibility,
	Title:    "A materialized view is dropped",
	Why:      "Its rows are computed and can be computed again, as long as the tables it reads still have theirs.",
	Remedy:   "Build its successor under another name first and exchange the names in one transaction.",
	Bad:      analyzer.Example{Before: "CREATE MATERIALIZED VIEW m AS SELECT 1 AS one;", Change: "DROP MATERIALIZED VIEW m;"},
	Good:     analyzer.Example{Before: "CREATE MATERIALIZED VIEW m AS SELECT 1 AS one;", Change: "REFRESH MATERIALIZED VIEW m;"},
	Check:    dropped(op.MaterializedView, 20, "its rows can be computed again"),
}
