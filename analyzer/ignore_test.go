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

const ignoredTables = `CREATE TABLE a (id int PRIMARY KEY, v text, w text); CREATE TABLE b (id int PRIMARY KEY, v text); CREATE TABLE c (id int);
	CREATE INDEX i ON c (id); CREATE VIEW seen AS SELECT 1;`

// ignoring reviews a file by itself, as `check PATH` does.
func ignoring(text string) *analyzer.Report {
	history := file("migrations/0001_made.sql", ignoredTables)
	return analyzer.Each(analyzer.Options{Rules: rules.All}, []*migration.Migration{history}, []*migration.Migration{file("migrations/0002_x.sql", text)})
}

// lifted lists findings as "line rule", with the line of what lifts them if so.
func lifted(all []analyzer.Finding) []string {
	var lines []string
	for _, f := range all {
		s := fmt.Sprintf("%d %s", f.Start.Line, f.Rule)
		if f.Suppressed != nil {
			s += fmt.Sprintf(" by %d", f.Suppressed.Line)
			if f.Suppressed.FromChange {
				s += " new"
			}
		}
		lines = append(lines, s)
	}
	return lines
}

// TestIgnorePlaces holds what statement a comment is about.
func TestIgnorePlaces(t *testing.T) {
	const ignore = "-- dropgate:ignore drop-table -- kept in the archive"
	const block = "/* dropgate:ignore drop-table -- kept in the archive */"
	for _, tt := range []struct {
		title, text string
		want        []string
	}{
		{"before", ignore + "\nDROP TABLE a;\nDROP TABLE b;", []string{"2 drop-table by 1", "3 drop-table"}},
		{"before, with other comments", ignore + "\n-- the old one\n\n/* really */ DROP TABLE a;", []string{"4 drop-table by 1"}},
		{"behind", "DROP TABLE a; " + ignore + "\nDROP TABLE b;", []string{"1 drop-table by 1", "2 drop-table"}},
		{"behind, at the end", "DROP TABLE a; " + ignore, []string{"1 drop-table by 1"}},
		{"behind, without a semicolon", "DROP TABLE a " + ignore, []string{"1 drop-table by 1"}},
		{"behind the last of a line", "DROP TABLE a; DROP TABLE b; " + ignore, []string{"1 drop-table", "1 drop-table by 1"}},
		{"behind the last line", "DROP TABLE\n  a; " + ignore + "\nDROP TABLE b;", []string{"1 drop-table by 2", "3 drop-table"}},
		{"on the next line", "DROP TABLE a;\n" + ignore, []string{"1 drop-table", "2 unused-ignore"}},
		{"before the semicolon", "DROP TABLE a\n" + ignore + "\n;\nDROP TABLE b;", []string{"1 drop-table by 2", "4 drop-table"}},
		{"before an empty statement", "DROP TABLE a;\n" + ignore + "\n;", []string{"1 drop-table", "2 unused-ignore"}},
		{"inside", "DROP " + ignore + "\nTABLE a;", []string{"1 drop-table by 1"}},
		{"a block before", block + " DROP TABLE a; DROP TABLE b;", []string{"1 drop-table by 1", "1 drop-table"}},
		{"a block between", "DROP TABLE a; " + block + " DROP TABLE b;", []string{"1 drop-table", "1 drop-table by 1"}},
		{"a block inside", "DROP TABLE " + block + " a;", []string{"1 drop-table by 1"}},
		{"a block of lines", "/*\n * dropgate:ignore drop-table --\n *   kept in the archive\n */\nDROP TABLE a;", []string{"5 drop-table by 1"}},
		{"CRLF", ignore + "\r\nDROP TABLE a;\r\nDROP TABLE b; " + ignore + "\r\nDROP TABLE c;\r\n", []string{"2 drop-table by 1", "3 drop-table by 3", "4 drop-table"}},
		{"a byte order mark", "\ufeff" + ignore + "\nDROP TABLE a;", []string{"2 drop-table by 1"}},
		{"tabs and other spaces", "--\tdropgate:ignore\u00a0\tDROP-Table\u3000--\u00a0kept\nDROP TABLE a;", []string{"2 drop-table by 1"}},
		{"capitals", "-- DropGate:IGNORE Drop-TABLE -- kept\nDROP TABLE a;", []string{"2 drop-table by 1"}},
		{"one rule of two", "-- dropgate:ignore drop-column -- moved\nALTER TABLE a DROP COLUMN v, ALTER COLUMN w TYPE varchar(2) USING w::varchar(2);",
			[]string{"2 drop-column by 1", "2 lossy-type-change"}},
		{"both rules", "-- dropgate:ignore drop-column, lossy-type-change -- moved\nALTER TABLE a DROP COLUMN v, ALTER COLUMN w TYPE varchar(2) USING w::varchar(2);",
			[]string{"2 drop-column by 1", "2 lossy-type-change by 1"}},
		{"two comments", "-- dropgate:ignore drop-column -- moved\n-- dropgate:ignore lossy-type-change -- short\nALTER TABLE a DROP COLUMN v, ALTER COLUMN w TYPE varchar(2) USING w::varchar(2);",
			[]string{"3 drop-column by 1", "3 lossy-type-change by 2"}},
		{"a statement that cannot be read", "-- dropgate:ignore unread-statement -- another extension reads it\nDROP TABEL a;", []string{"2 unread-statement by 1"}},
		{"another rule than what cannot be read", ignore + "\nDROP TABEL a;", []string{"1 unused-ignore", "2 unread-statement"}},
		{"a string", "INSERT INTO a VALUES (1, '\n" + ignore + "\n');\nDROP TABLE b;", []string{"4 drop-table"}},
		{"a dollar-quoted string", "INSERT INTO a VALUES (1, $$\n" + ignore + "\n$$);\nDROP TABLE b;", []string{"4 drop-table"}},
		{"a name", "CREATE TABLE \"\n" + ignore + "\n\" (id int);\nDROP TABLE b;", []string{"4 drop-table"}},
		{"a comment in a comment", "/* /* dropgate:ignore drop-table -- r */ */ DROP TABLE a;", []string{"1 drop-table"}},
		{"another mark", "<!-- dropgate:summary -->\nSELECT 1;", []string{"1 unread-statement"}},
		{"not at its beginning", "-- see dropgate:ignore drop-table -- r\nDROP TABLE a;", []string{"2 drop-table"}},
		{"data of COPY", "COPY a FROM stdin;\n" + ignore + "\n\\.\nDROP TABLE b;", []string{"4 drop-table"}},
		{"a command of psql", "\\set x 1 " + ignore + "\nDROP TABLE b;", []string{"2 drop-table"}},
		{"behind a command of psql", "\\set x 1\n" + ignore + "\nDROP TABLE b;", []string{"3 drop-table by 2"}},
	} {
		t.Run(tt.title, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, lifted(ignoring(tt.text).Findings)); diff != "" {
				t.Errorf("%s\n(-want +got):\n%s", tt.text, diff)
			}
		})
	}
}

// TestIgnoreBodies holds that a comment in a body is about the body's statement, and
// one before the whole about all of it.
func TestIgnoreBodies(t *testing.T) {
	const ignore = "-- dropgate:ignore drop-table -- kept"
	for _, tt := range []struct {
		title, text string
		want        []string
	}{
		{"DO", "DO $$ BEGIN\n" + ignore + "\nDROP TABLE a;\nDROP TABLE b;\nEND $$;", []string{"3 drop-table by 2", "4 drop-table"}},
		{"behind", "DO $$ BEGIN\nDROP TABLE a; " + ignore + "\nDROP TABLE b;\nEND $$;", []string{"2 drop-table by 2", "3 drop-table"}},
		{"before the whole", ignore + "\nDO $$ BEGIN\nDROP TABLE a;\nDROP TABLE b;\nEND $$;", []string{"3 drop-table by 1", "4 drop-table by 1"}},
		{"behind THEN", "DO $$ BEGIN IF true THEN " + ignore + "\nDROP TABLE a;\nEND IF; DROP TABLE b; END $$;", []string{"2 drop-table by 1", "3 drop-table"}},
		{"before IF", "DO $$ BEGIN\n" + ignore + "\nIF true THEN DROP TABLE a; END IF; END $$;", []string{"2 unused-ignore", "3 drop-table"}},
		{"a CASE in it", "DO $$ BEGIN\nUPDATE a SET v = CASE WHEN id > 1 THEN 'x' ELSE 'y' END; -- dropgate:ignore update-rows -- test data\nEND $$;", []string{"2 update-rows by 2"}},
		{"text that is run", "DO $$ BEGIN\n" + ignore + "\nEXECUTE 'DROP TABLE a';\nEND $$;", []string{"3 drop-table by 2"}},
		{"a string in it", "DO $$ BEGIN\nRAISE NOTICE '\n" + ignore + "\n'; DROP TABLE a;\nEND $$;", []string{"4 drop-table"}},
		{"a function", "CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $f$ BEGIN\n" + ignore + "\nDROP TABLE a;\nEND $f$;\nSELECT f();", []string{"3 drop-table by 2"}},
		{"at the call of a function", "CREATE FUNCTION f() RETURNS void LANGUAGE sql AS $f$ DROP TABLE a $f$;\n" + ignore + "\nSELECT f();", []string{"1 drop-table", "2 unused-ignore"}},
		{"BEGIN ATOMIC", "CREATE FUNCTION f() RETURNS void LANGUAGE sql BEGIN ATOMIC\n-- dropgate:ignore delete-rows -- kept\nDELETE FROM a;\nDELETE FROM b;\nEND;\nSELECT f();",
			[]string{"3 delete-rows by 2", "4 delete-rows"}},
		{"wrong in a body", "DO $$ BEGIN\n-- dropgate:ignore drop-table\nDROP TABLE a;\nEND $$;", []string{"2 bad-ignore", "3 drop-table"}},
		{"the file's in a body", "DO $$ BEGIN\n-- dropgate:ignore-file drop-table -- r\nDROP TABLE a;\nEND $$;", []string{"2 bad-ignore", "3 drop-table"}},
	} {
		t.Run(tt.title, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, lifted(ignoring(tt.text).Findings)); diff != "" {
				t.Errorf("%s\n(-want +got):\n%s", tt.text, diff)
			}
		})
	}
}

// TestIgnoreFile holds that a comment about the file stands before its statements.
func TestIgnoreFile(t *testing.T) {
	const ignore = "-- dropgate:ignore-file drop-table, drop-index -- all of it is built again\n"
	for _, tt := range []struct {
		title, text string
		want        []string
	}{
		{"all", ignore + "DROP TABLE a;\nDROP VIEW seen;\nDROP TABLE b;\nDROP INDEX i;", []string{"2 drop-table by 1", "3 drop-view", "4 drop-table by 1", "5 drop-index by 1"}},
		{"below other comments", "-- a header\n\n/* of lines */\n" + ignore + "DROP TABLE a; DROP INDEX i;", []string{"5 drop-table by 4", "5 drop-index by 4"}},
		{"behind a statement", "SELECT 1;\n" + ignore + "DROP TABLE a;", []string{"2 bad-ignore", "3 drop-table"}},
		{"one of two unused", ignore + "DROP TABLE a;", []string{"1 unused-ignore", "2 drop-table by 1"}},
		{"the statement's first", ignore + "DROP INDEX i;\n-- dropgate:ignore drop-table -- kept\nDROP TABLE a;\nDROP TABLE b;",
			[]string{"2 drop-index by 1", "4 drop-table by 3", "5 drop-table by 1"}},
		{"what cannot be read", "-- dropgate:ignore-file unread-statement -- read by hand\nDROP TABEL a;\nDROP TABLE b;", []string{"2 unread-statement by 1", "3 drop-table"}},
		{"no unnamed one that cannot be read", ignore + "DROP TABEL a;\nDROP TABLE b; DROP INDEX i;", []string{"2 unread-statement", "3 drop-table by 1", "3 drop-index by 1"}},
		{"a file that cannot be read", "-- dropgate:ignore-file unread-file -- binary\nSELECT 1;" + strings.Repeat("\x00", 40), []string{"1 unread-file"}},
		{"no such name", "-- dropgate:ignore-file unread-file -- binary\nSELECT 1;", []string{"1 bad-ignore"}},
		{"before a tool's directive", ignore + "-- +goose Up\nDROP TABLE a; DROP INDEX i;\n-- +goose Down\nSELECT 1;", []string{"3 drop-table by 1", "3 drop-index by 1"}},
		{"an empty file", ignore, []string{"1 unused-ignore"}},
	} {
		t.Run(tt.title, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, lifted(ignoring(tt.text).Findings)); diff != "" {
				t.Errorf("%s\n(-want +got):\n%s", tt.text, diff)
			}
		})
	}
}

// TestIgnoreSections holds that a comment counts for what a tool runs going forward.
func TestIgnoreSections(t *testing.T) {
	const ignore = "-- dropgate:ignore drop-table -- kept\n"
	for _, tt := range []struct {
		title, text string
		want        []string
	}{
		{"before the directive", ignore + "-- +goose Up\nDROP TABLE a;\n-- +goose Down\nSELECT 1;", []string{"3 drop-table by 1"}},
		{"around a statement", "-- +goose Up\n" + ignore + "-- +goose StatementBegin\nDROP TABLE a;\n-- +goose StatementEnd\nDROP TABLE b;", []string{"4 drop-table by 2", "6 drop-table"}},
		{"going back", "-- +goose Up\nDROP TABLE a;\n-- +goose Down\n" + ignore + "DROP TABLE b;", []string{"2 drop-table", "4 unused-ignore"}},
		{"at the end of what goes forward", "-- +goose Up\nDROP TABLE a;\n" + ignore + "-- +goose Down\nDROP TABLE b;", []string{"2 drop-table", "3 unused-ignore"}},
	} {
		t.Run(tt.title, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, lifted(ignoring(tt.text).Findings)); diff != "" {
				t.Errorf("%s\n(-want +got):\n%s", tt.text, diff)
			}
		})
	}
}

// TestBadIgnore holds that a comment with anything wrong lifts nothing, and that it is
// said what is wrong and what to write.
func TestBadIgnore(t *testing.T) {
	for _, tt := range []struct{ comment, want string }{
		{"-- dropgate:ignore drop-table", "it gives no reason. Write `-- dropgate:ignore drop-table -- why it is meant`."},
		{"-- dropgate:ignore drop-table --", "it gives no reason"},
		{"-- dropgate:ignore drop-table -- …!", "it gives no reason"},
		{"-- dropgate:ignore drop-table - kept", "its rules have to stand between commas"},
		{"-- dropgate:ignore drop-table drop-column -- kept", "its rules have to stand between commas"},
		{"-- dropgate:ignore", "it names no rule. Write `-- dropgate:ignore RULE -- why it is meant"},
		{"-- dropgate:ignore -- kept", "it names no rule"},
		{"-- dropgate:ignore * -- kept", "it has to name each rule that is meant"},
		{"-- dropgate:ignore drop-table, * -- kept", "it has to name each rule that is meant"},
		{"-- dropgate:ignore drop-table,, truncate -- kept", "a name is missing between its commas"},
		{"-- dropgate:ignore drop-table, -- kept", "a name is missing between its commas"},
		{"-- dropgate:ignore drop-tabel -- kept", `no rule is called "drop-tabel", the nearest name is drop-table. Write`},
		{"-- dropgate:ignore drop-table, everything -- kept", `no rule is called "everything". Write`},
		{"-- dropgate:ignore drop-table\u200b -- kept", `no rule is called "drop-table\u200b", the nearest name is drop-table. Write`},
		{"-- dropgate:ignore unread-file -- kept", "unread-file cannot be ignored by a comment"},
		{"-- dropgate:ignore drop-table, bad-ignore -- kept", "bad-ignore cannot be ignored by a comment"},
		{"-- dropgate:ignore unused-ignore -- kept", "unused-ignore cannot be ignored by a comment"},
		{"-- dropgate:ignore-line drop-table -- kept", `dropgate knows no comment dropgate:"ignore-line"`},
		{"-- dropgate:ingore drop-table -- kept", `dropgate knows no comment dropgate:"ingore"`},
		{"-- dropgate: ignore drop-table -- kept", `dropgate knows no comment dropgate:""`},
		{"/* dropgate:ignore-file drop-table */", "it gives no reason. Write `-- dropgate:ignore-file drop-table -- why"},
		{"-- dropgate:ignore " + strings.Repeat("x", 100_000) + " -- kept", `xxx…"`},
	} {
		report := ignoring(tt.comment + "\nDROP TABLE a;")
		if diff := cmp.Diff([]string{"1 bad-ignore", "2 drop-table"}, lifted(report.Findings)); diff != "" {
			t.Errorf("%.80s (-want +got):\n%s", tt.comment, diff)
			continue
		}
		f := report.Findings[0]
		if !strings.Contains(f.Message, tt.want) {
			t.Errorf("%.80s: %q, want %q", tt.comment, f.Message, tt.want)
		}
		if f.Category != analyzer.HistoryEdited || f.Score >= 60 {
			t.Errorf("%.80s: category %s, score %d, want one that never blocks", tt.comment, f.Category, f.Score)
		}
	}
}

// TestIgnoreReason holds what a finding says of the comment.
func TestIgnoreReason(t *testing.T) {
	f := ignoring("\n  -- dropgate:ignore drop-table --  kept in\tthe archive -- see #12 \nDROP TABLE a;").Findings[0]
	want := &analyzer.Suppression{By: "comment", Reason: "kept in the archive -- see #12", Line: 2}
	if diff := cmp.Diff(want, f.Suppressed); diff != "" {
		t.Errorf("suppressed (-want +got):\n%s", diff)
	}
	long := ignoring("-- dropgate:ignore drop-table -- " + strings.Repeat("é", 1000) + "\nDROP TABLE a;").Findings[0].Suppressed.Reason
	if n := len([]rune(long)); n > 301 {
		t.Errorf("a reason of %d characters is kept, want 300 at most", n)
	}
}

// TestIgnoresFromChange holds which comments count as the change's own.
func TestIgnoresFromChange(t *testing.T) {
	const ignore = "-- dropgate:ignore delete-rows -- test data\n"
	const whole = "-- dropgate:ignore-file delete-rows -- test data\n"
	const other = "ALTER TABLE x ADD FOREIGN KEY (id) REFERENCES t ON DELETE CASCADE;\n" // from then on one row takes others along
	const one = "DELETE FROM t WHERE id = 1;"
	const purge = "CREATE FUNCTION purge() RETURNS void LANGUAGE sql AS $$\n" + ignore + "DELETE FROM t $$;\n"
	for _, tt := range []struct {
		title, base, head string
		want              []string
	}{
		{"a new file", "", ignore + "DELETE FROM t;", []string{"2 delete-rows by 1 new"}},
		{"a new file, as a whole", "", whole + "DELETE FROM t;", []string{"2 delete-rows by 1 new"}},
		{"there with its statement", ignore + one, other + ignore + one, []string{"3 delete-rows by 2"}},
		{"there with the file and the statement", whole + one, whole + other + one, []string{"3 delete-rows by 1"}},
		{"there, and the statement means another table", ignore + "DELETE FROM t;", "SET search_path = a;\n" + ignore + "DELETE FROM t;", []string{"3 delete-rows by 2 new"}},
		{"there in a function that a new statement calls", purge, purge + "SELECT purge();", []string{"4 delete-rows"}},
		{"there in a function that is called once more", purge + "SELECT purge();", purge + "SELECT purge();\nSELECT purge() AS again;", []string{"5 delete-rows"}},
		{"there in a prepared statement that a new one runs", "PREPARE p AS\n" + ignore + "DELETE FROM t;", "PREPARE p AS\n" + ignore + "DELETE FROM t;\nEXECUTE p;", []string{"3 delete-rows by 2 new"}},
		{"added to a statement", one, other + ignore + one, []string{"3 delete-rows by 2 new"}},
		{"added to a file", one, whole + other + one, []string{"3 delete-rows by 1 new"}},
		{"on another statement", ignore + "DELETE FROM t WHERE id > 5;", ignore + "DELETE FROM t;", []string{"2 delete-rows by 1 new"}},
		{"a new statement in a file with one", whole + "SELECT 1;", whole + "SELECT 1; DELETE FROM t;", []string{"2 delete-rows by 1 new"}},
		{"moved", ignore + "DELETE FROM x;\n" + one, "DELETE FROM x;\n" + other + ignore + one, []string{"4 delete-rows by 3 new"}},
		{"copied with its statement", ignore + "DELETE FROM t;", ignore + "DELETE FROM t;\n" + ignore + "DELETE FROM t;", []string{"4 delete-rows by 3 new"}},
		{"another reason", ignore + one, other + "-- dropgate:ignore delete-rows -- no matter\n" + one, []string{"3 delete-rows by 2 new"}},
		{"a ROLLBACK taken out", "BEGIN;\n" + ignore + "DELETE FROM t;\nROLLBACK;", "BEGIN;\n" + ignore + "DELETE FROM t;\nCOMMIT;", []string{"3 delete-rows by 2 new"}},
		{"a body with one", "DO $$ BEGIN\n" + ignore + one + " END $$;", other + "DO $$ BEGIN\n" + ignore + one + " END $$;", []string{"4 delete-rows by 3"}},
		{"a body that changed", "DO $$ BEGIN\n" + ignore + "DELETE FROM t; END $$;", "DO $$ BEGIN\n" + ignore + "DELETE FROM t; DELETE FROM x; END $$;",
			[]string{"3 delete-rows by 2 new", "3 delete-rows"}},
		{"both", whole + one, whole + other + ignore + one, []string{"3 unused-ignore", "4 delete-rows by 1"}},
		{"taken out", ignore + one, other + one, []string{"2 delete-rows"}},
		{"taken out, and nothing else", ignore + "DELETE FROM t;", "DELETE FROM t;", nil},
		{"wrong and unused ones that were there", "-- dropgate:ignore\nSELECT 1;\n" + ignore + "SELECT 2;", "-- dropgate:ignore\nSELECT 1;\n" + ignore + "SELECT 2; SELECT 3;", nil},
		{"one unused, and a copy", ignore + "SELECT 2;", ignore + "SELECT 2;\n" + ignore + "SELECT 2;", []string{"3 unused-ignore"}},
		{"wrong and unused ones that are new", "SELECT 1;\nSELECT 2;", "-- dropgate:ignore\nSELECT 1;\n" + ignore + "SELECT 2;", []string{"1 bad-ignore", "3 unused-ignore"}},
	} {
		t.Run(tt.title, func(t *testing.T) {
			report := changing(tt.base, tt.head, "migrations/0002_b.sql", "migrations/0002_b.sql")
			if diff := cmp.Diff(tt.want, lifted(besideEdits(report.Findings))); diff != "" {
				t.Errorf("%s\n(-want +got):\n%s", tt.head, diff)
			}
		})
	}
	t.Run("renamed", func(t *testing.T) {
		text := ignore + one
		report := changing(text, other+text, "migrations/0002_b.sql", "migrations/0002_c.sql")
		if diff := cmp.Diff([]string{"3 delete-rows by 2 new"}, lifted(besideEdits(report.Findings))); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
}

// besideEdits leaves out what is said of edited migrations.
func besideEdits(all []analyzer.Finding) []analyzer.Finding {
	return slices.DeleteFunc(slices.Clone(all), func(f analyzer.Finding) bool { return f.Rule == "edited-migration" })
}

// changing reviews an edited file, or a new one if it had no text.
func changing(base, head, was, is string) *analyzer.Report {
	history := []*migration.Migration{file("migrations/0001_a.sql",
		"CREATE SCHEMA a; CREATE TABLE a.t (id int PRIMARY KEY); CREATE TABLE t (id int PRIMARY KEY); CREATE TABLE x (id int);")}
	changed := analyzer.ChangedFile{Path: is, Status: "modified", Migration: file(is, head)}
	if base != "" {
		changed.Base = file(was, base)
		history = append(history, changed.Base)
	}
	return analyzer.Together(analyzer.Options{Rules: rules.All}, history, []analyzer.ChangedFile{changed})
}

// TestIgnoreIncludes holds that a comment counts in the file that the finding stands in.
func TestIgnoreIncludes(t *testing.T) {
	const ignore = "-- dropgate:ignore drop-table -- kept\n"
	made, include := file("migrations/0001_made.sql", ignoredTables), "SELECT 1;\n"+ignore+"\\ir lib/a.psql\n"
	lib := map[string]*source.File{"migrations/lib/a.psql": source.New("migrations/lib/a.psql", []byte(ignore+"DROP TABLE a;\nDROP TABLE b;"))}
	m := read("migrations/0002_x.sql", include)
	all := analyzer.Each(analyzer.Options{Rules: rules.All, Head: lib, Base: lib}, []*migration.Migration{made}, []*migration.Migration{m}).Findings
	if diff := cmp.Diff([]string{"2 unused-ignore", "2 drop-table by 1", "3 drop-table"}, lifted(all)); diff != "" {
		t.Errorf("by itself (-want +got):\n%s", diff)
	}
	// A file that was there may be run again by the change: what was meant then, is not now.
	for title, tt := range map[string]struct {
		base map[string]*source.File
		want []string
	}{
		"brought in by the change":  {lib, []string{"3 drop-table by 2 new", "3 drop-table by 2 new"}},
		"in a file that is new too": {nil, []string{"2 unused-ignore", "2 drop-table by 1 new", "3 drop-table"}},
	} {
		report := analyzer.Together(analyzer.Options{Rules: rules.All, Head: lib, Base: tt.base}, []*migration.Migration{made}, []analyzer.ChangedFile{added(m)})
		if diff := cmp.Diff(tt.want, lifted(report.Findings)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", title, diff)
		}
	}
}

// TestManyIgnores holds that neither many comments nor many findings at one of them
// take more than a linear time.
func TestManyIgnores(t *testing.T) {
	const many = 10_000
	var b strings.Builder
	for i := range many {
		fmt.Fprintf(&b, "-- dropgate:ignore drop-tabel%d -- r\n-- dropgate:ignore drop-column -- r\n", i)
	}
	b.WriteString("ALTER TABLE a DROP COLUMN v;\n")
	for i := range many {
		fmt.Fprintf(&b, "DROP TABLE IF EXISTS a%d; -- dropgate:ignore drop-table -- r\n", i)
	}
	counts := map[string]int{}
	for _, f := range ignoring(b.String()).Findings {
		counts[f.Rule]++
	}
	if counts["bad-ignore"] != many || counts["drop-column"] != 1 || counts["unused-ignore"] != many-1 {
		t.Errorf("got %v, want %d bad ones, and all unused but one", counts, many)
	}
}

// TestIgnoredAmongTooMany holds that a comment lifts no finding that stands for others.
func TestIgnoredAmongTooMany(t *testing.T) {
	text := "-- dropgate:ignore delete-rows -- r\nDELETE FROM a;\n" + strings.Repeat("DELETE FROM a;\n", 50_010)
	all := ignoring(text).Findings
	n := 0
	for _, f := range all {
		if f.Suppressed != nil {
			n++
		}
	}
	i := slices.IndexFunc(all, func(f analyzer.Finding) bool { return strings.Contains(f.Message, "It stands for") })
	if n != 1 || i < 0 || all[i].Suppressed != nil {
		t.Errorf("%d findings are lifted of %d, and that which stands for the rest is at %d: want the first one only", n, len(all), i)
	}
}
