package cli

import (
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/dropgate/dropgate/internal/gate"
	"github.com/dropgate/dropgate/internal/github/githubtest"
)

// removes is the request that takes the label of that name off.
func removes(name string) string { return "DELETE " + issues + "/labels/" + url.PathEscape(name) }

// taken reports whether the run asked for the label to be taken off.
func taken(o outcome) bool {
	return slices.ContainsFunc(o.writes, func(w string) bool { return strings.HasPrefix(w, "DELETE ") })
}

// labelled is a stage whose label covers what there is.
func labelled(t *testing.T, config string) *stage {
	t.Helper()
	s := configured(t, config, map[string]string{drop: dropUsers})
	s.on("opened")
	s.pr.Label(label, "bob")
	s.on("labeled").want(t, exitClear, gate.Valid, users)
	return s
}

// grow adds an operation to the pull request.
func (s *stage) grow() { s.repo.Commit("feature", map[string]string{orders: dropOrders}) }

var both = []string{users, "drop-table public.orders"}

func TestActionTakesStaleLabelOff(t *testing.T) {
	s := newStage(t, map[string]string{drop: dropUsers})
	s.on("opened")
	s.pr.Label(label, "bob")
	s.on("labeled").want(t, exitClear, gate.Valid, users)
	s.grow()
	o := s.on("synchronize")
	o.want(t, exitBlocked, gate.Stale, both...)
	o.wantWarning(t)
	if len(s.pr.Labels()) != 0 || !slices.Contains(o.writes, removes(label)) {
		t.Errorf("labels %q after %q, want none", s.pr.Labels(), o.writes)
	}
	if !o.report.Decision.Acknowledgement.Removed {
		t.Error("the report does not say that the label was taken off")
	}
	if !strings.Contains(o.out, "is stale, and was taken off") {
		t.Errorf("the log does not say that the label was taken off:\n%s", o.out)
	}
	s.wantSummary("Not covered by the label:", "put on by `bob`", "was taken off by dropgate", "covers all of it puts the label on again.")
	if got, want := len(o.requests), readsOfOne+1+3+3; got != want {
		t.Errorf("%d requests, want %d: the events, then the pull request and them once more, and three changes", got, want)
	}
	s.on("edited").want(t, exitBlocked, gate.Absent, both...)
	s.pr.Label(label, "carol")
	s.on("labeled").want(t, exitClear, gate.Valid, both...)
	s.on("edited").want(t, exitClear, gate.Valid, both...)
}

// GitHub starts no run for what a workflow's token does, and keeps only one of
// several runs that wait: neither is needed.
func TestActionLabelOnAgainAfterRemoval(t *testing.T) {
	s := labelled(t, "version: 1\n")
	s.grow()
	s.on("synchronize").want(t, exitBlocked, gate.Stale, both...)
	s.pr.Label(label, "bob")
	s.on("edited").want(t, exitClear, gate.Valid, both...)
}

// The record tells which operations came after the label, whatever starts the run.
func TestActionTakesStaleLabelOffOnAnyEvent(t *testing.T) {
	for _, action := range []string{"edited", "reopened"} {
		t.Run(action, func(t *testing.T) {
			s := labelled(t, "version: 1\n")
			s.grow()
			s.on(action).want(t, exitBlocked, gate.Stale, both...)
			if len(s.pr.Labels()) != 0 {
				t.Errorf("labels %q, want none", s.pr.Labels())
			}
		})
	}
}

func TestActionStaleLabelsName(t *testing.T) {
	for _, name := range []string{"db/backup check", "100% sure?", "Backup geprüft ✓", "#1"} {
		t.Run(name, func(t *testing.T) {
			s := configured(t, "label: '"+name+"'\n", map[string]string{drop: dropUsers})
			s.pr.Label("docs", "bob")
			s.pr.Label(strings.ToUpper(name), "bob")
			s.on("labeled").want(t, exitClear, gate.Valid, users)
			s.grow()
			o := s.on("synchronize")
			o.want(t, exitBlocked, gate.Stale, both...)
			if got := s.pr.Labels(); len(got) != 1 || got[0] != "docs" {
				t.Errorf("labels %q after %q, want docs only", got, o.writes)
			}
		})
	}
}

// Nobody is told of a pull request in which nothing blocks, so there is no record
// either. The push itself says that the label is older.
func TestActionLabelOnHarmlessChange(t *testing.T) {
	s := newStage(t, map[string]string{drop: "SELECT 1;\n"})
	s.pr.Label(label, "bob")
	s.on("labeled").want(t, exitClear, gate.Valid)
	s.grow()
	o := s.on("synchronize")
	o.want(t, exitBlocked, gate.Stale, "drop-table public.orders")
	if len(s.pr.Labels()) != 0 {
		t.Errorf("labels %q, want none", s.pr.Labels())
	}
}

func TestActionTakesExpiredLabelOff(t *testing.T) {
	s := labelled(t, "acknowledgement: {max-age: 1d}\n")
	s.server.Clock.Advance(25 * time.Hour)
	o := s.on("edited")
	o.want(t, exitBlocked, gate.Stale, users)
	if len(s.pr.Labels()) != 0 {
		t.Errorf("labels %q, want none", s.pr.Labels())
	}
	s.wantSummary("was taken off by dropgate")
	s.pr.Label(label, "bob")
	s.on("labeled").want(t, exitClear, gate.Valid, users)
	s.repo.Commit("feature", map[string]string{drop: "SELECT 1;\n"})
	s.server.Clock.Advance(25 * time.Hour)
	if o := s.on("edited"); o.code != exitClear || taken(o) {
		t.Errorf("exit code %d after %q, want 0 and the label left alone: nothing blocks", o.code, o.writes)
	}
}

// Whatever GitHub says to it, the verdict stands.
func TestActionMayNotTakeLabelOff(t *testing.T) {
	refusals := map[string]githubtest.Response{
		"forbidden": forbidden, "gone": {Status: 404, Body: `{"message":"Label does not exist"}`},
	}
	for name, answer := range refusals {
		t.Run(name, func(t *testing.T) {
			s := labelled(t, "version: 1\n")
			s.grow()
			s.fails("DELETE "+issues+"/labels/*", -1, answer)
			o := s.on("synchronize")
			o.want(t, exitBlocked, gate.Stale, both...)
			o.wantWarning(t)
			s.wantSummary("takes the label off and puts it on again")
			if !strings.Contains(o.out, "the stale label could not be taken off") {
				t.Errorf("the log does not say that the label is still on:\n%s", o.out)
			}
		})
	}
	t.Run("a token that only reads", func(t *testing.T) {
		s := labelled(t, "version: 1\n")
		s.server.Token(jobToken, githubtest.Permissions{Contents: githubtest.Read, PullRequests: githubtest.Read}, githubtest.Bot)
		s.grow()
		s.on("synchronize").want(t, exitBlocked, gate.Stale, both...)
		if len(s.pr.Labels()) != 1 {
			t.Errorf("labels %q, want the one", s.pr.Labels())
		}
	})
	t.Run("events that cannot be read again", func(t *testing.T) {
		s := labelled(t, "version: 1\n")
		s.grow()
		s.server.Before(githubtest.Match("GET", issues+"/comments"), func() { s.fails("GET "+issues+"/events", -1, forbidden) })
		o := s.on("synchronize")
		o.want(t, exitBlocked, gate.Stale, both...)
		if taken(o) || !strings.Contains(o.out, "the stale label could not be taken off") {
			t.Errorf("changed %q, want the label left alone, and a line of the log that says so:\n%s", o.writes, o.out)
		}
	})
}

func TestActionLeavesLabelAlone(t *testing.T) {
	// beforeRemoval does something between the verdict and the removal.
	beforeRemoval := func(s *stage, do func()) {
		s.server.Before(githubtest.Match("GET", issues+"/comments"), func() {
			s.server.Before(githubtest.Match("GET", pulls), do)
		})
	}
	tests := []struct {
		name string
		do   func(*stage) outcome
		then gate.State // of a run on being labeled
	}{
		{"the label was on from the start, and its run is to come", func(s *stage) outcome {
			s.pr.Label(label, "bob")
			return s.on("opened")
		}, gate.Valid},
		{"put on again after the push, and its run is to come", func(s *stage) outcome {
			s.pr.Label(label, "bob")
			s.on("labeled")
			s.grow()
			event := s.pr.Event("synchronize")
			s.pr.Unlabel(label, "bob")
			s.pr.Label(label, "carol")
			return s.run(event)
		}, gate.Valid},
		{"put on again meanwhile", func(s *stage) outcome {
			s.pr.Label(label, "bob")
			s.on("labeled")
			s.grow()
			beforeRemoval(s, func() {
				s.pr.Unlabel(label, "bob")
				s.pr.Label(label, "bob")
			})
			return s.on("synchronize")
		}, gate.Valid},
		{"put on again between the two looks", func(s *stage) outcome {
			s.pr.Label(label, "bob")
			s.on("labeled")
			s.grow()
			beforeRemoval(s, func() {
				s.server.Before(githubtest.Match("GET", issues+"/events"), func() {
					s.pr.Unlabel(label, "bob")
					s.pr.Label(label, "bob")
				})
			})
			return s.on("synchronize")
		}, gate.Valid},
		{"the head moved on meanwhile", func(s *stage) outcome {
			s.pr.Label(label, "bob")
			s.on("labeled")
			s.grow()
			beforeRemoval(s, func() { s.repo.Delete("feature", orders) })
			return s.on("synchronize")
		}, gate.Valid},
		{"somebody edited the record", func(s *stage) outcome {
			s.pr.Label(label, "bob")
			s.on("labeled")
			s.repo.EditComment("mallory", s.summaryComment().ID, "Nothing.")
			return s.on("edited")
		}, gate.Valid},
		{"a label that is not stale but the author's", func(s *stage) outcome {
			s.repo.Commit("main", map[string]string{configName: "acknowledgement: {second-person: true}\n"})
			s.pr.Label(label, "alice")
			return s.on("labeled")
		}, gate.Self},
		{"the config says so", func(s *stage) outcome {
			s.repo.Commit("main", map[string]string{configName: keepLabel})
			s.pr.Label(label, "bob")
			s.on("labeled")
			s.grow()
			return s.on("synchronize")
		}, gate.Valid},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := newStage(t, map[string]string{drop: dropUsers})
			o := test.do(s)
			if taken(o) || len(s.pr.Labels()) != 1 || o.code != exitBlocked {
				t.Errorf("exit code %d, labels %q after %q, want 1 and the label as it was", o.code, s.pr.Labels(), o.writes)
			}
			if got := s.on("labeled").report.Decision.Acknowledgement.State; got != test.then {
				t.Errorf("the run that the label started says %s, want %s", got, test.then)
			}
		})
	}
}
