package migration

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/dropgate/dropgate/analyzer/source"
)

// refineryName is refinery's rule. Its V files are Flyway's; its U files are not:
// U says that the file runs even if a later one has run already.
var refineryName = regexp.MustCompile(`^[U|V]([0-9]+(?:\.[0-9]+)?)__([\pL\pN\pM_]+)\.sql$`)

// isRefinery recognises the names in a Rust workspace. Elsewhere only a U file is
// read otherwise than Flyway's, and AsBeside looks at what stands beside it.
func isRefinery(f *source.File) bool {
	return refineryName.MatchString(path.Base(f.Path)) && slices.Contains(strings.Split(path.Dir(f.Path), "/"), "crates")
}

func markRefinery(m *Migration) {
	if parts := refineryName.FindStringSubmatch(path.Base(m.File.Path)); parts != nil {
		m.Version = Version{Name: parts[2]}
		for n := range strings.SplitSeq(parts[1], ".") {
			m.Version.Numbers = append(m.Version.Numbers, number(n))
		}
	}
	m.whole(Up)
}

// runsAsRefinery reports whether a file that Flyway keeps for going back would run
// going up: it stands beside V files, none has its version, and so there is
// nothing that Flyway could undo with it. Undo files in a folder of their own are
// Flyway's.
func (m *Migration) runsAsRefinery(past, change []*Migration) bool {
	if m.Format != "flyway" || m.Direction() != "down" || !refineryName.MatchString(path.Base(m.File.Path)) {
		return false
	}
	versioned := func(other *Migration) bool {
		return other.Format == "flyway" && strings.HasPrefix(path.Base(other.File.Path), "V")
	}
	twin := func(other *Migration) bool {
		return versioned(other) && CompareNumbers(other.Version.Numbers, m.Version.Numbers) == 0
	}
	return slices.ContainsFunc(past, versioned) && !slices.ContainsFunc(past, twin) && !slices.ContainsFunc(change, twin)
}
