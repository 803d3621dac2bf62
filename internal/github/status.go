package github

import (
	"context"
	"strings"

	gh "github.com/google/go-github/v60/github"
)

// The states of a commit status.
const (
	StatusSuccess = "success"
	StatusFailure = "failure" // blocked
	StatusError   = "error"   // could not review
	StatusPending = "pending"
)

// statusLimit is the most bytes of a status' description; GitHub takes 140 characters.
const statusLimit = 140

// SetStatus sets a commit status: one of the states above, under a context, with
// a description that is cut to one line of 140 bytes, and a link unless
// targetURL is empty.
func (c *Client) SetStatus(ctx context.Context, sha, state, context, description, targetURL string) error {
	if err := checkName("commit", sha); err != nil {
		return err
	}
	status := &gh.RepoStatus{
		State: &state, Context: &context,
		Description: gh.String(shorten(strings.Join(strings.Fields(description), " "), statusLimit)),
	}
	if targetURL != "" {
		status.TargetURL = &targetURL
	}
	// The last status of a context counts, so setting it twice is setting it.
	_, _, err := c.api.Repositories.CreateStatus(repeatable(ctx), c.owner, c.name, sha, status)
	return callf("statuses: write", "set the status %q", context).fail(err)
}
