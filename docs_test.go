package dropgate_test

import (
	"bytes"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/dropgate/dropgate/analyzer/migration"
	"github.com/dropgate/dropgate/internal/cli"
	"github.com/dropgate/dropgate/internal/config"
	"github.com/dropgate/dropgate/rules"
)

// A block is a fenced block of a page.
type block struct {
	page, language, text string
	line                 int
}

// pages returns the documentation that people write.
func pages(t *testing.T) []string {
	t.Helper()
	var all []string
	for _, pattern := range []string{"*.md", "docs/*.md"} {
		found, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, found...)
	}
	return all
}

// blocks returns the fenced blocks of that language in all pages.
func blocks(t *testing.T, language string) []block {
	t.Helper()
	var all []block
	for _, page := range pages(t) {
		text := readFile(t, page)
		for _, at := range regexp.MustCompile("(?ms)^```"+language+"\n(.*?)^```$").FindAllStringSubmatchIndex(text, -1) {
			all = append(all, block{page, language, text[at[2]:at[3]], strings.Count(text[:at[2]], "\n") + 1})
		}
	}
	if len(all) == 0 {
		t.Fatalf("no page has a %s block", language)
	}
	return all
}

func readFile(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// run calls dropgate with the words of a shown command line. What `go run` itself
// adds is added: it reports any exit code but 0, and exits with 1.
func run(t *testing.T, line string) (output string, code int) {
	t.Helper()
	words := strings.Fields(line)
	var b bytes.Buffer
	call := func(args []string) int {
		return cli.Main(args, strings.NewReader(""), &b, &b, func(string) string { return "" })
	}
	switch {
	case words[0] == "dropgate":
		code = call(words[1:])
	case strings.HasPrefix(line, "go run ./cmd/dropgate "):
		if code = call(words[3:]); code != 0 {
			fmt.Fprintf(&b, "exit status %d\n", code)
			code = 1
		}
	default:
		t.Fatalf("%q cannot be shown in a console block: only dropgate and go run ./cmd/dropgate can", line)
	}
	return b.String(), code
}

// TestConsole runs every command that a console block shows, and compares what it
// prints with what is shown. A line of only "…" stands for any lines.
func TestConsole(t *testing.T) {
	for _, b := range blocks(t, "console") {
		t.Run(fmt.Sprintf("%s:%d", b.page, b.line), func(t *testing.T) {
			code := 0
			for _, session := range strings.Split("\n"+b.text, "\n$ ")[1:] {
				command, shown, _ := strings.Cut(session, "\n")
				got := fmt.Sprintln(code)
				if command != "echo $?" {
					got, code = run(t, command)
				}
				if !matches(lines(got), lines(shown)) {
					t.Errorf("$ %s\nprints\n%s\nand the page shows\n%s", command, got, shown)
				}
			}
		})
	}
}

func lines(s string) []string { return strings.Split(strings.TrimRight(s, "\n"), "\n") }

// matches compares lines with a pattern in which "…" stands for any lines.
func matches(got, pattern []string) bool {
	switch {
	case len(pattern) == 0:
		return len(got) == 0
	case pattern[0] == "…":
		for i := range len(got) + 1 {
			if matches(got[i:], pattern[1:]) {
				return true
			}
		}
		return false
	}
	return len(got) > 0 && got[0] == pattern[0] && matches(got[1:], pattern[1:])
}

// commandLine is dropgate with what follows it, in a shell block or in a sentence.
var commandLine = regexp.MustCompile("(?m)(?:^|`|exec |entry: )dropgate ([a-z][^`\n,]*)")

// notYet are commands that the README says are not there.
var notYet = []string{}

// TestCommandLines holds that every call that a page speaks of is one that the
// program takes.
func TestCommandLines(t *testing.T) {
	count := 0
	for _, page := range pages(t) {
		for _, found := range commandLine.FindAllStringSubmatch(readFile(t, page), -1) {
			args := strings.Fields(found[1])
			if page == "SECURITY.md" || slices.Contains(notYet, args[0]) {
				continue
			}
			if !slices.Contains([]string{"check", "action", "rules", "schema", "stats", "init", "doctor", "completion", "version"}, args[0]) {
				continue // a sentence that begins with the name
			}
			count++
			args = slices.DeleteFunc(args, func(a string) bool { return a == "..." || a == "…" })
			if output, code := run(t, "dropgate "+strings.Join(args, " ")+" --help"); code != 0 {
				t.Errorf("%s: dropgate %s: %s", page, found[1], output)
			}
		}
	}
	if count < 10 {
		t.Errorf("found only %d command lines: does the pattern still fit?", count)
	}
}

// TestNotYet holds that what the README says is not there is not there.
func TestNotYet(t *testing.T) {
	for _, command := range notYet {
		if _, code := run(t, "dropgate "+command); code != 2 {
			t.Errorf("dropgate %s is there now: take it off the README's list", command)
		}
	}
}

// TestFormatsAreListed holds that docs/formats.md has every migration tool, in order
// of precedence. TestReportSections does the same for the formats of a report.
func TestFormatsAreListed(t *testing.T) {
	if diff := cmp.Diff(migration.Names(), firstColumn(readFile(t, "docs/formats.md"), "format")); diff != "" {
		t.Errorf("migration tools (- the program, + docs/formats.md):\n%s", diff)
	}
}

// firstColumn returns the code in the first column of the tables whose first
// heading is title.
func firstColumn(page, title string) []string {
	var all []string
	for _, row := range tableRows(page, title) {
		all = append(all, strings.Trim(row[0], "`"))
	}
	return all
}

// tableRows returns the rows of the tables whose first heading is title.
func tableRows(page, title string) [][]string {
	var all [][]string
	inside := false
	for _, line := range strings.Split(page, "\n") {
		if !strings.HasPrefix(line, "|") {
			inside = false
			continue
		}
		cells := strings.Split(strings.Trim(line, "| "), "|")
		for i := range cells {
			cells[i] = strings.TrimSpace(cells[i])
		}
		switch {
		case cells[0] == title:
			inside = true
		case inside && !strings.HasPrefix(cells[0], "--"):
			all = append(all, cells)
		}
	}
	return all
}

func known() config.Known {
	k := config.Known{Formats: migration.Names()}
	for _, r := range rules.All {
		k.Rules = append(k.Rules, r.ID)
	}
	return k
}

// TestYAML holds that every YAML block is what it looks like: a workflow, steps
// of one, pre-commit's file, or a config that this version carries out.
func TestYAML(t *testing.T) {
	for _, b := range blocks(t, "yaml") {
		t.Run(fmt.Sprintf("%s:%d", b.page, b.line), func(t *testing.T) {
			var keys map[string]any
			if err := yaml.Unmarshal([]byte(b.text), &keys); err != nil {
				t.Fatal(err)
			}
			switch {
			case strings.HasPrefix(b.text, "name: restore-drill\n"):
				checkDrill(t, b.text)
			case strings.Contains(b.text, "schedule:"):
				checkSchedule(t, b.text)
			case keys["jobs"] != nil:
				checkWorkflow(t, b.text)
			case keys["steps"] != nil:
				checkSteps(t, decode[struct{ Steps []step }](t, b.text).Steps)
			case keys["repos"] != nil:
				checkHooks(t, b.text)
			default:
				if _, err := config.Parse(b.page, []byte(b.text), known()); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

// decode reads YAML strictly: a key that the type does not have is an error.
func decode[T any](t *testing.T, text string) T {
	t.Helper()
	var v T
	if err := yaml.UnmarshalWithOptions([]byte(text), &v, yaml.Strict()); err != nil {
		t.Fatal(err)
	}
	return v
}

type step struct {
	ID   string         `yaml:"id"`
	If   string         `yaml:"if"`
	Uses string         `yaml:"uses"`
	With map[string]any `yaml:"with"`
}

type trigger struct {
	Types    []string `yaml:"types"`
	Branches []string `yaml:"branches"`
}

type workflow struct {
	Name        string             `yaml:"name"`
	On          map[string]trigger `yaml:"on"`
	Permissions map[string]string  `yaml:"permissions"`
	Concurrency struct {
		Group            string `yaml:"group"`
		CancelInProgress *bool  `yaml:"cancel-in-progress"`
	} `yaml:"concurrency"`
	Jobs map[string]struct {
		RunsOn string `yaml:"runs-on"`
		Steps  []step `yaml:"steps"`
	} `yaml:"jobs"`
}

// checkWorkflow holds a shown workflow to what the gate relies on.
func checkWorkflow(t *testing.T, text string) {
	t.Helper()
	w := decode[workflow](t, text)
	types := []string{"opened", "synchronize", "reopened", "labeled", "unlabeled", "ready_for_review", "edited"}
	permissions := map[string]string{"contents": "read", "pull-requests": "write"}
	events := slices.Sorted(maps.Keys(w.On))
	switch strings.Join(events, " ") {
	case "merge_group pull_request":
	case "merge_group pull_request_target":
		permissions["statuses"] = "write"
	case "push":
		permissions["pull-requests"] = "read"
		types = nil
	default:
		t.Errorf("it runs on %q, want pull requests with the merge queue, or an audit of pushes", events)
	}
	if diff := cmp.Diff(types, w.On[events[len(events)-1]].Types); diff != "" {
		t.Errorf("types of %s:\n%s", events[len(events)-1], diff)
	}
	if diff := cmp.Diff(permissions, w.Permissions); diff != "" {
		t.Errorf("permissions:\n%s", diff)
	}
	// Two pushes must both be audited, two groups of a queue both be reviewed.
	c, audit := w.Concurrency, types == nil
	if c.CancelInProgress == nil != audit || !audit && *c.CancelInProgress || !audit && !strings.Contains(c.Group, "${{ github.event.number || github.ref }}") {
		t.Errorf("concurrency is %+v, want a group for each pull request in which no run is cancelled, and none for an audit", c)
	}
	if len(w.Jobs) != 1 {
		t.Errorf("it has %d jobs, want one", len(w.Jobs))
	}
	for name, job := range w.Jobs {
		if job.RunsOn != "ubuntu-latest" {
			t.Errorf("job %s runs on %q", name, job.RunsOn)
		}
		checkSteps(t, job.Steps)
	}
}

// checkSchedule holds that a workflow that holds a password runs on the default
// branch alone, and calls dropgate as it can be called.
func checkSchedule(t *testing.T, text string) {
	t.Helper()
	type step struct {
		Uses, Run string
		Env       map[string]string
	}
	w := decode[struct {
		Name        string
		On          map[string][]map[string]string
		Permissions map[string]string
		Jobs        map[string]struct {
			RunsOn string `yaml:"runs-on"`
			Steps  []step
		}
	}](t, text)
	if len(w.On) != 1 || w.On["schedule"] == nil {
		t.Errorf("it runs on %v, want a schedule only", w.On)
	}
	for _, job := range w.Jobs {
		for _, s := range job.Steps {
			for name, value := range s.Env {
				if strings.Contains(name, "PASSWORD") && !strings.HasPrefix(value, "${{ secrets.") {
					t.Errorf("%s is %q, want a secret", name, value)
				}
			}
		}
	}
}

// checkSteps holds that dropgate is used with inputs that it has, and without a
// checkout, save one of the base for the file that an input names.
func checkSteps(t *testing.T, steps []step) {
	t.Helper()
	inputs := actionFile(t).Inputs
	used := false
	for _, s := range steps {
		name, version, _ := strings.Cut(s.Uses, "@")
		if name == "actions/checkout" && (s.With["sparse-checkout"] == nil || s.With["ref"] != "${{ github.event.pull_request.base.sha }}") {
			t.Error("it checks out the repository, which dropgate does not need")
		}
		if name != "dropgate/dropgate" {
			continue
		}
		used = true
		if version != "v1" {
			t.Errorf("it uses version %q of dropgate", version)
		}
		for input := range s.With {
			if _, ok := inputs[input]; !ok {
				t.Errorf("it sets the input %s, which action.yml does not have", input)
			}
		}
	}
	if !used {
		t.Error("no step uses dropgate/dropgate")
	}
}

type actionYAML struct {
	Inputs  map[string]any `yaml:"inputs"`
	Outputs map[string]any `yaml:"outputs"`
}

func actionFile(t *testing.T) actionYAML {
	t.Helper()
	var a actionYAML
	if err := yaml.Unmarshal([]byte(readFile(t, "action.yml")), &a); err != nil {
		t.Fatal(err)
	}
	return a
}

// TestActionTables holds that docs/github-action.md has every input and output.
func TestActionTables(t *testing.T) {
	page, action := readFile(t, "docs/github-action.md"), actionFile(t)
	for title, want := range map[string]map[string]any{"input": action.Inputs, "output": action.Outputs} {
		names := firstColumn(page, title)
		for _, name := range names {
			if _, ok := want[name]; !ok {
				t.Errorf("docs/github-action.md has the %s %s, which action.yml does not have", title, name)
			}
		}
		for name := range want {
			if !slices.Contains(names, name) {
				t.Errorf("docs/github-action.md does not have the %s %s", title, name)
			}
		}
	}
}

// TestConfigDefaults holds that every key of docs/configuration.md is one, and
// that writing its default changes nothing.
func TestConfigDefaults(t *testing.T) {
	rows := tableRows(readFile(t, "docs/configuration.md"), "key")
	if len(rows) == 0 {
		t.Fatal("docs/configuration.md has no keys")
	}
	for _, row := range rows {
		key, value := strings.Trim(row[0], "`"), strings.Trim(row[1], "`")
		if value == "–" {
			continue // without a default
		}
		text := key + ": " + value
		if group, name, ok := strings.Cut(key, "."); ok {
			text = fmt.Sprintf("%s: {%s: %s}", group, name, value)
		}
		got, err := config.Parse("config", []byte(text), known())
		if err != nil {
			t.Errorf("docs/configuration.md: %s", err)
			continue
		}
		if diff := cmp.Diff(config.Default(), got, cmpopts.IgnoreUnexported(config.Config{}), cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("docs/configuration.md: the default of %s is another (- the program, + the page):\n%s", key, diff)
		}
	}
}

// TestWorkflowIsShort holds that the README's workflow has the eleven lines that it
// is to be copied in, and that both pages show the same.
func TestWorkflowIsShort(t *testing.T) {
	var shown []string
	for _, b := range blocks(t, "yaml") {
		if strings.Contains(b.text, "pull_request:") {
			shown = append(shown, b.text)
		}
	}
	if len(shown) != 2 || shown[0] != shown[1] {
		t.Errorf("README.md and docs/github-action.md show different workflows: %q", shown)
	}
	if n := len(lines(shown[0])); n != 11 {
		t.Errorf("the workflow has %d lines, want 11", n)
	}
}
