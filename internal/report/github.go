package report

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf16"

	"github.com/dropgate/dropgate/analyzer"
)

const (
	// annotationLimit is how many annotations of a level GitHub keeps a step.
	annotationLimit = 10
	// annotationLength is where the runner cuts a message, in UTF-16 units.
	annotationLength = 4096
)

// GitHub writes the review as annotations, the worst first, and no more of a
// level than GitHub shows; a last line counts the others.
func GitHub(w io.Writer, r *Review) error {
	var b strings.Builder
	printed := map[string]int{}
	left := 0
	for _, f := range worstFirst(r.Report.Findings) {
		if r.Quiet && !f.Blocking {
			continue
		}
		level := annotationLevel(f, r)
		if printed[level] == annotationLimit {
			left++
			continue
		}
		printed[level]++
		b.WriteString(annotation(level, f, r))
	}
	if left > 0 {
		fmt.Fprintf(&b, "dropgate: %s not annotated, GitHub shows %d of a level in a step\n",
			count(left, "finding"), annotationLimit)
	}
	if _, err := io.WriteString(w, b.String()); err != nil {
		return fmt.Errorf("write annotations: %w", err)
	}
	return nil
}

// annotationLevel is error for what blocks. What would block but is covered by
// the label is a warning: an error on a green check would be a riddle.
func annotationLevel(f analyzer.Finding, r *Review) string {
	switch {
	case f.Suppressed != nil:
		return "notice"
	case f.Blocking && r.Decision.Blocked:
		return "error"
	case f.Blocking, f.Score >= 30:
		return "warning"
	}
	return "notice"
}

func annotation(level string, f analyzer.Finding, r *Review) string {
	properties := []string{"file=" + escapeProperty(f.Path)}
	if f.Start.Line > 0 {
		properties = append(properties,
			fmt.Sprintf("line=%d", f.Start.Line), fmt.Sprintf("endLine=%d", f.End.Line))
	}
	if f.Start.Line > 0 && f.Start.Line == f.End.Line { // the runner refuses columns across lines
		properties = append(properties,
			fmt.Sprintf("col=%d", f.Start.Column), fmt.Sprintf("endColumn=%d", f.End.Column))
	}
	title := fmt.Sprintf("%s, %s %d", f.Rule, f.Severity, f.Score)
	if t := r.Titles[f.Rule]; t != "" {
		title = fmt.Sprintf("%s (%s)", t, title)
	}
	properties = append(properties, "title="+escapeProperty(title))
	return "::" + level + " " + strings.Join(properties, ",") + "::" + escapeMessage(annotationMessage(f, r)) + "\n"
}

func annotationMessage(f analyzer.Finding, r *Review) string {
	lines := []string{f.Message}
	if f.Suppressed != nil {
		lines = append(lines, "Suppressed by "+f.Suppressed.By+": "+f.Suppressed.Reason)
	}
	for _, reason := range f.Reasons {
		lines = append(lines, fmt.Sprintf("%+d %s", reason.Points, reason.Text))
	}
	if f.Remedy != "" {
		lines = append(lines, "", "Instead: "+f.Remedy)
	}
	if f.Blocking {
		if how := r.goOn(func(s string) string { return s }, f); how != "" {
			lines = append(lines, "", how)
		}
	}
	return strings.Join(lines, "\n")
}

// escapeMessage returns a message of at most annotationLength as the runner
// reads it.
func escapeMessage(s string) string {
	s = cutUTF16(unhash(visibleText(s)), annotationLength)
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A").Replace(s)
}

func escapeProperty(s string) string {
	return strings.NewReplacer("%", "%25", ":", "%3A", ",", "%2C").Replace(unhash(Visible(s)))
}

// cutUTF16 returns s in at most limit UTF-16 units, whole characters only,
// with an ellipsis at the end if it was cut.
func cutUTF16(s string, limit int) string {
	units, end := 0, 0
	for i, r := range s {
		if units <= limit-1 {
			end = i
		}
		units += utf16.RuneLen(r)
	}
	if units <= limit {
		return s
	}
	return s[:end] + "…"
}
