package pgsql

import (
	"bytes"
	"regexp"
	"strconv"
	"strings"

	"github.com/dropgate/dropgate/analyzer/op"
)

// argumentLimit is the most bytes of an argument that are looked at: variables in
// it could make it grow without bound.
const argumentLimit = 1 << 16

// An argument is an argument of a command of psql, as psql hands it over.
type argument struct {
	text   string
	open   bool // not all of the text is known: it holds op.OpenMark
	shell  bool // a command in back quotes is run
	broken bool // a quote is not closed: psql refuses it
	bare   int  // how many bytes at its end are not quoted
}

// path returns the argument as the name of a file, of which psql takes away
// semicolons at the end.
func (a argument) path() string {
	n := a.bare
	text := a.text
	for n > 0 && strings.HasSuffix(text, ";") {
		text, n = text[:len(text)-1], n-1
	}
	return text
}

// name returns the argument as an SQL name, without its double quotes.
func (a argument) name() string {
	parts := strings.Split(a.path(), `""`)
	for i, p := range parts {
		parts[i] = strings.ReplaceAll(p, `"`, "")
	}
	return strings.Join(parts, `"`)
}

// An argumentReader reads the arguments of one command (psqlscanslash.l).
type argumentReader struct {
	data []byte
	pos  int
	end  int // of the line
	vars *variables

	text strings.Builder
	arg  argument
}

// arguments reads up to the end of the line or to the next backslash. With pipe, a
// bar takes the rest of the line.
func (s *script) arguments(c *invocation, pipe bool) {
	r := &argumentReader{data: s.f.Data, pos: s.lex.pos, end: c.line, vars: &s.vars}
	for r.skipSpace() {
		if pipe && r.data[r.pos] == '|' {
			c.args = append(c.args, argument{text: s.rest(r.pos, c), shell: true})
			return
		}
		r.text.Reset()
		r.arg = argument{}
		r.read()
		r.arg.text = r.text.String()
		c.args = append(c.args, r.arg)
		c.span.End = r.pos
	}
	s.lex.pos = r.pos
	if bytes.HasPrefix(r.data[r.pos:r.end], []byte(`\\`)) { // it only ends the command
		s.lex.pos += 2
		c.span.End = s.lex.pos
	}
}

// rest takes the rest of the line from pos on.
func (s *script) rest(pos int, c *invocation) string {
	text := bytes.TrimRight(s.f.Data[pos:c.line], " \t\r\f")
	s.lex.pos = c.line
	c.span.End = max(c.span.End, pos+len(text))
	return string(bytes.TrimLeft(text, " \t\r\f"))
}

// skipSpace moves to the next argument and reports whether there is one.
func (r *argumentReader) skipSpace() bool {
	for r.pos < r.end && isPsqlSpace(r.data[r.pos]) {
		r.pos++
	}
	return r.pos < r.end && r.data[r.pos] != '\\'
}

func isPsqlSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' }

// read reads one argument: parts in different quotes may stand together.
func (r *argumentReader) read() {
	for r.pos < r.end {
		switch c := r.data[r.pos]; {
		case isPsqlSpace(c), c == '\\':
			return
		case c == '\'':
			r.single()
		case c == '"':
			r.put(r.until('"'))
			r.arg.bare = 0
		case c == '`':
			command := r.until('`')
			r.unknown()
			r.arg.shell = r.arg.shell || !prints.MatchString(command)
		case c == ':' && r.variable():
			r.arg.bare = 0
		default:
			r.put(string(r.data[r.pos : r.pos+1]))
			r.arg.bare++
			r.pos++
		}
	}
}

// prints matches commands in back quotes that only print something. psql puts in
// variables there, and the shell begins another command at any other sign.
var prints = regexp.MustCompile("^`[ \\t]*(?:cat|echo|printenv|basename|dirname|date|hostname|pwd|whoami)(?:[ \\t]+[\\w./@%+=,~${}\"'-]+)*[ \\t]*`$")

func (r *argumentReader) put(text string) {
	if r.text.Len()+len(text) > argumentLimit {
		r.arg.open = true
		return
	}
	r.text.WriteString(text)
}

func (r *argumentReader) unknown() {
	r.put(op.OpenMark)
	r.arg.open, r.arg.bare = true, 0
}

// until moves past what stands in quotes and returns it with them.
func (r *argumentReader) until(quote byte) string {
	start := r.pos
	i := bytes.IndexByte(r.data[start+1:r.end], quote)
	if i < 0 {
		r.arg.broken, r.pos = true, r.end
	} else {
		r.pos += i + 2
	}
	return string(r.data[start:r.pos])
}

// single takes what stands in single quotes, with the escapes of C.
func (r *argumentReader) single() {
	r.arg.bare = 0
	for r.pos++; r.pos < r.end; r.pos++ {
		c := r.data[r.pos]
		switch {
		case c == '\'' && r.pos+1 < r.end && r.data[r.pos+1] == '\'':
			r.pos++
		case c == '\'':
			r.pos++
			return
		case c == '\\' && r.pos+1 < r.end:
			c = r.escape()
		}
		r.put(string([]byte{c}))
	}
	r.arg.broken = true
}

// escape reads the escape at pos and moves to its last byte.
func (r *argumentReader) escape() byte {
	r.pos++
	c := r.data[r.pos]
	if i := strings.IndexByte("ntbrf", c); i >= 0 {
		return "\n\t\b\r\f"[i]
	}
	digits, base, most, start := "01234567", 8, 3, r.pos
	if c == 'x' {
		digits, base, most, start = "0123456789abcdefABCDEF", 16, 2, r.pos+1
	}
	end := start
	for end < r.end && end < start+most && strings.IndexByte(digits, r.data[end]) >= 0 {
		end++
	}
	if end == start {
		return c
	}
	n, err := strconv.ParseUint(string(r.data[start:end]), base, 16)
	if err != nil {
		return c // cannot be: the digits were looked at
	}
	r.pos = end - 1
	return byte(n)
}

// variable puts in the variable at pos, and reports whether there is one.
func (r *argumentReader) variable() bool {
	use, ok := variableAt(r.data[:r.end], r.pos)
	if !ok {
		return false
	}
	r.pos = use.span.End
	use.value, use.known = r.vars.lookup(use.name)
	switch text, known := use.text(); known {
	case perhaps:
		r.unknown()
	case never:
		r.put(string(r.data[use.span.Start:use.span.End]))
	case surely:
		r.put(text)
	}
	return true
}
