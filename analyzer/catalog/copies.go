package catalog

import (
	"strings"

	"github.com/dropgate/dropgate/analyzer/op"
)

// insert notes when INSERT … SELECT takes all of a table, or all of a column.
func (c *Catalog) insert(o *op.Insert) {
	if o.From == nil {
		return
	}
	if t, _ := c.Table(o.Table); t == nil || !t.Temporary {
		c.copied(o.From, c.Resolve(o.Table))
	}
}

func (c *Catalog) copied(from *op.Copy, to op.Name) {
	if !from.Every || from.From.IsZero() || to.Schema == temporarySchema {
		return
	}
	source, _ := c.Table(from.From)
	all := from.All
	if source != nil && !source.Implied && len(source.Columns) > 0 {
		covered := 0
		for _, column := range source.Columns {
			if contains(from.Columns, column.Name) {
				covered++
			}
		}
		all = all || covered == len(source.Columns)
	}
	full := c.Resolve(from.From)
	if all {
		c.copies[copyKey(full, "")] = to.String()
	}
	for _, column := range from.Columns {
		c.copies[copyKey(full, column)] = to.String()
	}
}

// update notes when every value of a column is copied to another one, and when a
// copy is written over.
func (c *Catalog) update(o *op.Update) {
	t, _ := c.Table(o.Table)
	if t == nil {
		return
	}
	c.rely(t, o.Set)
	for _, a := range o.Set {
		c.forget(t.Name.String() + "." + a.Column)
	}
	if o.Joins || o.Upsert || o.Only {
		return
	}
	for _, a := range o.Set {
		if a.Value.Kind != op.FromColumn || len(a.Value.Reads) != 1 {
			continue
		}
		from := a.Value.Reads[0]
		if op.Unbounded(o.Where, []string{from}, t.NotNull) {
			c.copies[copyKey(t.Name, from)] = t.Name.String() + "." + a.Column
		}
	}
}

// rely says of copies whose originals are written over that they hold, from then
// on, what was there before the change: to lose them is to lose that.
func (c *Catalog) rely(t *Table, set []op.Assignment) {
	for _, a := range set {
		if a.Value.Kind == op.Same {
			continue
		}
		for _, column := range t.Columns {
			if savedIn(set, a.Column, column.Name) {
				column.epoch = -1
			}
		}
		if place := c.copies[copyKey(t.Name, a.Column)]; place != "" {
			c.relyOn(place)
		}
	}
}

// relyOn says so of the table or the column that a copy is in.
func (c *Catalog) relyOn(place string) {
	for _, t := range c.tables {
		if !strings.HasPrefix(place, t.Name.String()) {
			continue
		}
		if t.Name.String() == place {
			t.epoch = -1
		}
		for _, column := range t.Columns {
			if t.Name.String() == place || t.Name.String()+"."+column.Name == place {
				column.epoch = -1
			}
		}
	}
}

// savedIn reports whether the assignments write the old value of a column to
// another one.
func savedIn(set []op.Assignment, from, to string) bool {
	for _, a := range set {
		if a.Column == to && a.Value.Kind == op.FromColumn && len(a.Value.Reads) == 1 && a.Value.Reads[0] == from {
			return true
		}
	}
	return false
}

// forget says that a copy is no more.
func (c *Catalog) forget(where string) {
	for key, place := range c.copies {
		if place == where || strings.HasPrefix(place, where+".") {
			delete(c.copies, key)
		}
	}
}
