package githubtest

import (
	"slices"
	"strings"
)

func listReviewComments(c *call) answer {
	p := c.pull()
	if p == nil {
		return notFound()
	}
	comments := p.visibleComments()
	sortComments(comments, c.URL.Query().Get("sort"), c.URL.Query().Get("direction"))
	return paged(c, comments, func(rc *ReviewComment) any { return p.renderReviewComment(rc) })
}

// sortComments puts comments in the order that is asked for; they come in the
// order of their creation.
func sortComments(comments []*ReviewComment, by, direction string) {
	if by == "updated" {
		slices.SortStableFunc(comments, func(a, b *ReviewComment) int { return a.Updated.Compare(b.Updated) })
	}
	if direction == "desc" && by != "" {
		slices.Reverse(comments)
	}
}

func createReviewComment(c *call) answer {
	p := c.pull()
	if p == nil {
		return notFound()
	}
	var q struct {
		draft
		CommitID    string `json:"commit_id"`
		SubjectType string `json:"subject_type"`
		InReplyTo   int64  `json:"in_reply_to"`
	}
	if a, fine := c.decode(&q); !fine {
		return a
	}
	const resource = "PullRequestReviewComment"
	switch {
	case q.Body == "":
		return invalidField(resource, "body", "missing_field", "")
	case tooLong(q.Body):
		return invalidField(resource, "body", "custom", tooLongText)
	case q.InReplyTo != 0:
		return c.reply(p, q.InReplyTo, q.Body)
	case !p.has(q.CommitID):
		return invalidField(resource, "pull_request_review_thread.commit_id", "custom", "commit_id is not part of the pull request")
	case p.pendingOf(c.login):
		return invalidField(resource, "user_id", "custom", "user_id can only have one pending review per pull request")
	}
	var comment ReviewComment
	var problems []string
	if q.SubjectType == "file" {
		comment = ReviewComment{Path: q.Path, Body: q.Body}
		problems = comment.anchor(p.diff(q.CommitID))
	} else {
		comment, problems = q.comment(p.diff(q.CommitID))
	}
	if len(problems) > 0 {
		field, _, _ := strings.Cut(strings.ReplaceAll(problems[0], "start line", "start_line"), " ")
		return invalidField(resource, "pull_request_review_thread."+field, "custom", "pull_request_review_thread."+problems[0])
	}
	c.server.Clock.tick()
	review := p.addReview(c.login, "", "COMMENTED", q.CommitID)
	return created(p.renderReviewComment(p.addReviewComment(review, comment)))
}

func (c *call) reply(p *PullRequest, to int64, body string) answer {
	first := p.reviewComment(to)
	if first == nil {
		return notFound()
	}
	c.server.Clock.tick()
	return created(p.renderReviewComment(p.addReply(first, c.login, body)))
}

// findReviewComment looks in all pull requests, since the path names none.
func (c *call) findReviewComment() (*PullRequest, *ReviewComment) {
	for _, p := range c.repo.pulls {
		if found := p.reviewComment(c.identifier()); found != nil {
			return p, found
		}
	}
	return nil, nil
}

func updateReviewComment(c *call) answer {
	p, comment := c.findReviewComment()
	if comment == nil {
		return notFound()
	}
	body, a, fine := c.newBody("PullRequestReviewComment")
	if !fine {
		return a
	}
	comment.edit(c.login, body, c.server.Clock.tick())
	return ok(p.renderReviewComment(comment))
}

func deleteReviewComment(c *call) answer {
	p, comment := c.findReviewComment()
	if comment == nil {
		return notFound()
	}
	c.server.Clock.tick()
	p.deleteReviewComment(comment.ID)
	return noContent()
}

func (p *PullRequest) renderReviewComment(c *ReviewComment) object {
	r := p.repo
	self, pull := r.api("/pulls/comments/%d", c.ID), r.api("/pulls/%d", p.number)
	page := r.web("/pull/%d#discussion_r%d", p.number, c.ID)
	o := object{
		"url": self, "id": c.ID, "node_id": nodeID("24:PullRequestReviewComment", c.ID),
		"pull_request_review_id": c.ReviewID, "diff_hunk": c.hunk, "path": c.Path,
		"commit_id": c.CommitID, "original_commit_id": c.CommitID,
		"user": r.server.user(c.Author), "body": c.Body,
		"created_at": stamp(c.Created), "updated_at": stamp(c.Updated),
		"html_url": page, "pull_request_url": pull, "author_association": r.association(c.Author),
		"_links":    object{"self": object{"href": self}, "html": object{"href": page}, "pull_request": object{"href": pull}},
		"reactions": reactions(self), "subject_type": "line",
	}
	if c.ReplyTo != 0 {
		o["in_reply_to_id"] = c.ReplyTo
	}
	at, fits := p.place(c)
	if fits {
		o["commit_id"] = p.headSHA
	}
	if c.Line == 0 {
		o["subject_type"], o["line"], o["position"] = "file", nil, 1
		return o
	}
	o["side"], o["original_line"], o["original_position"] = c.Side, c.Line, c.position
	o["line"], o["position"], o["start_line"], o["start_side"], o["original_start_line"] = nil, nil, nil, nil, nil
	if c.StartLine != 0 {
		o["start_side"], o["original_start_line"] = c.StartSide, c.StartLine
	}
	if fits {
		o["line"], o["position"] = at.line, at.position
		if at.startLine != 0 {
			o["start_line"] = at.startLine
		}
	}
	return o
}

func reactions(of string) object {
	return object{
		"url": of + "/reactions", "total_count": 0, "+1": 0, "-1": 0, "laugh": 0,
		"hooray": 0, "confused": 0, "heart": 0, "rocket": 0, "eyes": 0,
	}
}
