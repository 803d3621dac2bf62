package analyzer_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dropgate/dropgate/analyzer"
	"github.com/dropgate/dropgate/analyzer/migration"
	"github.com/dropgate/dropgate/rules"
)

// besideHistory leaves out what is said of edited and deleted migrations.
func besideHistory(all []analyzer.Finding) []analyzer.Finding {
	return slices.DeleteFunc(slices.Clone(all), func(f analyzer.Finding) bool { return f.Category == analyzer.HistoryEdited })
}

// A commit is the files of a change's two sides, by path. A rename that git would
// see is written "old > new" on the second one.
type commit struct{ was, is map[string]string }

// told returns what is said of a commit's history: score, rule, place, message.
func told(c commit) []string {
	var history []*migration.Migration
	base := map[string]*migration.Migration{}
	for name, text := range c.was {
		base[name] = file(name, text)
		history = append(history, base[name])
	}
	var files []analyzer.ChangedFile
	there := map[string]bool{}
	for name, text := range c.is {
		old, now, renamed := strings.Cut(name, " > ")
		if !renamed {
			now = name
		}
		f := analyzer.ChangedFile{Path: now, Status: "added", Migration: file(now, text)}
		switch was := base[old]; {
		case renamed:
			f.Status, f.OldPath = "renamed", old
			if slices.Equal(was.Version.Numbers, f.Migration.Version.Numbers) {
				f.Base = was
			}
		case was != nil:
			f.Status, f.Base = "modified", was
		}
		there[old], there[now] = true, true
		files = append(files, f)
	}
	for name := range c.was {
		if !there[name] {
			files = append(files, analyzer.ChangedFile{Path: name, Status: "removed"})
		}
	}
	var all []string
	for _, f := range analyzer.Together(analyzer.Options{Rules: rules.All}, history, files).Findings {
		if f.Category == analyzer.HistoryEdited {
			all = append(all, fmt.Sprintf("%d %s %s:%d %s", f.Score, f.Rule, f.Path, f.Start.Line, f.Message))
		}
	}
	return all
}

const (
	addPhone = "ALTER TABLE users ADD COLUMN phone int;"
	addMail  = "ALTER TABLE users ADD COLUMN mail text;"
)

// one is an edited file.
func one(name, was, is string) commit {
	return commit{map[string]string{name: was}, map[string]string{name: is}}
}

func TestEditedMigration(t *testing.T) {
	for _, tt := range []struct {
		title  string
		commit commit
		want   string // a part of the only message; empty: nothing is said
	}{
		{"a statement changes", one("db/V1__a.sql", addPhone, "ALTER TABLE users ADD COLUMN phone text;"),
			"50 edited-migration db/V1__a.sql:1 Edits the migration V1__a.sql: “ALTER TABLE users ADD COLUMN phone int” became “ALTER TABLE users ADD COLUMN phone text”. Flyway refuses to migrate when the checksum of an applied migration changes."},
		{"one comes and one goes", one("m/1_a.up.sql", addPhone+"DROP TABLE old;", addPhone+"\nCREATE TABLE fresh (id int);"),
			"m/1_a.up.sql:2 Edits the migration 1_a.up.sql: removed “DROP TABLE old”; added “CREATE TABLE fresh (id int)”."},
		{"many come", one("m/1_a/up.sql", addPhone, addPhone+"SELECT 1; SELECT 2; SELECT 3; SELECT 4;"), "added “SELECT 1”, “SELECT 2” and 2 more. Diesel skips a version that has run."},
		{"a transaction around it", one("m/1_a.up.sql", addPhone, "BEGIN; "+addPhone+" COMMIT;"), ""},
		{"a ROLLBACK takes it back", one("m/1_a.up.sql", addPhone, "BEGIN; "+addPhone+" ROLLBACK;"), "removed “" + strings.TrimSuffix(addPhone, ";") + "”"},
		{"a comment, and no checksum", one("m/1_a.up.sql", addPhone, "-- phones\n"+addPhone), ""},
		{"a comment, and a checksum", one("db/V1__a.sql", addPhone, "-- phones\n"+addPhone), "30 edited-migration db/V1__a.sql:2 Changes nothing but comments, white space or order in the migration V1__a.sql. Flyway refuses"},
		{"line ends, which Flyway does not sum", one("db/V1__a.sql", addPhone+"\n", addPhone+"\r\n"), ""},
		{"line ends, which refinery sums", one("crates/db/V1__a.sql", addPhone+"\n", addPhone+"\r\n"), "30 edited-migration"},
		{"a comment, and a guess at the tool", one("migrations/1_a.sql", addPhone, "-- phones\n"+addPhone), "10 edited-migration"},
		{"IF EXISTS, and no checksum", one("m/1_a.up.sql", "DROP INDEX i;", "DROP INDEX CONCURRENTLY IF EXISTS i;"), "20 edited-migration m/1_a.up.sql:1 Edits the migration 1_a.up.sql, and the same comes out: “DROP INDEX i” became"},
		{"IF EXISTS, and a checksum", one("db/V1__a.sql", "DROP TABLE a;", "DROP TABLE IF EXISTS a;"), "30 edited-migration"},
		{"COMMENT ON", one("m/1_a.up.sql", addPhone, addPhone+"COMMENT ON COLUMN users.phone IS 'digits';"), "20 edited-migration"},
		{"a long body, far behind its beginning",
			one("m/1_a.up.sql", "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $$ SELECT 1 WHERE 'a long condition' <> 'another one' AND 1 = 1 $$;",
				"CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $$ SELECT 1 WHERE 'a long condition' <> 'another one' AND 1 = 2 $$;"),
			"“CREATE FUNCTION f() RETUR … 'another one' AND 1 = 1 $$” became “CREATE FUNCTION f() RETUR … 'another one' AND 1 = 2 $$”"},
		{"a body laid out anew", one("m/1_a.up.sql", "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $$ SELECT\n  1 $$;", "CREATE FUNCTION f() RETURNS int\nLANGUAGE sql AS $$\tSELECT\n1 $$;"), ""},
		{"a line end within a body", one("m/1_a.up.sql", "DO $$ BEGIN -- PERFORM a();\nEND $$;", "DO $$ BEGIN -- PERFORM\na(); END $$;"), "50 edited-migration"},
		{"a long string in another case",
			one("m/1_a.up.sql", "UPDATE users SET v = 'a string that is as long as can be, and longer than a line' WHERE id = 7 AND w = 'a';",
				"UPDATE users SET v = 'a string that is as long as can be, and longer than a line' WHERE id = 7 AND w = 'A';"), "… = 7 AND w = 'a'” became “UPDATE users SET v = 'a s … = 7 AND w = 'A'”"},
		{"a string in another case", one("m/1_a.up.sql", "UPDATE users SET v = 'a';", "UPDATE users SET v = 'A';"), "50 edited-migration"},
		{"Flyway's repeatable", one("db/R__a.sql", addPhone, addMail), ""},
		{"a callback of Flyway's", one("db/afterMigrate.sql", addPhone, addMail), ""},
		{"graphile-migrate's current one", one("migrations/current.sql", addPhone, addMail), ""},
		{"the way back", one("m/1_a.down.sql", addPhone, addMail), ""},
		{"the way back in the same file", one("m/1_a.sql", "-- +goose Up\n"+addPhone+"\n-- +goose Down\nSELECT 1;", "-- +goose Up\n"+addPhone+"\n-- +goose Down\nSELECT 2;"), ""},
		{"sqitch's check", one("verify/a.sql", "-- Verify p:a on pg\nSELECT 1;", "-- Verify p:a on pg\nSELECT 2;"), ""},
		{"sqitch's script", one("deploy/a.sql", "-- Deploy p:a to pg\nSELECT 1;", "-- Deploy p:a to pg\nSELECT 2;"), "sqitch skips a change that is deployed"},
		{"a script that sqitch reworks", commit{
			map[string]string{"deploy/a.sql": "-- Deploy p:a to pg\nSELECT 1;"},
			map[string]string{"deploy/a.sql": "-- Deploy p:a to pg\nSELECT 2;", "deploy/a@v1.sql": "-- Deploy p:a to pg\nSELECT 1;"},
		}, ""},
		{"another database's", one("db/mysql/V1__a.sql", addPhone, addMail), ""},
		{"a schema's part", one("sql/002.schema.users.sql", addPhone, addMail), ""},
		{"a numbered file of an unknown tool", one("upgrade/0002.users.sql", addPhone, addMail), "50 edited-migration upgrade/0002.users.sql:1 Edits the migration 0002.users.sql"},
		{"a seed", one("migrations/seeds/2.sql", addPhone, addMail), ""},
		{"nothing ran", one("m/1_a.up.sql", "-- nothing yet", addPhone), ""},
		{"it is no text any more", one("m/1_a.up.sql", addPhone, "SELECT 1;\x00"), ""},
	} {
		t.Run(tt.title, func(t *testing.T) { wantTold(t, tt.commit, tt.want) })
	}
}

// wantTold compares the only thing that is said, or its absence.
func wantTold(t *testing.T, c commit, want string) {
	t.Helper()
	got := told(c)
	if want == "" && len(got) == 0 {
		return
	}
	if want == "" || len(got) != 1 || !strings.Contains(got[0], want) {
		t.Errorf("got %q, want one with %q", got, want)
	}
}

func TestEditedChangesets(t *testing.T) {
	const head = "--liquibase formatted sql\n"
	set := func(line, sql string) string { return "--changeset " + line + "\n" + sql + "\n" }
	was := head + set("a:1", addPhone) + set("a:2 runOnChange:true", "CREATE VIEW v AS SELECT 1;")
	for _, tt := range []struct{ title, is, want string }{
		{"another one is added", was + set("a:3", addMail), ""},
		{"one that runs on change", head + set("a:1", addPhone) + set("a:2 runOnChange:true", "CREATE VIEW v AS SELECT 2;"), ""},
		{"one that ran", head + set("a:1", addMail) + set("a:2 runOnChange:true", "CREATE VIEW v AS SELECT 1;"), "db/c.sql:3 Edits the migration c.sql: “ALTER TABLE users ADD COLUMN phone int” became “ALTER TABLE users ADD COLUMN mail text”. Liquibase refuses"},
		{"one that ran is gone", head + set("a:2 runOnChange:true", "CREATE VIEW v AS SELECT 1;"), "removed “ALTER TABLE users ADD COLUMN phone int”. Liquibase refuses"},
		{"their order", head + set("a:2 runOnChange:true", "CREATE VIEW v AS SELECT 1;") + set("a:1", addPhone), ""},
	} {
		t.Run(tt.title, func(t *testing.T) { wantTold(t, one("db/c.sql", was, tt.is), tt.want) })
	}
}

func TestRenamedMigration(t *testing.T) {
	for _, tt := range []struct {
		title, old, now, is, want string
	}{
		{"another number", "m/1_a.up.sql", "m/2_a.up.sql", addPhone, "45 edited-migration m/2_a.up.sql:1 Changes the number or name of the migration 1_a.up.sql (now 2_a.up.sql). golang-migrate runs a new version"},
		{"another number, and a little more", "db/V1__a.sql", "db/V2__a.sql", addPhone + addMail, "(now V2__a.sql): added “ALTER TABLE users ADD COLUMN mail text”. Flyway refuses to migrate when an applied version is missing."},
		{"another number, and the lesser part stays", "m/1_a.up.sql", "m/2_a.up.sql", addMail + "SELECT 1; SELECT 2;", "45 deleted-migration"},
		{"another title, which Flyway compares", "db/V1__a.sql", "db/V1__b.sql", addPhone, "30 edited-migration db/V1__b.sql:1 Changes the description in the name of the migration V1__a.sql (now V1__b.sql)."},
		{"another title, which golang-migrate does not compare", "m/1_a.up.sql", "m/1_b.up.sql", addPhone, ""},
		{"another title, which is the migration's name", "m/1_a/migration.sql", "m/1_b/migration.sql", addPhone, "45 edited-migration m/1_b/migration.sql:1 Changes the number or name of the migration 1_a/migration.sql (now 1_b/migration.sql). Prisma"},
		{"another folder", "m/1_a.up.sql", "db/1_a.up.sql", addPhone, ""},
		{"another folder, and edited", "m/1_a.up.sql", "db/1_a.up.sql", addMail, "Edits the migration 1_a.up.sql (now in db): "},
		{"another file altogether", "m/1_a.up.sql", "m/2_b.up.sql", addMail, "45 deleted-migration m/1_a.up.sql:1 Removes the migration 1_a.up.sql: it ran “ALTER TABLE users ADD COLUMN phone int”."},
	} {
		t.Run(tt.title, func(t *testing.T) {
			wantTold(t, commit{map[string]string{tt.old: addPhone}, map[string]string{tt.old + " > " + tt.now: tt.is}}, tt.want)
			if tt.want != "" && !strings.Contains(tt.want, "mail") && !strings.Contains(tt.want, "now in") { // git need not see it
				wantTold(t, commit{map[string]string{tt.old: addPhone}, map[string]string{tt.now: tt.is}}, tt.want)
			}
		})
	}
}

// TestManyMigrations holds that many of one set with one fate are one finding.
func TestManyMigrations(t *testing.T) {
	const create = "CREATE TABLE t%d (id int);"
	was, all := map[string]string{}, ""
	for i := range 5 {
		was[fmt.Sprintf("db/V%d__a.sql", i+1)] = fmt.Sprintf(create, i+1)
		all += fmt.Sprintf(create, i+1)
	}
	edit := func(n int, text string) map[string]string {
		is := map[string]string{}
		for name, old := range was {
			is[name] = old
			if name <= fmt.Sprintf("db/V%d__a.sql", n) {
				is[name] = text + old
			}
		}
		return is
	}
	for _, tt := range []struct {
		title string
		is    map[string]string
		want  []string
	}{
		{"a squash", map[string]string{"db/V6__baseline.sql": all},
			[]string{"35 deleted-migration db/V6__baseline.sql:1 Replaces 5 migrations that the base branch has (V1__a.sql, V2__a.sql, V3__a.sql and 2 more) by V6__baseline.sql. Flyway refuses to migrate when an applied migration is missing."}},
		{"removed", map[string]string{"db/V6__other.sql": "SELECT 1;"},
			[]string{"50 deleted-migration db/V1__a.sql:1 Removes 5 migrations that the base branch has (V1__a.sql, V2__a.sql, V3__a.sql and 2 more). Flyway refuses to migrate when an applied migration is missing."}},
		{"reformatted", edit(5, "-- x\n"),
			[]string{"35 edited-migration db/V1__a.sql:2 Changes nothing but comments, white space or order in 5 migrations that the base branch has (V1__a.sql, V2__a.sql, V3__a.sql and 2 more). Flyway refuses to migrate when the checksum of an applied migration changes."}},
		{"few", edit(1, "SELECT 1;"),
			[]string{"50 edited-migration db/V1__a.sql:1 Edits the migration V1__a.sql: added “SELECT 1”. Flyway refuses to migrate when the checksum of an applied migration changes."}},
		{"emptied into the first", map[string]string{"db/V1__a.sql": all, "db/V2__a.sql": "", "db/V3__a.sql": "", "db/V4__a.sql": "-- moved", "db/V5__a.sql": ""},
			[]string{"35 deleted-migration db/V1__a.sql:1 Replaces 4 migrations that the base branch has (V2__a.sql, V3__a.sql, V4__a.sql and V5__a.sql) by V1__a.sql. Flyway refuses to migrate when the checksum of an applied migration changes."}},
	} {
		t.Run(tt.title, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, told(commit{was, tt.is})); diff != "" {
				t.Errorf("what is said (-want +got):\n%s", diff)
			}
		})
	}
}

// TestQuotedText holds that nothing that cannot be seen comes into a message.
func TestQuotedText(t *testing.T) {
	got := told(one("m/1_a.up.sql", addPhone, "SELECT 'a\x1b[31m\u202eb';"))
	if len(got) != 1 || strings.ContainsAny(got[0], "\x1b\u202e") {
		t.Errorf("got %q, want one without control characters", got)
	}
}
