package cli

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/dropgate/dropgate/analyzer/migration"
	"github.com/dropgate/dropgate/internal/config"
)

// programs are the paths of migrations that are no SQL, so that nobody takes their
// not being reviewed for a review.
type programs []string

// add notes a file if it is one.
func (p *programs) add(name string) {
	if migration.Language(name) != "" {
		*p = append(*p, name)
	}
}

// String says how many there are: "2 migrations in Java and 1 in Ruby"; nothing of none.
func (p programs) String() string {
	count := map[string]int{}
	for _, name := range p {
		count[migration.Language(name)]++
	}
	var words []string
	for _, language := range slices.Sorted(maps.Keys(count)) {
		n, noun := count[language], ""
		if len(words) == 0 {
			noun = "migrations "
			if n == 1 {
				noun = "migration "
			}
		}
		words = append(words, fmt.Sprintf("%d %sin %s", n, noun, language))
	}
	if last := len(words) - 1; last > 0 {
		return strings.Join(words[:last], ", ") + " and " + words[last]
	}
	return strings.Join(words, "")
}

// warning tells that nobody has looked at them; nothing if there are none.
func (p programs) warning() string {
	if len(p) == 0 {
		return ""
	}
	verb := "are"
	if len(p) == 1 {
		verb = "is"
	}
	return fmt.Sprintf("%s %s not reviewed, for dropgate reads SQL only: look at %s by hand", p, verb, p.which())
}

// which names one, and how many more there are.
func (p programs) which() string {
	first := slices.Min(p)
	if len(p) == 1 {
		return first
	}
	return fmt.Sprintf("%s and %d more", first, len(p)-1)
}

// program notes a file that is there and is not to be reviewed, if it is a migration
// all the same. What the config leaves out is none of it.
func (o *omitted) program(c config.Config, name string) {
	if c.Includes(name) {
		o.programs.add(name)
	}
}
