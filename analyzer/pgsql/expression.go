package pgsql

import (
	"fmt"
	"slices"
	"strings"

	pg_query "github.com/pganalyze/pg_query_go/v5"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/dropgate/dropgate/analyzer/op"
)

// A row is the row of the target that an expression is judged for.
type row struct {
	table op.Name
	alias string
	joins bool // other relations are in scope: a bare column may be theirs
	// fixed are the aliases of constant lists: FROM (VALUES (1, 'a')) AS v.
	fixed map[string]bool
	vars  *scope // the variables of the body that the statement stands in
	// set are the expressions that an UPDATE sets columns to.
	set map[string]newValue
	// picked are the conditions of WHERE that are known to pick rows by columns of
	// the table.
	picked map[*pg_query.Node]op.Condition
	reader *reader
}

// newRow returns the target's row, with the other relations that are in scope.
func newRow(r *pg_query.RangeVar, from ...*pg_query.Node) row {
	w := row{table: rangeName(r), alias: r.GetAlias().GetAliasname(), fixed: map[string]bool{}}
	for _, n := range from {
		sub := n.GetRangeSubselect()
		values := sub.GetSubquery().GetSelectStmt().GetValuesLists()
		if len(values) > 0 && allConstant(values) {
			w.fixed[sub.GetAlias().GetAliasname()] = true
		} else {
			w.joins = true
		}
	}
	return w
}

func allConstant(lists []*pg_query.Node) bool {
	for _, list := range lists {
		for _, n := range list.GetList().GetItems() {
			if is, _ := constant(n); !is {
				return false
			}
		}
	}
	return true
}

// ofFixed reports whether the reference is to a column of a constant list.
func (w row) ofFixed(ref *pg_query.ColumnRef) bool {
	parts := strs(ref.GetFields())
	return len(parts) == 2 && w.fixed[parts[0]]
}

// constant is constant, with the columns of constant lists.
func (w row) constant(n *pg_query.Node) bool {
	if n.GetColumnRef() != nil && w.ofFixed(n.GetColumnRef()) {
		return true
	}
	if w.vars != nil && hasParameter(n) {
		return false // in a body $1 is a variable
	}
	is, _ := constant(n)
	return is
}

// own returns the target's column that the reference names.
func (w row) own(ref *pg_query.ColumnRef) (string, bool) {
	if w.vars != nil {
		if _, v := w.variable(&pg_query.Node{Node: &pg_query.Node_ColumnRef{ColumnRef: ref}}); v != nil {
			return "", false
		}
	}
	parts := strs(ref.GetFields())
	if len(parts) != len(ref.GetFields()) || len(parts) == 0 {
		return "", false
	}
	column := parts[len(parts)-1]
	switch len(parts) {
	case 1:
		return column, !w.joins
	case 2:
		if w.alias != "" {
			return column, parts[0] == w.alias
		}
		return column, parts[0] == w.table.Name
	case 3:
		schema := parts[0] == w.table.Schema || w.table.Schema == "" && !w.joins
		return column, w.alias == "" && schema && parts[1] == w.table.Name
	}
	return "", false
}

// ownColumn returns the target's column that the expression is, if it is one.
func (w row) ownColumn(n *pg_query.Node) (string, bool) {
	if ref := n.GetColumnRef(); ref != nil {
		return w.own(ref)
	}
	return "", false
}

// reads is what an expression reads.
type reads struct {
	columns   []string
	elsewhere bool // a subquery or a column of another relation
	queried   bool // a variable that a query fills
	whole     bool // the whole row: t.* or t
}

// walk visits the nodes of an expression, outermost first, and goes into a node
// only where visit returns true.
func walk(n *pg_query.Node, visit func(*pg_query.Node) bool) {
	if n == nil || n.Node == nil || !visit(n) {
		return
	}
	walkMessage(n.ProtoReflect(), visit)
}

// walkMessage goes through the fields in the order of their declaration: the order
// that protobuf's own Range gives differs from one build to another.
func walkMessage(m protoreflect.Message, visit func(*pg_query.Node) bool) {
	each := func(child protoreflect.Message) {
		if n, ok := child.Interface().(*pg_query.Node); ok {
			walk(n, visit)
		} else {
			walkMessage(child, visit)
		}
	}
	if _, ok := m.Interface().(*pg_query.Node); ok { // one of some 260 kinds
		if f := m.WhichOneof(m.Descriptor().Oneofs().Get(0)); f != nil {
			each(m.Get(f).Message())
		}
		return
	}
	fields := m.Descriptor().Fields()
	for i := range fields.Len() {
		f := fields.Get(i)
		switch {
		case f.Kind() != protoreflect.MessageKind || !m.Has(f):
		case f.IsList():
			list := m.Get(f).List()
			for j := range list.Len() {
				each(list.Get(j).Message())
			}
		default:
			each(m.Get(f).Message())
		}
	}
}

// reads returns what the expression reads.
func (w row) reads(n *pg_query.Node) reads {
	var r reads
	seen := map[string]bool{}
	walk(n, func(n *pg_query.Node) bool {
		switch {
		case n.GetSubLink() != nil, n.GetSelectStmt() != nil, n.GetCurrentOfExpr() != nil:
			r.elsewhere = true
			return false
		case n.GetColumnRef() != nil && w.ofFixed(n.GetColumnRef()):
		case w.isVariable(n, &r.queried):
		case n.GetColumnRef() != nil:
			switch column, ok := w.own(n.GetColumnRef()); {
			case ok && !seen[column]:
				seen[column] = true
				r.columns = append(r.columns, column)
			case ok:
			case len(strs(n.GetColumnRef().Fields)) < len(n.GetColumnRef().Fields) && !w.joins:
				r.whole = true
			default:
				r.elsewhere = true
			}
		}
		return true
	})
	return r
}

// constant reports whether the expression is made of constants alone, and
// whether it is the constant NULL.
func constant(n *pg_query.Node) (is, null bool) {
	switch {
	case n.GetAConst() != nil:
		return true, n.GetAConst().Isnull
	case n.GetParamRef() != nil:
		return true, false
	case n.GetTypeCast() != nil:
		return constant(n.GetTypeCast().Arg)
	case n.GetAArrayExpr() != nil:
		return !slices.ContainsFunc(n.GetAArrayExpr().Elements, func(n *pg_query.Node) bool { return !isConstant(n) }), false
	case n.GetAExpr() != nil && n.GetAExpr().Kind == pg_query.A_Expr_Kind_AEXPR_OP:
		e := n.GetAExpr()
		right, rightNull := constant(e.Rexpr)
		if e.Lexpr == nil {
			return right, rightNull
		}
		left, leftNull := constant(e.Lexpr)
		return left && right, leftNull || rightNull
	}
	return false, false
}

// literal returns the text of a plain constant, for comparing two of them.
func literal(n *pg_query.Node) (string, bool) {
	if n.GetTypeCast() != nil {
		return literal(n.GetTypeCast().Arg)
	}
	c := n.GetAConst()
	if c == nil || c.Isnull {
		return "", false
	}
	switch {
	case c.GetIval() != nil:
		return fmt.Sprint(c.GetIval().Ival), true
	case c.GetFval() != nil:
		return c.GetFval().Fval, true
	case c.GetBoolval() != nil:
		return fmt.Sprint(c.GetBoolval().Boolval), true
	}
	return c.GetSval().GetSval(), true
}

// condition reads a WHERE clause.
func (w row) condition(n *pg_query.Node) op.Condition {
	switch {
	case n == nil:
		return nil
	case w.picked[n] != nil:
		return w.picked[n]
	case n.GetBoolExpr() != nil:
		return w.boolean(n.GetBoolExpr())
	case n.GetNullTest() != nil:
		if column, ok := w.ownColumn(n.GetNullTest().Arg); ok {
			if n.GetNullTest().Nulltesttype == pg_query.NullTestType_IS_NULL {
				return op.IsNull{Column: column}
			}
			return op.NotNull{Column: column}
		}
	case n.GetAExpr() != nil:
		if c := w.comparison(n.GetAExpr()); c != nil {
			return c
		}
	case n.GetBooleanTest() != nil:
		if c := w.untrue(n.GetBooleanTest()); c != nil {
			return c
		}
	case n.GetSubLink() != nil:
		if c := w.among(n.GetSubLink()); c != nil {
			return c
		}
		if c := w.exists(n.GetSubLink()); c != nil {
			return c
		}
	}
	if truth, ok := truthValue(n); ok {
		if truth {
			return op.Always{}
		}
		return op.Never{}
	}
	r := w.reads(n)
	column, single := w.ownColumn(n)
	switch {
	case r.elsewhere, r.queried, single && op.Open(column): // a whole condition that is put in
		return op.Elsewhere{}
	case len(r.columns) == 0 && !r.whole:
		// It does not look at the row (now() > '2020-01-01'): all or none.
		return op.Always{}
	}
	return op.Own{Columns: r.columns}
}

// truthValue returns the value of a constant condition; NULL is not true.
func truthValue(n *pg_query.Node) (value, ok bool) {
	if n.GetTypeCast() != nil {
		return truthValue(n.GetTypeCast().Arg)
	}
	c := n.GetAConst()
	switch {
	case c == nil:
		return false, false
	case c.Isnull:
		return false, true
	case c.GetBoolval() != nil:
		return c.GetBoolval().Boolval, true
	case c.GetSval() != nil:
		// Any unique beginning of a word will do; what is no word is an error.
		switch strings.ToLower(strings.TrimSpace(c.GetSval().Sval)) {
		case "f", "fa", "fal", "fals", "false", "n", "no", "of", "off", "0":
			return false, true
		}
		return true, true
	}
	return false, false
}

func (w row) boolean(b *pg_query.BoolExpr) op.Condition {
	var parts []op.Condition
	for _, arg := range b.Args {
		parts = append(parts, w.condition(arg))
	}
	switch b.Boolop {
	case pg_query.BoolExprType_AND_EXPR:
		return op.And(parts)
	case pg_query.BoolExprType_OR_EXPR:
		return op.Or(parts)
	}
	if c := w.unequal(b.Args[0]); c != nil {
		return c
	}
	return negate(parts[0])
}

func negate(c op.Condition) op.Condition {
	switch c := c.(type) {
	case op.Always:
		return op.Never{}
	case op.Never:
		// NOT NULL is not true either, but to say "every row" is the safe side.
		return op.Always{}
	case op.IsNull:
		return op.NotNull(c)
	case op.NotNull:
		return op.IsNull(c)
	case op.Equals:
		return op.Own{Columns: []string{c.Column}}
	case op.Matches:
		return op.Own{Columns: []string{c.Column}}
	case op.Differs:
		return op.Own{Columns: []string{c.Column}}
	case op.Picked:
		return op.Elsewhere{}
	case op.And:
		var parts op.Or
		for _, part := range c {
			parts = append(parts, negate(part))
		}
		return parts
	case op.Or:
		var parts op.And
		for _, part := range c {
			parts = append(parts, negate(part))
		}
		return parts
	}
	return c
}

// calls returns the functions that an expression calls.
func calls(n *pg_query.Node) []op.Name {
	var all []op.Name
	walk(n, func(n *pg_query.Node) bool {
		if f := n.GetFuncCall(); f != nil {
			all = append(all, qualified(strs(f.Funcname)))
		}
		return true
	})
	return all
}
