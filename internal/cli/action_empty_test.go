package cli

import (
	"strings"
	"testing"

	"github.com/dropgate/dropgate/internal/github/githubtest"
)

// Answers that say nothing never open the gate, and end no run without a word.
func TestActionEmptyAnswers(t *testing.T) {
	harmless, more := map[string]string{"README.md": "# The shop\n"}, map[string]string{orders: dropOrders}
	for request, change := range map[string]map[string]string{
		"GET " + pulls: harmless, "GET " + pulls + "/files": harmless, "GET " + pulls + "/comments": more,
		"GET " + issues + "/comments": harmless, "GET " + issues + "/events": harmless,
		match("GET", "/compare/*"): harmless, match("GET", "/git/trees/*"): harmless, match("GET", "/git/blobs/*"): harmless,
	} {
		for _, body := range []string{`{}`, `[]`, `null`, `[null]`, `[{}]`, `{"tree":[null],"truncated":false}`, `{"files":[null],"commits":[null]}`} {
			t.Run(strings.ReplaceAll(request, "/", "_")+" "+body, func(t *testing.T) {
				s := newPlainStage(t, nil, map[string]string{drop: dropUsers})
				s.on("opened")
				s.pr.Label(label, "bob")
				if o := s.on("labeled"); o.code != exitClear {
					t.Fatalf("exit code %d, want %d", o.code, exitClear)
				}
				s.repo.Commit("feature", change)
				s.fails(request, -1, githubtest.Response{Status: 200, Body: body})
				o := s.on("synchronize")
				if o.code == exitClear {
					t.Errorf("exit code %d: the gate is open", o.code)
				}
				if strings.Contains(o.err+o.out, "goroutine ") || strings.Contains(o.err, "bug") {
					t.Errorf("it broke down:\n%s", o.err)
				}
			})
		}
	}
}

func newPlainStage(t *testing.T, more, files map[string]string) *stage {
	t.Helper()
	s := newStageOn(t, more, files)
	s.server.Behave(githubtest.Manners{Plain: true})
	return s
}
