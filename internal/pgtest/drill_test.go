package pgtest_test

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/dropgate/dropgate/internal/pgtest"
)

// shop has what a count can trip over: names to quote, partitions, inheritance,
// rows that a dump does not bring.
const shop = `
CREATE TABLE users (id int PRIMARY KEY, note text);
INSERT INTO users SELECT n, md5(n::text) || md5((-n)::text) FROM generate_series(1, 1000) n;
CREATE SCHEMA "Old Sales";
CREATE TABLE "Old Sales"."a ""b""	c" (id int REFERENCES users);
INSERT INTO "Old Sales"."a ""b""	c" SELECT generate_series(1, 10);
CREATE TABLE events (at int) PARTITION BY RANGE (at);
CREATE TABLE events_1 PARTITION OF events FOR VALUES FROM (0) TO (100);
INSERT INTO events SELECT generate_series(0, 99);
CREATE TABLE person (name text);
CREATE TABLE employee (pay int) INHERITS (person);
INSERT INTO employee VALUES ('a', 1), ('b', 2);
CREATE TABLE empty ();
CREATE UNLOGGED TABLE cache (id int);
INSERT INTO cache VALUES (1);
CREATE VIEW names AS SELECT name FROM person;
`

// A drill is one call of docs/examples/restore-drill.sh.
type drill struct {
	t               *testing.T
	source, scratch *pgx.Conn
	dump            string // made by dumped
}

func newDrill(t *testing.T) *drill {
	t.Helper()
	server := pgtest.Start(t)
	d := &drill{t: t, source: server.Database(t), scratch: server.Database(t), dump: filepath.Join(t.TempDir(), "dump")}
	d.exec(d.source, shop)
	return d
}

func (d *drill) exec(conn *pgx.Conn, sql string) {
	d.t.Helper()
	if _, err := conn.Exec(d.t.Context(), sql); err != nil {
		d.t.Fatal(err)
	}
}

// url is where psql finds the database of a connection.
func url(conn *pgx.Conn) string {
	c := conn.Config()
	return "host=" + c.Host + " port=5432 user=" + c.User + " dbname=" + c.Database
}

// command runs a program with nothing of the caller's environment but its PATH.
func (d *drill) command(env []string, name string, args ...string) (said string, code int) {
	d.t.Helper()
	cmd := exec.CommandContext(d.t.Context(), name, args...)
	cmd.Env = append([]string{"PATH=" + os.Getenv("PATH"), "HOME=" + d.t.TempDir(), "TMPDIR=" + d.t.TempDir()}, env...)
	out, err := cmd.CombinedOutput()
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
		return string(out), exit.ExitCode()
	}
	if err != nil {
		d.t.Fatal(err)
	}
	return string(out), 0
}

// dumped makes a dump of the source for the drill to try.
func (d *drill) dumped(args ...string) {
	d.t.Helper()
	args = append([]string{"--format=custom", "--file=" + d.dump, "--dbname=" + url(d.source)}, args...)
	if said, code := d.command(nil, "pg_dump", args...); code != 0 {
		d.t.Fatalf("pg_dump: %s", said)
	}
}

func (d *drill) run(env ...string) (said string, code int) {
	d.t.Helper()
	env = append([]string{"SOURCE_URL=" + url(d.source), "SCRATCH_URL=" + url(d.scratch)}, env...)
	return d.command(env, "bash", filepath.Join("..", "..", "docs", "examples", "restore-drill.sh"))
}

func TestRestoreDrill(t *testing.T) {
	try := func(d *drill) []string { return []string{"DUMP=" + d.dump} }
	tests := []struct {
		name string
		set  func(*drill) (env []string)
		code int
		want []string
	}{
		{"a dump of its own", func(*drill) []string { return nil }, 0, []string{
			"6 tables, 1112 rows in the source; 0 missing or short", "1000 of         1000 rows  public.users",
			`10 of           10 rows  "Old Sales"."a ""b""?c"`, "0 of            0 rows  public.person",
		}},
		{"an older dump", func(d *drill) []string {
			d.dumped()
			d.exec(d.source, "INSERT INTO users SELECT n FROM generate_series(1001, 1040) n")
			return try(d)
		}, 0, []string{"1000 of         1040 rows"}},
		{"a dump that is much older", func(d *drill) []string {
			d.dumped()
			d.exec(d.source, "INSERT INTO users SELECT n FROM generate_series(1001, 1100) n")
			return try(d)
		}, 1, []string{"SHORT            1000 of         1100 rows  public.users", "1 missing or short"}},
		{"and may be", func(d *drill) []string {
			d.dumped()
			d.exec(d.source, "INSERT INTO users SELECT n FROM generate_series(1001, 1100) n")
			return append(try(d), "ALLOWED_DROP=10")
		}, 0, []string{"0 missing or short"}},
		{"the source has shrunk since", func(d *drill) []string {
			d.dumped()
			d.exec(d.source, "DELETE FROM employee")
			return try(d)
		}, 0, []string{"2 of            0 rows  public.employee"}},
		{"a table is missing", func(d *drill) []string {
			d.dumped("--exclude-table=employee")
			return try(d)
		}, 1, []string{"MISSING             - of            2 rows  public.employee"}},
		{"an empty table is missing", func(d *drill) []string {
			d.dumped("--exclude-table=empty")
			return try(d)
		}, 1, []string{"MISSING             - of            0 rows  public.empty"}},
		{"a table is empty", func(d *drill) []string {
			d.dumped("--exclude-table-data=employee")
			return append(try(d), "ALLOWED_DROP=99")
		}, 1, []string{"SHORT               0 of            2 rows  public.employee"}},
		{"no rows at all", func(d *drill) []string { d.dumped("--schema-only"); return try(d) }, 1, []string{"4 missing or short"}},
		{"no tables at all", func(d *drill) []string { d.dumped("--exclude-schema=*"); return try(d) }, 1, []string{"6 missing or short"}},
		{"an empty dump", func(d *drill) []string { d.write(nil); return try(d) }, 1, []string{"the dump is empty or missing"}},
		{"no dump", try, 1, []string{"the dump is empty or missing"}},
		{"half a dump", func(d *drill) []string { d.dumped(); d.cut(2); return try(d) }, 1, []string{"could not be restored"}},
		{"the beginning of a dump", func(d *drill) []string { d.dumped(); d.cut(100); return try(d) }, 1, []string{"could not be restored"}},
		{"no dump but text", func(d *drill) []string { d.write([]byte("SELECT 1;\n")); return try(d) }, 1, []string{"could not be restored"}},
		{"a scratch database that is in use", func(d *drill) []string {
			d.exec(d.scratch, "CREATE TABLE mine (id int)")
			return nil
		}, 1, []string{"the scratch database is not empty"}},
		{"the source as the scratch database", func(d *drill) []string {
			return []string{"SCRATCH_URL=" + url(d.source)}
		}, 1, []string{"are the same database"}},
		{"the same in other words", func(d *drill) []string {
			return []string{"SCRATCH_URL=" + url(d.source) + " connect_timeout=5"}
		}, 1, []string{"the scratch database is not empty"}},
		{"no scratch database", func(*drill) []string {
			return []string{"SCRATCH_URL=host=/nowhere dbname=none"}
		}, 1, []string{"the scratch database cannot be reached"}},
		{"no source", func(*drill) []string { return []string{"SOURCE_URL=host=/nowhere dbname=none"} }, 1, []string{"could not be counted"}},
		{"a source without tables", func(d *drill) []string {
			d.exec(d.source, `DROP SCHEMA "Old Sales", public CASCADE`)
			return nil
		}, 1, []string{"the source has no tables"}},
		{"a role that may not read all", func(d *drill) []string {
			d.exec(d.source, "DROP ROLE IF EXISTS reader; CREATE ROLE reader LOGIN; GRANT SELECT ON users TO reader")
			d.t.Cleanup(func() { _, _ = d.source.Exec(context.Background(), "DROP OWNED BY reader; DROP ROLE reader") })
			return []string{"SOURCE_URL=" + strings.Replace(url(d.source), "user=postgres", "user=reader", 1)}
		}, 1, []string{"permission denied", "could not be counted"}},
		{"the role of the page", func(d *drill) []string {
			if pgtest.Start(d.t).Major() < 14 {
				d.t.Skip("pg_read_all_data is there from PostgreSQL 14 on")
			}
			page, err := os.ReadFile(filepath.Join("..", "..", "docs", "backup-evidence.md"))
			if err != nil {
				d.t.Fatal(err)
			}
			_, sql, _ := strings.Cut(string(page), "```sql\n")
			sql, _, _ = strings.Cut(sql, "```")
			d.exec(d.source, sql+"ALTER TABLE users ENABLE ROW LEVEL SECURITY")
			d.t.Cleanup(func() { _, _ = d.source.Exec(context.Background(), "DROP ROLE restore_drill") })
			return []string{"SOURCE_URL=" + strings.Replace(url(d.source), "user=postgres", "user=restore_drill", 1)}
		}, 0, []string{"0 missing or short"}},
		{"rows that the role may not see", func(d *drill) []string {
			d.exec(d.source, `CREATE ROLE tenant LOGIN; GRANT USAGE ON SCHEMA public, "Old Sales" TO tenant;
				GRANT SELECT ON ALL TABLES IN SCHEMA public, "Old Sales" TO tenant; ALTER TABLE users ENABLE ROW LEVEL SECURITY`)
			d.t.Cleanup(func() { _, _ = d.source.Exec(context.Background(), "DROP OWNED BY tenant; DROP ROLE tenant") })
			return []string{"SOURCE_URL=" + strings.Replace(url(d.source), "user=postgres", "user=tenant", 1)}
		}, 1, []string{"row-level security", "could not be counted"}},
		{"a wrong allowance", func(*drill) []string { return []string{"ALLOWED_DROP=5%"} }, 1, []string{"ALLOWED_DROP is from 0 to 99"}},
		{"no addresses", func(*drill) []string { return []string{"SOURCE_URL="} }, 1, []string{"SOURCE_URL is not set"}},
		{"restored by something else", func(d *drill) []string {
			d.exec(d.scratch, shop)
			return []string{"RESTORED=yes"}
		}, 0, []string{"0 missing or short"}},
		{"restored by something else, in part", func(d *drill) []string {
			d.exec(d.scratch, shop+"DELETE FROM users WHERE id > 900")
			return []string{"RESTORED=yes"}
		}, 1, []string{"900 of         1000 rows  public.users", "1 missing or short"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			d := newDrill(t)
			said, code := d.run(test.set(d)...)
			if code != test.code {
				t.Errorf("exit code %d, want %d", code, test.code)
			}
			for _, w := range test.want {
				if !strings.Contains(said, w) {
					t.Errorf("it does not say %q", w)
				}
			}
			if t.Failed() {
				t.Log(said)
			}
		})
	}
}

func (d *drill) write(data []byte) {
	d.t.Helper()
	if err := os.WriteFile(d.dump, data, 0o600); err != nil {
		d.t.Fatal(err)
	}
}

// cut leaves one part of so many of the dump.
func (d *drill) cut(parts int) {
	d.t.Helper()
	data, err := os.ReadFile(d.dump)
	if err != nil {
		d.t.Fatal(err)
	}
	d.write(data[:len(data)/parts])
}
