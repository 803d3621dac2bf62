package catalog

import (
	"slices"

	"github.com/dropgate/dropgate/analyzer/op"
)

func (c *Catalog) createTable(o *op.CreateTable) {
	name := o.Name
	switch {
	case o.Temporary:
		name = op.Name{Schema: temporarySchema, Name: name.Name}
	case name.Schema == "":
		name.Schema = c.creationSchema()
	}
	old := c.tables[name]
	if c.claim(old, o) || old != nil && (!old.doubtful || o.IfNotExists) || o.IfNotExists && c.foundBehind(o) {
		return
	}
	if old != nil {
		c.forgetParts(old) // it was dropped, or this would be refused
	}
	temporary := name.Schema == temporarySchema
	_, state := c.Table(name)
	t := &Table{
		Name: name, Kind: o.Kind, Temporary: temporary, Unlogged: o.Unlogged, partitionBy: o.PartitionBy,
		dropOnCommit: o.DropOnCommit, epoch: c.epoch, dropped: map[string]bool{},
	}
	t.partitionColumns, t.partitionCalls = o.PartitionKey.Columns, o.PartitionKey.Calls
	if !temporary && !c.certain(o.IfNotExists, state) {
		t.epoch, t.Implied = -1, true
	}
	parents := c.parents(t, o)
	c.define(t, o)
	c.attributesOf(t, o.OfType)
	if o.As {
		c.results(t, o)
	}
	c.put(name, t)
	c.mayBeElsewhere(o)
	delete(c.gone, objectKey{kind: op.Table, name: name})
	c.number(t)
	for _, parent := range parents {
		c.handAll(t, parent)
	}
	c.addConstraints(t, o.Constraints, false)
	c.likeParts(t, o)
	if o.Copies != nil {
		c.copied(o.Copies, name)
	}
}

// mayBeElsewhere notes that a table with a bare name may have been made in the schema
// that an earlier file left search_path at, or that sessions begin with.
func (c *Catalog) mayBeElsewhere(o *op.CreateTable) {
	if o.Name.Schema != "" || o.Temporary || !slices.Equal(c.searchPath, defaultPath) {
		return
	}
	for _, path := range [][]string{c.leftPath, c.standing} {
		for _, schema := range path {
			if schema != "$user" && schema != c.creationSchema() {
				c.addPerhaps(op.Name{Schema: schema, Name: o.Name.Name})
			}
			if schema != "$user" {
				break // it is made in the first one
			}
		}
	}
}

// parents gives a table the columns of those that it is a partition of or inherits
// from, and returns these.
func (c *Catalog) parents(t *Table, o *op.CreateTable) []*Table {
	var all []*Table
	for _, parent := range append(slices.Clone(o.Inherits), o.PartitionOf) {
		if parent.IsZero() {
			continue
		}
		from := c.implied(parent)
		if c.isUnder(from, t) {
			continue
		}
		t.inheritColumns(from, c.epoch)
		if parent == o.PartitionOf {
			t.Parent, t.bound = from.Name, o.Bound
		} else {
			t.Parents = append(t.Parents, from.Name)
		}
		c.bonds = true
		c.under.note(from.Name, t)
		all = append(all, from)
	}
	return all
}

// define gives a table the columns of its definition, each with those of LIKE that
// stand before it. One that the table has already is merged with it.
func (c *Catalog) define(t *Table, o *op.CreateTable) {
	likes := o.Like
	for i, d := range o.Columns {
		for len(likes) > 0 && likes[0].At <= i {
			c.likeColumns(t, likes[0])
			likes = likes[1:]
		}
		column := c.newColumn(d)
		if old := t.column(d.Name); old != nil {
			old.merge(column)
			continue
		}
		t.Columns = append(t.Columns, column)
	}
	for _, like := range likes {
		c.likeColumns(t, like)
	}
}

// merge adds what a table's own definition of a column says to the one that it
// inherits.
func (column *Column) merge(own *Column) {
	if !own.Type.Name.IsZero() {
		column.Type, column.local = own.Type, true
	}
	column.NotNull = column.NotNull || own.NotNull
	if own.Default {
		column.Default, column.DefaultText, column.Identity, column.serial = true, own.DefaultText, own.Identity, own.serial
	}
	if own.Generated {
		column.Generated, column.Expression, column.Reads = true, own.Expression, own.Reads
	}
}

// number makes the sequences of a new table's serial and identity columns.
func (c *Catalog) number(t *Table) {
	for _, column := range t.Columns {
		if column.local && column.serial == nil && (column.Type.Serial || column.Identity != "") {
			c.numberColumn(t, column, column.Sequence)
		}
	}
}

// likeColumns is LIKE: the columns of another table.
func (c *Catalog) likeColumns(t *Table, like op.Like) {
	from, _ := c.Table(like.Table)
	if from == nil {
		t.open, t.Implied = true, true
		return
	}
	t.open, t.Implied = t.open || from.open, t.Implied || from.Implied
	for _, old := range from.Columns {
		if t.column(old.Name) != nil {
			continue
		}
		d := op.ColumnDef{Name: old.Name, Type: old.Type, NotNull: old.NotNull, Collation: old.Collation}
		d.Type.Serial = false
		column := &Column{ColumnDef: d, epoch: c.epoch, local: true, outdated: old.outdated}
		switch {
		case old.Identity != "":
			if like.Identity {
				column.Default, column.Identity = true, old.Identity
			}
		case like.Defaults:
			column.Default, column.DefaultText, column.serial = old.Default, old.DefaultText, old.serial
		}
		if like.Generated {
			column.Generated, column.Expression, column.Reads, column.Calls = old.Generated, old.Expression, old.Reads, old.Calls
		}
		t.Columns = append(t.Columns, column)
	}
}

// likeParts is LIKE with INCLUDING: checks, keys and indexes of another table.
func (c *Catalog) likeParts(t *Table, o *op.CreateTable) {
	for _, like := range o.Like {
		from, _ := c.Table(like.Table)
		if from == nil || from == t {
			continue
		}
		for _, k := range from.constraints {
			one := constraint{ConstraintDef: k.ConstraintDef, local: true, outdated: k.outdated}
			switch {
			case k.Kind == op.Check && like.Constraints:
				one.NotValid = false
			case k.isKey() && like.Indexes:
				one.Name, one.Index, one.labels = "", "", k.labels
			default:
				continue
			}
			c.settleConstraint(t, &one, false)
		}
		for _, i := range from.indexes {
			if like.Indexes {
				one := index{CreateIndex: i.CreateIndex, labels: i.labels, outdated: i.outdated}
				one.Name = ""
				c.addIndex(t, &one)
			}
		}
	}
}

// attributesOf gives a typed table the columns of its type, before those that it
// says more of.
func (c *Catalog) attributesOf(t *Table, n op.Name) {
	if n.IsZero() {
		return
	}
	key := c.key(op.Type, n, op.Name{})
	t.OfType = key.name
	o := c.objects[key]
	if o == nil || o.def == nil {
		t.OfType = n
		t.Implied, t.open = true, true
		return
	}
	own := t.Columns
	t.Columns = nil
	for _, d := range o.def.Attributes {
		t.Columns = append(t.Columns, c.newColumn(d))
	}
	for _, column := range own {
		if old := t.column(column.Name); old != nil {
			old.merge(column)
		} else {
			t.Columns = append(t.Columns, column)
		}
	}
}

// results gives a table the columns of the query that it is made AS.
func (c *Catalog) results(t *Table, o *op.CreateTable) {
	if o.Query == nil || !c.resultColumns(t, o.Query) {
		t.Columns, t.Implied, t.open = nil, true, true
		return
	}
	for i, name := range o.Query.Names {
		if i < len(t.Columns) {
			t.Columns[i].Name = name
		}
	}
}

// collatable are the types whose values keep the collation of what is cast to them.
var collatable = wordSet("text varchar bpchar name")

// columnsLimit is how many columns PostgreSQL lets a table have. A chain of queries
// that name each column twice would soon have more of them than there is memory for.
const columnsLimit = 1600

// resultColumns reports whether all columns of the query are known, and adds them.
func (c *Catalog) resultColumns(t *Table, q *op.Result) bool {
	var from *Table
	if !q.From.IsZero() {
		if from, _ = c.Table(q.From); from == nil || from.Implied || from.open {
			return false
		}
	}
	for _, r := range q.Columns {
		var of []*Column
		switch column := from.column(r.Column); {
		case r.All && from != nil:
			of = from.Columns
		case !r.Type.Name.IsZero():
			one := op.ColumnDef{Type: c.typeOf(r.Type)}
			if column != nil && collatable[one.Type.Name.Name] {
				one.Collation = column.Collation
			}
			of = []*Column{{ColumnDef: one}}
		case column != nil:
			of = []*Column{column}
		default:
			return false
		}
		if len(t.Columns)+len(of) > columnsLimit {
			return false
		}
		for _, column := range of {
			d := op.ColumnDef{Name: r.Name, Type: column.Type, Collation: column.Collation}
			if r.All {
				d.Name = column.Name
			}
			d.Type.Serial = false
			t.Columns = append(t.Columns, &Column{ColumnDef: d, epoch: c.epoch, local: true})
		}
	}
	return true
}

// foundBehind reports whether CREATE TABLE IF NOT EXISTS may find a table in a
// later schema of search_path, because the earlier ones are not known to exist.
func (c *Catalog) foundBehind(o *op.CreateTable) bool {
	if o.Name.Schema != "" || o.Temporary {
		return false
	}
	for _, schema := range c.searchPath {
		if c.tables[op.Name{Schema: schema, Name: o.Name.Name}] != nil {
			return true
		}
		if c.schemas[schema] != nil {
			return false
		}
	}
	return false
}

func (t *Table) inheritColumns(from *Table, epoch int) {
	for _, column := range from.Columns {
		one := &Column{ColumnDef: column.ColumnDef, epoch: epoch, serial: column.serial, outdated: column.outdated}
		one.Type.Serial = false
		if one.Identity != "" { // identity is not inherited
			one.Identity, one.Default = "", false
		}
		if old := t.column(column.Name); old != nil { // that another parent has too
			old.NotNull = old.NotNull || one.NotNull
			if one.Default && !old.Default {
				old.Default, old.DefaultText, old.serial = true, one.DefaultText, one.serial
			}
			continue
		}
		t.Columns = append(t.Columns, one)
	}
	t.Implied, t.open = t.Implied || from.Implied, t.open || from.open
}

// implied returns the table of that name. If no migration that was read made it,
// but one uses it, it is there all the same, with columns that are not known.
func (c *Catalog) implied(n op.Name) *Table {
	full := c.Resolve(n)
	if t := c.tables[full]; t != nil {
		return t
	}
	t := &Table{Name: full, Kind: op.Table, Implied: true, open: true, epoch: -1, dropped: map[string]bool{}}
	// A view can be altered as a table is; to take it for one would be wrong.
	if c.objects[objectKey{kind: op.View, name: full}] == nil && c.objects[objectKey{kind: op.MaterializedView, name: full}] == nil {
		c.put(full, t)
		delete(c.gone, objectKey{kind: op.Table, name: full})
	}
	return t
}
