package catalog

import (
	"slices"
	"strconv"
	"strings"

	"github.com/dropgate/dropgate/analyzer/op"
)

// stored returns the kind that an object is kept under: ALTER TYPE and DROP TYPE
// are for domains too.
func stored(kind op.Kind) op.Kind {
	if kind == op.Domain {
		return op.Type
	}
	return kind
}

// applyObject does what an operation does to types, extensions and privileges, and
// reports whether it is one of those.
func (c *Catalog) applyObject(o op.Operation) bool {
	switch o := o.(type) {
	case *op.CreateType:
		c.createType(o)
	case *op.CreateExtension:
		c.createExtension(o)
	case *op.AlterEnum:
		c.alterEnum(o)
	case *op.AlterDomain:
		c.alterDomain(o)
	case *op.AddAttribute:
		c.addAttribute(o)
	case *op.DropAttribute:
		c.dropAttribute(o)
	case *op.AlterAttribute:
		c.changeAttribute(o.Type, o.Attribute, func(d *op.ColumnDef) { d.Type = o.To })
		c.settleAttribute(o)
	case *op.Grant:
		c.grant(o)
	default:
		return false
	}
	return true
}

// definition returns a copy of what a type was made as, which takes its place; nil
// for what the migrations did not make.
func (c *Catalog) definition(n op.Name) *op.CreateType {
	o := c.objects[c.key(op.Type, n, op.Name{})]
	if o == nil || o.def == nil {
		return nil
	}
	def := *o.def
	o.def = &def
	return &def
}

func (c *Catalog) alterEnum(o *op.AlterEnum) {
	def := c.definition(o.Type)
	if def == nil || def.Form != op.EnumType {
		return
	}
	at := len(def.Labels)
	switch beside := o.Before + o.After; {
	case o.Old != "":
		def.Labels = replaced(def.Labels, o.Old, o.Label)
		c.outdate(func(text string) bool { return strings.Contains(text, "'"+o.Old+"'") })
		return
	case slices.Contains(def.Labels, o.Label):
		return
	case beside != "":
		if i := slices.Index(def.Labels, beside); i >= 0 {
			at = i
			if o.After != "" {
				at++
			}
		}
	}
	def.Labels = slices.Insert(slices.Clone(def.Labels), at, o.Label)
}

func (c *Catalog) alterDomain(o *op.AlterDomain) {
	def := c.definition(o.Domain)
	if def == nil {
		return
	}
	switch {
	case o.SetNotNull:
		def.NotNull = true
	case o.DropNotNull:
		def.NotNull = false
	case o.SetDefault != nil:
		def.Default = *o.SetDefault
	case o.Add != nil:
		def.Checks = append(slices.Clone(def.Checks), *o.Add)
		nameChecks(def)
	case o.Drop != "":
		def.Checks = slices.DeleteFunc(slices.Clone(def.Checks), func(k op.DomainCheck) bool { return k.Name == o.Drop })
	case o.Rename != "":
		def.Checks = slices.Clone(def.Checks)
		for i := range def.Checks {
			if def.Checks[i].Name == o.Rename {
				def.Checks[i].Name = o.To
			}
		}
	}
}

// nameChecks gives a domain's checks without a name the one that PostgreSQL chooses.
func nameChecks(def *op.CreateType) {
	def.Checks = slices.Clone(def.Checks)
	for i := range def.Checks {
		if def.Checks[i].Name != "" {
			continue
		}
		name := def.Name.Name + "_check"
		for n := 1; slices.ContainsFunc(def.Checks, func(k op.DomainCheck) bool { return k.Name == name }); n++ {
			name = def.Name.Name + "_check" + strconv.Itoa(n)
		}
		def.Checks[i].Name = name
	}
}

// createType notes a type. One of that name is only there already if it is a shell.
func (c *Catalog) createType(o *op.CreateType) {
	key := c.key(op.Type, op.Name{Schema: c.newSchema(o.Name), Name: o.Name.Name}, op.Name{})
	if old := c.objects[key]; old != nil && old.def != nil && old.def.Form == op.ShellType {
		delete(c.objects, key)
	}
	def := *o
	def.Name = key.name
	if def.Form == op.RangeType && def.Multirange.IsZero() {
		def.Multirange.Name = multirangeName(def.Name.Name)
	}
	if def.Multirange.Name != "" && def.Multirange.Schema == "" {
		def.Multirange.Schema = key.name.Schema
	}
	nameChecks(&def)
	c.create(op.Type, key.name, op.Name{}, &def)
}

// objectPerhaps is applyObject for what may not run.
func (c *Catalog) objectPerhaps(o op.Operation) bool {
	switch o := o.(type) {
	case *op.DropAttribute:
	case *op.CreateType:
		c.createTypePerhaps(o)
	case *op.CreateExtension:
		perhaps := *o
		perhaps.IfNotExists = true
		c.Apply(&perhaps)
	case *op.SwitchEventTrigger:
		if o.When != op.FiresNever {
			c.Apply(o)
		}
	case *op.Grant:
		if !o.Revoke {
			c.Apply(o)
		}
	default:
		return false
	}
	return true
}

// createTypePerhaps notes a type that may have been there before: what makes it is
// in a branch, or goes on where it is there already.
func (c *Catalog) createTypePerhaps(o *op.CreateType) {
	key := c.key(op.Type, op.Name{Schema: c.newSchema(o.Name), Name: o.Name.Name}, op.Name{})
	known, state := c.objects[key] != nil, c.Object(op.Type, key.name, op.Name{})
	c.Apply(o)
	if made := c.objects[key]; made != nil && !known && !c.certain(true, state) {
		made.epoch = -1
	}
}

// newSchema returns the schema that something new of the name is made in.
func (c *Catalog) newSchema(n op.Name) string {
	if n.Schema != "" {
		return n.Schema
	}
	return c.creationSchema()
}

// multirangeName returns the name that PostgreSQL gives to a range's multirange.
func multirangeName(name string) string {
	if strings.Contains(name, "range") {
		return strings.Replace(name, "range", "multirange", 1)
	}
	return name + "_multirange"
}

func (c *Catalog) addAttribute(o *op.AddAttribute) {
	def := c.definition(o.Type)
	if def != nil {
		def.Attributes = append(slices.Clone(def.Attributes), o.Attribute)
	}
	for _, t := range c.TypedTables(c.key(op.Type, o.Type, op.Name{}).name) {
		if t.column(o.Attribute.Name) == nil {
			t.Columns = append(t.Columns, &Column{ColumnDef: o.Attribute, epoch: c.epoch})
			delete(t.dropped, o.Attribute.Name)
		}
	}
}

func (c *Catalog) dropAttribute(o *op.DropAttribute) {
	if op.Open(o.Attribute) {
		return
	}
	if def := c.definition(o.Type); def != nil {
		def.Attributes = slices.DeleteFunc(slices.Clone(def.Attributes), func(d op.ColumnDef) bool { return d.Name == o.Attribute })
	}
	for _, t := range c.TypedTables(c.key(op.Type, o.Type, op.Name{}).name) {
		c.dropColumn(t, o.Attribute, o.Cascade)
	}
}

// settleAttribute gives the columns of typed tables the new type of an attribute.
func (c *Catalog) settleAttribute(o *op.AlterAttribute) {
	to := o.To
	to.Name = c.typeName(to.Name)
	for _, t := range c.TypedTables(c.key(op.Type, o.Type, op.Name{}).name) {
		if column := t.column(o.Attribute); column != nil {
			column.Type = to
		}
	}
}

// changeAttribute changes an attribute of a composite type.
func (c *Catalog) changeAttribute(n op.Name, attribute string, change func(*op.ColumnDef)) {
	def := c.definition(n)
	if def == nil {
		return
	}
	def.Attributes = slices.Clone(def.Attributes)
	for i := range def.Attributes {
		if def.Attributes[i].Name == attribute {
			change(&def.Attributes[i])
			def.Attributes[i].Type.Name = c.typeName(def.Attributes[i].Type.Name)
		}
	}
}

// renameAttribute renames an attribute, in typed tables too.
func (c *Catalog) renameAttribute(o *op.Rename) {
	c.changeAttribute(o.Name, o.Column, func(d *op.ColumnDef) { d.Name = o.To })
	for _, t := range c.TypedTables(c.key(op.Type, o.Name, op.Name{}).name) {
		c.renameColumn(t, o.Column, o.To)
	}
}
