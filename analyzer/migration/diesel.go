package migration

import (
	"path"
	"regexp"

	"github.com/dropgate/dropgate/analyzer/source"
)

// dieselFolder is the name of a migration's folder: 2024-05-01-120000_name,
// 00000000000000_name. Without it, a down.sql may be anything.
var dieselFolder = regexp.MustCompile(`^[0-9][0-9-]*[_-].`)

func isDiesel(f *source.File) bool {
	dir, base := path.Split(f.Path)
	return (base == "up.sql" || base == "down.sql") &&
		dieselFolder.MatchString(path.Base(path.Clean(dir)))
}

func markDiesel(m *Migration) {
	m.inFolder()
	if path.Base(m.File.Path) == "down.sql" {
		m.whole(Down)
		return
	}
	m.whole(Up)
}
