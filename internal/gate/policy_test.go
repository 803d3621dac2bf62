package gate_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/dropgate/dropgate/internal/gate"
)

var (
	may    = gate.Check{OK: true}
	mayNot = gate.Check{Why: "bob is not the one"}
	strict = gate.Policy{
		Threshold: 60, Label: "backup-check", SecondPerson: true,
		Labelers: gate.Labelers{Logins: []string{"carol"}}, MaxAge: time.Hour,
	}
)

// TestPrecedence goes through every combination of what can be wrong with a label
// and of what the policy asks for.
func TestPrecedence(t *testing.T) {
	for bits := range 1 << 8 {
		has := func(bit int) bool { return bits&(1<<bit) != 0 }
		p := gate.Policy{Threshold: 60, Label: "backup-check", SecondPerson: has(0)}
		if has(1) {
			p.Labelers = strict.Labelers
		}
		if has(2) {
			p.MaxAge = time.Hour
		}
		e := gate.Evidence{Present: has(3), Covers: !has(4), At: first, Now: first, By: "bob", Second: may, Allowed: may}
		if has(5) {
			e.Now = first.Add(time.Hour + time.Second)
		}
		if has(6) {
			e.Second = mayNot
		}
		if has(7) {
			e.Allowed = mayNot
		}
		want := gate.Valid
		switch {
		case !has(3):
			want = gate.Absent
		case has(4), has(2) && has(5):
			want = gate.Stale
		case has(0) && has(6):
			want = gate.Self
		case has(1) && has(7):
			want = gate.Unauthorized
		}
		d := gate.Decide(report(finding("a", 90)), p, e)
		if d.Acknowledgement.State != want || d.Blocked != (want != gate.Valid) {
			t.Errorf("policy %+v, evidence %+v: got %s, blocked %t, want %s", p, e, d.Acknowledgement.State, d.Blocked, want)
		}
		if d.Acknowledgement.Expired != (want == gate.Stale && !has(4)) {
			t.Errorf("policy %+v, evidence %+v: expired is %t", p, e, d.Acknowledgement.Expired)
		}
		for _, reason := range d.Reasons {
			if strings.HasSuffix(reason, " ") || strings.HasSuffix(reason, ": ") {
				t.Errorf("the reason %q lacks its end", reason)
			}
		}
	}
}

// What nobody has looked at counts as no.
func TestPolicyWithoutAnswers(t *testing.T) {
	tests := []struct {
		name   string
		policy gate.Policy
		want   gate.State
	}{
		{"second person", gate.Policy{SecondPerson: true}, gate.Self},
		{"labelers", gate.Policy{Labelers: strict.Labelers}, gate.Unauthorized},
		{"a least role", gate.Policy{Labelers: gate.Labelers{Least: gate.Write}}, gate.Unauthorized},
		{"age", gate.Policy{MaxAge: time.Hour}, gate.Stale},
		{"none", gate.Policy{}, gate.Valid},
	}
	for _, tt := range tests {
		tt.policy.Threshold = 60
		d := gate.Decide(report(finding("a", 90)), tt.policy, gate.Evidence{Present: true, Covers: true})
		if d.Acknowledgement.State != tt.want {
			t.Errorf("%s: got %s, want %s", tt.name, d.Acknowledgement.State, tt.want)
		}
		d = gate.Decide(report(finding("a", 90)), tt.policy, gate.Evidence{Everything: true})
		if d.Acknowledgement.State != gate.Valid {
			t.Errorf("%s, acknowledged on the command line: got %s, want valid", tt.name, d.Acknowledgement.State)
		}
	}
}

func TestMaxAge(t *testing.T) {
	const day = 24 * time.Hour
	tests := []struct {
		name    string
		most    time.Duration
		age     time.Duration
		want    gate.State
		reasons string
	}{
		{"no limit", 0, 1000 * day, gate.Valid, "covers it"},
		{"young", day, time.Hour, gate.Valid, "covers it"},
		{"as old as it may be", day, day, gate.Valid, "covers it"},
		{"a second older", day, day + time.Second, gate.Stale, "was put on a little more than 1 day ago, and counts for 1 day"},
		{"much older", 7 * day, 9*day + 3*time.Hour, gate.Stale, "was put on 9 days and 3 hours ago, and counts for 7 days"},
		{"minutes", 90 * time.Minute, 2 * time.Hour, gate.Stale, "was put on 2 hours ago, and counts for 1 hour and 30 minutes"},
		{"seconds", time.Second / 2, time.Second, gate.Stale, "was put on 1 second ago, and counts for less than a second"},
		{"clocks that differ a little", day, -time.Minute, gate.Valid, "covers it"},
		{"from the future", day, -time.Hour, gate.Stale, "set the clock"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := gate.Policy{Threshold: 60, Label: "backup-check", MaxAge: tt.most}
			e := gate.Evidence{Present: true, Covers: true, By: "bob", At: first, Now: first.Add(tt.age)}
			r := report(finding("a", 90))
			d := gate.Decide(r, p, e)
			if d.Acknowledgement.State != tt.want || !strings.Contains(d.Reasons[0], tt.reasons) {
				t.Errorf("got %s because %q, want %s because %q", d.Acknowledgement.State, d.Reasons, tt.want, tt.reasons)
			}
			established := tt.want == gate.Stale && tt.age > 0
			if got := gate.Outdated(r, p, e); got != established {
				t.Errorf("outdated is %t, want %t", got, established)
			}
		})
	}
}

func TestReasons(t *testing.T) {
	valid := gate.Evidence{Present: true, Covers: true, By: "bob", At: first, Now: first, Second: may, Allowed: may}
	with := func(change func(*gate.Evidence)) gate.Evidence { e := valid; change(&e); return e }
	const start = "1 operation reaches the threshold of 60"
	const who = "the backup-check label counts only from carol, and only from one who neither opened the pull request nor wrote or committed any of it"
	tests := []struct {
		name     string
		policy   gate.Policy
		evidence gate.Evidence
		want     []string
	}{
		{"valid", strict, valid, []string{start + "; the backup-check label that bob put on covers it"}},
		{"absent", strict, gate.Evidence{}, []string{start + " and no backup-check label covers it", who}},
		{"absent, anybody may", policy, gate.Evidence{}, []string{start + " and no backup-check label covers it"}},
		{"self", strict, with(func(e *gate.Evidence) { e.Second = mayNot }),
			[]string{start + ", and the backup-check label does not count: bob is not the one", who}},
		{"unauthorized", strict, with(func(e *gate.Evidence) { e.Allowed = mayNot }),
			[]string{start + ", and the backup-check label does not count: bob is not the one", who}},
		{"expired", strict, with(func(e *gate.Evidence) { e.Now = second.Add(time.Hour) }),
			[]string{start + ", and the backup-check label was put on 2 hours ago, and counts for 1 hour", who}},
		{"nobody looked", strict, with(func(e *gate.Evidence) { e.Second = gate.Check{} }),
			[]string{start + ", and the backup-check label does not count: who put it on was not looked at", who}},
	}
	for _, tt := range tests {
		got := gate.Decide(report(finding("a", 90)), tt.policy, tt.evidence).Reasons
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
	d := gate.Decide(report(finding("a", 10)), strict, with(func(e *gate.Evidence) { e.Second = mayNot }))
	if d.Blocked || d.Acknowledgement.State != gate.Self || len(d.Reasons) != 1 {
		t.Errorf("nothing that blocks: got %+v, want self, not blocked, and one reason", d)
	}
}

func TestCheckPerson(t *testing.T) {
	tests := []struct {
		by   string
		app  bool
		want bool
	}{
		{"bob", false, true}, {"", false, false}, {"", true, false},
		{"ci[bot]", true, false}, {"Release[bot]", true, true},
	}
	p := gate.Policy{Labelers: gate.ParseLabelers([]string{"release[bot]", "read"})}
	for _, tt := range tests {
		got := p.CheckPerson(gate.Evidence{By: tt.by, App: tt.app})
		if got.OK != tt.want || got.OK != (got.Why == "") {
			t.Errorf("%q, app %t: got %+v, want %t", tt.by, tt.app, got, tt.want)
		}
	}
}

func TestCheckOpener(t *testing.T) {
	for opener, want := range map[string]bool{"alice": true, "bob": false, "BOB": false, "": false} {
		if got := gate.CheckOpener("bob", opener); got.OK != want || got.OK != (got.Why == "") {
			t.Errorf("opened by %q: got %+v, want %t", opener, got, want)
		}
	}
}

func TestCheckCommits(t *testing.T) {
	head := strings.Repeat("c", 40)
	alice := gate.Commit{SHA: strings.Repeat("a", 40), Author: "alice", Committer: "alice"}
	last := gate.Commit{SHA: head, Author: "alice", Committer: "web-flow"}
	by := func(author, committer string) gate.Commit {
		return gate.Commit{SHA: strings.Repeat("b", 40), Author: author, Committer: committer}
	}
	tests := []struct {
		name    string
		commits []gate.Commit
		total   int
		why     string // empty: they are by others
	}{
		{"by others", []gate.Commit{alice, by("dora", "ci[bot]"), last}, 3, ""},
		{"by the labeler", []gate.Commit{alice, by("Bob", "alice"), last}, 3, "bob wrote the commit bbbbbbbbbb"},
		{"committed by the labeler", []gate.Commit{alice, by("alice", "BOB"), last}, 3, "bob committed bbbbbbbbbb"},
		{"by the labeler in GitHub's pages", []gate.Commit{alice, by("bob", "web-flow"), last}, 3, "bob wrote the commit"},
		{"an author without an account", []gate.Commit{alice, by("", "alice"), last}, 3, "belongs to no account"},
		{"a committer without an account", []gate.Commit{alice, by("alice", ""), last}, 3, "belongs to no account"},
		{"web-flow as the author", []gate.Commit{alice, by("web-flow", "web-flow"), last}, 3, "belongs to no account"},
		{"the labeler's comes before one without an account", []gate.Commit{by("", ""), by("bob", "bob"), last}, 3, "bob wrote"},
		{"more than are listed", []gate.Commit{alice, last}, 251, "GitHub lists 2 of the 251 commits"},
		{"fewer than are listed", []gate.Commit{alice, last}, 1, ""},
		{"not up to the head", []gate.Commit{alice}, 1, "does not have the head cccccccccc"},
		{"none", nil, 0, "does not have the head"},
	}
	for _, tt := range tests {
		got := gate.CheckCommits("bob", tt.commits, tt.total, head)
		if got.OK != (tt.why == "") || !strings.Contains(got.Why, tt.why) {
			t.Errorf("%s: got %+v, want %q", tt.name, got, tt.why)
		}
	}
}

func TestParseLabelers(t *testing.T) {
	tests := []struct {
		list []string
		want gate.Labelers
		text string
	}{
		{nil, gate.Labelers{}, ""},
		{[]string{"carol"}, gate.Labelers{Logins: []string{"carol"}}, "carol"},
		{[]string{"Admin"}, gate.Labelers{Least: gate.Admin}, "whoever has the role admin"},
		{[]string{"admin", "triage", "write"}, gate.Labelers{Least: gate.Triage}, "whoever has the role triage or a higher one"},
		{[]string{"@octo/dba", "maintain", "carol", "ci[bot]", "read"},
			gate.Labelers{Logins: []string{"carol", "ci[bot]", "read"}, Teams: []gate.Team{{Organisation: "octo", Name: "dba"}}, Least: gate.Maintain},
			"carol, ci[bot], read, the team @octo/dba or whoever has the role maintain or a higher one"},
	}
	for _, tt := range tests {
		got := gate.ParseLabelers(tt.list)
		if diff := cmp.Diff(tt.want, got); diff != "" || got.String() != tt.text || got.Everybody() != (tt.list == nil) {
			t.Errorf("%q: %q, want %q; -want +got:\n%s", tt.list, got, tt.text, diff)
		}
	}
	var many []string
	for i := range 30 {
		many = append(many, fmt.Sprintf("dba-%d", i))
	}
	if got := gate.ParseLabelers(many); !strings.HasSuffix(got.String(), "dba-7 or 22 more that the config names") || !got.Name("DBA-29") || len(got.Logins) != 30 {
		t.Errorf("of many: %q", got)
	}
}

// TestOutdated holds that a label is taken off only when it is known that it will
// not count again.
func TestOutdated(t *testing.T) {
	seen := func(label time.Time, operations map[string]time.Time) *gate.Record {
		return &gate.Record{Operations: operations, Label: label}
	}
	covered := map[string]time.Time{"a": {}}
	tests := []struct {
		name string
		e    gate.Evidence
		want bool
	}{
		{"it covers all", gate.Evidence{At: first, Record: seen(first, map[string]time.Time{"a": {}, "b": {}})}, false},
		{"a run that saw this label did not see the operation", gate.Evidence{At: first, Record: seen(first, covered)}, true},
		{"the label was put on again since that run", gate.Evidence{At: second, Record: seen(first, covered)}, false},
		{"no run saw a label", gate.Evidence{At: first, Record: seen(time.Time{}, covered)}, false},
		{"the run that the label started", gate.Evidence{At: first, Covers: true, Record: seen(first, covered)}, false},
		{"no record", gate.Evidence{At: first}, false},
		{"no record, and pushed after the label", gate.Evidence{At: first, Older: true}, true},
		{"when it was put on is not known", gate.Evidence{Record: seen(time.Time{}, covered)}, false},
		{"nor that, and pushed after the label", gate.Evidence{Older: true}, false},
		{"first seen by a run that saw this label", gate.Evidence{At: first, Record: seen(first, map[string]time.Time{"a": {}, "b": first})}, false},
	}
	for _, tt := range tests {
		tt.e.Present = true
		r := report(finding("a", 90), finding("b", 90))
		gate.Decide(r, policy, tt.e)
		if got := gate.Outdated(r, policy, tt.e); got != tt.want {
			t.Errorf("%s: got %t, want %t", tt.name, got, tt.want)
		}
		tt.e.Present = false
		if gate.Outdated(r, policy, tt.e) {
			t.Errorf("%s: outdated, and not even on", tt.name)
		}
	}
}

// After a stale label went, putting it on again covers, even if the run that it
// starts is lost.
func TestAfterRemoval(t *testing.T) {
	r := report(finding("a", 90), finding("b", 90))
	stale := gate.Evidence{Present: true, At: first, Record: &gate.Record{Operations: map[string]time.Time{"a": {}}, Label: first}}
	gate.Decide(r, policy, stale)
	if !gate.Outdated(r, policy, stale) {
		t.Fatal("the label is not outdated")
	}
	kept := gate.Remember(r, stale)
	gone := gate.Evidence{Record: &kept}
	if d := gate.Decide(r, policy, gone); d.Acknowledgement.State != gate.Absent {
		t.Errorf("without the label: got %s", d.Acknowledgement.State)
	}
	between := gate.Remember(r, gone)
	for name, record := range map[string]gate.Record{"at once": kept, "after a run without it": between} {
		again := gate.Evidence{Present: true, At: second, Record: &record}
		if d := gate.Decide(r, policy, again); d.Acknowledgement.State != gate.Valid {
			t.Errorf("on again %s: got %s, want valid", name, d.Acknowledgement.State)
		}
	}
}
