package analyzer_test

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dropgate/dropgate/analyzer"
	"github.com/dropgate/dropgate/analyzer/migration"
	"github.com/dropgate/dropgate/analyzer/source"
	"github.com/dropgate/dropgate/rules"
)

// scripts loads from files by their paths.
func scripts(files map[string]string) func([]string) ([]*source.File, error) {
	return func(paths []string) ([]*source.File, error) {
		var found []*source.File
		for _, p := range paths {
			if text, ok := files[p]; ok {
				found = append(found, source.New(p, []byte(text)))
			}
		}
		return found, nil
	}
}

func script(name, text string) *migration.Migration {
	f := source.New(name, []byte(text))
	return &migration.Migration{File: f, Sections: []migration.Section{{Span: f.All(), Psql: true}}}
}

func TestIncluded(t *testing.T) {
	chain := map[string]string{}
	for i := range 100 {
		chain[fmt.Sprintf("%d.sql", i)] = fmt.Sprintf("\\i %d.sql", i+1)
	}
	many := map[string]string{"0.sql": ""}
	for i := range 2000 {
		many["0.sql"] += fmt.Sprintf("\\i x%d.sql\n", i)
		many[fmt.Sprintf("x%d.sql", i)] = "SELECT 1;"
	}
	down := script("a.sql", "\\i b.sql")
	down.Sections[0].Direction = migration.Down
	plain := script("a.sql", "\\i b.sql")
	plain.Sections[0].Psql = false
	for _, tt := range []struct {
		name  string
		from  *migration.Migration
		files map[string]string
		want  string
	}{
		{"none", script("a.sql", "SELECT 1;"), nil, ""},
		{"by both ways", script("db/a.sql", "\\i b.sql\n\\ir c.sql"), map[string]string{"b.sql": "", "db/b.sql": "", "db/c.sql": "", "c.sql": ""}, "b.sql db/b.sql db/c.sql"},
		{"nested", script("db/a.sql", "\\ir lib/b.sql"), map[string]string{"db/lib/b.sql": "\\ir c.sql", "db/lib/c.sql": "", "db/c.sql": ""}, "db/lib/b.sql db/lib/c.sql"},
		{"a circle", script("a.sql", "\\i b.sql"), map[string]string{"b.sql": "\\i a.sql", "a.sql": "\\i b.sql"}, "a.sql b.sql"},
		{"missing", script("a.sql", "\\i b.sql"), nil, ""},
		{"in data", script("a.sql", "COPY t FROM stdin;\n\\i b.sql\n\\.\n"), map[string]string{"b.sql": ""}, ""},
		{"where it does not run", script("a.sql", "\\if 0\n\\i b.sql\n\\endif"), map[string]string{"b.sql": ""}, ""},
		{"going down", down, map[string]string{"b.sql": ""}, ""},
		{"not by psql", plain, map[string]string{"b.sql": ""}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := analyzer.Included([]*migration.Migration{tt.from}, scripts(tt.files))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, strings.Join(slices.Sorted(maps.Keys(got)), " ")); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
	for name, tt := range map[string]struct {
		files map[string]string
		want  int
	}{"deep": {chain, 50}, "many": {many, 1000}} {
		got, err := analyzer.Included([]*migration.Migration{script("a.sql", "\\i 0.sql")}, scripts(tt.files))
		if err != nil || len(got) != tt.want {
			t.Errorf("%s: got %d files and error %v, want %d files", name, len(got), err, tt.want)
		}
	}
	refuse := func([]string) ([]*source.File, error) { return nil, errors.New("no") }
	if _, err := analyzer.Included([]*migration.Migration{script("a.sql", "\\i 0.sql")}, refuse); err == nil {
		t.Error("got no error, want the one of the files that could not be read")
	}
}

// TestIncludeOfOneOfTwo holds that each file that \i may mean counts: psql looks for
// it in the folder that it was started in.
func TestIncludeOfOneOfTwo(t *testing.T) {
	const drop, none = "DROP TABLE users;", "SELECT 1;"
	for _, tt := range []struct {
		name, text string
		files      map[string]string
		want       string
	}{
		{"in the root", "\\i x.sql", map[string]string{"x.sql": drop, "db/x.sql": none}, "drop-table x.sql"},
		{"beside", "\\i x.sql", map[string]string{"x.sql": none, "db/x.sql": drop}, "drop-table db/x.sql"},
		{"the same text", "\\i x.sql", map[string]string{"x.sql": drop, "db/x.sql": drop}, "drop-table x.sql"},
		{"itself", "\\i a.sql", map[string]string{"a.sql": drop}, "drop-table a.sql"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			m := script("db/a.sql", tt.text)
			head, err := analyzer.Included([]*migration.Migration{m}, scripts(tt.files))
			if err != nil {
				t.Fatal(err)
			}
			history := []*migration.Migration{migration.Read(source.New("db/0.sql", []byte("CREATE TABLE users (id int);")), "sql")}
			o := analyzer.Options{Rules: rules.All, Head: head}
			var got []string
			for _, f := range analyzer.Together(o, history, []analyzer.ChangedFile{{Path: m.File.Path, Status: "added", Migration: m}}).Findings {
				if f.Score >= 60 {
					got = append(got, f.Rule+" "+f.Path)
				}
			}
			if diff := cmp.Diff(tt.want, strings.Join(got, ", ")); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// TestUndoneByPsql holds that what psql may not run takes nothing back.
func TestUndoneByPsql(t *testing.T) {
	const begin = "BEGIN;\nDROP TABLE users;\n"
	for _, tt := range []struct {
		text string
		want int // findings of drop-table
	}{
		{begin + "ROLLBACK;", 0},
		{begin + "\\if :{?x}\nROLLBACK;\n\\endif", 1},
		{begin + "\\if :{?x}\nROLLBACK\\g\n\\endif", 1},
		{begin + "\\if 1\nROLLBACK;\n\\endif", 0},
		{begin + "\\pset nonsense \\\\ ROLLBACK;\nCOMMIT;", 1},
		{begin + "\\echo sense \\\\ ROLLBACK;\nCOMMIT;", 0},
		{begin + "\\i x.sql\nROLLBACK;", 0},
		{begin + "\\if :{?x}\n\\i commit.sql\n\\endif\nROLLBACK;", 1},
		{begin + "COMMIT \\parse c\n\\bind_named c \\g\nROLLBACK;", 1},
	} {
		m := script("a.sql", tt.text)
		files := map[string]*source.File{}
		for name, text := range map[string]string{"x.sql": "SELECT 1;", "commit.sql": "COMMIT;"} {
			files[name] = source.New(name, []byte(text))
		}
		got := 0
		for _, f := range analyzer.Each(analyzer.Options{Rules: rules.All, Head: files}, nil, []*migration.Migration{m}).Findings {
			if f.Rule == "drop-table" {
				got++
			}
		}
		if got != tt.want {
			t.Errorf("%q: got %d findings of drop-table, want %d", tt.text, got, tt.want)
		}
	}
}
