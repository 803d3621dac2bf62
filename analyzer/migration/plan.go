package migration

import (
	"io/fs"
	"path"
	"slices"

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
	places := placesOf(files)
	for _, m := range all {
		m.Version.Place, m.Version.Planned = places[m.File.Path]
	}
}

// Recognise reads plain SQL files again that a sqitch.plan names, as scripts of
// sqitch's: not all of them have the first line that it gave them. As some then go
// back, the plans must be those of the base, or have been there on the base: a
// change must not tell by a plan of its own what it is run with.
func Recognise(files []*source.File, all []*Migration) {
	files = slices.DeleteFunc(slices.Clone(files), func(f *source.File) bool { return !isSqitchPlan(f.Path) })
	places := placesOf(files)
	for _, m := range all {
		if _, is := places[m.File.Path]; is && m.Format == "sql" && m.Why != byConfig {
			*m = *Read(m.File, "sqitch")
			m.Why = "by its sqitch.plan"
		}
	}
}

// placesOf returns the place of each path that a plan names.
func placesOf(files []*source.File) map[string]int {
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
	return places
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
