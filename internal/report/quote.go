package report

import (
	"fmt"
	"html"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Text from a repository reaches Markdown by the functions of this file and
// no others. Escaping with backslashes would not do: GitHub looks for
// mentions, references and addresses in the rendered text, and leaves only
// code alone.

// punctuation may follow a word without being part of it.
const punctuation = ".,;:!?)\"'"

// opening may come before a word without being part of it.
const opening = "(\"'"

// codeLimit is the most bytes that inline code shows.
const codeLimit = 300

// markdownText makes hidden characters visible and breaks up the beginning of
// an HTML comment, which is how dropgate's own record is found again.
func markdownText(s string) string {
	return strings.ReplaceAll(visibleText(s), "<!--", "<! --")
}

// code returns s as inline code on one line.
func code(s string) string {
	s, long := cut(strings.ReplaceAll(Visible(s), "<!--", "<! --"), codeLimit)
	if long {
		s += "…"
	}
	if strings.TrimSpace(s) == "" {
		s = `"` + s + `"`
	}
	ticks := strings.Repeat("`", longestRun(s, '`')+1)
	if strings.HasPrefix(s, "`") || strings.HasSuffix(s, "`") || s != strings.TrimSpace(s) {
		s = " " + s + " "
	}
	return ticks + s + ticks
}

// htmlCode returns s as code inside an HTML block, where Markdown is not read.
func htmlCode(s string) string {
	s, long := cut(Visible(s), codeLimit)
	if long {
		s += "…"
	}
	return "<code>" + html.EscapeString(s) + "</code>"
}

// fence returns s as a fenced block of at most about limit bytes of text. It
// is cut first and fenced then, so that no cut can open the fence.
func fence(language, s string, limit int) string {
	text := strings.TrimRight(markdownText(s), " \t\n")
	text, long := cut(text, limit)
	if long {
		text += " …\n-- cut here: the statement is longer"
	}
	ticks := strings.Repeat("`", max(3, longestRun(text, '`')+1))
	return ticks + language + "\n" + text + "\n" + ticks + "\n"
}

func longestRun(s string, c byte) int {
	longest, run := 0, 0
	for i := range len(s) {
		if s[i] != c {
			run = 0
			continue
		}
		run++
		longest = max(longest, run)
	}
	return longest
}

// prose returns a sentence as Markdown. Words that are plainly words stay as
// they are; the given names, what stands between backquotes, and every word
// that has anything but letters in it become code.
func prose(s string, names ...string) string {
	names = byLength(names)
	var b strings.Builder
	start := true // of a word
	for s = strings.TrimLeftFunc(s, unicode.IsSpace); s != ""; {
		rest := strings.TrimLeftFunc(s, unicode.IsSpace)
		if len(rest) < len(s) {
			if rest != "" {
				b.WriteByte(' ')
			}
			s, start = rest, true
			continue
		}
		length, piece := nextPiece(s, names, start, b.Len() == 0)
		if strings.HasPrefix(piece, "`") && strings.HasSuffix(b.String(), "`") {
			b.WriteByte(' ') // else two pieces of code would become one, or none
		}
		b.WriteString(piece)
		start = start && length == 1 && strings.ContainsAny(piece, opening)
		s = s[length:]
	}
	return b.String()
}

// nextPiece returns the number of bytes that the next piece of a sentence
// takes, and the piece as Markdown.
func nextPiece(s string, names []string, start, first bool) (int, string) {
	if start {
		if name := nameAt(s, names); name != "" {
			return len(name), code(name)
		}
		if strings.ContainsRune(opening, rune(s[0])) {
			return 1, s[:1]
		}
	}
	if end := strings.IndexByte(s[1:], '`'); s[0] == '`' && end > 0 {
		return end + 2, code(s[1 : 1+end])
	}
	word := firstWord(s)
	return len(word), proseWord(word, first)
}

// byLength returns the names worth looking for, the longest first.
func byLength(names []string) []string {
	var out []string
	for _, n := range names {
		if len(n) > 1 {
			out = append(out, n)
		}
	}
	slices.SortFunc(out, func(a, b string) int {
		if len(a) != len(b) {
			return len(b) - len(a)
		}
		return strings.Compare(a, b)
	})
	return slices.Compact(out)
}

// nameAt returns the name that s begins with, as a whole word.
func nameAt(s string, names []string) string {
	for _, n := range names {
		rest, ok := strings.CutPrefix(s, n)
		if !ok {
			continue
		}
		after := strings.TrimLeft(rest, punctuation)
		next, _ := utf8.DecodeRuneInString(after)
		if after == "" || unicode.IsSpace(next) {
			return n
		}
	}
	return ""
}

// firstWord returns s up to the first white space or backquote after its first
// character.
func firstWord(s string) string {
	_, size := utf8.DecodeRuneInString(s)
	end := strings.IndexFunc(s[size:], func(r rune) bool { return unicode.IsSpace(r) || r == '`' })
	if end < 0 {
		return s
	}
	return s[:size+end]
}

var (
	plainWord = regexp.MustCompile(`^(?:[A-Za-z]+(?:[-'’][A-Za-z]+)*|[0-9]+(?:[.,][0-9]+)*%?|[–—…])$`)
	// Between words these are only themselves; at the start of a line they
	// would begin a list.
	plainSign  = regexp.MustCompile(`^[-+=/&→]$`)
	listNumber = regexp.MustCompile(`^[0-9]+$`)
	// GitHub links what looks like a commit.
	commitLike = regexp.MustCompile(`^[0-9a-fA-F]{7,}$`)
)

// proseWord returns a word with its punctuation as it is if nothing in it can
// mean anything to Markdown or GitHub, else as code.
func proseWord(word string, first bool) string {
	core := strings.TrimRight(word, punctuation)
	tail := word[len(core):]
	if first && tail != "" && listNumber.MatchString(core) {
		return code(core) + tail
	}
	switch {
	case core == "",
		plainWord.MatchString(core) && !commitLike.MatchString(core),
		!first && plainSign.MatchString(core):
		return word
	}
	return code(core) + tail
}

// place returns where something is: the path, and the line if it has one.
func place(path string, line int) string {
	if line < 1 {
		return path
	}
	return fmt.Sprintf("%s:%d", path, line)
}
