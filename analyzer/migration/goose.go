package migration

import (
	"bytes"
	"regexp"
	"strings"

	"github.com/dropgate/dropgate/analyzer/source"
)

// goose's annotations, as it spells them.
const (
	gooseUp            = "Up"
	gooseDown          = "Down"
	gooseBegin         = "StatementBegin"
	gooseEnd           = "StatementEnd"
	gooseNoTransaction = "NO TRANSACTION"
	gooseEnvsubOn      = "ENVSUB ON"
	gooseEnvsubOff     = "ENVSUB OFF"
)

var gooseNames = []string{
	gooseUp, gooseDown, gooseBegin, gooseEnd, gooseNoTransaction, gooseEnvsubOn, gooseEnvsubOff,
}

// gooseAnnotation returns the name of the annotation on the line, in any case;
// none where goose takes the line for an annotation and refuses it. Every
// comment line with "+goose" in it is one, wherever it stands: in a string, in
// a function's body.
func gooseAnnotation(text []byte) (name string, is bool) {
	if !bytes.HasPrefix(bytes.TrimSpace(text), []byte("--")) || !bytes.Contains(text, []byte("+goose")) {
		return "", false
	}
	if text[0] == ' ' || text[0] == '\t' {
		return "", true
	}
	// goose takes out all dashes that stand in pairs, then the first "+goose".
	words := strings.Replace(strings.ReplaceAll(string(text), "--", ""), "+goose", "", 1)
	words = strings.TrimSpace(words)
	for _, known := range gooseNames {
		if strings.EqualFold(words, known) {
			return known, true
		}
	}
	return "", true
}

func gooseOpening(f *source.File) opening {
	for l := range lines(f) {
		name, _ := gooseAnnotation(l.text)
		switch {
		case name == "" && !passedOver(l.text):
			return opensNothing
		case name == gooseUp:
			return opensUp
		case name == gooseDown, name == gooseBegin, name == gooseEnd:
			return opensWrong
		}
	}
	return opensNothing
}

func isGoose(f *source.File) bool {
	switch gooseOpening(f) {
	case opensUp:
		return dbmateOpening(f) != opensUp && nodePgOpening(f) != opensUp
	case opensWrong:
		return dbmateOpening(f) == opensNothing && nodePgOpening(f) != opensUp
	}
	return false
}

// gooseReader goes through a file line by line as goose does when it migrates
// up: it knows where goose would stop, and what it would leave out.
type gooseReader struct {
	m         *Migration
	start     int // where the text since the last cut begins
	direction Direction
	begun     bool // Up was there
	refused   bool // from here on no way back is believed
	block     bool // between StatementBegin and StatementEnd
	opened    source.Span
	sqlFirst  bool // SQL stands before Up

	held   bool        // goose keeps lines until one ends with a semicolon
	kept   source.Span // the first to the last of them that is not blank
	passes bool        // goose leaves out the next line
	env    bool        // ENVSUB is on
}

func markGoose(m *Migration) {
	r := gooseReader{m: m, start: m.File.All().Start}
	for l := range lines(m.File) {
		name, is := gooseAnnotation(l.text)
		switch {
		case !is:
			r.sql(l)
		case name == "":
			r.refuse(l.span, "it knows no such annotation here")
			r.sql(l)
		default:
			r.annotation(name, l)
		}
	}
	r.end()
}

// annotation cuts the text at the annotation. What only switches an option may
// stand in the middle of a statement and is a comment to PostgreSQL: no cut.
func (r *gooseReader) annotation(name string, l line) {
	switch name {
	case gooseNoTransaction:
		return
	case gooseEnvsubOn, gooseEnvsubOff:
		r.env = name == gooseEnvsubOn
		return
	}
	r.cut(l.span.Start, l.next)
	switch name {
	case gooseUp:
		r.up(l.span)
	case gooseDown:
		r.down(l.span)
	case gooseBegin:
		r.begin(l.span)
	case gooseEnd:
		r.endBlock(l.span)
	}
}

func (r *gooseReader) up(at source.Span) {
	if r.begun {
		r.refuse(at, "a second -- +goose Up")
	}
	r.begun, r.block, r.direction = true, false, Up
	r.release()
}

func (r *gooseReader) down(at source.Span) {
	switch {
	case !r.begun:
		r.refuse(at, "-- +goose Down without -- +goose Up before it")
	case r.block:
		r.refuse(at, "-- +goose Down before the -- +goose StatementEnd of a statement")
	case r.direction == Down:
		r.refuse(at, "a second -- +goose Down")
	case !r.refused:
		r.unfinished()
		r.direction = Down
	}
	r.block = false
	r.release()
}

func (r *gooseReader) begin(at source.Span) {
	switch {
	case !r.begun:
		r.refuse(at, "-- +goose StatementBegin before -- +goose Up")
	case r.block:
		r.refuse(at, "a second -- +goose StatementBegin before the -- +goose StatementEnd")
	}
	r.block, r.opened, r.passes = true, at, false
}

func (r *gooseReader) endBlock(at source.Span) {
	if !r.block {
		r.refuse(at, "-- +goose StatementEnd without -- +goose StatementBegin")
		return
	}
	empty := !r.held
	r.block = false
	r.release()
	r.passes = empty
}

// sql follows a line that is no annotation.
func (r *gooseReader) sql(l line) {
	if !r.begun && !passedOver(l.text) {
		if !r.refused {
			r.refuse(l.span, "SQL before -- +goose Up")
		}
		r.sqlFirst = true
	}
	if !r.begun || r.direction == Down || r.left(l) {
		return
	}
	if r.env && fillsIn(l.text) {
		r.m.problem(l.span, "ENVSUB changes this line before it runs, into what cannot be read from the file")
	}
	r.hold(l)
	// With a variable in it, the line's end is not known; take it for finished.
	if !r.block && (endsStatement(l.text) || r.env && bytes.IndexByte(l.text, '$') >= 0) {
		r.release()
	}
}

// left reports whether goose leaves the line out: a comment or an empty line
// between statements, and whatever follows an empty block.
func (r *gooseReader) left(l line) bool {
	if !r.held && (len(l.text) == 0 || bytes.HasPrefix(bytes.TrimSpace(l.text), []byte("--"))) {
		return true
	}
	if !r.passes {
		return false
	}
	r.passes = false
	if !blank(l.text) {
		r.m.problem(l.span, "goose leaves this line out: the StatementBegin before it has nothing in it")
	}
	return true
}

func (r *gooseReader) hold(l line) {
	r.held = true
	if blank(l.text) {
		return
	}
	if r.kept.Len() == 0 {
		r.kept.Start = l.span.Start
	}
	r.kept.End = l.span.End
}

func (r *gooseReader) release() {
	r.held, r.passes, r.kept = false, false, source.Span{}
}

// unfinished reports a statement whose semicolon is missing. It is cut off from
// what follows all the same, so nothing else depends on it.
func (r *gooseReader) unfinished() {
	if r.kept.Len() > 0 {
		r.m.problem(r.kept, "goose refuses the file: no line ends this statement with a semicolon")
	}
}

// refuse notes why goose stops here. Nothing behind it is believed to be the
// way back.
func (r *gooseReader) refuse(at source.Span, why string) {
	r.refused = true
	r.m.problem(at, "goose refuses the file: "+why)
}

// cut ends the section before an annotation and begins the next one behind it.
// Before Up, comments alone make no section.
func (r *gooseReader) cut(end, next int) {
	span := source.Span{Start: r.start, End: end}
	r.start = next
	if blank(r.m.File.Data[span.Start:span.End]) || !r.begun && !r.block && !r.sqlFirst {
		return
	}
	r.m.Sections = append(r.m.Sections, Section{Span: span, Direction: r.direction, Whole: r.block})
}

func (r *gooseReader) end() {
	all := r.m.File.All()
	r.cut(all.End, all.End)
	switch {
	case !r.begun && !r.refused && !blank(r.m.File.Data[all.Start:]):
		r.refuse(firstLine(r.m.File), "it has no -- +goose Up")
	case r.block:
		r.refuse(r.opened, "no -- +goose StatementEnd follows")
	case r.direction == Up:
		r.unfinished()
	}
}

// endsStatement reports whether goose takes the line for the last of a
// statement: its last word before a comment ends with a semicolon.
func endsStatement(text []byte) bool {
	var last []byte
	for word := range bytes.FieldsSeq(text) {
		if bytes.HasPrefix(word, []byte("--")) {
			break
		}
		last = word
	}
	return bytes.HasSuffix(last, []byte(";"))
}

// reference is a plain reference to a variable of the environment.
var reference = regexp.MustCompile(`\$(?:\{[A-Za-z_][A-Za-z0-9_]*\}|[A-Za-z_][A-Za-z0-9_]*)`)

// fillsIn reports whether what ENVSUB makes of the line may be read otherwise
// than the line as it stands. A plain ${NAME} keeps quotes and statements
// apart as they are; defaults, $$ and a name that completes a comment's "*/"
// do not.
func fillsIn(text []byte) bool {
	rest := string(reference.ReplaceAll(text, []byte{0}))
	return strings.Contains(rest, "$") || strings.Contains(rest, "\\\x00") ||
		strings.Contains(rest, "*\x00") || strings.Contains(rest, "\x00*")
}
