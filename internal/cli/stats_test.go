package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/dropgate/dropgate/internal/gate"
	"github.com/dropgate/dropgate/internal/pgtest"
	"github.com/dropgate/dropgate/internal/report/reporttest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// august is what the statistics in these tests are of.
const august = "2026-08-01T03:00:00Z"

func statsOf(t *testing.T, at time.Time, tables ...string) string {
	t.Helper()
	return fmt.Sprintf("{\"version\":1,\"collected_at\":%q,\n\"tables\":[%s]}", at.UTC().Format(time.RFC3339), strings.Join(tables, ","))
}

const usersTable = `{"schema":"public","name":"users","rows":1200000,"bytes":3650722201}`

// workspaceFile puts a file into the workspace.
func (s *stage) workspaceFile(name, text string) {
	s.t.Helper()
	name = filepath.Join(s.env["GITHUB_WORKSPACE"], name)
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		s.t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		s.t.Fatal(err)
	}
}

func TestActionStats(t *testing.T) {
	s := newStage(t, map[string]string{drop: dropUsers})
	s.workspaceFile("ci/stats.json", statsOf(t, s.now().Add(-time.Hour), usersTable))
	s.env["INPUT_STATS"] = "./ci//stats.json"
	o := s.on("opened")
	o.want(t, exitBlocked, gate.Absent, users)
	f := o.report.Findings[0]
	const said = "The table has about 1.2 million rows, 3.4 GB."
	if f.Score != 94 || f.Size == nil || *f.Size.Rows != 1_200_000 || f.Size.Stale {
		t.Errorf("score %d and size %+v, want 94 and 1.2 million rows", f.Score, f.Size)
	}
	for what, text := range map[string]string{
		"the message": f.Message, "the log": o.out, "the step summary": o.summary, "the comment": s.summaryComment().Body,
	} {
		if !strings.Contains(text, said) {
			t.Errorf("%s does not say %q:\n%s", what, said, text)
		}
	}
}

// TestActionStatsOutside holds that no link leads out of the workspace.
func TestActionStatsOutside(t *testing.T) {
	for name, link := range map[string]func(outside, workspace string) error{
		"file":   func(outside, w string) error { return os.Symlink(outside, filepath.Join(w, "stats.json")) },
		"folder": func(outside, w string) error { return os.Symlink(filepath.Dir(outside), filepath.Join(w, "dir")) },
		"up":     func(_, w string) error { return os.Symlink("../outside/stats.json", filepath.Join(w, "stats.json")) },
	} {
		t.Run(name, func(t *testing.T) {
			s := newStage(t, map[string]string{drop: dropUsers})
			outside := filepath.Join(s.folder, "outside", "stats.json")
			if err := os.Mkdir(filepath.Dir(outside), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(outside, []byte(statsOf(t, s.now(), usersTable)), 0o644); err != nil {
				t.Fatal(err)
			}
			if err := link(outside, s.env["GITHUB_WORKSPACE"]); err != nil {
				t.Fatal(err)
			}
			s.env["INPUT_STATS"] = "stats.json"
			if name == "folder" {
				s.env["INPUT_STATS"] = "dir/stats.json"
			}
			s.on("opened").wantFailed(t, "the input stats: read ")
		})
	}
}

func TestActionBadStats(t *testing.T) {
	for _, tt := range []struct{ text, why string }{
		{"{", "the input stats: stats.json:1:2: the file ends too early"},
		{`{"version":1,` + "\n" + `"::error::\nforged":1}`, `stats.json:2:1: a statistics file has no key`},
		{"{\"##[add-mask]x\u202e\":1}", `has no key`},
		{statsOf(t, time.Date(2999, 1, 1, 0, 0, 0, 0, time.UTC)), "collected_at is 2999-01-01T00:00:00Z, which is still to come"},
	} {
		t.Run(tt.why, func(t *testing.T) {
			s := newStage(t, map[string]string{drop: dropUsers})
			s.workspaceFile("stats.json", tt.text)
			s.env["INPUT_STATS"] = "stats.json"
			s.on("opened").wantFailed(t, tt.why)
		})
	}
	t.Run("folder", func(t *testing.T) {
		s := newStage(t, map[string]string{drop: dropUsers})
		s.workspaceFile("stats/a", "")
		s.env["INPUT_STATS"] = "stats"
		s.on("opened").wantFailed(t, "stats: it is not a plain file")
	})
}

// TestActionStatsOfHostileNames holds that a table of a hostile name, with a size,
// is shown as safely as without one.
func TestActionStatsOfHostileNames(t *testing.T) {
	for name, text := range hostile {
		t.Run(name, func(t *testing.T) {
			s := newStage(t, everywhere(text))
			quoted, err := json.Marshal(strings.ToValidUTF8(text, "?"))
			if err != nil {
				t.Fatal(err)
			}
			table := fmt.Sprintf(`{"schema":"public","name":%s,"rows":7,"bytes":1}`, quoted)
			s.workspaceFile("stats.json", statsOf(t, s.now(), usersTable, table))
			s.env["INPUT_STATS"] = "stats.json"
			testHostile(t, s, 6)
		})
	}
}

// call runs the program at a fixed time.
func call(t *testing.T, args ...string) (code int, out, errs string) {
	t.Helper()
	now, err := time.Parse(time.RFC3339, "2026-08-02T03:00:00Z")
	if err != nil {
		t.Fatal(err)
	}
	var o, e bytes.Buffer
	a := &app{in: strings.NewReader(""), out: &o, err: &e, now: func() time.Time { return now }, getenv: func(string) string { return "" }}
	code = a.run(context.Background(), args)
	if json := slices.Index(args, "json"); json > 0 && args[0] == "check" && args[json-1] == "--format" && o.Len() > 0 {
		if err := reporttest.Check(o.Bytes()); err != nil {
			t.Errorf("dropgate %q: %v", args, err)
		}
	}
	return code, o.String(), e.String()
}

// TestStatsCommand holds that what the command writes is what a review reads.
func TestStatsCommand(t *testing.T) {
	conn := pgtest.Start(t).Database(t)
	setup := `CREATE TABLE users (id int PRIMARY KEY); INSERT INTO users SELECT generate_series(1, 5000); ANALYZE users`
	if _, err := conn.Exec(t.Context(), setup); err != nil {
		t.Fatal(err)
	}
	c := conn.Config()
	dsn := fmt.Sprintf("host='%s' port=%d dbname=%s user=%s sslmode=disable", c.Host, c.Port, c.Database, c.User)
	folder := t.TempDir()
	file, migration := filepath.Join(folder, "stats.json"), filepath.Join(folder, "1_drop.up.sql")
	if code, out, errs := call(t, "stats", "--dsn", dsn, "--output", file); code != exitClear || out+errs != "" {
		t.Fatalf("exit code %d, printed %q and %q", code, out, errs)
	}
	_, out, errs := call(t, "stats", "--dsn", dsn)
	if errs != "" || !strings.HasPrefix(out, "{\n  \"version\": 1,\n  \"database\": \""+c.Database+"\",\n") {
		t.Errorf("printed %q and %q", out, errs)
	}
	if err := os.WriteFile(migration, []byte("DROP TABLE users;"), 0o644); err != nil {
		t.Fatal(err)
	}
	// The server's clock is this machine's.
	a := &app{in: strings.NewReader(""), out: new(bytes.Buffer), err: new(bytes.Buffer), now: time.Now, getenv: func(string) string { return "" }}
	if code := a.run(t.Context(), []string{"check", "--stats", file, migration}); code != exitBlocked {
		t.Errorf("exit code %d, want 1: %s", code, a.err)
	}
	if got := fmt.Sprint(a.out); !strings.Contains(got, "about 5,000 rows") {
		t.Errorf("the report says nothing of the 5,000 rows:\n%s", got)
	}
}

func TestStatsCommandBadCalls(t *testing.T) {
	for _, tt := range []struct {
		args []string
		want string
	}{
		{[]string{"--dsn", ""}, "--dsn is empty: name what it takes, or leave it out"},
		{[]string{"--output", ""}, "--output is empty: name what it takes, or leave it out"},
		{[]string{"--timeout", "0s"}, "--timeout is 1s or more, not 0s"},
		{[]string{"--timeout", "soon"}, `invalid argument "soon"`},
		{[]string{"shop"}, "shop"},
		{[]string{"--dsn", "host=127.0.0.1 port=1 user=u password=hunter2 dbname=d sslmode=disable"}, "connect to the database: "},
	} {
		code, out, errs := call(t, append([]string{"stats"}, tt.args...)...)
		if code != exitFailed || out != "" || !strings.Contains(errs, tt.want) || strings.Contains(errs, "hunter2") {
			t.Errorf("%q: exit code %d, printed %q and %q, want 2 and %q", tt.args, code, out, errs, tt.want)
		}
	}
}

// TestCheckStats holds what a review says, and that it says the same each time.
func TestCheckStats(t *testing.T) {
	folder := t.TempDir()
	write := func(name, text string) string {
		name = filepath.Join(folder, name)
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return name
	}
	at, err := time.Parse(time.RFC3339, august)
	if err != nil {
		t.Fatal(err)
	}
	migration := write("1_drop.up.sql", "DROP TABLE users;")
	fresh := write("fresh.json", statsOf(t, at, usersTable))
	code, first, errs := call(t, "check", "--format", "json", "--stats", fresh, migration)
	_, second, _ := call(t, "check", "--format", "json", "--stats", fresh, migration)
	if code != exitBlocked || first != second {
		t.Fatalf("exit code %d: %s\n%s", code, errs, cmp.Diff(first, second))
	}
	want := `"size": {
        "rows": 1200000,
        "bytes": 3650722201,
        "collected_at": "2026-08-01T03:00:00Z",
        "analyzed_at": null,
        "stale": false
      }`
	if !strings.Contains(first, want) {
		t.Errorf("the report has no\n%s\nin\n%s", want, first)
	}
	for name, why := range map[string]string{
		filepath.Join(folder, "none.json"): "no such file",
		folder:                             "is a directory",
		write("bad.json", "{"):             "bad.json:1:2: the file ends too early",
		write("late.json", statsOf(t, at.AddDate(0, 0, 3))):         "which is still to come",
		write("negative.json", statsOf(t, at, `{"rows": -1}`)):      "negative.json:2:20: rows is 0 or more",
		write("utf16.json", "\xff\xfe{\x00}\x00"):                   "1:1: this is not UTF-8",
		write("other.json", `{"version":7}`):                        "1:12: version is 1, not 7",
		write("twice.json", statsOf(t, at, usersTable, usersTable)): "stands here twice",
	} {
		code, out, errs := call(t, "check", "--stats", name, migration)
		if code != exitFailed || out != "" || !strings.Contains(errs, why) {
			t.Errorf("%s: exit code %d, printed %q and %q, want 2 and %q", name, code, out, errs, why)
		}
	}
	if code, _, errs := call(t, "check", "--stats", "", migration); code != exitFailed || !strings.Contains(errs, "--stats is empty") {
		t.Errorf("an empty --stats: exit code %d, %q", code, errs)
	}
}
