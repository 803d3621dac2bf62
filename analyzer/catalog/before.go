package catalog

import "github.com/dropgate/dropgate/analyzer/op"

// Before returns what a table is called in a database that the change has not run
// on: it has no name there if the change made it.
func (c *Catalog) Before(n op.Name) op.Name {
	t, state := c.Table(n)
	switch {
	case t != nil:
		return c.nameBefore(t)
	case state == Gone:
		return op.Name{}
	}
	return c.Resolve(n)
}

func (c *Catalog) nameBefore(t *Table) op.Name {
	switch {
	case t.Temporary, c.stateOf(t.epoch) == Created:
		return op.Name{}
	case !t.was.IsZero() && t.moved == c.epoch:
		return t.was
	}
	return t.Name
}

// rename gives the table another name, in the epoch.
func (t *Table) rename(name op.Name, epoch int) {
	if t.was.IsZero() || t.moved != epoch {
		t.was, t.moved = t.Name, epoch
	}
	t.Name = name
}
