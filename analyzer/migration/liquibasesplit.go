package migration

import (
	"bytes"
	"regexp"
	"sort"
	"strings"

	"github.com/dropgate/dropgate/analyzer/source"
)

// A liquibaseText is the text that Liquibase makes of a changeset's lines, and
// where they come from.
type liquibaseText struct {
	data   []byte
	starts []int // in data, of each line
	from   []int // in the file
}

func joinLines(kept []line) *liquibaseText {
	t := &liquibaseText{}
	for _, l := range kept {
		t.starts = append(t.starts, len(t.data))
		t.from = append(t.from, l.span.Start)
		t.data = append(append(t.data, l.text...), '\n')
	}
	return t
}

// span returns where a range of the text stands in the file.
func (t *liquibaseText) span(start, end int) source.Span {
	at := func(offset int) int {
		i := sort.SearchInts(t.starts, offset+1) - 1
		return t.from[i] + offset - t.starts[i]
	}
	return source.Span{Start: at(start), End: at(end-1) + 1}
}

// A liquibaseSplitter goes through a changeset's tokens as Liquibase does when it
// cuts it into statements. What is a delimiter to it may stand in a string or body.
type liquibaseSplitter struct {
	text      *liquibaseText
	set       changeset
	delimiter *regexp.Regexp // of more than one character
	before    string         // the token before, "null" where there is none
	first     bool
	clauses   int // BEGIN without END
	pending   []token

	cuts  []source.Span
	out   []source.Span // comments that are taken out
	glued []source.Span // those whose neighbours become one word then
}

// split returns the delimiters in a changeset, and the comments that Liquibase takes
// out of it. Semicolons are none of them: PostgreSQL sees them by itself. For psql
// nothing is split.
func (r *liquibaseReader) split(last bool) (delimiters, comments []source.Span) {
	set := r.set
	if len(r.kept) == 0 || set.psql {
		return nil, nil
	}
	s := liquibaseSplitter{text: joinLines(r.kept), set: set, before: "null", first: true}
	if last && set.delimiter == nil && bytes.HasSuffix(bytes.TrimSpace(s.text.data), []byte("\n/")) {
		slash := "\n/$"
		s.set.delimiter = &slash
	}
	if d := s.set.delimiter; d != nil && len(*d) != 1 && !set.joined {
		if s.delimiter = delimiterPattern(*d); s.delimiter == nil {
			r.m.problem(source.Span{Start: r.start, End: r.start}, "the endDelimiter of this changeset cannot be followed")
			s.set.delimiter = new(string)
		}
	}
	if !set.joined && s.doubtful().Match(s.text.data) {
		r.m.problem(source.Span{Start: r.start, End: r.start}, "a delimiter of this changeset stands beside a character that may belong to its word")
	}
	x := liquibaseLexer{data: s.text.data}
	for t, ok := x.next(); ok; t, ok = x.next() {
		s.merge(t, &x)
	}
	for _, span := range s.glued {
		r.m.problem(span, "Liquibase takes this out before it runs, and what stands around it becomes one")
	}
	return s.cuts, s.out
}

// doubtful matches the words that matter beside a character of which the grammar
// has its own opinion whether it is a letter.
func (s *liquibaseSplitter) doubtful() *regexp.Regexp {
	const other = `[^\x00-\x7f\x{c0}-\x{d6}\x{d8}-\x{f6}\x{f8}-\x{2c1}]`
	words := `(?:begin|end|go`
	if d := s.set.delimiter; d != nil {
		words += "|" + regexp.QuoteMeta(*d)
	}
	words += ")"
	return regexp.MustCompile(`(?i)` + other + `[0-9]*` + words + `(?:\W|$)|(?:^|\W)` + words + other)
}

// delimiterPattern compiles what Liquibase matches against a token and the one
// before it, if it is of a kind that Go and Java read alike.
func delimiterPattern(delimiter string) *regexp.Regexp {
	lower := strings.ToLower(delimiter)
	if len(lower) > longestDelimiter || !plainDelimiter.MatchString(lower) {
		return nil
	}
	p, err := regexp.Compile(`^(?:[ \t\n\v\f\r]*` + strings.ReplaceAll(lower, `\s`, `[ \t\n\v\f\r]`) + ")$")
	if err != nil {
		return nil
	}
	return p
}

// longestDelimiter bounds what is put together of tokens for a delimiter.
const longestDelimiter = 64

var plainDelimiter = regexp.MustCompile("^(?:[a-z0-9_\n/;@#%&!~=:,<>\"'` $|*+-]|\\\\[nrts/;|$.*+-])*$")

// merge puts together the tokens of a delimiter such as //.
func (s *liquibaseSplitter) merge(t token, x *liquibaseLexer) {
	if t.comment && !s.set.comments {
		s.takeOut(t)
		return
	}
	if s.set.delimiter == nil || s.set.joined {
		s.piece(t, x)
		return
	}
	want := *s.set.delimiter
	if len(s.pending) == 0 {
		if strings.HasPrefix(want, s.image(t)) {
			s.pending = append(s.pending, t)
			return
		}
		s.piece(t, x)
		return
	}
	var joined strings.Builder
	for _, p := range append(s.pending, t) {
		joined.WriteString(s.image(p))
	}
	switch {
	case joined.String() == want:
		s.piece(token{start: s.pending[0].start, end: t.end}, x)
		s.pending = nil
	case strings.HasPrefix(want, joined.String()):
		s.pending = append(s.pending, t)
	default:
		for _, p := range append(s.pending, t) {
			s.piece(p, x)
		}
		s.pending = nil
	}
}

func (s *liquibaseSplitter) image(t token) string { return string(s.text.data[t.start:t.end]) }

// takeOut notes a comment that goes. Where nothing parts its neighbours then, they
// may become something else.
func (s *liquibaseSplitter) takeOut(t token) {
	span := s.text.span(t.start, t.end)
	s.out = append(s.out, span)
	if t.start > 0 && t.end < len(s.text.data) && joins(s.text.data[t.start-1]) && joins(s.text.data[t.end]) {
		s.glued = append(s.glued, span)
	}
}

// joins reports whether a character may become part of a longer word or operator.
func joins(c byte) bool { return !isSpace(c) && strings.IndexByte("(),;[]", c) < 0 }

// piece follows a token with what comes behind it.
func (s *liquibaseSplitter) piece(t token, x *liquibaseLexer) {
	image := s.image(t)
	switch {
	case strings.EqualFold(image, "BEGIN"):
		if next := x.word(s.set.comments); !isTransaction(next) && !strings.EqualFold(next, "dialog") &&
			!strings.EqualFold(next, "conversation") && !strings.EqualFold(next, "distributed") {
			s.clauses++
		}
	case strings.EqualFold(image, "END") && s.clauses > 0:
		if !isTransaction(x.word(s.set.comments)) {
			s.clauses--
		}
	}
	if s.clauses == 0 && !s.set.joined && s.isDelimiter(image) {
		s.cuts = append(s.cuts, s.text.span(t.start, t.end))
	}
	s.before, s.first = image, false
}

func isTransaction(word string) bool {
	return strings.EqualFold(word, "transaction") || strings.EqualFold(word, "trans") || strings.EqualFold(word, "tran")
}

func (s *liquibaseSplitter) isDelimiter(image string) bool {
	newLine := s.first || strings.HasSuffix(s.before, "\n")
	d := s.set.delimiter
	switch {
	case d == nil:
		return newLine && (image == "/" || strings.EqualFold(image, "go"))
	case *d == ";":
		return false
	case *d == "/":
		return newLine && image == "/"
	}
	if strings.EqualFold(image, *d) {
		return true
	}
	return len(*d) != 1 && s.delimiter != nil && s.delimiter.MatchString(strings.ToLower(s.before+image))
}
