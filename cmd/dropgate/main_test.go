package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/dropgate/dropgate/internal/report/reporttest"
)

var update = flag.Bool("update", false, "rewrite the expected output in testdata/script")

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"dropgate": main})
}

// commands are the scripts' own commands.
var commands = map[string]func(ts *testscript.TestScript, neg bool, args []string){
	"exit": exit, "brief": brief, "fingerprints": fingerprints, "frames": frames,
	"bytes": writeBytes, "terminal": terminal, "demo": demo, "recipe": recipe,
}

// TestScript runs the program as its users do. Besides testscript's own commands
// the scripts have:
//
//	exit CODE COMMAND …   runs a command and checks its exit code
//	brief [FILE]          prints what a JSON report (stdout without a FILE) says,
//	                      a line for each thing
//	fingerprints          prints those of the JSON report in stdout
//	frames                prints the code frames of the text report in stdout
//	bytes FILE TEXT …     writes a file; escapes (\n, \x00, \ufeff) stand for bytes
//	terminal COMMAND …    runs a command on a terminal (Linux only)
//	recipe TITLE FILE     writes the script that docs/other-ci.md has under the title
//	demo                  puts the project's demo where it is in the repository
func TestScript(t *testing.T) {
	if _, err := exec.LookPath("git"); err != nil {
		t.Fatalf("the scripts need git: %v", err)
	}
	testscript.Run(t, testscript.Params{
		Dir:                 filepath.Join("testdata", "script"),
		UpdateScripts:       *update,
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup:               setup,
		Cmds:                commands,
	})
}

// setup makes git the same on every machine, and keeps it from finding the
// repository that this test may be run in.
func setup(env *testscript.Env) error {
	env.Setenv("HOME", env.WorkDir)
	env.Setenv("GIT_CONFIG_NOSYSTEM", "1")
	env.Setenv("GIT_CONFIG_GLOBAL", filepath.Join(env.WorkDir, ".gitconfig"))
	env.Setenv("GIT_CEILING_DIRECTORIES", filepath.Dir(env.WorkDir))
	for _, who := range []string{"AUTHOR", "COMMITTER"} {
		env.Setenv("GIT_"+who+"_NAME", "Alice")
		env.Setenv("GIT_"+who+"_EMAIL", "alice@example.com")
		env.Setenv("GIT_"+who+"_DATE", "2026-01-02T03:04:05Z")
	}
	settings := "[init]\n\tdefaultBranch = main\n[core]\n\tautocrlf = false\n[protocol \"file\"]\n\tallow = always\n"
	return os.WriteFile(filepath.Join(env.WorkDir, ".gitconfig"), []byte(settings), 0o644)
}

func exit(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exit CODE COMMAND …")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		var failed *exec.ExitError
		if !errors.As(err, &failed) {
			ts.Fatalf("run %s: %v", args[1], err)
		}
		got = failed.ExitCode()
	}
	if got != want {
		ts.Fatalf("got exit code %d, want %d", got, want)
	}
}

// document is the JSON report as the contract names its keys, written down a
// second time so that a key cannot change unseen.
type document struct {
	Decision struct {
		Blocked          bool
		Score, Threshold int
		Acknowledgement  struct{ State string }
	}
	Findings []finding
	Files    []struct {
		Path, Status, Format, Direction string
		Statements, Unread              int
	}
	Errors []struct {
		Path    string
		Line    int
		Message string
	}
}

type position struct{ Line, Column, Offset int }

type finding struct {
	Rule, Path string
	Score      int
	Blocking   bool
	Start, End position
	Certainty  string
	Object     struct{ Kind, Schema, Name, Column string }
	Reach      []struct{ Kind, Name string }
	Suppressed *struct{ By, Reason string }

	Fingerprint string
}

// read reads a JSON report, and holds it against the published schema.
func read(ts *testscript.TestScript, name string) document {
	data := []byte(ts.ReadFile(name))
	ts.Check(reporttest.Check(data))
	var d document
	ts.Check(json.Unmarshal(data, &d))
	return d
}

func brief(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) > 1 {
		ts.Fatalf("usage: brief [FILE]")
	}
	name := "stdout"
	if len(args) == 1 {
		name = args[0]
	}
	d := read(ts, name)
	var b strings.Builder
	verdict := "passed"
	if d.Decision.Blocked {
		verdict = "BLOCKED"
	}
	fmt.Fprintf(&b, "%s score %d threshold %d label %s\n",
		verdict, d.Decision.Score, d.Decision.Threshold, d.Decision.Acknowledgement.State)
	for _, f := range d.Files {
		fmt.Fprintf(&b, "file %s: %s %s %s, %d read, %d unread\n",
			f.Path, f.Status, f.Format, f.Direction, f.Statements, f.Unread)
	}
	for _, f := range d.Findings {
		b.WriteString(f.line() + "\n")
	}
	for _, e := range d.Errors {
		fmt.Fprintf(&b, "error %s:%d: %s\n", e.Path, e.Line, e.Message)
	}
	_, err := io.WriteString(ts.Stdout(), b.String())
	ts.Check(err)
}

// line is a finding with its range in lines and columns and, behind the @, in
// bytes.
func (f finding) line() string {
	words := []string{f.Path, fmt.Sprintf("%d:%d-%d:%d @%d-%d", f.Start.Line, f.Start.Column,
		f.End.Line, f.End.Column, f.Start.Offset, f.End.Offset), f.Rule, strconv.Itoa(f.Score)}
	for _, part := range []string{f.Object.Kind, f.Object.Schema, f.Object.Name, f.Object.Column} {
		if part != "" {
			words = append(words, part)
		}
	}
	if f.Certainty != "certain" {
		words = append(words, f.Certainty)
	}
	for _, r := range f.Reach {
		words = append(words, "+"+r.Kind+":"+r.Name)
	}
	if f.Blocking {
		words = append(words, "BLOCKS")
	}
	if f.Suppressed != nil {
		words = append(words, "suppressed by "+f.Suppressed.By+": "+f.Suppressed.Reason)
	}
	return strings.Join(words, " ")
}

func fingerprints(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) > 0 {
		ts.Fatalf("usage: fingerprints")
	}
	d := read(ts, "stdout")
	for _, f := range d.Findings {
		_, err := fmt.Fprintln(ts.Stdout(), f.Fingerprint)
		ts.Check(err)
	}
}

// frameLine is the number and the bar that a frame's lines begin with, and the
// lines that a finding begins with.
var frameLine = regexp.MustCompile(`(?m)^(?: +[0-9]* \|.*|\S+:[0-9]+:[0-9]+  .*)\n`)

func frames(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) > 0 {
		ts.Fatalf("usage: frames")
	}
	_, err := io.WriteString(ts.Stdout(), strings.Join(frameLine.FindAllString(ts.ReadFile("stdout"), -1), ""))
	ts.Check(err)
}

func writeBytes(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: bytes FILE TEXT …")
	}
	var text strings.Builder
	for _, arg := range args[1:] {
		part, err := strconv.Unquote(`"` + strings.ReplaceAll(arg, `"`, `\"`) + `"`)
		ts.Check(err)
		text.WriteString(part)
	}
	name := ts.MkAbs(args[0])
	ts.Check(os.MkdirAll(filepath.Dir(name), 0o755))
	ts.Check(os.WriteFile(name, []byte(text.String()), 0o644))
}

func demo(ts *testscript.TestScript, _ bool, _ []string) {
	from := filepath.Join("..", "..", "testdata", "demo")
	ts.Check(os.CopyFS(ts.MkAbs(filepath.Join("testdata", "demo")), os.DirFS(from)))
}
