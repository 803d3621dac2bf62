package analyzer_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dropgate/dropgate/analyzer"
	"github.com/dropgate/dropgate/analyzer/migration"
	"github.com/dropgate/dropgate/rules"
)

// TestEditedMeaning holds that a statement which an edited migration had before is
// judged again where what stands before it gives it another meaning, and only then.
func TestEditedMeaning(t *testing.T) {
	const made = `CREATE SCHEMA a; CREATE SCHEMA b; CREATE TABLE a.t (id int PRIMARY KEY); CREATE TABLE b.t (id int PRIMARY KEY);
		CREATE TABLE x (id int); CREATE TABLE y (id int);`
	for _, tt := range []struct {
		title, base, head string
		want              []string // the objects of the findings that reach 60
	}{
		{"other search_path", "SET search_path = a; DELETE FROM t;", "SET search_path = b; DELETE FROM t;", []string{"b.t"}},
		{"search_path all the same", "DELETE FROM x;", "SET search_path = public; DELETE FROM x;", nil},
		{"other statement of the name", "PREPARE p AS SELECT 1; EXECUTE p;", "PREPARE p AS DELETE FROM x; EXECUTE p;", []string{"public.x"}},
		{"no temporary table", "CREATE TEMP TABLE x (id int); DELETE FROM x;", "DELETE FROM x;", []string{"public.x"}},
		{"temporary table still there", "CREATE TEMP TABLE x (id int); DELETE FROM x; DROP TABLE x;",
			"CREATE VIEW v AS SELECT 1; CREATE TEMP TABLE x (id int); DELETE FROM x; DROP TABLE x;", nil},
		{"temporary table dropped before", "CREATE TEMP TABLE x (id int); DROP TABLE x;",
			"CREATE TEMP TABLE x (id int); DROP TABLE x; DELETE FROM x;", []string{"public.x"}},
		{"a trigger before", "INSERT INTO x VALUES (1);", `CREATE FUNCTION g() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN DELETE FROM y; RETURN NULL; END $$;
			CREATE TRIGGER g AFTER INSERT ON x EXECUTE FUNCTION g(); INSERT INTO x VALUES (1);`, []string{"public.y"}},
		{"a key that takes rows along", "DELETE FROM a.t WHERE id = 1;",
			"ALTER TABLE x ADD FOREIGN KEY (id) REFERENCES a.t ON DELETE CASCADE; DELETE FROM a.t WHERE id = 1;", []string{"a.t"}},
		{"no key any more", "DELETE FROM a.t WHERE id = 1;", "ALTER TABLE a.t DROP CONSTRAINT t_pkey; DELETE FROM a.t WHERE id = 1;", []string{"a.t"}},
		{"other view", "CREATE VIEW v AS SELECT * FROM x; DELETE FROM v;", "CREATE OR REPLACE VIEW v AS SELECT * FROM y; DELETE FROM v;", []string{"public.y"}},
		{"something else before", "DELETE FROM x;", "CREATE TABLE q (id int); DELETE FROM x;", nil},
		{"taken back", "DELETE FROM x;", "BEGIN; SET search_path = b; ROLLBACK; DELETE FROM x;", nil},
	} {
		history := file("migrations/0001_a.sql", made)
		base, head := file("migrations/0002_b.sql", tt.base), file("migrations/0002_b.sql", tt.head)
		report := analyzer.Together(analyzer.Options{Rules: rules.All}, []*migration.Migration{history, base},
			[]analyzer.ChangedFile{{Path: head.File.Path, Status: "modified", Migration: head, Base: base}})
		var got []string
		for _, f := range besideHistory(report.Findings) {
			if f.Score >= 60 && !slices.Contains(got, f.Object.String()) {
				got = append(got, f.Object.String())
			}
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.title, diff)
		}
	}
}
