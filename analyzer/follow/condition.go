package follow

import "github.com/dropgate/dropgate/analyzer/op"

// decide returns the operation with its conditions on variables decided; the
// operation itself where it has none.
func (e env) decide(o op.Operation) op.Operation {
	switch o := o.(type) {
	case *op.Delete:
		if matches(o.Where) {
			decided := *o
			decided.Where = e.condition(o.Where)
			return &decided
		}
	case *op.Update:
		if matches(o.Where) {
			decided := *o
			decided.Where = e.condition(o.Where)
			return &decided
		}
	case *op.Merge:
		if matches(o.On) {
			decided := *o
			decided.On = e.condition(o.On)
			return &decided
		}
	}
	return o
}

// matches reports whether a condition compares with a variable.
func matches(c op.Condition) bool {
	switch c := c.(type) {
	case op.Matches:
		return true
	case op.And:
		for _, part := range c {
			if matches(part) {
				return true
			}
		}
	case op.Or:
		for _, part := range c {
			if matches(part) {
				return true
			}
		}
	case op.Picked:
		return matches(c.Where)
	}
	return false
}

// condition says what a condition comes to with the values of the variables.
func (e env) condition(c op.Condition) op.Condition {
	switch c := c.(type) {
	case op.And:
		var all op.And
		for _, part := range c {
			all = append(all, e.condition(part))
		}
		return all
	case op.Or:
		var all op.Or
		for _, part := range c {
			all = append(all, e.condition(part))
		}
		return all
	case op.Picked:
		c.Where = e.condition(c.Where)
		return c
	case op.Matches:
		held, assigned := e.get(c.Variable)
		if !assigned {
			return op.Own{Columns: []string{c.Column}}
		}
		for _, v := range held {
			if v.open() {
				return op.Elsewhere{}
			}
		}
		if len(held) == 0 {
			return op.Elsewhere{}
		}
		return op.Equals{Column: c.Column}
	}
	return c
}
