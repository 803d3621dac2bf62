package migration

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A token is one of Liquibase's, which knows neither $ bodies nor nested comments.
type token struct {
	start, end int
	comment    bool
}

// A liquibaseLexer cuts a text into tokens as Liquibase's grammar does: the longest
// that fits. A copy of it looks ahead.
type liquibaseLexer struct {
	data []byte
	at   int
	// These openers have no end in the rest of the text.
	openBlock, openSingle, openDouble bool
	ends                              [3]lineEnd // of quoted names, by their closer
}

// A lineEnd is the first closer or line end behind all offsets from one on, so that
// a long line is searched once.
type lineEnd struct{ from, at int }

func (x *liquibaseLexer) next() (t token, ok bool) {
	if x.at >= len(x.data) {
		return token{}, false
	}
	t.start = x.at
	rest := x.data[x.at:]
	switch n := spaces(rest); {
	case n > 0:
		x.at += n
	case bytes.HasPrefix(rest, []byte("--")):
		t.comment = true
		x.at += lineLength(rest)
	case bytes.HasPrefix(rest, []byte("/*")) && x.block():
		t.comment = true
	default:
		x.token()
	}
	t.end = x.at
	return t, true
}

// word returns the next token that is not blank, without comments where they are
// taken out.
func (x liquibaseLexer) word(comments bool) string {
	for t, ok := x.next(); ok; t, ok = x.next() {
		if image := x.data[t.start:t.end]; !javaBlank(image) && (comments || !t.comment) {
			return strings.TrimSpace(string(image))
		}
	}
	return ""
}

// block reads a comment, if it ends: the first end counts.
func (x *liquibaseLexer) block() bool {
	if x.openBlock {
		return false
	}
	i := bytes.Index(x.data[x.at+2:], []byte("*/"))
	if i < 0 {
		x.openBlock = true
		return false
	}
	x.at += i + 4
	return true
}

// token reads a string, a name, or one character: the longest, and of a string and
// a name of one length the string.
func (x *liquibaseLexer) token() {
	start := x.at
	_, n := utf8.DecodeRune(x.data[start:])
	x.at = max(start+n, start+x.literal(start), x.names(start))
}

// names returns where a name ends that begins at an offset. Names with dots between
// them are one.
func (x *liquibaseLexer) names(at int) int {
	end := x.name(at)
	if end == at {
		return end
	}
	for {
		dot := skipBlanks(x.data, end)
		if dot >= len(x.data) || x.data[dot] != '.' {
			return end
		}
		after := skipBlanks(x.data, dot+1)
		next := x.name(after)
		if next == after {
			return end
		}
		end = next
	}
}

// literal returns the length of a string with its prefix, 0 if there is none.
func (x *liquibaseLexer) literal(at int) int {
	rest := x.data[at:]
	prefix := 0
	for _, p := range []string{"_utf8", "rb", "nq", "u", "e", "n", "r", "b", "q"} {
		if len(rest) > len(p) && strings.EqualFold(string(rest[:len(p)]), p) && (rest[len(p)] == '\'' || rest[len(p)] == '"') {
			prefix = len(p)
			break
		}
	}
	if prefix < len(rest) && prefix > 0 && rest[prefix-1]|0x20 == 'q' {
		return oracleQuoted(rest, prefix)
	}
	if prefix >= len(rest) || rest[prefix] != '\'' && rest[prefix] != '"' {
		return 0
	}
	if n := x.hybrid(rest[prefix:]); n > 0 {
		return prefix + n
	}
	return 0
}

// oracleQuoted returns the length of q'[…]', which goes to the end of the text if
// nothing ends it.
func oracleQuoted(rest []byte, prefix int) int {
	if rest[prefix] != '\'' || prefix+1 >= len(rest) || isSpace(rest[prefix+1]) {
		return 0
	}
	opener, n := utf8.DecodeRune(rest[prefix+1:])
	closer := map[rune]rune{'[': ']', '{': '}', '(': ')', '<': '>'}[opener]
	if closer == 0 {
		closer = opener
	}
	from := prefix + 1 + n
	end := string(closer) + "'"
	if i := bytes.Index(rest[from:], []byte(end)); i >= 0 {
		return from + i + len(end)
	}
	return len(rest)
}

// hybrid returns the length of a quoted string in which a backslash may hide a
// quote, and may not: the longest reading counts.
func (x *liquibaseLexer) hybrid(rest []byte) int {
	quote, length, open := rest[0], 0, &x.openSingle
	if quote == '"' {
		open = &x.openDouble
	}
	if *open {
		return 0
	}
	for i := 1; i < len(rest); i++ {
		switch {
		case rest[i] == '\\' && i+1 < len(rest):
			i++
			if rest[i] == quote {
				length = i + 1
			}
		case rest[i] == quote:
			length = i + 1
			if i+1 >= len(rest) || rest[i+1] != quote {
				return length
			}
			i++
		}
	}
	*open = length == 0
	return length
}

// name returns where a name ends that begins at an offset, quoted or not.
func (x *liquibaseLexer) name(at int) int {
	if at >= len(x.data) {
		return at
	}
	switch x.data[at] {
	case '"':
		return x.quotedName(at, '"')
	case '`':
		return x.quotedName(at, '`')
	case '[':
		if at+1 < len(x.data) && '0' <= x.data[at+1] && x.data[at+1] <= '9' {
			return at
		}
		return x.quotedName(at, ']')
	}
	end := at
	for end < len(x.data) {
		r, n := utf8.DecodeRune(x.data[end:])
		if !isNameRune(r) && (end == at || r < '0' || r > '9') {
			break
		}
		end += n
	}
	return end
}

// quotedName returns where a quoted name ends on its line, or where it begins if it
// does not.
func (x *liquibaseLexer) quotedName(at int, closer byte) int {
	known := &x.ends[strings.IndexByte("\"`]", closer)]
	if from := at + 1; from < known.from || from > known.at {
		*known = lineEnd{from, len(x.data)}
		if i := bytes.IndexAny(x.data[from:], "\r\n"+string(rune(closer))); i >= 0 {
			known.at = from + i
		}
	}
	if end := known.at; end > at+1 && end < len(x.data) && x.data[end] == closer {
		return end + 1
	}
	return at
}

// isNameRune reports whether a name may have the character, digits apart. Java
// sees what is beyond its first plane as two characters that are none.
func isNameRune(r rune) bool {
	if r >= utf8.RuneSelf {
		return r < 0x10000 && unicode.IsLetter(r)
	}
	return 'a' <= r|0x20 && r|0x20 <= 'z' || strings.ContainsRune("$_@#", r)
}

// spaces returns the length of the white space that a text begins with.
func spaces(text []byte) int {
	n := 0
	for n < len(text) {
		r, size := utf8.DecodeRune(text[n:])
		if !strings.ContainsRune(" \t\n\r\u0085\u00a0\u1680\u180e\u2028\u2029\u202f\u205f\u2060\u3000\ufeff", r) && (r < 0x2000 || r > 0x200d) {
			break
		}
		n += size
	}
	return n
}

func lineLength(text []byte) int {
	if i := bytes.IndexAny(text, "\r\n"); i >= 0 {
		return i
	}
	return len(text)
}

// skipBlanks skips what may stand around a name's dots.
func skipBlanks(data []byte, at int) int {
	for at < len(data) && (data[at] == ' ' || data[at] == '\r' || data[at] == '\n') {
		at++
	}
	return at
}
