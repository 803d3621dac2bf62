package pgsql

import (
	pg_query "github.com/pganalyze/pg_query_go/v5"

	"github.com/dropgate/dropgate/analyzer/op"
)

func (r *reader) createView(s *pg_query.ViewStmt) *op.CreateView {
	return &op.CreateView{
		Kind: op.View, Name: rangeName(s.View), Temporary: isTemporary(s.View), Replace: s.Replace,
		Over: over(s.Query.GetSelectStmt()), Calls: r.perhaps(s.Query), Reads: relations(s.Query),
	}
}

// relations returns the relations that a query names, each once; names of queries
// of WITH are among them.
func relations(n *pg_query.Node) []op.Name {
	var all []op.Name
	seen := map[op.Name]bool{}
	walk(n, func(n *pg_query.Node) bool {
		if name := rangeName(n.GetRangeVar()); !name.IsZero() && !seen[name] {
			seen[name] = true
			all = append(all, name)
		}
		return true
	})
	return all
}

// reading returns what a statement reads. Only views matter of it.
func reading(n *pg_query.Node) []op.Name {
	switch s := n.GetNode().(type) {
	case *pg_query.Node_CreateTableAsStmt:
		if s.CreateTableAsStmt.Into.GetSkipData() {
			return nil
		}
	case *pg_query.Node_SelectStmt, *pg_query.Node_CopyStmt, *pg_query.Node_InsertStmt, *pg_query.Node_UpdateStmt,
		*pg_query.Node_DeleteStmt, *pg_query.Node_MergeStmt, *pg_query.Node_CallStmt:
	default:
		return nil
	}
	return relations(n)
}

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
