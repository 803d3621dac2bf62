package pgsql

import (
	pg_query "github.com/pganalyze/pg_query_go/v5"

	"github.com/dropgate/dropgate/analyzer/op"
)

func (r *reader) createView(s *pg_query.ViewStmt) *op.CreateView {
	o := &op.CreateView{
		Kind: op.View, Name: rangeName(s.View), Temporary: isTemporary(s.View), Replace: s.Replace,
		Over: over(s.Query.GetSelectStmt()), Shown: r.shown(s), Calls: r.perhaps(s.Query),
	}
	r.viewed(o, s.Query)
	o.Names, o.Recursive = strs(s.Aliases), r.recursive()
	return o
}

// recursive reports whether the statement is CREATE RECURSIVE VIEW.
func (r *reader) recursive() bool {
	for _, t := range r.tokens {
		switch {
		case t.is(r.data, "recursive"):
			return true
		case t.is(r.data, "view"):
			return false
		}
	}
	return false
}

func (r *reader) createMaterializedView(s *pg_query.CreateTableAsStmt) *op.CreateView {
	o := &op.CreateView{
		Kind: op.MaterializedView, Name: rangeName(s.Into.Rel), IfNotExists: s.IfNotExists, Calls: r.perhaps(s.Query),
	}
	r.viewed(o, s.Query)
	o.Names = strs(s.Into.ColNames)
	return o
}

// viewed adds what a view's query needs.
func (r *reader) viewed(o *op.CreateView, query *pg_query.Node) {
	v := viewReader{seen: map[op.ColumnRead]bool{}, relations: map[op.Name]bool{}}
	v.query(query, nil)
	o.Reads, o.Columns = v.reads, v.columns
	o.Types, o.Collations = typesIn(query)
	o.Query = r.viewQuery()
}

// viewQuery returns the text behind AS, without WITH CHECK OPTION and WITH DATA.
func (r *reader) viewQuery() string {
	depth, first := 0, 0
	for i, t := range r.tokens {
		switch {
		case t.is(r.data, "("):
			depth++
		case t.is(r.data, ")"):
			depth--
		case depth == 0 && t.is(r.data, "as"):
			first = i + 1
		}
		if first > 0 {
			break
		}
	}
	end := len(r.tokens)
	for i := end - 1; i >= max(first, end-4); i-- {
		if r.tokens[i].is(r.data, "with") && (r.tokens[end-1].is(r.data, "option") || r.tokens[end-1].is(r.data, "data")) {
			end = i
			break
		}
	}
	return r.between(first, end)
}

// typesIn returns the types of its own that a query converts to, and the
// collations that it names.
func typesIn(n *pg_query.Node) (types, collations []op.Name) {
	seen := map[op.Name]bool{}
	walk(n, func(n *pg_query.Node) bool {
		if t := n.GetTypeCast().GetTypeName(); t != nil {
			if u, ok := useOf(t); ok && !seen[u.Name] {
				seen[u.Name] = true
				types = append(types, u.Name)
			}
		}
		if c := n.GetCollateClause(); c != nil {
			collations = append(collations, qualified(strs(c.Collname)))
		}
		return true
	})
	return types, collations
}

// A viewReader finds the relations and columns that a query names.
type viewReader struct {
	reads     []op.Name
	columns   []op.ColumnRead
	seen      map[op.ColumnRead]bool
	relations map[op.Name]bool
}

// A viewScope is what the names in one SELECT stand for.
type viewScope struct {
	outer *viewScope
	with  map[string]bool    // queries of WITH
	from  map[string]op.Name // the relation behind an alias; zero where it is none
	order []op.Name          // the relations, as they stand
}

// isQuery reports whether a bare name is that of a query of WITH.
func (s *viewScope) isQuery(name string) bool {
	for ; s != nil; s = s.outer {
		if s.with[name] {
			return true
		}
	}
	return false
}

// query reads a query, nested at any depth.
func (v *viewReader) query(n *pg_query.Node, outer *viewScope) {
	s := n.GetSelectStmt()
	if s == nil {
		v.expressions(n, outer)
		return
	}
	v.selects(s, outer)
}

func (v *viewReader) selects(s *pg_query.SelectStmt, outer *viewScope) {
	scope := &viewScope{outer: outer, with: map[string]bool{}, from: map[string]op.Name{}}
	for _, n := range s.WithClause.GetCtes() {
		if s.WithClause.Recursive {
			scope.with[n.GetCommonTableExpr().GetCtename()] = true
		}
	}
	for _, n := range s.WithClause.GetCtes() {
		v.query(n.GetCommonTableExpr().GetCtequery(), scope)
		scope.with[n.GetCommonTableExpr().GetCtename()] = true
	}
	if s.Larg != nil {
		v.selects(s.Larg, scope)
	}
	if s.Rarg != nil {
		v.selects(s.Rarg, scope)
	}
	for _, n := range s.FromClause {
		v.from(n, scope)
	}
	for _, n := range s.FromClause {
		v.joined(n, scope)
	}
	for _, all := range [][]*pg_query.Node{
		s.TargetList, s.DistinctClause, s.GroupClause, s.WindowClause, s.ValuesLists, s.SortClause,
		{s.WhereClause, s.HavingClause, s.LimitCount, s.LimitOffset},
	} {
		for _, n := range all {
			v.expressions(n, scope)
		}
	}
}

// from notes what an item of FROM brings in.
func (v *viewReader) from(n *pg_query.Node, scope *viewScope) {
	switch s := n.GetNode().(type) {
	case *pg_query.Node_RangeVar:
		v.relation(s.RangeVar, scope)
	case *pg_query.Node_JoinExpr:
		v.from(s.JoinExpr.Larg, scope)
		v.from(s.JoinExpr.Rarg, scope)
	case *pg_query.Node_RangeSubselect:
		scope.from[s.RangeSubselect.Alias.GetAliasname()] = op.Name{}
	case *pg_query.Node_RangeFunction:
		scope.from[s.RangeFunction.Alias.GetAliasname()] = op.Name{}
	case *pg_query.Node_RangeTableSample:
		v.from(s.RangeTableSample.Relation, scope)
	}
}

func (v *viewReader) relation(r *pg_query.RangeVar, scope *viewScope) {
	name, alias := rangeName(r), r.GetAlias().GetAliasname()
	if alias == "" {
		alias = name.Name
	}
	if name.Schema == "" && scope.isQuery(name.Name) {
		scope.from[alias] = op.Name{}
		return
	}
	scope.from[alias] = name
	scope.order = append(scope.order, name)
	if !v.relations[name] {
		v.relations[name] = true
		v.reads = append(v.reads, name)
	}
}

// joined reads the queries and conditions in an item of FROM, which may name what
// other items bring in.
func (v *viewReader) joined(n *pg_query.Node, scope *viewScope) {
	switch s := n.GetNode().(type) {
	case *pg_query.Node_JoinExpr:
		v.joined(s.JoinExpr.Larg, scope)
		v.joined(s.JoinExpr.Rarg, scope)
		for _, column := range strs(s.JoinExpr.UsingClause) {
			v.column(scope, column)
		}
		v.expressions(s.JoinExpr.Quals, scope)
	case *pg_query.Node_RangeSubselect:
		v.query(s.RangeSubselect.Subquery, scope)
	case *pg_query.Node_RangeFunction, *pg_query.Node_RangeTableSample, *pg_query.Node_RangeTableFunc:
		v.expressions(n, scope)
	}
}

// expressions reads what is no query of its own.
func (v *viewReader) expressions(n *pg_query.Node, scope *viewScope) {
	walk(n, func(n *pg_query.Node) bool {
		switch {
		case n.GetSelectStmt() != nil:
			v.selects(n.GetSelectStmt(), scope)
			return false
		case n.GetColumnRef() != nil:
			v.reference(n.GetColumnRef(), scope)
		}
		return true
	})
}

func (v *viewReader) reference(c *pg_query.ColumnRef, scope *viewScope) {
	if scope == nil || len(c.Fields) == 0 {
		return
	}
	parts := strs(c.Fields)
	star := c.Fields[len(c.Fields)-1].GetAStar() != nil
	switch {
	case star && len(parts) == 0:
		for _, name := range scope.order {
			v.add(op.ColumnRead{Relation: name})
		}
	case star:
		v.qualified(scope, parts[len(parts)-1], "")
	case len(parts) > 1:
		v.qualified(scope, parts[len(parts)-2], parts[len(parts)-1])
		v.qualified(scope, parts[0], parts[1]) // where the rest is a field of a composite value
	case len(parts) == 1:
		v.column(scope, parts[0])
	}
}

// qualified notes a column of what the alias stands for; without a name all of them.
func (v *viewReader) qualified(scope *viewScope, alias, column string) {
	for s := scope; s != nil; s = s.outer {
		if name, ok := s.from[alias]; ok {
			if !name.IsZero() {
				v.add(op.ColumnRead{Relation: name, Column: column})
			}
			return
		}
	}
}

// column notes a column that may be of any relation around it.
func (v *viewReader) column(scope *viewScope, column string) {
	for s := scope; s != nil; s = s.outer {
		for _, name := range s.order {
			v.add(op.ColumnRead{Relation: name, Column: column})
		}
	}
}

func (v *viewReader) add(c op.ColumnRead) {
	if !v.seen[c] {
		v.seen[c] = true
		v.columns = append(v.columns, c)
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
	var names map[string]string // nil as long as all names are the table's
	show := func(name, column string) {
		if names == nil {
			names = map[string]string{}
		}
		names[name] = column
	}
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
			show(name, column)
		}
	}
	if starred { // which columns the aliases stand for is not known
		for _, n := range s.Aliases {
			show(n.GetString_().GetSval(), "")
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
