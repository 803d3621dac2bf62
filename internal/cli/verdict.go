package cli

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/dropgate/dropgate/analyzer"
	"github.com/dropgate/dropgate/internal/gate"
	"github.com/dropgate/dropgate/internal/report"
)

// states are the label's states, the worst first.
var states = []gate.State{gate.Absent, gate.Stale, gate.Self, gate.Unauthorized, gate.Unproven, gate.Valid}

func worse(a, b gate.State) bool { return slices.Index(states, a) < slices.Index(states, b) }

// decideTogether makes one decision of several: blocked if one of them is, with the
// worst state of the label among those that it matters for. Whole is the decision
// on all of it without any label. Say tells what a share's decision rests on.
func decideTogether(whole gate.Decision, shared []share, say func(share) string) gate.Decision {
	d := whole
	d.Blocked = false
	slices.SortStableFunc(shared, func(a, b share) int { return cmp.Or(a.rank()-b.rank(), a.number()-b.number()) })
	rests := slices.DeleteFunc(slices.Clone(shared), func(s share) bool { return len(s.operations) == 0 })
	for _, s := range shared {
		d.Score = max(d.Score, s.decision.Score)
	}
	if len(rests) > 0 {
		d.Reasons = nil
	} else { // there is nothing for a label to cover
		rests = shared
	}
	for i, s := range rests {
		d.Blocked = d.Blocked || s.decision.Blocked
		if a := s.decision.Acknowledgement; i == 0 || worse(a.State, d.Acknowledgement.State) {
			d.Acknowledgement = a
		}
		if len(s.operations) > 0 {
			d.Reasons = append(d.Reasons, say(s))
		}
	}
	return d
}

// rank puts shares that block first.
func (s share) rank() int {
	if s.decision.Blocked {
		return 0
	}
	return 1
}

// number is that of the share's pull request; 0 if it has none.
func (s share) number() int {
	if s.by == nil {
		return 0
	}
	return s.by.Number
}

// reason is the share's own reason.
func (s share) reason() string { return strings.Join(s.decision.Reasons, "; ") }

// mostPlaces is how many operations a reason names.
const mostPlaces = 3

// places names where the share's operations stand.
func (s share) places() string {
	var all []string
	for _, f := range s.operations[:min(len(s.operations), mostPlaces)] {
		all = append(all, fmt.Sprintf("%s:%d", report.Visible(f.Path), f.Start.Line))
	}
	text := strings.Join(all, ", ")
	if more := len(s.operations) - mostPlaces; more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}

// blockingOf returns the findings that block.
func blockingOf(r *analyzer.Report) []analyzer.Finding {
	return slices.DeleteFunc(slices.Clone(r.Findings), func(f analyzer.Finding) bool { return !f.Blocking })
}

// joined puts reports into one. Each operation stands in it once, as it blocks if
// it does so in any of them; else as in the first one that has it.
func joined(reports ...*analyzer.Report) *analyzer.Report {
	all := *reports[0]
	all.Findings, all.Files = slices.Clone(all.Findings), slices.Clone(all.Files)
	at := map[string]int{}
	for i, f := range all.Findings {
		at[f.Fingerprint] = i
	}
	for _, r := range reports[1:] {
		for _, f := range r.Findings {
			i, known := at[f.Fingerprint]
			switch {
			case !known:
				at[f.Fingerprint] = len(all.Findings)
				all.Findings = append(all.Findings, f)
			case f.Blocking && !all.Findings[i].Blocking:
				all.Findings[i] = f
			}
		}
		joinFiles(&all, r)
	}
	slices.SortStableFunc(all.Findings, analyzer.Compare)
	return &all
}

// joinFiles adds what only the second report has read.
func joinFiles(all, r *analyzer.Report) {
	known := map[string]bool{}
	for _, f := range all.Files {
		known[f.Path] = true
	}
	for _, f := range r.Files {
		if !known[f.Path] {
			all.Files = append(all.Files, f)
		}
	}
	slices.SortStableFunc(all.Files, func(a, b analyzer.FileSummary) int { return strings.Compare(a.Path, b.Path) })
	for _, problem := range r.Problems {
		if !slices.Contains(all.Problems, problem) {
			all.Problems = append(all.Problems, problem)
		}
	}
	slices.SortStableFunc(all.Problems, func(a, b analyzer.Problem) int {
		return strings.Compare(fmt.Sprintf("%s\x00%9d", a.Path, a.Line), fmt.Sprintf("%s\x00%9d", b.Path, b.Line))
	})
	sources := maps.Clone(r.Sources)
	maps.Copy(sources, all.Sources)
	all.Sources = sources
	if all.Search == nil {
		all.Search = r.Search
	}
}

// numbers lists the pull requests of the shares that block.
func numbers(shared []share) string {
	var all []string
	for _, s := range shared {
		if s.by != nil && s.decision.Blocked {
			all = append(all, pullName(s.by))
		}
	}
	return strings.Join(all, " and ")
}
