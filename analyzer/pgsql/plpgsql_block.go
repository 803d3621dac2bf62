package pgsql

import (
	"slices"
	"strings"

	"github.com/dropgate/dropgate/analyzer/op"
)

// block reads [DECLARE …] BEGIN … [EXCEPTION …] END.
func (p *plpgsql) block() []op.Step {
	outer, label := p.vars, p.takeLabel()
	p.vars = outer.inner(label)
	defer func() { p.vars = outer }()
	var steps []op.Step
	if p.accept("declare") {
		steps = p.declarations()
	}
	if !p.accept("begin") {
		return append(steps, p.skip("BEGIN is missing"))
	}
	inner := p.statements("exception")
	switch {
	case p.accept("exception"):
		steps = append(steps, p.handlers(inner)...)
	case label != "" && op.Leaves(inner):
		steps = append(steps, &op.Section{Steps: inner})
	default:
		steps = append(steps, inner...)
	}
	return append(steps, p.close("")...)
}

// handlers reads WHEN … THEN … of EXCEPTION, behind the steps that they stand by.
func (p *plpgsql) handlers(steps []op.Step) []op.Step {
	s := &op.Section{Steps: steps}
	for p.accept("when") {
		start := p.pos
		p.pos = p.before(p.pos, "then")
		if !p.accept("then") {
			p.pos = start
			return []op.Step{s, p.skip("THEN is missing")}
		}
		s.Handlers = append(s.Handlers, p.statements("when"))
	}
	return []op.Step{s}
}

// close reads END, with the word that it ends, a label and a semicolon.
func (p *plpgsql) close(what string) []op.Step {
	if !p.is(0, "end") || what != "" && !p.is(1, what) {
		message := strings.TrimSpace("END "+strings.ToUpper(what)) + " is missing"
		if p.done() {
			return []op.Step{p.unread(p.span(len(p.tokens)-1, len(p.tokens)), message)}
		}
		return []op.Step{p.skip(message)}
	}
	p.pos++
	if what != "" {
		p.pos++
	}
	if p.isName(0) && (p.is(1, ";") || p.pos+1 == len(p.tokens)) {
		p.pos++
	}
	if !p.accept(";") && !p.done() {
		return []op.Step{p.skip("a semicolon is missing")}
	}
	return nil
}

// statements reads statements up to END or one of the words.
func (p *plpgsql) statements(until ...string) []op.Step {
	var steps []op.Step
	if p.depth++; p.depth > nestingLimit {
		in := p.span(p.pos, len(p.tokens))
		p.pos, p.depth = len(p.tokens), p.depth-1
		return []op.Step{p.unread(in, "statements nest deeper than this version reads")}
	}
	for !p.done() && !p.atEnd(until) {
		before := p.pos
		steps = append(steps, p.statement()...)
		if p.pos == before { // nothing begins here
			steps = append(steps, p.skip("it is no statement"))
		}
	}
	p.depth--
	return steps
}

func (p *plpgsql) atEnd(until []string) bool {
	if p.is(0, "end") {
		return true
	}
	for _, w := range until {
		if p.is(0, w) {
			return true
		}
	}
	return false
}

// statement reads one statement.
func (p *plpgsql) statement() []op.Step {
	p.readLabel()
	if p.accept(";") {
		return nil
	}
	if steps := p.includeLines(); len(steps) > 0 {
		return steps
	}
	if steps, ok := p.assignment(); ok {
		return steps
	}
	switch strings.ToLower(p.text(0)) {
	case "begin", "declare":
		return p.block()
	case "if":
		return p.ifStatement()
	case "case":
		return p.caseStatement()
	case "loop":
		p.pos++
		return p.loop(nil, p.vars.inner(p.takeLabel()))
	case "while":
		return p.while()
	case "for":
		return p.forLoop()
	case "foreach":
		return p.foreach()
	}
	start := p.pos
	end := p.end(start)
	p.pos = min(end+1, len(p.tokens))
	if start >= end {
		return nil
	}
	return p.simple(start, end)
}

// simple reads a statement that has no other ones in it.
func (p *plpgsql) simple(start, end int) []op.Step {
	word := strings.ToLower(string(p.data[p.tokens[start].span.Start:p.tokens[start].span.End]))
	switch word {
	case "exit", "continue":
		var steps []op.Step
		if i := p.find(start, end, "when"); i < end {
			_, steps = p.expression(i+1, end)
		}
		return append(steps, &op.Leave{})
	case "return":
		return p.returns(start, end)
	case "perform":
		return p.perform(start, end)
	case "execute":
		return p.execute(start, end, p.span(start, end), nil)
	case "assert":
		return p.expressions(start+1, end)
	case "raise":
		return p.raise(start, end)
	case "get":
		return p.diagnostics(start, end)
	case "open":
		return p.open(start, end)
	case "fetch":
		return p.fetch(start, end)
	case "move":
		return p.direction(start+1, end)
	case "close":
		return nil
	case "null":
		if end == start+1 {
			return nil
		}
	case "call":
		return p.call(start, end)
	}
	return p.sql(start, end)
}

// find returns the index of the word between the tokens i and j, outside
// parentheses; j if it is not there.
func (p *plpgsql) find(i, j int, words ...string) int {
	return p.outside(i, j, func(t token) bool {
		return slices.ContainsFunc(words, func(w string) bool { return t.is(p.data, w) })
	})
}

// outside returns the index of the first token between i and j, outside
// parentheses and brackets, that is wanted; j if there is none.
func (p *plpgsql) outside(i, j int, wanted func(token) bool) int {
	depth := 0
	for ; i < j; i++ {
		switch t := p.tokens[i]; {
		case t.is(p.data, "("), t.is(p.data, "["):
			depth++
		case t.is(p.data, ")"), t.is(p.data, "]"):
			depth--
		case depth <= 0 && wanted(t):
			return i
		}
	}
	return j
}

// list returns where the parts between commas begin and end.
func (p *plpgsql) list(i, j int) [][2]int {
	var all [][2]int
	for i < j {
		comma := p.find(i, j, ",")
		all = append(all, [2]int{i, comma})
		i = comma + 1
	}
	return all
}

// expressions reads expressions between commas.
func (p *plpgsql) expressions(i, j int) []op.Step {
	var all []op.Step
	for _, part := range p.list(i, j) {
		_, steps := p.expression(part[0], part[1])
		all = append(all, steps...)
	}
	return all
}

// ifStatement reads IF … THEN … ELSIF … ELSE … END IF. That the conditions are
// asked one after another makes no difference to what they may run.
func (p *plpgsql) ifStatement() []op.Step {
	var steps []op.Step
	c := &op.Choice{}
	for p.accept("if") || p.accept("elsif") || p.accept("elseif") {
		then := p.before(p.pos, "then")
		_, asked := p.expression(p.pos, then)
		steps = append(steps, asked...)
		p.pos = then
		if !p.accept("then") {
			steps = append(steps, p.skip("THEN is missing"))
		}
		c.Branches = append(c.Branches, p.statements("elsif", "elseif", "else"))
	}
	if p.accept("else") {
		c.Branches, c.Always = append(c.Branches, p.statements()), true
	}
	return append(append(steps, c), p.close("if")...)
}

// caseStatement reads CASE [expression] WHEN … THEN … ELSE … END CASE. Without an
// ELSE it is an error that no branch fits.
func (p *plpgsql) caseStatement() []op.Step {
	p.pos++
	c := &op.Choice{Always: true}
	when := p.before(p.pos, "when")
	_, steps := p.expression(p.pos, when)
	p.pos = when
	for p.accept("when") {
		then := p.before(p.pos, "then")
		steps = append(steps, p.expressions(p.pos, then)...)
		p.pos = then
		if !p.accept("then") {
			steps = append(steps, p.skip("THEN is missing"))
		}
		c.Branches = append(c.Branches, p.statements("when", "else"))
	}
	if p.accept("else") {
		c.Branches = append(c.Branches, p.statements())
	}
	return append(append(steps, c), p.close("case")...)
}
