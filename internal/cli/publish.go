package cli

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/dropgate/dropgate/analyzer"
	"github.com/dropgate/dropgate/internal/config"
	"github.com/dropgate/dropgate/internal/gate"
	"github.com/dropgate/dropgate/internal/github"
	"github.com/dropgate/dropgate/internal/report"
)

func (p *pull) setStatus(ctx context.Context, d gate.Decision) {
	if p.in.status == "" {
		return
	}
	state, text := github.StatusSuccess, "nothing blocks"
	if d.Blocked {
		state, text = github.StatusFailure, d.Reasons[0]
	} else if d.Acknowledgement.State == gate.Valid {
		text = d.Reasons[0]
	}
	if err := p.client.SetStatus(ctx, p.live.HeadSHA, state, p.in.status, text, p.live.URL); err != nil {
		p.warnf("the status %s could not be set: %s", p.in.status, err)
	}
}

// failStatus takes back what an earlier run said of the head: a status of success
// would go on opening the gate.
func (p *pull) failStatus(ctx context.Context) {
	if p.in.status == "" {
		return
	}
	head, page := p.event.PullRequest.Head.SHA, ""
	if p.live != nil {
		head, page = p.live.HeadSHA, p.live.URL
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Minute)
	defer cancel()
	const text = "could not review: the log of the job says why"
	if err := p.client.SetStatus(ctx, head, github.StatusError, p.in.status, text, page); err != nil {
		p.warnf("the status %s could not be set: %s", p.in.status, err)
	}
}

// say posts what was found, and sets the status. It fails only for a verdict that
// opens the gate and is about another base than the pull request has by now.
func (p *pull) say(ctx context.Context, r *report.Review, e gate.Evidence, summary github.Summary) error {
	if r.Decision.Blocked {
		// Before anything else, so that no delay leaves an older success standing.
		p.setStatus(ctx, r.Decision)
	}
	now := p.publish(ctx, r, e, summary)
	if r.Decision.Blocked {
		return nil
	}
	switch {
	case now.BaseRef != p.live.BaseRef:
		return fmt.Errorf("the pull request goes into another branch by now, %s: the run for that reviews it", now.BaseRef)
	case now.HeadSHA == p.live.HeadSHA:
		p.setStatus(ctx, r.Decision)
	}
	return nil
}

// publish posts the comments on the lines and the summary, unless the pull request
// has moved on, and returns it as it is then. What cannot be posted is a
// warning: the verdict stands whatever GitHub takes.
func (p *pull) publish(ctx context.Context, r *report.Review, e gate.Evidence, summary github.Summary) *github.PullRequest {
	known := cmp.Or(p.again, p.live)
	if p.config.Comment == config.CommentOff {
		return known
	}
	blocking := slices.ContainsFunc(r.Report.Findings, func(f analyzer.Finding) bool { return f.Blocking })
	if !blocking && !summary.Found {
		return known // nobody is told that there is nothing to tell
	}
	n := p.notes(ctx, r, e, summary)
	body, fits := n.body()
	if len(n.plan.Post)+len(n.plan.Edits) == 0 && summary.Says(body) {
		return known
	}
	now, err := p.reread(ctx)
	switch {
	case err != nil:
		p.warnf("nothing is posted, since it cannot be read whether the pull request has moved on: %s", err)
		return p.live
	case now.HeadSHA != p.live.HeadSHA || now.BaseRef != p.live.BaseRef:
		p.logf("the pull request moved on from %s (into %s) to %s (into %s) while it was reviewed: nothing is posted, the run for that does",
			p.live.HeadSHA, p.live.BaseRef, now.HeadSHA, now.BaseRef)
		return now
	}
	failed, err := p.client.PostReview(ctx, p.live.Number, p.live.HeadSHA, p.viewer, n.plan.Post)
	if err != nil {
		p.warnf("comments on the lines could not be posted: %s", err)
	}
	if len(failed) > 0 {
		n.plan.Unplaced = append(n.plan.Unplaced, failed...)
		body, fits = n.body()
	}
	if !fits {
		p.warnf("there are too many operations to be remembered in a comment: the label counts only in the run that it starts")
	}
	if err := p.client.SaveSummary(ctx, p.live.Number, summary, body); err != nil {
		p.warnf("the summary could not be posted: %s", err)
	}
	if err := p.client.Edit(ctx, n.plan.Edits); err != nil {
		p.warnf("older comments on the lines could not be changed: %s", err)
	}
	return now
}

// reread returns the pull request as it is now that the verdict is known.
func (p *pull) reread(ctx context.Context) (*github.PullRequest, error) {
	if p.again != nil {
		return p.again, nil
	}
	return p.client.PullRequest(ctx, p.live.Number)
}

// notes are what a run has to say on a pull request.
type notes struct {
	*pull
	review   *report.Review
	evidence gate.Evidence
	found    bool // an earlier run had something to say
	plan     github.Plan
	gone     int // operations that had a comment on their lines
}

// notes compares what is to be said with what is there.
func (p *pull) notes(ctx context.Context, r *report.Review, e gate.Evidence, summary github.Summary) *notes {
	n := &notes{pull: p, review: r, evidence: e, found: summary.Found}
	want := p.lineComments(r)
	var there []github.Posted
	if summary.Found && p.config.Comment == config.CommentReview || !p.live.NoneOnLines {
		var err error
		if there, err = p.client.LineComments(ctx, p.live.Number, p.viewer); err != nil {
			p.warnf("comments on the lines could not be posted: %s", err)
			n.plan.Unplaced = want
			return n
		}
	}
	most := github.DefaultComments
	if p.config.Comment != config.CommentReview {
		most = 0
	}
	still := map[string]bool{}
	for _, f := range r.Report.Findings {
		still[f.Fingerprint] = true
	}
	n.plan = github.PlanComments(there, want, most, func(c github.Posted) string {
		return report.Resolved(c.Body, still[c.Key])
	})
	seen := map[string]bool{}
	for _, c := range there {
		if !still[c.Key] && !seen[c.Key] {
			seen[c.Key] = true
			n.gone++
		}
	}
	return n
}

// body returns the summary with its record, and whether that fits.
func (n *notes) body() (string, bool) {
	o := report.SummaryOptions{
		OutsideDiff: keys(n.plan.Unplaced), Beyond: keys(n.plan.Beyond),
		Uncovered: gate.Uncovered(n.review.Report, n.evidence), Again: n.found, Gone: n.gone,
	}
	if n.config.Comment != config.CommentReview {
		o.OutsideDiff, o.Beyond = nil, nil
	}
	if server := n.getenv("GITHUB_SERVER_URL"); server != "" {
		o.Tree = fmt.Sprintf("%s/%s/blob/%s", strings.TrimSuffix(server, "/"), n.getenv("GITHUB_REPOSITORY"), n.live.HeadSHA)
	}
	return github.EncodeRecord(report.Summary(n.review, o), gate.Remember(n.review.Report, n.evidence))
}

func keys(comments []github.LineComment) map[string]bool {
	set := map[string]bool{}
	for _, c := range comments {
		set[c.Key] = true
	}
	return set
}

// lineComments returns what is to be said of each blocking finding on its lines,
// the worst first.
func (p *pull) lineComments(r *report.Review) []github.LineComment {
	var blocking []analyzer.Finding
	for _, f := range r.Report.Findings {
		if f.Blocking {
			blocking = append(blocking, f)
		}
	}
	slices.SortStableFunc(blocking, func(a, b analyzer.Finding) int {
		return cmp.Or(cmp.Compare(b.Score, a.Score), analyzer.Compare(a, b))
	})
	anchors := github.Anchors(p.files)
	var comments []github.LineComment
	for _, f := range blocking {
		start, line, ok := anchors.Place(f.Path, f.Start.Line, f.End.Line)
		c := github.LineComment{Key: f.Fingerprint, Path: f.Path}
		if ok {
			c.StartLine, c.Line = start, line
		}
		whole := ok && cmp.Or(start, line) == f.Start.Line && line == f.End.Line
		if c.Body = report.Comment(f, r); f.Suggest != "" {
			f.Suggest = "" // a click on it would replace other lines
			if c.Elsewhere = report.Comment(f, r); !whole {
				c.Body = c.Elsewhere
			}
		}
		comments = append(comments, c)
	}
	return comments
}
