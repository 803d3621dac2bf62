package pgsql

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dropgate/dropgate/analyzer/op"
)

func TestCondition(t *testing.T) {
	eq := func(column string) op.Condition { return op.Equals{Column: column} }
	own := func(columns ...string) op.Condition { return op.Own{Columns: columns} }
	picked := func(table string, where op.Condition, columns ...string) op.Condition {
		return op.Picked{Table: op.Name{Name: table}, Columns: columns, Where: where}
	}
	for _, tt := range []struct {
		where string
		want  op.Condition
	}{
		{"", nil},
		{"WHERE true", op.Always{}},
		{"WHERE 'tru'", op.Always{}},
		{"WHERE ' true '", op.Always{}},
		{"WHERE '10'::int::bool", op.Always{}},
		{"WHERE false", op.Never{}},
		{"WHERE 'of'::bool", op.Never{}},
		{"WHERE NULL", op.Never{}},
		{"WHERE NOT true", op.Never{}},
		{"WHERE NOT false", op.Always{}},
		{"WHERE 1 = 1", op.Always{}},
		{"WHERE 1 = 2", op.Never{}},
		{"WHERE 1 <> 1", op.Never{}},
		{"WHERE 1.4::int <> 1.4", op.Always{}},
		{"WHERE 'a'::char(1) <> 'a'", op.Always{}},
		{"WHERE '1' = '01'", op.Always{}},
		{"WHERE id = id", op.Always{}},
		{"WHERE t.id = id", op.Always{}},
		{"WHERE id <> id", op.Never{}},
		{"WHERE now() > '2020-01-01'", op.Always{}},
		{"WHERE id = 1", eq("id")},
		{"WHERE 1 = id", eq("id")},
		{"WHERE t.id = 1", eq("id")},
		{"WHERE s.t.id = 1", eq("id")},
		{"WHERE id = $1", eq("id")},
		{"WHERE id = 1 + 1", eq("id")},
		{"WHERE id = '1'::bigint", eq("id")},
		{"WHERE id IN (1, 2)", eq("id")},
		{"WHERE id NOT IN (1, 2)", own("id")},
		{"WHERE id = ANY (ARRAY[1, 2])", eq("id")},
		{"WHERE id = ANY ('{1,2}')", eq("id")},
		{"WHERE id <> ALL ('{1,2}')", own("id")},
		{"WHERE id IN (1, b)", own("id", "b")},
		{"WHERE (id, b) = (1, 2)", op.And{eq("id"), eq("b")}},
		{"WHERE (id, b) IN ((1, 2), (3, 4))", op.And{eq("id"), eq("b")}},
		{"WHERE id > 1", own("id")},
		{"WHERE id OPERATOR(pg_catalog.=) 1", own("id")},
		{"WHERE id IS NOT DISTINCT FROM 1", eq("id")},
		{"WHERE id IS NOT DISTINCT FROM NULL", op.IsNull{Column: "id"}},
		{"WHERE id IS NOT DISTINCT FROM $1", own("id")},
		{"WHERE id IS DISTINCT FROM 1", own("id")},
		{"WHERE b IS NULL", op.IsNull{Column: "b"}},
		{"WHERE b IS NOT NULL", op.NotNull{Column: "b"}},
		{"WHERE NOT b IS NULL", op.NotNull{Column: "b"}},
		{"WHERE b LIKE '%'", op.NotNull{Column: "b"}},
		{"WHERE b LIKE 'x%'", own("b")},
		{"WHERE id = 1 AND b > 2", op.And{eq("id"), own("b")}},
		{"WHERE id = 1 OR true", op.Or{eq("id"), op.Always{}}},
		{"WHERE NOT (id = 1 OR b IS NULL)", op.And{own("id"), op.NotNull{Column: "b"}}},
		{"WHERE NOT (id = 1 AND b IS NULL)", op.Or{own("id"), op.NotNull{Column: "b"}}},
		{"WHERE id IN (SELECT 1)", op.Equals{Column: "id"}},
		{"WHERE id IN (SELECT 1 FROM u)", op.Elsewhere{}},
		{"WHERE id IN (VALUES (1), (2))", op.Equals{Column: "id"}},
		{"WHERE id NOT IN (VALUES (1), (2))", own("id")},
		{"WHERE id > ANY (VALUES (1), (2))", op.Elsewhere{}},
		{"WHERE (id, b) IN (VALUES (1, 2))", op.And{op.Equals{Column: "id"}, op.Equals{Column: "b"}}},
		{"WHERE id = ANY (SELECT unnest(ARRAY[1, 2]))", op.Equals{Column: "id"}},
		{"WHERE id::text = '1'", op.Equals{Column: "id"}},
		{"WHERE id::varchar(2) = '12'", own("id")},
		{"WHERE EXISTS (SELECT 1)", op.Elsewhere{}},
		{"WHERE CURRENT OF c", op.Elsewhere{}},
		{"WHERE other.id = 1", op.Elsewhere{}},
		{"USING u WHERE t.id = u.id", op.Elsewhere{}},
		{"WHERE id IN (SELECT id FROM t WHERE c IS NULL LIMIT 5)", picked("t", op.IsNull{Column: "c"}, "id")},
		{"WHERE id = ANY (ARRAY(SELECT x.id FROM s.t AS x))", op.Picked{Table: op.Name{Schema: "s", Name: "t"}, Columns: []string{"id"}}},
		{"WHERE (a, b) IN (SELECT a, b FROM t WHERE c = 1)", picked("t", eq("c"), "a", "b")},
		{"WHERE (a, b) IN (SELECT b, a FROM t WHERE c = 1)", op.Elsewhere{}},
		{"WHERE id NOT IN (SELECT id FROM t)", op.Elsewhere{}},
		{"WHERE id IN (SELECT id + 1 FROM t)", op.Elsewhere{}},
		{"WHERE id IN (SELECT id FROM t UNION SELECT id FROM u)", op.Elsewhere{}},
		{"WHERE id IN (WITH t AS (SELECT 1 AS id) SELECT id FROM t)", op.Elsewhere{}},
		{"WHERE EXISTS (SELECT 1 FROM t o WHERE o.id = t.id AND o.c IS NULL)", picked("t", op.IsNull{Column: "c"}, "id")},
		{"WHERE EXISTS (SELECT 1 FROM t WHERE t.id = t.id)", op.Elsewhere{}},
		{"USING (SELECT id AS n FROM t WHERE c IS NULL) v WHERE t.id = v.n", picked("t", op.IsNull{Column: "c"}, "id")},
		{"USING u WHERE t.id = 1 AND u.id = 2", op.And{eq("id"), op.Elsewhere{}}},
		{"USING u WHERE id = 1", op.Elsewhere{}},
		{"USING (VALUES (1), (2)) v(n) WHERE t.id = v.n", eq("id")},
		{"USING (VALUES (1), (f())) v(n) WHERE t.id = v.n", op.Elsewhere{}},
	} {
		_, all := read("DELETE FROM t " + tt.where)
		d, ok := all[0].Ops[0].Op.(*op.Delete)
		if !ok {
			t.Errorf("%q: got %+v, want a delete", tt.where, all[0].Ops[0].Op)
			continue
		}
		if diff := cmp.Diff(tt.want, d.Where); diff != "" {
			t.Errorf("condition of %q (-want +got):\n%s", tt.where, diff)
		}
	}
}

func TestValue(t *testing.T) {
	for _, tt := range []struct {
		value string
		want  op.ValueKind
	}{
		{"NULL", op.Null},
		{"NULL::text", op.Null},
		{"1", op.Constant},
		{"DEFAULT", op.Constant},
		{"now()", op.Constant},
		{"$1", op.Constant},
		{"c", op.Same},
		{"t.c", op.Same},
		{"coalesce(c, 1)", op.Coalesced},
		{"coalesce(d, c)", op.Computed},
		{"CASE WHEN c IS NULL THEN 1 ELSE c END", op.Coalesced},
		{"CASE WHEN d > 1 THEN 1 ELSE c END", op.Conditional},
		{"CASE WHEN c IS NOT NULL THEN 1 ELSE c END", op.Computed},
		{"CASE WHEN true THEN NULL ELSE c END", op.Computed},
		{"CASE c WHEN 1 THEN 'a' WHEN 2 THEN 'b' END", op.Branches},
		{"nullif(c, 1)", op.Conditional},
		{"nullif(c, c)", op.Computed},
		{"nullif(c, '')::int", op.Cast},
		{"nullif(c, c)::int", op.Computed},
		{"c + 1", op.Undoable},
		{"1 - c", op.Undoable},
		{"c * 2", op.Undoable},
		{"c * 0", op.Computed},
		{"c / 2", op.Computed},
		{"-c", op.Undoable},
		{"NOT c", op.Undoable},
		{"c || 'x'", op.Undoable},
		{"c || NULL", op.Computed},
		{`c || '{"a": 1}'`, op.Computed},
		{"c || 'a=>1'", op.Computed},
		{"c || 'x'::jsonb", op.Computed},
		{"c - 'key'", op.Computed},
		{"c + interval '1 day'", op.Undoable},
		{"c - interval '3 hours 10 minutes'", op.Undoable},
		{"c + interval '1 month'", op.Computed},
		{"c + interval '1' month", op.Computed},
		{"c + interval 'P1M'", op.Computed},
		{"c + d", op.Computed},
		{"lower(c)", op.Computed},
		{"d", op.FromColumn},
		{"(SELECT 1)", op.FromQuery},
		{"u.c", op.FromQuery},
		{"c::int", op.Cast},
		{"c::text::varchar(3)", op.Cast},
		{"c AT TIME ZONE 'UTC'", op.Zoned},
		{"c AT TIME ZONE d", op.Computed},
		{"ARRAY[c]", op.Wrapped},
		{"ARRAY[c]::text[]", op.Wrapped},
		{"ARRAY[c]::int[]", op.Computed},
		{"to_jsonb(c)", op.Wrapped},
		{"to_jsonb(c)::varchar(1)", op.Computed},
		{"to_jsonb(c::date)", op.Computed},
		{"jsonb_build_object('a', c)", op.Wrapped},
		{"string_to_array(c, ',')", op.Wrapped},
		{"string_to_array(c, c)", op.Computed},
		{"to_timestamp(c)", op.Wrapped},
		{"to_timestamp(c, 'YYYY')", op.Computed},
	} {
		_, all := read("UPDATE t SET c = " + tt.value)
		if len(all) != 1 || all[0].Unread() {
			t.Errorf("%q is not read", tt.value)
			continue
		}
		if got := all[0].Ops[0].Op.(*op.Update).Set[0].Value.Kind; got != tt.want {
			t.Errorf("value %q: got kind %d, want %d", tt.value, got, tt.want)
		}
	}
}

// TestOperations holds what statements ask for where reading them is not plain.
func TestOperations(t *testing.T) {
	name := func(s string) op.Name { return op.Name{Name: s} }
	path := func(schemas ...string) *op.SetSearchPath { return &op.SetSearchPath{Schemas: schemas} }
	for _, tt := range []struct {
		sql  string
		want []op.Operation
	}{
		{`DROP TABLE U&"\0061", "B;", c.d, e.f.g CASCADE`, []op.Operation{
			&op.Drop{Kind: op.Table, Word: "table", Name: name("a"), Cascade: true},
			&op.Drop{Kind: op.Table, Word: "table", Name: name("B;"), Cascade: true},
			&op.Drop{Kind: op.Table, Word: "table", Name: op.Name{Schema: "c", Name: "d"}, Cascade: true},
			&op.Drop{Kind: op.Table, Word: "table", Name: op.Name{Schema: "f", Name: "g"}, Cascade: true},
		}},
		{"DROP ACCESS METHOD a", []op.Operation{&op.Drop{Kind: op.OtherObject, Word: "object", Name: name("a")}}},
		{"DROP ACCESS METHOD a CASCADE", []op.Operation{&op.Unknown{Tag: "DROP ACCESS METHOD … CASCADE"}}},
		{"SET search_path = a, \"B,c\"", []op.Operation{path("a", "B,c")}},
		{"SET LOCAL search_path TO a", []op.Operation{&op.SetSearchPath{Schemas: []string{"a"}, Local: true}}},
		{"SET SCHEMA 'a'", []op.Operation{path("a")}},
		{"RESET search_path", []op.Operation{path()}},
		{"RESET ALL", []op.Operation{path(), &op.ReplicationRole{}}},
		{"SET standard_conforming_strings = on", nil},
		{"SET statement_timeout = 0", nil},
		{`SELECT pg_catalog.set_config('search_path', 'a, "B"', true)`, []op.Operation{
			&op.SetSearchPath{Schemas: []string{"a", "B"}, Local: true}}},
		{"COMMIT AND CHAIN", []op.Operation{&op.Transaction{Kind: op.Commit, Chain: true}}},
		{"END", []op.Operation{&op.Transaction{Kind: op.Commit}}},
		{"ABORT", []op.Operation{&op.Transaction{Kind: op.Rollback}}},
		{"PREPARE TRANSACTION 'a'", []op.Operation{&op.Transaction{Kind: op.Commit}}},
		{"ROLLBACK PREPARED 'a'", nil},
		{"ROLLBACK TO a", []op.Operation{&op.Transaction{Kind: op.RollbackTo, Name: "a"}}},
		{"TRUNCATE ONLY a, b CASCADE", []op.Operation{
			&op.Truncate{Table: name("a"), Only: true, Cascade: true}, &op.Truncate{Table: name("b"), Cascade: true}}},
		{"DELETE FROM ONLY a", []op.Operation{&op.Delete{Table: name("a"), Only: true}}},
		{"CREATE TABLE a AS EXECUTE b", []op.Operation{
			&op.Execute{Name: "b"}, &op.CreateTable{Name: name("a"), Kind: op.Table, As: true}}},
		{"SELECT lower('A'), f()", []op.Operation{
			&op.Call{Function: name("f")}, &op.Call{Function: name("lower"), Perhaps: true, Arguments: []op.Argument{{}}}}},
		{"UPDATE a SET b = f() WHERE g(c)", []op.Operation{
			&op.Update{Table: name("a"), Set: []op.Assignment{{Column: "b", Value: op.Value{Kind: op.Constant}}}, Where: op.Own{Columns: []string{"c"}}},
			&op.Call{Function: name("f"), Perhaps: true}, &op.Call{Function: name("g"), Perhaps: true, Arguments: []op.Argument{{Value: open(false)}}}}},
		{"CREATE VIEW a AS SELECT f()", []op.Operation{&op.CreateView{Kind: op.View, Name: name("a"), Calls: []op.Operation{&op.Call{Function: name("f"), Perhaps: true}},
			ViewDetail: op.ViewDetail{Query: "SELECT f()"}}}},
	} {
		checkOperations(t, tt.sql, tt.want)
	}
}

// checkOperations compares what the first statement of a text asks for.
func checkOperations(t *testing.T, sql string, want []op.Operation) {
	t.Helper()
	_, all := read(sql)
	var got []op.Operation
	for _, at := range all[0].Ops {
		got = append(got, at.Op)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("operations of %q (-want +got):\n%s", sql, diff)
	}
}

// TestHiddenMeaning holds that what changes how later text is to be read is said.
func TestHiddenMeaning(t *testing.T) {
	for _, sql := range []string{
		"SET standard_conforming_strings = off",
		"SET LOCAL standard_conforming_strings TO 0",
		"SELECT set_config('standard_conforming_strings', 'off', false)",
		"SELECT set_config('search_path', a, false) FROM b",
		"SELECT set_config(a, 'b', false) FROM c",
	} {
		_, all := read(sql)
		switch all[0].Ops[0].Op.(type) {
		case *op.Unread, *op.RunTime:
		default:
			t.Errorf("%q: got %+v, want it to be called unread or run-time", sql, all[0].Ops[0].Op)
		}
	}
}

// TestManyRows holds that an upsert of constants is told from one of a set.
func TestManyRows(t *testing.T) {
	for sql, want := range map[string]bool{
		"VALUES (1, now())":              false,
		"VALUES (generate_series(1, 9))": true,
		"VALUES (unnest(ARRAY[1, 2]))":   true,
		"SELECT 1":                       true,
		"TABLE b":                        true,
	} {
		_, all := read("INSERT INTO a " + sql + " ON CONFLICT (id) DO UPDATE SET b = 1")
		for _, at := range all[0].Ops {
			if u, ok := at.Op.(*op.Update); ok && u.FromQuery != want {
				t.Errorf("%q: got FromQuery %t, want %t", sql, u.FromQuery, want)
			}
		}
	}
}

func TestDiffers(t *testing.T) {
	differs := op.Differs{Column: "a"}
	own := func(columns ...string) op.Condition { return op.Own{Columns: columns} }
	for _, tt := range []struct {
		update string
		want   op.Condition
	}{
		{"SET a = 'x' WHERE a <> 'x'", differs},
		{"SET a = 'x' WHERE 'x'::text IS DISTINCT FROM a", differs},
		{"SET a = 'x' WHERE a NOT IN ('x')", differs},
		{"SET a = 'x' WHERE NOT (coalesce(a, '') = 'x')", differs},
		{"SET a = b WHERE (a = b) IS NOT TRUE", differs},
		{"SET a = t.b WHERE a != b", differs},
		{"SET a = lower(b) WHERE a <> lower(b)", differs},
		{"SET a = true WHERE a IS NOT TRUE", differs},
		{"SET (a, b) = (1, 2) WHERE (a, b) <> (1, 2)", op.Or{differs, op.Differs{Column: "b"}}},
		{"SET a = NULL WHERE a IS DISTINCT FROM NULL", op.NotNull{Column: "a"}},
		{"SET a = 'x' WHERE a <> 'y'", own("a")},
		{"SET a = true WHERE a IS NOT FALSE", own("a")},
		{"SET b = 'x' WHERE a <> 'x'", own("a")},
		{"SET a = lower(a) WHERE a <> lower(a)", own("a")},
		{"SET a = 'x' WHERE NOT (a <> 'x')", own("a")},
		{"SET a[1] = 'x' WHERE a <> 'x'", own("a")},
	} {
		_, all := read("UPDATE t " + tt.update)
		if diff := cmp.Diff(tt.want, all[0].Ops[0].Op.(*op.Update).Where); diff != "" {
			t.Errorf("condition of %q (-want +got):\n%s", tt.update, diff)
		}
	}
}
