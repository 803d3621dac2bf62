package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/dropgate/dropgate/analyzer"
	"github.com/dropgate/dropgate/internal/config"
	"github.com/dropgate/dropgate/internal/github"
)

// A pushed span is what a push brought to a branch.
type pushed struct {
	span
	before string   // empty for a new branch
	bases  []string // what the head is reviewed against
}

// push audits what a push brought: it tells, and cannot hold anything back.
func (a *action) push(ctx context.Context) error {
	event, err := a.pushEvent()
	if err != nil {
		return err
	}
	defaults := a.in.apply(config.Default())
	branch, isBranch := strings.CutPrefix(event.Ref, branchPrefix)
	switch {
	case !isBranch:
		return a.nothing(defaults, "in a pushed tag")
	case event.Deleted || isNone(event.After):
		return a.nothing(defaults, "in a branch that was deleted")
	}
	client, err := a.client()
	if err != nil {
		return err
	}
	p := &pushed{span: span{action: a, client: client, branch: branch, head: event.After, tip: event.After}, before: event.Before}
	if isNone(event.Before) {
		p.before = ""
	}
	if err = p.run(ctx, event.Repository.DefaultBranch); err != nil {
		p.whole().failStatus(ctx)
	}
	return err
}

func (p *pushed) run(ctx context.Context, defaultBranch string) error {
	if err := p.compare(ctx, defaultBranch); err != nil {
		return err
	}
	var reports []*analyzer.Report
	for _, base := range p.bases {
		found, err := p.since(ctx, base)
		if err != nil {
			return err
		}
		p.unlabelled(found)
		reports = append(reports, found)
	}
	all := joined(reports...)
	alone := p.unlabelled(all)
	shared, err := p.shares(ctx, blockingOf(all))
	if err != nil {
		return err
	}
	d := decideTogether(alone, shared, p.reason)
	p.whole().setStatus(ctx, d)
	r := newReview(all, d)
	r.Scope = "in what was pushed to " + p.branch
	r.GoOn = pushedGoOn
	return p.finish(r)
}

// compare finds out what the push is reviewed against, and by which config.
func (p *pushed) compare(ctx context.Context, defaultBranch string) error {
	base := p.before
	if base == "" {
		var err error
		if base, err = p.defaultTip(ctx, defaultBranch); err != nil {
			return err
		}
	}
	err := p.readConfig(ctx, base)
	if err != nil {
		return err
	}
	p.compared, err = p.client.Compare(ctx, base, p.head)
	if errors.Is(err, github.ErrNotFound) {
		// Nothing in common: a branch was replaced by another history.
		p.logf("%s has no commit in common with %s: only the pull request of the last commit is looked up", p.head, base)
		p.compared, err = &github.Comparison{MergeBase: base, Commits: []github.Commit{{SHA: p.head}}}, nil
	}
	if err != nil {
		return err
	}
	p.bases = []string{p.compared.MergeBase}
	if p.before != "" && p.before != p.compared.MergeBase {
		// A forced push leaves commits out, whose migrations have run all the same.
		p.bases = append(p.bases, p.before)
	}
	return nil
}

func (s *span) defaultTip(ctx context.Context, name string) (string, error) {
	if name == "" {
		var err error
		if name, err = s.client.DefaultBranch(ctx); err != nil {
			return "", err
		}
	}
	return s.client.Tip(ctx, name)
}

// shares looks up which pull requests brought the operations.
func (p *pushed) shares(ctx context.Context, operations []analyzer.Finding) ([]share, error) {
	if len(operations) == 0 {
		return nil, nil
	}
	found, err := p.pulls(ctx, func(a github.Associated) bool { return !a.MergedAt.IsZero() && a.BaseRef == p.branch })
	if err != nil {
		return nil, err
	}
	var members []*member
	proof := p.proof(ctx, operations)
	for _, a := range found {
		live, err := p.client.PullRequest(ctx, a.Number)
		if err != nil {
			return nil, err
		}
		m := witness(ctx, &pull{action: p.action, client: p.client, config: p.config, live: live, event: pullEvent{Number: a.Number}}, proof)
		m.atMerge(a.MergedAt)
		members = append(members, m)
	}
	return shares(ctx, operations, members, p.config.Policy())
}

// reason says by what a share came to the branch.
func (p *pushed) reason(s share) string {
	switch {
	case s.by == nil:
		return fmt.Sprintf("%s came to %s by no pull request, in %s: %s", s.places(), p.branch, p.commits(), s.reason())
	case s.decision.Blocked:
		return fmt.Sprintf("%s came to %s by %s, without a valid label: %s", s.places(), p.branch, pullName(s.by), s.reason())
	}
	return fmt.Sprintf("%s came to %s by %s: %s", s.places(), p.branch, pullName(s.by), s.reason())
}

// commits names what was pushed.
func (p *pushed) commits() string {
	all := p.compared.Commits
	if len(all) < 2 {
		return "commit " + short(p.head)
	}
	names := make([]string, 0, mostPlaces)
	for _, c := range slices.Backward(all) {
		if len(names) == mostPlaces {
			return fmt.Sprintf("commits %s and %d more", strings.Join(names, ", "), len(all)-mostPlaces)
		}
		names = append(names, short(c.SHA))
	}
	return "commits " + strings.Join(names, ", ")
}

func short(sha string) string { return sha[:min(len(sha), 12)] }

// pushedGoOn says what is left to do when it has happened already.
func pushedGoOn(func(string) string) string {
	return "This is on the branch already, and this run holds nothing back. See whether the migrations have run, and whether a backup that can be restored " +
		"has what they take away. What comes by a pull request is reviewed before."
}
