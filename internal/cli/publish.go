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

// publish posts the line comments and the summary. What cannot be posted is a
// warning: the verdict stands whatever GitHub takes.
func (p *pull) publish(ctx context.Context, r *report.Review, e gate.Evidence, summary github.Summary) {
	if p.config.Comment == config.CommentOff {
		return
	}
	blocking := slices.ContainsFunc(r.Report.Findings, func(f analyzer.Finding) bool { return f.Blocking })
	if !blocking && !summary.Found {
		return // nobody is told that there is nothing to tell
	}
	o := report.SummaryOptions{OutsideDiff: map[string]bool{}, Uncovered: gate.Uncovered(r.Report, e)}
	if server := p.getenv("GITHUB_SERVER_URL"); server != "" {
		o.Tree = fmt.Sprintf("%s/%s/blob/%s", strings.TrimSuffix(server, "/"), p.getenv("GITHUB_REPOSITORY"), p.live.HeadSHA)
	}
	if p.config.Comment == config.CommentReview {
		p.comments(ctx, r, o.OutsideDiff)
	}
	body, fits := github.EncodeRecord(report.Summary(r, o), gate.Remember(r.Report, e))
	if !fits {
		p.warnf("there are too many operations to be remembered in a comment: the label counts only in the run that it starts")
	}
	if err := p.client.SaveSummary(ctx, p.live.Number, summary, body); err != nil {
		p.warnf("the summary could not be posted: %s", err)
	}
}

// comments posts a comment on the lines of each blocking finding, and notes
// those that have no place in the diff.
func (p *pull) comments(ctx context.Context, r *report.Review, outside map[string]bool) {
	anchors := github.Anchors(p.files)
	var comments []github.LineComment
	for _, f := range r.Report.Findings {
		if !f.Blocking {
			continue
		}
		start, line, ok := anchors.Place(f.Path, f.Start.Line, f.End.Line)
		if !ok {
			outside[f.Fingerprint] = true
			continue
		}
		if cmp.Or(start, line) != f.Start.Line || line != f.End.Line {
			f.Suggest = "" // a click on it would replace other lines
		}
		comments = append(comments, github.LineComment{
			Key: f.Fingerprint, Path: f.Path, StartLine: start, Line: line, Body: report.Comment(f, r),
		})
	}
	if len(comments) == 0 {
		return
	}
	_, skipped, failed, err := p.client.PostReview(ctx, p.live.Number, p.live.HeadSHA, p.viewer, comments, github.DefaultComments)
	for _, c := range append(skipped, failed...) {
		outside[c.Key] = true
	}
	if err != nil {
		p.warnf("comments on the lines could not be posted: %s", err)
	}
}
