package githubtest

import (
	"net/http"
	"strings"
)

// route is one operation: where it is, what it needs and what answers it.
type route struct {
	pattern string
	need    need
	handle  func(*call) answer
}

// table lists every operation in a repository; patterns are those of
// [http.ServeMux], below /repos/{owner}/{repo}.
var table = []route{
	{"GET ", metadata, getRepository},
	{"GET /collaborators/{login}/permission", metadata, getPermission},
	{"GET /branches/{branch}", readContents, getBranch},
	{"GET /branches/{branch}/protection", administration(Read), getProtection},
	{"GET /rules/branches/{branch...}", metadata, getRules},

	{"GET /git/blobs/{sha}", readContents, getBlob},
	{"GET /git/trees/{sha}", readContents, getTree},
	{"GET /git/commits/{sha}", readContents, getGitCommit},
	{"GET /git/ref/{ref...}", readContents, getRef},
	{"GET /commits/{ref...}", readContents, getCommit},
	{"GET /commits/{ref}/status", statuses(Read), getCombinedStatus},
	{"GET /commits/{ref}/statuses", statuses(Read), listStatuses},
	{"GET /commits/{ref}/pulls", pulls(Read), listCommitPulls},
	{"GET /compare/{range...}", readContents, compare},
	{"GET /contents/{path...}", readContents, getContents},
	{"GET /tarball/{ref...}", readContents, getTarball},
	{"POST /statuses/{sha}", statuses(Write), createStatus},

	{"GET /pulls/{number}", pulls(Read), getPull},
	{"GET /pulls/{number}/commits", pulls(Read), listPullCommits},
	{"GET /pulls/{number}/files", pulls(Read), listFiles},
	{"GET /pulls/{number}/comments", pulls(Read), listReviewComments},
	{"POST /pulls/{number}/comments", pulls(Write), createReviewComment},
	{"PATCH /pulls/comments/{id}", pulls(Write), updateReviewComment},
	{"DELETE /pulls/comments/{id}", pulls(Write), deleteReviewComment},
	{"GET /pulls/{number}/reviews", pulls(Read), listReviews},
	{"POST /pulls/{number}/reviews", pulls(Write), createReview},
	{"PUT /pulls/{number}/reviews/{id}", pulls(Write), updateReview},
	{"DELETE /pulls/{number}/reviews/{id}", pulls(Write), deleteReview},
	{"POST /pulls/{number}/reviews/{id}/events", pulls(Write), submitReview},
	{"PUT /pulls/{number}/reviews/{id}/dismissals", pulls(Write), dismissReview},

	{"GET /issues/{number}/comments", conversation(Read), listComments},
	{"POST /issues/{number}/comments", conversation(Write), createComment},
	{"PATCH /issues/comments/{id}", conversation(Write), updateComment},
	{"GET /issues/{number}/events", conversation(Read), listEvents},
	{"GET /issues/{number}/timeline", conversation(Read), listTimeline},
	{"GET /issues/{number}/labels", conversation(Read), listLabels},
	{"POST /issues/{number}/labels", conversation(Write), addLabels},
	{"DELETE /issues/{number}/labels/{name}", conversation(Write), removeLabel},

	{"GET /actions/runs", actions(Read), listRuns},
	{"GET /actions/workflows/{workflow}/runs", actions(Read), listRuns},
	{"POST /check-runs", checks(Write), createCheckRun},
	{"PATCH /check-runs/{id}", checks(Write), updateCheckRun},
}

func (s *Server) routes() *http.ServeMux {
	mux := http.NewServeMux()
	for _, r := range table {
		method, path, _ := strings.Cut(r.pattern, " ")
		mux.HandleFunc(method+" /repos/{owner}/{repo}"+path, func(w http.ResponseWriter, req *http.Request) {
			w.(*answerBox).answer = s.enter(req, r)
		})
	}
	mux.HandleFunc("POST /graphql", func(w http.ResponseWriter, req *http.Request) {
		w.(*answerBox).answer = s.withToken(req, graphQL)
	})
	mux.HandleFunc("GET /orgs/{organisation}/teams/{team}/memberships/{login}", func(w http.ResponseWriter, req *http.Request) {
		w.(*answerBox).answer = s.withToken(req, getMembership)
	})
	mux.HandleFunc("GET /user", func(w http.ResponseWriter, req *http.Request) {
		w.(*answerBox).answer = s.withToken(req, getUser)
	})
	return mux
}

// enter checks the token and finds the repository before a handler is called.
func (s *Server) enter(r *http.Request, to route) answer {
	return s.withToken(r, func(c *call) answer {
		name := strings.ToLower(r.PathValue("owner") + "/" + r.PathValue("repo"))
		c.repo = s.repositories[name]
		if c.repo == nil && to.pattern == "GET /commits/{ref}/pulls" {
			c.repo = s.upstream(name)
		}
		if c.repo == nil {
			return notFound()
		}
		if !to.need(s.tokens[bearer(r)].permissions) {
			return to.need.refuse()
		}
		return to.handle(c)
	})
}

// upstream returns the repository that has a pull request from the named fork.
func (s *Server) upstream(fork string) *Repository {
	for _, r := range s.repositories {
		for _, p := range r.pulls {
			if p.fork && !p.forkGone && strings.ToLower(p.headOwner()+"/"+r.name) == fork {
				return r
			}
		}
	}
	return nil
}

// withToken refuses a request without a token, or with one that the server
// does not know.
func (s *Server) withToken(r *http.Request, handle func(*call) answer) answer {
	value := bearer(r)
	if value == "" {
		return refuse(http.StatusUnauthorized, "Requires authentication")
	}
	known := s.tokens[value]
	if known == nil {
		return refuse(http.StatusUnauthorized, "Bad credentials")
	}
	return handle(&call{Request: r, server: s, login: known.login})
}
