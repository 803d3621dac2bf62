package main

import (
	"fmt"

	"github.com/dropgate/dropgate/analyzer"
	"github.com/dropgate/dropgate/analyzer/migration"
	"github.com/dropgate/dropgate/internal/gate"
	"github.com/dropgate/dropgate/rules"
)

// threshold is dropgate's default.
const threshold = 60

// judge reviews every migration on top of the earlier ones, as `dropgate check PATH`
// does, and returns what blocks by the migrations' paths.
func (h *history) judge() map[string][]string {
	blocking := map[string][]string{}
	o := analyzer.Options{Rules: rules.All, Base: h.included, Head: h.included}
	if len(h.included) == 0 {
		for _, f := range decide(analyzer.Each(o, nil, h.migrations)) {
			blocking[f.Path] = append(blocking[f.Path], brief(f))
		}
		return blocking
	}
	for i, m := range h.migrations { // findings may stand in what a migration includes
		for _, f := range decide(analyzer.Each(o, h.migrations[:i], []*migration.Migration{m})) {
			blocking[m.File.Path] = append(blocking[m.File.Path], brief(f))
		}
	}
	return blocking
}

// decide returns the findings that block.
func decide(r *analyzer.Report) []analyzer.Finding {
	gate.Decide(r, gate.Policy{Threshold: threshold}, gate.Evidence{})
	var blocking []analyzer.Finding
	for _, f := range r.Findings {
		if f.Blocking {
			blocking = append(blocking, f)
		}
	}
	return blocking
}

// brief says in one line what blocks.
func brief(f analyzer.Finding) string {
	return fmt.Sprintf("line %d: %s, %d: %s", f.Start.Line, f.Rule, f.Score, f.Message)
}
