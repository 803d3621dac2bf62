package github

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/dropgate/dropgate/internal/github/githubtest"
)

const restBlobs = "/repos/acme/shop/git/blobs/*"

var graphQL = githubtest.Match("POST", "/graphql")

// addBlobs commits texts and returns them by their blobs' names.
func (s *stage) addBlobs(texts ...string) map[string]string {
	s.t.Helper()
	files := map[string]string{}
	for i, text := range texts {
		files[fmt.Sprintf("blobs/%d", i)] = text
	}
	s.repo.Commit("blobs", files)
	added := map[string]string{}
	for path, text := range files {
		added[s.repo.Blob("blobs", path)] = text
	}
	return added
}

func numberedTexts(n int) []string {
	var texts []string
	for i := range n {
		texts = append(texts, fmt.Sprintf("DROP TABLE t%d;\r\n-- ü\n", i))
	}
	return texts
}

// checkBlobs reads blobs and checks what came and by how many requests.
func (s *stage) checkBlobs(c *Client, want map[string]string, queries, rest int) {
	s.t.Helper()
	s.server.Forget()
	got, err := c.Blobs(s.t.Context(), slices.Collect(maps.Keys(want)))
	if err != nil {
		s.t.Fatal(err)
	}
	texts := map[string]string{}
	for sha, data := range got {
		texts[sha] = string(data)
	}
	if diff := cmp.Diff(want, texts); diff != "" {
		s.t.Errorf("-want +got:\n%.2000s", diff)
	}
	if n := s.server.Count("POST", "/graphql"); n != queries {
		s.t.Errorf("got %d queries, want %d", n, queries)
	}
	if n := s.server.Count("GET", restBlobs); n != rest {
		s.t.Errorf("got %d blobs by REST, want %d", n, rest)
	}
}

func TestBlobs(t *testing.T) {
	for n, queries := range map[int]int{0: 0, 1: 1, 100: 1, 101: 2, 250: 3} {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			s := newStage(t)
			s.checkBlobs(s.Client, s.addBlobs(numberedTexts(n)...), queries, 0)
		})
	}
}

// The same blobs are the same requests, in whatever order and however often
// they are asked for.
func TestBlobsRepeated(t *testing.T) {
	s := newStage(t)
	shas := slices.Sorted(maps.Keys(s.addBlobs(numberedTexts(150)...)))
	backwards := slices.Clone(shas)
	slices.Reverse(backwards)
	var bodies [2][]string
	for i, list := range [][]string{shas, append(backwards, shas...)} {
		s.server.Forget()
		got, err := s.client(Options{}).Blobs(t.Context(), list)
		if err != nil || len(got) != len(shas) {
			t.Errorf("got %d blobs, error %v; want %d", len(got), err, len(shas))
		}
		for _, r := range s.server.Requests() {
			bodies[i] = append(bodies[i], r.Body)
		}
	}
	if diff := cmp.Diff(bodies[0], bodies[1]); diff != "" || len(bodies[0]) != 2 {
		t.Errorf("got %d requests, want 2; -first +second:\n%s", len(bodies[0]), diff)
	}
}

func TestBlobsThatGraphQLCannotGive(t *testing.T) {
	tests := []struct {
		name, text string
		rest       int
	}{
		{"empty", "", 0},
		{"byte order mark", "\ufeffSELECT 1;\r\n", 0},
		{"what JSON escapes", "\"\\ \u2028<&>\x7f\x01", 0},
		{"the character for what cannot be shown", "\ufffd", 0},
		{"binary", "a\x00b", 1},
		{"Latin-1", "-- f\xfcr\n", 1},
		{"long", strings.Repeat("-- ü\n", 85_334), 1}, // 512,004 bytes
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newStage(t)
			s.checkBlobs(s.Client, s.addBlobs(append(numberedTexts(3), tt.text)...), 1, tt.rest)
		})
	}
}

func TestBlobsWithoutGraphQL(t *testing.T) {
	change := func(change func(blobs map[string]any)) githubtest.Response {
		return edit(func(body map[string]any) {
			change(body["data"].(map[string]any)["repository"].(map[string]any))
		})
	}
	const most = 150
	tests := []struct {
		name          string
		response      githubtest.Response
		times         int
		queries, rest int
	}{
		{"server error, then fine", githubtest.ServerError(502), 2, 4, 0},
		{"connection cut, then fine", githubtest.Response{Reset: true}, 1, 3, 0},
		{"limited, then fine", githubtest.RateLimited(403, 3), 1, 3, 0},
		{"server error for ever", githubtest.ServerError(502), -1, 4, most},
		{"limited for an hour", githubtest.RateLimited(403, 3600), -1, 1, most},
		{"limited in a 200", githubtest.Response{Status: 200, Body: `{"errors":[{"type":"RATE_LIMITED","message":"no"}]}`}, -1, 1, most},
		{"not permitted", githubtest.Response{Status: 403, Body: `{"message":"Resource not accessible by integration"}`}, -1, 1, most},
		{"no such address", githubtest.Response{Status: 404, Body: `{}`}, -1, 1, most},
		{"no data", githubtest.Response{Status: 200, Body: `{"data":null}`}, -1, 1, most},
		{"no repository", githubtest.Response{Status: 200, Body: `{"data":{"repository":null},"errors":[{"type":"NOT_FOUND"}]}`}, -1, 1, most},
		{"no body", githubtest.Response{Status: 200}, -1, 4, most},
		{"nonsense", githubtest.Response{Status: 200, Body: `[]`}, -1, 1, most},
		{"cut short", githubtest.Response{Status: 200, Body: `{"data":{"repository":{"b0":{"text":"`}, -1, 4, most},
		{"one is missing", change(func(blobs map[string]any) { blobs["b7"] = nil }), 1, 2, 1},
		{"one is left out", change(func(blobs map[string]any) { delete(blobs, "b0") }), 1, 2, 1},
		{"two are swapped", change(func(blobs map[string]any) { blobs["b1"], blobs["b2"] = blobs["b2"], blobs["b1"] }), 1, 2, 2},
		{"one has another text", change(func(blobs map[string]any) { blobs["b3"] = map[string]any{"text": "SELECT 1;\n"} }), 1, 2, 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newStage(t)
			want := s.addBlobs(numberedTexts(most)...)
			s.server.Fail(graphQL, tt.times, tt.response)
			s.checkBlobs(s.Client, want, tt.queries, tt.rest)
		})
	}
	t.Run("no address", func(t *testing.T) {
		s := newStage(t)
		c := s.client(Options{})
		c.graphql = ""
		s.checkBlobs(c, s.addBlobs(numberedTexts(20)...), 0, 20)
	})
}

func TestBlobsErrors(t *testing.T) {
	none := strings.Repeat("0", 40)
	otherwise := edit(func(o map[string]any) { o["content"], o["size"] = "eA==", 1 })
	tests := []struct {
		name  string
		setup func(s *stage)
		more  []string // names to ask for besides the blobs
		want  error
		text  string // part of the error
		asked int    // queries
	}{
		{"no permission", func(s *stage) { s.server.Token(token, githubtest.Permissions{}, githubtest.Bot) }, nil, ErrForbidden, "`contents: read`", 1},
		{"no such blobs", nil, []string{strings.Repeat("f", 40), none}, ErrNotFound, "read blob " + none, 3},
		{"no such repository", func(s *stage) { s.name = "none" }, nil, ErrNotFound, "read blob", 1},
		{"other bytes from both", func(s *stage) {
			s.server.Fail(graphQL, -1, githubtest.Response{Status: 200, Body: `{"data":{"repository":{"b0":{"text":"x"}}}}`})
			s.server.Fail(githubtest.Match("GET", restBlobs), 3, otherwise) // of the eight at a time
		}, nil, ErrIncomplete, "the bytes are not those of that blob", 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newStage(t)
			shas := slices.Collect(maps.Keys(s.addBlobs(numberedTexts(250)...)))
			if tt.setup != nil {
				tt.setup(s)
			}
			s.server.Forget()
			got, err := s.Blobs(t.Context(), append(shas, tt.more...))
			if got != nil || !errors.Is(err, tt.want) || !strings.Contains(err.Error(), tt.text) {
				t.Errorf("got %d blobs, error %v; want %v with %q", len(got), err, tt.want, tt.text)
			}
			if n := s.server.Count("POST", "/graphql"); n != tt.asked {
				t.Errorf("got %d queries, want %d", n, tt.asked)
			}
			if n := len(s.server.Requests()) - tt.asked; n > blobsAtOnce*attempts && !errors.Is(tt.want, ErrIncomplete) {
				t.Errorf("got %d requests by REST, want an end after the first that failed", n)
			}
		})
	}
}

// A server that calls its blobs otherwise than git does is taken at its word.
func TestBlobsNamedOtherwise(t *testing.T) {
	s := newStage(t)
	s.server.Behave(githubtest.Manners{Names: true})
	want := map[string]string{}
	for sha, text := range s.addBlobs(numberedTexts(12)...) {
		want[githubtest.OtherName(sha)] = text
	}
	s.checkBlobs(s.Client, want, 1, 12)
}

// A name is a part of a query, so that none is asked for unless all are sound.
func TestBlobsBadNames(t *testing.T) {
	s := newStage(t)
	good := s.repo.Blob("drop", migration)
	for _, sha := range []string{"", "main", strings.ToUpper(good), good + "\n", good[:38] + `")`, good + `"){id}`} {
		if _, err := s.Blobs(t.Context(), []string{good, sha}); err == nil {
			t.Errorf("%q: got no error", sha)
		}
	}
	if n := len(s.server.Requests()); n != 0 {
		t.Errorf("got %d requests, want none", n)
	}
}

func TestBlobsEndWithContext(t *testing.T) {
	s := newStage(t)
	shas := slices.Collect(maps.Keys(s.addBlobs(numberedTexts(20)...)))
	ctx, cancel := context.WithCancel(t.Context())
	s.server.Fail(func(*http.Request) bool { cancel(); return true }, -1, githubtest.ServerError(500))
	if _, err := s.Blobs(ctx, shas); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want the context's error", err)
	}
	if n := len(s.server.Requests()); n != 1 {
		t.Errorf("got %d requests, want 1", n)
	}
}

// A valve is a GitHub that has no blobs, and says so when it is let.
type valve map[string]chan struct{}

func (v valve) RoundTrip(req *http.Request) (*http.Response, error) {
	sha := req.URL.Path[strings.LastIndex(req.URL.Path, "/")+1:]
	<-v[sha]
	return &http.Response{StatusCode: http.StatusGone, Header: http.Header{}, Body: io.NopCloser(strings.NewReader("{}")), Request: req}, nil
}

// The error is that of the first name, whichever request fails first.
func TestBlobsAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, v := newGated(t)
		var shas []string
		for i := range 40 {
			sha := fmt.Sprintf("%040x", i)
			shas = append(shas, sha)
			v[sha] = make(chan struct{})
		}
		var err error
		done := make(chan struct{})
		go func() {
			defer close(done)
			_, err = c.Blobs(t.Context(), shas)
		}()
		// What is not under way yet cannot be told: nobody would take it.
		for i := 39; i >= 0; i-- {
			synctest.Wait()
			select {
			case v[shas[i]] <- struct{}{}:
				if i >= blobsAtOnce {
					t.Errorf("request %d is under way, want the first %d only", i, blobsAtOnce)
				}
			default:
				if i < blobsAtOnce {
					t.Errorf("request %d is not under way", i)
				}
			}
		}
		<-done
		if err == nil || !strings.Contains(err.Error(), "read blob "+shas[0]) {
			t.Errorf("got %v, want the error of %s", err, shas[0])
		}
	})
}

func newGated(t *testing.T) (*Client, valve) {
	t.Helper()
	v := valve{}
	c, err := New(Options{
		Token: token, APIURL: "https://api.github.com", Repository: repository, HTTP: &http.Client{Transport: v},
		Sleep: func(ctx context.Context, _ time.Duration) error { return ctx.Err() }, Now: time.Now,
	})
	if err != nil {
		t.Fatal(err)
	}
	return c, v
}

func TestIsBlob(t *testing.T) {
	const text = "DROP TABLE t;\n"
	tests := []struct {
		sha, data string
		want      bool
	}{
		{"e69de29bb2d1d6434b8b29ae775ad8c2e48c5391", "", true},
		{"473a0f4c3be8a93681a267e3b1e9a7dcda1185436fe141f7749120a303721813", "", true},
		{"44889625a1c829bffbad0e1b733dcc964931a884", text, true},
		{"d7155c0d39ba50bc8d2ae339773e4663701103339f6ddff638a34521b9dd6ddb", text, true},
		{"44889625a1c829bffbad0e1b733dcc964931a884", text + "\n", false},
		{"d7155c0d39ba50bc8d2ae339773e4663701103339f6ddff638a34521b9dd6ddb", "drop TABLE t;\n", false},
	}
	for _, tt := range tests {
		if got := isBlob(tt.sha, []byte(tt.data)); got != tt.want {
			t.Errorf("%s %q: got %v, want %v", tt.sha, tt.data, got, tt.want)
		}
	}
}
