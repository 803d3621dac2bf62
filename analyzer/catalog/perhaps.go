package catalog

import (
	"strings"

	"github.com/dropgate/dropgate/analyzer/op"
)

// ApplyPerhaps changes the schema as an operation does that may not run: one in a
// branch, in a loop, in a trigger. What it makes may have been there before; what
// it drops or renames may still be there.
func (c *Catalog) ApplyPerhaps(o op.Operation) {
	switch o := o.(type) {
	case *op.CreateTable:
		c.createPerhaps(o)
	case *op.CreateSchema:
		c.Apply(&op.CreateSchema{Name: o.Name, IfNotExists: true})
	case *op.Deallocate:
	case *op.AddColumn:
		add := *o
		add.IfNotExists = true
		c.Apply(&add)
	case *op.Drop:
		c.dropPerhaps(o)
	case *op.DropColumn:
		c.dropColumnPerhaps(o)
	case *op.Rename:
		c.renamePerhaps(o)
	case *op.SetSchema:
		full := c.Resolve(o.Name)
		c.Apply(o)
		if o.Kind == op.Table || o.Kind == op.ForeignTable {
			c.addPerhaps(full)
		}
	case *op.DetachPartition:
	case *op.Inherit:
		if !o.Off {
			c.Apply(o)
		}
	case *op.SwitchTriggers:
		if o.When != op.FiresNever {
			c.Apply(o)
		}
	case *op.ReplicationRole:
		if !o.Replica {
			c.Apply(o)
		}
	default:
		if !c.objectPerhaps(o) {
			c.Apply(o)
		}
	}
}

// createPerhaps makes a table, unless it is a temporary one that would hide another
// of its name, which may still be meant.
func (c *Catalog) createPerhaps(o *op.CreateTable) {
	if o.Temporary && c.tables[c.Resolve(op.Name{Name: o.Name.Name})] != nil {
		return
	}
	create := *o
	create.IfNotExists = true
	before := c.tables[c.Resolve(o.Name)]
	c.Apply(&create)
	if t := c.tables[c.Resolve(o.Name)]; t != nil && t != before {
		t.branched = true
	}
}

func (c *Catalog) dropPerhaps(o *op.Drop) {
	switch o.Kind {
	case op.Table, op.ForeignTable:
		if t := c.tables[c.Resolve(o.Name)]; t != nil {
			t.doubtful = true
			c.forget(t.Name.String())
		}
	case op.Constraint: // rows are picked by it no more; that it takes rows along may be so
		c.doubtConstraint(o)
	case op.Index:
		c.Apply(o)
	}
}

// doubtConstraint notes that a constraint may be gone, whose name may be open.
func (c *Catalog) doubtConstraint(o *op.Drop) {
	if op.Open(o.On.Name) {
		return
	}
	t := c.implied(o.On)
	for _, k := range t.constraints {
		if alike(k.Name, o.Name.Name) {
			k.doubtful = true
		}
	}
	t.refresh()
}

func (c *Catalog) dropColumnPerhaps(o *op.DropColumn) {
	if op.Open(o.Table.Name) {
		return
	}
	t := c.implied(o.Table)
	for _, one := range c.family(t) {
		if column := one.column(o.Column); column != nil {
			column.doubtful = true
		}
		c.forget(one.Name.String() + "." + o.Column)
	}
}

func (c *Catalog) renamePerhaps(o *op.Rename) {
	switch o.Kind {
	case op.Table, op.ForeignTable, op.Index:
		full := c.Resolve(o.Name)
		table := c.tables[full] != nil || o.Kind != op.Index
		c.Apply(o)
		if table && c.tables[full] == nil {
			c.addPerhaps(full)
		}
	case op.Schema:
		c.Apply(o)
		c.addPerhaps(op.Name{Schema: o.Name.Name, Name: op.OpenMark})
	case op.Column:
		c.Apply(o)
		if t := c.tables[c.Resolve(o.Name)]; t != nil {
			delete(t.dropped, o.Column)
			t.mayHave(o.Column)
		}
	default:
		c.Apply(o)
	}
}

// mayHave notes that there may be a column of the name.
func (t *Table) mayHave(column string) {
	if t.perhaps == nil {
		t.perhaps = map[string]bool{}
	}
	t.perhaps[column] = true
}

// applyOpen does what an operation does whose target's name is only known at run
// time, as far as that can be told, and reports whether it is such a one.
func (c *Catalog) applyOpen(o op.Operation) bool {
	switch o := o.(type) {
	case *op.CreateTable:
		if op.Open(o.Name.String()) && !o.Temporary {
			c.addPerhaps(c.Resolve(o.Name))
		}
		return op.Open(o.Name.Name) // with an open schema it is a table all the same
	case *op.Rename:
		return c.renameOpen(o)
	case *op.SetSchema:
		if !op.Open(o.Name.Name) && !op.Open(o.Schema) {
			return false
		}
		if o.Kind == op.Table || o.Kind == op.ForeignTable {
			c.addPerhaps(op.Name{Schema: o.Schema, Name: o.Name.Name})
		}
		return true
	case *op.Drop:
		if o.Kind == op.Constraint && op.Open(o.Name.Name) {
			c.doubtConstraint(o)
			return true
		}
	case *op.AddColumn:
		if !op.Open(o.Table.Name) && !op.Open(o.Column.Name) {
			return false
		}
		c.anyColumn(o.Column.Name)
		return true
	}
	return op.Open(target(o).Name)
}

// renameOpen does so for ALTER … RENAME.
func (c *Catalog) renameOpen(o *op.Rename) bool {
	if !op.Open(o.Name.Name) && !op.Open(o.To) && !op.Open(o.Column) {
		return false
	}
	switch o.Kind {
	case op.Table, op.ForeignTable, op.Index:
		full := c.Resolve(o.Name)
		c.addPerhaps(op.Name{Schema: full.Schema, Name: o.To})
		if t := c.tables[full]; t != nil {
			t.doubtful = true // it may still be reached by the old name
		}
	case op.Schema:
		c.addPerhaps(op.Name{Schema: o.To, Name: op.OpenMark})
	case op.Column:
		c.anyColumn(o.To)
	case op.Constraint:
		c.renamed = true
	}
	return true
}

// anyColumn notes that some table may have got a column.
func (c *Catalog) anyColumn(name string) {
	if op.Open(name) {
		c.overlook(1)
		return
	}
	c.columns[name] = true
}

// target returns the name of the object that an operation is done to, for those
// that the catalog keeps.
func target(o op.Operation) op.Name {
	switch o := o.(type) {
	case *op.CreateSchema:
		return op.Name{Name: o.Name}
	case *op.AddConstraint:
		return o.Table
	case *op.AlterColumn:
		return o.Table
	case *op.ValidateConstraint:
		return o.Table
	case *op.DeferConstraint:
		return o.Table
	case *op.AlterTable:
		return o.Table
	case *op.OwnSequence:
		return o.Sequence
	case *op.AlterColumnType:
		return o.Table
	case *op.Drop:
		if op.Open(o.On.Name) {
			return o.On
		}
		return o.Name
	case *op.DropColumn:
		return o.Table
	case *op.AttachPartition:
		return o.Partition
	case *op.DetachPartition:
		return o.Partition
	case *op.Inherit:
		return o.Table
	case *op.CreateIndex:
		return o.Table
	case *op.Insert:
		return o.Table
	case *op.Update:
		return o.Table
	case *op.SwitchTriggers:
		return o.Table
	}
	return op.Name{}
}

// addPerhaps notes that there may be a table of the name, parts of which may be
// open.
func (c *Catalog) addPerhaps(full op.Name) {
	if strings.Trim(full.Name, op.OpenMark) == "" && op.Open(full.Schema) {
		c.overlook(1)
		return
	}
	for _, known := range c.perhaps {
		if known == full {
			return
		}
	}
	if len(c.perhaps) >= perhapsLimit {
		c.overlook(1)
		return
	}
	c.perhaps = append(c.perhaps, full)
}

// perhapsLimit bounds the names that every name is compared with.
const perhapsLimit = 500

// mayBe reports whether a name is one of those that there may be a table of.
func (c *Catalog) mayBe(full op.Name) bool {
	for _, n := range c.perhaps {
		if alike(n.Schema, full.Schema) && alike(n.Name, full.Name) {
			return true
		}
	}
	return op.Open(full.Schema)
}

// alike reports whether two names, of which parts may be open, may be one: their
// known beginnings and ends agree.
func alike(a, b string) bool {
	if !op.Open(a) && !op.Open(b) {
		return a == b
	}
	beginA, endA := ends(a)
	beginB, endB := ends(b)
	return (strings.HasPrefix(beginA, beginB) || strings.HasPrefix(beginB, beginA)) &&
		(strings.HasSuffix(endA, endB) || strings.HasSuffix(endB, endA))
}

// ends returns what stands before the first open part of a name and after the
// last one; all of a name without any.
func ends(name string) (begin, end string) {
	if !op.Open(name) {
		return name, name
	}
	begin, _, _ = strings.Cut(name, op.OpenMark)
	return begin, name[strings.LastIndex(name, op.OpenMark)+len(op.OpenMark):]
}
