package catalog

import (
	"slices"

	"github.com/dropgate/dropgate/analyzer/op"
)

// Functions returns the functions that a call may mean: those of the name, in any
// schema of search_path, that can take the arguments; all where none can. Which
// types the arguments have is not asked.
func (c *Catalog) Functions(n op.Name, arguments []op.Argument) []*op.CreateFunction {
	all := c.named(n)
	var fit []*op.CreateFunction
	for _, f := range all {
		if takes(f, arguments) {
			fit = append(fit, f)
		}
	}
	if len(fit) == 0 {
		return all
	}
	return fit
}

// named returns the functions of a name: for a bare one those in every schema of
// search_path, since PostgreSQL takes the one whose arguments fit best.
func (c *Catalog) named(n op.Name) []*op.CreateFunction {
	if n.Schema != "" || len(c.bareSchemas()) < 2 {
		return c.functions[c.ResolveObject(op.Function, n)]
	}
	var all []*op.CreateFunction
	for _, schema := range c.bareSchemas() {
		all = append(all, c.functions[op.Name{Schema: schema, Name: n.Name}]...)
	}
	return all
}

// TriggerFunctions returns the functions that a trigger may run. The repository's
// other sets of migrations may be of the same database: where this one has no such
// function, theirs are meant.
func (c *Catalog) TriggerFunctions(n op.Name) []*op.CreateFunction {
	all := c.Functions(n, nil)
	full := c.ResolveObject(op.Function, n)
	for i := 0; len(all) == 0 && i < len(c.others); i++ {
		all = c.others[i].functions[full]
	}
	return all
}

// takes reports whether a function can be called with so many arguments of such
// names.
func takes(f *op.CreateFunction, arguments []op.Argument) bool {
	if f.Body == nil {
		return true
	}
	given := len(arguments)
	if slices.ContainsFunc(arguments, func(a op.Argument) bool { return a.Name != "" }) {
		return given <= len(f.Arguments)
	}
	for _, p := range f.Body.Parameters {
		switch {
		case p.Output:
		case p.Variadic:
			return true
		case given > 0:
			given--
		case len(p.Default) == 0:
			return false
		}
	}
	return given == 0
}

// createFunction adds a function to those of its name, in the place of the one
// that has the same arguments: PostgreSQL would refuse a second one.
func (c *Catalog) createFunction(o *op.CreateFunction) {
	key := c.key(op.Function, o.Name, op.Name{})
	c.create(op.Function, o.Name, op.Name{}, nil)
	c.bindBody(o.Body)
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

// alterFunction gives functions another search_path to run with.
func (c *Catalog) alterFunction(o *op.AlterFunction) {
	name := c.key(op.Function, o.Name, op.Name{}).name
	altered := slices.Clone(c.functions[name])
	for i, f := range altered {
		if f.Body == nil || o.Given && !named(f, o.Takes) {
			continue
		}
		made, body := *f, *f.Body
		body.Path = o.Path
		c.bindings[&body] = c.bindings[f.Body]
		made.Body = &body
		altered[i] = &made
	}
	if altered != nil {
		c.functions[name] = altered
	}
}

func sameArguments(a, b []op.DataType) bool {
	return slices.EqualFunc(a, b, func(a, b op.DataType) bool {
		return a.Array == b.Array && sameType(a.Name, b.Name)
	})
}

// named reports whether the types of arguments name the function: those of a
// procedure may be given with its OUT parameters.
func named(f *op.CreateFunction, arguments []op.DataType) bool {
	return sameArguments(f.Arguments, arguments) || f.Word == "procedure" && sameArguments(f.Types, arguments)
}

// dropFunction removes functions and reports whether none of the name is left.
func (c *Catalog) dropFunction(name op.Name, o *op.Drop) bool {
	var left []*op.CreateFunction
	for _, f := range c.functions[name] {
		if o.Overload && !named(f, o.Arguments) {
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

// moveNamed gives an object another name: of several functions of its name only
// the one that is meant.
func (c *Catalog) moveNamed(key objectKey, name op.Name, which op.Overload) {
	var moves, stays []*op.CreateFunction
	for _, f := range c.functions[key.name] {
		if key.kind == op.Function && which.Given && !named(f, which.Takes) {
			stays = append(stays, f)
		} else {
			moves = append(moves, f)
		}
	}
	if len(stays) == 0 || len(moves) == 0 {
		c.moveObject(key, name)
		return
	}
	c.functions[key.name] = stays
	c.functions[name] = append(c.functions[name], moves...)
	if to := (objectKey{kind: op.Function, name: name}); c.objects[to] == nil {
		c.objects[to] = c.objects[key]
		delete(c.gone, to)
	}
	if len(moves[0].Arguments) == 0 { // as triggers' functions are
		c.renameTriggersOf(key.name, name)
	}
}

// A Body is what is known of a function's body.
type Body int

// What is known of a function's body.
const (
	NoFunction Body = iota // no migration that was read made such a function
	Unreadable             // written in a language that is not read
	Followed               // read: what it does is followed, and judged by itself
)

// Body tells what is known of the functions of a name; Unreadable if that holds for
// one of them.
func (c *Catalog) Body(n op.Name) Body {
	all := c.named(n)
	switch {
	case len(all) == 0:
		return NoFunction
	case slices.ContainsFunc(all, func(f *op.CreateFunction) bool { return f.Body == nil }):
		return Unreadable
	}
	return Followed
}

// call notes that a function ran which may have made what is not known.
func (c *Catalog) call(o *op.Call) {
	body := c.Body(o.Function)
	if body == Unreadable || body == NoFunction && !o.Perhaps {
		c.overlook(1)
	}
}
