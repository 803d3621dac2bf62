package cli

import (
	"cmp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/dropgate/dropgate/internal/gate"
	"github.com/dropgate/dropgate/internal/github/githubtest"
)

const (
	byWorkflow = "backup: {evidence: workflow, workflow: restore-drill.yml}\n"
	byStatus   = "backup: {evidence: status, status: backup/restore-drill}\n"
	drillRuns  = "/repos/octo/shop/actions/workflows/restore-drill.yml/runs"
)

// drilled is a stage whose base asks for evidence, with a token that may read it,
// and with the label on.
func drilled(t *testing.T, config string) *stage {
	t.Helper()
	s := configured(t, config, map[string]string{drop: dropUsers})
	s.server.Token(jobToken, githubtest.Permissions{
		Contents: githubtest.Read, PullRequests: githubtest.Write, Actions: githubtest.Read, Statuses: githubtest.Read,
	}, githubtest.Bot)
	s.pr.Label(label, "bob")
	return s
}

// drill adds a run of the workflow that was started that long ago. What the run
// leaves open is that of a scheduled success on the base branch.
func (s *stage) drill(ago time.Duration, run githubtest.WorkflowRun) {
	s.t.Helper()
	run.Name, run.Path, run.Status = "Restore drill", ".github/workflows/restore-drill.yml", cmp.Or(run.Status, "completed")
	run.Event, run.Actor = cmp.Or(run.Event, "schedule"), cmp.Or(run.Actor, "carol")
	run.HeadBranch, run.HeadSHA = cmp.Or(run.HeadBranch, "main"), cmp.Or(run.HeadSHA, s.repo.Head("main"))
	if run.Status == "completed" {
		run.Conclusion = cmp.Or(run.Conclusion, "success")
	}
	run.Created = cmp.Or(run.Created, s.server.Clock.Now().Add(-ago))
	s.repo.AddRun(run)
}

// status sets the status of the config on a commit that long ago.
func (s *stage) status(commit, state string, ago time.Duration) {
	s.t.Helper()
	s.named("backup/restore-drill", commit, state, ago)
}

func (s *stage) named(context, commit, state string, ago time.Duration) {
	s.t.Helper()
	now := s.server.Clock.Now()
	s.server.Clock.Set(now.Add(-ago - time.Minute))
	s.repo.SetStatus(githubtest.Status{SHA: commit, Context: context, State: state, Creator: "backup-bot", TargetURL: "https://ci.example/42"})
	s.server.Clock.Set(now)
}

// lookups is how many requests a run spent on evidence.
func lookups(s *stage) int {
	return s.server.Count("GET", drillRuns) + s.server.Count("GET", "/repos/octo/shop/commits/*/statuses") +
		s.server.Count("GET", "/repos/octo/shop/git/commits/*")
}

// wantReason checks that the verdict's reason has the words.
func (o outcome) wantReason(t *testing.T, words ...string) {
	t.Helper()
	got := strings.Join(o.report.Decision.Reasons, "\n")
	for _, w := range words {
		if !strings.Contains(got, w) {
			t.Errorf("the reason lacks %q: %s", w, got)
		}
	}
}

func TestActionProvenByWorkflow(t *testing.T) {
	s := drilled(t, byWorkflow)
	s.drill(3*time.Hour, githubtest.WorkflowRun{})
	o := s.on("labeled")
	o.want(t, exitClear, gate.Valid, users)
	o.wantWarning(t)
	const found = "workflow `restore-drill.yml` succeeded on `main` 3 hours ago"
	s.wantSummary("**Not blocked**", found, "](https://github.com/octo/shop/actions/runs/")
	if !strings.Contains(o.summary, found) {
		t.Errorf("the step summary lacks the evidence:\n%s", o.summary)
	}
	if !strings.Contains(o.out, "backup: the workflow restore-drill.yml succeeded on main 3 hours ago") {
		t.Errorf("the log lacks the evidence:\n%s", o.out)
	}
	b := o.report.Decision.Backup
	if b == nil || !b.Proven || b.Newest == nil || b.Newest.AgeSeconds/3600 != 3 || b.Newest.Commit != s.repo.Head("main") || b.MaxAgeSeconds != 86400 || b.Failed != nil {
		t.Errorf("decision.backup is %+v", b)
	}
	if got := lookups(s); got != 1 {
		t.Errorf("%d requests for the evidence, want 1", got)
	}
	s.on("labeled").wantWrites(t) // the age in words is the same
}

func TestActionUnproven(t *testing.T) {
	const day = 24 * time.Hour
	type run = githubtest.WorkflowRun
	tests := []struct {
		name string
		set  func(*stage)
		want []string
	}{
		{"it has never run", func(s *stage) {
			s.repo.Commit("main", map[string]string{".github/workflows/restore-drill.yml": "on: schedule\n"})
		}, []string{"no success of the workflow restore-drill.yml was found on main"}},
		{"too old", func(s *stage) { s.drill(3*day, run{}) }, []string{"last succeeded on main 3 days ago", "24 hours"}},
		{"a little too old", func(s *stage) { s.drill(day+time.Minute, run{}) }, []string{"24 hours ago, longer ago than the 24 hours that count"}},
		{"started too long ago, updated since", func(s *stage) {
			s.drill(2*day, run{Finished: s.server.Clock.Now()})
		}, []string{"2 days ago"}},
		{"failed", func(s *stage) { s.drill(time.Hour, run{Conclusion: "failure"}) }, []string{"no success", "it failed 60 minutes ago"}},
		{"timed out after an old success", func(s *stage) {
			s.drill(3*day, run{})
			s.drill(2*time.Hour, run{Conclusion: "timed_out"})
		}, []string{"3 days ago", "it failed 2 hours ago"}},
		{"cancelled", func(s *stage) { s.drill(time.Hour, run{Conclusion: "cancelled"}) }, []string{"no success"}},
		{"skipped", func(s *stage) { s.drill(time.Hour, run{Conclusion: "skipped"}) }, []string{"no success"}},
		{"it still runs", func(s *stage) { s.drill(time.Minute, run{Status: "in_progress"}) }, []string{"no success"}},
		{"of a pull request from a branch called main", func(s *stage) { s.drill(time.Hour, run{Event: "pull_request"}) }, []string{"no success"}},
		{"of a pull request's target", func(s *stage) { s.drill(time.Hour, run{Event: "pull_request_target"}) }, []string{"no success"}},
		{"of a fork's main", func(s *stage) { s.drill(time.Hour, run{Event: "push", Fork: "mallory"}) }, []string{"no success"}},
		{"of another branch", func(s *stage) { s.drill(time.Hour, run{HeadBranch: "feature"}) }, []string{"no success"}},
		{"of another branch's commit, by a tag called main", func(s *stage) {
			s.drill(time.Hour, run{Event: "push", HeadSHA: s.pr.HeadSHA()})
		}, []string{"no success"}},
		{"of a commit that is gone", func(s *stage) {
			s.drill(time.Hour, run{HeadSHA: strings.Repeat("a", 40)})
		}, []string{"could not be looked for on main: find the merge base"}},
		{"dated in the future", func(s *stage) { s.drill(-time.Hour, run{}) }, []string{"no success", "dated in the future does not count"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := drilled(t, byWorkflow)
			test.set(s)
			o := s.on("labeled")
			o.want(t, exitBlocked, gate.Unproven, users)
			o.wantReason(t, append(test.want, "no recent backup is proven", "the backup-check label covers it")...)
			s.wantSummary("**Blocked by dropgate**", "The label `backup-check` stays on.")
			if b := o.report.Decision.Backup; b == nil || b.Proven || b.Message == "" {
				t.Errorf("decision.backup is %+v, want one that is not proven and says why", b)
			}
		})
	}
}

func TestActionStillProven(t *testing.T) {
	type run = githubtest.WorkflowRun
	tests := []struct {
		name     string
		config   string
		set      func(*stage)
		requests int
		want     string
	}{
		{"a newer run failed", byWorkflow, func(s *stage) {
			s.drill(5*time.Hour, run{})
			s.drill(2*time.Hour, run{Conclusion: "failure"})
		}, 1, "5 hours ago; it failed 2 hours ago"},
		{"by hand", byWorkflow, func(s *stage) { s.drill(10*time.Minute, run{Event: "workflow_dispatch"}) }, 1, "10 minutes ago, started by carol"},
		{"run again", byWorkflow, func(s *stage) {
			s.drill(90*time.Hour, run{Restarted: s.server.Clock.Now().Add(-2 * time.Hour), Finished: s.server.Clock.Now()})
		}, 1, "2 hours ago"},
		{"on an earlier commit of the branch", byWorkflow, func(s *stage) {
			s.drill(2*time.Hour, run{})
			s.repo.Commit("main", map[string]string{"README.md": "# Moved on\n"})
		}, 1, "2 hours ago"},
		{"behind a tag's", byWorkflow, func(s *stage) {
			s.drill(2*time.Hour, run{})
			s.drill(time.Hour, run{Event: "push", HeadSHA: s.pr.HeadSHA()})
		}, 1, "2 hours ago"},
		{"behind many of forks", byWorkflow, func(s *stage) {
			s.drill(2*time.Hour, run{})
			for range 120 {
				s.drill(time.Hour, run{Event: "pull_request", Fork: "mallory"})
			}
		}, 2, "2 hours ago"},
		{"of a longer age", "backup: {evidence: workflow, workflow: restore-drill.yml, max-age: 7d}\n",
			func(s *stage) { s.drill(6*24*time.Hour, run{}) }, 1, "6 days ago"},
		{"with a clock that is a little late", byWorkflow, func(s *stage) { s.drill(-3*time.Minute, run{}) }, 1, "less than a minute ago"},
		{"a status on the tip", byStatus, func(s *stage) { s.status(s.repo.Head("main"), "success", 3*time.Hour) }, 1, "3 hours ago, set by backup-bot"},
		{"a status in another case", byStatus, func(s *stage) {
			s.named("Backup/Restore-Drill", s.repo.Head("main"), "success", 3*time.Hour)
		}, 1, "3 hours ago"},
		{"a status behind many others", byStatus, func(s *stage) {
			s.status(s.repo.Head("main"), "success", 3*time.Hour)
			for range 120 {
				s.named("ci", s.repo.Head("main"), "failure", time.Hour)
			}
		}, 2, "3 hours ago"},
		{"a status on an earlier commit", byStatus, func(s *stage) {
			s.status(s.repo.Head("main"), "success", 4*time.Hour)
			s.repo.Commit("main", map[string]string{"README.md": "# One\n"})
			s.repo.Commit("main", map[string]string{"README.md": "# Two\n"})
		}, 5, "4 hours ago"},
		{"a status that is good again", byStatus, func(s *stage) {
			s.status(s.repo.Head("main"), "failure", 3*time.Hour)
			s.status(s.repo.Head("main"), "success", 2*time.Hour)
		}, 1, "2 hours ago"},
		{"a failure on a newer commit", byStatus, func(s *stage) {
			s.status(s.repo.Head("main"), "success", 5*time.Hour)
			s.status(s.repo.Commit("main", map[string]string{"README.md": "# One\n"}), "error", 3*time.Hour)
		}, 3, "5 hours ago, set by backup-bot; it failed 3 hours ago"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := drilled(t, test.config)
			test.set(s)
			o := s.on("labeled")
			o.want(t, exitClear, gate.Valid, users)
			o.wantWarning(t)
			if b := o.report.Decision.Backup; b == nil || !b.Proven || !strings.Contains(b.Message, test.want) {
				t.Errorf("decision.backup is %+v, want one with %q", b, test.want)
			}
			if got := lookups(s); got != test.requests {
				t.Errorf("%d requests for the evidence, want %d", got, test.requests)
			}
		})
	}
}

func TestActionUnprovenByStatus(t *testing.T) {
	tests := []struct {
		name string
		set  func(*stage)
		want string
	}{
		{"none", func(*stage) {}, "no success of the status backup/restore-drill was found on main"},
		{"of another context", func(s *stage) { s.named("backup/restore", s.repo.Head("main"), "success", time.Hour) }, "no success"},
		{"on the pull request's own commit", func(s *stage) { s.status(s.pr.HeadSHA(), "success", time.Hour) }, "no success"},
		{"too old", func(s *stage) { s.status(s.repo.Head("main"), "success", 50*time.Hour) }, "last succeeded on main 2 days ago"},
		{"taken back by a failure", func(s *stage) {
			s.status(s.repo.Head("main"), "success", 3*time.Hour)
			s.status(s.repo.Head("main"), "failure", 2*time.Hour)
		}, "no success of the status backup/restore-drill was found on main; it failed 2 hours ago"},
		{"a new restore is pending", func(s *stage) {
			s.status(s.repo.Head("main"), "success", 3*time.Hour)
			s.status(s.repo.Head("main"), "pending", 2*time.Hour)
		}, "no success"},
		{"further back than is looked", func(s *stage) {
			s.status(s.repo.Head("main"), "success", time.Hour)
			for i := range mostProofCommits {
				s.repo.Commit("main", map[string]string{"README.md": strings.Repeat("#", i+2)})
			}
		}, "no success"},
		{"dated in the future", func(s *stage) { s.status(s.repo.Head("main"), "success", -time.Hour) }, "dated in the future"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := drilled(t, byStatus)
			test.set(s)
			o := s.on("labeled")
			o.want(t, exitBlocked, gate.Unproven, users)
			o.wantReason(t, test.want)
			s.wantSummary("**Blocked by dropgate**", "set the status `backup/restore-drill` on the newest commit of `main`")
			if got := lookups(s); got > 2*mostProofCommits-1 {
				t.Errorf("%d requests for the evidence, want at most %d", got, 2*mostProofCommits-1)
			}
		})
	}
}

// Not permitted, not there, not reachable: not proven, and it says what is missing.
func TestActionProofCannotBeRead(t *testing.T) {
	tests := []struct {
		name   string
		config string
		set    func(*stage)
		want   string
	}{
		{"no actions: read", byWorkflow, func(s *stage) { s.server.Token(jobToken, workflow, githubtest.Bot) }, "`actions: read`"},
		{"no statuses: read", byStatus, func(s *stage) { s.server.Token(jobToken, workflow, githubtest.Bot) }, "`statuses: read`"},
		{"no such workflow", byWorkflow, func(*stage) {}, "404"},
		{"a limit that lasts", byWorkflow, func(s *stage) {
			s.drill(time.Hour, githubtest.WorkflowRun{})
			s.fails("GET "+drillRuns, -1, githubtest.RateLimited(403, 3600))
		}, "read the runs of the workflow restore-drill.yml: GitHub's rate limit"},
		{"no JSON", byWorkflow, func(s *stage) {
			s.fails("GET "+drillRuns, -1, githubtest.Response{Status: 200, Body: "<html>"})
		}, "read the runs of the workflow restore-drill.yml"},
		{"no earlier commit", byStatus, func(s *stage) {
			s.fails(match("GET", "/git/commits/*"), -1, forbidden)
		}, "read commit"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := drilled(t, test.config)
			test.set(s)
			o := s.on("labeled")
			o.want(t, exitBlocked, gate.Unproven, users)
			o.wantWarning(t, "evidence of a backup could not be looked for")
			o.wantReason(t, test.want)
			s.wantSummary("could not be looked for on `main`", "see to it that the evidence can be read")
		})
	}
}

// Evidence is looked for when it can matter, and asked for on top of the label.
func TestActionProofAndLabel(t *testing.T) {
	t.Run("no label", func(t *testing.T) {
		s := drilled(t, byWorkflow)
		s.pr.Unlabel(label, "bob")
		s.drill(3*time.Hour, githubtest.WorkflowRun{})
		s.on("opened").want(t, exitBlocked, gate.Absent, users)
		s.wantSummary("Backup: the workflow `restore-drill.yml` succeeded on `main` 3 hours ago")
	})
	t.Run("a stale label", func(t *testing.T) {
		s := drilled(t, byWorkflow)
		s.on("opened").want(t, exitBlocked, gate.Stale, users)
	})
	t.Run("nothing blocks", func(t *testing.T) {
		s := configured(t, byWorkflow, map[string]string{orders: "CREATE TABLE items (id int);\n"})
		o := s.on("opened")
		o.want(t, exitClear, gate.Absent)
		if got := lookups(s); got != 0 || o.report.Decision.Backup != nil {
			t.Errorf("%d requests for evidence and %+v, want none", got, o.report.Decision.Backup)
		}
	})
	t.Run("none asked for", func(t *testing.T) {
		s := drilled(t, "backup: {workflow: restore-drill.yml}\n")
		o := s.on("labeled")
		o.want(t, exitClear, gate.Valid, users)
		if got := lookups(s); got != 0 || o.report.Decision.Backup != nil {
			t.Errorf("%d requests for evidence and %+v, want none", got, o.report.Decision.Backup)
		}
	})
	t.Run("renewed", func(t *testing.T) {
		s := drilled(t, byWorkflow)
		s.drill(30*time.Hour, githubtest.WorkflowRun{})
		s.on("labeled").want(t, exitBlocked, gate.Unproven, users)
		s.drill(time.Minute, githubtest.WorkflowRun{Event: "workflow_dispatch"})
		s.on("edited").want(t, exitClear, gate.Valid, users)
	})
	t.Run("run out", func(t *testing.T) {
		s := drilled(t, byWorkflow)
		s.drill(20*time.Hour, githubtest.WorkflowRun{})
		s.on("labeled").want(t, exitClear, gate.Valid, users)
		s.server.Clock.Advance(5 * time.Hour)
		s.on("edited").want(t, exitBlocked, gate.Unproven, users)
	})
	t.Run("switched off by the pull request", func(t *testing.T) {
		s := newStageOn(t, map[string]string{configName: byWorkflow}, map[string]string{drop: dropUsers, configName: "backup: {evidence: none}\n"})
		s.pr.Label(label, "bob")
		s.on("labeled").want(t, exitBlocked, gate.Unproven, users)
	})
	t.Run("commit status", func(t *testing.T) {
		s := drilled(t, byWorkflow)
		s.server.Token(jobToken, githubtest.Permissions{
			Contents: githubtest.Read, PullRequests: githubtest.Write, Actions: githubtest.Read, Statuses: githubtest.Write,
		}, githubtest.Bot)
		s.env["INPUT_STATUS"] = "dropgate"
		s.on("labeled").want(t, exitBlocked, gate.Unproven, users)
		if got := s.repo.Statuses(s.pr.HeadSHA()); len(got) != 1 || got[0].State != "failure" {
			t.Errorf("statuses %v, want a failure", got)
		}
	})
}

// The address and the name come from whoever set the status.
func TestActionHostileStatus(t *testing.T) {
	for i, url := range []string{"javascript:alert(1)", "https://x.example/)[click](https://evil.example", "https://x.example/\n::error::x", "https://x.example/<!--"} {
		t.Run(strconv.Itoa(i), func(t *testing.T) {
			s := drilled(t, byStatus)
			s.repo.SetStatus(githubtest.Status{SHA: s.repo.Head("main"), Context: "backup/restore-drill", State: "success", Creator: "evil[bot]", TargetURL: url})
			s.on("labeled").want(t, exitClear, gate.Valid, users)
			if body := s.summaryComment().Body; strings.Contains(body, url) || strings.Contains(body, "](") || !strings.Contains(body, "`evil[bot]`") {
				t.Errorf("%q reached the summary:\n%s", url, body)
			}
		})
	}
}

// A queue, an audit and a run by hand ask for the same evidence.
func TestActionProofElsewhere(t *testing.T) {
	for name, state := range map[string]gate.State{"proven": gate.Valid, "unproven": gate.Unproven} {
		code := map[gate.State]int{gate.Valid: exitClear, gate.Unproven: exitBlocked}[state]
		stage := func(t *testing.T) *stage {
			s := drilled(t, byWorkflow)
			s.on("labeled")
			if state == gate.Valid {
				s.drill(time.Hour, githubtest.WorkflowRun{})
			}
			return s
		}
		t.Run(name+", merge group", func(t *testing.T) {
			s := stage(t)
			s.as("merge_group", s.repo.MergeGroupEvent(s.pr)).want(t, code, state, users)
		})
		t.Run(name+", merge group by message", func(t *testing.T) {
			s := stage(t)
			last := s.another("last", map[string]string{items: createItems})
			event := s.repo.SquashGroupEvent(s.pr, last)
			s.fails(match("GET", "/commits/*/pulls"), -1, githubtest.Response{Edit: func(any) any { return []any{} }})
			s.as("merge_group", event).want(t, code, state, users)
		})
		t.Run(name+", dispatch", func(t *testing.T) {
			s := stage(t)
			s.dispatches("feature").want(t, code, state, users)
		})
		t.Run(name+", push", func(t *testing.T) {
			s := stage(t)
			before := s.repo.Head("main")
			s.pr.Merge("alice")
			s.as("push", s.repo.PushEvent("main", before, s.repo.Head("main"))).want(t, code, state, users)
		})
	}
}
