package migration

import (
	"path"
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
	{"node-pg-migrate", nodePgOpening},
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

// recursive are the formats whose tools also run what lies in folders below.
var recursive = []string{"flyway", "liquibase", "sqitch"}

// Settle reads a migration again if the formats that the migrations around it have,
// by their sets, tell that another tool runs it: its text must not hide SQL behind
// the directives of a tool that its folder is not run with. It returns the migration
// as it is if they tell nothing.
func Settle(m *Migration, formats map[string]map[string]bool) *Migration {
	known := formats[m.Set]
	if len(known) == 0 {
		known = above(m.Set, formats)
	}
	byText := m.ByDirectives() && m.Direction() != "up"
	switch {
	case len(known) == 0, known[m.Format], !byText && m.Format != "sql":
		return m
	case known["sqitch"]:
		if s := Read(m.File, "sqitch"); formats[s.Set]["sqitch"] {
			return s
		}
	}
	if byText {
		return Read(m.File, "sql")
	}
	return m
}

// above returns the recursive formats of the nearest folder above that has any.
func above(folder string, formats map[string]map[string]bool) map[string]bool {
	for folder != "." && folder != "/" {
		folder = path.Dir(folder)
		found := map[string]bool{}
		for _, name := range recursive {
			if formats[folder][name] {
				found[name] = true
			}
		}
		if len(found) > 0 {
			return found
		}
	}
	return nil
}

// twoTools is the problem of a file that several tools would take for their own:
// the one in use may run what another takes for the way back.
func twoTools(names []string) string {
	return "the file has directives of " + strings.Join(names, " and of ") + "; all of it is read as going up"
}
