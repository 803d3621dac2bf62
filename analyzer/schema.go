package analyzer

import (
	"cmp"
	"slices"
	"strings"

	"github.com/dropgate/dropgate/analyzer/catalog"
	"github.com/dropgate/dropgate/analyzer/migration"
	"github.com/dropgate/dropgate/analyzer/op"
	"github.com/dropgate/dropgate/analyzer/source"
)

// Schemas returns what migrations build, by the name that they have for the schema
// they build together (Migration.Schema): the same catalog that a change is judged
// on.
func Schemas(o Options, history []*migration.Migration) map[string]*catalog.Catalog {
	schemas, _ := Build(o, history)
	return schemas
}

// Build returns what Schemas does, and what of the migrations and of the baseline
// could not be read. Without any migration, what the baseline has is by the name of
// its folder.
func Build(o Options, history []*migration.Migration) (map[string]*catalog.Catalog, []Problem) {
	before := map[*migration.Migration]bool{}
	for _, m := range history {
		before[m] = true
	}
	r := newReview(o, history, before)
	history = slices.Clone(history)
	slices.SortStableFunc(history, migration.Compare)
	for _, m := range history {
		if r.contained[m] { // what they build is what the baseline has
			r.catalog(&migration.Migration{File: m.File, Set: m.Set})
		}
	}
	judged := o.counter(Judging, len(history))
	for _, m := range history {
		r.apply(m)
		judged()
	}
	if b := o.Baseline; b != nil && len(r.catalogs) == 0 {
		r.catalog(&migration.Migration{File: b.dump.File, Set: b.dump.Set})
	}
	slices.SortStableFunc(r.unread, func(a, b Problem) int {
		return cmp.Or(strings.Compare(a.Path, b.Path), a.Line-b.Line)
	})
	return r.catalogs, slices.Compact(r.unread)
}

// unreadIn returns what of a migration could not be read.
func unreadIn(m *migration.Migration, read reading) []Problem {
	var all []Problem
	for _, p := range m.Problems {
		all = append(all, problemAt(m.File, p.Span, p.Message))
	}
	for _, s := range read.up {
		for _, at := range s.Ops {
			if u, ok := at.Op.(*op.Unread); ok {
				all = append(all, problemAt(s.File, at.Span, u.Message))
			}
		}
	}
	if m.Foreign() {
		all = append(all, problemAt(m.File, source.Span{}, "it is for "+m.Dialect().Name+", as its path says"))
	}
	return all
}

func problemAt(f *source.File, span source.Span, message string) Problem {
	return Problem{Path: f.Path, Line: f.Position(span.Start).Line, Message: message}
}
