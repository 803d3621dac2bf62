package pgsql

import (
	pg_query "github.com/pganalyze/pg_query_go/v5"

	"github.com/dropgate/dropgate/analyzer/op"
)

// over returns the relation that a view shows row by row, so that PostgreSQL lets
// what is written to the view through to it (manual, CREATE VIEW, updatable
// views). A view with aggregates is taken for one too: PostgreSQL refuses to
// write to it.
func over(s *pg_query.SelectStmt) op.Name {
	switch {
	case s == nil, s.WithClause != nil, len(s.FromClause) != 1, len(s.ValuesLists) > 0:
	case len(s.DistinctClause) > 0, len(s.GroupClause) > 0, s.HavingClause != nil, len(s.WindowClause) > 0:
	case s.LimitCount != nil, s.LimitOffset != nil, s.Op != pg_query.SetOperation_SETOP_NONE:
	default:
		return rangeName(s.FromClause[0].GetRangeVar())
	}
	return op.Name{}
}
