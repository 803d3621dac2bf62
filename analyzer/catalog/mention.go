package catalog

import (
	"slices"

	"github.com/dropgate/dropgate/analyzer/op"
)

// after notes what is mentioned by what the operation made or changed.
func (c *Catalog) after(o op.Operation) {
	switch o := o.(type) {
	case *op.CreateTable:
		name := o.Name
		if o.Temporary {
			name.Schema = temporarySchema
		}
		c.mention(relationThing(c.Resolve(name)))
	case *op.AddColumn:
		c.mentionFamily(o.Table)
	case *op.AlterColumnType:
		c.mentionFamily(o.Table)
	case *op.AlterTable:
		c.mentionFamily(o.Table)
	case *op.AttachPartition:
		c.mentionFamily(o.Partition)
	case *op.Inherit:
		c.mentionFamily(o.Table)
	case *op.CreateView:
		c.mention(relationThing(c.relation(o.Name)))
	case *op.CreateType:
		c.mention(typeThing(c.key(op.Type, o.Name, op.Name{}).name))
	case *op.AddAttribute:
		c.mentionType(o.Type)
	case *op.AlterAttribute:
		c.mentionType(o.Type)
	case *op.CreateFunction:
		c.mention(thing{kind: op.Function, name: c.key(op.Function, o.Name, op.Name{}).name})
	case *op.CreateExtension:
		c.mention(thing{kind: op.Extension, name: op.Name{Name: o.Name}})
	}
}

// mention notes the bare names of all that a thing needs. Names that it needs no
// more stay: they are only where to look.
func (c *Catalog) mention(holder thing) {
	for _, n := range c.needsOf(holder) {
		name := n.on.name.Name
		if c.mentions[name] == nil {
			c.mentions[name] = map[thing]bool{}
		}
		c.mentions[name][holder] = true
	}
}

func (c *Catalog) mentionFamily(n op.Name) {
	if t := c.tables[c.Resolve(n)]; t != nil {
		for _, one := range c.family(t) {
			c.mention(relationThing(one.Name))
		}
	}
}

// mentionType notes what a composite type mentions, and the tables made of it.
func (c *Catalog) mentionType(n op.Name) {
	full := c.key(op.Type, n, op.Name{}).name
	c.mention(typeThing(full))
	for _, t := range c.TypedTables(full) {
		c.mention(relationThing(t.Name))
	}
}

// mentioning returns what may need a thing of the bare name, in a fixed order.
func (c *Catalog) mentioning(name string) []thing {
	all := make([]thing, 0, len(c.mentions[name]))
	for holder := range c.mentions[name] {
		all = append(all, holder)
	}
	slices.SortFunc(all, func(a, b thing) int {
		return compareStrings(a.name.Schema, b.name.Schema, a.name.Name, b.name.Name, string(a.kind), string(b.kind))
	})
	return all
}
