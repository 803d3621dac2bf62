package catalog

import (
	"slices"

	"github.com/dropgate/dropgate/analyzer/op"
)

// A Loss is a table or column that loses something without being named, or a view
// that goes.
type Loss struct {
	Kind  op.Kind
	Name  string
	Why   string
	Table op.Name // the table, or the one that has the column, as Before tells it
	// From is what it hangs on, where that is not what the operation names: the table
	// in the middle of a chain of foreign keys, the type that goes with its schema.
	From string
	// Follows says that what is written over only goes along with what it refers to:
	// ON UPDATE CASCADE.
	Follows bool
}

// HoldsRows reports whether the table, or one that inherits from it or is a
// partition of it, was there before the change.
func (c *Catalog) HoldsRows(t *Table) bool {
	if c.older(t) {
		return true
	}
	return slices.ContainsFunc(c.family(t)[1:], c.older)
}

// older reports whether the table itself was there before the change.
func (c *Catalog) older(t *Table) bool { return !t.Temporary && c.stateOf(t.epoch) != Created }

// Heirs returns the tables that inherit from the table and were there before the
// change: what is done to its rows is done to theirs. With columns it returns those
// of them. Partitions are named only where the change made the table above them:
// else their rows are its own.
func (c *Catalog) Heirs(t *Table, only bool, columns ...string) []Loss {
	if t == nil || only {
		return nil
	}
	return c.lossesUnder(t, func(*Table) bool { return true }, columns...)
}

// lossesUnder returns what Heirs does of those tables that are touched.
func (c *Catalog) lossesUnder(t *Table, touched func(*Table) bool, columns ...string) []Loss {
	w := c.walker(t)
	for _, one := range c.family(t)[1:] {
		why := "inherits from " + t.Name.String()
		if !one.Parent.IsZero() {
			why = "partition of " + t.Name.String()
		}
		if !c.older(one) || !touched(one) || !one.Parent.IsZero() && c.older(t) {
			continue
		}
		if len(columns) == 0 {
			w.add(op.Table, one, "", why, t.Name.String())
		}
		for _, column := range columns {
			w.add(op.Column, one, column, why, t.Name.String())
		}
	}
	return w.all
}

// Bounded reports whether the condition compares a primary or unique key with
// constants: of the table, and of every table that inherits from it, since a key
// holds for the rows of its own table only. The key of a partitioned table holds
// for its partitions.
func (c *Catalog) Bounded(t *Table, only bool, where op.Condition) bool {
	switch {
	case t == nil:
		return op.BoundedBy(where, nil)
	case only:
		return op.BoundedBy(where, c.keyColumns(t))
	}
	for _, one := range c.family(t) {
		if !op.BoundedBy(where, c.keyColumns(one)) {
			return false
		}
	}
	return true
}

// keyColumns returns the columns of every key that holds for the table's rows: its own
// and those of the partitioned tables above it.
func (c *Catalog) keyColumns(t *Table) [][]string {
	var all [][]string
	for _, one := range c.upward(t) {
		all = append(all, one.KeyColumns()...)
	}
	return all
}

// upward returns the table and the partitioned tables that its rows are rows of.
func (c *Catalog) upward(t *Table) []*Table {
	all := []*Table{t}
	seen := map[*Table]bool{t: true}
	for t = c.tables[t.Parent]; t != nil && !seen[t]; t = c.tables[t.Parent] {
		seen[t] = true
		all = append(all, t)
	}
	return all
}

// TypedTables returns the tables that are made of a composite type.
func (c *Catalog) TypedTables(n op.Name) []*Table {
	n = c.typeName(n)
	var all []*Table
	for _, t := range c.sorted() {
		if !t.OfType.IsZero() && sameType(t.OfType, n) {
			all = append(all, t)
		}
	}
	return all
}

func under(child, parent *Table) string {
	if child.Parent == parent.Name {
		return "partition of " + parent.Name.String()
	}
	return "inherits from " + parent.Name.String()
}

// sameType reports whether two names may mean one type: a name without a schema
// may be in any.
func sameType(a, b op.Name) bool {
	return a.Name == b.Name && (a.Schema == b.Schema || a.Schema == "" || b.Schema == "")
}
