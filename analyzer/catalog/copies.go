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

// update notes when every value of a column is copied to another one.
func (c *Catalog) update(o *op.Update) {
	t, _ := c.Table(o.Table)
	if t == nil || o.Joins {
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

// forget says that a copy is no more.
func (c *Catalog) forget(where string) {
	for key, place := range c.copies {
		if place == where || strings.HasPrefix(place, where+".") {
			delete(c.copies, key)
		}
	}
}
