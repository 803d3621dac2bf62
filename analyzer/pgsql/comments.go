package pgsql

import (
	"cmp"
	"slices"

	"github.com/dropgate/dropgate/analyzer/source"
)

// Comments returns the comments of a span in their order. What stands in a string, in
// a body, in a command of psql or in the data of COPY is none.
func Comments(f *source.File, in source.Span, o Options) []source.Span {
	if notText(f.Data[in.Start:in.End]) != "" {
		return nil
	}
	var all []source.Span
	if o.Psql {
		s := newScript(f, in)
		s.onlyIncludes, s.lex.comments = true, &all
		s.run()
	} else {
		l := &lexer{data: f.Data, pos: in.Start, end: in.End, comments: &all}
		first := true // of a statement: there a backslash begins a command
		for t, ok := l.next(); ok; t, ok = l.next() {
			if first && f.Data[t.span.Start] == '\\' {
				l.skipLine()
				continue
			}
			first = t.is(f.Data, ";")
		}
	}
	slices.SortFunc(all, func(a, b source.Span) int { return cmp.Compare(a.Start, b.Start) })
	return slices.Compact(all)
}

// Leading returns the comments that a span begins with.
func Leading(f *source.File, in source.Span) []source.Span {
	var all []source.Span
	l := &lexer{data: f.Data, pos: in.Start, end: in.End, comments: &all}
	l.skipBlank()
	return all
}

// Bodies returns where the bodies of a statement stand that are read as code: those of
// DO, and of a function or procedure that it makes. One in single quotes is a string
// to whoever reads the file, and left out.
func Bodies(f *source.File, statement source.Span) []source.Span {
	all := tokens(f.Data, statement)
	if len(all) == 0 {
		return nil
	}
	do := all[0].is(f.Data, "do")
	if !do && !makesRoutine(f.Data, all) {
		return nil
	}
	var bodies []source.Span
	for i, t := range all {
		before := all[max(i-1, 0)]
		switch {
		case t.kind == text && f.Data[t.span.Start] == '$' && (do || before.is(f.Data, "as")):
			bodies = append(bodies, content(f.Data, t))
		case t.is(f.Data, "atomic") && before.is(f.Data, "begin"):
			if last := all[len(all)-1]; last.span.Start > t.span.End {
				bodies = append(bodies, source.Span{Start: t.span.End, End: last.span.Start})
			}
			return bodies
		}
	}
	return bodies
}

// makesRoutine reports whether the tokens begin as CREATE FUNCTION or PROCEDURE does.
func makesRoutine(data []byte, all []token) bool {
	if !all[0].is(data, "create") {
		return false
	}
	for _, t := range all[1:min(len(all), 4)] {
		if t.is(data, "function") || t.is(data, "procedure") {
			return true
		}
	}
	return false
}

// A Part is a statement of a body. Open says that it is no more than what leads to the
// next one: BEGIN, IF … THEN, FOR … LOOP.
type Part struct {
	Span source.Span
	Open bool
}

// Parts cuts a body into its statements.
func Parts(f *source.File, body source.Span) []Part {
	var all []Part
	var part source.Span
	parens, cases := 0, 0
	end := func(open bool) {
		if part.Len() > 0 {
			all = append(all, Part{part, open})
		}
		part, cases = source.Span{}, 0
	}
	l := &lexer{data: f.Data, pos: body.Start, end: body.End}
	for t, ok := l.next(); ok; t, ok = l.next() {
		first := part.Len() == 0
		if t.is(f.Data, ";") {
			end(false)
			parens = 0
			continue
		}
		if first {
			part.Start = t.span.Start
		}
		part.End = t.span.End
		switch {
		case t.is(f.Data, "("):
			parens++
		case t.is(f.Data, ")"):
			parens = max(parens-1, 0)
		case parens > 0:
		case t.is(f.Data, "case") && !first: // else it is a statement of its own
			cases++
		case cases > 0 && t.is(f.Data, "end"):
			cases--
		case cases == 0 && leadsOn(f.Data, t):
			end(true)
		}
	}
	end(false)
	return all
}

// leadsOn reports whether another statement begins behind the word.
func leadsOn(data []byte, t token) bool {
	for _, w := range []string{"begin", "then", "else", "loop", "declare"} {
		if t.is(data, w) {
			return true
		}
	}
	return false
}
