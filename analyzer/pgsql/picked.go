package pgsql

import (
	"maps"
	"slices"
	"strings"

	pg_query "github.com/pganalyze/pg_query_go/v5"

	"github.com/dropgate/dropgate/analyzer/op"
)

// originLimit is the most rows of tables that a query's rows are followed to.
const originLimit = 16

// An origin is a row of a table that a row of a query or of FROM comes from.
type origin struct {
	table op.Name
	where op.Condition // what is known of that row; nil: nothing
	// columns are those of the table by the names and by the places that they have
	// here; without both the row is the table's own.
	columns map[string]string
	places  map[int]string
}

// column returns the table's column that stands under the name; empty for none.
func (o *origin) column(name string) string {
	if o.columns == nil && o.places == nil {
		return name
	}
	return o.columns[name]
}

// A fromItem is a relation in FROM with the rows that its rows come from.
type fromItem struct {
	name    string // by which columns of it are called
	origins []*origin
}

// enter begins a statement or a query, and returns what ends it: the queries of its
// WITH are known to nobody else.
func (r *reader) enter() (leave func()) {
	outer, set := r.queries, r.set
	r.set = nil
	return func() { r.queries, r.set = outer, set }
}

// define makes a query of WITH known.
func (r *reader) define(w *pg_query.WithClause, cte *pg_query.CommonTableExpr) {
	r.queries = maps.Clone(r.queries)
	if r.queries == nil {
		r.queries = map[string][]*origin{}
	}
	r.queries[cte.Ctename] = nil
	if query := cte.Ctequery.GetSelectStmt(); query != nil && !w.Recursive {
		r.queries[cte.Ctename] = titled(r.origins(query), cte.Aliascolnames)
	}
}

// titled returns origins whose columns got other names.
func titled(all []*origin, names []*pg_query.Node) []*origin {
	if len(names) == 0 {
		return all
	}
	var made []*origin
	for _, o := range all {
		other := *o
		other.columns = map[string]string{}
		for i, name := range strs(names) {
			if column := o.places[i]; column != "" {
				other.columns[name] = column
			}
		}
		made = append(made, &other)
	}
	return made
}

// from returns the relations of FROM, and the conditions of its inner joins.
func (r *reader) from(nodes []*pg_query.Node) (items []fromItem, on []*pg_query.Node) {
	for _, n := range nodes {
		switch {
		case n.GetRangeVar() != nil:
			items = append(items, r.fromTable(n.GetRangeVar()))
		case n.GetRangeSubselect() != nil:
			s := n.GetRangeSubselect()
			items = append(items, fromItem{s.GetAlias().GetAliasname(), titled(r.origins(s.Subquery.GetSelectStmt()), s.GetAlias().GetColnames())})
		case n.GetJoinExpr() != nil && n.GetJoinExpr().Alias == nil:
			j := n.GetJoinExpr()
			joined, more := r.from([]*pg_query.Node{j.Larg, j.Rarg})
			items, on = append(items, joined...), append(on, more...)
			if j.Jointype == pg_query.JoinType_JOIN_INNER {
				on = append(on, conjuncts(j.Quals)...)
			}
		default:
			items = append(items, fromItem{})
		}
	}
	return items, on
}

func (r *reader) fromTable(v *pg_query.RangeVar) fromItem {
	item := fromItem{name: v.GetAlias().GetAliasname()}
	if item.name == "" {
		item.name = v.Relname
	}
	query, isQuery := r.queries[v.Relname]
	switch {
	case isQuery && v.Schemaname == "":
		item.origins = titled(query, v.GetAlias().GetColnames())
	case len(v.GetAlias().GetColnames()) == 0:
		item.origins = []*origin{{table: rangeName(v)}}
	}
	return item
}

// conjuncts returns the parts of an AND.
func conjuncts(n *pg_query.Node) []*pg_query.Node {
	if n == nil {
		return nil
	}
	if b := n.GetBoolExpr(); b != nil && b.Boolop == pg_query.BoolExprType_AND_EXPR {
		var all []*pg_query.Node
		for _, arg := range b.Args {
			all = append(all, conjuncts(arg)...)
		}
		return all
	}
	return []*pg_query.Node{n}
}

// A tie is a column of a relation in FROM, by the relation's index.
type tie struct {
	item   int
	column string
}

// tied returns the relation's column that a reference names; a bare name may be a
// variable's of the body instead.
func (r *reader) tied(items []fromItem, n *pg_query.Node) (tie, bool) {
	parts := strs(n.GetColumnRef().GetFields())
	if n.GetColumnRef() == nil || len(parts) != len(n.GetColumnRef().Fields) {
		return tie{}, false
	}
	switch {
	case len(parts) == 1 && len(items) == 1:
		if _, v := r.vars.variable(n); v != nil {
			return tie{}, false
		}
		return tie{0, parts[0]}, true
	case len(parts) == 2:
		i := slices.IndexFunc(items, func(f fromItem) bool { return f.name == parts[0] })
		return tie{i, parts[1]}, i >= 0
	}
	return tie{}, false
}

// equal returns both sides of column = column, of each pair for rows of columns.
func equal(n *pg_query.Node) [][2]*pg_query.Node {
	e := n.GetAExpr()
	if e == nil || e.Kind != pg_query.A_Expr_Kind_AEXPR_OP || strings.Join(strs(e.Name), ".") != "=" {
		return nil
	}
	left, right := e.Lexpr.GetRowExpr().GetArgs(), e.Rexpr.GetRowExpr().GetArgs()
	if len(left) == 0 || len(left) != len(right) {
		return [][2]*pg_query.Node{{e.Lexpr, e.Rexpr}}
	}
	var all [][2]*pg_query.Node
	for i := range left {
		all = append(all, [2]*pg_query.Node{left[i], right[i]})
	}
	return all
}

// origins returns the rows of tables that a query's rows come from, each with what
// the query says of it.
func (r *reader) origins(s *pg_query.SelectStmt) []*origin {
	if s == nil || s.Op != pg_query.SetOperation_SETOP_NONE || len(s.FromClause) == 0 {
		return nil
	}
	set := r.set
	defer r.enter()()
	r.set = set
	for _, n := range s.WithClause.GetCtes() {
		r.define(s.WithClause, n.GetCommonTableExpr())
	}
	items, on := r.from(s.FromClause)
	where := conjuncts(s.WhereClause)
	same := map[tie][]tie{}
	for _, n := range slices.Concat(on, where) {
		for _, pair := range equal(n) {
			a, okA := r.tied(items, pair[0])
			b, okB := r.tied(items, pair[1])
			if okA && okB {
				same[a], same[b] = append(same[a], b), append(same[b], a)
			}
		}
	}
	var all []*origin
	for i, item := range items {
		for _, o := range item.origins {
			if len(all) == originLimit {
				return all
			}
			made := &origin{table: o.table, where: o.where, columns: map[string]string{}, places: map[int]string{}}
			made.list(r, o, s.TargetList, items, func(t tie) string { return follow(i, o, same, t) })
			for _, n := range where {
				made.and(r.ofItem(items, i, o).condition(n), o)
			}
			if len(items) > 1 || s.GroupClause != nil || len(s.DistinctClause) > 0 && s.DistinctClause[0].GetNode() != nil {
				made.and(op.Elsewhere{}, o)
			}
			all = append(all, made)
		}
	}
	return all
}

// follow returns the column of an origin that a column in FROM is, or is equal to.
func follow(item int, o *origin, same map[tie][]tie, t tie) string {
	for _, other := range append([]tie{t}, same[t]...) {
		if other.item == item && o.column(other.column) != "" {
			return o.column(other.column)
		}
	}
	return ""
}

// list notes under which names and places a query's list shows the columns of the
// origin. The least and the greatest of values are values too.
func (o *origin) list(r *reader, from *origin, targets []*pg_query.Node, items []fromItem, column func(tie) string) {
	star := false
	for i, n := range targets {
		target := n.GetResTarget()
		value, name := target.GetVal(), target.GetName()
		if isStar(value) {
			star = true
			continue
		}
		if f := value.GetFuncCall(); len(f.GetArgs()) == 1 && (name != "" || len(targets) == 1) {
			switch called := qualified(strs(f.Funcname)).Name; called {
			case "min", "max":
				value = f.Args[0]
				if name == "" {
					name = called
				}
			}
		}
		t, ok := r.tied(items, value)
		if name == "" {
			name = t.column
		}
		if found := column(t); ok && found != "" {
			o.columns[name] = found
			if !star {
				o.places[i] = found
			}
		}
	}
	if star && len(items) == 1 && len(targets) == 1 {
		o.columns, o.places = from.columns, from.places
	}
}

// and adds what is known of the row, said in the columns of a relation in FROM.
func (o *origin) and(c op.Condition, from *origin) {
	if from.columns != nil || from.places != nil {
		c = op.Renamed(c, from.column)
	}
	if o.where == nil {
		o.where = c
		return
	}
	o.where = op.And{o.where, c}
}

// ofItem returns the row of a relation in FROM, to read conditions on it.
func (r *reader) ofItem(items []fromItem, i int, o *origin) row {
	w := row{table: op.Name{Name: items[i].name}, joins: len(items) > 1, fixed: map[string]bool{}, vars: r.vars, reader: r, set: r.set}
	if o.columns == nil && o.places == nil && items[i].name == o.table.Name {
		w.table = o.table
	}
	return w
}

// inQuery reads columns that are compared with those of a query: id IN (SELECT id
// FROM …), (a, b) = (SELECT a, b FROM …); nil where its rows are no table's.
func (w row) inQuery(left *pg_query.Node, query *pg_query.SelectStmt) op.Condition {
	if w.reader == nil {
		return nil
	}
	columns := left.GetRowExpr().GetArgs()
	if columns == nil {
		columns = []*pg_query.Node{left}
	}
	for _, o := range w.reader.origins(query) {
		if o.table.Name != w.table.Name {
			continue
		}
		picked := op.Picked{Table: o.table, Where: o.where}
		for i, n := range columns {
			if column, ok := w.ownColumn(n); ok && o.places[i] == column {
				picked.Columns = append(picked.Columns, column)
			}
		}
		if len(picked.Columns) > 0 {
			return picked
		}
	}
	return nil
}

// equalTo reads a column that is compared with constants or with what a query
// gives.
func (w row) equalTo(left, right *pg_query.Node) op.Condition {
	if query := asQuery(right); query != nil {
		return w.inQuery(left, query)
	}
	return w.equality(left, []*pg_query.Node{right})
}

// asQuery returns the query that an expression is, or makes an array of.
func asQuery(n *pg_query.Node) *pg_query.SelectStmt {
	s := n.GetSubLink()
	switch s.GetSubLinkType() {
	case pg_query.SubLinkType_EXPR_SUBLINK, pg_query.SubLinkType_ARRAY_SUBLINK:
		return s.GetSubselect().GetSelectStmt()
	}
	return nil
}

// exists reads EXISTS (SELECT … FROM t AS other WHERE other.id = t.id AND …).
func (w row) exists(s *pg_query.SubLink) op.Condition {
	query := s.Subselect.GetSelectStmt()
	if w.reader == nil || s.SubLinkType != pg_query.SubLinkType_EXISTS_SUBLINK || query == nil || query.WithClause != nil || query.Op != pg_query.SetOperation_SETOP_NONE {
		return nil
	}
	items, on := w.reader.from(query.FromClause)
	outer := w
	outer.joins = true // a bare column is the query's
	if slices.ContainsFunc(items, func(f fromItem) bool { return f.name == w.called() }) {
		return nil
	}
	picked := outer.ties(items, slices.Concat(on, conjuncts(query.WhereClause)))
	if len(picked) == 0 {
		return nil
	}
	w.reader.know(picked[0], items, conjuncts(query.WhereClause), true)
	return picked[0].Picked
}

// know adds what further conditions say of a row in FROM; with all also those that
// say something of other rows.
func (r *reader) know(t *tiedRow, items []fromItem, where []*pg_query.Node, all bool) {
	o := &origin{where: t.Where}
	for _, n := range where {
		if t.by[n] {
			continue
		}
		if c := r.ofItem(items, t.item, t.origin).condition(n); all || !op.ReadsElsewhere(c) {
			o.and(c, t.origin)
		}
	}
	t.Where = o.where
}

// called is the name by which the row's columns are called.
func (w row) called() string {
	if w.alias != "" {
		return w.alias
	}
	return w.table.Name
}

// A tiedRow is a row in FROM that has columns in common with the target's.
type tiedRow struct {
	op.Picked
	item   int
	origin *origin
	by     map[*pg_query.Node]bool // the conditions that say so
}

// ties returns the rows in FROM that conditions tie to the target's by columns of
// the same name in the table: t.id = batch.id.
func (w row) ties(items []fromItem, where []*pg_query.Node) []*tiedRow {
	var all []*tiedRow
	for i, item := range items {
		for _, o := range item.origins {
			if o.table.Name != w.table.Name {
				continue
			}
			found := &tiedRow{Picked: op.Picked{Table: o.table, Where: o.where}, item: i, origin: o, by: map[*pg_query.Node]bool{}}
			for _, n := range where {
				pairs := equal(n)
				var columns []string
				for _, pair := range pairs {
					if column := w.tiedColumn(items, i, o, pair); column != "" {
						columns = append(columns, column)
					}
				}
				if len(pairs) > 0 && len(columns) == len(pairs) {
					found.by[n] = true
					found.Columns = append(found.Columns, columns...)
				}
			}
			if len(found.Columns) > 0 {
				all = append(all, found)
			}
		}
	}
	return all
}

// tiedColumn returns the column that both the target's row and an origin have on
// the two sides of an equation.
func (w row) tiedColumn(items []fromItem, i int, o *origin, pair [2]*pg_query.Node) string {
	for _, sides := range [][2]*pg_query.Node{pair, {pair[1], pair[0]}} {
		own, ok := w.ownColumn(sides[0])
		t, found := w.reader.tied(items, sides[1])
		if ok && found && len(strs(sides[1].GetColumnRef().GetFields())) == 2 && t.item == i && o.column(t.column) == own {
			return own
		}
	}
	return ""
}

// joined reads the WHERE of a statement that joins the target with what FROM brings
// in, and reports whether each of those relations only picks rows of the target's
// table by columns of it.
func (w row) joined(from []*pg_query.Node, where *pg_query.Node) (c op.Condition, picks bool) {
	if w.reader == nil || len(from) == 0 {
		return w.condition(where), false
	}
	items, _ := w.reader.from(from)
	w.picked = map[*pg_query.Node]op.Condition{}
	tiedItems := map[int]bool{}
	for _, found := range w.ties(items, conjuncts(where)) {
		if tiedItems[found.item] {
			continue
		}
		tiedItems[found.item] = true
		w.reader.know(found, items, conjuncts(where), false)
		for n := range found.by {
			w.picked[n] = found.Picked
		}
	}
	return w.condition(where), len(tiedItems) == len(items)
}
