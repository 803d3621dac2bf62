package report

import (
	"bytes"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Visible returns s as one line in which nothing hides: control characters
// (line feed and tab among them), characters that turn the reading direction,
// and characters without width are written as <U+202E>, bytes that are not
// UTF-8 as <0xFF>.
func Visible(s string) string { return visible(s, "") }

// visibleText is Visible for text of several lines: line feeds and tabs stay,
// and a carriage return before a line feed goes.
func visibleText(s string) string {
	return visible(strings.ReplaceAll(s, "\r\n", "\n"), "\n\t")
}

// visible writes out all hidden characters but those in keep.
func visible(s, keep string) string {
	if strings.IndexFunc(s, func(r rune) bool { return r < ' ' || r > '~' }) < 0 {
		return s
	}
	var b strings.Builder
	for i, size := 0, 0; i < len(s); i += size {
		var r rune
		r, size = utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && size == 1:
			fmt.Fprintf(&b, "<0x%02X>", s[i])
		case hidden(r) && !strings.ContainsRune(keep, r):
			fmt.Fprintf(&b, "<U+%04X>", r)
		default:
			b.WriteString(s[i : i+size])
		}
	}
	return b.String()
}

// hidden reports whether a reader would not see r, or would see what follows
// it in another order. The two selectors that choose between the text and the
// emoji form of a character are harmless and common.
func hidden(r rune) bool {
	switch {
	case ' ' <= r && r <= '~', r == 0xFE0E, r == 0xFE0F:
		return false
	}
	return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp,
		unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector)
}

// LogWriter returns a writer that makes a log safe to read for the runner of
// GitHub Actions, which takes commands from every line a step prints, on both
// streams: a line that begins with :: and ##[ wherever it stands are broken up
// by a space, and hidden characters are made visible. So is the ##word[ of Azure
// Pipelines and TeamCity. Line feeds, tabs and colours pass.
//
// The runner looks for these with .NET's comparison of words, which passes over
// marks that stand on no letter. So they do not count here either.
//
// Nothing is held back but a character or colour that a write ends in the
// middle of.
func LogWriter(w io.Writer) io.Writer { return &logWriter{w: w, blank: true} }

type logWriter struct {
	w       io.Writer
	pending []byte // the beginning of a character or colour

	blank  bool // the line has only white space so far
	colon  bool // the line has only white space and one colon so far
	hashes int  // number signs that the line ends in so far
}

var (
	colour     = regexp.MustCompile("^\x1b\\[[0-9;]*m")
	colourPart = regexp.MustCompile("^\x1b(\\[[0-9;]{0,32})?$")
)

// Write implements io.Writer.
func (l *logWriter) Write(p []byte) (int, error) {
	data := slices.Concat(l.pending, p)
	l.pending = nil
	var out strings.Builder
	for len(data) > 0 {
		escape := data[0] == '\x1b'
		if escape && colourPart.Match(data) || !utf8.FullRune(data) {
			l.pending = append([]byte(nil), data...)
			break
		}
		if escape {
			if n := len(colour.Find(data)); n > 0 {
				out.Write(data[:n])
				data = data[n:]
				continue
			}
		}
		_, size := utf8.DecodeRune(data)
		for _, r := range visible(string(data[:size]), "\n\t") {
			l.put(&out, r)
		}
		data = data[size:]
	}
	if _, err := io.WriteString(l.w, out.String()); err != nil {
		return 0, fmt.Errorf("write log: %w", err)
	}
	return len(p), nil
}

// put writes one visible character, with a space before it where it would
// complete the beginning of a command.
func (l *logWriter) put(out *strings.Builder, r rune) {
	if l.colon && r == ':' || l.hashes >= 2 && (r == '[' || unicode.IsLetter(r)) {
		out.WriteByte(' ')
	}
	out.WriteRune(r)
	if unicode.In(r, unicode.M, unicode.Variation_Selector) {
		return
	}
	l.colon = l.blank && r == ':'
	l.blank = r == '\n' || l.blank && unicode.IsSpace(r)
	if r == '#' {
		l.hashes++
	} else {
		l.hashes = 0
	}
}

// unhash breaks up what the runner would take for a command in mid-line.
func unhash(s string) string { return strings.ReplaceAll(s, "##[", "## [") }

// hashBracket writes ##[ in another way that means the same, by format. No other
// beginning of a command can stand in one of these: they have no line that an
// author's text begins.
var hashBracket = map[string]string{
	"json": `#\u0023[`, "sarif": `#\u0023[`, "gitlab": `#\u0023[`, "junit": "#&#35;[",
}

// Printable returns a report of that format as it can be printed in a workflow,
// where the log is read for commands. A program that reads it sees no difference.
func Printable(format string, data []byte) []byte {
	if instead, ok := hashBracket[format]; ok {
		return bytes.ReplaceAll(data, []byte("##["), []byte(instead))
	}
	if format == "github" { // these are commands
		return data
	}
	var b bytes.Buffer
	_, _ = LogWriter(&b).Write(data) // a bytes.Buffer takes everything
	return b.Bytes()
}

// cut returns s with at most limit bytes, whole characters only, and whether
// something was cut off.
func cut(s string, limit int) (string, bool) {
	if len(s) <= limit {
		return s, false
	}
	for limit > 0 && !utf8.RuneStart(s[limit]) {
		limit--
	}
	return s[:limit], true
}
