package report

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/dropgate/dropgate/analyzer"
	"github.com/dropgate/dropgate/internal/gate"
)

// SummaryLimit is the most bytes that Summary returns. GitHub takes 65,536
// characters; the rest is for what the caller appends.
const SummaryLimit = 55_000

// listLimit is how many findings a list in the summary names.
const listLimit = 30

// SummaryOptions are what only the pull request knows.
type SummaryOptions struct {
	// OutsideDiff holds the fingerprints of findings whose comment could not be
	// placed on their line.
	OutsideDiff map[string]bool
	// Beyond holds those of findings that got no comment because worse ones did.
	Beyond map[string]bool
	// Again says that the summary is on the pull request already, since an
	// earlier run found something that blocks.
	Again bool
	// Gone is how many operations had a comment and are in the change no more.
	Gone int
	// Uncovered holds the fingerprints of the blocking operations that came
	// after the label was put on. It matters if the label is stale.
	Uncovered map[string]bool
	// Tree is the address of the reviewed commit's files, to which a path can
	// be added: https://github.com/owner/name/blob/<sha>. Empty: no links.
	Tree string
	// gone are the paths that the change removes: there is nothing to link to.
	gone map[string]bool
}

// Summary returns the body of the one summary comment of a pull request,
// without the record that dropgate hides in it: what would be lost, who has to
// do what to go on, and the findings. It is at most SummaryLimit bytes long.
func Summary(r *Review, o SummaryOptions) string {
	blocking, others := split(r.Report.Findings)
	if !r.Decision.Blocked && len(blocking)+len(others)+len(r.Report.Problems) == 0 {
		return nothingFound(r, o)
	}
	o.gone = map[string]bool{}
	for _, f := range r.Report.Files {
		o.gone[f.Path] = f.Status == "removed"
	}
	p := &page{limit: SummaryLimit}
	p.must(summaryHead(r, blocking, others, o))
	if r.Decision.Blocked && r.Decision.Acknowledgement.State == gate.Stale {
		p.list("Not covered by the label:", pick(blocking, o.Uncovered), o, "")
	}
	if picture := hits(blocking); picture != "" && p.fits(picture) {
		p.must("<details><summary>What is hit, as a picture</summary>\n\n" + picture + "</details>\n\n")
	}
	p.list("No comment could be placed on these lines:",
		pick(r.Report.Findings, o.OutsideDiff), o, "")
	beyond := pick(r.Report.Findings, o.Beyond)
	p.list(fmt.Sprintf("The worst operations have a comment on their lines, %s:", verb(len(beyond),
		"this one does not", fmt.Sprintf("these %d do not", len(beyond)))), beyond, o, "")
	for _, f := range blocking {
		p.add(foldedFinding(f, o))
	}
	p.problems(unsaid(r.Report.Problems, blocking), o)
	p.must(searchedMarkdown(r))
	title := count(len(others), "finding") + " that " + verb(len(others), "does", "do") + " not block"
	p.list("<details><summary>"+title+"</summary>", others, o, "</details>\n\n")
	return p.String()
}

// nothingFound returns the lines of a pull request that loses nothing.
func nothingFound(r *Review, o SummaryOptions) string {
	lead := ""
	if o.Again {
		lead = "**What dropgate had found in this pull request is gone.** "
	}
	switch files := scanned(r.Report.Files); {
	case len(r.Report.Files) == 0:
		return lead + "This pull request changes no migrations.\n"
	case o.Again:
		return lead + "Nothing destructive is left: " + files + ".\n"
	default:
		return "Nothing destructive in this pull request: " + files + ".\n"
	}
}

// summaryHead says what would be lost, the verdict, and how to go on.
func summaryHead(r *Review, blocking, others []analyzer.Finding, o SummaryOptions) string {
	d := r.Decision
	if len(blocking) == 0 && !d.Blocked {
		more := ""
		if o.Again {
			more = " any more"
		}
		return fmt.Sprintf("Nothing in this pull request blocks%s: %s in %s.\n\n%s",
			more, count(len(others), "finding"), scanned(r.Report.Files), gone(o))
	}
	s := ""
	if len(blocking) > 0 {
		s = "**" + loss(blocking) + "**\n\n"
	}
	if !d.Blocked {
		return s + fmt.Sprintf("**Not blocked** (score %d, threshold %d).\n", d.Score, d.Threshold) +
			coveredMarkdown(d, len(blocking)) + evidenceMarkdown(d) + "\n" + gone(o)
	}
	s += fmt.Sprintf("**Blocked by dropgate**, score %d.", d.Score)
	for _, reason := range d.Reasons {
		s += " " + stop(sentence(capital(reason), reasonNames(d)...))
	}
	return s + r.goOnMarkdown(blocking) + gone(o)
}

// goOnMarkdown says how the label stands, what is known of a backup, and how to
// go on: each way on a line of its own.
func (r *Review) goOnMarkdown(blocking []analyzer.Finding) string {
	d := r.Decision
	if r.GoOn != nil {
		return "\n" + evidenceMarkdown(d) + "\n**To go on:** " + r.GoOn(code) + "\n\n"
	}
	s := ""
	if label := lastLabel(d.Acknowledgement, code); label != "" {
		s = " " + label
	}
	s += "\n" + evidenceMarkdown(d) + "\n**To go on:**\n\n"
	for _, way := range ways(d, about(blocking), code) {
		s += "- " + way + "\n"
	}
	return s + "\n"
}

// gone says what earlier runs had found that is not there any more.
func gone(o SummaryOptions) string {
	if o.Gone == 0 {
		return ""
	}
	return fmt.Sprintf("%s that had a comment on %s lines %s gone from the change.\n\n",
		count(o.Gone, "operation"), verb(o.Gone, "its", "their"), verb(o.Gone, "is", "are"))
}

// loss says in one or two sentences what the blocking findings come to.
func loss(blocking []analyzer.Finding) string {
	missing := unreadable(blocking)
	losing := len(blocking) - missing
	part := "statement"
	if blocking[0].Rule == "unread-file" || missing > 1 {
		part = "part"
	}
	switch {
	case losing == 0:
		return fmt.Sprintf("%s of this pull request could not be read, so what %s would lose is not known.",
			count(missing, part), verb(missing, "it", "they"))
	case len(blocking) == 1:
		return thisWould("This pull request", blocking[0])
	}
	s := count(losing, "operation") + " of this pull request would lose data"
	if missing > 0 {
		s += ", and " + count(missing, "part") + " of it could not be read"
	}
	for _, f := range blocking {
		if !unread(f) {
			if losing == 1 {
				return s + ". " + thisWould("It", f)
			}
			return s + ". " + thisWould("The worst", f)
		}
	}
	return s + "."
}

// thisWould returns "This would drop table t …", or the finding's message as it
// is where it does not begin with what the operation does.
func thisWould(subject string, f analyzer.Finding) string {
	s, ok := would(f.Message)
	if ok {
		return subject + " " + stop(sentence(s, names(f)...))
	}
	return stop(sentence(s, names(f)...))
}

// pick returns the findings whose fingerprints are in the set, worst first.
func pick(findings []analyzer.Finding, set map[string]bool) []analyzer.Finding {
	var out []analyzer.Finding
	for _, f := range worstFirst(findings) {
		if set[f.Fingerprint] {
			out = append(out, f)
		}
	}
	return out
}

// foldedFinding returns a finding that opens by a click. Its title is HTML,
// where Markdown is not read.
func foldedFinding(f analyzer.Finding, o SummaryOptions) string {
	object := ""
	if f.Object.Name != "" || f.Object.Column != "" {
		object = " · " + htmlCode(f.Object.String())
	}
	return fmt.Sprintf("<details><summary><b>%s %d</b> · %s%s · %s</summary>\n\n%s</details>\n\n",
		f.Severity, f.Score, htmlCode(f.Rule), object,
		htmlCode(place(f.Path, f.Start.Line)), findingMarkdown(f, o))
}

// list writes findings one line each under a title, if there are any. Those
// beyond what fits are counted where the list ends.
func (p *page) list(title string, findings []analyzer.Finding, o SummaryOptions, end string) {
	if len(findings) == 0 {
		return
	}
	lines := make([]string, len(findings))
	for i, f := range findings {
		lines[i] = fmt.Sprintf("- **%s %d** %s: %s\n", f.Severity, f.Score, linked(f.Path, f.Start.Line, o), inOneLine(f))
	}
	p.lines(title, lines, end)
}

// lines writes a list under a title, cut where the page or listLimit ends it.
func (p *page) lines(title string, lines []string, end string) {
	p.must(title + "\n\n")
	for i, line := range lines {
		if i == listLimit || !p.fits(line+end) {
			p.must(fmt.Sprintf("- and %d more\n", len(lines)-i))
			break
		}
		p.must(line)
	}
	p.must("\n" + end)
}

// inOneLine returns a finding's message, and why it does not count if so.
func inOneLine(f analyzer.Finding) string {
	s := sentence(f.Message, names(f)...)
	if f.Suppressed != nil {
		s += " " + suppressed(f)
	}
	return s
}

// unsaid leaves out the problems that are findings of their own.
func unsaid(problems []analyzer.Problem, findings []analyzer.Finding) []analyzer.Problem {
	said := map[string]bool{}
	for _, f := range findings {
		said[place(f.Path, f.Start.Line)] = said[place(f.Path, f.Start.Line)] || unread(f)
	}
	return slices.DeleteFunc(slices.Clone(problems), func(p analyzer.Problem) bool { return said[place(p.Path, p.Line)] })
}

// problems lists what could not be read.
func (p *page) problems(problems []analyzer.Problem, o SummaryOptions) {
	if len(problems) == 0 {
		return
	}
	lines := make([]string, len(problems))
	for i, problem := range problems {
		lines[i] = fmt.Sprintf("- %s: %s\n", linked(problem.Path, problem.Line, o), sentence(problem.Message))
	}
	p.lines("Could not be read:", lines, "")
}

// linked returns a place as code, linked to the line if the tree is known.
func linked(path string, line int, o SummaryOptions) string {
	text := code(place(path, line))
	if o.Tree == "" || line < 1 || o.gone[path] || Visible(path) != path {
		return text
	}
	parts := strings.Split(path, "/")
	for i, part := range parts {
		parts[i] = strings.ReplaceAll(url.PathEscape(part), "@", "%40")
	}
	return fmt.Sprintf("[%s](%s/%s#L%d)", text, o.Tree, strings.Join(parts, "/"), line)
}
