package pgsql

import (
	"slices"
	"strings"

	pg_query "github.com/pganalyze/pg_query_go/v5"

	"github.com/dropgate/dropgate/analyzer/op"
	"github.com/dropgate/dropgate/analyzer/source"
)

// alternativeLimit is the most texts that two lists of alternatives make
// together; what is more becomes open.
const alternativeLimit = 32

// pieceLimit is the most pieces that are put together for the values of one
// statement.
const pieceLimit = 200000

// walkLimit is the most nodes of one statement that are looked at only to tell
// whether what is open comes from the system catalogs.
const walkLimit = 200000

// open is a value of which nothing is known but whether it comes from the system
// catalogs.
func open(catalog bool) op.Texts { return op.Texts{{{Catalog: catalog}}} }

// whole is a value that is one constant.
func whole(s string) op.Texts {
	if s == "" {
		return op.Texts{{}}
	}
	return op.Texts{{{Constant: s}}}
}

// fixed returns the text that a value certainly is.
func fixed(t op.Texts) (string, bool) {
	if len(t) != 1 {
		return "", false
	}
	var b strings.Builder
	for _, p := range t[0] {
		if p.Constant == "" {
			return "", false
		}
		b.WriteString(p.Constant)
	}
	return b.String(), true
}

// texts returns the value of an expression as far as it is known, where q is the
// query that it stands in, if it stands in one.
func (r *reader) texts(n *pg_query.Node, q *query) op.Texts {
	if name, v := r.vars.variable(n); v != nil {
		return op.Texts{{{Variable: name}}}
	}
	switch {
	case n.GetAConst() != nil:
		return r.constantText(n.GetAConst())
	case n.GetColumnRef() != nil:
		return q.column(n.GetColumnRef())
	case n.GetTypeCast() != nil:
		return r.castText(n.GetTypeCast(), q)
	case n.GetCollateClause() != nil:
		return r.texts(n.GetCollateClause().Arg, q)
	case n.GetAIndirection() != nil && len(n.GetAIndirection().Indirection) == 1 && n.GetAIndirection().Indirection[0].GetAIndices() != nil:
		if t, ok := r.elements(n.GetAIndirection().Arg, q); ok {
			return t
		}
	case n.GetAExpr() != nil:
		return r.operatorText(n, q)
	case n.GetCaseExpr() != nil:
		var all op.Texts
		for _, when := range n.GetCaseExpr().Args {
			all = append(all, r.texts(when.GetCaseWhen().Result, q)...)
		}
		if n.GetCaseExpr().Defresult == nil {
			return append(all, op.Text{})
		}
		return append(all, r.texts(n.GetCaseExpr().Defresult, q)...)
	case n.GetCoalesceExpr() != nil:
		return r.union(n.GetCoalesceExpr().Args, q)
	case n.GetAArrayExpr() != nil:
		return r.union(n.GetAArrayExpr().Elements, q)
	case n.GetSubLink() != nil:
		return r.subqueryText(n.GetSubLink(), q)
	case n.GetNamedArgExpr() != nil:
		return r.texts(n.GetNamedArgExpr().Arg, q)
	case n.GetFuncCall() != nil:
		return r.callText(n.GetFuncCall(), n, q)
	}
	return open(r.ofCatalog(n, q))
}

// union returns the alternatives of all of the expressions.
func (r *reader) union(list []*pg_query.Node, q *query) op.Texts {
	var all op.Texts
	for _, n := range list {
		all = append(all, r.texts(n, q)...)
	}
	return all
}

// constantText is the text of a constant; NULL puts nothing in.
func (r *reader) constantText(c *pg_query.A_Const) op.Texts {
	if c.Isnull {
		return op.Texts{{}}
	}
	s, _ := literal(&pg_query.Node{Node: &pg_query.Node_AConst{AConst: c}})
	if s == "" {
		return op.Texts{{}}
	}
	return op.Texts{{{Constant: s, Span: r.constantSpan(c.Location, s)}}}
}

// constantSpan returns where the constant stands byte for byte; zero if it does
// not, for its quotes or escapes.
func (r *reader) constantSpan(location int32, s string) source.Span {
	i := r.at(location)
	if i == len(r.tokens) || int(location)+r.base != r.tokens[i].span.Start {
		return source.Span{}
	}
	in := content(r.data, r.tokens[i])
	if string(r.data[in.Start:in.End]) != s {
		return source.Span{}
	}
	return in
}

// content returns what stands between the quotes of a token.
func content(data []byte, t token) source.Span {
	in := t.span
	if t.kind != text {
		return in
	}
	if data[in.Start] == '$' {
		tag := strings.IndexByte(string(data[in.Start+1:in.End]), '$') + 2
		if in.Len() < 2*tag {
			return source.Span{Start: in.End, End: in.End}
		}
		return source.Span{Start: in.Start + tag, End: in.End - tag}
	}
	quote := slices.Index(data[in.Start:in.End], '\'')
	if quote < 0 || in.Len() < quote+2 {
		return source.Span{Start: in.End, End: in.End}
	}
	return source.Span{Start: in.Start + quote + 1, End: in.End - 1}
}

// sameText are the types to and from which a cast keeps the text as it is.
var sameText = set("text varchar bpchar name regclass regtype regproc regnamespace regrole unknown citext")

// castText reads casts that leave the text as it is; '{a,b}'::text[] is the list
// of its elements.
func (r *reader) castText(c *pg_query.TypeCast, q *query) op.Texts {
	to := dataType(c.TypeName)
	n := &pg_query.Node{Node: &pg_query.Node_TypeCast{TypeCast: c}}
	switch {
	case to.Array:
		if t, ok := r.elements(n, q); ok {
			return t
		}
	case len(to.Mods) > 0:
	case sameText[to.Name.Name]:
		return r.texts(c.Arg, q)
	case c.Arg.GetAConst() != nil && c.Arg.GetAConst().GetFval() == nil:
		return r.texts(c.Arg, q)
	case to.Name.Name == "int4" || to.Name.Name == "int8" || to.Name.Name == "oid" || to.Name.Name == "uuid":
		if name, v := r.vars.variable(c.Arg); v != nil {
			return op.Texts{{{Variable: name}}}
		}
	}
	return open(r.ofCatalog(n, q))
}

// elements returns the elements of an array, and false if they are not known.
func (r *reader) elements(n *pg_query.Node, q *query) (op.Texts, bool) {
	if name, v := r.vars.variable(n); v != nil {
		return op.Texts{{{Variable: name}}}, true
	}
	switch {
	case n.GetTypeCast() != nil:
		if s := n.GetTypeCast().Arg.GetAConst().GetSval(); s != nil {
			list, ok := arrayElements(s.Sval)
			return list, ok
		}
		return r.elements(n.GetTypeCast().Arg, q)
	case n.GetAArrayExpr() != nil, n.GetSubLink() != nil, n.GetFuncCall() != nil, n.GetColumnRef() != nil:
		return r.texts(n, q), true
	case n.GetAExpr() != nil && isConcatenation(n.GetAExpr()):
		operands := concatenated(n)
		if slices.ContainsFunc(operands, r.isArray) {
			return r.union(operands, q), true
		}
	}
	return nil, false
}

// arrayElements reads an array's text: {a,"b c"}. Arrays of arrays are not read.
func arrayElements(s string) (op.Texts, bool) {
	s = strings.TrimSpace(s)
	if len(s) < 2 || s[0] != '{' || s[len(s)-1] != '}' || strings.ContainsAny(s[1:len(s)-1], `{}\`) {
		return nil, false
	}
	var all op.Texts
	for rest := strings.TrimSpace(s[1 : len(s)-1]); rest != ""; {
		var element string
		if rest[0] == '"' {
			end := strings.IndexByte(rest[1:], '"')
			if end < 0 {
				return nil, false
			}
			element, rest = rest[1:end+1], strings.TrimSpace(rest[end+2:])
			if rest != "" && rest[0] != ',' {
				return nil, false
			}
			rest = strings.TrimPrefix(rest, ",")
		} else {
			element, rest, _ = strings.Cut(rest, ",")
			element = strings.TrimSpace(element)
		}
		rest = strings.TrimSpace(rest)
		all = append(all, whole(element)...)
	}
	return all, true
}

func isConcatenation(e *pg_query.A_Expr) bool {
	return e.Kind == pg_query.A_Expr_Kind_AEXPR_OP && e.Lexpr != nil && strings.Join(strs(e.Name), ".") == "||"
}

// operatorText reads a || b || …; of arrays it is the list of all elements.
func (r *reader) operatorText(n *pg_query.Node, q *query) op.Texts {
	e := n.GetAExpr()
	if e.Kind == pg_query.A_Expr_Kind_AEXPR_NULLIF {
		return r.texts(e.Lexpr, q)
	}
	if !isConcatenation(e) {
		return open(r.ofCatalog(n, q))
	}
	operands := concatenated(n)
	if slices.ContainsFunc(operands, r.isArray) {
		return r.union(operands, q)
	}
	parts := make([]op.Texts, len(operands))
	for i, operand := range operands {
		parts[i] = r.texts(operand, q)
	}
	return r.join(parts)
}

// concatenated returns the operands of a || b || c.
func concatenated(n *pg_query.Node) []*pg_query.Node {
	var all []*pg_query.Node
	for pending := []*pg_query.Node{n}; len(pending) > 0; {
		last := pending[len(pending)-1]
		pending = pending[:len(pending)-1]
		if e := last.GetAExpr(); e != nil && isConcatenation(e) {
			pending = append(pending, e.Rexpr, e.Lexpr)
			continue
		}
		all = append(all, last)
	}
	return all
}

// isArray reports whether the expression is certainly an array.
func (r *reader) isArray(n *pg_query.Node) bool {
	if name, v := r.vars.variable(n); v != nil {
		return v.array && name == v.name
	}
	switch {
	case n.GetTypeCast() != nil:
		return len(n.GetTypeCast().TypeName.GetArrayBounds()) > 0
	case n.GetSubLink() != nil:
		return n.GetSubLink().SubLinkType == pg_query.SubLinkType_ARRAY_SUBLINK
	case n.GetFuncCall() != nil:
		return arrayFunctions[qualified(strs(n.GetFuncCall().Funcname)).Name]
	}
	return n.GetAArrayExpr() != nil
}

// join puts values together, each alternative with each.
func (r *reader) join(parts []op.Texts) op.Texts {
	all := op.Texts{{}}
	for _, part := range parts {
		if len(part) == 0 {
			part = open(false)
		}
		if len(all) > 1 && len(part) > 1 && len(all)*len(part) > alternativeLimit {
			part = open(fromCatalog(part))
		}
		for _, one := range part {
			r.pieces += len(one) * len(all)
		}
		if len(part) > 1 {
			for _, one := range all {
				r.pieces += len(one) * len(part)
			}
		}
		if r.pieces > pieceLimit {
			return open(slices.ContainsFunc(parts, fromCatalog))
		}
		all = product(all, part)
	}
	return all
}

// product appends each alternative of b to each of a.
func product(a, b op.Texts) op.Texts {
	if len(b) == 1 {
		for i := range a {
			a[i] = append(a[i], b[0]...)
		}
		return a
	}
	all := make(op.Texts, 0, len(a)*len(b))
	for _, x := range a {
		for _, y := range b {
			all = append(all, slices.Concat(x, y))
		}
	}
	return all
}

// fromCatalog reports whether a value has something of the system catalogs.
func fromCatalog(t op.Texts) bool {
	for _, one := range t {
		for _, p := range one {
			if p.Catalog {
				return true
			}
		}
	}
	return false
}

// subqueryText is the first column of a subquery.
func (r *reader) subqueryText(s *pg_query.SubLink, q *query) op.Texts {
	switch s.SubLinkType {
	case pg_query.SubLinkType_EXPR_SUBLINK, pg_query.SubLinkType_ARRAY_SUBLINK:
		if all := r.columns(s.Subselect.GetSelectStmt(), q); len(all) > 0 && len(all[0].texts) > 0 {
			return all[0].texts
		}
	}
	return open(r.ofCatalog(&pg_query.Node{Node: &pg_query.Node_SubLink{SubLink: s}}, q))
}

// ofCatalog reports whether an expression reads the system catalogs: through a
// query in it, a column of the query around it, or a variable.
func (r *reader) ofCatalog(n *pg_query.Node, q *query) bool {
	found := false
	walk(n, func(n *pg_query.Node) bool {
		if r.walked++; found || r.walked > walkLimit {
			return false
		}
		switch {
		case n.GetRangeVar() != nil:
			found = isCatalog(rangeName(n.GetRangeVar()))
		case n.GetColumnRef() != nil, n.GetParamRef() != nil:
			if _, v := r.vars.variable(n); v != nil {
				found = r.vars.all.catalog[v.name]
			} else if n.GetColumnRef() != nil {
				found = fromCatalog(q.column(n.GetColumnRef()))
			}
		}
		return true
	})
	return found
}

// isCatalog reports whether a relation is one of the system catalogs.
func isCatalog(n op.Name) bool {
	return n.Schema == "information_schema" || n.Schema == "pg_catalog" || n.Schema == "" && strings.HasPrefix(n.Name, "pg_")
}
