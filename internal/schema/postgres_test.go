package schema_test

import (
	"context"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

	"github.com/dropgate/dropgate/analyzer"
	"github.com/dropgate/dropgate/analyzer/migration"
	"github.com/dropgate/dropgate/analyzer/source"
	"github.com/dropgate/dropgate/internal/pgtest"
	"github.com/dropgate/dropgate/internal/schema"
	"github.com/dropgate/dropgate/internal/schematest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// describe returns what files of SQL build, one migration each.
func describe(t testing.TB, baseline string, files ...string) []schema.Set {
	t.Helper()
	var history []*migration.Migration
	for i, text := range files {
		name := "db/" + string(rune('1'+i)) + "_m.sql"
		history = append(history, migration.Read(source.New(name, []byte(text)), "sql"))
	}
	o := analyzer.Options{Jobs: 1}
	if baseline != "" {
		b, err := analyzer.NewBaseline(source.New("db/structure.sql", []byte(baseline)))
		if err != nil {
			t.Fatal(err)
		}
		o.Baseline = b
	}
	built, unread := analyzer.Build(o, history)
	for _, p := range unread {
		t.Errorf("%s:%d: %s", p.Path, p.Line, p.Message)
	}
	var sets []schema.Set
	for _, name := range slices.Sorted(maps.Keys(built)) {
		sets = append(sets, schema.Set{Path: name, Schema: built[name].Describe()})
	}
	return sets
}

func sql(t testing.TB, sets []schema.Set) string {
	t.Helper()
	var b strings.Builder
	if err := schema.SQL(&b, sets); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// inventory returns what a database has, as PostgreSQL tells it.
func inventory(t testing.TB, conn *pgx.Conn) []string {
	t.Helper()
	all, err := schematest.Inventory(t.Context(), conn)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func execute(ctx context.Context, t testing.TB, conn *pgx.Conn, text string) {
	t.Helper()
	if _, err := conn.Exec(ctx, text); err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
}

// TestRoundTrip holds that the SQL of a schema makes the same as the migrations did.
func TestRoundTrip(t *testing.T) {
	server := pgtest.Start(t)
	files, err := filepath.Glob("testdata/roundtrip/*.sql")
	if err != nil || len(files) < 7 {
		t.Fatalf("found %d schemas: %v", len(files), err)
	}
	for _, name := range files {
		t.Run(filepath.Base(name), func(t *testing.T) {
			data, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			made, again := server.Database(t), server.Database(t)
			execute(t.Context(), t, made, string(data))
			text := sql(t, describe(t, "", string(data)))
			execute(t.Context(), t, again, text)
			if diff := cmp.Diff(inventory(t, made), inventory(t, again)); diff != "" {
				t.Errorf("(- the migrations, + the printed schema)\n%s\n%s", diff, text)
			}
		})
	}
}
