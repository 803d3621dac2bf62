package github

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// An AnchorSet knows the lines at the head that a review comment can stand on.
type AnchorSet struct{ hunks map[string][]hunk }

// A hunk is a run of lines at the head, from first to last, both in it, that
// GitHub shows; added are those of them that the pull request adds, ascending.
type hunk struct {
	first, last int
	added       []int
}

// addedIn reports whether one of the lines from start to end was added.
func (h hunk) addedIn(start, end int) bool {
	i, _ := slices.BinarySearch(h.added, start)
	return i < len(h.added) && h.added[i] <= end
}

// Anchors reads the patches of files.
func Anchors(files []File) AnchorSet {
	set := AnchorSet{hunks: map[string][]hunk{}}
	for _, f := range files {
		if hunks := readPatch(f.Patch); len(hunks) > 0 {
			set.hunks[f.Path] = hunks
		}
	}
	return set
}

// Place returns where a comment on the lines from start to end of the file at
// the head can stand: startLine and line, both in one hunk. startLine is 0 for a
// single line. A range that leaves its hunk is narrowed to its part in the first
// hunk where it has added lines, or else in the first hunk at all. ok is false
// when none of the range is in the diff.
func (a AnchorSet) Place(path string, start, end int) (startLine, line int, ok bool) {
	end = max(start, end)
	found := false
	for _, h := range a.hunks[path] {
		lo, hi := max(start, h.first), min(end, h.last)
		if lo > hi {
			continue
		}
		added := h.addedIn(lo, hi)
		if added || !found {
			startLine, line, found = lo, hi, true
		}
		if added {
			break
		}
	}
	if startLine == line {
		startLine = 0 // GitHub refuses a range of one line
	}
	return startLine, line, found
}

// has reports whether a comment may stand exactly there.
func (a AnchorSet) has(c LineComment) bool {
	start, line, ok := a.Place(c.Path, c.first(), c.Line)
	return ok && line == c.Line && (start == c.StartLine || start == 0 && c.first() == line)
}

var hunkHeader = regexp.MustCompile(`^@@ -\d+(?:,(\d+))? \+(\d+)(?:,(\d+))? @@`)

// readPatch returns the hunks of a patch that have lines at the head. It walks
// by the counts in the hunk headers, since a line of SQL can look like any other
// part of a diff: "-- note" is "--- note" once it is removed. It stops at the
// first thing that no diff has.
func readPatch(patch string) []hunk {
	var hunks []hunk
	lines := strings.Split(patch, "\n")
	for i := 0; i < len(lines); {
		old, first, count, ok := readHeader(lines[i])
		if !ok {
			return hunks
		}
		h := hunk{first: first, last: first - 1}
		i++
		for ; i < len(lines) && (old > 0 || count > 0 || strings.HasPrefix(lines[i], `\`)); i++ {
			switch kind := kindOf(lines[i]); {
			case kind == '+' && count > 0:
				h.last++
				h.added = append(h.added, h.last)
				count--
			case kind == '-' && old > 0:
				old--
			case kind == ' ' && old > 0 && count > 0:
				h.last++
				old--
				count--
			case kind == '\\': // "\ No newline at end of file" is no line
			default:
				return appendHunk(hunks, h)
			}
		}
		hunks = appendHunk(hunks, h)
	}
	return hunks
}

// kindOf returns the first byte of a line in a hunk; an empty line stands for an
// empty context line whose blank was lost.
func kindOf(line string) byte {
	if line == "" {
		return ' '
	}
	return line[0]
}

func appendHunk(hunks []hunk, h hunk) []hunk {
	if h.last < h.first {
		return hunks
	}
	return append(hunks, h)
}

// readHeader reads "@@ -1,2 +3,4 @@". A count that is left out is 1.
func readHeader(line string) (oldCount, first, count int, ok bool) {
	m := hunkHeader.FindStringSubmatch(line)
	if m == nil {
		return 0, 0, 0, false
	}
	oldCount, count = 1, 1
	for _, n := range []struct {
		text string
		to   *int
	}{{m[1], &oldCount}, {m[2], &first}, {m[3], &count}} {
		if n.text == "" {
			continue
		}
		v, err := strconv.ParseInt(n.text, 10, 32)
		if err != nil {
			return 0, 0, 0, false
		}
		*n.to = int(v)
	}
	return oldCount, first, count, true
}
