package pgsql

import (
	"bytes"
	"errors"
	"fmt"
	"unicode"
	"unicode/utf8"

	"github.com/dropgate/dropgate/analyzer/op"
	"github.com/dropgate/dropgate/analyzer/source"
)

// nulLimit is the most NUL bytes of a text; what has more is none.
const nulLimit = 16

// notText returns why the range is no text that PostgreSQL could read; empty if it
// may be.
func notText(data []byte) string {
	const utf16 = "it is written in UTF-16, which PostgreSQL does not read: save it as UTF-8"
	if bytes.HasPrefix(data, []byte{0xFF, 0xFE}) || bytes.HasPrefix(data, []byte{0xFE, 0xFF}) {
		return utf16
	}
	nuls := bytes.Count(data, []byte{0})
	switch {
	case nuls <= nulLimit:
		return ""
	case nuls >= len(data)/3:
		return utf16 // every other byte of Latin text
	}
	return fmt.Sprintf("it is not text: it holds %d NUL bytes", nuls)
}

// wholeUnread returns the range as one statement that could not be read.
func wholeUnread(f *source.File, in source.Span, message string) Statement {
	in.End = in.Start + len(bytes.TrimRight(f.Data[in.Start:in.End], " \t\r\n"))
	var words destruction
	l := &lexer{data: f.Data, pos: in.Start, end: in.End}
	for {
		t, ok := l.next()
		if !ok {
			break
		}
		words.see(f.Data, t)
	}
	return Statement{Span: in, Normal: bounded(f.Data[in.Start:in.End]), Ops: []op.At{{Span: in, Op: &op.Unread{
		Message: message, File: true, Destructive: words.found,
	}}}}
}

// legible returns an error for a chunk with bytes that the parser would trip over.
func legible(f *source.File, c chunk) error {
	data := f.Data[c.all.Start:c.all.End]
	// The parser takes a C string: it would not see what follows a NUL byte.
	if i := bytes.IndexByte(data, 0); i >= 0 {
		return fmt.Errorf("it holds a NUL byte (line %d), after which PostgreSQL's parser sees nothing", f.Position(c.all.Start+i).Line)
	}
	if utf8.Valid(data) {
		return nil
	}
	for _, t := range c.tokens { // in comments they do no harm
		if s := f.Data[t.span.Start:t.span.End]; !utf8.Valid(s) {
			at := t.span.Start + validLen(s)
			return fmt.Errorf("it holds bytes that are not UTF-8 (line %d): save the file as UTF-8", f.Position(at).Line)
		}
	}
	if c.excess.tokens == 0 {
		return nil
	}
	return errors.New("it holds bytes that are not UTF-8: save the file as UTF-8")
}

// validLen returns how many bytes come before the first that is not UTF-8.
func validLen(s []byte) int {
	n := 0
	for n < len(s) {
		r, size := utf8.DecodeRune(s[n:])
		if r == utf8.RuneError && size == 1 {
			break
		}
		n += size
	}
	return n
}

// blankNames are characters that look like white space or like nothing, and that
// PostgreSQL takes for letters.
var blankNames = map[rune]string{
	'\u00A0': "NO-BREAK SPACE", '\u200B': "ZERO WIDTH SPACE", '\u202F': "NARROW NO-BREAK SPACE",
	'\u3000': "IDEOGRAPHIC SPACE", '\uFEFF': "BYTE ORDER MARK", '\u2028': "LINE SEPARATOR", '\u00AD': "SOFT HYPHEN",
}

func isBlankLetter(r rune) bool {
	return r >= 0x80 && (unicode.IsSpace(r) || unicode.Is(unicode.Cf, r))
}

// blankLetter says which character in the chunk, outside of quotes, looks blank and
// is none; empty without any.
func blankLetter(f *source.File, c chunk) string {
	for _, t := range c.tokens {
		if t.kind != word {
			continue
		}
		s := f.Data[t.span.Start:t.span.End]
		i := bytes.IndexFunc(s, isBlankLetter)
		if i < 0 {
			continue
		}
		r, _ := utf8.DecodeRune(s[i:])
		name := blankNames[r]
		if name == "" {
			name = "character that looks blank"
		}
		return fmt.Sprintf("a %s (U+%04X) stands in line %d, which PostgreSQL takes for a letter of a name", name, r, f.Position(t.span.Start+i).Line)
	}
	return ""
}

// A destruction finds the words that stand in statements that take something away.
type destruction struct {
	previous string
	found    []string
}

// wordLimit is the most destructive words that are noted; more say nothing new.
const wordLimit = 1000

// see notes the word if it is one. Characters that look blank part words: they are
// meant to.
func (d *destruction) see(data []byte, t token) {
	if t.kind != word {
		d.previous = ""
		return
	}
	for _, w := range bytes.FieldsFunc(data[t.span.Start:t.span.End], isBlankLetter) {
		if len(d.found) < wordLimit {
			d.word(string(bytes.ToLower(w)))
		}
	}
}

func (d *destruction) word(w string) {
	switch w {
	case "drop", "truncate", "merge", "execute":
		d.found = append(d.found, w)
	case "delete", "update":
		switch d.previous {
		case "on", "for", "key", "or", "before", "after":
		default:
			d.found = append(d.found, w)
		}
	}
	d.previous = w
}
