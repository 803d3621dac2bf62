package migration

import (
	"github.com/dropgate/dropgate/analyzer/source"
)

func isPlain(*source.File) bool { return true }

// markPlain marks all of the file as going up, run by psql or by who knows what.
// Directives are comments here;
// where two tools would each take theirs for its own, neither is believed: the
// one in use may run what the other takes for the way back.
func markPlain(m *Migration) {
	markPsql(m)
	if names := openedBy(m.File); len(names) > 1 {
		m.problem(firstLine(m.File), twoTools(names))
	}
}

// An opening is what the first directive of a tool does, if nothing but
// comments stands before it.
type opening int

const (
	opensNothing opening = iota // no such directive, or SQL before it
	opensUp                     // the tool accepts the file's beginning
	opensWrong                  // written for the tool, which refuses it
)
