package cli

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/dropgate/dropgate/internal/github/githubtest"
)

// after does something to the pull request before a turn.
func after(do func(s *stage), then turn) turn {
	return func(s *stage) outcome {
		do(s)
		return then(s)
	}
}

func inputIs(name, value string) func(*stage) {
	return func(s *stage) { s.env["INPUT_"+strings.ToUpper(name)] = value }
}

func unlabel(s *stage) { s.pr.Unlabel(label, "bob") }

// sentences are what the contract says of the gate, each with a story.
func sentences() map[string]story {
	const phones = "DELETE FROM users WHERE phone = '';\n"
	opened, synced := onEvent("opened"), onEvent("synchronize")
	harmless := pushOf(map[string]string{"README.md": "# The shop\n"})
	first := func(s *stage) githubtest.Comment { return s.summaryComment() }
	deleted := func(s *stage) { s.repo.DeleteComment(first(s).ID) }
	edited := func(s *stage) {
		c := first(s)
		s.repo.EditComment("dora", c.ID, strings.Replace(c.Body, "**Not blocked**", "**Fine**", 1))
	}
	untouched := func(s *stage) {
		c := first(s)
		s.repo.EditComment("dora", c.ID, strings.ReplaceAll(c.Body, "\n", "\r\n")+"\r\n")
	}
	change := func(text string) turn { return pushOf(map[string]string{drop: text}) }
	dropped := map[string]string{drop: dropUsers}
	return map[string]story{
		"no record without comments": {config: "comment: off\n", files: dropped, turns: []turn{opened, labelBy("bob"), harmless, after(unlabel, labelBy("bob"))},
			want: []string{"1 absent", "0 valid", "1 stale", "0 valid"}},
		"a deleted comment": {files: dropped, turns: []turn{opened, labelBy("bob"), after(deleted, harmless), after(unlabel, labelBy("bob")), harmless},
			want: []string{"1 absent", "0 valid", "1 stale", "0 valid", "0 valid"}},
		"an edited comment": {files: dropped, turns: []turn{opened, labelBy("bob"), after(edited, synced), after(unlabel, labelBy("bob"))},
			want: []string{"1 absent", "0 valid", "1 stale", "0 valid"}},
		"other line ends": {files: dropped, turns: []turn{opened, labelBy("bob"), after(untouched, synced)},
			want: []string{"1 absent", "0 valid", "0 valid"}},
		"a wider WHERE": {files: map[string]string{drop: phones}, turns: []turn{opened, labelBy("bob"), change("-- why\n" + phones), change("DELETE FROM users WHERE phone = '' OR true;\n")},
			want: []string{"1 absent", "0 valid", "0 valid", "1 stale"}},
		"a removed ROLLBACK": {files: map[string]string{drop: "BEGIN;\nDROP TABLE users;\nROLLBACK;\n"}, turns: []turn{opened, labelBy("bob"), change("BEGIN;\nDROP TABLE users;\nCOMMIT;\n")},
			want: []string{"0 absent", "0 valid", "1 stale"}},
		"CASCADE added": {files: dropped, turns: []turn{opened, labelBy("bob"), change("DROP TABLE users CASCADE;\n")},
			want: []string{"1 absent", "0 valid", "1 stale"}},
		"an operation less": {files: map[string]string{drop: dropUsers + dropOrders}, turns: []turn{opened, labelBy("bob"), change(dropUsers)},
			want: []string{"1 absent", "0 valid", "0 valid"}},
		"the same once more": {files: map[string]string{drop: phones}, turns: []turn{opened, labelBy("bob"), change(phones + phones)},
			want: []string{"1 absent", "0 valid", "1 stale"}},
		"a label off": {files: dropped, turns: []turn{opened, labelBy("bob"), after(unlabel, onEvent("unlabeled")), harmless},
			want: []string{"1 absent", "0 valid", "1 absent", "1 absent"}},
		"a second label says nothing": {files: dropped, turns: []turn{opened, func(s *stage) outcome {
			s.pr.Label("urgent", "bob")
			return s.on("labeled")
		}}, want: []string{"1 absent", "1 absent"}},
		"the pull request's config": {files: map[string]string{drop: dropUsers, configName: "threshold: 100\nrules: {drop-table: off}\n"}, turns: []turn{opened}, want: []string{"1 absent"}},
		"a broken config in it":     {files: map[string]string{drop: dropUsers, configName: "nonsense: [\n"}, turns: []turn{opened}, want: []string{"1 absent"}},
		"the base's config":         {config: "rules: {drop-table: off}\n", files: dropped, turns: []turn{opened}, want: []string{"0 absent"}},
		"an unknown key":            {config: "treshold: 1\n", files: dropped, turns: []turn{opened}, want: []string{"2 "}},
		"a wrong type":              {config: "threshold: high\n", files: dropped, turns: []turn{opened}, want: []string{"2 "}},
		"the threshold input":       {config: "threshold: 1\n", files: dropped, turns: []turn{after(inputIs("threshold", "100"), opened)}, want: []string{"0 absent"}},
		"an empty input":            {config: "threshold: 95\n", files: dropped, turns: []turn{after(inputIs("threshold", ""), opened)}, want: []string{"0 absent"}},
		"a bad input":               {files: dropped, turns: []turn{after(inputIs("threshold", "101"), opened), after(inputIs("threshold", "many"), opened)}, want: []string{"2 ", "2 "}},
		"a bad comment input":       {files: dropped, turns: []turn{after(inputIs("comment", "Review"), opened)}, want: []string{"2 "}},
		"the label input":           {config: "label: other\n", files: dropped, turns: []turn{after(inputIs("label", label), labelBy("bob"))}, want: []string{"0 valid"}},
		"the config's label":        {config: "label: other\n", files: dropped, turns: []turn{labelBy("bob")}, want: []string{"1 absent"}},
		"the paths input":           {files: dropped, turns: []turn{after(inputIs("paths", "db/**"), opened), after(inputIs("paths", "db/**\nmigrations/*"), opened)}, want: []string{"0 absent", "1 absent"}},
		"the config input":          {config: "threshold: 95\n", files: dropped, turns: []turn{after(inputIs("config", "none.yml"), opened)}, want: []string{"1 absent"}},
		"no token":                  {files: dropped, turns: []turn{after(inputIs("github-token", ""), opened)}, want: []string{"2 "}},
		"a base without config":     {files: dropped, turns: []turn{opened}, want: []string{"1 absent"}},
		"an edited migration": {files: map[string]string{initial: base[initial] + dropOrders}, turns: []turn{opened, labelBy("bob")},
			want: []string{"1 absent", "0 valid"}},
		"closed":    {files: dropped, turns: []turn{func(s *stage) outcome { s.pr.Close("alice"); return s.on("closed") }}, want: []string{"0 absent"}},
		"draft":     {files: dropped, turns: []turn{func(s *stage) outcome { s.pr.SetDraft(true, "alice"); return opened(s) }}, want: []string{"1 absent"}},
		"a queue":   {files: dropped, turns: []turn{func(s *stage) outcome { return s.as("merge_group", s.repo.MergeGroupEvent(s.pr)) }}, want: []string{"1 absent"}},
		"two in it": {files: dropped, turns: []turn{labelBy("bob"), twoQueued}, want: []string{"0 valid", "1 absent"}},
		"a push":    {files: dropped, turns: []turn{pushedPast}, want: []string{"1 absent"}},
		"a merge without label": {files: dropped, turns: []turn{func(s *stage) outcome {
			before := s.repo.Head("main")
			return s.as("push", s.repo.PushEvent("main", before, s.pr.Merge("bob")))
		}}, want: []string{"1 absent"}},
		"by hand": {files: dropped, turns: []turn{
			func(s *stage) outcome { return s.dispatches("refs/heads/feature") }, labelBy("bob"),
			func(s *stage) outcome { return s.dispatches("refs/heads/feature") },
		}, want: []string{"1 absent", "0 valid", "0 valid"}},
		"a drill": {config: "backup: {evidence: workflow}\n", files: dropped, turns: []turn{
			labelBy("bob"), after(func(s *stage) { s.drill(25*time.Hour, githubtest.WorkflowRun{}) }, synced), after(func(s *stage) { s.drill(time.Hour, githubtest.WorkflowRun{}) }, synced),
		}, want: []string{"1 unproven", "1 unproven", "0 valid"}},
		"a status": {config: "backup: {evidence: status}\n", files: dropped, turns: []turn{
			labelBy("bob"), after(func(s *stage) { s.status(s.repo.Head("main"), "failure", 2*time.Hour) }, synced),
			after(func(s *stage) { s.status(s.repo.Head("main"), "success", time.Hour) }, synced),
		}, want: []string{"1 unproven", "1 unproven", "0 valid"}},
	}
}

func twoQueued(s *stage) outcome {
	other := s.another("second", map[string]string{orders: dropOrders})
	return s.as("merge_group", s.repo.MergeGroupEvent(s.pr, other))
}

func pushedPast(s *stage) outcome {
	before := s.repo.Head("main")
	return s.as("push", s.repo.PushEvent("main", before, s.repo.Commit("main", map[string]string{drop: dropUsers})))
}

// Each sentence holds on GitHub itself, and on a server that gives no more than it must.
func TestActionSentences(t *testing.T) {
	all := sentences()
	for manner, m := range map[string]githubtest.Manners{"GitHub": {}, "plain": manners["plain"]} {
		for name, story := range all {
			t.Run(manner+"/"+name, func(t *testing.T) {
				got := story.tell(t, func(s *stage) {
					s.server.Token(jobToken, githubtest.Permissions{
						Contents: githubtest.Read, PullRequests: githubtest.Write, Actions: githubtest.Read, Statuses: githubtest.Read,
					}, githubtest.Bot)
					s.server.Behave(m)
				})
				if diff := cmp.Diff(story.want, got); diff != "" {
					t.Errorf("exit codes and states (-want +got):\n%s", diff)
				}
			})
		}
	}
}
