package migration

import (
	"bufio"
	"bytes"
	"path"

	"github.com/dropgate/dropgate/analyzer/source"
)

// ramblerCommand returns what follows "-- rambler" at the beginning of a line,
// wherever that line stands. Only "up" and "down" begin what rambler runs.
func ramblerCommand(text []byte) (name string, is bool) {
	rest, is := bytes.CutPrefix(text, []byte("-- rambler"))
	return string(bytes.TrimSpace(rest)), is
}

// ramblerOpening takes a file for rambler's if a marker says up and nothing but
// comments stands before the first one, which may be down.
func ramblerOpening(f *source.File) opening {
	begun := false
	for l := range lines(f) {
		switch name, _ := ramblerCommand(l.text); {
		case name == "up":
			return opensUp
		case name == "down":
			begun = true
		case !begun && !passedOver(l.text):
			return opensNothing
		}
	}
	return opensNothing
}

func isRambler(f *source.File) bool { return writtenFor(f, "rambler") }

// markRambler marks the parts behind each marker. rambler refuses nothing: what
// stands before the first marker or behind an unknown one it leaves out, and a line
// too long for it ends the file without a word.
func markRambler(m *Migration) {
	m.Version = Version{Name: path.Base(m.File.Path), Literal: path.Base(m.File.Path)}
	all := m.File.All()
	start, now, stopped := all.Start, "", false
	part := func(end int) {
		span := source.Span{Start: start, End: end}
		known := now == "up" || now == "down"
		if blank(m.File.Data[start:end]) || !known && !hasSQL(m.File, span) {
			return
		}
		s := Section{Span: span}
		switch {
		case now == "down" && !stopped:
			s.Direction = Down
		case !known:
			m.problem(firstLineWithin(m.File, span), "rambler leaves this out: no -- rambler up stands before it")
		}
		m.Sections = append(m.Sections, s)
	}
	for l := range lines(m.File) {
		if len(l.text) >= bufio.MaxScanTokenSize && !stopped {
			part(l.span.Start)
			start, stopped = l.span.Start, true
			m.problem(source.Span{Start: start, End: start}, "rambler reads no further: this line is too long for it")
		}
		if name, is := ramblerCommand(l.text); is {
			part(l.span.Start)
			start, now = l.next, name
		}
	}
	part(all.End)
}
