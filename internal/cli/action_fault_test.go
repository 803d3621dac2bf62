package cli

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/dropgate/dropgate/internal/gate"
	"github.com/dropgate/dropgate/internal/github/githubtest"
)

// match picks requests of the pull request's repository.
func match(method, path string) string { return method + " /repos/octo/shop" + path }

// fails makes the next requests to "METHOD path" go wrong.
func (s *stage) fails(request string, times int, r githubtest.Response) {
	method, path, _ := strings.Cut(request, " ")
	s.server.Fail(githubtest.Match(method, path), times, r)
}

var forbidden = githubtest.Response{Status: 403, Body: `{"message":"Resource not accessible by integration","documentation_url":"https://docs.github.com/rest"}`}

// The token of a fork's run only reads. The verdict is the same.
func TestActionReadOnlyToken(t *testing.T) {
	s := newStage(t, map[string]string{drop: dropUsers})
	s.pr.SetFork(true)
	s.server.Token(jobToken, githubtest.Permissions{Contents: githubtest.Read, PullRequests: githubtest.Read}, githubtest.Bot)
	o := s.on("opened")
	o.want(t, exitBlocked, gate.Absent, users)
	o.wantWarning(t, "comments on the lines could not be posted", "the summary could not be posted")
	if got := o.on(t, drop).name; got != "error" || !strings.Contains(o.summary, "**Blocked**") {
		t.Errorf("the annotation is %q and the step summary says %q, want both to say it blocks", got, o.summary)
	}
	if len(s.pr.Comments())+len(s.pr.Reviews()) != 0 {
		t.Error("a token that only reads has written")
	}
	s.pr.Label(label, "bob")
	s.on("labeled").want(t, exitClear, gate.Valid, users)
	s.on("edited").want(t, exitBlocked, gate.Stale, users) // nothing could be remembered
}

func TestActionMayNotReadTheEvents(t *testing.T) {
	s := newStage(t, map[string]string{drop: dropUsers})
	s.fails("GET "+issues+"/events", -1, forbidden)
	s.on("opened").want(t, exitBlocked, gate.Absent, users)
	s.pr.Label(label, "bob")
	o := s.on("labeled")
	o.want(t, exitClear, gate.Valid, users)
	o.wantWarning(t, "who put the label on")
	if got := o.report.Decision.Acknowledgement; got.By != "bob" || got.At != "" {
		t.Errorf("put on by %q at %q, want bob at a time that is not known", got.By, got.At)
	}
	s.on("edited").want(t, exitBlocked, gate.Stale, users)
	s.repo.Commit("feature", map[string]string{orders: dropOrders})
	s.on("synchronize").want(t, exitBlocked, gate.Stale, users, "drop-table public.orders")
}

// What was noted while nothing was known of the label counts for nothing later.
func TestActionMayNotReadTheEventsForOnce(t *testing.T) {
	all := []string{users, "drop-table public.orders"}
	t.Run("after a push", func(t *testing.T) {
		s := newStage(t, map[string]string{drop: dropUsers})
		s.pr.Label(label, "bob")
		s.on("labeled").want(t, exitClear, gate.Valid, users)
		s.repo.Commit("feature", map[string]string{orders: dropOrders})
		s.fails("GET "+issues+"/events", 1, forbidden)
		s.on("synchronize").want(t, exitBlocked, gate.Stale, all...)
		s.on("synchronize").want(t, exitBlocked, gate.Stale, all...)
	})
	t.Run("after it was stale", func(t *testing.T) {
		s := newStage(t, map[string]string{drop: dropUsers})
		s.pr.Label(label, "bob")
		s.on("opened").want(t, exitBlocked, gate.Stale, users)
		s.fails("GET "+issues+"/events", 1, forbidden)
		s.on("edited").want(t, exitBlocked, gate.Stale, users)
		s.on("edited").want(t, exitBlocked, gate.Stale, users)
	})
}

func TestActionCouldNotReview(t *testing.T) {
	notFound := githubtest.Response{Status: 404, Body: `{"message":"Not Found"}`}
	less := func(key string) githubtest.Response {
		return githubtest.Response{Edit: func(body any) any { delete(body.(map[string]any), key); return body }}
	}
	tests := []struct {
		name    string
		request string
		answer  githubtest.Response
		why     string
	}{
		{"no pull request", "GET " + pulls, notFound, "read pull request 1: GitHub answers 404"},
		{"a token that is no longer valid", "GET " + pulls, githubtest.Response{Status: 401, Body: `{"message":"Bad credentials"}`}, "the token is not valid"},
		{"no permission for pull requests", "GET " + pulls, forbidden, "`pull-requests: read`"},
		{"no permission for contents", match("GET", "/git/**"), forbidden, "`contents: read`"},
		{"no comparison", match("GET", "/compare/*"), forbidden, "compare main with"},
		{"nothing in common", match("GET", "/compare/*"), notFound, "compare"},
		{"a comparison of what", match("GET", "/compare/*"), less("merge_base_commit"), "incomplete answer"},
		{"it does not say how many files", "GET " + pulls, less("changed_files"), "incomplete answer"},
		{"fewer files than promised", "GET " + pulls, githubtest.Response{Edit: func(body any) any {
			body.(map[string]any)["changed_files"] = 5
			return body
		}}, "GitHub lists 1 of the 5 changed files"},
		{"half of all trees", match("GET", "/git/trees/*"), githubtest.TruncatedTree(), "not listed in full"},
		{"no blob", match("GET", "/git/blobs/*"), notFound, "read blob"},
		{"half a blob", match("GET", "/git/blobs/*"), githubtest.Response{Edit: func(body any) any {
			body.(map[string]any)["size"] = 1000
			return body
		}}, "incomplete answer"},
		{"no JSON", match("GET", "/compare/*"), githubtest.Response{Status: 200, Body: "<html>"}, "compare main with"},
		{"a limit that lasts", "GET " + pulls, githubtest.Exhausted(403, 4_000_000_000), "rate limit"},
		{"another limit that lasts", match("GET", "/git/trees/*"), githubtest.RateLimited(429, 3600), "rate limit"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := newStage(t, map[string]string{drop: dropUsers})
			s.pr.Label(label, "bob")
			s.fails(test.request, -1, test.answer)
			if strings.Contains(test.request, "/git/blobs/") {
				delete(s.env, "GITHUB_GRAPHQL_URL") // which else brings them
			}
			o := s.on("labeled")
			o.wantFailed(t, test.why)
			o.wantWrites(t)
		})
	}
	t.Run("fewer of many files than GitHub lists", func(t *testing.T) {
		s := newStage(t, many(3005))
		s.server.Fail(githubtest.Match("GET", pulls+"/files"), 1, githubtest.Response{Edit: func(body any) any {
			return body.([]any)[1:]
		}})
		s.on("opened").wantFailed(t, "2999 of the 3005 changed files")
	})
	t.Run("no server", func(t *testing.T) {
		s := newStage(t, map[string]string{drop: dropUsers})
		s.env["GITHUB_API_URL"] = "ftp://example.com"
		s.on("opened").wantFailed(t, "GITHUB_API_URL")
	})
}

// GitHub's list of a pull request's files is asked for when the comparison does not
// have them all.
func TestActionListOfFiles(t *testing.T) {
	tests := []struct {
		name   string
		answer githubtest.Response
		why    string
	}{
		{"none", githubtest.Response{Edit: func(any) any { return []any{} }}, "0 of the 1 changed files"},
		{"forbidden", forbidden, "`pull-requests: read`"},
		{"no JSON", githubtest.Response{Status: 200, Body: "<html>"}, "list the files of pull request 1"},
		{"a limit that lasts", githubtest.RateLimited(429, 3600), "rate limit"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := newStage(t, map[string]string{drop: dropUsers})
			s.withoutCompared("files")
			s.fails("GET "+pulls+"/files", -1, test.answer)
			o := s.on("opened")
			o.wantFailed(t, test.why)
			o.wantWrites(t)
		})
	}
	for _, key := range []string{"files", "patch"} {
		t.Run("without "+key, func(t *testing.T) {
			s := newStage(t, map[string]string{drop: dropUsers})
			s.withoutCompared(key)
			o := s.on("opened")
			o.want(t, exitBlocked, gate.Absent, users)
			s.wantPlaces(drop + ":3")
			if got := s.server.Count("GET", pulls+"/files"); got != 1 {
				t.Errorf("the files were listed %d times, want once", got)
			}
		})
	}
}

// withoutCompared leaves the files, or a part of each, out of comparisons.
func (s *stage) withoutCompared(key string) {
	s.fails(match("GET", "/compare/*"), -1, githubtest.Response{Edit: func(body any) any {
		if key == "files" {
			delete(body.(map[string]any), key)
			return body
		}
		for _, f := range body.(map[string]any)["files"].([]any) {
			delete(f.(map[string]any), key)
		}
		return body
	}})
}

// A push in the middle of a run must not make it judge a mixture. The comparison is
// about the head that was asked for; the list of files may be about another one.
func TestActionHeadMovesMeanwhile(t *testing.T) {
	for _, before := range []string{"/repos/octo/shop/compare/*", "/repos/octo/shop/git/trees/*", pulls + "/files"} {
		t.Run(before, func(t *testing.T) {
			s := newStage(t, map[string]string{drop: dropUsers})
			s.pr.Label(label, "bob")
			event := s.pr.Event("labeled")
			if before == pulls+"/files" {
				s.withoutCompared("files")
			}
			s.server.Before(githubtest.Match("GET", before), func() {
				s.repo.CommitChange("feature", githubtest.Change{
					Delete: []string{drop}, Files: map[string]githubtest.File{"README.md": {Content: "#\n"}},
				})
			})
			o := s.run(event)
			if before == pulls+"/files" {
				o.wantFailed(t, "moved on")
				return
			}
			o.want(t, exitClear, gate.Valid, users)
		})
	}
}

// The labels are those that the pull request has when the run begins.
func TestActionLabelTakenOffMeanwhile(t *testing.T) {
	s := newStage(t, map[string]string{drop: dropUsers})
	s.pr.Label(label, "bob")
	event := s.pr.Event("labeled")
	s.server.Before(githubtest.Match("GET", pulls), func() { s.pr.Unlabel(label, "bob") })
	s.run(event).want(t, exitBlocked, gate.Absent, users)
}

// What was refused is tried again when GitHub says so; nothing comes twice.
func TestActionWaitsForLimits(t *testing.T) {
	for _, answer := range []githubtest.Response{
		githubtest.RateLimited(403, 0), githubtest.RateLimited(429, 0),
	} {
		for _, request := range []string{"GET " + pulls, "GET " + issues + "/comments", postReview, postSummary} {
			t.Run(fmt.Sprintf("%d %s", answer.Status, request), func(t *testing.T) {
				s := newStage(t, map[string]string{drop: dropUsers})
				s.fails(request, 2, answer)
				o := s.on("opened")
				o.want(t, exitBlocked, gate.Absent, users)
				o.wantWarning(t)
				s.wantPlaces(drop + ":3")
				s.summaryComment()
			})
		}
	}
}

func TestActionServerErrors(t *testing.T) {
	s := newStage(t, map[string]string{drop: dropUsers})
	s.fails(match("GET", "/compare/*"), 1, githubtest.ServerError(502))
	o := s.on("opened")
	o.want(t, exitBlocked, gate.Absent, users)
	o.wantWrites(t, postReview, postSummary)
	if got := s.server.Count("GET", "/repos/octo/shop/compare/*"); got != 2 {
		t.Errorf("the comparison was asked for %d times, want 2", got)
	}
}

// A crash is no verdict.
func TestActionCrash(t *testing.T) {
	s := newStage(t, map[string]string{drop: dropUsers})
	s.fails("GET "+pulls, -1, githubtest.Exhausted(403, 4_000_000_000))
	s.now = func() time.Time { panic("##[set-output name=blocked]false") }
	if o := s.on("opened"); o.code != exitFailed {
		t.Errorf("exit code %d, want 2", o.code)
	}
}

// What GitHub does not take changes no verdict.
func TestActionCannotPost(t *testing.T) {
	tests := []struct {
		name     string
		request  string
		answer   githubtest.Response
		warnings []string
		writes   []string
	}{
		{"review refused", postReview, githubtest.Response{Status: 422, Body: `{"message":"Unprocessable Entity","errors":["no"]}`},
			[]string{"comments on the lines could not be posted"}, []string{postReview, postSummary}},
		{"review forbidden", postReview, forbidden,
			[]string{"comments on the lines could not be posted"}, []string{postReview, postSummary}},
		{"review limited", postReview, githubtest.RateLimited(403, 3600),
			[]string{"comments on the lines could not be posted"}, []string{postReview, postSummary}},
		{"summary forbidden", postSummary, forbidden,
			[]string{"the summary could not be posted"}, []string{postReview, postSummary}},
		{"comments cannot be read", "GET " + issues + "/comments", forbidden,
			[]string{"the comments could not be read, so nothing is posted"}, nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := newStage(t, map[string]string{drop: dropUsers})
			s.fails(test.request, -1, test.answer)
			o := s.on("opened")
			o.want(t, exitBlocked, gate.Absent, users)
			o.wantWarning(t, test.warnings...)
			o.wantWrites(t, test.writes...)
			if strings.HasSuffix(test.request, "pulls/1/reviews") {
				s.wantSummary("No comment could be placed", drop+":3")
			}
		})
	}
}

// Comments that could not be posted are posted by a later run.
func TestActionPostsLater(t *testing.T) {
	s := newStage(t, map[string]string{drop: dropUsers})
	s.fails(postReview, 1, forbidden)
	s.on("opened")
	o := s.on("opened")
	o.wantWarning(t)
	s.wantPlaces(drop + ":3")
	if body := s.summaryComment().Body; strings.Contains(body, "No comment could be placed") {
		t.Errorf("the summary still says that there is no comment:\n%s", body)
	}
}

// A review that another workflow left pending is in the way of ours.
func TestActionPendingReview(t *testing.T) {
	s := newStage(t, map[string]string{drop: dropUsers})
	s.pr.PendingReview(githubtest.Bot, "left behind")
	o := s.on("opened")
	o.want(t, exitBlocked, gate.Absent, users)
	o.wantWarning(t)
	s.wantPlaces(drop + ":3")
}

// The head was replaced between reading and posting.
func TestActionForcedPushMeanwhile(t *testing.T) {
	s := newStage(t, map[string]string{drop: dropUsers})
	s.server.Before(githubtest.Match("POST", pulls+"/reviews"), func() {
		s.repo.Branch("feature", "main")
		s.repo.Commit("feature", map[string]string{"README.md": "#\n"})
	})
	o := s.on("opened")
	o.want(t, exitBlocked, gate.Absent, users)
	o.wantWarning(t, "comments on the lines could not be posted")
	s.wantPlaces()
}

// The lines are those of the head that was read.
func TestActionPushMeanwhile(t *testing.T) {
	s := newStage(t, map[string]string{drop: dropUsers})
	head := s.pr.HeadSHA()
	s.server.Before(githubtest.Match("POST", pulls+"/reviews"), func() {
		s.repo.Commit("feature", map[string]string{drop: lines(10) + dropUsers})
	})
	s.on("opened").want(t, exitBlocked, gate.Absent, users)
	if c := s.pr.ReviewComments(); len(c) != 1 || c[0].CommitID != head || c[0].Line != 3 {
		t.Errorf("comments %v, want one on line 3 of %s", c, head)
	}
	if o := s.on("synchronize"); !patchSummary(o) {
		t.Errorf("changed %v, want the summary comment only, whose lines have moved", o.writes)
	}
}

func TestActionAnotherIdentity(t *testing.T) {
	const app = "migrations-of-octo[bot]"
	s := newStage(t, map[string]string{drop: dropUsers})
	s.server.Token(jobToken, workflow, app)
	s.on("opened").wantWrites(t, postReview, postSummary)
	s.on("opened").wantWrites(t)
	if got := s.pr.Comments(); len(got) != 1 || got[0].Author != app {
		t.Errorf("comments %v, want one by %s", got, app)
	}
}

// More line comments than GitHub takes at once are named in the summary.
func TestActionManyFindings(t *testing.T) {
	var text strings.Builder
	for range 35 {
		text.WriteString("DELETE FROM users;\n")
	}
	s := newStage(t, map[string]string{drop: text.String()})
	o := s.on("opened")
	if o.code != exitBlocked || len(o.report.Findings) != 35 || len(s.places()) != 30 {
		t.Errorf("exit code %d, %d findings, %d comments, want 1, 35 and 30", o.code, len(o.report.Findings), len(s.places()))
	}
	s.wantSummary(drop + ":31")
	s.on("opened").wantWrites(t)
	errors := 0
	for _, c := range o.annotations {
		if c.name == "error" {
			errors++
		}
	}
	if errors != 10 {
		t.Errorf("%d errors annotated, want the 10 that GitHub shows", errors)
	}
}
