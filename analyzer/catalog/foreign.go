package catalog

import (
	"slices"
	"strings"

	"github.com/dropgate/dropgate/analyzer/op"
)

// A walker collects what one operation does to tables besides the one named.
type walker struct {
	c    *Catalog
	root string          // what the operation names
	seen map[string]bool // what was said already
	all  []Loss
	// visit is called for what happens to tables besides the one named; may be nil.
	visit func(t *Table, event op.Event, columns []string)
}

// A reference is a foreign key and the table that has it.
type reference struct {
	table *Table
	key   op.ConstraintDef
}

// walker returns one for an operation on the table; nil for one on anything else.
func (c *Catalog) walker(t *Table) *walker {
	w := &walker{c: c, seen: map[string]bool{}}
	if t != nil {
		w.root = t.Name.String()
	}
	return w
}

// first reports whether nothing was said yet of the table, or of a column of it.
func (w *walker) first(t *Table, column string) bool {
	key := copyKey(t.Name, column)
	if w.seen[key] {
		return false
	}
	w.seen[key] = true
	return true
}

func (w *walker) see(t *Table, event op.Event, columns []string) {
	if w.visit != nil {
		w.visit(t, event, columns)
	}
}

// add says that the table, or a column of it, loses something, and from where it is
// reached. What the change itself made loses nothing.
func (w *walker) add(kind op.Kind, t *Table, column, why, from string) {
	if !w.c.HoldsRows(t) {
		return
	}
	name := t.Name.String()
	if column != "" {
		if _, state := w.c.Column(t.Name, column); state == Created {
			return
		}
		name += "." + column
	}
	l := Loss{Kind: kind, Name: name, Why: why, Table: w.c.nameBefore(t)}
	if from != w.root {
		l.From = from
	}
	w.all = append(w.all, l)
}

// toRowsOf returns the foreign keys that lead to rows of the table: to itself, and
// to the partitioned tables that its rows are rows of.
func (w *walker) toRowsOf(t *Table) []reference {
	var all []reference
	for _, one := range w.c.upward(t) {
		all = append(all, w.c.leadingTo(one.Name)...)
	}
	return all
}

// rowsUnder returns the tables whose rows an operation on the table touches.
func (w *walker) rowsUnder(t *Table, only bool) []*Table {
	if only {
		return []*Table{t}
	}
	return w.c.family(t)
}

// partitions returns the table and the partitions under it, without tables that
// inherit from it: the rows that a foreign key of it is about.
func (w *walker) partitions(t *Table) []*Table {
	all := []*Table{t}
	for _, one := range w.c.family(t)[1:] {
		if !one.Parent.IsZero() {
			all = append(all, one)
		}
	}
	return all
}

// Referring returns the names of the other tables that have a foreign key to the
// table.
func (c *Catalog) Referring(t *Table) []string {
	var all []string
	if t == nil {
		return nil
	}
	for _, ref := range c.leadingTo(t.Name) {
		if name := ref.table.Name.String(); ref.table != t && !slices.Contains(all, name) {
			all = append(all, name)
		}
	}
	return all
}

// DeleteReach returns what a DELETE from the table takes along through foreign
// keys: rows of other tables (or more of its own), and values set to NULL.
func (c *Catalog) DeleteReach(t *Table, only bool) []Loss {
	if t == nil {
		return nil
	}
	w := c.walker(t)
	w.deletes(t, only)
	return w.all
}

func (w *walker) deletes(t *Table, only bool) {
	for todo := w.rowsUnder(t, only); len(todo) > 0; todo = todo[1:] {
		if w.c.KeysOff(todo[0]) {
			continue
		}
		for _, ref := range w.toRowsOf(todo[0]) {
			if w.deletesThrough(ref) {
				todo = append(todo, w.partitions(ref.table)...)
			}
		}
	}
}

// deletesThrough does what a foreign key does when rows that it leads to are
// deleted, and reports whether rows of its own table go for the first time.
func (w *walker) deletesThrough(ref reference) bool {
	k, other := ref.key, ref.table
	switch k.OnDelete {
	case "cascade":
		if !w.first(other, "") {
			return false
		}
		w.see(other, op.OnDelete, nil)
		w.add(op.Table, other, "", "foreign key ON DELETE CASCADE to "+k.References.String(), k.References.String())
		return true
	case "set null", "set default":
		columns := k.Columns
		if len(k.SetColumns) > 0 {
			columns = k.SetColumns
		}
		w.overwrites(other, columns, "foreign key ON DELETE "+strings.ToUpper(k.OnDelete)+" to ", k.References.String())
	}
	return false
}

// overwrites says once of each column that values of it are lost, and reports
// whether there was one.
func (w *walker) overwrites(t *Table, columns []string, why, from string) bool {
	columns = slices.DeleteFunc(slices.Clone(columns), func(column string) bool { return !w.first(t, column) })
	if len(columns) == 0 {
		return false
	}
	w.see(t, op.OnUpdate, columns)
	for _, column := range columns {
		w.add(op.Column, t, column, why+from, from)
	}
	return true
}

// UpdateReach returns what an UPDATE of the columns does through foreign keys to
// values that refer to them.
func (c *Catalog) UpdateReach(t *Table, only bool, columns []string) []Loss {
	if t == nil {
		return nil
	}
	w := c.walker(t)
	w.updates(t, only, columns)
	return w.all
}

func (w *walker) updates(t *Table, only bool, columns []string) {
	type change struct {
		table   *Table
		columns []string
	}
	var todo []change
	for _, one := range w.rowsUnder(t, only) {
		todo = append(todo, change{one, columns})
	}
	for ; len(todo) > 0; todo = todo[1:] {
		if w.c.KeysOff(todo[0].table) {
			continue
		}
		for _, ref := range w.toRowsOf(todo[0].table) {
			set := w.updatesThrough(ref, todo[0].columns)
			if len(set) == 0 {
				continue
			}
			for _, one := range w.partitions(ref.table) {
				todo = append(todo, change{one, set})
			}
		}
	}
}

// updatesThrough does what a foreign key does when columns that it leads to are
// written over, and returns the columns of its own that are for the first time.
func (w *walker) updatesThrough(ref reference, columns []string) []string {
	k := ref.key
	var set []string
	for i, to := range w.c.referenced(k) {
		if slices.Contains(columns, to) && i < len(k.Columns) {
			set = append(set, k.Columns[i])
		}
	}
	why := "foreign key ON UPDATE " + strings.ToUpper(k.OnUpdate) + " to "
	switch {
	case len(set) == 0:
		return nil
	case k.OnUpdate == "set null", k.OnUpdate == "set default":
		set = k.Columns
	case k.OnUpdate != "cascade":
		return nil
	}
	before := len(w.all)
	if !w.overwrites(ref.table, set, why, k.References.String()) {
		return nil
	}
	for i := range w.all[before:] {
		w.all[before+i].Follows = k.OnUpdate == "cascade"
	}
	return set
}

// referenced returns the columns that a foreign key leads to, in the order of its
// own.
func (c *Catalog) referenced(k op.ConstraintDef) []string {
	if len(k.RefColumns) > 0 {
		return k.RefColumns
	}
	if t := c.tables[k.References]; t != nil {
		for _, key := range t.Keys {
			if key.Kind == op.PrimaryKey {
				return key.Columns
			}
		}
	}
	return nil
}

// TruncateReach returns the tables that TRUNCATE empties besides the one named:
// with CASCADE those whose foreign keys lead to it; and the tables under it.
func (c *Catalog) TruncateReach(t *Table, cascade, only bool) []Loss {
	if t == nil {
		return nil
	}
	w := c.walker(t)
	w.first(t, "")
	w.truncates(t, cascade, only)
	return w.all
}

func (w *walker) truncates(t *Table, cascade, only bool) {
	todo := []*Table{t}
	take := func(other *Table, why, from string) {
		if w.first(other, "") {
			w.see(other, op.OnTruncate, nil)
			w.add(op.Table, other, "", why, from)
			todo = append(todo, other)
		}
	}
	for ; len(todo) > 0; todo = todo[1:] {
		at := todo[0]
		if at != t || !only {
			for _, child := range w.c.children(at) {
				take(child, under(child, at), at.Name.String())
			}
		}
		if !cascade {
			continue
		}
		for _, ref := range w.toRowsOf(at) {
			to := ref.key.References.String()
			take(ref.table, "TRUNCATE … CASCADE follows its foreign key to "+to, to)
		}
	}
}
