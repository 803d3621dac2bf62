package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/dropgate/dropgate/internal/config"
	"github.com/dropgate/dropgate/internal/gate"
	"github.com/dropgate/dropgate/internal/github"
)

// evidence reads what is known of the label, and dropgate's own comment.
func (p *pull) evidence(ctx context.Context) (gate.Evidence, github.Summary, error) {
	e := p.labelEvidence(ctx)
	var (
		summary github.Summary
		err     error
	)
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

// labelEvidence reads who put the label on, and when, and whether they may.
func (p *pull) labelEvidence(ctx context.Context) gate.Evidence {
	e := gate.Evidence{Present: p.labelOn(p.live) != "", Now: p.now()}
	if !e.Present {
		return e
	}
	e.Covers = p.startedByLabel()
	if e.Covers {
		e.By, e.App = p.event.Sender.Login, github.IsApp(p.event.Sender.Login, p.event.Sender.Type)
	}
	put, err := p.client.LastLabelEvent(ctx, p.live.Number, p.config.Label)
	switch {
	case err != nil:
		p.warnf("who put the label on, and when, could not be read: %s", err)
	case put != nil:
		e.By, e.App, e.At = put.By, put.App, put.At
	}
	e.Older = p.pushedAfter(e.At)
	policy := p.config.Policy()
	if policy.SecondPerson {
		e.Second = p.secondPerson(ctx, policy, e)
	}
	if !policy.Labelers.Everybody() {
		e.Allowed = p.allowed(ctx, policy, e)
	}
	return e
}

// labelOn returns the label's name as the repository spells it; empty if it is
// not on the pull request.
func (p *pull) labelOn(at *github.PullRequest) string {
	i := slices.IndexFunc(at.Labels, func(l string) bool { return strings.EqualFold(l, p.config.Label) })
	if i < 0 {
		return ""
	}
	return at.Labels[i]
}

// startedByLabel reports whether putting the label on started this run, and what
// it was put on is still what is under review: the same head, and against the
// same branch, for another base makes another change of it.
func (p *pull) startedByLabel() bool {
	at := p.event.PullRequest
	return p.event.Action == "labeled" && strings.EqualFold(p.event.Label.Name, p.config.Label) &&
		at.Head.SHA == p.live.HeadSHA && cmp.Or(at.Base.Ref, p.live.BaseRef) == p.live.BaseRef
}

// pushedAfter reports whether the push of the live head started this run, and
// the label had been put on before it. A label of the same second may be either.
func (p *pull) pushedAfter(label time.Time) bool {
	at := p.event.PullRequest
	pushed, err := time.Parse(time.RFC3339, at.UpdatedAt)
	return err == nil && p.event.Action == "synchronize" && at.Head.SHA == p.live.HeadSHA &&
		!label.IsZero() && label.Before(pushed)
}

// secondPerson finds out whether whoever put the label on had no part in the
// change. It asks for the commits only when that is not clear without them.
func (p *pull) secondPerson(ctx context.Context, policy gate.Policy, e gate.Evidence) gate.Check {
	for _, check := range []gate.Check{policy.CheckPerson(e), gate.CheckOpener(e.By, p.live.Author)} {
		if !check.OK {
			return check
		}
	}
	commits, err := p.client.Commits(ctx, p.live)
	if err != nil {
		p.warnf("whether %s had a part in the change could not be read: %s", e.By, err)
		return gate.Check{Why: "the commits, of which some may be by " + e.By + ", could not be read"}
	}
	return gate.CheckCommits(e.By, commits, p.live.Commits, p.live.HeadSHA)
}

// allowed finds out whether whoever put the label on is one of the labelers. It
// asks GitHub only while nothing that is known says so.
func (p *pull) allowed(ctx context.Context, policy gate.Policy, e gate.Evidence) gate.Check {
	check, labelers := policy.CheckPerson(e), policy.Labelers
	if !check.OK || labelers.Name(e.By) {
		return check
	}
	var why []string
	if labelers.Least > gate.NoRole {
		role, err := p.client.Role(ctx, e.By)
		if err == nil && role >= labelers.Least {
			return gate.Check{OK: true}
		}
		why = append(why, p.notByRole(e.By, role, err))
	}
	for _, team := range labelers.Teams {
		member, err := p.client.InTeam(ctx, team, e.By)
		if err == nil && member {
			return gate.Check{OK: true}
		}
		why = append(why, p.notInTeam(e.By, team, err))
	}
	if why == nil {
		why = []string{e.By + " is none of those whose label does"}
	}
	return gate.Check{Why: strings.Join(why, "; ")}
}

// notByRole says why somebody's role is not enough.
func (p *pull) notByRole(login string, role gate.Role, err error) string {
	if err != nil {
		p.warnf("whether %s may put the label on could not be read: %s", login, err)
		return "the role of " + login + " could not be read"
	}
	return fmt.Sprintf("%s has the role %s", login, role)
}

// notInTeam says why somebody does not count as one of a team. GitHub answers for
// a team that the token may not see as for one that somebody is not in.
func (p *pull) notInTeam(login string, team gate.Team, err error) string {
	const token = "which takes a github-token that may read the members of "
	switch {
	case err == nil:
		return fmt.Sprintf("%s has not joined the team %s yet", login, team)
	case errors.Is(err, github.ErrNotFound):
		return fmt.Sprintf("%s is not in the team %s, or it cannot be seen, %s%s", login, team, token, team.Organisation)
	}
	p.warnf("whether %s may put the label on could not be read: %s", login, err)
	return fmt.Sprintf("whether %s is in the team %s could not be read, %s%s", login, team, token, team.Organisation)
}
