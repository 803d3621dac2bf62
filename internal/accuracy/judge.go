package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dropgate/dropgate/analyzer"
	"github.com/dropgate/dropgate/analyzer/migration"
	"github.com/dropgate/dropgate/internal/gate"
	"github.com/dropgate/dropgate/rules"
)

// threshold is dropgate's default.
const threshold = 60

// A verdict is what dropgate finds in one migration.
type verdict []finding

// A finding is one of dropgate's that is about data.
type finding struct {
	Line     int    `json:"line"`
	Rule     string `json:"rule"`
	Score    int    `json:"score"`
	Object   string `json:"object"` // with its schema, if that is written, and its column
	Message  string `json:"message"`
	Why      string `json:"why"` // the reasons of the score
	blocking bool
}

func (f finding) String() string {
	return fmt.Sprintf("line %d: %s, %d: %s", f.Line, f.Rule, f.Score, f.Message)
}

// split returns what blocks, and what is told without blocking.
func (v verdict) split() (blocking, told []finding) {
	for _, f := range v {
		if f.blocking {
			blocking = append(blocking, f)
		} else if f.Score > 0 {
			told = append(told, f)
		}
	}
	return blocking, told
}

// judge reviews every migration on top of the earlier ones, as `dropgate check PATH`
// does, and returns the verdicts by the migrations' paths.
func (h *history) judge() map[string]verdict {
	verdicts := map[string]verdict{}
	o := analyzer.Options{Rules: rules.All, Base: h.included, Head: h.included}
	if len(h.included) == 0 {
		for _, f := range decide(analyzer.Each(o, nil, h.migrations)) {
			verdicts[f.Path] = append(verdicts[f.Path], short(f))
		}
		return verdicts
	}
	for i, m := range h.migrations { // findings may stand in what a migration includes
		for _, f := range decide(analyzer.Each(o, h.migrations[:i], []*migration.Migration{m})) {
			verdicts[m.File.Path] = append(verdicts[m.File.Path], short(f))
		}
	}
	return verdicts
}

// judgeAgain returns what a folder of results keeps of a project, with the verdicts
// that dropgate gives now.
func judgeAgain(p project, root, results string) (*findings, error) {
	all, err := kept(results)
	if err != nil {
		return nil, err
	}
	found := all[p.Name]
	if found == nil {
		return nil, fmt.Errorf("nothing is kept of it in %s: run it first", results)
	}
	h, err := load(p, root)
	if err != nil {
		return nil, err
	}
	verdicts := h.judge()
	for i := range found.Outcomes {
		one := &found.Outcomes[i]
		one.Blocking, one.Told = verdicts[one.Path].split()
	}
	return found, nil
}

// decide returns the findings that are about data, with those marked that block.
func decide(r *analyzer.Report) []analyzer.Finding {
	gate.Decide(r, gate.Policy{Threshold: threshold}, gate.Evidence{})
	return slices.DeleteFunc(r.Findings, func(f analyzer.Finding) bool { return f.Category != analyzer.DataLoss })
}

func short(f analyzer.Finding) finding {
	var why []string
	for _, r := range f.Reasons {
		why = append(why, r.Text)
	}
	return finding{f.Start.Line, f.Rule, f.Score, f.Object.String(), f.Message, strings.Join(why, "; "), f.Blocking}
}
