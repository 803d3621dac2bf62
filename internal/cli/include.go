package cli

import (
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"

	"github.com/dropgate/dropgate/analyzer"
	"github.com/dropgate/dropgate/analyzer/migration"
	"github.com/dropgate/dropgate/analyzer/source"
	"github.com/dropgate/dropgate/internal/git"
	"github.com/dropgate/dropgate/internal/github"
	"github.com/dropgate/dropgate/rules"
)

// A disk is what check PATH reviews: migrations of the working tree, those before
// them and the files that they include.
type disk struct {
	history, files []*migration.Migration
	included       map[string]*source.File
	baseline       *analyzer.Baseline
}

// together reviews a change as a whole.
func together(all *change, jobs int) *analyzer.Report {
	o := analyzer.Options{
		Rules: rules.All, Jobs: jobs, Base: all.base, Head: all.head, Sizes: all.sizes, InUse: all.inUse, Baseline: all.baseline,
		Progress: all.progress,
	}
	return analyzer.Together(o, all.history, all.files)
}

// readIncluded reads those of the paths that are plain files in the working tree.
// A link must not lead out of it: what is behind it is not part of the repository.
func readIncluded(paths []string) ([]*source.File, error) {
	root, err := os.OpenRoot(".")
	if err != nil {
		return nil, fmt.Errorf("read included files: %w", cause(err))
	}
	defer func() { _ = root.Close() }()
	var all []*source.File
	for _, name := range paths {
		stat, read := os.Lstat, os.ReadFile
		if filepath.IsLocal(filepath.FromSlash(name)) {
			stat, read = root.Stat, root.ReadFile
		}
		info, err := stat(filepath.FromSlash(name))
		if err != nil || !info.Mode().IsRegular() {
			continue // it is not there, or nothing that psql could read by a name of the repository
		}
		data, err := read(filepath.FromSlash(name))
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", name, cause(err))
		}
		all = append(all, source.New(name, data))
	}
	return all, nil
}

// planLevels is how many folders above a migration are looked through for a plan.
const planLevels = 8

// plansOnDisk reads the files that tell the order of migrations. They stand in the
// folder of these, right below that or above it.
func plansOnDisk(files []*migration.Migration) ([]*source.File, error) {
	own, folders := map[string]bool{}, map[string]bool{}
	for _, m := range files {
		folder := path.Dir(m.File.Path)
		if m.File.Path == stdin || own[folder] {
			continue
		}
		own[folder] = true
		for _, below := range entries(folder) {
			if below.IsDir() {
				folders[path.Join(folder, below.Name())] = true
			}
		}
		for range planLevels {
			folders[folder] = true
			folder = path.Dir(folder)
		}
	}
	var plans []*source.File
	for _, folder := range slices.Sorted(maps.Keys(folders)) {
		for _, entry := range entries(folder) {
			name := path.Join(folder, entry.Name())
			if !entry.Type().IsRegular() || !migration.IsPlan(name) {
				continue
			}
			data, err := os.ReadFile(filepath.FromSlash(name))
			if err != nil {
				return nil, fmt.Errorf("read %s: %w", name, cause(err))
			}
			plans = append(plans, source.New(name, data))
		}
	}
	return plans, nil
}

// entries lists a folder; one that cannot be listed has none.
func entries(folder string) []fs.DirEntry {
	all, err := os.ReadDir(filepath.FromSlash(folder))
	if err != nil {
		return nil
	}
	return all
}

// sides are the files of a change's two sides.
type sides struct {
	base, head map[string]git.Entry
	// missing adds files to the base, if some of the names are not known to be there
	// or not; nil if all are.
	missing func(names []string) error
}

// sidesOf returns the files of a commit, and those that changes make of them.
func sidesOf(tree []git.TreeFile, changes []git.Change) sides {
	s := sides{base: map[string]git.Entry{}, head: map[string]git.Entry{}}
	for _, f := range tree {
		s.base[f.Path], s.head[f.Path] = f.Entry, f.Entry
	}
	for _, c := range changes {
		if c.Status == git.Renamed {
			delete(s.head, c.OldPath)
		}
	}
	for _, c := range changes {
		if c.Status == git.Removed {
			delete(s.head, c.Path)
		} else {
			s.head[c.Path] = c.New
		}
	}
	return s
}

// entriesOf returns the files of a commit as git has them.
func entriesOf(tree []github.TreeFile) map[string]git.Entry {
	all := make(map[string]git.Entry, len(tree))
	for _, f := range tree {
		all[f.Path] = git.Entry{Mode: f.Mode, OID: f.SHA}
	}
	return all
}

// A blobReader reads blobs by their names.
type blobReader func(oids []string) (map[string][]byte, error)

// complete puts the migrations in the order of the head's plans, and adds the files
// that they include.
func (s sides) complete(all *change, read blobReader) error {
	if err := s.arrange(all, read); err != nil {
		return err
	}
	history := slices.Clone(all.history)
	var changed []*migration.Migration
	for _, f := range all.files {
		if f.Base != nil {
			history = append(history, f.Base)
		}
		if f.Migration != nil {
			changed = append(changed, f.Migration)
		}
	}
	var err error
	all.base, err = analyzer.Included(history, func(paths []string) ([]*source.File, error) {
		if s.missing != nil {
			if err := s.missing(paths); err != nil {
				return nil, err
			}
		}
		return filesOf(s.base, paths, read)
	})
	if err == nil {
		all.head, err = analyzer.Included(changed, func(paths []string) ([]*source.File, error) { return filesOf(s.head, paths, read) })
	}
	return err
}

// recognise reads scripts of the base again as its plans tell, and returns the plans
// by which changed ones may be: those that the change adds have no say in that.
func (s sides) recognise(history []*migration.Migration, read blobReader) ([]*source.File, error) {
	base, err := plansOf(s.base, read)
	if err != nil || len(base) == 0 {
		return nil, err
	}
	migration.Recognise(base, history)
	head, err := plansOf(s.head, read)
	known := map[string]bool{}
	for _, f := range base {
		known[f.Path] = true
	}
	head = slices.DeleteFunc(head, func(f *source.File) bool { return !known[f.Path] })
	return append(base, head...), err
}

// plansOf reads the files of a side that tell the order of migrations.
func plansOf(side map[string]git.Entry, read blobReader) ([]*source.File, error) {
	var names []string
	for name := range side {
		if migration.IsPlan(name) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return filesOf(side, names, read)
}

// arrange puts the migrations in the order of the plans that the change leaves.
func (s sides) arrange(all *change, read blobReader) error {
	plans, err := plansOf(s.head, read)
	if err != nil {
		return err
	}
	migrations := slices.Clone(all.history)
	for _, f := range all.files {
		for _, m := range []*migration.Migration{f.Base, f.Migration} {
			if m != nil {
				migrations = append(migrations, m)
			}
		}
	}
	migration.Arrange(plans, migrations)
	return nil
}

// filesOf reads those of the paths that are plain files of a side.
func filesOf(side map[string]git.Entry, paths []string, read blobReader) ([]*source.File, error) {
	var oids, found []string
	for _, name := range paths {
		if entry, ok := side[name]; ok && isText(entry.Mode) {
			oids = append(oids, entry.OID)
			found = append(found, name)
		}
	}
	if len(oids) == 0 {
		return nil, nil
	}
	contents, err := read(slices.Clone(oids))
	if err != nil {
		return nil, err
	}
	all := make([]*source.File, len(found))
	for i, name := range found {
		all[i] = source.New(name, contents[oids[i]])
	}
	return all, nil
}
