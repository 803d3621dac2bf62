package pgsql

import (
	"sort"
	"strings"

	pg_query "github.com/pganalyze/pg_query_go/v5"

	"github.com/dropgate/dropgate/analyzer/source"
)

// A reader turns one statement's parse tree into operations. The tree counts
// bytes from base.
type reader struct {
	file   *source.File
	data   []byte
	base   int
	tokens []token // of the statement
	vars   *scope  // nil outside bodies
	made   map[*pg_query.FuncCall]bool
	pieces int // that values were put together from
	// queries are those of WITH that are known, with the rows that theirs come from.
	queries map[string][]*origin
	set     map[string]newValue // what the UPDATE at hand sets columns to
	walked  int                 // nodes that were looked at for what they read
}

// at returns the index of the first token that begins at the tree's location or
// after it.
func (r *reader) at(location int32) int {
	offset := r.base + int(location)
	return sort.Search(len(r.tokens), func(i int) bool { return r.tokens[i].span.Start >= offset })
}

// inParentheses returns the text between the first parenthesis after the
// location and its counterpart: a query of a WITH clause.
func (r *reader) inParentheses(location int32) source.Span {
	i := r.at(location)
	for i < len(r.tokens) && !r.asParenthesis(i) {
		i++
	}
	return r.enclosed(i)
}

// enclosed returns the text between the first parenthesis from token i on and
// its counterpart; the whole statement without one.
func (r *reader) enclosed(i int) source.Span {
	whole := chunk{tokens: r.tokens}.span()
	for i < len(r.tokens) && !r.tokens[i].is(r.data, "(") {
		i++
	}
	depth := 0
	for j := i; j < len(r.tokens); j++ {
		switch {
		case r.tokens[j].is(r.data, "("):
			depth++
		case r.tokens[j].is(r.data, ")"):
			if depth--; depth == 0 && j > i+1 {
				return source.Span{Start: r.tokens[i+1].span.Start, End: r.tokens[j-1].span.End}
			}
		}
	}
	return whole
}

// asParenthesis reports whether token i is the parenthesis that follows AS, NOT
// MATERIALIZED or MATERIALIZED, not that of the column list before.
func (r *reader) asParenthesis(i int) bool {
	return i > 0 && r.tokens[i].is(r.data, "(") &&
		(r.tokens[i-1].is(r.data, "as") || r.tokens[i-1].is(r.data, "materialized"))
}

// actions returns the text of each action of an ALTER TABLE whose table's name
// stands at location; the whole statement for each if they cannot be told apart.
func (r *reader) actions(location int32, n int, whole source.Span) []source.Span {
	all := make([]source.Span, n)
	for i := range all {
		all[i] = whole
	}
	first := r.afterName(r.at(location))
	var parts []source.Span
	depth, start := 0, first
	for i := first; i < len(r.tokens); i++ {
		switch t := r.tokens[i]; {
		case t.is(r.data, "("), t.is(r.data, "["):
			depth++
		case t.is(r.data, ")"), t.is(r.data, "]"):
			depth--
		case t.is(r.data, ",") && depth == 0 && i > start:
			parts = append(parts, source.Span{Start: r.tokens[start].span.Start, End: r.tokens[i-1].span.End})
			start = i + 1
		}
	}
	if start < len(r.tokens) {
		parts = append(parts, source.Span{Start: r.tokens[start].span.Start, End: r.tokens[len(r.tokens)-1].span.End})
	}
	if len(parts) != n {
		return all
	}
	return parts
}

// afterName returns the index of the token after the dotted name at i, its
// closing parenthesis of ONLY (name) and its star.
func (r *reader) afterName(i int) int {
	i++
	for i+1 < len(r.tokens) && r.tokens[i].is(r.data, ".") {
		i += 2
	}
	if i < len(r.tokens) && (r.tokens[i].is(r.data, ")") || string(r.data[r.tokens[i].span.Start:r.tokens[i].span.End]) == "*") {
		i++
	}
	return i
}

// inner returns the text of the statement that another one holds, which begins
// with the first of the words after EXPLAIN's options or PREPARE's AS.
func (r *reader) inner(span source.Span) source.Span {
	depth := 0
	for i, t := range r.tokens {
		switch {
		case t.span.Start < span.Start || i == 0:
		case t.is(r.data, "("):
			depth++
		case t.is(r.data, ")"):
			depth--
		case depth == 0 && t.kind == word && beginsQuery[strings.ToLower(string(r.data[t.span.Start:t.span.End]))]:
			return source.Span{Start: t.span.Start, End: span.End}
		}
	}
	return span
}

// beginsQuery are the words that statements begin with that EXPLAIN and PREPARE
// take.
var beginsQuery = set("select insert update delete merge with values create execute declare refresh table")
