package rules_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/dropgate/dropgate/analyzer"
	"github.com/dropgate/dropgate/internal/losstest"
	"github.com/dropgate/dropgate/internal/pgtest"
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
