package losstest

import (
	"cmp"
	"fmt"
	"slices"
)

// A Kind says what kind of thing is lost.
type Kind string

// The kinds of losses.
const (
	DatabaseGone Kind = "database gone"
	TableGone    Kind = "table gone"
	ColumnGone   Kind = "column gone"
	RowsGone     Kind = "rows gone"
	Overwritten  Kind = "values overwritten"
)

// A Loss is something that was there before the change and is not any more.
type Loss struct {
	Kind   Kind
	Object string // as it was called before the change: schema.table, with .column for a column
	Count  int    // rows, or values, that are gone; 1 for a database
}

// String returns the loss in one line.
func (l Loss) String() string { return fmt.Sprintf("%s: %s (%d)", l.Kind, l.Object, l.Count) }

// A comparison collects what differs between two snapshots.
type comparison struct {
	before, after *Snapshot
	lost, kept    []Loss
}

// Compare finds the losses. Kept are the values that were overwritten while the
// change put them into another column of the same row.
func Compare(before, after *Snapshot) (lost, kept []Loss) {
	c := &comparison{before: before, after: after}
	for oid, name := range before.databases {
		if _, ok := after.databases[oid]; !ok {
			c.lose(DatabaseGone, name, 1)
		}
	}
	for _, t := range before.tables {
		if after.byOID[t.oid] == nil {
			c.lose(TableGone, t.String(), len(t.rows))
		} else if t.root == t.oid {
			c.compareFamily(t)
		}
	}
	order := func(a, b Loss) int { return cmp.Or(cmp.Compare(a.Object, b.Object), cmp.Compare(a.Kind, b.Kind)) }
	slices.SortFunc(c.lost, order)
	slices.SortFunc(c.kept, order)
	return c.lost, c.kept
}

func (c *comparison) lose(kind Kind, object string, count int) {
	c.lost = append(c.lost, Loss{kind, object, count})
}

// compareFamily compares a table, or a partitioned one with all its partitions:
// rows may move between them, and a partition that was detached still has its.
func (c *comparison) compareFamily(root *stored) {
	was := c.before.rowsOf(root.oid, nil)
	is := c.after.rowsOf(root.oid, c.before)
	fields := map[field]bool{}
	for _, f := range c.after.byOID[root.oid].fields {
		fields[f.field] = true
	}
	for _, f := range root.fields {
		if n := count(was, f.field); n > 0 && !fields[f.field] && !f.generated {
			c.lose(ColumnGone, root.String()+"."+f.name, n)
		}
	}
	pairs := match(root, was, is)
	if gone := len(was) - len(pairs); gone > 0 {
		c.lose(RowsGone, root.String(), gone)
	}
	for _, f := range root.fields {
		if fields[f.field] && !f.generated {
			c.compareValues(root.String()+"."+f.name, f.field, pairs)
		}
	}
}

// compareValues counts the overwritten values of a field that is still there.
func (c *comparison) compareValues(object string, f field, pairs []pair) {
	lost, kept := 0, 0
	recoded := recoded(pairs, f)
	for _, p := range pairs {
		switch {
		case recoded || same(p.was[f], p.is[f]):
		case p.keeps(f):
			kept++
		default:
			lost++
		}
	}
	if lost > 0 {
		c.lose(Overwritten, object, lost)
	}
	if kept > 0 {
		c.kept = append(c.kept, Loss{Overwritten, object, kept})
	}
}

// recoded reports whether the change gave each value of a type that has only a few
// another spelling in another type: all of them are in the rows, and no two became
// one.
func recoded(pairs []pair, f field) bool {
	became, came := map[string]string{}, map[string]string{}
	values := -1
	for _, p := range pairs {
		was, is := p.was[f], p.is[f]
		if was.text == nil {
			continue
		}
		if is.text == nil || was.typ.oid == is.typ.oid {
			return false
		}
		values = len(was.typ.labels)
		if was.typ.name == "bool" {
			values = 2
		}
		if to, known := became[*was.text]; known && to != *is.text {
			return false
		}
		if from, known := came[*is.text]; known && from != *was.text {
			return false
		}
		became[*was.text], came[*is.text] = *is.text, *was.text
	}
	return len(became) == values
}

// A pair is one row before and after the change.
type pair struct{ was, is row }

// keeps reports whether the change put the field's old value into another field
// of the row. That a field happened to hold the same value is no copy.
func (p pair) keeps(f field) bool {
	for other, v := range p.is {
		old, had := p.was[other]
		if other != f && same(p.was[f], v) && (!had || !same(old, v)) {
			return true
		}
	}
	return false
}

// rowsOf returns the rows of a family in terms of its root's fields: of the
// root, of its partitions, and of what was a partition in the earlier snapshot.
func (s *Snapshot) rowsOf(root uint32, earlier *Snapshot) []row {
	var found []row
	for _, t := range s.tables {
		from := s
		if t.root != root {
			if earlier == nil || earlier.byOID[t.oid] == nil || earlier.byOID[t.oid].root != root {
				continue
			}
			from = earlier
		}
		names := from.translation(t.oid, root)
		for _, r := range t.rows {
			one := row{}
			for f, v := range r {
				if to, ok := names[f]; ok {
					one[to] = v
				}
			}
			found = append(found, one)
		}
	}
	return found
}

// translation maps a partition's fields to its root's, which have the same names.
func (s *Snapshot) translation(partition, root uint32) map[field]field {
	byName := map[string]field{}
	for _, f := range s.byOID[root].fields {
		byName[f.name] = f.field
	}
	found := map[field]field{}
	for _, f := range s.byOID[partition].fields {
		if to, ok := byName[f.name]; ok {
			found[f.field] = to
		}
	}
	return found
}
