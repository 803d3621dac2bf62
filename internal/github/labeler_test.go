package github

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dropgate/dropgate/internal/gate"
	"github.com/dropgate/dropgate/internal/github/githubtest"
)

func TestCommits(t *testing.T) {
	s := newStage(t)
	first := s.pr.HeadSHA()
	second := s.repo.CommitChange("drop", githubtest.Change{Author: "bob", Committer: "web-flow", Files: map[string]githubtest.File{"a": {Content: "1"}}})
	third := s.repo.CommitChange("drop", githubtest.Change{Author: "who@example.com", Committer: "carol", Files: map[string]githubtest.File{"a": {Content: "2"}}})
	want := []gate.Commit{
		{SHA: first, Author: "alice", Committer: "alice"}, {SHA: second, Author: "bob", Committer: "web-flow"}, {SHA: third, Committer: "carol"},
	}
	got, err := s.Commits(t.Context(), s.pull())
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("error %v, -want +got:\n%s", err, diff)
	}
	path := githubtest.Match("GET", "/repos/acme/shop/pulls/1/commits")
	t.Run("empty objects for accounts", func(t *testing.T) {
		s.server.Fail(path, 1, githubtest.Response{Status: 200, Body: `[{"sha":"a","author":{},"committer":{}}]`})
		if got, err := s.Commits(t.Context(), s.pull()); err != nil || len(got) != 1 || got[0] != (gate.Commit{SHA: "a"}) {
			t.Errorf("got %v, %v, want a commit by nobody", got, err)
		}
	})
	t.Run("not permitted", func(t *testing.T) {
		s.server.Fail(path, 1, githubtest.Response{Status: 403, Body: `{"message":"Resource not accessible by integration"}`})
		if got, err := s.Commits(t.Context(), s.pull()); !errors.Is(err, ErrForbidden) || got != nil {
			t.Errorf("got %v, %v, want ErrForbidden", got, err)
		}
	})
}

func TestCommitsMany(t *testing.T) {
	s := newStage(t)
	for i := range 259 {
		s.repo.Commit("drop", map[string]string{"a": fmt.Sprint(i)})
	}
	got, err := s.Commits(t.Context(), s.pull())
	if err != nil || len(got) != mostCommits || s.pull().Commits != 260 {
		t.Errorf("got %d commits of %d, %v, want 250 of 260", len(got), s.pull().Commits, err)
	}
	if n := s.server.Count("GET", "/repos/acme/shop/pulls/1/commits"); n != 3 {
		t.Errorf("%d requests, want 3", n)
	}
}

func TestRole(t *testing.T) {
	s := newStage(t)
	for _, role := range []string{"none", "read", "triage", "write", "maintain", "admin"} {
		s.repo.Role("of-"+role, role)
		s.repo.CustomRole("made-of-"+role, "Schema owner", role)
		for _, login := range []string{"of-" + role, "made-of-" + role} {
			if got, err := s.Role(t.Context(), login); err != nil || got.String() != role {
				t.Errorf("%s: got %s, %v, want %s", login, got, err, role)
			}
		}
	}
	answers := []struct {
		name, body string
		want       gate.Role
		err        error
	}{
		{"an older server", `{"permission":"write"}`, gate.Write, nil},
		{"what cannot be: more rights than the permission has", `{"permission":"read","role_name":"x","user":{"permissions":{"admin":true,"maintain":true}}}`, gate.Read, nil},
		{"nothing", `{}`, gate.NoRole, ErrIncomplete},
		{"no user", `{"permission":"admin","role_name":"x","user":null}`, gate.Admin, nil},
	}
	for _, a := range answers {
		s.server.Fail(githubtest.Match("GET", "/repos/acme/shop/collaborators/bob/permission"), 1, githubtest.Response{Status: 200, Body: a.body})
		if got, err := s.Role(t.Context(), "bob"); got != a.want || !errors.Is(err, a.err) {
			t.Errorf("%s: got %s, %v, want %s, %v", a.name, got, err, a.want, a.err)
		}
	}
}

func TestInTeam(t *testing.T) {
	s := newStage(t)
	s.server.Team("acme/dba", "bob", "invited:carol")
	team := gate.Team{Organisation: "Acme", Name: "DBA"}
	if in, err := s.InTeam(t.Context(), team, "bob"); in || !errors.Is(err, ErrForbidden) {
		t.Errorf("with a workflow's token: got %t, %v, want ErrForbidden", in, err)
	}
	s.server.Token(token, githubtest.Permissions{Members: githubtest.Read}, githubtest.Bot)
	for login, want := range map[string]bool{"bob": true, "carol": false, "dora": false} {
		in, err := s.InTeam(t.Context(), team, login)
		if in != want || login != "dora" && err != nil || login == "dora" && !errors.Is(err, ErrNotFound) {
			t.Errorf("%s: got %t, %v, want %t", login, in, err, want)
		}
	}
}

// A label's name can hold whatever an address gives a meaning to.
func TestRemoveLabel(t *testing.T) {
	names := []string{"backup-check", "db/backup check", "100%", "%2F", "a?b=c", "#1", "Backup geprüft ✓", "a+b", "a&b;c", "..a", "\"'<>\\"}
	for _, name := range names {
		t.Run(name, func(t *testing.T) {
			s := newStage(t)
			s.pr.Label("db", "bob")
			s.pr.Label(name, "bob")
			if err := s.RemoveLabel(t.Context(), 1, name); err != nil {
				t.Fatal(err)
			}
			if got := strings.Join(s.pr.Labels(), ","); got != "db" {
				t.Errorf("labels %q, want db", got)
			}
			if err := s.RemoveLabel(t.Context(), 1, name); !errors.Is(err, ErrNotFound) {
				t.Errorf("once more: got %v, want ErrNotFound", err)
			}
		})
	}
	for _, name := range []string{"", ".", ".."} {
		s := newStage(t)
		s.pr.Label("db", "bob")
		if err := s.RemoveLabel(t.Context(), 1, name); err == nil || len(s.server.Requests()) != 0 {
			t.Errorf("label %q: got %v and %d requests, want an error and none", name, err, len(s.server.Requests()))
		}
	}
	s := newStage(t)
	s.pr.Label("db", "bob")
	s.as(githubtest.Bot, githubtest.Read)
	if err := s.RemoveLabel(t.Context(), 1, "db"); !errors.Is(err, ErrForbidden) {
		t.Errorf("with a token that only reads: got %v, want ErrForbidden", err)
	}
}

func TestLastLabelEventByApp(t *testing.T) {
	s := newStage(t)
	for login, want := range map[string]bool{"bob": false, githubtest.Bot: true} {
		s.pr.Unlabel("x", "bob")
		s.pr.Label("x", login)
		if got, err := s.LastLabelEvent(t.Context(), 1, "x"); err != nil || got == nil || got.App != want {
			t.Errorf("%s: got %v, %v, want app %t", login, got, err, want)
		}
	}
	if !IsApp("Copilot", "Bot") || IsApp("bob", "User") || !IsApp("x[bot]", "") {
		t.Error("an app is told by its type or by the end of its login")
	}
}
