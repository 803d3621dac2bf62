package githubtest

import (
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"
)

// client sends requests to a server under test.
type client struct {
	t     *testing.T
	url   string
	token string
	http  *http.Client
}

// all is what a token can have at most.
var all = Permissions{
	Actions: Write, Administration: Write, Checks: Write, Contents: Write, Issues: Write,
	PullRequests: Write, Statuses: Write,
}

const secret = "example-token"

// shop is a server with one repository and an open pull request that changes
// a migration of 20 lines at its 3rd and its 15th line, adds one and removes one.
func shop(t *testing.T) (*Server, *Repository, *PullRequest, *client) {
	t.Helper()
	s := New()
	s.Token(secret, all, Bot)
	r := s.Repository("octo/shop")
	r.Commit("main", map[string]string{
		"README.md":                  "# Shop\n",
		"migrations/0001_init.sql":   numbered(20),
		"migrations/0002_gone.sql":   "DROP TABLE old;\n",
		"migrations/0003_rename.sql": "SELECT 1;\nSELECT 2;\n",
	})
	changed := strings.NewReplacer("line 3\n", "changed 3\n", "line 15\n", "changed 15\n").Replace(numbered(20))
	r.CommitChange("feature", Change{
		Files: map[string]File{
			"migrations/0001_init.sql":    {Content: changed},
			"migrations/0004_new.sql":     {Content: "DROP TABLE users;\nSELECT 1;\n"},
			"migrations/0003_renamed.sql": {Content: "SELECT 1;\nSELECT 2;\n"},
		},
		Delete: []string{"migrations/0002_gone.sql", "migrations/0003_rename.sql"},
	})
	p := r.OpenPullRequest("main", "feature", "alice")
	return s, r, p, connect(t, s)
}

// connect starts the server; what violates the interface fails the test.
func connect(t *testing.T, s *Server) *client {
	t.Helper()
	quiet := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	return &client{t: t, url: s.Start(t), token: secret, http: quiet}
}

func numbered(n int) string {
	var out strings.Builder
	for i := 1; i <= n; i++ {
		out.WriteString("line " + strconv.Itoa(i) + "\n")
	}
	return out.String()
}

type reply struct {
	status int
	header http.Header
	text   string
}

// send sends a body, which is encoded as JSON unless it is nil.
func (c *client) send(method, path string, body any, header ...string) reply {
	c.t.Helper()
	var reader io.Reader
	if body != nil {
		data, err := json.Marshal(body)
		if err != nil {
			c.t.Fatal(err)
		}
		reader = strings.NewReader(string(data))
	}
	req, err := http.NewRequest(method, c.url+path, reader)
	if err != nil {
		c.t.Fatal(err)
	}
	if c.token != "" {
		req.Header.Set("Authorization", "Bearer "+c.token)
	}
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	res, err := c.http.Do(req)
	if err != nil {
		c.t.Fatalf("%s %s: %v", method, path, err)
	}
	defer res.Body.Close()
	data, err := io.ReadAll(res.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	return reply{res.StatusCode, res.Header, string(data)}
}

func (c *client) get(path string) reply { c.t.Helper(); return c.send("GET", path, nil) }

// want sends a request and fails the test unless it is answered with a status.
func (c *client) want(status int, method, path string, body any) reply {
	c.t.Helper()
	r := c.send(method, path, body)
	if r.status != status {
		c.t.Fatalf("%s %s = %d %s, want %d", method, path, r.status, r.text, status)
	}
	return r
}

// decode reads JSON into a value of type T.
func decode[T any](t *testing.T, r reply) T {
	t.Helper()
	var value T
	if err := json.Unmarshal([]byte(r.text), &value); err != nil {
		t.Fatalf("decode %s: %v", r.text, err)
	}
	return value
}
