package github

import (
	"fmt"
	"strings"
	"testing"
)

// patchOf joins the lines of a patch as GitHub sends it, without a last newline.
func patchOf(lines ...string) string { return strings.Join(lines, "\n") }

func TestPlace(t *testing.T) {
	modified := patchOf(
		"@@ -1,4 +1,5 @@ CREATE TABLE t",
		" line 1", " line 2", "+line 3", " line 4", " line 5",
		"@@ -20,3 +21,4 @@",
		" line 21", "-old", "+line 22", "+line 23", " line 24",
	)
	sql := patchOf(
		"@@ -1,4 +1,4 @@",
		"--- a comment taken away", "+++ an operator put in", "--- b/file.sql", "+@@ -9,9 +9,9 @@",
		" @@ -1 +1 @@", " DROP TABLE t;",
		"@@ -8 +8 @@", "-x", "+y",
	)
	noNewline := patchOf(
		"@@ -1,2 +1,3 @@", " one", "-two", `\ No newline at end of file`, "+two", "+three", `\ No newline at end of file`,
	)
	tests := []struct {
		name       string
		patch      string
		start, end int
		want       string
	}{
		{"one added line", modified, 3, 3, "3"},
		{"one context line", modified, 1, 1, "1"},
		{"whole range in the hunk", modified, 2, 4, "2-4"},
		{"range beyond the hunk's end", modified, 3, 9, "3-5"},
		{"range from before the hunk", modified, 15, 22, "21-22"},
		{"range over two hunks stays in the first with added lines", modified, 4, 23, "21-23"},
		{"range over two hunks, both with added lines", modified, 2, 23, "2-5"},
		{"range over two hunks, context at both ends", modified, 4, 21, "4-5"},
		{"narrowed to one line", modified, 5, 19, "5"},
		{"end before start", modified, 3, 1, "3"},
		{"between the hunks", modified, 8, 9, "none"},
		{"after the last hunk", modified, 25, 30, "none"},
		{"line 0", modified, 0, 0, "none"},
		{"removed line does not move the count", modified, 24, 24, "24"},

		{"removed SQL comment is not a header", sql, 1, 2, "1-2"},
		{"lines that look like headers", sql, 2, 4, "2-4"},
		{"hunk after them", sql, 8, 8, "8"},
		{"nothing between", sql, 5, 7, "none"},
		{"no newline mark is no line", noNewline, 1, 3, "1-3"},
		{"no newline mark at the end", noNewline, 4, 4, "none"},

		{"added file", "@@ -0,0 +1,2 @@\n+a\n+b", 1, 2, "1-2"},
		{"added file of one line", "@@ -0,0 +1 @@\n+a", 1, 1, "1"},
		{"removed file", "@@ -1,2 +0,0 @@\n-a\n-b", 1, 1, "none"},
		{"removed file, line 0", "@@ -1,2 +0,0 @@\n-a\n-b", 0, 0, "none"},
		{"only removed lines", "@@ -10,1 +12,0 @@\n-a", 12, 12, "none"},
		{"context line whose blank was lost", "@@ -1,3 +1,3 @@\n a\n\n-b\n+c", 3, 3, "3"},
		{"carriage returns stay in the line", "@@ -1,1 +1,2 @@\n a\r\n+b\r", 2, 2, "2"},

		{"no patch", "", 1, 1, "none"},
		{"not a patch", "DROP TABLE t;\n+1", 1, 1, "none"},
		{"counts without lines", "@@ -1,2147483647 +1,2147483647 @@\n+a", 1, 9, "1"},
		{"count beyond every file", "@@ -1 +99999999999999999999 @@\n+a", 1, 1, "none"},
		{"more lines than counted", "@@ -0,0 +1,1 @@\n+a\n+b\n+c", 1, 3, "1"},
		{"line of no kind ends the reading", "@@ -1,3 +1,3 @@\n a\nb\n c", 1, 3, "1"},
		{"negative count", "@@ -1,-3 +1,3 @@\n a", 1, 1, "none"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			set := Anchors([]File{{Path: "a.sql", Patch: tt.patch}, {Path: "b.sql"}})
			if got := placed(set.Place("a.sql", tt.start, tt.end)); got != tt.want {
				t.Errorf("Place(%d, %d): got %s, want %s", tt.start, tt.end, got, tt.want)
			}
			if got := placed(set.Place("b.sql", tt.start, tt.end)); got != "none" {
				t.Errorf("Place in a file without a patch: got %s, want none", got)
			}
		})
	}
}

func placed(start, line int, ok bool) string {
	switch {
	case !ok:
		return "none"
	case start == 0:
		return fmt.Sprint(line)
	}
	return fmt.Sprintf("%d-%d", start, line)
}

func TestAnchorSetHas(t *testing.T) {
	set := Anchors([]File{{Path: "a.sql", Patch: "@@ -1,1 +1,3 @@\n a\n+b\n+c"}})
	tests := []struct {
		comment LineComment
		want    bool
	}{
		{LineComment{Path: "a.sql", Line: 2}, true},
		{LineComment{Path: "a.sql", StartLine: 2, Line: 2}, true},
		{LineComment{Path: "a.sql", StartLine: 1, Line: 3}, true},
		{LineComment{Path: "a.sql", StartLine: 1, Line: 4}, false},
		{LineComment{Path: "a.sql", Line: 4}, false},
		{LineComment{Path: "A.sql", Line: 2}, false},
	}
	for _, tt := range tests {
		if got := set.has(tt.comment); got != tt.want {
			t.Errorf("has(%+v): got %v, want %v", tt.comment, got, tt.want)
		}
	}
}

func FuzzPlace(f *testing.F) {
	f.Add("@@ -1,2 +1,3 @@\n a\n-b\n+c\n+d\n\\ No newline at end of file", 1, 3)
	f.Add("@@ -1 +1 @@\n--- x\n+++ y", 1, 1)
	f.Fuzz(func(t *testing.T, patch string, start, end int) {
		from, line, ok := Anchors([]File{{Path: "f", Patch: patch}}).Place("f", start, end)
		if !ok {
			return
		}
		if from == 0 {
			from = line - 1
		}
		if from >= line || line < start || line > max(start, end) {
			t.Errorf("Place(%d, %d): got %d to %d", start, end, from, line)
		}
	})
}
