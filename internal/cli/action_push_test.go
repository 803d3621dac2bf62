package cli

import (
	"fmt"
	"strings"
	"testing"

	"github.com/dropgate/dropgate/internal/gate"
	"github.com/dropgate/dropgate/internal/github/githubtest"
)

// pushes runs the action on a push to main since a commit.
func (s *stage) pushes(before string) outcome {
	s.t.Helper()
	return s.as("push", s.repo.PushEvent("main", before, s.repo.Head("main")))
}

func TestActionPush(t *testing.T) {
	merges := map[string]func(*githubtest.PullRequest, string) string{
		"merge": (*githubtest.PullRequest).Merge, "squash": (*githubtest.PullRequest).Squash,
	}
	tests := []struct {
		name   string
		set    func(*stage)
		code   int
		state  gate.State
		reason string
	}{
		{"covered", func(s *stage) { s.acknowledge(s.pr) }, exitClear, gate.Valid, "came to main by pull request #1: 1 operation reaches"},
		{"not labelled", func(s *stage) { s.on("opened") }, exitBlocked, gate.Absent, "came to main by pull request #1, without a valid label: 1 operation"},
		{"labelled, and a run saw it before", func(s *stage) {
			s.on("opened")
			s.pr.Label(label, "bob")
		}, exitClear, gate.Valid, "by pull request #1: "},
		{"labelled, no run ever saw it", func(s *stage) { s.pr.Label(label, "bob") }, exitBlocked, gate.Stale, "without a valid label"},
		{"the record was edited", func(s *stage) {
			s.acknowledge(s.pr)
			c := s.summaryComment()
			s.repo.EditComment("mallory", c.ID, c.Body+"!")
		}, exitBlocked, gate.Stale, "without a valid label"},
	}
	for kind, merge := range merges {
		for _, test := range tests {
			t.Run(kind+" "+test.name, func(t *testing.T) {
				s := newStage(t, map[string]string{drop: dropUsers})
				test.set(s)
				before := s.repo.Head("main")
				merge(s.pr, "bob")
				o := s.pushes(before)
				o.want(t, test.code, test.state, users)
				o.wantWrites(t)
				o.wantReasons(t, test.reason)
				if test.code == exitBlocked {
					o.wantSays(t, drop+":3", "this run holds nothing back")
				}
			})
		}
	}
}

func TestActionPushWithoutPullRequest(t *testing.T) {
	s := newStage(t, map[string]string{"README.md": "#\n"})
	before := s.repo.Head("main")
	made := s.repo.Commit("main", map[string]string{drop: dropUsers})
	o := s.pushes(before)
	o.want(t, exitBlocked, gate.Absent, users)
	o.wantWrites(t)
	o.wantReasons(t, drop+":3 came to main by no pull request, in commit "+made[:12]+": 1 operation reaches the threshold of 60")
	o.wantSays(t, "by no pull request", made[:12])
	for _, blamed := range []string{"alice", "carol"} {
		if strings.Contains(o.out+o.summary, blamed) {
			t.Errorf("the log or the summary blames %s:\n%s", blamed, o.out)
		}
	}
}

func TestActionPushOfSeveral(t *testing.T) {
	s := newStage(t, map[string]string{drop: dropUsers})
	second := s.another("second", map[string]string{orders: dropOrders})
	third := s.another("third", map[string]string{items: createItems})
	s.acknowledge(s.pr)
	s.run(second.Event("opened"))
	before := s.repo.Head("main")
	s.pr.Merge("bob")
	second.Squash("bob")
	third.Squash("bob")
	direct := s.repo.Commit("main", map[string]string{"migrations/0009_all.up.sql": "DELETE FROM items;\nDROP TABLE phones;\n"})
	o := s.pushes(before)
	o.want(t, exitBlocked, gate.Absent, users, ordersRule, "drop-table public.phones")
	o.wantWrites(t)
	o.wantReasons(t, "migrations/0009_all.up.sql:2 came to main by no pull request",
		orders+":1 came to main by pull request #2, without a valid label", drop+":3 came to main by pull request #1: ")
	o.wantSays(t, direct[:12])
}

func TestActionPushHarmless(t *testing.T) {
	s := newStage(t, map[string]string{items: createItems})
	before := s.repo.Head("main")
	s.pr.Merge("bob")
	o := s.pushes(before)
	o.want(t, exitClear, gate.Absent)
	o.wantWrites(t)
	if got := o.count("GET", "/pulls"); got != 0 {
		t.Errorf("%d look-ups of pull requests, want none: nothing blocks", got)
	}
}

// The label counts as it was at the merge.
func TestActionPushLabelledAfterTheMerge(t *testing.T) {
	s := newStage(t, map[string]string{drop: dropUsers})
	s.on("opened")
	before := s.repo.Head("main")
	s.pr.Merge("bob")
	s.pr.Label(label, "bob")
	o := s.pushes(before)
	o.want(t, exitBlocked, gate.Absent, users)
	o.wantSays(t, "without a valid label")
	if !strings.Contains(o.out, "only after it was merged") {
		t.Errorf("the log does not say that the label came later:\n%s", o.out)
	}
}

// A pull request into another branch is none of this one's.
func TestActionPushOfAnotherBase(t *testing.T) {
	s := newStage(t, map[string]string{drop: dropUsers})
	s.acknowledge(s.pr)
	s.repo.Branch("old", "main")
	s.pr.SetBase("old", "alice")
	merged := s.pr.Merge("bob")
	before := s.repo.Head("main")
	s.repo.Branch("main", merged)
	s.pushes(before).want(t, exitBlocked, gate.Absent, users)
}

// One label covers what is in a file that another pull request changed as well.
func TestActionPushOfOneFileTwice(t *testing.T) {
	s := newStage(t, map[string]string{drop: "SELECT 1;\n"})
	second := s.another("second", map[string]string{drop: "SELECT 1;\n" + dropUsers})
	s.acknowledge(second)
	before := s.repo.Head("main")
	s.pr.Merge("bob")
	second.Merge("bob")
	o := s.pushes(before)
	o.want(t, exitClear, gate.Valid, users)
	o.wantReasons(t, "came to main by pull request #2: ")
}

// What is pushed by hand while its pull request is open was merged by nobody.
func TestActionPushBesideAnOpenPullRequest(t *testing.T) {
	s := newStage(t, map[string]string{drop: dropUsers})
	s.acknowledge(s.pr)
	before := s.repo.Head("main")
	s.repo.Branch("main", "feature")
	o := s.pushes(before)
	o.want(t, exitBlocked, gate.Absent, users)
	o.wantReasons(t, "came to main by no pull request")
}

// An open pull request has merged nothing.
func TestActionPushOfAnOpenPullRequest(t *testing.T) {
	s := newStage(t, map[string]string{drop: dropUsers})
	s.acknowledge(s.pr)
	o := s.as("push", s.repo.PushEvent("feature", "", s.pr.HeadSHA()))
	o.want(t, exitBlocked, gate.Absent, users)
	o.wantReasons(t, "came to feature by no pull request")
}

func TestActionPushOfANewBranch(t *testing.T) {
	s := newStage(t, map[string]string{drop: dropUsers})
	s.repo.Commit("main", map[string]string{orders: dropOrders})
	s.as("push", s.repo.PushEvent("feature", "", s.pr.HeadSHA())).want(t, exitBlocked, gate.Absent, users)
	s.repo.Branch("same", "main")
	o := s.as("push", s.repo.PushEvent("same", "", s.repo.Head("same")))
	o.want(t, exitClear, gate.Absent)
	o.wantSays(t, "in what was pushed to same")
}

func TestActionPushThatIsNone(t *testing.T) {
	for _, test := range []struct{ name, branch, before, words string }{
		{"tag", "refs/tags/v1", "", "in a pushed tag"},
		{"deleted branch", "feature", "feature", "in a branch that was deleted"},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := newStage(t, map[string]string{drop: dropUsers})
			before, after := s.repo.Head(test.before), s.pr.HeadSHA()
			if before != "" {
				after = ""
			}
			o := s.as("push", s.repo.PushEvent(test.branch, before, after))
			o.want(t, exitClear, gate.Absent)
			o.wantSays(t, test.words)
			if len(o.requests) != 0 {
				t.Errorf("%d requests, want none", len(o.requests))
			}
		})
	}
}

// What a forced push leaves out has run all the same.
func TestActionPushForced(t *testing.T) {
	tests := []struct {
		name       string
		was, is    map[string]string
		code       int
		operations []string
	}{
		{"other operations", map[string]string{drop: dropUsers}, map[string]string{orders: dropOrders}, exitBlocked, []string{ordersRule}},
		{"back", map[string]string{drop: dropUsers}, nil, exitClear, nil},
		{
			"what was made on the side", map[string]string{items: createItems},
			map[string]string{"migrations/0009_gone.up.sql": "DROP TABLE IF EXISTS items;\n"}, exitBlocked, []string{"drop-table public.items"},
		},
		{"harmless", map[string]string{drop: dropUsers}, map[string]string{"README.md": "#\n"}, exitClear, nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := newStage(t, map[string]string{"README.md": "##\n"})
			start := s.repo.Head("main")
			before := s.repo.Commit("main", test.was)
			s.repo.Branch("main", start)
			if test.is != nil {
				s.repo.Commit("main", test.is)
			}
			o := s.pushes(before)
			o.want(t, test.code, gate.Absent, test.operations...)
			o.wantWrites(t)
		})
	}
}

// The files are compared beyond GitHub's 300, also those that were renamed.
func TestActionPushOfManyFiles(t *testing.T) {
	s := newStage(t, map[string]string{"README.md": "##\n"})
	before := s.repo.Head("main")
	files := map[string]string{drop: dropUsers}
	for i := range 320 {
		files[fmt.Sprintf("app/%03d.txt", i)] = "x"
	}
	s.repo.Commit("main", files)
	s.pushes(before).want(t, exitBlocked, gate.Absent, users)
}

func TestActionPushOfARename(t *testing.T) {
	s := newStageOn(t, map[string]string{drop: dropUsers}, map[string]string{"README.md": "##\n"})
	before := s.repo.Head("main")
	s.repo.CommitChange("main", githubtest.Change{
		Files: map[string]githubtest.File{"migrations/0002_gone.up.sql": {Content: dropUsers}}, Delete: []string{drop},
	})
	o := s.pushes(before)
	o.want(t, exitClear, gate.Absent)
	if len(o.report.Files) != 1 || o.report.Files[0].Status != "renamed" {
		t.Errorf("files %+v, want one that is renamed", o.report.Files)
	}
}

// The config is what was in force before the push.
func TestActionPushConfig(t *testing.T) {
	s := newStage(t, map[string]string{"README.md": "##\n"})
	before := s.repo.Head("main")
	between := s.repo.Commit("main", map[string]string{configName: "threshold: 95\n"})
	s.repo.Commit("main", map[string]string{drop: dropUsers})
	s.pushes(before).want(t, exitBlocked, gate.Absent, users)
	s.pushes(between).want(t, exitClear, gate.Absent)
}

func TestActionPushFaults(t *testing.T) {
	t.Run("half a tree", func(t *testing.T) {
		s := newStage(t, map[string]string{"README.md": "##\n"})
		before := s.repo.Head("main")
		made := s.repo.Commit("main", map[string]string{drop: dropUsers})
		s.server.Fail(githubtest.Match("GET", "/repos/octo/shop/git/trees/"+made), -1, githubtest.TruncatedTree())
		s.pushes(before).wantFailed(t, "only a part")
	})
	t.Run("before is not there any more", func(t *testing.T) {
		s := newStage(t, map[string]string{drop: dropUsers})
		event := strings.ReplaceAll(string(s.repo.PushEvent("main", s.repo.Head("main"), s.pr.HeadSHA())), s.repo.Head("main"), strings.Repeat("a", 40))
		s.as("push", []byte(event)).wantFailed(t, strings.Repeat("a", 40))
	})
	t.Run("another history", func(t *testing.T) {
		s := newStage(t, map[string]string{drop: dropUsers})
		before := s.repo.Head("main")
		s.repo.Branch("main", "feature")
		s.server.Fail(githubtest.Match("GET", "/repos/octo/shop/compare/*"), -1, githubtest.Response{Status: 404, Body: `{"message":"No common ancestor"}`})
		s.pushes(before).want(t, exitBlocked, gate.Absent, users)
	})
	t.Run("half of the commits", func(t *testing.T) {
		s := newStage(t, map[string]string{drop: dropUsers})
		before := s.repo.Head("main")
		s.pr.Merge("bob")
		s.server.Fail(githubtest.Match("GET", "/repos/octo/shop/compare/*"), -1, githubtest.Response{Edit: func(body any) any {
			body.(map[string]any)["commits"] = []any{}
			return body
		}})
		s.pushes(before).wantFailed(t, "0 commits of 2")
	})
}

func TestActionPushBadEvents(t *testing.T) {
	sha := strings.Repeat("a", 40)
	for name, event := range map[string]string{
		"no ref":        `{"before":"` + sha + `","after":"` + sha + `"}`,
		"another ref":   `{"ref":"refs/pull/1/merge","before":"` + sha + `","after":"` + sha + `"}`,
		"no after":      `{"ref":"refs/heads/main","before":"` + sha + `"}`,
		"no before":     `{"ref":"refs/heads/main","after":"` + sha + `"}`,
		"not a commit":  `{"ref":"refs/heads/main","before":"` + sha + `","after":"main"}`,
		"another shape": `{"ref":1}`,
	} {
		t.Run(name, func(t *testing.T) {
			s := newStage(t, map[string]string{drop: dropUsers})
			o := s.as("push", []byte(event))
			o.wantFailed(t, "read the event")
			if len(o.requests) != 0 {
				t.Errorf("%d requests, want none", len(o.requests))
			}
		})
	}
}
