package config

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/rogpeppe/go-internal/txtar"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

// compiled is the schema for editors. Compiling holds it against the schema of
// schemas.
func compiled(t *testing.T, known Known) *jsonschema.Schema {
	t.Helper()
	c := jsonschema.NewCompiler()
	whole, err := jsonschema.UnmarshalJSON(bytes.NewReader(marshal(document(known))))
	if err != nil {
		t.Fatal(err)
	}
	if err := c.AddResource(schemaURL, whole); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile(schemaURL)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// complaint is what the schema finds wrong in a config; nil is nothing.
func complaint(s *jsonschema.Schema, text string) error {
	data, err := yaml.YAMLToJSON([]byte(strings.TrimPrefix(text, "\ufeff")))
	if err != nil {
		return err
	}
	if len(bytes.TrimSpace(data)) == 0 {
		data = []byte("null")
	}
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	if err != nil {
		return err
	}
	return s.Validate(v)
}

// unsaid are mistakes that no schema can tell of, and why.
var unsaid = map[string]string{
	"exclude: ['db/[a']\n":                   "whether brackets are closed",
	"formats: {\"db/{a\": flyway}\n":         "whether braces are closed",
	"paths: ['\\']\n":                        "what a backslash escapes",
	"paths: ['./!x']\n":                      "what stands behind ./",
	"paths: ['.//C:/x']\n":                   "what stands behind ./",
	"formats: {db: goose, ./db/: goose}\n":   "two keys that mean the same",
	"threshold: 0x10\n":                      "16 by another name",
	"threshold: 010\n":                       "8 by another name",
	"acknowledgement: {max-age: 9999w}\n":    "arithmetic",
	"acknowledgement: {max-age: 2000000h}\n": "arithmetic",
}

// TestSchemaOfTables holds the schema to the configs of the other tests.
func TestSchemaOfTables(t *testing.T) {
	s := compiled(t, known)
	for _, test := range goodConfigs {
		if err := complaint(s, test.yaml); err != nil {
			t.Errorf("the schema refuses %q: %v", test.yaml, err)
		}
	}
	left := map[string]bool{}
	for text := range unsaid {
		left[text] = true
	}
	for _, test := range badConfigs {
		if _, err := parseYAML("f.yml", []byte(test.yaml)); err != nil {
			continue // no YAML that there is a schema of
		}
		delete(left, test.yaml)
		refused, why := complaint(s, test.yaml) != nil, unsaid[test.yaml]
		if refused != (why == "") {
			t.Errorf("the schema refuses %q: %t, and what it cannot say of it: %q", test.yaml, refused, why)
		}
	}
	for text := range left {
		t.Errorf("unsaid has %q, which is no bad config", text)
	}
}

// TestSchemaOfFiles holds the schema and the decoder to the configs that the
// program's own tests have, good and bad.
func TestSchemaOfFiles(t *testing.T) {
	s, good, bad := compiled(t, everything()), 0, 0
	scripts, err := filepath.Glob("../../cmd/dropgate/testdata/script/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	for _, script := range scripts {
		data, err := os.ReadFile(script)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range txtar.Parse(data).Files {
			name := filepath.Base(f.Name)
			if name != ".dropgate.yml" && (filepath.Base(script) != "config.txtar" || filepath.Ext(name) != ".yml") {
				continue
			}
			_, err := Parse(f.Name, f.Data, everything())
			if refused := complaint(s, string(f.Data)); (refused == nil) != (err == nil) {
				t.Errorf("%s: %s: the decoder says %v, the schema %v", script, f.Name, err, refused)
			}
			if err == nil {
				good++
			} else {
				bad++
			}
		}
	}
	if good < 10 || bad < 2 {
		t.Errorf("found %d good and %d bad configs: does the pattern still fit?", good, bad)
	}
}

// values are tried at every key: YAML in flow style.
var values = []string{
	"", "~", "{}", "[]", "true", "false", "off", "Off", "'off'", "none", "review", "summry", "workflow", "status", "1", "0", "-1", "5", "10", "16", "18", "19", "100", "101",
	"-100", "-101", "+10", "'+10'", "'+101'", "'-7'", "'007'", "1.5", "1e9", "60.5", "'1'", "''", "' '", "' a'", "a b", "'a,b'", "é", "'\u00a0x'", "'x\u2003'", "\"a\\nb\"", "\"a\\x85\"",
	strings.Repeat("é", 50), strings.Repeat("é", 51), strings.Repeat("😀", 50), "24h", "7d", "2w", "1w2d3h4m5s", "1h30m", "'0'", "0s", "1d0", "'-1h'", "'+1h'", "1.5h", ".5h", "5ms", "3µs", "12345w", "1d2w", "h", "0d",
	"drill.yml", "drill.yaml", "a/b.yml", "drill.txt", "'a\\b.yml'", "db/structure.sql", "./x", "x/./y", "x//y", "x/", ".", "..", "...", "..x", ".x", "a/..", "../x", "a/../b", "/x", "C:/x", "c", "C:",
	"'db/**'", "'**/*.sql'", "'*'", "'!db'", "'db/{a,b}/[a-z]?'", "'db\\seeds'", "'db/\\*x'", "'\\!x'", "'a\\/b'", "'x\\.y'",
	"octocat", "'@org/team'", "'@octocat'", "maintain", "'release[bot]'", "dev_corp", "'-x'",
	"[a]", "[1]", "[~]", "['']", "[a, b/**]", "[../x]", "[[a]]", "[{a: b}]", "[x, '/y']", "['@o/t', admin]", "['a b']",
	"{a: b}", "{db: goose}", "{db: alembic}", "{/db: goose}", "{db: [goose]}", "{'../x': goose}",
	"{drop-view: off}", "{drop-view: true}", "{drop-tabel: off}", "{drop-view: {}}", "{drop-view: {score: 1}, truncate: {score: '+2', paths: [db]}}", "{drop-view: {paths: [db]}}",
	"{drop-view: {score: 1, paths: }}", "{drop-view: {score: 1.5}}", "{drop-view: {score: 101}}", "{drop-view: {scores: 1}}", "{drop-view: {score: 1, paths: [/x]}}", "{drop-view: }",
	"{evidence: workflow}", "{evidence: workflow, workflow: x.yml}", "{evidence: status, status: a/b}", "{evidence: status, workflow: x.yml}", "{evidence: none}", "{max-age: 0}", "{max-age: 0s}", "{max-age: 1s}",
	"{second-person: true}", "{labelers: [a]}", "{labelers: a}", "{from-pull-request: true}", "{from-pull-request: yes}",
}

// allKeys are the keys of the file with their groups, and two that are none.
func allKeys() [][2]string {
	keys := [][2]string{{"", "treshold"}, {"backup", "max_age"}}
	var add func(under string, g group)
	add = func(under string, g group) {
		for _, k := range g.keys {
			keys = append(keys, [2]string{under, k.name})
			if below, ok := k.kind.(group); ok {
				add(k.name, below)
			}
		}
	}
	c := Default()
	add("", c.keys(known))
	return keys
}

// line is a config, or a part of one, that gives a key a value.
func line(key [2]string, value string) string {
	if key[0] == "" {
		return fmt.Sprintf("%s: %s\n", key[1], value)
	}
	return fmt.Sprintf("%s: {%s: %s}\n", key[0], key[1], value)
}

// TestSchemaAgrees holds that the schema and the decoder take the same: every value
// at every key, and several keys together.
func TestSchemaAgrees(t *testing.T) {
	s := compiled(t, known)
	good, bad := 0, 0
	try := func(text string) {
		t.Helper()
		_, err := Parse("f.yml", []byte(text), known)
		refused := complaint(s, text)
		if (err == nil) != (refused == nil) {
			t.Errorf("%q: the decoder says %v, the schema %v", text, err, refused)
		}
		if err == nil {
			good++
		} else {
			bad++
		}
	}
	keys := allKeys()
	var fine []string
	for _, key := range keys {
		for _, value := range values {
			text := line(key, value)
			try(text)
			if _, err := Parse("f.yml", []byte(text), known); err == nil {
				fine = append(fine, text)
			}
		}
	}
	random := rand.New(rand.NewPCG(6, 4))
	for range 2000 {
		text := fine[random.IntN(len(fine))] + fine[random.IntN(len(fine))]
		if random.IntN(2) == 0 {
			text += line(keys[random.IntN(len(keys))], values[random.IntN(len(values))])
		}
		if _, err := parseYAML("f.yml", []byte(text)); err == nil { // else a key is there twice
			try(text)
		}
	}
	if good < 500 || bad < 500 {
		t.Errorf("%d good and %d bad configs were tried: too few of one kind", good, bad)
	}
}

// TestYAMLIsTheSame holds that a config that is printed sets the same.
func TestYAMLIsTheSame(t *testing.T) {
	s := compiled(t, known)
	try := func(text string) {
		t.Helper()
		c, err := Parse("f.yml", []byte(text), known)
		if err != nil {
			return
		}
		printed := c.YAML(Origin{})
		again, err := Parse("printed", []byte(printed), known)
		if err != nil {
			t.Errorf("%q is printed as\n%s%v", text, printed, err)
			return
		}
		if diff := diff(c, again); diff != "" {
			t.Errorf("%q is printed as\n%swhich sets something else (-want +got):\n%s", text, printed, diff)
		}
		if err := complaint(s, printed); err != nil {
			t.Errorf("%q is printed as\n%s%v", text, printed, err)
		}
	}
	for _, key := range allKeys() {
		for _, value := range values {
			try(line(key, value))
		}
	}
	for _, test := range goodConfigs {
		try(test.yaml)
	}
	for _, text := range []string{"##[group]x", "###[x", "::error::x", "\u202ex", `\##"`} {
		try(fmt.Sprintf("label: '%s'\n", text))
		try(fmt.Sprintf("paths: ['%s']\nformats: {'%[1]s': %s}\n", text, known.Formats[0]))
	}
}

// TestYAMLOfAHostileFile holds that no name of the file, nor a value, gets out of its
// place, or is changed on its way through a workflow's log.
func TestYAMLOfAHostileFile(t *testing.T) {
	const text = "label: '##[group]x'\nthreshold: 70\n"
	for _, name := range []string{"x\nthreshold: 5 #", "x\r\u2028threshold: 5 #", "x\x1b[8m\u202e"} {
		c, err := Parse(name, []byte(text), known)
		if err != nil {
			t.Fatal(err)
		}
		printed := c.YAML(Origin{At: "0123abc"})
		again, err := Parse("printed", []byte(printed), known)
		if err != nil {
			t.Errorf("%q: %v", name, err)
			continue
		}
		if diff := diff(c, again); diff != "" {
			t.Errorf("%q (-want +got):\n%s", name, diff)
		}
		if strings.ContainsAny(printed, "\r\u2028\x1b\u202e") || strings.Contains(printed, "##") {
			t.Errorf("%q is printed as it is:\n%q", name, printed)
		}
	}
}
