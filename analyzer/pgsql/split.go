package pgsql

import (
	"iter"

	"github.com/dropgate/dropgate/analyzer/source"
)

// A chunk is the text from after one semicolon up to the next: one statement,
// or only comments.
type chunk struct {
	all    source.Span // with the comments around it: what the parser is given
	tokens []token
	inner  bool // it holds semicolons of its own
	open   bool // a string, identifier or comment in it is not closed
	excess excess
	// given is what the parser is given in place of the text, if not empty: it ends
	// where the text ends.
	given string
	vars  *scope // the variables of the body that it stands in
}

// masked returns what the parser is given: the text, without what is too much for
// the parser, and with placeholders in quoted names filled in.
func (c chunk) masked(f *source.File) []byte {
	if c.given != "" {
		return []byte(c.given)
	}
	text := c.excess.hide(f.Data[c.all.Start:c.all.End], c.all.Start)
	text, _ = fill(text, inNames)
	return text
}

// base returns the offset in the file of the beginning of what the parser is given.
func (c chunk) base() int {
	if c.given != "" {
		return c.all.End - len(c.given)
	}
	return c.all.Start
}

// span returns the chunk from its first token to its last.
func (c chunk) span() source.Span {
	return source.Span{Start: c.tokens[0].span.Start, End: max(c.tokens[len(c.tokens)-1].span.End, c.excess.end)}
}

// split cuts the span at the semicolons that end statements: not those in
// parentheses (CREATE RULE), nor those in a BEGIN ATOMIC body. The chunks and
// the semicolons between them are all of the span: what the splitter may have
// misjudged, the parser still sees.
//
// With every, each semicolon ends a statement: for text that the parser refused,
// where an unclosed parenthesis must not hide what follows.
func split(data []byte, in source.Span, every bool) iter.Seq[chunk] {
	return func(yield func(chunk) bool) { splitEach(data, in, every, yield) }
}

func splitEach(data []byte, in source.Span, every bool, yield func(chunk) bool) {
	var (
		body   atomicBody
		parens int
		values rows
	)
	current := chunk{all: source.Span{Start: in.Start}}
	l := &lexer{data: data, pos: in.Start, end: in.End}
	for {
		t, ok := l.next()
		if !ok {
			break
		}
		if len(current.tokens) == 0 && data[t.span.Start] == '\\' {
			// A psql meta-command ends with its line, not at a semicolon.
			l.pos = t.span.Start
			t.span.End = l.skipLine()
			current.tokens, current.all.End = []token{t}, t.span.End
			if !yield(current) {
				return
			}
			current = chunk{all: source.Span{Start: t.span.End}}
			continue
		}
		switch {
		case t.is(data, "("):
			parens++
		case t.is(data, ")"):
			parens = max(parens-1, 0)
		case t.is(data, ";") && (every || parens == 0 && !body.open()):
			current.all.End = t.span.Start
			if !yield(current) {
				return
			}
			current = chunk{all: source.Span{Start: t.span.End}}
			body, parens, values = atomicBody{}, 0, rows{}
			continue
		case t.is(data, ";"):
			current.inner = true
		}
		body.see(data, t)
		current.add(data, t, &values)
	}
	current.all.End, current.open = in.End, l.open
	yield(current)
}

// An atomicBody follows CREATE FUNCTION … BEGIN ATOMIC … END, in which
// semicolons end the statements of the body. CASE … END nests in it.
type atomicBody struct {
	create bool
	begin  bool // the last word was BEGIN
	seen   bool
	depth  int
}

func (b *atomicBody) open() bool { return b.depth > 0 }

func (b *atomicBody) see(data []byte, t token) {
	switch {
	case !b.seen:
		b.seen, b.create = true, t.is(data, "create")
	case !b.create:
	case b.depth == 0 && b.begin && t.is(data, "atomic"):
		b.depth = 1
	case b.depth > 0 && t.is(data, "case"):
		b.depth++
	case b.depth > 0 && t.is(data, "end"):
		b.depth--
	}
	b.begin = t.is(data, "begin")
}
