package catalog_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dropgate/dropgate/analyzer/catalog"
	"github.com/dropgate/dropgate/analyzer/op"
)

// told writes losses as a finding shows them.
func told(all []catalog.Loss) []string {
	var lines []string
	for _, l := range all {
		lines = append(lines, string(l.Kind)+" "+l.Name+": "+l.Why)
	}
	return lines
}

// TestWhy holds what goes along with what, and the reason that is told.
func TestWhy(t *testing.T) {
	types := func(kind op.Kind, n string) func(*catalog.Catalog) []catalog.Loss {
		return func(c *catalog.Catalog) []catalog.Loss { return c.TypeReach(kind, name(n)) }
	}
	schema := func(n string) func(*catalog.Catalog) []catalog.Loss {
		return func(c *catalog.Catalog) []catalog.Loss { return c.SchemaReach(n) }
	}
	const mood = "CREATE TYPE mood AS ENUM ('x');"
	for _, tt := range []struct {
		title, history, change string
		reach                  func(*catalog.Catalog) []catalog.Loss
		want                   []string
	}{
		{"a column of the type", mood + "CREATE TABLE t (m mood, n mood[], o text)", "", types(op.Type, "mood"),
			[]string{"column public.t.m: its type needs type public.mood", "column public.t.n: its type needs type public.mood"}},
		{"a column added since", mood + "CREATE TABLE t (); ALTER TABLE t ADD m mood; CREATE TABLE u (a text); ALTER TABLE u ALTER a TYPE mood USING NULL", "", types(op.Type, "mood"),
			[]string{"column public.t.m: its type needs type public.mood", "column public.u.a: its type needs type public.mood"}},
		{"a domain between", mood + "CREATE DOMAIN d AS mood; CREATE TABLE t (m d)", "", types(op.Type, "mood"),
			[]string{"column public.t.m: its type needs domain public.d, which goes with type public.mood"}},
		{"an attribute", mood + "CREATE TYPE pair AS (m mood); CREATE TABLE t (p pair)", "", types(op.Type, "mood"),
			[]string{"column public.t.p: a value of it has attribute m, whose type needs type public.mood"}},
		{"an attribute of an attribute", mood + "CREATE TYPE pair AS (m mood); CREATE TYPE two AS (p pair[]); CREATE TABLE t (t two)", "", types(op.Type, "mood"),
			[]string{"column public.t.t: a value of it has attribute m, whose type needs type public.mood"}},
		{"a typed table", "CREATE TYPE p AS (a int); CREATE TABLE t OF p", "", types(op.Type, "p"), []string{"table public.t: it is a table of type public.p"}},
		{"a row type", users + "CREATE TABLE t (u users)", "", func(c *catalog.Catalog) []catalog.Loss { u, _ := c.Table(name("users")); return c.DropReach(u, true) },
			[]string{"column public.t.u: its type is the row type of public.users"}},
		{"an extension", "CREATE EXTENSION citext; CREATE TABLE t (a citext)", "", types(op.Extension, "citext"),
			[]string{"column public.t.a: its type needs extension citext"}},
		{"an extension that another one needs", "CREATE EXTENSION earthdistance CASCADE; CREATE TABLE t (a earth)", "", types(op.Extension, "cube"),
			[]string{"column public.t.a: its type needs extension earthdistance, which goes with extension cube"}},
		{"an extension that is not known", "CREATE EXTENSION mystery; CREATE EXTENSION citext; CREATE TABLE t (a riddle, b citext, c text, d users, e int[]);" + users, "", types(op.Extension, "mystery"),
			[]string{"column public.t.a: its type needs extension mystery"}},
		{"a type in a schema", "CREATE SCHEMA s; CREATE TYPE s.mood AS ENUM ('x'); CREATE TABLE t (m s.mood)", "", schema("s"),
			[]string{"column public.t.m: its type is in schema s"}},
		{"an extension in a schema", "CREATE SCHEMA s; CREATE EXTENSION citext SCHEMA s; CREATE TABLE t (a s.citext)", "", schema("s"),
			[]string{"column public.t.a: its type needs extension citext, which goes with schema s"}},
		{"a function", "CREATE FUNCTION f(int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 1'; CREATE TABLE t (a int, b int GENERATED ALWAYS AS (f(a)) STORED)", "",
			func(c *catalog.Catalog) []catalog.Loss { return c.FunctionReach(name("f")) }, []string{"column public.t.b: it is computed by function public.f"}},
		{"a column that the change made", mood + users, "ALTER TABLE users ADD m mood", types(op.Type, "mood"), nil},
		{"a column of another type now", mood + "CREATE TABLE t (m mood)", "ALTER TABLE t ALTER m TYPE text", types(op.Type, "mood"), nil},
		{"a name that may be in any schema", "CREATE TABLE t (m mood)", "", func(c *catalog.Catalog) []catalog.Loss {
			return c.TypeReach(op.Type, op.Name{Schema: "s", Name: "mood"})
		}, []string{"column public.t.m: its type needs type s.mood"}},
	} {
		t.Run(tt.title, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, told(tt.reach(build(t, tt.history, tt.change)))); diff != "" {
				t.Errorf("reach (-want +got):\n%s", diff)
			}
		})
	}
}

func TestViewReach(t *testing.T) {
	const views = users + `
		CREATE VIEW a AS SELECT v FROM users; CREATE MATERIALIZED VIEW b AS SELECT * FROM a; CREATE VIEW c AS SELECT id FROM users;
		CREATE FUNCTION f(int) RETURNS int LANGUAGE sql AS 'SELECT 1'; CREATE VIEW d AS SELECT f(1) AS one;`
	for _, tt := range []struct {
		title, change string
		kind          op.Kind
		name, column  string
		want          []string
	}{
		{"a table", "", op.Table, "users", "", []string{
			"view public.a: selects from public.users", "view public.c: selects from public.users", "materialized view public.b: selects from public.a"}},
		{"a column", "", op.Column, "users", "v", []string{"view public.a: shows public.users.v", "materialized view public.b: selects from public.a"}},
		{"a view", "", op.View, "a", "", []string{"materialized view public.b: selects from public.a"}},
		{"a function", "", op.Function, "f", "", []string{"view public.d: calls function public.f"}},
		{"views of the change", "CREATE VIEW e AS SELECT * FROM c", op.View, "c", "", nil},
		{"a view that reads something else by now", "CREATE OR REPLACE VIEW a AS SELECT 'x' AS v", op.Table, "users", "", []string{"view public.c: selects from public.users"}},
		{"what stands in a dropped schema", "", op.Schema, "public", "", nil},
		{"what nobody knows", "", op.Table, "nobody", "", nil},
	} {
		t.Run(tt.title, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, told(build(t, views, tt.change).ViewReach(tt.kind, name(tt.name), tt.column))); diff != "" {
				t.Errorf("views (-want +got):\n%s", diff)
			}
		})
	}
}

// TestMayHaveGone holds that a column of a type by a bare name that nobody made is
// taken for what may still be there.
func TestMayHaveGone(t *testing.T) {
	c := build(t, "CREATE TABLE t (a int, m mood); DROP TYPE s.mood CASCADE", "")
	if _, got := c.Column(name("t"), "m"); got != catalog.Exists {
		t.Errorf("got state %d, want exists", got)
	}
	apply(t, c, "DROP TYPE mood CASCADE")
	if _, got := c.Column(name("t"), "m"); got != catalog.Gone {
		t.Errorf("got state %d, want gone", got)
	}
}

// TestMadeIfMissing holds that what may have been there before is not the change's own.
func TestMadeIfMissing(t *testing.T) {
	for _, tt := range []struct {
		history, change string
		kind            op.Kind
		want            catalog.State
	}{
		{"", "CREATE EXTENSION IF NOT EXISTS x", op.Extension, catalog.Exists},
		{"SELECT 1", "CREATE EXTENSION IF NOT EXISTS x", op.Extension, catalog.Created},
		{"", "CREATE EXTENSION x", op.Extension, catalog.Created},
		{"CREATE EXTENSION x", "CREATE EXTENSION IF NOT EXISTS x", op.Extension, catalog.Exists},
		{"", "CREATE TYPE x AS ENUM ()", op.Type, catalog.Created},
	} {
		if got := build(t, tt.history, tt.change).Object(tt.kind, name("x"), op.Name{}); got != tt.want {
			t.Errorf("%q after %q: got state %d, want %d", tt.change, tt.history, got, tt.want)
		}
	}
	c := catalog.New()
	c.BeginChange()
	c.ApplyPerhaps(&op.CreateType{Kind: op.Type, Name: name("x")})
	if got := c.Object(op.Type, name("x"), op.Name{}); got != catalog.Exists {
		t.Errorf("made in a branch: got state %d, want exists", got)
	}
}
