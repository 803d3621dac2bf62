package githubtest

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/rogpeppe/go-internal/diff"
)

// GitHub shows no patch for a file, or for the files after it, beyond these.
const (
	maxPatchLines = 20_000
	maxPatchBytes = 500_000
	maxDiffLines  = 20_000
	maxDiffBytes  = 1_000_000
)

// diffEntry is one file of a diff.
type diffEntry struct {
	path, previous       string
	status               string
	id                   string // the blob at the head, at the base if it was removed
	additions, deletions int
	patch                string // empty: GitHub shows none
	hunks                []hunk // of the patch; empty if there is none
}

// hunk is one block of a patch. Its lines carry their mark: "+", "-" or " ".
type hunk struct {
	oldStart, oldCount, newStart, newCount int
	heading                                string // the nearest line above that looks like a heading
	lines                                  []string
}

// header writes the hunk's first line as git does, which leaves a count of 1 out.
func (h hunk) header() string {
	side := func(start, count int) string {
		if count == 1 {
			return fmt.Sprint(start)
		}
		return fmt.Sprintf("%d,%d", start, count)
	}
	text := fmt.Sprintf("@@ -%s +%s @@", side(h.oldStart, h.oldCount), side(h.newStart, h.newCount))
	if h.heading != "" {
		text += " " + h.heading
	}
	return text
}

// diffFiles compares two trees of files.
func diffFiles(base, head map[string]File) []diffEntry {
	var entries []diffEntry
	var removed, added []string
	for path, old := range base {
		file, kept := head[path]
		switch {
		case !kept:
			removed = append(removed, path)
		case file != old:
			entries = append(entries, newEntry(path, &old, &file))
		}
	}
	for path := range head {
		if _, known := base[path]; !known {
			added = append(added, path)
		}
	}
	slices.Sort(removed)
	slices.Sort(added)
	for _, path := range added {
		file := head[path]
		from := renamedFrom(file, removed, base)
		if from == "" {
			entries = append(entries, newEntry(path, nil, &file))
			continue
		}
		removed = slices.DeleteFunc(removed, func(p string) bool { return p == from })
		old := base[from]
		entry := newEntry(path, &old, &file)
		entry.status, entry.previous = "renamed", from
		entries = append(entries, entry)
	}
	for _, path := range removed {
		old := base[path]
		entries = append(entries, newEntry(path, &old, nil))
	}
	slices.SortFunc(entries, func(a, b diffEntry) int { return cmp.Compare(a.path, b.path) })
	limitPatches(entries)
	return entries
}

// limitPatches drops the patches of the files that come after the size that
// GitHub shows of one diff.
func limitPatches(entries []diffEntry) {
	lines, size := 0, 0
	for i := range entries {
		e := &entries[i]
		lines += strings.Count(e.patch, "\n") + 1
		size += len(e.patch)
		if lines > maxDiffLines || size > maxDiffBytes {
			e.patch, e.hunks = "", nil
		}
	}
}

func newEntry(path string, old, file *File) diffEntry {
	e := diffEntry{path: path, status: "modified"}
	var from, to string
	switch {
	case old == nil:
		e.status, e.id, to = "added", file.id(), text(*file)
	case file == nil:
		e.status, e.id, from = "removed", old.id(), text(*old)
	default:
		e.id, from, to = file.id(), text(*old), text(*file)
		if old.Mode != file.Mode {
			e.status = "changed"
		}
	}
	if binary(from) || binary(to) {
		return e
	}
	e.hunks = diffText(from, to)
	e.count()
	if e.patch = patchOf(e.hunks); strings.Count(e.patch, "\n") >= maxPatchLines || len(e.patch) > maxPatchBytes {
		e.patch, e.hunks = "", nil
	}
	return e
}

// text is what git compares of a file.
func text(f File) string {
	if f.Mode == ModeSubmodule {
		return "Subproject commit " + f.Content + "\n"
	}
	return f.Content
}

// binary tells by git's own measure whether a text is none: a zero byte near its start.
func binary(s string) bool { return strings.Contains(s[:min(len(s), 8000)], "\x00") }

func (e *diffEntry) count() {
	for _, h := range e.hunks {
		for _, line := range h.lines {
			switch line[0] {
			case '+':
				e.additions++
			case '-':
				e.deletions++
			}
		}
	}
}

func patchOf(hunks []hunk) string {
	var lines []string
	for _, h := range hunks {
		lines = append(lines, h.header())
		lines = append(lines, h.lines...)
	}
	return strings.Join(lines, "\n")
}

// diffText compares two texts line by line, with three lines of context.
func diffText(from, to string) []hunk {
	out := string(diff.Diff("a", []byte(from), "b", []byte(to)))
	if out == "" {
		return nil
	}
	lines := strings.Split(strings.TrimSuffix(out, "\n"), "\n")[3:] // below the file names
	old := strings.Split(from, "\n")
	var hunks []hunk
	for len(lines) > 0 {
		var h hunk
		if _, err := fmt.Sscanf(lines[0], "@@ -%d,%d +%d,%d @@", &h.oldStart, &h.oldCount, &h.newStart, &h.newCount); err != nil {
			panic(fmt.Sprintf("githubtest: hunk header %q: %v", lines[0], err))
		}
		n := h.length(lines[1:])
		h.lines, lines = lines[1:1+n], lines[1+n:]
		h.heading = heading(old, h.oldStart)
		hunks = append(hunks, h)
	}
	return hunks
}

// length counts the lines of a hunk by what its header says, since a line of
// the text may look like anything.
func (h hunk) length(lines []string) int {
	old, head := h.oldCount, h.newCount
	for i, line := range lines {
		if strings.HasPrefix(line, `\`) {
			continue
		}
		if old == 0 && head == 0 {
			return i
		}
		if line[0] != '+' {
			old--
		}
		if line[0] != '-' {
			head--
		}
	}
	return len(lines)
}

// heading finds what git prints behind a hunk's header: the nearest line above
// that starts with a letter, an underscore or a dollar sign.
func heading(lines []string, start int) string {
	for i := min(start-1, len(lines)) - 1; i >= 0; i-- {
		line := lines[i]
		if line == "" || !strings.ContainsRune("_$", rune(line[0])) && !letter(line[0]) {
			continue
		}
		cut := min(len(line), 80)
		for cut < len(line) && !utf8.RuneStart(line[cut]) {
			cut--
		}
		return strings.TrimRight(line[:cut], " \t\r")
	}
	return ""
}

func letter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }

// renamedFrom picks the removed file that a new one came from: the same bytes,
// or at least half of them, as git does.
func renamedFrom(file File, removed []string, base map[string]File) string {
	best, most := "", 0.5
	for _, path := range removed {
		if base[path].Mode != file.Mode && (!base[path].regular() || !file.regular()) {
			continue
		}
		if base[path].Content == file.Content && file.Content != "" {
			return path
		}
		if share := similarity(base[path].Content, file.Content); share >= most && (best == "" || share > most) {
			best, most = path, share
		}
	}
	return best
}

// regular reports whether a file is one, executable or not.
func (f File) regular() bool { return f.Mode == ModeFile || f.Mode == ModeExecutable }

// similarity is the share of the larger text's bytes that stands in lines of both.
func similarity(a, b string) float64 {
	if a == "" || b == "" || binary(a) || binary(b) {
		return 0
	}
	lines := map[string]int{}
	for line := range strings.SplitAfterSeq(a, "\n") {
		lines[line]++
	}
	common := 0
	for line := range strings.SplitAfterSeq(b, "\n") {
		if lines[line] > 0 {
			lines[line]--
			common += len(line)
		}
	}
	return float64(common) / float64(max(len(a), len(b)))
}

// diff compares two commits; base may be empty.
func (r *Repository) diff(base, head string) []diffEntry {
	key := [2]string{base, head}
	if known, ok := r.diffs[key]; ok {
		return known
	}
	var old map[string]File
	if c := r.objects.commits[base]; c != nil {
		old = c.files
	}
	entries := diffFiles(old, r.objects.commits[head].files)
	r.diffs[key] = entries
	return entries
}

// diff compares a commit of the pull request with the point where it left its base.
func (p *PullRequest) diff(head string) []diffEntry {
	base := p.repo.branches[p.baseBranch]
	if p.merged {
		base = p.baseSHA
	}
	return p.repo.diff(p.repo.objects.mergeBase(base, head), head)
}
