package pgsql

import (
	"strings"

	"github.com/dropgate/dropgate/analyzer/op"
	"github.com/dropgate/dropgate/analyzer/source"
)

// A target is a variable or a field that a statement fills.
type target struct {
	name string
	v    *variable
	// element says that only an element of it is set.
	element bool
}

// assignment reads name := value, for fields and elements too.
func (p *plpgsql) assignment() ([]op.Step, bool) {
	if !p.isName(0) && (p.done() || p.tokens[p.pos].kind != number || p.text(0)[0] != '$') {
		return nil, false
	}
	t, next := p.target(p.pos)
	if next >= len(p.tokens) {
		return nil, false
	}
	at := p.tokens[next]
	start := at.span.Start
	switch {
	case at.is(p.data, ":") && start+1 < len(p.data) && p.data[start+1] == '=':
		start += 2
	case at.kind == operator && p.data[start] == '=' && t.v != nil:
		start++
	default:
		return nil, false
	}
	end := p.end(next)
	asked := p.subscripts(p.pos, next)
	p.pos = min(end+1, len(p.tokens))
	in := source.Span{Start: start, End: max(start, p.tokens[end-1].span.End)}
	e, steps := p.expressionAt(in)
	if p.trim(in).Len() == 0 {
		return []op.Step{p.unread(at.span, "a value is missing")}, true
	}
	value := e.value()
	if e != nil && t.v != nil && t.v.array && !t.element {
		if list := e.stmt.GetSelectStmt().GetTargetList(); len(list) == 1 {
			if all, ok := e.elements(list[0].GetResTarget().GetVal(), nil); ok {
				value = all
			}
		}
	}
	return append(append(asked, steps...), p.assign(t, value)), true
}

// dollar returns the parameter that token i names by $n.
func (p *plpgsql) dollar(i int) *variable {
	s := p.file.Text(p.tokens[i].span)
	n := int32(0)
	if s[0] != '$' || len(s) > 6 {
		return nil
	}
	for _, c := range s[1:] {
		n = n*10 + c - '0'
	}
	return p.vars.parameter(n)
}

// targets reads the list of targets between the tokens i and j.
func (p *plpgsql) targets(i, j int) []target {
	var all []target
	for _, part := range p.list(i, j) {
		if part[0] < part[1] {
			t, _ := p.target(part[0])
			all = append(all, t)
		}
	}
	return all
}

// fillLimit is the most columns of rows that are told apart in a body: a cursor
// of many columns may be gone through many times.
const fillLimit = 50000

// fill gives the targets the columns of a row.
func (p *plpgsql) fill(targets []target, columns []column) []op.Step {
	if p.filled += len(columns); p.filled > fillLimit {
		columns = []column{{"*", open(columnsOfCatalog(columns))}}
	}
	known := len(columns) > 0 && columns[len(columns)-1].name != "*"
	if len(targets) == 1 && targets[0].v != nil && targets[0].v.record && targets[0].name == targets[0].v.name {
		return p.fillRecord(targets[0], columns)
	}
	var steps []op.Step
	for i, t := range targets {
		value := open(columnsOfCatalog(columns))
		switch {
		case known && len(targets) == len(columns), i < len(columns) && named(columns[:i+1]):
			value = columns[i].texts
		}
		if known && len(targets) == 1 && len(columns) > 1 { // a row, whose fields are any of them
			value = nil
			for _, c := range columns {
				value = append(value, c.texts...)
			}
		}
		steps = append(steps, p.assign(t, value))
	}
	return steps
}

// named reports whether the columns are all known by their place.
func named(columns []column) bool {
	for _, c := range columns {
		if c.name == "*" {
			return false
		}
	}
	return true
}

func columnsOfCatalog(columns []column) bool {
	for _, c := range columns {
		if fromCatalog(c.texts) {
			return true
		}
	}
	return false
}

// fillRecord gives a record the columns of a row as its fields.
func (p *plpgsql) fillRecord(t target, columns []column) []op.Step {
	for _, c := range columns {
		p.vars.fill(t.v, c.texts)
	}
	if len(columns) == 0 {
		return []op.Step{&op.Assign{Variable: t.name, Value: open(false)}}
	}
	var steps []op.Step
	for _, c := range columns {
		if c.name == "*" {
			steps = append(steps, &op.Assign{Variable: t.name, Value: c.texts})
		}
	}
	for _, c := range columns {
		if c.name != "*" {
			steps = append(steps, &op.Assign{Variable: t.name + "." + c.name, Value: c.texts})
		}
	}
	return steps
}

// sql reads a statement of SQL, without the INTO that PL/pgSQL takes out of it.
func (p *plpgsql) sql(start, end int) []op.Step {
	into := p.into(start, end)
	s, failed := p.parse(p.span(start, end), "", into.blank...)
	if s == nil {
		return append([]op.Step{failed}, p.fill(into.targets, nil)...)
	}
	steps := s.run(s.span)
	if len(into.targets) == 0 {
		return steps
	}
	return append(steps, p.fill(into.targets, s.returned(s.stmt))...)
}

// An intoClause is INTO [STRICT] and the targets behind it.
type intoClause struct {
	targets []target
	blank   []source.Span
}

// into finds the INTO between the tokens i and j that fills variables.
func (p *plpgsql) into(i, j int) intoClause {
	if p.tokens[i].is(p.data, "import") || p.tokens[i].is(p.data, "create") || p.tokens[i].is(p.data, "alter") {
		return intoClause{}
	}
	for start := i; i < j; i++ {
		if !p.tokens[i].is(p.data, "into") || i > start && (p.tokens[i-1].is(p.data, "insert") || p.tokens[i-1].is(p.data, "merge") || p.tokens[i-1].is(p.data, ".")) {
			continue
		}
		targets, next := p.intoTargets(i+1, j)
		if len(targets) == 0 {
			continue
		}
		return intoClause{targets, []source.Span{p.span(i, next)}}
	}
	return intoClause{}
}

// intoTargets reads the targets behind INTO. Behind the first one a comma belongs
// to the list only if a variable follows: SELECT a INTO r, b FROM c.
func (p *plpgsql) intoTargets(i, j int) ([]target, int) {
	if i < j && p.tokens[i].is(p.data, "strict") {
		i++
	}
	if i >= j || p.tokens[i].kind != word && p.tokens[i].kind != quoted && p.dollar(i) == nil {
		return nil, i
	}
	t, next := p.target(i)
	all := []target{t}
	for next+1 < j && p.tokens[next].is(p.data, ",") {
		t, after := p.target(next + 1)
		if t.v == nil || after > j || all[0].v != nil && all[0].v.record && all[0].name == all[0].v.name {
			break
		}
		all, next = append(all, t), after
	}
	return all, min(next, j)
}

// perform reads PERFORM query: a SELECT whose result nobody wants. The two words
// are of the same length, with a blank.
func (p *plpgsql) perform(start, end int) []op.Step {
	if start+1 == end {
		return []op.Step{p.unread(p.span(start, end), "PERFORM of nothing")}
	}
	in := source.Span{Start: p.tokens[start].span.End, End: p.tokens[end-1].span.End}
	s, failed := p.parse(in, "SELECT ")
	if s == nil {
		return []op.Step{failed}
	}
	return s.run(p.span(start, end))
}

// call reads CALL; what its arguments are given back is not known.
func (p *plpgsql) call(start, end int) []op.Step {
	s, failed := p.parse(p.span(start, end), "")
	if s == nil {
		return []op.Step{failed}
	}
	steps := s.run(s.span)
	for _, n := range s.stmt.GetCallStmt().GetFunccall().GetArgs() {
		if a := n.GetNamedArgExpr(); a != nil {
			n = a.Arg
		}
		if name, v := p.vars.variable(n); v != nil {
			steps = append(steps, &op.Assign{Variable: name, Value: append(open(false), op.Text{{Variable: name}})})
		}
	}
	return steps
}

// returns reads RETURN, RETURN NEXT, RETURN QUERY and RETURN QUERY EXECUTE.
func (p *plpgsql) returns(start, end int) []op.Step {
	i := start + 1
	switch {
	case i == end:
		return []op.Step{&op.Leave{Body: true}}
	case p.tokens[i].is(p.data, "next"):
		_, steps := p.expression(i+1, end)
		return steps
	case p.tokens[i].is(p.data, "query") && i+1 < end:
		if p.tokens[i+1].is(p.data, "execute") {
			return p.execute(i+1, end, p.span(start, end), nil)
		}
		s, failed := p.parse(p.span(i+1, end), "")
		if s == nil {
			return []op.Step{failed}
		}
		return s.run(s.span)
	}
	_, steps := p.expression(i, end)
	return append(steps, &op.Leave{Body: true})
}

// raise reads RAISE: the expressions behind its format and behind USING.
func (p *plpgsql) raise(start, end int) []op.Step {
	using := p.find(start, end, "using")
	var steps []op.Step
	if comma := p.find(start, using, ","); comma < using {
		steps = p.expressions(comma+1, using)
	}
	if using == end {
		return steps
	}
	for _, part := range p.list(using+1, end) {
		if i := p.valueAt(part[0], part[1]); i < part[1] {
			_, more := p.initial(i, part[1])
			steps = append(steps, more...)
		}
	}
	return steps
}

// diagnostics reads GET [CURRENT | STACKED] DIAGNOSTICS a = item, …
func (p *plpgsql) diagnostics(start, end int) []op.Step {
	i := p.find(start, end, "diagnostics")
	var steps []op.Step
	for _, part := range p.list(i+1, end) {
		if part[0] < part[1] {
			t, _ := p.target(part[0])
			steps = append(steps, p.assign(t, open(false)))
		}
	}
	if len(steps) == 0 {
		return []op.Step{p.unread(p.span(start, end), "it is no GET DIAGNOSTICS")}
	}
	return steps
}

// execute reads EXECUTE text [INTO targets] [USING values], which the span stands
// for; the rows go into the loop's targets if it is one.
func (p *plpgsql) execute(start, end int, span source.Span, targets []target) []op.Step {
	behind := p.find(start+1, end, "into", "using")
	e, steps := p.expression(start+1, behind)
	if e == nil && len(steps) == 0 {
		return []op.Step{p.unread(span, "EXECUTE of nothing")}
	}
	d := &op.Dynamic{Text: e.value(), By: "EXECUTE"}
	for behind < end {
		next := p.find(behind+1, end, "into", "using")
		if p.tokens[behind].is(p.data, "into") {
			targets, _ = p.intoTargets(behind+1, next)
		} else {
			for _, part := range p.list(behind+1, next) {
				value, more := p.expression(part[0], part[1])
				steps = append(steps, more...)
				d.Using = append(d.Using, value.value())
			}
		}
		behind = next
	}
	if e != nil {
		steps = append(steps, &op.Run{Ops: []op.At{{Span: span, Op: d}}})
	}
	if len(targets) == 0 {
		return steps
	}
	return append(steps, p.fill(targets, []column{{"*", open(queriesCatalog(d.Text))}})...)
}

// queriesCatalog reports whether a text that is run seems to read the system
// catalogs.
func queriesCatalog(t op.Texts) bool {
	for _, one := range t {
		for _, piece := range one {
			s := strings.ToLower(piece.Constant)
			if strings.Contains(s, "pg_") || strings.Contains(s, "information_schema") {
				return true
			}
		}
	}
	return false
}

// open reads OPEN cursor [(arguments)] and OPEN cursor FOR query.
func (p *plpgsql) open(start, end int) []op.Step {
	if start+1 >= end {
		return []op.Step{p.unread(p.span(start, end), "OPEN of nothing")}
	}
	t, next := p.target(start + 1)
	next = min(next, end)
	i := p.find(next, end, "for")
	if i+1 >= end {
		steps := p.arguments(next, end)
		if t.v != nil {
			_, run := p.opened(t.v)
			steps = append(steps, run...)
		}
		return steps
	}
	c := &cursor{}
	if t.v != nil {
		if t.v.cursor != nil {
			c = t.v.cursor
		}
		t.v.cursor = c
	}
	c.opens++
	if p.tokens[i+1].is(p.data, "execute") {
		c.columns = nil
		return p.execute(i+1, end, p.span(start, end), nil)
	}
	q, failed := p.parse(p.span(i+1, end), "")
	if q == nil {
		return []op.Step{failed}
	}
	c.columns = q.returned(q.stmt)
	if c.opens > 1 {
		c.columns = []column{{"*", open(columnsOfCatalog(c.columns))}}
	}
	return q.run(q.span)
}

// arguments reads the arguments of a cursor: (1, a := 2, b => 3).
func (p *plpgsql) arguments(i, j int) []op.Step {
	if i >= j || !p.tokens[i].is(p.data, "(") {
		return nil
	}
	var steps []op.Step
	for _, part := range p.list(i+1, p.closing(i, j)) {
		if at := p.valueAt(part[0], part[1]); at < part[1] && at == part[0]+1 {
			_, more := p.initial(at, part[1])
			steps = append(steps, more...)
			continue
		}
		_, more := p.expression(part[0], part[1])
		steps = append(steps, more...)
	}
	return steps
}

// opened returns the columns that a cursor gives, and what opening it runs.
func (p *plpgsql) opened(v *variable) ([]column, []op.Step) {
	if v.cursor == nil {
		return nil, nil
	}
	return v.cursor.columns, v.cursor.steps
}

// fetch reads FETCH [direction FROM | IN] cursor INTO targets.
func (p *plpgsql) fetch(start, end int) []op.Step {
	i := p.find(start, end, "into")
	targets, _ := p.intoTargets(i+1, end)
	if i == end || i == start+1 || len(targets) == 0 {
		return []op.Step{p.unread(p.span(start, end), "it is no FETCH")}
	}
	var columns []column
	if v := p.vars.find(identifier(p.file.Text(p.tokens[i-1].span))); v != nil {
		columns, _ = p.opened(v)
	}
	return append(p.direction(start+1, i), p.fill(targets, columns)...)
}

// direction reads the number of rows in ABSOLUTE 3 FROM or RELATIVE -1 IN.
func (p *plpgsql) direction(i, end int) []op.Step {
	from := p.find(i, end, "from", "in")
	if from == end || from < i+2 {
		return nil
	}
	_, steps := p.expression(i+1, from)
	return steps
}
