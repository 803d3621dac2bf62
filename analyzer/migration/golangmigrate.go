package migration

import (
	"path"
	"regexp"
	"strings"

	"github.com/dropgate/dropgate/analyzer/source"
)

// golangMigrateName is golang-migrate's own rule: the last .up. or .down. says
// the direction, and any suffix may follow. sqlx and the tools that put a
// dialect into the name (0001_name.postgres.up.sql) agree with it as long as
// the direction comes last.
var golangMigrateName = regexp.MustCompile(`^([0-9]+)_(.*)\.(down|up)\.(.*)$`)

// otherLanguages are suffixes of files that stand in migration folders with
// .up. in their name and are no SQL: programs that migrate, and the languages
// of other databases.
var otherLanguages = map[string]bool{
	"cql": true, "cs": true, "cypher": true, "ex": true, "exs": true, "fizz": true,
	"go": true, "java": true, "js": true, "json": true, "kt": true, "md": true,
	"mjs": true, "php": true, "py": true, "rb": true, "rs": true, "toml": true,
	"ts": true, "xml": true, "yaml": true, "yml": true,
}

// isUpByAnySuffix reports whether golang-migrate would run the file going up.
func isUpByAnySuffix(base string) bool {
	parts := golangMigrateName.FindStringSubmatch(base)
	return len(parts) > 4 && parts[3] == "up" && !otherLanguages[strings.ToLower(parts[4])]
}

// isGolangMigrate takes a file that goes down only by exactly .down.sql: sqlx
// runs 1_x.down.old.sql going up. And only if no other tool would run a part of
// it going up by the directives in it.
func isGolangMigrate(f *source.File) bool {
	base := path.Base(f.Path)
	if strings.HasSuffix(base, ".down.sql") && golangMigrateName.MatchString(base) {
		return undirected(f)
	}
	return isUpByAnySuffix(base)
}

func markGolangMigrate(m *Migration) {
	base := path.Base(m.File.Path)
	direction := Up
	if parts := golangMigrateName.FindStringSubmatch(base); parts != nil {
		m.Version = Version{Numbers: []string{number(parts[1])}, Name: parts[2]}
		if parts[3] == "down" {
			direction = Down
		}
		m.inNumbers()
	}
	m.whole(direction)
}

// inNumbers takes a folder that has a number for a name for the first part of the
// version: 2/01_name.up.sql comes after 1/10_name.up.sql, and has the tables of it.
func (m *Migration) inNumbers() {
	dir := path.Dir(m.File.Path)
	if major := path.Base(dir); digits(major) == len(major) {
		m.Set = path.Dir(dir)
		m.Version.Numbers = append([]string{number(major)}, m.Version.Numbers...)
	}
}
