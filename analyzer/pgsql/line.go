package pgsql

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/dropgate/dropgate/analyzer/source"
)

// Line returns the text of the span as one line without comments, as far as the
// limit of bytes: what stands apart in it is parted by one blank, and what cannot be
// seen is replaced.
func Line(f *source.File, in source.Span, limit int) string {
	var b strings.Builder
	l := &lexer{data: f.Data, pos: in.Start, end: in.End}
	last := in.Start
	for b.Len() < limit {
		t, ok := l.next()
		if !ok {
			break
		}
		if t.span.Start > last && b.Len() > 0 {
			b.WriteByte(' ')
		}
		last = t.span.End
		text := string(f.Data[t.span.Start:min(t.span.End, t.span.Start+limit)])
		b.WriteString(strings.Join(strings.Fields(text), " "))
	}
	return strings.Map(func(r rune) rune {
		if unicode.IsGraphic(r) {
			return r
		}
		return utf8.RuneError
	}, b.String())
}

// Shape returns what tells the span's text from others even if the bodies of code in
// it are laid out anew: in them white space counts as one blank or one line end.
func Shape(f *source.File, in source.Span) string {
	var b strings.Builder
	for _, t := range tokens(f.Data, in) {
		if f.Data[t.span.Start] == '$' && t.kind == text {
			for line := range strings.Lines(string(f.Data[t.span.Start:t.span.End])) {
				if words := strings.Fields(line); len(words) > 0 {
					b.WriteString(strings.Join(words, " ") + "\n")
				}
			}
			continue
		}
		writeNormal(&b, f.Data, t)
	}
	return b.String()
}
