package cli

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/dropgate/dropgate/analyzer"
	"github.com/dropgate/dropgate/internal/config"
	"github.com/dropgate/dropgate/internal/gate"
	"github.com/dropgate/dropgate/internal/github"
)

// A mergeGroup is what a merge queue is about to bring into a branch.
type mergeGroup struct {
	span
	event groupEvent
}

// mergeGroup reviews every pull request of the event's merge group, and the group.
func (a *action) mergeGroup(ctx context.Context) error {
	event, err := a.groupEvent()
	if err != nil {
		return err
	}
	if event.Action == "destroyed" {
		return a.nothing(a.in.apply(config.Default()), "in a merge group that is gone")
	}
	client, err := a.client()
	if err != nil {
		return err
	}
	g := &mergeGroup{
		event: event,
		span: span{
			action: a, client: client, head: event.Group.HeadSHA,
			branch: strings.TrimPrefix(event.Group.BaseRef, branchPrefix),
		},
	}
	if err = g.run(ctx); err != nil {
		g.whole().failStatus(ctx)
	}
	return err
}

func (g *mergeGroup) run(ctx context.Context) error {
	var err error
	if g.tip, err = g.client.Tip(ctx, g.branch); err != nil {
		return err
	}
	if err := g.readConfig(ctx, g.tip); err != nil {
		return err
	}
	if g.compared, err = g.client.Compare(ctx, g.event.Group.BaseSHA, g.head); err != nil {
		return err
	}
	members, others, err := g.members(ctx)
	if err != nil {
		return err
	}
	whole, err := g.since(ctx, g.compared.MergeBase)
	if err != nil {
		return err
	}
	alone := g.unlabelled(whole)
	shared, err := g.shares(ctx, whole, members, others)
	if err != nil {
		return err
	}
	d := decideTogether(alone, shared, groupReason)
	g.whole().setStatus(ctx, d)
	return g.tell(whole, members, shared, d)
}

// members finds the group's pull requests and reviews each by itself: the one that
// the queue's branch is named after, and those whose head is in the group. Others
// are those that GitHub knows commits of the group from, and of which it cannot be
// told whether all of them is in it, and those that the commits' messages name, as a
// queue that squashes writes them: their labels may cover something, no more.
func (g *mergeGroup) members(ctx context.Context) (members []*member, others []int, err error) {
	inside := map[string]bool{}
	for _, c := range g.compared.Commits {
		inside[c.SHA] = true
	}
	found, err := g.pulls(ctx, func(p github.Associated) bool { return p.Open && p.BaseRef == g.branch })
	if err != nil {
		return nil, nil, err
	}
	var numbers []int
	if n := queued(g.event.Group.HeadRef); n > 0 {
		numbers = append(numbers, n)
	}
	for _, p := range found {
		switch {
		case slices.Contains(numbers, p.Number):
		case inside[p.HeadSHA]:
			numbers = append(numbers, p.Number)
		default:
			others = append(others, p.Number)
		}
	}
	others = append(others, g.named()...)
	slices.Sort(others)
	others = slices.DeleteFunc(slices.Compact(others), func(n int) bool { return slices.Contains(numbers, n) })
	slices.Sort(numbers)
	for _, n := range numbers {
		p, err := g.open(ctx, n)
		if err != nil {
			return nil, nil, err
		}
		if p == nil {
			continue
		}
		m, err := judged(ctx, p)
		if err != nil {
			return nil, nil, err
		}
		m.config = g.config
		members = append(members, m)
	}
	return members, others, nil
}

// queueBranch is the end of the name that a merge queue gives to its branch. The
// base branch before it may have slashes.
var queueBranch = regexp.MustCompile(`^refs/heads/gh-readonly-queue/.+/pr-([0-9]+)-[0-9a-f]+$`)

// queued returns the pull request that a queue's branch names; 0 if it names none.
func queued(ref string) int {
	m := queueBranch.FindStringSubmatch(ref)
	if m == nil {
		return 0
	}
	n, err := strconv.Atoi(m[1])
	if err != nil {
		return 0
	}
	return n
}

// mergeTitle is what GitHub calls the commit that brings a pull request.
var mergeTitle = regexp.MustCompile(`^Merge pull request #([0-9]{1,9}) from |\(#([0-9]{1,9})\)$`)

// named returns the pull requests that the latest commits' messages name. Anybody may
// write such a message, and GitHub may not know yet by which one a new commit came.
func (g *mergeGroup) named() []int {
	var all []int
	for _, c := range slices.Backward(g.compared.Commits) {
		title, _, _ := strings.Cut(c.Message, "\n")
		m := mergeTitle.FindStringSubmatch(strings.TrimSpace(title))
		if m == nil || len(all) == mostAsked {
			continue
		}
		if n, err := strconv.Atoi(m[1] + m[2]); err == nil && n > 0 {
			all = append(all, n)
		}
	}
	return all
}

// open reads a pull request; nil if it is not open, or goes into another branch.
func (g *mergeGroup) open(ctx context.Context, number int) (*pull, error) {
	live, err := g.client.PullRequest(ctx, number)
	if err != nil {
		return nil, err
	}
	if live.State != "open" || live.BaseRef != g.branch {
		g.logf("pull request #%d is not open, or goes into another branch than %s: its label does not count", number, g.branch)
		return nil, nil
	}
	return &pull{action: g.action, client: g.client, config: g.config, live: live, event: pullEvent{Number: number}}, nil
}

// shares says who answers for what: each member for its own operations, and for
// those of the group that are not among these whoever covers or changes them.
func (g *mergeGroup) shares(ctx context.Context, whole *analyzer.Report, members []*member, others []int) ([]share, error) {
	var all []share
	known := map[string]bool{}
	for _, m := range members {
		own := blockingOf(m.found)
		for _, f := range own {
			known[f.Fingerprint] = true
		}
		all = append(all, share{m.live, own, m.decision})
	}
	left := slices.DeleteFunc(blockingOf(whole), func(f analyzer.Finding) bool { return known[f.Fingerprint] })
	if len(left) == 0 {
		return all, nil
	}
	witnesses, proof := members[:len(members):len(members)], g.proof(ctx, left)
	for _, n := range others {
		open, err := g.open(ctx, n)
		switch {
		case errors.Is(err, github.ErrNotFound):
			g.logf("#%d is no pull request: its label does not count", n)
		case err != nil:
			return nil, err
		case open != nil:
			witnesses = append(witnesses, witness(ctx, open, proof))
		}
	}
	more, err := shares(ctx, left, witnesses, g.config.Policy())
	return append(all, more...), err
}

// tell writes the reports. Nothing is posted to the pull requests.
func (g *mergeGroup) tell(whole *analyzer.Report, members []*member, shared []share, d gate.Decision) error {
	reports := []*analyzer.Report{whole}
	names := []string{}
	for _, m := range members {
		reports = append(reports, m.found)
		names = append(names, fmt.Sprintf("#%d", m.live.Number))
	}
	r := newReview(joined(reports...), d)
	r.Scope = "in the merge group"
	if len(names) > 0 {
		r.Scope = "in the merge group of " + strings.Join(names, ", ")
	}
	r.GoOn = groupGoOn(d.Acknowledgement.Label, shared)
	return g.finish(r)
}

// groupReason says who answers for a share, and what the decision on it rests on.
func groupReason(s share) string {
	if s.by == nil {
		return fmt.Sprintf("no pull request of the merge group has %s as it is there: %s", s.places(), s.reason())
	}
	return fmt.Sprintf("%s (%s): %s", pullName(s.by), s.places(), s.reason())
}

// groupGoOn says how the group can be merged after all.
func groupGoOn(label string, shared []share) func(func(string) string) string {
	return func(quote func(string) string) string {
		how := "Change the migration so that nothing is lost."
		if list := numbers(shared); list != "" {
			how += " If the loss is meant, someone who has checked that a restorable backup exists puts the label " + quote(label) + " on " + list +
				" (takes it off first where it is on), and queues it again when its own check has passed."
		}
		if slices.ContainsFunc(shared, func(s share) bool { return s.by == nil }) {
			how += " What no pull request has as it is in the group, no label can cover: bring the pull requests up to date with the base branch, and queue them one after another."
		}
		return how
	}
}
