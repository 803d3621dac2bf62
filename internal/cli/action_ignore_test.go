package cli

import (
	"strings"
	"testing"

	"github.com/dropgate/dropgate/analyzer"
	"github.com/dropgate/dropgate/internal/gate"
	"github.com/dropgate/dropgate/internal/github/githubtest"
)

const (
	ignoreDrop   = "-- dropgate:ignore drop-table -- the archive has it\n"
	allowIgnores = "ignores: {from-pull-request: true}\n"
	cameWithIt   = "came with this change and does not lift it: the config's `ignores.from-pull-request` allows that, or the label covers it"
)

// suppressed returns the findings that are.
func (o outcome) suppressed() []analyzer.Finding {
	var all []analyzer.Finding
	for _, f := range o.report.Findings {
		if f.Suppressed != nil {
			all = append(all, f)
		}
	}
	return all
}

// A comment that the pull request adds lifts what blocks only if the base's config
// says that it may.
func TestActionIgnoreOfThePullRequest(t *testing.T) {
	text := ignoreDrop + "DROP TABLE users;\n"
	tests := []struct {
		name   string
		config string // of the base
		files  map[string]string
		lifted bool
	}{
		{"no config", "", map[string]string{drop: text}, false},
		{"defaults", "version: 1\n", map[string]string{drop: text}, false},
		{"not allowed", "ignores: {from-pull-request: false}\n", map[string]string{drop: text}, false},
		{"allowed", allowIgnores, map[string]string{drop: text}, true},
		{"allowed by the pull request", "", map[string]string{drop: text, configName: allowIgnores}, false},
		{"allowed by the pull request against the base", "ignores: {from-pull-request: false}\n", map[string]string{drop: text, configName: allowIgnores}, false},
		{"forbidden by the pull request", allowIgnores, map[string]string{drop: text, configName: "version: 1\n"}, true},
		{"for the file", "", map[string]string{drop: "-- dropgate:ignore-file drop-table -- the archive has it\nDROP TABLE users;\n"}, false},
		{"behind the statement", "", map[string]string{drop: "DROP TABLE users; " + ignoreDrop}, false},
		{"in a body", "", map[string]string{drop: "DO $$ BEGIN\n" + ignoreDrop + "DROP TABLE users;\nEND $$;\n"}, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			more := map[string]string{}
			if test.config != "" {
				more[configName] = test.config
			}
			s := newStageOn(t, more, test.files)
			o := s.on("opened")
			if test.lifted {
				o.want(t, exitClear, gate.Absent)
				o.wantWrites(t)
				wantLifted(t, o)
				return
			}
			o.want(t, exitBlocked, gate.Absent, users)
			o.wantWrites(t, postReview, postSummary)
			if n := len(o.suppressed()); n != 0 {
				t.Errorf("%d findings are suppressed, want none", n)
			}
			s.wantSummary("the ignore comment on line", cameWithIt)
			for _, body := range []string{o.summary, s.pr.ReviewComments()[0].Body} {
				if !strings.Contains(body, cameWithIt) {
					t.Errorf("it is not said that the comment does not count:\n%s", body)
				}
			}
			if !strings.Contains(strings.Join(strings.Fields(o.out), " "), strings.ReplaceAll(cameWithIt, "`", "")) {
				t.Errorf("the log does not say that the comment does not count:\n%s", o.out)
			}
		})
	}
}

// wantLifted checks that users is dropped, and that a comment lifts that.
func wantLifted(t *testing.T, o outcome) {
	t.Helper()
	all := o.suppressed()
	if len(all) != 1 || all[0].Rule != "drop-table" || all[0].Suppressed.By != "comment" || all[0].Suppressed.Reason != "the archive has it" {
		t.Fatalf("suppressed: %+v, want drop-table by the comment", all)
	}
	if o.report.Decision.Score != 0 || o.outputs["findings"] != "1" {
		t.Errorf("score %d and %s findings, want 0 and 1: it is shown and does not count", o.report.Decision.Score, o.outputs["findings"])
	}
	for what, text := range map[string]string{"SARIF": string(o.sarif), "the step summary": o.summary, "the log": o.out} {
		if !strings.Contains(text, "the archive has it") {
			t.Errorf("%s does not give the reason:\n%s", what, text)
		}
	}
	if !strings.Contains(string(o.sarif), `"kind": "inSource"`) {
		t.Errorf("SARIF does not say that it is suppressed in the source:\n%s", o.sarif)
	}
}

// A comment that the base has for the statement counts. The statement is judged again
// when the pull request gives it another meaning.
func TestActionIgnoreOnTheBase(t *testing.T) {
	const path = "migrations/0002_old.up.sql"
	const shifted = "SET search_path = archive, public;\n"
	earlier := map[string]string{
		"migrations/0001_more.up.sql":  "CREATE SCHEMA archive;\nCREATE TABLE archive.users (id int);\n",
		"migrations/0003_again.up.sql": "CREATE TABLE IF NOT EXISTS users (id int);\n",
	}
	story := func(t *testing.T, was string, files map[string]string) *stage {
		more := map[string]string{path: was}
		for name, text := range earlier {
			more[name] = text
		}
		return newStageOn(t, more, files)
	}
	archived := "drop-table archive.users"
	const (
		one     = "-- dropgate:ignore delete-rows -- a test's order\nDELETE FROM orders WHERE id = 1;\n"
		cascade = "CREATE TABLE items (id int REFERENCES orders ON DELETE CASCADE);\nALTER TABLE archive.users ADD FOREIGN KEY (id) REFERENCES orders ON DELETE CASCADE;\n"
	)
	t.Run("with its statement", func(t *testing.T) {
		s := story(t, one, map[string]string{path: cascade + one})
		o := s.on("opened")
		o.want(t, exitClear, gate.Absent)
		if all := o.suppressed(); len(all) != 1 || all[0].Rule != "delete-rows" || all[0].Score < 60 {
			t.Errorf("suppressed: %+v, want delete-rows of 60 or more", all)
		}
	})
	t.Run("with its statement, which means another table now", func(t *testing.T) {
		s := story(t, ignoreDrop+"DROP TABLE users;\n", map[string]string{path: shifted + ignoreDrop + "DROP TABLE users;\n"})
		s.on("opened").want(t, exitBlocked, gate.Absent, archived)
	})
	t.Run("not on the base with the statement", func(t *testing.T) {
		s := story(t, "DELETE FROM orders WHERE id = 1;\n", map[string]string{path: cascade + one})
		s.on("opened").want(t, exitBlocked, gate.Absent, "delete-rows public.orders")
	})
	t.Run("on another statement", func(t *testing.T) {
		s := story(t, ignoreDrop+"DROP TABLE IF EXISTS other;\n", map[string]string{path: ignoreDrop + "DROP TABLE users;\n"})
		s.on("opened").want(t, exitBlocked, gate.Absent, users)
	})
	t.Run("added to a statement", func(t *testing.T) {
		s := story(t, "DROP TABLE users;\n", map[string]string{path: shifted + ignoreDrop + "DROP TABLE users;\n"})
		s.on("opened").want(t, exitBlocked, gate.Absent, archived)
	})
	t.Run("for the file, with a new statement", func(t *testing.T) {
		const whole = "-- dropgate:ignore-file drop-table -- the archive has it\n"
		s := story(t, whole+"SELECT 1;\n", map[string]string{path: whole + "SELECT 1;\nDROP TABLE users;\n"})
		s.on("opened").want(t, exitBlocked, gate.Absent, users)
	})
	t.Run("in a file that is copied", func(t *testing.T) {
		s := story(t, ignoreDrop+"DROP TABLE other;\n", map[string]string{"migrations/0004_new.up.sql": ignoreDrop + "DROP TABLE users;\n"})
		s.on("opened").want(t, exitBlocked, gate.Absent, users)
	})
	t.Run("in a file that is renamed", func(t *testing.T) {
		text := ignoreDrop + "DROP TABLE users;\n"
		s := story(t, text, map[string]string{"README.md": "#\n"})
		s.repo.CommitChange("feature", githubtest.Change{
			Files: map[string]githubtest.File{"migrations/0009_late.up.sql": {Content: text}}, Delete: []string{path},
		})
		s.on("opened").want(t, exitBlocked, gate.Absent, users)
	})
	t.Run("in a file that the pull request touches, and runs again", func(t *testing.T) {
		text := ignoreDrop + "DROP TABLE users;\n"
		s := newStageOn(t, map[string]string{"db/0001_made.sql": "CREATE TABLE users (id int);\n", "db/0002_old.sql": text, "db/0003_again.sql": "CREATE TABLE users (id int);\n"},
			map[string]string{"db/0002_old.sql": text + "SELECT 1;\n", "db/0004_new.sql": "\\ir 0002_old.sql\n"})
		s.on("opened").want(t, exitBlocked, gate.Absent, users)
	})
	t.Run("taken out", func(t *testing.T) {
		s := story(t, ignoreDrop+"DROP TABLE users;\n", map[string]string{path: "DROP TABLE users;\n"})
		s.on("opened").want(t, exitClear, gate.Absent)
	})
}

// What does not block, a comment of the pull request lifts; what is wrong with one, or
// has nothing to lift, is said and blocks nothing.
func TestActionIgnoreOfWhatDoesNotBlock(t *testing.T) {
	s := newStageOn(t, map[string]string{"migrations/0001_index.up.sql": "CREATE INDEX totals ON orders (total);\n"}, map[string]string{
		drop: "DROP INDEX totals; -- dropgate:ignore drop-index -- nobody reads it\n" +
			"-- dropgate:ignore drop-tabel -- gone\nSELECT 1;\n-- dropgate:ignore truncate -- gone\nSELECT 2;\n",
	})
	o := s.on("opened")
	o.want(t, exitClear, gate.Absent)
	o.wantWrites(t)
	var got []string
	for _, f := range o.report.Findings {
		got = append(got, f.Rule)
	}
	if strings.Join(got, " ") != "drop-index bad-ignore unused-ignore" || len(o.suppressed()) != 1 {
		t.Errorf("findings %v, %d suppressed, want drop-index, suppressed, and two about comments", got, len(o.suppressed()))
	}
}

// The label covers what blocked when it was put on: what a comment lifted then, is new
// when it does not any more.
func TestActionIgnoreTakenOutAfterTheLabel(t *testing.T) {
	s := newStageOn(t, map[string]string{configName: allowIgnores},
		map[string]string{drop: ignoreDrop + "DROP TABLE users;\n", orders: dropOrders})
	o := s.on("opened")
	o.want(t, exitBlocked, gate.Absent, ordersTable)
	s.wantSummary("1 finding (1 suppressed) that does not block")
	s.pr.Label(label, "bob")
	s.on("edited").want(t, exitClear, gate.Valid, ordersTable)
	s.repo.Commit("feature", map[string]string{drop: "DROP TABLE users;\n"})
	s.on("synchronize").want(t, exitBlocked, gate.Stale, users, ordersTable)
}

// A label covers what the comment of the pull request may not lift.
func TestActionIgnoreAndLabel(t *testing.T) {
	s := newStage(t, map[string]string{drop: ignoreDrop + "DROP TABLE users;\n"})
	s.on("opened").want(t, exitBlocked, gate.Absent, users)
	s.pr.Label(label, "bob")
	s.on("labeled").want(t, exitClear, gate.Valid, users)
}

// What was pushed is compared with what was there before.
func TestActionIgnoreOfAPush(t *testing.T) {
	for config, code := range map[string]int{"version: 1\n": exitBlocked, allowIgnores: exitClear} {
		t.Run(config, func(t *testing.T) {
			s := configured(t, config, map[string]string{"README.md": "#\n"})
			before := s.repo.Head("main")
			s.repo.Commit("main", map[string]string{drop: ignoreDrop + "DROP TABLE users;\n"})
			if o := s.pushes(before); o.code != code {
				t.Errorf("exit code %d, want %d\n%s", o.code, code, o.out)
			}
		})
	}
}

// A reason is shown as text, whatever it is.
func TestActionIgnoreHostileReason(t *testing.T) {
	for name, text := range hostile {
		t.Run(name, func(t *testing.T) {
			line := strings.NewReplacer("\n", " ", "\r", " ").Replace(text)
			s := newStageOn(t, map[string]string{configName: allowIgnores}, map[string]string{
				drop:   "-- dropgate:ignore drop-table -- gone " + line + "\nDROP TABLE users;\n-- dropgate:ignore " + line + " -- gone\nSELECT 1;\n",
				orders: dropOrders,
			})
			o := s.on("opened")
			o.want(t, exitBlocked, gate.Absent, ordersTable)
			if len(o.suppressed()) != 1 || o.warnings() != nil {
				t.Errorf("%d findings are suppressed, warnings %q, want one and none", len(o.suppressed()), o.warnings())
			}
			for _, body := range []string{o.summary, s.summaryComment().Body} {
				checkMarkdown(t, body)
			}
		})
	}
}

// On every event only the config that was there before says whether a comment of the
// change lifts what blocks.
func TestActionIgnoreOnEveryEvent(t *testing.T) {
	disarmed := map[string]string{drop: ignoreDrop + "DROP TABLE users;\n", configName: allowIgnores}
	events := map[string]func(s *stage) outcome{
		"pull_request":        func(s *stage) outcome { return s.on("opened") },
		"pull_request_target": func(s *stage) outcome { s.target(); return s.on("opened") },
		"merge_group":         func(s *stage) outcome { return s.as("merge_group", s.repo.MergeGroupEvent(s.pr)) },
		"merge_group, squashed": func(s *stage) outcome {
			return s.as("merge_group", s.repo.SquashGroupEvent(s.pr, s.another("second", map[string]string{items: createItems})))
		},
		"merge_group, allowed by another": func(s *stage) outcome {
			return s.as("merge_group", s.repo.MergeGroupEvent(s.another("second", map[string]string{configName: allowIgnores}), s.pr))
		},
		"workflow_dispatch": func(s *stage) outcome { return s.dispatches("feature") },
		"push": func(s *stage) outcome {
			before := s.repo.Head("main")
			s.repo.Commit("main", disarmed)
			return s.pushes(before)
		},
	}
	for name, event := range events {
		t.Run(name+", allowed by itself", func(t *testing.T) {
			if o := event(newStage(t, disarmed)); o.code != exitBlocked || len(o.suppressed()) != 0 {
				t.Errorf("exit code %d, %d suppressed, want 1 and none\n%s", o.code, len(o.suppressed()), o.out)
			}
		})
		t.Run(name+", allowed before", func(t *testing.T) {
			if o := event(configured(t, allowIgnores, disarmed)); o.code != exitClear || len(o.suppressed()) == 0 {
				t.Errorf("exit code %d, %d suppressed, want 0 and one\n%s%s", o.code, len(o.suppressed()), o.out, o.err)
			}
		})
	}
}
