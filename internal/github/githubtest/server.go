package githubtest

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// Server is a stand-in for GitHub. It is an [http.Handler]; its methods may be
// called while it serves.
type Server struct {
	// Clock tells the time of everything that happens on the server.
	Clock *Clock

	mu           sync.Mutex
	mux          *http.ServeMux
	epoch        time.Time // when all repositories were made
	ids          int64
	repositories map[string]*Repository
	tokens       map[string]*token
	users        map[string]int64
	teams        map[string][]string // "org/team" to logins
	faults       []*fault
	hooks        []*hook
	requests     []Request
	violations   []string
	schema       *schema
	manners      Manners
}

// Request is a request that the server got, with what it answered.
type Request struct {
	Method string
	Path   string // without /api/v3, as it was sent (escaped)
	Query  string
	Body   string
	Token  string // as it was sent; empty if there was none
	Status int    // 0 if the connection was cut
}

// New returns a server without repositories and tokens. Its clock stands at
// 2026-01-05 09:00 UTC.
func New() *Server {
	epoch := time.Date(2026, 1, 5, 9, 0, 0, 0, time.UTC)
	s := &Server{
		Clock:        &Clock{now: epoch},
		epoch:        epoch,
		ids:          1_000,
		repositories: map[string]*Repository{},
		tokens:       map[string]*token{},
		users:        map[string]int64{},
		teams:        map[string][]string{},
		schema:       loadSchema(),
	}
	s.mux = s.routes()
	return s
}

// Start serves on a free port until the test ends and returns the address,
// which works with and without /api/v3 behind it. What [Server.Violations]
// holds at the end fails the test.
func (s *Server) Start(t testing.TB) string {
	t.Helper()
	server := httptest.NewServer(s)
	t.Cleanup(func() {
		server.Close()
		for _, v := range s.Violations() {
			t.Errorf("GitHub's interface was violated: %s", v)
		}
	})
	return server.URL
}

// Repository returns the repository of that full name ("owner/name") and makes
// it, empty and with the default branch main, when it is new.
func (s *Server) Repository(fullName string) *Repository {
	s.mu.Lock()
	defer s.mu.Unlock()
	if r := s.repositories[strings.ToLower(fullName)]; r != nil {
		return r
	}
	owner, name, ok := strings.Cut(fullName, "/")
	if !ok || owner == "" || name == "" || strings.Contains(name, "/") {
		panic(fmt.Sprintf("githubtest: %q is not owner/name", fullName))
	}
	r := &Repository{
		server: s, owner: owner, name: name, id: s.nextID(),
		objects: newObjects(), defaultBranch: "main",
		branches: map[string]string{}, roles: map[string]string{}, custom: map[string]string{},
		diffs: map[[2]string][]diffEntry{},
	}
	s.repositories[strings.ToLower(fullName)] = r
	return r
}

// Violations returns what did not fit GitHub's interface so far, in the order
// it happened: requests that GitHub's description does not allow, and answers
// of this server that it does not allow either.
func (s *Server) Violations() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.violations)
}

// Requests returns every request so far, in order.
func (s *Server) Requests() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.requests)
}

// Writes returns the requests so far that asked for a change, whatever came of
// them. GitHub counts these against its limit on creating content.
func (s *Server) Writes() []Request {
	return slices.DeleteFunc(s.Requests(), func(r Request) bool {
		return r.Method == http.MethodGet || r.Method == http.MethodHead || strings.HasSuffix(r.Path, "/graphql")
	})
}

// Count returns how many requests so far had the method (empty is any) and a
// path that matches the pattern, as [Match] understands it.
func (s *Server) Count(method, pattern string) int {
	count := 0
	for _, r := range s.Requests() {
		if (method == "" || method == r.Method) && matchPath(pattern, r.Path) {
			count++
		}
	}
	return count
}

// Forget drops the requests recorded so far.
func (s *Server) Forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.requests = nil
}

func (s *Server) nextID() int64 {
	s.ids++
	return s.ids
}

func (s *Server) violate(format string, args ...any) {
	s.violations = append(s.violations, fmt.Sprintf(format, args...))
}

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	r = stripPrefix(r)
	r.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(body)), nil }
	s.runHooks(r)
	a, header, hang := s.serve(r, body)
	if hang {
		<-r.Context().Done()
		return
	}
	if a.status == 0 {
		panic(http.ErrAbortHandler) // net/http cuts the connection
	}
	maps.Copy(w.Header(), header)
	data := a.bytes()
	if a.cut {
		w.Header().Set("Content-Length", fmt.Sprint(len(data)))
		data = data[:len(data)/2]
	}
	w.WriteHeader(a.status)
	_, _ = w.Write(data)
	if a.cut {
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	}
}

// serve finds out what a request is answered, by a fault or as it should be,
// and records both.
func (s *Server) serve(r *http.Request, body []byte) (a answer, header http.Header, hang bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f := s.takeFault(r)
	if f == nil || f.response.Done || f.response.Cut || f.response.Edit != nil {
		a = s.answer(r, body)
	}
	if f != nil {
		a = f.response.apply(a)
		hang = f.response.Hang
	}
	s.requests = append(s.requests, Request{
		Method: r.Method, Path: r.URL.EscapedPath(), Query: r.URL.RawQuery, Body: string(body),
		Token: bearer(r), Status: a.status,
	})
	return a, s.header(a), hang
}

// stripPrefix takes /api/v3 away, which GitHub Enterprise puts before its paths.
func stripPrefix(r *http.Request) *http.Request {
	r = r.Clone(r.Context())
	for _, prefix := range []string{"/api/v3", "/api"} {
		if rest, ok := strings.CutPrefix(r.URL.Path, prefix+"/"); ok {
			r.URL.Path = "/" + rest
			r.URL.RawPath = strings.TrimPrefix(r.URL.RawPath, prefix)
			break
		}
	}
	return r
}

// answer checks a request, lets its handler answer it and checks the answer.
func (s *Server) answer(r *http.Request, body []byte) answer {
	if strings.HasPrefix(r.URL.Path, "/_archive/") {
		return s.archive(r)
	}
	r.URL.Path = s.renamed(r.URL.Path, true)
	r.URL.RawPath = s.renamed(r.URL.RawPath, true)
	body = []byte(s.renamed(string(body), true))
	checked := s.schema.request(r, body)
	for _, problem := range checked.problems {
		s.violate("request %s %s: %s", r.Method, r.URL.EscapedPath(), problem)
	}
	a := s.dispatch(r, body)
	for _, problem := range checked.answer(a) {
		s.violate("answer %d to %s %s: %s", a.status, r.Method, r.URL.EscapedPath(), problem)
	}
	if s.manners.Plain {
		a = checked.plainly(a)
	}
	return s.mannered(r, a)
}

// dispatch lets the mux find the handler, which leaves its answer in a recorder
// of our own because the answer is looked at before it is sent.
func (s *Server) dispatch(r *http.Request, body []byte) answer {
	if s.manners.Plain && r.URL.Path == "/graphql" {
		return notFound()
	}
	box := &answerBox{header: http.Header{}}
	r.Body = io.NopCloser(bytes.NewReader(body))
	s.mux.ServeHTTP(box, r)
	if box.answer.status == 0 {
		return notFound() // the mux's own answer: no such route
	}
	return box.answer
}

// answerBox carries an answer from a handler to the server.
type answerBox struct {
	header http.Header
	answer answer
}

func (b *answerBox) Header() http.Header         { return b.header }
func (b *answerBox) Write(p []byte) (int, error) { return len(p), nil }
func (b *answerBox) WriteHeader(int)             {}

// header is what GitHub sends along with every answer.
func (s *Server) header(a answer) http.Header {
	if s.manners.Plain {
		return plainHeader(a)
	}
	h := http.Header{}
	h.Set("Content-Type", a.contentType())
	h.Set("Date", s.Clock.Now().Format(http.TimeFormat))
	h.Set("X-GitHub-Request-Id", fmt.Sprintf("%04X:%04X", len(s.requests), s.ids))
	h.Set("X-GitHub-Media-Type", "github.v3; format=json")
	h.Set("X-RateLimit-Limit", "1000")
	h.Set("X-RateLimit-Remaining", fmt.Sprint(max(1, 1000-len(s.requests))))
	h.Set("X-RateLimit-Reset", fmt.Sprint(s.Clock.Now().Add(time.Hour).Unix()))
	h.Set("X-RateLimit-Resource", "core")
	maps.Copy(h, a.header)
	return h
}
