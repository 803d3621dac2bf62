package analyzer

import (
	"github.com/dropgate/dropgate/analyzer/migration"
	"github.com/dropgate/dropgate/analyzer/op"
	"github.com/dropgate/dropgate/analyzer/pgsql"
	"github.com/dropgate/dropgate/analyzer/source"
)

const (
	// includedFiles is the most files that are read because others include them.
	includedFiles = 1000
	// includedLevels is how deep they may include one another.
	includedLevels = 50
	// includedPaths is the most paths that are looked for.
	includedPaths = 20 * includedFiles
)

// Included reads the files that psql includes where it runs the migrations, and
// those that they include in turn, each once. A name may stand for one of several
// paths: load is asked for all of them and returns the files that there are. Where
// there are too many, or they nest too deep, the rest is left out.
func Included(migrations []*migration.Migration, load func(paths []string) ([]*source.File, error)) (map[string]*source.File, error) {
	var wanted []string
	asked := map[string]bool{}
	add := func(f *source.File, in source.Span) {
		for _, file := range pgsql.Includes(f, in) {
			wanted = append(wanted, unasked(asked, file, f.Path)...)
		}
	}
	for _, m := range migrations {
		for _, s := range m.Sections {
			if s.Psql && s.Direction == migration.Up {
				add(m.File, s.Span)
			}
		}
	}
	all := map[string]*source.File{}
	for range includedLevels {
		if len(wanted) == 0 || len(all) >= includedFiles {
			break
		}
		files, err := load(wanted)
		if err != nil {
			return nil, err
		}
		wanted = nil
		for _, f := range files[:min(len(files), includedFiles-len(all))] {
			all[f.Path] = f
			add(f, f.All())
		}
	}
	return all, nil
}

// unasked returns the paths that the file may have and that load was not asked for.
func unasked(asked map[string]bool, file *op.Include, from string) []string {
	var paths []string
	for _, p := range file.Paths(from) {
		if !asked[p] && len(asked) < includedPaths {
			asked[p] = true
			paths = append(paths, p)
		}
	}
	return paths
}
