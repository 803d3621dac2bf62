package catalog_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dropgate/dropgate/analyzer/catalog"
	"github.com/dropgate/dropgate/analyzer/op"
	"github.com/dropgate/dropgate/analyzer/pgsql"
	"github.com/dropgate/dropgate/analyzer/source"
)

func apply(t *testing.T, c *catalog.Catalog, sql string) {
	t.Helper()
	f := source.New("a.sql", []byte(sql))
	for _, s := range pgsql.Read(f, f.All(), pgsql.Options{}) {
		if s.Unread() {
			t.Fatalf("cannot read %q", f.Text(s.Span))
		}
		for _, at := range s.Ops {
			c.Apply(at.Op)
		}
	}
}

// build returns the schema after a history that was read whole and a change.
func build(t *testing.T, history, change string) *catalog.Catalog {
	t.Helper()
	c := catalog.New()
	if history != "" {
		c.BeginMigration()
		apply(t, c, history)
		c.CountMigration(0)
	}
	c.BeginChange()
	c.BeginMigration()
	apply(t, c, change)
	return c
}

func name(n string) op.Name { return op.Name{Name: n} }

const users = "CREATE TABLE users (id int PRIMARY KEY, v text);"

func TestTableState(t *testing.T) {
	for _, tt := range []struct {
		title, history, change string
		table                  op.Name
		want                   catalog.State
	}{
		{"made before", users, "", name("users"), catalog.Exists},
		{"made by the change", "SELECT 1", users, name("users"), catalog.Created},
		{"never made", users, "", name("other"), catalog.Absent},
		{"no history", "", "", name("users"), catalog.Unknown},
		{"dropped", users, "DROP TABLE users", name("users"), catalog.Gone},
		{"dropped and made again", users, "DROP TABLE users; CREATE TABLE users ()", name("users"), catalog.Created},
		{"made if missing, and it is", "SELECT 1", "CREATE TABLE IF NOT EXISTS users ()", name("users"), catalog.Created},
		{"made if missing, and it is there", users, "CREATE TABLE IF NOT EXISTS users ()", name("users"), catalog.Exists},
		{"made if missing, and nobody knows", "", "CREATE TABLE IF NOT EXISTS users ()", name("users"), catalog.Exists},
		{"made without a history", "", "CREATE TABLE users ()", name("users"), catalog.Created},
		{"renamed away", users, "ALTER TABLE users RENAME TO old", name("users"), catalog.Gone},
		{"renamed", users, "ALTER TABLE users RENAME TO old", name("old"), catalog.Exists},
		{"renamed as an index", users, "ALTER INDEX users RENAME TO old", name("old"), catalog.Exists},
		{"renamed twice", users, "ALTER TABLE users RENAME TO a; ALTER TABLE a RENAME TO b", name("b"), catalog.Exists},
		{"swapped: the old", users, "CREATE TABLE n (); ALTER TABLE users RENAME TO o; ALTER TABLE n RENAME TO users", name("o"), catalog.Exists},
		{"swapped: the new", users, "CREATE TABLE n (); ALTER TABLE users RENAME TO o; ALTER TABLE n RENAME TO users", name("users"), catalog.Created},
		{"renamed onto a name that was dropped", users, "CREATE TABLE a (); DROP TABLE a; ALTER TABLE users RENAME TO a", name("a"), catalog.Exists},
		{"a view in the place of a dropped table", users, "CREATE TABLE a (); DROP TABLE a; CREATE VIEW a AS TABLE users", name("a"), catalog.Absent},
		{"a view renamed to it", users + "CREATE VIEW w AS TABLE users", "CREATE TABLE a (); DROP TABLE a; ALTER VIEW w RENAME TO a", name("a"), catalog.Absent},
		{"a view renamed as a table", users + "CREATE VIEW w AS TABLE users", "CREATE TABLE a (); DROP TABLE a; ALTER TABLE w RENAME TO a", name("a"), catalog.Absent},
		{"temporary table hides it", users, "CREATE TEMP TABLE users ()", name("users"), catalog.Created},
		{"but not by its full name", users, "CREATE TEMP TABLE users ()", op.Name{Schema: "public", Name: "users"}, catalog.Exists},
		{"temporary table dropped", users, "CREATE TEMP TABLE users (); DROP TABLE users", name("users"), catalog.Exists},
		{"temporary table of an earlier file", users + "CREATE TEMP TABLE other ()", "", name("other"), catalog.Absent},
		{"temporary by its schema", users, "CREATE TABLE pg_temp.users ()", name("users"), catalog.Created},
		{"temporary tables last", users, "SET search_path = public, pg_temp; CREATE TEMP TABLE users ()", name("users"), catalog.Exists},
		{"search_path", users, "CREATE SCHEMA s; SET search_path = s; CREATE TABLE users ()", name("users"), catalog.Created},
		{"search_path reset", users, "CREATE SCHEMA s; SET search_path = s; CREATE TABLE users (); RESET search_path", name("users"), catalog.Exists},
		{"search_path by set_config", users, "CREATE SCHEMA s; CREATE TABLE s.users (); SELECT set_config('search_path', 's', false)", name("users"), catalog.Created},
		{"search_path of a transaction", users, "CREATE TABLE s.users (); BEGIN; SET LOCAL search_path = s; COMMIT", name("users"), catalog.Exists},
		{"search_path set in a transaction", users, "CREATE TABLE s.users (); BEGIN; SET LOCAL search_path = q; SET search_path = s; COMMIT", name("users"), catalog.Created},
		{"a schema that is not there", users, "SET search_path = ghost, public; CREATE TABLE IF NOT EXISTS users ()", name("users"), catalog.Exists},
		{"moved to another schema", users, "CREATE SCHEMA s; ALTER TABLE users SET SCHEMA s", op.Name{Schema: "s", Name: "users"}, catalog.Exists},
		{"its schema renamed", "CREATE SCHEMA s; CREATE TABLE s.users ()", "ALTER SCHEMA s RENAME TO r", op.Name{Schema: "r", Name: "users"}, catalog.Exists},
		{"its schema dropped", "CREATE SCHEMA s; CREATE TABLE s.users ()", "DROP SCHEMA s CASCADE", op.Name{Schema: "s", Name: "users"}, catalog.Gone},
		{"partition of a dropped table", "CREATE TABLE a (b int) PARTITION BY LIST (b); CREATE TABLE c PARTITION OF a DEFAULT", "DROP TABLE a", name("c"), catalog.Gone},
		{"heir of a dropped table", "CREATE TABLE a (); CREATE TABLE c () INHERITS (a)", "DROP TABLE a CASCADE", name("c"), catalog.Gone},
		{"detached before", "CREATE TABLE a (b int) PARTITION BY LIST (b); CREATE TABLE c PARTITION OF a DEFAULT", "ALTER TABLE a DETACH PARTITION c; DROP TABLE a", name("c"), catalog.Exists},
		{"only used, never made", "ALTER TABLE users ADD c int", "", name("users"), catalog.Exists},
	} {
		t.Run(tt.title, func(t *testing.T) {
			if _, got := build(t, tt.history, tt.change).Table(tt.table); got != tt.want {
				t.Errorf("%s after %q and %q: got state %d, want %d", tt.table, tt.history, tt.change, got, tt.want)
			}
		})
	}
}

func TestUnreadHistory(t *testing.T) {
	c := catalog.New()
	apply(t, c, users)
	c.CountMigration(1)
	c.BeginChange()
	if _, got := c.Table(name("other")); got != catalog.Unknown || c.Complete() {
		t.Errorf("got state %d and complete %t, want unknown and false", got, c.Complete())
	}
	if _, got := c.Table(name("users")); got != catalog.Exists {
		t.Errorf("got state %d, want exists", got)
	}
	apply(t, c, "DROP TABLE users")
	if _, got := c.Table(name("users")); got != catalog.Gone {
		t.Errorf("got state %d, want gone", got)
	}
	c.CountMigration(1) // it may have made users again
	if _, got := c.Table(name("users")); got != catalog.Unknown {
		t.Errorf("got state %d, want unknown", got)
	}
}

func TestColumnState(t *testing.T) {
	for _, tt := range []struct {
		title, history, change, table, column string
		want                                  catalog.State
	}{
		{"made before", users, "", "users", "v", catalog.Exists},
		{"never made", users, "", "users", "w", catalog.Absent},
		{"added", users, "ALTER TABLE users ADD w int", "users", "w", catalog.Created},
		{"added if missing, and it is there", users, "ALTER TABLE users ADD IF NOT EXISTS v int", "users", "v", catalog.Exists},
		{"added if missing to a table that is not known", "", "ALTER TABLE users ADD IF NOT EXISTS v int", "users", "v", catalog.Exists},
		{"dropped", users, "ALTER TABLE users DROP v", "users", "v", catalog.Gone},
		{"dropped and added", users, "ALTER TABLE users DROP v; ALTER TABLE users ADD v int", "users", "v", catalog.Created},
		{"renamed away", users, "ALTER TABLE users RENAME v TO w", "users", "v", catalog.Gone},
		{"renamed", users, "ALTER TABLE users RENAME v TO w", "users", "w", catalog.Exists},
		{"swapped", users, "ALTER TABLE users ADD w text; ALTER TABLE users RENAME v TO x; ALTER TABLE users RENAME w TO v", "users", "v", catalog.Created},
		{"inherited", "CREATE TABLE a (b int); CREATE TABLE c () INHERITS (a)", "", "c", "b", catalog.Exists},
		{"added to the parent", "CREATE TABLE a (); CREATE TABLE c () INHERITS (a)", "ALTER TABLE a ADD b int", "c", "b", catalog.Created},
		{"dropped from the parent", "CREATE TABLE a (b int); CREATE TABLE c () INHERITS (a)", "ALTER TABLE a DROP b", "c", "b", catalog.Gone},
		{"of a new parent of an old table", users, "CREATE TABLE p (v text); ALTER TABLE users INHERIT p", "p", "v", catalog.Exists},
		{"of a parent no more", users, "CREATE TABLE p (v text); ALTER TABLE users INHERIT p; ALTER TABLE users NO INHERIT p", "p", "v", catalog.Created},
		{"of a table that is not known", "ALTER TABLE users ADD w int", "", "users", "v", catalog.Unknown},
		{"of a type", "CREATE TYPE a AS (b int); CREATE TABLE c OF a", "", "c", "b", catalog.Exists},
	} {
		t.Run(tt.title, func(t *testing.T) {
			if _, got := build(t, tt.history, tt.change).Column(name(tt.table), tt.column); got != tt.want {
				t.Errorf("%s.%s: got state %d, want %d", tt.table, tt.column, got, tt.want)
			}
		})
	}
}

func TestReach(t *testing.T) {
	const chain = users + `
		CREATE TABLE orders (id int PRIMARY KEY, u int REFERENCES users ON DELETE CASCADE);
		CREATE TABLE lines (id int, o int REFERENCES orders ON DELETE CASCADE, s int REFERENCES users ON DELETE SET NULL);`
	deletes := func(table string) func(*catalog.Catalog) []catalog.Loss {
		return func(c *catalog.Catalog) []catalog.Loss {
			found, _ := c.Table(name(table))
			return c.DeleteReach(found, false)
		}
	}
	truncates := func(table string, cascade bool) func(*catalog.Catalog) []catalog.Loss {
		return func(c *catalog.Catalog) []catalog.Loss {
			found, _ := c.Table(name(table))
			return c.TruncateReach(found, cascade, false)
		}
	}
	drops := func(table string) func(*catalog.Catalog) []catalog.Loss {
		return func(c *catalog.Catalog) []catalog.Loss {
			found, _ := c.Table(name(table))
			return c.DropReach(found, true)
		}
	}
	for _, tt := range []struct {
		title, history, change string
		reach                  func(*catalog.Catalog) []catalog.Loss
		want                   []string
	}{
		{"foreign keys", chain, "", deletes("users"), []string{"public.lines.s", "public.orders", "public.lines"}},
		{"a key dropped before", chain, "ALTER TABLE orders DROP CONSTRAINT orders_u_fkey", deletes("users"), []string{"public.lines.s"}},
		{"a column of the key dropped before", chain, "ALTER TABLE orders DROP u", deletes("users"), []string{"public.lines.s"}},
		{"a table that the change made", users, "CREATE TABLE n (u int REFERENCES users ON DELETE CASCADE)", deletes("users"), nil},
		{"renamed on the way", chain, "ALTER TABLE orders RENAME TO o2; ALTER TABLE users RENAME TO u2", deletes("u2"), []string{"public.lines.s", "public.o2", "public.lines"}},
		{"a key added by the change", users + "CREATE TABLE o (u int)", "ALTER TABLE o ADD FOREIGN KEY (u) REFERENCES users ON DELETE CASCADE", deletes("users"), []string{"public.o"}},
		{"a key to itself", "CREATE TABLE a (id int PRIMARY KEY, p int REFERENCES a ON DELETE CASCADE)", "", deletes("a"), []string{"public.a"}},
		{"keys in a circle", "CREATE TABLE a (id int PRIMARY KEY, b int); CREATE TABLE b (id int PRIMARY KEY, a int REFERENCES a ON DELETE CASCADE);" +
			"ALTER TABLE a ADD FOREIGN KEY (b) REFERENCES b ON DELETE CASCADE", "", deletes("a"), []string{"public.b", "public.a"}},
		{"truncate", chain, "", truncates("users", true), []string{"public.lines", "public.orders"}},
		{"truncate without CASCADE", chain, "", truncates("users", false), nil},
		{"truncate of a parent", users + "CREATE TABLE c () INHERITS (users)", "", truncates("users", false), []string{"public.c"}},
		{"drop of a parent", users + "CREATE TABLE c () INHERITS (users); CREATE TABLE d () INHERITS (c)", "", drops("users"), []string{"public.c", "public.d"}},
		{"drop of a row type", users + "CREATE TABLE c (u users)", "", drops("users"), []string{"public.c.u"}},
		{"a new parent of an old table", users, "CREATE TABLE p (); ALTER TABLE users INHERIT p", drops("p"), []string{"public.users"}},
	} {
		t.Run(tt.title, func(t *testing.T) {
			var got []string
			for _, l := range tt.reach(build(t, tt.history, tt.change)) {
				got = append(got, l.Name)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("reach (-want +got):\n%s", diff)
			}
		})
	}
}

// TestCircles holds that what PostgreSQL would refuse ends in no endless walk.
func TestCircles(t *testing.T) {
	for _, sql := range []string{
		"CREATE TABLE a () INHERITS (a)",
		"CREATE TABLE a (); ALTER TABLE a INHERIT a",
		"CREATE TABLE a (); CREATE TABLE b (); ALTER TABLE a INHERIT b; ALTER TABLE b INHERIT a",
		"CREATE TABLE a (x int) PARTITION BY LIST (x); ALTER TABLE a ATTACH PARTITION a DEFAULT",
		"CREATE TABLE a (x int); CREATE TABLE b (x int); ALTER TABLE a ATTACH PARTITION b DEFAULT; ALTER TABLE b ATTACH PARTITION a DEFAULT",
		"CREATE DOMAIN a AS a; CREATE TYPE b AS (c b); CREATE TABLE a (c b)",
	} {
		for _, then := range []string{"ALTER TABLE a ADD x int", "ALTER TABLE a DROP x", "DROP TABLE a", "DROP TABLE a CASCADE", "DROP TYPE b CASCADE"} {
			c := build(t, "SELECT 1", sql)
			found, _ := c.Table(name("a"))
			if found != nil {
				c.HoldsRows(found)
			}
			c.Column(name("a"), "x")
			c.DeleteReach(found, false)
			c.TruncateReach(found, true, false)
			c.DropReach(found, true)
			c.TypeReach(op.Type, name("b"))
			c.BaseType(op.DataType{Name: name("a")})
			apply(t, c, then)
		}
	}
}

func TestCopies(t *testing.T) {
	for _, tt := range []struct {
		title, change, column, want string
	}{
		{"CREATE TABLE AS", "CREATE TABLE b AS TABLE users", "", "public.b"},
		{"SELECT INTO", "SELECT * INTO b FROM users", "", "public.b"},
		{"INSERT of all", "CREATE TABLE b (LIKE users); INSERT INTO b SELECT * FROM users", "", "public.b"},
		{"all columns by name", "CREATE TABLE b AS SELECT id, v FROM users", "", "public.b"},
		{"one column", "CREATE TABLE b AS SELECT v FROM users", "v", "public.b"},
		{"one column is not the table", "CREATE TABLE b AS SELECT v FROM users", "", ""},
		{"not every row", "CREATE TABLE b AS SELECT * FROM users WHERE id > 1", "", ""},
		{"not even with LIMIT", "CREATE TABLE b AS SELECT * FROM users LIMIT 9", "", ""},
		{"without its rows", "CREATE TABLE b AS TABLE users WITH NO DATA", "", ""},
		{"to a temporary table", "CREATE TEMP TABLE b AS TABLE users", "", ""},
		{"to another column", "ALTER TABLE users ADD w text; UPDATE users SET w = v", "v", "public.users.w"},
		{"not of every row", "ALTER TABLE users ADD w text; UPDATE users SET w = v WHERE id = 1", "v", ""},
		{"a copy that is dropped again", "CREATE TABLE b AS TABLE users; DROP TABLE b", "", ""},
		{"a copy column that is dropped again", "ALTER TABLE users ADD w text; UPDATE users SET w = v; ALTER TABLE users DROP w", "v", ""},
	} {
		t.Run(tt.title, func(t *testing.T) {
			if got := build(t, users, tt.change).CopyOf(name("users"), tt.column); got != tt.want {
				t.Errorf("copy of users.%s after %q: got %q, want %q", tt.column, tt.change, got, tt.want)
			}
		})
	}
}

func TestKeys(t *testing.T) {
	for _, tt := range []struct {
		history string
		want    [][]string
	}{
		{users, [][]string{{"id"}}},
		{users + "ALTER TABLE users DROP CONSTRAINT users_pkey", nil},
		{users + "ALTER TABLE users RENAME id TO key", [][]string{{"key"}}},
		{users + "ALTER TABLE users DROP id", nil},
		{users + "CREATE UNIQUE INDEX u ON users (v)", [][]string{{"id"}, {"v"}}},
		{users + "CREATE UNIQUE INDEX u ON users (v); DROP INDEX u", [][]string{{"id"}}},
		{users + "CREATE UNIQUE INDEX u ON users (v) WHERE id > 1", [][]string{{"id"}}},
		{users + "CREATE UNIQUE INDEX u ON users (lower(v))", [][]string{{"id"}}},
		{users + "CREATE INDEX u ON users (v)", [][]string{{"id"}}},
		{"CREATE TABLE users (a int, b int, UNIQUE (a, b))", [][]string{{"a", "b"}}},
	} {
		found, _ := build(t, tt.history, "").Table(name("users"))
		if diff := cmp.Diff(tt.want, found.KeyColumns()); diff != "" {
			t.Errorf("keys after %q (-want +got):\n%s", tt.history, diff)
		}
	}
}

// TestPrepared holds that a name that is taken stands for all that it may run.
func TestPrepared(t *testing.T) {
	c := build(t, users, "PREPARE a AS DELETE FROM users; PREPARE a AS SELECT 1")
	if all := c.Prepared("a"); len(all) != 2 || len(all[0].Ops) != 1 {
		t.Errorf("got %v, want both", all)
	}
	apply(t, c, "DEALLOCATE a; PREPARE a AS SELECT 1")
	if all := c.Prepared("a"); len(all) != 1 || len(all[0].Ops) != 0 {
		t.Errorf("got %v, want the last", all)
	}
}
