package git

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const (
	someLines   = "CREATE TABLE a (id int);\nCREATE TABLE b (id int);\nCREATE TABLE c (id int);\n"
	editedLines = "CREATE TABLE a (id int);\nCREATE TABLE b (id int);\nDROP TABLE c;\n"
)

// at returns the entry of a regular file with the content.
func (s *sandbox) at(content string) Entry { return Entry{Regular, s.oid(content)} }

func TestChanges(t *testing.T) {
	tests := []struct {
		name   string
		before func(s *sandbox)
		after  func(s *sandbox)
		want   func(s *sandbox) []Change
	}{
		{
			"added, modified, removed",
			func(s *sandbox) { s.write("b", "old"); s.write("c", "gone") },
			func(s *sandbox) { s.write("a/x", "new"); s.write("b", "edited"); s.remove("c") },
			func(s *sandbox) []Change {
				return []Change{
					{Path: "a/x", Status: Added, New: s.at("new")},
					{Path: "b", Status: Modified, Old: s.at("old"), New: s.at("edited")},
					{Path: "c", Status: Removed, Old: s.at("gone")},
				}
			},
		},
		{
			"renamed and edited",
			func(s *sandbox) { s.write("old.sql", someLines) },
			func(s *sandbox) { s.remove("old.sql"); s.write("new/name.sql", editedLines) },
			func(s *sandbox) []Change {
				return []Change{{
					Path: "new/name.sql", OldPath: "old.sql", Status: Renamed,
					Old: s.at(someLines), New: s.at(editedLines),
				}}
			},
		},
		{
			"a copy is an added file",
			func(s *sandbox) { s.write("a.sql", someLines) },
			func(s *sandbox) { s.write("b.sql", someLines) },
			func(s *sandbox) []Change { return []Change{{Path: "b.sql", Status: Added, New: s.at(someLines)}} },
		},
		{
			"mode",
			func(s *sandbox) { s.write("a.sql", someLines) },
			func(s *sandbox) { s.git("update-index", "--chmod=+x", "a.sql"); s.chmod("a.sql") },
			func(s *sandbox) []Change {
				return []Change{{
					Path: "a.sql", Status: Modified,
					Old: s.at(someLines), New: Entry{Executable, s.oid(someLines)},
				}}
			},
		},
		{
			"symlink, and a file that becomes one",
			func(s *sandbox) { s.write("file", someLines) },
			func(s *sandbox) { s.remove("file"); s.symlink("target", "file"); s.symlink("elsewhere", "link") },
			func(s *sandbox) []Change {
				return []Change{
					{Path: "file", Status: TypeChanged, Old: s.at(someLines), New: Entry{Symlink, s.oid("target")}},
					{Path: "link", Status: Added, New: Entry{Symlink, s.oid("elsewhere")}},
				}
			},
		},
		{
			"a file becomes a folder",
			func(s *sandbox) { s.write("x", someLines) },
			func(s *sandbox) { s.remove("x"); s.write("x/y", "other") },
			func(s *sandbox) []Change {
				return []Change{
					{Path: "x", Status: Removed, Old: s.at(someLines)},
					{Path: "x/y", Status: Added, New: s.at("other")},
				}
			},
		},
		{
			"odd names",
			func(_ *sandbox) {},
			func(s *sandbox) {
				for _, name := range oddNames {
					s.write(name, "x")
				}
			},
			func(s *sandbox) []Change {
				var want []Change
				for _, name := range oddNames {
					want = append(want, Change{Path: name, Status: Added, New: s.at("x")})
				}
				return want
			},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := newSandbox(t)
			test.before(s)
			from := s.commit("before")
			test.after(s)
			s.git("add", "-A")
			r := s.open()
			staged, err := r.StagedChanges(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			to := s.commit("after")
			changes, err := r.Changes(t.Context(), from, to)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want(s), changes); diff != "" {
				t.Errorf("Changes (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(test.want(s), staged); diff != "" {
				t.Errorf("StagedChanges (-want +got):\n%s", diff)
			}
		})
	}
}

// oddNames are in the order of their bytes.
var oddNames = []string{
	" space ", "\"quoted\"", "'", "-dash", ":(glob)*.sql", "\\back", "new\nline", "tab\t", "é", "\xff\xfe not UTF-8",
}

func (s *sandbox) chmod(path string) {
	s.t.Helper()
	if err := os.Chmod(filepath.Join(s.dir, path), 0o755); err != nil {
		s.t.Fatal(err)
	}
}

func (s *sandbox) symlink(target, path string) {
	s.t.Helper()
	if err := os.Symlink(target, filepath.Join(s.dir, path)); err != nil {
		s.t.Fatal(err)
	}
}

// A submodule is listed whatever the repository says about ignoring it.
func TestChangesListSubmodules(t *testing.T) {
	s := newSandbox(t)
	s.write(".gitmodules", "[submodule \"lib\"]\n\tpath = lib\n\turl = ./lib\n\tignore = all\n")
	from := s.commit("one")
	const commit = "0123456789012345678901234567890123456789"
	s.git("update-index", "--add", "--cacheinfo", Submodule+","+commit+",lib")
	s.git("config", "diff.ignoreSubmodules", "all")
	s.git("config", "submodule.lib.ignore", "all")
	want := []Change{{Path: "lib", Status: Added, New: Entry{Submodule, commit}}}
	r := s.open()
	staged, err := r.StagedChanges(t.Context())
	if diff := cmp.Diff(want, staged); err != nil || diff != "" {
		t.Errorf("StagedChanges: %v (-want +got):\n%s", err, diff)
	}
	s.git("commit", "-q", "--allow-empty", "-m", "two") // git itself ignores it
	changes, err := r.Changes(t.Context(), from, "HEAD")
	if diff := cmp.Diff(want, changes); err != nil || diff != "" {
		t.Errorf("Changes: %v (-want +got):\n%s", err, diff)
	}
}

func TestChangesIgnoreConfigAndFolder(t *testing.T) {
	s := newSandbox(t)
	s.write("top.sql", someLines)
	s.write("dir/é.sql", someLines+"-- é\n")
	from := s.commit("one")
	s.git("mv", "top.sql", "moved.sql")
	s.git("mv", "dir/é.sql", "dir/ü.sql")
	to := s.commit("two")
	for key, value := range map[string]string{
		"diff.renames": "false", "diff.renameLimit": "1", "diff.noprefix": "true", "diff.mnemonicPrefix": "true",
		"core.quotePath": "true", "diff.relative": "true", "diff.orderFile": "gone", "core.abbrev": "7",
		"diff.external": "false", "color.ui": "always", "diff.wsErrorHighlight": "all", "diff.algorithm": "histogram",
	} {
		s.git("config", key, value)
	}
	want := []Change{
		{Path: "dir/ü.sql", OldPath: "dir/é.sql", Status: Renamed, Old: s.at(someLines + "-- é\n"), New: s.at(someLines + "-- é\n")},
		{Path: "moved.sql", OldPath: "top.sql", Status: Renamed, Old: s.at(someLines), New: s.at(someLines)},
	}
	r, err := Open(t.Context(), filepath.Join(s.dir, "dir"))
	if err != nil {
		t.Fatal(err)
	}
	got, err := r.Changes(t.Context(), from, to)
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("Changes: %v (-want +got):\n%s", err, diff)
	}
	files, err := r.Tree(t.Context(), to)
	if err != nil || len(files) != 2 {
		t.Errorf("Tree from a subfolder: got %v, %v, want all files", files, err)
	}
}

func TestChangesFromEmptyTree(t *testing.T) {
	s := newSandbox(t, "--object-format=sha256")
	s.write("a", "x")
	head := s.commit("one")
	got, err := s.open().Changes(t.Context(), "", head)
	want := []Change{{Path: "a", Status: Added, New: s.at("x")}}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
	_, err = s.open().Changes(t.Context(), "gone", head)
	wantError(t, err, `unknown revision "gone"`)
}

func TestStagedBeforeFirstCommit(t *testing.T) {
	s := newSandbox(t)
	r := s.open()
	if got, err := r.StagedChanges(t.Context()); len(got) != 0 || err != nil {
		t.Errorf("nothing staged: got %v, %v", got, err)
	}
	s.write("a", "x")
	s.git("add", "a")
	got, err := r.StagedChanges(t.Context())
	want := []Change{{Path: "a", Status: Added, New: s.at("x")}}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
}

func TestStagedIsTheIndexNotTheWorkingTree(t *testing.T) {
	s := newSandbox(t)
	s.write("a", "committed")
	s.write("b", "committed too")
	s.commit("one")
	s.write("a", "staged")
	s.git("add", "a")
	s.write("a", "in the working tree")
	s.remove("b")
	s.write("untracked", "x")
	s.write("announced", "x")
	s.git("add", "--intent-to-add", "announced")
	got, err := s.open().StagedChanges(t.Context())
	want := []Change{{Path: "a", Status: Modified, Old: s.at("committed"), New: s.at("staged")}}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
}

func TestStagedConflict(t *testing.T) {
	s := newSandbox(t)
	s.write("same.sql", "base\n")
	s.commit("base")
	s.git("checkout", "-q", "-b", "topic")
	s.write("same.sql", "topic\n")
	s.commit("topic")
	s.git("checkout", "-q", "main")
	s.write("same.sql", "main\n")
	s.commit("main")
	if out, err := exec.Command("git", "-C", s.dir, "merge", "topic").CombinedOutput(); err == nil {
		t.Fatalf("the merge has no conflict: %s", out)
	}
	_, err := s.open().StagedChanges(t.Context())
	wantError(t, err, "unresolved conflicts", `"same.sql"`, "git add")
	s.write("same.sql", "resolved\n")
	s.git("add", "same.sql")
	if got, err := s.open().StagedChanges(t.Context()); err != nil || len(got) != 1 {
		t.Errorf("after git add: got %v, %v, want one change", got, err)
	}
}

func TestConflictErrorIsShort(t *testing.T) {
	_, err := parseChanges(strings.Join([]string{
		conflictLine("g"), conflictLine("a"), conflictLine("b"), conflictLine("c"),
		conflictLine("d"), conflictLine("e"), conflictLine("f"), conflictLine("a"),
	}, ""))
	wantError(t, err, `"a", "b", "c", "d", "e" and 2 more`)
}

func conflictLine(path string) string {
	zero := strings.Repeat("0", 40)
	return ":000000 000000 " + zero + " " + zero + " U\x00" + path + "\x00"
}

func TestParseChangesRefusesWhatItDoesNotKnow(t *testing.T) {
	ids := strings.Repeat("1", 40) + " " + strings.Repeat("2", 40)
	for _, raw := range []string{
		"x", ":100644 100644 " + ids + " M", ":100644 100644 " + ids + " M\x00path",
		":100644 100644 " + ids + " R90\x00old\x00", ":100644 100644 " + ids + " Z\x00path\x00",
		":100644 100644 " + ids + " \x00path\x00", ":100644 " + ids + " M\x00path\x00",
	} {
		if got, err := parseChanges(raw); err == nil {
			t.Errorf("parseChanges(%q): got %v, want an error", raw, got)
		}
	}
}

// TestStagedInsideHook lets a real commit run this test's own binary as its
// pre-commit hook: `git commit -a` and `git commit PATH` show the hook another
// index than the repository's.
func TestStagedInsideHook(t *testing.T) {
	binary, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name string
		args []string
		want string
	}{
		{"index", nil, "a"},
		{"all", []string{"-a"}, "a b"},
		{"path", []string{"b"}, "b"},
	}
	for _, layout := range []string{"repository", "worktree"} {
		for _, test := range tests {
			t.Run(layout+" "+test.name, func(t *testing.T) {
				s := newSandbox(t)
				s.write("a", "1")
				s.write("b", "1")
				s.commit("one")
				s.write(".git/hooks/pre-commit", "#!/bin/sh\nexec '"+binary+"'\n")
				s.chmod(".git/hooks/pre-commit")
				if layout == "worktree" {
					other := t.TempDir()
					s.git("worktree", "add", "-q", "-b", "other", other)
					s.dir = other
				}
				s.write("a", "2")
				s.write("b", "2")
				s.git("add", "a")
				seen := filepath.Join(t.TempDir(), "seen")
				t.Setenv(hookOutput, seen)
				s.git(append([]string{"commit", "-q", "-m", "two"}, test.args...)...)
				got, err := os.ReadFile(seen)
				if string(got) != test.want || err != nil {
					t.Errorf("got %q, %v, want %q", got, err, test.want)
				}
			})
		}
	}
}

// hookOutput names the file that this binary, run as a hook, writes to.
const hookOutput = "DROPGATE_TEST_HOOK_OUTPUT"

// reportStaged writes the staged paths to a file.
func reportStaged(to string) error {
	r, err := Open(context.Background(), ".")
	if err != nil {
		return err
	}
	changes, err := r.StagedChanges(context.Background())
	if err != nil {
		return err
	}
	var paths []string
	for _, c := range changes {
		paths = append(paths, c.Path)
	}
	return os.WriteFile(to, []byte(strings.Join(paths, " ")), 0o644)
}
