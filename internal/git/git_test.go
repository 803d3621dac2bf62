package git

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestMain keeps the developer's own git configuration, and the variables of a
// hook that runs the tests, out of them.
func TestMain(m *testing.M) {
	if output := os.Getenv(hookOutput); output != "" {
		// This process is the hook of a commit that a test makes.
		if err := reportStaged(output); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	for _, name := range os.Environ() {
		if name, _, _ = strings.Cut(name, "="); strings.HasPrefix(name, "GIT_") {
			os.Unsetenv(name)
		}
	}
	for name, value := range map[string]string{
		"GIT_CONFIG_GLOBAL": os.DevNull, "GIT_CONFIG_NOSYSTEM": "1",
		"GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@example.com", "GIT_AUTHOR_DATE": "2020-01-01T00:00:00Z",
		"GIT_COMMITTER_NAME": "c", "GIT_COMMITTER_EMAIL": "c@example.com", "GIT_COMMITTER_DATE": "2020-01-01T00:00:00Z",
	} {
		os.Setenv(name, value)
	}
	os.Exit(m.Run())
}

// A sandbox is a repository that a test writes with the real git.
type sandbox struct {
	t   *testing.T
	dir string
}

func newSandbox(t *testing.T, initArgs ...string) *sandbox {
	t.Helper()
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	s := &sandbox{t, dir}
	s.git(append([]string{"init", "-q", "-b", "main"}, initArgs...)...)
	return s
}

// git runs a git command and returns what it prints.
func (s *sandbox) git(args ...string) string {
	s.t.Helper()
	cmd := exec.Command("git", args...)
	cmd.Dir = s.dir
	out, err := cmd.CombinedOutput()
	if err != nil {
		s.t.Fatalf("git %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return strings.TrimSpace(string(out))
}

func (s *sandbox) write(path, content string) {
	s.t.Helper()
	full := filepath.Join(s.dir, path)
	if err := os.MkdirAll(filepath.Dir(full), 0o755); err != nil {
		s.t.Fatal(err)
	}
	if err := os.WriteFile(full, []byte(content), 0o644); err != nil {
		s.t.Fatal(err)
	}
}

func (s *sandbox) remove(path string) {
	s.t.Helper()
	if err := os.Remove(filepath.Join(s.dir, path)); err != nil {
		s.t.Fatal(err)
	}
}

// commit commits everything in the working tree and returns the commit.
func (s *sandbox) commit(message string) string {
	s.t.Helper()
	s.git("add", "-A")
	s.git("commit", "-q", "--allow-empty", "-m", message)
	return s.git("rev-parse", "HEAD")
}

// oid returns the name of the blob with the content.
func (s *sandbox) oid(content string) string {
	s.t.Helper()
	cmd := exec.Command("git", "hash-object", "--stdin")
	cmd.Dir, cmd.Stdin = s.dir, strings.NewReader(content)
	out, err := cmd.Output()
	if err != nil {
		s.t.Fatal(err)
	}
	return string(bytes.TrimSpace(out))
}

func (s *sandbox) open() *Repository {
	s.t.Helper()
	r, err := Open(s.t.Context(), s.dir)
	if err != nil {
		s.t.Fatalf("Open(%s): %v", s.dir, err)
	}
	return r
}

// wantError fails unless err holds every one of the words.
func wantError(t *testing.T, err error, words ...string) {
	t.Helper()
	if err == nil {
		t.Fatalf("got no error, want one with %q", words)
	}
	for _, word := range words {
		if !strings.Contains(err.Error(), word) {
			t.Errorf("got error %q, want one with %q", err, word)
		}
	}
}

func TestOpenFindsTheTop(t *testing.T) {
	s := newSandbox(t)
	s.write("a/b/c.sql", "")
	for _, dir := range []string{"", "a", "a/b"} {
		r, err := Open(t.Context(), filepath.Join(s.dir, dir))
		if err != nil {
			t.Fatalf("Open(%q): %v", dir, err)
		}
		if r.Root() != s.dir {
			t.Errorf("Open(%q): got root %q, want %q", dir, r.Root(), s.dir)
		}
	}
}

func TestOpenBare(t *testing.T) {
	s := newSandbox(t, "--bare")
	r := s.open()
	if r.Root() != s.dir {
		t.Errorf("got root %q, want %q", r.Root(), s.dir)
	}
	_, err := r.StagedChanges(t.Context())
	wantError(t, err, "bare repository")
}

func TestOpenOddFolder(t *testing.T) {
	dir := t.TempDir() + "/new\nline 'and\" space\n"
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	s := &sandbox{t, dir}
	s.git("init", "-q")
	if got := filepath.Base(s.open().Root()); got != filepath.Base(dir) {
		t.Errorf("got root %q, want %q", got, filepath.Base(dir))
	}
}

func TestOpenErrors(t *testing.T) {
	t.Run("not a repository", func(t *testing.T) {
		t.Setenv("GIT_CEILING_DIRECTORIES", filepath.Dir(t.TempDir()))
		_, err := Open(t.Context(), t.TempDir())
		wantError(t, err, "is not in a git repository: run in a clone", "actions/checkout")
		if !errors.Is(err, ErrNoRepository) || strings.Contains(err.Error(), "fatal") {
			t.Errorf("%v: want ErrNoRepository, and git's own words only where they say more", err)
		}
	})
	t.Run("a repository that is gone", func(t *testing.T) {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, ".git"), []byte("gitdir: gone/worktrees/x\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := Open(t.Context(), dir)
		wantError(t, err, "is not in a git repository (", "gone/worktrees/x", "run in a clone")
	})
	t.Run("no such folder", func(t *testing.T) {
		_, err := Open(t.Context(), filepath.Join(t.TempDir(), "gone"))
		wantError(t, err, "gone", "no such file")
	})
	t.Run("inside .git", func(t *testing.T) {
		s := newSandbox(t)
		_, err := Open(t.Context(), filepath.Join(s.dir, ".git"))
		wantError(t, err, "inside a .git folder", "working tree")
	})
	t.Run("git not installed", func(t *testing.T) {
		t.Setenv("PATH", t.TempDir())
		_, err := Open(t.Context(), t.TempDir())
		wantError(t, err, "not installed")
	})
	t.Run("cancelled", func(t *testing.T) {
		s := newSandbox(t)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, err := Open(ctx, s.dir)
		wantError(t, err, context.Canceled.Error())
	})
}

// Git's own test switch stands in for a second user.
func TestOpenOthersRepository(t *testing.T) {
	s := newSandbox(t)
	s.write("a.sql", "1")
	want := s.commit("one")
	s.write("dir/b.sql", "2")
	t.Setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
	if out, err := exec.Command("git", "-C", s.dir, "status").CombinedOutput(); err == nil {
		t.Fatalf("git trusts the repository, so this tests nothing: %s", out)
	}

	r := s.open()
	got, ok, err := r.Head(t.Context())
	if got != want || !ok || err != nil {
		t.Errorf("Head: got %q, %v, %v, want %q", got, ok, err, want)
	}
	env := strings.Join(r.command(t.Context(), "version").Env, "\n")
	if !strings.Contains(env, "GIT_ALLOW_PROTOCOL=none") {
		t.Errorf("a repository of somebody else may fetch: its environment is %q", env)
	}

	_, err = Open(t.Context(), filepath.Join(s.dir, "dir"))
	wantError(t, err, "another user owns it", "safe.directory", "top folder")
}

// A repository that names programs must not get to run them.
func TestNoProgramsFromConfig(t *testing.T) {
	s := newSandbox(t)
	s.write(".gitattributes", "*.sql diff=evil filter=evil\n")
	s.write("a.sql", "one\ntwo\nthree\n")
	from := s.commit("one")
	s.write("a.sql", "one\ntwo\nfour\n")
	to := s.commit("two")
	s.write("a.sql", "one\ntwo\nfive\n")
	s.git("add", "a.sql")
	mark := filepath.Join(s.dir, "mark")
	program := "touch '" + mark + "'; cat; #"
	for _, key := range []string{
		"core.fsmonitor", "diff.external", "diff.evil.command", "diff.evil.textconv",
		"filter.evil.clean", "filter.evil.smudge", "core.pager", "pager.diff-tree",
	} {
		s.git("config", key, program)
	}
	r := s.open()
	changes, err := r.Changes(t.Context(), from, to)
	if err != nil || len(changes) != 1 {
		t.Errorf("Changes: got %v, %v", changes, err)
	}
	if _, err := r.StagedChanges(t.Context()); err != nil {
		t.Error(err)
	}
	err = r.Blobs(t.Context(), []string{changes[0].New.OID}, func(_ string, data []byte) error {
		if string(data) != "one\ntwo\nfour\n" {
			t.Errorf("got %q", data)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(mark); err == nil {
		t.Error("a program from the repository's configuration ran")
	}
}
