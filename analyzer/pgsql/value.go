package pgsql

import (
	"regexp"
	"slices"
	"strings"

	pg_query "github.com/pganalyze/pg_query_go/v5"

	"github.com/dropgate/dropgate/analyzer/op"
)

// value reads what column is set to.
func (w row) value(n *pg_query.Node, column string) op.Value {
	r := w.reads(n)
	v := op.Value{Kind: op.Computed, Reads: r.columns}
	is, null := constant(n)
	switch {
	case n == nil:
		v.Kind = op.NoValue
	case n.GetSetToDefault() != nil:
		v.Kind = op.Constant
	case is && null:
		v.Kind = op.Null
	case is:
		v.Kind = op.Constant
	case w.casts(n, column, &v):
	case w.undoable(n, column):
		v.Kind = op.Undoable
	case w.coalesced(n, column):
		v.Kind = op.Coalesced
	case w.conditional(n, column):
		v.Kind = op.Conditional
	case w.zoned(n, column, &v):
		v.Kind = op.Zoned
	case w.wrapped(n, column):
		v.Kind = op.Wrapped
	case w.branches(n):
		v.Kind = op.Branches
	case r.elsewhere:
		v.Kind = op.FromQuery
	case n.GetColumnRef() != nil && len(r.columns) == 1:
		v.Kind = op.FromColumn
	case len(r.columns) == 0 && !r.whole:
		v.Kind = op.Constant
	}
	return v
}

// casts recognises the column itself, cast or not. Under a cast nullif(column,
// constant) and coalesce(column, constant) stand for the column, since only one value
// becomes NULL and only NULL another one; and so does trim(column), since no type but
// texts minds spaces.
func (w row) casts(n *pg_query.Node, column string, v *op.Value) bool {
	var types []op.DataType
	for n.GetTypeCast() != nil {
		types = append([]op.DataType{dataType(n.GetTypeCast().TypeName)}, types...)
		n = n.GetTypeCast().Arg
	}
	if len(types) > 0 {
		n = unpadded(n, !textual[types[0].Name.Name])
	}
	for n.GetCollateClause() != nil {
		n = n.GetCollateClause().Arg
	}
	if c, ok := w.ownColumn(n); !ok || c != column {
		return false
	}
	v.Kind, v.Casts = op.Same, types
	if len(types) > 0 {
		v.Kind = op.Cast
	}
	return true
}

var textual = set("text varchar bpchar char name citext")

// unpadded takes off what changes no more than one value, and with spaces also trim.
func unpadded(n *pg_query.Node, spaces bool) *pg_query.Node {
	for {
		e, args := n.GetAExpr(), n.GetCoalesceExpr().GetArgs()
		switch f := n.GetFuncCall(); {
		case e != nil && e.Kind == pg_query.A_Expr_Kind_AEXPR_NULLIF && isConstant(e.Rexpr):
			n = e.Lexpr
		case len(args) == 2 && isConstant(args[1]):
			n = args[0]
		case spaces && len(f.GetArgs()) == 1 && trims[qualified(strs(f.GetFuncname())).Name]:
			n = f.Args[0]
		default:
			return n
		}
	}
}

var trims = set("trim btrim ltrim rtrim")

func isConstant(n *pg_query.Node) bool {
	is, _ := constant(n)
	return is
}

// coalesced recognises coalesce(column, …) and CASE WHEN column IS NULL THEN …
// ELSE column END.
func (w row) coalesced(n *pg_query.Node, column string) bool {
	if c := n.GetCaseExpr(); c != nil && c.Arg == nil {
		for _, n := range c.Args {
			when := n.GetCaseWhen()
			result, ok := w.ownColumn(when.Result)
			keeps := ok && result == column
			if keeps && w.condition(when.Expr) == (op.NotNull{Column: column}) {
				return true // what comes behind is for NULL
			}
			if !keeps && !op.Requires(w.condition(when.Expr), op.IsNull{Column: column}) {
				return false
			}
		}
		kept, ok := w.ownColumn(c.Defresult)
		return ok && kept == column
	}
	args := n.GetCoalesceExpr().GetArgs()
	if len(args) == 0 {
		return false
	}
	c, ok := w.ownColumn(args[0])
	return ok && c == column
}

// undoable recognises values from which the old one can be computed: arithmetic
// and concatenation with a constant, and negation.
func (w row) undoable(n *pg_query.Node, column string) bool {
	if b := n.GetBoolExpr(); b != nil && b.Boolop == pg_query.BoolExprType_NOT_EXPR {
		c, ok := w.ownColumn(b.Args[0])
		return ok && c == column
	}
	if f := n.GetFuncCall(); f != nil {
		return w.appended(f, column)
	}
	e := n.GetAExpr()
	if e == nil || e.Kind != pg_query.A_Expr_Kind_AEXPR_OP {
		return false
	}
	keeps := func(n *pg_query.Node) bool {
		c, ok := w.ownColumn(n)
		return ok && c == column || w.undoable(n, column)
	}
	name := strings.Join(strs(e.Name), ".")
	if e.Lexpr == nil {
		return name == "-" && keeps(e.Rexpr)
	}
	if is, null := constant(e.Lexpr); name == "||" && is && !null && keeps(e.Rexpr) {
		return true // of two documents the one behind keeps what it has
	}
	other := operands[name]
	return other != nil && (keeps(e.Lexpr) && other(e.Rexpr) || keeps(e.Rexpr) && other(e.Lexpr))
}

// appending are functions that put constants before or behind a value.
var appending = set("array_append array_prepend array_cat concat")

// appended recognises them with the column as one of the arguments.
func (w row) appended(f *pg_query.FuncCall, column string) bool {
	found := 0
	for _, arg := range f.Args {
		switch c, ok := w.ownColumn(arg); {
		case ok && c == column:
			found++
		case arg.GetAArrayExpr() == nil && !isConstant(arg):
			return false
		}
	}
	return found == 1 && appending[qualified(strs(f.Funcname)).Name]
}

// operands tells for an operator what the other operand has to be, so that the
// result can be computed back.
var operands = map[string]func(*pg_query.Node) bool{"+": quantity, "-": quantity, "||": plainText, "*": factor}

// quantity reports whether the expression is a number or a typed constant
// (interval '1 day'). A bare string is not: jsonb - 'key' removes the key. Nor
// are months: the 30th and the 31st of a month fall together a month later.
func quantity(n *pg_query.Node) bool {
	if cast := n.GetTypeCast(); cast != nil && dataType(cast.TypeName).Name.Name == "interval" && !daysOnly(cast) {
		return false
	}
	c := n.GetAConst()
	is, null := constant(n)
	return is && !null && (c == nil || c.GetSval() == nil)
}

// daysOnly reports whether an interval is of days, hours, minutes and seconds.
func daysOnly(cast *pg_query.TypeCast) bool {
	s, ok := literal(cast.Arg)
	return ok && len(cast.TypeName.Typmods) == 0 && dayWords.MatchString(s)
}

var dayWords = regexp.MustCompile(`(?i)^([-+ 0-9:.]|days?|hours?|minutes?|mins?|seconds?|secs?|weeks?)*$`)

// plainText reports whether the expression is a text constant that can be neither
// JSON nor hstore: jsonb || '{"a": 1}' overwrites what stood under the key.
func plainText(n *pg_query.Node) bool {
	if cast := n.GetTypeCast(); cast != nil {
		return textual[dataType(cast.TypeName).Name.Name] && isConstant(cast.Arg)
	}
	if list := n.GetAArrayExpr(); list != nil {
		return !slices.ContainsFunc(list.Elements, func(n *pg_query.Node) bool { return !isConstant(n) })
	}
	s := n.GetAConst().GetSval()
	return s != nil && !strings.ContainsAny(s.Sval, "{[") && !strings.Contains(s.Sval, "=>")
}

// factor reports whether the expression is a whole number other than 0: what was
// multiplied by it can be divided again without rounding.
func factor(n *pg_query.Node) bool {
	c := n.GetAConst()
	return c.GetIval() != nil && c.GetIval().Ival != 0
}

// conditional recognises values that stay as they are unless a condition on them
// holds: CASE … ELSE column END and nullif(column, constant).
func (w row) conditional(n *pg_query.Node, column string) bool {
	if c := n.GetCaseExpr(); c != nil {
		if kept, ok := w.ownColumn(c.Defresult); !ok || kept != column || w.reads(n).elsewhere {
			return false
		}
		for _, when := range c.Args {
			always := func(string) bool { return true }
			w.set = map[string]newValue{column: {expression: when.GetCaseWhen().Result}}
			if c.Arg == nil && op.Unbounded(w.condition(when.GetCaseWhen().Expr), []string{column}, always) {
				return false
			}
		}
		return true
	}
	if e := n.GetAExpr(); e != nil && e.Kind == pg_query.A_Expr_Kind_AEXPR_NULLIF {
		kept, ok := w.ownColumn(e.Lexpr)
		is := w.constant(e.Rexpr)
		return ok && kept == column && is
	}
	return false
}

// zoned recognises column AT TIME ZONE 'UTC', which the parser makes a call; the
// column may be cast.
func (w row) zoned(n *pg_query.Node, column string, v *op.Value) bool {
	f := n.GetFuncCall()
	if f == nil || len(f.Args) != 2 || qualified(strs(f.Funcname)) != (op.Name{Schema: "pg_catalog", Name: "timezone"}) {
		return false
	}
	return w.constant(f.Args[0]) && w.casts(f.Args[1], column, v)
}

// wrappers are functions whose result holds their argument whole.
var wrappers = set("to_json to_jsonb json_build_array jsonb_build_array json_build_object jsonb_build_object")

// wrapped recognises expressions that hold the column whole in another form,
// cast or not.
func (w row) wrapped(n *pg_query.Node, column string) bool {
	n, whole := uncast(n)
	args := n.GetAArrayExpr().GetElements()
	if f := n.GetFuncCall(); f != nil {
		args = wrappedArgs(f)
	}
	for _, arg := range args {
		arg, wholeArg := uncast(arg)
		if c, ok := w.ownColumn(arg); ok && c == column {
			return whole && wholeArg
		}
	}
	return false
}

// wrappedArgs returns the arguments that a function's result holds whole.
func wrappedArgs(f *pg_query.FuncCall) []*pg_query.Node {
	switch name := qualified(strs(f.Funcname)).Name; {
	case wrappers[name]:
		return f.Args
	case name == "to_timestamp" && len(f.Args) == 1:
		return f.Args
	case name == "string_to_array" && len(f.Args) == 2:
		if is, _ := constant(f.Args[1]); is {
			return f.Args[:1]
		}
	}
	return nil
}

// cutting are the types to which a cast may cut or round.
var cutting = set("int2 int4 int8 numeric float4 float8 money bool date time timetz timestamp timestamptz name char bpchar bit cidr")

// uncast takes the casts off an expression and reports whether they keep the
// value whole: none is to a type with limits of its own.
func uncast(n *pg_query.Node) (inner *pg_query.Node, whole bool) {
	whole = true
	for n.GetTypeCast() != nil {
		t := dataType(n.GetTypeCast().TypeName)
		whole = whole && len(t.Mods) == 0 && !cutting[t.Name.Name]
		n = n.GetTypeCast().Arg
	}
	return n, whole
}

// branches recognises CASE with at least two different constants as results.
func (w row) branches(n *pg_query.Node) bool {
	for n.GetTypeCast() != nil {
		n = n.GetTypeCast().Arg
	}
	c := n.GetCaseExpr()
	if c == nil {
		return false
	}
	results := map[string]bool{}
	for _, when := range c.Args {
		if s, ok := literal(when.GetCaseWhen().Result); ok {
			results[s] = true
		}
	}
	if s, ok := literal(c.Defresult); ok {
		results[s] = true
	}
	return len(results) > 1
}
