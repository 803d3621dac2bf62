package cli

import (
	"fmt"
	"maps"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dropgate/dropgate/internal/gate"
	"github.com/dropgate/dropgate/internal/github/githubtest"
)

// mostRequests is what an ordinary pull request may take.
const mostRequests = 8

// sent are the requests of a run, without what is the same in all of them.
func (o outcome) sent() []string {
	var all []string
	for _, r := range o.requests {
		path := strings.TrimPrefix(r.Path, "/repos/octo/shop")
		for _, start := range []string{"/compare/", "/git/trees/", "/git/blobs/", "/git/ref/", "/issues/comments/"} {
			if strings.HasPrefix(path, start) {
				path = start
			}
		}
		if strings.HasPrefix(path, "/commits/") && strings.HasSuffix(path, "/pulls") {
			path = "/commits/pulls"
		}
		all = append(all, r.Method+" "+path)
	}
	return all
}

// ordinary is a pull request with a few migrations on top of some.
func ordinary(t *testing.T, more map[string]string) *stage {
	t.Helper()
	before := earlierIn("migrations", 60)
	maps.Copy(before, more)
	return newStageOn(t, before, map[string]string{
		"migrations/0061_items.up.sql": "CREATE TABLE items (id bigint PRIMARY KEY);\n",
		"migrations/0062_drop.up.sql":  dropUsers, "migrations/0062_drop.down.sql": "CREATE TABLE users ();\n",
		"app/main.go": "package main\n", "README.md": "# The shop\n",
	})
}

func TestActionRequests(t *testing.T) {
	read := []string{"GET /pulls/1", "GET /compare/", "GET /git/trees/", "POST /graphql", "GET /issues/1/comments"}
	configs := map[string]map[string]string{
		"defaults": nil,
		"config":   {configName: "version: 1\npaths: [\"migrations/**\"]\nexclude: [\"migrations/9*\"]\n"},
	}
	for name, more := range configs {
		t.Run("first run, "+name, func(t *testing.T) {
			s := ordinary(t, more)
			o := s.on("opened")
			o.want(t, exitBlocked, gate.Absent, users)
			o.wantWrites(t, postReview, postSummary)
			if diff := cmp.Diff(read, o.sent()[:len(read)]); diff != "" || len(o.requests) > mostRequests {
				t.Errorf("%d requests %v (-want +got):\n%s", len(o.requests), o.sent(), diff)
			}
		})
	}
	t.Run("again", func(t *testing.T) {
		s := ordinary(t, nil)
		s.on("opened")
		o := s.on("edited")
		o.want(t, exitBlocked, gate.Absent, users)
		if diff := cmp.Diff(append(read, "GET /pulls/1/comments"), o.sent()); diff != "" {
			t.Errorf("requests (-want +got):\n%s", diff)
		}
	})
	t.Run("after a push", func(t *testing.T) {
		s := ordinary(t, nil)
		s.on("opened")
		s.repo.Commit("feature", map[string]string{"README.md": "# Our shop\n"})
		o := s.on("synchronize")
		o.want(t, exitBlocked, gate.Absent, users)
		if len(o.requests) > mostRequests {
			t.Errorf("%d requests: %v", len(o.requests), o.sent())
		}
	})
	t.Run("with the label", func(t *testing.T) {
		s := ordinary(t, nil)
		s.on("opened")
		s.pr.Label(label, "bob")
		o := s.on("labeled")
		o.want(t, exitClear, gate.Valid, users)
		if len(o.requests) > mostRequests+1 { // who put it on
			t.Errorf("%d requests: %v", len(o.requests), o.sent())
		}
	})
	t.Run("no migrations", func(t *testing.T) {
		o := newStage(t, map[string]string{"README.md": "#\n", "main.go": "package main\n"}).on("opened")
		o.want(t, exitClear, gate.Absent)
		if diff := cmp.Diff([]string{read[0], read[1], read[2], read[4], "GET /commits/pulls"}, o.sent()); diff != "" {
			t.Errorf("requests (-want +got):\n%s", diff)
		}
	})
	t.Run("nothing blocks", func(t *testing.T) {
		o := newStageOn(t, earlierIn("migrations", 60), map[string]string{"migrations/0061_items.up.sql": createItems}).on("opened")
		o.want(t, exitClear, gate.Absent)
		if diff := cmp.Diff(append(read, "GET /commits/pulls"), o.sent()); diff != "" {
			t.Errorf("requests (-want +got):\n%s", diff)
		}
	})
	t.Run("edited migration", func(t *testing.T) {
		s := newStageOn(t, map[string]string{drop: deleteUsers}, map[string]string{drop: deleteUsers + dropOrders})
		o := s.on("opened")
		o.want(t, exitBlocked, gate.Absent, "drop-table public.orders")
		if got := s.server.Count("GET", "/repos/octo/shop/git/trees/*"); got != 2 {
			t.Errorf("%d lists of files, want 2: the former version follows from no other", got)
		}
	})
}

// Where the base is by now, and with which config, comes by the same query. By REST
// it is two requests more.
func TestActionRequestsOfMovedBase(t *testing.T) {
	for _, config := range []string{configName, "config/dropgate.yml"} {
		t.Run(config, func(t *testing.T) {
			s := ordinary(t, map[string]string{config: "label: looked-at\n"})
			s.env["INPUT_CONFIG"] = config
			s.repo.Commit("main", map[string]string{"app/other.go": "package main\n"})
			o := s.on("opened")
			o.want(t, exitBlocked, gate.Absent, users)
			s.wantSummary("looked-at")
			if len(o.requests) > mostRequests {
				t.Errorf("%s: %d requests: %v", config, len(o.requests), o.sent())
			}
			s.repo.Commit("main", map[string]string{config: "label: checked\n"})
			s.on("edited").want(t, exitBlocked, gate.Absent, users)
			s.wantSummary("checked")
			s.repo.Delete("main", config)
			s.on("edited").want(t, exitBlocked, gate.Absent, users)
			s.wantSummary("backup-check")

			delete(s.env, "GITHUB_GRAPHQL_URL")
			s.repo.Commit("main", map[string]string{config: "label: checked\n"})
			s.on("edited").want(t, exitBlocked, gate.Absent, users)
			s.wantSummary("checked")
		})
	}
}

// What GraphQL does not answer comes by REST, with the same verdict: a request for
// each earlier migration, and none for an added one, which its patch has whole.
func TestActionRequestsByREST(t *testing.T) {
	nothing := githubtest.Response{Status: 200, Body: `{"data":null,"errors":[{"message":"unknown query"}]}`}
	tests := []struct {
		name    string
		answer  githubtest.Response
		queries int // of both runs
	}{
		{"absent", githubtest.Response{}, 0},
		{"refused", githubtest.Response{Status: 403, Body: `{"message":"Resource not accessible by integration"}`}, 2},
		{"unknown", nothing, 1 + 3},
		{"not there", githubtest.Response{Status: 404, Body: `{"message":"Not Found"}`}, 2},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			more := earlierIn("migrations", 5)
			more[configName] = "version: 1\n"
			s := newStageOn(t, more, map[string]string{"migrations/0006_drop.up.sql": dropUsers, "migrations/0007_drop.up.sql": dropOrders})
			if test.queries == 0 {
				delete(s.env, "GITHUB_GRAPHQL_URL")
			} else {
				s.server.Fail(githubtest.Match("POST", "/graphql"), -1, test.answer)
			}
			queries := 0
			for range 2 {
				o := s.on("opened")
				o.want(t, exitBlocked, gate.Absent, users, "drop-table public.orders")
				queries += s.server.Count("POST", "/graphql")
				if got := s.server.Count("GET", "/repos/octo/shop/git/blobs/*"); got != 7 {
					t.Errorf("%d blobs were read, want the config and 6 earlier migrations", got)
				}
			}
			if queries != test.queries {
				t.Errorf("%d queries, want %d", queries, test.queries)
			}
			s.wantPlaces("migrations/0006_drop.up.sql:3", "migrations/0007_drop.up.sql:1")
		})
	}
}

// Files of every encoding and ending come through whole, by whatever way.
func TestActionAddedFiles(t *testing.T) {
	for i, text := range []string{
		"DROP TABLE users;", "\ufeffDROP TABLE users;\r\n", "\n\nDROP TABLE users;\n\n", "-- caf\xe9\nDROP TABLE users;\n",
		"-- \\ No newline at end of file\nDROP TABLE users;", "+DROP TABLE users;\n",
	} {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			s := newStage(t, map[string]string{drop: text})
			o := s.on("opened")
			if o.code != exitBlocked || len(o.report.Findings) == 0 {
				t.Errorf("exit code %d and findings %v, want 1\n%s", o.code, o.report.Findings, o.out)
			}
		})
	}
}

// A patch counts for nothing unless it makes the very bytes of the head.
func TestActionForgedPatch(t *testing.T) {
	s := newStage(t, map[string]string{drop: dropUsers})
	s.fails(match("GET", "/compare/*"), -1, githubtest.Response{Edit: func(body any) any {
		body.(map[string]any)["files"].([]any)[0].(map[string]any)["patch"] = "@@ -0,0 +1 @@\n+SELECT 1;"
		return body
	}})
	s.on("opened").want(t, exitBlocked, gate.Absent, users)
}

// A tag may have the base branch's name. What counts is the branch.
func TestActionTagNamedLikeTheBase(t *testing.T) {
	s := configured(t, "threshold: 60\n", map[string]string{drop: dropUsers})
	lax := s.repo.Commit("lax", map[string]string{configName: "threshold: 100\nrules: {drop-table: off}\n"})
	times := 0
	s.fails(match("GET", "/compare/main...*"), -1, githubtest.Response{Edit: func(body any) any {
		times++
		body.(map[string]any)["base_commit"].(map[string]any)["sha"] = lax
		return body
	}})
	s.on("opened").want(t, exitBlocked, gate.Absent, users)
	if times != 1 || s.server.Count("GET", "/repos/octo/shop/compare/*") != 2 {
		t.Errorf("the branch was not compared once it was known where it is")
	}
}

// The base's branch may be gone; what it was is still the base.
func TestActionBaseGone(t *testing.T) {
	s := newStage(t, map[string]string{drop: dropUsers})
	gone := githubtest.Response{Status: 404, Body: `{"message":"Not Found"}`}
	s.fails(match("GET", "/compare/main...*"), -1, gone)
	s.fails("GET /repos/octo/shop/git/ref/heads/main", -1, gone)
	s.on("opened").want(t, exitBlocked, gate.Absent, users)
}
