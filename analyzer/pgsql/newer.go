package pgsql

import (
	"bytes"
	"errors"
	"sort"
	"strings"

	pg_query "github.com/pganalyze/pg_query_go/v5"

	"github.com/dropgate/dropgate/analyzer/op"
	"github.com/dropgate/dropgate/analyzer/source"
)

// The parser is PostgreSQL 16's. A statement that it refuses is read again with
// what later versions brought masked by text of version 16 that is as long, so
// that every position stays. Words are left out only where they take nothing away
// and no expression stands in them; expressions stay, since they may call
// functions.

// A draft is the text of a chunk as the parser gets it.
type draft struct {
	text   []byte // of the chunk, as long as the chunk
	base   int    // where the chunk begins in the file
	tokens []token
	vars   *scope
	close  []int // for an opening parenthesis, the index of the one that closes it; else -1
	masked bool  // something in it is not what the file has

	mends  []mend
	asides []aside
	extra  []op.At
}

// A mend makes a constraint of version 16, which stands at an offset of the text,
// what it stands for.
type mend struct {
	at   int32
	make func(*pg_query.Constraint)
}

// An aside is a part of a statement that the mask has no room for. It is read as
// a statement of its own.
type aside struct {
	span source.Span // in the file
	text string
}

// newDraft returns the text of a chunk with these tokens, which is changed where
// it lies.
func newDraft(text []byte, base int, all []token) *draft {
	d := &draft{text: text, base: base, tokens: all, close: make([]int, len(all))}
	var open []int
	for i, t := range all {
		d.close[i] = -1
		if t.kind != symbol {
			continue
		}
		switch d.word(i) {
		case "(":
			open = append(open, i)
		case ")":
			if n := len(open); n > 0 {
				d.close[open[n-1]] = i
				open = open[:n-1]
			}
		}
	}
	return d
}

// newer masks what versions after 16 brought and what else the parser does not know,
// and reports whether there was any.
func (d *draft) newer() bool {
	d.masked = false
	for _, mask := range []func(*draft){
		(*draft).joinedStrings,
		(*draft).jsonFunctions,
		(*draft).returningWith,
		(*draft).generatedColumns,
		(*draft).notNullConstraints,
		(*draft).constraintAttributes,
		(*draft).temporalKeys,
		(*draft).partitions,
		(*draft).reword,
		(*draft).openNumbers,
		(*draft).merges, // after the masks of what its RETURNING holds
	} {
		mask(d)
	}
	return d.masked
}

// readAgain reads a chunk that the parser refuses as what it may mean all the same:
// the syntax of a later version, or SQL with placeholders. An error says better
// than the parser's why it cannot be read.
func readAgain(f *source.File, c chunk, text []byte) ([]Statement, error) {
	if len(c.tokens) == 0 {
		return nil, nil
	}
	d := newDraft(bytes.Clone(text), c.base(), c.tokens)
	d.vars = c.vars
	if d.newer() {
		if s, ok := d.statement(f, c); ok {
			return []Statement{s}, nil
		}
	}
	for _, where := range []place{inText, inStrings} {
		if all, err := readFilled(f, c, where); err != nil || len(all) > 0 {
			return all, err
		}
	}
	return nil, nil
}

// parseNewer parses a chunk that has syntax of a later version, and returns what it
// asks for besides what the tree has.
func parseNewer(f *source.File, c chunk, text []byte) (*pg_query.RawStmt, []op.At, bool) {
	d := newDraft(bytes.Clone(text), c.base(), c.tokens)
	d.vars = c.vars
	if !d.newer() {
		return nil, nil, false
	}
	return d.read(f)
}

// read returns the draft's tree and what it asks for besides, if the parser takes it.
func (d *draft) read(f *source.File) (*pg_query.RawStmt, []op.At, bool) {
	raw, err := d.parse()
	if err != nil {
		return nil, nil, false
	}
	more, err := d.operations(f)
	return raw, more, err == nil
}

// statement reads the draft, if the parser does.
func (d *draft) statement(f *source.File, c chunk) (Statement, bool) {
	raw, more, ok := d.read(f)
	if !ok {
		return Statement{}, false
	}
	c.tokens = d.tokens
	s := newStatement(f, c, raw)
	s.Ops = append(s.Ops, more...)
	s.Ops = append(s.Ops, openSelect(raw.Stmt, s.Span)...)
	return s, true
}

// word returns token i in lower case if it is a bare word or a symbol, else "".
func (d *draft) word(i int) string {
	if i < 0 || i >= len(d.tokens) {
		return ""
	}
	t := d.tokens[i]
	if t.kind != word && t.kind != symbol || t.span.Len() > 20 {
		return ""
	}
	return strings.ToLower(string(d.bytes(t.span)))
}

func (d *draft) bytes(s source.Span) []byte { return d.text[s.Start-d.base : s.End-d.base] }

// is reports whether the tokens from i on are these words.
func (d *draft) is(i int, words ...string) bool {
	for k, w := range words {
		if d.word(i+k) != w {
			return false
		}
	}
	return true
}

// isName reports whether token i may be a name.
func (d *draft) isName(i int) bool {
	return i >= 0 && i < len(d.tokens) && (d.tokens[i].kind == word || d.tokens[i].kind == quoted)
}

// isText reports whether token i is a string.
func (d *draft) isText(i int) bool {
	return i >= 0 && i < len(d.tokens) && d.tokens[i].kind == text
}

// span returns the text from token i up to but not including token j.
func (d *draft) span(i, j int) source.Span {
	return source.Span{Start: d.tokens[i].span.Start, End: d.tokens[j-1].span.End}
}

// put writes s over the tokens from i up to j, with blanks behind it. It does
// nothing where there is no room.
func (d *draft) put(i, j int, s string) bool {
	in := d.bytes(d.span(i, j))
	if len(s) > len(in) {
		return false
	}
	copy(in, s)
	for k := len(s); k < len(in); k++ {
		in[k] = ' '
	}
	d.masked = true
	return true
}

// blank leaves the tokens from i up to j out.
func (d *draft) blank(i, j int) {
	if i < j {
		d.put(i, j, "")
	}
}

// location returns where the parse tree will have token i.
func (d *draft) location(i int) int32 { return int32(d.tokens[i].span.Start - d.base) } //nolint:gosec // the parser counts so too

// calls notes the names of functions in the tokens from i up to j, which are
// about to be left out: they count if the schema has such a function.
func (d *draft) calls(i, j int) {
	for ; i < j; i++ {
		if d.isName(i) && d.is(i+1, "(") {
			name := identifier(string(d.bytes(d.tokens[i].span)))
			if !notCalls[name] {
				d.extra = append(d.extra, op.At{Span: d.tokens[i].span, Op: &op.Call{Function: op.Name{Name: name}, Perhaps: true}})
			}
		}
	}
}

// notCalls are the words before a parenthesis in what calls is asked about.
var notCalls = set("from to in with into values partitions")

// parse returns the tree of the only statement in the text.
func (d *draft) parse() (*pg_query.RawStmt, error) {
	tree, err := pg_query.Parse(string(d.text))
	if err != nil {
		return nil, err
	}
	if len(tree.Stmts) != 1 {
		return nil, errors.New("it is not one statement")
	}
	if mended := mendAll(tree.Stmts[0].Stmt, d.mends); mended != len(d.mends) {
		return nil, errors.New("a constraint was not found again")
	}
	return tree.Stmts[0], nil
}

// mendAll mends the constraints in the tree and returns how many it found.
func mendAll(n *pg_query.Node, all []mend) int {
	if len(all) == 0 {
		return 0
	}
	at := map[int32]func(*pg_query.Constraint){}
	for _, m := range all {
		at[m.at] = m.make
	}
	found := 0
	walk(n, func(n *pg_query.Node) bool {
		if k := n.GetConstraint(); k != nil && at[k.Location] != nil {
			at[k.Location](k)
			found++
		}
		return true
	})
	return found
}

// operations returns what the parts that the tree does not have ask for.
func (d *draft) operations(f *source.File) ([]op.At, error) {
	all := d.extra
	for _, a := range d.asides {
		tree, err := pg_query.Parse(a.text)
		if err != nil {
			return nil, err
		}
		if len(tree.Stmts) != 1 {
			return nil, errors.New("what it returns is more than one list")
		}
		r := &reader{file: f, data: f.Data, base: a.span.Start, tokens: d.within(a.span), vars: d.vars}
		ops := r.statement(tree.Stmts[0].Stmt, a.span)
		all = append(append(all, ops...), r.called(tree.Stmts[0].Stmt, a.span, ops)...)
	}
	return all, nil
}

// within returns the tokens in a range that begins and ends with one.
func (d *draft) within(in source.Span) []token {
	first := sort.Search(len(d.tokens), func(i int) bool { return d.tokens[i].span.Start >= in.Start })
	last := sort.Search(len(d.tokens), func(i int) bool { return d.tokens[i].span.Start >= in.End })
	return d.tokens[first:last]
}
