package git

import (
	"testing"
)

func TestHead(t *testing.T) {
	for _, format := range []string{"sha1", "sha256"} {
		t.Run(format, func(t *testing.T) {
			s := newSandbox(t, "--object-format="+format)
			r := s.open()
			if commit, ok, err := r.Head(t.Context()); commit != "" || ok || err != nil {
				t.Errorf("unborn: got %q, %v, %v, want none", commit, ok, err)
			}
			want := s.commit("one")
			if commit, ok, err := r.Head(t.Context()); commit != want || !ok || err != nil {
				t.Errorf("born: got %q, %v, %v, want %q", commit, ok, err, want)
			}
			s.git("checkout", "-q", "--detach")
			if commit, ok, err := r.Head(t.Context()); commit != want || !ok || err != nil {
				t.Errorf("detached: got %q, %v, %v, want %q", commit, ok, err, want)
			}
		})
	}
}

func TestMergeBaseOfDivergedBranches(t *testing.T) {
	s := newSandbox(t)
	want := s.commit("fork")
	s.git("tag", "-a", "v1", "-m", "annotated")
	s.git("checkout", "-q", "-b", "topic")
	topic := s.commit("topic")
	s.git("checkout", "-q", "main")
	s.commit("main")
	r := s.open()
	for _, pair := range [][2]string{{"main", "topic"}, {"topic", "main"}, {"main", topic}, {"v1", "topic"}, {"main~1", "topic"}} {
		got, err := r.MergeBase(t.Context(), pair[0], pair[1])
		if got != want || err != nil {
			t.Errorf("MergeBase(%q): got %q, %v, want %q", pair, got, err, want)
		}
	}
}

func TestMergeBaseOfCrissCross(t *testing.T) {
	s := newSandbox(t)
	s.commit("root")
	s.git("checkout", "-q", "-b", "topic")
	s.write("topic", "")
	topic := s.commit("topic")
	s.git("checkout", "-q", "main")
	s.write("main", "")
	main := s.commit("main")
	s.git("merge", "-q", "--no-edit", topic)
	s.git("checkout", "-q", "topic")
	s.git("merge", "-q", "--no-edit", main)
	if all := s.git("merge-base", "--all", "main", "topic"); len(all) != len(main)+1+len(topic) {
		t.Fatalf("not criss-cross: merge bases %q", all)
	}
	got, err := s.open().MergeBase(t.Context(), "main", "topic")
	if want := s.git("merge-base", "main", "topic"); got != want || err != nil {
		t.Errorf("got %q, %v, want git's own choice %q", got, err, want)
	}
}

func TestMergeBaseErrors(t *testing.T) {
	s := newSandbox(t)
	s.commit("one")
	s.write("f", "blob")
	s.commit("two")
	s.git("checkout", "-q", "--orphan", "island")
	s.commit("island")
	s.git("checkout", "-q", "main")
	tests := []struct {
		base, head string
		want       []string
	}{
		{"nope", "main", []string{`unknown revision "nope"`, "spelling", "git fetch"}},
		{"main", "nope", []string{`unknown revision "nope"`}},
		{"origin/gone/1", "main", []string{"git fetch origin +refs/heads/gone/1:refs/remotes/origin/gone/1"}},
		{"origin/$(id)", "main", []string{"spelling"}},
		{"", "main", []string{"empty"}},
		{"--all", "main", []string{`unknown revision "--all"`, "dash"}},
		{"-x", "main", []string{`unknown revision "-x"`}},
		{"^main", "main", []string{`unknown revision "^main"`}},
		{"main~1..main", "main", []string{`unknown revision "main~1..main"`}},
		{"main:f", "main", []string{`unknown revision "main:f"`}},
		{"main", "island", []string{`"main" and "island" have no commit in common`}},
		{"main\nmain", "main", []string{`unknown revision "main\nmain"`}},
		{"a\x00b", "main", []string{`revision "a\x00b"`}},
	}
	r := s.open()
	_, err := r.MergeBase(t.Context(), "origin/main", "main")
	wantError(t, err, `unknown revision "origin/main": there is no remote origin: if the branch is here, name main itself`)
	s.git("remote", "add", "origin", "../elsewhere")
	for _, test := range tests {
		_, err := r.MergeBase(t.Context(), test.base, test.head)
		wantError(t, err, test.want...)
	}
}

func TestMergeBaseInShallowClone(t *testing.T) {
	s := newSandbox(t)
	s.commit("fork")
	s.git("checkout", "-q", "-b", "topic")
	s.commit("topic")
	s.git("checkout", "-q", "main")
	s.commit("main")
	clone := &sandbox{t, t.TempDir()}
	clone.git("clone", "-q", "--depth=1", "--no-single-branch", "file://"+s.dir, ".")
	r := clone.open()
	_, err := r.MergeBase(t.Context(), "origin/main", "origin/topic")
	wantError(t, err, "no merge base", "shallow", "fetch-depth: 0")
	_, err = r.MergeBase(t.Context(), "origin/main", "HEAD~1")
	wantError(t, err, `unknown revision "HEAD~1"`, "shallow", "fetch-depth: 0")
}

func TestReplacedObjectsAreNotFollowed(t *testing.T) {
	s := newSandbox(t)
	s.write("a.sql", "DROP TABLE t")
	s.commit("one")
	evil := s.oid("DROP TABLE t")
	s.write("harmless", "SELECT 1")
	s.commit("two")
	s.git("replace", evil, s.oid("SELECT 1"))
	err := s.open().Blobs(t.Context(), []string{evil}, func(_ string, data []byte) error {
		if string(data) != "DROP TABLE t" {
			t.Errorf("got %q, want the object's own content", data)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}
