package report

import (
	"fmt"
	"strings"

	"github.com/dropgate/dropgate/analyzer"
	"github.com/dropgate/dropgate/internal/gate"
)

// CommentLimit is the most bytes that Comment returns.
const CommentLimit = 6000

// suggestionLimit is the longest suggestion that is offered for a click.
const suggestionLimit = 2000

// Comment returns the body of a review comment on a finding's lines: what would
// be lost, how to do it safely, and who has to do what to go on. It is at most
// CommentLimit bytes long.
//
// If the finding has a suggestion, the comment must stand on exactly the lines
// from f.Start.Line to f.End.Line, since GitHub replaces the lines commented
// on. A caller that has to place it elsewhere clears f.Suggest.
func Comment(f analyzer.Finding, r *Review) string {
	d := r.Decision
	head := fmt.Sprintf("**%s** %s, score %d (threshold %d).\n\n",
		commentLoss(f), capital(string(f.Severity)), f.Score, d.Threshold)
	end := ""
	if f.Blocking {
		end = commentEnd(d)
	}
	const note = "There is more than fits here: see the summary.\n\n"
	room := CommentLimit - len(head) - len(end) - len(note)
	var b strings.Builder
	b.WriteString(head)
	left := ""
	for _, part := range []string{remedyMarkdown(f), suggestion(f, r), reasonsMarkdown(f), reachMarkdown(f), usesMarkdown(f, SummaryOptions{})} {
		switch {
		case part == "":
		case len(part)+1 > room:
			left = note
		default:
			b.WriteString(part + "\n")
			room -= len(part) + 1
		}
	}
	b.WriteString(left)
	return strings.TrimRight(b.String()+end, "\n") + "\n"
}

func commentLoss(f analyzer.Finding) string {
	if unread(f) {
		return stop(sentence(f.Message, names(f)...))
	}
	return thisWould("This", f)
}

// commentEnd says how to go on, or that there is nothing left to do.
func commentEnd(d gate.Decision) string {
	if d.Blocked {
		return "**To go on:** " + goOn(d, code) + "\n"
	}
	a := d.Acknowledgement
	if a.State != gate.Valid {
		return ""
	}
	return "The label " + code(a.Label) + comma(byWhom(a, code)) + " covers this.\n"
}

// suggestion returns what could stand in the finding's place: as a block that
// GitHub applies by a click where that gives exactly the shown text, else as
// plain SQL.
func suggestion(f analyzer.Finding, r *Review) string {
	if f.Suggest == "" {
		return ""
	}
	lines, ok := replaced(f, r)
	if !ok || len(lines) > suggestionLimit || markdownText(lines) != lines {
		return "In its place:\n\n" + fence("sql", f.Suggest, suggestionLimit)
	}
	return fence("suggestion", lines, suggestionLimit)
}

// replaced returns the finding's whole lines with the suggestion in its place.
func replaced(f analyzer.Finding, r *Review) (string, bool) {
	file := r.Report.Sources[f.Path]
	if file == nil || !inside(file, f) {
		return "", false
	}
	before := string(file.Data[file.Line(f.Start.Line).Start:f.Start.Offset])
	rest := f.End.Offset + 1
	after := string(file.Data[rest:max(rest, file.Line(f.End.Line).End)])
	middle := strings.TrimSpace(f.Suggest)
	if strings.HasPrefix(strings.TrimSpace(after), ";") {
		middle = strings.TrimRight(middle, "; \t\n")
	}
	return strings.TrimRight(before+middle+after, " \t\r\n"), true
}
