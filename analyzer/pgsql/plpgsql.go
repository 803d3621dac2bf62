package pgsql

import (
	"bytes"
	"errors"
	"fmt"
	"strings"

	pg_query "github.com/pganalyze/pg_query_go/v5"
	"github.com/pganalyze/pg_query_go/v5/parser"

	"github.com/dropgate/dropgate/analyzer/op"
	"github.com/dropgate/dropgate/analyzer/source"
)

// nestingLimit is how deep the blocks, loops and branches of a body may nest.
const nestingLimit = 200

// A plpgsql reads a body in PL/pgSQL statement by statement. PostgreSQL's own
// parser of it gives no positions and refuses every body with a %ROWTYPE that is
// not known to it. What SQL there is in a statement the SQL parser reads; where a
// statement ends, and where in it SQL begins, is found as PostgreSQL finds it
// (pl_gram.y): at semicolons and words outside parentheses.
type plpgsql struct {
	file   *source.File
	in     source.Span
	data   []byte
	tokens []token
	pos    int // of the next token
	vars   *scope
	depth  int
	label  string // in front of the next block or loop
	filled int    // columns that variables were given
	broken bool   // parentheses do not close: every semicolon ends a statement
	parts  []part // what was read as SQL, or is said to be unread
}

// A part is a part of the body that was given to the SQL parser, without what was
// put in front of it, is a declaration or is said to be unread.
type part struct {
	span  source.Span
	given string
}

func newPlpgsql(f *source.File, in source.Span, vars *scope) *plpgsql {
	p := &plpgsql{file: f, in: in, data: f.Data, tokens: tokens(f.Data, in), vars: vars}
	p.findQueried()
	return p
}

// read reads the whole body.
func (p *plpgsql) read() []op.Step {
	p.options()
	p.readLabel()
	steps := p.block()
	for !p.done() {
		steps = append(steps, p.skip("it stands behind the end of the body"))
	}
	return steps
}

func (p *plpgsql) done() bool { return p.pos >= len(p.tokens) }

// is reports whether the token n after the next one is the word or symbol.
func (p *plpgsql) is(n int, want string) bool {
	return p.pos+n < len(p.tokens) && p.tokens[p.pos+n].is(p.data, want)
}

// text returns the token n after the next one; empty behind the end.
func (p *plpgsql) text(n int) string {
	if p.pos+n >= len(p.tokens) {
		return ""
	}
	s := p.tokens[p.pos+n].span
	return string(p.data[s.Start:s.End])
}

// accept moves past the word or symbol if it is next.
func (p *plpgsql) accept(want string) bool {
	if p.is(0, want) {
		p.pos++
		return true
	}
	return false
}

// isName reports whether the token n after the next one may be a name.
func (p *plpgsql) isName(n int) bool {
	return p.pos+n < len(p.tokens) && (p.tokens[p.pos+n].kind == word || p.tokens[p.pos+n].kind == quoted)
}

// options moves past #variable_conflict and the like.
func (p *plpgsql) options() {
	for p.text(0) == "#" && p.isName(1) && p.isName(2) {
		p.pos += 3
	}
}

// readLabel moves past <<name>>.
func (p *plpgsql) readLabel() {
	if p.text(0) == "<<" && p.isName(1) && strings.HasPrefix(p.text(2), ">>") {
		p.label = identifier(p.text(1))
		p.pos += 3
	}
}

// takeLabel returns the label of the block or loop that begins.
func (p *plpgsql) takeLabel() string {
	label := p.label
	p.label = ""
	return label
}

// span returns the text of the tokens from i up to j, which is not in it; the
// whole body where there are none.
func (p *plpgsql) span(i, j int) source.Span {
	if i >= j {
		return p.in
	}
	return chunk{tokens: p.tokens[i:j]}.span()
}

// end returns the index of the semicolon that ends the statement that begins at
// token i. Where parentheses do not close, the first one ends it, and from there
// on every one: to look for their end again and again would take forever.
func (p *plpgsql) end(i int) int { return p.before(i, ";") }

// before returns the index of the first of the words at token i or behind it that
// stands outside parentheses, or of the semicolon before it.
func (p *plpgsql) before(i int, words ...string) int {
	depth, first := 0, -1
	var body atomicBody
	for j := i; j < len(p.tokens); j++ {
		t := p.tokens[j]
		body.see(p.data, t)
		switch {
		case t.is(p.data, "("), t.is(p.data, "["):
			depth++
		case t.is(p.data, ")"), t.is(p.data, "]"):
			depth--
		case t.is(p.data, ";"):
			if depth <= 0 && !body.open() || p.broken {
				return j
			}
			if first < 0 {
				first = j
			}
		case depth == 0 && t.kind == word && !body.open():
			for _, w := range words {
				if t.is(p.data, w) {
					return j
				}
			}
		}
	}
	if first >= 0 {
		p.broken = true
		return first
	}
	return len(p.tokens)
}

// skip says of the text up to the next semicolon that it was not read.
func (p *plpgsql) skip(message string) op.Step {
	start := p.pos
	end := p.end(start)
	p.pos = min(end+1, len(p.tokens))
	if end == start {
		end++
	}
	return p.unread(p.span(start, min(end, len(p.tokens))), message)
}

// unread says of a part of the body that it was not read.
func (p *plpgsql) unread(in source.Span, message string) op.Step {
	p.parts = append(p.parts, part{span: in})
	return &op.Run{Ops: []op.At{{Span: in, Op: &op.Unread{
		Message: message, Body: true, Destructive: destructiveWords(p.data, chunk{all: in, tokens: tokens(p.data, in)}),
	}}}}
}

// A parsed is a piece of SQL in the body.
type parsed struct {
	*reader
	stmt *pg_query.Node
	span source.Span
	more []op.At // what the tree does not have
}

// parse reads SQL. Behind before, which is what the parser is given in front of
// it, the text stands as in the file, save for what is blanked out.
func (p *plpgsql) parse(in source.Span, before string, blank ...source.Span) (*parsed, op.Step) {
	c := chunk{all: in, tokens: tokens(p.data, in), vars: p.vars}
	given := []byte(before + p.file.Text(in))
	for _, b := range blank {
		for i := b.Start; i < b.End; i++ {
			if at := i - in.Start + len(before); given[at] != '\n' && given[at] != '\r' {
				given[at] = ' '
			}
		}
	}
	given, _ = fill(given, inNames)
	c.given = string(given)
	p.parts = append(p.parts, part{in, c.given[len(before):]})
	tree, text, err := parse(p.file, c)
	if err == nil && len(tree.Stmts) != 1 {
		err = errors.New("it is not one statement")
	}
	if err == nil {
		return &parsed{newReader(p.file, c), tree.Stmts[0].Stmt, in, nil}, nil
	}
	if text != nil {
		if raw, more, ok := parseNewer(p.file, c, text); ok {
			return &parsed{newReader(p.file, c), raw.Stmt, in, more}, nil
		}
		d, raw, more, better := parseFilled(p.file, c)
		if raw != nil {
			c.tokens = d.tokens
			return &parsed{newReader(p.file, c), raw.Stmt, in, more}, nil
		}
		if better != nil {
			err = better
		}
	}
	return nil, p.refused(c, err)
}

// refused says of a piece of SQL that PostgreSQL's parser does not read it.
func (p *plpgsql) refused(c chunk, err error) op.Step {
	message := err.Error()
	var syntax *parser.Error
	if errors.As(err, &syntax) {
		message = syntax.Message
		at := min(c.base()+byteOffset(c.given, syntax.Cursorpos-1), len(p.data))
		if at > c.all.Start && bytes.IndexByte(p.data[c.all.Start:at], '\n') >= 0 {
			message = fmt.Sprintf("%s (line %d)", message, p.file.Position(at).Line)
		}
	}
	return p.unread(c.all, message)
}

// expression reads an expression; nil where there is none, or none that can be
// read. The steps are what it runs.
func (p *plpgsql) expression(i, j int) (*parsed, []op.Step) {
	if i >= j {
		return nil, nil
	}
	return p.expressionAt(p.span(i, j))
}

func (p *plpgsql) expressionAt(in source.Span) (*parsed, []op.Step) {
	in = p.trim(in)
	if in.Len() <= 0 {
		return nil, nil
	}
	e, failed := p.parse(in, "SELECT ")
	if e == nil {
		return nil, []op.Step{failed}
	}
	steps := e.run(in)
	return e, steps
}

// trim cuts blanks and comments off both ends.
func (p *plpgsql) trim(in source.Span) source.Span {
	all := tokens(p.data, in)
	if len(all) == 0 {
		return source.Span{}
	}
	return chunk{tokens: all}.span()
}

// run returns what the statement runs.
func (s *parsed) run(span source.Span) []op.Step {
	ops := append(s.everything(s.stmt, span), s.more...)
	ops = append(ops, s.rowCalls(s.stmt, span)...)
	if len(ops) == 0 {
		return nil
	}
	return []op.Step{&op.Run{Ops: inBody(ops)}}
}

// value is the value of an expression.
func (s *parsed) value() op.Texts {
	if s == nil {
		return open(false)
	}
	list := s.stmt.GetSelectStmt().GetTargetList()
	if len(list) != 1 {
		return open(false)
	}
	if q := s.stmt.GetSelectStmt(); len(q.FromClause) > 0 {
		if all := s.columns(q, nil); len(all) == 1 {
			return all[0].texts
		}
	}
	return s.texts(list[0].GetResTarget().GetVal(), nil)
}
