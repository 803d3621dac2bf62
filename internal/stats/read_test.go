package stats_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/dropgate/dropgate/internal/stats"
)

const head = `{"version":1,"collected_at":"2026-08-01T03:00:00Z","tables":`

func TestParseRefuses(t *testing.T) {
	table := func(more string) string { return head + `[{"schema":"public","name":"t",` + more + `}]}` }
	for _, tt := range []struct{ text, want string }{
		{"", "1:1: the file ends too early"},
		{"[]", "1:1: a statistics file is an object"},
		{"{", "1:2: the file ends too early"},
		{`{"version":1}`, `1:1: a statistics file needs the key "collected_at"`},
		{`{"version":2}`, "1:12: version is 1, not 2"},
		{`{"version":"1"}`, "1:12: version is a whole number"},
		{"{\"version\":1,\n  \"größe\": 1}", `2:3: a statistics file has no key "gr\u00f6\u00dfe"`},
		{"{\"version\":1,\n  \"version\": 1}", `2:3: the key "version" stands here twice`},
		{"{\"version\":1,\n\n oops}", "3:2: this is not JSON"},
		{`{"version":1 "tables":[]}`, "1:14: this is not JSON"},
		{`{"version":1,"collected_at":"yesterday"}`, "1:29: collected_at is a time"},
		{`{"version":1,"collected_at":"2026-08-01T03:00:00"}`, "1:29: collected_at is a time with its offset"},
		{`{"version":1,"collected_at":7}`, "1:29: collected_at is a time"},
		{head + "{}}", "1:61: tables is a list"},
		{head + "[7]}", "1:62: a table is an object"},
		{head + `[{"schema":"public","name":"t"}]}`, `1:62: a table needs the key "rows"`},
		{table(`"rows":-1,"bytes":1`), `rows is 0 or more; what is not known is null`},
		{table(`"rows":1,"bytes":-1`), `bytes is 0 or more`},
		{table(`"rows":1.5,"bytes":1`), `rows is a whole number from 0`},
		{table(`"rows":1,"bytes":9223372036854775808`), `bytes is a whole number from 0 to 9223372036854775807`},
		{table(`"rows":1,"bytes":null`), `bytes is a whole number`},
		{table(`"rows":"1","bytes":1`), `rows is a whole number`},
		{table(`"rows":1,"bytes":1,"kind":"view"`), `kind is "table" or "partitioned table"`},
		{table(`"rows":1,"bytes":1,"analyzed_at":"2026-08-02T03:00:00Z"`), `1:63: analyzed_at of this table is after collected_at`},
		{table(`"rows":1,"bytes":1,"part_of":["t"]`), `an element of part_of is an object`},
		{table(`"rows":1,"bytes":1,"part_of":[{"schema":"public","name":"t"}]`), `is a part of itself`},
		{table(`"rows":1,"bytes":1,"part_of":[` + strings.Repeat(`{"schema":"a","name":"b"},`, 101) + `]`), `more than 100 tables`},
		{head + `[{"schema":"","name":"t","rows":1,"bytes":1}]}`, `schema is empty`},
		{head + `[{"schema":"s","name":"t","rows":1,"bytes":1},{"schema":"s","name":"t","rows":1,"bytes":1}]}`, `1:108: the table "s"."t" stands here twice`},
		{head + `[]} {}`, "there is more after the end"},
		{head + "[{\"\xff\":1}]}", "1:64: this is not UTF-8"},
		{"\ufeff" + head + "[]}", "1:1: this is not JSON"},
		{strings.Repeat("[", 100_000), "1:1: a statistics file is an object"},
		{head + `[{"schema":` + strings.Repeat("[", 100_000), "schema is a text"},
		{`{"` + strings.Repeat("x", 10_000) + `":1}`, `xxx\u2026": take it out`},
		{"{\"::error::\\u202e\\n\":1}", `has no key "::error::\u202e\n"`},
	} {
		f, err := stats.Parse("stats.json", []byte(tt.text))
		var where *stats.Error
		switch {
		case err == nil:
			t.Errorf("%.80q: got %+v, want an error", tt.text, f)
		case !errors.As(err, &where):
			t.Errorf("%.80q: got %T, want a *stats.Error", tt.text, err)
		case !strings.Contains(err.Error(), tt.want):
			t.Errorf("%.80q:\ngot  %s\nwant %s", tt.text, err, tt.want)
		}
	}
}

func TestReadLimit(t *testing.T) {
	_, err := stats.Read("stats.json", strings.NewReader(strings.Repeat(" ", stats.Limit+1)))
	if err == nil || !strings.Contains(err.Error(), "more than 32 MB") {
		t.Errorf("got %v, want that the file is too large", err)
	}
}

// TestDocumentedFile holds that the file in docs/stats.md is one, and is written as
// it stands there.
func TestDocumentedFile(t *testing.T) {
	page := readFile(t, "../../docs/stats.md")
	block := regexp.MustCompile("(?s)```json\n(.*?)```").FindStringSubmatch(page)
	if block == nil {
		t.Fatal("docs/stats.md shows no file")
	}
	f, err := stats.Parse("docs/stats.md", []byte(block[1]))
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(block[1], b.String()); diff != "" {
		t.Errorf("written again (-the page +got):\n%s", diff)
	}
}

// TestSchemaKeys holds that docs/stats.schema.json has the keys that are read, and
// asks for those that are needed.
func TestSchemaKeys(t *testing.T) {
	type object struct {
		Required   []string
		Properties map[string]any
	}
	var schema struct {
		object
		Defs struct{ Table object } `json:"$defs"`
	}
	if err := json.Unmarshal([]byte(readFile(t, "../../docs/stats.schema.json")), &schema); err != nil {
		t.Fatal(err)
	}
	table := `"schema":"s","name":"t","kind":"table","rows":null,"bytes":1,"analyzed_at":null,"part_of":[]`
	whole := `{"database":"d","server_version":"1",` + head[1:] + `[{` + table + `}]}`
	if _, err := stats.Parse("stats.json", []byte(whole)); err != nil {
		t.Fatal(err)
	}
	key := regexp.MustCompile(`"([a-z_]+)":`)
	keys := func(text string) []string {
		var all []string
		for _, found := range key.FindAllStringSubmatch(text, -1) {
			all = append(all, found[1])
		}
		slices.Sort(all)
		return all
	}
	if diff := cmp.Diff(keys(table), slices.Sorted(maps.Keys(schema.Defs.Table.Properties))); diff != "" {
		t.Errorf("keys of a table (-read +schema):\n%s", diff)
	}
	if diff := cmp.Diff(keys(strings.ReplaceAll(whole, table, "")), slices.Sorted(maps.Keys(schema.Properties))); diff != "" {
		t.Errorf("keys of the file (-read +schema):\n%s", diff)
	}
	for i, o := range []object{schema.object, schema.Defs.Table} {
		for name := range o.Properties {
			var without map[string]any
			if err := json.Unmarshal([]byte(whole), &without); err != nil {
				t.Fatal(err)
			}
			from := without
			if i == 1 {
				from = without["tables"].([]any)[0].(map[string]any)
			}
			delete(from, name)
			text, err := json.Marshal(without)
			if err != nil {
				t.Fatal(err)
			}
			_, err = stats.Parse("stats.json", text)
			if got, want := err != nil, slices.Contains(o.Required, name); got != want {
				t.Errorf("without %s: got %v, want that it is needed: %t", name, err, want)
			}
		}
	}
}

func TestSizesOfTheFuture(t *testing.T) {
	at := time.Date(2026, 8, 1, 3, 0, 0, 0, time.UTC)
	f := stats.File{CollectedAt: at}
	for _, tt := range []struct {
		now time.Time
		ok  bool
	}{{at, true}, {at.Add(time.Hour), true}, {at.Add(-time.Hour), true}, {at.Add(-time.Hour - time.Second), false}} {
		if _, err := f.Sizes(tt.now); (err == nil) != tt.ok {
			t.Errorf("now is %s: got %v, want that it is fine: %t", tt.now, err, tt.ok)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(head + `[{"schema":"s","name":"t","rows":1,"bytes":1,"part_of":[{"schema":"s","name":"u"}]}]}`))
	f.Add([]byte(head + "[{"))
	f.Fuzz(func(t *testing.T, data []byte) {
		file, err := stats.Parse("f", data)
		if err != nil {
			var where *stats.Error
			if !errors.As(err, &where) || where.Line < 1 || where.Column < 1 {
				t.Fatalf("got %#v, want an error with a place", err)
			}
			return
		}
		var b bytes.Buffer
		if err := file.Write(&b); err != nil {
			t.Fatal(err)
		}
		again, err := stats.Parse("f", b.Bytes())
		if err != nil {
			t.Fatalf("what was written is refused: %v\n%s", err, b.String())
		}
		if diff := cmp.Diff(file, again, cmpopts.EquateEmpty()); diff != "" {
			t.Fatal(diff)
		}
	})
}

func readFile(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}
