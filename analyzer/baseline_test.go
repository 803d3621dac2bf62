package analyzer_test

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dropgate/dropgate/analyzer"
	"github.com/dropgate/dropgate/analyzer/catalog"
	"github.com/dropgate/dropgate/analyzer/migration"
	"github.com/dropgate/dropgate/analyzer/op"
	"github.com/dropgate/dropgate/analyzer/source"
	"github.com/dropgate/dropgate/rules"
)

func baseline(t *testing.T, text string) *analyzer.Baseline {
	t.Helper()
	b, err := analyzer.NewBaseline(source.New("db/structure.sql", []byte(text)))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// migrations reads files of one folder by their names.
func migrations(files map[string]string) []*migration.Migration {
	var all []*migration.Migration
	for _, name := range slices.Sorted(maps.Keys(files)) {
		all = append(all, migration.Read(source.New("db/m/"+name, []byte(files[name])), ""))
	}
	return all
}

// built returns the tables of the only schema, with their columns.
func built(t *testing.T, dump string, files map[string]string) []string {
	t.Helper()
	schemas, unread := analyzer.Build(analyzer.Options{Jobs: 1, Baseline: baseline(t, dump)}, migrations(files))
	if len(schemas) != 1 || len(unread) > 0 {
		t.Fatalf("got %d schemas, and not read: %v", len(schemas), unread)
	}
	var all []string
	for _, c := range schemas {
		for _, table := range c.Describe().Tables {
			line := table.Name
			for _, column := range table.Columns {
				line += " " + column.Name
			}
			all = append(all, line)
		}
	}
	return all
}

// manyVersions are more rows than the parser gets of a list.
func manyVersions(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "('%d'),\n", 20200000+i)
	}
	return b.String()
}

// TestBaselineList holds that the migrations that a dump lists are not run on top of
// it: each file makes a table of its own name, and the dump none of them.
func TestBaselineList(t *testing.T) {
	goose := func(name string) string { return "-- +goose Up\nCREATE TABLE " + name + " (id int);\n" }
	plain := func(name string) string { return "CREATE TABLE " + name + " (id int);\n" }
	dbmate := func(name string) string { return "-- migrate:up\nCREATE TABLE " + name + " (id int);\n" }
	tests := []struct {
		name, dump string
		files      map[string]string
		want       []string // that are run
	}{
		{
			"Rails", "SET search_path TO \"$user\", public;\nINSERT INTO \"schema_migrations\" (version) VALUES\n('20240102'),\n('20240101');\n",
			map[string]string{"20240101_a.sql": plain("a"), "20240102_b.sql": plain("b"), "20240103_c.sql": plain("c")}, []string{"c id"},
		},
		{
			"more rows than the parser gets", "INSERT INTO schema_migrations (version) VALUES\n" + manyVersions(3000) + "('20240101');\n",
			map[string]string{"20202999_a.sql": plain("a"), "20240101_b.sql": plain("b"), "20240103_c.sql": plain("c")}, []string{"c id"},
		},
		{
			"dbmate", "CREATE TABLE public.schema_migrations (version character varying(128) NOT NULL);\n--\n-- Dbmate schema migrations\n--\n\nINSERT INTO public.schema_migrations (version) VALUES\n    ('0001');\n",
			map[string]string{"0001_a.sql": dbmate("a"), "0002_b.sql": dbmate("b")}, []string{"b id", "schema_migrations version"},
		},
		{
			"rows of COPY", "CREATE TABLE public.schema_migrations (version varchar);\nCOPY public.schema_migrations (version) FROM stdin;\n1\n3\n\\.\n\nSELECT 1;\n",
			map[string]string{"1_a.sql": plain("a"), "2_b.sql": plain("b"), "3_c.sql": plain("c")}, []string{"b id", "schema_migrations version"},
		},
		{
			"golang-migrate", "CREATE TABLE public.schema_migrations (version bigint NOT NULL, dirty boolean NOT NULL);\nCOPY public.schema_migrations (version, dirty) FROM stdin;\n2\tf\n\\.\n",
			map[string]string{"1_a.up.sql": plain("a"), "2_b.up.sql": plain("b"), "3_c.up.sql": plain("c")}, []string{"c id", "schema_migrations version dirty"},
		},
		{
			"golang-migrate, without columns", "CREATE TABLE public.schema_migrations (version bigint NOT NULL, dirty boolean NOT NULL);\nINSERT INTO public.schema_migrations VALUES (1, false);\n",
			map[string]string{"1_a.up.sql": plain("a"), "2_b.up.sql": plain("b")}, []string{"b id", "schema_migrations version dirty"},
		},
		{
			"golang-migrate, broken off", "INSERT INTO public.schema_migrations (version, dirty) VALUES (2, true);\n",
			map[string]string{"1_a.up.sql": plain("a"), "2_b.up.sql": plain("b")}, []string{"a id", "b id"},
		},
		{
			"goose", "COPY public.goose_db_version (id, version_id, is_applied, tstamp) FROM stdin;\n1\t0\tt\t2024-01-01 00:00:00\n2\t1\tt\t2024-01-01\n3\t2\tt\t2024-01-01\n4\t2\tf\t2024-01-01\n\\.\n",
			map[string]string{"00001_a.sql": goose("a"), "00002_b.sql": goose("b"), "00003_c.sql": goose("c")}, []string{"b id", "c id"},
		},
		{
			"Flyway", "INSERT INTO public.flyway_schema_history (installed_rank, version, description, type, script, success) VALUES (1, '1.9', 'a', 'SQL', 'V1_9__a.sql', true);\n" +
				"INSERT INTO public.flyway_schema_history (installed_rank, version, description, type, script, success) VALUES (2, '1.10', 'b', 'SQL', 'V1_10__b.sql', false);\n" +
				"INSERT INTO public.flyway_schema_history (installed_rank, version, description, type, script, success) VALUES (3, NULL, 'r', 'SQL', 'R__r.sql', true), (4, '2.0', 'z', 'SQL', 'V2__z.sql', true);\n",
			map[string]string{"V1_9__a.sql": plain("a"), "V2__z.sql": plain("z"), "V1.10__b.sql": plain("b"), "R__r.sql": plain("r")}, []string{"b id", "r id"},
		},
		{
			"Flyway's baseline and undo", "INSERT INTO flyway_schema_history (version, type, success) VALUES ('2', 'BASELINE', true), ('3', 'SQL', true), ('3', 'UNDO_SQL', true);\n",
			map[string]string{"V1__a.sql": plain("a"), "V2__b.sql": plain("b"), "V3__c.sql": plain("c")}, []string{"c id"},
		},
		{
			"another tool's list", "INSERT INTO flyway_schema_history (version, type, success) VALUES ('1', 'SQL', true);\n",
			map[string]string{"00001_a.sql": goose("a")}, []string{"a id"},
		},
		{
			"no list", "CREATE TABLE a (id int, more int);\n",
			map[string]string{"1_a.sql": plain("a"), "2_b.sql": plain("b")}, []string{"a id more", "b id"},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, built(t, test.dump, test.files)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// TestBaselineRename holds that a renamed column is there once.
func TestBaselineRename(t *testing.T) {
	files := map[string]string{
		"1_m.sql": "CREATE TABLE a (id int, y int); CREATE TABLE old (id int REFERENCES a);",
		"2_m.sql": "ALTER TABLE a RENAME y TO x; ALTER TABLE a ADD w int; ALTER TABLE a RENAME w TO v; ALTER TABLE old RENAME TO new;",
	}
	want := []string{"a id x v", "new id"}
	if diff := cmp.Diff(want, built(t, "CREATE TABLE a (id int, x int, v int); CREATE TABLE new (id int);", files)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// state returns what is known of a table and of one of its columns.
func state(c *catalog.Catalog, table, column string) (catalog.State, catalog.State) {
	name := op.Name{Schema: "public", Name: table}
	_, s := c.Table(name)
	_, of := c.Column(name, column)
	return s, of
}

// TestBaselineReplay holds what is known where the dump does not say which migrations
// it contains, and is older or younger than they are.
func TestBaselineReplay(t *testing.T) {
	tests := []struct {
		name, dump, history, table, column string
		wantTable, wantColumn              catalog.State
	}{
		{"nobody made it", "CREATE TABLE a (id int);", "CREATE TABLE b (id int);", "c", "x", catalog.Absent, catalog.Absent},
		{"in the dump alone", "CREATE TABLE a (id int);", "CREATE TABLE b (id int);", "a", "x", catalog.Exists, catalog.Absent},
		{"dropped, and in the dump", "CREATE TABLE a (id int);", "DROP TABLE a;", "a", "id", catalog.Unknown, catalog.Unknown},
		{"dropped, and not in the dump", "SELECT 1;", "CREATE TABLE a (id int); DROP TABLE a;", "a", "id", catalog.Gone, catalog.Gone},
		{"a column dropped, and in the dump", "CREATE TABLE a (id int, x int);", "ALTER TABLE a DROP COLUMN x;", "a", "x", catalog.Exists, catalog.Unknown},
		{"a column dropped, and not in the dump", "CREATE TABLE a (id int);", "ALTER TABLE a ADD COLUMN x int; ALTER TABLE a DROP COLUMN x;", "a", "x", catalog.Exists, catalog.Gone},
		{"renamed before the dump", "CREATE TABLE b (id int, x int);", "CREATE TABLE a (id int); ALTER TABLE a RENAME TO b;", "b", "x", catalog.Exists, catalog.Exists},
		{"its old name", "CREATE TABLE b (id int, x int);", "CREATE TABLE a (id int); ALTER TABLE a RENAME TO b;", "a", "id", catalog.Gone, catalog.Gone},
		{"renamed after the dump", "CREATE TABLE a (id int);", "ALTER TABLE a RENAME TO b;", "b", "id", catalog.Exists, catalog.Exists},
		{"a column renamed before the dump", "CREATE TABLE a (x int);", "CREATE TABLE a (y int); ALTER TABLE a RENAME y TO x;", "a", "y", catalog.Exists, catalog.Gone},
		{"a column added and renamed before the dump", "CREATE TABLE a (x int);", "ALTER TABLE a ADD y int; ALTER TABLE a RENAME y TO x;", "a", "y", catalog.Exists, catalog.Gone},
		{"a column renamed after the dump", "CREATE TABLE a (y int);", "ALTER TABLE a RENAME y TO x;", "a", "x", catalog.Exists, catalog.Exists},
		{"its schema dropped, and in the dump", "CREATE TABLE a (id int);", "DROP SCHEMA public CASCADE;", "a", "id", catalog.Unknown, catalog.Unknown},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			schemas := analyzer.Schemas(analyzer.Options{Jobs: 1, Baseline: baseline(t, test.dump)}, migrations(map[string]string{"1_m.sql": test.history}))
			table, column := state(schemas["db/m"], test.table, test.column)
			if table != test.wantTable || column != test.wantColumn {
				t.Errorf("got %v and %v, want %v and %v", table, column, test.wantTable, test.wantColumn)
			}
		})
	}
}

// TestBaselineKeys holds that constraints that the dump has are there once.
func TestBaselineKeys(t *testing.T) {
	const dump = `CREATE TABLE public.a (id int NOT NULL); CREATE TABLE public.b (a int);
		ALTER TABLE ONLY public.a ADD CONSTRAINT a_pkey PRIMARY KEY (id);
		ALTER TABLE ONLY public.b ADD CONSTRAINT b_a_fkey FOREIGN KEY (a) REFERENCES public.a(id) ON DELETE CASCADE;
		CREATE UNIQUE INDEX once ON public.b (a);`
	schemas := analyzer.Schemas(analyzer.Options{Jobs: 1, Baseline: baseline(t, dump)}, migrations(map[string]string{
		"1_m.sql": "CREATE TABLE a (id int PRIMARY KEY); CREATE TABLE b (a int);",
		"2_m.sql": "ALTER TABLE a ADD PRIMARY KEY (id); ALTER TABLE b ADD FOREIGN KEY (a) REFERENCES a; CREATE UNIQUE INDEX once ON b (a);",
	}))
	var got []string
	for _, table := range schemas["db/m"].Describe().Tables {
		for _, k := range table.Constraints {
			got = append(got, fmt.Sprint(k.Name, " ", k.OnDelete))
		}
	}
	slices.Sort(got)
	want := []string{"a_pkey ", "b_a_fkey cascade"}
	got = slices.DeleteFunc(got, func(s string) bool { return s == "once " }) // an index, if it is listed among the constraints
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestBaselineUnread holds that what cannot be read of the dump leaves the history
// incomplete, as does a dump that is not there.
func TestBaselineUnread(t *testing.T) {
	for name, b := range map[string]*analyzer.Baseline{
		"a statement": baseline(t, "CREATE TABLE a (id int); CREATE GARBAGE;"),
		"missing":     analyzer.NoBaseline("db/structure.sql", "it is not there"),
	} {
		schemas, unread := analyzer.Build(analyzer.Options{Jobs: 1, Baseline: b}, migrations(map[string]string{"1_m.sql": "CREATE TABLE b (id int);"}))
		if schemas["db/m"].Complete() || len(unread) != 1 || unread[0].Path != "db/structure.sql" {
			t.Errorf("%s: complete %t, not read %v", name, schemas["db/m"].Complete(), unread)
		}
	}
}

// each returns the rules that find something in files reviewed one by one.
func each(t *testing.T, dump string, files map[string]string) []string {
	t.Helper()
	o := analyzer.Options{Jobs: 1, Rules: rules.All, Baseline: baseline(t, dump)}
	var got []string
	for _, f := range analyzer.Each(o, nil, migrations(files)).Findings {
		got = append(got, fmt.Sprintf("%s %s %d", f.Path, f.Rule, f.Score))
	}
	return got
}

// TestBaselineEach holds that a file that ran before the dump is reviewed on what was
// there before it.
func TestBaselineEach(t *testing.T) {
	files := map[string]string{
		"1_a.sql": "CREATE TABLE a (id int PRIMARY KEY, x int);",
		"2_b.sql": "CREATE TABLE b (id int); UPDATE b SET id = 2; ALTER TABLE a ADD COLUMN y int; UPDATE a SET y = 1;",
		"3_c.sql": "ALTER TABLE a DROP COLUMN x; DROP TABLE IF EXISTS ghost;",
		"4_d.sql": "DROP TABLE b; DROP TABLE IF EXISTS older;",
	}
	want := []string{"db/m/3_c.sql drop-column 80", "db/m/3_c.sql drop-table 20", "db/m/4_d.sql drop-table 90", "db/m/4_d.sql drop-table 90"}
	const dump = "CREATE TABLE a (id int PRIMARY KEY, y int); CREATE TABLE b (id int); CREATE TABLE older (id int);\n"
	for name, list := range map[string]string{
		"a list": "INSERT INTO schema_migrations (version) VALUES ('1'), ('2'), ('3');", "no list": "",
	} {
		if diff := cmp.Diff(want, each(t, dump+list, files)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// TestBaselineClaims holds that a change on top of the dump cannot make its own what
// the dump has, and that a dump's list takes nothing of the change out of the review.
func TestBaselineClaims(t *testing.T) {
	const dump = "CREATE TABLE users (id int, email text);\n"
	for name, list := range map[string]string{"a list": "INSERT INTO schema_migrations (version) VALUES ('1'), ('2');", "no list": ""} {
		history := migrations(map[string]string{"1_m.sql": "SELECT 1;"})
		changed := migrations(map[string]string{"2_x.sql": "CREATE TABLE users (id int); ALTER TABLE users ADD COLUMN email text; ALTER TABLE users DROP COLUMN email; DROP TABLE users;"})
		r := analyzer.Together(analyzer.Options{Jobs: 1, Rules: rules.All, Baseline: baseline(t, dump+list)}, history,
			[]analyzer.ChangedFile{{Path: "db/m/2_x.sql", Status: "added", Migration: changed[0]}})
		var got []string
		for _, f := range r.Findings {
			got = append(got, fmt.Sprintf("%s %d", f.Rule, f.Score))
		}
		if diff := cmp.Diff([]string{"drop-column 80", "drop-table 90"}, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// TestBaselineRenameInChange holds that a change cannot make a table or a column
// disappear by a rename that PostgreSQL refuses.
func TestBaselineRenameInChange(t *testing.T) {
	history := migrations(map[string]string{"1_m.sql": "CREATE TABLE orders (id int); ALTER TABLE users ADD x int;"})
	changed := migrations(map[string]string{"2_x.sql": "ALTER TABLE orders RENAME TO users; DROP TABLE orders; ALTER TABLE users RENAME x TO email; ALTER TABLE users DROP COLUMN x;"})
	r := analyzer.Together(analyzer.Options{Jobs: 1, Rules: rules.All, Baseline: baseline(t, "CREATE TABLE users (id int, email text);")}, history,
		[]analyzer.ChangedFile{{Path: "db/m/2_x.sql", Status: "added", Migration: changed[0]}})
	var got []string
	for _, f := range r.Findings {
		if f.Score >= 60 {
			got = append(got, f.Rule+" "+f.Object.String())
		}
	}
	if len(got) == 0 || got[0] != "drop-table public.orders" {
		t.Errorf("got %v, want drop-table public.orders first", got)
	}
}

// blocking returns what of a change on top of a dump and of history scores 60 or more.
func blocking(t *testing.T, dump string, history map[string]string, name, change string) []string {
	t.Helper()
	changed := migrations(map[string]string{name: change})
	r := analyzer.Together(analyzer.Options{Jobs: 1, Rules: rules.All, Baseline: baseline(t, dump)}, migrations(history),
		[]analyzer.ChangedFile{{Path: "db/m/" + name, Status: "added", Migration: changed[0]}})
	var got []string
	for _, f := range r.Findings {
		if f.Score >= 60 {
			got = append(got, f.Rule+" "+f.Object.Name)
		}
	}
	return got
}

// TestBaselineOfAnother holds that a dump of another database, whose list has the
// same numbers by chance, takes nothing out of the review.
func TestBaselineOfAnother(t *testing.T) {
	const dump = "CREATE TABLE users (id int);\nINSERT INTO schema_migrations (version) VALUES ('1'), ('2'), ('3');"
	history := map[string]string{"1_m.sql": "CREATE TABLE mine (id int);", "2_m.sql": "SELECT 1;"}
	for _, test := range []struct{ name, change, want string }{
		{"4_x.sql", "DROP TABLE IF EXISTS mine;", "drop-table mine"},
		{"4_x.sql", "DROP TABLE IF EXISTS users;", "drop-table users"},
		{"3_x.sql", "DROP TABLE IF EXISTS users;", "drop-table users"}, // listed, and changed all the same
		{"4_x.sql", "DROP TABLE IF EXISTS ghost;", ""},
	} {
		if got := strings.Join(blocking(t, dump, history, test.name, test.change), ", "); got != test.want {
			t.Errorf("%s: %s: got %q, want %q", test.name, test.change, got, test.want)
		}
	}
}

// TestBaselineForeign holds that what is for another database by its path neither
// begins with the dump nor is in its list.
func TestBaselineForeign(t *testing.T) {
	history := []*migration.Migration{migration.Read(source.New("db/mysql/1_m.sql", []byte("CREATE TABLE there (id int);")), "")}
	schemas := analyzer.Schemas(analyzer.Options{Jobs: 1, Baseline: baseline(t, "CREATE TABLE here (id int);\nINSERT INTO schema_migrations (version) VALUES ('1');")}, history)
	for name, c := range schemas {
		tables := c.Describe().Tables
		if len(tables) != 1 || tables[0].Name != "there" {
			t.Errorf("%s: got %+v", name, tables)
		}
	}
	if len(schemas) != 1 {
		t.Errorf("got %d schemas, want 1", len(schemas))
	}
}

func TestBaselineRefused(t *testing.T) {
	for name, text := range map[string]string{
		"db/schema.rb":      "ActiveRecord::Schema[7.1].define(version: 1) do\nend\n",
		"db/dump.sql":       "PGDMP\x01\x0e",
		"db/mysql-dump.sql": "CREATE TABLE `users` (`id` int NOT NULL AUTO_INCREMENT) ENGINE=InnoDB;",
		"db/lite.sql":       "PRAGMA foreign_keys=OFF;\nCREATE TABLE users (id INTEGER PRIMARY KEY AUTOINCREMENT);",
	} {
		if _, err := analyzer.NewBaseline(source.New(name, []byte(text))); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

// TestBaselineDump holds that a dump that pg_dump wrote of what migrations built, rows
// and all, is read as the same tables as these, whether it lists them or not, and
// with or without running them on top of it.
func TestBaselineDump(t *testing.T) {
	read := func(name string) string {
		data, err := os.ReadFile("testdata/dump/" + name)
		if err != nil {
			t.Fatal(err)
		}
		return string(data)
	}
	files := map[string]string{}
	for _, name := range []string{"1_people.up.sql", "2_events.up.sql", "3_notes.up.sql"} {
		files[name] = read(name)
	}
	dump := read("structure.sql")
	unlisted := strings.Replace(dump, "\n3\tf\n", "\n", 1)
	if unlisted == dump {
		t.Fatal("the dump has no row of golang-migrate")
	}
	want := built(t, "SELECT 1;", files)
	slices.Sort(want)
	for name, got := range map[string][]string{
		"the dump alone": built(t, dump, nil), "listed": built(t, dump, files), "replayed": built(t, unlisted, files),
	} {
		slices.Sort(got)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-migrations +got):\n%s", name, diff)
		}
	}
	// What a statement reaches is what it reaches in the dump.
	r := analyzer.Together(analyzer.Options{Jobs: 1, Rules: rules.All, Baseline: baseline(t, dump)}, nil,
		[]analyzer.ChangedFile{{Path: "db/m/4_x.up.sql", Status: "added", Migration: migrations(map[string]string{"4_x.up.sql": "DELETE FROM app.people WHERE id = 1; DROP TABLE IF EXISTS ghost;"})[0]}})
	var got []string
	for _, f := range r.Findings {
		got = append(got, fmt.Sprint(f.Rule, " ", f.Object.Name, " ", f.Score >= 60, " ", len(f.Reach) > 0))
	}
	if len(got) < 2 || !slices.Contains(got, "delete-rows people true true") || !slices.Contains(got, "drop-table ghost false false") {
		t.Errorf("got %v", got)
	}
}
