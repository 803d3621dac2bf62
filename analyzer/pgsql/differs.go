package pgsql

import (
	"slices"

	pg_query "github.com/pganalyze/pg_query_go/v5"

	"github.com/dropgate/dropgate/analyzer/op"
)

// A newValue is what a column is set to.
type newValue struct {
	expression *pg_query.Node
	column     string // if it is another column of the row
}

// newValues returns what SET gives whole columns.
func (w row) newValues(targets []*pg_query.Node) map[string]newValue {
	all := map[string]newValue{}
	for _, n := range targets {
		if t := n.GetResTarget(); len(t.Indirection) == 0 {
			v := newValue{expression: setTo(t)}
			v.column, _ = w.ownColumn(uncasted(v.expression))
			all[t.Name] = v
		}
	}
	return all
}

// setTo returns the expression that a column is set to, also out of (a, b) = (1, 2).
func setTo(t *pg_query.ResTarget) *pg_query.Node {
	multi := t.Val.GetMultiAssignRef()
	if multi == nil {
		return t.Val
	}
	if args := multi.Source.GetRowExpr().GetArgs(); len(args) == int(multi.Ncolumns) {
		return args[multi.Colno-1]
	}
	return multi.Source
}

// differs reads a comparison that holds where two sides are not the same: of a
// column with what the statement sets it to, and of rows of such; nil for others.
func (w row) differs(left, right *pg_query.Node) op.Condition {
	if len(w.set) == 0 {
		return nil
	}
	a, b := left.GetRowExpr().GetArgs(), right.GetRowExpr().GetArgs()
	if len(a) > 0 && len(a) == len(b) {
		var parts op.Or
		for i := range a {
			part := w.differs(a[i], b[i])
			if part == nil {
				return nil
			}
			parts = append(parts, part)
		}
		return parts
	}
	for _, sides := range [][2]*pg_query.Node{{left, right}, {right, left}} {
		column, ok := w.ownColumn(unfilled(sides[0]))
		if !ok || !w.isNew(column, sides[1]) {
			continue
		}
		if r := w.reads(sides[1]); !r.whole && !r.elsewhere && !slices.Contains(r.columns, column) {
			return op.Differs{Column: column}
		}
	}
	return nil
}

// unfilled takes off a cast to text, and coalesce with a constant: only NULL becomes
// another value.
func unfilled(n *pg_query.Node) *pg_query.Node {
	if args := n.GetCoalesceExpr().GetArgs(); len(args) == 2 && isConstant(args[1]) {
		n = args[0]
	}
	return untexted(n)
}

// isNew reports whether an expression is what the statement sets the column to, casts
// aside.
func (w row) isNew(column string, n *pg_query.Node) bool {
	v, ok := w.set[column]
	if !ok {
		return false
	}
	if x, ok := literal(v.expression); ok {
		y, ok := literal(n)
		return ok && x == y
	}
	n = uncasted(n)
	if other, ok := w.ownColumn(n); ok || v.column != "" {
		return other == v.column
	}
	x, okX := written(uncasted(v.expression))
	y, okY := written(n)
	return okX && okY && x == y
}

// uncasted takes all casts off.
func uncasted(n *pg_query.Node) *pg_query.Node {
	for n.GetTypeCast() != nil {
		n = n.GetTypeCast().Arg
	}
	return n
}

// written returns an expression as text, the same for all ways to lay it out.
func written(n *pg_query.Node) (string, bool) {
	text, err := pg_query.Deparse(&pg_query.ParseResult{Stmts: []*pg_query.RawStmt{{Stmt: &pg_query.Node{
		Node: &pg_query.Node_SelectStmt{SelectStmt: &pg_query.SelectStmt{
			TargetList:  []*pg_query.Node{{Node: &pg_query.Node_ResTarget{ResTarget: &pg_query.ResTarget{Val: n}}}},
			LimitOption: pg_query.LimitOption_LIMIT_OPTION_DEFAULT, Op: pg_query.SetOperation_SETOP_NONE,
		}},
	}}}})
	return text, err == nil
}

// distinct reads IS DISTINCT FROM.
func (w row) distinct(left, right *pg_query.Node) op.Condition {
	if column, ok := w.ownColumn(left); ok {
		if is, null := constant(right); is && null {
			return op.NotNull{Column: column}
		}
	}
	return w.differs(left, right)
}

// unequal reads what stands behind NOT, if that says that two sides are the same.
func (w row) unequal(n *pg_query.Node) op.Condition {
	e := n.GetAExpr()
	switch {
	case e == nil:
		return nil
	case e.Kind == pg_query.A_Expr_Kind_AEXPR_NOT_DISTINCT:
		return w.distinct(e.Lexpr, e.Rexpr)
	case e.Kind == pg_query.A_Expr_Kind_AEXPR_OP && len(e.Name) == 1 && e.Name[0].GetString_().GetSval() == "=":
		return w.differs(e.Lexpr, e.Rexpr)
	case e.Kind == pg_query.A_Expr_Kind_AEXPR_IN && len(e.Rexpr.GetList().GetItems()) == 1 && e.Name[0].GetString_().GetSval() == "=":
		return w.differs(e.Lexpr, e.Rexpr.GetList().Items[0])
	}
	return nil
}

// untrue reads IS NOT TRUE of what the statement sets to true, IS NOT FALSE of what
// it sets to false, and (a = b) IS NOT TRUE.
func (w row) untrue(t *pg_query.BooleanTest) op.Condition {
	want := ""
	switch t.Booltesttype {
	case pg_query.BoolTestType_IS_NOT_TRUE:
		want = "true"
		if c := w.unequal(t.Arg); c != nil {
			return c
		}
	case pg_query.BoolTestType_IS_NOT_FALSE:
		want = "false"
	}
	column, ok := w.ownColumn(t.Arg)
	if !ok || want == "" {
		return nil
	}
	if s, ok := literal(w.set[column].expression); ok && s == want {
		return op.Differs{Column: column}
	}
	return nil
}
