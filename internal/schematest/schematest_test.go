package schematest_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/dropgate/dropgate/analyzer/catalog"
	"github.com/dropgate/dropgate/analyzer/migration"
	"github.com/dropgate/dropgate/analyzer/source"
	"github.com/dropgate/dropgate/internal/pgtest"
	"github.com/dropgate/dropgate/internal/schematest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// TestScripts runs every script in testdata on a database of its own and wants the
// catalog to say what PostgreSQL says.
func TestScripts(t *testing.T) {
	server := pgtest.Start(t)
	archives, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(archives) == 0 {
		t.Fatalf("no scripts: %v", err)
	}
	for _, path := range archives {
		archive, err := txtar.ParseFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range archive.Files {
			topic := strings.TrimSuffix(filepath.Base(path), ".txtar")
			t.Run(topic+"/"+f.Name, func(t *testing.T) {
				m := migration.Read(source.New(f.Name+".sql", f.Data), "sql")
				results, err := schematest.Run(t.Context(), server, "", []*migration.Migration{m})
				if err != nil {
					t.Fatal(err)
				}
				for _, r := range results {
					for _, line := range r.Refused {
						t.Errorf("refused: %s", line)
					}
					for _, d := range r.Differences {
						t.Error(d)
					}
					if r.Broken != "" {
						t.Errorf("the printed SQL: %s", r.Broken)
					}
					if r.Counts["table"].Compared == 0 {
						t.Error("no table was compared")
					}
				}
			})
		}
	}
}

// TestCompareTells compares schemas that differ.
func TestCompareTells(t *testing.T) {
	column := catalog.ColumnInfo{Name: "a", Type: "integer"}
	wider := column
	wider.Type = "bigint"
	table := func(name string, columns ...catalog.ColumnInfo) catalog.TableInfo {
		return catalog.TableInfo{Schema: "public", Name: name, Kind: "table", Columns: columns}
	}
	gone := table("gone")
	gone.Doubtful = true
	got := schematest.Compare(
		catalog.Schema{Tables: []catalog.TableInfo{table("t", column), table("u")}, Sequences: []catalog.SequenceInfo{{Schema: "public", Name: "s"}}},
		catalog.Schema{Tables: []catalog.TableInfo{table("t", wider), table("v"), gone}},
	)
	var lines []string
	for _, d := range got.Differences {
		lines = append(lines, d.String())
	}
	want := []string{
		"column public.t.a: PostgreSQL has #1 integer, the catalog #1 bigint",
		"table public.u: PostgreSQL has a table, the catalog nothing",
		"table public.v: PostgreSQL has nothing, the catalog a table",
		"sequence public.s: PostgreSQL has owned by none, the catalog nothing",
	}
	if strings.Join(lines, "\n") != strings.Join(want, "\n") {
		t.Errorf("got:\n%s\nwant:\n%s", strings.Join(lines, "\n"), strings.Join(want, "\n"))
	}
	if n := got.Counts["table"]; n != (schematest.Count{Compared: 4, Different: 2, Doubtful: 1}) {
		t.Errorf("tables: %+v", n)
	}
}
