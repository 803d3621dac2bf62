package github

import (
	"context"
	"errors"
	"net/url"
	"slices"
	"strings"
	"time"

	gh "github.com/google/go-github/v60/github"
)

// A Commit is one of those between two others.
type Commit struct {
	SHA     string
	Parents []string
	Message string // written by anybody
}

// A Comparison is what a commit has that another one has not.
type Comparison struct {
	MergeBase string
	Commits   []Commit // in GitHub's order
	// Renamed holds the former paths of renamed files by their new ones, of the
	// first 300 files that changed since the merge base: GitHub tells no more.
	Renamed map[string]string
	// Files holds the paths, the former ones included, of the files that changed since
	// the merge base, and whether head has them; empty if GitHub does not tell all.
	Files map[string]bool
}

// Compare lists the commits that head has and base has not. It is [ErrNotFound]
// when the two have no commit in common, or when one of them is not there.
func (c *Client) Compare(ctx context.Context, base, head string) (*Comparison, error) {
	for _, sha := range []string{base, head} {
		if err := checkName("commit", sha); err != nil {
			return nil, err
		}
	}
	call := callf(readContents, "compare %s with %s", base, head)
	found := &Comparison{Renamed: map[string]string{}, Files: map[string]bool{}}
	listed := 0
	total := 0
	seen := map[string]bool{}
	err := allPages(func(o gh.ListOptions) (*gh.Response, error) {
		page, resp, err := c.api.Repositories.CompareCommits(ctx, c.owner, c.name, base, head, &o)
		if err != nil {
			return resp, err
		}
		found.MergeBase, total = page.GetMergeBaseCommit().GetSHA(), page.GetTotalCommits()
		listed = max(listed, len(page.Files))
		for _, f := range page.Files {
			found.add(f)
		}
		for _, commit := range page.Commits {
			if sha := commit.GetSHA(); !seen[sha] {
				seen[sha] = true
				found.Commits = append(found.Commits, newCommit(commit))
			}
		}
		return resp, nil
	})
	switch {
	case err != nil:
		return nil, call.fail(err)
	case !objectName.MatchString(found.MergeBase):
		return nil, call.incomplete("it names no merge base")
	case len(found.Commits) < total:
		return nil, call.incomplete("%d commits of %d", len(found.Commits), total)
	}
	if listed >= mostCompared {
		clear(found.Files)
	}
	return found, nil
}

// add notes a file that changed. What another file was called before, one that was
// added may be called now.
func (c *Comparison) add(f *gh.CommitFile) {
	path, former := f.GetFilename(), f.GetPreviousFilename()
	c.Files[path] = f.GetStatus() != "removed"
	if f.GetStatus() != "renamed" {
		return
	}
	c.Renamed[path] = former
	if _, known := c.Files[former]; !known {
		c.Files[former] = false
	}
}

func newCommit(c *gh.RepositoryCommit) Commit {
	commit := Commit{SHA: c.GetSHA(), Message: c.GetCommit().GetMessage()}
	for _, p := range c.Parents {
		commit.Parents = append(commit.Parents, p.GetSHA())
	}
	return commit
}

// An Associated pull request is one that GitHub names for a commit.
type Associated struct {
	Number            int
	Open              bool
	MergedAt          time.Time // zero if it was not merged
	BaseRef           string
	HeadRef, HeadRepo string // HeadRepo is "owner/name"; empty when the fork is gone
	HeadSHA           string
}

// PullsOf lists the pull requests into this repository that GitHub knows a commit
// from: the merged one that brought it into the default branch, or the merged and
// open ones that have it.
func (c *Client) PullsOf(ctx context.Context, commit string) ([]Associated, error) {
	return c.pullsOf(ctx, c.owner, c.name, commit)
}

// pullsOf is PullsOf by what a repository knows, which may be a fork of this one.
func (c *Client) pullsOf(ctx context.Context, owner, name, commit string) ([]Associated, error) {
	if err := checkName("commit", commit); err != nil {
		return nil, err
	}
	var all []Associated
	err := allPages(func(o gh.ListOptions) (*gh.Response, error) {
		list, resp, err := c.api.PullRequests.ListPullRequestsWithCommit(ctx, owner, name, commit, &o)
		for _, p := range list {
			if strings.EqualFold(p.GetBase().GetRepo().GetFullName(), c.owner+"/"+c.name) {
				all = append(all, newAssociated(p))
			}
		}
		return resp, err
	})
	if err != nil {
		return nil, callf(readPulls, "list the pull requests of commit %s", commit).fail(err)
	}
	return all, nil
}

// SameHead lists the other open pull requests into this repository that have the
// same head as pr, by number, and returns what GitHub says of pr itself. It is
// [ErrIncomplete], with those that were found, if GitHub does not name that one; a pr
// without a number is none.
//
// GitHub knows the pull requests of a commit that is only in a fork by the fork, and
// none of it by the repository that they go into.
func (c *Client) SameHead(ctx context.Context, pr *PullRequest) (others []int, self Associated, err error) {
	found, err := c.PullsOf(ctx, pr.HeadSHA)
	fork := pr.HeadRepo != "" && !strings.EqualFold(pr.HeadRepo, c.owner+"/"+c.name)
	if fork && !names(found, pr.Number) && (err == nil || unknown(err)) {
		var more []Associated
		more, err = c.pullsOfFork(ctx, pr)
		found = append(found, more...)
	}
	if err == nil && pr.Number != 0 && !names(found, pr.Number) {
		err = callf(readPulls, "list the pull requests of commit %s", pr.HeadSHA).incomplete("pull request %d is not among them", pr.Number)
	}
	for _, a := range found {
		switch {
		case a.Number == pr.Number:
			self = a
		case a.Open && a.HeadSHA == pr.HeadSHA:
			others = append(others, a.Number)
		}
	}
	slices.Sort(others)
	return slices.Compact(others), self, err
}

func (c *Client) pullsOfFork(ctx context.Context, pr *PullRequest) ([]Associated, error) {
	owner, name, err := splitRepository(pr.HeadRepo)
	if err != nil {
		return nil, err
	}
	return c.pullsOf(ctx, owner, name, pr.HeadSHA)
}

func names(all []Associated, number int) bool {
	return slices.ContainsFunc(all, func(a Associated) bool { return a.Number == number })
}

// unknown reports whether GitHub does not know the commit, perhaps, by this repository.
func unknown(err error) bool { return errors.Is(err, ErrUnprocessable) || errors.Is(err, ErrNotFound) }

func newAssociated(p *gh.PullRequest) Associated {
	a := Associated{
		Number: p.GetNumber(), Open: p.GetState() == "open", BaseRef: p.GetBase().GetRef(),
		HeadRef: p.GetHead().GetRef(), HeadRepo: p.GetHead().GetRepo().GetFullName(), HeadSHA: p.GetHead().GetSHA(),
	}
	if p.MergedAt != nil {
		a.MergedAt = p.GetMergedAt().UTC()
	}
	return a
}

// Tagged returns the commit that a tag is at, also through a tag with a message.
func (c *Client) Tagged(ctx context.Context, tag string) (string, error) {
	call := callf(readContents, "read tag %s", tag)
	ref := url.PathEscape("tags/" + tag)        // go-github does not escape it
	one := &gh.ListOptions{Page: 1, PerPage: 1} // the files are not wanted
	commit, _, err := c.api.Repositories.GetCommit(ctx, c.owner, c.name, ref, one)
	if err != nil {
		return "", call.fail(err)
	}
	if !objectName.MatchString(commit.GetSHA()) {
		return "", call.incomplete("it names no commit")
	}
	return commit.GetSHA(), nil
}

// DefaultBranch returns the name of the repository's default branch.
func (c *Client) DefaultBranch(ctx context.Context) (string, error) {
	call := callf(readContents, "read the repository")
	r, _, err := c.api.Repositories.Get(ctx, c.owner, c.name)
	if err != nil {
		return "", call.fail(err)
	}
	if r.GetDefaultBranch() == "" {
		return "", call.incomplete("it names no default branch")
	}
	return r.GetDefaultBranch(), nil
}
