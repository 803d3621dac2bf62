package github

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/dropgate/dropgate/internal/github/githubtest"
)

const (
	token      = "token"
	repository = "acme/shop"
	migration  = "migrations/0002_drop.up.sql"
)

// A stage is a repository with one pull request, and a client that a workflow
// with the permissions of the documentation has.
type stage struct {
	t      *testing.T
	url    string
	server *githubtest.Server
	repo   *githubtest.Repository
	pr     *githubtest.PullRequest
	slept  []time.Duration
	*Client
}

// newStage returns a stage whose pull request adds migration with eight lines.
func newStage(t *testing.T) *stage {
	t.Helper()
	s := &stage{t: t, server: githubtest.New()}
	s.url = s.server.Start(t)
	s.server.Token(token, githubtest.Permissions{Contents: githubtest.Read, PullRequests: githubtest.Write}, githubtest.Bot)
	s.repo = s.server.Repository(repository)
	s.repo.Commit("main", map[string]string{"migrations/0001_init.up.sql": "CREATE TABLE users (id int);\n"})
	s.repo.Commit("drop", map[string]string{migration: sqlLines(8)})
	s.pr = s.repo.OpenPullRequest("main", "drop", "alice")
	s.Client = s.client(Options{})
	return s
}

// client returns a client; what o leaves open is filled in.
func (s *stage) client(o Options) *Client {
	s.t.Helper()
	if o.Token == "" {
		o.Token = token
	}
	o.APIURL, o.GraphQLURL, o.Repository = s.url+"/api/v3", s.url+"/api/graphql", repository
	o.Now = s.server.Clock.Now
	o.Sleep = func(ctx context.Context, d time.Duration) error {
		s.slept = append(s.slept, d)
		s.server.Clock.Advance(d)
		return ctx.Err()
	}
	c, err := New(o)
	if err != nil {
		s.t.Fatal(err)
	}
	return c
}

// as gives the client's token other permissions, or another identity.
func (s *stage) as(identity string, pulls githubtest.Access) {
	s.server.Token(token, githubtest.Permissions{Contents: githubtest.Read, PullRequests: pulls}, identity)
}

func (s *stage) pull() *PullRequest {
	s.t.Helper()
	pr, err := s.PullRequest(s.t.Context(), s.pr.Number())
	if err != nil {
		s.t.Fatal(err)
	}
	return pr
}

func sqlLines(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "DROP TABLE t%d;\n", i+1)
	}
	return b.String()
}

var lost = githubtest.Response{Reset: true, Done: true} // carried out, but nobody is told
