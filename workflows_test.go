package dropgate_test

import (
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
)

var (
	// pinned is an action by a commit's full SHA, with its version as a comment.
	pinned = regexp.MustCompile(`^[\w.-]+/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$`)
	// readable is an action by a tag, as the pages may show it.
	readable = regexp.MustCompile(`^(actions|github)/[a-z/-]+@v\d+$`)
	usesLine = regexp.MustCompile(`(?m)^[ \t]*(?:- )?uses:[ \t]*(.*?)[ \t]*$`)
	// braced is a uses in a step written on one line.
	braced = regexp.MustCompile(`[{,][ \t]*uses:[ \t]*([^\s,}]+)`)
)

// used returns what a text uses, with the comments behind it.
func used(text string) []string {
	var all []string
	for _, pattern := range []*regexp.Regexp{usesLine, braced} {
		for _, found := range pattern.FindAllStringSubmatch(text, -1) {
			all = append(all, found[1])
		}
	}
	return all
}

// ownWorkflows returns the files of the workflows and actions that run for this
// repository.
func ownWorkflows(t *testing.T) []string {
	t.Helper()
	var all []string
	for _, name := range textFiles(t) {
		own := strings.HasPrefix(name, ".github/workflows/") || strings.HasPrefix(name, ".github/actions/") || strings.HasPrefix(name, ".ci/act/")
		if extension := filepath.Ext(name); own && (extension == ".yml" || extension == ".yaml") {
			all = append(all, name)
		}
	}
	if len(all) < 4 {
		t.Fatalf("found only %q", all)
	}
	return all
}

// TestUsesArePinned holds that what runs here is named by a SHA, which nobody can
// move, and that the pages name nothing but dropgate and GitHub's own actions.
func TestUsesArePinned(t *testing.T) {
	count := 0
	for _, name := range ownWorkflows(t) {
		for _, action := range used(readFile(t, name)) {
			count++
			if action != "./" && !pinned.MatchString(action) {
				t.Errorf("%s uses %s: want ./, or owner/action@ with the 40 digits of a commit and # v1.2.3", name, action)
			}
		}
	}
	if count < 20 {
		t.Errorf("found only %d uses in the workflows: does the pattern still fit?", count)
	}
	below, err := filepath.Glob("docs/*/*")
	if err != nil {
		t.Fatal(err)
	}
	shown := 0
	for _, page := range slices.Concat(pages(t), below) {
		for _, action := range used(readFile(t, page)) {
			shown++
			if action != "dropgate/dropgate@v1" && !readable.MatchString(action) && !pinned.MatchString(action) {
				t.Errorf("%s shows %s: want dropgate/dropgate@v1, a tag of one of GitHub's own actions, or a full SHA", page, action)
			}
		}
	}
	if shown < 8 {
		t.Errorf("found only %d uses in the pages: does the pattern still fit?", shown)
	}
}

// TestUsesPattern holds that what is not pinned is seen.
func TestUsesPattern(t *testing.T) {
	sha := strings.Repeat("0a", 20)
	for text, want := range map[string]bool{
		"      - uses: actions/checkout@" + sha + " # v4.1.0\n":        true,
		"        uses: github/codeql-action/init@" + sha + " # v4.1.0": true,
		"      - uses: actions/checkout@" + sha + "\n":                 false,
		"      - uses: actions/checkout@" + sha[:39] + " # v4.1.0\n":   false,
		"      - uses: actions/checkout@v4 # v4.1.0\n":                 false,
		"      - {uses: actions/checkout@v4}\n":                        false,
		"      - {name: x, uses: actions/checkout@v4}\n":               false,
		"      - uses: docker://alpine:3\n":                            false,
	} {
		found := used(text)
		if len(found) != 1 || pinned.MatchString(found[0]) != want {
			t.Errorf("%q: found %q, want one that is pinned: %t", text, found, want)
		}
	}
}

// An ownJob is a job of a workflow, as far as it is held to something.
type ownJob struct {
	Permissions map[string]string `yaml:"permissions"`
	Timeout     int               `yaml:"timeout-minutes"`
	Steps       []struct {
		Uses string         `yaml:"uses"`
		Run  string         `yaml:"run"`
		With map[string]any `yaml:"with"`
	} `yaml:"steps"`
}

// rights are the only jobs that may write, and what.
var rights = map[string]string{
	"dropgate.yml/dropgate": "pull-requests",
	"release.yml/hook":      "packages",
	"release.yml/image":     "attestations id-token packages",
	"release.yml/publish":   "attestations contents id-token packages",
}

// TestWorkflowRights holds the workflows to what they need: no rights but those
// that a job asks for by name, an end to each job, no token left in a checkout, and
// no text of an event inside a script.
func TestWorkflowRights(t *testing.T) {
	seen := map[string]bool{}
	for _, name := range ownWorkflows(t) {
		if !strings.HasPrefix(name, ".github/") {
			continue
		}
		var w struct {
			Permissions map[string]string `yaml:"permissions"`
			Concurrency map[string]any    `yaml:"concurrency"`
			Jobs        map[string]ownJob `yaml:"jobs"`
		}
		text := readFile(t, name)
		if err := yaml.Unmarshal([]byte(text), &w); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if !strings.Contains(text, "\npermissions: {}\n") || w.Concurrency["group"] == nil {
			t.Errorf("%s: want permissions: {} at the top, and a concurrency group", name)
		}
		for id, job := range w.Jobs {
			job.check(t, filepath.Base(name)+"/"+id)
			seen[filepath.Base(name)+"/"+id] = true
		}
	}
	for id := range rights {
		if !seen[id] {
			t.Errorf("%s is listed as a job that may write, and is not there", id)
		}
	}
}

func (j ownJob) check(t *testing.T, id string) {
	t.Helper()
	if j.Permissions == nil || j.Timeout == 0 || j.Timeout > 60 {
		t.Errorf("%s: want permissions of its own and timeout-minutes up to 60", id)
	}
	var writes []string
	for _, scope := range slices.Sorted(maps.Keys(j.Permissions)) {
		if j.Permissions[scope] == "write" {
			writes = append(writes, scope)
		}
	}
	if got := strings.Join(writes, " "); got != rights[id] {
		t.Errorf("%s may write %q, want %q", id, got, rights[id])
	}
	for _, s := range j.Steps {
		if strings.HasPrefix(s.Uses, "actions/checkout@") && s.With["persist-credentials"] != false {
			t.Errorf("%s: the checkout leaves its token: want persist-credentials: false", id)
		}
		// What may write must not run what an earlier run left in a cache.
		if strings.HasPrefix(s.Uses, "actions/setup-go@") && strings.HasPrefix(id, "release.yml/") && s.With["cache"] != false {
			t.Errorf("%s: want cache: false for setup-go", id)
		}
		if strings.Contains(s.Run, "${{") {
			t.Errorf("%s: an expression inside a script: hand it in by env:\n%s", id, s.Run)
		}
	}
}

// TestImagesAgree holds a release's image to that of the Dockerfile.
func TestImagesAgree(t *testing.T) {
	last := func(name string) string {
		text := readFile(t, name)
		return text[strings.LastIndex(text, "FROM scratch"):]
	}
	for _, name := range []string{"Dockerfile", ".ci/release.Dockerfile"} {
		for _, want := range []string{"/etc/ssl/certs/ca-certificates.crt\n", " /dropgate\n", "\nENTRYPOINT [\"/dropgate\"]\nCMD [\"action\"]\n"} {
			if !strings.Contains(last(name), want) {
				t.Errorf("%s: the last stage has no %q", name, want)
			}
		}
		if strings.Contains(last(name), "\nUSER") || strings.Contains(last(name), "\nWORKDIR") {
			t.Errorf("%s sets USER or WORKDIR, which GitHub's runner does not want", name)
		}
	}
}
