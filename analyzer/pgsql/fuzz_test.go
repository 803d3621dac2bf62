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
		for next < len(all) && all[next].Span.End <= span.Start {
			next++
		}
		if next == len(all) || !all[next].Span.Contains(span) {
			t.Fatalf("token %q at %v belongs to no statement", f.Text(span), span)
		}
	}
}

// checkCount compares with a parse of the whole text.
func checkCount(t *testing.T, f *source.File, all []Statement, in source.Span) {
	t.Helper()
	if guard(f.Data, in, tokens(f.Data, in)) != nil {
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
