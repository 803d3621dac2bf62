package cli

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/dropgate/dropgate/internal/config"
	"github.com/dropgate/dropgate/internal/gate"
	"github.com/dropgate/dropgate/internal/github"
)

// evidence reads what is known of the label, and dropgate's own comment.
func (p *pull) evidence(ctx context.Context) (gate.Evidence, github.Summary, error) {
	var (
		e       gate.Evidence
		summary github.Summary
		err     error
	)
	e.Present = slices.ContainsFunc(p.live.Labels, func(l string) bool { return strings.EqualFold(l, p.config.Label) })
	if e.Present {
		e.Covers = p.startedByLabel()
		if e.Covers {
			e.By = p.event.Sender.Login
		}
		put, err := p.client.LastLabelEvent(ctx, p.live.Number, p.config.Label)
		switch {
		case err != nil:
			p.warnf("who put the label on, and when, could not be read: %s", err)
		case put != nil:
			e.By, e.At = put.By, put.At
		}
	}
	if p.config.Comment == config.CommentOff {
		return e, summary, nil
	}
	if summary, err = p.client.FindSummary(ctx, p.live.Number, p.viewer); err != nil {
		return e, summary, err
	}
	if summary.Found {
		if record, ok := github.DecodeRecord(summary.Body); ok {
			e.Record = &record
		}
	}
	return e, summary, nil
}

// startedByLabel reports whether putting the label on started this run, and what
// it was put on is still what is under review: the same head, and against the
// same branch, for another base makes another change of it.
func (p *pull) startedByLabel() bool {
	at := p.event.PullRequest
	return p.event.Action == "labeled" && strings.EqualFold(p.event.Label.Name, p.config.Label) &&
		at.Head.SHA == p.live.HeadSHA && cmp.Or(at.Base.Ref, p.live.BaseRef) == p.live.BaseRef
}
