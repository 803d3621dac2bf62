package catalog_test

import (
	"testing"

	"github.com/dropgate/dropgate/analyzer/catalog"
	"github.com/dropgate/dropgate/analyzer/op"
	"github.com/dropgate/dropgate/analyzer/pgsql"
	"github.com/dropgate/dropgate/analyzer/source"
)

// perhaps applies SQL that may not run.
func perhaps(c *catalog.Catalog, sql string) {
	f := source.New("a.sql", []byte(sql))
	for _, s := range pgsql.Read(f, f.All(), pgsql.Options{}) {
		for _, at := range s.Ops {
			c.ApplyPerhaps(at.Op)
		}
	}
}

// TestPerhaps holds what is known of a table after what may not have run.
func TestPerhaps(t *testing.T) {
	for _, tt := range []struct {
		title, history, perhaps, after string
		table                          op.Name
		want                           catalog.State
	}{
		{"created", users, "CREATE TABLE a ()", "", name("a"), catalog.Created},
		{"created, and it may be there", "", "CREATE TABLE a ()", "", name("a"), catalog.Exists},
		{"dropped", users, "DROP TABLE users", "", name("users"), catalog.Exists},
		{"dropped, then created", users, "DROP TABLE users", "CREATE TABLE users ()", name("users"), catalog.Created},
		{"dropped, then created if it is not there", users, "DROP TABLE users", "CREATE TABLE IF NOT EXISTS users ()", name("users"), catalog.Exists},
		{"dropped, then another one renamed to it", users + "CREATE TABLE a (b int)", "DROP TABLE users; ALTER TABLE a RENAME TO users", "ALTER TABLE users DROP b", name("a"), catalog.Unknown},
		{"renamed: the old", users, "ALTER TABLE users RENAME TO a", "", name("users"), catalog.Unknown},
		{"renamed: the new", users, "ALTER TABLE users RENAME TO a", "", name("a"), catalog.Exists},
		{"renamed, then dropped by the old name", users, "ALTER TABLE users RENAME TO a", "DROP TABLE users", name("users"), catalog.Gone},
		{"moved: the old", users, "ALTER TABLE users SET SCHEMA s", "", name("users"), catalog.Unknown},
		{"its schema renamed", "CREATE SCHEMA s; CREATE TABLE s.a ()", "ALTER SCHEMA s RENAME TO r", "", op.Name{Schema: "s", Name: "a"}, catalog.Unknown},
		{"created by a name that is open in part", users, "CREATE TABLE part_· ()", "", name("part_1"), catalog.Unknown},
		{"and another name", users, "CREATE TABLE part_· ()", "", name("users_1"), catalog.Absent},
		{"renamed to an open name", users, "ALTER TABLE users RENAME TO ·_old", "", name("users_old"), catalog.Unknown},
		{"renamed to an open name: the old", users, "ALTER TABLE users RENAME TO ·_old", "", name("users"), catalog.Exists},
		{"in a schema that is open", users, "CREATE TABLE ·.a ()", "", op.Name{Schema: "s", Name: "a"}, catalog.Unknown},
		{"an open name", users, "", "", name("user·"), catalog.Unknown},
	} {
		t.Run(tt.title, func(t *testing.T) {
			c := build(t, tt.history, "")
			perhaps(c, tt.perhaps)
			apply(t, c, tt.after)
			if _, got := c.Table(tt.table); got != tt.want {
				t.Errorf("%s after perhaps %q: got state %d, want %d", tt.table, tt.perhaps, got, tt.want)
			}
		})
	}
}

// TestColumnPerhaps holds what is known of a column after what may not have run.
func TestColumnPerhaps(t *testing.T) {
	for _, tt := range []struct {
		title, perhaps, after, column string
		want                          catalog.State
	}{
		{"added", "ALTER TABLE users ADD a int", "", "a", catalog.Created},
		{"dropped", "ALTER TABLE users DROP v", "", "v", catalog.Exists},
		{"dropped, then added", "ALTER TABLE users DROP v", "ALTER TABLE users ADD v int", "v", catalog.Created},
		{"renamed: the old", "ALTER TABLE users RENAME v TO a", "", "v", catalog.Unknown},
		{"renamed: the new", "ALTER TABLE users RENAME v TO a", "", "a", catalog.Exists},
		{"added to a table that is open", "ALTER TABLE · ADD a int", "", "a", catalog.Unknown},
		{"and another column", "ALTER TABLE · ADD a int", "", "b", catalog.Absent},
		{"an open name", "", "", "·", catalog.Exists},
	} {
		t.Run(tt.title, func(t *testing.T) {
			c := build(t, users, "")
			perhaps(c, tt.perhaps)
			apply(t, c, tt.after)
			if _, got := c.Column(name("users"), tt.column); got != tt.want {
				t.Errorf("%s after perhaps %q: got state %d, want %d", tt.column, tt.perhaps, got, tt.want)
			}
		})
	}
}

// TestFunctions holds which functions a name has.
func TestFunctions(t *testing.T) {
	const two = "CREATE FUNCTION f(a int) RETURNS int LANGUAGE sql AS 'SELECT 1'; CREATE FUNCTION f(a text) RETURNS int LANGUAGE sql AS 'SELECT 2';"
	for _, tt := range []struct {
		title, history string
		name           string
		want           int
	}{
		{"two", two, "f", 2},
		{"one of them dropped", two + "DROP FUNCTION f(integer)", "f", 1},
		{"all dropped", "CREATE FUNCTION f(a int) RETURNS int LANGUAGE sql AS 'SELECT 1'; DROP FUNCTION f", "f", 0},
		{"one of them replaced", two + "CREATE OR REPLACE FUNCTION f(b int4) RETURNS int LANGUAGE sql AS 'SELECT 3'", "f", 2},
		{"one of them renamed", two + "ALTER FUNCTION f(int) RENAME TO g", "g", 1},
		{"one of them stays", two + "ALTER FUNCTION f(int) RENAME TO g", "f", 1},
		{"of a schema that is dropped", "CREATE SCHEMA s; CREATE FUNCTION s.f() RETURNS int LANGUAGE sql AS 'SELECT 1'; DROP SCHEMA s CASCADE; SET search_path = s", "f", 0},
	} {
		if got := len(build(t, "SELECT 1", tt.history).Functions(name(tt.name), []op.Argument{{}})); got != tt.want {
			t.Errorf("%s: got %d functions, want %d", tt.title, got, tt.want)
		}
	}
}

// TestFunctionsOfOtherSets holds that a trigger may run a function of another set
// of migrations, and that a call of it stays unknown.
func TestFunctionsOfOtherSets(t *testing.T) {
	here, there := build(t, users, ""), build(t, "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'", "")
	catalog.Meet(here, there)
	if got := len(here.TriggerFunctions(name("f"))); got != 1 {
		t.Errorf("got %d functions for a trigger, want the other set's", got)
	}
	if got := len(here.Functions(name("f"), nil)); got != 0 {
		t.Errorf("got %d functions for a call, want none", got)
	}
}
