package cli

import (
	"context"
	"maps"
	"slices"

	"github.com/dropgate/dropgate/analyzer/migration"
	"github.com/dropgate/dropgate/analyzer/source"
	"github.com/dropgate/dropgate/internal/github"
)

// historyLimit is how many earlier migrations are read through the API. They come
// a hundred at a time, but one by one where that does not work, and a token has
// 1,000 requests an hour for all of a repository's workflows. Beyond the limit
// the history counts as incomplete, which is the safe side.
const historyLimit = 800

// history reads the migrations at the merge base: those of the changed files'
// folders first, the latest first.
func (p *pull) history(ctx context.Context, changed []github.File) (all []*migration.Migration, old map[string]*migration.Migration, err error) {
	tree, truncated, err := p.client.Tree(ctx, p.base)
	if err != nil {
		return nil, nil, err
	}
	p.sides.base = entriesOf(tree)
	edited, near := map[string]bool{}, map[string]bool{}
	for _, f := range changed {
		for _, name := range []string{f.Path, f.OldPath} {
			if name != "" {
				edited[name] = true
				near[p.empty(name).Set] = true
			}
		}
	}
	var files, excluded []*migration.Migration
	oids := map[string]string{}
	for _, f := range tree {
		if !candidate(p.config, f.Path) || !isText(f.Mode) {
			continue
		}
		m := p.empty(f.Path)
		switch {
		case m.Direction() == "down" && !edited[f.Path]:
		case !wanted(p.config, f.Path):
			excluded = append(excluded, past(p.config, m))
		default:
			files = append(files, m)
			oids[f.Path] = f.SHA
		}
	}
	slices.SortStableFunc(files, func(a, b *migration.Migration) int {
		if x, y := rank(a, edited, near), rank(b, edited, near); x != y {
			return x - y
		}
		return migration.Compare(b, a)
	})
	left := files[min(len(files), historyLimit):]
	files = files[:len(files)-len(left)]
	if all, err = p.blobs(ctx, files, oids); err != nil {
		return nil, nil, err
	}
	old = map[string]*migration.Migration{}
	for _, m := range all {
		old[m.File.Path] = m
	}
	all = append(all, excluded...)
	switch {
	case truncated:
		p.logf("GitHub lists only a part of the base's files: names that the migrations read do not have count as existing")
	case len(left) > 0:
		p.logf("%d earlier migrations are not read: names that the others do not have count as existing", len(left))
	default:
		return all, old, nil
	}
	for _, set := range slices.Sorted(maps.Keys(near)) {
		all = append(all, notRead(set))
	}
	return all, old, nil
}

// empty tells by its path alone where a file belongs, and which way it goes.
func (p *pull) empty(name string) *migration.Migration {
	return readMigration(p.config, name, []byte("SELECT"))
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

// blobs reads files and returns them in the order given.
func (p *pull) blobs(ctx context.Context, files []*migration.Migration, oids map[string]string) ([]*migration.Migration, error) {
	var shas []string
	for _, m := range files {
		shas = append(shas, oids[m.File.Path])
	}
	contents, err := p.client.Blobs(ctx, shas)
	if err != nil {
		return nil, err
	}
	all := make([]*migration.Migration, len(files))
	for i, m := range files {
		all[i] = readMigration(p.config, m.File.Path, contents[oids[m.File.Path]])
	}
	return all, nil
}
