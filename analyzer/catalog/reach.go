package catalog

import (
	"strings"

	"github.com/dropgate/dropgate/analyzer/op"
)

// A Loss is a table or column that loses something without being named, or a view
// that goes.
type Loss struct {
	Kind  op.Kind
	Name  string
	Why   string
	Table op.Name // the table, or the one that has the column, as Before tells it
}

// HoldsRows reports whether the table, or one that inherits from it or is a
// partition of it, was there before the change.
func (c *Catalog) HoldsRows(t *Table) bool {
	for _, one := range c.family(t) {
		if !one.Temporary && c.stateOf(one.epoch) != Created {
			return true
		}
	}
	return false
}

// family returns the table and all that inherit from it or are partitions of it,
// at any depth, each once.
func (c *Catalog) family(t *Table) []*Table {
	all := []*Table{t}
	seen := map[*Table]bool{t: true}
	for i := 0; i < len(all); i++ {
		for _, child := range c.children(all[i]) {
			if !seen[child] {
				seen[child] = true
				all = append(all, child)
			}
		}
	}
	return all
}

func (c *Catalog) children(t *Table) []*Table {
	var all []*Table
	for _, other := range c.sorted() {
		if other.Parent == t.Name {
			all = append(all, other)
			continue
		}
		for _, parent := range other.Parents {
			if parent == t.Name {
				all = append(all, other)
			}
		}
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

// a walker collects losses, each table once.
type walker struct {
	c    *Catalog
	seen map[op.Name]bool
	all  []Loss
	// visit is called for what happens to tables besides the one named; may be nil.
	visit func(t *Table, event op.Event, columns []string)
}

func (w *walker) see(t *Table, event op.Event, columns []string) {
	if w.visit != nil {
		w.visit(t, event, columns)
	}
}

func (c *Catalog) walker(t *Table) *walker {
	w := &walker{c: c, seen: map[op.Name]bool{}}
	if t != nil {
		w.seen[t.Name] = true
	}
	return w
}

func (w *walker) add(kind op.Kind, t *Table, column, why string) {
	if !w.c.HoldsRows(t) {
		return
	}
	name := t.Name.String()
	if column != "" {
		name += "." + column
	}
	w.all = append(w.all, Loss{Kind: kind, Name: name, Why: why, Table: w.c.nameBefore(t)})
}

// DeleteReach returns what a DELETE from the table takes along through foreign
// keys: rows of other tables (or more of its own), and values set to NULL.
func (c *Catalog) DeleteReach(t *Table) []Loss {
	if t == nil {
		return nil
	}
	w := c.walker(nil)
	w.deletes(t)
	return w.all
}

func (w *walker) deletes(t *Table) {
	if w.c.KeysOff(t) {
		return
	}
	for _, other := range w.c.sorted() {
		for _, k := range other.Foreign {
			if k.References != t.Name {
				continue
			}
			switch k.OnDelete {
			case "cascade":
				if !w.seen[other.Name] {
					w.seen[other.Name] = true
					w.see(other, op.OnDelete, nil)
					w.add(op.Table, other, "", "foreign key ON DELETE CASCADE to "+t.Name.String())
					w.deletes(other)
				}
			case "set null", "set default":
				w.see(other, op.OnUpdate, k.Columns)
				for _, column := range k.Columns {
					w.add(op.Column, other, column, "foreign key ON DELETE "+strings.ToUpper(k.OnDelete)+" to "+t.Name.String())
				}
			}
		}
	}
}

// TruncateReach returns the tables that TRUNCATE empties besides the one named:
// with CASCADE those whose foreign keys lead to it; and the tables under it.
func (c *Catalog) TruncateReach(t *Table, cascade, only bool) []Loss {
	if t == nil {
		return nil
	}
	w := c.walker(t)
	w.truncates(t, cascade, only)
	return w.all
}

func (w *walker) truncates(t *Table, cascade, only bool) {
	if !only {
		for _, child := range w.c.children(t) {
			if !w.seen[child.Name] {
				w.seen[child.Name] = true
				w.see(child, op.OnTruncate, nil)
				w.add(op.Table, child, "", under(child, t))
				w.truncates(child, cascade, false)
			}
		}
	}
	if !cascade {
		return
	}
	for _, other := range w.c.sorted() {
		for _, k := range other.Foreign {
			if k.References == t.Name && !w.seen[other.Name] {
				w.seen[other.Name] = true
				w.see(other, op.OnTruncate, nil)
				w.add(op.Table, other, "", "TRUNCATE … CASCADE follows its foreign key to "+t.Name.String())
				w.truncates(other, true, false)
			}
		}
	}
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
