package pgsql

import (
	"bytes"
	"cmp"
	"errors"
	"slices"
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
	s.buffer = buffer{start: at.End}
	why := ""
	switch {
	case b.empty() && by == nil:
		return
	case b.empty():
		s.buffer.start = at.Start
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
	s.query(&b, by, why)
	if b.runs == never {
		return
	}
	s.previous = b
	s.await(b.tokens)
}

// query adds the statements of a buffer.
func (s *script) query(b *buffer, by *invocation, why string) {
	if s.onlyIncludes {
		return
	}
	var all []Statement
	if why != "" {
		all = []Statement{notRun(Statement{Span: b.whole(), Normal: s.normal(b, b.whole())}, why)}
	} else {
		all = s.statements(b)
		if by != nil {
			b.extra = append(b.extra, by.ops...)
			b.extra = append(b.extra, s.results(b, by)...)
		}
		s.attach(all, b)
	}
	s.all = append(s.all, all...)
}

// attach adds what commands in a query ask for to its statements.
func (s *script) attach(all []Statement, b *buffer) {
	for i := range all {
		st := &all[i]
		end := b.end
		if i+1 < len(all) {
			end = all[i+1].Span.Start
		}
		for _, at := range b.extra {
			if st.Span.Start <= at.Span.Start && at.Span.End <= end {
				st.Ops = append(st.Ops, at)
				st.Span.End = max(st.Span.End, at.Span.End)
			}
		}
		if i+1 == len(all) {
			st.Span.End = max(st.Span.End, b.end)
		}
		if len(b.commands)+len(b.uses)+len(b.blanks) > 0 {
			st.Normal = s.normal(b, st.Span)
		}
	}
}

// normal returns a part of the buffer as a line of text, with its commands and the
// values that its variables have.
func (s *script) normal(b *buffer, in source.Span) string {
	var parts []token
	for _, t := range append(b.tokens[:len(b.tokens):len(b.tokens)], b.commands...) {
		if in.Contains(t.span) {
			parts = append(parts, t)
		}
	}
	slices.SortFunc(parts, func(x, y token) int { return cmp.Compare(x.span.Start, y.span.Start) })
	var uses []use
	for _, u := range b.uses {
		if in.Contains(u.span) {
			uses = append(uses, u)
		}
	}
	return normal(s.f.Data, parts) + valuesOf(uses)
}

// statements reads the text of a buffer.
func (s *script) statements(b *buffer) []Statement {
	last := b.tokens[len(b.tokens)-1].span.End
	c := chunk{all: source.Span{Start: b.start, End: last}, tokens: b.tokens, inner: b.inner, open: b.open}
	if b.unclear != "" {
		return []Statement{unread(s.f, c, errors.New(b.unclear))}
	}
	if len(b.uses)+len(b.blanks) == 0 {
		return orEmpty(readChunk(s.f, c, 10), c.span())
	}
	if st, ok := s.dynamic(b, c.span()); ok {
		return []Statement{st}
	}
	s.mask(b)
	c.tokens = tokens(s.masked.Data, c.all)
	return orEmpty(readChunk(s.masked, c, 10), c.span())
}

// orEmpty returns an empty statement where there are tokens and no statement.
func orEmpty(all []Statement, span source.Span) []Statement {
	if len(all) == 0 {
		all = []Statement{{Span: span}}
	}
	return all
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
	only, fits, open := true, true, false
	for _, t := range b.tokens {
		only = only && t.kind == variable
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

// await makes the lines that follow data if the query copies from standard input.
func (s *script) await(all []token) {
	n := copiesIn(s.f.Data, all)
	if n > 0 && s.copies == 0 {
		s.lex.end = s.lineEnd()
	}
	s.copies += n
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

// repeat sends the query again that was sent last.
func (s *script) repeat(by *invocation) {
	b := s.previous
	if b.empty() || s.onlyIncludes {
		return
	}
	if by.name != "gdesc" {
		for _, st := range s.statements(&b) {
			for _, at := range st.Ops {
				by.ops = append(by.ops, op.At{Op: at.Op, Span: by.span})
			}
		}
	}
	for _, at := range s.results(&b, by) {
		by.ops = append(by.ops, op.At{Op: at.Op, Span: by.span})
	}
}

// results returns what becomes of the query's results.
func (s *script) results(b *buffer, by *invocation) []op.At {
	if by.name != "gexec" {
		return nil
	}
	return []op.At{{Span: chunk{tokens: b.tokens}.span(), Op: s.executed(b)}}
}

// executed returns what \gexec does: it runs each value that the query returns.
func (s *script) executed(b *buffer) op.Operation {
	return &op.RunTime{
		What: `the statements that a query returns, run by \gexec`,
		Wide: overCatalogs(s.f.Data, b.tokens),
	}
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
	s.buffer = buffer{start: c.span.End}
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
