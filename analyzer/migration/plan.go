package migration

import (
	"io/fs"
	"path"

	"github.com/dropgate/dropgate/analyzer/source"
)

// plans are the files beside migrations that tell their order.
var plans = []struct {
	is func(name string) bool // by the path alone
	// order returns the folder that the plan governs, and the paths of migrations
	// relative to it, in the order in which the tool runs them. It may name files
	// that are not there.
	order func(f *source.File) (folder string, names []string)
}{
	{isSqitchPlan, sqitchOrder},
	{isDrizzleJournal, drizzleOrder},
	{isAtlasSum, atlasOrder},
}

// IsPlan reports whether a file of this path tells the order of the migrations
// near it.
func IsPlan(name string) bool {
	for _, known := range plans {
		if known.is(name) {
			return true
		}
	}
	return false
}

// Arrange gives each migration that one of the plans names its place, so that
// Compare goes by it, and takes the place from all others. A file that is no plan
// arranges nothing.
func Arrange(files []*source.File, all []*Migration) {
	places := map[string]int{}
	for _, f := range files {
		for _, known := range plans {
			if known.is(f.Path) {
				folder, names := known.order(f)
				addPlaces(places, folder, names)
				break
			}
		}
	}
	for _, m := range all {
		m.Version.Place, m.Version.Planned = places[m.File.Path]
	}
}

// addPlaces numbers the names of one plan. A name that leads out of the folder
// is none of its business.
func addPlaces(places map[string]int, folder string, names []string) {
	for i, name := range names {
		if fs.ValidPath(name) {
			places[path.Join(folder, name)] = i
		}
	}
}
