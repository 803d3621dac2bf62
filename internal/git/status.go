package git

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
)

// A Status is what one look at a working tree tells: paths that differ, relative
// to its top folder.
type Status struct {
	Staged   []string // the index is other than HEAD; a renamed file is there with both names
	Unstaged []string // the working tree is other than the index; untracked files are not looked for
	Conflict bool     // some files are in conflict, and in neither list
}

// Look tells by one git command what is staged and what is edited in the working
// tree whose top folder is dir. Files that the index is told to take as unchanged
// (assume-unchanged, skip-worktree) are not looked at in the working tree.
func Look(ctx context.Context, dir string) (Status, error) {
	full, err := filepath.Abs(dir)
	if err != nil {
		return Status{}, fmt.Errorf("find the repository of %s: %w", dir, err)
	}
	r := &Repository{dir: full}
	if err := r.findIndex(); err != nil {
		return Status{}, err
	}
	// Submodules are not entered: that would take another git for each of them.
	out, err := r.run(ctx, "status", "--porcelain=v2", "-z", "--untracked-files=no", "--ignore-submodules=dirty",
		"--no-renames", "--no-ahead-behind")
	if err != nil {
		return Status{}, fmt.Errorf("compare the index with HEAD: %w", err)
	}
	return parseStatus(string(out))
}

// parseStatus reads git's second porcelain format with -z, in which X and Y are
// the states of the index and of the working tree, or a dot:
//
//	1 XY sub mode mode mode oid oid path NUL
//	u XY sub mode mode mode mode oid oid oid path NUL
//	# header NUL
func parseStatus(text string) (s Status, err error) {
	for line := range strings.SplitSeq(strings.TrimSuffix(text, "\x00"), "\x00") {
		if line == "" || strings.HasPrefix(line, "# ") {
			continue
		}
		fields := strings.SplitN(line, " ", 9)
		switch {
		case fields[0] == "u":
			s.Conflict = true
			continue
		case fields[0] != "1" || len(fields) != 9 || len(fields[1]) != 2:
			return Status{}, fmt.Errorf("read git's status: unexpected %q", line)
		}
		if fields[1][0] != '.' {
			s.Staged = append(s.Staged, fields[8])
		}
		if fields[1][1] != '.' {
			s.Unstaged = append(s.Unstaged, fields[8])
		}
	}
	return s, nil
}
