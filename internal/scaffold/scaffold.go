// Package scaffold writes the files that a repository begins with: the workflow,
// a config with what differs from the defaults, and the entry for pre-commit. It
// reads nothing itself.
package scaffold

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// The files that are written, from the repository's top folder.
const (
	WorkflowPath = ".github/workflows/dropgate.yml"
	ConfigPath   = ".dropgate.yml"
)

// schema is where editors find what the config's keys are and take.
const schema = "https://raw.githubusercontent.com/dropgate/dropgate/" + Version + "/docs/config.schema.json"

// Version is what the workflow has after the @: what the documentation shows.
const Version = "v1"

const workflow = `# Blocks a pull request whose PostgreSQL migrations lose data, until somebody who has
# checked the backup puts the label backup-check on it.
# Whether it really blocks: GITHUB_TOKEN=$(gh auth token) dropgate doctor
name: dropgate

on:
  pull_request:
    # The label counts at once, and the base branch of a pull request can be changed.
    types: [opened, synchronize, reopened, labeled, unlabeled, ready_for_review, edited]
  merge_group:

# No paths and no if: a workflow that is filtered out leaves its required check waiting,
# and a job that is skipped counts as passed.

permissions:
  contents: read
  pull-requests: write

# A cancelled run counts as not passed.
concurrency:
  group: dropgate-${{ github.event.number || github.ref }}
  cancel-in-progress: false

jobs:
  dropgate: # the name of the check that the default branch has to require
    runs-on: ubuntu-latest
    steps:
      # Better: the full SHA of a commit, which nobody can move.
      - uses: dropgate/dropgate@` + Version + `
`

// Workflow returns the workflow.
func Workflow() string { return workflow }

// At returns the workflow or a config with a commit in place of the release that it
// names; as it is without one.
func At(text, commit string) string {
	if commit == "" {
		return text
	}
	for old, at := range map[string]string{
		"# Better: the full SHA of a commit, which nobody can move.\n": "# The commit that wrote this file. Nobody can move it.\n",
		"uses: dropgate/dropgate@" + Version + "\n":                    "uses: dropgate/dropgate@" + commit + "\n",
		schema: strings.Replace(schema, "/"+Version+"/", "/"+commit+"/", 1),
	} {
		text = strings.Replace(text, old, at, 1)
	}
	return text
}

// A Migration is a file that a migration tool runs.
type Migration struct {
	Path, Format string
	Set          string // the folder whose migrations belong together
	Foreign      bool   // its path says that it is for another database
}

// A Set is a folder of migrations.
type Set struct {
	Folder, Format string
	Files          int
	Foreign        bool // all of them are for another database
}

// Sets sums migrations up by folder, in the order of their names. A folder has the
// format of most of its files.
func Sets(all []Migration) []Set {
	formats := map[string]map[string]int{}
	foreign := map[string]int{}
	var sets []Set
	for _, m := range all {
		if formats[m.Set] == nil {
			formats[m.Set] = map[string]int{}
			sets = append(sets, Set{Folder: m.Set})
		}
		formats[m.Set][m.Format]++
		if m.Foreign {
			foreign[m.Set]++
		}
	}
	for i, s := range sets {
		for format, n := range formats[s.Folder] {
			sets[i].Files += n
			best := formats[s.Folder][sets[i].Format]
			if n > best || n == best && format < sets[i].Format {
				sets[i].Format = format
			}
		}
		sets[i].Foreign = foreign[s.Folder] == sets[i].Files
	}
	slices.SortFunc(sets, func(a, b Set) int { return strings.Compare(a.Folder, b.Folder) })
	return sets
}

// String is the set in words.
func (s Set) String() string {
	files := "files"
	if s.Files == 1 {
		files = "file"
	}
	return fmt.Sprintf("%s in %s (%d %s)", s.Format, s.Folder, s.Files, files)
}

// dumps are where tools keep the schema that they made.
var dumps = []string{"db/structure.sql", "db/schema.sql"}

// Dump returns the path of the repository's dump of its schema; "" if it has none.
func Dump(all []Migration) string {
	for _, name := range dumps {
		if slices.ContainsFunc(all, func(m Migration) bool { return m.Path == name && m.Format == "pg_dump" }) {
			return name
		}
	}
	return ""
}

// mostShown is how many folders the config's comment names.
const mostShown = 12

// Config returns the config, which sets nothing but what the repository needs.
func Config(all []Migration) string {
	var b strings.Builder
	b.WriteString("# yaml-language-server: $schema=" + schema + "\n#\n" +
		"# The config of dropgate. Every key is optional; what is not set is as shown in\n" +
		"# docs/configuration.md. It is read from the base branch: a pull request that\n# changes it is still judged by the old one.\n#\n")
	dump := Dump(all)
	left := excluded(Sets(all))
	reviewed := Sets(slices.DeleteFunc(slices.Clone(all), func(m Migration) bool {
		return m.Path == dump || slices.Contains(left, m.Set) || !plain(m.Set)
	}))
	writeFound(&b, reviewed)
	b.WriteString("version: 1\n")
	if dump != "" {
		b.WriteString("\n# The dump that the migrations' schema begins with; it is not reviewed itself.\nschema: " + dump + "\n")
	}
	writeExclude(&b, left)
	b.WriteString(suggestions)
	if len(left) == 0 {
		b.WriteString("# exclude: [\"db/seeds/**\"]\n")
	}
	return b.String()
}

// writeFound names the folders that need no setting.
func writeFound(b *strings.Builder, sets []Set) {
	if len(sets) == 0 {
		b.WriteString("# No migrations were found. Every .sql file of a pull request is reviewed.\n")
		return
	}
	b.WriteString("# Found, and reviewed without any setting:\n")
	for _, s := range sets[:min(len(sets), mostShown)] {
		fmt.Fprintf(b, "#   %s\n", s)
	}
	if more := len(sets) - mostShown; more > 0 {
		fmt.Fprintf(b, "#   and %d more folders\n", more)
	}
}

// excluded are the folders that are for another database, if a pattern can say so.
func excluded(sets []Set) []string {
	var folders []string
	for _, s := range sets {
		if s.Foreign && s.Folder != "." && plain(s.Folder) && !strings.ContainsAny(s.Folder, `*?[]{}\!`) {
			folders = append(folders, s.Folder)
		}
	}
	return folders
}

// writeExclude leaves folders out.
func writeExclude(b *strings.Builder, folders []string) {
	if len(folders) == 0 {
		return
	}
	patterns := make([]string, len(folders))
	for i, f := range folders {
		patterns[i] = strconv.Quote(f + "/**") // plain, so that it is YAML's too
	}
	fmt.Fprintf(b, "\n# By their path these are for another database.\nexclude: [%s]\n", strings.Join(patterns, ", "))
}

// plain reports whether a path can stand in a comment, and in quotes as it is.
func plain(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return !strconv.IsPrint(r) })
}

const suggestions = `
# To change a default, take the # away:
# threshold: 60          # findings about data loss with this score or more block
# label: backup-check    # who puts it on says that a backup was checked
# comment: review        # summary: no comments on lines; off: none at all
`
