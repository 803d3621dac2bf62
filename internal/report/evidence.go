package report

import (
	"regexp"
	"strings"

	"github.com/dropgate/dropgate/internal/gate"
)

// plainLink is an address that needs no escaping in Markdown. A status carries
// whatever address its creator gave it.
var plainLink = regexp.MustCompile(`^https?://[A-Za-z0-9][A-Za-z0-9.:-]*(?:/[A-Za-z0-9._~/?=&%+:#-]*)?$`)

// evidence returns what was found of a backup as a sentence of its own. It is
// empty when none is asked for, and when the reason for the verdict says it
// already.
func evidence(d gate.Decision) string {
	if d.Backup == nil || d.Acknowledgement.State == gate.Unproven {
		return ""
	}
	return "backup: " + d.Backup.Message
}

// evidenceMarkdown is evidence as a paragraph, with a link to where it was found.
func evidenceMarkdown(d gate.Decision) string {
	s := evidence(d)
	if s == "" {
		return ""
	}
	s = capital(sentence(s, backupNames(d)...))
	if newest := d.Backup.Newest; newest != nil && plainLink.MatchString(newest.URL) && len(newest.URL) <= codeLimit {
		s += " ([" + newestDate(newest) + "](" + newest.URL + "))"
	}
	return "\n" + stop(s) + "\n"
}

// newestDate is the text of a link to a sign: a date has nothing to quote.
func newestDate(f *gate.Found) string {
	date, _, _ := strings.Cut(moment(f.At), ",")
	return date
}

// reasonNames are the names in the sentences of a decision.
func reasonNames(d gate.Decision) []string {
	return append(backupNames(d), d.Acknowledgement.Label, d.Acknowledgement.By)
}

// backupNames are the names in a sentence about evidence of a backup.
func backupNames(d gate.Decision) []string {
	b := d.Backup
	if b == nil {
		return nil
	}
	out := []string{b.Name, b.Branch}
	for _, f := range []*gate.Found{b.Newest, b.Failed} {
		if f != nil {
			out = append(out, f.By)
		}
	}
	return out
}

// renew says how to bring the evidence that is missing.
func renew(b *gate.Backup, quote func(string) string) string {
	const again = "run this check again."
	switch {
	case b == nil:
		return "renew the evidence and " + again
	case b.Problem != "":
		return "see to it that the evidence can be read, and " + again
	case b.Evidence == gate.ByStatus:
		return "let a restore of the backup set the status " + quote(b.Name) + " on the newest commit of " + quote(b.Branch) + ", and " + again
	}
	return "start the workflow " + quote(b.Name) + " on " + quote(b.Branch) + ", and when it has succeeded, " + again
}
