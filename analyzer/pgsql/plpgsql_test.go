package pgsql

import (
	"encoding/json"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	pg_query "github.com/pganalyze/pg_query_go/v5"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/dropgate/dropgate/analyzer/op"
	"github.com/dropgate/dropgate/analyzer/source"
)

// queries returns the SQL that PostgreSQL's own parser of PL/pgSQL finds in a
// function or DO block, and false where it refuses it.
func queries(sql string) ([]string, bool) {
	text, err := pg_query.ParsePlPgSqlToJSON(sql)
	if err != nil {
		return nil, false
	}
	var tree any
	if json.Unmarshal([]byte(text), &tree) != nil {
		return nil, false
	}
	var all []string
	var visit func(any)
	visit = func(n any) {
		switch n := n.(type) {
		case []any:
			for _, child := range n {
				visit(child)
			}
		case map[string]any:
			if q, ok := n["query"].(string); ok {
				all = append(all, q)
			}
			for key, child := range n {
				if key != "argquery" { // is put together from the arguments
					visit(child)
				}
			}
		}
	}
	visit(tree)
	slices.Sort(all)
	return all, true
}

func normalText(s string) string { return Normal(source.New("", []byte(s)), source.Span{End: len(s)}) }

var (
	assigned     = regexp.MustCompile(`^[^:=]*?(:=|=)`)
	caseVariable = regexp.MustCompile(`^"__Case__Variable_\d+__" IN \(`)
)

// found reports whether a query is among the texts that were read. Those of an
// assignment have its target in front, those of CASE are one list.
func found(q string, read map[string]bool) bool {
	if read[normalText(q)] || read[strings.TrimPrefix(normalText(q), "select ")] || read[normalText(assigned.ReplaceAllString(q, ""))] {
		return true
	}
	if at := strings.Index(q, ":="); at >= 0 && read[normalText(q[at+2:])] {
		return true
	}
	if at := strings.Index(q, "="); at >= 0 && read[normalText(q[at+1:])] {
		return true
	}
	if in := caseVariable.FindString(q); in != "" {
		for value := range strings.SplitSeq(strings.TrimSuffix(q[len(in):], ")"), ",") {
			if !read[normalText(value)] && strings.Count(q, ",") < 2 {
				return false
			}
		}
		return true
	}
	return false
}

// compare reads a statement with a body both ways.
func compare(f *source.File, s Statement, sql string) (missing []string, ok bool) {
	read := map[string]bool{}
	if p := tokens(f.Data, s.Span); slices.ContainsFunc(p, func(t token) bool { return t.kind == text && f.Data[t.span.Start] != '$' }) {
		return nil, false // what is decoded first is read like the rest
	}
	var body source.Span
	for _, t := range tokens(f.Data, s.Span) {
		if in := content(f.Data, t); t.kind == text && in.Len() > body.Len() {
			body = in
		}
	}
	if body.Len() == 0 {
		return nil, false // their parser aborts the process
	}
	want, ok := queries(sql)
	if !ok {
		return nil, false
	}
	vars := newScope(0)
	if c, ok := s.Ops[0].Op.(*op.CreateFunction); ok {
		vars.label = c.Name.Name
		vars.parameters(c.Body.Parameters, false)
	}
	vars.magic("new", "old")
	p := newPlpgsql(f, body, vars)
	p.read()
	for _, part := range p.parts {
		read[normalText(part.given)] = true
	}
	for _, q := range want {
		if !found(q, read) {
			missing = append(missing, q)
		}
	}
	return missing, true
}

// TestPlpgsqlFindsAll compares with PostgreSQL's own parser of PL/pgSQL: each
// statement and expression that it lists is read here too.
func TestPlpgsqlFindsAll(t *testing.T) {
	paths, err := filepath.Glob("testdata/bodies/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	compared := 0
	for _, path := range paths {
		archive, err := txtar.ParseFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range archive.Files {
			if !strings.HasSuffix(file.Name, ".sql") {
				continue
			}
			f := source.New(file.Name, file.Data)
			for _, s := range Read(f, f.All(), Options{}) {
				if isPlpgsql(s) {
					missing, ok := compare(f, s, f.Text(s.Span))
					for _, q := range missing {
						t.Errorf("%s: %q is not read", file.Name, q)
					}
					if ok {
						compared++
					}
				}
			}
		}
	}
	if compared < 10 {
		t.Errorf("PostgreSQL reads only %d of the bodies", compared)
	}
}

func isPlpgsql(s Statement) bool {
	for _, at := range s.Ops {
		switch o := at.Op.(type) {
		case *op.Block:
			return true
		case *op.CreateFunction:
			return o.Language == "plpgsql"
		}
	}
	return false
}
