package pgsql

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dropgate/dropgate/analyzer/op"
)

func bare(s string) op.Name { return op.Name{Name: s} }

func bares(all ...string) []op.Name {
	var names []op.Name
	for _, s := range all {
		names = append(names, bare(s))
	}
	return names
}

// shows are columns of a relation.
func shows(relation string, columns ...string) []op.ColumnRead {
	var all []op.ColumnRead
	for _, column := range columns {
		all = append(all, op.ColumnRead{Relation: bare(relation), Column: column})
	}
	return all
}

// TestShown holds which columns of a table a view shows by other names.
func TestShown(t *testing.T) {
	for _, tt := range []struct {
		view string
		want map[string]string
	}{
		{"v AS SELECT id, name FROM t", nil},
		{"v AS SELECT t.id AS number, lower(name) AS name FROM t", map[string]string{"number": "id", "name": ""}},
		{"v (number, called) AS SELECT id, name FROM t", map[string]string{"number": "id", "called": "name"}},
		{"v AS SELECT *, id AS number FROM t", map[string]string{"number": "id"}},
		{"v (number) AS SELECT * FROM t", map[string]string{"number": ""}},
		{"v AS SELECT id AS number FROM t, u", nil},
	} {
		_, all := read("CREATE VIEW " + tt.view)
		if diff := cmp.Diff(tt.want, all[0].Ops[0].Op.(*op.CreateView).Shown); diff != "" {
			t.Errorf("columns of view %s (-want +got):\n%s", tt.view, diff)
		}
	}
}

// TestViews holds what a view selects from and which columns it names.
func TestViews(t *testing.T) {
	both := []op.ColumnRead{{Relation: bare("t"), Column: "a"}, {Relation: bare("u"), Column: "a"}}
	for _, tt := range []struct {
		query   string
		over    string
		reads   []op.Name
		columns []op.ColumnRead
	}{
		{"SELECT a AS b FROM t WHERE c", "t", bares("t"), shows("t", "a", "c")},
		{"SELECT DISTINCT a FROM t", "", bares("t"), shows("t", "a")},
		{"SELECT a FROM t, u", "", bares("t", "u"), both},
		{"SELECT a FROM t UNION SELECT a FROM u", "", bares("t", "u"), both},
		{"WITH t AS (SELECT 1 AS a) SELECT a FROM t", "", nil, nil},
		{"WITH t AS (SELECT a FROM t) SELECT a FROM t", "", bares("t"), shows("t", "a")},
		{"WITH RECURSIVE t AS (SELECT 1 AS a UNION SELECT a FROM t) SELECT a FROM t", "", nil, nil},
		{"WITH t AS (SELECT 1 AS a) SELECT a FROM public.t", "", []op.Name{{Schema: "public", Name: "t"}},
			[]op.ColumnRead{{Relation: op.Name{Schema: "public", Name: "t"}, Column: "a"}}},
		{"SELECT x.a, y.b FROM t x JOIN u y ON x.c = y.c", "", bares("t", "u"), append(shows("t", "c"), append(shows("u", "c"), append(shows("t", "a"), shows("u", "b")...)...)...)},
		{"SELECT x.* FROM t x, u", "", bares("t", "u"), shows("t", "")},
		{"SELECT * FROM t NATURAL JOIN u", "", bares("t", "u"), append(shows("t", ""), shows("u", "")...)},
		{"SELECT t.a FROM t WHERE EXISTS (SELECT FROM u WHERE u.b = t.b)", "t", bares("t", "u"), append(shows("t", "a"), append(shows("u", "b"), shows("t", "b")...)...)},
		{"SELECT s.n FROM t, LATERAL (SELECT count(*) AS n FROM u WHERE u.b = t.b) s", "", bares("t", "u"), append(shows("u", "b"), shows("t", "b")...)},
	} {
		want := &op.CreateView{Kind: op.View, Name: bare("v"), Over: bare(tt.over), Reads: tt.reads, ViewDetail: op.ViewDetail{Columns: tt.columns, Query: tt.query}}
		_, all := read("CREATE VIEW v AS " + tt.query)
		got := *all[0].Ops[0].Op.(*op.CreateView)
		got.Calls, got.Shown = nil, nil
		if diff := cmp.Diff(want, &got); diff != "" {
			t.Errorf("view over %q (-want +got):\n%s", tt.query, diff)
		}
	}
}

func TestViewQuery(t *testing.T) {
	for _, tt := range []struct{ sql, want string }{
		{"CREATE VIEW v (a, b) WITH (security_barrier) AS SELECT 1, 2 WITH LOCAL CHECK OPTION", "SELECT 1, 2"},
		{"CREATE MATERIALIZED VIEW v AS (SELECT 1 AS a) WITH NO DATA", "(SELECT 1 AS a)"},
		{"CREATE VIEW v AS TABLE t -- all\n", "TABLE t"},
		{"CREATE VIEW v AS VALUES (1) ORDER BY 1", "VALUES (1) ORDER BY 1"},
	} {
		_, all := read(tt.sql)
		at := all[0].Ops[len(all[0].Ops)-1]
		if v, ok := at.Op.(*op.CreateView); !ok || v.Query != tt.want {
			t.Errorf("%s: got %+v, want the query %q", tt.sql, at.Op, tt.want)
		}
	}
}

// TestObjects holds what statements about types, extensions and privileges ask for.
func TestObjects(t *testing.T) {
	one := func(o op.Operation) []op.Operation { return []op.Operation{o} }
	text := op.DataType{Name: bare("text")}
	three, none := "3", ""
	for _, tt := range []struct {
		sql  string
		want []op.Operation
	}{
		{"CREATE TYPE a AS ENUM ('x', 'y')", one(&op.CreateType{Kind: op.Type, Name: bare("a"), TypeDetail: op.TypeDetail{Form: op.EnumType, Labels: []string{"x", "y"}}})},
		{"ALTER TYPE a ADD VALUE IF NOT EXISTS 'z' BEFORE 'y'", one(&op.AlterEnum{Type: bare("a"), Label: "z", Before: "y", IfNotExists: true})},
		{"ALTER TYPE a ADD VALUE 'z' AFTER 'y'", one(&op.AlterEnum{Type: bare("a"), Label: "z", After: "y"})},
		{"ALTER TYPE a RENAME VALUE 'x' TO 'w'", one(&op.AlterEnum{Type: bare("a"), Label: "w", Old: "x"})},
		{"ALTER TYPE a ADD ATTRIBUTE b text CASCADE", one(&op.AddAttribute{Type: bare("a"), Attribute: op.ColumnDef{Name: "b", Type: text}, Cascade: true})},
		{"ALTER TYPE a RENAME ATTRIBUTE b TO c", one(&op.Rename{Kind: op.Attribute, Name: bare("a"), Column: "b", To: "c"})},
		{"CREATE TYPE a AS RANGE (subtype = text, collation = \"C\", subtype_diff = f, multirange_type_name = m)", one(&op.CreateType{
			Kind: op.Type, Name: bare("a"), Base: text,
			TypeDetail: op.TypeDetail{Form: op.RangeType, Collation: bare("C"), Functions: bares("f"), Multirange: bare("m")}})},
		{"CREATE DOMAIN a AS text COLLATE \"C\" DEFAULT 'a' || 'b' NOT NULL CONSTRAINT k CHECK (VALUE <> '') CHECK (VALUE < 'z')", one(&op.CreateType{
			Kind: op.Domain, Name: bare("a"), Base: text, TypeDetail: op.TypeDetail{
				Form: op.DomainType, Collation: bare("C"), NotNull: true, Default: "'a' || 'b'",
				Checks: []op.DomainCheck{{Name: "k", Expression: "VALUE <> ''"}, {Expression: "VALUE < 'z'"}}}})},
		{"ALTER DOMAIN a SET DEFAULT 3", one(&op.AlterDomain{Domain: bare("a"), SetDefault: &three})},
		{"ALTER DOMAIN a DROP DEFAULT", one(&op.AlterDomain{Domain: bare("a"), SetDefault: &none})},
		{"ALTER DOMAIN a DROP NOT NULL", one(&op.AlterDomain{Domain: bare("a"), DropNotNull: true})},
		{"ALTER DOMAIN a ADD CONSTRAINT k CHECK (VALUE > 0)", one(&op.AlterDomain{Domain: bare("a"), Add: &op.DomainCheck{Name: "k", Expression: "VALUE > 0"}})},
		{"ALTER DOMAIN a DROP CONSTRAINT k", one(&op.AlterDomain{Domain: bare("a"), Drop: "k"})},
		{"ALTER DOMAIN a RENAME CONSTRAINT k TO l", one(&op.AlterDomain{Domain: bare("a"), Rename: "k", To: "l"})},
		{"ALTER DOMAIN a VALIDATE CONSTRAINT k", one(&op.Use{Kind: op.Type, Name: bare("a")})},
		{"ALTER DOMAIN a RENAME TO b", one(&op.Rename{Kind: op.Domain, Name: bare("a"), To: "b"})},
		{"CREATE EXTENSION IF NOT EXISTS \"uuid-ossp\" WITH SCHEMA s CASCADE", one(&op.CreateExtension{Name: "uuid-ossp", Schema: "s", IfNotExists: true, Cascade: true})},
		{"ALTER EXTENSION a SET SCHEMA s", one(&op.SetSchema{Kind: op.Extension, Name: bare("a"), Schema: "s"})},
		{"ALTER TRIGGER a ON t RENAME TO b", one(&op.Rename{Kind: op.Trigger, Name: bare("t"), Column: "a", To: "b"})},
		{"ALTER RULE a ON t RENAME TO b", one(&op.Rename{Kind: op.Rule, Name: bare("t"), Column: "a", To: "b"})},
		{"ALTER POLICY a ON t RENAME TO b", one(&op.Rename{Kind: op.Policy, Name: bare("t"), Column: "a", To: "b"})},
		{"ALTER EVENT TRIGGER a RENAME TO b", one(&op.Rename{Kind: op.EventTrigger, Name: bare("a"), To: "b"})},
		{"GRANT SELECT, UPDATE (b, c) ON t, s.u TO r, PUBLIC WITH GRANT OPTION", one(&op.Grant{
			Kind: op.Table, Objects: []op.Name{bare("t"), {Schema: "s", Name: "u"}}, Privileges: []string{"select", "update (b, c)"}, Roles: []string{"r", "public"}})},
		{"GRANT ALL ON ALL SEQUENCES IN SCHEMA s TO r", one(&op.Grant{Kind: op.Sequence, InSchemas: []string{"s"}, Roles: []string{"r"}})},
		{"REVOKE ALL ON FUNCTION f(int) FROM PUBLIC", one(&op.Grant{Revoke: true, Kind: op.Function, Objects: bares("f"), Roles: []string{"public"}})},
		{"REVOKE GRANT OPTION FOR USAGE ON SCHEMA s FROM r", one(&op.Grant{
			Revoke: true, OptionOnly: true, Kind: op.Schema, Objects: bares("s"), Privileges: []string{"usage"}, Roles: []string{"r"}})},
		{"GRANT a, b TO c", one(&op.Grant{Kind: op.Role, Objects: bares("a", "b"), Privileges: []string{"member"}, Roles: []string{"c"}})},
		{"ALTER DEFAULT PRIVILEGES FOR ROLE o IN SCHEMA s GRANT SELECT ON TABLES TO r", one(&op.Grant{
			Default: true, ForRole: "o", Kind: op.Table, InSchemas: []string{"s"}, Privileges: []string{"select"}, Roles: []string{"r"}})},
		{"GRANT USAGE ON LANGUAGE sql TO r", nil},
	} {
		checkOperations(t, tt.sql, tt.want)
	}
}
