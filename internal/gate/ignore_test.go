package gate_test

import (
	"strings"
	"testing"

	"github.com/dropgate/dropgate/analyzer"
	"github.com/dropgate/dropgate/internal/gate"
)

// TestIgnores holds that an ignore comment lifts a finding, and one that came with the
// change a finding that blocks only if the policy allows it.
func TestIgnores(t *testing.T) {
	finding := func(score int, category analyzer.Category, s *analyzer.Suppression) analyzer.Finding {
		return analyzer.Finding{Fingerprint: "a", Score: score, Category: category, Suppressed: s, Reasons: []analyzer.Reason{{Points: score, Text: "lost"}}}
	}
	own, there := &analyzer.Suppression{By: "comment", Line: 3, FromChange: true}, &analyzer.Suppression{By: "comment", Line: 3}
	for _, tt := range []struct {
		name    string
		finding analyzer.Finding
		allowed bool
		blocked bool
		score   int
	}{
		{"there already", finding(90, analyzer.DataLoss, there), false, false, 0},
		{"came with the change", finding(90, analyzer.DataLoss, own), false, true, 90},
		{"came with the change, which may", finding(90, analyzer.DataLoss, own), true, false, 0},
		{"at the threshold", finding(60, analyzer.DataLoss, own), false, true, 60},
		{"under the threshold", finding(59, analyzer.DataLoss, own), false, false, 0},
		{"of a category that does not gate", finding(90, analyzer.HistoryEdited, own), false, false, 0},
		{"by the config", finding(90, analyzer.DataLoss, &analyzer.Suppression{By: "config"}), false, false, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := &analyzer.Report{Findings: []analyzer.Finding{tt.finding}}
			p := gate.Policy{Threshold: 60, Label: "l", IgnoresFromChange: tt.allowed}
			d := gate.Decide(r, p, gate.Evidence{})
			again := gate.Decide(r, p, gate.Evidence{}) // a group is decided on more than once
			if d.Blocked != tt.blocked || d.Score != tt.score || again.Blocked != tt.blocked {
				t.Errorf("blocked %t and then %t, score %d, want %t and %d", d.Blocked, again.Blocked, d.Score, tt.blocked, tt.score)
			}
			f := r.Findings[0]
			if f.Blocking != tt.blocked || (f.Suppressed == nil) != tt.blocked {
				t.Errorf("blocking %t, suppressed %v, want one of both", f.Blocking, f.Suppressed)
			}
			said := 0
			for _, reason := range f.Reasons {
				if strings.Contains(reason.Text, "the ignore comment on line 3 came with this change") && strings.Contains(reason.Text, "ignores.from-pull-request") {
					said++
				}
			}
			if want := map[bool]int{true: 1}[tt.blocked]; said != want {
				t.Errorf("it is said %d times that the comment does not lift it, want %d", said, want)
			}
			if recorded := len(gate.Remember(r, gate.Evidence{}).Operations); (recorded == 1) != tt.blocked {
				t.Errorf("%d operations are remembered: what is lifted is none", recorded)
			}
		})
	}
}
