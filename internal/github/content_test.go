package github

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dropgate/dropgate/internal/github/githubtest"
)

func TestBlob(t *testing.T) {
	s := newStage(t)
	text := "\xef\xbb\xbf-- ü\r\n\x00\xff" + strings.Repeat("x", 200)
	s.repo.Commit("drop", map[string]string{"a.sql": text, "empty.sql": ""})
	for path, want := range map[string]string{"a.sql": text, "empty.sql": ""} {
		got, err := s.Blob(t.Context(), s.repo.Blob("drop", path))
		if err != nil || string(got) != want {
			t.Errorf("%s: got %q, error %v; want %q", path, got, err, want)
		}
	}
	if _, err := s.Blob(t.Context(), strings.Repeat("0", 40)); !errors.Is(err, ErrNotFound) {
		t.Errorf("got %v, want not found", err)
	}
	s.server.Forget()
	for _, sha := range []string{"", "main", "../../../user", strings.Repeat("0", 41)} {
		if _, err := s.Blob(t.Context(), sha); err == nil {
			t.Errorf("%q: got no error", sha)
		}
	}
	if n := len(s.server.Requests()); n != 0 {
		t.Errorf("got %d requests, want none", n)
	}
}

func TestBlobOddAnswers(t *testing.T) {
	tests := []struct {
		name     string
		response githubtest.Response
		want     error
	}{
		{"cut short", edit(func(o map[string]any) { o["content"] = "RFJP" }), ErrIncomplete},
		{"not base64", edit(func(o map[string]any) { o["content"] = "!" }), ErrIncomplete},
		{"no content", edit(func(o map[string]any) { delete(o, "content") }), ErrIncomplete},
		{"no size", edit(func(o map[string]any) { delete(o, "size") }), ErrIncomplete},
		{"no encoding", edit(func(o map[string]any) { o["encoding"] = "none" }), ErrIncomplete},
		{"plain text", edit(func(o map[string]any) { o["encoding"], o["content"], o["size"] = "utf-8", "ü", 2 }), nil},
		{"too large", githubtest.Response{Status: 403, Body: `{"message":"This API returns blobs up to 100 MB in size.",` +
			`"errors":[{"resource":"Blob","field":"data","code":"too_large"}]}`}, ErrTooLarge},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newStage(t)
			s.server.Fail(githubtest.Match("GET", "/repos/acme/shop/git/blobs/*"), 1, tt.response)
			if _, err := s.Blob(t.Context(), s.repo.Blob("drop", migration)); !errors.Is(err, tt.want) {
				t.Errorf("got %v, want %v", err, tt.want)
			}
		})
	}
}

func TestMergeBase(t *testing.T) {
	s := newStage(t)
	fork := s.repo.MergeBase("main", "drop")
	base := s.repo.Commit("main", map[string]string{"README": "x"})
	got, err := s.MergeBase(t.Context(), base, s.pr.HeadSHA())
	if err != nil || got != fork || fork == base {
		t.Errorf("got %s, error %v; want %s", got, err, fork)
	}
	if _, err := s.MergeBase(t.Context(), "main", s.pr.HeadSHA()); err == nil {
		t.Error("got no error for a branch")
	}
	s.server.Fail(githubtest.Match("GET", "/repos/acme/shop/compare/*"), 1,
		edit(func(o map[string]any) { delete(o, "merge_base_commit") }))
	if _, err := s.MergeBase(t.Context(), base, s.pr.HeadSHA()); !errors.Is(err, ErrIncomplete) {
		t.Errorf("got %v, want %v", err, ErrIncomplete)
	}
}

func TestTree(t *testing.T) {
	s := newStage(t)
	elsewhere := strings.Repeat("ab", 20)
	commit := s.repo.CommitChange("drop", githubtest.Change{Files: map[string]githubtest.File{
		"db/link.sql": {Content: "../x.sql", Mode: githubtest.ModeSymlink},
		"db/module":   {Content: elsewhere, Mode: githubtest.ModeSubmodule},
		"db/run.sql":  {Content: "SELECT 1;", Mode: githubtest.ModeExecutable},
	}})
	got, truncated, err := s.Tree(t.Context(), commit)
	if err != nil || truncated {
		t.Fatalf("got truncated %v, error %v", truncated, err)
	}
	file := func(path, mode string, size int) TreeFile {
		return TreeFile{Path: path, Mode: mode, SHA: s.repo.Blob("drop", path), Size: size}
	}
	want := []TreeFile{
		file("db/link.sql", "120000", 8),
		{Path: "db/module", Mode: "160000", SHA: elsewhere},
		file("db/run.sql", "100755", 9),
		file("migrations/0001_init.up.sql", "100644", 29),
		file(migration, "100644", len(sqlLines(8))),
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	match := githubtest.Match("GET", "/repos/acme/shop/git/trees/*")
	s.server.Fail(match, 1, edit(func(o map[string]any) { o["tree"] = nil }))
	if again, _, err := s.Tree(t.Context(), commit); err != nil || !cmp.Equal(again, want) {
		t.Errorf("the second time: %v (%v), want what was listed", again, err)
	}
	if n := s.server.Count("GET", "/repos/acme/shop/git/trees/*"); n != 1 {
		t.Errorf("%d requests, want one", n)
	}
	s = newStage(t)
	commit = s.repo.Head("drop")
	s.server.Fail(match, 1, githubtest.TruncatedTree())
	if _, truncated, err := s.Tree(t.Context(), commit); err != nil || !truncated {
		t.Errorf("got truncated %v, error %v; want true", truncated, err)
	}
	s.server.Fail(match, 1, edit(func(o map[string]any) { delete(o, "truncated") }))
	if _, _, err := s.Tree(t.Context(), commit); !errors.Is(err, ErrIncomplete) {
		t.Errorf("got %v, want %v", err, ErrIncomplete)
	}
}

func TestFileAt(t *testing.T) {
	s := newStage(t)
	large := bytes.Repeat([]byte("# a line\n"), 200_000)
	commit := s.repo.CommitChange("main", githubtest.Change{Files: map[string]githubtest.File{
		".dropgate.yml":        {Content: "version: 1\n"},
		"empty.yml":            {Content: ""},
		"a..b/ü #1?%20.yml":    {Content: "odd"},
		"large.yml":            {Content: string(large)},
		"link.yml":             {Content: ".dropgate.yml", Mode: githubtest.ModeSymlink},
		"dangling.yml":         {Content: "nowhere.yml", Mode: githubtest.ModeSymlink},
		"module":               {Content: strings.Repeat("ab", 20), Mode: githubtest.ModeSubmodule},
		"config/.dropgate.yml": {Content: "x"},
	}})
	s.repo.Delete("main", ".dropgate.yml") // the commit decides, not the branch
	tests := []struct {
		path string
		want string
		ok   bool
		err  string
	}{
		{".dropgate.yml", "version: 1\n", true, ""},
		{"empty.yml", "", true, ""},
		{"a..b/ü #1?%20.yml", "odd", true, ""},
		{"large.yml", string(large), true, ""},
		{"missing.yml", "", false, ""},
		{"missing/.dropgate.yml", "", false, ""},
		{"empty.yml/.dropgate.yml", "", false, ""},
		{"config/.dropgate.yml", "x", true, ""},
		{"config", "", false, "a folder"},
		{"link.yml", "", false, "symbolic link"},
		{"dangling.yml", "", false, "symbolic link"},
		{"module", "", false, "submodule"},
		{"../secret", "", false, "relative"},
		{"/etc/passwd", "", false, "relative"},
		{"a//b", "", false, "relative"},
		{"", "", false, "relative"},
	}
	for _, tt := range tests {
		t.Run(tt.path, func(t *testing.T) {
			got, ok, err := s.FileAt(t.Context(), commit, tt.path)
			if string(got) != tt.want || ok != tt.ok {
				t.Errorf("got %d bytes, %v; want %d, %v", len(got), ok, len(tt.want), tt.ok)
			}
			if (err != nil) != (tt.err != "") || err != nil && !strings.Contains(err.Error(), tt.err) {
				t.Errorf("got error %v, want %q", err, tt.err)
			}
		})
	}
}

// A commit that cannot be seen must not pass for one without a config.
func TestFileAtUnseenCommit(t *testing.T) {
	s := newStage(t)
	_, ok, err := s.FileAt(t.Context(), strings.Repeat("0", 40), ".dropgate.yml")
	if ok || !errors.Is(err, ErrNotFound) {
		t.Errorf("got %v, error %v; want not found", ok, err)
	}
	s.server.Token(token, githubtest.Permissions{PullRequests: githubtest.Write}, githubtest.Bot)
	_, ok, err = s.FileAt(t.Context(), s.repo.Head("main"), ".dropgate.yml")
	if ok || !errors.Is(err, ErrForbidden) || !strings.Contains(err.Error(), "contents: read") {
		t.Errorf("got %v, error %v; want the permission named", ok, err)
	}
}

func TestFileAtTruncated(t *testing.T) {
	s := newStage(t)
	s.server.Fail(githubtest.Match("GET", "/repos/acme/shop/git/trees/*"), 1, githubtest.TruncatedTree())
	_, ok, err := s.FileAt(t.Context(), s.repo.Head("main"), ".dropgate.yml")
	if ok || !errors.Is(err, ErrIncomplete) {
		t.Errorf("got %v, error %v; want %v", ok, err, ErrIncomplete)
	}
}

func TestSetStatus(t *testing.T) {
	s := newStage(t)
	s.server.Token(token, githubtest.Permissions{Contents: githubtest.Read, Statuses: githubtest.Write}, githubtest.Bot)
	match := githubtest.Match("POST", "/repos/acme/shop/statuses/*")
	s.server.Fail(match, 1, githubtest.ServerError(502))
	long := "Drops\n table " + strings.Repeat("ü", 200)
	if err := s.SetStatus(t.Context(), s.pr.HeadSHA(), StatusFailure, "dropgate", long, ""); err != nil {
		t.Fatal(err)
	}
	writes := s.server.Writes()
	var got map[string]string
	if err := json.Unmarshal([]byte(writes[len(writes)-1].Body), &got); err != nil {
		t.Fatal(err)
	}
	want := map[string]string{"state": "failure", "context": "dropgate", "description": "Drops table " + strings.Repeat("ü", 62) + "…"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	s.as(githubtest.Bot, githubtest.Write)
	err := s.SetStatus(t.Context(), s.pr.HeadSHA(), StatusFailure, "dropgate", "", "https://github.com")
	if !errors.Is(err, ErrForbidden) || !strings.Contains(err.Error(), "statuses: write") {
		t.Errorf("got %v, want the permission named", err)
	}
}
