package pgsql

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dropgate/dropgate/analyzer/op"
	"github.com/dropgate/dropgate/analyzer/source"
)

// TestQueryTexts reads what a query gives psql's \\gexec to run.
func TestQueryTexts(t *testing.T) {
	for _, tt := range []struct{ sql, want string }{
		{"SELECT 'DROP TABLE a'", `"DROP TABLE a"*`},
		{"SELECT 'DROP TABLE a', 'DROP TABLE b'", `"DROP TABLE a"* | "DROP TABLE b"*`},
		{"VALUES ('DROP TABLE a'), ('DROP TABLE b')", `"DROP TABLE a"* | "DROP TABLE b"*`},
		{"SELECT 'DROP TABLE ' || quote_ident(tablename) FROM pg_tables", `"DROP TABLE "* ?(catalog)%I`},
		{"SELECT format('DROP TABLE %I', relname) FROM pg_class c JOIN names n ON n.x = c.oid", `"DROP TABLE "* ?(catalog)%I`},
		{"SELECT 'DROP TABLE ' || name FROM names", `"DROP TABLE "* ?`},
		{"SELECT * FROM (VALUES ('a', 1)) AS v (x, y)", `"a"* | "1"*`},
		{"SELECT * FROM names", "?"},
		{"WITH RECURSIVE q AS (SELECT 'a' AS x UNION SELECT x FROM q) SELECT x FROM q", `"a"* | ?`},
		{"SELECT t.* FROM a, (SELECT 'x') t", `"x"*`},
		{"SELECT x FROM unnest('{a,b}'::text[]) AS x WHERE x = 'a'", `"a"*`},
		{"TABLE pg_tables", "?(catalog)"},
		{"SELECT 1 UNION SELECT 2", `"1"* | "2"*`},
		{"DELETE FROM a RETURNING b", "?"},
	} {
		f := source.New("a.sql", []byte(tt.sql))
		c := chunk{all: f.All(), tokens: tokens(f.Data, f.All())}
		tree, _, err := parse(f, c)
		if err != nil {
			t.Fatal(err)
		}
		got := showTexts(f, queryTexts(newReader(f, c), tree.Stmts[0].Stmt))
		if got != tt.want {
			t.Errorf("%s gives %s, want %s", tt.sql, got, tt.want)
		}
	}
}

// TestUsing reads a text to which EXECUTE … USING gives values.
func TestUsing(t *testing.T) {
	f := source.New("a.sql", []byte("DELETE FROM a WHERE id = $1 AND b = $2"))
	for using, want := range []op.Condition{
		op.And{op.Equals{Column: "id"}, op.Equals{Column: "b"}},
		op.And{op.Matches{Column: "id", Variable: "$1"}, op.Own{Columns: []string{"b"}}},
		op.And{op.Matches{Column: "id", Variable: "$1"}, op.Matches{Column: "b", Variable: "$2"}},
	} {
		all := Read(f, f.All(), Options{Using: using})
		got, ok := all[0].Ops[0].Op.(*op.Delete)
		if !ok {
			t.Fatalf("with %d values it is %#v", using, all[0].Ops[0].Op)
		}
		if diff := cmp.Diff(want, got.Where); diff != "" {
			t.Errorf("with %d values (-want +got):\n%s", using, diff)
		}
	}
}

// TestFunction reads what CREATE FUNCTION says besides its body.
func TestFunction(t *testing.T) {
	_, all := read(`CREATE OR REPLACE FUNCTION s.f(a int, b text DEFAULT 'x' || 'y', INOUT c int[] DEFAULT NULL, OUT d int)
		LANGUAGE plpgsql SET search_path = p, q AS $$ BEGIN END $$`)
	got, ok := all[0].Ops[0].Op.(*op.CreateFunction)
	if !ok || got.Body == nil {
		t.Fatalf("it is %#v", all[0].Ops)
	}
	if got.Body.Path == nil {
		t.Fatal("its search_path is not read")
	}
	integer, text := op.DataType{Name: op.Name{Name: "int4"}}, op.DataType{Name: op.Name{Name: "text"}}
	list := op.DataType{Name: op.Name{Name: "int4"}, Array: true}
	if diff := cmp.Diff([]op.DataType{integer, text, list}, got.Arguments); diff != "" {
		t.Errorf("arguments (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"p", "q"}, got.Body.Path.Schemas); diff != "" {
		t.Errorf("search_path (-want +got):\n%s", diff)
	}
	var defaults []string
	for _, p := range got.Body.Parameters {
		defaults = append(defaults, p.Name+" "+showTexts(got.Body.File, p.Default))
	}
	if diff := cmp.Diff([]string{"a unknown", `b "x"* "y"*`, `c ""`, "d unknown"}, defaults); diff != "" {
		t.Errorf("defaults (-want +got):\n%s", diff)
	}
	if !got.Replace || got.Language != "plpgsql" || got.Name != (op.Name{Schema: "s", Name: "f"}) {
		t.Errorf("it is %#v", got)
	}
}
