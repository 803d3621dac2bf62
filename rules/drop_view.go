package rules

import (
	"github.com/dropgate/dropgate/analyzer"
	"github.com/dropgate/dropgate/analyzer/op"
)

var dropView = &analyzer.Rule{
	ID:       "drop-view",
	Category: analyzer.Compatibility,
	Title:    "A view is dropped",
	Why:      "A view holds no rows and can be built again. Code that reads it fails until then; with CASCADE the views over it go too.",
	Remedy:   "Use `CREATE OR REPLACE VIEW` where the columns stay, or create its successor in the same transaction.",
	Bad:      analyzer.Example{Before: "CREATE VIEW v AS SELECT 1 AS one;", Change: "DROP VIEW v;"},
	Good:     analyzer.Example{Before: "CREATE VIEW v AS SELECT 1 AS one;", Change: "CREATE OR REPLACE VIEW v AS SELECT 2 AS one;"},
	Check:    dropped(op.View, 15, "a view can be built again"),
}
