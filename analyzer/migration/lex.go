package migration

import (
	"bytes"

	"github.com/dropgate/dropgate/analyzer/source"
)

// A quoting is what PostgreSQL is in the middle of: nothing, a string, a comment.
// Tools that take lines or comments out of a file do so without a look at it.
type quoting struct {
	kind  byte   // 0, ' string, E string with backslashes, " name, $ body, - or * comment
	tag   string // of a $ body, dollars included
	depth int    // of nested * comments
}

// A lexer follows PostgreSQL's quoting through a text.
type lexer struct {
	data []byte // up to where the text ends
	at   int
	now  quoting
}

func newLexer(f *source.File, span source.Span) *lexer {
	return &lexer{data: f.Data[:span.End], at: span.Start}
}

// A crossing is what a lexer came upon on its way.
type crossing struct {
	sql     bool // something outside of comments
	changed bool // another quoting than at the beginning, at some time
}

// advance goes on to an offset, or a bit further where a word or a mark ends
// behind it.
func (x *lexer) advance(end int) crossing {
	var c crossing
	before := x.now
	for x.at < end {
		switch x.now.kind {
		case 0:
			c.sql = x.open() || c.sql
		case '-':
			x.lineComment(end)
		case '*':
			x.blockComment(end)
		default:
			c.sql = true
			x.quoted(end)
		}
		c.changed = c.changed || x.now != before
	}
	return c
}

// open reads one word, mark or white space outside of all quoting, and reports
// whether it belongs to a statement.
func (x *lexer) open() bool {
	rest := x.data[x.at:]
	switch c := rest[0]; {
	case bytes.HasPrefix(rest, []byte("--")):
		x.enter(quoting{kind: '-'}, 2)
		return false
	case bytes.HasPrefix(rest, []byte("/*")):
		x.enter(quoting{kind: '*', depth: 1}, 2)
		return false
	case isSpace(c):
		x.at++
		return false
	case c == '\'' || c == '"':
		x.enter(quoting{kind: c}, 1)
	case c == '$':
		x.dollar()
	case isWord(c):
		x.word()
	default:
		x.at++
	}
	return true
}

func (x *lexer) enter(q quoting, length int) {
	x.now = q
	x.at += length
}

func (x *lexer) leave(at int) {
	x.now = quoting{}
	x.at = at
}

// dollar opens a body if the dollar begins a tag, whose length a name's is at
// most in practice; a longer one costs a look at all of it.
func (x *lexer) dollar() {
	end := x.at + 1
	for end < len(x.data) && isWord(x.data[end]) && x.data[end] != '$' {
		end++
	}
	first := byte('_')
	if end > x.at+1 {
		first = x.data[x.at+1]
	}
	if end < len(x.data) && x.data[end] == '$' && (first < '0' || first > '9') {
		x.enter(quoting{kind: '$', tag: string(x.data[x.at : end+1])}, end+1-x.at)
		return
	}
	x.at++
}

// word reads a name or number; E alone before a quote opens a string with
// backslashes.
func (x *lexer) word() {
	start := x.at
	for x.at < len(x.data) && isWord(x.data[x.at]) {
		x.at++
	}
	if x.at == start+1 && x.data[start]|0x20 == 'e' && x.at < len(x.data) && x.data[x.at] == '\'' {
		x.enter(quoting{kind: 'E'}, 1)
	}
}

func (x *lexer) lineComment(end int) {
	if i := bytes.IndexAny(x.data[x.at:end], "\r\n"); i >= 0 {
		x.leave(x.at + i)
		return
	}
	x.at = end
}

func (x *lexer) blockComment(end int) {
	for ; x.at < end; x.at++ {
		switch rest := x.data[x.at:]; {
		case bytes.HasPrefix(rest, []byte("*/")):
			x.at++
			if x.now.depth--; x.now.depth == 0 {
				x.leave(x.at + 1)
				return
			}
		case bytes.HasPrefix(rest, []byte("/*")):
			x.at++
			x.now.depth++
		}
	}
}

// quoted goes on to the end of a string, a quoted name or a body.
func (x *lexer) quoted(end int) {
	if x.now.kind == '$' {
		tag := x.now.tag
		near := min(end+len(tag)-1, len(x.data))
		if i := bytes.Index(x.data[x.at:near], []byte(tag)); i >= 0 {
			x.leave(x.at + i + len(tag))
			return
		}
		x.at = end
		return
	}
	quote := x.now.kind
	if quote == 'E' {
		quote = '\''
	}
	for ; x.at < end; x.at++ {
		switch c := x.data[x.at]; {
		case c == '\\' && x.now.kind == 'E':
			x.at++
		case c == quote && x.at+1 < len(x.data) && x.data[x.at+1] == quote:
			x.at++
		case c == quote:
			x.close()
			return
		}
	}
}

// close ends a string. One with backslashes goes on behind a line end.
func (x *lexer) close() {
	end := x.at + 1
	if x.now.kind == 'E' {
		next, newline := end, false
		for next < len(x.data) && isSpace(x.data[next]) {
			newline = newline || x.data[next] == '\n' || x.data[next] == '\r'
			next++
		}
		if newline && next < len(x.data) && x.data[next] == '\'' {
			x.at = next + 1
			return
		}
	}
	x.leave(end)
}

func isSpace(c byte) bool {
	return c == ' ' || '\t' <= c && c <= '\r'
}

// isWord reports whether a byte may stand in a name or number.
func isWord(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'z' || c == '_' || c == '$' || c >= 0x80
}

// hasSQL reports whether anything but comments and white space is in the span.
func hasSQL(f *source.File, span source.Span) bool { return sqlWithin(f, span) < span.End }

// sqlWithin returns the offset of the first thing in the span that is no comment
// and no white space, or the span's end.
func sqlWithin(f *source.File, span source.Span) int {
	x := newLexer(f, span)
	for x.at < span.End {
		if at := x.at; x.advance(at + 1).sql {
			return at
		}
	}
	return span.End
}

// firstLineWithin returns the rest of the line on which the span's SQL begins.
func firstLineWithin(f *source.File, span source.Span) source.Span {
	span.Start = sqlWithin(f, span)
	for l := range linesOf(f, span) {
		return l.span
	}
	return span
}

// misread returns which of the ranges that a tool takes out of a section change
// how the rest of it reads: what is a comment to the tool stands in a string, a
// body or another comment, and opens or closes one.
func misread(f *source.File, section source.Span, out []source.Span) []source.Span {
	var wrong []source.Span
	x := newLexer(f, section)
	for _, span := range out {
		x.advance(span.Start)
		inside := x.now
		c := x.advance(span.End)
		if inside.kind != 0 && c.changed || inside.kind == 0 && (c.sql || x.now.kind != 0 && x.now.kind != '-') {
			wrong = append(wrong, span)
		}
	}
	return wrong
}
