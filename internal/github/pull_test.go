package github

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/dropgate/dropgate/internal/github/githubtest"
)

func TestPullRequest(t *testing.T) {
	s := newStage(t)
	s.pr.Label("Backup-Check", "bob")
	s.pr.Label("sql", "bob")
	s.pr.SetDraft(true, "alice")
	want := &PullRequest{
		Number: 1, State: "open", Draft: true, HeadSHA: s.pr.HeadSHA(), BaseSHA: s.repo.Head("main"), BaseRef: "main",
		Author: "alice", HeadRepo: repository, Labels: []string{"Backup-Check", "sql"}, ChangedFiles: 1, Commits: 1, NoneOnLines: true,
		URL: "https://github.com/acme/shop/pull/1", Silent: true,
	}
	if diff := cmp.Diff(want, s.pull()); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	s.pr.SetFork(true)
	s.pr.Merge("bob")
	got := s.pull()
	if got.HeadRepo != "alice/shop" || !got.Merged || got.State != "closed" {
		t.Errorf("got head in %s, merged %v, %s; want alice/shop, true, closed", got.HeadRepo, got.Merged, got.State)
	}
}

// edit returns an answer whose top level, an object, is changed.
func edit(change func(map[string]any)) githubtest.Response {
	return githubtest.Response{Edit: func(body any) any {
		change(body.(map[string]any))
		return body
	}}
}

func TestPullRequestOddAnswers(t *testing.T) {
	tests := []struct {
		name   string
		change func(map[string]any)
		want   error
	}{
		{"fork gone", func(o map[string]any) { o["head"].(map[string]any)["repo"] = nil }, nil},
		{"account gone", func(o map[string]any) { o["user"] = nil }, nil},
		{"no head", func(o map[string]any) { delete(o, "head") }, ErrIncomplete},
		{"half a head", func(o map[string]any) { o["head"].(map[string]any)["sha"] = "abc" }, ErrIncomplete},
		{"no base", func(o map[string]any) { o["base"] = nil }, ErrIncomplete},
		{"no file count", func(o map[string]any) { delete(o, "changed_files") }, ErrIncomplete},
		{"another one", func(o map[string]any) { o["number"] = 2 }, ErrIncomplete},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newStage(t)
			s.server.Fail(githubtest.Match("GET", "/repos/acme/shop/pulls/1"), 1, edit(tt.change))
			if _, err := s.PullRequest(t.Context(), 1); !errors.Is(err, tt.want) {
				t.Errorf("got %v, want %v", err, tt.want)
			}
		})
	}
}

func TestPullRequestWithoutPermission(t *testing.T) {
	s := newStage(t)
	s.as(githubtest.Bot, 0)
	_, err := s.PullRequest(t.Context(), 1)
	if !errors.Is(err, ErrForbidden) || !strings.Contains(err.Error(), "pull-requests: read") {
		t.Errorf("got %v, want the permission named", err)
	}
	s.as(githubtest.Bot, githubtest.Read)
	_, err = s.PullRequest(t.Context(), 99)
	if !errors.Is(err, ErrNotFound) || !strings.Contains(err.Error(), "pull-requests: read") {
		t.Errorf("got %v, want the permission named", err)
	}
}

func TestFiles(t *testing.T) {
	s := newStage(t)
	files := map[string]string{}
	for i := range 230 {
		files[fmt.Sprintf("migrations/%04d_x.up.sql", i+10)] = "SELECT 1;\n"
	}
	files["img.png"] = "\x89PNG\x00\x01"
	s.repo.Commit("drop", files)
	s.repo.Delete("drop", "migrations/0001_init.up.sql")
	pr := s.pull()
	s.server.Forget()
	got, complete, err := s.Files(t.Context(), pr)
	if err != nil || !complete || len(got) != 233 || pr.ChangedFiles != 233 {
		t.Fatalf("got %d of %d files, complete %v, error %v; want 233, true", len(got), pr.ChangedFiles, complete, err)
	}
	if n := len(s.server.Requests()); n != 3 {
		t.Errorf("got %d requests, want 3", n)
	}
	byPath := map[string]File{}
	for _, f := range got {
		byPath[f.Path] = f
	}
	if f := byPath["img.png"]; f.HasPatch || f.Status != "added" {
		t.Errorf("binary: got %+v, want no patch", f)
	}
	if f := byPath["migrations/0001_init.up.sql"]; f.Status != "removed" || !f.HasPatch {
		t.Errorf("removed: got %+v", f)
	}
	want := File{
		Path: migration, Status: "added", SHA: s.repo.Blob("drop", migration), HasPatch: true,
		Patch: "@@ -0,0 +1,8 @@\n+" + strings.ReplaceAll(strings.TrimSuffix(sqlLines(8), "\n"), "\n", "\n+"),
	}
	if diff := cmp.Diff(want, byPath[migration]); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestFilesRenamed(t *testing.T) {
	s := newStage(t)
	s.repo.CommitChange("drop", githubtest.Change{
		Files:  map[string]githubtest.File{"migrations/0009_init.up.sql": {Content: "CREATE TABLE users (id int);\n"}},
		Delete: []string{"migrations/0001_init.up.sql"},
	})
	files, _, err := s.Files(t.Context(), s.pull())
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if f.Status == "renamed" {
			if f.Path != "migrations/0009_init.up.sql" || f.OldPath != "migrations/0001_init.up.sql" || f.HasPatch {
				t.Errorf("got %+v", f)
			}
			return
		}
	}
	t.Errorf("got %+v, want a renamed file", files)
}

func TestFilesIncomplete(t *testing.T) {
	tests := []struct {
		name     string
		response githubtest.Response
	}{
		{"one left out", githubtest.Response{Edit: func(body any) any { return body.([]any)[:1] }}},
		{"one twice", githubtest.Response{Edit: func(body any) any {
			list := body.([]any)
			list[1] = list[0]
			return list
		}}},
		{"one without a name", githubtest.Response{Edit: func(body any) any {
			delete(body.([]any)[0].(map[string]any), "filename")
			return body
		}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newStage(t)
			s.repo.Commit("drop", map[string]string{"b.sql": "SELECT 1;"})
			pr := s.pull()
			s.server.Fail(githubtest.Match("GET", "/repos/acme/shop/pulls/1/files"), 1, tt.response)
			files, complete, err := s.Files(t.Context(), pr)
			if err != nil || complete || len(files) != 1 {
				t.Errorf("got %d files, complete %v, error %v; want 1, false", len(files), complete, err)
			}
		})
	}
	t.Run("an empty answer", func(t *testing.T) {
		s := newStage(t)
		pr := s.pull()
		s.server.Fail(githubtest.Match("GET", "/repos/acme/shop/pulls/1/files"), 1, githubtest.Response{Status: 200})
		if files, complete, err := s.Files(t.Context(), pr); err != nil || !complete {
			t.Errorf("got %d files, complete %v, error %v; want it asked for again", len(files), complete, err)
		}
	})
}

// GitHub lists 3,000 files and then stops.
func TestFilesBeyondTheLimit(t *testing.T) {
	s := newStage(t)
	files := map[string]string{}
	for i := range 3001 {
		files[fmt.Sprintf("m/%05d.sql", i)] = "SELECT 1;\n"
	}
	s.repo.Commit("drop", files)
	got, complete, err := s.Files(t.Context(), s.pull())
	if err != nil || complete || len(got) != 3000 {
		t.Errorf("got %d files, complete %v, error %v; want 3000, false", len(got), complete, err)
	}
}

func TestLastLabelEvent(t *testing.T) {
	const label = "backup-check"
	tests := []struct {
		name string
		do   func(*githubtest.PullRequest)
		want string // who; empty for nil
	}{
		{"never", func(p *githubtest.PullRequest) { p.Label("sql", "bob") }, ""},
		{"on", func(p *githubtest.PullRequest) { p.Label(label, "bob") }, "bob"},
		{"in another case", func(p *githubtest.PullRequest) { p.Label("Backup-CHECK", "bob") }, "bob"},
		{"off again", func(p *githubtest.PullRequest) { p.Label(label, "bob"); p.Unlabel(label, "eve") }, ""},
		{"on, off, on", func(p *githubtest.PullRequest) {
			p.Label(label, "bob")
			p.Unlabel(label, "eve")
			p.Label(label, "carol")
		}, "carol"},
		{"another one off", func(p *githubtest.PullRequest) {
			p.Label(label, "bob")
			p.Label("sql", "eve")
			p.Unlabel("sql", "eve")
		}, "bob"},
		{"beyond the first page", func(p *githubtest.PullRequest) {
			p.Label(label, "bob")
			for range 120 {
				p.Label("sql", "eve")
				p.Unlabel("sql", "eve")
			}
			p.Unlabel(label, "bob")
			p.Label(label, "dora")
		}, "dora"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newStage(t)
			tt.do(s.pr)
			at := s.server.Clock.Now()
			got, err := s.LastLabelEvent(t.Context(), 1, label)
			if err != nil {
				t.Fatal(err)
			}
			by := ""
			if got != nil {
				by = got.By
				if got.At.After(at) || got.At.Before(at.Add(-10*time.Minute)) {
					t.Errorf("got %v, want about %v", got.At, at)
				}
			}
			if by != tt.want {
				t.Errorf("got %q, want %q", by, tt.want)
			}
		})
	}
}

func TestLastLabelEventOdd(t *testing.T) {
	match := githubtest.Match("GET", "/repos/acme/shop/issues/1/events")
	event := func(id int, kind, by, at string) string {
		return fmt.Sprintf(`{"id":%d,"event":%q,"actor":%s,"created_at":%q,"label":{"name":"x"}}`, id, kind, by, at)
	}
	const at, bob = "2026-01-05T09:00:00Z", `{"login":"bob"}`
	tests := []struct {
		name, body string
		want       *LabelEvent
		err        error
	}{
		{"account gone", "[" + event(1, "labeled", "null", at) + "]",
			&LabelEvent{At: time.Date(2026, 1, 5, 9, 0, 0, 0, time.UTC)}, nil},
		{"same second, off last", "[" + event(2, "unlabeled", bob, at) + "," + event(1, "labeled", bob, at) + "]", nil, nil},
		{"out of order", "[" + event(3, "unlabeled", bob, "2026-01-05T10:00:00Z") + "," + event(4, "labeled", bob, at) + "]", nil, nil},
		{"no time", `[{"id":1,"event":"labeled","label":{"name":"x"}}]`, nil, ErrIncomplete},
		{"not permitted", "", nil, ErrForbidden},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newStage(t)
			r := githubtest.Response{Status: 200, Body: tt.body}
			if tt.body == "" {
				r = githubtest.Response{Status: 403, Body: `{"message":"Resource not accessible by integration"}`}
			}
			s.server.Fail(match, 1, r)
			got, err := s.LastLabelEvent(t.Context(), 1, "X")
			if diff := cmp.Diff(tt.want, got); diff != "" || !errors.Is(err, tt.err) {
				t.Errorf("got error %v, want %v; -want +got:\n%s", err, tt.err, diff)
			}
		})
	}
}

func TestViewer(t *testing.T) {
	graphql := githubtest.Match("POST", "/graphql")
	steps := []struct {
		name  string
		times int
		fault githubtest.Response
		want  string
	}{
		{"told", 0, githubtest.Response{}, "reviewer[bot]"},
		{"told at the second try", 1, githubtest.ServerError(502), "reviewer[bot]"},
		{"refused", 1, githubtest.Response{Status: 401, Body: `{}`}, DefaultViewer},
		{"an error in a 200", 1, githubtest.Response{Status: 200, Body: `{"data":null,"errors":[{"message":"no"}]}`}, DefaultViewer},
		{"without the suffix", 1, githubtest.Response{Status: 200, Body: `{"data":{"viewer":{"login":"github-actions"}}}`}, DefaultViewer},
		{"nonsense", 1, githubtest.Response{Status: 200, Body: `[]`}, DefaultViewer},
	}
	s := newStage(t)
	for _, step := range steps {
		s = newStage(t)
		s.as("reviewer[bot]", githubtest.Read)
		s.server.Fail(graphql, step.times, step.fault)
		if got := s.Viewer(t.Context()); got != step.want {
			t.Errorf("%s: got %q, want %q", step.name, got, step.want)
		}
	}
	c := s.client(Options{})
	c.graphql = ""
	if got := c.Viewer(t.Context()); got != DefaultViewer {
		t.Errorf("without an address: got %q, want %q", got, DefaultViewer)
	}
}
