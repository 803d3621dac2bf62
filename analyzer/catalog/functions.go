package catalog

import (
	"slices"

	"github.com/dropgate/dropgate/analyzer/op"
)

// Functions returns the functions that a call may mean: those of the name that
// take so many arguments, else those that could take more of them, else all.
func (c *Catalog) Functions(n op.Name, arguments int) []*op.CreateFunction {
	all := c.functions[c.ResolveObject(op.Function, n)]
	if len(all) < 2 {
		return all
	}
	var exact, more []*op.CreateFunction
	for _, f := range all {
		switch n := inputs(f); {
		case f.Body == nil, n == arguments:
			exact = append(exact, f)
		case n > arguments: // the others may have defaults
			more = append(more, f)
		}
	}
	switch {
	case len(exact) > 0:
		return exact
	case len(more) > 0:
		return more
	}
	return all
}

// TriggerFunctions returns the functions that a trigger may run. The repository's
// other sets of migrations may be of the same database: where this one has no such
// function, theirs are meant.
func (c *Catalog) TriggerFunctions(n op.Name) []*op.CreateFunction {
	all := c.Functions(n, 0)
	full := c.ResolveObject(op.Function, n)
	for i := 0; len(all) == 0 && i < len(c.others); i++ {
		all = c.others[i].functions[full]
	}
	return all
}

// inputs returns how many arguments callers may give.
func inputs(f *op.CreateFunction) int {
	if f.Body == nil {
		return len(f.Arguments)
	}
	n := 0
	for _, p := range f.Body.Parameters {
		if !p.Output {
			n++
		}
	}
	return n
}

// createFunction adds a function to those of its name, in the place of the one
// that has the same arguments: PostgreSQL would refuse a second one.
func (c *Catalog) createFunction(o *op.CreateFunction) {
	key := c.key(op.Function, o.Name, op.Name{})
	c.create(op.Function, o.Name, op.Name{}, nil)
	all := c.functions[key.name]
	i := slices.IndexFunc(all, func(f *op.CreateFunction) bool { return sameArguments(f.Arguments, o.Arguments) })
	if i < 0 || !o.Replace && all[i].Body == nil { // without a body the arguments may not be known
		c.functions[key.name] = append(all[:len(all):len(all)], o)
		return
	}
	all = slices.Clone(all)
	all[i] = o
	c.functions[key.name] = all
}

func sameArguments(a, b []op.DataType) bool {
	return slices.EqualFunc(a, b, func(a, b op.DataType) bool {
		return a.Array == b.Array && sameType(a.Name, b.Name)
	})
}

// dropFunction removes functions and reports whether none of the name is left.
func (c *Catalog) dropFunction(name op.Name, o *op.Drop) bool {
	var left []*op.CreateFunction
	for _, f := range c.functions[name] {
		if o.Overload && !sameArguments(f.Arguments, o.Arguments) {
			left = append(left, f)
		}
	}
	if len(left) == 0 {
		delete(c.functions, name)
		c.dropTriggersOf(func(n op.Name) bool { return n == name })
		return true
	}
	c.functions[name] = left
	return false
}

// A Body is what is known of what a function does that cannot be followed.
type Body int

// What is known of a function's body.
const (
	NoFunction Body = iota // no migration that was read made such a function
	Unreadable             // written in a language that is not read
	Harmless               // it holds no destructive word, nor does what it calls
	Suspicious
)

// Body tells what a function whose body could not be read does as far as its text
// tells, and the destructive words in it and in the functions that it calls.
// Functions whose bodies were read count as harmless: what they do is followed.
func (c *Catalog) Body(n op.Name) (Body, []string) {
	return c.body(n, false, map[*op.CreateFunction]bool{})
}

// body does so; inner says that another body calls the function, which is not
// followed.
func (c *Catalog) body(n op.Name, inner bool, seen map[*op.CreateFunction]bool) (Body, []string) {
	all := c.functions[c.ResolveObject(op.Function, n)]
	if len(all) == 0 {
		return NoFunction, nil
	}
	result, words := Harmless, []string(nil)
	add := func(b Body, more []string) {
		switch {
		case b == Suspicious:
			result, words = Suspicious, append(words[:len(words):len(words)], more...)
		case b == Unreadable && result == Harmless:
			result = Unreadable
		}
	}
	for _, f := range all {
		switch {
		case seen[f], f.Body != nil && !inner:
			continue
		case !f.Read:
			add(Unreadable, nil)
			continue
		}
		seen[f] = true
		if len(f.Words) > 0 {
			add(Suspicious, f.Words)
		}
		for _, called := range f.Calls {
			add(c.body(called, true, seen))
		}
	}
	return result, words
}

// makes reports whether a function whose body could not be read, or one that it
// calls, may make objects.
func (c *Catalog) makes(n op.Name, inner bool, seen map[*op.CreateFunction]bool) bool {
	for _, f := range c.functions[c.ResolveObject(op.Function, n)] {
		if seen[f] || f.Body != nil && !inner {
			continue
		}
		seen[f] = true
		if f.Makes {
			return true
		}
		for _, called := range f.Calls {
			if c.makes(called, true, seen) {
				return true
			}
		}
	}
	return false
}

// call notes that a function ran which may have made what is not known.
func (c *Catalog) call(o *op.Call) {
	switch body, _ := c.Body(o.Function); body {
	case NoFunction:
		if o.Perhaps {
			return
		}
	case Harmless:
		if !c.makes(o.Function, false, map[*op.CreateFunction]bool{}) {
			return
		}
	}
	c.overlook(1)
}
