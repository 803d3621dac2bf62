package cli

import (
	"context"
	"maps"
	"slices"

	"github.com/dropgate/dropgate/analyzer/migration"
	"github.com/dropgate/dropgate/analyzer/source"
	"github.com/dropgate/dropgate/internal/config"
	"github.com/dropgate/dropgate/internal/github"
)

// historyLimit is how many earlier migrations are read through the API. They come
// a hundred at a time, but one by one where that does not work, and a token has
// 1,000 requests an hour for all of a repository's workflows. Beyond the limit
// the history counts as incomplete, which is the safe side.
const historyLimit = 800

// applied are the migrations at the merge base, by their paths alone.
type applied struct {
	files    []*migration.Migration // to be read: the most important first
	excluded []*migration.Migration // that the config leaves out
	left     int                    // that are too many to be read
	near     []string               // the sets of the changed files
}

// applied picks the migrations at the merge base: the edited ones first, then those
// of the changed files' folders, the latest first.
func (p *pull) applied(c config.Config, changed []github.File) applied {
	edited, near := map[string]bool{}, map[string]bool{}
	for _, f := range changed {
		for _, name := range []string{f.Path, f.OldPath} {
			if name != "" {
				edited[name] = true
				near[empty(c, name).Set] = true
			}
		}
	}
	e := applied{near: slices.Sorted(maps.Keys(near))}
	for _, name := range slices.Sorted(maps.Keys(p.sides.base)) {
		if !candidate(c, name) || !isText(p.sides.base[name].Mode) {
			continue
		}
		m := empty(c, name)
		switch {
		case m.Direction() == "down" && !edited[name]:
		case !wanted(c, name):
			e.excluded = append(e.excluded, past(c, m))
		default:
			e.files = append(e.files, m)
		}
	}
	slices.SortStableFunc(e.files, func(a, b *migration.Migration) int {
		if x, y := rank(a, edited, near), rank(b, edited, near); x != y {
			return x - y
		}
		return migration.Compare(b, a)
	})
	e.left = max(len(e.files)-historyLimit, 0)
	e.files = e.files[:len(e.files)-e.left]
	return e
}

// history reads the migrations at the merge base, and returns those of them that
// have been read by their paths too.
func (p *pull) history(ctx context.Context, changed []github.File) (all []*migration.Migration, old map[string]*migration.Migration, err error) {
	e := p.applied(p.config, changed)
	var oids []string
	for _, m := range e.files {
		oids = append(oids, p.sides.base[m.File.Path].OID)
	}
	contents, err := p.client.Blobs(ctx, oids)
	if err != nil {
		return nil, nil, err
	}
	old = map[string]*migration.Migration{}
	for i, m := range e.files {
		m = readMigration(p.config, m.File.Path, contents[oids[i]])
		old[m.File.Path] = m
		all = append(all, m)
	}
	all = append(all, e.excluded...)
	switch {
	case p.listing.partial:
		p.logf("GitHub lists only a part of the repository's files: names that the migrations read do not have count as existing")
	case e.left > 0:
		p.logf("%d earlier migrations are not read: names that the others do not have count as existing", e.left)
	default:
		return all, old, nil
	}
	for _, set := range e.near {
		all = append(all, notRead(set))
	}
	return all, old, nil
}

// empty tells by its path alone where a file belongs, and which way it goes.
func empty(c config.Config, name string) *migration.Migration {
	return readMigration(c, name, []byte("SELECT"))
}

func rank(m *migration.Migration, edited, near map[string]bool) int {
	switch {
	case edited[m.File.Path]:
		return 0
	case near[m.Set]:
		return 1
	}
	return 2
}

// notRead stands for the migrations of a set that were not read.
func notRead(set string) *migration.Migration {
	return &migration.Migration{
		File: source.New(set, nil), Format: "sql", Set: set,
		Problems: []migration.Problem{{Message: "not all earlier migrations were read"}},
	}
}
