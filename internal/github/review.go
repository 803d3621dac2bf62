package github

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"regexp"
	"strings"

	gh "github.com/google/go-github/v60/github"
)

// DefaultComments is how many line comments a pull request gets at once: more in
// one review has been answered as abuse.
const DefaultComments = 30

// A LineComment is a comment on lines of a file at the head.
type LineComment struct {
	Key       string // the finding's fingerprint; a key is posted once
	Path      string
	StartLine int // 0, or a line before Line
	Line      int
	Body      string
}

// first returns the first line that the comment is about.
func (c LineComment) first() int {
	if c.StartLine > 0 && c.StartLine < c.Line {
		return c.StartLine
	}
	return c.Line
}

var plainKey = regexp.MustCompile(`^[0-9A-Za-z]([0-9A-Za-z_.:]|-[0-9A-Za-z])*$`)

// marker begins the comment's text and is not shown. A key that could end the
// HTML comment is hashed.
func (c LineComment) marker() string {
	key := c.Key
	if !plainKey.MatchString(key) || len(key) > 200 {
		sum := sha256.Sum256([]byte(key))
		key = hex.EncodeToString(sum[:])
	}
	return "<!-- dropgate:finding " + key + " -->"
}

func (c LineComment) text() string { return c.marker() + "\n" + c.Body }

// A review is one call of PostReview on its way.
type review struct {
	*Client
	number  int
	headSHA string
	viewer  string
}

// PostReview posts the comments that viewer has not posted yet, in one review.
//
// It returns how many it posted, those it left out because there would be more
// than most comments (0 asks for [DefaultComments]), and those that GitHub does
// not take. Comments of earlier runs count towards most, so that a run
// that is repeated posts nothing more. With an error, failed holds every comment
// that is not on the pull request.
func (c *Client) PostReview(ctx context.Context, number int, headSHA, viewer string, comments []LineComment, most int) (posted int, skipped, failed []LineComment, err error) {
	if err := checkName("commit", headSHA); err != nil {
		return 0, nil, comments, err
	}
	if most <= 0 {
		most = DefaultComments
	}
	if len(comments) == 0 {
		return 0, nil, nil, nil
	}
	r := &review{Client: c, number: number, headSHA: headSHA, viewer: viewer}
	there, err := r.markers(ctx)
	if err != nil {
		return 0, nil, comments, err
	}
	fresh := missing(comments, there)
	room := most - (distinct(comments) - len(fresh))
	if len(fresh) > max(room, 0) {
		fresh, skipped = fresh[:max(room, 0)], fresh[max(room, 0):]
	}
	fresh, failed = split(fresh, func(l LineComment) bool { return len(l.text()) <= CommentLimit })
	if len(failed) > 0 {
		err = fmt.Errorf("review pull request %d: %w: %d comments of more than %d bytes", number, ErrTooLarge, len(failed), CommentLimit)
	}
	posted, bad, postErr := r.post(ctx, fresh)
	return posted, skipped, append(failed, bad...), errors.Join(err, postErr)
}

// post creates the review, and says which of the comments it does not hold.
func (r *review) post(ctx context.Context, comments []LineComment) (posted int, failed []LineComment, err error) {
	if len(comments) == 0 {
		return 0, nil, nil
	}
	err = r.create(ctx, comments)
	if isPending(err) {
		if err := r.deletePending(ctx); err != nil {
			return 0, comments, err
		}
		err = r.create(ctx, comments)
	}
	switch {
	case err == nil:
		return len(comments), nil, nil
	case errors.Is(err, ErrUnprocessable):
		return r.postPlaced(ctx, comments, err)
	case refused(err), ctx.Err() != nil:
		return 0, comments, err
	}
	return r.postLost(ctx, comments, err)
}

// postPlaced leaves out the comments that the live diff has no place for, after
// GitHub refused them all: it does not say which.
func (r *review) postPlaced(ctx context.Context, comments []LineComment, cause error) (int, []LineComment, error) {
	pr, err := r.PullRequest(ctx, r.number)
	if err != nil {
		return 0, comments, errors.Join(cause, err)
	}
	files, _, err := r.Files(ctx, pr)
	if err != nil {
		return 0, comments, errors.Join(cause, err)
	}
	good, bad := split(comments, Anchors(files).has)
	if pr.HeadSHA != r.headSHA || len(good) == 0 || len(bad) == 0 {
		return 0, comments, cause
	}
	err = r.create(ctx, good)
	switch {
	case err == nil:
		return len(good), bad, cause
	case refused(err), ctx.Err() != nil:
		return 0, comments, err
	}
	posted, lost, err := r.postLost(ctx, good, err)
	return posted, append(bad, lost...), errors.Join(cause, err)
}

// postLost goes on after an answer that was lost: the review may be there. It
// looks first, and posts once more only if nothing of it is.
func (r *review) postLost(ctx context.Context, comments []LineComment, cause error) (int, []LineComment, error) {
	gone, err := r.notThere(ctx, comments)
	if err != nil {
		return 0, comments, errors.Join(cause, err)
	}
	if len(gone) < len(comments) {
		if len(gone) == 0 {
			cause = nil
		}
		return len(comments) - len(gone), gone, cause
	}
	err = r.create(ctx, comments)
	if err == nil {
		return len(comments), nil, nil
	}
	if refused(err) || ctx.Err() != nil {
		return 0, comments, err
	}
	gone, listErr := r.notThere(ctx, comments)
	if listErr != nil {
		return 0, comments, errors.Join(err, listErr)
	}
	if len(gone) == 0 {
		err = nil
	}
	return len(comments) - len(gone), gone, err
}

// notThere waits a little and returns the comments that are not on the pull request.
func (r *review) notThere(ctx context.Context, comments []LineComment) ([]LineComment, error) {
	if err := r.transport.pause(ctx, settle); err != nil {
		return nil, err
	}
	there, err := r.markers(ctx)
	if err != nil {
		return nil, err
	}
	return missing(comments, there), nil
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
			Path: gh.String(c.Path), Body: gh.String(c.text()), Line: gh.Int(c.Line), Side: gh.String("RIGHT"),
		}
		if c.first() < c.Line {
			draft.StartLine, draft.StartSide = gh.Int(c.first()), gh.String("RIGHT")
		}
		req.Comments = append(req.Comments, draft)
	}
	_, _, err := r.api.PullRequests.CreateReview(ctx, r.owner, r.name, r.number, req)
	return callf(writePulls, "review pull request %d", r.number).fail(err)
}

// markers returns the markers of the viewer's own comments.
func (r *review) markers(ctx context.Context) (map[string]bool, error) {
	there := map[string]bool{}
	err := allPages(func(o gh.ListOptions) (*gh.Response, error) {
		opts := &gh.PullRequestListCommentsOptions{ListOptions: o}
		list, resp, err := r.api.PullRequests.ListComments(ctx, r.owner, r.name, r.number, opts)
		for _, comment := range list {
			// Only the beginning counts: below it, the comment quotes the pull request.
			line, _, _ := strings.Cut(comment.GetBody(), "\n")
			if strings.HasPrefix(line, "<!-- dropgate:") && r.isOwn(ctx, comment.GetUser(), r.viewer) {
				there[strings.TrimSpace(line)] = true
			}
		}
		return resp, err
	})
	return there, callf(readPulls, "list the review comments of pull request %d", r.number).fail(err)
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

// missing returns the comments whose marker is not there, each key once.
func missing(comments []LineComment, there map[string]bool) []LineComment {
	seen := map[string]bool{}
	var list []LineComment
	for _, c := range comments {
		if m := c.marker(); !there[m] && !seen[m] {
			seen[m] = true
			list = append(list, c)
		}
	}
	return list
}

// distinct returns how many keys the comments have.
func distinct(comments []LineComment) int { return len(missing(comments, nil)) }

// split parts the comments into those that keep holds for and the others.
func split(comments []LineComment, keep func(LineComment) bool) (good, bad []LineComment) {
	for _, c := range comments {
		if keep(c) {
			good = append(good, c)
		} else {
			bad = append(bad, c)
		}
	}
	return good, bad
}
