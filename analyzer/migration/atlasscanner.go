package migration

import (
	"bytes"
	"regexp"

	"github.com/dropgate/dropgate/analyzer/source"
)

// atlasDollar is where Atlas sees the beginning of a dollar-quoted string.
var atlasDollar = regexp.MustCompile(`^\$(?:[A-Za-zÈ-ÿ_][0-9A-Za-z_È-ÿ]*)?\$`)

// An atlasScanner cuts a file at its delimiter as Atlas does: not in quotes, not
// in parentheses, not in a dollar-quoted string or a comment that it is not the
// beginning of.
type atlasScanner struct {
	m         *Migration
	delimiter []byte
	start     int // of the section
	at        int
	begin     int // of the statement, behind white space and comments
	depth     int
	opened    int // the outermost parenthesis
	unclosed  map[string]bool
	told      bool
}

func (s *atlasScanner) scan() {
	data := s.m.File.Data
	s.unclosed = map[string]bool{}
	s.skipSpace()
	for s.at < len(data) && s.step(data[s.at]) {
	}
	if s.at >= len(data) && s.depth > 0 {
		s.refuse(s.opened, "a parenthesis is not closed")
	}
	s.m.section(source.Span{Start: s.start, End: len(data)}, Up)
}

// step takes the next character and what belongs to it. It returns false where
// Atlas would stop; nothing is cut from there on.
func (s *atlasScanner) step(c byte) bool {
	rest := s.m.File.Data[s.at:]
	switch {
	case c == '(':
		if s.depth == 0 {
			s.opened = s.at
		}
		s.depth++
	case c == ')':
		if s.depth == 0 {
			return s.refuse(s.at, "a parenthesis is closed that was not opened")
		}
		s.depth--
	case c == '\'' || c == '"' || c == '`':
		n := bytes.IndexByte(rest[1:], c)
		if n < 0 {
			return s.refuse(s.at, "a quote is not closed")
		}
		s.at += n + 1
	case s.at == s.begin && len(rest) > len("delimiter") && bytes.EqualFold(rest[:len("delimiter")], []byte("delimiter")):
		s.m.problem(source.Span{Start: s.at, End: restOfLine(s.m.File, s.at)}, "Atlas takes this for a command that changes the delimiter")
		return false
	case s.depth == 0 && bytes.HasPrefix(rest, s.delimiter):
		s.cut()
		return true
	case c == '$' && s.dollar(rest), s.comment(rest, "--", "\n"), s.comment(rest, "/*", "*/"):
		return true
	}
	s.at++
	return true
}

// dollar passes a dollar-quoted string.
func (s *atlasScanner) dollar(rest []byte) bool {
	tag := atlasDollar.Find(rest)
	if tag == nil {
		return false
	}
	n := bytes.Index(rest[len(tag):], tag)
	if n < 0 {
		s.at += len(rest)
	} else {
		s.at += len(tag) + n + len(tag)
	}
	return true
}

// comment passes a comment. Without its end it is none.
func (s *atlasScanner) comment(rest []byte, left, right string) bool {
	if s.unclosed[left] || !bytes.HasPrefix(rest, []byte(left)) {
		return false
	}
	n := bytes.Index(rest[len(left):], []byte(right))
	if n < 0 {
		s.unclosed[left] = true
		return false
	}
	first := s.at == s.begin
	s.at += len(left) + n + len(right)
	if first {
		s.skipSpace()
	}
	return true
}

// cut ends the section before the delimiter and begins the next one behind it.
func (s *atlasScanner) cut() {
	s.m.section(source.Span{Start: s.start, End: s.at}, Up)
	mark := source.Span{Start: s.at, End: s.at + len(s.delimiter)}
	s.start, s.at = mark.End, mark.End
	s.skipSpace()
	if s.told || !bytes.HasPrefix(bytes.TrimSpace(s.delimiter), []byte("--")) || bytes.HasSuffix(s.delimiter, []byte("\n")) {
		return
	}
	if behind := restOfLine(s.m.File, mark.End); !blank(s.m.File.Data[mark.End:behind]) {
		s.m.problem(source.Span{Start: mark.Start, End: behind}, "Atlas runs what stands behind this delimiter, and every other tool takes it for a comment")
		s.told = true
	}
}

func (s *atlasScanner) skipSpace() {
	rest := s.m.File.Data[s.at:]
	s.at += len(rest) - len(bytes.TrimLeft(rest, "\t\n\v\f\r \u0085\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000"))
	s.begin = s.at
}

func (s *atlasScanner) refuse(at int, why string) bool {
	s.m.problem(source.Span{Start: at, End: restOfLine(s.m.File, at)}, "Atlas refuses the file: "+why)
	return false
}
