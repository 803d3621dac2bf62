package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/fatih/color"

	"github.com/dropgate/dropgate/analyzer"
	"github.com/dropgate/dropgate/internal/gate"
)

// reachLimit is how many reached objects are named one by one.
const reachLimit = 10

// Text writes the review for people on a terminal, 80 columns wide.
func Text(w io.Writer, r *Review) error {
	t := &textReport{r: r, paint: newPaint(r.Color)}
	t.write()
	if _, err := io.WriteString(w, t.b.String()); err != nil {
		return fmt.Errorf("write text report: %w", err)
	}
	return nil
}

// A paint colours words, or leaves them.
type paint struct{ bold, faint, red, yellow, green, cyan, block *color.Color }

// newPaint does not rely on the color package's own guess about the terminal.
func newPaint(on bool) paint {
	hue := func(attributes ...color.Attribute) *color.Color {
		c := color.New(attributes...)
		if on {
			c.EnableColor()
		} else {
			c.DisableColor()
		}
		return c
	}
	return paint{
		bold: hue(color.Bold), faint: hue(color.Faint),
		red: hue(color.FgRed, color.Bold), yellow: hue(color.FgYellow),
		green: hue(color.FgGreen, color.Bold), cyan: hue(color.FgCyan),
		block: hue(color.BgRed, color.FgHiWhite, color.Bold),
	}
}

func (p paint) severity(f analyzer.Finding) *color.Color {
	switch {
	case f.Score >= 60:
		return p.red
	case f.Score >= 30:
		return p.yellow
	}
	return p.cyan
}

type textReport struct {
	r     *Review
	paint paint
	b     strings.Builder
}

func (t *textReport) write() {
	if t.r.Verbose {
		t.files()
	}
	if line, ok := nothingToReview(t.r); ok {
		t.b.WriteString(Visible(line) + "\n")
		return
	}
	for _, f := range t.r.Report.Findings {
		if f.Blocking || !t.r.Quiet {
			t.finding(f)
		}
	}
	t.verdict()
}

// finding writes one finding. What scores nothing or is suppressed gets its
// heading and its message only.
func (t *textReport) finding(f analyzer.Finding) {
	t.heading(f)
	t.b.WriteString(wrap("", "", Visible(f.Message)))
	if f.Suppressed != nil {
		t.b.WriteString(wrap("  ", "  ", "suppressed by "+Visible(f.Suppressed.By)+": "+Visible(f.Suppressed.Reason)) + "\n")
		return
	}
	if f.Score == 0 {
		t.b.WriteByte('\n')
		return
	}
	t.b.WriteByte('\n')
	t.frame(f)
	t.reasons(f)
	t.b.WriteByte('\n')
}

func (t *textReport) heading(f analyzer.Finding) {
	where := Visible(place(f.Path, f.Start.Line))
	if f.Start.Line > 0 {
		where += fmt.Sprintf(":%d", f.Start.Column)
	}
	score := fmt.Sprintf("%s %d", f.Severity, f.Score)
	t.b.WriteString(t.paint.bold.Sprint(where) + "  " + t.paint.severity(f).Sprint(score) + "  " + f.Rule)
	switch {
	case f.Blocking && t.r.Decision.Blocked:
		t.b.WriteString("  " + t.paint.block.Sprint("BLOCKS"))
	case f.Blocking:
		t.b.WriteString("  covered")
	}
	t.b.WriteByte('\n')
}

// frame shows the lines of a finding, if there are any.
func (t *textReport) frame(f analyzer.Finding) {
	rows := frame(t.r.Report.Sources[f.Path], f)
	if len(rows) == 0 {
		return
	}
	last := 0 // a row for lines that are left out has no number
	for _, r := range rows {
		last = max(last, r.number)
	}
	full := gutter(last)
	digits := len(full) - len("   | ")
	for _, r := range rows {
		number := ""
		if r.number > 0 {
			number = fmt.Sprint(r.number)
		}
		t.b.WriteString(strings.TrimRight(t.paint.faint.Sprintf("  %*s |", digits, number)+" "+r.text, " ") + "\n")
		if r.mark != "" {
			t.b.WriteString(t.paint.faint.Sprintf("  %*s |", digits, "") + " " + t.paint.severity(f).Sprint(r.mark) + "\n")
		}
	}
	t.b.WriteByte('\n')
}

// label returns the beginning of a line under a frame: a word in a column of
// its own, or blanks below it.
func label(word string) string { return fmt.Sprintf("  %-11s", word) }

// reasons writes what the score is made of, what else is hit, and what to do.
func (t *textReport) reasons(f analyzer.Finding) {
	word := "score"
	for _, reason := range f.Reasons {
		first := label(word) + fmt.Sprintf("%+3d  ", reason.Points)
		t.b.WriteString(wrap(first, strings.Repeat(" ", len(first)), Visible(reason.Text)))
		word = ""
	}
	if note := doubt(f); note != "" {
		t.b.WriteString(wrap(label("certainty"), label(""), note))
	}
	word = "also hits"
	for i, reached := range f.Reach {
		if i == reachLimit {
			t.b.WriteString(label("") + fmt.Sprintf("and %d more\n", len(f.Reach)-i))
			break
		}
		t.b.WriteString(wrap(label(word), label(""), Visible(fmt.Sprintf("%s %s: %s", reached.Kind, reached.Name, reached.Why))))
		word = ""
	}
	if len(f.Uses) > 0 {
		t.b.WriteString(wrap(label("still in"), label(""), Visible(usesLine(f, func(u analyzer.Use) string { return place(u.Path, u.Line) }))))
	}
	t.remedy(f)
}

func (t *textReport) remedy(f analyzer.Finding) {
	word := "instead"
	for _, p := range paragraphs(f.Remedy) {
		if p.code {
			t.code(word, p.text)
		} else {
			t.b.WriteString(wrap(label(word), label(""), Visible(p.text)))
		}
		word = ""
	}
	if f.Suggest != "" {
		t.code("write", f.Suggest)
	}
}

func (t *textReport) code(word, sql string) {
	for _, line := range strings.Split(strings.TrimRight(visibleText(sql), "\n\t "), "\n") {
		t.b.WriteString(strings.TrimRight(label(word)+line, " \t") + "\n")
		word = ""
	}
}

// doubt says how well an operation is known, if not for certain.
func doubt(f analyzer.Finding) string {
	switch f.Certainty {
	case analyzer.Likely:
		return "likely: part of it is only known at run time"
	case analyzer.Suspected:
		return "suspected: the text could not be parsed, only searched"
	}
	return ""
}

// verdict writes what blocks, why, and how to go on.
func (t *textReport) verdict() {
	d := t.r.Decision
	blocking, others := split(t.r.Report.Findings)
	total := len(blocking) + len(others)
	files := scanned(t.r.Report.Files)
	if total == 0 && !d.Blocked {
		t.b.WriteString("nothing destructive: " + files + "\n")
		t.searched()
		return
	}
	score := fmt.Sprintf("  score %d, threshold %d: ", d.Score, d.Threshold)
	if d.Blocked {
		t.b.WriteString(t.paint.block.Sprint("BLOCKED") + score)
		fmt.Fprintf(&t.b, "%d of %s %s\n", len(blocking), count(total, "finding"), verb(len(blocking), "blocks", "block"))
	} else {
		t.b.WriteString(t.paint.green.Sprint("passed") + score + passing(total, blocking) + "\n")
		t.covered(blocking)
	}
	for _, reason := range d.Reasons {
		t.b.WriteString(wrap("  ", "  ", Visible(reason)))
	}
	if s := evidence(d); s != "" {
		t.b.WriteString(wrap("  ", "  ", Visible(s)))
	}
	t.b.WriteString("  reviewed " + files + "\n")
	t.searched()
	if how := t.r.goOn(Visible, blocking...); how != "" {
		t.b.WriteString("\n" + wrap("", "", how))
	}
}

func (t *textReport) searched() {
	if s := searched(t.r); s != "" {
		t.b.WriteString(wrap("  ", "  ", Visible(s)))
	}
}

// passing counts the findings of a review that passes.
func passing(total int, blocking []analyzer.Finding) string {
	s := count(total, "finding")
	if len(blocking) == 0 {
		s += ", none blocks"
	}
	return s
}

// covered says by what an operation that reaches the threshold may pass.
func (t *textReport) covered(blocking []analyzer.Finding) {
	a := t.r.Decision.Acknowledgement
	if len(blocking) == 0 || a.State != gate.Valid {
		return
	}
	n := len(blocking)
	t.b.WriteString(wrap("  ", "  ", fmt.Sprintf("%s that %s the threshold %s covered by the label %s",
		count(n, "operation"), verb(n, "reaches", "reach"), verb(n, "is", "are"), Visible(a.Label))+byWhom(a, Visible)))
}

// byWhom returns ", put on by alice on …" if any of it is known.
func byWhom(a gate.Acknowledgement, quote func(string) string) string {
	if a.By == "" && a.At == "" {
		return ""
	}
	return ", " + putOn(a, quote)
}
