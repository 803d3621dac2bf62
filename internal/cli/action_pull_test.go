package cli

import (
	"strings"
	"testing"

	"github.com/dropgate/dropgate/internal/gate"
	"github.com/dropgate/dropgate/internal/github/githubtest"
)

// The pull request that brings dropgate, and its config, is reviewed by the
// defaults: its own config is not in force yet.
func TestActionFirstPullRequest(t *testing.T) {
	files := map[string]string{
		drop: dropUsers, configName: "threshold: 100\nlabel: anything\n",
		".github/workflows/dropgate.yml": "name: dropgate\n",
	}
	s := newStage(t, files)
	o := s.on("opened")
	o.want(t, exitBlocked, gate.Absent, users)
	if got := o.report.Decision; got.Threshold != 60 || got.Acknowledgement.Label != label {
		t.Errorf("threshold %d and label %q, want the defaults", got.Threshold, got.Acknowledgement.Label)
	}
	if !strings.Contains(o.out, "the defaults are in force") {
		t.Errorf("the log does not say that the defaults are in force:\n%s", o.out)
	}
	s.wantPlaces(drop + ":3")
}

func TestActionDraft(t *testing.T) {
	s := newStage(t, map[string]string{drop: dropUsers})
	s.pr.SetDraft(true, "alice")
	s.on("opened").want(t, exitBlocked, gate.Absent, users)
	s.wantPlaces(drop + ":3")
	s.pr.Label(label, "bob")
	s.on("labeled").want(t, exitClear, gate.Valid, users)
	s.pr.SetDraft(false, "alice")
	s.on("ready_for_review").want(t, exitClear, gate.Valid, users)
}

// Conflicts keep GitHub from starting runs on most events, not from any: the head
// is reviewed as it is.
func TestActionConflicts(t *testing.T) {
	no := false
	for name, value := range map[string]*bool{"in conflict": &no, "not known yet": nil} {
		t.Run(name, func(t *testing.T) {
			s := newStage(t, map[string]string{drop: dropUsers, initial: base[initial] + "-- mine\n"})
			s.repo.Commit("main", map[string]string{initial: base[initial] + "-- theirs\n"})
			s.pr.SetMergeable(value)
			s.on("synchronize").want(t, exitBlocked, gate.Absent, users)
			s.pr.Label(label, "bob")
			s.on("labeled").want(t, exitClear, gate.Valid, users)
		})
	}
}

func TestActionEmptyDiff(t *testing.T) {
	s := newStage(t, map[string]string{drop: dropUsers})
	s.repo.Branch("feature", "main")
	o := s.on("synchronize")
	o.want(t, exitClear, gate.Absent)
	o.wantWrites(t)
	o.wantSays(t, "no migrations found in pull request #1")

	s.repo.CommitChange("feature", githubtest.Change{Message: "Start a new run"})
	o = s.on("synchronize")
	o.want(t, exitClear, gate.Absent)
	o.wantWrites(t)
}

// Another base makes another change of the same head, which no label was put on for.
func TestActionBaseChangedUnderALabel(t *testing.T) {
	s := newStage(t, map[string]string{drop: dropUsers})
	s.repo.Branch("old", "main")
	s.repo.Commit("main", map[string]string{drop: dropUsers})
	s.repo.CommitChange("feature", githubtest.Change{
		Merge: "main", Files: map[string]githubtest.File{orders: {Content: dropOrders}},
	})
	s.acknowledge(s.pr)
	from := s.repo.Head("main")
	s.pr.SetBase("old", "alice")
	o := s.run(s.pr.Event("edited", githubtest.ChangedBase("main", from)))
	o.want(t, exitBlocked, gate.Stale, users, ordersRule)
}

// TestActionPrograms: a migration in another language is not read and blocks nothing,
// and the run says so. One that goes, and one that the config leaves out, need nobody.
func TestActionPrograms(t *testing.T) {
	const ruby, python, java = "db/migrate/20240101000000_drop.rb", "shop/migrations/0002_gone.py", "old/V3__Fix.java"
	s := newStage(t, nil)
	s.repo.Commit("main", map[string]string{python: "x", configName: "exclude: ['old/**']\n"})
	s.repo.Branch("feature", "main")
	s.repo.CommitChange("feature", githubtest.Change{Delete: []string{python}})
	s.repo.Commit("feature", map[string]string{ruby: "x", java: "x", drop: dropUsers})
	o := s.on("synchronize")
	o.want(t, exitBlocked, gate.Absent, users)
	if want := "::warning::1 migration in Ruby is not reviewed, for dropgate reads SQL only: look at " + ruby + " by hand\n"; !strings.Contains(o.out, want) {
		t.Errorf("the log lacks %q:\n%s", want, o.out)
	}
	for _, language := range []string{"Python", "Java"} {
		if strings.Contains(o.out, "in "+language) {
			t.Errorf("it speaks of %s, too:\n%s", language, o.out)
		}
	}
}
