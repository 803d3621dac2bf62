package cli

import (
	"fmt"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/dropgate/dropgate/internal/github/githubtest"
)

// manners are ways in which a server answers that is not GitHub itself.
var manners = map[string]githubtest.Manners{
	"plain":         {Plain: true},
	"pages of 30":   {Plain: true, Page: 30, Statuses: true},
	"new fields":    {Extra: true},
	"linked pages":  {Page: 7},
	"other names":   {Plain: true, Names: true},
	"one page":      {Plain: true, Page: -1},
	"trees alone":   {Plain: true, Trees: true},
	"all but plain": {Page: 30, Statuses: true, Extra: true, Names: true},
}

// A turn is what happens to a pull request, and the run that it starts.
type turn func(s *stage) outcome

func onEvent(action string) turn { return func(s *stage) outcome { return s.on(action) } }

func labelBy(who string) turn {
	return func(s *stage) outcome {
		s.pr.Label(label, who)
		return s.on("labeled")
	}
}

func pushOf(files map[string]string) turn {
	return func(s *stage) outcome { return s.push(files) }
}

// A story is a pull request's, with what the gate says at each turn.
type story struct {
	config string
	files  map[string]string
	turns  []turn
	want   []string // exit code and state
}

func stories() map[string]story {
	harmless := map[string]string{"README.md": "# The shop\n"}
	more := map[string]string{orders: dropOrders}
	only := func(config string, turns ...turn) story {
		return story{config: config, files: map[string]string{drop: dropUsers}, turns: turns}
	}
	expect := func(s story, want ...string) story {
		s.want = want
		return s
	}
	again := labelBy("bob")
	later := func(s *stage) outcome {
		s.server.Clock.Advance(3 * time.Hour)
		return s.on("reopened")
	}
	moved := func(s *stage) outcome {
		event := s.pr.Event("labeled")
		s.repo.Commit("feature", more)
		return s.run(event)
	}
	fork := func(s *stage) outcome {
		s.pr.SetFork(true)
		s.server.Token(jobToken, githubtest.Permissions{Contents: githubtest.Read, PullRequests: githubtest.Read}, githubtest.Bot)
		return s.on("opened")
	}
	comments := func(s *stage) outcome {
		for i := range 130 {
			s.pr.Comment("carol", fmt.Sprintf("remark %d", i))
			s.pr.Label(fmt.Sprintf("topic-%d", i), "carol")
		}
		return s.on("opened")
	}
	others := func(s *stage) outcome {
		s.as("merge_group", s.repo.MergeGroupEvent(s.pr))
		before := s.repo.Head("main")
		return s.as("push", s.repo.PushEvent("main", before, s.pr.Merge("bob")))
	}
	return map[string]story{
		"clear":   {files: harmless, turns: []turn{onEvent("opened")}, want: []string{"0 absent"}},
		"covered": expect(only("", onEvent("opened"), labelBy("bob"), pushOf(harmless)), "1 absent", "0 valid", "0 valid"),
		"stale": expect(only("", onEvent("opened"), labelBy("bob"), pushOf(more), onEvent("unlabeled"), again),
			"1 absent", "0 valid", "1 stale", "1 absent", "0 valid"),
		"renamed":      expect(only("", labelBy("bob"), pushOf(map[string]string{drop: "-- moved\n" + dropUsers})), "0 valid", "0 valid"),
		"self":         expect(only("acknowledgement: {second-person: true}\n", labelBy("alice")), "1 self"),
		"second":       expect(only("acknowledgement: {second-person: true}\n", labelBy("bob")), "0 valid"),
		"unauthorized": expect(only("acknowledgement: {labelers: [carol]}\n", labelBy("bob")), "1 unauthorized"),
		"role":         expect(only("acknowledgement: {labelers: [maintain]}\n", labelBy("bob")), "1 unauthorized"),
		"expired":      expect(only("acknowledgement: {max-age: 1h}\n", onEvent("opened"), labelBy("bob"), later), "1 absent", "0 valid", "1 stale"),
		"unproven":     expect(only("backup: {evidence: workflow, workflow: drill.yml}\n", labelBy("bob")), "1 unproven"),
		"moved head":   expect(only("", onEvent("opened"), func(s *stage) outcome { s.pr.Label(label, "bob"); return moved(s) }), "1 absent", "1 stale"),
		"fork":         expect(only("", fork, labelBy("bob"), onEvent("reopened")), "1 absent", "0 valid", "1 stale"),
		"many":         expect(only("", comments, labelBy("bob"), pushOf(harmless)), "1 absent", "0 valid", "0 valid"),
		"merged":       expect(only("", onEvent("opened"), labelBy("bob"), others), "1 absent", "0 valid", "0 valid"),
		"files": {files: with(many(130), "zz/migrations/0002_drop.up.sql", dropUsers), turns: []turn{onEvent("opened"), labelBy("bob")},
			want: []string{"1 absent", "0 valid"}},
	}
}

func with(files map[string]string, name, text string) map[string]string {
	files[name] = text
	return files
}

// tell plays the story, and returns what the gate said.
func (st story) tell(t *testing.T, before func(*stage)) (said []string) {
	t.Helper()
	more := map[string]string{}
	if st.config != "" {
		more[configName] = st.config
	}
	s := newStageOn(t, more, st.files)
	before(s)
	for _, turn := range st.turns {
		o := turn(s)
		if o.code == exitFailed {
			t.Log(o.err)
		}
		said = append(said, fmt.Sprintf("%d %s", o.code, o.report.Decision.Acknowledgement.State))
	}
	return said
}

// However GitHub's description is kept to, the verdicts are the same.
func TestActionManners(t *testing.T) {
	all := stories()
	for manner, m := range manners {
		for name, story := range all {
			t.Run(manner+"/"+name, func(t *testing.T) {
				got := story.tell(t, func(s *stage) { s.server.Behave(m) })
				if diff := cmp.Diff(story.want, got); diff != "" {
					t.Errorf("exit codes and states (-want +got):\n%s", diff)
				}
			})
		}
	}
}

// Whatever GraphQL says or does not, REST tells the same.
func TestActionGraphQLAnswers(t *testing.T) {
	all := stories()
	body := func(text string) githubtest.Response { return githubtest.Response{Status: 200, Body: text} }
	for fault, response := range map[string]githubtest.Response{
		"errors":            body(`{"data":null,"errors":[{"type":"FORBIDDEN","message":"no"}]}`),
		"errors alone":      body(`{"errors":[{"message":"no"}]}`),
		"viewer alone":      body(`{"data":{"viewer":{"login":"github-actions[bot]"}}}`),
		"viewer of a kind":  body(`{"data":{"viewer":{"login":"github-actions"},"repository":null}}`),
		"empty repository":  body(`{"data":{"viewer":{"login":"github-actions[bot]"},"repository":{}}}`),
		"null objects":      body(`{"data":{"viewer":null,"repository":{"tip":null,"folder":null,"b0":null,"b1":null}}}`),
		"other texts":       body(`{"data":{"repository":{"tip":{"oid":"x"},"folder":{"entries":null},"b0":{"text":"SELECT 1;"},"b1":{"text":null}}}}`),
		"lists":             body(`[]`),
		"a page":            {Status: 200, Header: http.Header{"Content-Type": {"text/html"}}, Body: "<html>"},
		"nothing":           {Status: 204},
		"not allowed":       {Status: 403, Body: `{"message":"Resource not accessible by integration"}`},
		"not authenticated": {Status: 401, Body: `{"message":"Bad credentials"}`},
		"not there":         {Status: 404, Body: "404 page not found"},
		"broken":            {Status: 502, Body: "<html>"},
	} {
		for _, name := range []string{"stale", "merged"} {
			t.Run(fault+"/"+name, func(t *testing.T) {
				got := all[name].tell(t, func(s *stage) { s.fails("POST /graphql", -1, response) })
				if !slices.Equal(got, all[name].want) {
					t.Errorf("exit codes and states %q, want %q", got, all[name].want)
				}
			})
		}
	}
}
