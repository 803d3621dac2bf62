package pgsql

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dropgate/dropgate/analyzer/op"
	"github.com/dropgate/dropgate/analyzer/source"
)

func read(sql string) (*source.File, []Statement) {
	f := source.New("a.sql", []byte(sql))
	return f, Read(f, f.All(), Options{})
}

// texts returns the statements' texts; those that could not be read have a
// question mark in front.
func texts(sql string) []string {
	f, all := read(sql)
	var got []string
	for _, s := range all {
		text := f.Text(s.Span)
		if s.Unread() {
			text = "?" + text
		}
		got = append(got, text)
	}
	return got
}

func TestReadSpans(t *testing.T) {
	const atomic = "CREATE FUNCTION f(a int) RETURNS int BEGIN ATOMIC INSERT INTO b VALUES (1); SELECT CASE WHEN a = 1 THEN 2 END; END"
	for _, tt := range []struct {
		name, sql string
		want      []string
	}{
		{"empty", "", nil},
		{"blank and semicolons", " ;\t;\r\n;", nil},
		{"comments only", "-- a;\n/* b; */", nil},
		{"first token to last", "  -- first\n /* a */ DROP TABLE b /* c */ ; -- d\n", []string{"DROP TABLE b"}},
		{"comment inside", "DROP /* ; */ TABLE -- ;\n a;", []string{"DROP /* ; */ TABLE -- ;\n a"}},
		{"no final semicolon", "SELECT 1;DROP TABLE a", []string{"SELECT 1", "DROP TABLE a"}},
		{"characters of several bytes before", "-- é𝄞\r\nSELECT 'é';\r\nDROP TABLE \"ü\";", []string{"SELECT 'é'", `DROP TABLE "ü"`}},
		{"byte order mark", "\xEF\xBB\xBFDROP TABLE a;", []string{"DROP TABLE a"}},
		{"CRLF", "SELECT 1;\r\n\r\nSELECT\r\n2;\r\n", []string{"SELECT 1", "SELECT\r\n2"}},
		{"a lone carriage return ends a line comment", "-- nothing\rDROP TABLE a;", []string{"DROP TABLE a"}},
		{"semicolon in strings", `SELECT ';'; SELECT E'\';'; SELECT "a;b" FROM c; SELECT B'0', x'0f', N';'`,
			[]string{"SELECT ';'", `SELECT E'\';'`, `SELECT "a;b" FROM c`, "SELECT B'0', x'0f', N';'"}},
		{"a backslash is itself in a plain string", `SELECT '\'; DROP TABLE a; --'`, []string{`SELECT '\'`, "DROP TABLE a"}},
		{"doubled quotes", `SELECT 'a'';'; SELECT "a"";" FROM b`, []string{"SELECT 'a'';'", `SELECT "a"";" FROM b`}},
		{"Unicode escapes", `SELECT U&'\003B;'; DROP TABLE U&"d\0061t;a"`, []string{`SELECT U&'\003B;'`, `DROP TABLE U&"d\0061t;a"`}},
		{"dollar quotes", "SELECT $$;$$; SELECT $a$ $$;$b$; $a$; SELECT a$1 FROM b", []string{"SELECT $$;$$", "SELECT $a$ $$;$b$; $a$", "SELECT a$1 FROM b"}},
		{"nested comments", "/* /* ; */ ; */ SELECT 1 /* /**/ ; */; SELECT 2", []string{"SELECT 1", "SELECT 2"}},
		{"operators end before comments", "SELECT 1 +--;\n2; SELECT 3 */* ; */4", []string{"SELECT 1 +--;\n2", "SELECT 3 */* ; */4"}},
		{"BEGIN ATOMIC", atomic + "; DROP TABLE b;", []string{atomic, "DROP TABLE b"}},
		{"CREATE RULE", "CREATE RULE a AS ON INSERT TO b DO (DELETE FROM c; DELETE FROM d); SELECT 1",
			[]string{"CREATE RULE a AS ON INSERT TO b DO (DELETE FROM c; DELETE FROM d)", "SELECT 1"}},
		{"a broken statement hides no neighbour", "DROP TABLE a; DROP TABLE IF b; DROP TABLE c", []string{"DROP TABLE a", "?DROP TABLE IF b", "DROP TABLE c"}},
		{"unclosed parenthesis", "DROP TABLE a; SELECT (1; DROP TABLE b; SELECT 2", []string{"DROP TABLE a", "?SELECT (1", "DROP TABLE b", "SELECT 2"}},
		{"unclosed parenthesis twice", "SELECT (1; CREATE RULE a AS ON INSERT TO b DO (DELETE FROM c; SELECT 1); SELECT f(2; DROP TABLE b",
			[]string{"?SELECT (1", "CREATE RULE a AS ON INSERT TO b DO (DELETE FROM c; SELECT 1)", "?SELECT f(2", "DROP TABLE b"}},
		{"unclosed string", "DROP TABLE a; SELECT 'b; DROP TABLE c;", []string{"DROP TABLE a", "?SELECT 'b; DROP TABLE c;"}},
		{"unclosed comment", "DROP TABLE a; /* DROP TABLE b;", []string{"DROP TABLE a", "? /* DROP TABLE b;"}},
		{"unclosed dollar quote", "DROP TABLE a; SELECT $$ DROP TABLE b;", []string{"DROP TABLE a", "?SELECT $$ DROP TABLE b;"}},
		{"stray closing parenthesis", "SELECT 1); DROP TABLE a", []string{"?SELECT 1)", "DROP TABLE a"}},
		{"stray END", "END END; DROP TABLE a", []string{"?END END", "DROP TABLE a"}},
		{"a no-break space is no white space", "DROP\u00a0TABLE a; DROP TABLE b", []string{"?DROP\u00a0TABLE a", "DROP TABLE b"}},
		{"NUL", "SELECT 1;\x00DROP TABLE a; DROP TABLE b", []string{"SELECT 1", "?\x00DROP TABLE a", "DROP TABLE b"}},
		{"NUL in a comment", "/* \x00 */; DROP TABLE b", []string{"?/* \x00 */", "DROP TABLE b"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, texts(tt.sql)); diff != "" {
				t.Errorf("statements of %q (-want +got):\n%s", tt.sql, diff)
			}
		})
	}
}

// TestReadPart holds that only the span is read, and that offsets are the file's.
func TestReadPart(t *testing.T) {
	const sql = "DROP TABLE a; DROP TABLE b; DROP TABLE c"
	f := source.New("a.sql", []byte(sql))
	all := Read(f, source.Span{Start: 13, End: 27}, Options{})
	want := source.Span{Start: 14, End: 26}
	if len(all) != 1 || all[0].Span != want {
		t.Fatalf("got %+v, want one statement at %v", all, want)
	}
	if d, ok := all[0].Ops[0].Op.(*op.Drop); !ok || d.Name.Name != "b" || all[0].Ops[0].Span != want {
		t.Errorf("got %+v at %v, want a drop of b at %v", all[0].Ops[0].Op, all[0].Ops[0].Span, want)
	}
}

func TestUnreadWords(t *testing.T) {
	for _, tt := range []struct {
		sql  string
		want []string
	}{
		{"DROP TABLE IF a", []string{"drop"}},
		{"SELECT 'drop' 'delete' FORM a", nil},
		{"CREATE TABEL a (b int REFERENCES c ON DELETE CASCADE ON UPDATE CASCADE)", nil},
		{"SELECT 1 FORM a FOR UPDATE", nil},
		{"MERGE INTO a; ", []string{"merge"}},
		{"TRUNCATE TABEL a", []string{"truncate"}},
		{"SELECT 'a; DELETE FROM b", []string{"delete"}},
		{"\x00DROP TABLE a", []string{"drop"}},
		{strings.Repeat("\x00", 20) + "; DROP TABLE a; UPDATE b SET c = 1", []string{"drop", "update"}},
		{"DROP\u00a0TABLE a", []string{"drop"}},
	} {
		_, all := read(tt.sql)
		u, ok := all[0].Ops[0].Op.(*op.Unread)
		if !ok || len(all) != 1 {
			t.Errorf("%q: got %+v, want one unread statement", tt.sql, all)
			continue
		}
		if diff := cmp.Diff(tt.want, u.Destructive); diff != "" {
			t.Errorf("destructive words of %q (-want +got):\n%s", tt.sql, diff)
		}
	}
}

// TestUnreadLine holds that the message names the line in the file.
func TestUnreadLine(t *testing.T) {
	_, all := read("SELECT 1;\n-- é\nSELECT 'é',\n  FROM a;")
	u, ok := all[1].Ops[0].Op.(*op.Unread)
	if !ok || !strings.HasSuffix(u.Message, "(line 4)") {
		t.Errorf("got %+v, want a message that ends in (line 4)", all[1].Ops[0].Op)
	}
}

func TestNormal(t *testing.T) {
	normal := func(sql string) string { _, all := read(sql); return all[0].Normal }
	base := normal("DELETE FROM a WHERE b = 'C'")
	for _, same := range []string{"delete\n from A where b='C'", "/* x */DELETE FROM a -- y\nWHERE b = 'C';"} {
		if got := normal(same); got != base {
			t.Errorf("%q: got %q, want %q", same, got, base)
		}
	}
	for _, other := range []string{`DELETE FROM "A" WHERE b = 'C'`, "DELETE FROM a WHERE b = 'c'", "DELETE FROM a"} {
		if got := normal(other); got == base {
			t.Errorf("%q is not told from %q", other, base)
		}
	}
}

// TestActionSpans holds that every action of an ALTER TABLE has a place of its own.
func TestActionSpans(t *testing.T) {
	for _, tt := range []struct {
		sql  string
		want []string
	}{
		{"ALTER TABLE a DROP b", []string{"ALTER TABLE a DROP b"}},
		{"ALTER TABLE a DROP b, DROP COLUMN c CASCADE", []string{"DROP b", "DROP COLUMN c CASCADE"}},
		{`ALTER TABLE IF EXISTS ONLY "x"."a,b" DROP b, DROP c`, []string{"DROP b", "DROP c"}},
		{"ALTER TABLE ONLY (a) DROP b, DROP c", []string{"DROP b", "DROP c"}},
		{"ALTER TABLE a * DROP b, DROP c", []string{"DROP b", "DROP c"}},
		{"ALTER TABLE a /* , */ DROP b /* , */ , -- ,\n DROP c", []string{"DROP b", "DROP c"}},
		{"ALTER TABLE a ALTER b TYPE numeric(1, 2) USING (b, 1), DROP c", []string{"ALTER b TYPE numeric(1, 2) USING (b, 1)", "DROP c"}},
		{"ALTER TABLE é.ü DROP b, DROP c", []string{"DROP b", "DROP c"}},
		{"ALTER TYPE a DROP ATTRIBUTE b, DROP ATTRIBUTE c", []string{"DROP ATTRIBUTE b", "DROP ATTRIBUTE c"}},
	} {
		f, all := read("SELECT 'é'; " + tt.sql)
		var got []string
		for _, at := range all[1].Ops {
			got = append(got, f.Text(at.Span))
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("actions of %q (-want +got):\n%s", tt.sql, diff)
		}
	}
}

// TestQuerySpans holds that a data-modifying query of a WITH clause has a place
// of its own.
func TestQuerySpans(t *testing.T) {
	for _, tt := range []struct {
		sql  string
		want []string
	}{
		{"WITH a AS (DELETE FROM b RETURNING *) SELECT 1", []string{"DELETE FROM b RETURNING *"}},
		{"WITH a(x, y) AS NOT MATERIALIZED (DELETE FROM b WHERE c IN (1) RETURNING 1, 2) SELECT 1", []string{"DELETE FROM b WHERE c IN (1) RETURNING 1, 2"}},
		{"WITH é AS (SELECT ')'), a AS (UPDATE b SET c = 1 RETURNING 1) DELETE FROM d", []string{"UPDATE b SET c = 1 RETURNING 1",
			"WITH é AS (SELECT ')'), a AS (UPDATE b SET c = 1 RETURNING 1) DELETE FROM d"}},
		{"EXPLAIN ANALYZE WITH a AS (DELETE FROM b RETURNING 1) SELECT 1", []string{"DELETE FROM b RETURNING 1"}},
		{"COPY (WITH a AS (DELETE FROM b RETURNING 1) TABLE a) TO STDOUT", []string{"DELETE FROM b RETURNING 1"}},
		{"COPY (DELETE FROM b RETURNING 1) TO STDOUT", []string{"DELETE FROM b RETURNING 1"}},
		{"EXPLAIN (ANALYZE off) DELETE FROM b", nil},
		{"EXPLAIN (ANALYZE off, ANALYZE) DELETE FROM b", []string{"DELETE FROM b"}},
	} {
		f, all := read(tt.sql)
		var got []string
		for _, at := range all[0].Ops {
			got = append(got, f.Text(at.Span))
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("operations of %q (-want +got):\n%s", tt.sql, diff)
		}
	}
}

// TestLongListsAreRead holds that what is long without being deep is read.
func TestLongListsAreRead(t *testing.T) {
	const n = 20_000
	for _, tt := range []struct{ name, sql string }{
		{"AND", "DELETE FROM a WHERE b = 1" + strings.Repeat(" AND c = 1 + 1", n)},
		{"OR", "DELETE FROM a WHERE b = 1" + strings.Repeat(" OR c IN (1, 2)", n)},
		{"AND and OR", "DELETE FROM a WHERE b = 1" + strings.Repeat(" AND NOT c OR d::int = 2", n)},
		{"IN", "DELETE FROM a WHERE b IN (1" + strings.Repeat(", 1 + 1", n) + ")"},
		{"CASE", "UPDATE a SET b = CASE" + strings.Repeat(" WHEN c = 1 THEN 2 + 3", n) + " END"},
		{"rows", "INSERT INTO a VALUES (1, 'x')" + strings.Repeat(", (1, 'x')", 300_000)},
		{"one line", "SELECT '" + strings.Repeat("x", 1<<20) + "'"},
		{"actions", "ALTER TABLE a DROP b" + strings.Repeat(", DROP c", n/10)},
		{"names", "DROP TABLE a" + strings.Repeat(", b", n)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, all := read(tt.sql + "; DROP TABLE z")
			if len(all) != 2 || all[0].Unread() || all[1].Unread() {
				t.Errorf("got %d statements, want 2 that are read", len(all))
			}
		})
	}
}

func ExampleRead() {
	f := source.New("a.sql", []byte("-- tidy up\nDROP TABLE users;"))
	for _, s := range Read(f, f.All(), Options{}) {
		first, last := f.Range(s.Span)
		fmt.Printf("%d:%d–%d:%d %s\n", first.Line, first.Column, last.Line, last.Column, f.Text(s.Span))
	}
	// Output: 2:1–2:16 DROP TABLE users
}
