package analyzer_test

import (
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dropgate/dropgate/analyzer"
	"github.com/dropgate/dropgate/analyzer/migration"
	"github.com/dropgate/dropgate/internal/losstest"
	"github.com/dropgate/dropgate/rules"
)

const users = "CREATE TABLE users (id int PRIMARY KEY, v text, w text);"

// prints returns the fingerprints of a change's findings.
func prints(change string) []string {
	var all []string
	for _, f := range together(users, change).Findings {
		all = append(all, f.Fingerprint)
	}
	return all
}

func TestFingerprint(t *testing.T) {
	for _, tt := range []struct {
		title, a, b string
		same        bool
	}{
		{"lines move", "DROP TABLE users;", "SELECT 1;\n\n\nDROP TABLE users;", true},
		{"white space and comments", "DELETE FROM users WHERE v = 'a';", "delete from USERS -- all\n where v='a'", true},
		{"another condition", "DELETE FROM users WHERE v = 'a';", "DELETE FROM users WHERE v = 'b';", false},
		{"a wider condition", "DELETE FROM users WHERE v = 'a' AND id > 5;", "DELETE FROM users WHERE v = 'a';", false},
		{"no condition", "DELETE FROM users WHERE v = 'a';", "DELETE FROM users;", false},
		{"CASCADE", "DROP TABLE users;", "DROP TABLE users CASCADE;", false},
		{"a quoted name of another case", `DROP TABLE users;`, `DROP TABLE "Users";`, false},
		{"another value", "UPDATE users SET v = 'a';", "UPDATE users SET v = 'b';", false},
		{"another action joins it", "ALTER TABLE users DROP v;", "ALTER TABLE users ADD x int, DROP v;", true},
		{"the action itself changes", "ALTER TABLE users DROP v, ADD x int;", "ALTER TABLE users DROP v CASCADE, ADD x int;", false},
		{"another type", "ALTER TABLE users ALTER v TYPE varchar(2) USING v::varchar(2);", "ALTER TABLE users ALTER v TYPE varchar(1) USING v::varchar(1);", false},
		{"a broken statement changes", "DROP TABLE IF users;", "DROP TABLE IF users CASCADE;", false},
	} {
		t.Run(tt.title, func(t *testing.T) {
			a, b := prints(tt.a), prints(tt.b)
			if len(a) != 1 || len(b) != 1 {
				t.Fatalf("got %d and %d findings, want one of each", len(a), len(b))
			}
			if got := a[0] == b[0]; got != tt.same {
				t.Errorf("%q and %q have the same fingerprint: %t, want %t", tt.a, tt.b, got, tt.same)
			}
		})
	}
}

// TestFingerprintOfDuplicates holds that the nth of several that are alike keeps
// its fingerprint when another one comes after it.
func TestFingerprintOfDuplicates(t *testing.T) {
	const one = "DELETE FROM users WHERE v = 'a';\n"
	two, three := prints(strings.Repeat(one, 2)), prints(strings.Repeat(one, 3))
	if len(two) != 2 || len(three) != 3 || two[0] == two[1] {
		t.Fatalf("got %v and %v, want two and three different ones", two, three)
	}
	if diff := cmp.Diff(two, three[:2]); diff != "" {
		t.Errorf("fingerprints (-two +three):\n%s", diff)
	}
	alone := analyzer.Together(analyzer.Options{Rules: rules.All}, nil,
		[]analyzer.ChangedFile{added(file("migrations/0003_other.sql", one))}).Findings
	if alone[0].Fingerprint == two[0] {
		t.Error("the same statement in another file has the same fingerprint")
	}
}

// TestEditedFile holds that of a file that has run before only what is new counts.
func TestEditedFile(t *testing.T) {
	for _, tt := range []struct {
		title, base, head string
		want              []string
	}{
		{"nothing new", "DROP TABLE users;", "-- better\nDROP  TABLE users;", nil},
		{"one more", "DROP TABLE users;", "DROP TABLE users; DROP TABLE other;", []string{"other"}},
		{"the same once more", "DELETE FROM users;", "DELETE FROM users; DELETE FROM users;", []string{"users"}},
		{"a wider condition", "DELETE FROM users WHERE id = 1;", "DELETE FROM users;", []string{"users"}},
		{"a ROLLBACK is gone", "BEGIN; DELETE FROM users; ROLLBACK;", "BEGIN; DELETE FROM users; COMMIT;", []string{"users"}},
		{"a ROLLBACK comes in", "BEGIN; DELETE FROM users; COMMIT;", "BEGIN; DELETE FROM users; ROLLBACK;", nil},
		{"a CREATE that has run makes nothing new", "CREATE TABLE n (a int);", "CREATE TABLE n (a int); DROP TABLE n;", []string{"n"}},
		{"a search_path that was there counts", "SET search_path = s;", "SET search_path = s; DROP TABLE users;", []string{"s.users"}},
	} {
		t.Run(tt.title, func(t *testing.T) {
			edited := added(file("migrations/0002_change.sql", tt.head))
			edited.Status, edited.Base = "modified", file("migrations/0002_change.sql", tt.base)
			report := analyzer.Together(analyzer.Options{Rules: rules.All},
				[]*migration.Migration{file("migrations/0001_before.sql", users)}, []analyzer.ChangedFile{edited})
			var got []string
			for _, f := range besideHistory(report.Findings) {
				got = append(got, strings.TrimPrefix(f.Object.String(), "public."))
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("objects of the findings (-want +got):\n%s", diff)
			}
		})
	}
}

// TestOrder holds that the order in which files are given makes no difference.
func TestOrder(t *testing.T) {
	history := []*migration.Migration{file("m/0001_a.sql", users), file("m/0002_b.sql", "ALTER TABLE users RENAME TO people;")}
	change := []analyzer.ChangedFile{
		added(file("m/0003_c.sql", "CREATE TABLE n (a int); DROP TABLE people;")),
		added(file("m/0004_d.sql", "DROP TABLE n; DELETE FROM people; SELECT (1;")),
		{Path: "m/0005_e.sql", Status: "added", Unreadable: "it is a symbolic link"},
		{Path: "m/0000_f.sql", Status: "removed"},
	}
	together := func() *analyzer.Report {
		return analyzer.Together(analyzer.Options{Rules: rules.All}, history, change)
	}
	want := together()
	slices.Reverse(history)
	slices.Reverse(change)
	if diff := cmp.Diff(want.Findings, together().Findings); diff != "" {
		t.Errorf("findings in the other order (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(want.Files, together().Files); diff != "" {
		t.Errorf("files in the other order (-want +got):\n%s", diff)
	}
	var objects []string
	for _, f := range want.Findings {
		objects = append(objects, f.Path+" "+f.Object.String())
	}
	expected := []string{"m/0003_c.sql public.people", "m/0004_d.sql ", "m/0005_e.sql "}
	if diff := cmp.Diff(expected, objects); diff != "" {
		t.Errorf("findings (-want +got):\n%s", diff)
	}
}

// TestUndone holds what a ROLLBACK of the file itself takes back.
func TestUndone(t *testing.T) {
	for _, tt := range []struct {
		sql  string
		want int // findings
	}{
		{"BEGIN; DROP TABLE users; ROLLBACK", 0},
		{"BEGIN; DROP TABLE users; ABORT", 0},
		{"START TRANSACTION; DROP TABLE users; ROLLBACK WORK", 0},
		{"BEGIN; DROP TABLE users; COMMIT; ROLLBACK", 1},
		{"BEGIN; DROP TABLE users; END; ROLLBACK", 1},
		{"BEGIN; BEGIN; DROP TABLE users; COMMIT; ROLLBACK", 1},
		{"BEGIN; BEGIN; DROP TABLE users; ROLLBACK", 0},
		{"BEGIN; DROP TABLE users", 1},
		{"DROP TABLE users; ROLLBACK", 1},
		{"BEGIN; COMMIT AND CHAIN; DROP TABLE users; ROLLBACK", 0},
		{"BEGIN; DROP TABLE users; COMMIT AND CHAIN; ROLLBACK", 1},
		{"BEGIN; ROLLBACK AND CHAIN; DROP TABLE users; COMMIT", 1},
		{"BEGIN; DROP TABLE users; PREPARE TRANSACTION 'a'; ROLLBACK", 1},
		{"BEGIN; SAVEPOINT a; DROP TABLE users; ROLLBACK TO a; COMMIT", 0},
		{"BEGIN; SAVEPOINT a; DROP TABLE users; RELEASE a; ROLLBACK TO a; COMMIT", 1},
		{"BEGIN; SAVEPOINT a; DROP TABLE users; SAVEPOINT a; ROLLBACK TO a; COMMIT", 1},
		{"BEGIN; SAVEPOINT a; SAVEPOINT b; DROP TABLE users; ROLLBACK TO a; COMMIT", 0},
		{`BEGIN; SAVEPOINT "A"; DROP TABLE users; SAVEPOINT a; ROLLBACK TO A; COMMIT`, 1},
		{"SAVEPOINT a; DROP TABLE users; ROLLBACK TO a", 1},
	} {
		if got := len(together(users, tt.sql).Findings); got != tt.want {
			t.Errorf("%q: got %d findings, want %d", tt.sql, got, tt.want)
		}
	}
}

// TestEach holds that every file is judged on top of those before it.
func TestEach(t *testing.T) {
	files := []*migration.Migration{
		file("m/0002_b.sql", "DROP TABLE users; CREATE TABLE n (a int); DROP TABLE n;"),
		file("m/0001_a.sql", users),
		file("m/0003_c.sql", "DROP TABLE IF EXISTS users; CREATE TABLE k (a int);"),
		file("m/0004_d.sql", "DROP TABLE k;"),
	}
	var got []string
	for _, f := range analyzer.Each(analyzer.Options{Rules: rules.All}, nil, files).Findings {
		got = append(got, f.Path+" "+f.Object.String())
	}
	if diff := cmp.Diff([]string{"m/0002_b.sql public.users", "m/0004_d.sql public.k"}, got); diff != "" {
		t.Errorf("findings (-want +got):\n%s", diff)
	}
}

// review returns the findings of a case of the loss corpus with one more
// statement at the start or at the end of its change.
func review(c losstest.Case, first, last string) []analyzer.Finding {
	var history []*migration.Migration
	for _, f := range c.History {
		history = append(history, file("migrations/"+path.Base(f.Name), string(f.Data)))
	}
	var change []analyzer.ChangedFile
	for i, f := range c.Change {
		text := string(f.Data)
		if i == 0 {
			text = first + text
		}
		if i == len(c.Change)-1 {
			text += last
		}
		change = append(change, added(file("migrations/"+path.Base(f.Name), text)))
	}
	return analyzer.Together(analyzer.Options{Rules: rules.All}, history, change).Findings
}

// TestAddedStatements holds that a statement that neither creates the object nor
// rolls it back lowers the score of no other finding.
func TestAddedStatements(t *testing.T) {
	cases, err := losstest.Load("../testdata/loss")
	if err != nil {
		t.Fatal(err)
	}
	firsts := []string{
		"SELECT 1;\n", "DELETE FROM zz_other;\n", "CREATE TABLE zz_new (id int); DROP TABLE zz_new;\n", "DO $$ BEGIN END $$;\n",
		"ALTER TABLE zz_other ADD zz_column int;\n", "INSERT INTO zz_other VALUES (1);\n", "THIS IS NO SQL;\n", "CREATE TABLE zz_new (id int);\n",
		"CREATE VIEW zz_view AS SELECT 1;\n", "UPDATE zz_other SET zz_column = 1 WHERE id = 1;\n",
	}
	lasts := append(slices.Clone(firsts), "DROP TABLE zz_other CASCADE;\n", "TRUNCATE zz_other;\n")
	for _, c := range cases {
		if endsOpen(c) {
			continue
		}
		was := scores(review(c, "", ""))
		for _, first := range firsts {
			lower(t, c.Name, "before: "+first, was, scores(review(c, first, "")))
		}
		for _, last := range lasts {
			lower(t, c.Name, "after: "+last, was, scores(review(c, "", "\n;"+last)))
		}
	}
}

// endsOpen reports whether the change ends or begins in the middle of something,
// so that another statement would become a part of it.
func endsOpen(c losstest.Case) bool {
	text := strings.TrimSpace(string(c.Change[len(c.Change)-1].Data))
	return strings.Contains(text, "-- +goose") || strings.Contains(text, "-- migrate:")
}

// scores returns the highest score for each rule, object and statement.
func scores(all []analyzer.Finding) map[string]int {
	found := map[string]int{}
	for _, f := range all {
		key := f.Rule + " " + f.Object.String() + " " + f.Statement
		found[key] = max(found[key], f.Score)
	}
	return found
}

func lower(t *testing.T, name, what string, was, is map[string]int) {
	t.Helper()
	for key, score := range was {
		if is[key] < score {
			t.Errorf("%s with a statement %sscore of %s falls from %d to %d", name, what, key, score, is[key])
		}
	}
}

// TestReachNeverLowers holds that a finding scores no less when more is reached.
func TestReachNeverLowers(t *testing.T) {
	const history = users + "CREATE TABLE child0 (id int, v text);"
	for _, statement := range []string{
		"DROP TABLE users CASCADE;", "TRUNCATE users CASCADE;", "DELETE FROM users;", "DELETE FROM users WHERE id = 1;",
		"DELETE FROM users WHERE v = 'a';", "DROP TYPE kind CASCADE;", "DROP SCHEMA public CASCADE;", "DROP EXTENSION citext CASCADE;",
	} {
		last := 0
		before := history + "CREATE TYPE kind AS ENUM ('a'); CREATE EXTENSION citext;"
		for i, more := range []string{
			"", "CREATE TABLE c1 (u int REFERENCES users ON DELETE CASCADE, k kind, e citext);",
			"CREATE TABLE c2 (u int REFERENCES users ON DELETE CASCADE, k kind, e citext);",
			"CREATE TABLE c3 () INHERITS (users);", "CREATE TABLE c4 (u int REFERENCES users ON DELETE SET NULL, x users, k kind[]);",
			"CREATE TABLE c5 (u int REFERENCES users ON DELETE CASCADE, k kind, e citext);",
		} {
			before += more
			highest := 0
			for _, f := range together(before, statement).Findings {
				highest = max(highest, f.Score)
			}
			if highest < last {
				t.Errorf("%s scores %d with %d more reached, and %d with one less", statement, highest, i, last)
			}
			last = highest
		}
		if last == 0 {
			t.Errorf("%s has no finding", statement)
		}
	}
}
