package pgsql

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"strings"

	"github.com/dropgate/dropgate/analyzer/source"
)

// A tokenKind is what a token is, as far as splitting and naming need it.
type tokenKind int

const (
	word         tokenKind = iota // keyword or bare identifier
	quoted                        // "identifier"
	text                          // a string constant of any form
	number                        // a number or a parameter ($1)
	operator                      // a run of operator characters
	symbol                        // one of ( ) [ ] , ; : .
	interpolated                  // psql's :name
)

// A token is a range of the text that is neither white space nor comment.
type token struct {
	kind tokenKind
	span source.Span
}

// A lexer finds tokens as PostgreSQL's scanner does (manual, section 4.1). It
// differs in one thing: what is not closed ends at the end of the text instead
// of ending the reading, so that a broken statement hides none before it.
type lexer struct {
	data []byte
	pos  int
	end  int
	open bool // a string, identifier or comment is not closed
	// parts says that each part of a string counts by itself: psql looks at lines, and
	// so never sees that a string goes on behind one.
	parts bool
	// comments are those that were passed over, where somebody asks for them.
	comments *[]source.Span
}

// next returns the next token, and false at the end.
func (l *lexer) next() (token, bool) {
	l.skipBlank()
	if l.pos >= l.end {
		return token{}, false
	}
	start := l.pos
	kind := l.read(l.data[start])
	return token{kind, source.Span{Start: start, End: l.pos}}, true
}

// read moves past one token that begins with c.
func (l *lexer) read(c byte) tokenKind {
	switch {
	case c == '\'':
		l.readQuoted('\'', false)
		return text
	case c == '"':
		l.readQuoted('"', false)
		return quoted
	case c == '$':
		return l.readDollar()
	case isIdentStart(c):
		return l.readWord()
	case isDigit(c) || c == '.' && isDigit(l.peek(1)):
		l.readNumber()
		return number
	case strings.IndexByte("()[],;:.", c) >= 0:
		l.pos++
		return symbol
	default:
		l.readOperator()
		return operator
	}
}

// skipBlank moves past white space and comments. A line comment ends at a
// carriage return too, as it does for PostgreSQL.
func (l *lexer) skipBlank() {
	for l.pos < l.end {
		switch c := l.data[l.pos]; {
		case c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f':
			l.pos++
		case c == '-' && l.peek(1) == '-':
			start := l.pos
			l.noteComment(source.Span{Start: start, End: l.skipLine()})
		case c == '/' && l.peek(1) == '*':
			start := l.pos
			l.skipComment()
			if !l.open {
				l.noteComment(source.Span{Start: start, End: l.pos})
			}
		default:
			return
		}
	}
}

func (l *lexer) noteComment(span source.Span) {
	if l.comments != nil {
		*l.comments = append(*l.comments, span)
	}
}

// skipLine moves to the end of the line and returns it, without its line end.
func (l *lexer) skipLine() int {
	for l.pos < l.end && l.data[l.pos] != '\n' && l.data[l.pos] != '\r' {
		l.pos++
	}
	return l.pos
}

// skipComment moves past a C-style comment; they nest.
func (l *lexer) skipComment() {
	depth := 0
	for l.pos < l.end {
		switch {
		case l.data[l.pos] == '/' && l.peek(1) == '*':
			depth++
			l.pos += 2
		case l.data[l.pos] == '*' && l.peek(1) == '/':
			depth--
			l.pos += 2
			if depth == 0 {
				return
			}
		default:
			l.pos++
		}
	}
	l.open = true
}

// readQuoted moves past a quoted token whose opening quote stands at pos. A
// doubled quote stands for itself; in escape strings a backslash hides one. A
// string goes on behind a line end, by the rules of its first part.
func (l *lexer) readQuoted(quote byte, escapes bool) {
	l.pos++
	for l.pos < l.end {
		switch c := l.data[l.pos]; {
		case escapes && c == '\\':
			l.pos = min(l.pos+2, l.end)
		case c == quote && l.peek(1) == quote:
			l.pos += 2
		case c == quote:
			l.pos++
			if quote != '\'' || l.parts || !l.continues() {
				return
			}
		default:
			l.pos++
		}
	}
	l.open = true
}

// continues moves past the opening quote of a string's next part, and reports
// whether there is one: only white space with a line end in it stands before it.
func (l *lexer) continues() bool {
	newline := false
	for i := l.pos; i < l.end; i++ {
		switch c := l.data[i]; {
		case c == '\n' || c == '\r':
			newline = true
		case c == ' ' || c == '\t' || c == '\f':
		case c == '-' && i+1 < l.end && l.data[i+1] == '-':
			for i+1 < l.end && l.data[i+1] != '\n' && l.data[i+1] != '\r' {
				i++
			}
		case c == '\'' && newline:
			l.pos = i + 1
			return true
		default:
			return false
		}
	}
	return false
}

// readDollar moves past a dollar-quoted string, a parameter or a stray dollar.
func (l *lexer) readDollar() tokenKind {
	if isDigit(l.peek(1)) {
		l.pos++
		for l.pos < l.end && isDigit(l.data[l.pos]) {
			l.pos++
		}
		return number
	}
	tagEnd := l.pos + 1
	if tagEnd < l.end && isIdentStart(l.data[tagEnd]) {
		for tagEnd < l.end && isIdentStart(l.data[tagEnd]) || tagEnd < l.end && isDigit(l.data[tagEnd]) {
			tagEnd++
		}
	}
	if tagEnd >= l.end || l.data[tagEnd] != '$' {
		l.pos++
		return operator
	}
	tag := string(l.data[l.pos : tagEnd+1])
	body := tagEnd + 1
	if i := bytes.Index(l.data[body:l.end], []byte(tag)); i >= 0 {
		l.pos = body + i + len(tag)
	} else {
		l.pos, l.open = l.end, true
	}
	return text
}

// readWord moves past an identifier or keyword, or past a string that a letter
// introduces: E'…', B'…', X'…', N'…', U&'…' and U&"…".
func (l *lexer) readWord() tokenKind {
	c := l.data[l.pos] | 0x20
	if l.peek(1) == '\'' && strings.IndexByte("ebxn", c) >= 0 {
		l.pos++
		l.readQuoted('\'', c == 'e')
		return text
	}
	if c == 'u' && l.peek(1) == '&' && (l.peek(2) == '\'' || l.peek(2) == '"') {
		quote := l.peek(2)
		l.pos += 2
		l.readQuoted(quote, false)
		if quote == '"' {
			return quoted
		}
		return text
	}
	for l.pos < l.end && isIdent(l.data[l.pos]) {
		l.pos++
	}
	return word
}

func (l *lexer) readNumber() {
	for l.pos < l.end && (isIdent(l.data[l.pos]) && l.data[l.pos] != '$' || l.data[l.pos] == '.') {
		l.pos++
	}
}

// operatorBytes are the characters that operators are made of.
const operatorBytes = "+-*/<>=~!@#%^&|`?"

// readOperator moves past a run of operator characters, which a comment ends,
// or past one byte that nothing begins with.
func (l *lexer) readOperator() {
	start := l.pos
	for l.pos < l.end && strings.IndexByte(operatorBytes, l.data[l.pos]) >= 0 {
		if l.pos > start && (l.data[l.pos] == '-' && l.peek(1) == '-' || l.data[l.pos] == '/' && l.peek(1) == '*') {
			return
		}
		l.pos++
	}
	if l.pos == start {
		l.pos++
	}
}

func (l *lexer) peek(n int) byte {
	if l.pos+n < l.end {
		return l.data[l.pos+n]
	}
	return 0
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func isIdentStart(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || c == '_' || c >= 0x80
}

func isIdent(c byte) bool { return isIdentStart(c) || isDigit(c) || c == '$' }

// tokens returns all tokens of the span.
func tokens(data []byte, in source.Span) []token {
	l := &lexer{data: data, pos: in.Start, end: in.End}
	var all []token
	for {
		t, ok := l.next()
		if !ok {
			return all
		}
		all = append(all, t)
	}
}

// is reports whether the token is the given keyword or symbol, in lower case.
func (t token) is(data []byte, want string) bool {
	return (t.kind == word || t.kind == symbol) && strings.EqualFold(string(data[t.span.Start:t.span.End]), want)
}

// Normal returns the text of the span without comments, white space and the case
// of bare words.
func Normal(f *source.File, in source.Span) string { return normal(f.Data, tokens(f.Data, in)) }

// normal returns the tokens as one line of text in which neither white space,
// comments nor the case of bare words make a difference. What is longer than
// normalLimit ends in a hash.
func normal(data []byte, all []token) string {
	var b strings.Builder
	for i, t := range all {
		if b.Len()+t.span.Len() > normalLimit {
			sum := sha256.New()
			for _, t := range all[i:] {
				writeNormal(sum, data, t)
			}
			return b.String() + hex.EncodeToString(sum.Sum(nil))
		}
		writeNormal(&b, data, t)
	}
	return strings.TrimSuffix(b.String(), " ")
}

// writeNormal writes a token of the normal form and a blank. Neither a builder nor
// a hash returns an error.
func writeNormal(w io.Writer, data []byte, t token) {
	s := data[t.span.Start:t.span.End]
	if t.kind == word {
		s = bytes.ToLower(s)
	}
	_, _ = w.Write(s)
	_, _ = w.Write([]byte(" "))
}
