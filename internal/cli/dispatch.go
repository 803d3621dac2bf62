package cli

import (
	"context"
	"fmt"
	"strings"

	"github.com/dropgate/dropgate/internal/config"
	"github.com/dropgate/dropgate/internal/github"
)

// A dispatched span is what a branch or a tag has and the default branch has not.
type dispatched struct {
	span
	ref string // in full
}

// dispatch reviews the ref that somebody started the workflow on.
func (a *action) dispatch(ctx context.Context) error {
	event, err := a.dispatchEvent()
	if err != nil {
		return err
	}
	client, err := a.client()
	if err != nil {
		return err
	}
	d := &dispatched{ref: event.Ref, span: span{action: a, client: client, branch: event.Repository.DefaultBranch}}
	if d.branch == "" {
		if d.branch, err = client.DefaultBranch(ctx); err != nil {
			return err
		}
	}
	if event.Ref == branchPrefix+d.branch {
		return a.nothing(a.in.apply(config.Default()), fmt.Sprintf("on %s, which is the default branch", d.branch))
	}
	if err = d.run(ctx); err != nil && d.head != "" {
		d.whole().failStatus(ctx)
	}
	return err
}

func (d *dispatched) run(ctx context.Context) error {
	var err error
	if branch, ok := strings.CutPrefix(d.ref, branchPrefix); ok {
		d.head, err = d.client.Tip(ctx, branch)
	} else {
		d.head, err = d.client.Tagged(ctx, strings.TrimPrefix(d.ref, tagPrefix))
	}
	if err != nil {
		return err
	}
	p, err := d.pullRequest(ctx)
	if err != nil {
		return err
	}
	if p != nil {
		return d.reviewed(ctx, p)
	}
	return d.alone(ctx)
}

// pullRequest finds the open pull request that would bring the ref into the
// default branch; nil if there is none, or more than one. A commit may be the head
// of several, also in forks: a branch's is the one from this branch.
func (d *dispatched) pullRequest(ctx context.Context) (*pull, error) {
	found, err := d.client.PullsOf(ctx, d.head)
	if err != nil {
		return nil, err
	}
	var of []github.Associated
	for _, a := range found {
		if a.Open && a.BaseRef == d.branch && a.HeadSHA == d.head && d.from(a) {
			of = append(of, a)
		}
	}
	if len(of) != 1 {
		return nil, nil
	}
	live, err := d.client.PullRequest(ctx, of[0].Number)
	if err != nil {
		return nil, err
	}
	if live.State != "open" || live.BaseRef != d.branch {
		return nil, nil
	}
	return &pull{action: d.action, client: d.client, live: live, event: pullEvent{Number: live.Number}}, nil
}

func (d *dispatched) from(a github.Associated) bool {
	branch, ok := strings.CutPrefix(d.ref, branchPrefix)
	return !ok || a.HeadRef == branch && strings.EqualFold(a.HeadRepo, d.getenv("GITHUB_REPOSITORY"))
}

// reviewed reviews the ref as its pull request, to which nothing is posted.
func (d *dispatched) reviewed(ctx context.Context, p *pull) error {
	m, err := judged(ctx, p)
	if err != nil {
		return err
	}
	goOn, err := m.alone(ctx, &m.decision)
	if err != nil {
		return err
	}
	m.setStatus(ctx, m.decision)
	r := newReview(m.found, m.decision)
	r.GoOn = goOn
	r.Scope = fmt.Sprintf("in pull request #%d", m.live.Number)
	return d.finish(r)
}

// alone reviews a ref without a pull request, and so without a label.
func (d *dispatched) alone(ctx context.Context) error {
	tip, err := d.client.Tip(ctx, d.branch)
	if err != nil {
		return err
	}
	if err := d.readConfig(ctx, tip); err != nil {
		return err
	}
	if d.compared, err = d.client.Compare(ctx, tip, d.head); err != nil {
		return err
	}
	found, err := d.since(ctx, d.compared.MergeBase)
	if err != nil {
		return err
	}
	decision := d.unlabelled(found)
	whole := d.whole()
	goOn, err := whole.alone(ctx, &decision)
	if err != nil {
		return err
	}
	whole.setStatus(ctx, decision)
	r := newReview(found, decision)
	r.GoOn = goOn
	r.Scope = fmt.Sprintf("between %s and %s", d.branch, strings.TrimPrefix(strings.TrimPrefix(d.ref, branchPrefix), tagPrefix))
	return d.finish(r)
}
