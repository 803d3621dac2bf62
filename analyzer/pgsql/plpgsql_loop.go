package pgsql

import (
	"bytes"

	"github.com/dropgate/dropgate/analyzer/op"
	"github.com/dropgate/dropgate/analyzer/source"
)

// loop reads the statements of a loop behind LOOP; first are the steps with which
// each turn begins.
func (p *plpgsql) loop(first []op.Step, vars *scope) []op.Step {
	outer := p.vars
	p.vars = vars
	l := &op.Loop{Steps: append(first, p.statements()...)}
	p.vars = outer
	return append([]op.Step{l}, p.close("loop")...)
}

// head returns the index of the LOOP that ends the loop's head, which begins with
// token i, and moves behind it.
func (p *plpgsql) head(i int) (int, []op.Step) {
	loop := p.before(i, "loop")
	p.pos = loop
	if p.accept("loop") {
		return loop, nil
	}
	return loop, []op.Step{p.skip("LOOP is missing")}
}

func (p *plpgsql) while() []op.Step {
	start, vars := p.pos+1, p.vars.inner(p.takeLabel())
	loop, steps := p.head(start)
	_, asked := p.expression(start, loop)
	// The condition is asked in each turn: with what the turn before left behind.
	steps = append(steps, asked...)
	return append(steps, p.loop(nil, vars)...)
}

// foreach reads FOREACH x [SLICE n] IN ARRAY expression LOOP.
func (p *plpgsql) foreach() []op.Step {
	start, vars := p.pos+1, p.vars.inner(p.takeLabel())
	loop, steps := p.head(start)
	in := p.find(start, loop, "in")
	targets := p.targets(start, p.find(start, in, "slice"))
	if in == loop || in+1 == loop || !p.tokens[in+1].is(p.data, "array") {
		steps = append(steps, p.unread(p.span(start-1, loop), "IN ARRAY is missing"))
		return append(steps, p.loop(nil, vars)...)
	}
	e, asked := p.expression(in+2, loop)
	steps = append(steps, asked...)
	value := open(false)
	if e != nil {
		if list := e.stmt.GetSelectStmt().GetTargetList(); len(list) == 1 && len(e.stmt.GetSelectStmt().FromClause) == 0 {
			n := list[0].GetResTarget().GetVal()
			if all, ok := e.elements(n, nil); ok {
				value = all
			} else {
				value = open(e.ofCatalog(n, nil))
			}
		} else {
			value = e.value()
		}
	}
	return append(steps, p.loop(p.fill(targets, []column{{"", value}}), vars)...)
}

// forLoop reads the loops that begin with FOR.
func (p *plpgsql) forLoop() []op.Step {
	start, vars := p.pos+1, p.vars.inner(p.takeLabel())
	loop, steps := p.head(start)
	in := p.find(start, loop, "in")
	if in >= loop-1 {
		if start-1 < loop {
			steps = append(steps, p.unread(p.span(start-1, loop), "IN is missing"))
		}
		return append(steps, p.loop(nil, vars)...)
	}
	if dots := p.dots(in+1, loop); dots >= 0 {
		return append(steps, p.integers(start, in+1, loop, dots, vars)...)
	}
	targets := p.targets(start, in)
	if p.tokens[in+1].is(p.data, "execute") {
		run := p.execute(in+1, loop, p.span(in+1, loop), targets)
		first, others := splitAssigns(run)
		steps = append(steps, others...)
		return append(steps, p.loop(first, vars)...)
	}
	columns, asked := p.rows(in+1, loop)
	steps = append(steps, asked...)
	return append(steps, p.loop(p.fill(targets, columns), vars)...)
}

// splitAssigns takes the assignments out of the steps: they are done in each turn.
func splitAssigns(steps []op.Step) (assigns, others []op.Step) {
	for _, s := range steps {
		if _, ok := s.(*op.Assign); ok {
			assigns = append(assigns, s)
		} else {
			others = append(others, s)
		}
	}
	return assigns, others
}

// dots returns the place of the two dots of an integer loop; -1 if there are none.
func (p *plpgsql) dots(i, j int) int {
	place := -1
	p.outside(i, j, func(t token) bool {
		switch {
		case t.is(p.data, ".") && t.span.End < len(p.data) && p.data[t.span.End] == '.':
			place = t.span.Start
		case t.kind == number:
			if at := bytes.Index(p.data[t.span.Start:t.span.End], []byte("..")); at >= 0 {
				place = t.span.Start + at
			}
		}
		return place >= 0
	})
	return place
}

// integers reads FOR i IN [REVERSE] a..b [BY c] LOOP, which makes its variable.
func (p *plpgsql) integers(name, from, loop, dots int, vars *scope) []op.Step {
	if p.tokens[from].is(p.data, "reverse") {
		from++
	}
	end := p.tokens[loop-1].span.End
	by := p.find(from, loop, "by")
	_, steps := p.expressionAt(source.Span{Start: min(p.tokens[from].span.Start, dots), End: dots})
	upper := source.Span{Start: dots + 2, End: end}
	if by < loop && p.tokens[by].span.Start > dots {
		upper.End = p.tokens[by].span.Start
		_, more := p.expression(by+1, loop)
		steps = append(steps, more...)
	}
	_, more := p.expressionAt(upper)
	steps = append(steps, more...)
	v := vars.declare(identifier(p.file.Text(p.tokens[name].span)))
	v.queried = false
	return append(steps, p.loop([]op.Step{&op.Assign{Variable: v.name, Value: open(false)}}, vars)...)
}

// rows reads what a loop goes through: a query, or a cursor with its arguments.
func (p *plpgsql) rows(i, j int) ([]column, []op.Step) {
	if v := p.vars.find(identifier(p.file.Text(p.tokens[i].span))); v != nil && (j == i+1 || p.tokens[i+1].is(p.data, "(")) {
		steps := p.arguments(i+1, j)
		columns, run := p.opened(v)
		return columns, append(steps, run...)
	}
	q, failed := p.parse(p.span(i, j), "")
	if q == nil {
		return nil, []op.Step{failed}
	}
	return q.returned(q.stmt), q.run(q.span)
}
