package migration

import (
	"bytes"
	"path"
	"regexp"
	"strings"

	"github.com/dropgate/dropgate/analyzer/source"
)

// ternSeparator parts a file where it stands first: in the middle of a line, in a
// string or in a comment.
const ternSeparator = "---- create above / drop below ----"

// ternName is what tern takes for a migration; other files are templates.
var ternName = regexp.MustCompile(`^([0-9]+)_(.+)\.sql$`)

func ternOpening(f *source.File) opening {
	if ternName.MatchString(path.Base(f.Path)) && bytes.Contains(f.Data, []byte(ternSeparator)) {
		return opensUp
	}
	return opensNothing
}

func isTern(f *source.File) bool { return writtenFor(f, "tern") }

func markTern(m *Migration) {
	if parts := ternName.FindStringSubmatch(path.Base(m.File.Path)); parts != nil {
		m.Version = Version{Numbers: []string{number(parts[1])}, Name: parts[2]}
	}
	all := m.File.All()
	up, down := all, source.Span{Start: all.End, End: all.End}
	if i := bytes.Index(m.File.Data[all.Start:], []byte(ternSeparator)); i >= 0 {
		up.End = all.Start + i
		down.Start = up.End + len(ternSeparator)
	}
	direction := Down
	if down.Start < all.End && !ternHasSQL(m.File, up) {
		m.problem(firstLine(m.File), "tern refuses the file: no SQL stands above the separator")
		direction = Up
	}
	m.part(up, Up)
	m.part(down, direction)
	m.fillIns("tern", up)
}

// part marks a span that is not blank.
func (m *Migration) part(span source.Span, d Direction) {
	if !blank(m.File.Data[span.Start:span.End]) {
		m.Sections = append(m.Sections, Section{Span: span, Direction: d})
	}
}

// ternHasSQL is tern's own look for it: a line that does not begin as a comment.
func ternHasSQL(f *source.File, span source.Span) bool {
	for l := range linesOf(f, span) {
		if text := bytes.TrimSpace(l.text); len(text) > 0 && !bytes.HasPrefix(text, []byte("--")) {
			return true
		}
	}
	return false
}

// plainAction is a template's action that only puts a value in its place.
var plainAction = regexp.MustCompile(`^\{\{ *(?:\.[A-Za-z_][A-Za-z0-9_]*)+ *\}\}`)

// fillIns reports the actions of Go templates whose outcome the file does not tell:
// other files, conditions, text that is cut off. A plain value keeps statements
// apart, unless it completes the end of a comment.
func (m *Migration) fillIns(tool string, span source.Span) {
	text := m.File.Text(span)
	for at := 0; ; {
		i := strings.Index(text[at:], "{{")
		if i < 0 {
			return
		}
		at += i
		action := plainAction.FindString(text[at:])
		end := at + len(action)
		besides := at > 0 && strings.IndexByte(`*\`, text[at-1]) >= 0 || end < len(text) && strings.IndexByte("*/", text[end]) >= 0
		if action == "" || besides {
			end = actionEnd(text, at)
			m.problem(source.Span{Start: span.Start + at, End: span.Start + end}, tool+" fills in a template here, into what cannot be read from the file")
		}
		at = end
	}
}

// longestAction is how far a problem that an action is may reach.
const longestAction = 200

// actionEnd returns where the action that begins at an offset ends, or its line.
func actionEnd(text string, at int) int {
	end := min(len(text), at+longestAction)
	if i := strings.IndexByte(text[at:end], '\n'); i >= 0 {
		end = at + i
	}
	if i := strings.Index(text[at:end], "}}"); i >= 0 {
		end = at + i + len("}}")
	}
	return end
}
