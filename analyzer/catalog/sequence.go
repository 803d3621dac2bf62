package catalog

import (
	"cmp"
	"regexp"
	"slices"
	"strings"

	"github.com/dropgate/dropgate/analyzer/op"
)

// createSequence makes a sequence.
func (c *Catalog) createSequence(n op.Name) *object {
	key := c.newKey(op.Sequence, n, op.Name{})
	if c.objects[key] == nil {
		c.objects[key] = &object{epoch: c.epoch, name: key.name}
		c.grantDefaults(op.Sequence, key.name)
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
			info.OwnedBy = Quoted(o.table.Name) + "." + quoteName(o.column.Name)
		}
		s.Sequences = append(s.Sequences, info)
	}
	slices.SortFunc(s.Sequences, func(a, b SequenceInfo) int {
		return cmp.Or(strings.Compare(a.Schema, b.Schema), strings.Compare(a.Name, b.Name))
	})
}

// nextValue matches a default that takes numbers from a sequence: nextval('s'), also
// with a cast to regclass.
var nextValue = regexp.MustCompile(`(?is)^(?:pg_catalog\.)?nextval\s*\(\s*(?:\(\s*)?'([^']+)'\s*(?:::\s*(?:text|regclass|character varying|varchar)\s*\)?\s*)*\)$`)

// setSerial notes which sequence a column's default takes numbers from, if it is one
// that the catalog knows.
func (c *Catalog) setSerial(column *Column) {
	column.serial = nil
	if column.DefaultText == "" {
		return
	}
	if m := nextValue.FindStringSubmatch(column.DefaultText); m != nil {
		column.serial = c.sequenceOf(parseName(m[1]))
	}
}

// parseName reads a name with or without a schema as regclass does.
func parseName(s string) op.Name {
	var parts []string
	for s != "" {
		var part string
		if rest, quoted := strings.CutPrefix(s, `"`); quoted {
			part, s, _ = strings.Cut(rest, `"`)
		} else {
			end := strings.IndexByte(s+".", '.')
			part, s = strings.ToLower(strings.TrimSpace(s[:end])), s[end:]
		}
		parts = append(parts, part)
		s = strings.TrimPrefix(s, ".")
	}
	switch len(parts) {
	case 0:
		return op.Name{}
	case 1:
		return op.Name{Name: parts[0]}
	}
	return op.Name{Schema: parts[len(parts)-2], Name: parts[len(parts)-1]}
}
