package github

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	gh "github.com/google/go-github/v60/github"
)

// A review is one call of PostReview on its way.
type review struct {
	*Client
	number  int
	headSHA string
	viewer  string
	splits  int
}

// splits is how many requests more are spent on finding the comments for which
// GitHub refuses a whole review.
const splits = 10

// PostReview posts comments, none of which viewer has posted yet, in one review.
// It returns those that are not on the pull request afterwards, and why.
//
// GitHub refuses a review as a whole for one comment that it does not take, and
// does not say for which: then it is posted in parts.
func (c *Client) PostReview(ctx context.Context, number int, headSHA, viewer string, comments []LineComment) (failed []LineComment, err error) {
	if err := checkName("commit", headSHA); err != nil {
		return comments, err
	}
	if len(comments) == 0 {
		return nil, nil
	}
	r := &review{Client: c, number: number, headSHA: headSHA, viewer: viewer, splits: splits}
	return r.post(ctx, comments)
}

// post creates the review, and returns the comments that it does not hold.
func (r *review) post(ctx context.Context, comments []LineComment) ([]LineComment, error) {
	err := r.create(ctx, comments)
	if isPending(err) {
		if err := r.deletePending(ctx); err != nil {
			return comments, err
		}
		err = r.create(ctx, comments)
	}
	switch {
	case err == nil:
		return nil, nil
	case isPending(err), !errors.Is(err, ErrUnprocessable) && refused(err), ctx.Err() != nil:
		return comments, err
	case errors.Is(err, ErrUnprocessable):
		return r.postParts(ctx, comments, err)
	}
	return r.postLost(ctx, comments, err)
}

// postParts posts comments that GitHub refused together in two halves, and those
// again, until it has found the ones that GitHub does not take. It does not try
// where the head that they are about has been replaced.
func (r *review) postParts(ctx context.Context, comments []LineComment, cause error) (failed []LineComment, err error) {
	if len(comments) == 1 || r.splits < 2 {
		return comments, cause
	}
	if r.splits == splits {
		if pr, err := r.PullRequest(ctx, r.number); err != nil || pr.HeadSHA != r.headSHA {
			return comments, errors.Join(cause, err)
		}
	}
	r.splits -= 2
	middle := len(comments) / 2
	for _, half := range [][]LineComment{comments[:middle], comments[middle:]} {
		lost, lostErr := r.post(ctx, half)
		failed = append(failed, lost...)
		if err == nil {
			err = lostErr
		}
	}
	return failed, err
}

// postLost goes on after an answer that was lost: the review may be there. It
// looks first, and posts once more only if nothing of it is.
func (r *review) postLost(ctx context.Context, comments []LineComment, cause error) ([]LineComment, error) {
	gone, err := r.notThere(ctx, comments)
	switch {
	case err != nil:
		return comments, errors.Join(cause, err)
	case len(gone) == 0:
		return nil, nil
	case len(gone) < len(comments):
		return gone, cause
	}
	err = r.create(ctx, comments)
	if err == nil {
		return nil, nil
	}
	if refused(err) || ctx.Err() != nil {
		return comments, err
	}
	gone, listErr := r.notThere(ctx, comments)
	if listErr != nil {
		return comments, errors.Join(err, listErr)
	}
	if len(gone) == 0 {
		err = nil
	}
	return gone, err
}

// notThere waits a little and returns the comments that are not on the pull request.
func (r *review) notThere(ctx context.Context, comments []LineComment) ([]LineComment, error) {
	if err := r.transport.pause(ctx, settle); err != nil {
		return nil, err
	}
	there, err := r.LineComments(ctx, r.number, r.viewer)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(slices.Clone(comments), func(c LineComment) bool {
		return slices.ContainsFunc(there, func(p Posted) bool { return p.Key == markerKey(c.Key) })
	}), nil
}

// create posts one submitted review; without an event it would stay pending.
func (r *review) create(ctx context.Context, comments []LineComment) error {
	noun := "comments"
	if len(comments) == 1 {
		noun = "comment"
	}
	req := &gh.PullRequestReviewRequest{
		CommitID: &r.headSHA,
		Event:    gh.String("COMMENT"),
		Body:     gh.String(fmt.Sprintf("dropgate: %d %s on what this change would lose.", len(comments), noun)),
	}
	for _, c := range comments {
		draft := &gh.DraftReviewComment{
			Path: gh.String(c.Path), Body: gh.String(marked(c.Key, false, c.Body)), Line: gh.Int(c.Line), Side: gh.String("RIGHT"),
		}
		if c.first() < c.Line {
			draft.StartLine, draft.StartSide = gh.Int(c.first()), gh.String("RIGHT")
		}
		req.Comments = append(req.Comments, draft)
	}
	_, _, err := r.api.PullRequests.CreateReview(ctx, r.owner, r.name, r.number, req)
	return callf(writePulls, "review pull request %d", r.number).fail(err)
}

// isPending tells the refusal that a review left pending by the same user brings
// about; every workflow of a repository is the same user.
func isPending(err error) bool {
	var e *Error
	return errors.Is(err, ErrUnprocessable) && errors.As(err, &e) &&
		strings.Contains(strings.ToLower(e.full), "pending review")
}

// deletePending deletes the viewer's pending reviews.
func (r *review) deletePending(ctx context.Context) error {
	call := callf(writePulls, "delete the pending review of pull request %d", r.number)
	var pending []int64
	err := allPages(func(o gh.ListOptions) (*gh.Response, error) {
		list, resp, err := r.api.PullRequests.ListReviews(ctx, r.owner, r.name, r.number, &o)
		for _, v := range list {
			if v.GetState() == "PENDING" && r.isOwn(ctx, v.GetUser(), r.viewer) {
				pending = append(pending, v.GetID())
			}
		}
		return resp, err
	})
	if err != nil {
		return call.fail(err)
	}
	for _, id := range pending {
		_, _, err := r.api.PullRequests.DeletePendingReview(ctx, r.owner, r.name, r.number, id)
		if err := call.fail(err); err != nil && !errors.Is(err, ErrNotFound) {
			return err
		}
	}
	return nil
}
