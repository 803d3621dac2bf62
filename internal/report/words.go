package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/dropgate/dropgate/analyzer"
	"github.com/dropgate/dropgate/internal/gate"
)

// count returns "1 file", "2 files".
func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// verb returns one of two forms of a verb by the number that it goes with.
func verb(n int, one, more string) string {
	if n == 1 {
		return one
	}
	return more
}

// verbs are the words that rules' messages begin with, as they read after
// "would".
var verbs = map[string]string{
	"Alters": "alter", "Changes": "change", "Converts": "convert", "Cuts": "cut",
	"Deletes": "delete", "Destroys": "destroy", "Detaches": "detach",
	"Disables": "disable", "Drops": "drop", "Edits": "edit", "Empties": "empty",
	"Loses": "lose", "Merges": "merge", "Overwrites": "overwrite",
	"Removes": "remove", "Replaces": "replace", "Rewrites": "rewrite",
	"Rounds": "round", "Runs": "run", "Sets": "set", "Takes": "take",
	"Truncates": "truncate", "Updates": "update", "Writes": "write",
}

// would turns "Drops table t." into "would drop table t.". It leaves messages
// that begin otherwise, and says so.
func would(message string) (string, bool) {
	first, rest, _ := strings.Cut(message, " ")
	if base, ok := verbs[first]; ok && rest != "" {
		return "would " + base + " " + rest, true
	}
	return message, false
}

// unread reports whether a finding is about text that could not be read.
func unread(f analyzer.Finding) bool { return strings.HasPrefix(f.Rule, "unread-") }

// unreadable returns how many findings are about text that could not be read.
func unreadable(findings []analyzer.Finding) int {
	n := 0
	for _, f := range findings {
		if unread(f) {
			n++
		}
	}
	return n
}

// worstFirst returns the findings in order of concern: blocking ones first,
// suppressed ones last, by score, and by place within a score.
func worstFirst(findings []analyzer.Finding) []analyzer.Finding {
	rank := func(f analyzer.Finding) int {
		switch {
		case f.Blocking:
			return 0
		case f.Suppressed == nil:
			return 1
		}
		return 2
	}
	out := slices.Clone(findings)
	slices.SortStableFunc(out, func(a, b analyzer.Finding) int {
		return cmp.Or(cmp.Compare(rank(a), rank(b)), cmp.Compare(b.Score, a.Score), analyzer.Compare(a, b))
	})
	return out
}

// split returns the blocking findings and the others, each worst first.
func split(findings []analyzer.Finding) (blocking, others []analyzer.Finding) {
	for _, f := range worstFirst(findings) {
		if f.Blocking {
			blocking = append(blocking, f)
		} else {
			others = append(others, f)
		}
	}
	return blocking, others
}

// scanned returns "3 files, 14 statements", and what of it could not be read.
func scanned(files []analyzer.FileSummary) string {
	statements, unread, down := 0, 0, 0
	for _, f := range files {
		statements += f.Statements
		unread += f.Unread
		if f.Direction == "down" {
			down++
		}
	}
	s := count(len(files), "file")
	if down > 0 {
		s += fmt.Sprintf(" (%d only to take back)", down)
	}
	s += ", " + count(statements, "statement")
	if unread > 0 {
		s += fmt.Sprintf(", %d unread", unread)
	}
	return s
}

// nothingToReview returns the one line for a review without any migration, and
// whether it is one.
func nothingToReview(r *Review) (string, bool) {
	if len(r.Report.Files)+len(r.Report.Findings)+len(r.Report.Problems) > 0 || r.Decision.Blocked {
		return "", false
	}
	where := ""
	if r.Scope != "" {
		where = " " + r.Scope
	}
	return "no migrations found" + where + ", nothing to review", true
}

// names returns what a finding's sentences may call the objects it is about.
func names(f analyzer.Finding) []string {
	o := f.Object
	table := o
	table.Column = ""
	out := []string{o.String(), table.String(), o.Schema, o.Name, o.Column}
	for _, reached := range f.Reach {
		out = append(out, reached.Name)
	}
	return out
}

// moment returns a time of the acknowledgement for people.
func moment(at string) string {
	t, err := time.Parse(time.RFC3339, at)
	if err != nil {
		return Visible(at)
	}
	return t.UTC().Format("2 January 2006, 15:04 UTC")
}

// putOn returns "put on by alice on 20 November 2026", as far as it is known.
func putOn(a gate.Acknowledgement, quote func(string) string) string {
	s := "put on"
	if a.By != "" {
		s += " by " + quote(a.By)
	}
	if a.At != "" {
		s += " on " + moment(a.At)
	}
	return s
}

// goOn says how to go on, given what blocks, in the review's own words if it has
// any.
func (r *Review) goOn(quote func(string) string, blocking ...analyzer.Finding) string {
	if r.GoOn != nil && r.Decision.Blocked {
		return r.GoOn(quote)
	}
	return goOn(r.Decision, about(blocking), quote)
}

// An otherwise is what the author can do, and what it takes if they cannot.
type otherwise struct{ change, meant string }

// lossless is what can be done about a loss.
var lossless = otherwise{"Change the migration so that nothing is lost.", "If the loss is meant, "}

// about says what can be done about what blocks: of what could not be read,
// nobody knows whether anything is lost.
func about(blocking []analyzer.Finding) otherwise {
	switch n := unreadable(blocking); {
	case n == 0:
		return lossless
	case n == len(blocking):
		return otherwise{"Change the migration so that it can be read.", "If it is right as it is, "}
	}
	return otherwise{"Change the migration so that nothing is lost and all of it can be read.", lossless.meant}
}

// goOn says who has to do what for a blocked review to pass. The names in it
// go through quote. It is empty when nothing is blocked.
func goOn(d gate.Decision, o otherwise, quote func(string) string) string {
	if !d.Blocked {
		return ""
	}
	words := append([]string{lastLabel(d.Acknowledgement, quote)}, ways(d, o, quote)...)
	return strings.TrimSpace(strings.Join(words, " "))
}

// ways are the two ways to go on: what the author can do, and what others can.
func ways(d gate.Decision, o otherwise, quote func(string) string) []string {
	a := d.Acknowledgement
	if a.Label == "" {
		return []string{o.change}
	}
	who, again := "someone who has checked that a restorable backup exists ", "takes the label off and puts it on again."
	if a.Removed {
		again = "puts the label on again."
	}
	switch a.State {
	case gate.Stale:
		if !a.Expired {
			who = "someone who has checked that a restorable backup covers all of it "
		}
	case gate.Self:
		who = "someone else who has checked that a restorable backup exists "
	case gate.Unauthorized:
		who = "somebody whose label counts, and who has checked that a restorable backup exists, "
	case gate.Unproven:
		return []string{o.change, o.meant + renew(d.Backup, quote)}
	default:
		again = "puts the label " + quote(a.Label) + " on the pull request."
	}
	return []string{o.change, o.meant + who + again}
}

// lastLabel says who put a label on that does not open the gate, and whether it
// is still on. What is against it is among the reasons. It is empty without one.
func lastLabel(a gate.Acknowledgement, quote func(string) string) string {
	known := a.By != "" || a.At != ""
	switch s := "The label " + quote(a.Label); {
	case a.Label == "" || a.State == gate.Absent || a.State == "":
		return ""
	case a.State == gate.Unproven:
		return s + " stays on."
	case known && a.Removed:
		return s + ", " + putOn(a, quote) + ", was taken off by dropgate."
	case known:
		return s + " was " + putOn(a, quote) + "."
	case a.Removed:
		return s + " was taken off by dropgate."
	default:
		return s + " is on."
	}
}

// A paragraph is a piece of a remedy: a sentence or more, or lines of code.
type paragraph struct {
	code bool
	text string
}

// paragraphs takes a remedy apart: lines indented by two spaces or a tab are
// code, other lines run on, an empty line ends a paragraph.
func paragraphs(s string) []paragraph {
	var out []paragraph
	open := false
	for _, line := range strings.Split(strings.ReplaceAll(s, "\r\n", "\n"), "\n") {
		isCode := strings.HasPrefix(line, "  ") || strings.HasPrefix(line, "\t")
		if strings.TrimSpace(line) == "" {
			open = false
			continue
		}
		last := len(out) - 1
		switch {
		case !open || out[last].code != isCode:
			out = append(out, paragraph{isCode, strings.TrimSpace(line)})
		case isCode:
			out[last].text += "\n" + strings.TrimSpace(line)
		default:
			out[last].text += " " + strings.TrimSpace(line)
		}
		open = true
	}
	return out
}
