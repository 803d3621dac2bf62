package githubtest

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
)

// TestEveryRoute sends a request to every route that there is. That each
// request and each answer fits GitHub's description is checked by Start.
func TestEveryRoute(t *testing.T) {
	s, r, p, c := shop(t)
	r.Role("bob", "triage")
	r.Require("main", "dropgate")
	p.Label("backup-check", "bob")
	p.Label("needs/review 100%", "bob")
	p.Unlabel("needs/review 100%", "alice")
	head := p.HeadSHA()
	comment := p.Comment("bob", "hello")
	pending := p.PendingReview(Bot, "left over")
	r.SetStatus(Status{SHA: head, Context: "ci", State: "success", Creator: "bob"})
	r.AddRun(WorkflowRun{Name: "Drill", Path: ".github/workflows/drill.yml", Event: "schedule", HeadSHA: head, HeadBranch: "main", Actor: "bob", Status: "completed", Conclusion: "success"})
	line := object{"path": "migrations/0001_init.sql", "line": 3, "side": "RIGHT", "body": "look"}
	repo := "/repos/octo/shop"
	blob := r.Blob("main", "README.md")

	steps := []struct {
		request string
		body    any
		status  int
	}{
		{"GET ", nil, 200},
		{"GET /collaborators/bob/permission", nil, 200},
		{"GET /branches/main", nil, 200},
		{"GET /branches/main/protection", nil, 404},
		{"GET /rules/branches/main", nil, 200},
		{"GET /git/blobs/" + blob, nil, 200},
		{"GET /git/trees/" + head + "?recursive=1", nil, 200},
		{"GET /git/commits/" + head, nil, 200},
		{"GET /git/ref/heads/main", nil, 200},
		{"GET /commits/" + head, nil, 200},
		{"GET /commits/" + head + "/status", nil, 200},
		{"GET /commits/" + head + "/statuses", nil, 200},
		{"GET /commits/" + head + "/pulls", nil, 200},
		{"GET /compare/main...feature", nil, 200},
		{"GET /contents/migrations/0001_init.sql?ref=feature", nil, 200},
		{"GET /contents/migrations", nil, 200},
		{"GET /contents/", nil, 200},
		{"GET /contents/migrations/none.sql", nil, 404},
		{"GET /tarball/main", nil, 302},
		{"POST /statuses/" + head, object{"state": "failure", "context": "dropgate", "description": "blocked"}, 201},
		{"GET /pulls/1", nil, 200},
		{"GET /pulls/2", nil, 404},
		{"GET /pulls/1/commits", nil, 200},
		{"GET /pulls/1/files?per_page=100&page=1", nil, 200},
		{"GET /pulls/1/reviews", nil, 200},
		{fmt.Sprintf("PUT /pulls/1/reviews/%d", pending), object{"body": "mine"}, 200},
		{fmt.Sprintf("POST /pulls/1/reviews/%d/events", pending), object{"event": "APPROVE"}, 200},
		{fmt.Sprintf("DELETE /pulls/1/reviews/%d", pending), nil, 422},
		{fmt.Sprintf("PUT /pulls/1/reviews/%d/dismissals", pending), object{"message": "old"}, 200},
		{"POST /pulls/1/reviews", object{"event": "COMMENT", "commit_id": head, "body": "see", "comments": []object{line}}, 200},
		{"POST /pulls/1/comments", object{"path": line["path"], "line": 15, "side": "RIGHT", "body": "here", "commit_id": head}, 201},
		{"POST /pulls/1/comments", object{"path": line["path"], "subject_type": "file", "body": "file", "commit_id": head}, 201},
		{"GET /pulls/1/comments", nil, 200},
		{"GET /issues/1/comments", nil, 200},
		{"POST /issues/1/comments", object{"body": "summary"}, 201},
		{fmt.Sprintf("PATCH /issues/comments/%d", comment), object{"body": "changed"}, 200},
		{"GET /issues/1/events", nil, 200},
		{"GET /issues/1/timeline", nil, 200},
		{"GET /issues/1/labels", nil, 200},
		{"POST /issues/1/labels", []string{"a/b"}, 200},
		{"POST /issues/1/labels", object{"labels": []string{"c"}}, 200},
		{"DELETE /issues/1/labels/a%2Fb", nil, 200},
		{"DELETE /issues/1/labels/never", nil, 404},
		{"GET /actions/runs?head_sha=" + head, nil, 200},
		{"GET /actions/workflows/drill.yml/runs?status=success", nil, 200},
		{"POST /check-runs", object{"name": "dropgate", "head_sha": head, "status": "in_progress"}, 201},
	}
	for _, step := range steps {
		method, path, _ := strings.Cut(step.request, " ")
		before := len(s.Violations())
		got := c.send(method, repo+path, step.body)
		if got.status != step.status {
			t.Errorf("%s = %d %s, want %d", step.request, got.status, got.text, step.status)
		}
		if after := len(s.Violations()); after > before {
			t.Logf("%s: %d violations", step.request, after-before)
		}
	}
	for _, written := range p.ReviewComments() {
		c.want(200, "PATCH", fmt.Sprintf("%s/pulls/comments/%d", repo, written.ID), object{"body": "new"})
		c.want(204, "DELETE", fmt.Sprintf("%s/pulls/comments/%d", repo, written.ID), nil)
	}
	c.want(200, "PATCH", fmt.Sprintf("%s/check-runs/%s", repo, r.CheckRuns()[0].ID), object{"conclusion": "success"})
	if got := p.Labels(); strings.Join(got, " ") != "backup-check c" {
		t.Errorf("labels = %q", got)
	}
	covered(t, s)
}

// covered fails the test when a route of the table was never asked.
func covered(t *testing.T, s *Server) {
	t.Helper()
	for _, route := range table {
		method, path, _ := strings.Cut(route.pattern, " ")
		mux := http.NewServeMux()
		mux.HandleFunc(method+" /repos/{owner}/{repo}"+path, func(http.ResponseWriter, *http.Request) {})
		asked := false
		for _, r := range s.Requests() {
			req, err := http.NewRequest(r.Method, "http://github.test"+r.Path, nil)
			if err != nil {
				t.Fatal(err)
			}
			_, pattern := mux.Handler(req)
			asked = asked || pattern != ""
		}
		if !asked {
			t.Errorf("no request to %s", route.pattern)
		}
	}
}
