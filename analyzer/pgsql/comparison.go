package pgsql

import (
	"strings"

	pg_query "github.com/pganalyze/pg_query_go/v5"

	"github.com/dropgate/dropgate/analyzer/op"
)

// comparison reads the comparisons that judging tells apart; nil for others.
func (w row) comparison(e *pg_query.A_Expr) op.Condition {
	name := strings.Join(strs(e.Name), ".")
	switch e.Kind {
	case pg_query.A_Expr_Kind_AEXPR_OP:
		if e.Lexpr == nil {
			return nil
		}
		if c := w.constantComparison(name, e); c != nil {
			return c
		}
		switch name {
		case "=":
			return w.equalTo(e.Lexpr, e.Rexpr)
		case "<>":
			return w.differs(e.Lexpr, e.Rexpr)
		}
	case pg_query.A_Expr_Kind_AEXPR_DISTINCT:
		return w.distinct(e.Lexpr, e.Rexpr)
	case pg_query.A_Expr_Kind_AEXPR_NOT_DISTINCT:
		return w.sameness(e.Lexpr, e.Rexpr)
	case pg_query.A_Expr_Kind_AEXPR_IN:
		if name == "=" {
			return w.equality(e.Lexpr, e.Rexpr.GetList().GetItems())
		}
		if items := e.Rexpr.GetList().GetItems(); len(items) == 1 {
			return w.differs(e.Lexpr, items[0])
		}
	case pg_query.A_Expr_Kind_AEXPR_OP_ANY:
		if name != "=" {
			return nil
		}
		if list := e.Rexpr.GetAArrayExpr(); list != nil {
			return w.equality(e.Lexpr, list.Elements)
		}
		return w.equalTo(e.Lexpr, e.Rexpr)
	case pg_query.A_Expr_Kind_AEXPR_LIKE, pg_query.A_Expr_Kind_AEXPR_ILIKE:
		column, ok := w.ownColumn(e.Lexpr)
		if ok && strings.HasPrefix(name, "~~") && strings.Trim(e.Rexpr.GetAConst().GetSval().GetSval(), "%") == "" && e.Rexpr.GetAConst().GetSval() != nil {
			return op.NotNull{Column: column}
		}
	}
	return nil
}

// constantComparison decides 1 = 1, 'a' <> 'a' and c = c; nil for others.
func (w row) constantComparison(name string, e *pg_query.A_Expr) op.Condition {
	left, leftOK := literal(e.Lexpr)
	right, rightOK := literal(e.Rexpr)
	same := leftOK && rightOK && left == right
	// A cast may change the value: 1.4::int <> 1.4.
	plain := e.Lexpr.GetAConst() != nil && e.Rexpr.GetAConst() != nil
	bare := w
	bare.vars = nil // where a column and a variable have one name, the column may be meant
	if a, ok := bare.ownColumn(e.Lexpr); ok {
		if b, ok := bare.ownColumn(e.Rexpr); ok && a == b {
			leftOK, rightOK, same, plain = true, true, true, true
		}
	}
	if !leftOK || !rightOK {
		return nil
	}
	switch {
	case same && (name == "=" || name == ">=" || name == "<="):
		return op.Always{}
	case same && plain && (name == "<>" || name == "<" || name == ">"), name == "=" && left != right && sameKind(e.Lexpr, e.Rexpr):
		return op.Never{}
	}
	return op.Always{} // constants on both sides: all rows or none
}

// sameKind reports whether both are constants of one kind, whose texts then tell
// whether they are equal.
func sameKind(a, b *pg_query.Node) bool {
	x, y := a.GetAConst(), b.GetAConst()
	return x.GetIval() != nil && y.GetIval() != nil || x.GetBoolval() != nil && y.GetBoolval() != nil
}

// equality reads column = constant for every one of the values, with rows of
// columns too: (a, b) = (1, 2).
func (w row) equality(left *pg_query.Node, values []*pg_query.Node) op.Condition {
	if len(values) == 0 {
		return nil
	}
	if r := left.GetRowExpr(); r != nil {
		return w.rowEquality(r, values)
	}
	column, ok := w.ownColumn(untexted(left))
	if !ok {
		if column, ok = w.ownColumn(untexted(values[0])); !ok || len(values) != 1 {
			return nil
		}
		values = []*pg_query.Node{left}
	}
	var parts op.Or
	for _, v := range values {
		if w.constant(v) {
			continue
		}
		names, ok := w.variables(v)
		if !ok {
			return nil
		}
		for _, name := range names {
			parts = append(parts, op.Matches{Column: column, Variable: name})
		}
	}
	switch len(parts) {
	case 0:
		return op.Equals{Column: column}
	case 1:
		return parts[0]
	}
	return parts // bounded only where each of the variables is
}

// sameness reads IS NOT DISTINCT FROM, for which NULL is a value like others.
func (w row) sameness(left, right *pg_query.Node) op.Condition {
	if column, ok := w.ownColumn(left); ok {
		switch is, null := constant(right); {
		case is && null:
			return op.IsNull{Column: column}
		case right.GetAConst() == nil && right.GetTypeCast() == nil:
			return nil // a parameter may be NULL
		}
	}
	return w.equality(left, []*pg_query.Node{right})
}

func (w row) rowEquality(left *pg_query.RowExpr, values []*pg_query.Node) op.Condition {
	if len(values) == 1 && len(values[0].GetRowExpr().GetArgs()) == len(left.Args) {
		return w.pairs(left.Args, values[0].GetRowExpr().Args)
	}
	for _, v := range values {
		r := v.GetRowExpr()
		if r == nil || len(r.Args) != len(left.Args) {
			return nil
		}
		for _, arg := range r.Args {
			if !w.constant(arg) {
				return nil
			}
		}
	}
	var parts op.And
	for _, arg := range left.Args {
		column, ok := w.ownColumn(arg)
		if !ok {
			return nil
		}
		parts = append(parts, op.Equals{Column: column})
	}
	return parts
}
