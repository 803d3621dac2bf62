package gate_test

import (
	"strings"
	"testing"
	"time"

	"github.com/dropgate/dropgate/internal/gate"
)

func TestProof(t *testing.T) {
	now := second
	asks := policy
	asks.Proof = gate.ProofPolicy{Evidence: gate.ByWorkflow, Name: "drill.yml", MaxAge: 24 * time.Hour}
	success := func(ago time.Duration) gate.Sign { return gate.Sign{Success: true, At: now.Add(-ago), By: "carol"} }
	failure := func(ago time.Duration) gate.Sign { return gate.Sign{At: now.Add(-ago)} }
	labeled := gate.Evidence{Present: true, Covers: true}
	tests := []struct {
		name     string
		evidence gate.Evidence
		signs    []gate.Sign
		problem  string
		want     gate.State
		message  string
	}{
		{"recent", labeled, []gate.Sign{success(time.Hour * 3)}, "", gate.Valid, "the workflow drill.yml succeeded on main 3 hours ago, started by carol"},
		{"just recent enough", labeled, []gate.Sign{success(24 * time.Hour)}, "", gate.Valid, "24 hours ago"},
		{"a second too old", labeled, []gate.Sign{success(24*time.Hour + time.Second)}, "", gate.Unproven, "last succeeded"},
		{"in any order", labeled, []gate.Sign{success(72 * time.Hour), success(3 * time.Hour), success(48 * time.Hour)}, "", gate.Valid, "3 hours ago"},
		{"a failure before", labeled, []gate.Sign{failure(4 * time.Hour), success(3 * time.Hour)}, "", gate.Valid, "3 hours ago, started by carol"},
		{"a failure since", labeled, []gate.Sign{failure(2 * time.Hour), success(3 * time.Hour)}, "", gate.Valid, "; it failed 2 hours ago"},
		{"a failure only", labeled, []gate.Sign{failure(2 * time.Hour)}, "", gate.Unproven, "it failed 2 hours ago"},
		{"none", labeled, nil, "", gate.Unproven, "no success of the workflow drill.yml was found on main"},
		{"within the slack", labeled, []gate.Sign{success(-5 * time.Minute)}, "", gate.Valid, "less than a minute ago"},
		{"to come", labeled, []gate.Sign{success(-5*time.Minute - time.Second)}, "", gate.Unproven, "dated in the future"},
		{"one to come, one recent", labeled, []gate.Sign{success(-time.Hour), success(3 * time.Hour)}, "", gate.Valid, "3 hours ago"},
		{"without a time", labeled, []gate.Sign{{Success: true}}, "", gate.Unproven, "no success"},
		{"a problem on the way", labeled, []gate.Sign{success(time.Hour)}, "it broke", gate.Unproven, "could not be looked for on main: it broke"},
		{"without a label", gate.Evidence{}, []gate.Sign{success(time.Hour)}, "", gate.Absent, "succeeded"},
		{"with a stale label", gate.Evidence{Present: true}, nil, "", gate.Stale, "no success"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			e := tt.evidence
			e.Proof = &gate.Proof{Branch: "main", Now: now, Signs: tt.signs, Problem: tt.problem}
			d := gate.Decide(report(finding("a", 90)), asks, e)
			if d.Acknowledgement.State != tt.want || d.Blocked != (tt.want != gate.Valid) {
				t.Errorf("got %s, blocked %t, want %s", d.Acknowledgement.State, d.Blocked, tt.want)
			}
			if d.Backup == nil || !strings.Contains(d.Backup.Message, tt.message) {
				t.Errorf("got %+v, want a message with %q", d.Backup, tt.message)
			}
			if tt.want == gate.Unproven && !strings.Contains(d.Reasons[0], d.Backup.Message) {
				t.Errorf("the reason %q does not say what is missing", d.Reasons[0])
			}
		})
	}
	for name, e := range map[string]gate.Evidence{"nobody looked": labeled, "acknowledged by a flag": {Everything: true}} {
		d := gate.Decide(report(finding("a", 90)), asks, e)
		if want := !e.Everything; d.Blocked != want || d.Backup != nil {
			t.Errorf("%s: blocked %t with %+v, want %t and nothing", name, d.Blocked, d.Backup, want)
		}
	}
	if d := gate.Decide(report(finding("a", 10)), asks, labeled); d.Blocked || d.Acknowledgement.State != gate.Valid {
		t.Errorf("nothing to prove: blocked %t, %s", d.Blocked, d.Acknowledgement.State)
	}
}

func TestAge(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "less than a minute", 59 * time.Second: "less than a minute", time.Minute: "1 minute", 119 * time.Minute: "119 minutes",
		2 * time.Hour: "2 hours", 24 * time.Hour: "24 hours", 47*time.Hour + 59*time.Minute: "47 hours", 48 * time.Hour: "2 days", 1000 * time.Hour: "41 days",
	} {
		if got := gate.Age(d); got != want {
			t.Errorf("%s: got %q, want %q", d, got, want)
		}
	}
}
