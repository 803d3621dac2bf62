package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/dropgate/dropgate/analyzer"
	"github.com/dropgate/dropgate/internal/gate"
)

const (
	// markdownLimit keeps a step summary under GitHub's 1 MiB, beyond which it
	// shows nothing at all.
	markdownLimit = 1_000_000
	sqlLimit      = 2000 // bytes of a statement in a finding's own block
	shortSQL      = 600  // and of one that does not block
	sentenceLimit = 500  // bytes of a sentence
	reasonLimit   = 12   // reasons that are listed
)

// Markdown writes the review for people, as for a step's summary: the verdict
// first, then the findings, the worst first.
func Markdown(w io.Writer, r *Review) error {
	if _, err := io.WriteString(w, markdown(r)); err != nil {
		return fmt.Errorf("write Markdown report: %w", err)
	}
	return nil
}

func markdown(r *Review) string {
	if line, ok := nothingToReview(r); ok {
		return capital(sentence(line)) + ".\n"
	}
	blocking, others := split(r.Report.Findings)
	p := &page{limit: markdownLimit}
	p.must(verdictMarkdown(r) + "\n" + searchedMarkdown(r))
	for _, f := range blocking {
		p.add("---\n\n" + markdownHeading(f) + findingMarkdown(f, SummaryOptions{}))
	}
	if !r.Quiet {
		if len(others) > 0 {
			p.must("---\n\nNot blocking:\n\n")
		}
		for _, f := range others {
			p.add(markdownHeading(f) + shortMarkdown(f))
		}
		if r.Verbose {
			p.lines("---", filesMarkdown(r), "")
		}
	}
	return p.String()
}

// verdictMarkdown says what blocks, why, and how to go on.
func verdictMarkdown(r *Review) string {
	d := r.Decision
	blocking, others := split(r.Report.Findings)
	total := len(blocking) + len(others)
	files := scanned(r.Report.Files)
	if total == 0 && !d.Blocked {
		return "**Passed**: nothing destructive in " + files + ".\n"
	}
	if !d.Blocked {
		return fmt.Sprintf("**Passed**: %s (score %d, threshold %d) in %s.\n",
			passing(total, blocking), d.Score, d.Threshold, files) + coveredMarkdown(d, len(blocking)) + evidenceMarkdown(d)
	}
	s := fmt.Sprintf("**Blocked** by %d of %s in %s (score %d, threshold %d).\n",
		len(blocking), count(total, "finding"), files, d.Score, d.Threshold)
	for _, reason := range d.Reasons {
		s += "\n" + stop(sentence(capital(reason), reasonNames(d)...)) + "\n"
	}
	return strings.TrimRight(s, "\n") + strings.TrimRight(r.goOnMarkdown(blocking), "\n") + "\n"
}

// coveredMarkdown says by whose label what reaches the threshold may pass.
func coveredMarkdown(d gate.Decision, blocking int) string {
	a := d.Acknowledgement
	if blocking == 0 || a.State != gate.Valid {
		return ""
	}
	return fmt.Sprintf("\nThe label %s%s covers the %s the threshold.\n", code(a.Label), comma(byWhom(a, code)),
		verb(blocking, "operation that reaches", fmt.Sprintf("%d operations that reach", blocking)))
}

// comma closes an insertion that byWhom opened.
func comma(s string) string {
	if s == "" {
		return ""
	}
	return s + ","
}

func markdownHeading(f analyzer.Finding) string {
	return fmt.Sprintf("**%s %d** · %s · %s\n\n", f.Severity, f.Score, code(f.Rule), code(place(f.Path, f.Start.Line)))
}

// findingMarkdown returns all there is to say about a finding.
func findingMarkdown(f analyzer.Finding, o SummaryOptions) string {
	s := sentence(f.Message, names(f)...) + "\n\n" + statement(f, sqlLimit) + reasonsMarkdown(f)
	if reach := reachMarkdown(f); reach != "" {
		s += "\n" + reach
	}
	if uses := usesMarkdown(f, o); uses != "" {
		s += "\n" + uses
	}
	if remedy := remedyMarkdown(f); remedy != "" {
		s += "\n" + remedy
	}
	if f.Suggest != "" {
		s += "\nIn its place:\n\n" + fence("sql", f.Suggest, sqlLimit)
	}
	return s + "\n"
}

// shortMarkdown returns what is worth saying about a finding that blocks nothing.
func shortMarkdown(f analyzer.Finding) string {
	s := sentence(f.Message, names(f)...) + "\n\n"
	if f.Suppressed != nil {
		return s + suppressed(f) + "\n\n"
	}
	if f.Score == 0 {
		return s
	}
	if uses := usesMarkdown(f, SummaryOptions{}); uses != "" {
		s += uses + "\n"
	}
	return s + statement(f, shortSQL)
}

// statement returns a finding's statement as a block of its own, if it has one.
func statement(f analyzer.Finding, limit int) string {
	if strings.TrimSpace(f.Statement) == "" {
		return ""
	}
	return fence("sql", f.Statement, limit) + "\n"
}

func suppressed(f analyzer.Finding) string {
	return "Suppressed by " + sentence(f.Suppressed.By) + ": " + sentence(f.Suppressed.Reason)
}

func reasonsMarkdown(f analyzer.Finding) string {
	var b strings.Builder
	for i, reason := range f.Reasons {
		if i == reasonLimit {
			fmt.Fprintf(&b, "- and %d more\n", len(f.Reasons)-i)
			break
		}
		fmt.Fprintf(&b, "- **%+d** %s\n", reason.Points, sentence(reason.Text, names(f)...))
	}
	if note := doubt(f); note != "" {
		b.WriteString("- " + note + "\n")
	}
	return b.String()
}

func reachMarkdown(f analyzer.Finding) string {
	if len(f.Reach) == 0 {
		return ""
	}
	s := "Also hits:\n\n"
	for i, reached := range f.Reach {
		if i == reachLimit {
			s += fmt.Sprintf("- and %d more\n", len(f.Reach)-i)
			break
		}
		s += fmt.Sprintf("- %s %s: %s\n", sentence(string(reached.Kind)), code(reached.Name), sentence(reached.Why, names(f)...))
	}
	return s
}

func remedyMarkdown(f analyzer.Finding) string {
	var b strings.Builder
	for i, p := range paragraphs(f.Remedy) {
		lead := ""
		if i == 0 {
			lead = "**Instead:** "
		}
		if p.code {
			b.WriteString(fence("sql", p.text, sqlLimit) + "\n")
			continue
		}
		b.WriteString(lead + sentence(p.text, names(f)...) + "\n\n")
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// sentence is prose of bounded length.
func sentence(s string, names ...string) string {
	s, long := cut(s, sentenceLimit)
	out := prose(s, names...)
	if long {
		out += " …"
	}
	return out
}

// capital returns s with its first letter in upper case, if that is ASCII.
func capital(s string) string {
	if s != "" && 'a' <= s[0] && s[0] <= 'z' {
		return string(s[0]-'a'+'A') + s[1:]
	}
	return s
}

// stop ends a sentence.
func stop(s string) string {
	if strings.HasSuffix(s, ".") || strings.HasSuffix(s, "…") {
		return s
	}
	return s + "."
}

// A page collects Markdown up to a limit and counts the findings left out.
type page struct {
	b     strings.Builder
	limit int // bytes
	left  int // findings that did not fit
}

// pageReserve is kept free for the titles of lists that have no room, and for
// the lines that count what was left out.
const pageReserve = 600

// must writes s whatever the limit; for what is short by itself.
func (p *page) must(s string) { p.b.WriteString(s) }

// fits reports whether s still has room.
func (p *page) fits(s string) bool { return p.b.Len()+len(s)+pageReserve <= p.limit }

// add writes a finding, or counts it. After the first that has no room nothing
// more is written: what is shown is the worst, without gaps.
func (p *page) add(s string) {
	if p.left > 0 || !p.fits(s) {
		p.left++
		return
	}
	p.b.WriteString(s)
}

// String returns the page with the count at its end.
func (p *page) String() string {
	s := strings.TrimRight(p.b.String(), "\n") + "\n"
	if p.left > 0 {
		s += "\n" + count(p.left, "more finding") + " not shown: there is no room for " + verb(p.left, "it", "them") + " here.\n"
	}
	return s
}
