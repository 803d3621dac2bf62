package github

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dropgate/dropgate/internal/github/githubtest"
)

// comments returns a comment on each of n lines of the migration.
func comments(n int) []LineComment {
	var list []LineComment
	for i := range n {
		list = append(list, LineComment{Key: fmt.Sprintf("k%d", i+1), Path: migration, Line: i + 1, Body: fmt.Sprintf("text %d", i+1)})
	}
	return list
}

// review posts what of the list is not on the pull request yet, as a run does.
func (s *stage) review(list []LineComment) (posted int, beyond, failed []LineComment, err error) {
	there, err := s.LineComments(s.t.Context(), s.pr.Number(), githubtest.Bot)
	if err != nil {
		return 0, nil, list, err
	}
	plan := PlanComments(there, list, DefaultComments, func(Posted) string { return "gone" })
	failed, err = s.PostReview(s.t.Context(), s.pr.Number(), s.pr.HeadSHA(), githubtest.Bot, plan.Post)
	return len(plan.Post) - len(failed), plan.Beyond, failed, err
}

// keys returns the comments' keys as one string.
func keys(list []LineComment) string {
	var names []string
	for _, c := range list {
		names = append(names, c.Key)
	}
	return strings.Join(names, " ")
}

// posted returns the keys of the bot's comments on the pull request, in order.
func (s *stage) posted() string {
	var names []string
	for _, c := range s.pr.ReviewComments() {
		name, ok := strings.CutPrefix(c.Body, "<!-- dropgate:finding ")
		if c.Author == githubtest.Bot && ok {
			name, _, _ = strings.Cut(name, " ")
			names = append(names, name)
		}
	}
	return strings.Join(names, " ")
}

var reviewPost = githubtest.Match("POST", "/repos/acme/shop/pulls/1/reviews")

func TestPostReview(t *testing.T) {
	s := newStage(t)
	list := comments(3)
	list[1].StartLine = 1 // lines 1 and 2
	list[2].StartLine = 3 // the same as none
	n, skipped, failed, err := s.review(list)
	if n != 3 || len(skipped)+len(failed) != 0 || err != nil {
		t.Fatalf("got %d posted, %v skipped, %v failed, error %v", n, skipped, failed, err)
	}
	reviews := s.pr.Reviews()
	if len(reviews) != 1 || reviews[0].State != "COMMENTED" || reviews[0].CommitID != s.pr.HeadSHA() || reviews[0].Body == "" {
		t.Errorf("got %+v, want one submitted review on the head", reviews)
	}
	type place struct {
		Start, Line int
		Side, Body  string
	}
	var got []place
	for _, c := range s.pr.ReviewComments() {
		got = append(got, place{c.StartLine, c.Line, c.Side, c.Body})
	}
	want := []place{
		{0, 1, "RIGHT", "<!-- dropgate:finding k1 -->\ntext 1"},
		{1, 2, "RIGHT", "<!-- dropgate:finding k2 -->\ntext 2"},
		{0, 3, "RIGHT", "<!-- dropgate:finding k3 -->\ntext 3"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestPostReviewTwice(t *testing.T) {
	s := newStage(t)
	for range 2 {
		if _, _, _, err := s.review(comments(4)); err != nil {
			t.Fatal(err)
		}
	}
	if n, _, _, err := s.review(append(comments(5), comments(5)...)); n != 1 || err != nil {
		t.Errorf("got %d posted, error %v; want the one that is new", n, err)
	}
	if got, want := s.posted(), "k1 k2 k3 k4 k5"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	// A push that moves the lines leaves the comments outdated, and they stay.
	s.repo.Commit("drop", map[string]string{migration: "-- first\n" + sqlLines(8)})
	s.server.Forget()
	if n, _, _, err := s.review(comments(5)); n != 0 || err != nil || len(s.server.Writes()) != 0 {
		t.Errorf("after a push: got %d posted, error %v, writes %v; want none", n, err, s.server.Writes())
	}
}

func TestPostReviewNothing(t *testing.T) {
	s := newStage(t)
	if failed, err := s.PostReview(t.Context(), 1, s.pr.HeadSHA(), githubtest.Bot, nil); failed != nil || err != nil {
		t.Errorf("got %v, %v; want nothing", failed, err)
	}
	if n := len(s.server.Requests()); n != 0 {
		t.Errorf("got %d requests, want none", n)
	}
	if failed, err := s.PostReview(t.Context(), 1, "main", githubtest.Bot, comments(1)); err == nil || len(failed) != 1 {
		t.Errorf("a branch for a commit: got %v failed, error %v; want an error", failed, err)
	}
}

// The marker counts only in the viewer's own comments, and only at their beginning.
func TestPostReviewSpoofed(t *testing.T) {
	s := newStage(t)
	s.as("mallory", githubtest.Write)
	if failed, err := s.PostReview(t.Context(), 1, s.pr.HeadSHA(), "mallory", comments(2)); failed != nil || err != nil {
		t.Fatalf("got %v, error %v", failed, err)
	}
	s.as(githubtest.Bot, githubtest.Write)
	hostile := comments(2)
	hostile[0].Body = "```sql\n" + marked("k2", false, "") + "```"
	for i, list := range [][]LineComment{hostile[:1], hostile} {
		if n, _, _, err := s.review(list); n != 1 || err != nil {
			t.Errorf("call %d: got %d posted, error %v; want 1", i, n, err)
		}
	}
	if got := s.posted(); got != "k1 k2" {
		t.Errorf("got %s, want k1 k2", got)
	}
}

func TestLineCommentsManyPages(t *testing.T) {
	s := newStage(t)
	s.repo.Commit("drop", map[string]string{migration: sqlLines(250)})
	if _, err := s.PostReview(t.Context(), 1, s.pr.HeadSHA(), githubtest.Bot, comments(230)); err != nil {
		t.Fatal(err)
	}
	there, err := s.LineComments(t.Context(), 1, githubtest.Bot)
	if err != nil || len(there) != 230 || there[229].Key != "k230" || there[229].Line != 230 {
		t.Errorf("got %d comments, error %v; want 230", len(there), err)
	}
}

func TestPostReviewCap(t *testing.T) {
	s := newStage(t)
	s.repo.Commit("drop", map[string]string{migration: sqlLines(50)})
	wants := []struct {
		list            []LineComment
		posted, skipped int
	}{
		{comments(40), 30, 10},
		{comments(40), 0, 10},      // a run that is repeated adds nothing
		{comments(40)[30:], 10, 0}, // the others are gone
	}
	for i, want := range wants {
		n, skipped, failed, err := s.review(want.list)
		if n != want.posted || len(skipped) != want.skipped || len(failed) != 0 || err != nil {
			t.Errorf("call %d: got %d posted, %d skipped, %d failed, error %v; want %d, %d",
				i, n, len(skipped), len(failed), err, want.posted, want.skipped)
		}
	}
}

func TestPostReviewRefused(t *testing.T) {
	beyond := append(comments(2), LineComment{Key: "far", Path: migration, Line: 99, Body: "x"})
	odd := githubtest.Response{Status: 422, Body: `{"message":"Unprocessable Entity","errors":["Review comments is invalid"]}`}
	tests := []struct {
		name           string
		list           []LineComment
		set            func(*stage)
		posted, failed string
		err            error
	}{
		{"one outside the diff", beyond, func(*stage) {}, "k1 k2", "far", ErrUnprocessable},
		{"all outside the diff", beyond[2:], func(*stage) {}, "", "far", ErrUnprocessable},
		{"nobody knows why", comments(2), func(s *stage) { s.server.Fail(reviewPost, -1, odd) }, "", "k1 k2", ErrUnprocessable},
		{"refused again without it", beyond, func(s *stage) { s.server.Fail(reviewPost, -1, odd) }, "", "k1 k2 far", ErrUnprocessable},
		{"head moved on", beyond, func(s *stage) {
			s.server.Before(reviewPost, func() { s.repo.Commit("drop", map[string]string{"b.sql": "x"}) })
		}, "", "k1 k2 far", ErrUnprocessable},
		{"pull request not to be had", beyond, func(s *stage) {
			s.server.Fail(githubtest.Match("GET", "/repos/acme/shop/pulls/1"), -1, githubtest.ServerError(500))
		}, "", "k1 k2 far", ErrUnprocessable},
		{"one that nobody could know of", comments(6), func(s *stage) {
			s.server.Fail(githubtest.MatchBody("POST", "/repos/acme/shop/pulls/1/reviews", "finding k4 "), -1, odd)
		}, "k1 k2 k3 k5 k6", "k4", ErrUnprocessable},
		{"refused for once", comments(4), func(s *stage) { s.server.Fail(reviewPost, 1, odd) }, "k1 k2 k3 k4", "", nil},
		{"pending review left over", comments(2), func(s *stage) { s.pr.PendingReview(githubtest.Bot, "other tool") }, "k1 k2", "", nil},
		{"pending review, and one outside", beyond, func(s *stage) { s.pr.PendingReview(githubtest.Bot, "other tool") }, "k1 k2", "far", ErrUnprocessable},
		{"somebody else's pending review", comments(2), func(s *stage) { s.pr.PendingReview("carol", "draft") }, "k1 k2", "", nil},
		{"pending review that stays", comments(2), func(s *stage) {
			s.pr.PendingReview(githubtest.Bot, "other tool")
			s.server.Fail(githubtest.Match("DELETE", "/repos/**"), -1, githubtest.ServerError(500))
		}, "", "k1 k2", errAny},
		{"fork", comments(2), func(s *stage) { s.as(githubtest.Bot, githubtest.Read) }, "", "k1 k2", ErrForbidden},
		{"nothing readable", comments(2), func(s *stage) { s.as(githubtest.Bot, 0) }, "", "k1 k2", ErrForbidden},
		{"too long", []LineComment{{Key: "long", Path: migration, Line: 1, Body: "```\n" + strings.Repeat("x", CommentLimit)}, comments(1)[0]},
			func(*stage) {}, "long k1", "", nil},
		{"rate limit", comments(2), func(s *stage) { s.server.Fail(reviewPost, 2, githubtest.RateLimited(429, 9)) }, "k1 k2", "", nil},
		{"rate limit for ever", comments(2), func(s *stage) { s.server.Fail(reviewPost, -1, githubtest.RateLimited(403, -1)) }, "", "k1 k2", ErrRateLimited},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newStage(t)
			tt.set(s)
			n, skipped, failed, err := s.review(tt.list)
			if got := s.posted(); got != tt.posted || n != len(strings.Fields(got)) || len(skipped) > 0 {
				t.Errorf("got %q (%d), %d skipped; want %q", got, n, len(skipped), tt.posted)
			}
			if got := keys(failed); got != tt.failed {
				t.Errorf("failed: got %q, want %q", got, tt.failed)
			}
			if (err == nil) != (tt.err == nil) || !errors.Is(tt.err, errAny) && !errors.Is(err, tt.err) {
				t.Errorf("got error %v, want %v", err, tt.err)
			}
			s.noPending(tt.name != "pending review that stays")
		})
	}
}

// noPending fails the test if the bot has a pending review although want says
// that it has none; others keep theirs.
func (s *stage) noPending(want bool) {
	s.t.Helper()
	for _, r := range s.pr.Reviews() {
		if r.State == "PENDING" && r.Author == githubtest.Bot && want {
			s.t.Errorf("got a pending review %q", r.Body)
		}
	}
}

func TestPendingReviewOfOthersStays(t *testing.T) {
	s := newStage(t)
	s.pr.PendingReview("carol", "draft")
	s.pr.PendingReview(githubtest.Bot, "left over")
	if n, _, _, err := s.review(comments(1)); n != 1 || err != nil {
		t.Fatalf("got %d, error %v", n, err)
	}
	kept := slices.ContainsFunc(s.pr.Reviews(), func(r githubtest.Review) bool { return r.Author == "carol" })
	if !kept {
		t.Error("carol's draft is gone")
	}
}

func TestPostReviewLostAnswers(t *testing.T) {
	list := comments(3)
	tests := []struct {
		name   string
		faults []githubtest.Response
		posted string
		failed string
		writes int
	}{
		{"posted, answer lost", []githubtest.Response{lost}, "k1 k2 k3", "", 1},
		{"posted, server error told", []githubtest.Response{{Status: 502, Done: true}}, "k1 k2 k3", "", 1},
		{"posted, answer unreadable", []githubtest.Response{{Status: 200, Body: `{"id":`, Done: true}}, "k1 k2 k3", "", 1},
		{"not posted, connection cut", []githubtest.Response{{Reset: true}}, "k1 k2 k3", "", 2},
		{"not posted, server error", []githubtest.Response{githubtest.ServerError(502)}, "k1 k2 k3", "", 2},
		{"not posted, then the answer lost", []githubtest.Response{githubtest.ServerError(502), lost}, "k1 k2 k3", "", 2},
		{"not posted twice", []githubtest.Response{githubtest.ServerError(502), githubtest.ServerError(503)}, "", "k1 k2 k3", 2},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newStage(t)
			for _, f := range tt.faults {
				s.server.Fail(reviewPost, 1, f)
			}
			n, _, failed, err := s.review(list)
			if got := s.posted(); got != tt.posted || n != len(strings.Fields(got)) {
				t.Errorf("got %q (%d), want %q", got, n, tt.posted)
			}
			if got := keys(failed); got != tt.failed || (err != nil) != (tt.failed != "") {
				t.Errorf("failed: got %q, error %v; want %q", got, err, tt.failed)
			}
			if got := len(s.server.Writes()); got != tt.writes {
				t.Errorf("got %d writes, want %d", got, tt.writes)
			}
			s.server.Forget()
			if _, _, _, err := s.review(list); err != nil {
				t.Error(err)
			}
			if got := s.posted(); got != keys(list) {
				t.Errorf("after another run: got %q, want %q", got, keys(list))
			}
		})
	}
	t.Run("nobody can tell", func(t *testing.T) {
		s := newStage(t)
		s.server.Fail(reviewPost, 1, lost)
		match := githubtest.Match("GET", "/repos/acme/shop/pulls/1/comments")
		s.server.Before(reviewPost, func() { s.server.Fail(match, -1, githubtest.ServerError(500)) })
		n, _, failed, err := s.review(list)
		if n != 0 || keys(failed) != keys(list) || err == nil || len(s.server.Writes()) != 1 {
			t.Errorf("got %d posted, %q failed, error %v, %d writes; want all failed after one write",
				n, keys(failed), err, len(s.server.Writes()))
		}
	})
}

func TestMarker(t *testing.T) {
	plain := func(key string) string { return "<!-- dropgate:finding " + key + " -->\n" }
	tests := []struct {
		key   string
		plain bool
	}{
		{"0123456789abcdef", true}, {"drop-table:public.users", true},
		{"", false}, {"a--b", false}, {"a-->b", false}, {"a-", false}, {"-a", false}, {"a\nb", false}, {"a b", false},
		{strings.Repeat("a", 201), false},
	}
	seen := map[string]bool{}
	for _, tt := range tests {
		got := marked(tt.key, false, "")
		if (got == plain(tt.key)) != tt.plain {
			t.Errorf("%q: got %s, plain = %v", tt.key, got, tt.plain)
		}
		inner := strings.TrimSuffix(strings.TrimPrefix(got, "<!--"), "-->\n")
		if strings.Contains(inner, "--") || strings.ContainsAny(inner, ">\n") || seen[got] {
			t.Errorf("%q: got %s, want a comment of its own", tt.key, got)
		}
		seen[got] = true
	}
}
