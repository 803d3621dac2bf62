package git

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestTree(t *testing.T) {
	s := newSandbox(t)
	s.write("b/c.sql", "c")
	s.write("b.sql", "b")
	s.write("new\nline", "n")
	s.symlink("b.sql", "link")
	s.git("add", "-A")
	const lib = "0123456789012345678901234567890123456789"
	s.git("update-index", "--add", "--cacheinfo", Submodule+","+lib+",lib")
	s.git("commit", "-q", "-m", "one")
	s.write("untracked", "x")
	want := []TreeFile{
		{"b.sql", s.at("b")},
		{"b/c.sql", s.at("c")},
		{"lib", Entry{Submodule, lib}},
		{"link", Entry{Symlink, s.oid("b.sql")}},
		{"new\nline", s.at("n")},
	}
	got, err := s.open().Tree(t.Context(), "HEAD")
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
}

func TestTreeWithoutFiles(t *testing.T) {
	s := newSandbox(t)
	r := s.open()
	if got, err := r.Tree(t.Context(), ""); len(got) != 0 || err != nil {
		t.Errorf("no commit: got %v, %v", got, err)
	}
	s.commit("empty")
	if got, err := r.Tree(t.Context(), "HEAD"); len(got) != 0 || err != nil {
		t.Errorf("empty commit: got %v, %v", got, err)
	}
	_, err := r.Tree(t.Context(), "--name-only")
	wantError(t, err, `unknown revision "--name-only"`)
}

func TestBlobs(t *testing.T) {
	s := newSandbox(t)
	contents := []string{
		"", "a", "a\n", "\n", "\x00binary\xff", "missing\n",
		strings.Repeat("INSERT INTO t VALUES (1);\n", 1<<17), // 3 MB: more than any pipe holds
		"a",
	}
	var oids []string
	for i, content := range contents {
		s.write(string(rune('a'+i)), content)
		oids = append(oids, s.oid(content))
	}
	s.git("add", "-A")
	var gotIDs, got []string
	err := s.open().Blobs(t.Context(), oids, func(oid string, data []byte) error {
		gotIDs, got = append(gotIDs, oid), append(got, string(data))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(oids, gotIDs); diff != "" {
		t.Errorf("order (-want +got):\n%s", diff)
	}
	for i := range contents {
		if got[i] != contents[i] {
			t.Errorf("blob %d: got %d bytes %.20q, want %d bytes %.20q", i, len(got[i]), got[i], len(contents[i]), contents[i])
		}
	}
}

func TestBlobsErrors(t *testing.T) {
	s := newSandbox(t)
	s.write("a", "x")
	commit := s.commit("one")
	const none = "0123456789012345678901234567890123456789"
	tests := []struct {
		name string
		oids []string
		want string
	}{
		{"missing", []string{s.oid("x"), none}, "read blob " + none + ": the object is missing"},
		{"commit", []string{commit}, "it is a commit"},
		{"short", []string{commit[:7]}, "not a full object name"},
		{"two lines", []string{commit + "\n" + commit}, "not a full object name"},
		{"option", []string{"--all"}, "not a full object name"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			err := s.open().Blobs(t.Context(), test.oids, func(string, []byte) error { return nil })
			wantError(t, err, test.want)
		})
	}
}

// The callback may stop while git still has far more to say than a pipe holds.
func TestBlobsStop(t *testing.T) {
	s := newSandbox(t)
	content := strings.Repeat("x", 1<<22)
	s.write("a", content)
	s.git("add", "a")
	oids := []string{s.oid(content), s.oid(content), s.oid(content)}
	for _, want := range []error{errors.New("stop"), io.EOF, io.ErrUnexpectedEOF} {
		calls := 0
		err := s.open().Blobs(t.Context(), oids, func(string, []byte) error { calls++; return want })
		if !errors.Is(err, want) || calls != 1 {
			t.Errorf("got %v after %d calls, want %v after 1", err, calls, want)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	err := s.open().Blobs(ctx, oids, func(string, []byte) error { cancel(); return nil })
	if !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: got %v, want %v", err, context.Canceled)
	}
}

func TestBlobsDamaged(t *testing.T) {
	s := newSandbox(t)
	content := "CREATE TABLE t ();"
	s.write("a", content)
	s.git("add", "a")
	oid := s.oid(content)
	path := ".git/objects/" + oid[:2] + "/" + oid[2:]
	if err := os.Chmod(s.dir+"/"+path, 0o644); err != nil {
		t.Fatal(err)
	}
	s.write(path, string(bytes.Repeat([]byte("junk"), 10)))
	err := s.open().Blobs(t.Context(), []string{oid}, func(string, []byte) error { return nil })
	wantError(t, err, oid, "missing", "damaged")
}

func TestBlobsOfNothing(t *testing.T) {
	err := newSandbox(t).open().Blobs(t.Context(), nil, func(string, []byte) error { return errors.New("called") })
	if err != nil {
		t.Errorf("got %v, want nothing to happen", err)
	}
}
