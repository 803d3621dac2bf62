package catalog

import "github.com/dropgate/dropgate/analyzer/op"

// settledCalls returns calls with the full names of the functions that they mean at
// this moment: what is made now keeps them, whatever they are called later.
func (c *Catalog) settledCalls(calls []op.Operation) []op.Operation {
	return withFunctions(calls, c.functionName)
}

// withFunctions returns the operations with other names of the functions called.
func withFunctions(calls []op.Operation, name func(op.Name) op.Name) []op.Operation {
	return all(calls, func(o op.Operation) op.Operation {
		call, ok := o.(*op.Call)
		if !ok {
			return o
		}
		made := *call
		made.Function = name(call.Function)
		return &made
	})
}

// moveKeptCalls follows a function to its new name in what calls it when rows are
// written, a view is read, a rule or a body of BEGIN ATOMIC runs.
func (c *Catalog) moveKeptCalls(old, name op.Name) {
	move := renamed(old, name)
	for _, o := range c.viewsOver(old) {
		view := *o.view
		view.Calls = withFunctions(view.Calls, move)
		o.view = &view
	}
	for key, some := range c.rowCalls {
		c.rowCalls[key] = all(some, func(o *op.RowCalls) *op.RowCalls {
			made := *o
			made.Calls = withFunctions(o.Calls, move)
			return &made
		})
	}
	for _, names := range c.bindings {
		for written, b := range names {
			if b.function && b.name == old {
				b.name = name
				names[written] = b
			}
		}
	}
}
