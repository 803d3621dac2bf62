package githubtest

import (
	"net/http"
	"slices"
	"unicode/utf8"
)

// maxBody is the most characters that GitHub takes for the text of a comment,
// a review or a description.
const maxBody = 65_536

func tooLong(body string) bool { return utf8.RuneCountInString(body) > maxBody }

const tooLongText = "Body is too long (maximum is 65536 characters)"

// draft is a comment of a review that is to be created.
type draft struct {
	Path      string `json:"path"`
	Body      string `json:"body"`
	Line      int    `json:"line"`
	Side      string `json:"side"`
	StartLine int    `json:"start_line"`
	StartSide string `json:"start_side"`
	Position  int    `json:"position"`
}

// comment makes the comment that a draft asks for and checks its place in the
// diff of a commit.
func (d draft) comment(entries []diffEntry) (ReviewComment, []string) {
	c := ReviewComment{Path: d.Path, Body: d.Body, Line: d.Line, Side: d.Side, StartLine: d.StartLine, StartSide: d.StartSide}
	if d.Position != 0 && d.Line == 0 {
		err := c.fromPosition(entries, d.Position)
		return c, err
	}
	if c.Side == "" {
		c.Side = "RIGHT"
	}
	if c.StartLine != 0 && c.StartSide == "" {
		c.StartSide = c.Side
	}
	err := c.anchor(entries)
	return c, err
}

// fromPosition turns the old way to name a line, its place in the patch, into
// side and line.
func (c *ReviewComment) fromPosition(entries []diffEntry, position int) []string {
	for _, e := range entries {
		if e.path != c.Path {
			continue
		}
		for _, side := range []string{"RIGHT", "LEFT"} {
			for line := 1; line <= maxPatchLines; line++ {
				if at, ok := find(e.hunks, side, line); ok && at.position == position {
					c.Side, c.Line = side, line
					return c.anchor(entries)
				}
			}
		}
	}
	return []string{"position is invalid", "diff hunk can't be blank"}
}

type reviewRequest struct {
	CommitID string  `json:"commit_id"`
	Body     string  `json:"body"`
	Event    string  `json:"event"`
	Comments []draft `json:"comments"`
}

var reviewStates = map[string]string{
	"": "PENDING", "APPROVE": "APPROVED", "COMMENT": "COMMENTED", "REQUEST_CHANGES": "CHANGES_REQUESTED",
}

func createReview(c *call) answer {
	p := c.pull()
	if p == nil {
		return notFound()
	}
	var q reviewRequest
	if a, fine := c.decode(&q); !fine {
		return a
	}
	if q.CommitID == "" {
		q.CommitID = p.headSHA
	}
	comments, problems := p.checkReview(q, c.login)
	if len(problems) > 0 {
		return invalid("Unprocessable Entity", problems...)
	}
	c.server.Clock.tick()
	r := p.addReview(c.login, q.Body, reviewStates[q.Event], q.CommitID)
	for _, comment := range comments {
		p.addReviewComment(r, comment)
	}
	return ok(p.renderReview(r))
}

// checkReview finds everything for which GitHub refuses the whole review.
func (p *PullRequest) checkReview(q reviewRequest, login string) ([]ReviewComment, []string) {
	var problems []string
	if p.pendingOf(login) {
		problems = append(problems, "User can only have one pending review per pull request")
	}
	if !p.has(q.CommitID) {
		return nil, append(problems, "The commit_id is not part of the pull request")
	}
	problems = append(problems, p.checkVerdict(q.Event, q.Body, login, len(q.Comments))...)
	if tooLong(q.Body) {
		problems = append(problems, tooLongText)
	}
	entries := p.diff(q.CommitID)
	var comments []ReviewComment
	for _, d := range q.Comments {
		comment, wrong := d.comment(entries)
		if len(wrong) > 0 {
			problems = append(problems, sentence(wrong))
		}
		if d.Body == "" {
			problems = append(problems, "Body can't be blank")
		}
		if tooLong(d.Body) {
			problems = append(problems, tooLongText)
		}
		comments = append(comments, comment)
	}
	return comments, problems
}

// checkVerdict finds what is wrong with a review's event.
func (p *PullRequest) checkVerdict(event, body, login string, comments int) []string {
	state, known := reviewStates[event]
	switch {
	case !known:
		return []string{"Variable $event was provided invalid value"}
	case state == "APPROVED" && login == p.author:
		return []string{"Can not approve your own pull request"}
	case state == "CHANGES_REQUESTED" && login == p.author:
		return []string{"Can not request changes on your own pull request"}
	case body == "" && (state == "CHANGES_REQUESTED" || state == "COMMENTED" && comments == 0):
		return []string{"Body can't be blank"}
	}
	return nil
}

// has tells whether a commit belongs to the pull request, now or before a
// forced push.
func (p *PullRequest) has(id string) bool {
	if id == p.headSHA || id == p.before && id != "" {
		return true
	}
	return slices.ContainsFunc(p.commits(), func(c *commit) bool { return c.id == id })
}

func listReviews(c *call) answer {
	p := c.pull()
	if p == nil {
		return notFound()
	}
	// A pending review is shown to its author only.
	var seen []*Review
	for _, r := range p.reviews {
		if r.State != "PENDING" || r.Author == c.login {
			seen = append(seen, r)
		}
	}
	return paged(c, seen, func(r *Review) any { return p.renderReview(r) })
}

// ownReview finds the review that the path names.
func (c *call) ownReview() (*PullRequest, *Review) {
	p := c.pull()
	if p == nil {
		return nil, nil
	}
	err := p.review(c.identifier())
	return p, err
}

func updateReview(c *call) answer {
	p, r := c.ownReview()
	if r == nil {
		return notFound()
	}
	var q struct {
		Body string `json:"body"`
	}
	if a, fine := c.decode(&q); !fine {
		return a
	}
	switch {
	case r.Author != c.login:
		return notAllowed()
	case q.Body == "":
		return invalid("Unprocessable Entity", "Body can't be blank")
	case tooLong(q.Body):
		return invalid("Unprocessable Entity", tooLongText)
	}
	c.server.Clock.tick()
	r.Body = q.Body
	return ok(p.renderReview(r))
}

func deleteReview(c *call) answer {
	p, r := c.ownReview()
	switch {
	case r == nil || r.State == "PENDING" && r.Author != c.login:
		return notFound()
	case r.State != "PENDING":
		return invalid("Validation Failed", "Can not delete a non-pending pull request review")
	}
	c.server.Clock.tick()
	gone := p.renderReview(r)
	p.reviews = slices.DeleteFunc(p.reviews, func(other *Review) bool { return other == r })
	p.reviewComments = slices.DeleteFunc(p.reviewComments, func(c *ReviewComment) bool { return c.ReviewID == r.ID })
	return ok(gone)
}

func submitReview(c *call) answer {
	p, r := c.ownReview()
	if r == nil || r.State == "PENDING" && r.Author != c.login {
		return notFound()
	}
	var q reviewRequest
	if a, fine := c.decode(&q); !fine {
		return a
	}
	if q.Body == "" {
		q.Body = r.Body
	}
	own := 0
	for _, comment := range p.reviewComments {
		if comment.ReviewID == r.ID {
			own++
		}
	}
	switch problems := p.checkVerdict(q.Event, q.Body, c.login, own); {
	case r.State != "PENDING":
		return invalid("Unprocessable Entity", "Can not submit a review that is not pending")
	case q.Event == "":
		return invalid("Unprocessable Entity", "Event can't be blank")
	case len(problems) > 0:
		return invalid("Unprocessable Entity", problems...)
	}
	r.State, r.Body, r.Submitted = reviewStates[q.Event], q.Body, c.server.Clock.tick()
	return ok(p.renderReview(r))
}

func dismissReview(c *call) answer {
	p, r := c.ownReview()
	if r == nil {
		return notFound()
	}
	if r.State != "APPROVED" && r.State != "CHANGES_REQUESTED" {
		return invalid("Unprocessable Entity", "Can not dismiss a "+map[string]string{
			"COMMENTED": "commented", "PENDING": "pending", "DISMISSED": "dismissed",
		}[r.State]+" pull request review")
	}
	c.server.Clock.tick()
	r.State = "DISMISSED"
	return ok(p.renderReview(r))
}

func (p *PullRequest) renderReview(r *Review) object {
	page := p.repo.web("/pull/%d#pullrequestreview-%d", p.number, r.ID)
	self := p.repo.api("/pulls/%d", p.number)
	o := object{
		"id": r.ID, "node_id": nodeID("17:PullRequestReview", r.ID), "user": p.repo.server.user(r.Author),
		"body": r.Body, "state": r.State, "commit_id": r.CommitID, "html_url": page, "pull_request_url": self,
		"author_association": p.repo.association(r.Author),
		"_links":             object{"html": object{"href": page}, "pull_request": object{"href": self}},
	}
	if !r.Submitted.IsZero() {
		o["submitted_at"] = stamp(r.Submitted)
	}
	return o
}

// noContent is the answer to a deletion.
func noContent() answer { return answer{status: http.StatusNoContent} }
