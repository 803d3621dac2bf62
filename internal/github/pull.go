package github

import (
	"context"
	"strings"
	"time"

	gh "github.com/google/go-github/v60/github"
)

const (
	readPulls  = "pull-requests: read"
	writePulls = "pull-requests: write"
)

// A PullRequest is what GitHub says of one at the time of asking.
type PullRequest struct {
	Number        int
	State         string // "open" or "closed"
	Merged, Draft bool
	HeadSHA       string
	BaseSHA       string
	BaseRef       string
	Author        string   // login; empty when the account is gone
	HeadRepo      string   // "owner/name"; empty when the fork is gone
	Labels        []string // as spelled in the repository, in GitHub's order
	ChangedFiles  int
	NoneOnLines   bool // nobody has commented on its lines
	Commits       int
	URL           string // of its page
	Silent        bool   // nobody has commented on it, nor on its lines
}

// PullRequest reads the live pull request.
func (c *Client) PullRequest(ctx context.Context, number int) (*PullRequest, error) {
	call := callf(readPulls, "read pull request %d", number)
	p, _, err := c.api.PullRequests.Get(ctx, c.owner, c.name, number)
	if err != nil {
		return nil, call.fail(err)
	}
	pr := &PullRequest{
		Number: p.GetNumber(), State: p.GetState(), Merged: p.GetMerged(), Draft: p.GetDraft(),
		HeadSHA: p.GetHead().GetSHA(), BaseSHA: p.GetBase().GetSHA(), BaseRef: p.GetBase().GetRef(),
		Author: p.GetUser().GetLogin(), HeadRepo: p.GetHead().GetRepo().GetFullName(),
		ChangedFiles: p.GetChangedFiles(), Commits: p.GetCommits(), URL: p.GetHTMLURL(),
		NoneOnLines: p.ReviewComments != nil && *p.ReviewComments == 0,
	}
	pr.Silent = p.Comments != nil && *p.Comments == 0 && p.ReviewComments != nil && *p.ReviewComments == 0
	for _, l := range p.Labels {
		pr.Labels = append(pr.Labels, l.GetName())
	}
	switch {
	case pr.Number != number:
		return nil, call.incomplete("it is about pull request %d", pr.Number)
	case pr.State != "open" && pr.State != "closed":
		return nil, call.incomplete("it does not say whether it is open")
	case !objectName.MatchString(pr.HeadSHA) || !objectName.MatchString(pr.BaseSHA):
		return nil, call.incomplete("it does not name the head and base commits")
	case pr.BaseRef == "":
		return nil, call.incomplete("it does not name the base branch")
	case p.ChangedFiles == nil:
		return nil, call.incomplete("it does not say how many files changed")
	}
	return pr, nil
}

// A File is one file that a pull request changes.
type File struct {
	Path    string
	OldPath string // before a rename; else empty
	Status  string // added, removed, modified, renamed, copied, changed or unchanged
	SHA     string // of the blob at the head, or at the base if it was removed; may be empty
	// Patch is the diff from the merge base to the head, without a file header.
	// GitHub leaves it out when the file is binary, only renamed, or too large.
	Patch    string
	HasPatch bool
}

// mostFiles is where GitHub stops listing a pull request's files.
const mostFiles = 3000

// Files lists the files that pr changes, in GitHub's order. It is complete when
// GitHub lists as many as pr says it changes; beyond 3,000 it never does.
func (c *Client) Files(ctx context.Context, pr *PullRequest) (files []File, complete bool, err error) {
	call := callf(readPulls, "list the files of pull request %d", pr.Number)
	// A push between two pages can repeat a file; it must not hide a missing one.
	seen, told := map[string]bool{}, true
	more, err := pages(mostFiles/usualPage, func(o gh.ListOptions) (*gh.Response, error) {
		list, resp, err := c.api.PullRequests.ListFiles(ctx, c.owner, c.name, pr.Number, &o)
		for _, f := range list {
			if path := f.GetFilename(); path != "" && !seen[path] {
				told = told && isTold(f)
				seen[path] = true
				files = append(files, c.newFile(f))
			}
		}
		return resp, err
	})
	if err != nil {
		return nil, false, call.fail(err)
	}
	if !told {
		return nil, false, call.incomplete("it does not say of every file what has changed")
	}
	return files, !more && len(files) >= pr.ChangedFiles, nil
}

// isTold reports whether it is said what became of a file. One that was renamed has
// a former path, which is gone.
func isTold(f *gh.CommitFile) bool {
	switch f.GetStatus() {
	case "renamed":
		return f.GetPreviousFilename() != ""
	case "added", "removed", "modified", "copied", "changed", "unchanged":
		return true
	}
	return false
}

func (c *Client) newFile(f *gh.CommitFile) File {
	file := File{
		Path: f.GetFilename(), Status: f.GetStatus(),
		SHA: f.GetSHA(), Patch: f.GetPatch(), HasPatch: f.Patch != nil,
	}
	// A copy names where it came from too, but that is still there.
	if file.Status == "renamed" {
		file.OldPath = f.GetPreviousFilename()
	}
	c.keepAdded(file)
	return file
}

// A LabelEvent is the moment a label was put on.
type LabelEvent struct {
	By  string // login; empty when the account is gone
	App bool   // that is an app, and no person
	At  time.Time
}

// LastLabelEvent returns when and by whom the label that is on now was put on;
// nil if it is not on. Letter case makes no difference, as in GitHub's labels.
func (c *Client) LastLabelEvent(ctx context.Context, number int, label string) (*LabelEvent, error) {
	call := callf(readPulls, "read who put the label on pull request %d", number)
	var last *gh.IssueEvent
	err := allPages(func(o gh.ListOptions) (*gh.Response, error) {
		list, resp, err := c.api.Issues.ListIssueEvents(ctx, c.owner, c.name, number, &o)
		for _, e := range list {
			about := e.GetEvent() == "labeled" || e.GetEvent() == "unlabeled"
			if about && strings.EqualFold(e.GetLabel().GetName(), label) && !before(e, last) {
				last = e
			}
		}
		return resp, err
	})
	switch {
	case err != nil:
		return nil, call.fail(err)
	case last == nil || last.GetEvent() == "unlabeled":
		return nil, nil
	case last.CreatedAt == nil:
		return nil, call.incomplete("the event has no time")
	}
	by := last.GetActor()
	return &LabelEvent{By: by.GetLogin(), App: IsApp(by.GetLogin(), by.GetType()), At: last.GetCreatedAt().UTC()}, nil
}

// IsApp reports whether an account of that login and type is an app's.
func IsApp(login, kind string) bool { return kind == "Bot" || strings.HasSuffix(login, "[bot]") }

// before reports whether a happened before b. Times have whole seconds only, so
// that events of one second are told apart by their ascending IDs.
func before(a, b *gh.IssueEvent) bool {
	if b == nil {
		return false
	}
	at, bt := a.GetCreatedAt().Time, b.GetCreatedAt().Time
	return at.Before(bt) || at.Equal(bt) && a.GetID() < b.GetID()
}

// DefaultViewer is the login of the token that GitHub gives to workflows.
const DefaultViewer = "github-actions[bot]"

// Viewer returns the token's own login, or [DefaultViewer] if that cannot be had.
func (c *Client) Viewer(ctx context.Context) string {
	if c.known.viewer == "" {
		c.post(ctx, map[string]any{"query": "query { viewer { login } }"})
	}
	if c.known.viewer == "" {
		c.known.viewer = DefaultViewer
	}
	return c.known.viewer
}

// isOwn reports whether the user is the viewer; of an empty one, GitHub is asked who
// that is. Without this, a contributor could write dropgate's markers and records.
func (c *Client) isOwn(ctx context.Context, user *gh.User, viewer string) bool {
	if viewer == "" {
		viewer = c.Viewer(ctx)
	}
	if !strings.EqualFold(user.GetLogin(), viewer) {
		return false
	}
	return !strings.HasSuffix(viewer, "[bot]") || user.GetType() == "Bot"
}
