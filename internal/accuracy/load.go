package main

import (
	"bytes"
	"errors"
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
)

// A history is the migrations of a project in the order they run in.
type history struct {
	root       string // the project's folder
	migrations []*migration.Migration
	included   map[string]*source.File // what psql includes, by path
}

// load reads a project's migrations.
func load(p project, root string) (*history, error) {
	h := &history{root: root}
	var plans []*source.File
	err := fs.WalkDir(os.DirFS(root), path.Join(".", p.Folder), func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && d.Name() == ".git":
			return fs.SkipDir
		case !d.Type().IsRegular() || p.excludes(name):
			return nil
		case !migration.IsCandidate(name) && !migration.IsPlan(name):
			return nil
		}
		f, err := h.file(p, name)
		if err != nil {
			return err
		}
		if migration.IsPlan(name) {
			plans = append(plans, f)
			return nil
		}
		h.migrations = append(h.migrations, migration.Read(f, p.Format))
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read migrations: %w", err)
	}
	migration.Recognise(plans, h.migrations)
	migration.Arrange(plans, h.migrations)
	h.migrations = slices.DeleteFunc(h.migrations, (*migration.Migration).Foreign)
	slices.SortStableFunc(h.migrations, migration.Compare)
	if p.Together {
		for i, m := range h.migrations {
			m.Set, m.Version.Planned, m.Version.Place = ".", true, i
		}
	}
	h.included, err = analyzer.Included(h.migrations, func(paths []string) ([]*source.File, error) { return h.those(p, paths) })
	return h, err
}

// file reads a file and fills in what the project's tool fills in.
func (h *history) file(p project, name string) (*source.File, error) {
	data, err := os.ReadFile(filepath.Join(h.root, filepath.FromSlash(name)))
	if err != nil {
		return nil, err
	}
	for _, old := range slices.Sorted(maps.Keys(p.Replace)) {
		data = bytes.ReplaceAll(data, []byte(old), []byte(p.Replace[old]))
	}
	return source.New(name, data), nil
}

// those reads the files of these paths that there are.
func (h *history) those(p project, paths []string) ([]*source.File, error) {
	var all []*source.File
	for _, name := range paths {
		if !fs.ValidPath(name) {
			continue
		}
		f, err := h.file(p, name)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		all = append(all, f)
	}
	return all, nil
}

// goesForward reports whether a tool runs anything of the file to migrate.
func goesForward(m *migration.Migration) bool {
	return slices.ContainsFunc(m.Sections, func(s migration.Section) bool { return s.Direction == migration.Up })
}
