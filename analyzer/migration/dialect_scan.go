package migration

import (
	"bytes"
	"strings"

	"github.com/dropgate/dropgate/analyzer/source"
)

// A lexeme is a piece of SQL outside of comments.
type lexeme struct {
	kind byte // w a word, n a number, q a quoted name, s a string or body, ` a name in backquotes; else the sign itself, @ for a lone one
	text string
	at   int
	// glued says that nothing stands between it and the one before, alone that it is
	// the first on its line.
	glued, first bool
}

// recent is how many lexemes the signs of a dialect are told by.
const recent = 8

// A scan goes once through a text as PostgreSQL reads it. It only has to be right
// about PostgreSQL's own text: of another dialect it may see anything.
type scan struct {
	file *source.File
	at   int
	fed  bool // the current line has a lexeme already
	end  int  // of the last lexeme

	last  [recent]lexeme // the latest first
	words int            // of the current statement
	copy  bool           // the statement begins with COPY
	stdin bool           // and takes data from the client
}

// next reads the next lexeme into last[0]. It is false at the end of the text.
func (s *scan) next() bool {
	data := s.file.Data
	for s.at < len(data) {
		rest := data[s.at:]
		switch c := rest[0]; {
		case c == '\n':
			s.at++
			s.fed = false
		case c == ' ' || c == '\t' || c == '\r' || c == '\f' || c == '\v':
			s.at++
		case bytes.HasPrefix(rest, []byte("--")):
			s.at += indexOr(bytes.IndexAny(rest, "\r\n"), len(rest))
		case bytes.HasPrefix(rest, []byte("/*")):
			s.at += commentLength(rest)
		case bytes.HasPrefix(rest, []byte("{{")): // a template, in a language of its own
			s.at += closing(rest, 2, "}}")
		case c == '\\': // psql's meta-commands have backquotes too
			s.at += indexOr(bytes.IndexByte(rest, '\n'), len(rest))
		default:
			s.take(rest)
			return true
		}
	}
	return false
}

// take reads the lexeme that the text begins with.
func (s *scan) take(rest []byte) {
	kind, n := shape(rest)
	l := lexeme{kind: kind, at: s.at, glued: s.at == s.end, first: !s.fed}
	if kind == 'w' || kind == 'n' || kind == '`' {
		l.text = string(rest[:min(n, 64)])
	}
	s.fed = true
	s.at += n
	s.end = s.at
	copy(s.last[1:], s.last[:recent-1])
	s.last[0] = l
	s.follow()
}

// follow passes over the data that follows COPY … FROM stdin.
func (s *scan) follow() {
	switch l := s.last[0]; l.kind {
	case ';':
		if s.stdin {
			s.at += dataLength(s.file.Data[s.at:])
		}
		s.words, s.copy, s.stdin = 0, false, false
	case 'w':
		if s.words == 0 {
			s.copy = l.is("copy")
		}
		s.words++
		s.stdin = s.stdin || s.copy && l.is("stdin") && s.last[1].is("from")
	}
}

// shape returns the kind and the length of the lexeme at the beginning of a text.
func shape(rest []byte) (kind byte, length int) {
	switch c := rest[0]; {
	case c == '\'':
		return 's', quoted(rest, 0)
	case c == '"':
		return 'q', closingQuote(rest, 1, '"', false)
	case c == '`':
		if n := backquoted(rest); n > 0 {
			return '`', n
		}
		return '?', 1
	case c == '$':
		return dollar(rest)
	case isLetter(c):
		return word(rest)
	case isDigit(c):
		return 'n', lengthOf(rest, func(c byte) bool { return isLetter(c) || isDigit(c) || c == '.' })
	case isOperator(c):
		return operator(rest)
	default:
		return c, 1
	}
}

// lengthOf returns the length of the first byte and of those behind it that belong
// to it.
func lengthOf(rest []byte, belongs func(byte) bool) int {
	n := 1
	for n < len(rest) && belongs(rest[n]) {
		n++
	}
	return n
}

// word reads a word, or a string with one letter before it.
func word(rest []byte) (kind byte, length int) {
	n := lengthOf(rest, func(c byte) bool { return isLetter(c) || isDigit(c) || c == '$' })
	if n == 1 && len(rest) > 1 && rest[1] == '\'' {
		return 's', quoted(rest, 1)
	}
	return 'w', n
}

// operator reads an operator, which ends where a comment begins.
func operator(rest []byte) (kind byte, length int) {
	n := 1
	for n < len(rest) && isOperator(rest[n]) && !bytes.HasPrefix(rest[n:], []byte("--")) && !bytes.HasPrefix(rest[n:], []byte("/*")) {
		n++
	}
	if n == 1 {
		return rest[0], n
	}
	return '?', n
}

func isOperator(c byte) bool { return strings.IndexByte("+-*/<>=~!@#%^&|?", c) >= 0 }

func isLetter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' || c == '_' || c >= 0x80 }

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// quoted returns the length of a string that begins after a prefix of one letter
// or none.
func quoted(rest []byte, prefix int) int {
	return closingQuote(rest, prefix+1, '\'', prefix == 1 && rest[0]|0x20 == 'e')
}

// closingQuote returns the length up to the closing quote, which does not close
// where it is doubled.
func closingQuote(rest []byte, from int, quote byte, escapes bool) int {
	for i := from; i < len(rest); i++ {
		switch {
		case escapes && rest[i] == '\\':
			i++
		case rest[i] == quote && i+1 < len(rest) && rest[i+1] == quote:
			i++
		case rest[i] == quote:
			return i + 1
		}
	}
	return len(rest)
}

// backquoted returns the length of a name in backquotes, 0 if it is none: to
// PostgreSQL a backquote is a sign of which somebody may make an operator.
func backquoted(rest []byte) int {
	for i := 1; i < len(rest); i++ {
		switch c := rest[i]; {
		case c == '`' && i > 1:
			return i + 1
		case !isLetter(c) && !isDigit(c) && (i == 1 || c != '$' && c != '-' && c != '.'):
			return 0
		}
	}
	return 0
}

// dollar reads a parameter or a string in dollar quotes.
func dollar(rest []byte) (kind byte, length int) {
	n := 1
	for n < len(rest) && (isLetter(rest[n]) || n > 1 && isDigit(rest[n])) {
		n++
	}
	if n >= len(rest) || rest[n] != '$' {
		return '$', 1
	}
	return 's', closing(rest, n+1, string(rest[:n+1]))
}

// closing returns the length up to the end of what closes a text that is open.
func closing(rest []byte, from int, end string) int {
	i := bytes.Index(rest[from:], []byte(end))
	if i < 0 {
		return len(rest)
	}
	return from + i + len(end)
}

// commentLength returns the length of a comment, in which others nest.
func commentLength(rest []byte) int {
	depth := 0
	for i := 0; i+1 < len(rest); i++ {
		switch {
		case rest[i] == '/' && rest[i+1] == '*':
			depth++
			i++
		case rest[i] == '*' && rest[i+1] == '/':
			depth--
			i++
		}
		if depth == 0 {
			return i + 1
		}
	}
	return len(rest)
}

// dataLength returns the length of a COPY's data with the line that ends it.
func dataLength(rest []byte) int {
	for at := 0; at < len(rest); {
		end := at + indexOr(bytes.IndexByte(rest[at:], '\n'), len(rest)-at)
		if at > 0 && string(bytes.TrimSuffix(rest[at:end], []byte("\r"))) == `\.` {
			return end
		}
		at = end + 1
	}
	return len(rest)
}

func indexOr(i, otherwise int) int {
	if i < 0 {
		return otherwise
	}
	return i
}

func (l lexeme) is(word string) bool { return l.kind == 'w' && strings.EqualFold(l.text, word) }

func (l lexeme) oneOf(words ...string) bool {
	for _, word := range words {
		if l.is(word) {
			return true
		}
	}
	return false
}
