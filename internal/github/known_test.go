package github

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dropgate/dropgate/internal/github/githubtest"
)

func TestAddedText(t *testing.T) {
	tests := []struct {
		patch, want string
		ok          bool
	}{
		{"@@ -0,0 +1 @@\n+a", "a\n", true},
		{"@@ -0,0 +1,2 @@\n+a\r\n++b", "a\r\n+b\n", true},
		{"@@ -0,0 +1 @@\n+a\n\\ No newline at end of file", "a", true},
		{"@@ -0,0 +1,2 @@\n+\n+\n\\ No newline at end of file", "\n", true},
		{"@@ -1 +1 @@\n-a\n+b", "", false},
		{"@@ -0,0 +1 @@\n a", "", false},
		{"", "", false},
	}
	for _, tt := range tests {
		if got, ok := addedText(tt.patch); string(got) != tt.want || ok != tt.ok {
			t.Errorf("%q: got %q, %v; want %q, %v", tt.patch, got, ok, tt.want, tt.ok)
		}
	}
}

func TestDifference(t *testing.T) {
	s := newStage(t)
	fork := s.repo.MergeBase("main", "drop")
	tip := s.repo.Commit("main", map[string]string{"README": "x"})
	for _, base := range []string{"main", tip} {
		d, err := s.Difference(t.Context(), base, s.pr.HeadSHA())
		if err != nil || d.Base != tip || d.MergeBase != fork || !d.Whole || len(d.Files) != 1 || d.Files[0].Path != migration {
			t.Errorf("%s: got %+v, error %v; want base %s, merge base %s and one file", base, d, err, tip, fork)
		}
	}
	// What the patch of an added file has need not be asked for.
	s.server.Forget()
	if _, err := s.Blobs(t.Context(), []string{s.repo.Blob("drop", migration)}); err != nil || len(s.server.Requests()) != 0 {
		t.Errorf("got %d requests, error %v; want none", len(s.server.Requests()), err)
	}
	match := githubtest.Match("GET", "/repos/acme/shop/compare/**")
	for _, key := range []string{"base_commit", "merge_base_commit"} {
		s.server.Fail(match, 1, edit(func(o map[string]any) { delete(o, key) }))
		if _, err := s.Difference(t.Context(), "main", s.pr.HeadSHA()); !errors.Is(err, ErrIncomplete) {
			t.Errorf("without %s: got %v, want %v", key, err, ErrIncomplete)
		}
	}
	if _, err := s.Difference(t.Context(), "nowhere", s.pr.HeadSHA()); !errors.Is(err, ErrNotFound) {
		t.Errorf("got %v, want not found", err)
	}
	if _, err := s.Difference(t.Context(), "main", "drop"); err == nil {
		t.Error("got no error for a branch as the head")
	}
}

func TestDifferenceNotWhole(t *testing.T) {
	files := func(change func(list []any) []any) githubtest.Response {
		return edit(func(o map[string]any) { o["files"] = change(o["files"].([]any)) })
	}
	tests := map[string]githubtest.Response{
		"no list":  edit(func(o map[string]any) { delete(o, "files") }),
		"no name":  files(func(list []any) []any { delete(list[0].(map[string]any), "filename"); return list }),
		"no patch": files(func(list []any) []any { delete(list[0].(map[string]any), "patch"); return list }),
		"300 files": files(func(list []any) []any {
			for i := range 299 {
				list = append(list, map[string]any{"filename": fmt.Sprint(i), "status": "added"})
			}
			return list
		}),
	}
	for name, response := range tests {
		t.Run(name, func(t *testing.T) {
			s := newStage(t)
			s.server.Fail(githubtest.Match("GET", "/repos/acme/shop/compare/**"), 1, response)
			if d, err := s.Difference(t.Context(), "main", s.pr.HeadSHA()); err != nil || d.Whole {
				t.Errorf("got %+v, error %v; want files that are not all", d, err)
			}
		})
	}
}

func TestPrefetch(t *testing.T) {
	s := newStage(t)
	s.as("reviewer[bot]", githubtest.Read)
	texts := s.addBlobs(numberedTexts(120)...)
	var shas []string
	for sha := range texts {
		shas = append(shas, sha)
	}
	s.server.Forget()
	told := s.Prefetch(t.Context(), Wish{
		Blobs: append(shas[:3:3], shas...), Viewer: true, Branch: "main", Commit: s.repo.Head("main"), Folder: "migrations",
	})
	if told.Tip != s.repo.Head("main") || len(told.Folder) != 1 || told.Folder["0001_init.up.sql"].Mode != modeFile {
		t.Errorf("got %+v, want the branch and the folder", told)
	}
	if got := s.Viewer(t.Context()); got != "reviewer[bot]" {
		t.Errorf("got viewer %q", got)
	}
	if _, err := s.Blobs(t.Context(), shas[:100]); err != nil || len(s.server.Requests()) != 1 {
		t.Errorf("got %d requests, error %v; want one", len(s.server.Requests()), err)
	}
	if _, err := s.Blobs(t.Context(), shas); err != nil || len(s.server.Requests()) != 2 {
		t.Errorf("got %d requests, error %v; want another for those beyond the first hundred", len(s.server.Requests()), err)
	}
	if got := s.Prefetch(t.Context(), Wish{Blobs: shas, Viewer: true}); got.Tip != "" || len(s.server.Requests()) != 2 {
		t.Errorf("got %d requests, want none for what is known", len(s.server.Requests())-2)
	}
}

// The top folder has an empty name; what is no folder is not told.
func TestPrefetchFolders(t *testing.T) {
	for folder, want := range map[string]int{".": 1, "migrations": 1, "none": -1, "migrations/0001_init.up.sql": -1} {
		s := newStage(t)
		told := s.Prefetch(t.Context(), Wish{Branch: "main", Commit: s.repo.Head("main"), Folder: folder})
		if got := len(told.Folder); told.Tip == "" || told.Folder == nil != (want < 0) || want >= 0 && got != want {
			t.Errorf("%s: got %+v, want %d entries", folder, told, want)
		}
	}
}

func TestFolders(t *testing.T) {
	s := newStage(t)
	commit := s.repo.Commit("main", map[string]string{"a/b/c.sql": "1", "a/d.sql": "2", "a/e/f.sql": "3", "top.sql": "4"})
	s.server.Forget()
	files, err := s.Folders(t.Context(), commit, []string{"a/b", "a/b", ".", "none/there", "top.sql"})
	var got []string
	for _, f := range files {
		got = append(got, f.Path)
	}
	slices.Sort(got)
	if diff := cmp.Diff([]string{"a/b/c.sql", "a/d.sql", "top.sql"}, got); diff != "" || err != nil {
		t.Errorf("error %v; -want +got:\n%s", err, diff)
	}
	if n := len(s.server.Requests()); n != 3 {
		t.Errorf("got %d requests, want 3", n)
	}
	s.server.Fail(githubtest.Match("GET", "/repos/acme/shop/git/trees/*"), 1, githubtest.TruncatedTree())
	if _, err := s.Folders(t.Context(), commit, []string{"a"}); !errors.Is(err, ErrIncomplete) {
		t.Errorf("got %v, want %v", err, ErrIncomplete)
	}
	var many []string
	deep := map[string]string{}
	for i := range mostFolders + 1 {
		many = append(many, fmt.Sprintf("f%d", i))
		deep[fmt.Sprintf("f%d/x", i)] = "x"
	}
	commit = s.repo.Commit("main", deep)
	if _, err := s.Folders(t.Context(), commit, many); !errors.Is(err, ErrIncomplete) || !strings.Contains(err.Error(), "one by one") {
		t.Errorf("got %v, want an end after %d folders", err, mostFolders)
	}
}

func TestNeeds(t *testing.T) {
	tests := []struct{ need, header, want string }{
		{"contents: read", "", "`contents: read`"},
		{"contents: read", "contents=read", "`contents: read`"},
		{"actions: read", "actions=read", "`actions: read`"},
		{"pull-requests: write", "issues=write; pull_requests=write", "`pull-requests: write`"},
		{"pull-requests: read", "contents=read,metadata=read,pull_requests=read", "`contents: read` and `pull-requests: read`"},
		{"statuses: write", "organization_administration=admin", "`statuses: write`"},
		{"statuses: write", "x`=write", "`statuses: write`"},
	}
	for _, tt := range tests {
		h := http.Header{}
		h.Set("X-Accepted-GitHub-Permissions", tt.header)
		if got := (call{need: tt.need}).needs(h); got != tt.want {
			t.Errorf("%s, %q: got %s, want %s", tt.need, tt.header, got, tt.want)
		}
	}
}
