package analyzer

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/dropgate/dropgate/analyzer/op"
)

// The comments that ask for findings to be lifted.
const (
	ignoreMark = "dropgate:"
	ignoreOne  = "ignore"      // -- dropgate:ignore RULE[, RULE] -- reason
	ignoreAll  = "ignore-file" // -- dropgate:ignore-file RULE[, RULE] -- reason
)

const (
	reasonLimit = 300 // characters of a reason: each finding that it lifts has it
	nameLimit   = 40  // characters of a name that are quoted
)

// neverIgnored are the rules that no comment lifts the findings of, and why.
var neverIgnored = map[string]string{
	"unread-file":   "unread-file cannot be ignored by a comment, since nothing in a file that cannot be read is believed: the label can cover it",
	"bad-ignore":    "bad-ignore cannot be ignored by a comment: mend the comment that it is about",
	"unused-ignore": "unused-ignore cannot be ignored by a comment: take out the one that it is about",
}

// A wish is what an ignore comment says.
type wish struct {
	file   bool     // it is about the whole file
	rules  []string // by their IDs
	reason string
	wrong  *op.BadIgnore // what is wrong with it; nil: nothing
}

// readWish reads a comment, and reports whether it is an ignore comment at all. One in
// which anything is wrong names no rules.
func readWish(comment string, known func(rule string) bool, nearest func(name string) string) (wish, bool) {
	text := commentText(comment)
	if len(text) < len(ignoreMark) || !strings.EqualFold(text[:len(ignoreMark)], ignoreMark) {
		return wish{}, false
	}
	word, rest := text[len(ignoreMark):], ""
	if i := strings.IndexFunc(word, unicode.IsSpace); i >= 0 {
		word, rest = word[:i], word[i:]
	}
	list, reason, _ := strings.Cut(rest, "--")
	w := wish{file: strings.EqualFold(word, ignoreAll), reason: shortReason(reason)}
	if !w.file && !strings.EqualFold(word, ignoreOne) {
		if !meansIgnore(word, rest) {
			return wish{}, false
		}
		w.wrong = &op.BadIgnore{Why: fmt.Sprintf("dropgate knows no comment %s%s", ignoreMark, quoteName(word)), Write: w.form("RULE")}
		return w, true
	}
	rules, wrong := readRules(list, known, nearest)
	switch {
	case wrong != "":
		w.wrong = &op.BadIgnore{Why: wrong, Write: w.form("RULE")}
	case w.reason == "":
		w.wrong = &op.BadIgnore{Why: "it gives no reason", Write: w.form(strings.Join(rules, ", "))}
	default:
		w.rules = rules
	}
	return w, true
}

// meansIgnore reports whether a word that is none of dropgate's was likely meant as
// one: ignored, ignore-line, ingore, or one behind a blank.
func meansIgnore(word, rest string) bool {
	if word == "" {
		word, _, _ = strings.Cut(strings.TrimSpace(rest), " ")
	}
	word = strings.ToLower(cut([]rune(word), nameLimit))
	return strings.Contains(word, "ignor") || apart(word, ignoreOne) <= 2
}

// form is how the comment is written.
func (w wish) form(rules string) string {
	word := ignoreOne
	if w.file {
		word = ignoreAll
	}
	return "-- " + ignoreMark + word + " " + rules + " -- why it is meant"
}

// readRules reads the names between commas, or says what is wrong with one.
func readRules(list string, known func(string) bool, nearest func(string) string) (rules []string, wrong string) {
	if strings.TrimSpace(list) == "" {
		return nil, "it names no rule"
	}
	for name := range strings.SplitSeq(list, ",") {
		name = strings.ToLower(strings.TrimSpace(name))
		switch {
		case name == "":
			return nil, "a name is missing between its commas"
		case name == "*" || name == "all":
			return nil, "it has to name each rule that is meant"
		case strings.ContainsFunc(name, unicode.IsSpace):
			return nil, "its rules have to stand between commas: " + quoteName(name)
		case neverIgnored[name] != "":
			return nil, neverIgnored[name]
		case !known(name):
			return nil, "no rule is called " + quoteName(name) + nearest(name)
		case !slices.Contains(rules, name):
			rules = append(rules, name)
		}
	}
	return rules, ""
}

// commentText returns what stands in a comment, without its marks.
func commentText(comment string) string {
	comment, block := strings.CutPrefix(comment, "/*")
	if !block {
		return strings.TrimSpace(strings.TrimLeft(comment, "-"))
	}
	var lines []string
	for line := range strings.Lines(strings.TrimSuffix(comment, "*/")) {
		lines = append(lines, strings.TrimLeft(strings.TrimSpace(line), "*"))
	}
	return strings.TrimSpace(strings.Join(lines, "\n"))
}

// shortReason returns a reason as one line; empty if there is no word in it.
func shortReason(text string) string {
	if !strings.ContainsFunc(text, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsNumber(r) }) {
		return ""
	}
	return cut([]rune(strings.Join(strings.Fields(text), " ")), reasonLimit)
}

func quoteName(name string) string { return fmt.Sprintf("%q", cut([]rune(name), nameLimit)) }

// nearestRule says which rule has the nearest name; nothing if none is near.
func nearestRule(name string, ids []string) string {
	nearest, least := "", len(name)/3+2
	for _, id := range ids {
		if d := len(id) - len(name); d >= least || -d >= least {
			continue
		}
		if d := apart(name, id); d < least {
			nearest, least = id, d
		}
	}
	if nearest == "" {
		return ""
	}
	return ", the nearest name is " + nearest
}

// apart counts the letters to insert, delete or replace to turn a into b.
func apart(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, diagonal+1)
		}
	}
	return row[len(b)]
}
