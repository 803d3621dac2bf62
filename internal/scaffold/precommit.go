package scaffold

import (
	"reflect"
	"regexp"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
)

// PreCommitPath is the file in which pre-commit (pre-commit.com) finds its hooks.
const PreCommitPath = ".pre-commit-config.yaml"

// PreCommit returns a file for pre-commit with dropgate's hook of that release.
func PreCommit(rev string) string {
	return "# Before each commit (pre-commit install, once in each clone):\n" +
		"# what dropgate will say of the pull request.\nrepos:\n" + preCommitEntry("  ", rev)
}

// preCommitEntry is one of pre-commit's list of repositories.
func preCommitEntry(indent, rev string) string {
	var b strings.Builder
	for _, line := range []string{
		"- repo: https://github.com/dropgate/dropgate", "  rev: " + rev, "  hooks:",
		"    - id: dropgate # takes Go and gcc; or dropgate-docker, dropgate-system",
	} {
		b.WriteString(indent + line + "\n")
	}
	return b.String()
}

// HasPreCommit reports whether a file for pre-commit speaks of dropgate outside of
// comments.
func HasPreCommit(text string) bool {
	var there map[string]any
	if yaml.Unmarshal([]byte(text), &there) != nil {
		return false
	}
	repos, _ := yaml.Marshal(there["repos"])
	return strings.Contains(string(repos), "dropgate")
}

// AddPreCommit adds dropgate's hook to a file for pre-commit and leaves every line
// of it as it is. Where that is not plainly possible, ok is false and text is the
// entry to be put in by hand.
func AddPreCommit(there, rev string) (text string, ok bool) {
	lines := strings.SplitAfter(there, "\n")
	last, indent, found := endOfRepos(lines)
	if !found {
		return preCommitEntry("  ", rev), false
	}
	entry := preCommitEntry(indent, rev)
	if strings.Contains(there, "\r\n") {
		entry = strings.ReplaceAll(entry, "\n", "\r\n")
	}
	if !strings.HasSuffix(lines[last], "\n") {
		lines[last] += "\n"
	}
	text = strings.Join(slices.Insert(lines, last+1, entry), "")
	return text, addsOne(there, text, entry)
}

var (
	reposKey  = regexp.MustCompile(`^repos:\s*(#.*)?$`)
	reposItem = regexp.MustCompile(`^( *)- `)
)

// endOfRepos returns the last line of the list of repositories, and how far its
// items are indented.
func endOfRepos(lines []string) (last int, indent string, found bool) {
	at := slices.IndexFunc(lines, func(l string) bool { return reposKey.MatchString(strings.TrimRight(l, "\r\n")) })
	if at < 0 {
		return 0, "", false
	}
	for i, line := range lines[at+1:] {
		bare := strings.TrimSpace(line)
		if bare == "" || strings.HasPrefix(bare, "#") {
			continue // what follows the list belongs to what comes next
		}
		item := reposItem.FindStringSubmatch(line)
		switch {
		case !found && item == nil, strings.HasPrefix(line, "---"), strings.HasPrefix(line, "..."):
			return 0, "", false
		case !found:
			indent, found = item[1], true
		case item == nil && line[0] != ' ':
			return last, indent, found // the next key
		}
		last = at + 1 + i
	}
	return last, indent, found
}

// addsOne reports whether the new text means what the old one does, with the entry
// at the end of its repositories.
func addsOne(old, text, entry string) bool {
	var before, after map[string]any
	var added []any
	if yaml.Unmarshal([]byte(old), &before) != nil || yaml.Unmarshal([]byte(text), &after) != nil ||
		yaml.Unmarshal([]byte(entry), &added) != nil {
		return false
	}
	repos, ok := before["repos"].([]any)
	if !ok {
		return false
	}
	before["repos"] = slices.Concat(repos, added)
	return reflect.DeepEqual(before, after)
}
