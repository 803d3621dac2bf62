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
	if gooseOpening(f) == opensUp || dbmateOpening(f) == opensUp {
		return false
	}
	return path.Base(path.Dir(f.Path)) == "migrations" && numbered.MatchString(path.Base(f.Path))
}

func markSqlx(m *Migration) {
	base := path.Base(m.File.Path)
	if parts := numbered.FindStringSubmatch(base); parts != nil {
		m.Version = Version{Numbers: []string{number(parts[1])}, Name: parts[2]}
		if strings.HasSuffix(base, ".down.sql") {
			m.whole(Down)
			return
		}
	}
	m.whole(Up)
}
