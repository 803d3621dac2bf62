package githubtest

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestDiffText(t *testing.T) {
	tests := []struct {
		name, old, new string
		want           []string
	}{
		{"new file of one line", "", "a\n", []string{"@@ -0,0 +1 @@", "+a"}},
		{"removed file", "a\nb\n", "", []string{"@@ -1,2 +0,0 @@", "-a", "-b"}},
		{"no newline at the end", "a\nb", "a\nc", []string{
			"@@ -1,2 +1,2 @@", " a", "-b", `\ No newline at end of file`, "+c", `\ No newline at end of file`,
		}},
		{"newline added", "a", "a\n", []string{"@@ -1 +1 @@", "-a", `\ No newline at end of file`, "+a"}},
		{"comments that look like file headers", "-- a\n++ b\n", "++ b\n-- c\n", []string{
			"@@ -1,2 +1,2 @@", "--- a", " ++ b", "+-- c",
		}},
		{"line that looks like a hunk", "@@ -1 +1 @@\n", "@@ -2 +2 @@\n", []string{
			"@@ -1 +1 @@", "-@@ -1 +1 @@", "+@@ -2 +2 @@",
		}},
		{"carriage returns", "a\r\nb\r\n", "a\r\nc\r\n", []string{"@@ -1,2 +1,2 @@", " a\r", "-b\r", "+c\r"}},
		{"two hunks with three lines around and the heading above", numbered(20), strings.Replace(
			strings.Replace(numbered(20), "line 3\n", "", 1), "line 15\n", "line 15\nmore\n", 1), []string{
			"@@ -1,6 +1,5 @@", " line 1", " line 2", "-line 3", " line 4", " line 5", " line 6",
			"@@ -13,6 +12,7 @@ line 12", " line 13", " line 14", " line 15", "+more", " line 16", " line 17", " line 18",
		}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := strings.Split(patchOf(diffText(test.old, test.new)), "\n")
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("patch (-want +got):\n%s", diff)
			}
		})
	}
}

func TestDiffFiles(t *testing.T) {
	file := func(content string) File { return File{Content: content, Mode: ModeFile} }
	base := map[string]File{
		"binary": file("a\x00b"), "changed.sql": file("a\nb\n"), "gone.sql": file("x\n"),
		"moved.sql": file("one\ntwo\n"), "same.sql": file("s\n"), "link": file("target"),
		"similar.sql": file(numbered(10)),
	}
	head := map[string]File{
		"binary": file("a\x00c"), "changed.sql": file("a\nc\nd\n"), "new/moved.sql": file("one\ntwo\n"),
		"same.sql": file("s\n"), "link": {Content: "target", Mode: ModeSymlink},
		"large.sql": file(strings.Repeat("a line\n", maxPatchLines+1)), "similar2.sql": file(numbered(11)),
		"module": {Content: strings.Repeat("a", 40), Mode: ModeSubmodule}, "empty.sql": file(""),
	}
	type row struct {
		Path, Previous, Status string
		Additions, Deletions   int
		Patch                  bool
	}
	want := []row{
		{"binary", "", "modified", 0, 0, false},
		{"changed.sql", "", "modified", 2, 1, true},
		{"empty.sql", "", "added", 0, 0, false},
		{"gone.sql", "", "removed", 0, 1, true},
		{"large.sql", "", "added", maxPatchLines + 1, 0, false},
		{"link", "", "changed", 0, 0, false},
		{"module", "", "added", 1, 0, true},
		{"new/moved.sql", "moved.sql", "renamed", 0, 0, false},
		{"similar2.sql", "similar.sql", "renamed", 1, 0, true},
	}
	var got []row
	for _, e := range diffFiles(base, head) {
		got = append(got, row{e.path, e.previous, e.status, e.additions, e.deletions, e.patch != ""})
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
}

// TestPatchTotal shows that the files after GitHub's limit for a whole diff
// come without a patch.
func TestPatchTotal(t *testing.T) {
	head := map[string]File{}
	for _, name := range []string{"a", "b", "c"} {
		head[name] = File{Content: strings.Repeat("line\n", 9_000)}
	}
	var got []bool
	for _, e := range diffFiles(nil, head) {
		got = append(got, e.patch != "")
	}
	if diff := cmp.Diff([]bool{true, true, false}, got); diff != "" {
		t.Errorf("patches (-want +got):\n%s", diff)
	}
}

// TestObjectIDs compares with what git itself says.
func TestObjectIDs(t *testing.T) {
	if got, want := objectID("blob", "hello\n"), "ce013625030ba8dba906f756967f9e9ca394464a"; got != want {
		t.Errorf("blob = %s, want %s", got, want)
	}
	o := newObjects()
	if got, want := o.addTree(nil), "4b825dc642cb6eb9a060e54bf8d69288fbee4904"; got != want {
		t.Errorf("empty tree = %s, want %s", got, want)
	}
	id := o.add(commit{
		author: "alice", message: "First", date: time.Unix(1767603601, 0).UTC(),
		files: map[string]File{
			"a/x": {Content: "1\n"}, "a.b": {Content: "2\n"}, "a0": {Content: "3\n"}, "l": {Content: "a0", Mode: ModeSymlink},
		},
	})
	if want := "8d666e2ca6da386c1b9552276d8158304336e33d"; id != want {
		t.Errorf("commit = %s, want %s", id, want)
	}
	if got, want := o.commits[id].tree, "cc4e8a5ced500b8d8ea9410c068b9d9734d3d2aa"; got != want {
		t.Errorf("tree = %s, want %s", got, want)
	}
}

func TestMergeBase(t *testing.T) {
	r := New().Repository("octo/shop")
	first := r.Commit("main", map[string]string{"a": "1"})
	r.Commit("feature", map[string]string{"b": "1"})
	second := r.Commit("main", map[string]string{"a": "2"})
	if got := r.MergeBase("main", "feature"); got != first {
		t.Errorf("before the merge: %s, want %s", got, first)
	}
	r.CommitChange("feature", Change{Merge: "main", Files: map[string]File{"a": {Content: "2"}}})
	if got := r.MergeBase("main", "feature"); got != second {
		t.Errorf("after the merge: %s, want %s", got, second)
	}
}
