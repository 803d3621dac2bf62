package config

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

var (
	ignorePlaces = cmpopts.IgnoreUnexported(Config{})
	known        = Known{
		Rules:   []string{"drop-column", "drop-table", "drop-view", "truncate"},
		Formats: []string{"flyway", "goose", "sql"},
	}
)

// diff tells in what two configs differ, -want +got.
func diff(want, got Config) string {
	return cmp.Diff(want, got, ignorePlaces, cmpopts.EquateEmpty())
}

func parse(t *testing.T, text string) Config {
	t.Helper()
	c, err := Parse("f.yml", []byte(text), known)
	if err != nil {
		t.Fatalf("Parse(%q): %v", text, err)
	}
	return c
}

func TestParseEverything(t *testing.T) {
	got := parse(t, `# all keys
version: 1
paths: ["db/migrations/**"]
exclude: ["db/seeds/**", './x/', .]
formats: {"db/legacy/**": flyway, "db/**": goose}
schema: ./db/structure.sql
postgres-version: 14
threshold: 75
label: "dba: ok"
comment: summary
acknowledgement:
  second-person: true
  labelers: [octocat, "@org/team", maintain, "renovate[bot]", dev_corp]
  max-age: 1w2d3h
  remove-stale-label: false
backup:
  evidence: workflow
  workflow: restore-drill.yml
  status: backup/restore-drill
  max-age: 12h
rules:
  drop-view: off
  truncate: {score: -5}
  drop-column: {score: +10, paths: ["db/legacy/**"]}
ignores:
  from-pull-request: true
`)
	want := Config{
		Paths:   []string{"db/migrations/**"},
		Exclude: []string{"db/seeds/**", "x", "**"},
		Formats: []FormatRule{{"db/legacy/**", "flyway"}, {"db/**", "goose"}},
		Schema:  "db/structure.sql", PostgresVersion: 14, Threshold: 75, Label: "dba: ok", Comment: CommentSummary,
		Acknowledgement: Acknowledgement{
			SecondPerson: true, MaxAge: (9*24 + 3) * time.Hour,
			Labelers: []string{"octocat", "@org/team", "maintain", "renovate[bot]", "dev_corp"},
		},
		Backup: Backup{EvidenceWorkflow, "restore-drill.yml", "backup/restore-drill", 12 * time.Hour},
		Rules: map[string]RuleSetting{
			"drop-view": {Off: true}, "truncate": {Score: -5}, "drop-column": {Score: 10, Paths: []string{"db/legacy/**"}},
		},
		Ignores: Ignores{FromPullRequest: true},
	}
	if diff := cmp.Diff(want, got, ignorePlaces); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestParseNothingIsTheDefault(t *testing.T) {
	for _, in := range []string{
		"", "\n", "# only\n  # comments\n", "---\n", "---\n...\n", "~", "{}", "\ufeff", "\ufeff# bom\r\n", "version: 1\r\n",
		"# a\n---\nversion: 1\n", "version: 1\n---\n",
		"paths:\nexclude:\nformats:\nacknowledgement:\n  labelers:\nbackup:\nrules:\nignores:\n",
		"rules: {}\npaths: []\n",
	} {
		if diff := cmp.Diff(Default(), parse(t, in), ignorePlaces); diff != "" {
			t.Errorf("Parse(%q) (-want +got):\n%s", in, diff)
		}
	}
}

// goodConfigs are configs, and what they change of the default.
var goodConfigs = []struct {
	yaml string
	set  func(*Config)
}{
	{"threshold: 1", func(c *Config) { c.Threshold = 1 }},
	{"threshold: 100", func(c *Config) { c.Threshold = 100 }},
	{"\"threshold\": 5", func(c *Config) { c.Threshold = 5 }},
	{"postgres-version: 10", func(c *Config) { c.PostgresVersion = 10 }},
	{"postgres-version: 18", func(c *Config) { c.PostgresVersion = 18 }},
	{"label: \"123\"", func(c *Config) { c.Label = "123" }},
	{"label: yes", func(c *Config) { c.Label = "yes" }},
	{"label: |-\n  x\n", func(c *Config) { c.Label = "x" }},
	{"label: " + strings.Repeat("é", 50), func(c *Config) { c.Label = strings.Repeat("é", 50) }},
	{"comment: off", func(c *Config) { c.Comment = CommentOff }},
	{"comment: \"off\"", func(c *Config) { c.Comment = CommentOff }},
	{"comment: false", func(c *Config) { c.Comment = CommentOff }},
	{"rules: {drop-view: off}", func(c *Config) { c.Rules = map[string]RuleSetting{"drop-view": {Off: true}} }},
	{"rules: {drop-view: 'off'}", func(c *Config) { c.Rules = map[string]RuleSetting{"drop-view": {Off: true}} }},
	{"rules: {drop-view: false}", func(c *Config) { c.Rules = map[string]RuleSetting{"drop-view": {Off: true}} }},
	{"rules: {drop-view: {score: 10}}", func(c *Config) { c.Rules = map[string]RuleSetting{"drop-view": {Score: 10}} }},
	{"rules: {drop-view: {score: \"+10\"}}", func(c *Config) { c.Rules = map[string]RuleSetting{"drop-view": {Score: 10}} }},
	{"rules: {drop-view: {score: -100}}", func(c *Config) { c.Rules = map[string]RuleSetting{"drop-view": {Score: -100}} }},
	{"acknowledgement: {max-age: 0}", func(*Config) {}},
	{"acknowledgement: {max-age: 7d}", func(c *Config) { c.Acknowledgement.MaxAge = 168 * time.Hour }},
	{"acknowledgement: {max-age: 2w}", func(c *Config) { c.Acknowledgement.MaxAge = 336 * time.Hour }},
	{"acknowledgement: {max-age: 1h30m}", func(c *Config) { c.Acknowledgement.MaxAge = 90 * time.Minute }},
	{"acknowledgement: {max-age: 3650d}", func(c *Config) { c.Acknowledgement.MaxAge = maxDuration }},
	{"backup: {evidence: status, status: a/b}", func(c *Config) { c.Backup.Evidence, c.Backup.Status = EvidenceStatus, "a/b" }},
	{"backup: {workflow: a b.yaml}", func(c *Config) { c.Backup.Workflow = "a b.yaml" }},
	{"backup: {max-age: 1s}", func(c *Config) { c.Backup.MaxAge = time.Second }},
}

func TestParseGoodValues(t *testing.T) {
	for _, test := range goodConfigs {
		want := Default()
		test.set(&want)
		if diff := cmp.Diff(want, parse(t, test.yaml), ignorePlaces); diff != "" {
			t.Errorf("Parse(%q) (-want +got):\n%s", test.yaml, diff)
		}
	}
}

const topKeys = "acknowledgement, backup, comment, exclude, formats, ignores, label, paths, postgres-version, rules, schema, threshold, version"

// badConfigs are configs with what is wrong in them, without the path.
var badConfigs = []struct{ yaml, want string }{
	// The file as a whole.
	{"a: [1, 2\n", "1:4: sequence end token ']' not found"},
	{"label: x\n\tthreshold: 1\n", "2:1: a line cannot be indented by a tab: write spaces"},
	{"label: a: b\n", "1:8: mapping value is not allowed in this context: is the line below indented by mistake, or does a text with a colon lack quotes?"},
	{"- paths\n", `1:1: the file must hold keys with values, as in "threshold: 60", got a list`},
	{"just text\n", `1:1: the file must hold keys with values, as in "threshold: 60", got "just text"`},
	{"label: a\nthreshold: 5\nlabel: b\n", `3:1: mapping key "label" already defined at [1:1]`},
	{"backup: {max-age: 1h, max-age: 2h}\n", `1:23: mapping key "max-age" already defined at [1:10]`},
	{"label: a\n---\nlabel: b\n", "3:1: the file has more than one document: take out the line --- above"},
	{"label: a\n---\n---\nlabel: b\n", "4:1: the file has more than one document: take out the line --- above"},
	{"label: a\n...\n# b\nlabel: b\n", "4:1: the file has more than one document: take out the line --- above"},
	{"acknowledgement:\n\tmax-age: 1h\n", "2:1: a line cannot be indented by a tab: write spaces"},
	{"rules:\n  \tdrop-view: off\n", "2:3: a line cannot be indented by a tab: write spaces"},
	{"label x\nthreshold: 70\n", `1:1: unexpected key name: is a colon missing? A line is "key: value"`},
	{"label: %x\n", "1:8: directives (%) are not supported: take the line out; in a text, put it in quotes"},
	{strings.Repeat("a: 1\n", 5001), "5001:2: more than 5000 keys"},
	{"label: \xff\n", "1:8: not UTF-8 text"},
	{"# \u00e9\nl\x00abel: x\n", "2:2: control character U+0000: is the file UTF-8 text?"},
	{"paths: &p [a]\nexclude: *p\n", "1:8: anchors (&name) are not supported: write the value out; in a text, put it in quotes"},
	{"paths: [**/*.sql]\n", "1:9: aliases (*name) are not supported: put a pattern that begins with * in quotes"},
	{"label: !!str 1\n", "1:8: tags (!name) are not supported: write the plain value; in a text, put it in quotes"},
	{"<<: {label: x}\n", "1:1: merge keys (<<) are not supported: write the values out"},
	{"? label\n: x\n", `1:1: keys with a question mark are not supported: write "key: value"`},
	{"%YAML 1.2\n---\nlabel: x\n", "1:1: directives (%) are not supported: take the line out; in a text, put it in quotes"},
	{"acknowledgement: {labelers: [@org/team]}\n", "1:30: '@' is a reserved character: put the value in quotes"},
	{"a: " + strings.Repeat("[", 1000), "1:24: nested too deeply"},
	{strings.Repeat("- ", 1000), "1:41: nested too deeply"},

	// Keys.
	{"treshold: 70\n", `1:1: unknown key "treshold": did you mean threshold?`},
	{"\ufefftreshold: 70\n", `1:1: unknown key "treshold": did you mean threshold?`},
	{"postgres_version: 15\n", `1:1: unknown key "postgres_version": did you mean postgres-version?`},
	{"# é\nlabel: é\nunrelated: 1\n", `3:1: unknown key "unrelated": the keys are ` + topKeys},
	{"true: 1\n", `1:1: unknown key "true": the keys are ` + topKeys},
	{"acknowledgement:\n  secondPerson: true\n", `2:3: acknowledgement has the unknown key "secondPerson": did you mean second-person?`},
	{"backup: {é: 1, xx: 2}\n", "1:10: backup has the unknown key \"é\": the keys are evidence, max-age, status, workflow\n" +
		"1:16: backup has the unknown key \"xx\": the keys are evidence, max-age, status, workflow"},
	{"ignores: [x]\n", "1:10: ignores must be a mapping, got a list"},
	{"ignores: {from-pull-request: }\n", "1:11: ignores.from-pull-request must be true or false, got nothing"},

	// Values.
	{"version: 2\n", "1:10: version must be 1, got 2: it may be for a newer dropgate"},
	{"version: \"1\"\n", `1:10: version must be 1, got "1": it may be for a newer dropgate`},
	{"paths: db\n", `1:8: paths must be a list, got "db"`},
	{"paths:\n  - db/**\n  - ../x\n  - /abs\n  - C:/x\n", "3:5: paths must not leave the repository with .., got \"../x\"\n" +
		"4:5: paths must be relative to the repository's top folder, got \"/abs\"\n" +
		"5:5: paths must be relative to the repository's top folder, got \"C:/x\""},
	{"paths: [1]\n", "1:9: paths must be a text, got 1: put it in quotes"},
	{"paths: [~]\n", "1:9: paths must be a text, got nothing"},
	{"paths: [{a: b}]\n", "1:9: paths must be a text, got a mapping"},
	{"paths: ['']\n", `1:9: paths must not be empty, got ""`},
	{"exclude: ['db/[a']\n", `1:11: exclude must be a valid glob: a bracket, a brace or a backslash is left open, got "db/[a"`},
	{"exclude: ['!db']\n", `1:11: exclude must not be negated: list it under exclude, got "!db"`},
	{"exclude: ['db\\seeds']\n", `1:11: exclude must have / between folders, got "db\\seeds"`},
	{"exclude: ['..\\x']\n", `1:11: exclude must have / between folders, got "..\\x"`},
	{"formats: {\"db/**\": flywai}\n", `1:20: formats has the unknown format "flywai": did you mean flyway?`},
	{"formats: {\"db/**\": alembic}\n", `1:20: formats has the unknown format "alembic": the formats are flyway, goose, sql`},
	{"formats: {\"db/{a\": flyway}\n", `1:11: formats pattern "db/{a" must be a valid glob: a bracket, a brace or a backslash is left open`},
	{"formats: {\"/db\": [x]}\n", "1:11: formats pattern \"/db\" must be relative to the repository's top folder\n" +
		"1:18: formats must be a text, got a list"},
	{"formats: [flyway]\n", "1:10: formats must be a mapping, got a list"},
	{"schema: /etc/x\n", `1:9: schema must be relative to the repository's top folder, got "/etc/x"`},
	{"schema: a/../../x\n", `1:9: schema must not leave the repository with .., got "a/../../x"`},
	{"schema: ''\n", `1:9: schema must not be empty, got ""`},
	{"schema: 'a\\b'\n", `1:9: schema must have / between folders, got "a\\b"`},
	{"schema: \"a\\nb\"\n", `1:9: schema must be one line, got "a\nb"`},
	{"postgres-version: 9\n", "1:19: postgres-version must be a whole number from 10 to 18, got 9"},
	{"postgres-version: 19\n", "1:19: postgres-version must be a whole number from 10 to 18, got 19"},
	{"postgres-version: 16.2\n", "1:19: postgres-version must be a whole number from 10 to 18, got 16.2"},
	{"threshold: 0\n", "1:12: threshold must be a whole number from 1 to 100, got 0"},
	{"threshold: 101\n", "1:12: threshold must be a whole number from 1 to 100, got 101"},
	{"threshold: 0x10\n", "1:12: threshold must be a whole number from 1 to 100, got 0x10"},
	{"threshold: 010\n", "1:12: threshold must be a whole number from 1 to 100, got 010"},
	{"threshold: 99999999999999999999\n", "1:12: threshold must be a whole number from 1 to 100, got \"99999999999999999999\""},
	{"threshold: high\n", `1:12: threshold must be a whole number from 1 to 100, got "high"`},
	{"threshold:\nlabel: x\n", "1:1: threshold must be a whole number from 1 to 100, got nothing"},
	{"threshold:\n  a: 1\n", "2:3: threshold must be a whole number from 1 to 100, got a mapping"},
	{"label: ''\n", `1:8: label must not be empty, got ""`},
	{"label: ' '\n", `1:8: label must not be empty, got " "`},
	{"label: 5\n", "1:8: label must be a text, got 5: put it in quotes"},
	{"label: a,b\n", `1:8: label must not hold a comma, got "a,b"`},
	{"label: \"a\\nb\"\n", `1:8: label must be one line without spaces around it, got "a\nb"`},
	{"label: |\n  a\n", `1:8: label must be one line without spaces around it, got "a\n"`},
	{"label: " + strings.Repeat("é", 51) + "\n", `1:8: label must have at most 50 characters, got "` + strings.Repeat("é", 51) + `"`},
	{"comment: loud\n", `1:10: comment must be review, summary or off, got "loud"`},
	{"comment: true\n", "1:10: comment must be review, summary or off, got true"},
	{"comment: [off]\n", "1:10: comment must be review, summary or off, got a list"},
	{"acknowledgement: {second-person: yes}\n", `1:34: acknowledgement.second-person must be true or false, got "yes"`},
	{"acknowledgement: {remove-stale-label: 1}\n", "1:39: acknowledgement.remove-stale-label must be true or false, got 1"},
	{"acknowledgement: {labelers: ['@octocat', 'a b']}\n",
		"1:30: acknowledgement.labelers must be a login, @org/team, triage, write, maintain or admin, got \"@octocat\"\n" +
			"1:42: acknowledgement.labelers must be a login, @org/team, triage, write, maintain or admin, got \"a b\""},
	{"acknowledgement: {max-age: -1h}\n", `1:28: acknowledgement.max-age must not be negative, got "-1h"`},
	{"acknowledgement: {max-age: 1d-1h}\n", `1:28: acknowledgement.max-age must be a duration, as in 24h, 7d or 2w, got "1d-1h"`},
	{"acknowledgement: {max-age: 24}\n", "1:28: acknowledgement.max-age needs a unit, as in 24h or 7d, got 24"},
	{"acknowledgement: {max-age: ''}\n", `1:28: acknowledgement.max-age must be a duration, as in 24h, 7d or 2w, got ""`},
	{"acknowledgement: {max-age: soon}\n", `1:28: acknowledgement.max-age must be a duration, as in 24h, 7d or 2w, got "soon"`},
	{"acknowledgement: {max-age: 1.5}\n", "1:28: acknowledgement.max-age must be a duration, as in 24h or 7d, got 1.5"},
	{"acknowledgement: {max-age: 9999w}\n", `1:28: acknowledgement.max-age must be at most ten years, got "9999w"`},
	{"acknowledgement: {max-age: 2000000h}\n", `1:28: acknowledgement.max-age must be at most ten years, got "2000000h"`},
	{"backup: {evidence: trust}\n", `1:20: backup.evidence must be none, workflow or status, got "trust"`},
	{"backup: {workflow: .github/workflows/x.yml}\n",
		`1:20: backup.workflow must be the name of a file in .github/workflows, as in restore-drill.yml, got ".github/workflows/x.yml"`},
	{"backup: {status: ' x'}\n", `1:18: backup.status must be one line of text without spaces around it, got " x"`},
	{"backup: {max-age: 0s}\n", "1:19: backup.max-age must be more than 0: a backup of any age proves nothing"},
	{"backup: {max-age: x}\n", `1:19: backup.max-age must be a duration, as in 24h, 7d or 2w, got "x"`},
	{"rules: {drop-tabel: off}\n", `1:9: rules has the unknown rule "drop-tabel": did you mean drop-table?`},
	{"rules: {nonsense-altogether-else: off}\n", `1:9: rules has the unknown rule "nonsense-altogether-else": dropgate rules lists them`},
	{"rules: {drop-view: on}\n", `1:20: rules.drop-view must be off or a mapping with score, got "on"`},
	{"rules: {drop-view: true}\n", "1:20: rules.drop-view must be off or a mapping with score, got true"},
	{"rules: {drop-view: Off}\n", `1:20: rules.drop-view must be off or a mapping with score, got "Off"`},
	{"rules: {drop-view: 10}\n", "1:20: rules.drop-view must be off or a mapping with score, got 10"},
	{"rules:\n  drop-view:\n", "2:3: rules.drop-view must be off or a mapping with score, got nothing"},
	{"rules: {drop-view: {}}\n", "1:20: rules.drop-view changes nothing: give it a score, or write off"},
	{"rules: {drop-view: {paths: [db]}}\n", "1:20: rules.drop-view changes nothing: give it a score, or write off"},
	{"rules: {drop-view: {score: 101}}\n", "1:28: rules.drop-view.score must be points to add, from -100 to +100, got 101"},
	{"rules: {drop-view: {score: -101}}\n", "1:28: rules.drop-view.score must be points to add, from -100 to +100, got -101"},
	{"rules: {drop-view: {score: 1.5}}\n", "1:28: rules.drop-view.score must be points to add, from -100 to +100, got 1.5"},
	{"rules: {drop-view: {score: '++1'}}\n", `1:28: rules.drop-view.score must be points to add, from -100 to +100, got "++1"`},
	{"rules: {drop-view: {scores: 1}}\n", "1:20: rules.drop-view changes nothing: give it a score, or write off\n" +
		`1:21: rules.drop-view has the unknown key "scores": did you mean score?`},
	{"rules: {drop-view: {score: 1, paths: ['../x']}}\n", `1:39: rules.drop-view.paths must not leave the repository with .., got "../x"`},
	{"ignores: {from-pull-request: 'true'}\n", `1:30: ignores.from-pull-request must be true or false, got "true"`},

	// Globs that match nothing, and one that is there twice.
	{"paths: ['db//x']\n", `1:9: paths can match nothing: no path has // or /./ in it, got "db//x"`},
	{"paths: ['db/./x']\n", `1:9: paths can match nothing: no path has // or /./ in it, got "db/./x"`},
	{"paths: ['./!x']\n", `1:9: paths must not be negated: list it under exclude, got "./!x"`},
	{"paths: ['.//C:/x']\n", `1:9: paths must be relative to the repository's top folder, got ".//C:/x"`},
	{"paths: ['x\\/']\n", `1:9: paths must have / between folders, got "x\\/"`},
	{"paths: ['\\']\n", `1:9: paths must be a valid glob: a bracket, a brace or a backslash is left open, got "\\"`},
	{"formats: {db: goose, ./db/: goose}\n", `1:22: formats pattern "./db/" is there twice`},

	// Line ends of Windows, and the order of several errors.
	{"label: ''\r\nthreshold: 0\r\nversion: 3\r\n", "1:8: label must not be empty, got \"\"\n" +
		"2:12: threshold must be a whole number from 1 to 100, got 0\n3:10: version must be 1, got 3: it may be for a newer dropgate"},
}

func TestParseErrors(t *testing.T) {
	for _, test := range badConfigs {
		_, err := Parse("f.yml", []byte(test.yaml), known)
		got := "no error"
		if err != nil {
			got = err.Error()
		}
		want := "f.yml:" + strings.ReplaceAll(test.want, "\n", "\nf.yml:")
		if got != want {
			t.Errorf("Parse(%.60q):\n got %s\nwant %s", test.yaml, got, want)
		}
	}
}

func TestParseErrorIsTyped(t *testing.T) {
	_, err := Parse("dir/.dropgate.yml", []byte("label: x\nthreshold: 0\n"), known)
	var got *Error
	if !errors.As(err, &got) {
		t.Fatalf("got %T, want an *Error in it", err)
	}
	want := &Error{"dir/.dropgate.yml", 2, 12, "threshold must be a whole number from 1 to 100, got 0"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestParseLimits(t *testing.T) {
	_, err := Parse("f.yml", []byte(strings.Repeat("#", maxSize+1)), known)
	if want := "f.yml:1:1: the file has 1048577 bytes, more than 1048576"; err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
	parse(t, strings.Repeat("#", maxSize))
	_, err = Parse("f.yml", []byte("label: "+strings.Repeat("x", 1000)), known)
	if err == nil || len(err.Error()) > 200 {
		t.Errorf("got %v, want a short error", err)
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte("version: 1\npaths: [\"db/**\"]\nrules: {drop-view: off, truncate: {score: +1}}\n"))
	f.Add([]byte("acknowledgement:\n  max-age: 1w\nbackup: {evidence: status, status: x}\n"))
	f.Add([]byte("a: &b [*b]\n? x\n: |\n  y\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := Parse("f.yml", data, known)
		if err != nil {
			if !strings.HasPrefix(err.Error(), "f.yml:") {
				t.Errorf("an error without its place: %v", err)
			}
			return
		}
		if c.Threshold < 1 || c.Threshold > 100 || c.Label == "" || c.Backup.MaxAge <= 0 {
			t.Errorf("out of range: %+v", c)
		}
		c.Includes("db/migrations/1.sql")
		c.FormatOf("db/migrations/1.sql")
		printed := c.YAML(Origin{})
		again, err := Parse("f.yml", []byte(printed), known)
		if err != nil {
			t.Fatalf("what is printed is no config: %v\n%s", err, printed)
		}
		if diff := diff(c, again); diff != "" {
			t.Errorf("what is printed is another config (-was +is):\n%s\n%s", diff, printed)
		}
	})
}
