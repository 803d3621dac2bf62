package pgsql

import (
	"bytes"
	"testing"

	pg_query "github.com/pganalyze/pg_query_go/v5"

	"github.com/dropgate/dropgate/analyzer/op"
	"github.com/dropgate/dropgate/analyzer/source"
)

// fuzzSeeds are texts in which the splitter and PostgreSQL's scanner could differ.
var fuzzSeeds = []string{
	"",
	";;",
	"SELECT 1",
	"DROP TABLE a; DELETE FROM b WHERE c = 'x;y'",
	"/* a /* b */ ; */ DROP TABLE a -- end; really\n;",
	"-- comment\rDROP TABLE a;\r\nSELECT 1",
	"SELECT $$;$$; SELECT $a$ $$ ; $a$ ; SELECT $1",
	`SELECT E'\'; DROP TABLE a; --'; SELECT '\'; DROP TABLE b`,
	`SELECT U&"d\0061t;a", U&'\0061;' UESCAPE '!'; SELECT "a"";b"`,
	"SELECT B'0;1', X'f;f', N'a;b', n'x', e'\\\\'",
	"CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1; SELECT CASE WHEN true THEN 1 END; END; DROP TABLE a",
	"CREATE RULE r AS ON INSERT TO a DO (DELETE FROM b; DELETE FROM c); DROP TABLE a",
	"SELECT (1; DROP TABLE a; SELECT 2)",
	"BEGIN; CREATE TABEL a (b int); DROP TABLE c; COMMIT",
	"\xEF\xBB\xBFDROP TABLE a",
	"é; SELECT 'é' -- é\n; DROP TABLE \"ü;\"",
	"DROP\xc2\xa0TABLE a; DROP TABLE b",
	"SELECT 'a'\n'b;c'; SELECT 'a' 'b'",
	"SELECT 1.5e10, .5, 1e, 1..2, 0x1F, 1_000; SELECT a.b.c[1:2]::int",
	"SELECT 1 <-- not an operator\n 2; SELECT 1 */* c */ 2; SELECT @-1, a->>'b;'",
	"ALTER TABLE a DROP b, ADD c int DEFAULT (1), ALTER d TYPE int USING (d[1]);",
	"WITH a AS (DELETE FROM b RETURNING *), c (x) AS NOT MATERIALIZED (UPDATE d SET e = 1 RETURNING 1) SELECT 1",
	"MERGE INTO a USING b ON a.c = b.c WHEN MATCHED THEN DELETE",
	"EXPLAIN (ANALYZE off) DELETE FROM a; PREPARE p AS DELETE FROM a; EXECUTE p",
	"DO $$ BEGIN EXECUTE 'DROP TABLE a'; END $$; SELECT f(1)",
	"SELECT 1;\x00DROP TABLE a",
	"a\\gexec\n\\c other\nDROP TABLE b;",
	"MERGE INTO a USING b ON c WHEN NOT MATCHED BY SOURCE AND d THEN DELETE WHEN NOT MATCHED BY TARGET THEN DO NOTHING RETURNING WITH (OLD AS o) f(1), o.*",
	"WITH a AS (MERGE INTO b USING c ON d WHEN MATCHED THEN DELETE RETURNING 1; 2) SELECT 1",
	"CREATE TABLE a (b int NOT NULL NO INHERIT, CONSTRAINT c NOT NULL b, d int GENERATED ALWAYS AS (b) VIRTUAL, e int GENERATED ALWAYS AS (b) NOT ENFORCED, PRIMARY KEY (b, d WITHOUT OVERLAPS))",
	"ALTER TABLE a ADD NOT NULL b NOT VALID, ALTER CONSTRAINT c NOT ENFORCED, ALTER d SET EXPRESSION AS (1), SET ACCESS METHOD DEFAULT",
	"ALTER TABLE a SPLIT PARTITION b INTO (PARTITION c DEFAULT); ALTER TABLE a MERGE PARTITIONS (b, c) INTO d",
	"SELECT * FROM JSON_TABLE(a, '$' AS p PASSING 1 AS x COLUMNS (b FOR ORDINALITY, c int PATH '$' DEFAULT f(1) ON EMPTY, NESTED '$' COLUMNS (d int EXISTS)) ERROR ON ERROR)",
	"SELECT JSON_VALUE(a FORMAT JSON, '$' PASSING JSON_QUERY(b, '$' WITH WRAPPER) AS c RETURNING int DEFAULT NULL ON ERROR) AT LOCAL, JSON('1' WITH UNIQUE)",
	`CREATE TABLE "{{ index .Options "Namespace" }}"."a" (b int); DROP TABLE ${X:-public}.a_{{x}}_b; {{ f(';') }}`,
	"{% if a %} DROP TABLE a; {% endif %} {{ f() }}; SELECT '{{ a('b') }}', @extschema@.c, {{- range }} 1 {{ end }} {# ; #}",
	"SELECT '{{'; DROP TABLE a; SELECT '}}' {{ \"a;\" }}, \"${b}\"; {{ a ; b }}",
	"DROP TABLE a;\u00a0; SELECT 1\ufeff; INSERT INTO a VALUES ('\xe9'); /* \xe9 */ SELECT 2",
}

// FuzzRead holds what every reader of statements relies on: nothing panics, the
// spans are in bounds, ordered and disjoint, and whatever PostgreSQL's scanner
// sees outside comments and semicolons belongs to a statement. Where its parser
// reads the text as a whole, there are as many statements as it sees.
func FuzzRead(f *testing.F) {
	for _, seed := range fuzzSeeds {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		file := source.New("a.sql", data)
		in := file.All()
		all := Read(file, in, Options{})
		for i, s := range all {
			checkSpans(t, file, all, i, in)
			if s.Normal == "" {
				t.Errorf("statement %q has no normal form", file.Text(s.Span))
			}
		}
		checkCovered(t, file, all, in)
		if bytes.IndexByte(data, 0) >= 0 {
			return
		}
		checkTokens(t, file, all, in)
		checkCount(t, file, all, in)
	})
}

func checkSpans(t *testing.T, f *source.File, all []Statement, i int, in source.Span) {
	t.Helper()
	s := all[i]
	if !in.Contains(s.Span) || s.Span.Len() <= 0 {
		t.Fatalf("statement %d has span %v, not in %v", i, s.Span, in)
	}
	if i > 0 && s.Span.Start < all[i-1].Span.End {
		t.Fatalf("statement %d at %v begins before %v ends", i, s.Span, all[i-1].Span)
	}
	if got, want := f.Text(s.Span), string(f.Data[s.Span.Start:s.Span.End]); got != want {
		t.Fatalf("statement %d has text %q, want %q", i, got, want)
	}
	for _, at := range s.Ops {
		if !s.Span.Contains(at.Span) || at.Op == nil {
			t.Fatalf("operation %#v at %v is not in its statement's %v", at.Op, at.Span, s.Span)
		}
	}
}

// checkCovered holds that every byte outside comments, white space and semicolons
// belongs to a statement.
func checkCovered(t *testing.T, f *source.File, all []Statement, in source.Span) {
	t.Helper()
	next := 0
	for _, token := range tokens(f.Data, in) {
		if !token.is(f.Data, ";") && !covered(f, all, &next, token.span) {
			t.Fatalf("%q at %v belongs to no statement", f.Text(token.span), token.span)
		}
	}
}

// covered reports whether every byte of a token that is no white space is in one of
// the statements from next on. A command of psql ends with its line, also where
// that is in the middle of what would be quotes without it.
func covered(f *source.File, all []Statement, next *int, token source.Span) bool {
	for i := token.Start; i < token.End; i++ {
		if bytes.IndexByte([]byte(" \t\r\n"), f.Data[i]) >= 0 {
			continue
		}
		for *next < len(all) && all[*next].Span.End <= i {
			*next++
		}
		if *next == len(all) || i < all[*next].Span.Start {
			return false
		}
	}
	return true
}

// checkTokens compares with PostgreSQL's own scanner.
func checkTokens(t *testing.T, f *source.File, all []Statement, in source.Span) {
	t.Helper()
	scan, err := pg_query.Scan(f.Text(in))
	if err != nil {
		return
	}
	next := 0
	for _, token := range scan.Tokens {
		switch token.Token {
		case pg_query.Token_SQL_COMMENT, pg_query.Token_C_COMMENT, pg_query.Token_ASCII_59:
			continue
		}
		span := source.Span{Start: in.Start + int(token.Start), End: in.Start + int(token.End)}
		if !covered(f, all, &next, span) {
			t.Fatalf("token %q at %v belongs to no statement", f.Text(span), span)
		}
	}
}

// checkCount compares with a parse of the whole text.
func checkCount(t *testing.T, f *source.File, all []Statement, in source.Span) {
	t.Helper()
	if survivable(f, chunk{all: in, tokens: tokens(f.Data, in)}) != nil {
		return
	}
	tree, err := pg_query.Parse(f.Text(in))
	if err != nil {
		return
	}
	if len(all) != len(tree.Stmts) {
		t.Fatalf("got %d statements, PostgreSQL reads %d", len(all), len(tree.Stmts))
	}
	for i, s := range all {
		for _, at := range s.Ops {
			if u, ok := at.Op.(*op.Unread); ok && tree.Stmts[i].Stmt.GetDoStmt() == nil && !isUnreadable(tree.Stmts[i]) {
				t.Fatalf("statement %d is not read (%s), but PostgreSQL reads it", i, u.Message)
			}
		}
	}
}

// isUnreadable reports whether a statement parses and still is an op.Unread.
func isUnreadable(raw *pg_query.RawStmt) bool { return raw.Stmt.GetVariableSetStmt() != nil }
