package pgsql

import (
	"slices"
	"strconv"
	"strings"

	pg_query "github.com/pganalyze/pg_query_go/v5"

	"github.com/dropgate/dropgate/analyzer/op"
)

// columnLimit is PostgreSQL's limit of columns in a query.
const columnLimit = 1664

// A column is what a query gives under one name; "*" stands for columns that are
// not known.
type column struct {
	name  string
	texts op.Texts
}

// A relation is what stands in a query's FROM.
type relation struct {
	name    string
	columns []column
	open    bool // it may have other columns
	catalog bool // they are of the system catalogs
}

// A query is what the names in it stand for.
type query struct {
	outer *query
	with  map[string][]column // nil columns: not read yet
	from  []relation
	// equal are the columns that WHERE compares with constants.
	equal map[string]op.Texts
}

// queryTexts returns the values of all columns that a query gives: what \gexec
// runs.
func queryTexts(r *reader, stmt *pg_query.Node) op.Texts {
	var all op.Texts
	for _, c := range r.columns(stmt.GetSelectStmt(), nil) {
		all = append(all, c.texts...)
	}
	if len(all) == 0 {
		return open(r.ofCatalog(stmt, nil))
	}
	return all
}

// returned returns the columns that a statement gives: a query's, or those of
// RETURNING, of which no more than the names are known.
func (r *reader) returned(n *pg_query.Node) []column {
	var list []*pg_query.Node
	switch s := n.GetNode().(type) {
	case *pg_query.Node_SelectStmt:
		return r.columns(s.SelectStmt, nil)
	case *pg_query.Node_InsertStmt:
		list = s.InsertStmt.ReturningList
	case *pg_query.Node_UpdateStmt:
		list = s.UpdateStmt.ReturningList
	case *pg_query.Node_DeleteStmt:
		list = s.DeleteStmt.ReturningList
	}
	return r.targets(list, nil)
}

// columns returns the columns of a query that stands in outer.
func (r *reader) columns(s *pg_query.SelectStmt, outer *query) []column {
	switch {
	case s == nil:
		return nil
	case len(s.ValuesLists) > 0:
		return r.valuesColumns(s, outer)
	case s.Op != pg_query.SetOperation_SETOP_NONE && s.Op != pg_query.SetOperation_SET_OPERATION_UNDEFINED:
		q := &query{outer: outer}
		r.withColumns(s.WithClause, q)
		return r.both(r.columns(s.Larg, q), r.columns(s.Rarg, q))
	}
	return r.targets(s.TargetList, r.query(s, outer))
}

// both returns the columns of a UNION.
func (r *reader) both(left, right []column) []column {
	for i := range left {
		var other op.Texts
		switch {
		case i < len(right):
			other = right[i].texts
		case len(right) > 0 && right[len(right)-1].name == "*":
			other = right[len(right)-1].texts
		}
		if r.pieces += len(left[i].texts) + len(other); r.pieces > pieceLimit {
			left[i].texts = open(fromCatalog(left[i].texts) || fromCatalog(other))
			continue
		}
		left[i].texts = slices.Concat(left[i].texts, other)
	}
	return left
}

func (r *reader) valuesColumns(s *pg_query.SelectStmt, outer *query) []column {
	var all []column
	for _, list := range s.ValuesLists {
		for i, n := range list.GetList().GetItems() {
			if i == len(all) {
				all = append(all, column{name: "column" + strconv.Itoa(i+1)})
			}
			all[i].texts = append(all[i].texts, r.texts(n, outer)...)
		}
	}
	return all
}

// query returns what the names in a SELECT stand for.
func (r *reader) query(s *pg_query.SelectStmt, outer *query) *query {
	q := &query{outer: outer, equal: map[string]op.Texts{}}
	r.withColumns(s.WithClause, q)
	for _, n := range s.FromClause {
		q.from = append(q.from, r.relations(n, q)...)
	}
	r.equalities(s.WhereClause, q)
	return q
}

func (r *reader) withColumns(w *pg_query.WithClause, q *query) {
	q.with = map[string][]column{}
	for _, n := range w.GetCtes() {
		c := n.GetCommonTableExpr()
		q.with[c.Ctename] = nil // a recursive query reads itself
		q.with[c.Ctename] = renamed(r.columnsOf(c.Ctequery, q), strs(c.Aliascolnames))
	}
}

func (r *reader) columnsOf(n *pg_query.Node, q *query) []column {
	if s := n.GetSelectStmt(); s != nil {
		return r.columns(s, q)
	}
	return r.returned(n)
}

// renamed gives the columns the names of an alias: AS t (a, b).
func renamed(all []column, names []string) []column {
	for i, name := range names {
		if i < len(all) && all[i].name != "*" {
			all[i].name = name
			continue
		}
		texts := open(false)
		if len(all) > 0 {
			texts = all[len(all)-1].texts
		}
		all = append(all[:i:i], column{name, texts})
	}
	return all
}

// relations returns what one item of FROM brings in.
func (r *reader) relations(n *pg_query.Node, q *query) []relation {
	switch {
	case n.GetRangeVar() != nil:
		return []relation{q.named(n.GetRangeVar())}
	case n.GetRangeSubselect() != nil:
		s := n.GetRangeSubselect()
		return []relation{newRelation(s.Alias, r.columnsOf(s.Subquery, q), "")}
	case n.GetRangeFunction() != nil:
		return []relation{r.functionRelation(n.GetRangeFunction(), q)}
	case n.GetJoinExpr() != nil:
		all := append(r.relations(n.GetJoinExpr().Larg, q), r.relations(n.GetJoinExpr().Rarg, q)...)
		if a := n.GetJoinExpr().Alias; a != nil { // (a JOIN b) AS c hides a and b
			for i := range all {
				all[i].name = a.Aliasname
			}
		}
		return all
	case n.GetRangeTableSample() != nil:
		return r.relations(n.GetRangeTableSample().Relation, q)
	}
	return []relation{{open: true}}
}

// named returns the relation of a name: a query of WITH or a table.
func (q *query) named(v *pg_query.RangeVar) relation {
	if v.Schemaname == "" {
		for b := q; b != nil; b = b.outer {
			if columns, ok := b.with[v.Relname]; ok {
				return newRelation(v.Alias, append([]column(nil), columns...), v.Relname)
			}
		}
	}
	t := relation{name: v.Relname, open: true, catalog: isCatalog(rangeName(v))}
	if v.Alias != nil {
		t.name = v.Alias.Aliasname
		t.columns = renamed([]column{{"*", open(t.catalog)}}, strs(v.Alias.Colnames))
	}
	return t
}

// newRelation returns a relation of the columns under its alias, or name without.
func newRelation(a *pg_query.Alias, all []column, name string) relation {
	t := relation{name: name, open: len(all) == 0}
	if a != nil {
		t.name = a.Aliasname
		all = renamed(all, strs(a.Colnames))
	}
	for _, c := range all {
		if c.name == "*" {
			t.open, t.catalog = true, t.catalog || fromCatalog(c.texts)
			continue
		}
		t.columns = append(t.columns, c)
	}
	return t
}

// functionRelation reads unnest(…) and the like, whose rows are one column of the
// alias's name.
func (r *reader) functionRelation(f *pg_query.RangeFunction, q *query) relation {
	var all []column
	for _, item := range f.Functions {
		call := item.GetList().GetItems()
		if len(call) == 0 {
			continue
		}
		name := columnName(call[0])
		if len(f.Functions) == 1 && f.Alias != nil {
			name = f.Alias.Aliasname
		}
		all = append(all, column{name, r.texts(call[0], q)})
	}
	if f.Ordinality {
		all = append(all, column{"ordinality", open(false)})
	}
	t := newRelation(f.Alias, all, "")
	if t.name == "" && len(all) > 0 {
		t.name = all[0].name
	}
	t.open = true // a function may give a whole row
	for _, c := range all {
		t.catalog = t.catalog || fromCatalog(c.texts)
	}
	return t
}

// equalities keeps what WHERE says that columns are: relname = 'a', or IN a list.
func (r *reader) equalities(n *pg_query.Node, q *query) {
	if b := n.GetBoolExpr(); b != nil && b.Boolop == pg_query.BoolExprType_AND_EXPR {
		for _, arg := range b.Args {
			r.equalities(arg, q)
		}
		return
	}
	e := n.GetAExpr()
	parts := strs(e.GetLexpr().GetColumnRef().GetFields())
	if len(parts) == 0 || strings.Join(strs(e.GetName()), ".") != "=" {
		return
	}
	if _, v := r.vars.lookup(parts); v != nil {
		return
	}
	values := []*pg_query.Node{e.Rexpr}
	switch {
	case e.Kind == pg_query.A_Expr_Kind_AEXPR_IN:
		values = e.Rexpr.GetList().GetItems()
	case e.Kind == pg_query.A_Expr_Kind_AEXPR_OP_ANY && e.Rexpr.GetAArrayExpr() != nil:
		values = e.Rexpr.GetAArrayExpr().Elements
	case e.Kind != pg_query.A_Expr_Kind_AEXPR_OP:
		return
	}
	for _, value := range values {
		if _, ok := literal(value); !ok {
			return
		}
	}
	if q.equal[strings.Join(parts, ".")] == nil {
		q.equal[strings.Join(parts, ".")] = r.union(values, nil)
	}
}

// column returns the value of a column.
func (q *query) column(ref *pg_query.ColumnRef) op.Texts {
	parts := strs(ref.GetFields())
	if len(parts) != len(ref.GetFields()) {
		return open(q.reads(parts))
	}
	for b := q; b != nil && len(parts) > 0; b = b.outer {
		if t := b.equal[strings.Join(parts, ".")]; t != nil {
			return t
		}
		unknown := false
		for _, t := range b.from {
			if len(parts) > 1 && t.name != parts[len(parts)-2] {
				continue
			}
			for _, c := range t.columns {
				if c.name == parts[len(parts)-1] {
					return c.texts
				}
			}
			unknown = unknown || t.open
		}
		if unknown {
			return open(b.reads(parts[:len(parts)-1]))
		}
	}
	return open(false)
}

// reads reports whether the relation of the name, or without a name any, is one
// of the system catalogs.
func (q *query) reads(name []string) bool {
	if q == nil {
		return false
	}
	for _, t := range q.from {
		if len(name) > 0 && t.name != name[len(name)-1] {
			continue
		}
		if t.catalog {
			return true
		}
		for _, c := range t.columns {
			if fromCatalog(c.texts) {
				return true
			}
		}
	}
	return false
}

// targets returns the columns of a list of targets.
func (r *reader) targets(list []*pg_query.Node, q *query) []column {
	var all []column
	for _, n := range list {
		t := n.GetResTarget()
		switch {
		case len(all) > columnLimit:
			return all
		case isStar(t.GetVal()):
			all = append(all, q.all(strs(t.Val.GetColumnRef().Fields))...)
		case t.GetName() != "":
			all = append(all, column{t.Name, r.texts(t.Val, q)})
		default:
			all = append(all, column{columnName(t.GetVal()), r.texts(t.GetVal(), q)})
		}
	}
	return all
}

// all returns the columns that * stands for.
func (q *query) all(name []string) []column {
	if q == nil {
		return []column{{"*", open(false)}}
	}
	var all []column
	unknown := false
	for _, t := range q.from {
		if len(name) > 0 && t.name != name[len(name)-1] {
			continue
		}
		all = append(all, t.columns...)
		unknown = unknown || t.open
	}
	if len(all) > columnLimit {
		all, unknown = all[:columnLimit], true
	}
	if unknown || len(all) == 0 {
		all = append(all, column{"*", open(q.reads(name))})
	}
	return all
}

// columnName is the name that PostgreSQL gives a column without an alias.
func columnName(n *pg_query.Node) string {
	switch {
	case n.GetColumnRef() != nil:
		if parts := strs(n.GetColumnRef().Fields); len(parts) > 0 {
			return parts[len(parts)-1]
		}
	case n.GetFuncCall() != nil:
		return qualified(strs(n.GetFuncCall().Funcname)).Name
	case n.GetTypeCast() != nil:
		if name := columnName(n.GetTypeCast().Arg); name != "?column?" {
			return name
		}
		return qualified(strs(n.GetTypeCast().TypeName.GetNames())).Name
	case n.GetCollateClause() != nil:
		return columnName(n.GetCollateClause().Arg)
	case n.GetAIndirection() != nil:
		if parts := strs(n.GetAIndirection().Indirection); len(parts) > 0 {
			return parts[len(parts)-1]
		}
		return columnName(n.GetAIndirection().Arg)
	case n.GetCoalesceExpr() != nil:
		return "coalesce"
	case n.GetAArrayExpr() != nil:
		return "array"
	case n.GetCaseExpr() != nil:
		if name := columnName(n.GetCaseExpr().Defresult); name != "?column?" {
			return name
		}
		return "case"
	case n.GetSubLink() != nil:
		return subqueryName(n.GetSubLink())
	}
	return "?column?"
}

func subqueryName(s *pg_query.SubLink) string {
	switch s.SubLinkType {
	case pg_query.SubLinkType_EXISTS_SUBLINK:
		return "exists"
	case pg_query.SubLinkType_ARRAY_SUBLINK:
		return "array"
	case pg_query.SubLinkType_EXPR_SUBLINK:
		if list := s.Subselect.GetSelectStmt().GetTargetList(); len(list) > 0 {
			if t := list[0].GetResTarget(); t.GetName() != "" {
				return t.Name
			} else if t != nil {
				return columnName(t.Val)
			}
		}
	}
	return "?column?"
}
