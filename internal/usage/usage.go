// Package usage looks in a repository's code for the names of tables and columns
// that a change takes away. It finds words, not meanings: what it says is a hint,
// with the place to look at.
package usage

import (
	"fmt"
	"iter"

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
	looked, bytes := 0, 0
	for path, data := range files {
		if looked++; !isBinary(data) {
			s.file(path, data)
		}
		bytes += len(data)
		if why := limits.reached(looked, bytes); why != "" && looked < total {
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

func (l Limits) reached(files, bytes int) string {
	switch {
	case files >= l.Files:
		return fmt.Sprintf("after %d files", files)
	case bytes >= l.Bytes:
		return fmt.Sprintf("after %d MB", bytes/1_000_000)
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
	// What one file has, by table and by name, as lines without repetition.
	near, tables, names lines
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

// file looks through one file.
func (s *search) file(path string, data []byte) {
	s.near.clear()
	s.tables.clear()
	s.names.clear()
	entity := s.index.entities(path)
	for w := range words(data) {
		for _, r := range s.index.words[string(w.text)] {
			switch {
			case r.role == mention:
				s.tables.add(r.number, w.line)
			case r.role == nearby:
				s.near.add(r.number, w.line)
			case r.role == evidence && r.plain && !w.inQuery(data):
			case r.role == definition && !w.defined():
			default:
				s.names.add(r.number, w.line)
			}
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
	}
	return has(s.tables.of[n.table], line) || has(s.near.of[n.table], line)
}
