package analyzer

import (
	"bytes"
	"fmt"
	"path"
	"strings"

	"github.com/dropgate/dropgate/analyzer/catalog"
	"github.com/dropgate/dropgate/analyzer/migration"
	"github.com/dropgate/dropgate/analyzer/source"
)

// A Baseline is a dump of a schema that the history begins with: the migrations
// that it does not contain run on top of it.
type Baseline struct {
	dump    *migration.Migration
	reading reading
	list    *contents // nil: the dump does not say which migrations it contains
}

// NewBaseline reads a dump as pg_dump writes it, or any other SQL that psql runs.
// What PostgreSQL cannot read in it counts as not read, like any statement of the
// history; what is no SQL at all, or another database's, is an error.
func NewBaseline(f *source.File) (*Baseline, error) {
	switch {
	case strings.EqualFold(path.Ext(f.Path), ".rb"):
		return nil, fmt.Errorf("%s is Ruby, and dropgate reads SQL: let Rails write db/structure.sql (config.active_record.schema_format = :sql)", f.Path)
	case bytes.HasPrefix(f.Data, []byte("PGDMP")):
		return nil, fmt.Errorf("%s is an archive of pg_dump, and dropgate reads SQL: write it with pg_dump --schema-only --format=plain", f.Path)
	}
	b := &Baseline{dump: migration.Read(f, "pg_dump")}
	b.reading = readOne(b.dump, nil)
	if d := b.dump.Dialect(); b.reading.unread > 0 && d.Name != "" && d.Name != "PostgreSQL" {
		return nil, fmt.Errorf("%s looks like a dump of %s (%s): dropgate reads PostgreSQL", f.Path, d.Name, d.Why)
	}
	b.list = contentsOf(f, b.reading)
	return b, nil
}

// NoBaseline stands for a dump that should be there and cannot be read: nothing
// that the history does not have counts as absent then.
func NoBaseline(name, why string) *Baseline {
	dump := &migration.Migration{
		File: source.New(name, nil), Format: "pg_dump", Set: path.Dir(name),
		Problems: []migration.Problem{{Message: why}},
	}
	return &Baseline{dump: dump}
}

// contains reports whether the dump says that a migration has run already.
func (b *Baseline) contains(m *migration.Migration) bool {
	return b != nil && b.list != nil && m != nil && !m.Foreign() && b.list.has(m)
}

// begin lets a schema begin with what the dump has.
func (r *review) begin(c *catalog.Catalog, b *Baseline) {
	r.run(c, b.dump)
	if b.list == nil {
		c.Replay(r.each)
	}
}

// settleBaseline notes which of the migrations the dump contains. They are not run on
// top of it: they build a schema of their own, as if there were no dump, on which
// they are reviewed themselves. Of other names than the dump's, that schema tells
// that they may exist: the dump may be another database's.
func (r *review) settleBaseline(all []*migration.Migration, before map[*migration.Migration]bool) {
	b := r.options.Baseline
	if b == nil {
		return
	}
	r.readings[b.dump] = b.reading
	found := map[string]int{}
	for _, m := range all {
		if (before == nil || before[m]) && b.contains(m) {
			r.contained[m] = true
			found[m.Schema()]++
		}
	}
	for set, n := range found {
		c := catalog.New()
		if b.list.more(n) { // the dump has what migrations made that are there no more
			c.CountMigration(1)
		}
		r.earlier[set] = c
	}
	for set, c := range r.earlier {
		for other, d := range r.earlier {
			if set != other {
				c.Hear(d)
			}
		}
	}
}

// catalog returns the schema that a migration builds together with others.
func (r *review) catalog(m *migration.Migration) *catalog.Catalog {
	set := m.Schema()
	if r.contained[m] {
		return r.earlier[set]
	}
	if c := r.catalogs[set]; c != nil {
		return c
	}
	c := catalog.New()
	for _, other := range r.catalogs {
		catalog.Meet(c, other)
	}
	for name, other := range r.earlier {
		c.Hear(other)
		if name != set {
			other.Hear(c)
		}
	}
	r.catalogs[set] = c
	if b := r.options.Baseline; b != nil && !m.Foreign() {
		r.begin(c, b)
	}
	return c
}
