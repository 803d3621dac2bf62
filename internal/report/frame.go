package report

import (
	"bytes"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/rivo/uniseg"

	"github.com/dropgate/dropgate/analyzer"
	"github.com/dropgate/dropgate/analyzer/source"
)

const (
	pageWidth = 80 // columns of the text report, fixed: a report does not depend on a terminal
	tabWidth  = 4
	maxLines  = 8 // lines of a range that are all shown
	headLines = 5 // of a longer range: from its beginning
	tailLines = 2 // and from its end

	// leadColumns is how much of a long line is shown before the range in it.
	leadColumns = 16
	// layoutBytes is how much of a line is laid out at all: enough for a page of
	// the widest bytes, so that a line of a megabyte costs no more than others.
	layoutBytes = 2000
)

// A row is one line of a code frame.
type row struct {
	number int    // the file's line; 0 stands for lines left out
	text   string // as shown: tabs spaced out, hidden characters visible
	mark   string // spaces and ^ under the text
}

// frame returns the lines of a finding with its range marked on each. Without
// the file it shows the statement, unmarked.
func frame(file *source.File, f analyzer.Finding) []row {
	if file == nil || !inside(file, f) {
		return statementRows(f)
	}
	first, last := f.Start.Line, f.End.Line
	width := pageWidth - len(gutter(last))
	var rows []row
	for n := first; n <= last; n++ {
		if last-first+1 > maxLines && n == first+headLines {
			left := last - first + 1 - headLines - tailLines
			rows = append(rows, row{text: "… " + count(left, "line") + " left out"})
			n += left
		}
		span := file.Line(n)
		span.Start = max(span.Start, file.All().Start)
		marked := source.Span{Start: max(span.Start, f.Start.Offset), End: min(span.End, f.End.Offset+1)}
		r := layOut(file.Data, span, marked, width)
		r.number = n
		rows = append(rows, r)
	}
	return rows
}

// inside reports whether the finding's positions lie in the file, lines and
// offsets in agreement.
func inside(file *source.File, f analyzer.Finding) bool {
	if f.Start.Offset > f.End.Offset {
		return false
	}
	for _, p := range []source.Position{f.Start, f.End} {
		if p.Line < 1 || p.Line > file.Lines() {
			return false
		}
		line := file.Line(p.Line)
		if p.Offset < line.Start || p.Offset >= line.End {
			return false
		}
	}
	return true
}

func statementRows(f analyzer.Finding) []row {
	var rows []row
	lines := strings.Split(strings.ReplaceAll(f.Statement, "\r\n", "\n"), "\n")
	for i, line := range lines {
		if i == maxLines {
			rows = append(rows, row{text: "… " + count(len(lines)-i, "line") + " left out"})
			break
		}
		if strings.TrimSpace(line) == "" {
			continue
		}
		number := max(1, f.Start.Line+i)
		r := layOut([]byte(line), source.Span{End: len(line)}, source.Span{}, pageWidth-len(gutter(number)))
		r.number = number
		rows = append(rows, r)
	}
	return rows
}

// gutter returns what stands before a frame's text on the line of that number.
func gutter(number int) string { return fmt.Sprintf("  %d | ", number) }

// A cell is what a reader takes for one character.
type cell struct {
	text   string
	width  int // columns
	marked bool
}

// layOut lays out one line of data, at most width columns of it: all of it if
// it fits, else the part around what is marked.
func layOut(data []byte, line, marked source.Span, width int) row {
	marked = trim(data, marked)
	part := line
	if line.Len() > layoutBytes {
		part = around(data, line, marked.Start)
	}
	cells := cellsOf(string(data[part.Start:part.End]), marked.Start-part.Start, marked.End-part.Start)
	left, right := window(cells, width, part.Start > line.Start, part.End < line.End)
	var text, mark strings.Builder
	if left > 0 || part.Start > line.Start {
		text.WriteString("…")
		mark.WriteString(" ")
	}
	for _, c := range cells[left:right] {
		text.WriteString(c.text)
		sign := " "
		if c.marked {
			sign = "^"
		}
		mark.WriteString(strings.Repeat(sign, c.width))
	}
	if right < len(cells) || part.End < line.End {
		text.WriteString("…")
	}
	return row{
		text: strings.TrimRight(text.String(), " "),
		mark: strings.TrimRight(mark.String(), " "),
	}
}

// trim takes white space off both ends of a span.
func trim(data []byte, s source.Span) source.Span {
	if s.Start >= s.End {
		return source.Span{}
	}
	text := data[s.Start:s.End]
	s.Start += len(text) - len(bytes.TrimLeft(text, " \t\r\n\f\v"))
	s.End -= len(text) - len(bytes.TrimRight(text, " \t\r\n\f\v"))
	if s.Start >= s.End {
		return source.Span{}
	}
	return s
}

// around returns the part of a very long line to lay out, whole characters.
func around(data []byte, line source.Span, at int) source.Span {
	at = max(at, line.Start)
	part := source.Span{
		Start: max(line.Start, at-layoutBytes/4),
		End:   min(line.End, at+layoutBytes),
	}
	for range utf8.UTFMax - 1 { // bytes that are no characters at all stay cut
		if part.Start > line.Start && !utf8.RuneStart(data[part.Start]) {
			part.Start--
		}
		if part.End < line.End && !utf8.RuneStart(data[part.End]) {
			part.End++
		}
	}
	return part
}

// cellsOf splits text into cells; those that begin in bytes from to to are
// marked.
func cellsOf(text string, from, to int) []cell {
	var cells []cell
	column, state := 0, -1
	for at := 0; at < len(text); {
		var cluster string
		cluster, _, _, state = uniseg.FirstGraphemeClusterInString(text[at:], state)
		c := cell{text: Visible(cluster), marked: at+len(cluster) > from && at < to}
		if cluster == "\t" {
			c.text = strings.Repeat(" ", tabWidth-column%tabWidth)
		}
		c.width = uniseg.StringWidth(c.text)
		cells = append(cells, c)
		column += c.width
		at += len(cluster)
	}
	return cells
}

// extent returns the width of the cells, the columns between which they are
// marked, and the index of the first marked one, -1 without any.
func extent(cells []cell) (total, start, end, first int) {
	first = -1
	for i, c := range cells {
		if c.marked && first < 0 {
			first, start = i, total
		}
		total += c.width
		if c.marked {
			end = total
		}
	}
	return total, start, end, first
}

// window chooses the cells to show: all if they fit in width columns, else
// from the beginning if the mark is near it, else from a little before the
// mark. cutLeft and cutRight say that the line goes on beyond the cells.
func window(cells []cell, width int, cutLeft, cutRight bool) (left, right int) {
	total, start, end, first := extent(cells)
	if total <= width && !cutLeft && !cutRight {
		return 0, len(cells)
	}
	if first >= 0 && (cutLeft || end > width-1 && start > leadColumns) {
		lead := 0
		for left = first; left > 0 && lead+cells[left-1].width <= leadColumns; left-- {
			lead += cells[left-1].width
		}
	}
	room := width - 1
	if left > 0 || cutLeft {
		room--
	}
	for right = left; right < len(cells) && cells[right].width <= room; right++ {
		room -= cells[right].width
	}
	if right == len(cells)-1 && !cutRight && cells[right].width <= room+1 {
		right++ // the sign for a cut would take no less room than the last cell
	}
	return left, right
}
