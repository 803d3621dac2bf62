package pgsql

import (
	"bytes"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/dropgate/dropgate/analyzer/op"
	"github.com/dropgate/dropgate/analyzer/source"
)

var bodySeeds = []string{
	"", "BEGIN", "END", "BEGIN END", "BEGIN; END;", "<<a>> BEGIN END a", "DECLARE BEGIN END", "#option dump\nBEGIN END",
	"BEGIN x := 1; x = 2; x[1] := 3; r.a := 4; $1 := 5; x:=-1; END",
	"BEGIN FOR i IN 1..2 LOOP DROP TABLE a; END LOOP; FOR i IN REVERSE a..b BY 2 LOOP END LOOP; END",
	"BEGIN IF a THEN DROP TABLE b; ELSE TRUNCATE c; END IF; CASE a WHEN 1 THEN NULL; END CASE; END",
	"BEGIN FOR IN LOOP END LOOP; WHILE LOOP END LOOP; FOREACH IN ARRAY LOOP END LOOP; IF THEN END IF; END",
	"BEGIN SELECT 1 INTO a; SELECT INTO STRICT a, b 1, 2; INSERT INTO t VALUES (1) RETURNING x INTO a; FETCH c INTO a; END",
	"BEGIN EXECUTE; EXECUTE 'a' INTO b USING c, d; EXECUTE format('%I %s %1$L', a, 'b' || c); PERFORM; RETURN QUERY EXECUTE 'a'; END",
	"BEGIN SELECT (1; DROP TABLE a; END; DROP TABLE b",
	"BEGIN RAISE; RAISE 'a', b USING c = d; GET DIAGNOSTICS a = b; OPEN c FOR SELECT 1; OPEN c (1, a => 2); CLOSE c; MOVE a; CALL p(a); END",
	"BEGIN BEGIN DROP TABLE a; EXCEPTION WHEN b THEN DROP TABLE c; END; EXCEPTION WHEN THEN END",
	"DECLARE a ALIAS FOR $1; b CURSOR (c int) FOR SELECT c; d CONSTANT text[] NOT NULL := '{a}'; e; f int = ; BEGIN END",
}

// FuzzBody holds what every reader of bodies relies on: nothing panics, every
// place is in the body, a constant with a place stands there byte for byte, and
// no statement that begins with a destructive word goes missing.
func FuzzBody(f *testing.F) {
	for _, seed := range bodySeeds {
		f.Add([]byte(seed))
	}
	paths, err := filepath.Glob("testdata/bodies/*.txtar")
	if err != nil {
		f.Fatal(err)
	}
	for _, path := range paths {
		archive, err := txtar.ParseFile(path)
		if err != nil {
			f.Fatal(err)
		}
		for _, file := range archive.Files {
			data := source.New("", file.Data)
			for _, t := range tokens(file.Data, data.All()) {
				if t.kind == text {
					f.Add([]byte(data.Text(content(file.Data, t))))
				}
			}
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		file := source.New("a.sql", append([]byte("  "), data...))
		in := source.Span{Start: 2, End: len(file.Data)}
		for _, language := range []string{"plpgsql", "sql"} {
			vars := newScope(1)
			vars.magic("new", "old")
			checkSteps(t, file, in, readBody(file, in, language, vars))
		}
		if bytes.IndexByte(data, 0) < 0 {
			checkParts(t, file, in)
		}
		literal := source.New("a.sql", []byte("DO E'"+strings.NewReplacer("'", `\'`, `\`, `\\`).Replace(string(data))+"'; SELECT 1"))
		for _, s := range Read(literal, literal.All(), Options{}) {
			checkOps(t, literal, s.Span, s.Ops)
		}
	})
}

func checkSteps(t *testing.T, f *source.File, in source.Span, steps []op.Step) {
	t.Helper()
	for _, step := range steps {
		switch s := step.(type) {
		case *op.Run:
			checkOps(t, f, in, s.Ops)
		case *op.Assign:
			if s.Variable == "" {
				t.Error("a value for no variable")
			}
			checkTexts(t, f, in, s.Value)
		case *op.Loop:
			checkSteps(t, f, in, s.Steps)
		case *op.Choice:
			for _, branch := range s.Branches {
				checkSteps(t, f, in, branch)
			}
		}
	}
}

func checkOps(t *testing.T, f *source.File, in source.Span, ops []op.At) {
	t.Helper()
	for _, at := range ops {
		if at.Op == nil || !in.Contains(at.Span) || at.Span.Len() < 0 {
			t.Fatalf("%#v at %v is not in %v", at.Op, at.Span, in)
		}
		switch o := at.Op.(type) {
		case *op.Dynamic:
			checkTexts(t, f, in, o.Text)
			for _, using := range o.Using {
				checkTexts(t, f, in, using)
			}
		case *op.Call:
			for _, a := range o.Arguments {
				checkTexts(t, f, in, a.Value)
			}
		case *op.Block:
			checkBody(t, f, in, o.Body)
		case *op.CreateFunction:
			checkBody(t, f, in, o.Body)
		}
	}
}

func checkBody(t *testing.T, f *source.File, in source.Span, b *op.Body) {
	t.Helper()
	if b == nil {
		return
	}
	if b.File != f {
		t.Fatal("a body is in another file")
	}
	checkSteps(t, f, in, b.Steps)
}

func checkTexts(t *testing.T, f *source.File, in source.Span, all op.Texts) {
	t.Helper()
	for _, one := range all {
		for _, p := range one {
			if p.Span.Len() != 0 && (!in.Contains(p.Span) || f.Text(p.Span) != p.Constant) {
				t.Fatalf("constant %q is not at %v", p.Constant, p.Span)
			}
		}
	}
}

// checkParts looks for statements that no part of the body has.
func checkParts(t *testing.T, f *source.File, in source.Span) {
	t.Helper()
	p := newPlpgsql(f, in, newScope(1))
	p.read()
	begins := set("; then loop else begin")
	destructive := set("drop truncate delete update merge execute alter")
	next := 0
	for i, tok := range p.tokens[:max(0, len(p.tokens)-1)] {
		if i == 0 || !begins[strings.ToLower(f.Text(p.tokens[i-1].span))] || !destructive[strings.ToLower(f.Text(tok.span))] {
			continue
		}
		if p.tokens[i+1].kind == symbol && !p.tokens[i+1].is(f.Data, ";") {
			continue // a variable of that name
		}
		for found := false; !found; next++ {
			if next == len(p.parts) {
				t.Fatalf("%q at %v is in no part of the body", f.Text(tok.span), tok.span)
			}
			// EXECUTE itself is no SQL: what follows it is.
			found = p.parts[next].span.Contains(tok.span) || p.parts[next].span.Start == p.tokens[i+1].span.Start
		}
		next = 0
	}
}
