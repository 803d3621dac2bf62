package pgsql

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/dropgate/dropgate/analyzer/op"
	"github.com/dropgate/dropgate/analyzer/source"
	"github.com/dropgate/dropgate/internal/pgtest"
)

// runTests are scripts in which $a stands for INSERT INTO ran VALUES ('a'), with
// the marks that psql leaves in the table.
var runTests = []struct{ name, script, want string }{
	{"statements", "$a; $b;\n$c", "a b c"},
	{"semicolon in parentheses", "CREATE RULE r AS ON INSERT TO data DO (SELECT 1; $a); $b;", "b"},
	{"semicolon in strings", "SELECT ';', $$;$$, \";\"; $a;", "a"},
	{"a string goes on", "SELECT E'a'\n'\\'; $a; --'\n; $b;", "a b"},
	{"a string goes on behind a comment", "SELECT 'a' -- b\n\n -- c\n ';$a;'; $b;", "b"},
	{"a string does not go on", "SELECT 'a' /* b */\n';$a;'; $b;", "b"},
	{"routine", "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1; SELECT CASE WHEN true THEN 1 END; END; $a;", "a"},
	{"no routine", "CREATE VIEW begin AS SELECT 1; $a; \\r\n$b;", "a b"},
	{"routine thrown away", "CREATE OR REPLACE PROCEDURE f() BEGIN ATOMIC SELECT 1; $a; \\r\n$b;", "b"},
	{"g", "$a \\g\n$b\\g\\\\ $c;", "a b c"},
	{"g with a file", "$a \\g /dev/null\n$b;", "a b"},
	{"g in parentheses", "SELECT (1 \\g\n$a;", "a"},
	{"g again", "$a; \\g\n\\g\n$b;", "a b"},
	{"gx", "$a \\gx\n$b;", "a b"},
	{"gset", "$a RETURNING v \\gset\n$b;", "a b"},
	{"gdesc", "$a \\gdesc\n$b;", "b"},
	{"gdesc, then g", "$a \\gdesc\n\\g\n$b;", "a b"},
	{"command in the middle", "INSERT INTO ran\n\\echo x; \n VALUES \\echo y \\\\ ('a'); $b;", "a b"},
	{"watch is no end of the script", "$a;\n\\unset x\n$b;", "a b"},
	{"reset", "$a \\r\n$b;", "b"},
	{"reset of nothing", "$a; \\r\n$b;", "a b"},
	{"escaped semicolon", "$a\\; $b;", "a b"},
	{"escaped semicolons thrown away", "$a\\; $b \\r\n$c;", "c"},
	{"escaped colon", "SELECT 1\\::int; $a;", "a"},
	{"unknown command", "\\nonsense $a; \\q\n$b;", "b"},
	{"extra argument", "\\echo $a; \\\\ $b;", "b"},
	{"commands on one line", "\\echo a\\echo b\\\\$a;", "a"},
	{"backslash in a string", "SELECT '\\q'; $a; SELECT E'\\\\q\\''; $b; SELECT \"\\q\"; $c; -- \\q\n/* \\q */ $d;", "a b c d"},
	{"if true", "\\if true\n$a;\n\\else\n$b;\n\\endif\n$c;", "a c"},
	{"if false", "\\if false\n$a;\n\\elif yes\n$b;\n\\elif true\n$c;\n\\else\n$d;\n\\endif\n$e;", "b e"},
	{"if nested", "\\if 0\n\\if 1\n$a;\n\\else\n$b;\n\\endif\n$c;\n\\else\n\\if off\n$d;\n\\else\n$e;\n\\endif\n\\endif", "e"},
	{"if words", "\\if tR\n$a;\n\\endif\n\\if o\n$b;\n\\endif\n\\if ON\n$c;\n\\endif\n\\if y\n$d;\n\\endif\n\\if 2\n$e;\n\\endif", "a c d"},
	{"if without a value", "\\if\n$a;\n\\else\n$b;\n\\endif", "b"},
	{"if with two words", "\\if true true\n$a;\n\\else\n$b;\n\\endif", "b"},
	{"if with a semicolon", "\\if true;\n$a;\n\\endif $b;\n$c;", "c"},
	{"if with a variable", "\\set x on\n\\if :x\n$a;\n\\endif\n\\set x 0\n\\if :x\n$b;\n\\endif\n\\set x t :x\n\\if :x\n$c;\n\\endif", "a"},
	{"if with a test", "\\set x 0\n\\if :{?x}\n$a;\n\\endif\n\\unset x\n\\if :{?x}\n$b;\n\\endif", "a"},
	{"if in quotes", "\\if 'tr''ue'\n$a;\n\\endif\n\\if 't\\162\\x75e'\n$b;\n\\endif\n\\if \"true\"\n$c;\n\\endif", "b"},
	{"if unended", "\\if 0\n$a;\n\\else\n$b;", "b"},
	{"if in the middle", "INSERT INTO ran VALUES\n\\if 0\n ('a');\n\\else\n ('b'\n\\endif\n); $c;", "b c"},
	{"unfinished in a branch", "\\if 0\n$a\n\\endif\n$b;", "b"},
	{"parenthesis in a branch", "SELECT 1\n\\if 0\n(((\n\\endif\n; $a;", "a"},
	{"endif twice", "\\if 1\n\\endif\n\\endif \\q\n$a;", "a"},
	{"else twice", "\\if 0\n\\else\n$a;\n\\else\n$b;\n\\endif\n$c;", "a b c"},
	{"quit", "$a;\n\\q\n$b;", "a"},
	{"quit in the middle", "$a \\q\n$b;", "a"},
	{"quit on the line", "$a; \\quit $b;\n$c;", "a"},
	{"quit after an error", "\\i nothing \\q\n$a;", "a"},
	{"quit in a branch", "\\if 0\n\\q\n\\endif\n$a;\n\\if 1\n\\q\n\\endif\n$b;", "a"},
	{"quit while restricted", "\\restrict abc\n\\q\n$a;\n\\unrestrict abc\n$b;", "a b"},
	{"copy", "COPY data FROM stdin;\n$a;\n\\q\n\\.\n$b;", "b"},
	{"copy and more on the line", "COPY data FROM stdin; $a; \n'$b;\n\\.\n$c;", "a c"},
	{"copy without an end", "$a;\nCOPY data FROM stdin;\n$b;\n", "a"},
	{"copy with windows' lines", "COPY data (v) FROM stdin WITH (FORMAT text);\r\n$a;\r\n\\.\r\n$b;\r\n", "b"},
	{"copy twice", "COPY data FROM stdin; COPY data FROM stdin;\n1\n\\.\n$a;\n\\.\n$b;", "b"},
	{"copy joined", "COPY data FROM stdin\\; $a;\n$b;\n\\.\n$c;", "a c"},
	{"copy that the server refuses", "COPY (SELECT 1) FROM stdin;\n$a;\n\\.\n$b;", "a b"},
	{"copy joined with a mistake", "COPY data FROM stdin\\; SELECT FROM FROM;\n$a;", "a"},
	{"copy that is described", "COPY data FROM stdin \\gdesc\n$a;", "a"},
	{"copy by g", "COPY data FROM stdin \\g\n$a;\n\\.\n$b;", "b"},
	{"copy from the screen", "COPY data FROM stdout;\n$a;\n\\.\n$b;", "b"},
	{"copy to", "COPY (SELECT 1) TO stdout;\n$a;", "a"},
	{"copy to, by what writes", "COPY (INSERT INTO ran VALUES ('a') RETURNING v) TO stdout;\n$b;", "a b"},
	{"copy command", "\\copy data from stdin\n$a;\n\\.\n$b;", "b"},
	{"copy command takes the line", "\\copy data to /dev/null \\\\ $a;\n$b;", "b"},
	{"copy command with a query", "\\copy (INSERT INTO ran VALUES ('a') RETURNING v) to '/dev/null'\n$b;", "a b"},
	{"copy of another", "SELECT 'COPY data FROM stdin';\n$a;", "a"},
	{"variable", "\\set x 'a'\nINSERT INTO ran /* ('a') */ SELECT :'x'; $b;", "a b"},
	{"a set variable is no slice", "SELECT (ARRAY[1,2])[1:n] FROM (SELECT 2 AS n) AS s; $a;", "a"},
}

var mark = regexp.MustCompile(`\$([a-z])`)

// inserted finds the mark in a statement's text.
var inserted = regexp.MustCompile(`(?s)\('([a-z])'`)

// TestPsqlRuns holds the reading of scripts against psql: what runs and what does not.
func TestPsqlRuns(t *testing.T) {
	server := pgtest.Start(t)
	conn := server.Database(t)
	for _, tt := range runTests {
		t.Run(tt.name, func(t *testing.T) {
			script := mark.ReplaceAllString(tt.script, "INSERT INTO ran (v) VALUES ('$1')")
			if got := marksRead(script); got != tt.want {
				t.Errorf("Read says that %q runs, want %q", got, tt.want)
			}
			const fresh = "DROP SCHEMA public CASCADE; CREATE SCHEMA public; CREATE TABLE ran (v text, n serial); CREATE TABLE data (v text)"
			if _, err := conn.Exec(t.Context(), fresh); err != nil {
				t.Fatal(err)
			}
			dir := t.TempDir()
			file := filepath.Join(dir, "script.sql")
			if err := os.WriteFile(file, []byte("\\set ON_ERROR_STOP off\n"+script), 0o600); err != nil {
				t.Fatal(err)
			}
			if _, err := server.Psql(t.Context(), conn.Config().Database, dir, file); err != nil {
				t.Fatal(err)
			}
			var got string
			row := conn.QueryRow(t.Context(), "SELECT coalesce(string_agg(v, ' ' ORDER BY n), '') FROM ran")
			if err := row.Scan(&got); err != nil {
				t.Fatal(err)
			}
			if got := once(strings.Fields(got)); got != tt.want {
				t.Errorf("psql runs %q, want %q", got, tt.want)
			}
		})
	}
}

// once leaves out marks that follow one like it: \g runs the same again.
func once(marks []string) string { return strings.Join(slices.Compact(marks), " ") }

// marksRead returns the marks that the statements leave which are said to run.
func marksRead(script string) string {
	f := source.New("a.sql", []byte(script))
	var marks []string
	last := ""
	for _, st := range Read(f, f.All(), Options{Psql: true}) {
		found := inserted.FindAllStringSubmatch(f.Text(st.Span), -1)
		if len(found) > 0 {
			last = found[len(found)-1][1] // \g has no text of its own
		}
		for _, at := range st.Ops {
			if insert, ok := at.Op.(*op.Insert); !ok || insert.Table.Name != "ran" {
				continue
			}
			marks = append(marks, last)
		}
	}
	return once(marks)
}
