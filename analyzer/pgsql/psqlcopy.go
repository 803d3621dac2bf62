package pgsql

import (
	"strings"

	"github.com/dropgate/dropgate/analyzer/op"
	"github.com/dropgate/dropgate/analyzer/source"
)

// copyTable carries out \copy, which is COPY with a file or a program on the
// client's side:
//
//	\copy [binary] {table [(columns)] | (query)} {from | to} {'file' | file | program 'command' | stdin | stdout | …}
func copyTable(s *script, c *invocation) {
	text := source.Span{Start: c.span.Start + len(`\copy`), End: c.span.End}
	all := tokens(s.f.Data, text)
	if len(all) > 1 && all[0].is(s.f.Data, "binary") && !all[1].is(s.f.Data, ".") && !all[1].is(s.f.Data, "(") {
		all = all[1:]
	}
	if len(all) == 0 {
		return // psql refuses it
	}
	r := &reader{data: s.f.Data, tokens: all}
	table, rest, ok := r.copied()
	if !ok {
		c.add(&op.Unread{Message: `\copy is not written as psql reads it`, Destructive: destructiveWords(s.f.Data, chunk{tokens: all})})
		return
	}
	from := rest[0].is(s.f.Data, "from")
	switch {
	case table.IsZero() && !s.onlyIncludes:
		inner := r.enclosed(0)
		part := chunk{all: inner, tokens: tokens(s.f.Data, inner)}
		for _, st := range readChunk(s.f, part, 0) {
			c.ops = append(c.ops, st.Ops...)
		}
	case from:
		c.add(&op.Insert{Table: table})
	}
	switch target := rest[1:]; {
	case len(target) == 0:
	case target[0].is(s.f.Data, "program"):
		shell(s, c)
	case from && (target[0].is(s.f.Data, "stdin") || target[0].is(s.f.Data, "stdout")):
		if s.copies == 0 {
			s.lex.end = c.line
		}
		s.copies++
	}
}

// copied reads what \copy copies: a table, or a query where the name is empty. The
// rest begins with FROM or TO.
func (r *reader) copied() (table op.Name, rest []token, ok bool) {
	i := 0
	if !r.tokens[0].is(r.data, "(") {
		table.Name = r.nameAt(0)
		if i++; i+1 < len(r.tokens) && r.tokens[i].is(r.data, ".") {
			table = op.Name{Schema: table.Name, Name: r.nameAt(i + 1)}
			i += 2
		}
		if table.Name == "" {
			return op.Name{}, nil, false
		}
	}
	if i < len(r.tokens) && r.tokens[i].is(r.data, "(") {
		i = r.closing(i) + 1
	}
	if i >= len(r.tokens) || !r.tokens[i].is(r.data, "from") && !r.tokens[i].is(r.data, "to") {
		return op.Name{}, nil, false
	}
	return table, r.tokens[i:], true
}

// nameAt returns the name that token i is, empty if it is none.
func (r *reader) nameAt(i int) string {
	text := string(r.data[r.tokens[i].span.Start:r.tokens[i].span.End])
	switch r.tokens[i].kind {
	case word:
		return strings.ToLower(text)
	case quoted:
		if len(text) > 1 && text[0] == '"' {
			return strings.ReplaceAll(text[1:len(text)-1], `""`, `"`)
		}
	}
	return ""
}

// closing returns the index of the parenthesis that closes the one at i, or the
// number of tokens.
func (r *reader) closing(i int) int {
	depth := 0
	for ; i < len(r.tokens); i++ {
		if r.tokens[i].is(r.data, "(") {
			depth++
		}
		if r.tokens[i].is(r.data, ")") {
			depth--
		}
		if depth == 0 {
			return i
		}
	}
	return i
}
