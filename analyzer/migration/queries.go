package migration

import (
	"path"
	"regexp"
)

// queryName matches the comment with which sqlc names a query and says what it returns.
var queryName = regexp.MustCompile(`(?m)^[ \t]*--[ \t]*name:[ \t]*\w+[ \t]+:(?:one|many|exec(?:rows|result|lastid)?|batch(?:exec|one|many)|copyfrom)\b`)

// Queries returns a pattern for the config that leaves the file and those beside it
// out, if it looks like one from which sqlc generates an application's code: such
// queries run with the application, not as a migration. It is a guess that nothing
// is left out for.
func (m *Migration) Queries() string {
	if m.Format != "sql" || !queryName.Match(m.File.Data) {
		return ""
	}
	if dir := path.Dir(m.File.Path); dir != "." {
		return literal(dir) + "/*.sql"
	}
	return literal(m.File.Path)
}
