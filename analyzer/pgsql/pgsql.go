// Package pgsql turns text into statements with their operations, by
// PostgreSQL's own parser. It is the only importer of pg_query.
//
// The parser counts bytes from the text it is given and puts a statement's
// start at the comment before it. Statements here begin at their first token
// and end at their last, in offsets into the file.
package pgsql

import (
	"bytes"
	"errors"
	"fmt"
	"unicode/utf8"

	pg_query "github.com/pganalyze/pg_query_go/v5"
	"github.com/pganalyze/pg_query_go/v5/parser"

	"github.com/dropgate/dropgate/analyzer/op"
	"github.com/dropgate/dropgate/analyzer/source"
)

// A Statement is one statement of a file.
type Statement struct {
	Span source.Span // from its first token to its last, without the semicolon
	Ops  []op.At     // what it asks for; empty when it can take nothing away
	// Normal is the statement without comments, white space and the case of bare
	// words: two statements with the same text in it are the same statement.
	Normal string
	// Reads are the relations that it reads: some may be views that call functions.
	Reads []op.Name
	// NotRun says why the statement certainly does not run; empty when it may. It has
	// no Ops then.
	NotRun string
	// Perhaps says that it may not run: it stands in a branch of psql's \if whose
	// condition is not known, or behind a command on its line that may fail.
	Perhaps bool
}

// Unread reports whether the statement could not be read.
func (s Statement) Unread() bool {
	for _, at := range s.Ops {
		if _, ok := at.Op.(*op.Unread); ok {
			return true
		}
	}
	return false
}

// Options say how a text is run.
type Options struct {
	// Psql says that psql runs the text: a backslash outside quotes begins a
	// meta-command, a colon before a name a variable, and what follows COPY … FROM
	// stdin is data.
	Psql bool
	// Using is the number of values that EXECUTE … USING gives the text: $1 to $n
	// are variables then, where they are constants else.
	Using int
}

// Read returns the statements of the span in their order. A statement that
// cannot be read is in the list too, with an op.Unread: one broken statement
// hides none of its neighbours.
func Read(f *source.File, in source.Span, o Options) []Statement {
	if message := notText(f.Data[in.Start:in.End]); message != "" {
		return []Statement{wholeUnread(f, in, message)}
	}
	if o.Psql {
		return readScript(f, in)
	}
	var all []Statement
	for c := range split(f.Data, in, false) {
		c.vars = usingScope(o.Using)
		all = append(all, readChunk(f, c, 10)...)
	}
	return all
}

// readChunk reads one chunk. If the parser refuses it and it holds semicolons of
// its own, an unclosed parenthesis may be to blame: its first part is then read
// by itself, and what follows as if it stood alone.
func readChunk(f *source.File, c chunk, tries int) []Statement {
	all, err := parseChunk(f, c)
	if err == nil {
		return all
	}
	if lines := includeLines(f, c); len(lines) > 0 {
		rest := source.Span{Start: lines[len(lines)-1].Span.End, End: c.all.End}
		for part := range split(f.Data, rest, false) {
			part.vars = c.vars
			lines = append(lines, readChunk(f, part, tries)...)
		}
		return lines
	}
	if !c.inner || tries == 0 {
		return []Statement{unread(f, c, err)}
	}
	var first chunk
	for part := range split(f.Data, c.all, true) {
		first = part
		break
	}
	if first.all == c.all { // the semicolon is one to psql only
		return []Statement{unread(f, c, err)}
	}
	first.vars = c.vars
	all = readChunk(f, first, 0)
	rest := source.Span{Start: first.all.End + 1, End: c.all.End}
	for part := range split(f.Data, rest, tries == 1) {
		part.vars = c.vars
		all = append(all, readChunk(f, part, tries-1)...)
	}
	return all
}

// parseChunk parses a chunk, which is one statement as a rule. Nothing is taken
// on trust from the splitter: whatever statements the parser finds in the text
// are read.
func parseChunk(f *source.File, c chunk) ([]Statement, error) {
	if len(c.tokens) == 0 && isBlank(f.Data[c.all.Start:c.all.End]) {
		return nil, nil
	}
	tree, text, err := parse(f, c)
	if text == nil {
		return nil, err
	}
	if err != nil {
		all, better := readAgain(f, c, text)
		if better != nil {
			err = better
		}
		if len(all) > 0 {
			err = nil
		}
		return all, err
	}
	if len(tree.Stmts) == 0 {
		return nil, nil
	}
	if len(tree.Stmts) == 1 && len(c.tokens) > 0 {
		return []Statement{newStatement(f, c, tree.Stmts[0])}, nil
	}
	var all []Statement
	for _, raw := range tree.Stmts {
		start := c.all.Start + int(raw.StmtLocation)
		end := c.all.End
		if raw.StmtLen > 0 {
			end = start + int(raw.StmtLen)
		}
		part := tokens(f.Data, source.Span{Start: start, End: end})
		if len(part) == 0 {
			part = []token{{kind: word, span: source.Span{Start: start, End: end}}}
		}
		one := c
		one.tokens, one.excess = part, excess{}
		all = append(all, newStatement(f, one, raw))
	}
	return all, nil
}

// parse gives a chunk to PostgreSQL's parser, unless it would not survive it. It
// returns what the parser was given, too.
func parse(f *source.File, c chunk) (*pg_query.ParseResult, []byte, error) {
	if err := survivable(f, c); err != nil {
		return nil, nil, err
	}
	text := c.masked(f)
	tree, err := pg_query.Parse(string(text))
	return tree, text, err
}

// survivable returns an error for a chunk that the parser would not survive, or not
// in bounded time and memory.
func survivable(f *source.File, c chunk) error {
	if c.excess.tokens > 0 {
		return fmt.Errorf("it has %d words and signs, more than the %d that are read", tokenLimit+c.excess.tokens, tokenLimit)
	}
	if err := legible(f, c); err != nil {
		return err
	}
	return guard(f.Data, c.all, c.tokens)
}

// isBlank reports whether nothing but white space stands in the text.
func isBlank(text []byte) bool { return len(bytes.Trim(text, " \t\r\n\f")) == 0 }

// newReader returns a reader for a statement of the chunk.
func newReader(f *source.File, c chunk) *reader {
	return &reader{file: f, data: f.Data, base: c.base(), tokens: c.tokens, vars: c.vars}
}

// newStatement reads the statement of a chunk's tree that the chunk's tokens make up.
func newStatement(f *source.File, c chunk, raw *pg_query.RawStmt) Statement {
	r := newReader(f, c)
	s := Statement{Span: c.span(), Normal: c.normal(f.Data)}
	s.Ops = r.statement(raw.Stmt, s.Span)
	s.Ops = append(s.Ops, r.called(raw.Stmt, s.Span, s.Ops)...)
	s.Ops = append(s.Ops, r.rowCalls(raw.Stmt, s.Span)...)
	s.Reads = reading(raw.Stmt)
	return s
}

// unread returns the chunk as a statement that could not be read.
func unread(f *source.File, c chunk, err error) Statement {
	span := c.all
	if len(c.tokens) > 0 {
		span = c.span()
		span.End = span.Start + len(bytes.TrimRight(f.Data[span.Start:span.End], " \t\r\n"))
	}
	message := err.Error()
	var syntax *parser.Error
	if errors.As(err, &syntax) {
		message = clip(syntax.Message) // it quotes the text up to its end
		if syntax.Cursorpos > 0 {
			at := min(c.base()+byteOffset(string(c.masked(f)), syntax.Cursorpos-1), len(f.Data))
			if line := f.Position(at).Line; line != f.Position(span.Start).Line {
				message = fmt.Sprintf("%s (line %d)", message, line)
			}
		}
	}
	if odd := blankLetter(f, c); odd != "" && syntax != nil {
		message = odd
	}
	if len(c.tokens) > 0 && f.Data[span.Start] == '\\' {
		message = "a command of psql is no SQL, and the tool that runs this file does not use psql"
	}
	text := c.normal(f.Data)
	if text == "" {
		text = bounded(f.Data[span.Start:span.End])
	}
	return Statement{
		Span:   span,
		Normal: text,
		Ops: []op.At{{Span: span, Op: &op.Unread{
			Message:     message,
			Destructive: destructiveWords(f.Data, c),
		}}},
	}
}

// messageLimit is the most bytes of the parser's words that are shown.
const messageLimit = 200

// clip cuts a long message at a character.
func clip(s string) string {
	if len(s) <= messageLimit {
		return s
	}
	cut := messageLimit
	for cut > 0 && !utf8.RuneStart(s[cut]) {
		cut--
	}
	return s[:cut] + "…"
}

// byteOffset turns an offset in characters, in which the parser gives the place
// of an error, into one in bytes.
func byteOffset(s string, characters int) int {
	n := 0
	for i := range s {
		if n == characters {
			return i
		}
		n++
	}
	return len(s)
}

// destructiveWords returns the words of the chunk, outside strings and comments,
// that stand in statements that take something away. Where a string is not
// closed, what seems to stand in it counts too.
func destructiveWords(data []byte, c chunk) []string {
	all := c.tokens
	if c.open && len(all) > 0 {
		if last := all[len(all)-1].span; last.Len() > 1 {
			all = append(all[:len(all):len(all)], tokens(data, source.Span{Start: last.Start + 1, End: last.End})...)
		}
	}
	var words destruction
	for _, t := range all {
		words.see(data, t)
	}
	return append(words.found, c.excess.words.found...)
}
