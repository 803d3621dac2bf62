package pgsql

import (
	"bytes"
	"regexp"
	"strings"
	"testing"

	"github.com/dropgate/dropgate/analyzer/op"
	"github.com/dropgate/dropgate/analyzer/source"
)

// psqlSeeds are scripts besides those of TestPsqlRuns in which statements,
// commands and data could be taken for one another.
var psqlSeeds = []string{
	`\set x 'DROP TABLE a' \\ :x; SELECT :'x', :"x", :{?x}, a[1:x], b::x;`,
	"\\set a b\nSELECT :a:a, :a.c, :\"a\" FROM :d;",
	"\\i a.sql\n\\ir 'b c.sql';\n\\include :x\n\\i `pwd`/c",
	"\\c - - host\n\\connect postgres://a@b/c?d=e\n\\connect dbname=x",
	"\\copy a.b (c) from program 'ls' csv\n\\copy \"A\" to x\n\\copy\n\\copy (select 1",
	"SELECT 1 \\bind 2 \\g |cat > x\n\\o |cat\n\\! ls\n\\g",
	"SELECT 1 \\parse p\n\\bind_named p \\g\n\\close_prepared p",
	"SELECT format('DROP TABLE %I', relname) FROM pg_class \\gexec\n\\watch 1",
	"\\", "\\\\", "\\;", "a\\", ":", ":'a", "::a", ":{?", "\\\\;", "\\if", "\\else", "\\endif",
	"SELECT (\\if :x\n1\\else\n2\\endif\n);",
	"COPY a FROM stdin; SELECT 'a\nb'\n\\.\n;",
	"COPY a FROM stdin; /*\n\\.\n*/ SELECT 1;",
	"\\echo Use \"CREATE EXTENSION a\" to load this file. \\quit\nDROP TABLE a;",
	"\\set a :a:a:a\n\\set a :a:a:a\nSELECT :a;",
	"/* \\q", "'\\q", "\\echo 'a", "\\echo \"a", "\\echo `a", "SELECT $a$ \\q $b$",
	"\\set SINGLELINE\nSELECT 1\nDELETE FROM a",
}

// FuzzPsql holds for scripts what FuzzRead does for plain text, and that nothing
// but white space, comments and the data of COPY stands outside statements.
func FuzzPsql(f *testing.F) {
	for _, seed := range append(psqlSeeds, fuzzSeeds...) {
		f.Add([]byte(seed))
	}
	for _, tt := range runTests {
		f.Add([]byte(mark.ReplaceAllString(tt.script, "INSERT INTO ran VALUES ('$1')")))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		file := source.New("a.sql", data)
		in := file.All()
		all := Read(file, in, Options{Psql: true})
		if !bytes.Equal(data, file.Data) {
			t.Fatal("the file is written to")
		}
		end := in.Start
		for i, s := range all {
			checkSpans(t, file, all, i, in)
			if s.Normal == "" {
				t.Errorf("statement %q has no normal form", file.Text(s.Span))
			}
			if s.NotRun != "" && len(s.Ops) > 0 {
				t.Errorf("statement %q does not run and has operations", file.Text(s.Span))
			}
			checkGap(t, file, all[:i], source.Span{Start: end, End: s.Span.Start})
			end = s.Span.End
		}
		checkGap(t, file, all, source.Span{Start: end, End: in.End})
		checkIncludes(t, file, all)
	})
}

var copyFromStdin = regexp.MustCompile(`(?is)copy.*std(in|out)`)

// checkGap looks at what stands behind the statements and belongs to none.
func checkGap(t *testing.T, f *source.File, before []Statement, gap source.Span) {
	t.Helper()
	if i := bytes.IndexByte(f.Data[gap.Start:gap.End], '\n'); i >= 0 && copyFromStdin.Match(f.Data[:gap.Start]) {
		gap.End = gap.Start + i // data may follow
	}
	for _, token := range tokens(f.Data, gap) {
		if text := f.Text(token.span); strings.Trim(text, `;\`) != "" {
			t.Fatalf("%q at %v belongs to no statement", text, token.span)
		}
	}
}

// checkIncludes compares the files that are found without parsing.
func checkIncludes(t *testing.T, f *source.File, all []Statement) {
	t.Helper()
	var want []string
	for _, s := range all {
		for _, at := range s.Ops {
			if file := includeOf(at.Op); file != "" {
				want = append(want, file)
			}
		}
	}
	if bytes.IndexByte(f.Data, 0) >= 0 {
		return
	}
	var got []string
	for _, file := range Includes(f, f.All()) {
		got = append(got, file.Path)
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Fatalf("Includes gives %q, Read %q", got, want)
	}
}

func includeOf(o op.Operation) string {
	if file, ok := o.(*op.Include); ok {
		return file.Path
	}
	return ""
}
