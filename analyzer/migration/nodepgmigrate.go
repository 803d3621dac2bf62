package migration

import (
	"bytes"
	"regexp"

	"github.com/dropgate/dropgate/analyzer/source"
)

// nodePgUp and nodePgDown are what follows the dashes of node-pg-migrate's two
// directives, which it finds wherever a line begins with dashes, in a string or a
// body too, in any case, and over the end of a line.
var (
	nodePgUp   = nodePgDirective("up")
	nodePgDown = nodePgDirective("down")
)

func nodePgDirective(word string) *regexp.Regexp {
	return regexp.MustCompile(`\A(?i)` + word + `[` + jsSpaces + `]+migration`)
}

// jsSpaces is JavaScript's white space.
const jsSpaces = "\t\n\v\f\r \u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a" +
	"\u2028\u2029\u202f\u205f\u3000\ufeff"

// nodePgMark returns where the dashes of the first directive of the kind are;
// nowhere is -1. Dashes and white space that lead to no directive are looked at
// once.
func nodePgMark(f *source.File, kind *regexp.Regexp) int {
	all := f.All()
	data := f.Data[:all.End]
	for at := all.Start; ; {
		i := bytes.Index(data[at:], []byte("--"))
		if i < 0 {
			return -1
		}
		dashes := at + i
		if !nodePgLine(data[all.Start:dashes]) {
			at = dashes + 1
			continue
		}
		rest := bytes.TrimLeft(data[dashes:], "-"+jsSpaces)
		if kind.Match(rest) {
			return dashes
		}
		at = len(data) - len(rest)
	}
}

// nodePgLine reports whether nothing but white space stands between the text's
// end and the beginning of a line as JavaScript counts them.
func nodePgLine(before []byte) bool {
	text := bytes.TrimRight(before, jsSpaces)
	return len(text) == 0 || bytes.ContainsAny(before[len(text):], "\n\r\u2028\u2029")
}

// nodePgOpening reports whether the file begins with one of the directives and
// has one for going up. A lone -- Down Migration is what many files that go back
// have for a title.
func nodePgOpening(f *source.File) opening {
	up, down := nodePgMark(f, nodePgUp), nodePgMark(f, nodePgDown)
	if up < 0 {
		return opensNothing
	}
	first := up
	if down >= 0 {
		first = min(up, down)
	}
	if first > firstSQL(f) {
		return opensNothing
	}
	return opensUp
}

func isNodePgMigrate(f *source.File) bool {
	return nodePgOpening(f) == opensUp && gooseOpening(f) != opensUp && dbmateOpening(f) != opensUp
}

// nodePgRunsMore reports whether node-pg-migrate would take the file for its own
// and run something going up that another tool's reader takes for the way back.
func nodePgRunsMore(f *source.File, mark func(*Migration)) bool {
	if nodePgOpening(f) != opensUp {
		return false
	}
	mine, other := &Migration{File: f}, &Migration{File: f}
	markNodePgMigrate(mine)
	mark(other)
	for _, s := range other.Sections {
		if s.Direction == Up {
			continue
		}
		for _, up := range mine.Sections {
			both := source.Span{Start: max(s.Span.Start, up.Span.Start), End: min(s.Span.End, up.Span.End)}
			if up.Direction == Up && both.Len() > 0 && holdsSQL(f, both) {
				return true
			}
		}
	}
	return false
}

// holdsSQL reports whether the span has a line that is not passed over.
func holdsSQL(f *source.File, in source.Span) bool {
	for l := range lines(source.New(f.Path, f.Data[in.Start:in.End])) {
		if !passedOver(l.text) {
			return true
		}
	}
	return false
}

// markNodePgMigrate marks what runs in either direction. The first directive of
// each kind counts and belongs to what is sent to the server; without one for
// going up, all of the file goes up, the part behind -- Down Migration as well.
func markNodePgMigrate(m *Migration) {
	all := m.File.All()
	up, down := nodePgMark(m.File, nodePgUp), nodePgMark(m.File, nodePgDown)
	if up < 0 {
		m.whole(Up)
		return
	}
	first, last := source.Span{Start: up, End: all.End}, source.Span{Start: all.End, End: all.End}
	firstDirection := Up
	switch {
	case down > up:
		first.End, last.Start = down, down
	case down >= 0:
		first, last = source.Span{Start: down, End: up}, source.Span{Start: up, End: all.End}
		firstDirection = Down
	}
	if sql := firstSQL(m.File); sql < first.Start {
		m.problem(m.File.Line(m.File.Position(sql).Line), "node-pg-migrate leaves out what stands before its first directive")
		m.section(source.Span{Start: all.Start, End: first.Start}, Up)
	}
	m.section(first, firstDirection)
	m.section(last, 1-firstDirection)
}

// section marks the span, unless it is blank.
func (m *Migration) section(span source.Span, d Direction) {
	if !blank(m.File.Data[span.Start:span.End]) {
		m.Sections = append(m.Sections, Section{Span: span, Direction: d})
	}
}
