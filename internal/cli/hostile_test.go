package cli

import (
	"bytes"
	"encoding/json"
	"log"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/dropgate/dropgate/internal/report"
)

// TestHostileCalls holds that arguments, which may be names of files that a shell
// found, are no commands in a workflow's log, whatever is wrong with them.
func TestHostileCalls(t *testing.T) {
	for name, text := range hostile {
		for _, args := range [][]string{
			{text}, {"check", text}, {"check", "--" + text}, {"check", "--threshold", text}, {"check", "--format", text},
			{"check", "--output", text + "/x", "-"}, {"check", "--config", text}, {"check", "--stats", text}, {"check", "--diff", text},
			{"check", "--color", text}, {"check", "--staged", text}, {"check", "-" + text}, {"rules", text}, {"schema", text},
			{"schema", "--format", text}, {"version", text}, {"action", text}, {"help", text}, {"stats", "--dsn", text},
		} {
			code, out, errs := call(t, args...)
			if code != exitFailed && args[0] != "help" {
				t.Errorf("%s: dropgate %q: exit code %d, want 2", name, args, code)
			}
			if found := runnerCommands(t, out+"\n"+errs); len(found) > 0 {
				t.Errorf("dropgate %q prints the commands %v", args, found)
			}
			for line := range strings.SplitSeq(errs, "\n") {
				if line != report.Visible(line) {
					t.Errorf("dropgate %q prints what hides in a terminal: %q", args, line)
				}
			}
		}
	}
}

// TestHostileReports holds that a report on standard output is no command either,
// and that whoever reads it sees no difference.
func TestHostileReports(t *testing.T) {
	for name, text := range hostile {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			for path, sql := range everywhere(text) {
				file := filepath.Join(dir, strings.ReplaceAll(path, "\x00", ""))
				if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(file, []byte(sql), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			for format := range report.Formats {
				code, out, errs := call(t, "check", "--format", format, dir)
				if code != exitBlocked {
					t.Errorf("%s: exit code %d, want 1: %s", format, code, errs)
				}
				if found := runnerCommands(t, out+"\n"+errs); len(found) > 0 && format != "github" {
					t.Errorf("%s: prints the commands %v", format, found)
				}
				file := filepath.Join(t.TempDir(), "report")
				if code, _, errs := call(t, "check", "--format", format, "--output", file, dir); code != exitBlocked {
					t.Errorf("%s: exit code %d, want 1: %s", format, code, errs)
				}
				if slices.Contains([]string{"json", "sarif", "gitlab"}, format) && !sameJSON(t, out, read(t, file)) {
					t.Errorf("%s: the report on standard output says something else than the one in a file", format)
				}
			}
		})
	}
}

// sameJSON compares two documents as their readers do.
func sameJSON(t *testing.T, a, b string) bool {
	t.Helper()
	var plain [2]bytes.Buffer
	for i, text := range []string{a, b} {
		var v any
		if err := json.Unmarshal([]byte(text), &v); err != nil {
			t.Fatal(err)
		}
		if err := json.NewEncoder(&plain[i]).Encode(v); err != nil {
			t.Fatal(err)
		}
	}
	return bytes.Equal(plain[0].Bytes(), plain[1].Bytes())
}

// What a library logs by itself goes through the same writer.
func TestHostileLog(t *testing.T) {
	was := log.Writer()
	t.Cleanup(func() { log.SetOutput(was) })
	var out, errs bytes.Buffer
	Main([]string{"version"}, strings.NewReader(""), &out, &errs, func(string) string { return "" })
	log.Print("Unsolicited response: ##[set-output name=blocked]false\n::stop-commands::x")
	if !strings.Contains(errs.String(), "Unsolicited response") {
		t.Errorf("the log went elsewhere: %q", errs.String())
	}
	runnerCommands(t, errs.String())
}

// Completions for shells are scripts: not a byte of theirs may change.
func TestCompletionIsWhole(t *testing.T) {
	for _, shell := range []string{"bash", "zsh", "fish", "powershell"} {
		code, out, _ := call(t, "completion", shell)
		var want bytes.Buffer
		a := &app{in: strings.NewReader(""), out: &want, err: &want, getenv: func(string) string { return "" }}
		root := a.command()
		root.SetArgs([]string{"completion", shell})
		root.SetOut(&want)
		if err := root.Execute(); err != nil || code != exitClear || out != want.String() || len(out) < 1000 {
			t.Errorf("%s: exit code %d, %v, %d bytes, want the %d of cobra's own", shell, code, err, len(out), want.Len())
		}
	}
}
