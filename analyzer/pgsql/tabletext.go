package pgsql

import (
	"slices"
	"strings"

	pg_query "github.com/pganalyze/pg_query_go/v5"

	"github.com/dropgate/dropgate/analyzer/source"
)

// text returns the text from token i up to the one before token end.
func (r *reader) text(i, end int) string {
	if i < 0 || i >= end || end > len(r.tokens) {
		return ""
	}
	return string(r.data[r.tokens[i].span.Start:r.tokens[end-1].span.End])
}

// partEnd returns the index of the token that ends a part of a list: the first
// comma, semicolon or closing parenthesis outside of parentheses from token i on,
// or the first token at limit or behind it.
func (r *reader) partEnd(i, limit int) int {
	depth := 0
	for ; i < len(r.tokens) && r.tokens[i].span.Start < limit; i++ {
		switch t := r.tokens[i]; {
		case t.is(r.data, "("), t.is(r.data, "["):
			depth++
		case t.is(r.data, ")"), t.is(r.data, "]"):
			if depth--; depth < 0 {
				return i
			}
		case depth == 0 && (t.is(r.data, ",") || t.is(r.data, ";")):
			return i
		}
	}
	return i
}

// match returns the index of the parenthesis that closes the one at token open; the
// number of tokens without one.
func (r *reader) match(open int) int {
	for i := open + 1; i < len(r.tokens); i++ {
		if i = r.partEnd(i, len(r.data)); i < len(r.tokens) && r.tokens[i].is(r.data, ")") {
			return i
		}
	}
	return len(r.tokens)
}

// find returns the index of the first of the tokens from i up to end that is the
// word and stands outside of parentheses; end without one.
func (r *reader) find(i, end int, word string) int {
	depth := 0
	for ; i < min(end, len(r.tokens)); i++ {
		switch t := r.tokens[i]; {
		case depth == 0 && t.is(r.data, word):
			return i
		case t.is(r.data, "("), t.is(r.data, "["):
			depth++
		case t.is(r.data, ")"), t.is(r.data, "]"):
			depth--
		}
	}
	return end
}

// parenthesised returns what stands in the first parentheses after the word that
// follows the location.
func (r *reader) parenthesised(location int32, word string) string {
	i := r.find(r.at(location), len(r.tokens), word)
	i = r.find(i, len(r.tokens), "(")
	if i >= len(r.tokens) {
		return ""
	}
	return r.text(i+1, r.match(i))
}

// exclusionText returns what follows EXCLUDE: the method, the elements and what else
// stands in parentheses behind a word.
func (r *reader) exclusionText(location int32) string {
	first := r.find(r.at(location), len(r.tokens), "exclude") + 1
	end := first
	for i := first; i < len(r.tokens); i = end + 1 {
		if i > first && !r.isAny(end, "include", "with", "where") {
			break
		}
		open := r.find(i, len(r.tokens), "(")
		if open >= len(r.tokens) {
			break
		}
		end = r.match(open) + 1
	}
	return r.text(first, min(end, len(r.tokens)))
}

// isAny reports whether token i is one of the words.
func (r *reader) isAny(i int, words ...string) bool {
	return i < len(r.tokens) && slices.ContainsFunc(words, func(word string) bool { return r.tokens[i].is(r.data, word) })
}

// defaultText returns the expression of DEFAULT, which ends where the next part of
// the column's definition begins.
func (r *reader) defaultText(d *pg_query.ColumnDef, k *pg_query.Constraint) string {
	limit := len(r.data)
	bound := func(location int32) {
		if location > k.Location {
			limit = min(limit, r.base+int(location))
		}
	}
	for _, n := range d.Constraints {
		bound(n.GetConstraint().GetLocation())
	}
	if d.CollClause != nil {
		bound(d.CollClause.Location)
	}
	i := r.find(r.at(k.Location), len(r.tokens), "default") + 1
	return r.text(i, r.partEnd(i, limit))
}

// after returns what stands in an action of ALTER TABLE after the last of the
// words, each found behind the one before.
func (r *reader) after(part source.Span, words ...string) string {
	i := r.at(int32(part.Start - r.base)) //nolint:gosec // within the statement
	end := i
	for end < len(r.tokens) && r.tokens[end].span.End <= part.End {
		end++
	}
	for _, word := range words {
		if i = r.find(i, end, word) + 1; i > end {
			return ""
		}
	}
	return r.text(i, end)
}

// partitionBy returns what follows PARTITION BY: "RANGE (a, b)".
func (r *reader) partitionBy(location int32) string {
	i := r.find(r.at(location), len(r.tokens), "by") + 1
	open := r.find(i, len(r.tokens), "(")
	if open >= len(r.tokens) {
		return ""
	}
	return strings.ToUpper(r.text(i, open)) + " " + r.text(open, r.match(open)+1)
}

// bound returns a partition's bound: "DEFAULT", or FOR VALUES with what follows.
func (r *reader) bound(b *pg_query.PartitionBoundSpec) string {
	if b.GetIsDefault() {
		return "DEFAULT"
	}
	// The location is that of FOR or of what stands behind VALUES.
	i := r.at(b.GetLocation())
	for back := 0; back < 3 && i-back >= 0 && i-back < len(r.tokens); back++ {
		if r.tokens[i-back].is(r.data, "for") {
			i -= back
			break
		}
	}
	end := i
	for end < len(r.tokens) {
		open := r.find(end, len(r.tokens), "(")
		if open >= len(r.tokens) {
			break
		}
		end = r.match(open) + 1
		if end >= len(r.tokens) || !r.tokens[end].is(r.data, "to") {
			break
		}
	}
	return r.text(i, end)
}

// indexText returns the keys of CREATE INDEX as they are written, and its WHERE.
func (r *reader) indexText(s *pg_query.IndexStmt) (keys []string, where string) {
	open := r.find(r.at(s.Relation.GetLocation()), len(r.tokens), "(")
	if open >= len(r.tokens) {
		return nil, ""
	}
	i := open + 1
	for {
		end := r.partEnd(i, len(r.data))
		keys = append(keys, r.text(i, end))
		if end >= len(r.tokens) || !r.tokens[end].is(r.data, ",") {
			i = end
			break
		}
		i = end + 1
	}
	if len(keys) != len(s.IndexParams) {
		keys = nil
	}
	if s.WhereClause != nil {
		where = r.text(r.find(i+1, len(r.tokens), "where")+1, len(r.tokens))
	}
	return keys, where
}

// inParentheses returns a text without the parentheses around it.
func inParentheses(text string) string {
	return strings.TrimSpace(strings.TrimSuffix(strings.TrimPrefix(text, "("), ")"))
}
