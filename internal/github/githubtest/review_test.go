package githubtest

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const (
	reviews  = "/repos/octo/shop/pulls/1/reviews"
	comments = "/repos/octo/shop/pulls/1/comments"
	initSQL  = "migrations/0001_init.sql"
)

// refusal is the body of a 422 whose errors are sentences.
type refusal struct {
	Message string   `json:"message"`
	Errors  []string `json:"errors"`
}

func TestAnchors(t *testing.T) {
	_, _, p, c := shop(t)
	const (
		notInDiff = "Pull request review thread line must be part of the diff and Pull request review thread diff hunk can't be blank"
		order     = "Pull request review thread start line must precede the end line."
		otherHunk = "Pull request review thread start line must be part of the same hunk as the line."
		noPath    = "Pull request review thread path is invalid and Pull request review thread diff hunk can't be blank"
	)
	// The diff of the file shows lines 1 to 6 and 12 to 18, of which 3 and 15 changed.
	tests := []struct {
		name    string
		comment object
		want    string // empty: it is accepted
	}{
		{"added line", object{"path": initSQL, "line": 3, "side": "RIGHT"}, ""},
		{"right is the default", object{"path": initSQL, "line": 3}, ""},
		{"removed line", object{"path": initSQL, "line": 3, "side": "LEFT"}, ""},
		{"context on the right", object{"path": initSQL, "line": 1, "side": "RIGHT"}, ""},
		{"context on the left", object{"path": initSQL, "line": 6, "side": "LEFT"}, ""},
		{"between the hunks", object{"path": initSQL, "line": 9, "side": "RIGHT"}, notInDiff},
		{"below the last hunk", object{"path": initSQL, "line": 19, "side": "RIGHT"}, notInDiff},
		{"no line", object{"path": initSQL, "side": "RIGHT"}, notInDiff},
		{"range", object{"path": initSQL, "start_line": 2, "line": 4, "side": "RIGHT"}, ""},
		{"range from left to right", object{"path": initSQL, "start_line": 3, "start_side": "LEFT", "line": 3, "side": "RIGHT"}, ""},
		{"range from right to left", object{"path": initSQL, "start_line": 3, "start_side": "RIGHT", "line": 3, "side": "LEFT"}, order},
		{"range of one line", object{"path": initSQL, "start_line": 3, "line": 3, "side": "RIGHT"}, order},
		{"range over two hunks", object{"path": initSQL, "start_line": 3, "line": 15, "side": "RIGHT"}, otherHunk},
		{"file outside the diff", object{"path": "README.md", "line": 1, "side": "RIGHT"}, noPath},
		{"renamed without a patch", object{"path": "migrations/0003_renamed.sql", "line": 1}, notInDiff},
		{"removed file on the left", object{"path": "migrations/0002_gone.sql", "line": 1, "side": "LEFT"}, ""},
		{"removed file on the right", object{"path": "migrations/0002_gone.sql", "line": 1, "side": "RIGHT"}, notInDiff},
		{"unknown side", object{"path": initSQL, "line": 3, "side": "MIDDLE"}, "Pull request review thread side is invalid"},
		{"by position", object{"path": initSQL, "position": 4}, ""},
		{"by a position that is not there", object{"path": initSQL, "position": 99}, "Pull request review thread position is invalid and Pull request review thread diff hunk can't be blank"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			test.comment["body"] = "look"
			good := object{"path": initSQL, "line": 15, "side": "RIGHT", "body": "good"}
			before := len(p.ReviewComments())
			got := c.send("POST", reviews, object{"event": "COMMENT", "commit_id": p.HeadSHA(), "comments": []object{good, test.comment}})
			added := len(p.ReviewComments()) - before
			if test.want == "" {
				if got.status != 200 || added != 2 {
					t.Fatalf("status %d %s with %d comments, want 200 with 2", got.status, got.text, added)
				}
				return
			}
			if got.status != 422 || added != 0 {
				t.Fatalf("status %d with %d comments, want 422 with none", got.status, added)
			}
			if diff := cmp.Diff([]string{test.want}, decode[refusal](t, got).Errors); diff != "" {
				t.Errorf("errors (-want +got):\n%s", diff)
			}
		})
	}
}

func TestReviewRefused(t *testing.T) {
	_, _, p, c := shop(t)
	long := strings.Repeat("ü", maxBody+1)
	line := object{"path": initSQL, "line": 3, "body": "look"}
	tests := []struct {
		name string
		body object
		want string
	}{
		{"body too long", object{"event": "COMMENT", "body": long}, tooLongText},
		{"comment too long", object{"event": "COMMENT", "comments": []object{{"path": initSQL, "line": 3, "body": long}}}, tooLongText},
		{"neither body nor comments", object{"event": "COMMENT"}, "Body can't be blank"},
		{"changes requested without a body", object{"event": "REQUEST_CHANGES", "comments": []object{line}}, "Body can't be blank"},
		{"commit of somewhere else", object{"event": "COMMENT", "body": "x", "commit_id": strings.Repeat("a", 40)}, "The commit_id is not part of the pull request"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := decode[refusal](t, c.want(422, "POST", reviews, test.body))
			if diff := cmp.Diff([]string{test.want}, got.Errors); diff != "" {
				t.Errorf("errors (-want +got):\n%s", diff)
			}
		})
	}
	if n := len(p.Reviews()); n != 0 {
		t.Errorf("%d reviews were made", n)
	}
	c.want(200, "POST", reviews, object{"event": "COMMENT", "body": long[2:]})
}

func TestPendingReview(t *testing.T) {
	_, _, p, c := shop(t)
	review := object{"event": "COMMENT", "comments": []object{{"path": initSQL, "line": 3, "body": "look"}}}
	left := decode[struct {
		ID    int64
		State string
	}](t, c.want(200, "POST", reviews, object{"comments": review["comments"]}))
	if left.State != "PENDING" || len(p.ReviewComments()) != 0 {
		t.Fatalf("state %s with %d visible comments, want PENDING with none", left.State, len(p.ReviewComments()))
	}
	got := decode[refusal](t, c.want(422, "POST", reviews, review))
	if diff := cmp.Diff([]string{"User can only have one pending review per pull request"}, got.Errors); diff != "" {
		t.Errorf("errors (-want +got):\n%s", diff)
	}
	c.want(200, "DELETE", fmt.Sprintf("%s/%d", reviews, left.ID), nil)
	c.want(200, "POST", reviews, review)
	p.PendingReview("carol", "")
	c.want(200, "POST", reviews, review)
	if list := decode[[]object](t, c.get(reviews)); len(list) != 2 {
		t.Errorf("%d reviews are listed, want 2: the pending one of somebody else is hidden", len(list))
	}
}

func TestOwnPullRequest(t *testing.T) {
	s, r, _, c := shop(t)
	r.OpenPullRequest("main", "feature", Bot)
	got := decode[refusal](t, c.want(422, "POST", "/repos/octo/shop/pulls/2/reviews", object{"event": "REQUEST_CHANGES", "body": "no"}))
	if diff := cmp.Diff([]string{"Can not request changes on your own pull request"}, got.Errors); diff != "" {
		t.Errorf("errors (-want +got):\n%s", diff)
	}
	if n := s.Count("POST", "/repos/*/*/pulls/*/reviews"); n != 1 {
		t.Errorf("%d requests counted, want 1", n)
	}
}

// place is what a comment's answer tells of where it stands.
type place struct {
	Line         *int   `json:"line"`
	OriginalLine int    `json:"original_line"`
	Position     *int   `json:"position"`
	Commit       string `json:"commit_id"`
	Original     string `json:"original_commit_id"`
}

func TestOutdated(t *testing.T) {
	_, r, p, c := shop(t)
	first := p.HeadSHA()
	for _, line := range []int{3, 15} {
		c.want(201, "POST", comments, object{"path": initSQL, "line": line, "side": "RIGHT", "body": "look", "commit_id": first})
	}
	second := r.Commit("feature", map[string]string{initSQL: "more\n" + strings.NewReplacer(
		"line 3\n", "changed again\n", "line 15\n", "changed 15\n").Replace(numbered(20))})
	number := func(n int) *int { return &n }
	want := []place{
		{nil, 3, nil, first, first},
		{number(16), 15, number(14), second, first},
	}
	if diff := cmp.Diff(want, decode[[]place](t, c.get(comments))); diff != "" {
		t.Errorf("places (-want +got):\n%s", diff)
	}
	var outdated []bool
	for _, comment := range p.ReviewComments() {
		outdated = append(outdated, comment.Outdated)
	}
	if diff := cmp.Diff([]bool{true, false}, outdated); diff != "" {
		t.Errorf("outdated (-want +got):\n%s", diff)
	}
	// The former head still is a commit of the pull request.
	c.want(200, "POST", reviews, object{"event": "COMMENT", "commit_id": first, "comments": []object{{"path": initSQL, "line": 3, "body": "late"}}})
}

func TestLineCommentRefused(t *testing.T) {
	_, _, p, c := shop(t)
	type problem struct{ Resource, Code, Field, Message string }
	got := decode[struct{ Errors []problem }](t, c.want(422, "POST", comments, object{
		"path": initSQL, "line": 9, "side": "RIGHT", "body": "look", "commit_id": p.HeadSHA(),
	}))
	want := []problem{{"PullRequestReviewComment", "custom", "pull_request_review_thread.line", "pull_request_review_thread.line must be part of the diff"}}
	if diff := cmp.Diff(want, got.Errors); diff != "" {
		t.Errorf("errors (-want +got):\n%s", diff)
	}
}

func TestReply(t *testing.T) {
	_, r, p, c := shop(t)
	c.want(201, "POST", comments, object{"path": initSQL, "line": 3, "side": "RIGHT", "body": "look", "commit_id": p.HeadSHA()})
	first := p.ReviewComments()[0].ID
	reply := p.Reply(first, "bob", "no")
	r.EditComment("bob", first, "spoofed")
	got := decode[[]struct {
		ID        int64
		Body      string
		InReplyTo int64 `json:"in_reply_to_id"`
	}](t, c.get(comments))
	if len(got) != 2 || got[0].Body != "spoofed" || got[1].ID != reply || got[1].InReplyTo != first {
		t.Errorf("comments = %+v", got)
	}
	r.DeleteComment(first)
	if n := len(p.ReviewComments()); n != 1 {
		t.Errorf("%d comments left, want 1", n)
	}
}
