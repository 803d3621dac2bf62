package analyzer_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dropgate/dropgate/analyzer"
	"github.com/dropgate/dropgate/analyzer/migration"
	"github.com/dropgate/dropgate/rules"
)

const purge = "CREATE FUNCTION purge() RETURNS void LANGUAGE sql AS $$ DELETE FROM users $$;\n"

// lines says of every finding where it stands and what it says.
func lines(report *analyzer.Report) []string {
	var got []string
	for _, f := range report.Findings {
		text := string(report.Sources[f.Path].Data[f.Start.Offset : f.End.Offset+1])
		got = append(got, fmt.Sprintf("%d %s %s:%d %q %s %s", f.Score, f.Rule, f.Path, f.Start.Line, text, f.Certainty, f.Message))
	}
	return got
}

// TestPlaces holds where the findings of what a statement sets off stand.
func TestPlaces(t *testing.T) {
	const every = "Deletes every row of table users"
	for _, tt := range []struct {
		title, before, change string
		want                  []string
	}{
		{"in DO", users, "DO $$ BEGIN\n  DELETE FROM users;\nEND $$;",
			[]string{`85 delete-rows migrations/0002_change.sql:2 "DELETE FROM users" certain ` + every + "."}},
		{"in a function of the change", users, purge + "SELECT purge();",
			[]string{`85 delete-rows migrations/0002_change.sql:1 "DELETE FROM users" certain ` + every + " (run by function public.purge)."}},
		{"in a function of the history", users + purge, "SELECT 1;\nSELECT purge();",
			[]string{`85 delete-rows migrations/0002_change.sql:2 "SELECT purge()" certain ` + every + " (run by function public.purge)."}},
		{"called twice", users, purge + "SELECT purge(); SELECT purge();",
			[]string{`85 delete-rows migrations/0002_change.sql:1 "DELETE FROM users" certain ` + every + " (run by function public.purge)."}},
		{"called twice, of the history", users + purge, "SELECT purge();\nSELECT purge();", []string{
			`85 delete-rows migrations/0002_change.sql:1 "SELECT purge()" certain ` + every + " (run by function public.purge).",
			`85 delete-rows migrations/0002_change.sql:2 "SELECT purge()" certain ` + every + " (run by function public.purge).",
		}},
		{"called from DO", users + purge, "DO $$ BEGIN\n  PERFORM purge();\nEND $$;",
			[]string{`85 delete-rows migrations/0002_change.sql:2 "PERFORM purge()" certain ` + every + " (run by function public.purge)."}},
		{"only defined", users, purge, nil},
		{"a constant text", users, "DO $$ BEGIN EXECUTE 'DELETE FROM users'; END $$;",
			[]string{`85 delete-rows migrations/0002_change.sql:1 "DELETE FROM users" certain ` + every + " (run by EXECUTE)."}},
		{"a text that is put together", users, "DO $$ DECLARE t text := 'users'; BEGIN EXECUTE 'DELETE FROM ' || t; END $$;",
			[]string{`85 delete-rows migrations/0002_change.sql:1 "EXECUTE 'DELETE FROM ' || t" certain ` + every + " (run by EXECUTE)."}},
		{"in part", users, "DO $$ BEGIN EXECUTE 'DROP TABLE users_' || now()::text; END $$;",
			[]string{`90 drop-table migrations/0002_change.sql:1 "EXECUTE 'DROP TABLE users_' || now()::text" likely Drops table users_… and every row in it (run by EXECUTE).`}},
		{"the worst that a text comes to", users + "CREATE FUNCTION f(n text) RETURNS void LANGUAGE plpgsql AS $$ BEGIN EXECUTE 'DELETE FROM users WHERE ' || n; END $$;",
			"SELECT f('id = 1'), f('true');",
			[]string{`85 delete-rows migrations/0002_change.sql:1 "SELECT f('id = 1'), f('true')" certain ` + every + " (run by function public.f → EXECUTE)."}},
		{"rolled back", users + purge, "BEGIN; SELECT purge(); ROLLBACK;", nil},
	} {
		t.Run(tt.title, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, lines(together(tt.before, tt.change))); diff != "" {
				t.Errorf("findings (-want +got):\n%s", diff)
			}
		})
	}
}

// TestFollowedFingerprints holds what makes another operation of one that is set
// off, and what does not.
func TestFollowedFingerprints(t *testing.T) {
	history := users + purge + "CREATE FUNCTION also(n int) RETURNS void LANGUAGE sql AS $$ SELECT purge() $$;"
	print := func(change string) string {
		found := together(history, change).Findings
		if len(found) != 1 {
			t.Fatalf("%q: got %+v, want one finding", change, found)
		}
		return found[0].Fingerprint
	}
	if print("SELECT purge();") != print("-- a comment\n\nselect  purge();") {
		t.Error("the fingerprint changes with the lines")
	}
	seen := map[string]string{}
	for _, change := range []string{
		"SELECT purge();", "SELECT also(1);", "SELECT also(2);", "DELETE FROM users;", "DO $$ BEGIN PERFORM purge(); END $$;",
		"DO $$ BEGIN IF true THEN PERFORM purge(); END IF; END $$;",
		"CREATE OR REPLACE FUNCTION purge() RETURNS void LANGUAGE sql AS $$ DELETE FROM users $$; SELECT purge();",
	} {
		if other, ok := seen[print(change)]; ok {
			t.Errorf("%q and %q have one fingerprint", change, other)
		}
		seen[print(change)] = change
	}
}

// TestEditedFunction holds that what ran already is not new, but that calling a
// function anew is, and so is the same call of one that does something else now.
func TestEditedFunction(t *testing.T) {
	deletes := strings.Replace(purge, "CREATE", "CREATE OR REPLACE", 1)
	harmless := strings.Replace(deletes, "DELETE FROM users", "SELECT 1", 1)
	for _, tt := range []struct {
		title, base, head string
		want              int
	}{
		{"called as before", users + deletes + "SELECT purge();", users + deletes + "SELECT purge(); SELECT 1;", 0},
		{"called anew", users + deletes, users + deletes + "SELECT purge();", 1},
		{"called once more", users + deletes + "SELECT purge();", users + deletes + "SELECT purge(); SELECT purge();", 1},
		{"defined otherwise", users + harmless + "SELECT purge();", users + deletes + "SELECT purge();", 1},
		{"defined otherwise, not called", users + harmless, users + deletes, 0},
	} {
		base, head := file("migrations/0001_a.sql", tt.base), file("migrations/0001_a.sql", tt.head)
		report := analyzer.Together(analyzer.Options{Rules: rules.All}, []*migration.Migration{base},
			[]analyzer.ChangedFile{{Path: head.File.Path, Status: "modified", Migration: head, Base: base}})
		if got := len(besideHistory(report.Findings)); got != tt.want {
			t.Errorf("%s: got %v, want %d findings", tt.title, lines(report), tt.want)
		}
	}
}

// TestLateNames holds that names which are only known when a history runs leave
// what they may stand for unknown, and nothing else.
func TestLateNames(t *testing.T) {
	const made = users + "DO $$ BEGIN EXECUTE format('CREATE TABLE %I (id int)', 'part_' || now()::text); END $$;"
	for change, want := range map[string]int{
		"DROP TABLE IF EXISTS part_1;": 90, "DROP TABLE IF EXISTS other;": 20, "DROP TABLE users;": 90,
	} {
		found := together(made, change).Findings
		if len(found) != 1 || found[0].Score != want {
			t.Errorf("%s: got %+v, want one finding of %d", change, found, want)
		}
	}
}

// TestForeignKeysOff holds that a delete by key says so where the foreign keys
// that could stop it are off.
func TestForeignKeysOff(t *testing.T) {
	const before = users + "CREATE TABLE o (u int REFERENCES users);"
	for change, want := range map[string]int{
		"DELETE FROM users WHERE id = 1;":                                                                         40,
		"SET session_replication_role = replica; DELETE FROM users WHERE id = 1;":                                 45,
		"ALTER TABLE users DISABLE TRIGGER ALL; DELETE FROM users WHERE id = 1;":                                  45,
		"ALTER TABLE users DISABLE TRIGGER USER; DELETE FROM users WHERE id = 1;":                                 40,
		"SET session_replication_role = replica; RESET session_replication_role; DELETE FROM users WHERE id = 1;": 40,
	} {
		found := together(before, change).Findings
		if len(found) != 1 || found[0].Score != want {
			t.Errorf("%s: got %+v, want one finding of %d", change, found, want)
		}
	}
}
