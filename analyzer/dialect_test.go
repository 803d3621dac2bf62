package analyzer_test

import (
	"strings"
	"testing"

	"github.com/dropgate/dropgate/analyzer"
	"github.com/dropgate/dropgate/analyzer/migration"
	"github.com/dropgate/dropgate/analyzer/source"
	"github.com/dropgate/dropgate/rules"
)

func read(path, text string) *migration.Migration {
	return migration.Read(source.New(path, []byte(text)), "")
}

// only returns the one finding of a file, on top of others.
func only(t *testing.T, change *migration.Migration, history ...*migration.Migration) analyzer.Finding {
	t.Helper()
	found := analyzer.Together(analyzer.Options{Rules: rules.All}, history,
		[]analyzer.ChangedFile{{Path: change.File.Path, Status: "added", Migration: change}}).Findings
	if len(found) != 1 {
		t.Fatalf("%s: got %d findings, want one: %v", change.File.Path, len(found), found)
	}
	return found[0]
}

// TestTwins has the same migration for several databases side by side.
func TestTwins(t *testing.T) {
	const drop = "DROP TABLE IF EXISTS b;"
	history := []*migration.Migration{
		read("m/1_a.postgres.up.sql", "CREATE TABLE a (id int);"),
		read("m/1_a.mysql.up.sql", "CREATE TABLE `a` (id int AUTO_INCREMENT);"),
		read("m/1_a.sqlite3.up.sql", "CREATE TABLE a (id int);"),
	}
	tests := []struct {
		title   string
		change  *migration.Migration
		history []*migration.Migration
		blocks  bool
	}{
		{"what a twin has that cannot be read leaves the schema complete", read("m/2_b.postgres.up.sql", drop), history, false},
		{"without a dialect it is PostgreSQL's", read("m/2_b.up.sql", drop), history, false},
		{"another database's file may run all the same", read("m/2_b.sqlite3.up.sql", drop), history, true},
		{"by a folder too", read("m/sqlite3/2_b.up.sql", drop), append(history, read("m/sqlite3/1_a.up.sql", "SELECT 1;")), true},
		{"what a twin makes may be there", read("m/2_b.up.sql", drop), append(history, read("m/1_b.sqlite3.up.sql", "CREATE TABLE b ();")), true},
		{"what a twin drops is not gone", read("m/3_b.up.sql", drop),
			append(history, read("m/1_b.up.sql", "CREATE TABLE b ();"), read("m/2_b.mysql.up.sql", "DROP TABLE b;")), true},
		{"a table that only a twin made anew", read("m/3_b.mysql.up.sql", "CREATE TABLE IF NOT EXISTS b (); DROP TABLE b;"),
			append(history, read("m/1_b.up.sql", "CREATE TABLE b ();")), true},
		{"text alone is no twin", read("m/2_b.up.sql", drop), append(history, read("m/1_b.up.sql", "PRAGMA x;")), true},
	}
	for _, tt := range tests {
		t.Run(tt.title, func(t *testing.T) {
			if f := only(t, tt.change, tt.history...); f.Score >= 60 != tt.blocks {
				t.Errorf("got score %d, blocking %t; want %t", f.Score, f.Score >= 60, tt.blocks)
			}
		})
	}
}

// TestHints holds what findings say of a file's dialect.
func TestHints(t *testing.T) {
	const leave = "leave it out in .dropgate.yml:\n\n  exclude: "
	tests := []struct {
		title, path, text, message, remedy string // parts of them; "-": not said
	}{
		{"unread, by text", "m/1_a.sql", "DROP TABLE `a`", "The file looks like MySQL (backquotes on line 1).", leave + `["m/1_a.sql"]`},
		{"unread, by name", "m/1_a.crdb.sql", "DROP INDEX a@b", "The file looks like CockroachDB (its name says so).", leave + `["**/*.crdb.*"]`},
		{"unread, by folder", "m/oracle/1_a.sql", "DROP TABLE IF a", "The file looks like Oracle (its path says so).", leave + `["m/oracle/**"]`},
		{"unread, for PostgreSQL", "m/pg/1_a.sql", "DROP TABLE `a`", "The file looks like MySQL (backquotes on line 1).", "-"},
		{"unread, no dialect", "m/1_a.sql", "DROP TABLE IF a", "-", "-"},
		{"read, by name", "m/1_a.mysql.sql", "DROP TABLE a", "-", "If it never runs on PostgreSQL, " + leave + `["**/*.mysql.*"]`},
		{"read, by folder", "m/sqlite/1_a.sql", "TRUNCATE a", "-", leave + `["m/sqlite/**"]`},
		{"read, no dialect", "m/1_a.sql", "TRUNCATE a", "-", "-"},
		{"unread file", "m/sqlite/1_a.sql", "SELECT 1;\x00", "The file looks like SQLite (its path says so).", leave + `["m/sqlite/**"]`},
	}
	for _, tt := range tests {
		t.Run(tt.title, func(t *testing.T) {
			f := only(t, read(tt.path, tt.text))
			if tt.message == "-" && strings.Contains(f.Message, "looks like") || tt.message != "-" && !strings.Contains(f.Message, tt.message) {
				t.Errorf("message %q, want %q", f.Message, tt.message)
			}
			if tt.remedy == "-" && strings.Contains(f.Remedy, leave) || tt.remedy != "-" && !strings.Contains(f.Remedy, tt.remedy) {
				t.Errorf("remedy %q, want %q", f.Remedy, tt.remedy)
			}
		})
	}
}

// TestHintOfReadStatement has, in a file with something that cannot be read, what can:
// its text has no say in that.
func TestHintOfReadStatement(t *testing.T) {
	found := analyzer.Together(analyzer.Options{Rules: rules.All}, nil, []analyzer.ChangedFile{
		{Path: "1.sql", Migration: read("1.sql", "PRAGMA x; DROP TABLE a;")},
		{Path: "link.mysql.sql", Unreadable: "it is a symbolic link"},
	}).Findings
	if len(found) != 3 {
		t.Fatalf("got %d findings, want 3", len(found))
	}
	if strings.Contains(found[1].Remedy, "exclude") {
		t.Errorf("remedy %q", found[1].Remedy)
	}
	if !strings.Contains(found[2].Message, "looks like MySQL") {
		t.Errorf("message %q", found[2].Message)
	}
}

// TestQueries has files that look like an application's queries: they are judged all
// the same, and it is said how to leave them out.
func TestQueries(t *testing.T) {
	const drop = "DELETE FROM a WHERE b = 1;\n"
	for _, tt := range []struct {
		title, path, text, exclude string
	}{
		{"named for sqlc", "db/queries/a.sql", "-- name: Clear :exec\n" + drop, `exclude: ["db/queries/*.sql"]`},
		{"at the top", "a.sql", "-- name: Clear :execrows\n" + drop, `exclude: ["a.sql"]`},
		{"another comment", "db/queries/a.sql", "-- name: clear\n" + drop, ""},
		{"a migration", "m/1_a.up.sql", "-- name: Clear :exec\n" + drop, ""},
	} {
		t.Run(tt.title, func(t *testing.T) {
			f := only(t, read(tt.path, tt.text))
			if f.Score < 60 {
				t.Errorf("got score %d, want 60 or more", f.Score)
			}
			if got := strings.Contains(f.Remedy, "sqlc"); got != (tt.exclude != "") || !strings.Contains(f.Remedy, tt.exclude) {
				t.Errorf("got remedy %q, want one with %q", f.Remedy, tt.exclude)
			}
		})
	}
}
