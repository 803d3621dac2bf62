package analyzer

import (
	"bytes"

	"github.com/dropgate/dropgate/analyzer/migration"
	"github.com/dropgate/dropgate/analyzer/pgsql"
	"github.com/dropgate/dropgate/analyzer/source"
)

// A FileSummary tells what a reviewed file was taken for, and what was read of it.
type FileSummary struct {
	Path       string `json:"path"`
	Status     string `json:"status"`    // added, modified, removed, renamed or copied; unchanged for `check PATH`
	Format     string `json:"format"`    // the migration tool
	Direction  string `json:"direction"` // up, down, both, or none when nothing in it runs
	Statements int    `json:"statements"`
	Unread     int    `json:"unread"`

	// Why is what told the format: "by its path", "by the config".
	Why string `json:"why"`
	// Dialect is another database that the file looks to be for; nil without one.
	Dialect  *Dialect         `json:"dialect"`
	Sections []SectionSummary `json:"sections"`
	// NotRun are the statements that certainly take no effect.
	NotRun []NotRun `json:"notRun"`
}

// A Dialect is the SQL of another database, and what tells it.
type Dialect struct {
	Name string `json:"name"` // "MySQL"
	Why  string `json:"why"`  // "its path says so", "backquotes on line 3"
}

// A SectionSummary is a part of a file that its tool runs in one direction. What
// goes down is counted, not judged.
type SectionSummary struct {
	Direction  string `json:"direction"` // up or down
	From       int    `json:"from"`      // its first line that is not blank
	To         int    `json:"to"`        // and its last
	Statements int    `json:"statements"`
	Unread     int    `json:"unread"`
}

// NotRun are statements next to each other that take no effect for one reason.
type NotRun struct {
	From       int    `json:"from"` // the line on which the first begins
	To         int    `json:"to"`   // and on which the last ends
	Statements int    `json:"statements"`
	Why        string `json:"why"`
}

// describe fills in what was read of a file.
func (s *FileSummary) describe(m *migration.Migration, read reading, d migration.Dialect) {
	s.Format, s.Why, s.Direction = m.Format, m.Why, m.Direction()
	s.Statements = read.own + read.down
	s.Unread = read.unread + len(m.Problems)
	s.Sections, s.NotRun = read.sections, notRun(m.File, read.up)
	if d.Name != "" {
		s.Dialect = &Dialect{Name: d.Name, Why: d.Why}
	}
}

// dialect tells what other database a file looks to be for. Its text is asked only
// where there is something in it that PostgreSQL does not understand.
func dialect(m *migration.Migration, read reading) migration.Dialect {
	if !m.Foreign() && read.unread+len(m.Problems) == 0 {
		return migration.Dialect{}
	}
	return m.Dialect()
}

func summarize(f *source.File, s migration.Section, all []pgsql.Statement) SectionSummary {
	const space = " \t\r\n"
	text := f.Data[s.Span.Start:s.Span.End]
	first := s.Span.End - len(bytes.TrimLeft(text, space))
	last := s.Span.Start + len(bytes.TrimRight(text, space))
	one := SectionSummary{
		Direction: s.Direction.String(), Statements: len(all),
		From: f.Position(min(first, max(last-1, s.Span.Start))).Line,
		To:   f.Position(max(last-1, s.Span.Start)).Line,
	}
	for _, statement := range all {
		if statement.Unread() {
			one.Unread++
		}
	}
	return one
}

func notRun(f *source.File, all []statement) []NotRun {
	var found []NotRun
	open := false
	for _, s := range all {
		why := s.NotRun
		if why == "" && s.undone {
			why = "a ROLLBACK takes it back"
		}
		if why == "" || s.File != f {
			open = false
			continue
		}
		first, last := f.Range(s.Span)
		if open && found[len(found)-1].Why == why {
			found[len(found)-1].Statements++
			found[len(found)-1].To = last.Line
			continue
		}
		open = true
		found = append(found, NotRun{From: first.Line, To: last.Line, Statements: 1, Why: why})
	}
	return found
}
