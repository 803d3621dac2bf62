package catalog

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/dropgate/dropgate/analyzer/op"
)

// nameLimit is the most bytes that a name has.
const nameLimit = 63

// makeName joins the parts of a name that PostgreSQL chooses, and cuts the longer
// one of the first two until it is short enough (makeObjectName in indexcmds.c).
func makeName(first, second, label string) string {
	room := nameLimit - len(label) - 1
	one, two := len(first), len(second)
	if second != "" {
		room--
	}
	for one+two > room && one+two > 0 {
		if one > two {
			one--
		} else {
			two--
		}
	}
	name := clip(first, one)
	if second != "" {
		name += "_" + clip(second, two)
	}
	return name + "_" + label
}

// clip cuts a name at a character.
func clip(s string, limit int) string {
	if limit >= len(s) {
		return s
	}
	for limit > 0 && !utf8.RuneStart(s[limit]) {
		limit--
	}
	return s[:limit]
}

// joined is what a name has of its columns' names.
func joined(columns []string) string {
	var b strings.Builder
	for _, column := range columns {
		if b.Len() > 0 {
			b.WriteByte('_')
		}
		b.WriteString(column)
		if b.Len() > nameLimit {
			break
		}
	}
	return b.String()
}

// keyNames are what stands for the keys of an index in a name: no two alike.
func keyNames(elements []op.IndexElement, include []string) []string {
	var all []string
	taken := map[string]bool{}
	add := func(name string) {
		unique := name
		for i := 1; taken[unique]; i++ {
			number := strconv.Itoa(i)
			unique = clip(name, nameLimit-len(number)) + number
		}
		taken[unique] = true
		all = append(all, unique)
	}
	for _, e := range elements {
		switch {
		case e.Column != "":
			add(e.Column)
		case e.Label != "":
			add(e.Label)
		default:
			add("expr")
		}
	}
	for _, column := range include {
		add(column)
	}
	return all
}

// keyNames are what stands for the columns of the constraint's index.
func (k *constraint) keyNames() []string {
	switch {
	case len(k.labels) > 0:
		return k.labels
	case k.Kind == op.Exclusion:
		return keyNames(k.Elements, k.Include)
	}
	return keyNames(plainElements(k.Columns), k.Include)
}

func plainElements(columns []string) []op.IndexElement {
	var all []op.IndexElement
	for _, column := range columns {
		all = append(all, op.IndexElement{Column: column})
	}
	return all
}

// choose returns the first name that is free, numbered if need be.
func (c *Catalog) choose(schema, first, second, label string, taken func(op.Name) bool) string {
	base := op.Name{Schema: schema, Name: first + "\x00" + second + "\x00" + label}
	for pass := c.passes[base]; ; pass++ {
		numbered := label
		if pass > 0 {
			numbered += strconv.Itoa(pass)
		}
		if name := makeName(first, second, numbered); !taken(op.Name{Schema: schema, Name: name}) {
			if pass > 0 {
				c.passes[base] = pass
			}
			return name
		}
	}
}

// relationTaken reports whether a table, an index, a sequence or a view has the name.
func (c *Catalog) relationTaken(full op.Name) bool {
	if c.tables[full] != nil {
		return true
	}
	for _, kind := range []op.Kind{op.Index, op.Sequence, op.View, op.MaterializedView} {
		if c.objects[objectKey{kind: kind, name: full}] != nil {
			return true
		}
	}
	o := c.objects[objectKey{kind: op.Type, name: full}]
	return o != nil && o.def != nil && len(o.def.Attributes) > 0
}

func (c *Catalog) constraintTaken(full op.Name) bool { return c.names[full] > 0 }

// chosenName returns the name that PostgreSQL gives to a constraint without one.
func (c *Catalog) chosenName(t *Table, k *constraint) string {
	schema, table := t.Name.Schema, t.Name.Name
	either := func(full op.Name) bool { return c.relationTaken(full) || c.constraintTaken(full) }
	switch k.Kind {
	case op.PrimaryKey:
		return c.choose(schema, table, "", "pkey", either)
	case op.Unique:
		return c.choose(schema, table, joined(k.keyNames()), "key", either)
	case op.Exclusion:
		return c.choose(schema, table, joined(k.keyNames()), "excl", either)
	case op.ForeignKey:
		return c.choose(schema, table, joined(k.Columns), "fkey", c.constraintTaken)
	case op.NotNullNamed:
		return c.choose(schema, table, joined(k.Columns), "not_null", c.constraintTaken)
	}
	column := ""
	if len(k.Columns) == 1 {
		column = k.Columns[0]
	}
	return c.choose(schema, table, column, "check", c.constraintTaken)
}
