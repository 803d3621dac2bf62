package cli

import (
	"context"
	"errors"

	"github.com/dropgate/dropgate/analyzer"
	"github.com/dropgate/dropgate/internal/gate"
	"github.com/dropgate/dropgate/internal/github"
)

// removeStale takes a stale label off, so that putting it on again starts a run
// that covers what is there then. Nothing starts a run for the removal itself if
// the workflow's own token did it, so this run's verdict stands. A label that is
// stale only because something cannot be told stays: the run that it started may
// be still to come, and may tell.
func (p *pull) removeStale(ctx context.Context, found *analyzer.Report, e gate.Evidence, d *gate.Decision) {
	if !p.config.Acknowledgement.RemoveStaleLabel || !d.Blocked || d.Acknowledgement.State != gate.Stale ||
		!gate.Outdated(found, p.config.Policy(), e) {
		return
	}
	name, err := p.stillOn(ctx, e)
	if err == nil && name == "" {
		p.logf("the stale label stays as it is: the pull request has moved on, or the label was put on again")
		return
	}
	if err == nil {
		err = p.client.RemoveLabel(ctx, p.live.Number, name)
	}
	switch {
	case err == nil:
		d.Acknowledgement.Removed = true
		p.logf("the label %s is stale, and was taken off", name)
	case errors.Is(err, github.ErrNotFound), errors.Is(err, github.ErrForbidden):
		p.logf("the stale label could not be taken off: %s", err)
	default:
		p.warnf("the stale label could not be taken off: %s", err)
	}
}

// stillOn returns the name of the label if the pull request is still at the head
// under review and the very label that was judged is on it.
func (p *pull) stillOn(ctx context.Context, e gate.Evidence) (string, error) {
	live, err := p.client.PullRequest(ctx, p.live.Number)
	if err != nil || live.HeadSHA != p.live.HeadSHA || live.BaseRef != p.live.BaseRef || live.State != "open" {
		return "", err
	}
	put, err := p.client.LastLabelEvent(ctx, p.live.Number, p.config.Label)
	if err != nil || put == nil || put.By != e.By || !put.At.Equal(e.At) {
		return "", err
	}
	return p.labelOn(live), nil
}
