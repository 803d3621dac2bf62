package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/dropgate/dropgate/internal/git"
	"github.com/dropgate/dropgate/internal/github"
)

// A tree is where the doctor reads files. Links are not followed: GitHub takes no
// workflow from one.
type tree interface {
	// list names what stands directly in a folder; nothing if it is not there.
	list(folder string) ([]string, error)
	// read reads a plain file; ok is false if there is none.
	read(name string) (data []byte, ok bool, err error)
}

// largest is more than any file that the doctor reads may have.
const largest = 4 << 20

// A diskTree is a working tree.
type diskTree struct{ root string }

func (d diskTree) list(folder string) ([]string, error) {
	entries, err := os.ReadDir(filepath.Join(d.root, filepath.FromSlash(folder)))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", folder, cause(err))
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names, nil
}

func (d diskTree) read(name string) ([]byte, bool, error) {
	root, err := os.OpenRoot(d.root)
	if err != nil {
		return nil, false, fmt.Errorf("read %s: %w", name, cause(err))
	}
	defer func() { _ = root.Close() }()
	local := filepath.FromSlash(name)
	info, err := root.Lstat(local)
	if err != nil || !info.Mode().IsRegular() {
		return nil, false, nil
	}
	if info.Size() > largest {
		return nil, false, fmt.Errorf("read %s: it is too large", name)
	}
	data, err := root.ReadFile(local)
	if err != nil {
		return nil, false, fmt.Errorf("read %s: %w", name, cause(err))
	}
	return data, true, nil
}

// A gitTree is a commit in a clone.
type gitTree struct {
	ctx   context.Context
	here  *git.Repository
	files []git.TreeFile
}

func (g *gitTree) list(folder string) ([]string, error) {
	var names []string
	for _, f := range g.files {
		if path.Dir(f.Path) == folder {
			names = append(names, path.Base(f.Path))
		}
	}
	return names, nil
}

func (g *gitTree) read(name string) (data []byte, ok bool, err error) {
	for _, f := range g.files {
		if f.Path == name && isText(f.Mode) {
			err = g.here.Blobs(g.ctx, []string{f.OID}, func(_ string, content []byte) error {
				data, ok = content, true
				return nil
			})
		}
	}
	return data, ok, err
}

// An apiTree is a commit on GitHub. Each folder is listed once. It has functions for
// a client: where a client is in an interface, all that go-github can do is linked.
type apiTree struct {
	under   func(sha string) ([]github.TreeFile, error)
	blob    func(sha string) ([]byte, error)
	commit  string
	folders map[string][]github.TreeFile
}

// folder lists a folder by the tree that the folder above it names.
func (t *apiTree) folder(name string) ([]github.TreeFile, error) {
	if known, ok := t.folders[name]; ok {
		return known, nil
	}
	sha := t.commit
	if name != "." {
		above, err := t.folder(path.Dir(name))
		if err != nil {
			return nil, err
		}
		sha = ""
		for _, e := range above {
			if e.Path == path.Base(name) && e.Mode == "040000" {
				sha = e.SHA
			}
		}
	}
	var files []github.TreeFile
	if sha != "" {
		var err error
		if files, err = t.under(sha); err != nil {
			return nil, err
		}
	}
	t.folders[name] = files
	return files, nil
}

func (t *apiTree) list(folder string) ([]string, error) {
	files, err := t.folder(folder)
	var names []string
	for _, f := range files {
		names = append(names, f.Path)
	}
	return names, err
}

func (t *apiTree) read(name string) ([]byte, bool, error) {
	name = path.Clean(name)
	files, err := t.folder(path.Dir(name))
	if err != nil {
		return nil, false, err
	}
	for _, f := range files {
		if f.Path != path.Base(name) || !strings.HasPrefix(f.Mode, "100") {
			continue
		}
		if f.Size > largest {
			return nil, false, fmt.Errorf("read %s: it is too large", name)
		}
		data, err := t.blob(f.SHA)
		return data, err == nil, err
	}
	return nil, false, nil
}
