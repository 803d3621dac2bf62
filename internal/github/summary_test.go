package github

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/dropgate/dropgate/internal/github/githubtest"
)

// save runs the whole of publishing a summary once.
func (s *stage) save(body string) error {
	found, err := s.FindSummary(s.t.Context(), s.pr.Number(), githubtest.Bot)
	if err != nil {
		return err
	}
	return s.SaveSummary(s.t.Context(), s.pr.Number(), found, body)
}

// bodies returns what the conversation holds.
func (s *stage) bodies() []string {
	var list []string
	for _, c := range s.pr.Comments() {
		list = append(list, c.Author+": "+c.Body)
	}
	return list
}

func own(body string) string { return githubtest.Bot + ": " + summaryMarker + "\n" + body }

func TestSummary(t *testing.T) {
	s := newStage(t)
	for i := range 130 { // the summary is on the second page
		s.pr.Comment("alice", fmt.Sprintf("comment %d", i))
	}
	steps := []struct {
		body   string
		writes int
	}{
		{"first", 1}, {"first", 0}, {summaryMarker + "\nfirst", 0}, {"second", 1}, {"second", 0},
	}
	for i, step := range steps {
		s.server.Forget()
		if err := s.save(step.body); err != nil {
			t.Fatal(err)
		}
		if got := len(s.server.Writes()); got != step.writes {
			t.Errorf("step %d: got %d writes, want %d", i, got, step.writes)
		}
	}
	if got := s.bodies()[130:]; len(got) != 1 || got[0] != own("second") {
		t.Errorf("got %q, want one summary", got)
	}
}

func TestSummaryKeepsRecord(t *testing.T) {
	s := newStage(t)
	text, _ := EncodeRecord("# dropgate", records(3))
	if err := s.save(text); err != nil {
		t.Fatal(err)
	}
	found, err := s.FindSummary(t.Context(), 1, githubtest.Bot)
	if err != nil || !found.Found {
		t.Fatalf("got %v, error %v", found.Found, err)
	}
	if r, ok := DecodeRecord(found.Body); !ok || len(r.Operations) != 3 {
		t.Errorf("got %d operations, %v; want 3, true", len(r.Operations), ok)
	}
	s.repo.EditComment("mallory", found.ID, strings.Replace(found.Body, "# dropgate", "# fine", 1))
	found, _ = s.FindSummary(t.Context(), 1, githubtest.Bot)
	if _, ok := DecodeRecord(found.Body); ok {
		t.Error("got a record from a comment that was edited")
	}
}

func TestFindSummary(t *testing.T) {
	marked := summaryMarker + "\nblocked"
	tests := []struct {
		name         string
		viewer       string
		author, body string
		want         bool
	}{
		{name: "own", viewer: githubtest.Bot, author: githubtest.Bot, body: marked, want: true},
		{name: "own, login in another case", viewer: "GitHub-Actions[bot]", author: githubtest.Bot, body: marked, want: true},
		{name: "a person's token", viewer: "carol", author: "carol", body: marked, want: true},
		{name: "spoofed by a person", viewer: githubtest.Bot, author: "mallory", body: marked},
		{name: "spoofed by a person named like the bot", viewer: githubtest.Bot, author: "github-actions", body: marked},
		{name: "another bot's", viewer: githubtest.Bot, author: "other[bot]", body: marked},
		{name: "own, without a marker", viewer: githubtest.Bot, author: githubtest.Bot, body: "blocked"},
		{name: "own, quoting a marker", viewer: githubtest.Bot, author: githubtest.Bot, body: "```\n" + marked + "\n```"},
		{name: "no viewer", viewer: "", author: "", body: marked},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newStage(t)
			author := tt.author
			if author == "" {
				author = "alice"
			}
			id := s.pr.Comment(author, tt.body)
			got, err := s.FindSummary(t.Context(), 1, tt.viewer)
			if err != nil || got.Found != tt.want || tt.want && (got.ID != id || got.Body != tt.body) {
				t.Errorf("got %+v, error %v; want %v", got, err, tt.want)
			}
		})
	}
}

// A person may not have brackets in a login, but the kind of the account is what
// says so.
func TestBotMustBeOne(t *testing.T) {
	s := newStage(t)
	s.pr.Comment(githubtest.Bot, summaryMarker+"\nx")
	s.server.Fail(githubtest.Match("GET", "/repos/acme/shop/issues/1/comments"), 1, githubtest.Response{Edit: func(body any) any {
		body.([]any)[0].(map[string]any)["user"].(map[string]any)["type"] = "User"
		return body
	}})
	if got, err := s.FindSummary(t.Context(), 1, githubtest.Bot); err != nil || got.Found {
		t.Errorf("got %+v, error %v; want none", got, err)
	}
}

func TestSummaryTwice(t *testing.T) {
	s := newStage(t)
	first := s.pr.Comment(githubtest.Bot, summaryMarker+"\nold")
	s.pr.Comment("mallory", summaryMarker+"\nspoofed")
	second := s.pr.Comment(githubtest.Bot, summaryMarker+"\nyounger")
	found, err := s.FindSummary(t.Context(), 1, githubtest.Bot)
	if err != nil || found.ID != first || len(found.Duplicates) != 1 || found.Duplicates[0] != second {
		t.Fatalf("got %+v, error %v; want %d, then %d", found, err, first, second)
	}
	for range 2 {
		if err := s.save("new"); err != nil {
			t.Fatal(err)
		}
	}
	want := []string{own("new"), "mallory: " + summaryMarker + "\nspoofed", githubtest.Bot + ": " + replaced}
	if got := s.bodies(); strings.Join(got, "|") != strings.Join(want, "|") {
		t.Errorf("got %q, want %q", got, want)
	}
	if n := s.server.Count("PATCH", "/repos/acme/shop/issues/comments/*"); n != 2 {
		t.Errorf("got %d changes, want 2", n)
	}
}

func TestSaveSummaryTrouble(t *testing.T) {
	post := githubtest.Match("POST", "/repos/acme/shop/issues/1/comments")
	patch := githubtest.Match("PATCH", "/repos/acme/shop/issues/comments/*")
	tests := []struct {
		name  string
		old   string // the summary that is there
		fault func(*stage)
		want  []string
		err   error
	}{
		{"answer to the creation lost", "", func(s *stage) { s.server.Fail(post, 1, lost) }, []string{own("new")}, nil},
		{"creation failed", "", func(s *stage) { s.server.Fail(post, 1, githubtest.ServerError(502)) }, []string{own("new")}, nil},
		{"creation fails for ever", "", func(s *stage) { s.server.Fail(post, -1, githubtest.ServerError(502)) }, nil, errAny},
		{"another run was faster", "", func(s *stage) {
			s.server.Fail(post, 1, githubtest.ServerError(502))
			s.server.Before(post, func() { s.pr.Comment(githubtest.Bot, summaryMarker+"\nother") })
		}, []string{own("new")}, nil},
		{"answer to the change lost", "old", func(s *stage) { s.server.Fail(patch, 1, lost) }, []string{own("new")}, nil},
		{"deleted in between", "old", func(s *stage) {
			s.server.Before(patch, func() { s.repo.DeleteComment(s.pr.Comments()[0].ID) })
		}, []string{own("new")}, nil},
		{"fork", "", func(s *stage) { s.as(githubtest.Bot, githubtest.Read) }, nil, ErrForbidden},
		{"fork, with an old one", "old", func(s *stage) { s.as(githubtest.Bot, githubtest.Read) }, []string{own("old")}, ErrForbidden},
		{"rate limit", "", func(s *stage) { s.server.Fail(post, 1, githubtest.RateLimited(403, 5)) }, []string{own("new")}, nil},
		{"rate limit for ever", "", func(s *stage) { s.server.Fail(post, -1, githubtest.RateLimited(429, -1)) }, nil, ErrRateLimited},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newStage(t)
			if tt.old != "" {
				s.pr.Comment(githubtest.Bot, summaryMarker+"\n"+tt.old)
			}
			tt.fault(s)
			err := s.save("new")
			if (err == nil) != (tt.err == nil) || !errors.Is(tt.err, errAny) && !errors.Is(err, tt.err) {
				t.Errorf("got error %v, want %v", err, tt.err)
			}
			if errors.Is(err, ErrForbidden) && !strings.Contains(err.Error(), "pull-requests: write") {
				t.Errorf("got %v, want the permission named", err)
			}
			if got := s.bodies(); strings.Join(got, "|") != strings.Join(tt.want, "|") {
				t.Errorf("got %q, want %q", got, tt.want)
			}
			if n := len(s.server.Writes()); tt.name == "answer to the creation lost" && n != 1 {
				t.Errorf("got %d writes, want 1", n)
			}
		})
	}
}

func TestSaveSummaryGivesUpWithContext(t *testing.T) {
	s := newStage(t)
	ctx, cancel := context.WithCancel(t.Context())
	s.server.Before(githubtest.Match("POST", "/repos/**"), cancel)
	s.server.Fail(githubtest.Match("POST", "/repos/**"), -1, githubtest.ServerError(502))
	if err := s.SaveSummary(ctx, 1, Summary{viewer: githubtest.Bot}, "x"); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want the context's error", err)
	}
	if n := len(s.server.Writes()); n > 1 {
		t.Errorf("got %d writes, want 1", n)
	}
}
