package dropgate_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// held are the blocks that no test of this folder executes or validates as a whole:
// by page, language and number among those of that language on the page. The value is
// the test or the script that does, or after a dash the reason why nothing can.
var held = map[string]string{
	"CONTRIBUTING.md sh 1":              ".ci/run",
	"README.md sh 1":                    ".ci/run",
	"docs/accuracy.md sh 1":             "- needs other projects' repositories, and an hour: the page is what came of it",
	"docs/architecture.md text 1":       "- a drawing; TestArrows holds the imports that it is of",
	"docs/backup-evidence.md sh 1":      "- needs a token, and a repository on GitHub, where it sets a status",
	"docs/backup-evidence.md sql 1":     "TestRestoreDrill",
	"docs/catalog.md sh 1":              "- needs another project's repository: the page is what came of it",
	"docs/command-line.md sh 1":         "TestBash",
	"docs/commit-hook.md yml 1":         ".ci/pre-commit-test",
	"docs/how-the-gate-works.md text 1": ".ci/with-github",
	"docs/other-ci.md sh 1":             "TestScript",
	"docs/other-ci.md sh 2":             "TestScript",
	"docs/other-ci.md sh 3":             "TestScript",
	"docs/other-ci.md yml 1":            "TestScript",
	"docs/other-ci.md yml 2":            "TestScript",
	"docs/releasing.md sh 1":            unreleased,
	"docs/releasing.md sh 2":            unreleased,
	"docs/releasing.md sh 3":            unreleased,
	"docs/reports.md groovy 1":          "TestArtifacts",
	"docs/reports.md sh 2":              "TestShell",
	"docs/reports.md yml 1":             "TestArtifacts",
	"docs/stats.md json 1":              "TestDocumentedFile",
	"docs/stats.md sql 1":               "TestCollect",
	"docs/try-it.md sh 1":               "- clones what this is",
}

const unreleased = "- needs a release, and there is none yet"

// quoted are the blocks of text that quote what is kept elsewhere: the file that has
// every line of them, or every sentence.
var quoted = map[string]string{
	"docs/backup-evidence.md text 1": "internal/report/testdata/proven.text.golden",
	"docs/command-line.md text 1":    "internal/cli/progress_test.go",
	"docs/other-ci.md text 1":        "cmd/dropgate/testdata/script/other-ci.txtar",
	"docs/stats.md text 1":           "analyzer/size_test.go",
	"docs/still-in-use.md text 1":    "cmd/dropgate/testdata/script/inuse.txtar",
}

// ran are the blocks that tests below and elsewhere execute one by one.
var ran = map[string]string{
	"docs/commit-hook.md text 1": "TestBlockedCommit",
	"docs/doctor.md text 1":      "TestDoctorPage",
	"docs/ignoring.md sql 1":     "TestIgnoreBlocks",
	"docs/ignoring.md sql 2":     "TestIgnoreBlocks",
}

// TestNoBlockEscapes holds that each block of a page is executed or validated, and if
// not by this test or TestConsole and TestYAML, then by what is listed above.
func TestNoBlockEscapes(t *testing.T) {
	names, used := testNames(t), map[string]bool{}
	fence := regexp.MustCompile("(?m)^[ \t>]*(```|~~~).*$")
	mark := "```"
	form := regexp.MustCompile("(?ms)^" + mark + "([a-z]*)\n(.*?)^" + mark + "$")
	for _, page := range pages(t) {
		text := readFile(t, page)
		if n := len(fence.FindAllString(form.ReplaceAllString(text, ""), -1)); n > 0 {
			t.Errorf("%s has %d fences that no test sees: begin them with three backquotes at the margin and a language", page, n)
		}
		count := map[string]int{}
		for _, found := range form.FindAllStringSubmatch(text, -1) {
			language := found[1]
			count[language]++
			key := fmt.Sprintf("%s %s %d", page, language, count[language])
			by := held[key] + ran[key]
			used[key] = true
			switch {
			case language == "console" || language == "yaml":
				delete(used, key)
			case quoted[key] != "":
				checkQuoted(t, key, found[2], quoted[key])
			case by != "":
				checkHeld(t, key, by, names)
			case language == "sh" && onlyDropgate(found[2]):
				delete(used, key)
			default:
				t.Errorf("%s: nothing executes or validates this block:\n%s", key, found[2])
			}
		}
	}
	for _, list := range []map[string]string{held, quoted, ran} {
		for key := range list {
			if !used[key] {
				t.Errorf("%s is listed, and there is no such block, or it needs no listing", key)
			}
		}
	}
}

// checkHeld holds that what is said to hold a block is there.
func checkHeld(t *testing.T, key, by string, names map[string]bool) {
	t.Helper()
	_, err := os.Stat(by)
	if !strings.HasPrefix(by, "- ") && !names[by] && err != nil {
		t.Errorf("%s is said to be held by %s, which is neither a test nor a script", key, by)
	}
}

// checkQuoted holds that a file has all that a block quotes of it.
func checkQuoted(t *testing.T, key, text, file string) {
	t.Helper()
	kept := strings.Join(strings.Fields(readFile(t, file)), " ")
	for _, line := range lines(text) {
		for sentence := range strings.SplitSeq(strings.Join(strings.Fields(line), " "), ". ") {
			if !strings.Contains(kept, sentence) {
				t.Errorf("%s quotes %q, which %s does not have", key, sentence, file)
			}
		}
	}
}

// calls are lines of a shell that TestCommandLines takes apart.
var calls = regexp.MustCompile(`^(?:[A-Z_]+=\S* |[A-Z_]+=\$\([^)]*\) |exec )?dropgate [a-z]`)

// onlyDropgate reports whether all lines call dropgate, and nothing else.
func onlyDropgate(text string) bool {
	for _, line := range lines(text) {
		if line != "#!/bin/sh" && !calls.MatchString(line) {
			return false
		}
	}
	return true
}

// TestShell holds that a shell can read every block for one, and that the packages of
// this repository which they name are there.
func TestShell(t *testing.T) {
	named := regexp.MustCompile(`go (?:run|install|build|test) (\./[a-z/]+)`)
	for _, b := range blocks(t, "sh") {
		shell := exec.CommandContext(t.Context(), "sh", "-n")
		shell.Stdin = strings.NewReader(b.text)
		if out, err := shell.CombinedOutput(); err != nil {
			t.Errorf("%s:%d: %v: %s", b.page, b.line, err, out)
		}
		for _, found := range named.FindAllStringSubmatch(b.text, -1) {
			if files, _ := filepath.Glob(found[1] + "/*.go"); len(files) == 0 && !strings.HasSuffix(found[1], "/") {
				t.Errorf("%s:%d: there is no package %s", b.page, b.line, found[1])
			}
		}
	}
}

// TestIgnoreBlocks holds that the comments that docs/ignoring.md shows lift what they
// name: nothing blocks, and no comment is wrong or has nothing to lift.
func TestIgnoreBlocks(t *testing.T) {
	const history = `CREATE TABLE sessions_old (id int);
CREATE TABLE orders (id int, day date, user_id int, note text, total numeric CONSTRAINT total_positive CHECK (total > 0));
CREATE INDEX orders_by_day ON orders (day); CREATE INDEX orders_by_user ON orders (user_id);
`
	for _, b := range blocks(t, "sql") {
		if b.page != "docs/ignoring.md" {
			continue
		}
		folder := t.TempDir()
		for name, text := range map[string]string{"1_init.sql": history, "2_change.sql": b.text} {
			if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if out, code := run(t, "dropgate check "+folder); code != 0 || strings.Contains(out, "-ignore") || strings.Contains(out, "\n  score ") {
			t.Errorf("%s:%d: exit code %d, want 0, every comment to lift something, and nothing left\n%s", b.page, b.line, code, out)
		}
	}
}

// TestBlockedCommit holds that docs/commit-hook.md shows the end of what a blocked
// commit is told.
func TestBlockedCommit(t *testing.T) {
	shown := codeBlock(t, readFile(t, "docs/commit-hook.md"), "text")
	t.Chdir(t.TempDir())
	t.Setenv("GIT_CONFIG_GLOBAL", os.DevNull)
	t.Setenv("GIT_CONFIG_NOSYSTEM", "1")
	git := func(args ...string) {
		t.Helper()
		command := exec.CommandContext(t.Context(), "git", append([]string{"-c", "user.name=alice", "-c", "user.email=alice@example.com"}, args...)...)
		var said bytes.Buffer
		command.Stdout, command.Stderr = &said, &said
		if err := command.Run(); err != nil {
			t.Fatalf("git %s: %v: %s", strings.Join(args, " "), err, &said)
		}
	}
	write := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		git("add", name)
	}
	git("init", "--quiet")
	write("1_users.sql", "CREATE TABLE users (id int);\n")
	git("commit", "--quiet", "-m", "users")
	write("2_drop.sql", "DROP TABLE users;\n")
	if out, code := run(t, "dropgate check --staged"); code != 1 || !strings.HasSuffix(out, "\n"+shown) {
		t.Errorf("exit code %d, and it prints\n%s\nand the page shows\n%s", code, out, shown)
	}
}
