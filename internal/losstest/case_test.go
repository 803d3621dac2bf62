package losstest_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dropgate/dropgate/internal/losstest"
)

const wellFormed = `Drops a table.
blocked: yes
rules: truncate, drop-table
border: copy-kept
-- change/0003_b.sql --
TRUNCATE b;
-- change/0002_a.sql --
DROP TABLE a;
-- history/0001_init.sql --
CREATE TABLE a (id int);
-- seed.sql --
INSERT INTO a VALUES (1);
`

// write puts one case into a directory of its own.
func write(t *testing.T, text string) (dir string) {
	t.Helper()
	dir = t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "one.txtar"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestLoad(t *testing.T) {
	got, err := losstest.Load(write(t, wellFormed))
	if err != nil {
		t.Fatal(err)
	}
	want := []losstest.Case{{
		Name:    "one",
		Title:   "Drops a table.",
		Blocked: true,
		Rules:   []string{"drop-table", "truncate"},
		Border:  "copy-kept",
		History: []losstest.File{{Name: "history/0001_init.sql", Data: []byte("CREATE TABLE a (id int);\n")}},
		Change: []losstest.File{
			{Name: "change/0002_a.sql", Data: []byte("DROP TABLE a;\n")},
			{Name: "change/0003_b.sql", Data: []byte("TRUNCATE b;\n")},
		},
		Seed: "INSERT INTO a VALUES (1);\n",
	}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Load (-want +got):\n%s", diff)
	}
}

func TestLoadOfScripts(t *testing.T) {
	const text = `Includes what drops a table.
blocked: yes
rules: drop-table
at: lib/drop.sql:1, 0002_a.sql:2
psql: yes
-- history/lib/drop.sql --
SELECT 1;
-- change/0002_a.sql --
\set ON_ERROR_STOP on
\ir lib/drop.sql
-- change/lib/drop.sql --
DROP TABLE a;
`
	got, err := losstest.Load(write(t, text))
	if err != nil {
		t.Fatal(err)
	}
	included := []losstest.File{
		{Name: "change/lib/drop.sql", Data: []byte("DROP TABLE a;\n")},
		{Name: "history/lib/drop.sql", Data: []byte("SELECT 1;\n")},
	}
	want := []losstest.Case{{
		Name:     "one",
		Title:    "Includes what drops a table.",
		Blocked:  true,
		Rules:    []string{"drop-table"},
		At:       []string{"0002_a.sql:2", "lib/drop.sql:1"},
		Psql:     true,
		Change:   []losstest.File{{Name: "change/0002_a.sql", Data: []byte("\\set ON_ERROR_STOP on\n\\ir lib/drop.sql\n")}},
		Included: included,
	}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Load (-want +got):\n%s", diff)
	}
	if got := included[0].Path(); got != "migrations/lib/drop.sql" {
		t.Errorf("got path %q, want migrations/lib/drop.sql", got)
	}
}

func TestLoadRefuses(t *testing.T) {
	for _, tt := range []struct{ name, old, new, want string }{
		{"unknown key", "border:", "boarder:", `unknown key "boarder"`},
		{"key without value", "rules: truncate, drop-table", "rules:", "is not a key with a value"},
		{"key twice", "border: copy-kept", "blocked: yes", "blocked twice"},
		{"other verdict", "blocked: yes", "blocked: maybe", `blocked is "maybe"`},
		{"no verdict", "blocked: yes\n", "", "does not say whether"},
		{"no rule", "rules: truncate, drop-table\n", "", "no rule named"},
		{"rules of a change that passes", "blocked: yes", "blocked: no", "and yet rules"},
		{"unknown border", "copy-kept", "copy", `border "copy" is not one of the settled ones`},
		{"wrong side of the border", "copy-kept", "constant-key", "wrong side"},
		{"stray file", "seed.sql", "other.sql", "other.sql is neither"},
		{"no change", "change/", "history/", "no file in change/"},
		{"neither psql nor not", "border:", "psql: perhaps\nborder:", `psql is "perhaps"`},
		{"folder without psql", "change/0002", "change/lib/0002", "no psql includes it"},
		{"place in no file", "border:", "at: 0001_init.sql:1\nborder:", `has the line "0001_init.sql:1"`},
		{"place behind the end", "border:", "at: 0002_a.sql:2\nborder:", `has the line "0002_a.sql:2"`},
		{"place without a line", "border:", "at: 0002_a.sql\nborder:", `has the line "0002_a.sql"`},
		{"place of a change that passes", "blocked: yes\nrules: truncate, drop-table\nborder: copy-kept",
			"blocked: no\nat: 0002_a.sql:1", "and yet findings"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			text := strings.ReplaceAll(wellFormed, tt.old, tt.new)
			if text == wellFormed {
				t.Fatalf("%q does not stand in the case", tt.old)
			}
			_, err := losstest.Load(write(t, text))
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got error %v, want one with %q", err, tt.want)
			}
		})
	}
}

// gating holds the rules that may block, as the contract names them.
var gating = []string{
	"drop-database", "drop-schema", "drop-owned", "drop-table", "drop-column", "drop-type", "drop-extension",
	"truncate", "delete-rows", "update-rows", "merge-rows", "lossy-type-change", "run-time-target",
	"unread-statement", "unread-file", "drop-view", "drop-materialized-view", "drop-index", "drop-function",
	"drop-constraint", "drop-trigger", "drop-policy", "drop-sequence", "edited-migration", "deleted-migration",
}

func TestCasesAreOfManyKinds(t *testing.T) {
	cases := load(t)
	if len(cases) < 150 {
		t.Errorf("got %d cases, want at least 150", len(cases))
	}
	same := map[string]string{}
	for _, c := range cases {
		for _, rule := range c.Rules {
			if !slices.Contains(gating, rule) {
				t.Errorf("%s: got rule %q, want one of the contract's", c.Name, rule)
			}
		}
		var text strings.Builder
		for _, f := range slices.Concat(c.History, c.Change) {
			text.Write(append(f.Data, 0))
		}
		text.WriteString(c.Seed)
		if other, ok := same[text.String()]; ok {
			t.Errorf("%s is %s again", c.Name, other)
		}
		same[text.String()] = c.Name
	}
}

func TestEveryBorderHasACase(t *testing.T) {
	used := map[string]bool{}
	for _, c := range load(t) {
		used[c.Border] = true
	}
	for name, border := range losstest.Borders {
		if !used[name] {
			t.Errorf("no case for border %s: %s", name, border.Case)
		}
	}
}
