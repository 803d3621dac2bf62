package analyzer

import (
	"slices"

	"github.com/dropgate/dropgate/analyzer/catalog"
	"github.com/dropgate/dropgate/analyzer/migration"
)

// Schemas returns what migrations build, by the name that they have for the schema
// they build together (Migration.Schema): the same catalog that a change is judged
// on.
func Schemas(o Options, history []*migration.Migration) map[string]*catalog.Catalog {
	before := map[*migration.Migration]bool{}
	for _, m := range history {
		before[m] = true
	}
	r := newReview(o, history, before)
	history = slices.Clone(history)
	slices.SortStableFunc(history, migration.Compare)
	for _, m := range history {
		r.apply(m)
	}
	return r.catalogs
}
