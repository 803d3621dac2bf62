package pgsql

import (
	"strconv"
	"strings"

	"github.com/dropgate/dropgate/analyzer/op"
)

// A cursor is what a variable fetches from.
type cursor struct {
	columns []column
	steps   []op.Step // what opening it runs; nil where OPEN has run it
	opens   int       // how many queries it was opened for
}

// findQueried finds the names that a query fills anywhere in the body: behind
// INTO, and in front of the IN of a loop over rows.
func (p *plpgsql) findQueried() {
	for i, t := range p.tokens {
		switch {
		case t.is(p.data, "into"):
			j := i + 1
			if j < len(p.tokens) && p.tokens[j].is(p.data, "strict") {
				j++
			}
			p.markQueried(j)
		case t.is(p.data, "for"):
			p.markQueried(i + 1)
		}
	}
}

// markQueried marks the names of the list that begins with token i.
func (p *plpgsql) markQueried(i int) {
	for i < len(p.tokens) && (p.tokens[i].kind == word || p.tokens[i].kind == quoted) {
		p.vars.all.queried[identifier(p.file.Text(p.tokens[i].span))] = true
		for i++; i+1 < len(p.tokens) && p.tokens[i].is(p.data, "."); i += 2 {
		}
		if i >= len(p.tokens) || !p.tokens[i].is(p.data, ",") {
			return
		}
		i++
	}
}

// declarations reads what stands between DECLARE and BEGIN.
func (p *plpgsql) declarations() []op.Step {
	var steps []op.Step
	for !p.done() && !p.is(0, "begin") {
		if p.accept("declare") || p.accept(";") {
			continue
		}
		start, end := p.pos, p.end(p.pos)
		if begin := p.before(start, "begin"); begin < end { // a semicolon is missing
			steps = append(steps, p.unread(p.span(start, begin), "a semicolon is missing"))
			p.pos = begin
			return steps
		}
		p.pos = min(end+1, len(p.tokens))
		p.parts = append(p.parts, part{span: p.span(start, end)})
		steps = append(steps, p.declaration(start, end)...)
	}
	return steps
}

func (p *plpgsql) declaration(start, end int) []op.Step {
	name := identifier(p.file.Text(p.tokens[start].span))
	if p.tokens[start].kind != word && p.tokens[start].kind != quoted || start+1 >= end {
		return []op.Step{p.unread(p.span(start, end), "it is no declaration")}
	}
	i := start + 1
	switch t := p.tokens[i]; {
	case t.is(p.data, "alias"):
		return p.alias(name, i+1, end)
	case t.is(p.data, "constant"):
		i++
	}
	if c := p.find(i, end, "cursor"); c < end && (c == i || p.tokens[i].is(p.data, "scroll") || p.tokens[i].is(p.data, "no")) {
		return p.cursor(name, c+1, end)
	}
	value := p.valueAt(i, end)
	kind := strings.ToLower(p.typeText(i, value))
	var steps []op.Step
	texts := op.Texts{{}}
	if value < end {
		e, asked := p.initial(value, end)
		steps = asked
		texts = e.value()
	}
	v := p.vars.declare(name) // not before its value is read, which may be of an outer one
	v.record = kind == "record"
	v.array = strings.HasSuffix(kind, "]") || strings.Contains(kind, " array")
	v.fields = !v.array && !plainTypes[strings.Fields(kind + " ?")[0]] || strings.Contains(kind, "rowtype")
	p.vars.fill(v, texts)
	if value == end && (v.record || v.fields && strings.Contains(kind, "rowtype")) {
		return steps
	}
	return append(steps, &op.Assign{Variable: v.name, Value: texts})
}

// valueAt returns the index of :=, = or DEFAULT; end without.
func (p *plpgsql) valueAt(i, end int) int {
	return p.outside(i, end, func(t token) bool {
		return t.is(p.data, "default") || t.is(p.data, ":") || t.kind == operator && p.data[t.span.Start] == '='
	})
}

// initial reads the value behind :=, =, => or DEFAULT at token i.
func (p *plpgsql) initial(i, end int) (*parsed, []op.Step) {
	in := p.span(i, end)
	switch t := p.tokens[i]; {
	case t.is(p.data, "default"):
		in.Start = t.span.End
	case t.is(p.data, ":"):
		in.Start = min(t.span.End+1, in.End)
	default:
		in.Start = t.span.Start + 1
		if in.Start < len(p.data) && p.data[in.Start] == '>' {
			in.Start++
		}
	}
	return p.expressionAt(in)
}

// typeText returns the type from token i up to j, without blanks around its parts.
func (p *plpgsql) typeText(i, j int) string {
	var b strings.Builder
	for ; i < j; i++ {
		if p.tokens[i].is(p.data, "not") || p.tokens[i].is(p.data, "collate") {
			break
		}
		if b.Len() > 0 && p.tokens[i].kind == word {
			b.WriteByte(' ')
		}
		b.WriteString(p.file.Text(p.tokens[i].span))
	}
	return strings.TrimSpace(b.String())
}

// alias reads name ALIAS FOR other.
func (p *plpgsql) alias(name string, i, end int) []op.Step {
	if i+1 < end {
		other := p.file.Text(p.tokens[i+1].span)
		v := p.vars.find(identifier(other))
		if n, err := strconv.Atoi(strings.TrimPrefix(other, "$")); err == nil && other[0] == '$' {
			v = p.vars.parameter(int32(min(n, 1<<20)))
		}
		if v != nil {
			p.vars.names[name] = v
			return nil
		}
	}
	p.vars.declare(name)
	return nil
}

// cursor reads name [NO SCROLL] CURSOR [(arguments)] FOR query.
func (p *plpgsql) cursor(name string, i, end int) []op.Step {
	c := &cursor{opens: 1}
	outer := p.vars
	p.vars = outer.inner(name)
	if i < end && p.tokens[i].is(p.data, "(") {
		closing := p.closing(i, end)
		for _, part := range p.list(i+1, closing) {
			p.vars.declare(identifier(p.file.Text(p.tokens[part[0]].span)))
		}
		i = closing + 1
	}
	var steps []op.Step
	if i+1 < end && (p.tokens[i].is(p.data, "for") || p.tokens[i].is(p.data, "is")) {
		q, failed := p.parse(p.span(i+1, end), "")
		if q != nil {
			c.columns, c.steps = q.returned(q.stmt), q.run(q.span)
		} else {
			steps = append(steps, failed)
		}
	} else {
		steps = append(steps, p.unread(p.span(i-1, end), "it is no cursor"))
	}
	p.vars = outer
	p.vars.declare(name).cursor = c
	return steps
}

// closing returns the index of the parenthesis that closes the one at i.
func (p *plpgsql) closing(i, end int) int {
	depth := 0
	for ; i < end; i++ {
		if p.tokens[i].is(p.data, "(") {
			depth++
		} else if p.tokens[i].is(p.data, ")") {
			if depth--; depth == 0 {
				return i
			}
		}
	}
	return end
}
