package github

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dropgate/dropgate/internal/github/githubtest"
)

// there returns what is on the pull request.
func (s *stage) there() []Posted {
	s.t.Helper()
	list, err := s.LineComments(s.t.Context(), 1, githubtest.Bot)
	if err != nil {
		s.t.Fatal(err)
	}
	return list
}

func TestLineComments(t *testing.T) {
	s := newStage(t)
	list := comments(3)
	list[1].StartLine = 1
	if failed, err := s.PostReview(t.Context(), 1, s.pr.HeadSHA(), githubtest.Bot, list); failed != nil || err != nil {
		t.Fatal(failed, err)
	}
	all := s.pr.ReviewComments()
	s.pr.CommentOnLine("mallory", migration, 2, all[0].Body)
	s.pr.CommentOnLine(githubtest.Bot, migration, 2, "Coverage\n"+all[0].Body)
	s.pr.Reply(all[0].ID, "carol", "Sure?")
	s.pr.Reply(all[1].ID, githubtest.Bot, all[0].Body)
	s.repo.EditComment(githubtest.Bot, all[2].ID, strings.ReplaceAll(marked("k3", true, "gone\nby now"), "\n", "\r\n"))
	want := []Posted{
		{Key: "k1", Body: "text 1", Path: migration, Line: 1, Answered: true},
		{Key: "k2", Body: "text 2", Path: migration, StartLine: 1, Line: 2},
		{Key: "k3", Body: "gone\nby now", Path: migration, Line: 3, Resolved: true},
	}
	place := cmp.FilterPath(func(p cmp.Path) bool {
		return strings.HasPrefix(p.Last().String(), ".id") || strings.HasPrefix(p.Last().String(), ".node")
	}, cmp.Ignore())
	if diff := cmp.Diff(want, s.there(), cmp.AllowUnexported(Posted{}), place); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	s.repo.Commit("drop", map[string]string{migration: "-- all of it was written anew\n"})
	for _, p := range s.there() {
		if p.Line != 0 || p.StartLine != 0 {
			t.Errorf("%s: got lines %d to %d, want none for what is outdated", p.Key, p.StartLine, p.Line)
		}
	}
}

func TestPlanComments(t *testing.T) {
	at := func(key string, id int64, line int) Posted {
		return Posted{Key: key, Body: "says " + key, Path: "a.sql", Line: line, id: id}
	}
	want := func(key string, line int) LineComment {
		return LineComment{Key: key, Path: "a.sql", Line: line, Body: "says " + key}
	}
	resolved := at("a", 1, 1)
	resolved.Resolved = true
	answered := at("a", 1, 1)
	answered.Answered = true
	other := want("a", 2)
	other.Body, other.Elsewhere = "a click", "says a"
	ranged := at("a", 1, 3)
	ranged.StartLine = 2
	span := want("a", 3)
	span.StartLine, span.Body, span.Elsewhere = 2, "a click", "says a"
	tests := []struct {
		name                         string
		there                        []Posted
		want                         []LineComment
		post, beyond, unplaced, edit string
	}{
		{"nothing", nil, nil, "", "", "", ""},
		{"new", nil, []LineComment{want("a", 1), want("b", 0)}, "a", "", "b", ""},
		{"a key twice", nil, []LineComment{want("a", 1), want("a", 2)}, "a", "", "", ""},
		{"there", []Posted{at("a", 1, 1)}, []LineComment{want("a", 7)}, "", "", "", ""},
		{"there, with no place now", []Posted{at("a", 1, 0)}, []LineComment{want("a", 0)}, "", "", "", ""},
		{"other words", []Posted{{Key: "a", Body: "said", id: 1}}, []LineComment{want("a", 1)}, "", "", "", "1 says a"},
		{"gone", []Posted{at("a", 1, 1)}, nil, "", "", "", "1 RESOLVED gone a"},
		{"gone before", []Posted{resolved}, nil, "", "", "", ""},
		{"gone, and people answered", []Posted{answered}, nil, "", "", "", ""},
		{"back", []Posted{resolved}, []LineComment{want("a", 1)}, "", "", "", "1 shown says a"},
		{"two of one", []Posted{at("a", 1, 1), at("a", 2, 1)}, []LineComment{want("a", 1)}, "", "", "", "2 DUPLICATE"},
		{"two of one that is gone", []Posted{at("a", 1, 1), at("a", 2, 1)}, nil, "", "", "", "1 RESOLVED gone a|2 DUPLICATE"},
		{"two of one, the second answered", []Posted{at("a", 2, 1), answered}, nil, "", "", "", "2 RESOLVED gone a"},
		{"too many", []Posted{at("c", 1, 1)}, []LineComment{want("a", 1), want("x", 0), want("b", 1), want("c", 1), want("d", 1)}, "a b", "d", "x", ""},
		{"there on another line", []Posted{at("a", 1, 1)}, []LineComment{other}, "", "", "", ""},
		{"there on its line", []Posted{at("a", 1, 2)}, []LineComment{other}, "", "", "", "1 a click"},
		{"there on its lines", []Posted{ranged}, []LineComment{span}, "", "", "", "1 a click"},
		{"there on one of its lines", []Posted{at("a", 1, 3)}, []LineComment{span}, "", "", "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			plan := PlanComments(tt.there, tt.want, 2, func(p Posted) string { return "gone " + p.Key })
			var edits []string
			for _, e := range plan.Edits {
				edits = append(edits, describe(e))
			}
			got := []string{keys(plan.Post), keys(plan.Beyond), keys(plan.Unplaced), strings.Join(edits, "|")}
			if diff := cmp.Diff([]string{tt.post, tt.beyond, tt.unplaced, tt.edit}, got); diff != "" {
				t.Errorf("post, beyond, unplaced, edits (-want +got):\n%s", diff)
			}
		})
	}
}

// describe returns an edit's comment, what it does besides, and the new text.
func describe(e Edit) string {
	parts := []string{string(rune('0' + e.of.id))}
	if e.minimise != "" {
		parts = append(parts, e.minimise)
	}
	if e.show {
		parts = append(parts, "shown")
	}
	if e.text != double {
		_, text, _ := strings.Cut(e.text, markerEnd)
		parts = append(parts, text)
	}
	return strings.Join(parts, " ")
}

// A comment that is gone is no reason to leave the others as they are.
func TestEditDeleted(t *testing.T) {
	s := newStage(t)
	if failed, err := s.PostReview(t.Context(), 1, s.pr.HeadSHA(), githubtest.Bot, comments(2)); failed != nil || err != nil {
		t.Fatal(failed, err)
	}
	plan := PlanComments(s.there(), nil, 30, func(Posted) string { return "gone" })
	s.repo.DeleteComment(s.pr.ReviewComments()[0].ID)
	if err := s.Edit(t.Context(), plan.Edits); err != nil {
		t.Fatal(err)
	}
	if got := s.pr.ReviewComments(); len(got) != 1 || got[0].Body != marked("k2", true, "gone") || got[0].Minimised != "RESOLVED" {
		t.Errorf("got %v, want the second marked", got)
	}
}
