package pgsql

import (
	"bytes"
	"strings"

	"github.com/dropgate/dropgate/analyzer/op"
	"github.com/dropgate/dropgate/analyzer/source"
)

// A script reads a text as psql does. psql gathers a query in a buffer until a
// semicolon or a command of its own sends it to the server; its commands stand
// between queries or in the middle of one, and end with their line.
type script struct {
	f   *source.File
	end int // of the text
	// lex stops at the end of the line while copies are due.
	lex    *lexer
	line   int // where the line that a command stood in last ends
	copies int // how often COPY … FROM stdin takes data, from the next line on

	buffer   buffer
	previous buffer // what was sent last: \g without a query sends it again
	masked   *source.File

	vars   variables
	ifs    branches
	moved  bool // \cd: relative names of files mean others than before
	echoed int  // the end of a line that an extension script begins with
	shaky  int  // the end of a line that psql may drop the rest of, after an error
	// quit is where \q ends the script.
	quit bool

	all []Statement
	// onlyIncludes says that only the included files are asked for: nothing is parsed.
	onlyIncludes bool
	includes     []*op.Include
}

// readScript returns the statements of a text that psql runs. Commands of psql
// are statements too.
func readScript(f *source.File, in source.Span) []Statement {
	s := newScript(f, in)
	s.run()
	return s.all
}

func newScript(f *source.File, in source.Span) *script {
	return &script{
		f: f, end: in.End, lex: &lexer{data: f.Data, pos: in.Start, end: in.End, parts: true},
		buffer: bufferAt(in.Start), vars: newVariables(), line: -1, echoed: -1, shaky: -1,
	}
}

func (s *script) run() {
	for !s.quit && s.step() {
	}
	s.finish()
}

// step reads a token or a command, and reports whether there was one.
func (s *script) step() bool {
	s.lex.open = false
	s.lex.skipBlank()
	if s.lex.pos >= s.lex.end {
		return s.nextLine()
	}
	switch s.f.Data[s.lex.pos] {
	case '\\':
		s.backslash()
	case ':':
		s.colon()
	default:
		s.token()
	}
	return true
}

// nextLine goes on behind the data of COPY … FROM stdin, which begin on the line
// after the one that sends it.
func (s *script) nextLine() bool {
	if s.copies == 0 || s.lex.end == s.end {
		return false
	}
	if s.lex.open || !s.buffer.empty() {
		s.buffer.unclear = "the data of COPY … FROM stdin stand in the middle of it"
		s.take(source.Span{Start: s.lex.pos, End: s.end}, operator)
		s.lex.pos, s.lex.end, s.copies = s.end, s.end, 0
		return false
	}
	pos := min(s.lex.end+1, s.end)
	for ; s.copies > 0; s.copies-- {
		pos = afterData(s.f.Data[:s.end], pos)
	}
	s.lex.pos, s.lex.end = pos, s.end
	s.buffer = bufferAt(pos)
	return true
}

// afterData returns the offset behind the data of one COPY, which end with a line
// that is \. or with the text.
func afterData(data []byte, pos int) int {
	for pos < len(data) {
		line := data[pos:]
		next := len(data)
		if i := bytes.IndexByte(line, '\n'); i >= 0 {
			line, next = line[:i], pos+i+1
		}
		if len(line) <= 3 && string(bytes.TrimSuffix(line, []byte("\r"))) == `\.` {
			return next
		}
		pos = next
	}
	return pos
}

// token adds the next token to the buffer, or sends it at a semicolon.
func (s *script) token() {
	t, _ := s.lex.next()
	b := &s.buffer
	if t.is(s.f.Data, ";") && b.parens == 0 && b.body.depth == 0 && b.hole == nil {
		s.send(t.span, nil)
		return
	}
	b.open = b.open || s.lex.open
	switch {
	case t.is(s.f.Data, "("):
		b.parens++
	case t.is(s.f.Data, ")"):
		b.parens = max(b.parens-1, 0)
	case t.is(s.f.Data, "["):
		b.brackets++
	case t.is(s.f.Data, "]"):
		b.brackets = max(b.brackets-1, 0)
	case t.is(s.f.Data, ";"):
		b.inner = b.inner || b.hole == nil
	case t.kind == word:
		b.body.see(strings.ToLower(s.f.Text(t.span)), b.parens)
	}
	s.take(t.span, t.kind)
}

// take makes the span a token of the buffer.
func (s *script) take(span source.Span, kind tokenKind) {
	b := &s.buffer
	if b.empty() {
		b.runs = s.running(span.Start)
	}
	b.end = span.End
	if b.hole == nil {
		b.add(s.f.Data, token{kind, span}, &b.values)
	}
}

// colon reads a colon: one of SQL's own, or a variable.
func (s *script) colon() {
	pos := s.lex.pos
	if next := s.lex.peek(1); next == ':' || next == '=' {
		s.take(source.Span{Start: pos, End: pos + 1}, symbol)
		s.take(source.Span{Start: pos + 1, End: pos + 2}, symbol)
		s.lex.pos += 2
		return
	}
	use, ok := variableAt(s.f.Data[:s.lex.end], pos)
	if !ok {
		s.token()
		return
	}
	s.lex.pos = use.span.End
	s.take(use.span, interpolated)
	if b := &s.buffer; b.hole == nil {
		use.inBrackets = b.brackets > 0
		use.value, use.known = s.vars.lookup(use.name)
		b.uses = append(b.uses, use)
	}
}

// backslash reads what a backslash outside quotes and comments begins.
func (s *script) backslash() {
	pos := s.lex.pos
	if next := s.lex.peek(1); next == ';' || next == ':' {
		span := source.Span{Start: pos, End: pos + 2}
		s.lex.pos = span.End
		s.take(span, operator)
		if b := &s.buffer; b.hole == nil {
			b.blanks = append(b.blanks, source.Span{Start: pos, End: pos + 1})
			if next == ';' {
				b.inner, b.body = true, routine{}
			}
		}
		return
	}
	s.command()
}

// finish sends what is left: psql does so at the end of a script.
func (s *script) finish() {
	b := &s.buffer
	if b.hole != nil {
		b.unclear = `\if has no \endif, and begins in the middle of it`
	}
	switch {
	case !b.empty():
		s.send(source.Span{Start: b.end, End: b.end}, nil)
	case s.lex.open && !s.onlyIncludes: // a comment that is not closed
		blank := len(s.f.Data[b.all.Start:s.end]) - len(bytes.TrimLeft(s.f.Data[b.all.Start:s.end], " \t\r\n\f"))
		s.all = append(s.all, readChunk(s.f, chunk{all: source.Span{Start: b.all.Start + blank, End: s.end}, open: true}, 0)...)
	}
	s.lex.end = s.end
	s.lex.skipBlank()
	if !s.quit || s.lex.pos >= s.end {
		return
	}
	rest := source.Span{Start: s.lex.pos, End: s.lex.pos + len(bytes.TrimRight(s.f.Data[s.lex.pos:s.end], " \t\r\n\f"))}
	s.add(Statement{Span: rest, Normal: s.f.Text(rest), NotRun: `\q ends the script before it`})
}

// A buffer is the query that psql gathers.
type buffer struct {
	chunk        // begins with the comments before the query
	end      int // of its last token or command
	values   rows
	parens   int
	brackets int
	body     routine
	runs     tristate
	uses     []use         // variables
	commands []token       // psql's
	blanks   []source.Span // what psql takes out of it
	hole     *cutOut
	extra    []op.At // what commands in the middle of it ask for
	unclear  string  // why it cannot be told what psql sends
	// ran and executed say that it was run, and run with \gexec.
	ran, executed bool
}

func bufferAt(start int) buffer { return buffer{chunk: chunk{all: source.Span{Start: start}}} }

func (b *buffer) empty() bool { return len(b.tokens) == 0 }

// whole returns the buffer from its first token to its end.
func (b *buffer) whole() source.Span {
	return source.Span{Start: b.tokens[0].span.Start, End: b.end}
}

// A cutOut is what stands in the middle of a query and in a branch that does not run.
type cutOut struct {
	start  int
	parens int
	body   routine
}

// A routine follows CREATE FUNCTION … BEGIN … END as psql does, which looks at
// words only: a semicolon between BEGIN and END does not end the query.
type routine struct {
	words string // the first four of CREATE, OR, REPLACE, FUNCTION, PROCEDURE by their letters
	count int
	depth int
}

func (r *routine) see(word string, parens int) {
	if r.count++; r.count <= 4 {
		switch word {
		case "create", "or", "replace", "function", "procedure":
			r.words += word[:1]
		default:
			r.words += " "
		}
	}
	switch {
	case parens > 0, len(r.words) < 2, r.words[0] != 'c', !routineWords(r.words[1:]):
	case word == "begin", word == "case" && r.depth > 0:
		r.depth++
	case word == "end":
		r.depth = max(r.depth-1, 0)
	}
}

func routineWords(w string) bool {
	return w[0] == 'f' || w[0] == 'p' || len(w) > 2 && w[:2] == "or" && (w[2] == 'f' || w[2] == 'p')
}
