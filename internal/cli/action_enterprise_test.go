package cli

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/dropgate/dropgate/internal/gate"
	"github.com/dropgate/dropgate/internal/github/githubtest"
)

// enterprise moves the stage to a GitHub Enterprise Server: the REST interface below
// /api/v3, GraphQL at /api/graphql, everything else pages for people.
func (s *stage) enterprise() {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/api/graphql" && !strings.HasPrefix(r.URL.Path, "/api/v3/") {
			s.t.Errorf("the server was asked for %s, which is no interface of it", r.URL.Path)
			http.NotFound(w, r)
			return
		}
		s.server.ServeHTTP(w, r)
	}))
	s.t.Cleanup(server.Close)
	s.env["GITHUB_API_URL"], s.env["GITHUB_GRAPHQL_URL"] = server.URL+"/api/v3", server.URL+"/api/graphql"
	s.env["GITHUB_SERVER_URL"] = "https://ghe.corp"
}

func TestActionEnterprise(t *testing.T) {
	s := newStage(t, map[string]string{drop: dropUsers, "migrations/0003_view.up.sql": "DROP VIEW totals;\n"})
	s.enterprise()
	s.env["INPUT_STATUS"] = "dropgate"
	s.server.Token(jobToken, githubtest.Permissions{Contents: githubtest.Read, PullRequests: githubtest.Write, Statuses: githubtest.Write}, githubtest.Bot)
	o := s.on("opened")
	o.want(t, exitBlocked, gate.Absent, users)
	for _, r := range o.requests {
		if r.Token != jobToken {
			t.Errorf("%s %s came with the token %q", r.Method, r.Path, r.Token)
		}
	}
	s.wantPlaces(drop + ":3")
	s.wantSummary("https://ghe.corp/octo/shop/blob/" + s.pr.HeadSHA() + "/migrations/0003_view.up.sql#L1")
	if body := s.summaryComment().Body; strings.Contains(body, "github.com") {
		t.Errorf("the summary names another host:\n%s", body)
	}
	s.pr.Label(label, "bob")
	s.on("labeled").want(t, exitClear, gate.Valid, users)
	s.on("synchronize").want(t, exitClear, gate.Valid, users)
}

// Without GraphQL's address the same is read in more requests.
func TestActionEnterpriseWithoutGraphQL(t *testing.T) {
	s := newStage(t, map[string]string{drop: dropUsers})
	s.enterprise()
	s.env["GITHUB_GRAPHQL_URL"] = ""
	s.on("opened").want(t, exitBlocked, gate.Absent, users)
}

// The token goes nowhere but to the host of GITHUB_API_URL.
func TestActionTokenStaysAtHome(t *testing.T) {
	asked := 0
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked++ }))
	t.Cleanup(elsewhere.Close)
	t.Run("redirect", func(t *testing.T) {
		s := newStage(t, map[string]string{drop: dropUsers})
		s.fails("GET "+pulls, -1, githubtest.Response{Status: 302, Header: http.Header{"Location": {elsewhere.URL + pulls}}})
		s.on("opened").wantFailed(t, "redirects to 127.0.0.1")
	})
	t.Run("GraphQL", func(t *testing.T) {
		s := newStage(t, map[string]string{drop: dropUsers})
		s.env["GITHUB_GRAPHQL_URL"] = elsewhere.URL + "/api/graphql"
		o := s.on("opened")
		o.wantFailed(t, "want one host")
		if len(o.requests) != 0 {
			t.Errorf("%d requests, want none", len(o.requests))
		}
	})
	t.Cleanup(func() {
		if asked != 0 {
			t.Errorf("the other host was asked %d times", asked)
		}
	})
}
