package migration

import (
	"bytes"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/dropgate/dropgate/analyzer/source"
)

// nodePgDirective is what follows the dashes of node-pg-migrate's directives. It
// finds them wherever a line begins with dashes, in a string or a body too, in any
// case, and over the end of a line.
var nodePgDirective = regexp.MustCompile(`\A(?i)(up|down)[` + jsSpaces + `]+migration`)

// jsSpaces is JavaScript's white space.
const jsSpaces = "\t\n\v\f\r \u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a" +
	"\u2028\u2029\u202f\u205f\u3000\ufeff"

func isJSSpace(r rune) bool {
	if r < utf8.RuneSelf {
		return r == ' ' || '\t' <= r && r <= '\r'
	}
	return strings.ContainsRune(jsSpaces, r)
}

// nodePgMarks returns where the dashes of the first directive of each kind are;
// nowhere is -1. Dashes and white space that lead to no directive are looked at
// once.
func nodePgMarks(f *source.File) (up, down int) {
	all := f.All()
	up, down = -1, -1
	for at := all.Start; up < 0 || down < 0; {
		i := bytes.Index(f.Data[at:], []byte("--"))
		if i < 0 {
			break
		}
		dashes := at + i
		at = dashes + 1
		if !beginsLine(f.Data[all.Start:dashes]) {
			continue
		}
		rest := bytes.TrimLeftFunc(f.Data[dashes:], func(r rune) bool { return r == '-' || isJSSpace(r) })
		at = len(f.Data) - len(rest)
		if len(rest) == 0 || bytes.IndexByte([]byte("uUdD"), rest[0]) < 0 {
			continue
		}
		switch parts := nodePgDirective.FindSubmatch(rest); {
		case parts == nil:
		case up < 0 && len(parts[1]) == len("up"):
			up = dashes
		case down < 0 && len(parts[1]) == len("down"):
			down = dashes
		}
	}
	return up, down
}

// beginsLine reports whether nothing but white space stands between the text's
// end and the beginning of a line as JavaScript counts them.
func beginsLine(before []byte) bool {
	text := bytes.TrimRightFunc(before, isJSSpace)
	return len(text) == 0 || bytes.ContainsAny(before[len(text):], "\n\r\u2028\u2029")
}

// nodePgOpening reports whether the file begins with one of the directives and
// has one for going up. A lone -- Down Migration is what many files that go back
// have for a title, and the other one may be a title among another tool's
// directives: what that tool keeps for going back stays out of it.
func nodePgOpening(f *source.File) opening {
	up, down := nodePgMarks(f)
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
	for _, tool := range titled {
		if tool.opening(f) == opensUp && !nodePgRunsMore(f, tool.mark) {
			return opensNothing
		}
	}
	return opensUp
}

// titled are the tools whose files may have node-pg-migrate's directives for
// titles.
var titled = []struct {
	opening func(*source.File) opening
	mark    func(*Migration)
}{
	{gooseOpening, markGoose},
	{dbmateOpening, markDbmate},
	{sqlMigrateOpening, markSQLMigrate},
	{ramblerOpening, markRambler},
	{liquibaseOpening, markLiquibase},
	{ternOpening, markTern},
}

func isNodePgMigrate(f *source.File) bool { return writtenFor(f, "node-pg-migrate") }

// nodePgRunsMore reports whether node-pg-migrate would run something going up that
// another tool's reader takes for the way back.
func nodePgRunsMore(f *source.File, mark func(*Migration)) bool {
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
	up, down := nodePgMarks(m.File)
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
