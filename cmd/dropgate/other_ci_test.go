package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/rogpeppe/go-internal/testscript"
)

// recipes are the scripts of a page, by the title they stand under.
func recipes(ts *testscript.TestScript, page string) map[string]string {
	data, err := os.ReadFile(filepath.Join("..", "..", "docs", page))
	ts.Check(err)
	all := map[string]string{}
	block := regexp.MustCompile("(?s)\n```(sh|yml)\n(.*?\n)```\n")
	for _, section := range strings.Split(string(data), "\n## ")[1:] {
		title, _, _ := strings.Cut(section, "\n")
		found := block.FindStringSubmatch(section)
		switch {
		case found == nil:
		case found[1] == "sh":
			all[title] = found[2]
		default:
			all[title] = jobScript(ts, title, found[2])
		}
	}
	return all
}

// jobScript is what the shell gets of a job's definition.
func jobScript(ts *testscript.TestScript, title, text string) string {
	var job struct {
		Dropgate struct { // GitLab's
			Image     string              `yaml:"image"`
			Rules     []map[string]string `yaml:"rules"`
			Variables map[string]string   `yaml:"variables"`
			Script    []string            `yaml:"script"`
			Artifacts map[string]any      `yaml:"artifacts"`
		} `yaml:"dropgate"`
		Steps []struct { // Buildkite's
			Label         string `yaml:"label"`
			If            string `yaml:"if"`
			Command       string `yaml:"command"`
			ArtifactPaths string `yaml:"artifact_paths"`
		} `yaml:"steps"`
	}
	ts.Check(yaml.UnmarshalWithOptions([]byte(text), &job, yaml.Strict()))
	lines := job.Dropgate.Script
	for _, s := range job.Steps {
		lines = append(lines, strings.ReplaceAll(s.Command, "$$", "$"))
	}
	if len(lines) == 0 {
		ts.Fatalf("the job of %s has no script", title)
	}
	return "set -e\n" + strings.Join(lines, "\n") + "\n"
}

// recipe writes the script that a title of docs/other-ci.md shows.
func recipe(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: recipe TITLE FILE")
	}
	script, ok := recipes(ts, "other-ci.md")[args[0]]
	if !ok {
		ts.Fatalf("docs/other-ci.md has no recipe for %s", args[0])
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), []byte(script), 0o755))
}
