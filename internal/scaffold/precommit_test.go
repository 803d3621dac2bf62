package scaffold

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const preCommitAdded = `- repo: https://github.com/dropgate/dropgate
  rev: v9.9.9
  hooks:
    - id: dropgate # takes Go and gcc; or dropgate-docker, dropgate-system
`

// TestAddPreCommit holds that an entry is added where the list of repositories ends,
// and that nothing else changes. A + stands for the entry.
func TestAddPreCommit(t *testing.T) {
	indented := func(by string) string {
		return by + strings.ReplaceAll(strings.TrimSuffix(preCommitAdded, "\n"), "\n", "\n"+by) + "\n"
	}
	const item = "repo: local\n    hooks: [{id: a}]"
	tests := []struct{ name, in, want string }{
		{"indented", "# c\nrepos: # these\n  - " + item + " # d\n", "# c\nrepos: # these\n  - " + item + " # d\n" + indented("  ")},
		{"at the margin", "repos:\n-   " + item + "\n", "repos:\n-   " + item + "\n" + indented("")},
		{"no end of line", "repos:\n  - " + item, "repos:\n  - " + item + "\n" + indented("  ")},
		{
			"keys and comments around", "---\nci:\n  skip: [x]\nrepos:\n-   " + item + "\n\n# next\nfail_fast: true\n",
			"---\nci:\n  skip: [x]\nrepos:\n-   " + item + "\n" + indented("") + "\n# next\nfail_fast: true\n",
		},
		{"a carriage return", "repos:\r\n- repo: meta\r\n", "repos:\r\n- repo: meta\r\n" + strings.ReplaceAll(indented(""), "\n", "\r\n")},
		{"in one line", "repos: [{repo: meta}]\n", ""},
		{"nothing in it", "repos:\n", ""},
		{"an empty list", "repos: []\n", ""},
		{"no list", "fail_fast: true\n", ""},
		{"empty", "", ""},
		{"no YAML", "repos:\n  - a: [\n", ""},
		{"tabs", "repos:\n\t- repo: meta\n", ""},
		{"two documents", "repos:\n- repo: meta\n---\nrepos:\n- repo: meta\n", ""},
		{"inside of text", "a: |\n  x\nb: \"\nrepos:\n  - x\n\"\n", ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, ok := AddPreCommit(test.in, "v9.9.9")
			if ok != (test.want != "") {
				t.Fatalf("added: %t, want %t:\n%s", ok, !ok, got)
			}
			if !ok && !strings.Contains(got, "- repo: https://github.com/dropgate/dropgate\n") {
				t.Errorf("the entry to put in by hand is %q", got)
			}
			if ok && cmp.Diff(test.want, got) != "" {
				t.Errorf("text (-want +got):\n%s", cmp.Diff(test.want, got))
			}
			if ok && !HasPreCommit(got) {
				t.Error("what was added is not found again")
			}
		})
	}
	if got, ok := AddPreCommit(PreCommit("v1"), "v2"); !ok || !HasPreCommit(got) {
		t.Error("the new file is not one that can be added to")
	}
	if HasPreCommit("# dropgate\nrepos:\n- repo: meta # dropgate\n") {
		t.Error("a comment counts as a hook")
	}
}
