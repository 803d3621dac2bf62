package git

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Origin returns the address of the remote named origin, as git would use it; ""
// when there is none.
func (r *Repository) Origin(ctx context.Context) (string, error) {
	_, err := r.line(ctx, "config", "--get", "remote.origin.url")
	var failed *commandError
	if errors.As(err, &failed) && failed.code == 1 {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("read the address of origin: %w", err)
	}
	url, err := r.line(ctx, "ls-remote", "--get-url", "origin") // connects to nothing
	if err != nil {
		return "", fmt.Errorf("read the address of origin: %w", err)
	}
	return url, nil
}

// DefaultBranch returns the name of the branch that origin calls its default, or
// the likeliest one: main or master if there is one, or the current branch, which
// need not have a commit yet.
func (r *Repository) DefaultBranch(ctx context.Context) (string, error) {
	const origin = "refs/remotes/origin/"
	name, err := r.symbolic(ctx, origin+"HEAD")
	if err != nil {
		return "", err
	}
	if rest := name[min(len(origin), len(name)):]; rest != "" {
		return rest, nil
	}
	for _, likely := range []string{"main", "master"} {
		if _, err := r.BranchCommit(ctx, likely); err == nil {
			return likely, nil
		}
	}
	name, err = r.symbolic(ctx, "HEAD")
	if err != nil {
		return "", err
	}
	const heads = "refs/heads/"
	if rest := name[min(len(heads), len(name)):]; rest != "" {
		return rest, nil
	}
	return "main", nil
}

// symbolic returns the ref that a symbolic one points to; "" if it is none.
func (r *Repository) symbolic(ctx context.Context, ref string) (string, error) {
	name, err := r.line(ctx, "symbolic-ref", "--quiet", ref)
	var failed *commandError
	if errors.As(err, &failed) && failed.code == 1 {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("read %s: %w", ref, err)
	}
	return name, nil
}

// BranchCommit returns the commit that a branch is at: origin's, as this clone
// last saw it, or its own.
func (r *Repository) BranchCommit(ctx context.Context, branch string) (string, error) {
	if id, err := r.commit(ctx, "refs/remotes/origin/"+branch); err == nil {
		return id, nil
	}
	if id, err := r.commit(ctx, "refs/heads/"+branch); err == nil {
		return id, nil
	}
	return "", fmt.Errorf("there is no branch %q here: check its spelling, or fetch it (git fetch origin)", branch)
}

// Present returns the paths of the files that are tracked, and of those that git
// does not ignore, by path.
func (r *Repository) Present(ctx context.Context) ([]string, error) {
	if r.bare {
		return nil, fmt.Errorf("%s is a bare repository: it has no working tree; run in a clone of it", r.root)
	}
	out, err := r.run(ctx, "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--full-name", "--", ":/")
	if err != nil {
		return nil, fmt.Errorf("list the files: %w", err)
	}
	var paths []string
	for name := range strings.SplitSeq(string(out), "\x00") {
		if name != "" {
			paths = append(paths, name)
		}
	}
	slices.Sort(paths)
	return slices.Compact(paths), nil
}
