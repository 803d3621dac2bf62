package migration

import (
	"strings"

	"github.com/dropgate/dropgate/analyzer/source"
)

// A directedFormat is one whose directives in the text, not the file's name, tell
// the direction.
type directedFormat struct {
	name    string
	opening func(f *source.File) opening
}

// directed is in order of precedence for files that none of the tools accepts.
var directed = []directedFormat{
	{"dbmate", dbmateOpening},
	{"goose", gooseOpening},
	{"sql-migrate", sqlMigrateOpening},
	{"rambler", ramblerOpening},
	{"liquibase", liquibaseOpening},
	{"tern", ternOpening},
}

// openedBy returns the tools that would run a part of the file going up by the
// directives in it.
func openedBy(f *source.File) []string {
	var names []string
	for _, tool := range directed {
		if tool.opening(f) == opensUp {
			names = append(names, tool.name)
		}
	}
	return names
}

// undirected reports whether no tool would run a part of the file going up by the
// directives in it.
func undirected(f *source.File) bool { return len(openedBy(f)) == 0 }

// writtenFor reports whether the file's directives are those of the named tool: no
// other one accepts them, and if it refuses them itself, none before it does.
func writtenFor(f *source.File, name string) bool {
	var wrong []string
	for _, tool := range directed {
		switch tool.opening(f) {
		case opensUp:
			if tool.name != name {
				return false
			}
			wrong = append([]string{name}, wrong...)
		case opensWrong:
			wrong = append(wrong, tool.name)
		}
	}
	return len(wrong) > 0 && wrong[0] == name
}

// twoTools is the problem of a file that several tools would take for their own:
// the one in use may run what another takes for the way back.
func twoTools(names []string) string {
	return "the file has directives of " + strings.Join(names, " and of ") + "; all of it is read as going up"
}
