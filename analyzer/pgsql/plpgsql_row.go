package pgsql

import (
	pg_query "github.com/pganalyze/pg_query_go/v5"

	"github.com/dropgate/dropgate/analyzer/op"
)

// row is newRow with the variables of the body.
func (r *reader) row(v *pg_query.RangeVar, from ...*pg_query.Node) row {
	w := newRow(v, from...)
	w.vars, w.reader = r.vars, r
	return w
}

// variable returns the variable that the expression is, cast or not. A name that
// is a variable's is no column's (PL/pgSQL refuses what could be both), save for
// a column with the target's name before it.
func (w row) variable(n *pg_query.Node) (string, *variable) {
	for n.GetTypeCast() != nil {
		n = n.GetTypeCast().Arg
	}
	if parts := strs(n.GetColumnRef().GetFields()); len(parts) == 2 && (parts[0] == w.alias || w.alias == "" && parts[0] == w.table.Name) {
		return "", nil
	}
	return w.vars.variable(n)
}

// isVariable reports whether the node is a variable, and sets queried if a query
// fills it.
func (w row) isVariable(n *pg_query.Node, queried *bool) bool {
	if w.vars == nil || n.GetColumnRef() == nil && n.GetParamRef() == nil {
		return false
	}
	_, v := w.variable(n)
	*queried = *queried || v != nil && v.queried
	return v != nil
}

// hasParameter reports whether $n stands in an expression of constants.
func hasParameter(n *pg_query.Node) bool {
	switch {
	case n.GetParamRef() != nil:
		return true
	case n.GetTypeCast() != nil:
		return hasParameter(n.GetTypeCast().Arg)
	case n.GetAExpr() != nil:
		return hasParameter(n.GetAExpr().Lexpr) || hasParameter(n.GetAExpr().Rexpr)
	}
	return false
}

// variables returns the variables that an expression is made of, if it is made of
// them and constants alone.
func (w row) variables(n *pg_query.Node) (names []string, ok bool) {
	if w.vars == nil {
		return nil, false
	}
	if name, v := w.variable(n); v != nil {
		return []string{name}, true
	}
	var operands []*pg_query.Node
	switch {
	case w.constant(n):
		return nil, true
	case n.GetTypeCast() != nil:
		operands = []*pg_query.Node{n.GetTypeCast().Arg}
	case n.GetAArrayExpr() != nil:
		operands = n.GetAArrayExpr().Elements
	case n.GetAExpr() != nil && n.GetAExpr().Kind == pg_query.A_Expr_Kind_AEXPR_OP:
		if operands = []*pg_query.Node{n.GetAExpr().Rexpr}; n.GetAExpr().Lexpr != nil {
			operands = []*pg_query.Node{n.GetAExpr().Lexpr, n.GetAExpr().Rexpr}
		}
	default:
		return nil, false
	}
	for _, operand := range operands {
		more, ok := w.variables(operand)
		if !ok {
			return nil, false
		}
		names = append(names, more...)
	}
	return names, true
}

// pairs reads (a, b) = (1, v): nil if one of the columns is compared with anything
// but constants and variables.
func (w row) pairs(left, right []*pg_query.Node) op.Condition {
	var parts op.And
	for i := range left {
		part := w.equality(left[i], right[i:i+1])
		if part == nil {
			return nil
		}
		parts = append(parts, part)
	}
	return parts
}
