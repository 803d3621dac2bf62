package cli

import (
	"context"
	"crypto/sha1" //nolint:gosec // what git names blobs by
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/dropgate/dropgate/analyzer"
	"github.com/dropgate/dropgate/analyzer/migration"
	"github.com/dropgate/dropgate/analyzer/source"
	"github.com/dropgate/dropgate/internal/config"
	"github.com/dropgate/dropgate/internal/git"
	"github.com/dropgate/dropgate/internal/usage"
)

// searchTime is how long the code is searched at most.
const searchTime = 3 * time.Second

// A codebase is the code that may name what a change takes away.
type codebase struct {
	files []git.TreeFile // by path
	// read calls each with the files that can be read, in order, until that returns
	// false.
	read func(each func(number int, data []byte) bool) error
}

// inUse returns what the analyzer asks about names. Where the code is, is asked only
// if there is a name to look for.
func (a *app) inUse(open func() (codebase, error)) func([]analyzer.Gone) analyzer.Usage {
	return func(names []analyzer.Gone) analyzer.Usage {
		end := a.now().Add(searchTime)
		code, err := open()
		if err != nil {
			return analyzer.Usage{Search: analyzer.Search{Stopped: err.Error()}}
		}
		limits := usage.Default
		limits.Late = func() string {
			if a.now().Before(end) {
				return ""
			}
			return fmt.Sprintf("after %g s", searchTime.Seconds())
		}
		files := func(yield func(string, []byte) bool) {
			err = code.read(func(i int, data []byte) bool {
				return yield(code.files[i].Path, data)
			})
		}
		found := usage.Search(names, files, len(code.files), limits)
		switch {
		case found.Search.Stopped != "":
		case err != nil:
			found.Search.Stopped = "since this failed: " + err.Error()
		case found.Search.Files == 0 && len(code.files) > 0:
			found.Search.Stopped = "the files of the change are not there"
		}
		return found
	}
}

// searched returns the files to look at: text of the repository's own that is no
// migration, is run by none, and that the config does not leave out.
func searched(c config.Config, files []git.TreeFile, included ...map[string]*source.File) []git.TreeFile {
	all := config.Config{Exclude: c.Exclude}
	return slices.DeleteFunc(files, func(f git.TreeFile) bool {
		for _, some := range included {
			if some[f.Path] != nil {
				return true
			}
		}
		return migration.IsPlan(f.Path) || !isText(f.Mode) || candidate(c, f.Path) || f.Path == c.Schema || !all.Includes(f.Path)
	})
}

// sideFiles lists what may be code of one side of a change.
func sideFiles(side map[string]git.Entry) []git.TreeFile {
	all := make([]git.TreeFile, 0, len(side))
	for name, entry := range side {
		if usage.Searched(name) {
			all = append(all, git.TreeFile{Path: name, Entry: entry})
		}
	}
	slices.SortFunc(all, func(a, b git.TreeFile) int { return strings.Compare(a.Path, b.Path) })
	return all
}

// storedCode is what git has stored for one side of a change.
func storedCode(ctx context.Context, r *git.Repository, c config.Config, side map[string]git.Entry, all *change) codebase {
	files := searched(c, sideFiles(side), all.base, all.head)
	oids := make([]string, len(files))
	for i, f := range files {
		oids[i] = f.OID
	}
	return codebase{files, func(each func(int, []byte) bool) error {
		return r.Contents(ctx, oids, usage.FileLimit, each)
	}}
}

// treeCode is the tracked files of the working tree that the paths are in.
func treeCode(ctx context.Context, c config.Config, args []string, included map[string]*source.File) (codebase, error) {
	r, err := repositoryOf(ctx, args)
	if err != nil {
		return codebase{}, err
	}
	all, err := r.Tracked(ctx)
	if err != nil {
		return codebase{}, err
	}
	all = slices.DeleteFunc(all, func(f git.TreeFile) bool { return !usage.Searched(f.Path) })
	// Reports have other paths than the repository, and migrations theirs.
	names := map[string]string{}
	for i, f := range all {
		all[i].Path = fromHere(filepath.Join(r.Root(), filepath.FromSlash(f.Path)))
		names[all[i].Path] = f.Path
	}
	files := searched(c, all, included)
	inside := make([]string, len(files))
	for i, f := range files {
		inside[i] = names[f.Path]
	}
	return codebase{files, func(each func(int, []byte) bool) error {
		return readTree(r.Root(), inside, each)
	}}, nil
}

// repositoryOf returns the repository of the first path that is in one, whatever
// their order. Standard input is in none, and the data of tests is of no code.
func repositoryOf(ctx context.Context, args []string) (*git.Repository, error) {
	for _, arg := range slices.Sorted(slices.Values(args)) {
		if arg == stdin || usage.IsTestData(slashed(arg)) {
			continue
		}
		if info, err := os.Stat(arg); err == nil && !info.IsDir() {
			arg = filepath.Dir(arg)
		}
		if r, err := git.Open(ctx, arg); err == nil {
			return r, nil
		}
	}
	return nil, errors.New("no path is in the working tree of a git repository")
}

// fromHere returns a path of the repository as somebody in the working folder
// writes it.
func fromHere(name string) string {
	here, err := os.Getwd()
	if err == nil {
		here, err = filepath.EvalSymlinks(here)
	}
	if err != nil {
		return filepath.ToSlash(name)
	}
	inside, err := filepath.Rel(here, name)
	if err != nil {
		return filepath.ToSlash(name)
	}
	return filepath.ToSlash(inside)
}

// workspaceCode is the checkout that the action's job has, if any: those files of it
// that are the head's to the byte. What else lies there is none of the change's.
func workspaceCode(c config.Config, workspace string, head map[string]git.Entry, all *change) (codebase, error) {
	if workspace == "" {
		return codebase{}, errors.New("the job has no checkout")
	}
	files := searched(c, sideFiles(head), all.base, all.head)
	names := make([]string, len(files))
	for i, f := range files {
		names[i] = f.Path
	}
	return codebase{files, func(each func(int, []byte) bool) error {
		return readTree(workspace, names, func(i int, data []byte) bool {
			return blobName(data) != files[i].OID || each(i, data)
		})
	}}, nil
}

// blobName returns the name that git gives to a content.
func blobName(data []byte) string {
	h := sha1.New() //nolint:gosec // as git does
	_, _ = fmt.Fprintf(h, "blob %d\x00", len(data))
	_, _ = h.Write(data)
	return hex.EncodeToString(h.Sum(nil))
}

// readTree reads those of the files below a folder that are plain and not too
// large. No link leads out of it.
func readTree(dir string, names []string, each func(number int, data []byte) bool) error {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return fmt.Errorf("open the working tree: %w", cause(err))
	}
	defer func() { _ = root.Close() }()
	for i, name := range names {
		name = filepath.FromSlash(path.Clean(name))
		info, err := root.Lstat(name)
		if err != nil || !info.Mode().IsRegular() || info.Size() > usage.FileLimit {
			continue
		}
		data, err := root.ReadFile(name)
		if err == nil && !each(i, data) {
			return nil
		}
	}
	return nil
}
