package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// pressTab has bash read its script and complete the words. The two functions that
// the script takes from the package bash-completion are stood in for.
const pressTab = `
_get_comp_words_by_ref() { words=("${COMP_WORDS[@]}"); cword=$COMP_CWORD; cur=${words[cword]}; prev=${words[cword-1]}; }
_filedir() { COMPREPLY=("filedir $1"); }
source <(dropgate completion bash)
COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMP_LINE="$*" COMP_POINT=${#COMP_LINE} COMP_TYPE=9 COMP_KEY=9
__start_dropgate 2>/dev/null
printf '%s\n' "${COMPREPLY[@]}"
`

// TestBash holds that bash completes what Tab is pressed behind.
func TestBash(t *testing.T) {
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Fatalf("the test needs bash: %v", err)
	}
	for _, tt := range []struct{ line, want string }{
		{"dropgate ch", "check"},
		{"dropgate check --format ", "github gitlab json junit markdown sarif text"},
		{"dropgate check --format j", "json junit"},
		{"dropgate check --color a", "auto always"},
		{"dropgate check --thr", "--threshold"},
		{"dropgate check --threshold ", ""},
		{"dropgate schema --format m", "mermaid"},
		{"dropgate doctor --format ", "json text"},
		{"dropgate rules drop-t", "drop-table drop-type drop-trigger"},
		{"dropgate rules drop-table ", ""},
		{"dropgate doctor ", ""},
		{"dropgate help sch", "schema"},
		{"dropgate completion z", "zsh"},
		{"dropgate check --config ", "filedir yml|yaml|"},
		{"dropgate check --stats ", "filedir json|"},
		{"dropgate check migrations/", "filedir sql|"},
		{"dropgate schema ", "filedir sql|"},
	} {
		t.Run(tt.line, func(t *testing.T) {
			cmd := exec.Command(bash, append([]string{"--norc", "-c", pressTab, "bash"}, strings.Split(tt.line, " ")...)...)
			cmd.Stderr = os.Stderr
			output, err := cmd.Output()
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for line := range strings.Lines(string(output)) {
				word, _, _ := strings.Cut(line, "  (") // what a list of several says of each
				got = append(got, strings.Trim(word, " \t\n'"))
			}
			if diff := cmp.Diff(tt.want, strings.Join(got, " ")); diff != "" {
				t.Errorf("completions (- want, + got):\n%s", diff)
			}
		})
	}
}

// TestShells holds that every shell's script is one that the shell can read, where the
// shell is there, and that it asks dropgate.
func TestShells(t *testing.T) {
	for shell, check := range map[string][]string{
		"bash": {"bash", "-n"}, "zsh": {"zsh", "-n"}, "fish": {"fish", "--no-execute"}, "powershell": nil,
	} {
		t.Run(shell, func(t *testing.T) {
			script, err := exec.Command("dropgate", "completion", shell).Output()
			if err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(string(script), "__complete") {
				t.Errorf("the script asks nobody:\n%s", script)
			}
			if len(check) == 0 {
				return
			}
			if _, err := exec.LookPath(check[0]); err != nil {
				t.Logf("not read by %s: %v", shell, err)
				return
			}
			name := filepath.Join(t.TempDir(), "script")
			if err := os.WriteFile(name, script, 0o600); err != nil {
				t.Fatal(err)
			}
			if output, err := exec.Command(check[0], append(check[1:], name)...).CombinedOutput(); err != nil {
				t.Errorf("%s cannot read its script: %v\n%s", shell, err, output)
			}
		})
	}
}
