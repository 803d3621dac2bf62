package pgsql

import (
	pg_query "github.com/pganalyze/pg_query_go/v5"

	"github.com/dropgate/dropgate/analyzer/op"
)

func (r *reader) createView(s *pg_query.ViewStmt) *op.CreateView {
	return &op.CreateView{
		Kind: op.View, Name: rangeName(s.View), Temporary: isTemporary(s.View), Replace: s.Replace,
		Over: over(s.Query.GetSelectStmt()), Shown: r.shown(s), Calls: r.perhaps(s.Query), Reads: relations(s.Query),
	}
}

// shown returns the columns of the table that a simple view shows, by the names that
// it gives them.
func (r *reader) shown(s *pg_query.ViewStmt) map[string]string {
	query := s.Query.GetSelectStmt()
	if over(query).IsZero() {
		return nil
	}
	w := r.row(query.FromClause[0].GetRangeVar())
	names := map[string]string{}
	starred := false
	for i, n := range query.TargetList {
		t := n.GetResTarget()
		column, own := w.ownColumn(t.Val)
		name := t.Name
		if name == "" {
			name = column
		}
		if i < len(s.Aliases) {
			name = s.Aliases[i].GetString_().GetSval()
		}
		starred = starred || isStar(t.Val)
		if name != "" && (!own || name != column || starred && len(s.Aliases) > 0) {
			names[name] = column
		}
	}
	if starred { // which columns the aliases stand for is not known
		for _, n := range s.Aliases {
			names[n.GetString_().GetSval()] = ""
		}
	}
	return names
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
