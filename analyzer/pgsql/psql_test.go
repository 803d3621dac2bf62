package pgsql

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dropgate/dropgate/analyzer/op"
	"github.com/dropgate/dropgate/analyzer/source"
)

// describe returns the script's statements, a line each, with their operations
// below them: what they are, and the text that stands for them.
func describe(script string) string {
	f := source.New("a.sql", []byte(script))
	var b strings.Builder
	for _, st := range Read(f, f.All(), Options{Psql: true}) {
		fmt.Fprintf(&b, "%d %q", st.Span.Start, f.Text(st.Span))
		if st.NotRun != "" {
			b.WriteString(" not run")
		}
		b.WriteString("\n")
		for _, at := range st.Ops {
			fmt.Fprintf(&b, "  %d %s\n", at.Span.Start, describeOp(at.Op))
		}
	}
	return b.String()
}

func describeOp(o op.Operation) string {
	switch o := o.(type) {
	case *op.Drop:
		return "drop " + o.Name.String()
	case *op.Delete:
		return fmt.Sprintf("delete %s %v", o.Table, o.Where != nil)
	case *op.Insert:
		return "insert " + o.Table.String()
	case *op.Include:
		return fmt.Sprintf("include %s %v", o.Path, o.Relative)
	case *op.Connect:
		return "connect " + o.Database
	case *op.RunTime:
		return fmt.Sprintf("run time %v: %s", o.Wide, o.What)
	case *op.Unread:
		return fmt.Sprintf("unread %v: %s", o.Destructive, o.Message)
	case *op.Dynamic:
		return fmt.Sprintf("dynamic %s by %s", showTexts(source.New("a.sql", nil), o.Text), o.By)
	case *op.Call:
		return "call " + o.Function.String()
	case *op.Prepare:
		return "prepare " + o.Name + ": " + describeOp(o.Ops[0].Op)
	case *op.Execute:
		return "execute " + o.Name
	case *op.Deallocate:
		return "deallocate " + o.Name
	}
	return fmt.Sprintf("%T", o)
}

func TestPsqlOperations(t *testing.T) {
	for _, tt := range []struct{ name, script, want string }{
		{"include", "\\i a.sql;\n\\ir 'b c.sql' x\n\\include \"d\"\n\\include_relative ../e\\\\DROP TABLE f;", `
0 "\\i a.sql;"
  0 include a.sql false
10 "\\ir 'b c.sql' x"
  10 include b c.sql true
26 "\\include \"d\""
  26 include "d" false
39 "\\include_relative ../e\\\\"
  39 include ../e true
63 "DROP TABLE f"
  63 drop f
`},
		{"include what is not known", "\\i :dir/a.sql\n\\set dir x\n\\i :dir/a.sql\n\\i :dir/b.sql\n\\i `ls`\n\\i -\n\\cd y\n\\i a.sql\n\\i", `
0 "\\i :dir/a.sql"
  0 run time false: a file whose name is not known: \i :dir/a.sql
14 "\\set dir x"
25 "\\i :dir/a.sql"
  25 include x/a.sql false
39 "\\i :dir/b.sql"
  39 run time false: a file whose name is not known: \i :dir/b.sql
53 "\\i ` + "`ls`" + `"
  53 run time false: a shell command: \i ` + "`ls`" + `
  53 run time false: a file whose name is not known: \i ` + "`ls`" + `
61 "\\i -"
  61 run time false: standard input: \i -
66 "\\cd y"
72 "\\i a.sql"
  72 run time false: a file in a folder that \cd went to: \i a.sql
81 "\\i"
`},
		{"include in a query", "DELETE FROM a\n\\i b.sql\nWHERE c;", `
0 "DELETE FROM a\n\\i b.sql\nWHERE c"
  0 delete a true
  14 include b.sql false
`},
		{"include in branches", "\\if 0\n\\i a.sql\n\\endif\n\\if :b\n\\i b.sql\n\\endif", `
0 "\\if 0"
6 "\\i a.sql" not run
15 "\\endif"
22 "\\if :b"
29 "\\i b.sql"
  29 include b.sql false
38 "\\endif"
`},
		{"connect", "\\c\n\\connect - me\n\\c other;\n\\c \"Big\"\n\\c \"dbname=x host=y\"\n\\c postgres://a@b/c?d\n\\c -reuse-previous=on z\n\\c :db\n\\c host=a", `
0 "\\c"
  0 connect 
3 "\\connect - me"
  3 connect 
17 "\\c other;"
  17 connect other
27 "\\c \"Big\""
  27 connect Big
36 "\\c \"dbname=x host=y\""
  36 connect x
57 "\\c postgres://a@b/c?d"
  57 connect c
79 "\\c -reuse-previous=on z"
  79 connect z
103 "\\c :db"
  103 connect ·
110 "\\c host=a"
  110 connect 
`},
		{"unknown branches", "\\if :a\nDROP TABLE b;\n\\elif :c\nDROP TABLE d;\n\\else\nDROP TABLE e;\n\\endif\n\\if :{?a}\n\\q\n\\endif\nDROP TABLE f;", `
0 "\\if :a"
7 "DROP TABLE b"
  7 drop b
21 "\\elif :c"
30 "DROP TABLE d"
  30 drop d
44 "\\else"
50 "DROP TABLE e"
  50 drop e
64 "\\endif"
71 "\\if :{?a}"
81 "\\q"
84 "\\endif"
91 "DROP TABLE f"
  91 drop f
`},
		{"unknown branch in a query", "DELETE FROM a\n\\if :b\nWHERE c\n\\endif\n;", `
0 "DELETE FROM a\n\\if :b\nWHERE c\n\\endif"
  0 unread [delete]: \if stands in the middle of it, and whether it is true is not known
`},
		{"branches after an error", "\\i a \\if 0\nDROP TABLE b;\n\\endif", `
0 "\\i a"
  0 include a false
5 "\\if 0"
11 "DROP TABLE b"
  11 drop b
25 "\\endif"
`},
		{"quit", "DROP TABLE a;\n\\q\n DROP TABLE b; -- c\n", `
0 "DROP TABLE a"
  0 drop a
14 "\\q"
18 "DROP TABLE b; -- c" not run
`},
		{"script of an extension", "\\echo Use \"CREATE EXTENSION a\" to load this file. \\quit\nDROP TABLE a;", `
0 "\\echo Use \"CREATE EXTENSION a\" to load this file."
50 "\\quit"
56 "DROP TABLE a"
  56 drop a
`},
		{"copy", "\\copy a.B (c) from 'x' csv\n\\copy \"A\" to x\n\\copy (DELETE FROM d RETURNING *) to 'x'\n\\copy e from program 'ls'\n\\copy f", `
0 "\\copy a.B (c) from 'x' csv"
  0 insert a.b
27 "\\copy \"A\" to x"
42 "\\copy (DELETE FROM d RETURNING *) to 'x'"
  49 delete d false
83 "\\copy e from program 'ls'"
  83 insert e
  83 run time false: a shell command: \copy e from program 'ls'
109 "\\copy f"
  109 unread []: \copy is not written as psql reads it
`},
		{"gexec", "SELECT f(1) \\gexec\nSELECT relname FROM pg_class;\n\\gexec\n\\gexec", `
0 "SELECT f(1) \\gexec"
  0 call f
  0 dynamic ? by \gexec
19 "SELECT relname FROM pg_class"
49 "\\gexec"
  49 dynamic ?(catalog) by \gexec
56 "\\gexec"
`},
		{"gset", "\\set t a\nDROP TABLE :t;\nSELECT 'b' AS t \\gset\nDROP TABLE :t;\n:t;", `
0 "\\set t a"
9 "DROP TABLE :t"
  9 drop a
24 "SELECT 'b' AS t \\gset"
46 "DROP TABLE :t"
  46 drop ·
61 ":t"
  61 run time false: the value of psql's variable :t
`},
		{"shell", "\\! ls\n\\set x `make`\nSELECT 1 \\g |cat > x\n\\o | tee x\nDROP TABLE :x;", `
0 "\\! ls"
  0 run time false: a shell command: \! ls
6 "\\set x ` + "`make`" + `"
  6 run time false: a shell command: \set x ` + "`make`" + `
20 "SELECT 1 \\g |cat > x"
  29 run time false: a shell command: \g |cat > x
41 "\\o | tee x"
  41 run time false: a shell command: \o | tee x
52 "DROP TABLE :x"
  52 drop ·
`},
		{"names", "DROP TABLE a.:b, :\"cd\".e;\nDELETE FROM a WHERE b = :'c';\nSELECT a[1:n], b::c, :d;\nALTER TABLE a RENAME TO b_:c;", `
0 "DROP TABLE a.:b, :\"cd\".e"
  0 drop a.·
  0 drop ·_.e
26 "DELETE FROM a WHERE b = :'c'"
  26 delete a true
56 "SELECT a[1:n], b::c, :d"
  56 *op.Use
81 "ALTER TABLE a RENAME TO b_:c"
  81 *op.Rename
`},
		{"values", "\\set schema app\n\\set 1 2\nDROP TABLE :schema.a;\nDROP TABLE :\"schema\".:\"b\";\n\\set b 'c; DROP TABLE d'\nDROP TABLE :b;\n\\set b c :b\n:b;\nDROP TABLE a:schema:schema;", `
0 "\\set schema app"
16 "\\set 1 2"
25 "DROP TABLE :schema.a"
  25 drop app.a
47 "DROP TABLE :\"schema\".:\"b\""
  47 drop app.·
74 "\\set b 'c; DROP TABLE d'"
99 "DROP TABLE :b"
  99 dynamic "DROP TABLE c; DROP TABLE d" by psql's variables
114 "\\set b c :b"
126 ":b"
  126 dynamic "cc; DROP TABLE d" by psql's variables
130 "DROP TABLE a:schema:schema"
  130 dynamic "DROP TABLE aappapp    " by psql's variables
`},
		{"values that are not known", "\\if :a\n\\set b c\n\\endif\nDROP TABLE :b;\n\\set ROW_COUNT 1\n\\if :ROW_COUNT\nDROP TABLE d;\n\\else\nDROP TABLE e;\n\\endif", `
0 "\\if :a"
7 "\\set b c"
16 "\\endif"
23 "DROP TABLE :b"
  23 drop ·
38 "\\set ROW_COUNT 1"
55 "\\if :ROW_COUNT"
70 "DROP TABLE d"
  70 drop d
84 "\\else"
90 "DROP TABLE e"
  90 drop e
104 "\\endif"
`},
		{"prepared", "DROP TABLE a \\parse p\n\\bind_named p \\g\n\\close_prepared p", `
0 "DROP TABLE a \\parse p"
  0 prepare p: drop a
22 "\\bind_named p"
  22 execute p
36 "\\g"
39 "\\close_prepared p"
  39 deallocate p
`},
		{"a string behind a comment", "SELECT 'a' -- 'b\n':c'; DELETE FROM d WHERE e = E'f' -- g;\n'i' -- ;\n'h';", `
0 "SELECT 'a' -- 'b\n':c'"
23 "DELETE FROM d WHERE e = E'f' -- g;\n'i' -- ;\n'h'"
  23 delete d true
`},
		{"numbers", "COMMENT ON LARGE OBJECT :o IS 'x';\nALTER SEQUENCE a RESTART :n;\nALTER SEQUENCE :a INCREMENT BY :n;", `
0 "COMMENT ON LARGE OBJECT :o IS 'x'"
35 "ALTER SEQUENCE a RESTART :n"
64 "ALTER SEQUENCE :a INCREMENT BY :n"
`},
		{"what else is said", "\\nonsense a\n\\lo_unlink 1\n\\set SINGLELINE\n\\ef f\n/* ", `
0 "\\nonsense a"
  0 unread []: psql has no command \nonsense that is known here
12 "\\lo_unlink 1"
  12 call lo_unlink
25 "\\set SINGLELINE"
  25 unread []: in psql's SINGLELINE mode each line is a statement, which is not read
41 "\\ef f"
  41 run time false: what comes out of an editor: \ef f
47 "/* "
  47 unread []: unterminated /* comment at or near "/* "
`},
		{"data in the middle", "COPY a FROM stdin; SELECT '\n1\n\\.\n'; DROP TABLE b;", `
0 "COPY a FROM stdin"
  0 insert a
19 "SELECT '\n1\n\\.\n'; DROP TABLE b;"
  19 unread []: the data of COPY … FROM stdin stand in the middle of it
`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(strings.TrimPrefix(tt.want, "\n"), describe(tt.script)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// TestPsqlNormal: what a statement is told by holds its commands and the values of
// its variables, as far as they are known, and whether it runs.
func TestPsqlNormal(t *testing.T) {
	normals := func(script string) (all []string) {
		f := source.New("a.sql", []byte(script))
		for _, st := range Read(f, f.All(), Options{Psql: true}) {
			all = append(all, st.Normal)
		}
		return all
	}
	for _, tt := range []struct {
		name, script string
		same         bool
	}{
		{"white space and comments", "DROP  TABLE :a; DROP TABLE /* b */ :a;", true},
		{"another variable", "DROP TABLE :a; DROP TABLE :A;", false},
		{"another value", "\\set a b\nDROP TABLE :a;\n\\set a c\nDROP TABLE :a;", false},
		{"the same value", "\\set a b\nDROP TABLE :a;\n\\set a b\nDROP TABLE :a;", true},
		{"another command", "SELECT 1 \\gexec\nSELECT 1;", false},
		{"a command in the middle", "SELECT \\! a\n 1; SELECT 1;", false},
		{"one that does not run", "\\if 0\nDROP TABLE a;\n\\else\nDROP TABLE a;\n\\endif", false},
		{"a file by another value", "\\set a b\n\\i :a\n\\set a c\n\\i :a", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var of []string
			for _, n := range normals(tt.script) {
				if !strings.HasPrefix(n, `\`) || strings.HasPrefix(n, `\i `) {
					of = append(of, n)
				}
			}
			if len(of) != 2 || (of[0] == of[1]) != tt.same {
				t.Errorf("got %q, want two of which it is %v that they are the same", of, tt.same)
			}
		})
	}
}

// TestPsqlBody: a body stands in the file also where the parser was given another text.
func TestPsqlBody(t *testing.T) {
	f := source.New("a.sql", []byte("CREATE FUNCTION :a.f() RETURNS void LANGUAGE sql AS $$ DELETE FROM b $$;"))
	all := Read(f, f.All(), Options{Psql: true})
	if len(all) != 1 || len(all[0].Ops) != 1 {
		t.Fatalf("got %+v, want one statement with one operation", all)
	}
	function, ok := all[0].Ops[0].Op.(*op.CreateFunction)
	if !ok || function.Body == nil || function.Body.File != f {
		t.Fatalf("got %+v, want a function whose body stands in the file", all[0].Ops[0].Op)
	}
	run, ok := function.Body.Steps[0].(*op.Run)
	if !ok || f.Text(run.Ops[0].Span) != "DELETE FROM b" {
		t.Errorf("got %+v, want what deletes", function.Body.Steps[0])
	}
}
