package cli

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/dropgate/dropgate/internal/github/githubtest"
)

// manners are ways in which a server answers that is not GitHub itself.
var manners = map[string]githubtest.Manners{
	"plain":         {Plain: true},
	"pages of 30":   {Plain: true, Page: 30},
	"other status":  {Plain: true, Statuses: true},
	"new fields":    {Extra: true},
	"linked pages":  {Page: 7},
	"other names":   {Plain: true, Names: true},
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
		"stale": expect(only("", onEvent("opened"), labelBy("bob"), pushOf(more), onEvent("unlabeled"), labelBy("bob")),
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

// However GitHub's description is kept to, the verdicts are the same.
func TestActionManners(t *testing.T) {
	all := stories()
	for manner, m := range manners {
		for name, story := range all {
			t.Run(manner+"/"+name, func(t *testing.T) {
				more := map[string]string{}
				if story.config != "" {
					more[configName] = story.config
				}
				s := newStageOn(t, more, story.files)
				s.server.Behave(m)
				var got []string
				for _, turn := range story.turns {
					o := turn(s)
					if o.code == exitFailed {
						t.Log(o.err)
					}
					got = append(got, fmt.Sprintf("%d %s", o.code, o.report.Decision.Acknowledgement.State))
				}
				if diff := cmp.Diff(story.want, got); diff != "" {
					t.Errorf("exit codes and states (-want +got):\n%s", diff)
				}
			})
		}
	}
}
