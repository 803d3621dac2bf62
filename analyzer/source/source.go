// Package source holds a file's bytes and turns byte offsets into the lines
// and columns that people and GitHub count in.
//
// Everything above this package speaks in byte offsets into the bytes as they
// stand in the repository. Conversion happens here and only here, so that a
// position is never a guess about which unit somebody else meant.
package source

import (
	"bytes"
	"sort"
	"unicode/utf8"
)

// bom is the UTF-8 byte order mark. Offsets count its three bytes, columns do not.
var bom = []byte{0xEF, 0xBB, 0xBF}

// A File is one file of the repository, read once and never rewritten.
type File struct {
	Path string // slash-separated, relative to the repository root
	Data []byte // as it stands in the repository

	lines []int  // offset of the first byte of every line
	marks []mark // places within long lines
}

// A mark is the beginning of a character whose column is known, so that a place in
// a long line is found without counting from the line's beginning.
type mark struct{ offset, column int }

// markEvery is the number of bytes between the marks of a line.
const markEvery = 4096

// New returns the file with its lines indexed. It keeps data; the caller must
// not change it afterwards.
func New(path string, data []byte) *File {
	f := &File{Path: path, Data: data, lines: make([]int, 1, bytes.Count(data, []byte("\n"))+1)}
	for start := 0; ; {
		n := bytes.IndexByte(data[start:], '\n')
		if n < 0 {
			f.mark(start, len(data))
			return f
		}
		f.mark(start, start+n)
		start += n + 1
		f.lines = append(f.lines, start)
	}
}

// mark makes the marks of the line between two offsets.
func (f *File) mark(start, end int) {
	if end-start <= markEvery {
		return
	}
	if start == 0 {
		start = f.All().Start
	}
	column, next := 1, start+markEvery
	for at := start; at < end; column++ {
		if at >= next {
			f.marks = append(f.marks, mark{at, column})
			next = at + markEvery
		}
		_, size := utf8.DecodeRune(f.Data[at:end])
		at += size
	}
}

// A Span is a half-open range of byte offsets: Start is in it, End is not.
type Span struct{ Start, End int }

// Len returns the number of bytes in the span.
func (s Span) Len() int { return s.End - s.Start }

// Contains reports whether other lies wholly inside s.
func (s Span) Contains(other Span) bool { return s.Start <= other.Start && other.End <= s.End }

// A Position is a place in a file as people count it.
type Position struct {
	Line   int `json:"line"`   // from 1
	Column int `json:"column"` // from 1, in characters (Unicode code points)
	Offset int `json:"offset"` // from 0, in bytes, a byte order mark included
}

// All returns the span of the whole file, without a byte order mark.
func (f *File) All() Span {
	if bytes.HasPrefix(f.Data, bom) {
		return Span{len(bom), len(f.Data)}
	}
	return Span{0, len(f.Data)}
}

// Text returns the bytes of the span.
func (f *File) Text(s Span) string { return string(f.Data[s.Start:s.End]) }

// Lines returns the number of lines; a final newline does not begin another one.
func (f *File) Lines() int {
	n := len(f.lines)
	if n > 1 && f.lines[n-1] == len(f.Data) {
		n--
	}
	return n
}

// Line returns the span of the nth line (from 1) without its line end.
func (f *File) Line(n int) Span {
	start, end := f.lines[n-1], len(f.Data)
	if n < len(f.lines) {
		end = f.lines[n] - 1
	}
	if end > start && f.Data[end-1] == '\r' {
		end--
	}
	return Span{start, end}
}

// Position returns the line and column of the character at offset, which may be
// the file's length.
func (f *File) Position(offset int) Position {
	line := sort.SearchInts(f.lines, offset+1)
	start := f.lines[line-1]
	if line == 1 && bytes.HasPrefix(f.Data, bom) && offset >= len(bom) {
		start = len(bom)
	}
	column := 1
	if i := sort.Search(len(f.marks), func(i int) bool { return f.marks[i].offset > offset }); i > 0 && f.marks[i-1].offset > start {
		start, column = f.marks[i-1].offset, f.marks[i-1].column
	}
	return Position{Line: line, Column: column + utf8.RuneCount(f.Data[start:offset]), Offset: offset}
}

// Range returns the positions of the span's first and last character. Both are
// inclusive: the last one's Offset is that of the span's last byte.
func (f *File) Range(s Span) (first, last Position) {
	first = f.Position(s.Start)
	if s.End <= s.Start {
		return first, first
	}
	_, size := utf8.DecodeLastRune(f.Data[s.Start:s.End])
	last = f.Position(s.End - size)
	last.Offset = s.End - 1
	return first, last
}
