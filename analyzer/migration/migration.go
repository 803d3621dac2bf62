// Package migration recognises the tool a migration file is written for and
// marks the ranges of SQL in it: which of them go forward and which take back.
// It never rewrites a byte.
package migration

import (
	"slices"

	"github.com/dropgate/dropgate/analyzer/source"
)

// A Direction says when a tool runs a section.
type Direction int

// The directions.
const (
	Up   Direction = iota // runs when the migration is applied
	Down                  // runs when it is taken back; never blocks
)

// String returns "up" or "down".
func (d Direction) String() string {
	if d == Down {
		return "down"
	}
	return "up"
}

// A Section is a range of SQL that a tool runs in one direction.
type Section struct {
	Span      source.Span
	Direction Direction
	// Whole says that the section is one statement to the tool, which may then
	// leave out its semicolon (goose's StatementBegin and StatementEnd).
	Whole bool
	// Psql says that psql runs the section, or may: its meta-commands are commands.
	Psql bool
}

// A Problem is something in the file that the tool itself would refuse or that
// its reader could not follow. It is reported as a finding: nothing is skipped
// in silence.
type Problem struct {
	Span    source.Span
	Message string
}

// A Migration is a file with its sections marked. Sections are in bounds,
// ordered and disjoint.
type Migration struct {
	File     *source.File
	Format   string // "golang-migrate", "goose", "sql", …
	Why      string // what told the format: "by its path", "by what is in it", "by the config"
	Set      string // the folder whose migrations belong together, "." for the root
	Version  Version
	Sections []Section
	Problems []Problem

	// cuts are what stands between sections and is neither SQL nor a comment.
	cuts []source.Span
}

// ByDirectives reports whether the text, not the file's name alone, tells which
// sections take back: whoever writes the text can write that too.
func (m *Migration) ByDirectives() bool {
	return m.Format == "sqitch" || slices.ContainsFunc(directed, func(tool directedFormat) bool { return tool.name == m.Format })
}
