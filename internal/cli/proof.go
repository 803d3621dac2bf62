package cli

import (
	"context"
	"fmt"
	"slices"

	"github.com/dropgate/dropgate/analyzer"
	"github.com/dropgate/dropgate/internal/gate"
)

const (
	// mostProofCommits is how many commits of the base branch are searched for a
	// status: its tip and those before it.
	mostProofCommits = 20
	// mostProofRuns is how many successful runs are looked at: all but the first are
	// there because the one before was of another branch.
	mostProofRuns = 3
)

// proof looks for the evidence of a backup that the config asks for. It is nil
// when none is asked for, or nothing blocks.
func (p *pull) proof(ctx context.Context, found *analyzer.Report) *gate.Proof {
	policy := p.config.Policy()
	gate.Decide(found, policy, gate.Evidence{}) // marks what blocks
	blocks := slices.ContainsFunc(found.Findings, func(f analyzer.Finding) bool { return f.Blocking })
	if policy.Proof.Evidence == "" || !blocks {
		return nil
	}
	proof := &gate.Proof{Branch: p.live.BaseRef, Now: p.now()}
	var err error
	if policy.Proof.Evidence == gate.ByWorkflow {
		proof.Signs, err = p.runs(ctx, policy.Proof, proof)
	} else {
		proof.Signs, err = p.statuses(ctx, policy.Proof, proof)
	}
	if err != nil {
		p.warnf("evidence of a backup could not be looked for: %s", err)
		proof.Problem = err.Error()
	}
	return proof
}

// runs returns the runs of the workflow, without successes that turn out not to be
// of the base branch.
func (p *pull) runs(ctx context.Context, policy gate.ProofPolicy, proof *gate.Proof) ([]gate.Sign, error) {
	signs, err := p.client.Runs(ctx, policy.Name, proof.Branch)
	for range mostProofRuns {
		best := policy.Best(gate.Proof{Now: proof.Now, Signs: signs})
		if err != nil || best == nil {
			return signs, err
		}
		var holds bool
		if holds, err = p.client.Holds(ctx, p.tip, best.Commit); holds || err != nil {
			return signs, err
		}
		p.logf("a run of %s on commit %s does not count: the commit is not on %s", policy.Name, best.Commit, proof.Branch)
		signs = slices.DeleteFunc(signs, func(s gate.Sign) bool { return s.Commit == best.Commit })
	}
	return signs, fmt.Errorf("the newest successful runs of %s are not of %s, but of something else with that name", policy.Name, proof.Branch)
}

// statuses returns the newest status of each commit, from the tip of the base
// branch back to one that is good enough.
func (p *pull) statuses(ctx context.Context, policy gate.ProofPolicy, proof *gate.Proof) ([]gate.Sign, error) {
	var signs []gate.Sign
	commit := p.tip
	for n := 1; ; n++ {
		sign, err := p.client.LatestStatus(ctx, commit, policy.Name)
		if err != nil {
			return signs, err
		}
		if sign != nil {
			signs = append(signs, *sign)
		}
		if n == mostProofCommits || policy.Best(gate.Proof{Now: proof.Now, Signs: signs}) != nil {
			return signs, nil
		}
		if commit, err = p.client.Parent(ctx, commit); err != nil || commit == "" {
			return signs, err
		}
	}
}
