package migration

import (
	"path"
	"regexp"

	"github.com/dropgate/dropgate/analyzer/source"
)

// hasuraFolder is the name of a migration's folder.
var hasuraFolder = regexp.MustCompile(`^[0-9]+_`)

// isHasura recognises migrations/<database>/<version>_name/up.sql and down.sql.
// Where Hasura has no folder for the database, its files are laid out and run
// like Diesel's, and its older ones like golang-migrate's.
func isHasura(f *source.File) bool {
	dir, base := path.Split(f.Path)
	dir = path.Clean(dir)
	return (base == "up.sql" || base == "down.sql") &&
		hasuraFolder.MatchString(path.Base(dir)) &&
		path.Base(path.Dir(path.Dir(dir))) == "migrations"
}
