package cli

import (
	"context"
	"fmt"
	"time"

	"github.com/dropgate/dropgate/analyzer"
	"github.com/dropgate/dropgate/internal/config"
	"github.com/dropgate/dropgate/internal/gate"
	"github.com/dropgate/dropgate/internal/github"
)

// A pull is a pull request under review.
type pull struct {
	*action
	client  *github.Client
	event   pullEvent
	live    *github.PullRequest
	again   *github.PullRequest // as it was when the verdict was known; nil: to be asked for
	tip     string              // of the base branch
	base    string              // the merge base
	config  config.Config
	files   []github.File
	sides   sides // the files at the merge base and at the head
	listing listing
	viewer  string // empty: the token's own, which is asked for when it matters
}

// pullRequest reviews the live head of the event's pull request.
func (a *action) pullRequest(ctx context.Context) error {
	event, err := a.pullEvent()
	if err != nil {
		return err
	}
	if event.Action == "closed" {
		return a.nothing(a.in.apply(config.Default()), "in a closed pull request")
	}
	client, err := a.client()
	if err != nil {
		return err
	}
	p := &pull{action: a, client: client, event: event}
	err = guarded(func() error { return p.run(ctx) })
	if err != nil {
		p.failStatus(ctx)
	}
	return err
}

func (p *pull) run(ctx context.Context) (err error) {
	if p.live, err = p.client.PullRequest(ctx, p.event.Number); err != nil {
		return err
	}
	if p.live.State != "open" {
		return p.closed(ctx)
	}
	if err := p.read(ctx); err != nil {
		return err
	}
	found, err := p.review(ctx)
	if err != nil {
		return err
	}
	p.warnPrograms()
	return p.decide(ctx, found)
}

// warnPrograms tells which migrations of the pull request nothing reads.
func (p *pull) warnPrograms() {
	var all programs
	for _, f := range p.files {
		if f.Status != "removed" && p.config.Includes(f.Path) {
			all.add(f.Path)
		}
	}
	if len(all) > 0 {
		p.warnf("%s", all.warning())
	}
}

// closed ends the run of a pull request that was closed since its event. The run's
// check counts for every open pull request with this head.
func (p *pull) closed(ctx context.Context) error {
	r := p.none(p.in.apply(config.Default()), "in a closed pull request")
	var err error
	if r.GoOn, err = p.alone(ctx, &r.Decision); err != nil {
		return err
	}
	return p.finish(r)
}

// pause waits, or returns early with the context's error.
func (a *app) pause(ctx context.Context, d time.Duration) error {
	if a.sleep != nil {
		return a.sleep(ctx, d)
	}
	return sleep(ctx, d)
}

func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}

// review reads what changed and judges it.
func (p *pull) review(ctx context.Context) (*analyzer.Report, error) {
	changed := p.wanted(p.config)
	all := &change{}
	if len(changed) > 0 {
		var err error
		if all, err = p.change(ctx, changed); err != nil {
			return nil, err
		}
	}
	if hidden := p.live.ChangedFiles - len(p.files); hidden > 0 {
		all.files = append(all.files, analyzer.ChangedFile{
			Path: "(not listed)", Status: "modified",
			// With the head in it, a label covers what it was put on and no later push.
			Unreadable: fmt.Sprintf("GitHub lists the first %d files of a pull request, and %d more have changed as of %s", len(p.files), hidden, p.live.HeadSHA),
		})
	}
	all.sizes = p.in.sizes
	all.inUse = p.inUse(func() (codebase, error) {
		return workspaceCode(p.config, p.getenv("GITHUB_WORKSPACE"), p.sides.head, all)
	})
	found := together(all, 0)
	applyRules(p.config, found)
	return found, nil
}

// decide asks the gate first, and only then says anything to anybody.
func (p *pull) decide(ctx context.Context, found *analyzer.Report) error {
	evidence, summary, summaryErr := p.evidence(ctx)
	evidence.Proof = p.proof(ctx, found)
	decision := gate.Decide(found, p.config.Policy(), evidence)
	p.removeStale(ctx, found, evidence, &decision)
	goOn, err := p.alone(ctx, &decision)
	if err != nil {
		return err
	}
	r := newReview(found, decision)
	r.GoOn = goOn
	r.Scope = fmt.Sprintf("in pull request #%d", p.live.Number)
	if summaryErr != nil {
		p.warnf("the comments could not be read, so nothing is posted: %s", summaryErr)
		p.setStatus(ctx, decision)
	} else if err := p.say(ctx, r, evidence, summary); err != nil {
		return err
	}
	return p.finish(r)
}
