package githubtest

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Review is a review of a pull request.
type Review struct {
	ID           int64
	Author, Body string
	State        string // PENDING, COMMENTED, APPROVED, CHANGES_REQUESTED or DISMISSED
	CommitID     string
	Submitted    time.Time // zero while it is pending
}

// ReviewComment is a comment on a line, a range of lines or a whole file.
type ReviewComment struct {
	ID, ReviewID, ReplyTo int64 // ReplyTo is 0 for the first comment of a thread
	Author, Body          string
	EditedBy              string // the last who changed it; empty if nobody did
	Minimised             string // why it is folded away; empty if it is not
	Path                  string
	Side, StartSide       string // LEFT or RIGHT; StartSide is empty for one line
	Line, StartLine       int    // as written; StartLine is 0 for one line, both for a whole file
	CommitID              string // what it was written on
	Created, Updated      time.Time
	Outdated              bool // the line has gone or changed since

	position int    // in the patch that it was written on
	hunk     string // that patch down to the line
}

func (c *ReviewComment) edit(by, body string, at time.Time) {
	c.Body, c.EditedBy, c.Updated = body, by, at
}

// Reviews returns the reviews, pending ones too, oldest first.
func (p *PullRequest) Reviews() []Review {
	return locked(p, func() []Review {
		var all []Review
		for _, r := range p.reviews {
			all = append(all, *r)
		}
		return all
	})
}

// ReviewComments returns the comments that everybody sees (not those of a
// pending review), oldest first.
func (p *PullRequest) ReviewComments() []ReviewComment {
	return locked(p, func() []ReviewComment {
		var all []ReviewComment
		for _, c := range p.visibleComments() {
			copied := *c
			_, fits := p.place(c)
			copied.Outdated = !fits
			all = append(all, copied)
		}
		return all
	})
}

// Reply answers a review comment by hand and returns the reply's identifier.
func (p *PullRequest) Reply(to int64, author, body string) int64 {
	var id int64
	p.change(func() {
		first := p.reviewComment(to)
		if first == nil {
			panic(fmt.Sprintf("githubtest: reply: no review comment %d", to))
		}
		id = p.addReply(first, author, body).ID
	})
	return id
}

// CommentOnLine comments on a line of the head by hand and returns the comment's
// identifier. The line must be part of the diff.
func (p *PullRequest) CommentOnLine(author, path string, line int, body string) int64 {
	var id int64
	p.change(func() {
		c := ReviewComment{Path: path, Body: body, Line: line, Side: "RIGHT"}
		if problems := c.anchor(p.diff(p.headSHA)); len(problems) > 0 {
			panic(fmt.Sprintf("githubtest: comment on %s:%d: %s", path, line, sentence(problems)))
		}
		id = p.addReviewComment(p.addReview(author, "", "COMMENTED", p.headSHA), c).ID
	})
	return id
}

// PendingReview leaves a review of that author unsubmitted, as another tool may
// have done that shares the identity. It returns its identifier.
func (p *PullRequest) PendingReview(author, body string) int64 {
	var id int64
	p.change(func() { id = p.addReview(author, body, "PENDING", p.headSHA).ID })
	return id
}

func (p *PullRequest) addReview(author, body, state, commit string) *Review {
	r := &Review{ID: p.repo.server.nextID(), Author: author, Body: body, State: state, CommitID: commit}
	if state != "PENDING" {
		r.Submitted = p.repo.server.Clock.Now()
	}
	p.reviews = append(p.reviews, r)
	return r
}

func (p *PullRequest) review(id int64) *Review {
	i := slices.IndexFunc(p.reviews, func(r *Review) bool { return r.ID == id })
	if i < 0 {
		return nil
	}
	return p.reviews[i]
}

func (p *PullRequest) pendingOf(login string) bool {
	return slices.ContainsFunc(p.reviews, func(r *Review) bool { return r.State == "PENDING" && r.Author == login })
}

func (p *PullRequest) reviewComment(id int64) *ReviewComment {
	i := slices.IndexFunc(p.reviewComments, func(c *ReviewComment) bool { return c.ID == id })
	if i < 0 {
		return nil
	}
	return p.reviewComments[i]
}

func (p *PullRequest) deleteReviewComment(id int64) bool {
	before := len(p.reviewComments)
	p.reviewComments = slices.DeleteFunc(p.reviewComments, func(c *ReviewComment) bool { return c.ID == id })
	return len(p.reviewComments) < before
}

// visibleComments are all but those of pending reviews.
func (p *PullRequest) visibleComments() []*ReviewComment {
	var all []*ReviewComment
	for _, c := range p.reviewComments {
		if r := p.review(c.ReviewID); r == nil || r.State != "PENDING" {
			all = append(all, c)
		}
	}
	return all
}

// addReviewComment stores a comment that was found to fit.
func (p *PullRequest) addReviewComment(r *Review, c ReviewComment) *ReviewComment {
	now := p.repo.server.Clock.Now()
	c.ID, c.ReviewID, c.Author = p.repo.server.nextID(), r.ID, r.Author
	c.CommitID, c.Created, c.Updated = r.CommitID, now, now
	p.reviewComments = append(p.reviewComments, &c)
	return &c
}

// addReply stores a reply, which is a review of its own to GitHub.
func (p *PullRequest) addReply(to *ReviewComment, author, body string) *ReviewComment {
	first := to
	if to.ReplyTo != 0 {
		first = p.reviewComment(to.ReplyTo)
	}
	reply := *first
	reply.ReplyTo, reply.Body, reply.EditedBy, reply.Minimised = first.ID, body, "", ""
	review := p.addReview(author, "", "COMMENTED", first.CommitID)
	return p.addReviewComment(review, reply)
}

// spot is where a comment stands in a diff.
type spot struct {
	hunk     int
	position int // lines down from the file's first hunk header
}

// find looks a line up in the hunks of a file; RIGHT lines are numbered in the
// new text, LEFT ones in the old.
func find(hunks []hunk, side string, line int) (spot, bool) {
	position := 0
	for i, h := range hunks {
		if i > 0 {
			position++ // the header of a later hunk counts
		}
		old, head := h.oldStart, h.newStart
		for _, text := range h.lines {
			position++
			mark := text[0]
			if mark == '\\' {
				continue
			}
			if mark != '+' {
				if side == "LEFT" && old == line {
					return spot{i, position}, true
				}
				old++
			}
			if mark != '-' {
				if side == "RIGHT" && head == line {
					return spot{i, position}, true
				}
				head++
			}
		}
	}
	return spot{}, false
}

// upTo returns the hunk of a spot from its header down to the spot itself.
func upTo(hunks []hunk, at spot) string {
	before := 0
	for _, h := range hunks[:at.hunk] {
		before += len(h.lines) + 1
	}
	h := hunks[at.hunk]
	return strings.Join(append([]string{h.header()}, h.lines[:at.position-before]...), "\n")
}

// anchor checks where a new comment is meant to stand, in the diff of the
// commit that it is written on, and fills in what it stands on. It returns what
// is wrong, in GitHub's words.
func (c *ReviewComment) anchor(entries []diffEntry) []string {
	i := slices.IndexFunc(entries, func(e diffEntry) bool { return e.path == c.Path })
	if i < 0 {
		return []string{"path is invalid", "diff hunk can't be blank"}
	}
	if c.Line == 0 && c.Side == "" {
		return nil // the whole file
	}
	if !slices.Contains([]string{"LEFT", "RIGHT"}, c.Side) || !slices.Contains([]string{"", "LEFT", "RIGHT"}, c.StartSide) {
		return []string{"side is invalid"}
	}
	hunks := entries[i].hunks
	end, found := find(hunks, c.Side, c.Line)
	var problems []string
	if !found {
		problems = append(problems, "line must be part of the diff")
	}
	if c.StartLine != 0 {
		problems = append(problems, c.checkStart(hunks, end, found)...)
	}
	if !found {
		return append(problems, "diff hunk can't be blank")
	}
	c.position, c.hunk = end.position, upTo(hunks, end)
	return problems
}

// checkStart checks the first line of a range against its last.
func (c *ReviewComment) checkStart(hunks []hunk, end spot, found bool) []string {
	start, ok := find(hunks, c.StartSide, c.StartLine)
	var problems []string
	if c.StartSide == c.Side && c.StartLine >= c.Line || ok && found && start.position >= end.position {
		problems = append(problems, "start line must precede the end line.")
	}
	if !ok || !found || start.hunk != end.hunk {
		problems = append(problems, "start line must be part of the same hunk as the line.")
	}
	return problems
}

// sentence joins problems as GitHub does.
func sentence(problems []string) string {
	const start = "Pull request review thread "
	switch n := len(problems); n {
	case 1:
		return start + problems[0]
	case 2:
		return start + problems[0] + " and " + start + problems[1]
	default:
		return start + strings.Join(problems[:n-1], ", "+start) + ", and " + start + problems[n-1]
	}
}

// placed is where a comment stands in the diff as it is now.
type placed struct{ line, startLine, position int }

// place finds a comment's line in the live diff. It does not find a line that
// was changed, or that is out of the diff, since: the comment is outdated.
func (p *PullRequest) place(c *ReviewComment) (placed, bool) {
	entries := p.diff(p.headSHA)
	i := slices.IndexFunc(entries, func(e diffEntry) bool { return e.path == c.Path })
	if i < 0 {
		return placed{}, false
	}
	if c.Line == 0 {
		return placed{}, true // a whole file
	}
	at := placed{line: p.moved(c, c.Side, c.Line)}
	if c.StartLine != 0 {
		if at.startLine = p.moved(c, c.StartSide, c.StartLine); at.startLine == 0 {
			return placed{}, false
		}
	}
	end, ok := find(entries[i].hunks, c.Side, at.line)
	at.position = end.position
	return at, ok
}

// moved tells where a line of the text that a comment was written on is now;
// 0 if it was changed or removed.
func (p *PullRequest) moved(c *ReviewComment, side string, line int) int {
	from, to := c.CommitID, p.headSHA
	if side == "LEFT" {
		base := p.repo.branches[p.baseBranch]
		from, to = p.repo.objects.mergeBase(base, from), p.repo.objects.mergeBase(base, to)
	}
	old, head := p.repo.objects.commits[from], p.repo.objects.commits[to]
	if from == to || old == nil || head == nil {
		return line
	}
	shift := 0
	for _, h := range diffText(text(old.files[c.Path]), text(head.files[c.Path])) {
		if line < h.oldStart {
			break
		}
		if line >= h.oldStart+h.oldCount {
			shift += h.newCount - h.oldCount
			continue
		}
		return inside(h, line)
	}
	return line + shift
}

// inside finds an old line of a hunk among its new ones; 0 if it was removed.
func inside(h hunk, line int) int {
	old, head := h.oldStart, h.newStart
	for _, text := range h.lines {
		switch text[0] {
		case ' ':
			if old == line {
				return head
			}
			old++
			head++
		case '-':
			old++
		case '+':
			head++
		}
		if old > line {
			break
		}
	}
	return 0
}
