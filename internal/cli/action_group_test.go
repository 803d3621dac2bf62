package cli

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dropgate/dropgate/internal/gate"
	"github.com/dropgate/dropgate/internal/github/githubtest"
)

// as runs the action on an event of that name.
func (s *stage) as(name string, event []byte) outcome {
	s.t.Helper()
	was := s.env["GITHUB_EVENT_NAME"]
	s.env["GITHUB_EVENT_NAME"] = name
	defer func() { s.env["GITHUB_EVENT_NAME"] = was }()
	return s.run(event)
}

// another opens one more pull request into main, from a branch that starts there.
func (s *stage) another(branch string, files map[string]string) *githubtest.PullRequest {
	s.t.Helper()
	s.repo.Commit(branch, files)
	return s.repo.OpenPullRequest("main", branch, "carol")
}

// acknowledge brings a pull request through its own runs until it is covered.
func (s *stage) acknowledge(p *githubtest.PullRequest) {
	s.t.Helper()
	s.run(p.Event("opened"))
	p.Label(label, "bob")
	if o := s.run(p.Event("labeled")); o.code != exitClear {
		s.t.Fatalf("exit code %d after the label, want 0\n%s%s", o.code, o.out, o.err)
	}
}

// wantReasons checks what the verdict rests on, by words of each reason in order.
func (o outcome) wantReasons(t *testing.T, words ...string) {
	t.Helper()
	got := o.report.Decision.Reasons
	if len(got) != len(words) {
		t.Fatalf("reasons %q, want %d", got, len(words))
	}
	for i, w := range words {
		if !strings.Contains(got[i], w) {
			t.Errorf("reason %q, want %q in it", got[i], w)
		}
	}
}

// wantSays checks what the log and the step summary say.
func (o outcome) wantSays(t *testing.T, words ...string) {
	t.Helper()
	plain := func(s string) string { return strings.Join(strings.Fields(strings.ReplaceAll(s, "`", "")), " ") }
	for name, text := range map[string]string{"log": o.out, "step summary": o.summary} {
		for _, w := range words {
			if !strings.Contains(strings.ToLower(plain(text)), strings.ToLower(w)) {
				t.Errorf("the %s lacks %q:\n%s", name, w, text)
			}
		}
	}
}

// count is how many requests had the method and a path that ends so.
func (o outcome) count(method, end string) int {
	n := 0
	for _, r := range o.requests {
		if r.Method == method && strings.HasSuffix(r.Path, end) {
			n++
		}
	}
	return n
}

const (
	items       = "migrations/0004_items.up.sql"
	createItems = "CREATE TABLE items (id int);\n"
	ordersRule  = "drop-table public.orders"
)

func TestActionMergeGroup(t *testing.T) {
	groups := map[string]func(*githubtest.Repository, ...*githubtest.PullRequest) []byte{
		"merge": (*githubtest.Repository).MergeGroupEvent, "squash": (*githubtest.Repository).SquashGroupEvent,
	}
	tests := []struct {
		name          string
		first, second bool // are covered
		code          int
		state         gate.State
		reasons       []string
	}{
		{"both covered", true, true, exitClear, gate.Valid, []string{"pull request #1 (" + drop + ":3): ", "pull request #2 (" + orders + ":1): "}},
		{"first not", false, true, exitBlocked, gate.Absent, []string{"pull request #1 (" + drop + ":3): 1 operation reaches", "pull request #2 "}},
		{"second not", true, false, exitBlocked, gate.Absent, []string{"pull request #2 (" + orders + ":1): 1 operation reaches", "pull request #1 "}},
		{"none", false, false, exitBlocked, gate.Absent, []string{"pull request #1 ", "pull request #2 "}},
	}
	for kind, event := range groups {
		for _, test := range tests {
			t.Run(kind+" "+test.name, func(t *testing.T) {
				s := newStage(t, map[string]string{drop: dropUsers})
				second := s.another("second", map[string]string{orders: dropOrders})
				if test.first {
					s.acknowledge(s.pr)
				}
				if test.second {
					s.acknowledge(second)
				}
				o := s.as("merge_group", event(s.repo, s.pr, second))
				o.want(t, test.code, test.state, users, ordersRule)
				o.wantWrites(t)
				o.wantReasons(t, test.reasons...)
				if test.code == exitBlocked {
					o.wantSays(t, test.reasons[0], "queues it again")
				}
			})
		}
	}
}

// What a pull request's own run says is what the group's run says.
func TestActionMergeGroupOfOne(t *testing.T) {
	tests := []struct {
		name  string
		set   func(*stage)
		code  int
		state gate.State
	}{
		{"not labelled", func(s *stage) { s.on("opened") }, exitBlocked, gate.Absent},
		{"labelled and covered", func(s *stage) { s.acknowledge(s.pr) }, exitClear, gate.Valid},
		{"labelled, no run ever saw it", func(s *stage) { s.pr.Label(label, "bob") }, exitBlocked, gate.Stale},
		{"the label was taken off", func(s *stage) { s.acknowledge(s.pr); s.pr.Unlabel(label, "bob") }, exitBlocked, gate.Absent},
		{"the record was deleted", func(s *stage) { s.acknowledge(s.pr); s.repo.DeleteComment(s.summaryComment().ID) }, exitBlocked, gate.Stale},
		{"a draft", func(s *stage) { s.acknowledge(s.pr); s.pr.SetDraft(true, "alice") }, exitClear, gate.Valid},
		{"the base moved on", func(s *stage) {
			s.acknowledge(s.pr)
			s.repo.Commit("main", map[string]string{items: createItems})
		}, exitClear, gate.Valid},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := newStage(t, map[string]string{drop: dropUsers})
			test.set(s)
			o := s.as("merge_group", s.repo.MergeGroupEvent(s.pr))
			o.want(t, test.code, test.state, users)
			o.wantWrites(t)
		})
	}
}

func TestActionMergeGroupHarmless(t *testing.T) {
	s := newStage(t, map[string]string{items: createItems})
	second := s.another("second", map[string]string{"README.md": "# Shops\n"})
	o := s.as("merge_group", s.repo.MergeGroupEvent(s.pr, second))
	o.want(t, exitClear, gate.Absent)
	o.wantWrites(t)
	o.wantReasons(t, "no operation reaches the threshold of 60")
	s.pr.Label(label, "bob")
	o = s.as("merge_group", s.repo.MergeGroupEvent(s.pr))
	o.want(t, exitClear, gate.Valid)
}

func TestActionMergeGroupWithoutMigrations(t *testing.T) {
	s := newStage(t, map[string]string{"README.md": "# Shops\n"})
	o := s.as("merge_group", s.repo.MergeGroupEvent(s.pr))
	o.want(t, exitClear, gate.Absent)
	o.wantSays(t, "in the merge group of #1")
}

func TestActionMergeGroupDestroyed(t *testing.T) {
	s := newStage(t, map[string]string{drop: dropUsers})
	event := strings.Replace(string(s.repo.MergeGroupEvent(s.pr)), "checks_requested", "destroyed", 1)
	o := s.as("merge_group", []byte(event))
	o.want(t, exitClear, gate.Absent)
	if len(o.requests) != 0 {
		t.Errorf("%d requests, want none", len(o.requests))
	}
}

// The name of a base branch may look like the end of a queue's branch.
func TestActionMergeGroupBaseWithSlashes(t *testing.T) {
	const branch = "release/pr-2-aa/1.x"
	s := newStage(t, map[string]string{drop: dropUsers})
	s.another("other", map[string]string{"README.md": "#\n"})
	s.repo.Branch(branch, "main")
	s.pr.SetBase(branch, "alice")
	s.on("opened")
	o := s.as("merge_group", s.repo.SquashGroupEvent(s.pr))
	o.want(t, exitBlocked, gate.Absent, users)
	o.wantReasons(t, "pull request #1 ")
	s.acknowledge(s.pr)
	s.as("merge_group", s.repo.SquashGroupEvent(s.pr)).want(t, exitClear, gate.Valid, users)
}

// Nothing slips through a queue: what belongs to no pull request is not covered.
func TestActionMergeGroupForeignCommit(t *testing.T) {
	s := newStage(t, map[string]string{drop: dropUsers})
	s.acknowledge(s.pr)
	s.repo.MergeGroupEvent(s.pr)
	s.repo.Commit(s.repo.GroupBranch(s.pr), map[string]string{orders: dropOrders})
	o := s.as("merge_group", s.repo.GroupEvent(s.pr))
	o.want(t, exitBlocked, gate.Absent, users, ordersRule)
	o.wantWrites(t)
	o.wantReasons(t, "no pull request of the merge group has "+orders+":1 as it is there", "pull request #1 ")
	o.wantSays(t, "no label can cover")
}

func TestActionMergeGroupWithoutPullRequest(t *testing.T) {
	t.Run("closed", func(t *testing.T) {
		s := newStage(t, map[string]string{drop: dropUsers})
		s.acknowledge(s.pr)
		event := s.repo.MergeGroupEvent(s.pr)
		s.pr.Close("alice")
		o := s.as("merge_group", event)
		o.want(t, exitBlocked, gate.Absent, users)
		o.wantReasons(t, "no pull request of the merge group has "+drop+":3")
	})
	t.Run("into another branch", func(t *testing.T) {
		s := newStage(t, map[string]string{drop: dropUsers})
		s.acknowledge(s.pr)
		event := s.repo.MergeGroupEvent(s.pr)
		s.repo.Branch("old", "main")
		s.pr.SetBase("old", "alice")
		s.as("merge_group", event).want(t, exitBlocked, gate.Absent, users)
	})
	t.Run("a branch that names none", func(t *testing.T) {
		s := newStage(t, map[string]string{drop: dropUsers})
		s.repo.Commit("nobody", map[string]string{orders: dropOrders})
		event := string(s.repo.MergeGroupEvent(s.pr))
		event = strings.ReplaceAll(event, s.repo.Head(s.repo.GroupBranch(s.pr)), s.repo.Head("nobody"))
		event = strings.ReplaceAll(event, "gh-readonly-queue/main/pr-1-", "gh-readonly-queue/main/x-")
		s.as("merge_group", []byte(event)).want(t, exitBlocked, gate.Absent, ordersRule)
	})
}

// A label covers only what it covers, whichever head came when.
func TestActionMergeGroupHeadMovedOn(t *testing.T) {
	both := []string{users, ordersRule}
	t.Run("with another operation", func(t *testing.T) {
		s := newStage(t, map[string]string{drop: dropUsers})
		s.acknowledge(s.pr)
		event := s.repo.MergeGroupEvent(s.pr)
		s.repo.Commit("feature", map[string]string{orders: dropOrders})
		o := s.as("merge_group", event)
		o.want(t, exitBlocked, gate.Stale, both...)
	})
	t.Run("without the operation, which is in the group", func(t *testing.T) {
		s := newStage(t, map[string]string{drop: dropUsers, orders: dropOrders})
		s.on("opened")
		event := s.repo.MergeGroupEvent(s.pr)
		s.repo.Commit("feature", map[string]string{orders: "SELECT 1;\n"})
		s.acknowledge(s.pr)
		o := s.as("merge_group", event)
		o.want(t, exitBlocked, gate.Stale, both...)
		o.wantReasons(t, "pull request #1 ("+orders+":1): ", "pull request #1 ("+drop+":3): ")
	})
	t.Run("without another operation", func(t *testing.T) {
		s := newStage(t, map[string]string{drop: dropUsers})
		s.acknowledge(s.pr)
		event := s.repo.MergeGroupEvent(s.pr)
		s.repo.Commit("feature", map[string]string{"README.md": "#\n"})
		s.as("merge_group", event).want(t, exitClear, gate.Valid, users)
	})
}

// A pull request on top of another one shares its commits and is not in the group.
func TestActionMergeGroupStacked(t *testing.T) {
	for kind, event := range map[string]func(*githubtest.Repository, ...*githubtest.PullRequest) []byte{
		"merge": (*githubtest.Repository).MergeGroupEvent, "squash": (*githubtest.Repository).SquashGroupEvent,
	} {
		t.Run(kind, func(t *testing.T) {
			s := newStage(t, map[string]string{drop: dropUsers})
			s.repo.Branch("top", "feature")
			s.another("top", map[string]string{orders: dropOrders})
			s.acknowledge(s.pr)
			o := s.as("merge_group", event(s.repo, s.pr))
			o.want(t, exitClear, gate.Valid, users)
			o.wantReasons(t, "pull request #1 ")
		})
	}
}

// A migration that loses nothing on the pull request's base may lose something on
// the group's: the table came since.
func TestActionMergeGroupBaseHasMore(t *testing.T) {
	const gone = "migrations/0009_gone.up.sql"
	s := newStage(t, map[string]string{gone: "DROP TABLE IF EXISTS items;\n"})
	s.on("opened").want(t, exitClear, gate.Absent)
	s.repo.Commit("main", map[string]string{items: createItems})
	o := s.as("merge_group", s.repo.MergeGroupEvent(s.pr))
	o.want(t, exitBlocked, gate.Absent, "drop-table public.items")
	o.wantReasons(t, "pull request #1 ("+gone+":1): 1 operation reaches")
}

func TestActionMergeGroupConfigOfTheBase(t *testing.T) {
	s := newStage(t, map[string]string{drop: dropUsers, configName: "threshold: 100\n"})
	s.as("merge_group", s.repo.MergeGroupEvent(s.pr)).want(t, exitBlocked, gate.Absent, users)
	s.repo.Commit("main", map[string]string{configName: "threshold: 95\n"})
	s.as("merge_group", s.repo.MergeGroupEvent(s.pr)).want(t, exitClear, gate.Absent)
}

func TestActionMergeGroupStatus(t *testing.T) {
	s := newStage(t, map[string]string{drop: dropUsers})
	s.server.Token(jobToken, githubtest.Permissions{
		Contents: githubtest.Read, PullRequests: githubtest.Write, Statuses: githubtest.Write,
	}, githubtest.Bot)
	s.env["INPUT_STATUS"] = "gate"
	event := s.repo.MergeGroupEvent(s.pr)
	head := s.repo.Head(s.repo.GroupBranch(s.pr))
	o := s.as("merge_group", event)
	o.want(t, exitBlocked, gate.Absent, users)
	o.wantWrites(t, "POST /repos/octo/shop/statuses/"+head)
	s.repo.Commit("main", map[string]string{configName: "threshold: 0\n"})
	s.as("merge_group", event).wantFailed(t, configName)
	var got []string
	for _, status := range s.repo.Statuses(head) {
		got = append(got, status.Context+" "+status.State)
	}
	if diff := cmp.Diff([]string{"gate failure", "gate error"}, got); diff != "" {
		t.Errorf("statuses of the group's head (-want +got):\n%s", diff)
	}
}

// A token that may not write is enough: nothing is posted.
func TestActionMergeGroupReadOnly(t *testing.T) {
	s := newStage(t, map[string]string{drop: dropUsers})
	s.acknowledge(s.pr)
	s.server.Token(jobToken, githubtest.Permissions{Contents: githubtest.Read, PullRequests: githubtest.Read}, githubtest.Bot)
	o := s.as("merge_group", s.repo.MergeGroupEvent(s.pr))
	o.want(t, exitClear, gate.Valid, users)
	o.wantWarning(t)
}

// One look-up is enough for each pull request, however many commits it has.
func TestActionMergeGroupLookUps(t *testing.T) {
	s := newStage(t, map[string]string{drop: dropUsers})
	for i := range 120 {
		s.repo.Commit("feature", map[string]string{"README.md": fmt.Sprint(i)})
	}
	second := s.another("second", map[string]string{orders: dropOrders})
	o := s.as("merge_group", s.repo.MergeGroupEvent(s.pr, second))
	o.want(t, exitBlocked, gate.Absent, users, ordersRule)
	if got := o.count("GET", "/pulls"); got != 2 {
		t.Errorf("%d look-ups of commits, want 2", got)
	}
}

func TestActionMergeGroupFaults(t *testing.T) {
	answer := func(status int) githubtest.Response {
		return githubtest.Response{Status: status, Body: `{"message":"Not now"}`}
	}
	tests := []struct {
		name, path string
		response   githubtest.Response
		why        string
	}{
		{"no comparison", "/repos/octo/shop/compare/*", answer(404), "compare"},
		{"no look-up", "/repos/octo/shop/commits/*/pulls", answer(403), "`pull-requests: read`"},
		{"no pull request", pulls, answer(404), "pull request 1"},
		{"no base branch", "/repos/octo/shop/git/ref/heads/main", answer(404), "branch main"},
		{"half a tree", "/repos/octo/shop/git/trees/HEAD", githubtest.TruncatedTree(), "only a part"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := newStage(t, map[string]string{drop: dropUsers})
			event := s.repo.MergeGroupEvent(s.pr)
			path := strings.Replace(test.path, "HEAD", s.repo.Head(s.repo.GroupBranch(s.pr)), 1)
			s.server.Fail(githubtest.Match("GET", path), -1, test.response)
			s.as("merge_group", event).wantFailed(t, test.why)
		})
	}
}

// A commit that GitHub knows nothing of, and that names none, has no pull request, and
// so no label.
func TestActionMergeGroupUnknownCommits(t *testing.T) {
	s := newStage(t, map[string]string{drop: dropUsers})
	second := s.another("second", map[string]string{orders: dropOrders})
	s.acknowledge(s.pr)
	s.acknowledge(second)
	event := s.repo.SquashGroupEvent(s.pr, second)
	s.server.Fail(githubtest.Match("GET", "/repos/octo/shop/commits/*/pulls"), -1, githubtest.Response{Status: 404, Body: `{"message":"Not Found"}`})
	s.fails(match("GET", "/compare/*"), -1, githubtest.Response{Edit: func(body any) any {
		for _, c := range body.(map[string]any)["commits"].([]any) {
			c.(map[string]any)["commit"].(map[string]any)["message"] = "Drop\n\nMerge pull request #1 from feature (#1)"
		}
		return body
	}})
	o := s.as("merge_group", event)
	o.want(t, exitBlocked, gate.Absent, users, ordersRule)
	o.wantReasons(t, "no pull request of the merge group has "+drop+":3", "pull request #2 ")
}

func TestActionMergeGroupBadEvents(t *testing.T) {
	sha := strings.Repeat("a", 40)
	whole := map[string]string{"head_sha": sha, "base_sha": sha, "base_ref": "refs/heads/main", "head_ref": "refs/heads/gh-readonly-queue/main/pr-1-aa"}
	bad := map[string]string{"head_sha": "aa", "base_sha": "", "base_ref": "refs/tags/v1", "head_ref": ""}
	for _, key := range slices.Sorted(maps.Keys(bad)) {
		t.Run(key, func(t *testing.T) {
			s := newStage(t, map[string]string{drop: dropUsers})
			fields := []string{}
			for name, value := range whole {
				if name == key {
					value = bad[key]
				}
				fields = append(fields, fmt.Sprintf("%q:%q", name, value))
			}
			o := s.as("merge_group", []byte(`{"action":"checks_requested","merge_group":{`+strings.Join(fields, ",")+`}}`))
			o.wantFailed(t, "read the event: its merge_group")
			o.wantFailed(t, key)
		})
	}
	t.Run("none", func(t *testing.T) {
		s := newStage(t, map[string]string{drop: dropUsers})
		s.as("merge_group", []byte(`{"action":"checks_requested"}`)).wantFailed(t, "read the event")
	})
}

func TestQueued(t *testing.T) {
	tests := map[string]int{
		"refs/heads/gh-readonly-queue/main/pr-104-929f8209d40f77f4abc622a499c93a83babdbe64":   104,
		"refs/heads/gh-readonly-queue/release/pr-9-aa/1.x/pr-7-929f8209d40f77f4abc622a499c93": 7,
		"refs/heads/gh-readonly-queue/main/pr-7":                                              0, "refs/heads/main/pr-7-aa": 0,
		"refs/heads/gh-readonly-queue/main/pr-99999999999999999999-aa": 0, "": 0,
	}
	for ref, want := range tests {
		if got := queued(ref); got != want {
			t.Errorf("queued(%q) = %d, want %d", ref, got, want)
		}
	}
}
