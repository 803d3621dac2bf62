package cli

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dropgate/dropgate/internal/gate"
	"github.com/dropgate/dropgate/internal/github/githubtest"
)

const (
	dropUsers  = "-- phone numbers moved\n\nDROP TABLE users;\n"
	dropOrders = "DROP TABLE orders;\n"
	orders     = "migrations/0003_orders.up.sql"
	// Reads of a run that finds one changed migration on top of one earlier.
	readsOfOne = 6
)

var (
	postReview  = "POST " + pulls + "/reviews"
	postSummary = "POST " + issues + "/comments"
)

// patchSummary is the request that changes a comment.
func patchSummary(o outcome) bool {
	return len(o.writes) == 1 && strings.HasPrefix(o.writes[0], "PATCH /repos/octo/shop/issues/comments/")
}

func TestActionBlocksWithoutLabel(t *testing.T) {
	s := newStage(t, map[string]string{drop: dropUsers})
	o := s.on("opened")
	o.want(t, exitBlocked, gate.Absent, "drop-table public.users")
	o.wantWrites(t, postReview, postSummary)
	s.wantPlaces(drop + ":3")
	if got := s.pr.ReviewComments()[0].CommitID; got != s.pr.HeadSHA() {
		t.Errorf("the comment stands on commit %s, want the head %s", got, s.pr.HeadSHA())
	}
	if got := s.pr.Reviews(); len(got) != 1 || got[0].State != "COMMENTED" {
		t.Errorf("reviews %v, want one that only comments", got)
	}
	s.wantSummary("drop table `users`", "**Blocked by dropgate**, score 90.", "`backup-check`", "**To go on:**")
	// The comments on lines are not listed yet, and the pull request is read once
	// more before anything is posted.
	if got, want := len(o.requests), readsOfOne+2; got != want {
		t.Errorf("%d requests, want %d", got, want)
	}
	want := map[string]string{
		"blocked": "true", "score": "90", "findings": "1", "acknowledgement": "absent",
		"report": ".dropgate/report.json", "sarif": ".dropgate/report.sarif",
	}
	if diff := cmp.Diff(want, o.outputs); diff != "" {
		t.Errorf("outputs (-want +got):\n%s", diff)
	}
	if len(o.annotations) != 1 || o.annotations[0].name != "error" || !strings.Contains(o.annotations[0].properties, "file="+drop+",line=3,") {
		t.Errorf("annotations %v, want one error on line 3 of %s", o.annotations, drop)
	}
	if !strings.Contains(o.summary, "**Blocked** by 1 of 1 finding") {
		t.Errorf("the step summary does not give the verdict:\n%s", o.summary)
	}
}

func TestActionPostsNothingTwice(t *testing.T) {
	s := newStage(t, map[string]string{drop: dropUsers})
	event := s.pr.Event("opened")
	first, second := s.run(event), s.run(event)
	second.want(t, exitBlocked, gate.Absent, "drop-table public.users")
	second.wantWrites(t)
	if diff := cmp.Diff(first.report, second.report); diff != "" {
		t.Errorf("the second report differs from the first:\n%s", diff)
	}
	if got := len(second.requests); got != readsOfOne {
		t.Errorf("%d requests, want %d", got, readsOfOne)
	}
}

func TestActionLabelCovers(t *testing.T) {
	s := newStage(t, map[string]string{drop: dropUsers})
	s.on("opened")
	s.pr.Label(label, "bob")
	o := s.on("labeled")
	o.want(t, exitClear, gate.Valid, "drop-table public.users")
	o.wantChanges(t, patchTalk)
	s.wantSummary("**Not blocked** (score 90, threshold 60)", "put on by `bob`")
	s.wantPlaces(drop + ":3")
	a := o.report.Decision.Acknowledgement
	if a.By != "bob" || a.At == "" {
		t.Errorf("put on by %q at %q, want bob and a time", a.By, a.At)
	}
	if len(o.annotations) != 1 || o.annotations[0].name != "warning" {
		t.Errorf("annotations %v, want one warning: the check is green", o.annotations)
	}
	again := s.on("labeled")
	again.want(t, exitClear, gate.Valid, "drop-table public.users")
	again.wantWrites(t)
}

// A label put on before dropgate ever ran leads to a review like any other.
func TestActionFirstRunIsLabeled(t *testing.T) {
	s := newStage(t, map[string]string{drop: dropUsers})
	s.pr.Label(label, "bob")
	o := s.on("labeled")
	o.want(t, exitClear, gate.Valid, "drop-table public.users")
	o.wantWrites(t, postReview, postSummary)
	s.repo.Commit("feature", map[string]string{"README.md": "# The shop\n"})
	s.on("synchronize").want(t, exitClear, gate.Valid, "drop-table public.users")
}

// keepLabel is a config with which the label stays when it is stale.
const keepLabel = "acknowledgement: {remove-stale-label: false}\n"

func TestActionAfterLabel(t *testing.T) {
	const users = "drop-table public.users"
	const both = "drop-table public.orders"
	tests := []struct {
		name  string
		files map[string]string
		code  int
		state gate.State
		want  []string
		place []string // of new comments
	}{
		{"another file", map[string]string{"README.md": "# The shop\n"}, exitClear, gate.Valid, []string{users}, nil},
		{"a harmless migration", map[string]string{orders: "CREATE TABLE items (id int);\n"}, exitClear, gate.Valid, []string{users}, nil},
		{"lines move", map[string]string{drop: "-- one\n-- two\n" + dropUsers + "-- end\n"}, exitClear, gate.Valid, []string{users}, nil},
		{"another operation", map[string]string{orders: dropOrders}, exitBlocked, gate.Stale, []string{users, both}, []string{orders + ":1"}},
		{"another in the same file", map[string]string{drop: dropUsers + dropOrders}, exitBlocked, gate.Stale, []string{users, both}, []string{drop + ":4"}},
		{"the same again", map[string]string{drop: dropUsers + "CREATE TABLE users (id int);\nDELETE FROM orders;\n"}, exitBlocked, gate.Stale, []string{users, "delete-rows public.orders"}, []string{drop + ":5"}},
		{"a wider operation", map[string]string{drop: "DROP TABLE users CASCADE;\n"}, exitBlocked, gate.Stale, []string{users}, []string{drop + ":1"}},
		{"what cannot be read", map[string]string{orders: "DROP TABL orders;\n"}, exitBlocked, gate.Stale, []string{users, "unread-statement "}, []string{orders + ":1"}},
		{"nothing destructive left", map[string]string{drop: "SELECT 1;\n"}, exitClear, gate.Valid, nil, nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := configured(t, keepLabel, map[string]string{drop: dropUsers})
			s.on("opened")
			s.pr.Label(label, "bob")
			s.on("labeled")
			s.repo.Commit("feature", test.files)
			o := s.on("synchronize")
			o.want(t, test.code, test.state, test.want...)
			s.wantPlaces(append([]string{drop + ":3"}, test.place...)...)
			s.summaryComment()
			if test.state != gate.Stale {
				return
			}
			if got := o.outputs["acknowledgement"]; got != "stale" {
				t.Errorf("output acknowledgement = %q, want stale", got)
			}
			s.wantSummary("Not covered by the label:", "takes the label off and puts it on again")
			later := s.on("synchronize")
			later.want(t, exitBlocked, gate.Stale, test.want...)
			later.wantWrites(t)
		})
	}
}

func TestActionLabelOffAndOn(t *testing.T) {
	s := newStage(t, map[string]string{drop: dropUsers})
	s.on("opened")
	s.pr.Label(label, "bob")
	s.on("labeled")
	s.repo.Commit("feature", map[string]string{orders: dropOrders})
	all := []string{"drop-table public.users", "drop-table public.orders"}
	s.on("synchronize").want(t, exitBlocked, gate.Stale, all...)

	s.pr.Unlabel(label, "bob")
	s.on("unlabeled").want(t, exitBlocked, gate.Absent, all...)
	s.pr.Label(label, "carol")
	o := s.on("labeled")
	o.want(t, exitClear, gate.Valid, all...)
	s.wantSummary("put on by `carol`")
	s.wantPlaces(drop+":3", orders+":1")
	s.on("reopened").want(t, exitClear, gate.Valid, all...)
}

// The runs between may not happen: GitHub keeps one of several that wait.
func TestActionLabelOffAndOnWithoutRunsBetween(t *testing.T) {
	s := newStage(t, map[string]string{drop: dropUsers})
	s.on("opened")
	s.pr.Label(label, "bob")
	s.on("labeled")
	s.repo.Commit("feature", map[string]string{orders: dropOrders})
	all := []string{"drop-table public.users", "drop-table public.orders"}
	s.on("synchronize").want(t, exitBlocked, gate.Stale, all...)
	event := s.pr.Event("synchronize")
	s.pr.Unlabel(label, "bob")
	s.pr.Label(label, "bob")
	s.run(event).want(t, exitClear, gate.Valid, all...)
}

func TestActionUnlabeled(t *testing.T) {
	s := newStage(t, map[string]string{drop: dropUsers})
	s.on("opened")
	s.pr.Label(label, "bob")
	s.on("labeled").want(t, exitClear, gate.Valid, "drop-table public.users")
	s.pr.Unlabel(label, "bob")
	o := s.on("unlabeled")
	o.want(t, exitBlocked, gate.Absent, "drop-table public.users")
	o.wantChanges(t, patchTalk)
	s.wantSummary("**Blocked by dropgate**")
}

// Only the event that puts our label on starts the run that covers everything.
func TestActionLabeledEventThatDoesNotCover(t *testing.T) {
	const users = "drop-table public.users"
	t.Run("another label", func(t *testing.T) {
		s := newStage(t, map[string]string{drop: dropUsers})
		s.pr.Label(label, "bob")
		s.pr.Label("docs", "bob")
		s.on("labeled").want(t, exitBlocked, gate.Stale, users)
	})
	t.Run("another label, ours is off", func(t *testing.T) {
		s := newStage(t, map[string]string{drop: dropUsers})
		s.pr.Label("backup-check-2", "bob")
		s.on("labeled").want(t, exitBlocked, gate.Absent, users)
	})
	t.Run("taken off since", func(t *testing.T) {
		s := newStage(t, map[string]string{drop: dropUsers})
		s.pr.Label(label, "bob")
		event := s.pr.Event("labeled")
		s.pr.Unlabel(label, "bob")
		s.run(event).want(t, exitBlocked, gate.Absent, users)
	})
	t.Run("taken off, and on again since", func(t *testing.T) {
		s := newStage(t, map[string]string{drop: dropUsers})
		s.pr.Label(label, "bob")
		s.pr.Unlabel(label, "bob")
		event := s.pr.Event("unlabeled")
		s.pr.Label(label, "bob")
		s.run(event).want(t, exitBlocked, gate.Stale, users)
	})
	t.Run("in other letters", func(t *testing.T) {
		s := newStage(t, map[string]string{drop: dropUsers})
		s.pr.Label("Backup-Check", "bob")
		s.on("labeled").want(t, exitClear, gate.Valid, users)
	})
	t.Run("of a head that has moved on", func(t *testing.T) {
		s := newStage(t, map[string]string{drop: dropUsers})
		s.on("opened")
		s.pr.Label(label, "bob")
		event := s.pr.Event("labeled")
		s.repo.Commit("feature", map[string]string{orders: dropOrders})
		s.run(event).want(t, exitBlocked, gate.Stale, users, "drop-table public.orders")
		s.wantSummary("Not covered by the label:", orders)
		s.on("synchronize").want(t, exitBlocked, gate.Stale, users, "drop-table public.orders")
	})
	t.Run("moved on without another operation", func(t *testing.T) {
		s := newStage(t, map[string]string{drop: dropUsers})
		s.on("opened")
		s.pr.Label(label, "bob")
		event := s.pr.Event("labeled")
		s.repo.Commit("feature", map[string]string{"README.md": "#\n"})
		s.run(event).want(t, exitClear, gate.Valid, users)
	})
	t.Run("carried over to another base branch", func(t *testing.T) {
		s := newStage(t, map[string]string{drop: dropUsers})
		s.repo.Branch("old", "main")
		s.repo.Commit("main", map[string]string{drop: dropUsers})
		s.repo.Commit("feature", map[string]string{orders: dropOrders})
		s.pr.Label(label, "bob")
		event := s.pr.Event("labeled")
		s.pr.SetBase("old", "alice")
		o := s.run(event)
		if o.code != exitBlocked || o.report.Decision.Acknowledgement.State != gate.Stale {
			t.Errorf("exit code %d, %q, want 1 and stale: the label was put on against another base",
				o.code, o.report.Decision.Acknowledgement.State)
		}
	})
}

func TestActionLabelOnFromTheStart(t *testing.T) {
	s := newStage(t, map[string]string{drop: dropUsers})
	s.pr.Label(label, "alice")
	s.on("opened").want(t, exitBlocked, gate.Stale, "drop-table public.users")
	s.on("labeled").want(t, exitClear, gate.Valid, "drop-table public.users")
}

// What was pushed and undone while the label was on must not count as covered
// when it comes back.
func TestActionOperationThatComesBack(t *testing.T) {
	s := newStage(t, map[string]string{drop: dropUsers})
	s.on("opened")
	s.pr.Label(label, "bob")
	s.on("labeled")
	s.repo.Commit("feature", map[string]string{drop: "SELECT 1;\n"})
	s.on("synchronize").want(t, exitClear, gate.Valid)
	s.repo.Commit("feature", map[string]string{drop: dropUsers})
	s.on("synchronize").want(t, exitBlocked, gate.Stale, "drop-table public.users")
}

func TestActionOtherEvents(t *testing.T) {
	for _, action := range []string{"edited", "reopened", "ready_for_review", "converted_to_draft"} {
		t.Run(action, func(t *testing.T) {
			s := newStage(t, map[string]string{drop: dropUsers})
			s.on("opened")
			o := s.on(action)
			o.want(t, exitBlocked, gate.Absent, "drop-table public.users")
			o.wantWrites(t)
			s.pr.Label(label, "bob")
			s.on(action).want(t, exitClear, gate.Valid, "drop-table public.users")
		})
	}
}

// dropgate's record counts only as dropgate wrote it.
func TestActionRecordThatDoesNotCount(t *testing.T) {
	tests := []struct {
		name   string
		tamper func(*stage)
	}{
		{"deleted", func(s *stage) { s.repo.DeleteComment(s.summaryComment().ID) }},
		{"edited", func(s *stage) {
			c := s.summaryComment()
			s.repo.EditComment("mallory", c.ID, strings.Replace(c.Body, "90", "10", 1))
		}},
		{"record cut off", func(s *stage) {
			c := s.summaryComment()
			body, _, _ := strings.Cut(c.Body, "<!-- dropgate:record")
			s.repo.EditComment("mallory", c.ID, body)
		}},
		{"marker cut off", func(s *stage) {
			c := s.summaryComment()
			s.repo.EditComment("mallory", c.ID, "Edited.\n"+c.Body)
		}},
		{"forged by a person", func(s *stage) {
			c := s.summaryComment()
			s.repo.DeleteComment(c.ID)
			s.pr.Comment("mallory", c.Body)
		}},
		{"forged by another bot", func(s *stage) {
			c := s.summaryComment()
			s.repo.DeleteComment(c.ID)
			s.pr.Comment("preview[bot]", c.Body)
		}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := newStage(t, map[string]string{drop: dropUsers})
			s.on("opened")
			s.pr.Label(label, "bob")
			s.on("labeled")
			test.tamper(s)
			s.on("synchronize").want(t, exitBlocked, gate.Stale, "drop-table public.users")
			s.pr.Unlabel(label, "bob")
			s.pr.Label(label, "bob")
			s.on("labeled").want(t, exitClear, gate.Valid, "drop-table public.users")
		})
	}
}

// The bot is one for all workflows of a repository.
func TestActionOtherWorkflowsComment(t *testing.T) {
	s := newStage(t, map[string]string{drop: dropUsers})
	s.pr.Comment(githubtest.Bot, "Coverage: 90 %\n"+summaryIs)
	s.on("opened").wantWrites(t, postReview, postSummary)
	s.on("opened").wantWrites(t)
	if c := s.pr.Comments()[0]; c.EditedBy != "" {
		t.Errorf("the other workflow's comment was changed: %v", c)
	}
}

// Somebody else's comment in the way is neither changed nor believed.
func TestActionForeignSummary(t *testing.T) {
	s := newStage(t, map[string]string{drop: dropUsers})
	id := s.pr.Comment("mallory", summaryIs+"Nothing destructive here.")
	s.on("opened").want(t, exitBlocked, gate.Absent, "drop-table public.users")
	if c := s.pr.Comments()[0]; c.ID != id || c.EditedBy != "" {
		t.Errorf("mallory's comment was changed: %v", c)
	}
	s.summaryComment()
	if got := s.pr.Comments(); len(got) != 2 || got[1].Author != githubtest.Bot {
		t.Errorf("comments %v, want mallory's and dropgate's", got)
	}
}
