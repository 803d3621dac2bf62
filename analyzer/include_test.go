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
