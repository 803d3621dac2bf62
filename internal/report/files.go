package report

import (
	"fmt"
	"strings"

	"github.com/dropgate/dropgate/analyzer"
)

// partLimit is how many parts of a file, and how many files that are not reviewed,
// are listed one by one.
const partLimit = 20

// LeftOut are the files of a call that are not reviewed.
type LeftOut struct {
	Files  []LeftOutFile // that could be migrations
	Others int           // whose names are none of a migration's
}

// A LeftOutFile is a file that could be a migration and is not reviewed.
type LeftOutFile struct {
	Path string
	Why  string // "the config excludes it"
}

// fileFacts tells what a file was taken for, in one line, and what was read of it.
func fileFacts(f analyzer.FileSummary) (taken string, parts []string) {
	var words []string
	if f.Status != "" && f.Status != "unchanged" {
		words = append(words, f.Status)
	}
	if f.Format == "" {
		if f.Unread > 0 {
			words = append(words, "could not be read")
		}
		return strings.Join(words, ", "), nil
	}
	format := f.Format
	if f.Why != "" {
		format += " (" + f.Why + ")"
	}
	words = append(words, format, f.Direction, statements(f.Statements, f.Unread))
	taken = strings.Join(words, ", ")
	if f.Dialect != nil {
		parts = append(parts, fmt.Sprintf("looks like %s: %s", f.Dialect.Name, f.Dialect.Why))
	}
	for _, s := range f.Sections {
		part := fmt.Sprintf("%s %s: %s", lineRange(s.From, s.To), s.Direction, statements(s.Statements, s.Unread))
		if s.Direction == "down" {
			part += " (counted, not judged)"
		}
		parts = append(parts, part)
	}
	for _, s := range f.NotRun {
		parts = append(parts, fmt.Sprintf("%s not run, %s: %s", lineRange(s.From, s.To), count(s.Statements, "statement"), s.Why))
	}
	if len(parts) > partLimit {
		more := count(len(parts)-partLimit, "more part")
		parts = append(parts[:partLimit:partLimit], more)
	}
	return taken, parts
}

func statements(all, unread int) string {
	s := count(all, "statement")
	if unread > 0 {
		s += fmt.Sprintf(", %d unread", unread)
	}
	return s
}

func lineRange(from, to int) string {
	if from == to {
		return fmt.Sprintf("line %d", from)
	}
	return fmt.Sprintf("lines %d to %d", from, to)
}

// leftOutFacts tells which files are not reviewed and why.
func leftOutFacts(l LeftOut) []string {
	var facts []string
	for i, f := range l.Files {
		if i == partLimit {
			facts = append(facts, count(len(l.Files)-i, "more migration"))
			break
		}
		facts = append(facts, f.Path+": "+f.Why)
	}
	if l.Others > 0 {
		facts = append(facts, count(l.Others, "file")+" whose "+verb(l.Others, "name is", "names are")+" not a migration's")
	}
	return facts
}

func (t *textReport) files() {
	for _, f := range t.r.Report.Files {
		taken, parts := fileFacts(f)
		t.b.WriteString(t.paint.bold.Sprint(Visible(f.Path)) + "\n")
		t.b.WriteString(wrap("  ", "    ", Visible(taken)))
		for _, part := range parts {
			t.b.WriteString(wrap("  ", "    ", Visible(part)))
		}
	}
	left := leftOutFacts(t.r.LeftOut)
	if len(left) > 0 {
		t.b.WriteString(t.paint.bold.Sprint("not reviewed") + "\n")
	}
	for _, fact := range left {
		t.b.WriteString(wrap("  ", "    ", Visible(fact)))
	}
	if len(t.r.Report.Files)+len(left) > 0 {
		t.b.WriteByte('\n')
	}
}

func filesMarkdown(r *Review) []string {
	var lines []string
	item := func(indent, text string) { lines = append(lines, indent+"- "+text+"\n") }
	for _, f := range r.Report.Files {
		taken, parts := fileFacts(f)
		item("", code(f.Path)+": "+sentence(taken))
		for _, part := range parts {
			item("  ", sentence(part))
		}
	}
	for i, f := range r.LeftOut.Files {
		if i == partLimit {
			item("", "not reviewed: "+count(len(r.LeftOut.Files)-i, "more migration"))
			break
		}
		item("", code(f.Path)+": not reviewed, "+sentence(f.Why))
	}
	if n := r.LeftOut.Others; n > 0 {
		item("", "not reviewed: "+leftOutFacts(LeftOut{Others: n})[0])
	}
	return lines
}
