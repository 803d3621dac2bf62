package analyzer_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dropgate/dropgate/analyzer"
	"github.com/dropgate/dropgate/analyzer/migration"
	"github.com/dropgate/dropgate/analyzer/source"
	"github.com/dropgate/dropgate/rules"
)

const madeBefore = `CREATE TABLE t (id int PRIMARY KEY, v int); CREATE TABLE x (id int); CREATE SCHEMA a;
	CREATE FUNCTION tidy() RETURNS void LANGUAGE sql AS 'DELETE FROM public.t WHERE id = 1';
	CREATE FUNCTION a.tidy() RETURNS void LANGUAGE sql AS 'DELETE FROM public.t';`

// TestIgnoreOfAnotherRun holds that a comment of the base counts for what its own
// migration does, as it did: not for what another one makes the statement do, nor for
// one that only the change runs as often.
func TestIgnoreOfAnotherRun(t *testing.T) {
	const ignore = "-- dropgate:ignore delete-rows -- test data\n"
	const one = ignore + "DELETE FROM t WHERE v = 1;\n"
	const path = "migrations/0002_b.sql"
	const calling = ignore + "SELECT tidy();\n"
	const cascade = "ALTER TABLE x ADD FOREIGN KEY (id) REFERENCES t ON DELETE CASCADE;\n"
	const making = "DO $$ BEGIN\nCREATE FUNCTION purge() RETURNS void LANGUAGE sql AS 'DELETE FROM t WHERE v = 1';\n" + ignore + "PERFORM purge(); END $$;\n"
	files := func(texts map[string]string) map[string]*source.File {
		all := map[string]*source.File{}
		for name, text := range texts {
			all[name] = source.New(name, []byte(text))
		}
		return all
	}
	for _, tt := range []struct {
		title      string
		base, head string            // of the migration
		was, is    map[string]string // the files that may be included
		added      string            // a migration after it
		want       []string
	}{
		{"run again by a new migration", one, one + "SELECT 2;\n", map[string]string{path: one}, map[string]string{path: one + "SELECT 2;\n"},
			"\\ir 0002_b.sql\n", []string{"2 delete-rows by 1 new"}},
		{"run before by a file that it includes", one, "\\ir lib/a.psql\n" + one, nil, map[string]string{"migrations/lib/a.psql": "DELETE FROM t WHERE v = 1;\n"},
			"", []string{"3 delete-rows by 2 new"}},
		{"moved into a file that it includes", "\\ir lib/a.psql\n", one, map[string]string{"migrations/lib/a.psql": one}, map[string]string{"migrations/lib/a.psql": one},
			"", []string{"1 unused-ignore"}},
		{"of a function of the same name", calling, "SET search_path = a, public;\n" + calling, nil, nil, "", []string{"3 delete-rows by 2 new"}},
		{"of the same function", calling, cascade + calling, nil, nil, "", []string{"3 delete-rows by 2"}},
		{"of a function that a new migration calls", making, making + "SELECT 2;\n", nil, nil, "SELECT purge();", []string{"1 delete-rows"}},
	} {
		t.Run(tt.title, func(t *testing.T) {
			made := read("migrations/0001_made.sql", madeBefore)
			base, head := read(path, tt.base), read(path, tt.head)
			changed := []analyzer.ChangedFile{{Path: path, Status: "modified", Migration: head, Base: base}}
			if tt.added != "" {
				changed = append(changed, added(read("migrations/0003_c.sql", tt.added)))
			}
			o := analyzer.Options{Rules: rules.All, Base: files(tt.was), Head: files(tt.is)}
			report := analyzer.Together(o, []*migration.Migration{made, base}, changed)
			if diff := cmp.Diff(tt.want, lifted(besideEdits(report.Findings))); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// TestIgnoreMoved holds that a comment that is moved to where it counts comes with the
// change, wherever it was.
func TestIgnoreMoved(t *testing.T) {
	const ignore, whole = "-- dropgate:ignore delete-rows -- test data\n", "-- dropgate:ignore-file delete-rows -- test data\n"
	const other = "ALTER TABLE x ADD FOREIGN KEY (id) REFERENCES t ON DELETE CASCADE;\n"
	const one, two = "DELETE FROM t WHERE id = 1;\n", "DELETE FROM t WHERE id = 2;\n"
	for _, tt := range []struct {
		title, base, head string
		want              []string
	}{
		{"to the top of the file", one + whole, whole + other + one, []string{"3 delete-rows by 1 new"}},
		{"to another statement of a body", "DO $$ BEGIN\n" + ignore + one + two + "END $$;", other + "DO $$ BEGIN\n" + one + ignore + two + "END $$;",
			[]string{"3 delete-rows", "5 delete-rows by 4 new"}},
		{"to another one that is alike", ignore + one + "SELECT 1;\n" + one, other + one + "SELECT 1;\n" + ignore + one, []string{"2 delete-rows", "5 delete-rows by 4 new"}},
	} {
		t.Run(tt.title, func(t *testing.T) {
			report := changing(tt.base, tt.head, "migrations/0002_b.sql", "migrations/0002_b.sql")
			if diff := cmp.Diff(tt.want, lifted(besideEdits(report.Findings))); diff != "" {
				t.Errorf("%s\n(-want +got):\n%s", tt.head, diff)
			}
		})
	}
}
