package github

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/dropgate/dropgate/internal/github/githubtest"
)

func TestNew(t *testing.T) {
	good := Options{
		Token: "t", APIURL: "https://api.github.com", GraphQLURL: "https://api.github.com/graphql", Repository: "acme/shop.sql",
		Sleep: func(context.Context, time.Duration) error { return nil }, Now: time.Now,
	}
	tests := []struct {
		name   string
		change func(*Options)
		want   string // part of the error; empty for none
		base   string
	}{
		{"github.com", func(*Options) {}, "", "https://api.github.com/"},
		{"enterprise", func(o *Options) {
			o.APIURL, o.GraphQLURL = "https://ghe.corp/api/v3", "https://ghe.corp/api/graphql"
		}, "", "https://ghe.corp/api/v3/"},
		{"trailing slash", func(o *Options) { o.APIURL += "/" }, "", "https://api.github.com/"},
		{"local", func(o *Options) { o.APIURL, o.GraphQLURL = "http://127.0.0.1:8080", "" }, "", "http://127.0.0.1:8080/"},
		{"no token", func(o *Options) { o.Token = " \n" }, "no GitHub token", ""},
		{"no clock", func(o *Options) { o.Now = nil }, "Now", ""},
		{"no sleep", func(o *Options) { o.Sleep = nil }, "Sleep", ""},
		{"no repository", func(o *Options) { o.Repository = "" }, "owner/name", ""},
		{"repository without owner", func(o *Options) { o.Repository = "/shop" }, "owner/name", ""},
		{"repository with more", func(o *Options) { o.Repository = "acme/shop/pulls" }, "owner/name", ""},
		{"repository up the path", func(o *Options) { o.Repository = "../.." }, "owner/name", ""},
		{"repository with a query", func(o *Options) { o.Repository = "acme/shop?x" }, "owner/name", ""},
		{"no address", func(o *Options) { o.APIURL = "" }, "GITHUB_API_URL", ""},
		{"no scheme", func(o *Options) { o.APIURL = "api.github.com" }, "GITHUB_API_URL", ""},
		{"another scheme", func(o *Options) { o.APIURL = "file:///etc" }, "GITHUB_API_URL", ""},
		{"a login in the address", func(o *Options) { o.APIURL = "https://a:secret@api.github.com" }, "GITHUB_API_URL", ""},
		{"not an address", func(o *Options) { o.APIURL = "https://a b:secret" }, "GITHUB_API_URL", ""},
		{"GraphQL elsewhere", func(o *Options) { o.GraphQLURL = "https://example.com/graphql" }, "one host", ""},
		{"GraphQL in the clear", func(o *Options) { o.GraphQLURL = "http://api.github.com/graphql" }, "one host", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			o := good
			tt.change(&o)
			c, err := New(o)
			if tt.want == "" {
				if err != nil {
					t.Fatal(err)
				}
				if got := c.api.BaseURL.String(); got != tt.base {
					t.Errorf("base: got %s, want %s", got, tt.base)
				}
				return
			}
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Fatalf("got error %v, want one with %q", err, tt.want)
			}
			if strings.Contains(err.Error(), "secret") {
				t.Errorf("got a password in the error: %v", err)
			}
		})
	}
}

func TestRetry(t *testing.T) {
	start := githubtest.New().Clock.Now()
	permission := githubtest.Response{Status: 403, Body: `{"message":"Resource not accessible by integration"}`}
	abuse := githubtest.Response{Status: 403, Body: `{"message":"You have triggered an abuse detection mechanism."}`}
	date := githubtest.RateLimited(429, -1)
	date.Header.Set("Retry-After", start.Add(70*time.Second).Format(http.TimeFormat))
	tests := []struct {
		name     string
		response githubtest.Response
		times    int
		post     bool
		want     error // nil for success
		slept    []time.Duration
		requests int
	}{
		{"server error, then fine", githubtest.ServerError(502), 2, false, nil, seconds(1, 2), 3},
		{"server error for ever", githubtest.ServerError(503), -1, false, errAny, seconds(1, 2, 4), 4},
		{"connection cut, then fine", githubtest.Response{Reset: true}, 1, false, nil, seconds(1), 2},
		{"429 with a time", githubtest.RateLimited(429, 7), 1, false, nil, seconds(7), 2},
		{"429 with a date", date, 1, false, nil, seconds(70), 2},
		{"429 without a time", githubtest.RateLimited(429, -1), 1, false, nil, seconds(60), 2},
		{"429 for ever", githubtest.RateLimited(429, -1), -1, false, ErrRateLimited, seconds(60), 2},
		{"403 with a time", githubtest.RateLimited(403, 3), 2, false, nil, seconds(3, 3), 3},
		{"403 without a time", githubtest.RateLimited(403, -1), 1, false, nil, seconds(60), 2},
		{"403 in its old words", abuse, 1, false, nil, seconds(60), 2},
		{"longer than may be waited", githubtest.RateLimited(403, 3600), -1, false, ErrRateLimited, nil, 1},
		{"primary limit about to end", githubtest.Exhausted(403, start.Unix()+90), 1, false, nil, seconds(91), 2},
		{"primary limit as 429", githubtest.Exhausted(429, start.Unix()-5), 1, false, nil, seconds(1), 2},
		{"primary limit for an hour", githubtest.Exhausted(403, start.Unix()+3000), -1, false, ErrRateLimited, nil, 1},
		{"no permission is no limit", permission, -1, false, ErrForbidden, nil, 1},
		{"not found", githubtest.Response{Status: 404, Body: `{"message":"Not Found"}`}, -1, false, ErrNotFound, nil, 1},
		{"a limit refuses a POST, so it may be sent again", githubtest.RateLimited(403, 3), 1, true, nil, seconds(3), 2},
		{"a POST is not repeated blindly", githubtest.ServerError(502), -1, true, errAny, nil, 1},
		{"nor after a reset", githubtest.Response{Reset: true}, -1, true, errAny, nil, 1},
		{"a broken answer", githubtest.Response{Status: 200, Body: `{"number":`}, -1, false, ErrIncomplete, seconds(1, 2, 4), 4},
		{"a broken answer, then fine", githubtest.Response{Status: 200, Body: `{"number":`}, 1, false, nil, seconds(1), 2},
		{"no JSON, then fine", githubtest.Response{Status: 200, Body: "<html>"}, 1, false, nil, seconds(1), 2},
		{"cut in the middle, then fine", githubtest.Response{Cut: true}, 2, false, nil, seconds(1, 2), 3},
		{"cut in the middle for ever", githubtest.Response{Cut: true}, -1, false, io.ErrUnexpectedEOF, seconds(1, 2, 4), 4},
		{"a POST whose answer is cut", githubtest.Response{Cut: true}, -1, true, errAny, nil, 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newStage(t)
			// The limits below are told by a clock that building the stage moved on.
			s.server.Clock.Set(start)
			method := "GET"
			do := func() error { _, err := s.PullRequest(t.Context(), 1); return err }
			if tt.post {
				method = "POST"
				do = func() error { return s.createComment(t.Context(), 1, "hello") }
			}
			s.server.Fail(githubtest.Match(method, "/repos/**"), tt.times, tt.response)
			err := do()
			if (err == nil) != (tt.want == nil) || !errors.Is(tt.want, errAny) && !errors.Is(err, tt.want) {
				t.Errorf("got error %v, want %v", err, tt.want)
			}
			if !slices.Equal(s.slept, tt.slept) {
				t.Errorf("slept %v, want %v", s.slept, tt.slept)
			}
			if got := len(s.server.Requests()); got != tt.requests {
				t.Errorf("got %d requests, want %d", got, tt.requests)
			}
			if err == nil && tt.post && len(s.pr.Comments()) != 1 {
				t.Errorf("got %d comments, want 1", len(s.pr.Comments()))
			}
		})
	}
}

var errAny = errors.New("any error")

func seconds(list ...int) []time.Duration {
	var out []time.Duration
	for _, n := range list {
		out = append(out, time.Duration(n)*time.Second)
	}
	return out
}

// A limit that has passed must not keep go-github from asking again, and all
// waiting together must stay within MaxWait.
func TestWaitBudget(t *testing.T) {
	s := newStage(t)
	c := s.client(Options{MaxWait: 10 * time.Second})
	s.server.Fail(githubtest.Match("GET", "/repos/**"), 3, githubtest.RateLimited(403, 4))
	if _, err := c.PullRequest(t.Context(), 1); !errors.Is(err, ErrRateLimited) {
		t.Errorf("got %v, want the limit", err)
	}
	if want := seconds(4, 4); !slices.Equal(s.slept, want) {
		t.Errorf("slept %v, want %v", s.slept, want)
	}
	if _, err := c.PullRequest(t.Context(), 1); err != nil {
		t.Errorf("after the limit: %v", err)
	}
	none := s.client(Options{MaxWait: -1})
	s.server.Fail(githubtest.Match("GET", "/repos/**"), 1, githubtest.RateLimited(403, 0))
	if _, err := none.PullRequest(t.Context(), 1); !errors.Is(err, ErrRateLimited) {
		t.Errorf("got %v, want the limit", err)
	}
}

// go-github counts for itself, by the wall clock, and would not ask again.
func TestNothingRemaining(t *testing.T) {
	for _, status := range []int{200, 500} {
		s := newStage(t)
		s.server.Fail(githubtest.Match("POST", "/repos/**"), 1, githubtest.Response{
			Status: status, Body: "{}",
			Header: http.Header{"X-Ratelimit-Remaining": {"0"}, "X-Ratelimit-Reset": {"9999999999"}},
		})
		_ = s.createComment(t.Context(), 1, "the last one that the limit lets through")
		if _, err := s.PullRequest(t.Context(), 1); err != nil {
			t.Errorf("after a %d: %v", status, err)
		}
	}
}

func TestRetryEndsWithContext(t *testing.T) {
	s := newStage(t)
	ctx, cancel := context.WithCancel(t.Context())
	s.server.Fail(func(*http.Request) bool { cancel(); return true }, -1, githubtest.ServerError(500))
	if _, err := s.PullRequest(ctx, 1); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want the context's error", err)
	}
	if n := len(s.server.Requests()); n > 1 {
		t.Errorf("got %d requests, want 1", n)
	}
}

func TestAttemptTimesOut(t *testing.T) {
	s := newStage(t)
	c := s.client(Options{HTTP: &http.Client{Timeout: 50 * time.Millisecond}})
	s.server.Fail(githubtest.Match("GET", "/repos/**"), 1, githubtest.Response{Hang: true})
	if _, err := c.PullRequest(t.Context(), 1); err != nil {
		t.Errorf("second attempt: %v", err)
	}
}

func TestTokenStaysAtHome(t *testing.T) {
	for _, status := range []int{301, 302, 307, 308} {
		s := newStage(t)
		asked := 0
		elsewhere := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			asked++
			http.Error(w, "{}", http.StatusNotFound)
		}))
		t.Cleanup(elsewhere.Close)
		s.server.Fail(githubtest.Match("", "/repos/**"), -1, githubtest.Response{
			Status: status, Header: http.Header{"Location": {elsewhere.URL + "/pulls/1"}},
		})
		if _, err := s.PullRequest(t.Context(), 1); err == nil || !strings.Contains(err.Error(), "redirects to 127.0.0.1") {
			t.Errorf("%d: got %v, want it to say where it redirects", status, err)
		}
		if err := s.createComment(t.Context(), 1, "hello"); err == nil {
			t.Errorf("%d: a comment went elsewhere", status)
		}
		if asked != 0 {
			t.Errorf("%d: the other host was asked %d times", status, asked)
		}
	}
}

// An endless redirect ends.
func TestRedirectForEver(t *testing.T) {
	s := newStage(t)
	s.server.Fail(githubtest.Match("GET", "/repos/acme/shop/pulls/1"), -1, githubtest.Response{
		Status: 301, Header: http.Header{"Location": {s.url + "/api/v3/repos/acme/shop/pulls/1"}},
	})
	if _, err := s.PullRequest(t.Context(), 1); err == nil || !strings.Contains(err.Error(), "redirects ten times") {
		t.Errorf("got %v, want an end", err)
	}
}

// A renamed repository redirects on the same host; the token goes along.
func TestRedirectAtHome(t *testing.T) {
	s := newStage(t)
	s.server.Fail(githubtest.Match("GET", "/repos/acme/shop/pulls/1"), 1, githubtest.Response{
		Status: 301, Header: http.Header{"Location": {s.url + "/api/v3/repos/acme/shop/pulls/1"}},
	})
	if _, err := s.PullRequest(t.Context(), 1); err != nil {
		t.Error(err)
	}
}

func TestErrorText(t *testing.T) {
	tests := []struct {
		name, body string
		status     int
		want       []string
	}{
		{"list of strings", `{"message":"Unprocessable Entity","errors":["line must be part of the diff","a"]}`, 422,
			[]string{"read pull request 1: GitHub answers 422 Unprocessable Entity (line must be part of the diff; a)"}},
		{"one string", `{"message":"Unprocessable Entity","errors":"one"}`, 422, []string{"Unprocessable Entity (one)"}},
		{"objects", `{"message":"Validation Failed","errors":[{"resource":"R","field":"body","code":"custom","message":"is too long"}]}`, 422,
			[]string{"Validation Failed (body custom is too long)"}},
		{"no JSON", `<html>`, 422, []string{"GitHub answers 422"}},
		{"no permission", `{"message":"Resource not accessible by integration"}`, 403, []string{"`pull-requests: read` under `permissions:`"}},
		{"not found", `{"message":"Not Found"}`, 404, []string{"does not exist", "`pull-requests: read`"}},
		{"bad token", `{"message":"Bad credentials"}`, 401, []string{"token is not valid"}},
		{"long", `{"message":"` + strings.Repeat("ü", 5000) + `"}`, 422, []string{"üü…"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newStage(t)
			s.server.Fail(githubtest.Match("GET", "/repos/**"), 1, githubtest.Response{Status: tt.status, Body: tt.body})
			_, err := s.PullRequest(t.Context(), 1)
			if err == nil {
				t.Fatal("got no error")
			}
			for _, want := range tt.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("got %q, want %q in it", err, want)
				}
			}
			if len(err.Error()) > 600 || strings.Contains(err.Error(), s.url) {
				t.Errorf("got %q, want it short and without an address", err)
			}
		})
	}
}
