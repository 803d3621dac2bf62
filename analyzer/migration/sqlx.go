package migration

import (
	"path"
	"strings"

	"github.com/dropgate/dropgate/analyzer/source"
)

// isSqlx recognises the files without a direction; the others are named as
// golang-migrate names them, and run the same way. A folder named migrations
// is all that tells them from numbered plain SQL.
func isSqlx(f *source.File) bool {
	return path.Base(path.Dir(f.Path)) == "migrations" && numbered.MatchString(path.Base(f.Path)) && undirected(f)
}

// markSqlx reads files going up as psql does: so little tells that they are sqlx's
// that psql may run them, and sqlx runs none with psql's commands in it.
func markSqlx(m *Migration) {
	base := path.Base(m.File.Path)
	if parts := numbered.FindStringSubmatch(base); parts != nil {
		m.Version = Version{Numbers: []string{number(parts[1])}, Name: parts[2]}
		if strings.HasSuffix(base, ".down.sql") {
			m.whole(Down)
			return
		}
	}
	markPsql(m)
}
