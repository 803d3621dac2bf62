package losstest_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dropgate/dropgate/internal/losstest"
	"github.com/dropgate/dropgate/internal/pgtest"
)

// TestExecute pins what the oracle itself says, apart from any verdict.
func TestExecute(t *testing.T) {
	const history = `CREATE TABLE a (id int PRIMARY KEY, v text NOT NULL, n numeric(8,3));
		CREATE TABLE b (id int, a_id int REFERENCES a ON DELETE CASCADE);
		CREATE TABLE c (x text, y text); INSERT INTO c VALUES ('only', NULL);`
	loss := func(kind losstest.Kind, object string, count int) losstest.Loss {
		return losstest.Loss{Kind: kind, Object: object, Count: count}
	}
	for _, tt := range []struct {
		name, change string
		lost, kept   []losstest.Loss
	}{
		{name: "nothing", change: "SELECT 1"},
		{name: "table", change: "DROP TABLE b", lost: []losstest.Loss{loss(losstest.TableGone, "public.b", 4)}},
		{name: "column", change: "ALTER TABLE a DROP v", lost: []losstest.Loss{loss(losstest.ColumnGone, "public.a.v", 4)}},
		{name: "column of a row that is NULL otherwise", change: "ALTER TABLE c DROP x",
			lost: []losstest.Loss{loss(losstest.ColumnGone, "public.c.x", 4)}},
		{name: "no value at all", change: "UPDATE a SET n = NULL WHERE false; ALTER TABLE a ADD x int; ALTER TABLE a DROP x"},
		{name: "cascade", change: "DELETE FROM a WHERE id = 1", lost: []losstest.Loss{
			loss(losstest.RowsGone, "public.a", 1), loss(losstest.RowsGone, "public.b", 1)}},
		{name: "one value", change: "UPDATE a SET v = 'x' WHERE id = 2",
			lost: []losstest.Loss{loss(losstest.Overwritten, "public.a.v", 1)}},
		{name: "NULL is no value", change: "UPDATE a SET n = 1 WHERE n IS NULL"},
		{name: "row replaced", change: "UPDATE b SET a_id = NULL; DELETE FROM a WHERE id = 1; INSERT INTO a VALUES (1, 'x', 0)",
			lost: []losstest.Loss{
				loss(losstest.Overwritten, "public.a.n", 1), loss(losstest.Overwritten, "public.a.v", 1),
				loss(losstest.Overwritten, "public.b.a_id", 3)}},
		{name: "rounded", change: "ALTER TABLE a ALTER n TYPE numeric(8,1)",
			lost: []losstest.Loss{loss(losstest.Overwritten, "public.a.n", 3)}},
		{name: "key changed", change: "ALTER TABLE b DROP CONSTRAINT b_a_id_fkey; UPDATE a SET id = id + 100",
			lost: []losstest.Loss{loss(losstest.Overwritten, "public.a.id", 4)}},
		{name: "copied", change: "ALTER TABLE a ADD w text; UPDATE a SET w = v, v = ''",
			kept: []losstest.Loss{loss(losstest.Overwritten, "public.a.v", 4)}},
		{name: "copied before", change: "ALTER TABLE a ADD w text; UPDATE a SET w = v; UPDATE a SET v = ''",
			kept: []losstest.Loss{loss(losstest.Overwritten, "public.a.v", 4)}},
		{name: "new row", change: "INSERT INTO a VALUES (9, 'x', 0)"},
		{name: "renamed", change: "ALTER TABLE a RENAME v TO w; ALTER TABLE a RENAME TO d"},
		{name: "rows back", change: "ALTER TABLE a RENAME TO d; CREATE TABLE a AS TABLE d; DROP TABLE a"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := losstest.Execute(t.Context(), pgtest.Start(t), losstest.Case{
				History: []losstest.File{{Name: "history/1.sql", Data: []byte(history)}},
				Change:  []losstest.File{{Name: "change/2.sql", Data: []byte(tt.change)}},
			})
			if err != nil {
				t.Fatal(err)
			}
			want := losstest.Outcome{Losses: tt.lost, Kept: tt.kept}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("Execute (-want +got):\n%s", diff)
			}
		})
	}
}

func TestExecuteTellsErrors(t *testing.T) {
	server := pgtest.Start(t)
	file := func(name, sql string) losstest.File { return losstest.File{Name: name, Data: []byte(sql)} }
	c := losstest.Case{
		History: []losstest.File{file("history/1.sql", "CREATE TABLE a (id int)")},
		Change:  []losstest.File{file("change/2.sql", "DROP TABLE a"), file("change/3.sql", "DROP TABLE a"), file("change/4.sql", "CREATE TABLE z ()")},
	}
	got, err := losstest.Execute(t.Context(), server, c)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(got.Error, "change/3.sql") || !strings.Contains(got.Error, "42P01") || !got.Lost() {
		t.Errorf("got error %q and losses %v, want change/3.sql refused with 42P01 after a loss", got.Error, got.Losses)
	}
	c.History = []losstest.File{file("history/1.sql", "CREATE TABEL a (id int)")}
	if _, err := losstest.Execute(t.Context(), server, c); err == nil || !strings.Contains(err.Error(), "history/1.sql") {
		t.Errorf("got error %v, want one that names the broken history", err)
	}
	c.History, c.Seed = nil, "INSERT INTO nowhere VALUES (1)"
	if _, err := losstest.Execute(t.Context(), server, c); err == nil || !strings.Contains(err.Error(), "seed.sql") {
		t.Errorf("got error %v, want one that names the broken seed", err)
	}
}

// TestExecuteWithPsql holds that psql runs the files, each side with its own
// version of what they include, and that it stops at the first error.
func TestExecuteWithPsql(t *testing.T) {
	file := func(name, text string) losstest.File { return losstest.File{Name: name, Data: []byte(text)} }
	c := losstest.Case{
		Psql:    true,
		History: []losstest.File{file("history/0001.sql", "\\i migrations/lib/one.sql\n")},
		Change:  []losstest.File{file("change/0002.sql", "\\ir lib/one.sql\n\\q\nDROP TABLE b;\n")},
		Included: []losstest.File{
			file("change/lib/one.sql", "DROP TABLE a;\n"),
			file("history/lib/one.sql", "CREATE TABLE a (id int);\nCREATE TABLE b (id int);\nCOPY b FROM stdin;\n1\n\\.\n"),
		},
	}
	got, err := losstest.Execute(t.Context(), pgtest.Start(t), c)
	if err != nil {
		t.Fatal(err)
	}
	want := losstest.Outcome{Losses: []losstest.Loss{{Kind: losstest.TableGone, Object: "public.a", Count: 4}}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Execute (-want +got):\n%s", diff)
	}
	c.Change = []losstest.File{file("change/0002.sql", "SELECT 1 / 0;\n\\ir lib/one.sql\n")}
	got, err = losstest.Execute(t.Context(), pgtest.Start(t), c)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(got.Error, "migrations/0002.sql:1") || got.Lost() {
		t.Errorf("got error %q and losses %v, want migrations/0002.sql:1 refused and nothing lost", got.Error, got.Losses)
	}
}

// TestExecuteLeavesNothing keeps one case's roles and databases from the next.
func TestExecuteLeavesNothing(t *testing.T) {
	server := pgtest.Start(t)
	conn := server.Database(t)
	const count = `SELECT (SELECT count(*) FROM pg_roles) + (SELECT count(*) FROM pg_database)`
	var before, after int
	if err := conn.QueryRow(t.Context(), count).Scan(&before); err != nil {
		t.Fatal(err)
	}
	_, err := losstest.Execute(t.Context(), server, losstest.Case{
		History: []losstest.File{{Name: "history/1.sql", Data: []byte("CREATE ROLE someone; CREATE TABLE t (id int); ALTER TABLE t OWNER TO someone")}},
		Change:  []losstest.File{{Name: "change/2.sql", Data: []byte("CREATE DATABASE something OWNER someone")}},
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := conn.QueryRow(t.Context(), count).Scan(&after); err != nil {
		t.Fatal(err)
	}
	if before != after {
		t.Errorf("got %d roles and databases after the case, want the %d before it", after, before)
	}
}
