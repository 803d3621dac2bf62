package github

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	gh "github.com/google/go-github/v60/github"
)

// summaryMarker begins dropgate's summary comment and is not shown.
const summaryMarker = "<!-- dropgate:summary -->"

// replaced is what becomes of a second summary comment; it has no marker, so
// that it is not found again.
const replaced = "_Replaced by dropgate's first comment on this pull request._"

// A Summary is dropgate's own comment on a pull request.
type Summary struct {
	ID    int64
	Body  string // as GitHub keeps it, the marker included
	Found bool
	// Duplicates are further summary comments of dropgate's, which two runs at
	// the same time can leave; they are younger than this one.
	Duplicates []int64

	viewer string
}

// FindSummary looks for the oldest comment that viewer wrote and that begins with
// dropgate's marker. Without a viewer, it is the token's own identity, for which
// GitHub is asked once there is such a comment.
func (c *Client) FindSummary(ctx context.Context, number int, viewer string) (Summary, error) {
	s := Summary{viewer: viewer}
	var own []*gh.IssueComment
	err := allPages(func(o gh.ListOptions) (*gh.Response, error) {
		opts := &gh.IssueListCommentsOptions{ListOptions: o}
		list, resp, err := c.api.Issues.ListComments(ctx, c.owner, c.name, number, opts)
		for _, comment := range list {
			if strings.HasPrefix(comment.GetBody(), summaryMarker) && c.isOwn(ctx, comment.GetUser(), viewer) {
				own = append(own, comment)
			}
		}
		return resp, err
	})
	if err != nil {
		return s, callf(readPulls, "list the comments of pull request %d", number).fail(err)
	}
	slices.SortFunc(own, func(a, b *gh.IssueComment) int { return cmp.Compare(a.GetID(), b.GetID()) })
	for i, comment := range own {
		if i == 0 {
			s.ID, s.Body, s.Found = comment.GetID(), comment.GetBody(), true
		} else if id := comment.GetID(); id != own[i-1].GetID() {
			s.Duplicates = append(s.Duplicates, id)
		}
	}
	return s, nil
}

// SaveSummary makes body the text of the summary comment that FindSummary
// returned: it creates the comment, changes it, or does nothing if it is the same
// already. Duplicates are reduced to one line.
func (c *Client) SaveSummary(ctx context.Context, number int, s Summary, body string) error {
	body = withMarker(body)
	err := c.saveSummary(ctx, number, s, body)
	for _, id := range s.Duplicates {
		err = errors.Join(err, c.editComment(ctx, id, replaced))
	}
	return err
}

// Says reports whether the summary is on the pull request in these words, and
// there is no other.
func (s Summary) Says(body string) bool {
	return s.Found && len(s.Duplicates) == 0 && normalise(s.Body) == normalise(withMarker(body))
}

func withMarker(body string) string {
	return summaryMarker + "\n" + strings.TrimPrefix(body, summaryMarker+"\n")
}

func (c *Client) saveSummary(ctx context.Context, number int, s Summary, body string) error {
	if !s.Found {
		return c.createSummary(ctx, number, s.viewer, body)
	}
	if normalise(s.Body) == normalise(body) {
		return nil
	}
	err := c.editComment(ctx, s.ID, body)
	if errors.Is(err, ErrNotFound) { // deleted since it was found
		return c.createSummary(ctx, number, s.viewer, body)
	}
	return err
}

// createSummary creates the comment once: when the answer to it is lost, it looks
// whether the comment is there before it tries again. Two runs that create one at
// the same time leave two, of which the next run takes away the younger.
func (c *Client) createSummary(ctx context.Context, number int, viewer, body string) error {
	err := c.createComment(ctx, number, body)
	if err == nil || refused(err) || c.transport.pause(ctx, settle) != nil {
		return err
	}
	s, findErr := c.FindSummary(ctx, number, viewer)
	switch {
	case findErr != nil:
		return errors.Join(err, findErr)
	case s.Found && normalise(s.Body) == normalise(body):
		return nil
	case s.Found:
		return c.editComment(ctx, s.ID, body)
	}
	return c.createComment(ctx, number, body)
}

// settle is how long GitHub is given to show what a lost answer was about.
const settle = 2 * time.Second

func (c *Client) createComment(ctx context.Context, number int, body string) error {
	_, _, err := c.api.Issues.CreateComment(ctx, c.owner, c.name, number, &gh.IssueComment{Body: &body})
	return callf(writePulls, "comment on pull request %d", number).fail(err)
}

func (c *Client) editComment(ctx context.Context, id int64, body string) error {
	_, _, err := c.api.Issues.EditComment(ctx, c.owner, c.name, id, &gh.IssueComment{Body: &body})
	return callf(writePulls, "change comment %d", id).fail(err)
}
