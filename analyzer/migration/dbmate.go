package migration

import (
	"bytes"
	"regexp"

	"github.com/dropgate/dropgate/analyzer/source"
)

// dbmateDirective is where dbmate sees a directive: at the beginning of a line,
// wherever that line stands, be it in a string or a function's body. The dashes
// and the word may be on different lines. The line is cut where PostgreSQL's
// comment ends, and that is at a lone carriage return too.
var dbmateDirective = regexp.MustCompile(`(?m)^--\s*migrate:(up|down)(?:\s*$|\s+\S)`)

// A dbmateMark is a directive in the file.
type dbmateMark struct {
	up   bool
	span source.Span // without its line end
	next int         // offset of what follows
}

func dbmateMarks(f *source.File) []dbmateMark {
	all := f.All()
	var marks []dbmateMark
	for _, at := range dbmateDirective.FindAllSubmatchIndex(f.Data[all.Start:], -1) {
		word := source.Span{Start: all.Start + at[2], End: all.Start + at[3]}
		end := all.End
		if i := bytes.IndexAny(f.Data[word.End:], "\r\n"); i >= 0 {
			end = word.End + i
		}
		next := min(end+1, all.End)
		if bytes.HasPrefix(f.Data[end:], []byte("\r\n")) {
			next++
		}
		marks = append(marks, dbmateMark{f.Text(word) == "up", source.Span{Start: all.Start + at[0], End: end}, next})
	}
	return marks
}

func dbmateOpening(f *source.File) opening {
	marks, sql := dbmateMarks(f), firstSQL(f)
	if len(marks) == 0 || marks[0].span.Start > sql {
		return opensNothing
	}
	for _, mark := range marks {
		if mark.up && mark.span.Start <= sql {
			return opensUp
		}
	}
	return opensWrong
}

func isDbmate(f *source.File) bool {
	switch dbmateOpening(f) {
	case opensUp:
		return gooseOpening(f) != opensUp && nodePgOpening(f) != opensUp
	case opensWrong:
		return nodePgOpening(f) != opensUp
	}
	return false
}

// markDbmate marks the blocks. A missing down block is no problem: dbmate took
// such files until its version 2, and it hides nothing.
func markDbmate(m *Migration) {
	sql := firstSQL(m.File)
	start, direction := m.File.All().Start, Up
	var begun, refused bool
	block := func(end int) {
		span := source.Span{Start: start, End: end}
		if !blank(m.File.Data[start:end]) && (begun || sql < end) {
			m.Sections = append(m.Sections, Section{Span: span, Direction: direction})
		}
	}
	for _, mark := range dbmateMarks(m.File) {
		block(mark.span.Start)
		start = mark.next
		switch {
		case mark.up && !begun && sql < mark.span.Start:
			m.problem(mark.span, "dbmate refuses the file: SQL stands before its first -- migrate:up")
			begun, refused = true, true
		case mark.up:
			begun, direction = true, Up
		case !begun: // a comment to dbmate as long as no SQL follows it
		case direction == Down:
			m.problem(mark.span, "dbmate refuses the file: a second -- migrate:down follows the same -- migrate:up")
			refused = true
		case !refused:
			direction = Down
		}
	}
	if !begun && !blank(m.File.Data[m.File.All().Start:]) {
		m.problem(firstLine(m.File), "dbmate refuses the file: it has no -- migrate:up")
	}
	block(len(m.File.Data))
}
