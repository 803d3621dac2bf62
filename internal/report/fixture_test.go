package report

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dropgate/dropgate/analyzer"
	"github.com/dropgate/dropgate/analyzer/op"
	"github.com/dropgate/dropgate/analyzer/source"
	"github.com/dropgate/dropgate/internal/gate"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// golden compares got with a file of testdata.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name+".golden")
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s differs (-want +got), go test ./internal/report -update rewrites it:\n%s", path, diff)
	}
}

const cleanupSQL = "-- clean up\n" +
	"DROP TABLE users CASCADE;\n" +
	"\n" +
	"\tUPDATE accounts\n" +
	"\t   SET email = lower(email),\n" +
	"\t       名前 = '👩🏽 値'\t-- 説明\n" +
	"\t WHERE updated_at < now();\n" +
	"ALTER TABLE orders ADD COLUMN note text, DROP COLUMN legacy_note;\n" +
	"DROP INDEX orders_idx;\n"

const evilPath = "db/evil`name`\n::error::@octocat <!-- x -->##[set-output name=blocked]false.sql"

const evilSQL = "DELETE FROM \"```\n<!-- dropgate -->@octocat #1\" -- \u202egnp\r\n" +
	"  WHERE note = '##[set-output name=blocked]false' OR\r\n" +
	"  note = 'https://evil.example/ ``````'\r\n" +
	"  OR a = 1\r\n  OR a = 2\r\n  OR a = 3\r\n  OR a = 4\r\n  OR a = 5\r\n  OR a = 6\r\n" +
	"  OR a = 7;\r\n" +
	"SELECT frobnicate(;\r\n"

// at returns a finding on the text in the file that begins with first and ends
// with last.
func at(t *testing.T, file *source.File, first, last string) analyzer.Finding {
	t.Helper()
	start := bytes.Index(file.Data, []byte(first))
	end := bytes.Index(file.Data[max(start, 0):], []byte(last))
	if start < 0 || end < 0 {
		t.Fatalf("%q … %q is not in %s", first, last, file.Path)
	}
	span := source.Span{Start: start, End: start + end + len(last)}
	f := analyzer.Finding{Path: file.Path, Statement: file.Text(span), Certainty: analyzer.Certain}
	f.Start, f.End = file.Range(span)
	return f
}

// scored fills in what follows from the score.
func scored(f analyzer.Finding, rule string, score int, message string) analyzer.Finding {
	f.Rule, f.Category, f.Score, f.Message = rule, analyzer.DataLoss, score, message
	f.Severity, f.Blocking = analyzer.SeverityOf(score), score >= 60
	f.Fingerprint = "fp-" + rule
	return f
}

// fixture returns a blocked review with findings of every kind.
func fixture(t *testing.T) *Review {
	t.Helper()
	cleanup := source.New("db/migrations/0007_cleanup.up.sql", []byte(cleanupSQL))
	evil := source.New(evilPath, []byte(evilSQL))

	drop := scored(at(t, cleanup, "DROP TABLE", "CASCADE"), "drop-table", 95, "Drops table users and every row in it.")
	drop.Object = analyzer.Object{Kind: op.Table, Schema: "public", Name: "users"}
	drop.Reach = []analyzer.Reached{
		{Kind: op.Constraint, Name: "public.orders_user_fk", Why: "foreign key to users"},
		{Kind: op.View, Name: "public.active_users", Why: "reads from users"},
	}
	drop.Reasons = []analyzer.Reason{
		{Points: 90, Text: "every row of an existing table is lost"},
		{Points: 5, Text: "CASCADE takes along 2 objects that the statement does not name, whoever wrote the code that uses them"},
	}
	drop.Remedy = "Rename the table first, and drop it in a later migration once nothing has asked for it for a while. " +
		"Keep a copy that can be restored:\n\n  ALTER TABLE users RENAME TO users_old;"

	drop.Uses = []analyzer.Use{{Path: "app/models/user.rb", Line: 12}, {Path: "app/`x`@octocat\n::error::<!-- y -->.rb", Line: 3}}
	drop.MoreUses, drop.MoreUseFiles = 12, 4

	over := scored(at(t, cleanup, "UPDATE accounts", "now()"), "update-rows", 45, "Overwrites email and 名前 in rows of accounts.")
	over.Object = analyzer.Object{Kind: op.Table, Name: "accounts"}
	over.Reasons = []analyzer.Reason{{Points: 45, Text: "values are overwritten under a filter"}}
	over.Remedy = "Keep the old values in a column of their own."

	column := scored(at(t, cleanup, "DROP COLUMN", "legacy_note"), "drop-column", 70, "Drops column legacy_note of table orders and every value in it.")
	column.Object = analyzer.Object{Kind: op.Column, Name: "orders", Column: "legacy_note"}
	column.Statement = "ALTER TABLE orders ADD COLUMN note text, DROP COLUMN legacy_note"
	column.Reasons = []analyzer.Reason{
		{Points: 80, Text: "every value of an existing column is lost"},
		{Points: -10, Text: "a full copy is kept in orders_archive"},
	}
	column.Remedy = "Stop writing the column, then rename it."
	column.Suggest = "RENAME COLUMN legacy_note TO legacy_note_old;"

	index := scored(at(t, cleanup, "DROP INDEX", "orders_idx"), "drop-index", 10, "Drops index orders_idx.")
	index.Object = analyzer.Object{Kind: op.Index, Name: "orders_idx"}
	index.Suppressed = &analyzer.Suppression{By: "comment", Reason: "replaced by orders_user_idx, see #12"}

	rows := scored(at(t, evil, "DELETE", "a = 7"), "delete-rows", 62, "Deletes rows of ```\n<!-- dropgate -->@octocat #1 by a filter that nothing bounds.")
	rows.Object = analyzer.Object{Kind: op.Table, Name: "```\n<!-- dropgate -->@octocat #1"}
	rows.Certainty = analyzer.Likely
	rows.Reasons = []analyzer.Reason{{Points: 62, Text: "rows picked by a filter that nothing bounds"}}
	rows.Remedy = "Archive the rows first."
	rows.Suggest = "-- ```suggestion\n</details> ##[x] @octocat"

	unread := scored(at(t, evil, "SELECT", "(;"), "unread-statement", 60, "This statement could not be read: syntax error at or near \";\".")
	unread.Certainty = analyzer.Suspected
	unread.Reasons = []analyzer.Reason{{Points: 60, Text: "the statement could not be read"}}

	return &Review{
		Version: "0.1.0",
		Titles:  map[string]string{"drop-table": "Table dropped"},
		Report: &analyzer.Report{
			Findings: []analyzer.Finding{drop, over, column, index, rows, unread},
			Files: []analyzer.FileSummary{
				{
					Path: cleanup.Path, Status: "added", Format: "golang-migrate", Why: "by its path", Direction: "up", Statements: 4,
					Sections: []analyzer.SectionSummary{{Direction: "up", From: 3, To: 19, Statements: 4}},
				},
				{
					Path: evil.Path, Status: "modified", Format: "sql", Direction: "up", Statements: 2, Unread: 1,
					Dialect: &analyzer.Dialect{Name: "MySQL", Why: "backquotes on line 3"},
					Sections: []analyzer.SectionSummary{
						{Direction: "up", From: 1, To: 9, Statements: 1, Unread: 1},
						{Direction: "down", From: 12, To: 12, Statements: 1},
					},
					NotRun: []analyzer.NotRun{{From: 4, To: 9, Statements: 3, Why: "a ROLLBACK takes it back"}},
				},
			},
			Problems: []analyzer.Problem{{Path: evil.Path, Line: unread.Start.Line, Message: "syntax error at or near \";\""}},
			Search:   &analyzer.Search{Files: 8000, Of: 23000, Stopped: "after 3 s"},
			Sources:  map[string]*source.File{cleanup.Path: cleanup, evil.Path: evil},
		},
		Decision: gate.Decision{
			Blocked: true, Score: 95, Threshold: 60,
			Acknowledgement: gate.Acknowledgement{State: gate.Absent, Label: "backup-check"},
			Reasons:         []string{"4 operations reach the threshold of 60 and no backup-check label covers them"},
		},
	}
}

// leftOut returns more files that are not reviewed than are listed, with hostile
// text in a path.
func leftOut() LeftOut {
	l := LeftOut{Others: 12345}
	for i := range partLimit + 2 {
		l.Files = append(l.Files, LeftOutFile{fmt.Sprintf("db/mysql/%04d_`x`\n::error::.sql", i), "the config excludes it"})
	}
	return l
}

// quietFixture returns a review of files in which nothing is destructive.
func quietFixture() *Review {
	return &Review{
		Version:  "0.1.0",
		Report:   &analyzer.Report{Files: []analyzer.FileSummary{{Path: "a.sql", Statements: 3}, {Path: "b.sql", Statements: 1}}},
		Decision: gate.Decision{Threshold: 60, Acknowledgement: gate.Acknowledgement{State: gate.Absent, Label: "backup-check"}},
	}
}

// emptyFixture returns a review that found no migrations.
func emptyFixture() *Review {
	r := quietFixture()
	r.Report.Files = nil
	r.Scope = "in db/seeds"
	return r
}

// valid puts a valid label on a review.
func valid(r *Review) *Review {
	r.Decision.Blocked = false
	r.Decision.Reasons = nil
	r.Decision.Acknowledgement = gate.Acknowledgement{State: gate.Valid, Label: "backup-check", By: "alice", At: "2026-11-20T10:30:00Z"}
	return r
}

// render returns what a format writes.
func render(t *testing.T, format Format, r *Review) string {
	t.Helper()
	var b bytes.Buffer
	if err := format(&b, r); err != nil {
		t.Fatal(err)
	}
	return b.String()
}
