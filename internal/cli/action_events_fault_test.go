package cli

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/dropgate/dropgate/internal/github/githubtest"
)

// uncovered runs the action on each event about a pull request whose label covers
// nothing: it was put on when no run had seen what it is for.
var uncovered = map[string]func(s *stage) outcome{
	"pull_request": func(s *stage) outcome { return s.on("edited") },
	"merge_group":  func(s *stage) outcome { return s.as("merge_group", s.repo.MergeGroupEvent(s.pr)) },
	"squashed group": func(s *stage) outcome {
		return s.as("merge_group", s.repo.SquashGroupEvent(s.pr, s.another("second", map[string]string{items: createItems})))
	},
	"push": func(s *stage) outcome {
		before := s.repo.Head("main")
		s.pr.Merge("bob")
		return s.pushes(before)
	},
	"workflow_dispatch": func(s *stage) outcome { return s.dispatches("feature") },
	"dispatch without a pull request": func(s *stage) outcome {
		s.repo.Branch("other", "feature")
		s.repo.Commit("other", map[string]string{"README.md": "#\n"})
		return s.dispatches("other")
	},
}

func newUncovered(t *testing.T) *stage {
	s := newStage(t, map[string]string{drop: dropUsers})
	s.pr.Label(label, "bob")
	return s
}

// asked runs an event, and returns the requests that it takes, each once.
func asked(t *testing.T, run func(*stage) outcome) (all []string) {
	s := newUncovered(t)
	o := run(s)
	if o.code != exitBlocked {
		t.Fatalf("exit code %d, want 1\n%s%s", o.code, o.out, o.err)
	}
	for _, q := range o.requests {
		if request := q.Method + " " + q.Path; !slices.Contains(all, request) {
			all = append(all, request)
		}
	}
	return all
}

// TestActionFaultsOfEvents lets each request of each event's run in turn go wrong in
// every way. None of them opens the gate.
func TestActionFaultsOfEvents(t *testing.T) {
	answers := map[string]githubtest.Response{
		"500": githubtest.ServerError(500), "reset": {Reset: true}, "cut": {Cut: true}, "limited": githubtest.RateLimited(403, 3600),
		"401": {Status: 401, Body: `{"message":"Bad credentials"}`}, "403": forbidden, "422": {Status: 422, Body: `{"message":"No commit found"}`},
		"404": {Status: 404, Body: `{"message":"Not Found"}`}, "409": {Status: 409, Body: `{"message":"Git Repository is empty."}`},
		"an empty object": {Status: 200, Body: `{}`}, "an empty list": {Status: 200, Body: `[]`}, "null": {Status: 200, Body: `null`}, "no text": {Status: 204},
		"nothing": {Edit: func(body any) any {
			if list, ok := body.([]any); ok {
				return list[:0]
			}
			return map[string]any{}
		}},
	}
	for event, run := range uncovered {
		t.Run(event, func(t *testing.T) {
			for _, request := range asked(t, run) {
				for name, answer := range answers {
					t.Run(request+" "+name, func(t *testing.T) {
						s := newUncovered(t)
						answer.Header = http.Header{"Content-Type": {"application/json"}}
						s.fails(request, -1, answer)
						if o := run(s); o.code == exitClear {
							t.Errorf("exit code 0, want 1 or 2\n%s%s", o.out, o.err)
						}
					})
				}
			}
		})
	}
}

// TestActionLackingAnswersOfEvents takes each value out of each answer of each
// event's run in turn. That does not open the gate.
func TestActionLackingAnswersOfEvents(t *testing.T) {
	for event, run := range uncovered {
		t.Run(event, func(t *testing.T) {
			for _, request := range asked(t, run) {
				if strings.HasPrefix(request, "GET ") || request == "POST /graphql" {
					t.Run(request, func(t *testing.T) { testLacking(t, run, request) })
				}
			}
		})
	}
}

// testLacking takes the values out of one request's answers.
func testLacking(t *testing.T, run func(*stage) outcome, request string) {
	s := newUncovered(t)
	var all []string
	answered := false
	s.fails(request, -1, githubtest.Response{Edit: func(body any) any {
		if !answered {
			answered, all = true, places(body, "")
		}
		return body
	}})
	if run(s); !answered {
		t.Fatalf("%s is not asked for again", request)
	}
	for i, at := range all {
		if i%11 != 0 { // one after the other, all of them were tried once
			continue
		}
		h := holes[i%len(holes)]
		t.Run(at+" is "+h.name, func(t *testing.T) {
			s := newUncovered(t)
			s.fails(request, -1, githubtest.Response{Edit: func(body any) any {
				dig(body, at, h.make)
				return body
			}})
			if o := run(s); o.code == exitClear {
				t.Errorf("exit code 0, want 1 or 2\n%s%s", o.out, o.err)
			}
		})
	}
}

// A list of files that is empty says neither that all were removed nor that all are new.
func TestActionEmptyTreeOfEvents(t *testing.T) {
	for event, run := range uncovered {
		t.Run(event, func(t *testing.T) {
			for _, request := range asked(t, run) {
				if !strings.Contains(request, "/git/trees/") {
					continue
				}
				t.Run(request, func(t *testing.T) {
					s := newUncovered(t)
					s.fails(request, -1, githubtest.Response{Edit: func(body any) any {
						body.(map[string]any)["tree"] = []any{}
						return body
					}})
					if o := run(s); o.code == exitClear {
						t.Errorf("exit code 0, want 1 or 2\n%s%s", o.out, o.err)
					}
				})
			}
		})
	}
}
