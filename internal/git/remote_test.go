package git

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func openSandbox(t *testing.T, s *sandbox) *Repository {
	t.Helper()
	r, err := Open(context.Background(), s.dir)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestOrigin(t *testing.T) {
	s := newSandbox(t)
	r := openSandbox(t, s)
	for _, want := range []string{"", "https://github.com/octo/shop.git"} {
		if want != "" {
			s.git("remote", "add", "origin", "gh:octo/shop.git")
			s.git("config", "url.https://github.com/.insteadOf", "gh:")
		}
		if got, err := r.Origin(context.Background()); got != want || err != nil {
			t.Errorf("origin is %q (%v), want %q", got, err, want)
		}
	}
}

func TestDefaultBranch(t *testing.T) {
	s := newSandbox(t)
	r := openSandbox(t, s)
	check := func(want string) {
		t.Helper()
		if got, err := r.DefaultBranch(context.Background()); got != want || err != nil {
			t.Errorf("the default branch is %q (%v), want %q", got, err, want)
		}
	}
	check("main") // without a commit
	s.git("symbolic-ref", "HEAD", "refs/heads/trunk")
	check("trunk")
	s.git("commit", "-q", "--allow-empty", "-m", "first")
	check("trunk")
	s.git("branch", "master")
	check("master") // likelier than the current one
	s.git("checkout", "-q", "--detach")
	check("master")
	s.git("update-ref", "refs/remotes/origin/release/1", "HEAD")
	s.git("symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/release/1")
	check("release/1")
	s.git("commit", "-q", "--allow-empty", "-m", "second")
	for branch, ok := range map[string]bool{"release/1": true, "trunk": true, "nope": false, "": false, "-x": false} {
		if id, err := r.BranchCommit(context.Background(), branch); (err == nil) != ok || ok == (id == "") {
			t.Errorf("branch %q is at %q (%v)", branch, id, err)
		}
	}
}

func TestPresent(t *testing.T) {
	s := newSandbox(t)
	for name, text := range map[string]string{"a b.sql": "1", "sub/new.sql": "2", "out.sql": "3", ".gitignore": "out.sql\n"} {
		full := filepath.Join(s.dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(full), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(full, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	s.git("add", "a b.sql")
	r, err := Open(context.Background(), filepath.Join(s.dir, "sub"))
	if err != nil {
		t.Fatal(err)
	}
	got, err := r.Present(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{".gitignore", "a b.sql", "sub/new.sql"}, got); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
}
