package report

import (
	"fmt"
	"strings"

	"github.com/dropgate/dropgate/analyzer"
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
		end = commentEnd(f, d.Acknowledgement.Label)
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

// commentEnd says how to go on. How the label stands is for the summary alone, so
// that putting it on does not change every comment.
func commentEnd(f analyzer.Finding, label string) string {
	o := about([]analyzer.Finding{f})
	if label == "" {
		return "**To go on:** " + o.change + "\n"
	}
	return "**To go on:** " + o.change + " " + o.meant + "someone who has checked that a restorable backup exists puts " +
		"the label " + code(label) + " on the pull request; the summary says whether it covers this.\n"
}

// Resolved returns what becomes of a comment, given its body, when its finding no
// longer blocks: because the operation is gone, or, if still is set, because it
// counts no more. What was said is folded, and offers nothing for a click.
func Resolved(body string, still bool) string {
	lead := "**Resolved:** this operation is no longer in the change."
	if still {
		lead = "**Resolved:** this operation no longer blocks."
	}
	return lead + "\n\n<details><summary>What dropgate had said</summary>\n\n" + withoutSuggestion(body) + "\n\n</details>\n"
}

// withoutSuggestion returns a comment's Markdown with its suggestions as plain
// SQL, and every block closed.
func withoutSuggestion(body string) string {
	lines := strings.Split(strings.TrimSpace(body), "\n")
	open := ""
	for i, line := range lines {
		ticks := line[:len(line)-len(strings.TrimLeft(line, "`"))]
		info := line[len(ticks):]
		switch {
		case open == "" && len(ticks) >= 3 && !strings.Contains(info, "`"):
			if open = ticks; info == "suggestion" {
				lines[i] = ticks + "sql"
			}
		case open != "" && len(ticks) >= len(open) && strings.TrimSpace(info) == "":
			open = ""
		}
	}
	if open != "" {
		lines = append(lines, open)
	}
	return strings.Join(lines, "\n")
}

// suggestion returns what could stand in the finding's place: as a block that
// GitHub applies by a click where that puts one statement in the place of one and
// gives exactly the shown text, else as plain SQL.
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

// blanks are white space to PostgreSQL. What else Unicode has is a name to it.
const blanks = " \t\n\r\f\v"

// replaced returns the finding's whole lines with the suggestion in its place, if
// both are one statement and the lines hold nothing else.
func replaced(f analyzer.Finding, r *Review) (string, bool) {
	file := r.Report.Sources[f.Path]
	middle := strings.TrimRight(strings.TrimSpace(f.Suggest), "; \t\n")
	if file == nil || !inside(file, f) || strings.Contains(middle, ";") {
		return "", false
	}
	rest := f.End.Offset + 1
	before := string(file.Data[file.Line(f.Start.Line).Start:f.Start.Offset])
	whole := string(file.Data[f.Start.Offset:rest])
	after := strings.Trim(string(file.Data[rest:max(rest, file.Line(f.End.Line).End)]), blanks)
	if strings.HasSuffix(whole, ";") {
		whole, after = strings.TrimSuffix(whole, ";"), ";"+after
	}
	// The range of an action is a part of its statement.
	if strings.Trim(before, blanks) != "" || after != "" && after != ";" || strings.TrimSpace(whole) != strings.TrimRight(f.Statement, "; \t\r\n") {
		return "", false
	}
	if after == "" {
		return before + strings.TrimSpace(f.Suggest), true
	}
	return before + middle + after, true
}
