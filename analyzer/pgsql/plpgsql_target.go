package pgsql

import (
	"strings"

	"github.com/dropgate/dropgate/analyzer/op"
)

// subscripts reads the expressions in the brackets of a target.
func (p *plpgsql) subscripts(i, j int) []op.Step {
	var steps []op.Step
	for ; i < j; i++ {
		if !p.tokens[i].is(p.data, "[") {
			continue
		}
		end := i + 1
		for depth := 1; end < j; end++ {
			if p.tokens[end].is(p.data, "[") {
				depth++
			} else if p.tokens[end].is(p.data, "]") {
				if depth--; depth == 0 {
					break
				}
			}
		}
		colon := p.find(i+1, end, ":")
		_, more := p.expression(i+1, colon)
		_, upper := p.expression(min(colon+1, end), end)
		steps, i = append(append(steps, more...), upper...), end
	}
	return steps
}

// assign gives a target a value.
func (p *plpgsql) assign(t target, value op.Texts) op.Step {
	if t.element {
		value = append(value[:len(value):len(value)], op.Text{{Variable: t.name}})
	}
	p.vars.fill(t.v, value)
	return &op.Assign{Variable: t.name, Value: value}
}

// target reads the name of a variable, a field or an element at token i, and
// returns the index of what follows.
func (p *plpgsql) target(i int) (target, int) {
	parts := []string{identifier(p.file.Text(p.tokens[i].span))}
	if v := p.dollar(i); v != nil {
		parts[0] = v.name
	}
	for i++; i+1 < len(p.tokens) && p.tokens[i].is(p.data, ".") && (p.tokens[i+1].kind == word || p.tokens[i+1].kind == quoted); i += 2 {
		parts = append(parts, identifier(p.file.Text(p.tokens[i+1].span)))
	}
	t := target{}
	t.name, t.v = p.vars.lookup(parts)
	for n := len(parts) - 1; t.v == nil && n > 0; n-- { // a field of a field
		if _, t.v = p.vars.lookup(parts[:n]); t.v != nil {
			t.name, t.element = t.v.name, true
		}
	}
	if t.v == nil {
		t.name = strings.Join(parts, ".")
	}
	after := p.behindSubscripts(i)
	t.element = t.element || after > i
	return t, after
}

// behindSubscripts moves past the [1].field that may follow a name.
func (p *plpgsql) behindSubscripts(i int) int {
	depth, start := 0, i
	for ; i < len(p.tokens); i++ {
		switch t := p.tokens[i]; {
		case t.is(p.data, "["):
			depth++
		case t.is(p.data, "]"):
			depth--
		case t.is(p.data, ";"):
			return i
		case depth > 0, i > start && (t.is(p.data, ".") || p.tokens[i-1].is(p.data, ".")):
		default:
			return i
		}
	}
	return i
}
