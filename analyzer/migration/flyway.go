package migration

import (
	"path"
	"regexp"
	"strings"

	"github.com/dropgate/dropgate/analyzer/source"
)

// Flyway's default names. The prefix counts as written, the suffix in any case.
var (
	flywayVersioned  = regexp.MustCompile(`^([VUB])([0-9]+(?:[._][0-9]+)*)__(.*)\.(?i:sql)$`)
	flywayRepeatable = regexp.MustCompile(`^R__(.*)\.(?i:sql)$`)
)

func isFlyway(f *source.File) bool {
	base := path.Base(f.Path)
	return flywayVersioned.MatchString(base) || flywayRepeatable.MatchString(base)
}

// markFlyway grants going back to U files alone: callbacks, baselines and what
// a folder given to Flyway holds besides go up.
func markFlyway(m *Migration) {
	base := path.Base(m.File.Path)
	direction := Up
	if parts := flywayVersioned.FindStringSubmatch(base); parts != nil {
		m.Version = Version{Name: parts[3]}
		for _, n := range strings.FieldsFunc(parts[2], func(r rune) bool { return r == '.' || r == '_' }) {
			m.Version.Numbers = append(m.Version.Numbers, number(n))
		}
		if parts[1] == "U" {
			direction = Down
		}
	} else if parts := flywayRepeatable.FindStringSubmatch(base); parts != nil {
		m.Version = Version{Name: parts[1], Repeatable: true}
	}
	m.whole(direction)
}
