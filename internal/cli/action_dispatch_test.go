package cli

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dropgate/dropgate/internal/gate"
	"github.com/dropgate/dropgate/internal/github"
	"github.com/dropgate/dropgate/internal/github/githubtest"
)

// dispatches runs the action as if somebody had started it on a ref.
func (s *stage) dispatches(ref string) outcome {
	s.t.Helper()
	return s.as("workflow_dispatch", s.repo.DispatchEvent(ref, "bob"))
}

func TestActionDispatch(t *testing.T) {
	t.Run("the default branch", func(t *testing.T) {
		s := newStage(t, map[string]string{drop: dropUsers})
		o := s.dispatches("main")
		o.want(t, exitClear, gate.Absent)
		o.wantSays(t, "main, which is the default branch")
		if len(o.requests) != 0 {
			t.Errorf("%d requests, want none", len(o.requests))
		}
	})
	t.Run("with a pull request", func(t *testing.T) {
		s := newStage(t, map[string]string{drop: dropUsers})
		o := s.dispatches("feature")
		o.want(t, exitBlocked, gate.Absent, users)
		o.wantWrites(t)
		s.acknowledge(s.pr)
		o = s.dispatches("feature")
		o.want(t, exitClear, gate.Valid, users)
		o.wantWrites(t)
	})
	t.Run("with a pull request whose label covers something else", func(t *testing.T) {
		s := newStage(t, map[string]string{drop: dropUsers})
		s.acknowledge(s.pr)
		s.repo.Commit("feature", map[string]string{orders: dropOrders})
		s.dispatches("feature").want(t, exitBlocked, gate.Stale, users, ordersRule)
	})
	t.Run("a harmless one with a pull request", func(t *testing.T) {
		s := newStage(t, map[string]string{items: createItems})
		s.dispatches("feature").want(t, exitClear, gate.Absent)
	})
	t.Run("without a pull request", func(t *testing.T) {
		s := newStage(t, map[string]string{items: createItems})
		s.repo.Commit("release/1.x", map[string]string{drop: dropUsers})
		s.repo.Commit("main", map[string]string{orders: dropOrders})
		o := s.dispatches("release/1.x")
		o.want(t, exitBlocked, gate.Absent, users)
		o.wantWrites(t)
	})
	t.Run("nothing that the default branch has not", func(t *testing.T) {
		s := newStage(t, map[string]string{items: createItems})
		s.repo.Branch("old", "main")
		o := s.dispatches("old")
		o.want(t, exitClear, gate.Absent)
		o.wantSays(t, "between main and old")
	})
	t.Run("a tag", func(t *testing.T) {
		s := newStage(t, map[string]string{items: createItems})
		s.repo.Commit("release", map[string]string{drop: dropUsers})
		s.repo.Tag("v1/rc 1", "release")
		s.dispatches("refs/tags/v1/rc 1").want(t, exitBlocked, gate.Absent, users)
	})
	t.Run("a tag at the head of a pull request", func(t *testing.T) {
		s := newStage(t, map[string]string{drop: dropUsers})
		s.acknowledge(s.pr)
		s.repo.Tag("v1", "feature")
		s.dispatches("refs/tags/v1").want(t, exitClear, gate.Valid, users)
	})
}

// A label counts only from the one open pull request that brings this branch into
// the default branch.
func TestActionDispatchOtherPullRequests(t *testing.T) {
	tests := map[string]func(*stage) string{
		"closed":              func(s *stage) string { s.pr.Close("alice"); return "feature" },
		"into another branch": func(s *stage) string { s.repo.Branch("old", "main"); s.pr.SetBase("old", "alice"); return "feature" },
		"from a fork":         func(s *stage) string { s.pr.SetFork(true); return "feature" },
		"from another branch": func(s *stage) string { s.repo.Branch("same", "feature"); return "same" },
		"has more":            func(s *stage) string { s.repo.Branch("some", "feature"); s.repo.Commit("feature", nil); return "some" },
	}
	for name, set := range tests {
		t.Run(name, func(t *testing.T) {
			s := newStage(t, map[string]string{drop: dropUsers})
			s.acknowledge(s.pr)
			o := s.dispatches(set(s))
			o.want(t, exitBlocked, gate.Absent, users)
			o.wantWrites(t)
		})
	}
}

// An event that does not name the default branch is no obstacle.
func TestActionDispatchWithoutRepository(t *testing.T) {
	s := newStage(t, map[string]string{drop: dropUsers})
	s.as("workflow_dispatch", []byte(`{"ref":"refs/heads/main"}`)).want(t, exitClear, gate.Absent)
	s.as("workflow_dispatch", []byte(`{"ref":"feature"}`)).want(t, exitBlocked, gate.Absent, users)
	s.env["GITHUB_REF"] = "refs/heads/feature"
	s.as("workflow_dispatch", []byte(`{}`)).want(t, exitBlocked, gate.Absent, users)
}

func TestActionDispatchStatus(t *testing.T) {
	s := newStage(t, map[string]string{drop: dropUsers})
	s.server.Token(jobToken, githubtest.Permissions{
		Contents: githubtest.Read, PullRequests: githubtest.Write, Statuses: githubtest.Write,
	}, githubtest.Bot)
	s.env["INPUT_STATUS"] = "gate"
	s.dispatches("feature").wantWrites(t, "POST /repos/octo/shop/statuses/"+s.pr.HeadSHA())
	s.acknowledge(s.pr)
	s.repo.Commit("alone", map[string]string{orders: dropOrders})
	s.dispatches("alone").wantWrites(t, "POST /repos/octo/shop/statuses/"+s.repo.Head("alone"))
}

func TestActionDispatchFaults(t *testing.T) {
	for name, test := range map[string]struct{ event, why string }{
		"no branch":  {`{"ref":"refs/heads/none"}`, "read branch none"},
		"no tag":     {`{"ref":"refs/tags/none"}`, "read tag none"},
		"no ref":     {`{}`, "neither a branch nor a tag"},
		"a pull ref": {`{"ref":"refs/pull/1/merge"}`, "neither a branch nor a tag"},
		"no JSON":    {`<html>`, "read the event"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStage(t, map[string]string{drop: dropUsers})
			s.as("workflow_dispatch", []byte(test.event)).wantFailed(t, test.why)
		})
	}
	t.Run("bad config", func(t *testing.T) {
		s := newStage(t, map[string]string{items: createItems})
		s.repo.Commit("alone", map[string]string{orders: dropOrders})
		s.repo.Commit("main", map[string]string{configName: "threshold: 0\n"})
		s.dispatches("alone").wantFailed(t, configName)
		s.dispatches("feature").wantFailed(t, configName)
	})
}

func TestOrigins(t *testing.T) {
	commit := func(sha string, parents ...string) github.Commit { return github.Commit{SHA: sha, Parents: parents} }
	tests := []struct {
		name    string
		commits []github.Commit
		want    [][]string
	}{
		{"none", nil, nil},
		{"one", []github.Commit{commit("h", "base")}, [][]string{{"h"}}},
		{"a line", []github.Commit{commit("a", "base"), commit("b", "a"), commit("h", "b")}, [][]string{{"h"}, {"b"}, {"a"}}},
		{"merges", []github.Commit{
			commit("p1", "base"), commit("p2", "p1"), commit("m", "base", "p2"), commit("q", "old"), commit("h", "m", "q"),
		}, [][]string{{"q", "h"}, {"p2", "m"}}},
		{"one on top of the other", []github.Commit{
			commit("a", "base"), commit("m", "base", "a"), commit("b", "a"), commit("h", "m", "b"),
		}, [][]string{{"b", "h"}, {"a", "m"}}},
		{"the base merged", []github.Commit{commit("a", "base"), commit("h", "a", "base")}, [][]string{{"h"}, {"a"}}},
		{"without parents", []github.Commit{commit("a"), commit("h")}, [][]string{{"h"}, {"a"}}},
		{"without the head", []github.Commit{commit("a", "base"), commit("b", "a")}, [][]string{{"b"}, {"a"}}},
		{"in a circle", []github.Commit{commit("a", "h"), commit("h", "a")}, [][]string{{"h"}, {"a"}}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, origins(test.commits, "h")); diff != "" {
				t.Errorf("commits to ask about (-want +got):\n%s", diff)
			}
		})
	}
}

func TestActionEventsThatDoNot(t *testing.T) {
	for _, name := range []string{"issue_comment", "schedule", "pull_request_review", "workflow_run"} {
		t.Run(name, func(t *testing.T) {
			s := newStage(t, map[string]string{drop: dropUsers})
			o := s.as(name, s.pr.Event("opened"))
			o.wantFailed(t, "on the event "+name+": run dropgate on pull_request, pull_request_target, merge_group, push, workflow_dispatch")
			if len(o.requests) != 0 {
				t.Errorf("%d requests, want none: %s", len(o.requests), strings.TrimSpace(o.err))
			}
		})
	}
}
