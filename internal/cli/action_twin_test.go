package cli

import (
	"fmt"
	"strings"
	"testing"

	"github.com/dropgate/dropgate/internal/gate"
	"github.com/dropgate/dropgate/internal/github/githubtest"
)

// sameHead opens one more pull request with the first one's head, into a branch of its
// own, which has these files besides the base's.
func (s *stage) sameHead(into string, files map[string]string) *githubtest.PullRequest {
	s.t.Helper()
	s.repo.Branch(into, "main")
	s.repo.Commit(into, files)
	s.repo.Branch("twin-"+into, "feature")
	return s.repo.OpenPullRequest(into, "twin-"+into, "mallory")
}

// lax are branches by which nothing of the pull request blocks.
var lax = map[string]map[string]string{
	"a config that turns the rule off": {configName: "rules: {drop-table: off}\n"},
	"a higher threshold":               {configName: "threshold: 100\n"},
	"other paths":                      {configName: "paths: [\"db/**\"]\n"},
}

// GitHub keeps checks and statuses by commit: what opens the gate for one pull request
// opens it for all with this head.
func TestActionSameHead(t *testing.T) {
	const reason = "pull request #1 has the same head commit and is blocked"
	for name, files := range lax {
		t.Run(name, func(t *testing.T) {
			s := newStage(t, map[string]string{drop: dropUsers})
			s.on("opened").want(t, exitBlocked, gate.Absent, users)
			twin := s.sameHead("old", files)
			o := s.run(twin.Event("opened"))
			o.want(t, exitBlocked, gate.Absent)
			o.wantSays(t, reason, "1 operation reaches the threshold", "Close pull request #1", "puts the label "+label)
			if len(twin.Comments()) != 0 || strings.Contains(o.out, "no migrations found") {
				t.Errorf("%d comments, want none\n%s", len(twin.Comments()), o.out)
			}
		})
	}
	t.Run("the migration is there already", func(t *testing.T) {
		s := newStage(t, map[string]string{drop: dropUsers})
		s.repo.Branch("old", "feature")
		s.repo.Commit("feature", map[string]string{"README.md": "# Our shop\n"})
		s.repo.Branch("same", "feature")
		twin := s.repo.OpenPullRequest("old", "same", "mallory")
		o := s.run(twin.Event("opened"))
		o.want(t, exitBlocked, gate.Absent)
		o.wantSays(t, reason)
		o.wantWrites(t)
	})
	t.Run("the lax one first", func(t *testing.T) {
		s := newStage(t, map[string]string{drop: dropUsers})
		s.pr.Close("alice")
		twin := s.sameHead("old", lax["a higher threshold"])
		s.run(twin.Event("opened")).want(t, exitClear, gate.Absent)
		s.pr.Reopen("alice")
		s.on("reopened").want(t, exitBlocked, gate.Absent, users)
		s.run(twin.Event("opened")).want(t, exitBlocked, gate.Absent)
	})
	t.Run("a draft", func(t *testing.T) {
		s := newStage(t, map[string]string{drop: dropUsers})
		s.pr.SetDraft(true, "alice")
		s.run(s.sameHead("old", lax["other paths"]).Event("opened")).want(t, exitBlocked, gate.Absent)
	})
	t.Run("of other commits", func(t *testing.T) {
		s := newStage(t, map[string]string{drop: dropUsers})
		twin := s.sameHead("old", lax["other paths"])
		s.repo.Commit("twin-old", map[string]string{"README.md": "#\n"})
		s.run(twin.Event("synchronize")).want(t, exitClear, gate.Absent)
		s.repo.Branch("feature", "twin-old")
		s.repo.Commit("feature", map[string]string{"README.md": "# Mine\n"})
		o := s.run(twin.Event("edited"))
		o.want(t, exitClear, gate.Absent)
		if n := o.count("GET", "/pulls/1"); n != 0 {
			t.Errorf("%d requests for a pull request with another head, want none", n)
		}
	})
	t.Run("gone meanwhile", func(t *testing.T) {
		for name, change := range map[string]func(*stage){
			"closed": func(s *stage) { s.pr.Close("alice") },
			"pushed": func(s *stage) { s.repo.Commit("feature", map[string]string{"README.md": "#\n"}) },
		} {
			t.Run(name, func(t *testing.T) {
				s := newStage(t, map[string]string{drop: dropUsers})
				twin := s.sameHead("old", lax["other paths"])
				s.server.Before(githubtest.Match("GET", pulls), func() { change(s) })
				s.run(twin.Event("opened")).want(t, exitClear, gate.Absent)
			})
		}
	})
	t.Run("harmless", func(t *testing.T) {
		s := newStage(t, map[string]string{items: createItems})
		s.run(s.sameHead("old", nil).Event("opened")).want(t, exitClear, gate.Absent)
	})
	t.Run("too many", func(t *testing.T) {
		s := newStage(t, map[string]string{items: createItems})
		for i := range mostTwins + 1 {
			s.sameHead(fmt.Sprint("old-", i), nil)
		}
		o := s.on("edited")
		o.want(t, exitBlocked, gate.Absent)
		o.wantSays(t, "pull request #2 has the same head", "one of 11")
	})
}

// Whatever closes the first pull request, and it is the other's head still.
func TestActionSameHeadClosed(t *testing.T) {
	s := newStage(t, map[string]string{drop: dropUsers})
	twin := s.sameHead("old", nil)
	event := twin.Event("opened")
	twin.Close("mallory")
	o := s.run(event)
	o.want(t, exitBlocked, gate.Absent)
	o.wantSays(t, "pull request #1 has the same head commit")
	o.wantWrites(t)
	s.pr.Close("alice")
	s.run(event).want(t, exitClear, gate.Absent)
}

// Each needs a label of its own, in whatever order they get it.
func TestActionSameHeadLabels(t *testing.T) {
	for name, first := range map[string]bool{"the first one's first": true, "the second one's first": false} {
		t.Run(name, func(t *testing.T) {
			s := newStage(t, map[string]string{drop: dropUsers})
			one, two := s.pr, s.sameHead("old", nil)
			if !first {
				one, two = two, one
			}
			s.run(one.Event("opened")).want(t, exitBlocked, gate.Absent, users)
			s.run(two.Event("opened")).want(t, exitBlocked, gate.Absent, users)
			one.Label(label, "bob")
			o := s.run(one.Event("labeled"))
			o.want(t, exitBlocked, gate.Valid, users)
			o.wantSays(t, fmt.Sprintf("pull request #%d has the same head commit", two.Number()))
			two.Label(label, "bob")
			s.run(two.Event("labeled")).want(t, exitClear, gate.Valid, users)
			s.run(one.Event("edited")).want(t, exitClear, gate.Valid, users)
			two.Unlabel(label, "bob")
			s.run(one.Event("edited")).want(t, exitBlocked, gate.Valid, users)
		})
	}
}

func TestActionSameHeadStatus(t *testing.T) {
	s := newStage(t, map[string]string{drop: dropUsers})
	s.target()
	twin := s.sameHead("old", lax["other paths"])
	s.run(twin.Event("opened"))
	got := s.repo.Statuses(s.pr.HeadSHA())
	if len(got) != 1 || got[0].State != "failure" || !strings.Contains(got[0].Description, "#1 has the same head") {
		t.Errorf("statuses %v, want one failure that names the other pull request", got)
	}
}

// By the repository that they go into, GitHub does not know the pull requests of a
// commit that only a fork has.
func TestActionSameHeadOfFork(t *testing.T) {
	none := githubtest.Response{Edit: func(any) any { return []any{} }}
	tests := map[string]struct {
		answer  githubtest.Response
		asked   string // besides the repository
		blocked bool
	}{
		"known":   {githubtest.Response{Edit: func(body any) any { return body }}, "", true},
		"unknown": {none, "GET /repos/mallory/shop/commits/", true},
		"refused": {githubtest.Response{Status: 422, Body: `{"message":"No commit found for SHA"}`}, "GET /repos/mallory/shop/commits/", true},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			s := newStage(t, map[string]string{drop: dropUsers})
			twin := s.sameHead("old", lax["other paths"])
			s.pr.SetFork(true)
			twin.SetFork(true)
			s.fails(match("GET", "/commits/*/pulls"), -1, test.answer)
			o := s.run(twin.Event("opened"))
			o.want(t, exitBlocked, gate.Absent)
			o.wantSays(t, "pull request #1 has the same head commit")
			if got := strings.Contains(o.paths(), test.asked); !got {
				t.Errorf("requests %v, want one to %s", o.paths(), test.asked)
			}
		})
	}
	t.Run("gone", func(t *testing.T) {
		s := newStage(t, map[string]string{items: createItems})
		s.fails(match("GET", "/pulls/1"), -1, githubtest.Response{Edit: func(body any) any {
			body.(map[string]any)["head"].(map[string]any)["repo"] = nil
			return body
		}})
		s.on("opened").want(t, exitClear, gate.Absent) // GitHub knows it all the same
		s.fails(match("GET", "/commits/*/pulls"), -1, none)
		o := s.on("opened")
		o.want(t, exitClear, gate.Absent) // for who could ever tell
		if !strings.Contains(o.out, "whether another pull request has the same head is not known") {
			t.Errorf("the log does not say what is not known:\n%s", o.out)
		}
	})
}

// What GitHub refuses for good does not block; what it fails to answer does.
func TestActionSameHeadNotToBeHad(t *testing.T) {
	tests := map[string]struct {
		answer githubtest.Response
		code   int
		says   string
	}{
		"forbidden":  {forbidden, exitClear, "pull-requests: read"},
		"not found":  {githubtest.Response{Status: 404, Body: `{"message":"Not Found"}`}, exitClear, "is not known"},
		"not listed": {githubtest.Response{Edit: func(any) any { return []any{} }}, exitClear, "pull request 1 is not among them"},
		"failing":    {githubtest.ServerError(502), exitFailed, "list the pull requests of commit"},
		"limited":    {githubtest.RateLimited(403, 3600), exitFailed, "list the pull requests of commit"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			s := newStage(t, map[string]string{items: createItems})
			s.fails(match("GET", "/commits/*/pulls"), -1, test.answer)
			o := s.on("opened")
			if o.code != test.code || !strings.Contains(o.out, test.says) {
				t.Errorf("exit code %d, want %d, and %q in\n%s", o.code, test.code, test.says, o.out)
			}
		})
	}
	t.Run("of the other one", func(t *testing.T) {
		s := newStage(t, map[string]string{drop: dropUsers})
		twin := s.sameHead("old", lax["other paths"])
		s.fails(match("GET", "/pulls/1"), -1, githubtest.ServerError(502))
		s.run(twin.Event("opened")).wantFailed(t, "pull request 1")
	})
	t.Run("the other one's config", func(t *testing.T) {
		s := newStage(t, map[string]string{drop: dropUsers})
		twin := s.sameHead("old", lax["other paths"])
		s.repo.Commit("main", map[string]string{configName: "treshold: 1\n"})
		s.run(twin.Event("opened")).wantFailed(t, "review pull request #1, which has the same head")
	})
}

// A run that somebody starts on a branch is shown at the head of its pull requests too.
func TestActionDispatchSameHead(t *testing.T) {
	t.Run("no pull request of its own", func(t *testing.T) {
		s := configured(t, "threshold: 100\n", map[string]string{drop: dropUsers})
		s.repo.Branch("strict", "main")
		s.repo.Commit("strict", map[string]string{configName: "threshold: 60\n"})
		s.pr.SetBase("strict", "alice")
		o := s.dispatches("feature")
		o.want(t, exitBlocked, gate.Absent)
		o.wantSays(t, "pull request #1 has the same head commit")
		o.wantWrites(t)
	})
	t.Run("besides its own", func(t *testing.T) {
		s := newStage(t, map[string]string{drop: dropUsers})
		s.acknowledge(s.pr)
		s.sameHead("old", nil)
		s.dispatches("feature").want(t, exitBlocked, gate.Valid, users)
	})
}

// paths are the requests of a run.
func (o outcome) paths() string {
	var all strings.Builder
	for _, r := range o.requests {
		fmt.Fprintf(&all, "%s %s\n", r.Method, r.Path)
	}
	return all.String()
}
