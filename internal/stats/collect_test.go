package stats_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

	"github.com/dropgate/dropgate/internal/pgtest"
	"github.com/dropgate/dropgate/internal/stats"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// dsnOf returns how another role connects to the database of a connection.
func dsnOf(conn *pgx.Conn, role string) string {
	c := conn.Config()
	return fmt.Sprintf("host='%s' port=%d dbname=%s user=%s sslmode=disable", c.Host, c.Port, c.Database, role)
}

func exec(t *testing.T, conn *pgx.Conn, sql string) {
	t.Helper()
	if _, err := conn.Exec(t.Context(), sql); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
}

func collect(t *testing.T, dsn string) (stats.File, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	return stats.Collect(ctx, stats.Options{DSN: dsn, Timeout: 20 * time.Second})
}

const shop = `
CREATE TABLE users (id int PRIMARY KEY, name text);
INSERT INTO users SELECT i, 'secret ' || i FROM generate_series(1, 1000) i;
CREATE TABLE empty (id int);
CREATE TEMPORARY TABLE mine (id int);
CREATE VIEW v AS SELECT * FROM users;
CREATE MATERIALIZED VIEW m AS SELECT * FROM users;
CREATE SCHEMA "A B";
CREATE TABLE "A B"."Odd "" Näme
##[x" (id int);
CREATE TABLE events (id int, at date) PARTITION BY RANGE (at);
CREATE TABLE events_1 PARTITION OF events FOR VALUES FROM ('2026-01-01') TO ('2026-02-01');
CREATE TABLE events_2 PARTITION OF events FOR VALUES FROM ('2026-02-01') TO ('2026-03-01') PARTITION BY LIST (id);
CREATE TABLE events_2a PARTITION OF events_2 FOR VALUES IN (7);
INSERT INTO events SELECT 7, date '2026-01-05' + 31 * (i % 2) FROM generate_series(1, 400) i;
CREATE TABLE parent (id int);
CREATE TABLE child (more int) INHERITS (parent);
INSERT INTO child SELECT i, i FROM generate_series(1, 50) i;
ANALYZE;
INSERT INTO empty SELECT generate_series(1, 30);
`

// TestCollect holds what is collected against what the server itself tells, for a
// role that may connect and nothing else.
func TestCollect(t *testing.T) {
	server := pgtest.Start(t)
	conn := server.Database(t)
	role := createRole(t, conn)
	exec(t, conn, shop)
	if server.Major() >= 15 {
		exec(t, conn, "SELECT pg_stat_force_next_flush()")
	}
	exec(t, conn, "REVOKE ALL ON SCHEMA public FROM PUBLIC; REVOKE ALL ON ALL TABLES IN SCHEMA public FROM PUBLIC")
	f, err := collect(t, dsnOf(conn, role))
	if err != nil {
		t.Fatal(err)
	}
	rows := map[string]string{}
	for _, table := range f.Tables {
		said := "not known"
		if table.Rows != nil {
			said = fmt.Sprint(*table.Rows)
		}
		for _, n := range table.PartOf {
			said += " in " + n.Name
		}
		rows[table.Kind+" "+table.String()] = said
	}
	want := map[string]string{
		`table "public"."users"`:                 "1000",
		`table "public"."empty"`:                 "30", // filled since it was counted
		"table \"A B\".\"Odd \\\" Näme\\n##[x\"": "0",
		`partitioned table "public"."events"`:    "400",
		`table "public"."events_1"`:              "200 in events",
		`partitioned table "public"."events_2"`:  "200 in events",
		`table "public"."events_2a"`:             "200 in events in events_2",
		`table "public"."parent"`:                "50",
		`table "public"."child"`:                 "50 in parent",
	}
	if diff := cmp.Diff(want, rows); diff != "" {
		t.Errorf("rows (-want +got):\n%s", diff)
	}
	for _, table := range f.Tables {
		if table.Kind != stats.Plain || table.Name.Name == "parent" {
			continue
		}
		var size int64
		name := pgx.Identifier{table.Schema, table.Name.Name}.Sanitize()
		if err := conn.QueryRow(t.Context(), "SELECT pg_total_relation_size($1::text::regclass)", name).Scan(&size); err != nil {
			t.Fatal(err)
		}
		if table.Bytes != size {
			t.Errorf("%s has %d bytes, want %d", table.Name, table.Bytes, size)
		}
	}
	if f.Database != conn.Config().Database || f.ServerVersion == "" || time.Since(f.CollectedAt).Abs() > time.Hour {
		t.Errorf("got database %q of version %q at %s", f.Database, f.ServerVersion, f.CollectedAt)
	}
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(b.String(), "secret") || strings.Contains(b.String(), "##[") {
		t.Errorf("the file has what it should not:\n%s", b.String())
	}
	again, err := stats.Parse("stats.json", b.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(f, again); diff != "" {
		t.Errorf("read again (-collected +read):\n%s", diff)
	}
}

// createRole makes the role of docs/stats.md, by the SQL that stands there.
func createRole(t *testing.T, conn *pgx.Conn) string {
	t.Helper()
	page, err := os.ReadFile("../../docs/stats.md")
	if err != nil {
		t.Fatal(err)
	}
	block := regexp.MustCompile("(?s)```sql\n(.*?)```").FindStringSubmatch(string(page))
	if len(block) == 0 || !strings.Contains(block[1], "DATABASE shop") {
		t.Fatal("docs/stats.md has no SQL for the role")
	}
	name := conn.Config().Database
	exec(t, conn, "REVOKE CONNECT ON DATABASE "+name+" FROM PUBLIC")
	role := "reader_of_" + name
	exec(t, conn, strings.NewReplacer("DATABASE shop", "DATABASE "+name, "dropgate_stats", role).Replace(block[1]))
	t.Cleanup(func() {
		_, err := conn.Exec(context.Background(), fmt.Sprintf("DROP OWNED BY %s; DROP ROLE %[1]s", role))
		if err != nil {
			t.Error(err)
		}
	})
	return role
}

// TestCollectNeverCounted holds that rows that nobody counted are not said to be none.
func TestCollectNeverCounted(t *testing.T) {
	conn := pgtest.Start(t).Database(t)
	exec(t, conn, "CREATE TABLE t (id int) WITH (autovacuum_enabled = off); INSERT INTO t SELECT generate_series(1, 500)")
	exec(t, conn, "CREATE TABLE p (id int) PARTITION BY LIST (id); CREATE TABLE p1 PARTITION OF p DEFAULT WITH (autovacuum_enabled = off); INSERT INTO p VALUES (1)")
	exec(t, conn, "SELECT pg_stat_reset()")
	f, err := collect(t, dsnOf(conn, "postgres"))
	if err != nil {
		t.Fatal(err)
	}
	if len(f.Tables) != 3 {
		t.Fatalf("got %d tables, want 3", len(f.Tables))
	}
	for _, table := range f.Tables {
		if table.Rows != nil && *table.Rows < 1 || table.Bytes == 0 {
			t.Errorf("got %+v, want rows that are not known, or all", table)
		}
	}
}

// TestCollectIsReadOnly holds that no function of the database itself is called.
func TestCollectIsReadOnly(t *testing.T) {
	conn := pgtest.Start(t).Database(t)
	exec(t, conn, `CREATE TABLE t (id int); CREATE SCHEMA trap; CREATE TABLE trap.hits (id int);
CREATE FUNCTION trap.pg_total_relation_size(oid) RETURNS bigint LANGUAGE sql AS 'INSERT INTO trap.hits VALUES (1); SELECT 7::bigint';
ALTER DATABASE `+conn.Config().Database+` SET search_path = trap, pg_catalog, public`)
	f, err := collect(t, dsnOf(conn, "postgres"))
	if err != nil {
		t.Fatal(err)
	}
	for _, table := range f.Tables {
		if table.Bytes == 7 {
			t.Errorf("%s: a function of the database was called", table.Name)
		}
	}
}

// TestCollectLocked holds that a table that is locked ends in an error and not in
// waiting for ever.
func TestCollectLocked(t *testing.T) {
	conn := pgtest.Start(t).Database(t)
	exec(t, conn, "CREATE TABLE t (id int)")
	exec(t, conn, "BEGIN; LOCK TABLE t")
	_, err := stats.Collect(t.Context(), stats.Options{DSN: dsnOf(conn, "postgres"), Timeout: 200 * time.Millisecond})
	if err == nil || !strings.Contains(err.Error(), "locked by somebody else") {
		t.Errorf("got %v, want that a table is locked", err)
	}
}

// TestCollectHidesPasswords holds that no error has a password in it.
func TestCollectHidesPasswords(t *testing.T) {
	t.Setenv("PGPASSWORD", "hunter2-env")
	for _, dsn := range []string{
		"postgres://user:hunter2@127.0.0.1:1/db",
		"postgres://user:hunter2@127.0.0.1:notaport/db",
		"postgres://user:hun/ter2@127.0.0.1:1/db",
		"postgres://user:hunter2#x@127.0.0.1:1/db",
		"postgres://user:hunter2%zz@127.0.0.1:1/db",
		"postgres://user:hunter2@[::1/db",
		"host=127.0.0.1 port=1 user=u password=hunter2 dbname=d",
		"host=127.0.0.1 port=1 user=u password='hunter2 dbname=d",
		"host=127.0.0.1 port=x password=hunter2",
		"host=127.0.0.1 port=1 password=hunter2 sslmode=hunter2",
		"host=127.0.0.1 port=1 user=hunter2 password=hunter2",
		"host=127.0.0.1 port=1 user=u",
		"hunter2",
	} {
		_, err := stats.Collect(t.Context(), stats.Options{DSN: dsn, Timeout: time.Second})
		if err == nil {
			t.Errorf("%s: no error", dsn)
			continue
		}
		for _, part := range []string{"hunter2", "hun/", "ter2"} {
			if strings.Contains(err.Error(), part) {
				t.Errorf("%s: the error has %s in it: %v", dsn, part, err)
			}
		}
	}
}
