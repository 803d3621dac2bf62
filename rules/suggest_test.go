package rules_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/dropgate/dropgate/analyzer"
	"github.com/dropgate/dropgate/internal/gate"
	"github.com/dropgate/dropgate/internal/losstest"
	"github.com/dropgate/dropgate/internal/pgtest"
	"github.com/dropgate/dropgate/internal/report"
)

func TestSuggestions(t *testing.T) {
	const before = `CREATE TABLE users (id int PRIMARY KEY, name text, plan text, code text NOT NULL, kept varchar(5));
		CREATE TABLE old_unused (id int); CREATE TABLE old (id int); CREATE TABLE "Order" (id int);
		CREATE TABLE app_settings_of_a_name_that_is_nearly_as_long_as_it_can_be (id int);`
	tests := []struct {
		change, want string
	}{
		{`DROP TABLE users;`, `ALTER TABLE users RENAME TO users_unused;`},
		{`drop table if exists public.users cascade;`, `ALTER TABLE IF EXISTS public.users RENAME TO users_unused;`},
		{`DROP TABLE "Order"`, `ALTER TABLE "Order" RENAME TO "Order_unused";`},
		{`DROP TABLE users, "Order";`, ``}, // two statements would be needed
		{`DROP TABLE old;`, ``},            // the name is taken
		{`DROP TABLE app_settings_of_a_name_that_is_nearly_as_long_as_it_can_be;`, ``},
		{`DO $$ BEGIN DROP TABLE users; END $$;`, ``},
		{`DO $$ BEGIN EXECUTE 'DROP TABLE users'; END $$;`, ``},

		{`UPDATE users SET plan = 'free';`, `UPDATE users SET plan = 'free' WHERE plan IS NULL;`},
		{`update only users as u set plan = 'free'`, `update only users as u set plan = 'free' WHERE plan IS NULL;`},
		{`UPDATE users SET code = 'x';`, ``}, // NOT NULL: it would do nothing
		{`UPDATE users SET plan = 'free' WHERE true;`, ``},
		{`UPDATE users SET plan = 'free', name = '';`, ``},
		{`UPDATE users SET plan = 'free' RETURNING id;`, ``},
		{`UPDATE users SET plan = 'free' -- all`, `UPDATE users SET plan = 'free' WHERE plan IS NULL;`},
		{`UPDATE users /* all */ SET plan = 'free';`, ``},
		{`UPDATE users SET plan = name;`, ``},
		{`UPDATE users SET plan = NULL;`, ``},
		{`UPDATE users SET plan = 'free' FROM old;`, ``},
		{`WITH x AS (UPDATE users SET plan = 'free') SELECT 1;`, ``},

		{`ALTER TABLE users ALTER COLUMN name TYPE varchar(10) USING name::varchar(10);`, `ALTER TABLE users ALTER COLUMN name TYPE varchar(10);`},
		{"ALTER TABLE users ALTER name TYPE char(10)\n  using cast(name as char(10));", `ALTER TABLE users ALTER name TYPE char(10);`},
		{`ALTER TABLE users ALTER COLUMN name TYPE varchar(10) USING 'x';`, ``},
		{`ALTER TABLE users ALTER COLUMN name TYPE varchar(10) USING name::varchar(10), DROP COLUMN kept;`, ``},
		{`ALTER TABLE users ALTER COLUMN id TYPE varchar(1) USING id::varchar(1);`, ``},
	}
	for _, tt := range tests {
		t.Run(tt.change, func(t *testing.T) {
			found := review(before, tt.change)
			if len(found) == 0 {
				t.Fatal("no findings")
			}
			for _, f := range found {
				if f.Suggest != tt.want {
					t.Errorf("%s suggests %q, want %q", f.Rule, f.Suggest, tt.want)
				}
			}
			if tt.want == "" {
				return
			}
			for _, f := range review(before, tt.want) {
				if f.Category == analyzer.DataLoss {
					t.Errorf("what is suggested is found itself: %+v", f)
				}
			}
		})
	}
}

// TestSuggestionsLoseNothing puts over the loss corpus every suggestion in its place:
// PostgreSQL then loses nothing that the rest of the change does not lose.
func TestSuggestionsLoseNothing(t *testing.T) {
	server := pgtest.Start(t)
	cases, err := losstest.Load("../testdata/loss")
	if err != nil {
		t.Fatal(err)
	}
	suggested := map[string]int{}
	for _, c := range cases {
		report := judgeCase(c)
		safe, used := accepted(c, report)
		if len(used) == 0 {
			continue
		}
		t.Run(c.Name, func(t *testing.T) {
			outcome, err := losstest.Execute(t.Context(), server, safe)
			if err != nil {
				t.Fatal(err)
			}
			rest := slices.ContainsFunc(report.Findings, func(f analyzer.Finding) bool { return f.Score >= 60 && f.Suggest == "" })
			if outcome.Lost() && !rest {
				t.Errorf("%s: lost with every suggestion taken: %v", c.Title, outcome.Losses)
			}
		})
		for _, rule := range used {
			suggested[rule]++
		}
	}
	for _, rule := range []string{"drop-table", "update-rows", "lossy-type-change"} {
		if suggested[rule] == 0 {
			t.Errorf("no case of the corpus has a suggestion of %s", rule)
		}
	}
}

// accepted returns the case with every suggestion in its place, and their rules.
func accepted(c losstest.Case, report *analyzer.Report) (safe losstest.Case, used []string) {
	safe = c
	safe.Change = slices.Clone(c.Change)
	for i, file := range safe.Change {
		for _, f := range slices.Backward(report.Findings) {
			if f.Path != file.Path() || f.Suggest == "" {
				continue
			}
			end := f.End.Offset + 1
			safe.Change[i].Data = slices.Concat(safe.Change[i].Data[:f.Start.Offset], []byte(strings.TrimSuffix(f.Suggest, ";")), safe.Change[i].Data[end:])
			used = append(used, f.Rule)
		}
	}
	return safe, used
}

// TestClickedSuggestions applies over the loss corpus what the comments offer for a click
// as GitHub does: the block stands in the place of the lines that the comment is on. Then
// the statement blocks no more, all around it is as it was, and PostgreSQL takes it.
func TestClickedSuggestions(t *testing.T) {
	server := pgtest.Start(t)
	cases, err := losstest.Load("../testdata/loss")
	if err != nil {
		t.Fatal(err)
	}
	clicks := map[string]int{}
	for _, c := range cases {
		for _, end := range []string{"\n", "\r\n"} {
			c := withLineEnds(c, end)
			clicked, rules := clicked(t, c, end)
			if len(rules) == 0 {
				continue
			}
			t.Run(fmt.Sprintf("%s %q", c.Name, end), func(t *testing.T) {
				for _, f := range judgeCase(clicked).Findings {
					if was := blockedBefore(c, f); f.Score >= 60 && !was {
						t.Errorf("%s blocks after the click only: %s", f.Rule, f.Message)
					}
				}
				if end == "\n" {
					takes(t, server, c, clicked)
				}
			})
			for _, rule := range rules {
				clicks[rule+" "+end]++
			}
		}
	}
	for _, rule := range []string{"drop-table", "update-rows", "lossy-type-change"} {
		for _, end := range []string{"\n", "\r\n"} {
			if clicks[rule+" "+end] == 0 {
				t.Errorf("no case of the corpus has a suggestion of %s to click on with lines that end in %q", rule, end)
			}
		}
	}
}

// takes checks that PostgreSQL takes the case after the clicks as it did before. It may
// refuse strings that are too long: that is what is suggested instead of cutting them.
func takes(t *testing.T, server *pgtest.Server, c, clicked losstest.Case) {
	t.Helper()
	after, err := losstest.Execute(t.Context(), server, clicked)
	if err != nil {
		t.Fatal(err)
	}
	if after.Error == "" || strings.Contains(after.Error, "SQLSTATE 22001") {
		return
	}
	before, err := losstest.Execute(t.Context(), server, c)
	if err != nil {
		t.Fatal(err)
	}
	if before.Error == "" {
		t.Errorf("PostgreSQL refuses what it took before the clicks: %s\n%s", after.Error, clicked.Change[0].Data)
	}
}

// blockedBefore reports whether the case had the finding before, at whatever place.
func blockedBefore(c losstest.Case, f analyzer.Finding) bool {
	return slices.ContainsFunc(judgeCase(c).Findings, func(was analyzer.Finding) bool {
		return was.Rule == f.Rule && was.Object == f.Object && was.Score >= f.Score && was.Suggest == ""
	})
}

func withLineEnds(c losstest.Case, end string) losstest.Case {
	c.Change = slices.Clone(c.Change)
	for i, f := range c.Change {
		c.Change[i].Data = []byte(strings.ReplaceAll(string(f.Data), "\n", end))
	}
	return c
}

// clicked returns the case after a click on every suggestion that can be clicked on, and
// their rules.
func clicked(t *testing.T, c losstest.Case, end string) (safe losstest.Case, used []string) {
	found := judgeCase(c)
	decision := gate.Decide(found, gate.Policy{Threshold: 60, Label: "backup-check"}, gate.Evidence{})
	review := &report.Review{Report: found, Decision: decision}
	safe = c
	safe.Change = slices.Clone(c.Change)
	for i, file := range safe.Change {
		for _, f := range slices.Backward(found.Findings) {
			_, block, ok := strings.Cut(report.Comment(f, review), "```suggestion\n")
			if f.Path != file.Path() || !f.Blocking || !ok {
				continue
			}
			block, _, ok = strings.Cut(block, "\n```\n")
			if !ok {
				t.Fatalf("%s: the block has no end: %q", c.Name, block)
			}
			lines := strings.Split(string(safe.Change[i].Data), end)
			lines = slices.Concat(lines[:f.Start.Line-1], strings.Split(block, "\n"), lines[f.End.Line:])
			safe.Change[i].Data = []byte(strings.Join(lines, end))
			used = append(used, f.Rule)
		}
	}
	return safe, used
}
