package pgsql

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dropgate/dropgate/analyzer/op"
)

// operations returns what the only statement of a text asks for. Calls that count
// only if the schema has the function are left out.
func operations(t *testing.T, sql string) []op.Operation {
	t.Helper()
	f, all := read(sql)
	if len(all) != 1 {
		t.Fatalf("%q: got %d statements, want 1", sql, len(all))
	}
	if got := f.Text(all[0].Span); got != sql {
		t.Errorf("%q: the statement is %q", sql, got)
	}
	var ops []op.Operation
	for _, at := range all[0].Ops {
		if c, ok := at.Op.(*op.Call); ok && c.Perhaps {
			continue
		}
		if !all[0].Span.Contains(at.Span) {
			t.Errorf("%q: %T stands at %v, outside of the statement", sql, at.Op, at.Span)
		}
		ops = append(ops, at.Op)
	}
	return ops
}

// TestNewerAsBefore holds that a statement of a later version asks for the same as
// one of version 16 that says so.
func TestNewerAsBefore(t *testing.T) {
	for _, tt := range []struct{ newer, before string }{
		{"DELETE FROM a WHERE b IN ('x' -- 'y\n\n -- z\n\t'w', 'v')", "DELETE FROM a WHERE b IN ('x'\n\t'w', 'v')"},
		{"DELETE FROM a WHERE b = E'x\\'' -- '\n '\\' OR c'", "DELETE FROM a WHERE b = E'x\\''\n '\\' OR c'"},
		{"SELECT 'c' -- d\r'e' -- f\n'g'", "SELECT 'c'\n'e'\n'g'"},
		{"MERGE INTO a USING b ON a.c = b.c WHEN NOT MATCHED BY TARGET THEN INSERT VALUES (1)",
			"MERGE INTO a USING b ON a.c = b.c WHEN NOT MATCHED THEN INSERT VALUES (1)"},
		{"MERGE INTO a USING b ON a.c = b.c WHEN MATCHED THEN DELETE RETURNING merge_action(), a.*",
			"MERGE INTO a USING b ON a.c = b.c WHEN MATCHED THEN DELETE"},
		{"WITH m AS (MERGE INTO a USING b ON a.c = b.c WHEN MATCHED THEN DELETE RETURNING a.*) INSERT INTO d SELECT * FROM m",
			"WITH m AS (MERGE INTO a USING b ON a.c = b.c WHEN MATCHED THEN DELETE) INSERT INTO d SELECT * FROM m"},
		{"DELETE FROM a WHERE b = 1 RETURNING WITH (OLD AS o, NEW AS n) o.b, n.b", "DELETE FROM a WHERE b = 1 RETURNING o.b, n.b"},
		{"UPDATE a SET b = 1 RETURNING WITH (OLD AS o) o.*", "UPDATE a SET b = 1 RETURNING o.*"},
		{"UPDATE a SET b = 1 RETURNING old.b, new.b", "UPDATE a SET b = 1 RETURNING b, b"},
		{"CREATE TABLE a (b int, c int GENERATED ALWAYS AS (b * 2) VIRTUAL)", "CREATE TABLE a (b int, c int GENERATED ALWAYS AS (b * 2) STORED)"},
		{"CREATE TABLE a (b int, c int GENERATED ALWAYS AS (b * 2))", "CREATE TABLE a (b int, c int GENERATED ALWAYS AS (b * 2) STORED)"},
		{"CREATE TABLE a (b int, c int CONSTRAINT d GENERATED ALWAYS AS (f(b)) NOT NULL)", "CREATE TABLE a (b int, c int GENERATED ALWAYS AS (f(b)) STORED NOT NULL)"},
		{"ALTER TABLE a ADD c int GENERATED ALWAYS AS (b * 2) VIRTUAL, DROP d", "ALTER TABLE a ADD c int GENERATED ALWAYS AS (b * 2) STORED, DROP d"},
		{"ALTER TABLE a ALTER COLUMN c SET EXPRESSION AS (b * 2), DROP d", "ALTER TABLE a ALTER COLUMN c SET DEFAULT (b * 2), DROP d"},
		{"CREATE TABLE a (b int REFERENCES c NOT ENFORCED, d int CHECK (d > 0) ENFORCED)", "CREATE TABLE a (b int REFERENCES c, d int CHECK (d > 0))"},
		{"CREATE TABLE a (b int, FOREIGN KEY (b) REFERENCES c.d ON DELETE CASCADE DEFERRABLE NOT ENFORCED)",
			"CREATE TABLE a (b int, FOREIGN KEY (b) REFERENCES c.d ON DELETE CASCADE DEFERRABLE)"},
		{"ALTER TABLE a ADD CONSTRAINT b CHECK (c > 0) NOT ENFORCED, DROP enforced, DROP COLUMN IF EXISTS enforced",
			"ALTER TABLE a ADD CONSTRAINT b CHECK (c > 0), DROP enforced, DROP COLUMN IF EXISTS enforced"},
		{"ALTER TABLE a ALTER CONSTRAINT b NOT ENFORCED, DROP c", "ALTER TABLE a ALTER CONSTRAINT b, DROP c"},
		{"ALTER TABLE a ALTER CONSTRAINT b NO INHERIT, DROP c", "ALTER TABLE a ALTER CONSTRAINT b, DROP c"},
		{"ALTER TABLE a ALTER CONSTRAINT b INHERIT, DROP c", "ALTER TABLE a ALTER CONSTRAINT b, DROP c"},
		{"CREATE TABLE a (b int, c daterange, CONSTRAINT k PRIMARY KEY (b, c WITHOUT OVERLAPS))", "CREATE TABLE a (b int, c daterange, CONSTRAINT k PRIMARY KEY (b, c))"},
		{"ALTER TABLE a ADD FOREIGN KEY (b, PERIOD c) REFERENCES d (b, PERIOD c) ON DELETE NO ACTION", "ALTER TABLE a ADD FOREIGN KEY (b, c) REFERENCES d (b, c) ON DELETE NO ACTION"},
		{"CREATE TABLE a (b int CONSTRAINT c NOT NULL NO INHERIT, d int)", "CREATE TABLE a (b int CONSTRAINT c NOT NULL, d int)"},
		{"ALTER TABLE a SET ACCESS METHOD DEFAULT, DROP b", "ALTER TABLE a SET ACCESS METHOD heap, DROP b"},
		{"ALTER TABLE a ALTER b SET STATISTICS DEFAULT, DROP c", "ALTER TABLE a ALTER b SET STATISTICS -1, DROP c"},
		{"INSERT INTO a SELECT j.b FROM c, JSON_TABLE(c.d, '$[*]' COLUMNS (b int PATH '$.b')) AS j", "INSERT INTO a SELECT j.b FROM c, json_table(c.d, '$[*]') AS j"},
		{"UPDATE a SET b = JSON_VALUE(c, '$.x' RETURNING int DEFAULT 0 ON ERROR)", "UPDATE a SET b = json_value(c, '$.x', 0)"},
		{"DELETE FROM a WHERE JSON_EXISTS(b, '$.x' PASSING 1 AS y)", "DELETE FROM a WHERE json_exists(b, '$.x', 1)"},
	} {
		if diff := cmp.Diff(operations(t, tt.before), operations(t, tt.newer)); diff != "" {
			t.Errorf("%q against %q (-before +newer):\n%s", tt.newer, tt.before, diff)
		}
	}
}

// TestNewerSaysNothing reads what asks for nothing that is judged.
func TestNewerSaysNothing(t *testing.T) {
	for _, sql := range []string{
		"SELECT * FROM JSON_TABLE('[]'::jsonb, '$[*]' AS p PASSING 1 + 2 AS a, json '\"x\"' AS \"b c\" COLUMNS (id FOR ORDINALITY, " +
			"a numeric(4,1) PATH '$.a' DEFAULT 1 + abs(2) ON EMPTY NULL ON ERROR, b text FORMAT JSON PATH '$' WITH CONDITIONAL WRAPPER OMIT QUOTES, " +
			"c bool EXISTS PATH '$.c' TRUE ON ERROR, d int[], NESTED PATH '$.d[*]' AS q COLUMNS (e timestamp with time zone, NESTED '$' COLUMNS (f int))) ERROR ON ERROR) AS j",
		"SELECT * FROM JSON_TABLE(a, '$' AS p COLUMNS (NESTED PATH '$' AS q COLUMNS (b int)) PLAN DEFAULT (OUTER, UNION)) j",
		"SELECT JSON_QUERY(a, '$' RETURNING jsonb WITH UNCONDITIONAL ARRAY WRAPPER KEEP QUOTES ON SCALAR STRING EMPTY ARRAY ON EMPTY EMPTY OBJECT ON ERROR)",
		"SELECT JSON_QUERY(NULL, '$'), JSON_VALUE(a, '$' DEFAULT NULL ON EMPTY), JSON_EXISTS(a, '$' UNKNOWN ON ERROR)",
		"SELECT JSON('{}' FORMAT JSON ENCODING UTF8 WITHOUT UNIQUE KEYS), JSON_SCALAR(1), JSON_SERIALIZE('{}' RETURNING bytea FORMAT JSON)",
		"SELECT JSON_VALUE(a, '$' PASSING JSON_QUERY(b, '$' RETURNING text) AS c RETURNING varchar(10))",
		"SELECT a IS JSON OBJECT WITH UNIQUE KEYS, JSON_OBJECT('a': 1 RETURNING jsonb)",
		"SELECT XMLSERIALIZE(DOCUMENT a AS text INDENT), XMLTEXT('a'), a AT LOCAL",
		"SELECT lag(a) IGNORE NULLS OVER (ORDER BY b) FROM c",
		"COPY a TO STDOUT (FORMAT json)",
		"VACUUM (ONLY_DATABASE_STATS)", "VACUUM ONLY a", "ANALYZE ONLY a (b)",
		"EXPLAIN (MEMORY, SERIALIZE text) DELETE FROM a", "EXPLAIN (SERIALIZE binary) DELETE FROM a",
		"ALTER OPERATOR = (int, int) SET (COMMUTATOR = ==, NEGATOR = <>)", "ALTER OPERATOR = (int, int) SET (MERGES, HASHES)",
		"ALTER DEFAULT PRIVILEGES GRANT SELECT ON LARGE OBJECTS TO a",
		"ALTER DATABASE a SET b = c", "ALTER STATISTICS a SET STATISTICS DEFAULT",
	} {
		if got := operations(t, sql); len(got) > 0 {
			t.Errorf("%q: got %#v, want nothing", sql, got[0])
		}
	}
}

func TestNewerOperations(t *testing.T) {
	a := op.Name{Name: "a"}
	notNull := &op.AlterColumn{Table: a, Column: "b", SetNotNull: true}
	named := &op.AddConstraint{Table: a, Constraint: op.ConstraintDef{Name: "n", Kind: op.NotNullNamed, Columns: []string{"b"}}}
	for _, tt := range []struct {
		sql  string
		want []op.Operation
	}{
		{"MERGE INTO a USING c ON a.b = c.b WHEN NOT MATCHED BY SOURCE THEN DELETE", []op.Operation{&op.Merge{Table: a, Deletes: true, Rest: true}}},
		{"MERGE INTO a USING c ON false WHEN NOT MATCHED BY SOURCE AND a.b > 1 THEN DELETE RETURNING a.b", []op.Operation{&op.Merge{Table: a, Deletes: true, Rest: true}}},
		{"MERGE INTO a USING c ON a.b = 1 WHEN NOT MATCHED BY SOURCE THEN DO NOTHING WHEN MATCHED THEN DELETE",
			[]op.Operation{&op.Merge{Table: a, Deletes: true, On: op.Equals{Column: "b"}}}},
		{"MERGE INTO a USING c ON a.b = c.b WHEN NOT MATCHED BY SOURCE THEN UPDATE SET b = 1 WHEN MATCHED THEN DO NOTHING",
			[]op.Operation{&op.Merge{Table: a, Rest: true, Sets: []op.Assignment{{Column: "b", Value: op.Value{Kind: op.Constant}}}}}},
		{"GRANT MAINTAIN ON a TO b", []op.Operation{&op.Grant{Kind: op.Table, Objects: []op.Name{a}, Privileges: []string{"maintain"}, Roles: []string{"b"}}}},
		{"ALTER DOMAIN a ADD CONSTRAINT b NOT NULL", []op.Operation{&op.AlterDomain{Domain: a, SetNotNull: true}}},
		{"ALTER DOMAIN a ADD NOT NULL", []op.Operation{&op.AlterDomain{Domain: a, SetNotNull: true}}},
		{"ALTER TABLE a ADD CONSTRAINT n NOT NULL b", []op.Operation{named, notNull}},
		{"ALTER TABLE a ADD CONSTRAINT n NOT NULL b NO INHERIT NOT VALID", []op.Operation{named}},
		{`ALTER TABLE a ADD NOT NULL "b"`, []op.Operation{notNull}},
		{"ALTER TABLE a ADD/**/NOT/**/NULL\n\"b\"", []op.Operation{notNull}},
		{"ALTER TABLE a SPLIT PARTITION x.b INTO (PARTITION c FOR VALUES FROM (0) TO (5), PARTITION d DEFAULT)", []op.Operation{&op.Hidden{}}},
		{"ALTER TABLE IF EXISTS a MERGE PARTITIONS (b, x.c) INTO d", []op.Operation{&op.Hidden{}}},
	} {
		if diff := cmp.Diff(tt.want, operations(t, tt.sql)); diff != "" {
			t.Errorf("%q (-want +got):\n%s", tt.sql, diff)
		}
	}
}

// TestNewerNotNullInTable holds that a named NOT NULL of CREATE TABLE counts, also
// for a column that comes from elsewhere.
func TestNewerNotNullInTable(t *testing.T) {
	got := operations(t, "CREATE TABLE a (c int, CONSTRAINT n NOT NULL b, NOT NULL c NO INHERIT) INHERITS (d)")
	if len(got) != 4 {
		t.Fatalf("got %d operations, want a table, a constraint and two columns", len(got))
	}
	want := []op.Operation{
		&op.AddConstraint{Table: op.Name{Name: "a"}, Constraint: op.ConstraintDef{Name: "n", Kind: op.NotNullNamed, Columns: []string{"b"}}},
		&op.AlterColumn{Table: op.Name{Name: "a"}, Column: "b", SetNotNull: true},
		&op.AlterColumn{Table: op.Name{Name: "a"}, Column: "c", SetNotNull: true},
	}
	if diff := cmp.Diff(want, got[1:]); diff != "" {
		t.Errorf("operations (-want +got):\n%s", diff)
	}
}

// TestNewerHidesNothing holds that what a mask takes out of the text is seen all
// the same.
func TestNewerHidesNothing(t *testing.T) {
	for _, sql := range []string{
		"MERGE INTO a USING b ON c WHEN MATCHED THEN DO NOTHING RETURNING drop_all()",
		"MERGE INTO a USING b ON c WHEN MATCHED THEN DO NOTHING RETURNING WITH (OLD AS o) (SELECT drop_all())",
		"SELECT JSON_VALUE(drop_all(), '$' RETURNING int)",
		"SELECT JSON_VALUE(a, '$' PASSING 1 AS b, drop_all() AS c)",
		"SELECT JSON_VALUE(a, '$' RETURNING int DEFAULT drop_all() ON EMPTY)",
		"SELECT JSON_VALUE(a, '$' DEFAULT JSON_QUERY(drop_all(), '$' WITH WRAPPER) ON EMPTY)",
		"SELECT * FROM JSON_TABLE(a, '$' COLUMNS (b int PATH '$' DEFAULT drop_all() ON ERROR))",
		"SELECT * FROM JSON_TABLE(a, '$' COLUMNS (NESTED '$' COLUMNS (b int DEFAULT 1 + drop_all() ON ERROR)))",
		"SELECT JSON_QUERY(a, '$' RETURNING text, drop_all())",
		"SELECT drop_all() AT LOCAL",
	} {
		_, all := read(sql)
		seen := false
		for _, at := range all[0].Ops {
			switch o := at.Op.(type) {
			case *op.Call:
				seen = seen || o.Function.Name == "drop_all"
			case *op.Unread:
				seen = true
			}
		}
		if !seen {
			t.Errorf("%q: nobody sees that drop_all is called", sql)
		}
	}
}

// TestNewerUnread holds that what no version reads stays unread.
func TestNewerUnread(t *testing.T) {
	for _, sql := range []string{
		"MERGE INTO a USING b ON c WHEN NOT MATCHED BY SOURCE THEN INSERT DEFAULT VALUES",
		"MERGE INTO a USING b ON c WHEN MATCHED THEN DELETE RETURNING",
		"ALTER TABLE a ADD NOT NULL",
		"ALTER TABLE a SPLIT PARTITION b INTO (c)",
		"ALTER TABLE a MERGE PARTITIONS (b, c)",
		"ALTER TABLE a MERGE PARTITIONS (b, c) INTO d, DROP e",
		"SELECT JSON_VALUE(a, '$' RETURNING)",
		"SELECT JSON_VALUE(a, '$' RETURNING int(f()))",
		"SELECT a NOT ENFORCED",
		"CREATE TABLE a (b int CHECK (c AND NOT enforced) VIRTUAL)",
		"CREATE TABLE a (b int GENERATED ALWAYS AS (c) VIRTUAL VIRTUAL)",
	} {
		if _, all := read(sql); !all[0].Unread() {
			t.Errorf("%q is read as %+v", sql, all[0].Ops)
		}
	}
}

// TestNewerKeepsText holds that a mask changes neither the text of a statement nor
// that of its parts.
func TestNewerKeepsText(t *testing.T) {
	const sql = "SELECT 'é';\nALTER TABLE a ADD CONSTRAINT n NOT NULL b, ADD c int GENERATED ALWAYS AS (d) VIRTUAL, DROP e"
	f, all := read(sql)
	var got []string
	for _, at := range all[1].Ops {
		got = append(got, f.Text(at.Span))
	}
	want := []string{"ADD CONSTRAINT n NOT NULL b", "ADD CONSTRAINT n NOT NULL b", "ADD c int GENERATED ALWAYS AS (d) VIRTUAL", "DROP e"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("texts of the operations (-want +got):\n%s", diff)
	}
	if want := "alter table a add constraint n not null b , add c int generated always as ( d ) virtual , drop e"; all[1].Normal != want {
		t.Errorf("got normal form %q, want %q", all[1].Normal, want)
	}
}

func TestNewerLongStatement(t *testing.T) {
	sql := "SELECT 1" + strings.Repeat(", JSON_VALUE(a, '$' RETURNING int DEFAULT 1 ON EMPTY)", 5000)
	if got := operations(t, sql); len(got) > 0 {
		t.Errorf("got %+v, want nothing", got)
	}
}
