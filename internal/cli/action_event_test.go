package cli

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dropgate/dropgate/internal/gate"
	"github.com/dropgate/dropgate/internal/github/githubtest"
)

func TestActionClosed(t *testing.T) {
	check := func(t *testing.T, s *stage, event []byte, requests int) {
		t.Helper()
		o := s.run(event)
		o.want(t, exitClear, gate.Absent)
		o.wantWrites(t)
		if len(o.requests) != requests {
			t.Errorf("%d requests, want %d", len(o.requests), requests)
		}
	}
	t.Run("event", func(t *testing.T) {
		s := newStage(t, map[string]string{drop: dropUsers})
		s.pr.Close("alice")
		check(t, s, s.pr.Event("closed"), 0)
	})
	t.Run("merged", func(t *testing.T) {
		s := newStage(t, map[string]string{drop: dropUsers})
		s.pr.Merge("alice")
		check(t, s, s.pr.Event("closed"), 0)
	})
	t.Run("since", func(t *testing.T) {
		s := newStage(t, map[string]string{drop: dropUsers})
		event := s.pr.Event("opened")
		s.pr.Close("alice")
		check(t, s, event, 2) // it, and others with its head
	})
}

func TestActionWithoutEvent(t *testing.T) {
	s := newStage(t, map[string]string{drop: dropUsers})
	o := s.as("", s.pr.Event("opened"))
	o.wantFailed(t, "GITHUB_EVENT_NAME is not set")
	if len(o.requests) != 0 {
		t.Errorf("%d requests, want none", len(o.requests))
	}
}

func TestActionBadEvents(t *testing.T) {
	for name, event := range map[string]string{
		"no JSON": "<html>", "no number": "{}", "another number": `{"action":"opened","number":"1"}`,
		"negative": `{"action":"opened","number":-1}`,
	} {
		t.Run(name, func(t *testing.T) {
			s := newStage(t, map[string]string{drop: dropUsers})
			s.run([]byte(event)).wantFailed(t, "read the event")
		})
	}
	t.Run("no file", func(t *testing.T) {
		s := newStage(t, map[string]string{drop: dropUsers})
		s.env["GITHUB_EVENT_PATH"] = filepath.Join(s.folder, "missing")
		s.on("opened").wantFailed(t, "read the event")
	})
	t.Run("not said", func(t *testing.T) {
		s := newStage(t, map[string]string{drop: dropUsers})
		s.env["GITHUB_EVENT_PATH"] = ""
		s.on("opened").wantFailed(t, "GITHUB_EVENT_PATH is not set")
	})
}

// The event says what was; the verdict is about what is.
func TestActionReadsTheLivePullRequest(t *testing.T) {
	s := newStage(t, map[string]string{drop: dropUsers})
	s.pr.Label(label, "bob")
	labelled := s.pr.Event("labeled")
	s.pr.Unlabel(label, "bob")
	old := s.pr.Event("opened", githubtest.WithoutLabels())
	s.repo.Commit("feature", map[string]string{orders: dropOrders})
	s.run(old).want(t, exitBlocked, gate.Absent, users, "drop-table public.orders")
	s.run(labelled).want(t, exitBlocked, gate.Absent, users, "drop-table public.orders")
}

func TestActionAnotherBase(t *testing.T) {
	s := newStage(t, map[string]string{drop: dropUsers})
	s.repo.Branch("old", "main")
	s.repo.Commit("main", map[string]string{drop: dropUsers})
	s.repo.CommitChange("feature", githubtest.Change{Merge: "main"})
	s.on("synchronize").want(t, exitClear, gate.Absent)
	from := s.repo.Head("main")
	s.pr.SetBase("old", "alice")
	s.run(s.pr.Event("edited", githubtest.ChangedBase("main", from))).want(t, exitBlocked, gate.Absent, users)
}

// statuses are the states of the head's statuses of a context, oldest first.
func (s *stage) statuses(context string) []string {
	var all []string
	for _, status := range s.repo.Statuses(s.pr.HeadSHA()) {
		if status.Context == context {
			all = append(all, status.State)
		}
	}
	return all
}

// target makes the stage one of pull_request_target, with the permission for it.
func (s *stage) target() {
	s.env["GITHUB_EVENT_NAME"] = "pull_request_target"
	s.server.Token(jobToken, githubtest.Permissions{
		Contents: githubtest.Read, PullRequests: githubtest.Write, Statuses: githubtest.Write,
	}, githubtest.Bot)
}

func TestActionStatus(t *testing.T) {
	s := newStage(t, map[string]string{drop: dropUsers})
	s.target()
	s.pr.SetFork(true)
	s.on("opened").want(t, exitBlocked, gate.Absent, users)
	s.pr.Label(label, "bob")
	s.on("labeled").want(t, exitClear, gate.Valid, users)
	if diff := cmp.Diff([]string{"failure", "success"}, s.statuses("dropgate")); diff != "" {
		t.Errorf("statuses (-want +got):\n%s", diff)
	}
	s.pr.Unlabel(label, "bob")
	s.env["INPUT_STATUS"] = "migrations / dropgate"
	s.on("unlabeled").want(t, exitBlocked, gate.Absent, users)
	if diff := cmp.Diff([]string{"failure"}, s.statuses("migrations / dropgate")); diff != "" {
		t.Errorf("statuses (-want +got):\n%s", diff)
	}
	if got := s.repo.Statuses(s.pr.HeadSHA()); !strings.Contains(got[0].Description, "1 operation reaches the threshold") {
		t.Errorf("the status says %q, want why it blocks", got[0].Description)
	}
}

// A status of an earlier run must not go on opening the gate.
func TestActionStatusOfAFailure(t *testing.T) {
	breaks := map[string]func(*stage){
		"bad config": func(s *stage) { s.repo.Commit("main", map[string]string{configName: "threshold: 0\n"}) },
		"no pull request": func(s *stage) {
			s.server.Fail(githubtest.Match("GET", pulls), -1, githubtest.Response{Status: 404, Body: `{"message":"Not Found"}`})
		},
	}
	for name, breaks := range breaks {
		t.Run(name, func(t *testing.T) {
			s := newStage(t, map[string]string{"README.md": "#\n"})
			s.target()
			s.on("opened").want(t, exitClear, gate.Absent)
			breaks(s)
			if o := s.on("edited"); o.code != exitFailed {
				t.Errorf("exit code %d, want 2", o.code)
			}
			if diff := cmp.Diff([]string{"success", "error"}, s.statuses("dropgate")); diff != "" {
				t.Errorf("statuses (-want +got):\n%s", diff)
			}
		})
	}
}

func TestActionStatusWithoutPermission(t *testing.T) {
	s := newStage(t, map[string]string{drop: dropUsers})
	s.env["GITHUB_EVENT_NAME"] = "pull_request_target"
	o := s.on("opened")
	o.want(t, exitBlocked, gate.Absent, users)
	o.wantWarning(t, "`statuses: write`")
}

func TestActionWithoutRunnerFiles(t *testing.T) {
	t.Run("no output and no summary", func(t *testing.T) {
		s := newStage(t, map[string]string{drop: dropUsers})
		delete(s.env, "GITHUB_SERVER_URL")
		s.on("opened").want(t, exitBlocked, gate.Absent, users)
		if body := s.summaryComment().Body; strings.Contains(body, "/blob/") {
			t.Errorf("the summary links to no server:\n%s", body)
		}
	})
	t.Run("summary cannot be written", func(t *testing.T) {
		s := newStage(t, map[string]string{drop: dropUsers})
		s.env["GITHUB_STEP_SUMMARY"] = filepath.Join(s.folder, "missing", "summary")
		o := s.bare(s.pr.Event("opened"))
		if o.code != exitBlocked {
			t.Errorf("exit code %d, want 1", o.code)
		}
		o.wantWarning(t, "the step summary could not be written")
	})
	t.Run("outputs cannot be written", func(t *testing.T) {
		s := newStage(t, map[string]string{drop: dropUsers})
		s.env["GITHUB_OUTPUT"] = s.folder
		if o := s.bare(s.pr.Event("opened")); o.code != exitFailed {
			t.Errorf("exit code %d, want 2: the next step would see no verdict\n%s", o.code, o.err)
		}
	})
	t.Run("workspace is missing", func(t *testing.T) {
		s := newStage(t, map[string]string{drop: dropUsers})
		if err := os.Remove(s.env["GITHUB_WORKSPACE"]); err != nil {
			t.Fatal(err)
		}
		s.on("opened").wantFailed(t, "workspace")
	})
}

// The event's own JSON is as GitHub documents it.
func TestActionEventFields(t *testing.T) {
	s := newStage(t, map[string]string{drop: dropUsers})
	s.pr.Label(label, "bob")
	var e pullEvent
	if err := json.Unmarshal(s.pr.Event("labeled"), &e); err != nil {
		t.Fatal(err)
	}
	got := []string{e.Action, e.PullRequest.Head.SHA, e.PullRequest.Base.Ref, e.Label.Name, e.Sender.Login}
	if want := []string{"labeled", s.pr.HeadSHA(), "main", label, "bob"}; !slices.Equal(got, want) || e.Number != 1 {
		t.Errorf("event %d %q, want 1 %q", e.Number, got, want)
	}
}
