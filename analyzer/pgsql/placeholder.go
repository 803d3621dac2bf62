package pgsql

import (
	"bytes"
	"errors"

	pg_query "github.com/pganalyze/pg_query_go/v5"

	"github.com/dropgate/dropgate/analyzer/op"
	"github.com/dropgate/dropgate/analyzer/source"
)

// Placeholders are filled in before PostgreSQL gets the text: {{ … }}, ${NAME},
// @NAME@, graphile-migrate's :NAME in capitals. Where a statement does not parse as it stands, they are masked by names
// of the same length that are only known at run time (op.Open), and a template's
// tags ({% if … %}, {{ end }}, {# … #}) by blanks.
//
// A placeholder must not hide SQL: it ends at the first end sign, and neither a
// semicolon nor the beginning of another one may stand in it, nor a line break
// where templates do not have one. Text that parses is SQL, whatever it looks like.

// A place says where placeholders are looked for.
type place int

const (
	inNames   place = iota // within quoted names
	inText                 // also outside of quotes
	inStrings              // also within strings
)

// A hole is a placeholder in a chunk.
type hole struct {
	span source.Span // in the chunk
	tag  bool        // it puts in nothing
}

// A filler masks placeholders in the text of a chunk.
type filler struct {
	text  []byte
	where place
	holes []hole
}

// fill returns the text with its placeholders masked, and the placeholders.
func fill(text []byte, where place) ([]byte, []hole) {
	if !mayHaveHoles(text) {
		return text, nil
	}
	f := &filler{text: text, where: where}
	f.find()
	if len(f.holes) == 0 {
		return text, nil
	}
	masked := bytes.Clone(text)
	for _, h := range f.holes {
		part := masked[h.span.Start:h.span.End]
		if h.tag {
			copy(part, bytes.Repeat([]byte(" "), len(part)))
			continue
		}
		n := copy(part, bytes.Repeat([]byte(op.OpenMark), len(part)/len(op.OpenMark)))
		for ; n < len(part); n++ {
			part[n] = '_'
		}
	}
	return masked, f.holes
}

func mayHaveHoles(text []byte) bool {
	for _, sign := range []string{"{{", "{%", "{#", "${", "@", ":"} {
		if bytes.Contains(text, []byte(sign)) {
			return true
		}
	}
	return false
}

// find goes through the text as the lexer does.
func (f *filler) find() {
	l := &lexer{data: f.text, end: len(f.text)}
	for {
		l.skipBlank()
		if l.pos >= l.end {
			return
		}
		if f.where != inNames {
			if h, ok := holeAt(f.text, l.pos, l.end); ok {
				f.holes = append(f.holes, h)
				l.pos = h.span.End
				continue
			}
		}
		f.token(l)
	}
}

// token moves past a token and finds the placeholders in it.
func (f *filler) token(l *lexer) {
	start := l.pos
	switch c := l.data[start]; {
	case c == '"' && f.where == inNames:
		l.read(c)
		f.within(start+1, l.pos-1)
	case c == '"', c == '\'' && f.where == inStrings:
		f.quotes(l, c)
	case isOperator(c):
		l.pos++ // a placeholder may begin in a run of them
	default:
		l.read(c)
		if l.data[l.pos-1] == '$' && l.peek(0) == '{' && l.pos-1 > start {
			l.pos-- // prefix_${NAME}
		}
	}
}

// within finds placeholders between two offsets.
func (f *filler) within(from, to int) {
	for pos := from; pos < to; pos++ {
		h, ok := holeAt(f.text, pos, to)
		if ok && f.text[pos] != ':' && (f.text[pos] != '@' || bytes.HasPrefix(f.text[pos:], []byte("@extschema"))) {
			h.tag = false
			f.holes = append(f.holes, h)
			pos = h.span.End - 1
		}
	}
}

// quotes moves past a quoted token in whose placeholders the quote may stand:
// "{{ index .Options "Namespace" }}".
func (f *filler) quotes(l *lexer, quote byte) {
	for l.pos++; l.pos < l.end; {
		if h, ok := holeAt(f.text, l.pos, l.end); ok && f.text[l.pos] != '@' && f.text[l.pos] != ':' {
			h.tag = false
			f.holes = append(f.holes, h)
			l.pos = h.span.End
			continue
		}
		c := l.data[l.pos]
		l.pos++
		if c == quote {
			return // a doubled one begins another token, which comes to the same
		}
	}
}

// holeAt returns the placeholder that begins at the offset and ends before end.
func holeAt(text []byte, at, end int) (hole, bool) {
	rest := text[at:end]
	if len(rest) < 3 {
		return hole{}, false
	}
	n, tag := 0, false
	switch {
	case rest[0] == '{' && rest[1] == '{':
		lines := rest[2] == '-' || bytes.HasPrefix(rest[2:], []byte("/*"))
		n = templateEnd(rest, '}', lines)
		tag = n > 0 && isTag(rest[2:n-2])
	case rest[0] == '{' && (rest[1] == '%' || rest[1] == '#'):
		n = templateEnd(rest, rest[1], true)
		tag = n > 0 && !putsIn(rest[2:n-2])
	case rest[0] == '$' && rest[1] == '{':
		n = variableEnd(rest)
	case rest[0] == '@':
		n = substitutionEnd(rest)
	case rest[0] == ':' && (at == 0 || text[at-1] != ':'):
		n = capitalsEnd(rest)
	}
	return hole{span: source.Span{Start: at, End: at + n}, tag: tag}, n > 0
}

// templateEnd returns the length of the template expression that the text begins
// with, which ends with the sign and a brace; zero if it is none.
func templateEnd(text []byte, sign byte, lines bool) int {
	var quote byte // the one that is open
	semicolon := false
	for i := 2; i+1 < len(text); i++ {
		switch c := text[i]; {
		case c == sign && text[i+1] == '}':
			if semicolon && quote != 0 {
				return 0 // a quote that is not closed hides nothing
			}
			return i + 2
		case c == '{' && text[i+1] == text[1], c == '\n' && !lines:
			return 0
		case c == ';':
			if quote == 0 {
				return 0
			}
			semicolon = true
		case quote != 0 && c == quote:
			quote = 0
		case quote == 0 && (c == '"' || c == '\'' || c == '`') && text[1] != '#':
			quote = c
		}
	}
	return 0
}

// variableEnd returns the length of the ${NAME} or ${NAME:-default} that the text
// begins with; zero if it is none.
func variableEnd(text []byte) int {
	if !isIdentStart(text[2]) {
		return 0
	}
	for i := 2; i < len(text); i++ {
		switch text[i] {
		case '}':
			return i + 1
		case '{', ';', '\n', '\r', '\'', '"':
			return 0
		}
	}
	return 0
}

// substitutionEnd returns the length of the @NAME@ or @extschema:name@ that the
// text begins with; zero if it is none.
func substitutionEnd(text []byte) int {
	if !isIdentStart(text[1]) {
		return 0
	}
	for i := 1; i < len(text); i++ {
		switch c := text[i]; {
		case c == '@':
			return i + 1
		case c != ':' && c != '-' && !isIdent(c):
			return 0
		}
	}
	return 0
}

// capitalsEnd returns the length of the :NAME that the text begins with, which has
// two letters or more; zero if it is none.
func capitalsEnd(text []byte) int {
	if !isCapital(text[1]) {
		return 0
	}
	n := 2
	for n < len(text) && (isCapital(text[n]) || isDigit(text[n]) || text[n] == '_') {
		n++
	}
	if n == 2 || n < len(text) && isIdent(text[n]) {
		return 0
	}
	return n
}

func isCapital(c byte) bool { return 'A' <= c && c <= 'Z' }

// numberWords are words that a number follows where the grammar takes no name: one
// that is only known at run time is a number, too.
var numberWords = set("start restart increment minvalue maxvalue cache statistics object")

// openNumbers makes open names numbers where only a number can stand.
func (d *draft) openNumbers() {
	for i, t := range d.tokens {
		k := i - 1
		if w := d.word(k); w == "with" || w == "by" {
			k--
		}
		if t.kind == word && numberWords[d.word(k)] && op.Open(string(d.bytes(t.span))) {
			d.put(i, i+1, "1")
		}
	}
}

// tagWords are the words with which a Go template's action begins that puts in
// nothing by itself.
var tagWords = set("if else end range with define break continue")

// isTag reports whether the inside of {{ … }} is a tag: a comment, the setting of
// a variable, or one of tagWords.
func isTag(inside []byte) bool {
	inside = bytes.TrimSpace(bytes.TrimPrefix(inside, []byte("-")))
	if bytes.HasPrefix(inside, []byte("/*")) || bytes.HasPrefix(inside, []byte("!")) {
		return true
	}
	if first, _, ok := bytes.Cut(inside, []byte("=")); ok && bytes.HasPrefix(inside, []byte("$")) {
		return len(bytes.Fields(bytes.TrimSuffix(first, []byte(":")))) <= 3 // $a := …, $a, $b := …
	}
	return tagWords[firstWord(inside)]
}

// putsIn reports whether the inside of {% … %} is one of the tags that put in text.
func putsIn(inside []byte) bool {
	switch firstWord(bytes.TrimLeft(inside, "-+ \t\r\n")) {
	case "include", "import", "from", "extends", "call", "block", "print", "do":
		return true
	}
	return false
}

func firstWord(s []byte) string {
	end := 0
	for end < len(s) && isIdent(s[end]) {
		end++
	}
	return string(s[:end])
}

// isOperator reports whether an operator is made of the character.
func isOperator(c byte) bool { return bytes.IndexByte([]byte(operatorBytes), c) >= 0 }

// filled returns the draft of a chunk with its placeholders masked; nil without any.
func filled(f *source.File, c chunk, where place) (*draft, []hole, error) {
	given := []byte(c.given)
	if c.given == "" {
		given = c.excess.hide(f.Data[c.all.Start:c.all.End], c.all.Start)
	}
	text, holes := fill(given, where)
	if len(holes) == 0 {
		return nil, nil, nil
	}
	whole := source.Span{End: len(text)}
	all := tokens(text, whole)
	if err := guard(text, whole, all); err != nil { // strings may begin elsewhere than they did
		return nil, nil, err
	}
	base := c.base()
	for i := range all {
		all[i].span.Start += base
		all[i].span.End += base
	}
	for len(all) > 0 && all[0].span.Start < c.all.Start { // what was put in front
		all = all[1:]
	}
	d := newDraft(text, base, all)
	d.vars = c.vars
	return d, holes, nil
}

// putInSQL is what is said of a template that stands where a statement begins.
const putInSQL = "a template puts in SQL that cannot be seen here"

// leads reports whether the first token of a draft is what a placeholder puts in.
func (d *draft) leads(holes []hole) bool {
	if len(d.tokens) == 0 {
		return false
	}
	first := d.tokens[0].span
	for _, h := range holes {
		if at := d.base + h.span.Start; !h.tag && first.Start <= at && at < first.End {
			return d.tokens[0].kind == word
		}
	}
	return false
}

// parseFilled parses a piece of a body that the parser refuses with its
// placeholders masked, and returns what it asks for besides what the tree has.
// Without any it has nothing to say.
func parseFilled(f *source.File, c chunk) (*draft, *pg_query.RawStmt, []op.At, error) {
	for _, where := range []place{inText, inStrings} {
		d, holes, err := filled(f, c, where)
		if err != nil {
			return nil, nil, nil, err
		}
		if d == nil || len(d.tokens) == 0 {
			continue
		}
		if len(c.given) == c.all.Len() && d.leads(holes) {
			return nil, nil, nil, errors.New(putInSQL)
		}
		raw, more, ok := d.read(f)
		if !ok && d.newer() {
			raw, more, ok = d.read(f)
		}
		if ok {
			return d, raw, append(more, openSelect(raw.Stmt, c.all)...), nil
		}
	}
	return nil, nil, nil, nil
}

// openSelect says of a SELECT without FROM whose column is put in that it may call
// any function.
func openSelect(n *pg_query.Node, span source.Span) []op.At {
	s := n.GetSelectStmt()
	if s == nil || len(s.FromClause) > 0 {
		return nil
	}
	for _, t := range s.TargetList {
		if parts := strs(t.GetResTarget().GetVal().GetColumnRef().GetFields()); len(parts) == 1 && op.Open(parts[0]) {
			return []op.At{{Span: span, Op: &op.RunTime{What: "what a template puts into a SELECT"}}}
		}
	}
	return nil
}

// readFilled reads a chunk that the parser refuses with its placeholders masked.
// Without any it has nothing to say.
func readFilled(f *source.File, c chunk, where place) ([]Statement, error) {
	d, holes, err := filled(f, c, where)
	if d == nil {
		return nil, err
	}
	span := c.span()
	if len(d.tokens) == 0 { // tags alone
		return []Statement{{Span: span, Normal: bounded(f.Data[span.Start:span.End])}}, nil
	}
	if d.leads(holes) {
		return nil, errors.New(putInSQL)
	}
	s, ok := d.statement(f, c)
	if !ok && d.newer() {
		s, ok = d.statement(f, c)
	}
	if !ok {
		return nil, nil
	}
	// What a tag says is a part of the statement, and white space in it may count.
	s.Span, s.Normal = span, bounded(f.Data[span.Start:span.End])
	return []Statement{s}, nil
}
