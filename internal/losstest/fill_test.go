package losstest_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

	"github.com/dropgate/dropgate/internal/losstest"
	"github.com/dropgate/dropgate/internal/pgtest"
)

// prepared returns a database in which the statements have run.
func prepared(t *testing.T, sql string) *pgx.Conn {
	t.Helper()
	conn := pgtest.Start(t).Database(t)
	if _, err := conn.PgConn().Exec(context.Background(), sql).ReadAll(); err != nil {
		t.Fatal(err)
	}
	return conn
}

// TestFillPassesBarriers puts rows into tables that are not made for generated ones.
func TestFillPassesBarriers(t *testing.T) {
	conn := prepared(t, `
		CREATE DOMAIN code AS text CHECK (VALUE ~ '^[A-Z]{3}$');
		CREATE TABLE coded (id int PRIMARY KEY, c code NOT NULL);
		CREATE TABLE one_of (a text, b text, CHECK (num_nonnulls(a, b) = 1));
		CREATE TABLE hen (id int PRIMARY KEY, egg_id int);
		CREATE TABLE egg (id int PRIMARY KEY, hen_id int NOT NULL REFERENCES hen);
		ALTER TABLE hen ADD FOREIGN KEY (egg_id) REFERENCES egg;
		CREATE TABLE log (at timestamptz NOT NULL) PARTITION BY RANGE (at);
		CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no'; END $$;
		CREATE TABLE guarded (id int);
		CREATE TRIGGER refuse BEFORE INSERT ON guarded FOR EACH ROW EXECUTE FUNCTION refuse();
		CREATE TABLE never (id int CHECK (false), line line NOT NULL);`)
	empty, err := losstest.Fill(t.Context(), conn, losstest.Filling{Rows: 3, Nulls: true})
	if err != nil {
		t.Fatal(err)
	}
	if len(empty) != 1 || !strings.HasPrefix(empty[0], "public.never: ") {
		t.Errorf("got the empty tables %q, want public.never alone", empty)
	}
	got := map[string]int{}
	for query, name := range map[string]string{
		"SELECT count(*) FROM coded": "coded", "SELECT count(*) FROM one_of": "one_of", "SELECT count(*) FROM log": "log",
		"SELECT count(*) FROM guarded": "guarded", "SELECT count(egg_id) FROM hen": "hens with an egg",
		"SELECT count(*) FROM pg_constraint WHERE contype = 'c' AND NOT convalidated": "checks put back",
	} {
		var n int
		if err := conn.QueryRow(t.Context(), query).Scan(&n); err != nil {
			t.Fatal(err)
		}
		got[name] = n
	}
	want := map[string]int{"coded": 3, "one_of": 3, "log": 3, "guarded": 3, "hens with an egg": 2, "checks put back": 1} // the domain's
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("rows (-want +got):\n%s", diff)
	}
}

// TestFillKinds pins what the kinds of rows are for.
func TestFillKinds(t *testing.T) {
	const schema = "CREATE TABLE a (id int PRIMARY KEY, name text); CREATE TABLE b (id int PRIMARY KEY, a_id int REFERENCES a, note text, data jsonb)"
	for _, tt := range []struct {
		name, query, want string
		rows              losstest.Filling
	}{
		{"NULL", "SELECT count(*) FROM b WHERE note IS NULL AND a_id IS NULL", "1", losstest.Filling{Rows: 3, Nulls: true}},
		{"a column without NULL", "SELECT count(*) FROM b WHERE note IS NULL AND a_id IS NOT NULL", "1",
			losstest.Filling{Rows: 3, Nulls: true, NotNull: []string{"public.b.a_id"}}},
		{"values asked for", "SELECT string_agg(note, ' ' ORDER BY id) FROM b WHERE note IN ('x', 'y')", "x y",
			losstest.Filling{Rows: 3, Values: map[string][]string{"note": {"x", "y"}}}},
		{"double rows", "SELECT count(DISTINCT note) || ' ' || count(DISTINCT a_id) || ' ' || count(*) FROM b", "1 1 3",
			losstest.Filling{Rows: 3, Twins: true}},
		{"numbers", "SELECT sum(note::int) FROM b", "6", losstest.Filling{Rows: 3, Plain: true}},
		{"versions", "SELECT count(*) FROM b WHERE note LIKE '1.2.%'", "3", losstest.Filling{Rows: 3, Versions: true}},
		{"lists", "SELECT count(*) FROM b WHERE jsonb_typeof(data) = 'array'", "3", losstest.Filling{Rows: 3, Lists: true}},
		{"a table without rows", "SELECT count(*) FROM b", "0", losstest.Filling{Rows: 3, Without: []string{"public.b"}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			conn := prepared(t, schema)
			if empty, err := losstest.Fill(t.Context(), conn, tt.rows); err != nil || len(empty) > 0 {
				t.Fatalf("got the empty tables %q and error %v", empty, err)
			}
			var got string
			if err := conn.QueryRow(t.Context(), "SELECT ("+tt.query+")::text").Scan(&got); err != nil {
				t.Fatal(err)
			}
			if got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

// TestCompareRecoded tells values that are written otherwise from values that fall
// together.
func TestCompareRecoded(t *testing.T) {
	for _, tt := range []struct {
		name, change string
		want         []string
	}{
		{"each another word", "ALTER TABLE t ALTER b TYPE text USING CASE WHEN b THEN 'show' ELSE 'hide' END", nil},
		{"one word for both", "ALTER TABLE t ALTER b TYPE text USING 'show'", []string{"values overwritten: public.t.b (2)"}},
		{"words of an enum", "ALTER TABLE t ALTER e TYPE int USING CASE e WHEN 'x' THEN 1 ELSE 2 END", nil},
		{"generated", "ALTER TABLE t DROP g", nil},
		{"double rows", "DELETE FROM t WHERE ctid = (SELECT min(ctid) FROM t)", []string{"rows gone: public.t (1)"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			conn := prepared(t, `CREATE TYPE e AS ENUM ('x', 'y');
				CREATE TABLE t (b bool, e e, n int, g int GENERATED ALWAYS AS (n + 1) STORED);
				INSERT INTO t VALUES (true, 'x', 1), (false, 'y', 2)`)
			before, err := losstest.Take(t.Context(), conn)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := conn.Exec(t.Context(), tt.change); err != nil {
				t.Fatal(err)
			}
			after, err := losstest.Take(t.Context(), conn)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			lost, _ := losstest.Compare(before, after)
			for _, l := range lost {
				got = append(got, l.String())
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("got the losses %q, want %q", got, tt.want)
			}
		})
	}
}
