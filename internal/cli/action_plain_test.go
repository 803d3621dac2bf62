package cli

import (
	"fmt"
	"testing"

	"github.com/dropgate/dropgate/internal/gate"
	"github.com/dropgate/dropgate/internal/github/githubtest"
)

// newPlainStage is newStageOn with a stand-in that answers with what GitHub's
// description requires and no more.
func newPlainStage(t *testing.T, more, files map[string]string) *stage {
	t.Helper()
	s := newStageOn(t, more, files)
	s.server.Behave(githubtest.Manners{Plain: true})
	return s
}

// The whole story of the label on answers that hold only what they must.
func TestActionPlainAnswers(t *testing.T) {
	s := newPlainStage(t, nil, map[string]string{drop: dropUsers})
	o := s.on("opened")
	o.want(t, exitBlocked, gate.Absent, users)
	s.wantSummary("**Blocked**", "drop table `users`")
	s.pr.Label(label, "bob")
	o = s.on("labeled")
	o.want(t, exitClear, gate.Valid, users)
	if by := o.report.Decision.Acknowledgement.By; by != "bob" {
		t.Errorf("put on by %q, want bob", by)
	}
	o = s.push(map[string]string{"README.md": "# The shop\n", drop: "-- moved down\n" + dropUsers})
	o.want(t, exitClear, gate.Valid, users)
	s.repo.CommitChange("feature", githubtest.Change{
		Author: "alice", Delete: []string{drop},
		Files: map[string]githubtest.File{"migrations/0004_drop.up.sql": {Content: dropUsers}},
	})
	s.on("synchronize").want(t, exitClear, gate.Valid, users)
	o = s.push(map[string]string{orders: dropOrders})
	o.want(t, exitBlocked, gate.Stale, "drop-table public.orders", users)
	if !o.report.Decision.Acknowledgement.Removed || len(s.pr.Labels()) > 0 {
		t.Error("the stale label is still on")
	}
	s.on("unlabeled").want(t, exitBlocked, gate.Absent, "drop-table public.orders", users)
	s.pr.Label(label, "bob")
	s.on("labeled").want(t, exitClear, gate.Valid, "drop-table public.orders", users)
	s.as("merge_group", s.repo.MergeGroupEvent(s.pr)).want(t, exitClear, gate.Valid, "drop-table public.orders", users)
	before := s.repo.Head("main")
	after := s.pr.Merge("bob")
	s.as("push", s.repo.PushEvent("main", before, after)).want(t, exitClear, gate.Valid, "drop-table public.orders", users)
	s.as("pull_request", s.pr.Event("closed")).want(t, exitClear, gate.Absent)
}

// Without links to further pages, a full page is not the last one.
func TestActionPlainPages(t *testing.T) {
	s := newPlainStage(t, nil, map[string]string{drop: dropUsers})
	for i := range 130 {
		s.pr.Comment("carol", fmt.Sprintf("remark %d", i))
		s.pr.Label(fmt.Sprintf("topic-%d", i), "carol")
	}
	s.on("opened").want(t, exitBlocked, gate.Absent, users)
	s.pr.Label(label, "bob")
	s.on("labeled").want(t, exitClear, gate.Valid, users)
	o := s.push(map[string]string{"README.md": "# The shop\n"})
	o.want(t, exitClear, gate.Valid, users)
	if by := o.report.Decision.Acknowledgement.By; by != "bob" {
		t.Errorf("put on by %q, want bob", by)
	}
	s.summaryComment()
}

// A hundred and more files are all listed, and what the last of them does is seen.
func TestActionPlainManyFiles(t *testing.T) {
	files := many(230)
	files["zz/migrations/0002_drop.up.sql"] = dropUsers
	s := newPlainStage(t, nil, files)
	o := s.on("opened")
	if o.code != exitBlocked || len(o.report.Files) == 0 {
		t.Errorf("exit code %d with %d files, want %d\n%s%s", o.code, len(o.report.Files), exitBlocked, o.out, o.err)
	}
}
