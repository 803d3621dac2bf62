package git

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestTracked(t *testing.T) {
	s := newSandbox(t)
	if got, err := s.open().Tracked(t.Context()); len(got) != 0 || err != nil {
		t.Errorf("nothing is tracked: got %v, %v", got, err)
	}
	s.write("b/c.go", "c")
	s.write("a\nline.go", "a")
	s.symlink("b/c.go", "link")
	s.git("add", "-A")
	s.write("untracked.go", "x")
	want := []TreeFile{{"a\nline.go", s.at("a")}, {"b/c.go", s.at("c")}, {"link", Entry{Symlink, s.oid("b/c.go")}}}
	got, err := s.open().Tracked(t.Context())
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
	below, err := Open(t.Context(), filepath.Join(s.open().Root(), "b"))
	if err != nil {
		t.Fatal(err)
	}
	if got, err = below.Tracked(t.Context()); err != nil || !cmp.Equal(want, got) {
		t.Errorf("from a folder below: %v (-want +got):\n%s", err, cmp.Diff(want, got))
	}
}

func TestContents(t *testing.T) {
	s := newSandbox(t)
	const missing = "0123456789012345678901234567890123456789"
	var oids []string
	for _, text := range []string{"", "a\n", "\x00b", strings.Repeat("large\n", 1<<18), "c"} {
		s.write("f", text)
		s.git("add", "f")
		oids = append(oids, s.oid(text))
	}
	oids = append(oids[:2:2], append([]string{missing}, oids[2:]...)...)
	read := func(enough int) map[int]string {
		got := map[int]string{}
		err := s.open().Contents(t.Context(), oids, 1000, func(i int, data []byte) bool {
			got[i] = string(data)
			return len(got) < enough
		})
		if err != nil {
			t.Error(err)
		}
		return got
	}
	want := map[int]string{0: "", 1: "a\n", 3: "\x00b", 5: "c"}
	if diff := cmp.Diff(want, read(99)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(map[int]string{0: "", 1: "a\n"}, read(2)); diff != "" {
		t.Errorf("two are enough (-want +got):\n%s", diff)
	}
	never := func(int, []byte) bool { t.Error("called"); return true }
	wantError(t, s.open().Contents(t.Context(), []string{"HEAD"}, 9, never), "not a full object name")
	if err := s.open().Contents(t.Context(), nil, 9, never); err != nil {
		t.Error(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.open().Contents(ctx, oids[2:3], 9, never); err == nil {
		t.Error("a call that nobody waits for: no error")
	}
}

// TestContentsOfPartialClone holds that what a partial clone lacks is left out, and
// not fetched.
func TestContentsOfPartialClone(t *testing.T) {
	s := newSandbox(t)
	s.write("a.go", "a")
	s.commit("one")
	s.git("config", "uploadpack.allowFilter", "true")
	clone := filepath.Join(t.TempDir(), "clone")
	s.git("clone", "-q", "--no-checkout", "--filter=blob:none", "file://"+s.open().Root(), clone)
	r, err := Open(t.Context(), clone)
	if err != nil {
		t.Fatal(err)
	}
	packs := func() int {
		all, err := os.ReadDir(filepath.Join(clone, ".git", "objects", "pack"))
		if err != nil {
			t.Fatal(err)
		}
		return len(all)
	}
	before := packs()
	err = r.Contents(t.Context(), []string{s.oid("a")}, 9, func(int, []byte) bool { t.Error("called"); return true })
	if packs() != before {
		t.Errorf("objects were fetched (%v)", err)
	}
}
