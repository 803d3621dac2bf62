package git

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
)

// fetchAll says how a clone gets the history that it lacks.
const fetchAll = "fetch the whole history (actions/checkout: fetch-depth: 0; elsewhere: git fetch --unshallow)"

// objectID is a full object name, SHA-1 or SHA-256.
var objectID = regexp.MustCompile(`^(?:[0-9a-f]{40}|[0-9a-f]{64})$`)

// plainBranch is a branch's name that a shell takes as it is.
var plainBranch = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9._/-]*$`)

// Head returns the commit that is checked out. ok is false when there is none
// yet, as in a repository without a first commit.
func (r *Repository) Head(ctx context.Context) (commit string, ok bool, err error) {
	_, err = r.line(ctx, "rev-parse", "--verify", "--quiet", "HEAD")
	var failed *commandError
	if errors.As(err, &failed) && failed.code == 1 {
		return "", false, nil
	}
	if err != nil {
		return "", false, fmt.Errorf("read HEAD: %w", err)
	}
	if commit, err = r.commit(ctx, "HEAD"); err != nil {
		return "", false, fmt.Errorf("read HEAD: %w", err)
	}
	return commit, true, nil
}

// MergeBase returns the commit that base and head, any two revisions, both come
// from: the one that `git diff base...head` takes where there are several. That
// a revision is not there, or that a shallow clone lacks the history to tell, is
// an error that says what to do.
func (r *Repository) MergeBase(ctx context.Context, base, head string) (string, error) {
	from, err := r.commit(ctx, base)
	if err != nil {
		return "", err
	}
	to, err := r.commit(ctx, head)
	if err != nil {
		return "", err
	}
	id, err := r.line(ctx, "merge-base", from, to)
	var failed *commandError
	if errors.As(err, &failed) && failed.code == 1 && failed.stderr == "" {
		return "", r.noMergeBase(ctx, base, head)
	}
	if err != nil {
		return "", fmt.Errorf("find the merge base of %q and %q: %w", base, head, err)
	}
	return id, nil
}

func (r *Repository) noMergeBase(ctx context.Context, base, head string) error {
	shallow, err := r.line(ctx, "rev-parse", "--is-shallow-repository")
	if err != nil {
		return fmt.Errorf("find the merge base of %q and %q: %w", base, head, err)
	}
	if shallow == "true" {
		return fmt.Errorf("no merge base of %q and %q in this shallow clone: %s", base, head, fetchAll)
	}
	return fmt.Errorf("%q and %q have no commit in common: name a base that %q was branched from", base, head, head)
}

// commit returns the full name of the commit that a revision stands for.
func (r *Repository) commit(ctx context.Context, revision string) (string, error) {
	if revision == "" {
		return "", errors.New("the revision is empty: name a commit, a branch or a tag")
	}
	id, err := r.line(ctx, "rev-parse", "--verify", "--quiet", "--end-of-options", revision+"^{commit}")
	var failed *commandError
	if err != nil && !errors.As(err, &failed) {
		return "", fmt.Errorf("look up revision %q: %w", revision, err)
	}
	// What git prints for ^name or for a range is no object name.
	if err == nil && objectID.MatchString(id) {
		return id, nil
	}
	return "", r.unknownRevision(ctx, revision)
}

func (r *Repository) unknownRevision(ctx context.Context, revision string) error {
	todo := "check its spelling (git branch --all and git tag list the names), or fetch it (git fetch origin)"
	if branch, ok := strings.CutPrefix(revision, "origin/"); ok && plainBranch.MatchString(branch) {
		// Spelled out: a CI system's clone is told to fetch one branch only.
		if address, err := r.Origin(ctx); err == nil && address == "" {
			return fmt.Errorf("unknown revision %q: there is no remote origin: if the branch is here, name %s itself", revision, branch)
		}
		todo = fmt.Sprintf("fetch it: git fetch origin +refs/heads/%s:refs/remotes/origin/%s", branch, branch)
	} else if shallow, err := r.line(ctx, "rev-parse", "--is-shallow-repository"); err == nil && shallow == "true" {
		todo = "this clone is shallow: " + fetchAll
	} else if strings.HasPrefix(revision, "-") {
		todo = "a revision does not begin with a dash"
	}
	return fmt.Errorf("unknown revision %q: %s", revision, todo)
}

// tree returns what names a commit's tree in a command: the empty tree for the
// empty string, which stands for no commit at all.
func (r *Repository) tree(ctx context.Context, revision string) (string, error) {
	if revision != "" {
		return r.commit(ctx, revision)
	}
	// Its name depends on the repository's hash function. Nothing is written.
	id, err := r.line(ctx, "hash-object", "-t", "tree", "--stdin")
	if err != nil {
		return "", fmt.Errorf("name the empty tree: %w", err)
	}
	return id, nil
}
