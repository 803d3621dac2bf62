package github

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dropgate/dropgate/internal/github/githubtest"
)

func TestCompare(t *testing.T) {
	s := newStage(t)
	base := s.repo.Head("main")
	for i := range 130 {
		s.repo.Commit("drop", map[string]string{"README.md": fmt.Sprint(i)})
	}
	s.repo.CommitChange("drop", githubtest.Change{
		Message: "Rename", Delete: []string{"migrations/0001_init.up.sql"},
		Files: map[string]githubtest.File{"migrations/0001_start.up.sql": {Content: "CREATE TABLE users (id int);\n"}},
	})
	s.repo.Commit("main", map[string]string{"LICENSE": "MIT\n"})
	s.server.Forget()
	got, err := s.Compare(t.Context(), s.repo.Head("main"), s.repo.Head("drop"))
	if err != nil {
		t.Fatal(err)
	}
	if got.MergeBase != base || len(got.Commits) != 132 {
		t.Fatalf("merge base %s and %d commits, want %s and 132", got.MergeBase, len(got.Commits), base)
	}
	if n := s.server.Count("GET", "/repos/acme/shop/compare/*"); n != 2 {
		t.Errorf("%d requests, want 2 pages", n)
	}
	last := got.Commits[131]
	if last.SHA != s.repo.Head("drop") || last.Message != "Rename" || len(last.Parents) != 1 || last.Parents[0] != got.Commits[130].SHA {
		t.Errorf("the last commit is %+v", last)
	}
	want := map[string]string{"migrations/0001_start.up.sql": "migrations/0001_init.up.sql"}
	if diff := cmp.Diff(want, got.Renamed); diff != "" {
		t.Errorf("renamed (-want +got):\n%s", diff)
	}
}

func TestCompareFails(t *testing.T) {
	s := newStage(t)
	base, head := s.repo.Head("main"), s.repo.Head("drop")
	if _, err := s.Compare(t.Context(), base, "main"); err == nil || !strings.Contains(err.Error(), "git object") {
		t.Errorf("a branch is taken for a commit: %v", err)
	}
	if _, err := s.Compare(t.Context(), base, strings.Repeat("a", 40)); !errors.Is(err, ErrNotFound) {
		t.Errorf("a commit that is not there: %v, want ErrNotFound", err)
	}
	for field, want := range map[string]string{"commits": "0 commits of 1", "merge_base_commit": "no merge base"} {
		s.server.Fail(githubtest.Match("GET", "/repos/acme/shop/compare/*"), 1, githubtest.Response{Edit: func(body any) any {
			delete(body.(map[string]any), field)
			return body
		}})
		if _, err := s.Compare(t.Context(), base, head); !errors.Is(err, ErrIncomplete) || !strings.Contains(err.Error(), want) {
			t.Errorf("without %s: %v, want %q", field, err, want)
		}
	}
}

func TestPullsOf(t *testing.T) {
	s := newStage(t)
	head := s.repo.Head("drop")
	get := func(sha string) []Associated {
		t.Helper()
		all, err := s.PullsOf(t.Context(), sha)
		if err != nil {
			t.Fatal(err)
		}
		return all
	}
	want := []Associated{{Number: 1, Open: true, BaseRef: "main", HeadRef: "drop", HeadRepo: repository, HeadSHA: head}}
	if diff := cmp.Diff(want, get(head)); diff != "" {
		t.Errorf("open (-want +got):\n%s", diff)
	}
	if got := get(s.repo.Head("main")); got != nil {
		t.Errorf("a commit of the base: %v, want none", got)
	}
	squashed := get(s.pr.Squash("bob"))
	if len(squashed) != 1 || squashed[0].Open || squashed[0].MergedAt.IsZero() {
		t.Errorf("merged: %+v, want one that is merged", squashed)
	}
	s.server.Fail(githubtest.Match("GET", "/repos/acme/shop/commits/*/pulls"), 1, githubtest.Response{Edit: func(body any) any {
		for _, p := range body.([]any) {
			p.(map[string]any)["base"].(map[string]any)["repo"].(map[string]any)["full_name"] = "upstream/shop"
		}
		return body
	}})
	if got := get(head); got != nil {
		t.Errorf("into another repository: %v, want none", got)
	}
	if _, err := s.PullsOf(t.Context(), "drop"); err == nil {
		t.Error("a branch is taken for a commit")
	}
	s.as(githubtest.Bot, 0)
	if _, err := s.PullsOf(t.Context(), head); !errors.Is(err, ErrForbidden) || !strings.Contains(err.Error(), readPulls) {
		t.Errorf("without permission: %v, want what to add", err)
	}
}

func TestTagged(t *testing.T) {
	s := newStage(t)
	for _, name := range []string{"v1.0", "release/50% #1"} {
		s.repo.Tag(name, "drop")
		if got, err := s.Tagged(t.Context(), name); err != nil || got != s.repo.Head("drop") {
			t.Errorf("tag %s is at %s (%v), want %s", name, got, err, s.repo.Head("drop"))
		}
	}
	if _, err := s.Tagged(t.Context(), "none"); !errors.Is(err, ErrUnprocessable) {
		t.Errorf("a tag that is not there: %v, want ErrUnprocessable", err)
	}
}

func TestDefaultBranch(t *testing.T) {
	s := newStage(t)
	if got, err := s.DefaultBranch(t.Context()); err != nil || got != "main" {
		t.Errorf("default branch %q (%v), want main", got, err)
	}
	s.server.Fail(githubtest.Match("GET", "/repos/acme/shop"), 1, githubtest.Response{Edit: func(body any) any {
		delete(body.(map[string]any), "default_branch")
		return body
	}})
	if _, err := s.DefaultBranch(t.Context()); !errors.Is(err, ErrIncomplete) {
		t.Errorf("without a default branch: %v, want ErrIncomplete", err)
	}
}
