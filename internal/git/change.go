package git

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// The modes of entries. Git knows no others in a commit.
const (
	Regular    = "100644"
	Executable = "100755"
	Symlink    = "120000" // the blob holds the path that it points to
	Submodule  = "160000" // OID is a commit of another repository: no blob
)

// An Entry is a file as a commit or the index holds it; the zero Entry is none.
type Entry struct {
	Mode string // Regular, Executable, Symlink or Submodule
	OID  string // full object name in hexadecimal
}

// The statuses of changes, in GitHub's words where it has them.
const (
	Added       = "added"
	Modified    = "modified" // the content, the mode or both
	Removed     = "removed"
	Renamed     = "renamed" // and perhaps edited
	Copied      = "copied"
	TypeChanged = "typechanged" // a file became a symlink or a submodule, or back
)

// A Change is one file that differs. Paths are slash-separated, relative to the
// top folder, and hold any bytes that git allows.
type Change struct {
	Path     string
	OldPath  string // where a renamed or copied file came from; else empty
	Status   string
	Old, New Entry // zero when the file is not there on that side
}

// rawDiff spells out all that configuration and attributes could bend. Renames
// are looked for among at most 1,000 candidates; beyond that they are a removed
// and an added file.
var rawDiff = []string{
	"--raw", "-r", "-z", "--no-abbrev", "-M50%", "-l1000", "--no-ext-diff", "--no-textconv",
	"--no-relative", "--ignore-submodules=none",
}

// Changes returns what differs between two revisions, by path. The empty string
// stands for the empty tree.
func (r *Repository) Changes(ctx context.Context, from, to string) ([]Change, error) {
	before, err := r.tree(ctx, from)
	if err != nil {
		return nil, err
	}
	after, err := r.tree(ctx, to)
	if err != nil {
		return nil, err
	}
	out, err := r.run(ctx, slices.Concat([]string{"diff-tree"}, rawDiff, []string{before, after, "--"})...)
	if err != nil {
		return nil, fmt.Errorf("compare %q with %q: %w", from, to, err)
	}
	return parseChanges(string(out))
}

// StagedChanges returns what the index changes against HEAD, by path: what the
// next commit would hold. Without a first commit, everything is added. Files
// that were only announced (git add --intent-to-add) are not part of it. Files
// in conflict are an error.
func (r *Repository) StagedChanges(ctx context.Context) ([]Change, error) {
	if r.bare {
		return nil, fmt.Errorf("%s is a bare repository: nothing can be staged in it", r.root)
	}
	head, _, err := r.Head(ctx)
	if err != nil {
		return nil, err
	}
	tree, err := r.tree(ctx, head)
	if err != nil {
		return nil, err
	}
	args := slices.Concat([]string{"diff-index", "--cached", "--ita-invisible-in-index"}, rawDiff, []string{tree, "--"})
	out, err := r.run(ctx, args...)
	if err != nil {
		return nil, fmt.Errorf("compare the index with HEAD: %w", err)
	}
	return parseChanges(string(out))
}

// parseChanges reads git's raw format with -z:
//
//	:oldmode newmode oldoid newoid status NUL path NUL [path NUL]
func parseChanges(raw string) ([]Change, error) {
	var changes []Change
	var conflicts []string
	for raw != "" {
		c, rest, err := parseChange(raw)
		if err != nil {
			return nil, err
		}
		raw = rest
		if c.Status == unmerged {
			conflicts = append(conflicts, c.Path)
			continue
		}
		changes = append(changes, c)
	}
	if len(conflicts) > 0 {
		return nil, conflictError(conflicts)
	}
	slices.SortStableFunc(changes, func(a, b Change) int { return cmp.Compare(a.Path, b.Path) })
	return changes, nil
}

func parseChange(raw string) (c Change, rest string, err error) {
	head, rest, found := strings.Cut(raw, "\x00")
	fields := strings.Split(strings.TrimPrefix(head, ":"), " ")
	if !found || len(fields) != 5 || fields[4] == "" {
		return c, "", fmt.Errorf("read git's list of changes: unexpected %q", head)
	}
	c.Status = statuses[fields[4][0]]
	if c.Status == "" {
		return c, "", fmt.Errorf("read git's list of changes: unknown status in %q", head)
	}
	c.Old, c.New = entry(fields[0], fields[2]), entry(fields[1], fields[3])
	if c.Status == Renamed || c.Status == Copied {
		c.OldPath, rest, found = strings.Cut(rest, "\x00")
	}
	if found {
		c.Path, rest, found = strings.Cut(rest, "\x00")
	}
	if !found {
		return c, "", errors.New("read git's list of changes: it ends in the middle")
	}
	return c, rest, nil
}

// unmerged is the status of a file in conflict; it never leaves this package.
const unmerged = "unmerged"

var statuses = map[byte]string{
	'A': Added, 'M': Modified, 'D': Removed, 'R': Renamed, 'C': Copied, 'T': TypeChanged, 'U': unmerged,
}

func entry(mode, oid string) Entry {
	if mode == "000000" {
		return Entry{}
	}
	return Entry{Mode: mode, OID: oid}
}

// conflictsShown is the most paths that an error about conflicts names.
const conflictsShown = 5

func conflictError(paths []string) error {
	slices.Sort(paths)
	paths = slices.Compact(paths)
	quoted := make([]string, 0, conflictsShown)
	for _, p := range paths[:min(len(paths), conflictsShown)] {
		quoted = append(quoted, fmt.Sprintf("%q", p))
	}
	more := ""
	if len(paths) > conflictsShown {
		more = fmt.Sprintf(" and %d more", len(paths)-conflictsShown)
	}
	return fmt.Errorf("the index has unresolved conflicts: resolve and git add %s%s first", strings.Join(quoted, ", "), more)
}
