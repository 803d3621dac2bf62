// Package usage looks in a repository's code for the names of tables and columns
// that a change takes away. It finds words, not meanings: what it says is a hint,
// with the place to look at.
package usage

import (
	"bytes"
	"fmt"
	"iter"
	"slices"

	"github.com/dropgate/dropgate/analyzer"
)

// Limits bound a search.
type Limits struct {
	Files int
	Bytes int
	// Late returns why it is time to stop, "" as long as it is not.
	Late func() string
}

// Default are the limits that hold unless somebody asks for others.
var Default = Limits{Files: 20_000, Bytes: 200_000_000}

// FileLimit is the most bytes of a file that is looked at.
const FileLimit = 1_000_000

const (
	placesListed = 5     // of one name
	namesLimit   = 2_000 // that are looked for
)

// Search looks for the names in files, which come by path; total is how many there
// are. It reads none after a limit is reached, and then says so.
func Search(names []analyzer.Gone, files iter.Seq2[string, []byte], total int, limits Limits) analyzer.Usage {
	s := &search{found: make([]found, len(names))}
	var stopped string
	if len(names) > namesLimit {
		stopped = fmt.Sprintf("at %d of %d names", namesLimit, len(names))
		names = names[:namesLimit]
	}
	s.index = newIndex(names)
	looked, size := 0, 0
	for path, data := range files {
		looked++
		size += len(data)
		whole := isBinary(data) || s.file(path, data, limits)
		if why := limits.reached(looked, size); why != "" && (looked < total || !whole) {
			stopped = why
			break
		}
	}
	u := analyzer.Usage{Search: analyzer.Search{Files: looked, Of: total, Stopped: stopped}}
	for _, f := range s.found {
		u.Uses = append(u.Uses, f.Uses)
	}
	return u
}

func (l Limits) reached(files, size int) string {
	switch {
	case files >= l.Files:
		return fmt.Sprintf("after %d files", files)
	case size >= l.Bytes:
		return fmt.Sprintf("after %d MB", size/1_000_000)
	case l.Late != nil:
		return l.Late()
	}
	return ""
}

// found are the places of one name so far.
type found struct {
	analyzer.Uses
	last string // the file of the last place that is not listed
}

func (f *found) add(path string, line int) {
	if len(f.First) < placesListed {
		f.First = append(f.First, analyzer.Use{Path: path, Line: line})
		return
	}
	f.More++
	if f.last != path {
		f.last = path
		f.MoreFiles++
	}
}

type search struct {
	index *index
	found []found
	// What one file has, as lines without repetition: by table, where its name is, and
	// where it is in a query; by name, where its word is, and where that hangs on the
	// table's.
	tables, queried, names, joined lines
}

// lines holds line numbers by number, and which numbers have any, in order of
// appearance.
type lines struct {
	of    map[int][]int
	which []int
}

func (l *lines) add(number, line int) {
	all := l.of[number]
	if n := len(all); n > 0 && all[n-1] == line {
		return
	}
	if l.of == nil {
		l.of = map[int][]int{}
	}
	if len(all) == 0 {
		l.which = append(l.which, number)
	}
	l.of[number] = append(all, line)
}

func (l *lines) clear() {
	clear(l.of)
	l.which = l.which[:0]
}

// wordsBetween is how many words of a file are looked at before the clock is.
const wordsBetween = 4096

// file looks through one file, and reports whether it came to its end.
func (s *search) file(path string, data []byte, limits Limits) bool {
	for _, l := range []*lines{&s.tables, &s.queried, &s.names, &s.joined} {
		l.clear()
	}
	entity := s.index.entities(path)
	count, whole := 0, true
	for w := range s.index.words(data) {
		if count++; count%wordsBetween == 0 && limits.reached(0, 0) != "" {
			whole = false
			break
		}
		for _, r := range s.index.meanings[string(w.text)] {
			s.note(w, r, data)
		}
	}
	for _, f := range s.index.odd {
		f.each(data, func(line int) { s.names.add(f.number, line) })
	}
	for _, number := range s.names.which {
		for _, line := range s.names.of[number] {
			if s.counts(number, line, entity) {
				s.found[number].add(path, line)
			}
		}
	}
	return whole
}

// note notes what a word says.
func (s *search) note(w word, r reference, data []byte) {
	switch {
	case r.role == mention:
		s.tables.add(r.number, w.line)
	case r.role == nearby:
		if s.index.everyday[r.number] && w.follows(data, relationWords) {
			s.queried.add(r.number, w.line)
		}
	case r.proven(w, data):
		s.names.add(r.number, w.line)
		if s.index.names[r.number].strict != anywhere && s.hangs(w, r.number, data) {
			s.joined.add(r.number, w.line)
		}
	}
}

// hangs reports whether a column's word hangs on that of its table: users.name,
// user->name, user['name'].
func (s *search) hangs(w word, number int, data []byte) bool {
	gap := data[max(0, w.start-w.gap):w.start]
	if w.before == nil || len(gap) > gapLimit || bytes.ContainsAny(gap, " \t,;") {
		return false
	}
	table := s.index.names[number].table
	return slices.ContainsFunc(s.index.meanings[string(w.before)], func(r reference) bool {
		return (r.role == mention || r.role == nearby) && r.number == table
	})
}

// gapLimit is the most bytes between a table's word and that of its column.
const gapLimit = 4

// proven reports whether a word stands in code as the name would.
func (r reference) proven(w word, data []byte) bool {
	switch {
	case w.inComment(data):
		return false
	case r.role == definition:
		return w.defined()
	case r.role == routine && w.called(data):
		return w.follows(data, relationWords)
	case r.role == plain:
		return w.quoted(data) || w.follows(data, relationWords)
	}
	return true
}

// counts reports whether a line that has the word is about the name: a column's
// word says nothing where nothing says which table is meant.
func (s *search) counts(number, line int, entity map[int]bool) bool {
	n := s.index.names[number]
	switch {
	case n.column == "":
		return true
	case n.strict == anywhere:
		return entity[n.table] || len(s.tables.of[n.table]) > 0
	case n.strict == otherTables && entity[n.table]:
		return true
	case has(s.joined.of[number], line):
		return true
	case n.strict == sameLine:
		return has(s.queried.of[n.table], line)
	}
	return has(s.tables.of[n.table], line)
}
