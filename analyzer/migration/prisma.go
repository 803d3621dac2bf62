package migration

import (
	"path"

	"github.com/dropgate/dropgate/analyzer/source"
)

// isPrisma recognises a folder per migration with a migration.sql in it: the
// folder's name begins with a number, or it stands in one named migrations.
func isPrisma(f *source.File) bool {
	dir, base := path.Split(f.Path)
	if base != "migration.sql" {
		return false
	}
	dir = path.Clean(dir)
	return digits(path.Base(dir)) > 0 || path.Base(path.Dir(dir)) == "migrations"
}

func markPrisma(m *Migration) {
	m.inFolder()
	m.whole(Up)
}

// inFolder takes set and version from the folder that holds this migration
// alone.
func (m *Migration) inFolder() {
	dir := path.Dir(m.File.Path)
	m.Set = path.Dir(dir)
	m.Version = folderVersion(path.Base(dir))
}

// folderVersion takes all digits before the first underscore for one number, so
// that 2024-05-01-120000_name and 20240501120000_name compare as the tools
// compare them.
func folderVersion(name string) Version {
	var all []byte
	end := 0
	for end < len(name) && ('0' <= name[end] && name[end] <= '9' || name[end] == '-') {
		if name[end] != '-' {
			all = append(all, name[end])
		}
		end++
	}
	if len(all) == 0 {
		return Version{Name: name}
	}
	if end < len(name) && name[end] == '_' {
		end++
	}
	return Version{Numbers: []string{number(string(all))}, Name: name[end:]}
}
