package pgsql

import (
	"bytes"
	"cmp"
	"errors"
	"slices"
	"sort"
	"strings"

	"github.com/dropgate/dropgate/analyzer/op"
	"github.com/dropgate/dropgate/analyzer/source"
)

// substitutedLimit is the most bytes of a query that variables are put in.
const substitutedLimit = 1 << 20

// The reasons why a query does not run.
const (
	notTaken   = `it stands in a branch of \if that is not taken`
	thrownAway = `\r throws it away`
	described  = `\gdesc only describes its result`
)

// notRun marks a statement as one that does not run. It is another statement than
// one that does, whatever its text.
func notRun(st Statement, why string) Statement {
	st.NotRun, st.Ops, st.Normal = why, nil, "not run: "+st.Normal
	return st
}

// send sends the buffer to the server, at a semicolon or by a command.
func (s *script) send(at source.Span, by *invocation) {
	b := s.buffer
	s.buffer = bufferAt(at.End)
	why := ""
	switch {
	case b.empty() && by == nil:
		return
	case b.empty():
		s.buffer.all.Start = at.Start
		s.repeat(by)
		return
	case b.runs == never:
		why = notTaken
	case by != nil && by.name == "gdesc" && by.runs == surely:
		why = described
	}
	if by != nil {
		by.sent = true
		b.end = by.span.End
		b.commands = append(b.commands, token{operator, by.span})
	}
	before := len(s.all)
	s.query(&b, by, why)
	if b.runs == never {
		return
	}
	b.ran, b.executed = why == "", by != nil && by.name == "gexec"
	s.previous = b
	if by == nil || by.name != "gdesc" && by.name != "parse" {
		s.await(&b, s.all[before:])
	}
}

// query adds the statements of a buffer.
func (s *script) query(b *buffer, by *invocation, why string) {
	if s.onlyIncludes {
		return
	}
	var all []Statement
	if why != "" {
		all = []Statement{notRun(Statement{Span: b.whole(), Normal: s.normal(b, s.parts(b), b.whole())}, why)}
	} else {
		all = s.statements(b)
		if by != nil {
			b.extra = append(b.extra, s.results(b, by, all[len(all)-1].Span)...)
			b.extra = append(b.extra, by.ops...)
		}
		s.attach(all, b)
	}
	for i := range all {
		all[i].Perhaps = why == "" && (b.runs == perhaps || by != nil && by.runs == perhaps)
	}
	s.all = append(s.all, all...)
}

// attach adds what commands in a query ask for to its statements, which follow one
// another as the commands do.
func (s *script) attach(all []Statement, b *buffer) {
	changed := len(b.commands)+len(b.uses)+len(b.blanks) > 0
	parts := s.parts(b)
	if len(b.commands) > 0 { // one may stand before the first statement, behind \;
		all[0].Span.Start = min(all[0].Span.Start, b.commands[0].span.Start)
	}
	for i := range all {
		st := &all[i]
		end := b.end
		if i+1 < len(all) {
			end = all[i+1].Span.Start
		}
		for len(b.extra) > 0 && b.extra[0].Span.End <= end {
			st.Ops = append(st.Ops, b.extra[0])
			b.extra = b.extra[1:]
		}
		for len(b.commands) > 0 && b.commands[0].span.End <= end {
			st.Span.End = max(st.Span.End, b.commands[0].span.End)
			b.commands = b.commands[1:]
		}
		if i+1 == len(all) {
			st.Span.End = max(st.Span.End, b.end)
		}
		if !changed {
			continue
		}
		if text := s.normal(b, parts, st.Span); text != "" {
			st.Normal = text
		}
	}
}

// parts returns the tokens and commands of the buffer in their order.
func (s *script) parts(b *buffer) []token {
	parts := slices.Concat(b.tokens, b.commands)
	slices.SortFunc(parts, func(x, y token) int { return cmp.Compare(x.span.Start, y.span.Start) })
	return parts
}

// normal returns those that lie in the span as a line of text, with the values that
// variables have.
func (s *script) normal(b *buffer, parts []token, in source.Span) string {
	from := sort.Search(len(parts), func(i int) bool { return parts[i].span.Start >= in.Start })
	to := sort.Search(len(parts), func(i int) bool { return parts[i].span.End > in.End })
	first := sort.Search(len(b.uses), func(i int) bool { return b.uses[i].span.Start >= in.Start })
	last := sort.Search(len(b.uses), func(i int) bool { return b.uses[i].span.End > in.End })
	c := chunk{tokens: parts[from:max(from, to)], excess: b.excess}
	return c.normal(s.f.Data) + valuesOf(b.uses[first:max(first, last)])
}

// statements reads the text of a buffer.
func (s *script) statements(b *buffer) []Statement {
	span := b.span()
	if b.unclear != "" {
		c := b.chunk
		c.all.End = span.End
		return []Statement{unread(s.f, c, errors.New(b.unclear))}
	}
	if st, ok := s.dynamic(b, span); ok {
		return []Statement{st}
	}
	f, c := s.given(b)
	all := readChunk(f, c, 10)
	for _, st := range all {
		s.place(f, st.Ops)
	}
	if len(all) == 0 {
		all = []Statement{{Span: span}}
	}
	return all
}

// given returns what the parser gets of a buffer: with text of the same length in
// the place of variables and commands.
func (s *script) given(b *buffer) (*source.File, chunk) {
	c := b.chunk
	c.all.End = c.span().End
	if len(b.uses)+len(b.blanks) > 0 {
		s.mask(b)
		return s.masked, chunkOf(s.masked.Data, c.all)
	}
	if b.inner {
		return s.f, chunkOf(s.f.Data, c.all)
	}
	return s.f, c
}

// place says of bodies that were read from the masked text that they stand in the
// file.
func (s *script) place(f *source.File, all []op.At) {
	if f == s.masked {
		m := &mapping{file: s.f, text: s.masked, same: true, moved: map[any]bool{}}
		m.ops(all)
	}
}

// chunkOf returns the chunk of the span as the server sees it.
func chunkOf(data []byte, in source.Span) chunk {
	c := chunk{all: in}
	var values rows
	l := &lexer{data: data, pos: in.Start, end: in.End}
	for {
		t, ok := l.next()
		if !ok {
			c.open = l.open
			return c
		}
		c.inner = c.inner || t.is(data, ";")
		c.add(data, t, &values)
	}
}

// mask puts text of the same length in the place of variables and commands. The
// copy is made once for a file.
func (s *script) mask(b *buffer) {
	if s.masked == nil {
		s.masked = source.New(s.f.Path, bytes.Clone(s.f.Data))
	}
	data := s.masked.Data
	for _, span := range b.blanks {
		for i := span.Start; i < span.End; i++ {
			if data[i] != '\n' && data[i] != '\r' {
				data[i] = ' '
			}
		}
	}
	for _, u := range b.uses {
		if text, ok := s.maskOf(u); ok {
			copy(data[u.span.Start:u.span.End], text)
		}
	}
}

// maskOf returns what is read in a variable's place; false where psql leaves the
// text as it is, or is taken to: between brackets a colon is more likely a slice's.
func (s *script) maskOf(u use) (string, bool) {
	if u.known == never && u.form != asTest || u.known == perhaps && u.inBrackets {
		return "", false
	}
	next := byte(0)
	if u.span.End < s.end {
		next = s.f.Data[u.span.End]
	}
	return u.mask(next)
}

// dynamic returns the statement of a buffer that is read as the text that psql
// makes of it: where a value does not fit in its variable's place, or variables
// are all there is.
func (s *script) dynamic(b *buffer, span source.Span) (Statement, bool) {
	if len(b.uses) == 0 {
		return Statement{}, false
	}
	only, fits, open := true, true, false
	for _, t := range b.tokens {
		only = only && t.kind == interpolated
	}
	for _, u := range b.uses {
		_, masked := s.maskOf(u)
		fits = fits && (masked || u.known != surely)
		open = open || u.known != surely
	}
	if fits && !only {
		return Statement{}, false
	}
	s.mask(b)
	text, ok := s.substituted(b, span)
	st := Statement{Span: span}
	if !ok || only && open {
		st.Ops = []op.At{{Span: span, Op: &op.RunTime{What: "the value of psql's variable " + s.f.Text(span)}}}
	} else {
		st.Ops = []op.At{{Span: span, Op: &op.Dynamic{Text: op.Texts{{{Constant: text}}}, By: "psql's variables"}}}
	}
	return st, true
}

// substituted returns the text with the known values put in, and false if it is
// too long.
func (s *script) substituted(b *buffer, span source.Span) (string, bool) {
	var text strings.Builder
	start := span.Start
	for _, u := range b.uses {
		value, known := u.text()
		if _, ok := s.maskOf(u); ok || known != surely {
			continue
		}
		text.Write(s.masked.Data[start:u.span.Start])
		text.WriteString(value)
		start = u.span.End
		if text.Len() > substitutedLimit {
			return "", false
		}
	}
	text.Write(s.masked.Data[start:span.End])
	return text.String(), true
}

// await makes the lines that follow data if the query, which was read as all these
// statements, copies from standard input. The server refuses a query with a mistake
// as a whole, and asks for no data then.
func (s *script) await(b *buffer, all []Statement) {
	n := copiesIn(s.f.Data, b.tokens)
	if n == 0 {
		return
	}
	if s.onlyIncludes {
		all = s.statements(b)
	}
	if slices.ContainsFunc(all, refused) {
		return
	}
	if s.copies == 0 {
		s.lex.end = s.lineEnd()
	}
	s.copies += n
}

// refused reports whether the parser does not take the statement.
func refused(s Statement) bool {
	return slices.ContainsFunc(s.Ops, func(at op.At) bool {
		u, ok := at.Op.(*op.Unread)
		return ok && !u.Body
	})
}

// copiesIn counts the COPY … FROM stdin in a query, which \; may join from several.
// COPY … FROM stdout means the same.
func copiesIn(data []byte, all []token) int {
	n, first, from := 0, true, false
	copying := false
	for _, t := range all {
		switch {
		case t.kind == operator && string(data[t.span.Start:t.span.End]) == `\;`:
			first, copying = true, false
			continue
		case first:
			copying = t.is(data, "copy")
		case copying && from && (t.is(data, "stdin") || t.is(data, "stdout")):
			n++
			copying = false
		}
		first, from = false, t.is(data, "from")
	}
	return n
}

// sendBy carries out \g and its kin.
func sendBy(s *script, c *invocation) {
	s.send(c.span, c)
	if c.name == "gset" {
		s.vars.forgetAll() // its columns' names are those of variables
	}
}

// repeat sends the query again that was sent last. What it asked for it asks for
// once more, which is nothing new unless \gdesc only described it.
func (s *script) repeat(by *invocation) {
	b := &s.previous
	if b.empty() || s.onlyIncludes || by.name == "gdesc" {
		return
	}
	if !b.ran {
		b.ran = true
		for _, st := range s.statements(b) {
			for _, at := range st.Ops {
				by.ops = append(by.ops, op.At{Op: at.Op, Span: by.span})
			}
		}
	}
	if by.name == "gexec" && !b.executed {
		b.executed = true
		by.ops = append(by.ops, s.results(b, by, by.span)...)
	}
}

// results returns what becomes of the results of the query at the span.
func (s *script) results(b *buffer, by *invocation, span source.Span) []op.At {
	if by.name != "gexec" {
		return nil
	}
	return []op.At{{Span: span, Op: s.executed(b)}}
}

// executed returns what \gexec does: it runs each value that the query returns.
func (s *script) executed(b *buffer) op.Operation {
	unknown := &op.RunTime{
		What: `the statements that a query returns, run by \gexec`,
		Wide: overCatalogs(s.f.Data, b.tokens),
	}
	if _, ok := s.dynamic(b, b.span()); ok || b.unclear != "" {
		return unknown
	}
	f, c := s.given(b)
	tree, _, err := parse(f, c)
	if err != nil || len(tree.Stmts) == 0 {
		return unknown
	}
	run := &op.Dynamic{Text: queryTexts(newReader(f, c), tree.Stmts[len(tree.Stmts)-1].Stmt), By: `\gexec`}
	s.place(f, []op.At{{Op: run}})
	return run
}

// overCatalogs reports whether the query names one of the system catalogs.
func overCatalogs(data []byte, all []token) bool {
	for i, t := range all {
		call := i+1 < len(all) && all[i+1].is(data, "(")
		w := strings.ToLower(string(data[t.span.Start:t.span.End]))
		if t.kind == word && (w == "information_schema" || strings.HasPrefix(w, "pg_") && w != "pg_catalog" && !call) {
			return true
		}
	}
	return false
}

// reset carries out \r, which empties the buffer.
func reset(s *script, c *invocation) {
	b := s.buffer
	if b.empty() {
		return
	}
	s.buffer = bufferAt(c.span.End)
	c.sent = true
	b.end = c.span.End
	b.commands = append(b.commands, token{operator, c.span})
	why := ""
	if c.runs == surely {
		why = thrownAway
	}
	s.query(&b, c, why)
}

// prepareBy carries out \parse, which prepares the query under a name.
func prepareBy(s *script, c *invocation) {
	before := len(s.all)
	s.send(c.span, c)
	if !c.sent || s.onlyIncludes {
		return
	}
	for i := before; i < len(s.all); i++ {
		st := &s.all[i]
		if len(st.Ops) > 0 {
			st.Ops = []op.At{{Span: st.Span, Op: &op.Prepare{Name: c.arg(0).text, Ops: st.Ops}}}
		}
	}
}
