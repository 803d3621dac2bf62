package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/dropgate/dropgate/internal/gate"
	"github.com/dropgate/dropgate/internal/github"
)

// mostTwins is how many other pull requests with the same head are reviewed.
const mostTwins = 10

// A twin is a blocked pull request that has the same head as the one under review.
type twin struct {
	number int
	label  string // that would cover it
	why    string
}

// alone keeps a decision from opening the gate for another open pull request with the
// same head that is blocked: GitHub keeps checks and statuses by commit, whatever the
// pull requests' own bases and their configs say. It returns how to go on then.
func (p *pull) alone(ctx context.Context, d *gate.Decision) (goOn func(func(string) string) string, err error) {
	if d.Blocked {
		return nil, nil
	}
	t, err := p.twin(ctx)
	if t == nil || err != nil {
		return nil, err
	}
	d.Blocked = true
	d.Reasons = slices.Insert(slices.Clone(d.Reasons), 0, t.reason())
	return t.goOn, nil
}

// twin looks for another open pull request with the same head that is blocked; nil
// if there is none.
func (p *pull) twin(ctx context.Context) (*twin, error) {
	numbers, err := p.sameHead(ctx)
	if err != nil {
		return nil, err
	}
	if len(numbers) > mostTwins {
		return &twin{number: numbers[0], why: fmt.Sprintf("it is one of %d, which are too many to be reviewed", len(numbers))}, nil
	}
	for _, n := range numbers {
		t, err := p.judgeTwin(ctx, n)
		if t != nil || err != nil {
			return t, err
		}
	}
	return nil, nil
}

// sameHead lists the other pull requests with this head.
//
// Where GitHub fails to answer, nothing is said of this one either. Where it refuses,
// as it does to a token that may not see a private fork, or does not know the head's
// pull requests, as of one whose fork was deleted, this one is not blocked for it: that
// is for good, so that nothing could ever be merged. What it leaves open is in
// docs/threat-model.md.
func (p *pull) sameHead(ctx context.Context) ([]int, error) {
	numbers, self, err := p.client.SameHead(ctx, p.live)
	if self.Open && self.HeadSHA == p.live.HeadSHA && len(numbers) == 0 {
		now := *p.live
		now.BaseRef = self.BaseRef
		p.again = &now
	}
	const what = "whether another pull request has the same head"
	switch {
	case err == nil:
	case errors.Is(err, github.ErrForbidden):
		p.warnf("%s could not be read: %s", what, err)
	case errors.Is(err, github.ErrNotFound), errors.Is(err, github.ErrUnprocessable), errors.Is(err, github.ErrIncomplete):
		p.logf("%s is not known: %s", what, err)
	default:
		return nil, err
	}
	return numbers, nil
}

// judgeTwin reviews another pull request as on its own events; nil if it does not
// block, is closed by now or has moved on.
func (p *pull) judgeTwin(ctx context.Context, number int) (*twin, error) {
	live, err := p.client.PullRequest(ctx, number)
	if err != nil {
		return nil, err
	}
	if live.State != "open" || live.HeadSHA != p.live.HeadSHA {
		return nil, nil
	}
	m, err := judged(ctx, &pull{action: p.action, client: p.client, live: live, event: pullEvent{Number: number}})
	if err != nil {
		return nil, fmt.Errorf("review pull request #%d, which has the same head %s: %w", number, p.live.HeadSHA, err)
	}
	if !m.decision.Blocked {
		return nil, nil
	}
	return &twin{number: number, label: m.config.Label, why: m.decision.Reasons[0]}, nil
}

// reason says why there is no opening the gate.
func (t *twin) reason() string {
	return fmt.Sprintf("pull request #%d has the same head commit and is blocked, and GitHub shows one check for both: %s", t.number, t.why)
}

// goOn says how this pull request can be merged after all.
func (t *twin) goOn(quote func(string) string) string {
	how := fmt.Sprintf("Close pull request #%d, or push another commit to one of the two branches, and run this job again.", t.number)
	if t.label != "" {
		how += fmt.Sprintf(" If what #%d loses is meant to be lost, someone who has checked that a restorable backup exists puts the label %s on it.", t.number, quote(t.label))
	}
	return how
}
