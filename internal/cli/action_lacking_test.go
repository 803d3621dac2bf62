package cli

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/dropgate/dropgate/internal/gate"
	"github.com/dropgate/dropgate/internal/github/githubtest"
)

// lacking are pull requests of whose answers nearly all counts: what they drop is
// there only if what they rename, remove and edit is known as it was.
var lacking = map[string]func(t *testing.T) *stage{
	"all": lackingAll,
	"listed": func(t *testing.T) *stage {
		s := lackingAll(t)
		s.withoutCompared("files")
		return s
	},
	"renamed": func(t *testing.T) *stage {
		return lackingOne(t, "migrations/0002_made.sql", "migrations/0002_made_again.sql")
	},
	"renamed out": func(t *testing.T) *stage { return lackingOne(t, "migrations/0002_made.sql", "old/made.txt") },
	"removed":     func(t *testing.T) *stage { return lackingOne(t, "migrations/0002_made.sql", "") },
	"edited": func(t *testing.T) *stage {
		return lackingOne(t, "migrations/0002_made.sql", "migrations/0002_made.sql")
	},
}

// lackingOne drops what a migration made that is now at another path, or none.
func lackingOne(t *testing.T, from, to string) *stage {
	const made = "CREATE TABLE made (id int);\n"
	s := newStageOn(t, map[string]string{from: made}, map[string]string{"migrations/0005_drop.sql": "DROP TABLE IF EXISTS made;\n"})
	switch to {
	case "":
		s.repo.Delete("feature", from)
	case from:
		s.repo.Commit("feature", map[string]string{from: "SELECT 1;\n"})
	default:
		s.repo.CommitChange("feature", githubtest.Change{Delete: []string{from}, Files: map[string]githubtest.File{to: {Content: made}}})
	}
	return s
}

func lackingAll(t *testing.T) *stage {
	s := newStageOn(t, map[string]string{
		"migrations/0002_made.up.sql": "CREATE TABLE made (id int);\n", "migrations/0003_gone.up.sql": "CREATE TABLE gone (id int);\n",
		"migrations/0004_kept.up.sql": "CREATE TABLE kept (id int);\nDELETE FROM orders;\n",
	}, map[string]string{
		"migrations/0004_kept.up.sql": "CREATE TABLE kept (id int);\n", "migrations/0006_raw.up.sql": "SELECT 1;\x00",
		"migrations/0005_drop.up.sql": "DROP TABLE IF EXISTS made;\nDROP TABLE IF EXISTS gone;\nDROP TABLE IF EXISTS kept;\n",
	})
	s.repo.CommitChange("feature", githubtest.Change{
		Files:  map[string]githubtest.File{"migrations/0002_made_again.up.sql": {Content: "CREATE TABLE made (id int);\n"}},
		Delete: []string{"migrations/0002_made.up.sql", "migrations/0003_gone.up.sql"},
	})
	return s
}

// A hole is a way in which an answer lacks one of its values.
type hole struct {
	name string
	make func(in map[string]any, key string)
}

var holes = []hole{
	{"missing", func(in map[string]any, key string) { delete(in, key) }},
	{"null", func(in map[string]any, key string) { in[key] = nil }},
	{"empty", func(in map[string]any, key string) {
		switch in[key].(type) {
		case string:
			in[key] = ""
		case float64:
			in[key] = 0
		case bool:
			in[key] = false
		case []any:
			in[key] = []any{}
		default:
			in[key] = map[string]any{}
		}
	}},
}

// aside are parts of answers that have no say in what is reviewed.
func aside(key string) bool {
	return strings.HasSuffix(key, "url") || slices.Contains([]string{"_links", "repo", "owner", "permissions", "verification", "author", "committer", "assignees"}, key)
}

// places returns the places of an answer's values, in order.
func places(body any, at string) (all []string) {
	switch v := body.(type) {
	case []any:
		for i, element := range v {
			all = append(all, places(element, fmt.Sprintf("%s/%d", at, i))...)
		}
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(v)) {
			if !aside(key) {
				all = append(append(all, at+"/"+key), places(v[key], at+"/"+key)...)
			}
		}
	}
	return all
}

// dig makes a hole at one of the places.
func dig(body any, at string, make func(map[string]any, string)) {
	parts := strings.Split(at, "/")[1:]
	for _, part := range parts[:len(parts)-1] {
		switch v := body.(type) {
		case []any:
			var i int
			if _, err := fmt.Sscan(part, &i); err != nil || i >= len(v) {
				return
			}
			body = v[i]
		case map[string]any:
			body = v[part]
		}
	}
	if in, ok := body.(map[string]any); ok {
		make(in, parts[len(parts)-1])
	}
}

// TestActionLackingAnswers takes each value out of each answer in turn. It makes no
// difference to what is found, or the run could not review.
func TestActionLackingAnswers(t *testing.T) {
	tests := []struct{ pull, request string }{
		{"all", "GET " + pulls}, {"all", match("GET", "/compare/*")}, {"all", match("GET", "/git/trees/*")},
		{"all", match("GET", "/git/blobs/*")}, {"all", "POST /graphql"}, {"listed", "GET " + pulls + "/files"},
	}
	for _, one := range []string{"renamed", "renamed out", "removed", "edited"} {
		tests = append(tests, []struct{ pull, request string }{{one, match("GET", "/compare/*")}, {one, match("GET", "/git/trees/*")}}...)
	}
	for _, test := range tests {
		request := test.request
		stage := func(t *testing.T) *stage {
			s := lacking[test.pull](t)
			if strings.Contains(request, "/git/blobs/") {
				delete(s.env, "GITHUB_GRAPHQL_URL")
			}
			return s
		}
		t.Run(test.pull+" "+request, func(t *testing.T) {
			s := stage(t)
			var all []string
			s.fails(request, -1, githubtest.Response{Edit: func(body any) any {
				if all == nil {
					all = places(body, "")
				}
				return body
			}})
			whole := s.on("opened")
			if whole.code != exitBlocked || len(all) == 0 {
				t.Fatalf("exit code %d, and %d values\n%s%s", whole.code, len(all), whole.out, whole.err)
			}
			want := findingsIn(whole)
			for i, at := range all {
				h := holes[i%len(holes)] // all of them were tried once
				t.Run(at+" is "+h.name, func(t *testing.T) {
					s := stage(t)
					s.fails(request, -1, githubtest.Response{Edit: func(body any) any {
						dig(body, at, h.make)
						return body
					}})
					o := s.on("opened")
					if o.code == exitFailed {
						return
					}
					got := findingsIn(o)
					for _, f := range want {
						if !slices.Contains(got, f) {
							t.Errorf("exit code %d without %s, want it or 2", o.code, f)
						}
					}
				})
			}
		})
	}
}

func findingsIn(o outcome) (all []string) {
	for _, f := range o.report.Findings {
		if f.Blocking {
			all = append(all, fmt.Sprintf("%s:%d %s %s", f.Path, f.Start.Line, f.Rule, f.Object))
		}
	}
	return all
}

// What neither the comparison nor the list of files has, the trees have: GitHub's
// comparison ends at 300 files, and its list can be of an earlier push.
func TestActionListOfAnEarlierPush(t *testing.T) {
	for name, last := range map[string]githubtest.Change{
		"added":   {Files: map[string]githubtest.File{"zzz/0002_drop.sql": {Content: dropUsers}}},
		"edited":  {Files: map[string]githubtest.File{"zzz/0001_old.sql": {Content: dropUsers}}},
		"renamed": {Delete: []string{"zzz/0001_old.sql"}, Files: map[string]githubtest.File{"zzz/0002_drop.sql": {Content: dropUsers}}},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStageOn(t, map[string]string{"zzz/0001_old.sql": "SELECT 1;\n"}, many(310))
			s.repo.CommitChange("feature", last)
			s.fails("GET "+pulls, -1, githubtest.Response{Edit: func(body any) any {
				body.(map[string]any)["changed_files"] = 5
				return body
			}})
			s.fails("GET "+pulls+"/files", -1, githubtest.Response{Edit: func(body any) any { return body.([]any)[:5] }})
			s.on("opened").want(t, exitBlocked, gate.Absent, users)
		})
	}
}

// A folder that has nothing in it is none of git's: the config in it is asked for again.
func TestActionEmptyFolderOfTheConfig(t *testing.T) {
	s := configured(t, "label: looked-at\n", map[string]string{drop: dropUsers})
	s.repo.Commit("main", map[string]string{"app/other.go": "package main\n"})
	s.fails("POST /graphql", -1, githubtest.Response{Edit: func(body any) any {
		folder := body.(map[string]any)["data"].(map[string]any)["repository"].(map[string]any)["folder"]
		if folder != nil {
			folder.(map[string]any)["entries"] = []any{}
		}
		return body
	}})
	s.on("opened").want(t, exitBlocked, gate.Absent, users)
	s.wantSummary("looked-at")
}
