package migration

import (
	"bytes"

	"github.com/dropgate/dropgate/analyzer/source"
)

// A Unit is a part of a file that its tool runs once, and knows by itself.
type Unit struct {
	Key  string      // empty where the whole file is one
	Span source.Span // of the file
	// Again says that it may be edited: it runs again when it changes.
	Again bool
}

// changesetAgain says that a changeset is made to be edited.
var changesetAgain = javaPattern(`.*(?:runOnChange|runAlways):true.*`)

// Units returns the file's parts: Liquibase's changesets; for any other tool the
// whole file.
func (m *Migration) Units() []Unit {
	if m.Format != "liquibase" || liquibaseOpening(m.File) == opensNothing {
		return []Unit{{Span: m.File.All()}}
	}
	var units []Unit
	data := m.File.Data
	for at := m.File.All().Start; at < len(data); {
		l := liquibaseLine(data, at)
		at = l.next
		if parts := changesetLine.FindSubmatch(l.text); parts != nil {
			author, id := bytes.Trim(parts[1], `"`), bytes.Trim(parts[2], `"`)
			units = append(units, Unit{
				Key: string(author) + ":" + string(id), Span: source.Span{Start: l.next, End: len(data)},
				Again: changesetAgain.Match(l.text),
			})
			if n := len(units); n > 1 {
				units[n-2].Span.End = l.span.Start
			}
		}
	}
	return units
}
