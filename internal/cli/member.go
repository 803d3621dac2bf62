package cli

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/dropgate/dropgate/analyzer"
	"github.com/dropgate/dropgate/internal/gate"
	"github.com/dropgate/dropgate/internal/github"
)

// A member is one of several pull requests that are looked at together.
//
// It holds a client of GitHub's, and so must not get into an interface, nor into the
// type of a generic function: the linker would keep all of go-github, 2 MB of it.
type member struct {
	*pull
	evidence gate.Evidence
	found    *analyzer.Report // nil if it was not reviewed by itself
	decision gate.Decision    // on found
}

// judged reviews a pull request as on its own events, and tells nobody.
func judged(ctx context.Context, p *pull) (*member, error) {
	if err := p.read(ctx); err != nil {
		return nil, err
	}
	found, err := p.review(ctx)
	if err != nil {
		return nil, err
	}
	m := witness(ctx, p, p.proof(ctx, found))
	m.found, m.decision = found, gate.Decide(found, p.config.Policy(), m.evidence)
	return m, nil
}

// witness reads what is known of a pull request's label, and reviews nothing.
func witness(ctx context.Context, p *pull, proof *gate.Proof) *member {
	evidence, _, err := p.evidence(ctx)
	if err != nil {
		p.warnf("the comments of pull request #%d could not be read, so its label counts for nothing: %s", p.live.Number, err)
	}
	evidence.Proof = proof
	return &member{pull: p, evidence: evidence}
}

// answers decides on operations as if they were all that the pull request has.
func (m *member) answers(operations []analyzer.Finding) gate.Decision {
	r := &analyzer.Report{Findings: slices.Clone(operations)}
	return gate.Decide(r, m.config.Policy(), m.evidence)
}

// covers reports whether the pull request's label covers an operation.
func (m *member) covers(f analyzer.Finding) bool {
	return m.answers([]analyzer.Finding{f}).Acknowledgement.State == gate.Valid
}

// changes reports whether the pull request changes a file. Its files are listed
// when they are asked for first.
func (m *member) changes(ctx context.Context, path string) (bool, error) {
	if m.files == nil {
		files, _, err := m.client.Files(ctx, m.live)
		if err != nil {
			return false, err
		}
		m.files = files
	}
	return slices.ContainsFunc(m.files, func(f github.File) bool { return f.Path == path }), nil
}

// atMerge takes a label back that was put on only after the merge.
func (m *member) atMerge(merged time.Time) {
	if m.evidence.Present && m.evidence.At.After(merged) {
		m.logf("the label %s was put on pull request #%d only after it was merged", m.config.Label, m.live.Number)
		m.evidence = gate.Evidence{}
	}
}

// A share is what one pull request has to answer for, or none of them.
type share struct {
	by         *github.PullRequest // nil: none
	operations []analyzer.Finding
	decision   gate.Decision
}

// shares gives each operation to a pull request whose label covers it; else to the
// one that changes its file; else to none.
func shares(ctx context.Context, operations []analyzer.Finding, members []*member, policy gate.Policy) ([]share, error) {
	of := map[*member][]analyzer.Finding{}
	for _, f := range operations {
		owner, err := answerable(ctx, f, members)
		if err != nil {
			return nil, err
		}
		of[owner] = append(of[owner], f)
	}
	var all []share
	if left := of[nil]; len(left) > 0 {
		none := &analyzer.Report{Findings: slices.Clone(left)}
		all = append(all, share{nil, left, gate.Decide(none, policy, gate.Evidence{})})
	}
	for _, m := range members {
		if own := of[m]; len(own) > 0 {
			all = append(all, share{m.live, own, m.answers(own)})
		}
	}
	return all, nil
}

func answerable(ctx context.Context, f analyzer.Finding, members []*member) (*member, error) {
	for _, m := range members {
		if m.covers(f) {
			return m, nil
		}
	}
	for _, m := range members {
		if has, err := m.changes(ctx, f.Path); has || err != nil {
			return m, err
		}
	}
	return nil, nil
}

// pullName is how the verdict calls a pull request.
func pullName(p *github.PullRequest) string { return fmt.Sprintf("pull request #%d", p.Number) }
