package github

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/dropgate/dropgate/internal/gate"
	"github.com/dropgate/dropgate/internal/github/githubtest"
)

// reader gives the stage's token what evidence asks for.
func reader(t *testing.T) *stage {
	t.Helper()
	s := newStage(t)
	s.server.Token(token, githubtest.Permissions{
		Contents: githubtest.Read, PullRequests: githubtest.Read, Actions: githubtest.Read, Statuses: githubtest.Read,
	}, githubtest.Bot)
	return s
}

func TestRuns(t *testing.T) {
	s := reader(t)
	head := s.repo.Head("main")
	add := func(run githubtest.WorkflowRun) githubtest.WorkflowRun {
		run.Path, run.HeadBranch, run.HeadSHA, run.Actor = ".github/workflows/a drill 100%.yml", "main", head, "carol"
		return s.repo.AddRun(run)
	}
	first := add(githubtest.WorkflowRun{Event: "schedule", Status: "completed", Conclusion: "success"})
	second := add(githubtest.WorkflowRun{Event: "workflow_dispatch", Status: "completed", Conclusion: "startup_failure"})
	add(githubtest.WorkflowRun{Event: "pull_request_target", Status: "completed", Conclusion: "success"})
	add(githubtest.WorkflowRun{Event: "push", Status: "completed", Conclusion: "success", Fork: "mallory"})
	add(githubtest.WorkflowRun{Event: "push", Status: "queued"})
	add(githubtest.WorkflowRun{Event: "push", Status: "completed", Conclusion: "neutral"})
	earlier := second.Created.Add(-time.Hour)
	third := add(githubtest.WorkflowRun{Event: "push", Status: "completed", Conclusion: "success", Finished: earlier})
	got, err := s.Runs(t.Context(), "a drill 100%.yml", "main")
	if err != nil {
		t.Fatal(err)
	}
	page := func(run githubtest.WorkflowRun) string {
		return fmt.Sprintf("https://github.com/%s/actions/runs/%d", repository, run.ID)
	}
	want := []gate.Sign{
		{Success: true, At: earlier, By: "carol", URL: page(third), Commit: head},
		{At: second.Created, By: "carol", URL: page(second), Commit: head},
		{Success: true, At: first.Created, URL: page(first), Commit: head},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("runs (-want +got):\n%s", diff)
	}
}

func TestRunsAreBounded(t *testing.T) {
	s := reader(t)
	for range 350 {
		s.repo.AddRun(githubtest.WorkflowRun{
			Path: ".github/workflows/drill.yml", HeadBranch: "main", HeadSHA: s.repo.Head("main"),
			Event: "push", Status: "completed", Conclusion: "failure",
		})
	}
	got, err := s.Runs(t.Context(), "drill.yml", "main")
	if err != nil || len(got) != 300 {
		t.Errorf("%d runs and %v, want 300", len(got), err)
	}
	if n := s.server.Count("GET", "/repos/"+repository+"/actions/**"); n != 3 {
		t.Errorf("%d requests, want 3", n)
	}
}

func TestProofIsForbidden(t *testing.T) {
	s := newStage(t)
	for need, ask := range map[string]func() error{
		"actions: read":  func() error { _, err := s.Runs(t.Context(), "drill.yml", "main"); return err },
		"statuses: read": func() error { _, err := s.LatestStatus(t.Context(), s.repo.Head("main"), "x"); return err },
	} {
		if err := ask(); !errors.Is(err, ErrForbidden) || !strings.Contains(err.Error(), "add `"+need+"` under `permissions:`") {
			t.Errorf("got %v, want what permission is missing: %s", err, need)
		}
	}
}

func TestLatestStatus(t *testing.T) {
	s := reader(t)
	head := s.repo.Head("main")
	set := func(context, state string) {
		s.repo.SetStatus(githubtest.Status{SHA: head, Context: context, State: state, Creator: "carol", TargetURL: "https://ci.example/1"})
	}
	ask := func() *gate.Sign {
		t.Helper()
		sign, err := s.LatestStatus(t.Context(), head, "Backup/Drill")
		if err != nil {
			t.Fatal(err)
		}
		return sign
	}
	set("backup/drill/2", "success")
	if got := ask(); got != nil {
		t.Errorf("got %+v of another context", got)
	}
	set("backup/drill", "failure")
	set("BACKUP/drill", "success")
	want := &gate.Sign{Success: true, At: s.server.Clock.Now(), By: "carol", URL: "https://ci.example/1", Commit: head}
	if diff := cmp.Diff(want, ask()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	set("backup/drill", "pending")
	if got := ask(); got != nil {
		t.Errorf("got %+v while one is pending", got)
	}
	set("backup/drill", "error")
	if got := ask(); got == nil || got.Success {
		t.Errorf("got %+v, want a failure", got)
	}
	if _, err := s.LatestStatus(t.Context(), "main", "x"); err == nil {
		t.Error("a branch was taken for a commit")
	}
}

// Times of statuses have whole seconds only.
func TestLatestStatusOfOneSecond(t *testing.T) {
	s := reader(t)
	head, now := s.repo.Head("main"), s.server.Clock.Now()
	for _, state := range []string{"success", "failure"} {
		s.server.Clock.Set(now)
		s.repo.SetStatus(githubtest.Status{SHA: head, Context: "drill", State: state, Creator: "carol"})
	}
	if got, err := s.LatestStatus(t.Context(), head, "drill"); err != nil || got == nil || got.Success {
		t.Errorf("got %+v and %v, want the failure, which was set last", got, err)
	}
}

func TestParentAndHolds(t *testing.T) {
	s := reader(t)
	first := s.repo.Head("main")
	second := s.repo.Commit("main", map[string]string{"a": "1"})
	if got, err := s.Parent(t.Context(), second); err != nil || got != first {
		t.Errorf("parent %q and %v, want %q", got, err, first)
	}
	if got, err := s.Parent(t.Context(), first); err != nil || got != "" {
		t.Errorf("parent %q and %v of the first commit, want none", got, err)
	}
	for commit, want := range map[string]bool{first: true, second: true, s.pr.HeadSHA(): false} {
		if got, err := s.Holds(t.Context(), second, commit); err != nil || got != want {
			t.Errorf("holds %s: got %t and %v, want %t", commit, got, err, want)
		}
	}
	if _, err := s.Holds(t.Context(), second, ""); err == nil {
		t.Error("a run without a commit is of the branch")
	}
}

// What the query asked for is not taken on trust.
func TestRunsAreCheckedOneByOne(t *testing.T) {
	for key, value := range map[string]any{"head_branch": "release", "status": "in_progress", "conclusion": "cancelled", "event": "pull_request"} {
		s := reader(t)
		s.repo.AddRun(githubtest.WorkflowRun{
			Path: ".github/workflows/drill.yml", HeadBranch: "main", HeadSHA: s.repo.Head("main"),
			Event: "push", Status: "completed", Conclusion: "success",
		})
		s.server.Fail(githubtest.Match("GET", "/repos/"+repository+"/actions/**"), 1, githubtest.Response{Edit: func(body any) any {
			body.(map[string]any)["workflow_runs"].([]any)[0].(map[string]any)[key] = value
			return body
		}})
		if got, err := s.Runs(t.Context(), "drill.yml", "main"); err != nil || len(got) != 0 {
			t.Errorf("%s %v: got %v and %v, want nothing", key, value, got, err)
		}
		if got, err := s.Runs(t.Context(), "drill.yml", "main"); err != nil || len(got) != 1 {
			t.Errorf("got %v and %v without the change, want one", got, err)
		}
	}
}
