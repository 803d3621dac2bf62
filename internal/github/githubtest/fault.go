package githubtest

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"path"
	"strings"
)

// Response is what the server answers, once or several times, instead of what
// it would have answered. It is not held against GitHub's description.
type Response struct {
	Status int         // HTTP status
	Header http.Header // added to the usual header
	Body   string      // sent as it is
	// Reset cuts the connection instead of answering.
	Reset bool
	// Cut sends the header and half of the body, and then cuts the connection.
	Cut bool
	// Hang never answers: it waits until the client gives up.
	Hang bool
	// Done does what the request asks for before the answer goes wrong: the
	// comment stands, but the client is not told.
	Done bool
	// Edit changes the answer's JSON instead of replacing it; the value is
	// what encoding/json makes of it.
	Edit func(body any) any
}

// ServerError is an answer of 500, 502, 503 or the like, as GitHub's front end
// gives it: a page, not JSON.
func ServerError(status int) Response {
	return Response{
		Status: status,
		Header: http.Header{"Content-Type": {"text/html; charset=utf-8"}},
		Body:   "<!DOCTYPE html><title>Unicorn! &middot; GitHub</title>",
	}
}

// RateLimited is GitHub's secondary limit: 403 or 429, with the seconds to wait
// unless retryAfter is negative.
func RateLimited(status, retryAfter int) Response {
	r := Response{
		Status: status,
		Header: http.Header{"Content-Type": {"application/json; charset=utf-8"}},
		Body: `{"message":"You have exceeded a secondary rate limit. Please wait a few minutes before you try again.",` +
			`"documentation_url":"https://docs.github.com/rest/overview/rate-limits-for-the-rest-api#about-secondary-rate-limits"}`,
	}
	if retryAfter >= 0 {
		r.Header.Set("Retry-After", fmt.Sprint(retryAfter))
	}
	return r
}

// Exhausted is GitHub's primary limit: 403 or 429 with nothing remaining until
// the given Unix time in seconds.
func Exhausted(status int, reset int64) Response {
	h := http.Header{"Content-Type": {"application/json; charset=utf-8"}}
	h.Set("X-RateLimit-Remaining", "0")
	h.Set("X-RateLimit-Reset", fmt.Sprint(reset))
	return Response{
		Status: status, Header: h,
		Body: `{"message":"API rate limit exceeded for installation.","documentation_url":"https://docs.github.com/rest/overview/rate-limits-for-the-rest-api"}`,
	}
}

// TruncatedTree marks the listing of a tree as cut off and drops its last entry.
func TruncatedTree() Response {
	return Response{Edit: func(body any) any {
		tree, ok := body.(map[string]any)
		if !ok {
			return body
		}
		tree["truncated"] = true
		if entries, ok := tree["tree"].([]any); ok && len(entries) > 0 {
			tree["tree"] = entries[:len(entries)-1]
		}
		return tree
	}}
}

type fault struct {
	match    func(*http.Request) bool
	times    int
	response Response
}

type hook struct {
	match func(*http.Request) bool
	run   func()
	done  bool
}

// Fail makes the next requests that match go wrong, as many as times says; a
// negative number is all of them. Faults are tried in the order they were
// given. The request's path has no /api/v3.
func (s *Server) Fail(match func(*http.Request) bool, times int, response Response) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = append(s.faults, &fault{match, times, response})
}

// Before runs a function once, just before the next request that matches is
// answered: somebody pushes or takes the label off in the middle of a run.
func (s *Server) Before(match func(*http.Request) bool, run func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hooks = append(s.hooks, &hook{match: match, run: run})
}

// Match returns a function for [Server.Fail] that picks requests by method
// (empty is any) and by path. In the pattern * stands for anything but a slash,
// and a last element ** for anything.
func Match(method, pattern string) func(*http.Request) bool {
	return func(r *http.Request) bool {
		return (method == "" || method == r.Method) && matchPath(pattern, r.URL.EscapedPath())
	}
}

// MatchBody is [Match] for requests whose body also holds a text.
func MatchBody(method, pattern, text string) func(*http.Request) bool {
	match := Match(method, pattern)
	return func(r *http.Request) bool {
		if !match(r) || r.GetBody == nil {
			return false
		}
		body, err := r.GetBody()
		if err != nil {
			return false
		}
		data, err := io.ReadAll(body)
		return err == nil && strings.Contains(string(data), text)
	}
}

func matchPath(pattern, name string) bool {
	if start, ok := strings.CutSuffix(pattern, "/**"); ok {
		depth := strings.Count(start, "/") + 1
		parts := strings.SplitN(name, "/", depth+1)
		if len(parts) <= depth {
			return false
		}
		pattern, name = start, strings.Join(parts[:depth], "/")
	}
	ok, err := path.Match(pattern, name)
	if err != nil {
		panic(fmt.Sprintf("githubtest: pattern %q: %v", pattern, err))
	}
	return ok
}

func (s *Server) runHooks(r *http.Request) {
	s.mu.Lock()
	var due []*hook
	for _, h := range s.hooks {
		if !h.done && h.match(r) {
			h.done = true
			due = append(due, h)
		}
	}
	s.mu.Unlock()
	for _, h := range due {
		h.run()
	}
}

func (s *Server) takeFault(r *http.Request) *fault {
	for _, f := range s.faults {
		if f.times != 0 && f.match(r) {
			f.times--
			return f
		}
	}
	return nil
}

// apply turns the answer that would have been given into the faulty one.
func (f Response) apply(a answer) answer {
	if f.Reset || f.Hang {
		return answer{}
	}
	if f.Cut {
		a.cut = true
		return a
	}
	if f.Edit != nil {
		var body any
		if err := json.Unmarshal(a.bytes(), &body); err != nil {
			return a // no JSON: nothing to edit
		}
		a.body, a.raw = f.Edit(body), nil
		return a
	}
	return answer{status: f.Status, header: f.Header, raw: []byte(f.Body)}
}
