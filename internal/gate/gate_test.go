package gate_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/dropgate/dropgate/analyzer"
	"github.com/dropgate/dropgate/internal/gate"
)

var (
	first  = time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	second = first.Add(time.Hour)
	policy = gate.Policy{Threshold: 60, Label: "backup-check"}
)

func report(findings ...analyzer.Finding) *analyzer.Report {
	return &analyzer.Report{Findings: findings}
}

func finding(fingerprint string, score int) analyzer.Finding {
	return analyzer.Finding{Fingerprint: fingerprint, Score: score, Category: analyzer.DataLoss}
}

func record(operations map[string]time.Time) *gate.Record {
	return &gate.Record{Operations: operations}
}

func TestWhatBlocks(t *testing.T) {
	suppressed := finding("a", 95)
	suppressed.Suppressed = &analyzer.Suppression{By: "config"}
	other := finding("a", 95)
	other.Category = analyzer.Compatibility
	tests := []struct {
		name    string
		finding analyzer.Finding
		blocked bool
		score   int
	}{
		{"at the threshold", finding("a", 60), true, 60},
		{"under it", finding("a", 59), false, 59},
		{"suppressed", suppressed, false, 0},
		{"another category", other, false, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := report(tt.finding)
			d := gate.Decide(r, policy, gate.Evidence{})
			if d.Blocked != tt.blocked || d.Score != tt.score || r.Findings[0].Blocking != tt.blocked {
				t.Errorf("got blocked %t, score %d, blocking %t; want %t, %d", d.Blocked, d.Score, r.Findings[0].Blocking, tt.blocked, tt.score)
			}
		})
	}
}

func TestLabelStates(t *testing.T) {
	tests := []struct {
		name     string
		evidence gate.Evidence
		want     gate.State
	}{
		{"no label", gate.Evidence{}, gate.Absent},
		{"no label, whatever the record says", gate.Evidence{Record: record(map[string]time.Time{"a": {}, "b": {}})}, gate.Absent},
		{"the labeled run itself", gate.Evidence{Present: true, Covers: true}, gate.Valid},
		{"both were there before", gate.Evidence{Present: true, At: first, Record: record(map[string]time.Time{"a": {}, "b": {}})}, gate.Valid},
		{"one came after the label", gate.Evidence{Present: true, At: first, Record: record(map[string]time.Time{"a": {}, "b": first})}, gate.Stale},
		{"the label was put on again", gate.Evidence{Present: true, At: second, Record: record(map[string]time.Time{"a": {}, "b": first})}, gate.Valid},
		{"one is not in the record", gate.Evidence{Present: true, At: first, Record: record(map[string]time.Time{"a": {}})}, gate.Stale},
		{"no record", gate.Evidence{Present: true, At: first}, gate.Stale},
		{"no events", gate.Evidence{Present: true, Record: record(map[string]time.Time{"a": {}, "b": {}})}, gate.Stale},
		{"acknowledged on the command line", gate.Evidence{Everything: true}, gate.Valid},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d := gate.Decide(report(finding("a", 90), finding("b", 62)), policy, tt.evidence)
			if d.Acknowledgement.State != tt.want || d.Blocked != (tt.want != gate.Valid) {
				t.Errorf("got %s, blocked %t; want %s", d.Acknowledgement.State, d.Blocked, tt.want)
			}
			if len(d.Reasons) == 0 {
				t.Error("got no reason")
			}
		})
	}
}

// TestStory follows a pull request from run to run, each with the record that
// the one before left.
func TestStory(t *testing.T) {
	var kept *gate.Record
	run := func(e gate.Evidence, fingerprints ...string) gate.State {
		e.Record = kept
		var findings []analyzer.Finding
		for _, f := range fingerprints {
			findings = append(findings, finding(f, 90))
		}
		r := report(findings...)
		d := gate.Decide(r, policy, e)
		after := gate.Remember(r, e)
		kept = &after
		return d.Acknowledgement.State
	}
	on := func(at time.Time) gate.Evidence { return gate.Evidence{Present: true, At: at} }
	labeled := gate.Evidence{Present: true, At: first, Covers: true}
	steps := []struct {
		name string
		got  gate.State
		want gate.State
	}{
		{"opened", run(gate.Evidence{}, "a"), gate.Absent},
		{"labeled", run(labeled, "a"), gate.Valid},
		{"pushed, nothing new", run(on(first), "a"), gate.Valid},
		{"pushed, another operation", run(on(first), "a", "b"), gate.Stale},
		{"pushed, it stays", run(on(first), "a", "b"), gate.Stale},
		{"pushed, it is gone", run(on(first), "a"), gate.Valid},
		{"pushed, it is back", run(on(first), "a", "b"), gate.Stale},
		{"label off", run(gate.Evidence{}, "a", "b"), gate.Absent},
		{"label on again, its own run lost", run(on(second), "a", "b"), gate.Valid},
		{"the first one went and came back", run(on(second), "b"), gate.Valid},
		{"as new", run(on(second), "a", "b"), gate.Stale},
	}
	for _, s := range steps {
		if s.got != s.want {
			t.Errorf("%s: got %s, want %s", s.name, s.got, s.want)
		}
	}
}

func TestRememberLeavesOutWhatCannotBeEstablished(t *testing.T) {
	r := report(finding("a", 90))
	e := gate.Evidence{Present: true} // the events could not be read
	gate.Decide(r, policy, e)
	if diff := cmp.Diff(gate.Record{Operations: map[string]time.Time{}}, gate.Remember(r, e)); diff != "" {
		t.Errorf("record (-want +got):\n%s", diff)
	}
}
