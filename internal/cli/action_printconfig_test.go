package cli

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dropgate/dropgate/internal/gate"
)

// grouped is what a run's log has in the group of the config, with one blank before
// each comment and without the commit's name.
func grouped(t *testing.T, out string) []string {
	t.Helper()
	_, rest, found := strings.Cut(out, "::group::"+configGroup+"\n")
	text, _, ended := strings.Cut(rest, "\n::endgroup::\n")
	if !found || !ended {
		t.Fatalf("the log has no group %q:\n%s", configGroup, out)
	}
	text = regexp.MustCompile(` +# `).ReplaceAllString(text, " # ")
	text = regexp.MustCompile(`at [0-9a-f]{12}`).ReplaceAllString(text, "at COMMIT")
	return strings.Split(text, "\n")
}

// A run whose steps are debugged shows what is in force, and judges the same.
func TestActionShowsTheConfig(t *testing.T) {
	s := configured(t, "# ours\nthreshold: 100\nlabel: docs\npaths: [\"db/**\"]\nrules:\n  drop-view: off\n", map[string]string{drop: dropUsers})
	s.env["INPUT_THRESHOLD"], s.env["INPUT_PATHS"] = "60", "migrations"
	o := s.on("opened")
	o.want(t, exitBlocked, gate.Absent, users)
	if strings.Contains(o.out, "::group::") || strings.Contains(o.out, "postgres-version") {
		t.Errorf("the log has the config although nobody debugs:\n%s", o.out)
	}
	s.env["RUNNER_DEBUG"] = "1"
	o = s.on("opened")
	o.want(t, exitBlocked, gate.Absent, users)
	got := grouped(t, o.out)
	for _, want := range []string{
		"threshold: 60 # the input threshold", "label: \"docs\" # .dropgate.yml:3 at COMMIT",
		"paths: # the input paths", `  - "migrations" # the input paths`,
		"comment: review # default", "  drop-view: off # .dropgate.yml:6 at COMMIT",
	} {
		if !strings.Contains("\n"+strings.Join(got, "\n")+"\n", "\n"+want+"\n") {
			t.Errorf("the group lacks %q:\n%s", want, strings.Join(got, "\n"))
		}
	}
}

// What a config holds is quoted: the runner takes nothing in it for a command.
func TestActionShowsAHostileConfig(t *testing.T) {
	s := configured(t, "paths: [\"migrations/**\", \"::error::x\", '##[group]x']\nbackup: {status: '::endgroup::'}\n", map[string]string{drop: dropUsers})
	s.env["RUNNER_DEBUG"] = "1"
	o := s.on("opened")
	o.want(t, exitBlocked, gate.Absent, users)
	if got := strings.Join(grouped(t, o.out), "\n"); !strings.Contains(got, "from-pull-request: false") {
		t.Errorf("the group ends early:\n%s", got)
	}
}

// Every mistake of a config is an annotation of its own, as far as GitHub shows them.
func TestActionAnnotatesEachMistake(t *testing.T) {
	messages := func(o outcome) (all []string) {
		for _, c := range o.annotations {
			all = append(all, c.name+": "+c.message)
		}
		return all
	}
	s := configured(t, "treshold: 60\nlabel: ok\ncomment: loud\n", map[string]string{drop: dropUsers})
	o := s.on("opened")
	o.wantFailed(t, "dropgate: .dropgate.yml:3:10: ")
	o.wantWrites(t)
	want := []string{
		`error: dropgate could not review: .dropgate.yml:1:1: unknown key "treshold": did you mean threshold?`,
		`error: dropgate could not review: .dropgate.yml:3:10: comment must be review, summary or off, got "loud"`,
	}
	if diff := cmp.Diff(want, messages(o)); diff != "" {
		t.Errorf("annotations (-want +got):\n%s", diff)
	}
	var many strings.Builder
	for i := range 14 {
		fmt.Fprintf(&many, "key%d: 1\n", i)
	}
	s.repo.Commit("main", map[string]string{configName: many.String()})
	o = s.on("edited")
	o.wantFailed(t, "dropgate: .dropgate.yml:14:1: ")
	got := messages(o)
	if len(got) != mostAnnotated || got[9] != "error: dropgate could not review: the log has 5 more mistakes" {
		t.Errorf("%d annotations, and the last is %q; want %d, and the number of the others", len(got), got[len(got)-1], mostAnnotated)
	}
}
