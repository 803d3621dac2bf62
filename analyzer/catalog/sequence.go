package catalog

import (
	"cmp"
	"slices"
	"strings"

	"github.com/dropgate/dropgate/analyzer/op"
)

// createSequence makes a sequence.
func (c *Catalog) createSequence(n op.Name) *object {
	key := c.key(op.Sequence, n, op.Name{})
	if c.objects[key] == nil {
		c.objects[key] = &object{epoch: c.epoch, name: key.name}
	}
	delete(c.gone, key)
	return c.objects[key]
}

// numberColumn makes the sequence of a serial or identity column.
func (c *Catalog) numberColumn(t *Table, column *Column, name op.Name) {
	switch {
	case name.IsZero():
		name = op.Name{Schema: t.Name.Schema, Name: c.choose(t.Name.Schema, t.Name.Name, column.Name, "seq", c.relationTaken)}
	case name.Schema == "":
		name.Schema = t.Name.Schema
	}
	s := c.createSequence(name)
	c.own(s, t, column)
	if column.Identity == "" {
		column.serial = s
	}
}

// own makes a sequence go with a column of a table; with none if t is nil.
func (c *Catalog) own(s *object, t *Table, column *Column) {
	if s.table != nil {
		s.table.sequences = slices.DeleteFunc(s.table.sequences, func(one *object) bool { return one == s })
	}
	s.table, s.column = t, column
	if t != nil {
		t.sequences = append(t.sequences, s)
	}
}

// ownSequence is CREATE or ALTER SEQUENCE … OWNED BY.
func (c *Catalog) ownSequence(o *op.OwnSequence) {
	s := c.sequenceOf(o.Sequence)
	if s == nil {
		s = c.createSequence(o.Sequence)
		s.epoch = -1
	}
	if o.Table.IsZero() {
		c.own(s, nil, nil)
		return
	}
	t := c.implied(o.Table)
	if column := t.column(o.Column); column != nil {
		c.own(s, t, column)
	}
}

// dropOwned drops the sequences that a column owns.
func (c *Catalog) dropOwned(t *Table, column *Column) {
	for _, s := range slices.Clone(t.sequences) {
		if s.column == column {
			c.dropSequence(s)
		}
	}
}

// dropSequence drops a sequence, and the defaults that take numbers from it.
func (c *Catalog) dropSequence(s *object) {
	c.own(s, nil, nil)
	c.forgetObject(objectKey{kind: op.Sequence, name: s.name})
	for _, t := range c.tables {
		for _, column := range t.Columns {
			if column.serial == s {
				column.serial, column.Default = nil, false
			}
		}
	}
}

// sequenceOf returns the sequence that is known by a name.
func (c *Catalog) sequenceOf(n op.Name) *object { return c.objects[c.key(op.Sequence, n, op.Name{})] }

// describeSequences adds the sequences.
func (c *Catalog) describeSequences(s *Schema) {
	for key, o := range c.objects {
		if key.kind != op.Sequence || key.name.Schema == temporarySchema {
			continue
		}
		info := SequenceInfo{Schema: key.name.Schema, Name: key.name.Name}
		if o.table != nil && o.column != nil {
			info.OwnedBy = o.table.Name.String() + "." + o.column.Name
		}
		s.Sequences = append(s.Sequences, info)
	}
	slices.SortFunc(s.Sequences, func(a, b SequenceInfo) int {
		return cmp.Or(strings.Compare(a.Schema, b.Schema), strings.Compare(a.Name, b.Name))
	})
}
