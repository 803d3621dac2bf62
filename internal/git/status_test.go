package git

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestLook holds that each kind of difference is seen, before the first commit too.
func TestLook(t *testing.T) {
	s := newSandbox(t)
	look := func() Status {
		t.Helper()
		status, err := Look(t.Context(), s.dir)
		if err != nil {
			t.Fatal(err)
		}
		return status
	}
	s.write("a b.txt", "1")
	s.write("moved", "a file that is long enough for git to see that it was moved\n")
	s.write("edited", "1")
	s.git("add", ".")
	if diff := cmp.Diff(Status{Staged: []string{"a b.txt", "edited", "moved"}}, look()); diff != "" {
		t.Errorf("before the first commit (-want +got):\n%s", diff)
	}
	s.commit("1")
	s.git("mv", "moved", "new")
	s.write("a b.txt", "2")
	s.git("add", "a b.txt")
	s.write("a b.txt", "1") // HEAD's, and not the index's
	s.write("edited", "2")
	s.write("untracked", "1")
	s.write("announced", "1")
	s.git("add", "--intent-to-add", "announced")
	s.git("config", "status.showUntrackedFiles", "all")
	s.git("config", "status.branch", "true")
	s.git("config", "status.showStash", "true")
	s.git("config", "status.relativePaths", "true")
	want := Status{
		Staged:   []string{"a b.txt", "moved", "new"},
		Unstaged: []string{"a b.txt", "announced", "edited"},
	}
	if diff := cmp.Diff(want, look()); diff != "" {
		t.Errorf("status (-want +got):\n%s", diff)
	}
}

func TestLookConflict(t *testing.T) {
	s := newSandbox(t)
	s.write("a", "1")
	s.commit("1")
	s.git("switch", "-qc", "other")
	s.write("a", "2")
	s.commit("2")
	s.git("switch", "-q", "main")
	s.write("a", "3")
	s.commit("3")
	s.git("config", "merge.conflictStyle", "merge")
	t.Setenv("GIT_MERGE_AUTOEDIT", "no")
	_, _ = s.open().run(t.Context(), "merge", "-q", "other") // ends in a conflict
	status, err := Look(t.Context(), s.dir)
	if err != nil || !status.Conflict || len(status.Staged)+len(status.Unstaged) > 0 {
		t.Errorf("got %+v, %v, want a conflict only", status, err)
	}
}

// TestLookRefuses holds that it does not guess.
func TestLookRefuses(t *testing.T) {
	if _, err := Look(t.Context(), t.TempDir()); err == nil {
		t.Error("a folder that is no repository has a status")
	}
	bare := newSandbox(t, "--bare")
	if _, err := Look(t.Context(), bare.dir); err == nil {
		t.Error("a bare repository has a status")
	}
	for _, text := range []string{
		"2 R. N... 1 1 1 1 1 R100 new\x00old\x00", "1 M. N... 1 1 1 1 1\x00", "? untracked\x00", "1 M N... 1 1 1 1 1 a\x00",
	} {
		if s, err := parseStatus(text); err == nil {
			t.Errorf("%q is %+v, want an error", text, s)
		}
	}
}

// TestIndexElsewhere holds that an index which is not there is never taken for an
// empty one.
func TestIndexElsewhere(t *testing.T) {
	s := newSandbox(t)
	s.write("a", "1")
	s.commit("1")
	t.Setenv(indexVariable, filepath.Join(t.TempDir(), "next-index-1.lock"))
	_, err := Open(t.Context(), s.dir)
	wantError(t, err, indexVariable, "is not there")
	_, err = Look(t.Context(), s.dir)
	wantError(t, err, indexVariable, "is not there")

	s.write("b", "1")
	index, err := os.ReadFile(filepath.Join(s.dir, ".git", "index"))
	if err != nil {
		t.Fatal(err)
	}
	s.write(".git/next-index-1.lock", string(index))
	status, err := Look(t.Context(), s.dir)
	if diff := cmp.Diff(Status{}, status); err != nil || diff != "" {
		t.Errorf("an index of the same name in the repository (-want +got):\n%s%v", diff, err)
	}
	changes, err := s.open().StagedChanges(t.Context())
	if err != nil || len(changes) > 0 {
		t.Errorf("got %v, %v, want no changes", changes, err)
	}
}
