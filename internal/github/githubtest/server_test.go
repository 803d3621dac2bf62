package githubtest

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestPermissions(t *testing.T) {
	s, r, p, c := shop(t)
	s.Token("reader", Permissions{Contents: Read, PullRequests: Read}, Bot)
	s.Token("writer", Permissions{Contents: Read, PullRequests: Write}, Bot)
	s.Token("issues", Permissions{Issues: Write}, Bot)
	repo, head := "/repos/octo/shop", p.HeadSHA()
	p.Label("backup-check", "bob")
	blob := repo + "/git/blobs/" + r.Blob("main", "README.md")
	status := object{"state": "success", "context": "dropgate"}
	tests := []struct {
		token, method, path string
		body                any
		want                int
	}{
		{"", "GET", repo, nil, 401},
		{"wrong", "GET", repo, nil, 401},
		{"issues", "GET", repo, nil, 200},
		{"reader", "GET", "/repos/octo/none", nil, 404},
		{"reader", "GET", blob, nil, 200},
		{"issues", "GET", blob, nil, 403},
		{"issues", "GET", repo + "/pulls/1/files", nil, 403},
		{"issues", "POST", repo + "/issues/1/comments", object{"body": "x"}, 201},
		{"reader", "POST", repo + "/issues/1/comments", object{"body": "x"}, 403},
		{"writer", "POST", repo + "/issues/1/comments", object{"body": "x"}, 201},
		{"reader", "POST", reviews, object{"event": "COMMENT", "body": "x"}, 403},
		{"issues", "POST", reviews, object{"event": "COMMENT", "body": "x"}, 403},
		{"writer", "POST", reviews, object{"event": "COMMENT", "body": "x"}, 200},
		{"reader", "DELETE", repo + "/issues/1/labels/backup-check", nil, 403},
		{"writer", "DELETE", repo + "/issues/1/labels/Backup-Check", nil, 200},
		{"writer", "POST", repo + "/statuses/" + head, status, 403},
		{secret, "POST", repo + "/statuses/" + head, status, 201},
		{"writer", "GET", repo + "/actions/runs", nil, 403},
		{"writer", "GET", "/user", nil, 403},
	}
	for _, test := range tests {
		c.token = test.token
		got := c.send(test.method, test.path, test.body)
		if got.status != test.want {
			t.Errorf("%q: %s %s = %d %s, want %d", test.token, test.method, test.path, got.status, got.text, test.want)
		}
		if got.status == 403 && !strings.Contains(got.text, "Resource not accessible by integration") {
			t.Errorf("%s %s: %s", test.method, test.path, got.text)
		}
	}
}

func TestPages(t *testing.T) {
	s := New()
	s.Token(secret, all, Bot)
	r := s.Repository("octo/shop")
	r.Commit("main", map[string]string{"README.md": ""})
	files := map[string]string{}
	for i := range 3_005 {
		files[fmt.Sprintf("m/%04d.sql", i)] = "x\n"
	}
	r.Commit("feature", files)
	r.OpenPullRequest("main", "feature", "alice")
	c := connect(t, s)
	list := "/repos/octo/shop/pulls/1/files"

	if got := decode[[]object](t, c.get(list)); len(got) != 30 {
		t.Errorf("%d files by default, want 30", len(got))
	}
	link := func(page int, rel string) string {
		return fmt.Sprintf(`<%s%s?page=%d&per_page=100>; rel="%s"`, c.url, list, page, rel)
	}
	tests := []struct {
		page, files int
		want        []string
	}{
		{1, 100, []string{link(2, "next"), link(30, "last")}},
		{2, 100, []string{link(1, "prev"), link(3, "next"), link(30, "last"), link(1, "first")}},
		{30, 100, []string{link(29, "prev"), link(1, "first")}},
		{31, 0, []string{link(30, "prev"), link(1, "first")}},
	}
	for _, test := range tests {
		got := c.get(fmt.Sprintf("%s?per_page=100&page=%d", list, test.page))
		if n := len(decode[[]object](t, got)); n != test.files {
			t.Errorf("page %d has %d files, want %d", test.page, n, test.files)
		}
		if diff := cmp.Diff(strings.Join(test.want, ", "), got.header.Get("Link")); diff != "" {
			t.Errorf("page %d links (-want +got):\n%s", test.page, diff)
		}
	}
	for value, want := range map[string]int{"0": 30, "7": 7, "500": 100, "many": 30} {
		req, err := http.NewRequest("GET", "http://github.test"+list+"?per_page="+value, nil)
		if err != nil {
			t.Fatal(err)
		}
		if page, _ := pageOf(&call{Request: req}, make([]int, 3_000), 30); len(page) != want {
			t.Errorf("per_page %s gives %d, want %d", value, len(page), want)
		}
	}
	pull := decode[struct {
		ChangedFiles int `json:"changed_files"`
	}](t, c.get("/repos/octo/shop/pulls/1"))
	if pull.ChangedFiles != 3_005 {
		t.Errorf("changed_files = %d, want 3005", pull.ChangedFiles)
	}
	compared := decode[struct{ Files []object }](t, c.get("/repos/octo/shop/compare/main...feature"))
	if len(compared.Files) != 300 {
		t.Errorf("compare lists %d files, want 300", len(compared.Files))
	}
	if got := c.send("GET", "/repos/octo/shop/pulls/1", nil, "Accept", "application/vnd.github.v3.diff"); got.status != 406 {
		t.Errorf("diff of 3005 files = %d, want 406", got.status)
	}
}

func TestLabelEvents(t *testing.T) {
	_, r, p, c := shop(t)
	p.Label("backup-check", "bob")
	p.Label("Backup-Check", "eve") // is there already
	push := r.Commit("feature", map[string]string{"x": "y"})
	c.want(200, "DELETE", "/repos/octo/shop/issues/1/labels/backup-check", nil)
	type event struct {
		Event     string
		SHA       string
		CreatedAt string `json:"created_at"`
		Actor     struct{ Login, Type string }
		Label     struct{ Name string }
	}
	person := func(login, kind string) struct{ Login, Type string } {
		return struct{ Login, Type string }{login, kind}
	}
	label := struct{ Name string }{"backup-check"}
	want := []event{
		{"labeled", "", "2026-01-05T09:00:04Z", person("bob", "User"), label},
		{"unlabeled", "", "2026-01-05T09:00:07Z", person(Bot, "Bot"), label},
	}
	if diff := cmp.Diff(want, decode[[]event](t, c.get("/repos/octo/shop/issues/1/events"))); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
	var kinds []string
	for _, e := range decode[[]event](t, c.get("/repos/octo/shop/issues/1/timeline")) {
		kinds = append(kinds, e.Event)
		if e.Event == "committed" && e.SHA == push && len(kinds) != 3 {
			t.Errorf("the push is entry %d of the timeline, want 3", len(kinds))
		}
	}
	if diff := cmp.Diff([]string{"committed", "labeled", "committed", "unlabeled"}, kinds); diff != "" {
		t.Errorf("timeline (-want +got):\n%s", diff)
	}
}

// TestViolations shows that what does not fit the description is noticed.
func TestViolations(t *testing.T) {
	s, _, p, _ := shop(t)
	line := `{"path":"a","body":"b","line":1}`
	tests := []struct{ method, path, body, want string }{
		{"POST", reviews, `{"event":"MAYBE","body":"x"}`, "event"},
		{"POST", reviews, `{"event":"COMMENT","boddy":"x"}`, `unknown field "boddy"`},
		{"POST", reviews, `{"comments":[` + line + `,{"path":"a","body":"b","lines":1}]}`, `unknown field "comments[1].lines"`},
		{"POST", reviews, `{"comments":[{"body":"b"}]}`, "path"},
		{"POST", comments, `{"body":"x","path":"a"}`, "commit_id"},
		{"POST", comments, `{"body":"x","path":"a","commit_id":"c","side":"MIDDLE"}`, "side"},
		{"GET", "/repos/octo/shop/pulls/one", "", "pull_number"},
		{"GET", "/repos/octo/shop/pulls/1/files?per_page=101", "", "per_page is 101"},
		{"GET", "/repos/octo/shop/pulls/1/files?perpage=100", "", `unknown query parameter "perpage"`},
		{"GET", "/repos/octo/shop/stargazers", "", "not in the description"},
	}
	for _, test := range tests {
		req, err := http.NewRequest(test.method, "http://github.test"+test.path, nil)
		if err != nil {
			t.Fatal(err)
		}
		got := strings.Join(s.schema.request(req, []byte(test.body)).problems, "\n")
		if !strings.Contains(got, test.want) {
			t.Errorf("%s %s %s: %q does not tell %q", test.method, test.path, test.body, got, test.want)
		}
	}
	req, err := http.NewRequest("GET", "http://github.test/repos/octo/shop/pulls/1", nil)
	if err != nil {
		t.Fatal(err)
	}
	pull := p.renderFull()
	if got := s.schema.request(req, nil).answer(ok(pull)); got != nil {
		t.Errorf("a good answer: %q", got)
	}
	for name, spoil := range map[string]func(){
		"merge_commit_sha": func() { delete(pull, "merge_commit_sha") },
		"state":            func() { pull["state"] = "draft" },
		"number":           func() { pull["number"] = "1" },
	} {
		pull = p.renderFull()
		spoil()
		got := strings.Join(s.schema.request(req, nil).answer(ok(pull)), "\n")
		if !strings.Contains(got, name) {
			t.Errorf("an answer with a wrong %s: %q", name, got)
		}
	}
	if got := s.schema.request(req, nil).answer(answer{status: 418, body: object{}}); len(got) != 1 {
		t.Errorf("a status that is not described: %q", got)
	}
}

// testing.TB cannot be made outside of its package; this one notes failures.
type noted struct {
	testing.TB
	cleanup  []func()
	failures []string
}

func (n *noted) Helper()          {}
func (n *noted) Cleanup(f func()) { n.cleanup = append(n.cleanup, f) }
func (n *noted) Errorf(format string, args ...any) {
	n.failures = append(n.failures, fmt.Sprintf(format, args...))
}

func TestStartFailsOnViolations(t *testing.T) {
	s := New()
	s.Token(secret, all, Bot)
	s.Repository("octo/shop").Commit("main", map[string]string{"a": ""})
	var tb noted
	c := &client{t: t, url: s.Start(&tb), token: secret, http: http.DefaultClient}
	c.get("/repos/octo/shop?colour=red")
	s.Forget()
	if n := len(s.Requests()); n != 0 {
		t.Errorf("%d requests are still recorded", n)
	}
	for _, f := range tb.cleanup {
		f()
	}
	if len(tb.failures) != 1 || !strings.Contains(tb.failures[0], "colour") {
		t.Errorf("failures = %q, want one on colour", tb.failures)
	}
}

func TestFaults(t *testing.T) {
	s, r, p, c := shop(t)
	path := "/repos/octo/shop/issues/1/comments"
	posts := Match("POST", "/repos/*/*/issues/*/comments")
	s.Fail(posts, 1, ServerError(502))
	s.Fail(posts, 1, RateLimited(429, 30))
	s.Fail(posts, 1, RateLimited(403, -1))
	lost := ServerError(504)
	lost.Done = true
	s.Fail(posts, 1, lost)
	var statuses []string
	for range 5 {
		got := c.send("POST", "/api/v3"+path, object{"body": "hello"})
		statuses = append(statuses, fmt.Sprint(got.status, " ", got.header.Get("Retry-After")))
	}
	if diff := cmp.Diff([]string{"502 ", "429 30", "403 ", "504 ", "201 "}, statuses); diff != "" {
		t.Errorf("answers (-want +got):\n%s", diff)
	}
	if n := len(p.Comments()); n != 2 {
		t.Errorf("%d comments, want 2: the one whose answer was lost, and the last", n)
	}
	if n := len(s.Writes()); n != 5 {
		t.Errorf("%d writes recorded, want 5", n)
	}

	s.Fail(Match("", "/repos/*/*/git/**"), 1, TruncatedTree())
	tree := decode[struct {
		Truncated bool
		Tree      []object
	}](t, c.get("/repos/octo/shop/git/trees/main"))
	if !tree.Truncated || len(tree.Tree) != 1 {
		t.Errorf("truncated = %t with %d entries, want true with 1", tree.Truncated, len(tree.Tree))
	}

	s.Before(Match("GET", "/repos/*/*/pulls/1"), func() { r.Commit("feature", map[string]string{"x": "y"}) })
	first := decode[object](t, c.get("/repos/octo/shop/pulls/1"))
	again := decode[object](t, c.get("/repos/octo/shop/pulls/1"))
	if first["commits"] != 2.0 || again["commits"] != 2.0 {
		t.Errorf("commits = %v and %v, want 2 and 2: pushed once, before the first answer", first["commits"], again["commits"])
	}
}

func TestBrokenConnections(t *testing.T) {
	s, _, _, c := shop(t)
	s.Fail(Match("GET", "/repos/octo/shop"), 1, Response{Reset: true})
	if _, err := c.http.Get(c.url + "/repos/octo/shop"); !errors.Is(err, io.EOF) {
		t.Errorf("cut connection: %v, want EOF", err)
	}
	s.Fail(Match("GET", "/repos/octo/shop"), 1, Response{Hang: true})
	ctx, cancel := context.WithCancel(context.Background())
	s.Before(Match("GET", "/repos/octo/shop"), cancel)
	req, err := http.NewRequestWithContext(ctx, "GET", c.url+"/repos/octo/shop", nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.http.Do(req); !errors.Is(err, context.Canceled) {
		t.Errorf("hanging connection: %v, want canceled", err)
	}
}

func TestBlobsAndContents(t *testing.T) {
	_, r, p, c := shop(t)
	content := strings.Repeat("ä\x00", 50)
	r.CommitChange("feature", Change{Files: map[string]File{
		"a b#%?.sql": {Content: content},
		"link":       {Content: "README.md", Mode: ModeSymlink},
		"module":     {Content: strings.Repeat("a", 40), Mode: ModeSubmodule},
	}})
	blob := "/repos/octo/shop/git/blobs/" + r.Blob("feature", "a b#%?.sql")
	for _, accept := range []string{"application/vnd.github.raw", "application/vnd.github.v3.raw", "application/vnd.github.raw+json"} {
		if got := c.send("GET", blob, nil, "Accept", accept); got.text != content {
			t.Errorf("%s: %q", accept, got.text)
		}
	}
	file := decode[struct{ Content, Encoding string }](t, c.get(blob))
	if lines := strings.Split(file.Content, "\n"); file.Encoding != "base64" || len(lines) != 5 || len(lines[0]) != 60 {
		t.Errorf("content = %q, want lines of 60", file.Content)
	}
	if got := c.send("GET", "/repos/octo/shop/contents/a%20b%23%25%3F.sql?ref=feature", nil, "Accept", "application/vnd.github.raw"); got.text != content {
		t.Errorf("contents = %q", got.text)
	}
	for path, want := range map[string]string{"link": "file", "module": "submodule"} {
		if got := decode[object](t, c.get("/repos/octo/shop/contents/"+path+"?ref=refs/pull/1/head")); got["type"] != want {
			t.Errorf("type of %s = %v, want %s", path, got["type"], want)
		}
	}
	tree := decode[struct {
		Tree []struct{ Path, Mode, Type string }
	}](t, c.get("/repos/octo/shop/git/trees/"+p.MergeCommit()+"?recursive=1"))
	modes := map[string]string{}
	for _, e := range tree.Tree {
		modes[e.Path] = e.Mode + " " + e.Type
	}
	want := map[string]string{"link": "120000 blob", "module": "160000 commit", "migrations": "040000 tree", initSQL: "100644 blob"}
	for path, mode := range want {
		if modes[path] != mode {
			t.Errorf("%s = %q, want %q", path, modes[path], mode)
		}
	}
}

func TestTarball(t *testing.T) {
	_, r, _, c := shop(t)
	sent := c.get("/repos/octo/shop/tarball/feature")
	c.token = ""
	got := c.get(strings.TrimPrefix(sent.header.Get("Location"), c.url))
	zip, err := gzip.NewReader(bytes.NewReader([]byte(got.text)))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for reader := tar.NewReader(zip); ; {
		h, err := reader.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, h.Name)
	}
	top := "octo-shop-" + r.Head("feature")[:7] + "/"
	want := []string{"pax_global_header", top, top + "README.md", top + initSQL, top + "migrations/0003_renamed.sql", top + "migrations/0004_new.sql"}
	if diff := cmp.Diff(want, names); diff != "" {
		t.Errorf("entries (-want +got):\n%s", diff)
	}
}

func TestGraphQL(t *testing.T) {
	_, _, _, c := shop(t)
	for _, path := range []string{"/graphql", "/api/graphql"} {
		got := c.send("POST", path, object{"query": "query { viewer { login } }"})
		if want := `{"data":{"viewer":{"login":"github-actions[bot]"}}}`; got.text != want {
			t.Errorf("%s = %s, want %s", path, got.text, want)
		}
	}
	if got := c.send("POST", "/graphql", object{"query": "{ repository }"}); !strings.Contains(got.text, `"errors"`) {
		t.Errorf("another query = %s, want errors", got.text)
	}
}

func TestCommentTooLong(t *testing.T) {
	_, _, p, c := shop(t)
	path := "/repos/octo/shop/issues/1/comments"
	got := c.want(422, "POST", path, object{"body": strings.Repeat("x", maxBody+1)})
	if !strings.Contains(got.text, tooLongText) {
		t.Errorf("answer = %s", got.text)
	}
	c.want(422, "POST", path, object{"body": " "})
	c.want(201, "POST", path, object{"body": strings.Repeat("x", maxBody)})
	if n := len(p.Comments()); n != 1 {
		t.Errorf("%d comments, want 1", n)
	}
}
