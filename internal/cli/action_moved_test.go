package cli

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dropgate/dropgate/analyzer"
	"github.com/dropgate/dropgate/analyzer/source"
	"github.com/dropgate/dropgate/internal/gate"
	"github.com/dropgate/dropgate/internal/github"
	"github.com/dropgate/dropgate/internal/github/githubtest"
	"github.com/dropgate/dropgate/internal/report"
)

// meanwhile runs a function just before the pull request is read for the last
// time, when the verdict is known and nothing is posted yet.
func (s *stage) meanwhile(do func()) {
	s.server.Before(githubtest.Match("GET", issues+"/comments"), do)
}

// other replaces the migration on the pull request by a harmless one.
func (s *stage) other() {
	s.repo.CommitChange("feature", githubtest.Change{
		Delete: []string{drop}, Files: map[string]githubtest.File{"README.md": {Content: "#\n"}},
	})
}

// Nothing is said of a head that is not the pull request's any more.
func TestActionMovedOn(t *testing.T) {
	const said = "the pull request moved on from"
	t.Run("blocked", func(t *testing.T) {
		s := newStage(t, map[string]string{drop: dropUsers})
		s.target()
		head := s.pr.HeadSHA()
		s.meanwhile(s.other)
		o := s.on("opened")
		o.want(t, exitBlocked, gate.Absent, users)
		o.wantChanges(t, "POST /repos/octo/shop/statuses/"+head)
		if got := s.repo.Statuses(head); len(got) != 1 || got[0].State != "failure" {
			t.Errorf("statuses %v, want failure alone", got)
		}
		if !strings.Contains(o.out, said+" "+head) || !strings.Contains(o.out, s.pr.HeadSHA()) {
			t.Errorf("the log does not say that it moved on:\n%s", o.out)
		}
		o.wantWarning(t)
		s.on("synchronize").want(t, exitClear, gate.Absent)
	})
	t.Run("covered", func(t *testing.T) {
		s := newStage(t, map[string]string{drop: dropUsers})
		s.target()
		s.pr.Label(label, "bob")
		event, head := s.pr.Event("labeled"), s.pr.HeadSHA()
		s.meanwhile(func() { s.repo.Commit("feature", map[string]string{orders: dropOrders}) })
		o := s.run(event)
		o.want(t, exitClear, gate.Valid, users)
		o.wantChanges(t)
		if got := s.repo.Statuses(head); len(got) != 0 || !strings.Contains(o.out, said) {
			t.Errorf("statuses %v and the log\n%s\nwant none, and that it moved on", got, o.out)
		}
		// What the label was put on was not noted: it counts for nothing.
		s.on("synchronize").want(t, exitBlocked, gate.Stale, users, "drop-table public.orders")
	})
	t.Run("fixed", func(t *testing.T) {
		s := newStage(t, map[string]string{drop: dropUsers})
		s.on("opened")
		s.other()
		event := s.pr.Event("synchronize")
		s.meanwhile(func() { s.repo.Commit("feature", map[string]string{drop: dropUsers}) })
		o := s.run(event)
		o.want(t, exitClear, gate.Absent)
		o.wantChanges(t)
		s.wantLine("**This would drop", "")
	})
}

// The same head is judged otherwise against another branch, and the check of both
// runs is on it.
func TestActionAnotherBaseMeanwhile(t *testing.T) {
	for _, blocked := range []bool{true, false} {
		t.Run(fmt.Sprintf("blocked %t", blocked), func(t *testing.T) {
			s := newStage(t, map[string]string{drop: dropUsers})
			s.target()
			s.repo.Branch("old", "main")
			event := s.pr.Event("opened")
			if !blocked {
				s.pr.Label(label, "bob")
				event = s.pr.Event("labeled")
			}
			s.meanwhile(func() { s.pr.SetBase("old", "alice") })
			o := s.run(event)
			want := "failure"
			if blocked {
				o.want(t, exitBlocked, gate.Absent, users)
			} else {
				o.wantFailed(t, "goes into another branch by now, old")
				want = "error"
			}
			o.wantChanges(t, "POST /repos/octo/shop/statuses/"+s.pr.HeadSHA())
			if diff := cmp.Diff([]string{want}, s.statuses("dropgate")); diff != "" {
				t.Errorf("statuses (-want +got):\n%s", diff)
			}
		})
	}
}

// Whether it moved on cannot be read: nothing is posted, and the verdict stands.
func TestActionMovedOnOrNot(t *testing.T) {
	s := newStage(t, map[string]string{drop: dropUsers})
	s.meanwhile(func() { s.fails("GET "+pulls, -1, forbidden) })
	o := s.on("opened")
	o.want(t, exitBlocked, gate.Absent, users)
	o.wantWarning(t, "nothing is posted")
	o.wantChanges(t)
}

// No wait for a comment may leave an older success on the head.
func TestActionStatusComesFirst(t *testing.T) {
	s := newStage(t, map[string]string{drop: dropUsers})
	s.target()
	s.on("opened").wantChanges(t, "POST /repos/octo/shop/statuses/"+s.pr.HeadSHA(), postReview, postSummary)
	s.pr.Label(label, "bob")
	s.on("labeled").wantChanges(t, patchTalk, "POST /repos/octo/shop/statuses/"+s.pr.HeadSHA())
}

// The worst are the ones that get a comment, wherever they stand; with every run
// the same ones.
func TestActionWorstFirst(t *testing.T) {
	var text strings.Builder
	for i := range 33 {
		fmt.Fprintf(&text, "DELETE FROM users WHERE phone = '%d';\n", i)
	}
	s := newStage(t, map[string]string{drop: text.String() + "TRUNCATE orders;\n"})
	o := s.on("opened")
	if got := s.places(); len(got) != github.DefaultComments || got[0] != drop+":34" || got[29] != drop+":29" {
		t.Errorf("comments at %v, want the worst on line 34 first and 29 more", got)
	}
	o.wantChanges(t, postReview, postSummary)
	s.wantSummary("The worst operations have a comment on their lines, these 4 do not:", drop+":30", drop+":33")
	s.on("edited").wantChanges(t)
	// A worse one has its comment too; those that are there stay.
	s.push(map[string]string{orders: "DROP TABLE orders;\n"}).wantChanges(t, postReview, patchTalk)
	if got := s.places(); len(got) != github.DefaultComments+1 || got[30] != orders+":1" {
		t.Errorf("comments at %v, want one more, on the table", got)
	}
	s.on("edited").wantChanges(t)
}

// What an author wrote does no more in a comment that was marked as resolved.
func TestActionHostileTextResolved(t *testing.T) {
	for name, text := range hostile {
		t.Run(name, func(t *testing.T) {
			s := newStage(t, everywhere(text))
			s.on("opened")
			var gone []string
			for path := range everywhere(text) {
				gone = append(gone, path)
			}
			s.repo.CommitChange("feature", githubtest.Change{
				Delete: gone, Files: map[string]githubtest.File{orders: {Content: fixed}},
			})
			o := s.on("synchronize")
			o.want(t, exitClear, gate.Absent)
			o.wantWarning(t)
			all := s.pr.ReviewComments()
			if len(all) < 5 {
				t.Fatalf("%d comments on lines, want one for most of the files", len(all))
			}
			for _, c := range all {
				checkMarkdown(t, c.Body)
				if c.Minimised != "RESOLVED" || !strings.Contains(c.Body, resolvedText) {
					t.Errorf("a comment was not resolved: %v", c)
				}
			}
			s.on("edited").wantChanges(t)
		})
	}
}

// A click on a suggestion replaces the lines of the comment: it is offered only
// where these are all of the statement's, and nothing else.
func TestLineCommentsSuggest(t *testing.T) {
	const text = "DROP TABLE\n  users;\n"
	file := source.New(drop, []byte(text))
	f := analyzer.Finding{Rule: "drop-table", Path: drop, Message: "Drops table users.", Blocking: true, Score: 90,
		Statement: "DROP TABLE\n  users", Suggest: "ALTER TABLE users RENAME TO users_old;", Fingerprint: "f"}
	f.Start, f.End = file.Range(source.Span{Start: 0, End: len(text) - 2})
	r := &report.Review{Report: &analyzer.Report{
		Findings: []analyzer.Finding{f}, Sources: map[string]*source.File{drop: file},
	}}
	for patch, want := range map[string]bool{
		"@@ -0,0 +1,2 @@\n+DROP TABLE\n+  users;":              true,
		"@@ -1,1 +1,1 @@\n-DROP SCHEMA\n+DROP TABLE":           false,
		"@@ -2,1 +2,1 @@\n-  orders;\n+  users;":               false,
		"@@ -7,1 +7,1 @@\n-SELECT 1;\n+SELECT 2;":              false,
		"@@ -1,2 +1,2 @@\n-DROP TABLE\n+DROP TABLE\n   users;": true,
	} {
		p := &pull{files: []github.File{{Path: drop, Patch: patch}}}
		got := p.lineComments(r)
		if len(got) != 1 || strings.Contains(got[0].Body, "```suggestion\nALTER TABLE") != want {
			t.Errorf("with the patch\n%s\nsuggestion = %t, want %t: %+v", patch, !want, want, got)
		}
		if strings.Contains(got[0].Elsewhere, "```suggestion") || got[0].Elsewhere == "" {
			t.Errorf("elsewhere it says %q, want no suggestion", got[0].Elsewhere)
		}
	}
}
