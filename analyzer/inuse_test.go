package analyzer_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dropgate/dropgate/analyzer"
	"github.com/dropgate/dropgate/analyzer/migration"
	"github.com/dropgate/dropgate/analyzer/source"
	"github.com/dropgate/dropgate/rules"
)

// TestInUse holds for which names the code is searched: for those that the change
// takes away, and not for what is there again in the end.
func TestInUse(t *testing.T) {
	const before = "CREATE TABLE users (id int PRIMARY KEY, email text, phone text); CREATE TABLE orders (id int PRIMARY KEY, phone text);" +
		"CREATE SCHEMA audit; CREATE TABLE audit.users (id int); CREATE TABLE logs (id int); CREATE VIEW recent AS SELECT 1 AS one;"
	tests := []struct {
		name, change string
		want         []analyzer.Gone
	}{
		{"table", "DROP TABLE orders", []analyzer.Gone{{Table: "orders"}}},
		{"column", "ALTER TABLE users DROP COLUMN email", []analyzer.Gone{{Table: "users", Column: "email"}}},
		{"column that another table has", "ALTER TABLE users DROP phone", []analyzer.Gone{{Table: "users", Column: "phone", Elsewhere: true}}},
		{"view", "DROP VIEW recent", []analyzer.Gone{{Table: "recent"}}},
		{"renamed table", "ALTER TABLE orders RENAME TO sales", []analyzer.Gone{{Table: "orders"}}},
		{"renamed column", "ALTER TABLE orders RENAME phone TO tel", []analyzer.Gone{{Table: "orders", Column: "phone", Elsewhere: true}}},
		{"twice", "DROP TABLE orders; DROP TABLE IF EXISTS orders;", []analyzer.Gone{{Table: "orders"}}},
		{"another schema has it", "DROP TABLE audit.users", nil},
		{"built again", "DROP TABLE orders; CREATE TABLE orders (id int, total int)", nil},
		{"column built again", "ALTER TABLE users DROP email; ALTER TABLE users ADD email varchar(9)", nil},
		{"a view of the old name", "ALTER TABLE orders RENAME TO sales; CREATE VIEW orders AS SELECT * FROM sales", nil},
		{"exchanged", "CREATE TABLE next (id int); ALTER TABLE logs RENAME TO logs_old; ALTER TABLE next RENAME TO logs", nil},
		{"of the change itself", "CREATE TABLE draft (a int); ALTER TABLE draft RENAME a TO b; ALTER TABLE draft RENAME TO final", nil},
		{"index", "CREATE INDEX i ON users (email); DROP INDEX i", nil},
		{"rolled back", "BEGIN; DROP TABLE orders; ROLLBACK", nil},
		{"only known at run time", "DO $$ DECLARE r record; BEGIN FOR r IN SELECT tablename FROM pg_tables LOOP EXECUTE 'DROP TABLE ' || r.tablename; END LOOP; END $$", nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			calls := 0
			var got []analyzer.Gone
			report := reviewUses(before, test.change, func(names []analyzer.Gone) analyzer.Usage {
				calls++
				got = names
				return analyzer.Usage{Uses: make([]analyzer.Uses, len(names)), Search: analyzer.Search{Files: 3, Of: 3}}
			})
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("names (-want +got):\n%s", diff)
			}
			if asked := len(test.want) > 0; calls > 1 || asked != (calls == 1) || asked != (report.Search != nil) {
				t.Errorf("%d searches, %+v", calls, report.Search)
			}
			for _, f := range report.Findings {
				if strings.HasPrefix(f.Rule, "rename-") {
					t.Errorf("%s without any use: %s", f.Rule, f.Message)
				}
			}
		})
	}
}

// TestInUseScores holds what a use adds: points, but never so many that what loses
// nothing comes to lose something.
func TestInUseScores(t *testing.T) {
	const before = "CREATE TABLE users (id int PRIMARY KEY, email text, low text GENERATED ALWAYS AS (lower(email)) STORED); CREATE VIEW recent AS SELECT 1 AS one;"
	tests := []struct {
		change string
		want   string
	}{
		{"DROP TABLE users", "drop-table 90 95"},
		{"ALTER TABLE users DROP COLUMN email", "drop-column 80 85"},
		{"ALTER TABLE users DROP COLUMN low", "drop-column 15 20"},
		{"DROP VIEW recent", "drop-view 15 20"},
		{"ALTER TABLE users RENAME TO people", "rename-table 0 25"},
		{"ALTER TABLE users RENAME email TO mail", "rename-column 0 25"},
	}
	use := analyzer.Uses{First: []analyzer.Use{{Path: "a.go", Line: 3}}, More: 4, MoreFiles: 2}
	for _, test := range tests {
		t.Run(test.change, func(t *testing.T) {
			without := 0
			for _, f := range reviewUses(before, test.change, nil).Findings {
				without = f.Score
			}
			found := reviewUses(before, test.change, func(names []analyzer.Gone) analyzer.Usage {
				return analyzer.Usage{Uses: slices.Repeat([]analyzer.Uses{use}, len(names))}
			}).Findings
			if len(found) != 1 {
				t.Fatalf("got %+v, want one finding", found)
			}
			f := found[0]
			if got := fmt.Sprintf("%s %d %d", f.Rule, without, f.Score); got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
			sum := 0
			for _, reason := range f.Reasons {
				sum += reason.Points
			}
			if sum != f.Score || f.Severity != analyzer.SeverityOf(f.Score) {
				t.Errorf("score %d (%s), reasons %+v", f.Score, f.Severity, f.Reasons)
			}
			if diff := cmp.Diff(use, analyzer.Uses{First: f.Uses, More: f.MoreUses, MoreFiles: f.MoreUseFiles}); diff != "" {
				t.Errorf("uses (-want +got):\n%s", diff)
			}
		})
	}
}

// reviewUses reviews a change with a search of the code.
func reviewUses(before, change string, search func([]analyzer.Gone) analyzer.Usage) *analyzer.Report {
	read := func(path, text string) *migration.Migration {
		return migration.Read(source.New(path, []byte(text)), "sql")
	}
	history := []*migration.Migration{read("db/1.sql", before)}
	m := read("db/2.sql", change)
	o := analyzer.Options{Rules: rules.All, InUse: search}
	return analyzer.Together(o, history, []analyzer.ChangedFile{{Path: m.File.Path, Status: "added", Migration: m}})
}
