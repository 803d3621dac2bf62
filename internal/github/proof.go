package github

import (
	"context"
	"net/url"
	"strings"
	"time"

	gh "github.com/google/go-github/v60/github"

	"github.com/dropgate/dropgate/internal/gate"
)

const (
	readActions  = "actions: read"
	readStatuses = "statuses: read"
	// mostRunPages bounds how far back runs are listed: 300 of them.
	mostRunPages = 3
	// mostStatusPages bounds the statuses of one commit: 1,000 of them, which is
	// also the most that GitHub takes of one context.
	mostStatusPages = 10
)

// Runs returns the completed runs of a workflow of the repository's own branch,
// the newest 300 runs at most. What a pull request or a fork started is not among
// them, whatever its branch is called.
//
// That a run names the branch does not say that its commit is on it: a tag can
// have the same name. [Client.Holds] tells.
func (c *Client) Runs(ctx context.Context, file, branch string) ([]gate.Sign, error) {
	call := callf(readActions, "read the runs of the workflow %s", file)
	var signs []gate.Sign
	_, err := pages(mostRunPages, func(o gh.ListOptions) (*gh.Response, error) {
		// All of them, so that a failure after a success is seen in one request.
		options := &gh.ListWorkflowRunsOptions{Branch: branch, ExcludePullRequests: true, ListOptions: o}
		list, resp, err := c.api.Actions.ListWorkflowRunsByFileName(ctx, c.owner, c.name, url.PathEscape(file), options)
		if err != nil {
			return resp, err
		}
		for _, run := range list.WorkflowRuns {
			if sign, ok := c.sign(run, branch); ok {
				signs = append(signs, sign)
			}
		}
		return resp, nil
	})
	if err != nil {
		return nil, call.fail(err)
	}
	return signs, nil
}

// sign returns what a run tells, if it is one of the branch and is over.
func (c *Client) sign(run *gh.WorkflowRun, branch string) (gate.Sign, bool) {
	own := strings.EqualFold(run.GetHeadRepository().GetFullName(), c.owner+"/"+c.name)
	if !own || run.GetHeadBranch() != branch || strings.HasPrefix(run.GetEvent(), "pull_request") || run.GetStatus() != "completed" {
		return gate.Sign{}, false
	}
	s := gate.Sign{At: started(run), URL: run.GetHTMLURL(), Commit: run.GetHeadSHA()}
	// A schedule has an actor too, who only was the last to edit it.
	if run.GetEvent() != "schedule" {
		s.By = run.GetTriggeringActor().GetLogin()
	}
	switch run.GetConclusion() {
	case "success":
		s.Success = true
		return s, true
	case "failure", "timed_out", "startup_failure":
		return s, true
	}
	return gate.Sign{}, false // cancelled, skipped, waiting: it tells nothing of a backup
}

// started returns when the run's last attempt was started. What was restored is at
// least as old as that; when a run was last updated tells less, since more than its
// end updates it. Of times that contradict each other the earliest counts.
func started(run *gh.WorkflowRun) time.Time {
	at := run.GetRunStartedAt().Time
	if at.IsZero() {
		at = run.GetCreatedAt().Time
	}
	if updated := run.GetUpdatedAt().Time; updated.Before(at) {
		at = updated // zero if the run has none: then it has no time at all
	}
	return at
}

// Holds reports whether the commit is the tip or one that came before it.
func (c *Client) Holds(ctx context.Context, tip, commit string) (bool, error) {
	if tip == commit {
		return true, nil
	}
	base, err := c.MergeBase(ctx, tip, commit)
	return err == nil && base == commit, err
}

// LatestStatus returns the newest status of a context on a commit; nil without
// one, and while it is pending. Letter case makes no difference, as in GitHub's contexts.
func (c *Client) LatestStatus(ctx context.Context, commit, context string) (*gate.Sign, error) {
	if err := checkName("commit", commit); err != nil {
		return nil, err
	}
	call := callf(readStatuses, "read the statuses of commit %s", commit)
	var last *gh.RepoStatus
	// Beyond the last page there are only older ones.
	_, err := pages(mostStatusPages, func(o gh.ListOptions) (*gh.Response, error) {
		list, resp, err := c.api.Repositories.ListStatuses(ctx, c.owner, c.name, commit, &o)
		for _, s := range list {
			if strings.EqualFold(s.GetContext(), context) && newer(s, last) {
				last = s
			}
		}
		return resp, err
	})
	if err != nil || last == nil || last.GetState() == StatusPending {
		return nil, call.fail(err)
	}
	return &gate.Sign{
		Success: last.GetState() == StatusSuccess, At: last.GetCreatedAt().Time,
		By: last.GetCreator().GetLogin(), URL: last.GetTargetURL(), Commit: commit,
	}, nil
}

// newer reports whether a was set after b. Times have whole seconds only.
func newer(a, b *gh.RepoStatus) bool {
	if b == nil {
		return true
	}
	at, bt := a.GetCreatedAt().Time, b.GetCreatedAt().Time
	return at.After(bt) || at.Equal(bt) && a.GetID() > b.GetID()
}

// Parent returns the first parent of a commit; empty if it has none.
func (c *Client) Parent(ctx context.Context, commit string) (string, error) {
	if err := checkName("commit", commit); err != nil {
		return "", err
	}
	call := callf(readContents, "read commit %s", commit)
	m, _, err := c.api.Git.GetCommit(ctx, c.owner, c.name, commit)
	if err != nil {
		return "", call.fail(err)
	}
	if len(m.Parents) == 0 {
		return "", nil
	}
	return m.Parents[0].GetSHA(), nil
}
