package cli

import (
	"strings"
	"testing"

	"github.com/dropgate/dropgate/internal/gate"
	"github.com/dropgate/dropgate/internal/github/githubtest"
)

// A squashed commit may be new to GitHub, which then knows it from no pull request.
// Its message names one, whose label counts for what it covers.
func TestActionMergeGroupNamedByMessage(t *testing.T) {
	tests := []struct {
		name  string
		title string
		first bool // is covered
		code  int
	}{
		{"covered", "Drop users", true, exitClear},
		{"not covered", "Drop users", false, exitBlocked},
		{"an issue in the title", "Fix #99 (#98)", true, exitClear},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := newStage(t, map[string]string{drop: dropUsers})
			second := s.another("second", map[string]string{orders: dropOrders})
			s.pr.SetTitle(test.title)
			if test.first {
				s.acknowledge(s.pr)
			}
			s.acknowledge(second)
			event := s.repo.SquashGroupEvent(s.pr, second)
			s.fails(match("GET", "/commits/*/pulls"), -1, githubtest.Response{Edit: func(any) any { return []any{} }})
			o := s.as("merge_group", event)
			if o.code != test.code {
				t.Fatalf("exit code %d, want %d\n%s%s", o.code, test.code, o.out, o.err)
			}
			o.wantReasons(t, "pull request #1 ("+drop+":3)", "pull request #2 ("+orders+":1)")
		})
	}
	t.Run("another's number", func(t *testing.T) {
		s := newStage(t, map[string]string{drop: dropUsers})
		s.acknowledge(s.pr)
		second := s.another("second", map[string]string{orders: dropOrders})
		third := s.another("third", map[string]string{items: createItems})
		second.SetTitle("Drop orders, as in (#1)\u2028")
		event := s.repo.SquashGroupEvent(second, third)
		s.fails(match("GET", "/commits/*/pulls"), -1, githubtest.Response{Edit: func(any) any { return []any{} }})
		o := s.as("merge_group", event)
		o.want(t, exitBlocked, gate.Absent, ordersRule)
	})
	t.Run("no pull request", func(t *testing.T) {
		s := newStage(t, map[string]string{drop: dropUsers})
		last := s.another("last", map[string]string{items: createItems})
		s.repo.Branch(s.repo.GroupBranch(last), "main")
		s.repo.CommitChange(s.repo.GroupBranch(last), githubtest.Change{
			Message: "Drop (#77)", Files: map[string]githubtest.File{orders: {Content: dropOrders}},
		})
		o := s.as("merge_group", s.repo.GroupEvent(last))
		o.want(t, exitBlocked, gate.Absent, ordersRule)
		if !strings.Contains(o.out, "#77 is no pull request") {
			t.Errorf("the log does not say so:\n%s", o.out)
		}
	})
}

// A queue that rebases makes new commits, with the messages that they had.
func TestActionMergeGroupRebased(t *testing.T) {
	tests := []struct {
		name    string
		last    string // what the last pull request's commit in the queue brings
		blocked []string
		code    int
		state   gate.State
	}{
		{"as on the pull request", dropUsers, []string{users}, exitClear, gate.Valid},
		{"with something else", dropOrders, []string{ordersRule, users}, exitBlocked, gate.Stale},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := newStage(t, map[string]string{drop: dropUsers})
			s.acknowledge(s.pr)
			s.repo.Branch(s.repo.GroupBranch(s.pr), "main")
			s.repo.Commit(s.repo.GroupBranch(s.pr), map[string]string{"README.md": "# Before\n"})
			s.repo.Commit(s.repo.GroupBranch(s.pr), map[string]string{drop: test.last})
			o := s.as("merge_group", s.repo.GroupEvent(s.pr))
			o.want(t, test.code, test.state, test.blocked...)
		})
	}
}
