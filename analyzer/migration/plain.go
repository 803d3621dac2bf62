package migration

import (
	"fmt"

	"github.com/dropgate/dropgate/analyzer/source"
)

func isPlain(*source.File) bool { return true }

// markPlain marks all of the file as going up, run by psql or by who knows what.
// Directives are comments here;
// where two tools would each take theirs for its own, neither is believed: the
// one in use may run what the other takes for the way back.
func markPlain(m *Migration) {
	markPsql(m)
	var tools []string
	for _, tool := range []struct {
		name  string
		opens func(*source.File) opening
	}{{"goose", gooseOpening}, {"dbmate", dbmateOpening}, {"node-pg-migrate", nodePgOpening}} {
		if tool.opens(m.File) == opensUp {
			tools = append(tools, tool.name)
		}
	}
	if len(tools) > 1 {
		m.problem(firstLine(m.File), fmt.Sprintf("the file begins with directives of %s and of %s; all of it is read as going up", tools[0], tools[1]))
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
