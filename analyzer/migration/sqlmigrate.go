package migration

import (
	"bytes"
	"path"
	"slices"

	"github.com/dropgate/dropgate/analyzer/source"
)

const sqlMigratePrefix = "-- +migrate "

// sqlMigrateMaxLine is where sql-migrate's line reader gives up.
const sqlMigrateMaxLine = 1 << 20

// sqlMigrateCommand returns the command on the line, with its case as written.
// It counts wherever the line stands: in a string, in a function's body.
func sqlMigrateCommand(text []byte) (name string, is bool) {
	rest, is := bytes.CutPrefix(text, []byte(sqlMigratePrefix))
	if !is {
		return "", false
	}
	for word := range bytes.FieldsSeq(rest) {
		return string(word), true
	}
	return "", true
}

// sqlMigrateOpening takes a file for sql-migrate's if a command says Up and
// nothing but comments stands before the first one, which may be Down.
func sqlMigrateOpening(f *source.File) opening {
	begun := false
	for l := range lines(f) {
		switch name, _ := sqlMigrateCommand(l.text); {
		case name == "Up":
			return opensUp
		case name == "Down":
			begun = true
		case !begun && !passedOver(l.text):
			return opensNothing
		}
	}
	return opensNothing
}

func isSQLMigrate(f *source.File) bool { return writtenFor(f, "sql-migrate") }

// sqlMigrateReader goes through a file line by line as sql-migrate does: it knows
// where it would stop, and what it would leave out.
type sqlMigrateReader struct {
	m         *Migration
	start     int // where the text since the last cut begins
	direction Direction
	begun     bool // Up or Down was there
	refused   bool // from here on no way back is believed
	block     bool // between StatementBegin and StatementEnd
	whole     bool // the section began with StatementBegin
	opened    source.Span
	kept      source.Span   // the lines since the last statement's end that are not blank
	out       []source.Span // the lines of the section that are taken out
}

func markSQLMigrate(m *Migration) {
	m.Version = sqlMigrateVersion(path.Base(m.File.Path))
	r := sqlMigrateReader{m: m, start: m.File.All().Start}
	for l := range lines(m.File) {
		if len(l.text) >= sqlMigrateMaxLine {
			r.refuse(source.Span{Start: l.span.Start, End: l.span.Start}, "this line is longer than a megabyte")
		}
		name, is := sqlMigrateCommand(l.text)
		switch {
		case is && name == "":
			r.refuse(l.span, "a command without a name")
		case is:
			r.command(name, l)
		default:
			r.sql(l)
		}
	}
	r.end()
}

// sqlMigrateVersion takes the digits that the name begins with for its number; the
// rest compares as text.
func sqlMigrateVersion(base string) Version {
	n := digits(base)
	if n == 0 {
		return Version{Name: base, Literal: base}
	}
	return Version{Numbers: []string{number(base[:n])}, Name: base, Literal: base}
}

func (r *sqlMigrateReader) command(name string, l line) {
	switch {
	case name == "Up":
		r.turn(Up, l)
	case name == "Down":
		r.turn(Down, l)
	case name == "StatementBegin" && r.begun:
		if r.kept.Len() == 0 {
			r.cut(l.span.Start, l.next)
			r.whole = true
		}
		r.block, r.opened = true, l.span
	case name == "StatementEnd" && r.block:
		r.cut(l.span.Start, l.next)
		r.block, r.kept = false, source.Span{}
	default: // a comment to sql-migrate
		r.out = append(r.out, l.span)
	}
}

// turn begins a direction, as often as the file says so.
func (r *sqlMigrateReader) turn(d Direction, l line) {
	if r.kept.Len() > 0 {
		r.refuse(r.kept, unfinishedStatement)
	}
	r.cut(l.span.Start, l.next)
	r.begun, r.kept, r.direction = true, source.Span{}, d
	if r.refused {
		r.direction = Up
	}
}

const unfinishedStatement = "no line ends this statement with a semicolon"

// sql follows a line that is no command.
func (r *sqlMigrateReader) sql(l line) {
	if bytes.HasPrefix(l.text, []byte("-- ")) || bytes.HasPrefix(l.text, []byte("-- +")) {
		r.out = append(r.out, l.span)
		return
	}
	if !r.begun {
		return
	}
	if !blank(l.text) {
		if r.kept.Len() == 0 {
			r.kept.Start = l.span.Start
		}
		r.kept.End = l.span.End
	}
	if !r.block && endsStatement(l.text) {
		r.kept = source.Span{}
	}
}

// refuse notes why sql-migrate stops here. Nothing behind it is believed to be the
// way back.
func (r *sqlMigrateReader) refuse(at source.Span, why string) {
	r.refused = true
	r.m.problem(at, "sql-migrate refuses the file: "+why)
}

// cut ends the section before a command and begins the next one behind it. Before
// the first command, comments alone make no section.
func (r *sqlMigrateReader) cut(end, next int) {
	span := source.Span{Start: r.start, End: end}
	out, whole := r.out, r.whole
	r.start, r.out, r.whole = next, nil, false
	if blank(r.m.File.Data[span.Start:span.End]) {
		return
	}
	if !r.begun {
		if !hasSQL(r.m.File, span) {
			return
		}
		r.m.problem(firstLineWithin(r.m.File, span), "sql-migrate leaves this out: it stands before -- +migrate Up")
	}
	r.m.Sections = append(r.m.Sections, Section{Span: span, Direction: r.direction, Whole: whole})
	if r.direction == Up {
		r.m.tookOut("sql-migrate", span, out)
	}
}

func (r *sqlMigrateReader) end() {
	all := r.m.File.All()
	switch {
	case !r.begun && !r.refused && !blank(r.m.File.Data[all.Start:]):
		r.refuse(firstLine(r.m.File), "it has neither -- +migrate Up nor -- +migrate Down")
	case r.block:
		r.refuse(r.opened, "no -- +migrate StatementEnd follows")
	case r.kept.Len() > 0:
		r.refuse(r.kept, unfinishedStatement)
	}
	r.begun = r.begun || r.refused // one problem is enough
	r.cut(all.End, all.End)
}

// tookOut reports lines or comments that the tool takes out of a section although
// they are not, or not only, comments to PostgreSQL.
func (m *Migration) tookOut(tool string, section source.Span, out []source.Span) {
	inside := slices.DeleteFunc(out, func(s source.Span) bool { return !section.Contains(s) })
	for _, span := range misread(m.File, section, inside) {
		m.problem(span, tool+" takes this out before it runs, and the rest reads otherwise then")
	}
}
