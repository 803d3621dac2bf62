// Package scaffold writes the files that a repository begins with: the workflow,
// and a config with what differs from the defaults. It reads nothing itself.
package scaffold

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// The files that are written, from the repository's top folder.
const (
	WorkflowPath = ".github/workflows/dropgate.yml"
	ConfigPath   = ".dropgate.yml"
)

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
	b.WriteString("# The config of dropgate. Every key is optional; what is not set is as shown in\n" +
		"# docs/configuration.md. It is read from the base branch: a pull request that\n# changes it is still judged by the old one.\n#\n")
	sets := slices.DeleteFunc(Sets(all), func(s Set) bool { return !plain(s.Folder) })
	if len(sets) == 0 {
		b.WriteString("# No migrations were found. Every .sql file of a pull request is reviewed.\n")
	} else {
		b.WriteString("# Found, and reviewed without any setting:\n")
	}
	for _, s := range sets[:min(len(sets), mostShown)] {
		fmt.Fprintf(&b, "#   %s\n", s)
	}
	if more := len(sets) - mostShown; more > 0 {
		fmt.Fprintf(&b, "#   and %d more folders\n", more)
	}
	b.WriteString("version: 1\n")
	if name := Dump(all); name != "" {
		b.WriteString("\n# The dump that the migrations' schema begins with; it is not reviewed itself.\nschema: " + name + "\n")
	}
	writeExclude(&b, sets)
	b.WriteString(suggestions)
	return b.String()
}

// writeExclude leaves folders out that are for another database.
func writeExclude(b *strings.Builder, sets []Set) {
	var patterns []string
	for _, s := range sets {
		if s.Foreign && s.Folder != "." && !strings.ContainsAny(s.Folder, `*?[]{}\!`) {
			patterns = append(patterns, s.Folder+"/**")
		}
	}
	if len(patterns) == 0 {
		return
	}
	// JSON's strings are YAML's.
	list, err := json.Marshal(patterns)
	if err != nil {
		return
	}
	fmt.Fprintf(b, "\n# By their path these are for another database.\nexclude: %s\n", list)
}

// plain reports whether a path can stand in a comment.
func plain(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r > '~' && r < 0xa0 || r == 0x2028 || r == 0x2029 || r == 0xfffd })
}

const suggestions = `
# To change a default, take the # away:
# threshold: 60          # findings about data loss with this score or more block
# label: backup-check    # who puts it on says that a backup was checked
# comment: review        # summary: no comments on lines; off: none at all
# exclude: ["db/seeds/**"]
`
