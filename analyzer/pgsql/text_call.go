package pgsql

import (
	"regexp"
	"slices"
	"strings"

	pg_query "github.com/pganalyze/pg_query_go/v5"

	"github.com/dropgate/dropgate/analyzer/op"
	"github.com/dropgate/dropgate/analyzer/source"
)

// arrayFunctions are functions that give arrays.
var arrayFunctions = set("array_agg array_append array_prepend array_cat array_remove string_to_array regexp_split_to_array array_replace array_fill")

// callText is the value of a function of PostgreSQL's that puts texts together.
func (r *reader) callText(f *pg_query.FuncCall, n *pg_query.Node, q *query) op.Texts {
	name := qualified(strs(f.Funcname))
	if name.Schema != "" && name.Schema != "pg_catalog" || len(f.Args) == 0 {
		return open(r.ofCatalog(n, q))
	}
	arg := func(i int) op.Texts { return r.texts(f.Args[i], q) }
	switch name.Name {
	case "format":
		return r.formatText(f, q)
	case "quote_ident":
		return r.quoted(arg(0), op.QuotedAsName)
	case "quote_literal", "quote_nullable":
		return r.quoted(arg(0), op.QuotedAsLiteral)
	case "concat":
		parts := make([]op.Texts, len(f.Args))
		for i := range f.Args {
			parts[i] = arg(i)
		}
		return r.join(parts)
	case "concat_ws":
		return r.separated(f.Args, q)
	case "string_agg", "array_agg", "min", "max", "any_value", "text", "varchar", "name":
		return arg(0)
	case "array_to_string", "unnest", "array_remove", "array_append", "array_cat", "array_prepend":
		return r.arrayText(name.Name, f, q)
	case "string_to_array", "string_to_table", "regexp_split_to_array", "regexp_split_to_table":
		if t, ok := r.splitText(name.Name, f); ok {
			return t
		}
	case "lower", "upper", "btrim", "ltrim", "rtrim", "replace":
		if s, ok := r.computed(name.Name, f, q); ok {
			return whole(s)
		}
		if name.Name == "replace" && len(f.Args) == 3 {
			return op.Texts{{{Replaced: &op.Replacement{In: arg(0), Old: arg(1), New: arg(2)}, Catalog: r.ofCatalog(n, q)}}}
		}
	}
	return open(r.ofCatalog(n, q))
}

// arrayText is the value of a function of arrays.
func (r *reader) arrayText(name string, f *pg_query.FuncCall, q *query) op.Texts {
	list := f.Args[0].GetAArrayExpr()
	switch {
	case name == "array_append" || name == "array_cat" || name == "array_prepend":
		return r.union(f.Args, q)
	case name == "array_to_string" && list != nil && len(f.Args) == 2:
		return r.separated(append([]*pg_query.Node{f.Args[1]}, list.Elements...), q)
	}
	if t, ok := r.elements(f.Args[0], q); ok {
		return t
	}
	return r.texts(f.Args[0], q)
}

// computed is the result of a function of constants.
func (r *reader) computed(name string, f *pg_query.FuncCall, q *query) (string, bool) {
	args := make([]string, len(f.Args))
	for i, n := range f.Args {
		s, ok := fixed(r.texts(n, q))
		if !ok {
			return "", false
		}
		args[i] = s
	}
	switch {
	case name == "replace" && len(args) == 3:
		if args[1] == "" || len(args[0])+strings.Count(args[0], args[1])*len(args[2]) > 1<<20 {
			return "", false
		}
		return strings.ReplaceAll(args[0], args[1], args[2]), true
	case name == "lower":
		return strings.ToLower(args[0]), true
	case name == "upper":
		return strings.ToUpper(args[0]), true
	case len(args) == 1:
		args = append(args, " ")
	}
	if len(args) != 2 {
		return "", false
	}
	switch name {
	case "btrim":
		return strings.Trim(args[0], args[1]), true
	case "ltrim":
		return strings.TrimLeft(args[0], args[1]), true
	case "rtrim":
		return strings.TrimRight(args[0], args[1]), true
	}
	return "", false
}

// separated is concat_ws.
func (r *reader) separated(args []*pg_query.Node, q *query) op.Texts {
	separator := r.texts(args[0], q)
	var parts []op.Texts
	for i, n := range args[1:] {
		if i > 0 {
			parts = append(parts, separator)
		}
		parts = append(parts, r.texts(n, q))
	}
	return r.join(parts)
}

// plainSeparator are regular expressions that split at what they say.
var plainSeparator = regexp.MustCompile(`^(\\s[*+]?)*[\w,;: -]*(\\s[*+]?)*$`)

// splitText splits a constant at a constant separator.
func (r *reader) splitText(name string, f *pg_query.FuncCall) (op.Texts, bool) {
	if len(f.Args) != 2 {
		return nil, false
	}
	s, ok := literal(f.Args[0])
	separator, also := literal(f.Args[1])
	if !ok || !also || separator == "" {
		return nil, false
	}
	parts := strings.Split(s, separator)
	if strings.HasPrefix(name, "regexp") {
		if !plainSeparator.MatchString(separator) {
			return nil, false
		}
		re, err := regexp.Compile(separator)
		if err != nil {
			return nil, false
		}
		parts = re.Split(s, -1)
	}
	var all op.Texts
	for _, part := range parts {
		all = append(all, whole(part)...)
	}
	return all, true
}

// quoted is the value as a name or a literal.
func (r *reader) quoted(t op.Texts, as op.Quoting) op.Texts {
	all := make(op.Texts, 0, len(t))
	for _, one := range t {
		r.pieces += len(one)
		all = append(all, quotedText(one, as))
	}
	if r.pieces > pieceLimit {
		return open(fromCatalog(t))
	}
	return all
}

// quotedText quotes a text. Where parts of it are not known, each part is quoted
// by itself: they stand for one name all the same, unless a part needs quotes.
func quotedText(t op.Text, as op.Quoting) op.Text {
	if s, ok := fixed(op.Texts{t}); ok || len(t) == 0 {
		quoted := quoteLiteral(s)
		if as == op.QuotedAsName {
			quoted = quoteName(s)
		}
		if quoted == s {
			return t
		}
		return op.Text{{Constant: quoted}}
	}
	all := slices.Clone(t)
	for i := range all {
		if all[i].Constant == "" && all[i].Quoting == op.Unquoted {
			all[i].Quoting = as
		}
	}
	if as == op.QuotedAsLiteral && len(all) > 1 {
		return op.Text{{Catalog: fromCatalog(op.Texts{t}), Quoting: as}}
	}
	return all
}

var plainName = regexp.MustCompile(`^[a-z_][a-z0-9_]*$`)

// quoteName is quote_ident.
func quoteName(s string) string {
	if plainName.MatchString(s) && !isKeyword(s) {
		return s
	}
	return `"` + strings.ReplaceAll(s, `"`, `""`) + `"`
}

// isKeyword reports whether a word cannot be a name as it stands.
func isKeyword(s string) bool {
	scan, err := pg_query.Scan(s)
	if err != nil || len(scan.Tokens) != 1 {
		return true
	}
	switch scan.Tokens[0].KeywordKind {
	case pg_query.KeywordKind_NO_KEYWORD, pg_query.KeywordKind_UNRESERVED_KEYWORD:
		return false
	}
	return true
}

// quoteLiteral is quote_literal.
func quoteLiteral(s string) string {
	quoted := "'" + strings.ReplaceAll(s, "'", "''") + "'"
	if strings.Contains(s, `\`) {
		return "E" + strings.ReplaceAll(quoted, `\`, `\\`)
	}
	return quoted
}

// formatText is format(…).
func (r *reader) formatText(f *pg_query.FuncCall, q *query) op.Texts {
	arguments := make([]op.Texts, len(f.Args))
	for i, n := range f.Args {
		arguments[i] = r.texts(n, q)
	}
	var all op.Texts
	for _, t := range arguments[0] {
		parts, ok := directives(t)
		if !ok || f.FuncVariadic {
			all = append(all, op.Text{{Catalog: slices.ContainsFunc(arguments, r.vars.ofCatalog)}})
			continue
		}
		all = append(all, r.join(r.filled(parts, arguments))...)
	}
	return all
}

// filled returns the values that the directives of a format come to.
func (r *reader) filled(parts []directive, arguments []op.Texts) []op.Texts {
	var values []op.Texts
	next := 0
	for _, d := range parts {
		if d.verb == 0 {
			values = append(values, op.Texts{{d.text}})
			continue
		}
		if d.argument > 0 {
			next = d.argument - 1
		}
		next++
		value := open(false)
		if next < len(arguments) {
			value = arguments[next]
		}
		values = append(values, r.directive(d, value))
	}
	return values
}

// directive is the value of %s, %I or %L.
func (r *reader) directive(d directive, value op.Texts) op.Texts {
	switch {
	case d.padded:
		return open(fromCatalog(value))
	case d.verb == 'I':
		return r.quoted(value, op.QuotedAsName)
	case d.verb == 'L':
		return r.quoted(value, op.QuotedAsLiteral)
	}
	return value
}

// A directive is a part of format's first argument: a constant, or what stands
// for an argument.
type directive struct {
	text     op.Piece
	verb     byte // s, I or L; 0: text
	argument int  // %1$s; 0: the next one
	padded   bool // it has a width
}

var directiveForm = regexp.MustCompile(`^%(?:(\d{1,3})\$)?(-?(?:\d+|\*(?:\d+\$)?))?([sIL])`)

// directives cuts the first argument of format, and false if it is not constant
// or no such text.
func directives(t op.Text) ([]directive, bool) {
	var all []directive
	for _, p := range t {
		if p.Constant == "" {
			return nil, false
		}
		rest, at := p.Constant, 0
		add := func(n, skip int) {
			if n > 0 {
				piece := op.Piece{Constant: rest[:n]}
				if p.Span.Len() > 0 {
					piece.Span = source.Span{Start: p.Span.Start + at, End: p.Span.Start + at + n}
				}
				all = append(all, directive{text: piece})
			}
			rest, at = rest[n+skip:], at+n+skip
		}
		for {
			i := strings.IndexByte(rest, '%')
			if i < 0 {
				add(len(rest), 0)
				break
			}
			if strings.HasPrefix(rest[i:], "%%") {
				add(i+1, 1)
				continue
			}
			m := directiveForm.FindStringSubmatch(rest[i:])
			if m == nil {
				return nil, false
			}
			add(i, len(m[0]))
			argument := 0
			for _, c := range m[1] {
				argument = argument*10 + int(c-'0')
			}
			if m[1] != "" && argument == 0 || strings.HasPrefix(m[2], "*") || strings.HasPrefix(m[2], "-*") {
				return nil, false // an error, or a width that takes an argument of its own
			}
			all = append(all, directive{verb: m[3][0], argument: argument, padded: m[2] != ""})
		}
	}
	return all, true
}
