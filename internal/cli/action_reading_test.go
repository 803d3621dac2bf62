package cli

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/dropgate/dropgate/internal/gate"
	"github.com/dropgate/dropgate/internal/github/githubtest"
)

// reads are the requests of a review that read.
var reads = []string{
	"GET " + pulls, match("GET", "/compare/*"), match("GET", "/git/trees/*"), match("GET", "/git/blobs/*"),
	"POST /graphql", "GET " + issues + "/comments",
}

// What goes away is waited for, and the verdict is the same.
func TestActionPassingFaults(t *testing.T) {
	faults := map[string]githubtest.Response{
		"500": githubtest.ServerError(500), "502": githubtest.ServerError(502), "503": githubtest.ServerError(503),
		"reset": {Reset: true}, "cut in the middle": {Cut: true},
		"half of the JSON": {Status: 200, Body: `{"number": 1, "head": {"sha": "`}, "a page": {Status: 200, Body: "<html>"},
		"429 with a time": githubtest.RateLimited(429, 7), "429 without": githubtest.RateLimited(429, -1),
		"403 with a time": githubtest.RateLimited(403, 7), "403 without": githubtest.RateLimited(403, -1),
		"nothing remains": githubtest.Exhausted(403, 1767603700), // in some minutes of the server's clock
	}
	for name, fault := range faults {
		for _, request := range reads {
			t.Run(name+", "+request, func(t *testing.T) {
				s := newStage(t, map[string]string{drop: dropUsers})
				if strings.Contains(request, "/git/blobs/") {
					delete(s.env, "GITHUB_GRAPHQL_URL")
				}
				s.fails(request, 1, fault)
				o := s.on("opened")
				o.want(t, exitBlocked, gate.Absent, users)
				o.wantWarning(t)
				o.wantWrites(t, postReview, postSummary)
				// A connection that is cut at once, Go's own client opens again.
				if s.slept > 2*time.Minute || s.slept == 0 && name != "reset" {
					t.Errorf("waited for %s, want some seconds", s.slept)
				}
			})
		}
	}
}

// What one of GitHub's servers does not have yet, another one has.
func TestActionLateObjects(t *testing.T) {
	for _, request := range []string{match("GET", "/git/trees/*"), match("GET", "/git/blobs/*")} {
		t.Run(request, func(t *testing.T) {
			s := newStage(t, map[string]string{drop: dropUsers})
			delete(s.env, "GITHUB_GRAPHQL_URL")
			s.fails(request, 2, githubtest.Response{Status: 404, Body: `{"message":"Not Found"}`})
			s.on("opened").want(t, exitBlocked, gate.Absent, users)
		})
	}
}

// What does not go away ends in exit 2, and in words: what could not be read, how
// often it was tried, and what to do.
func TestActionLastingFaults(t *testing.T) {
	tests := []struct {
		name   string
		answer githubtest.Response
		why    []string
		tries  int
	}{
		{"502", githubtest.ServerError(502), []string{"GitHub answers 502", "(tried 4 times)", "run the job again"}, 4},
		{"reset", githubtest.Response{Reset: true}, []string{"EOF", "(tried 4 times)", "run the job again"}, 4},
		{"cut in the middle", githubtest.Response{Cut: true}, []string{"unexpected EOF", "(tried 4 times)", "run the job again"}, 4},
		{"half of the JSON", githubtest.Response{Status: 200, Body: `{"`}, []string{"cut off after 2 bytes", "(tried 4 times)"}, 4},
		{"a limit for an hour", githubtest.RateLimited(403, 3600), []string{"rate limit is reached", "1h0m0s longer", "`github-token`"}, 1},
		{"a limit again and again", githubtest.RateLimited(429, 50), []string{"rate limit is reached", "50s longer", "(tried 3 times)"}, 3},
		{"no times for a limit", githubtest.RateLimited(429, -1), []string{"rate limit is reached", "(tried 2 times)"}, 2},
		{"another token", githubtest.Response{Status: 401, Body: `{"message":"Bad credentials"}`}, []string{"401 Bad credentials", "`github-token`"}, 1},
	}
	what := map[string]string{
		reads[0]: "read pull request 1", reads[1]: "compare main with", reads[2]: "list the files of", reads[3]: "read blob",
	}
	for _, test := range tests {
		for _, request := range reads[:4] {
			t.Run(test.name+", "+request, func(t *testing.T) {
				s := newStage(t, map[string]string{drop: dropUsers})
				s.pr.Label(label, "bob")
				delete(s.env, "GITHUB_GRAPHQL_URL")
				s.fails(request, -1, test.answer)
				o := s.on("labeled")
				for _, why := range append(test.why, what[request]) {
					o.wantFailed(t, why)
				}
				o.wantWrites(t)
				method, path, _ := strings.Cut(request, " ")
				got := s.server.Count(method, path)
				if got != test.tries && test.name != "reset" { // which Go's own client tries once more
					t.Errorf("asked %d times, want %d", got, test.tries)
				}
				if s.slept > 2*time.Minute {
					t.Errorf("waited for %s in all, want at most two minutes", s.slept)
				}
			})
		}
	}
}

// A run has a time limit of its own, whatever GitHub does.
func TestActionTimeIsUp(t *testing.T) {
	s := newStage(t, map[string]string{drop: dropUsers})
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	s.ctx = ctx
	s.fails("GET "+pulls, -1, githubtest.Response{Hang: true})
	s.on("opened").wantFailed(t, "read pull request 1: context deadline exceeded: the run's own time is up")
}

// Each permission that is missing is named, with the line that grants it.
func TestActionMissingPermissions(t *testing.T) {
	none := githubtest.Access(0)
	tests := []struct {
		name   string
		has    githubtest.Permissions
		line   string
		failed bool
	}{
		{"contents", githubtest.Permissions{PullRequests: githubtest.Write}, "add `contents: read` under `permissions:`", true},
		{"pull-requests", githubtest.Permissions{Contents: githubtest.Read}, "add `pull-requests: read` under `permissions:`", true},
		{"issues will do for comments only", githubtest.Permissions{Contents: githubtest.Read, Issues: githubtest.Write, PullRequests: none},
			"add `pull-requests: read` under `permissions:`", true},
		{"pull-requests to write", githubtest.Permissions{Contents: githubtest.Read, PullRequests: githubtest.Read, Statuses: githubtest.Write},
			"add `pull-requests: write` under `permissions:` in the workflow (for a pull request from a fork it stays read-only)", false},
		{"statuses", githubtest.Permissions{Contents: githubtest.Read, PullRequests: githubtest.Write}, "add `statuses: write` under `permissions:`", false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := newStage(t, map[string]string{drop: dropUsers})
			s.server.Token(jobToken, test.has, githubtest.Bot)
			if test.name == "statuses" {
				s.env["INPUT_STATUS"] = "dropgate"
			}
			o := s.on("opened")
			if test.failed {
				o.wantFailed(t, test.line)
				return
			}
			o.want(t, exitBlocked, gate.Absent, users)
			if all := strings.Join(o.warnings(), "\n"); !strings.Contains(all, test.line) {
				t.Errorf("warnings %q, want %q in them", all, test.line)
			}
		})
	}
	t.Run("another token", func(t *testing.T) {
		s := newStage(t, map[string]string{drop: dropUsers})
		s.env["INPUT_GITHUB-TOKEN"] = "ghs_nobody_knows"
		s.on("opened").wantFailed(t, "the token is not valid")
	})
}

// Of a repository that is too large, the folders of the change are read one by one. A
// history that is not known in full counts as incomplete.
func TestActionTruncatedTrees(t *testing.T) {
	nothing := githubtest.Response{Edit: func(body any) any {
		tree := body.(map[string]any)
		tree["truncated"], tree["tree"] = true, []any{}
		return tree
	}}
	stage := func(t *testing.T, more, files map[string]string) *stage {
		s := newStageOn(t, more, files)
		s.server.Fail(wholeTree, -1, nothing)
		return s
	}
	t.Run("added", func(t *testing.T) {
		stage(t, nil, map[string]string{drop: dropUsers}).on("opened").want(t, exitBlocked, gate.Absent, users)
	})
	t.Run("a comment in an edited one", func(t *testing.T) {
		o := stage(t, map[string]string{drop: deleteUsers}, map[string]string{drop: "-- why\n" + deleteUsers}).on("opened")
		o.want(t, exitClear, gate.Absent)
		if !strings.Contains(o.out, "only a part of the repository's files") {
			t.Errorf("the log does not say that the history is cut:\n%s", o.out)
		}
	})
	t.Run("removed", func(t *testing.T) {
		s := stage(t, map[string]string{drop: deleteUsers}, map[string]string{"README.md": "#\n"})
		s.repo.Delete("feature", drop)
		s.on("opened").want(t, exitClear, gate.Absent)
	})
	t.Run("a symbolic link", func(t *testing.T) {
		s := stage(t, nil, map[string]string{"README.md": "#\n"})
		s.repo.CommitChange("feature", githubtest.Change{Files: map[string]githubtest.File{drop: {Content: "../x.sql", Mode: githubtest.ModeSymlink}}})
		if o := s.on("opened"); o.code != exitBlocked {
			t.Errorf("exit code %d, want 1\n%s", o.code, o.out)
		}
	})
	t.Run("the config", func(t *testing.T) {
		s := stage(t, map[string]string{configName: "threshold: 100\n"}, map[string]string{drop: dropUsers})
		s.on("opened").want(t, exitClear, gate.Absent)
	})
	t.Run("the folder too", func(t *testing.T) {
		s := newStage(t, map[string]string{drop: dropUsers})
		s.server.Fail(func(r *http.Request) bool { return strings.Contains(r.URL.Path, "/git/trees/") }, -1, nothing)
		o := s.on("opened")
		o.wantFailed(t, "listed in full")
		o.wantWrites(t)
	})
}

// The former version of a file that is included, and changed, is read when it is
// asked for.
func TestActionIncludedFileOfTheBase(t *testing.T) {
	const script = "scripts/common.txt"
	more := map[string]string{script: "CREATE TABLE made (id int);\n", "migrations/0002_made.sql": "\\ir ../" + script + "\n"}
	s := newStageOn(t, more, map[string]string{script: "SELECT 1;\n", "migrations/0003_drop.sql": "DROP TABLE IF EXISTS made, other;\n"})
	s.on("opened").want(t, exitBlocked, gate.Absent, "drop-table public.made")
	if got := s.server.Count("GET", "/repos/octo/shop/git/trees/*"); got != 2 {
		t.Errorf("%d lists of files, want 2", got)
	}
}

// GitHub's list of a pull request can be older than the comparison of the commits:
// what either has is reviewed.
func TestActionListedOtherwise(t *testing.T) {
	s := newStage(t, map[string]string{drop: dropUsers, orders: dropOrders})
	s.fails("GET "+pulls, -1, githubtest.Response{Edit: func(body any) any {
		body.(map[string]any)["changed_files"] = 1
		return body
	}})
	s.fails("GET "+pulls+"/files", -1, githubtest.Response{Edit: func(body any) any { return body.([]any)[:1] }})
	s.on("opened").want(t, exitBlocked, gate.Absent, users, "drop-table public.orders")
}

// A list that is not about the head under review is not reviewed.
func TestActionListOfAnotherHead(t *testing.T) {
	for name, edit := range map[string]func(map[string]any){
		"another content": func(f map[string]any) { f["sha"] = strings.Repeat("ab", 20) },
		"removed":         func(f map[string]any) { f["status"] = "removed" },
		"another path":    func(f map[string]any) { f["filename"] = "migrations/0009_none.up.sql" },
	} {
		t.Run(name, func(t *testing.T) {
			s := newStage(t, map[string]string{drop: dropUsers})
			s.fails(match("GET", "/compare/*"), -1, githubtest.Response{Edit: func(body any) any {
				edit(body.(map[string]any)["files"].([]any)[0].(map[string]any))
				return body
			}})
			s.on("opened").wantFailed(t, "run the job again")
		})
	}
}

// A config that the pull request changes or removes is read where it is still as it was.
func TestActionConfigThatChanges(t *testing.T) {
	for name, change := range map[string]githubtest.Change{
		"edited":  {Files: map[string]githubtest.File{configName: {Content: "threshold: 100\n"}}},
		"removed": {Delete: []string{configName}},
		"renamed": {Delete: []string{configName}, Files: map[string]githubtest.File{"other.yml": {Content: "label: looked-at\n"}}},
	} {
		t.Run(name, func(t *testing.T) {
			s := configured(t, "label: looked-at\n", map[string]string{drop: dropUsers})
			s.repo.CommitChange("feature", change)
			s.on("opened").want(t, exitBlocked, gate.Absent, users)
			s.wantSummary("looked-at")
		})
	}
}
