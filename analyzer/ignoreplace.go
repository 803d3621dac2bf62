package analyzer

import (
	"bytes"
	"sort"

	"github.com/dropgate/dropgate/analyzer/source"
)

// A unit is a statement that an ignore comment may be about.
type unit struct {
	span   source.Span
	open   bool   // it only leads to the next one: IF … THEN
	normal string // of the statement of the file that it is, or stands in
	nth    int    // of those that are alike, which it is
	ran    bool   // no ROLLBACK takes it back
	known  bool   // the base has it, and has run it
	whole  *unit  // that it stands in; nil: it is one of the file
}

// top is the statement of the file.
func (u *unit) top() *unit {
	if u.whole != nil {
		return u.whole
	}
	return u
}

// A note is a comment with what stands around it.
type note struct {
	span source.Span
	// before is the last byte in front of it that is neither white space nor in a
	// comment, after the first such byte behind it; -1: there is none.
	before, after int
	// newBefore and newAfter say that a line ends in between.
	newBefore, newAfter bool
}

func isSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' }

func endsLine(text []byte) bool { return bytes.ContainsAny(text, "\r\n") }

// notesOf finds out what stands around comments, which are in order.
func notesOf(f *source.File, in source.Span, comments []source.Span) []note {
	notes := make([]note, len(comments))
	last := in.Start // where what is looked at begins: behind the last comment
	for i, span := range comments {
		n := note{span: span, before: -1}
		at := span.Start - 1
		for at >= last && isSpace(f.Data[at]) {
			at--
		}
		n.newBefore = endsLine(f.Data[at+1 : span.Start])
		switch {
		case at >= last:
			n.before = at
		case i > 0: // nothing between the two
			n.before = notes[i-1].before
			n.newBefore = n.newBefore || notes[i-1].newBefore || endsLine(f.Data[comments[i-1].Start:comments[i-1].End])
		}
		notes[i], last = n, span.End
	}
	next := in.End
	for i := len(notes) - 1; i >= 0; i-- {
		n := &notes[i]
		at := n.span.End
		for at < next && isSpace(f.Data[at]) {
			at++
		}
		n.newAfter, n.after = endsLine(f.Data[n.span.End:at]), -1
		switch {
		case at < next:
			n.after = at
		case i+1 < len(notes):
			n.after = notes[i+1].after
			n.newAfter = n.newAfter || notes[i+1].newAfter || endsLine(f.Data[comments[i+1].Start:comments[i+1].End])
		}
		next = n.span.Start
	}
	return notes
}

// about returns the unit that a comment is about: the one that it stands in, behind on
// the same line, or directly before; nil for none. A comment between two statements of
// one line is about the second.
func (n note) about(f *source.File, units []*unit) *unit {
	i := sort.Search(len(units), func(i int) bool { return units[i].span.End > n.span.Start })
	if i < len(units) && units[i].span.Start <= n.span.Start {
		return units[i]
	}
	ends := n.after >= 0 && f.Data[n.after] == ';'
	if i > 0 && !units[i-1].open && n.before >= 0 {
		last := units[i-1]
		within := n.before < last.span.End
		behind := !n.newBefore && (n.newAfter || n.after < 0 || ends) && (within || f.Data[n.before] == ';')
		if behind || within && ends {
			return last
		}
	}
	if i < len(units) && n.after == units[i].span.Start {
		return units[i]
	}
	return nil
}
