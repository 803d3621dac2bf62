package migration

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dropgate/dropgate/analyzer/source"
)

// TestPsql: psql runs scripts and dumps, and may run what is named as sqlx names it.
// What a library sends to the server has no meta-commands.
func TestPsql(t *testing.T) {
	for _, name := range Names() {
		m := Read(source.New("1_a.sql", []byte("SELECT 1;\n")), name)
		if len(m.Sections) != 1 {
			t.Fatalf("%s: %d sections, want 1", name, len(m.Sections))
		}
		if got, want := m.Sections[0].Psql, slices.Contains([]string{"sqitch", "pg_dump", "sqlx", "sql"}, name); got != want {
			t.Errorf("%s: psql %v, want %v", name, got, want)
		}
	}
}

func TestDrizzleOrder(t *testing.T) {
	tests := []struct {
		name, path, text, folder string
		want                     []string
	}{
		{"the list's order", "src/db/drizzle/meta/_journal.json", `{"version":"7","dialect":"postgresql","entries":[
			{"idx":1,"when":2,"tag":"0001_b","breakpoints":true},{"idx":0,"when":1,"tag":"0000_a","breakpoints":true}]}`,
			"src/db/drizzle", []string{"0001_b.sql", "0000_a.sql"}},
		{"byte order mark", "meta/_journal.json", "\ufeff" + `{"entries":[{"tag":"a"}]}`, ".", []string{"a.sql"}},
		{"no journal", "m/meta/_journal.json", `[]`, "m", nil},
		{"no JSON", "m/meta/_journal.json", `{"entries":[{"tag":"a"},`, "m", nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			folder, names := drizzleOrder(source.New(test.path, []byte(test.text)))
			if diff := cmp.Diff(test.want, names); diff != "" || folder != test.folder {
				t.Errorf("folder %q, want %q; names (-want +got):\n%s", folder, test.folder, diff)
			}
		})
	}
}

func TestAtlasOrder(t *testing.T) {
	const text = "h1:total=\n10_b.sql h1:x=\n9_a.sql h1:y=\n\n h1:z=\nno hash\n2 c.sql   h1:h1:\r\n"
	folder, names := atlasOrder(source.New("db/migrations/atlas.sum", []byte(text)))
	want := []string{"10_b.sql", "9_a.sql", "2 c.sql"}
	if diff := cmp.Diff(want, names); diff != "" || folder != "db/migrations" {
		t.Errorf("folder %q, names (-want +got):\n%s", folder, diff)
	}
}

func TestIsOrder(t *testing.T) {
	for path, want := range map[string][2]bool{
		"drizzle/meta/_journal.json": {true, false}, "meta/_journal.json": {true, false},
		"_journal.json": {}, "meta/journal.json": {}, "drizzle/meta/_journal.json.bak": {},
		"atlas.sum": {false, true}, "db/atlas.sum": {false, true}, "db/my-atlas.sum": {}, "": {},
	} {
		if got := [2]bool{isDrizzleJournal(path), isAtlasSum(path)}; got != want {
			t.Errorf("%q: journal and sum %v, want %v", path, got, want)
		}
	}
}

// TestAsBeside: each change adds a file to a folder of the base.
func TestAsBeside(t *testing.T) {
	const directives = "-- Up Migration\n-- Down Migration\nDROP TABLE a;\n"
	tests := []struct {
		name, path, text string
		past, change     []string
		want             string
	}{
		{"undoes what is there", "m/U2__a.sql", "", []string{"m/V2__a.sql"}, nil, "flyway down"},
		{"undoes what comes with it", "m/U2__a.sql", "", []string{"m/V1__a.sql"}, []string{"m/V2.0__a.sql"}, "flyway down"},
		{"undoes nothing", "m/U2__a.sql", "", []string{"m/V1__a.sql"}, []string{"m/U2__b.sql", "m/B2__a.sql"}, "refinery up"},
		{"in a folder of its own", "m/U2__a.sql", "", []string{"m/U1__a.sql"}, nil, "flyway down"},
		{"no name for refinery", "m/U2__a-b.sql", "", []string{"m/V1__a.sql"}, nil, "flyway down"},
		{"beside Drizzle's", "m/2_a.down.sql", "", []string{"m/1_a.sql --> statement-breakpoint"}, nil, "drizzle up"},
		{"beside Atlas'", "m/2_a.down.sql", "", []string{"m/1_a.sql -- atlas:txmode none\n\n"}, nil, "atlas up"},
		{"beside node-pg-migrate's", "m/2_a.down.sql", "", []string{"m/1_a.sql " + directives}, nil, "node-pg-migrate up"},
		{"beside its like", "m/2_a.down.sql", "", []string{"m/1_a.sql " + directives, "m/1_b.up.sql"}, nil, "golang-migrate down"},
		{"in a folder of one migration", "m/2_a/down.sql", "", []string{"m/1_a/migration.sql --> statement-breakpoint"}, nil, "diesel down"},
		{"another tool's directives", "m/2_a.sql", directives, []string{"m/1_a.sql"}, nil, "sql up"},
		{"the folder's own", "m/2_a.sql", directives, []string{"m/1_a.sql " + directives}, nil, "node-pg-migrate both"},
		{"no past", "m/2_a.down.sql", "", nil, []string{"m/1_a.sql --> statement-breakpoint"}, "golang-migrate down"},
		{"up is up", "m/2_a.up.sql", "", []string{"m/1_a.sql --> statement-breakpoint"}, nil, "golang-migrate up"},
	}
	read := func(files []string) (all []*Migration) {
		for _, file := range files {
			path, text, _ := strings.Cut(file, " ")
			all = append(all, Read(source.New(path, []byte(text)), ""))
		}
		return all
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			text := test.text
			if text == "" {
				text = "DROP TABLE a;\n"
			}
			m := AsBeside(Read(source.New(test.path, []byte(text)), ""), read(test.past), read(test.change))
			if got := m.Format + " " + m.Direction(); !strings.HasPrefix(got, test.want) {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
}

// TestByDirectives: these tools' files tell by themselves what goes back.
func TestByDirectives(t *testing.T) {
	var got []string
	for _, name := range Names() {
		if (&Migration{Format: name}).ByDirectives() {
			got = append(got, name)
		}
	}
	if diff := cmp.Diff([]string{"sqitch", "goose", "dbmate", "sql-migrate", "rambler", "liquibase", "tern", "node-pg-migrate"}, got); diff != "" {
		t.Errorf("by directives (-want +got):\n%s", diff)
	}
}
