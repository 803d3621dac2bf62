package catalog

import (
	"cmp"
	"slices"
	"strings"

	"github.com/dropgate/dropgate/analyzer/op"
)

// A thing is anything that may go with something that is dropped. The kind of
// every type and domain is op.Type, that of every table and view op.Table.
type thing struct {
	kind op.Kind
	name op.Name
	part string // a column, an attribute; the arguments of one function of several
}

// everyColumn is the part that stands for all columns of a relation.
const everyColumn = ""

// A need says that a thing goes with another one.
type need struct {
	on, by thing
	how    string // "selects from", …
}

// A fall is a thing that goes, and why.
type fall struct {
	thing
	how  string
	with *fall // nil for what is dropped by name
	// unsure says that a bare name may not be this thing's.
	unsure bool
}

// needs are what something needs.
type needs []need

func (all *needs) add(on, by thing, how string) {
	if !on.name.IsZero() {
		*all = append(*all, need{on: on, by: by, how: how})
	}
}

func relationThing(n op.Name) thing         { return thing{kind: op.Table, name: n} }
func typeThing(n op.Name) thing             { return thing{kind: op.Type, name: n} }
func columnThing(n op.Name, c string) thing { return thing{kind: op.Column, name: n, part: c} }

// cascade returns what goes with a thing that is dropped with CASCADE, the thing
// itself first, in a fixed order.
func (c *Catalog) cascade(root thing) []*fall {
	known := map[thing]needs{}
	first := &fall{thing: root}
	falls := []*fall{first}
	seen := map[thing]*fall{root: first}
	for i := 0; i < len(falls); i++ {
		at := falls[i]
		for _, n := range c.needing(known, at) {
			unsure := at.unsure || n.on.name != at.name || n.on.kind == op.Function && len(c.functions[at.name]) > 1
			if old := seen[n.by]; old != nil {
				old.unsure = old.unsure && unsure
				continue
			}
			next := &fall{thing: n.by, how: n.how, with: at, unsure: unsure}
			seen[n.by] = next
			falls = append(falls, next)
		}
	}
	return falls
}

// needing returns what needs a thing. What others need is kept in known.
func (c *Catalog) needing(known map[thing]needs, at *fall) []need {
	var found []need
	for _, holder := range c.mentioning(at.name.Name) {
		all, ok := known[holder]
		if !ok {
			all = c.needsOf(holder)
			known[holder] = all
		}
		for _, n := range all {
			part := n.on.part == at.part || at.kind == op.Function || at.kind == op.Column && n.on.part == everyColumn
			if n.on.kind == at.kind && sameType(n.on.name, at.name) && part {
				found = append(found, n)
			}
		}
	}
	switch at.kind {
	case op.Schema:
		found = append(found, c.inSchema(at.name.Name)...)
	case op.Table:
		found = append(found, need{on: at.thing, by: typeThing(at.name), how: "is the row type of"})
	case op.Extension:
		if !KnownExtension(at.name.Name) {
			found = append(found, c.unknownTypes(at.thing)...)
		}
	}
	return found
}

// inSchema returns the needs of what is in a schema.
func (c *Catalog) inSchema(schema string) []need {
	on := thing{kind: op.Schema, name: op.Name{Name: schema}}
	var all []need
	add := func(by thing) { all = append(all, need{on: on, by: by, how: "in schema"}) }
	for _, t := range c.sorted() {
		if t.Name.Schema == schema {
			add(relationThing(t.Name))
		}
	}
	for _, key := range c.keys() {
		switch {
		case key.kind == op.Extension && c.objects[key].extension.Schema == schema:
			add(thing{kind: op.Extension, name: key.name})
		case key.name.Schema != schema:
		case key.kind == op.View, key.kind == op.MaterializedView:
			add(relationThing(key.name))
		case key.kind == op.Type, key.kind == op.Collation:
			add(thing{kind: key.kind, name: key.name})
		}
	}
	for _, f := range c.sortedFunctions() {
		if f.name.Schema == schema {
			add(f.thing())
		}
	}
	return all
}

// needsOf returns what a table, view, type, extension or the functions of a name
// need; nothing for what is no more.
func (c *Catalog) needsOf(holder thing) needs {
	var all needs
	switch holder.kind {
	case op.Table:
		if t := c.tables[holder.name]; t != nil {
			c.needsOfTable(&all, t)
		}
		if o := c.viewOf(holder.name); o != nil && o.view != nil {
			c.needsOfView(&all, holder.name, o)
		}
	case op.Type:
		if o := c.objects[objectKey{kind: op.Type, name: holder.name}]; o != nil && o.def != nil {
			c.needsOfType(&all, holder.name, o.def)
		}
	case op.Extension:
		if o := c.objects[objectKey{kind: op.Extension, name: holder.name}]; o != nil {
			for _, needed := range extensionNeeds[holder.name.Name] {
				all.add(thing{kind: op.Extension, name: op.Name{Name: needed}}, holder, "needs")
			}
		}
	case op.Function:
		for _, f := range c.functions[holder.name] {
			c.needsOfFunction(&all, namedFunction{holder.name, f})
		}
	}
	return all
}

func (c *Catalog) needsOfFunction(all *needs, f namedFunction) {
	if f.Language == "plpgsql" {
		all.add(thing{kind: op.Extension, name: op.Name{Name: f.Language}}, f.thing(), "is written in")
	}
	for _, t := range append(f.Types[:len(f.Types):len(f.Types)], f.Returns) {
		c.needsType(all, t.Name, f.thing(), "takes or returns")
	}
	for _, support := range f.Support {
		all.add(thing{kind: op.Function, name: support}, f.thing(), "runs")
	}
}

func (c *Catalog) needsOfTable(all *needs, t *Table) {
	by := relationThing(t.Name)
	all.add(relationThing(t.Parent), by, "partition of")
	for _, parent := range t.Parents {
		all.add(relationThing(parent), by, "inherits from")
	}
	all.add(typeThing(t.OfType), by, "it is a table of")
	for _, column := range t.Columns {
		own := columnThing(t.Name, column.Name)
		c.needsType(all, column.Type.Name, own, "its type")
		all.add(thing{kind: op.Collation, name: column.Collation}, own, "its collation")
		for _, call := range column.Calls {
			all.add(thing{kind: op.Function, name: call}, own, "it is computed by")
			for _, extension := range computedBy[call.Name] {
				all.add(thing{kind: op.Extension, name: op.Name{Name: extension}}, own, "it is computed by")
			}
		}
		for _, used := range column.Types {
			c.needsType(all, used, own, "it is computed with")
		}
		for _, used := range column.Collations {
			all.add(thing{kind: op.Collation, name: used}, own, "it is computed with")
		}
		for _, read := range column.Reads {
			all.add(columnThing(t.Name, read), own, "it is computed from")
		}
	}
	for _, column := range t.partitionColumns {
		if found := t.column(column); found != nil {
			c.needsType(all, found.Type.Name, by, "it is partitioned by")
			all.add(thing{kind: op.Collation, name: found.Collation}, by, "it is partitioned by")
		}
	}
	for _, call := range t.partitionCalls {
		all.add(thing{kind: op.Function, name: call}, by, "it is partitioned by")
	}
}

// needsType adds that a thing needs a type, which may be one that an extension
// brought.
func (c *Catalog) needsType(all *needs, t op.Name, by thing, how string) {
	if t.IsZero() || plain(t) {
		return
	}
	all.add(typeThing(t), by, how)
	if c.objects[objectKey{kind: op.Type, name: t}] != nil {
		return
	}
	for _, extension := range broughtBy[t.Name] {
		all.add(thing{kind: op.Extension, name: op.Name{Name: extension}}, by, how)
	}
}

// unknownTypes returns the columns that may be of a type that the extension
// brought: no migration made their type, and no other extension is known for it.
func (c *Catalog) unknownTypes(on thing) []need {
	var all []need
	for _, t := range c.sorted() {
		for _, column := range t.Columns {
			name := column.Type.Name
			if name.IsZero() || plain(name) || len(broughtBy[name.Name]) > 0 || c.typeName(name) != name ||
				c.objects[objectKey{kind: op.Type, name: name}] != nil || c.tables[name] != nil || c.viewOf(name) != nil {
				continue
			}
			all = append(all, need{on: on, by: columnThing(t.Name, column.Name), how: "its type"})
		}
	}
	return all
}

func (c *Catalog) needsOfType(all *needs, name op.Name, def *op.CreateType) {
	by := typeThing(name)
	c.needsType(all, def.Base.Name, by, "its base type")
	all.add(thing{kind: op.Collation, name: def.Collation}, by, "its collation")
	if !def.Multirange.IsZero() {
		all.add(by, typeThing(def.Multirange), "is the multirange of")
	}
	for _, f := range def.Functions {
		all.add(thing{kind: op.Function, name: f}, by, "it needs")
	}
	for _, a := range def.Attributes {
		own := thing{kind: op.Attribute, name: name, part: a.Name}
		c.needsType(all, a.Type.Name, own, "its type")
		all.add(thing{kind: op.Collation, name: a.Collation}, own, "its collation")
	}
}

func (c *Catalog) needsOfView(all *needs, name op.Name, o *object) {
	by := relationThing(name)
	for _, read := range o.view.Reads {
		all.add(relationThing(read), by, "selects from")
	}
	for _, read := range o.view.Columns {
		t := c.tables[read.Relation]
		if t == nil {
			continue
		}
		if read.Column == everyColumn || t.column(read.Column) != nil || t.Implied {
			all.add(columnThing(t.Name, read.Column), by, "shows")
		}
	}
	for _, t := range o.view.Types {
		c.needsType(all, t, by, "converts to")
	}
	for _, collation := range o.view.Collations {
		all.add(thing{kind: op.Collation, name: collation}, by, "sorts by")
	}
	for _, f := range o.calls {
		all.add(thing{kind: op.Function, name: f}, by, "calls")
	}
}

// keys returns the keys of views, types, collations and extensions, in a fixed order.
func (c *Catalog) keys() []objectKey {
	var all []objectKey
	for key := range c.objects {
		switch key.kind {
		case op.View, op.MaterializedView, op.Type, op.Collation, op.Extension:
			all = append(all, key)
		}
	}
	slices.SortFunc(all, func(a, b objectKey) int {
		return cmp.Or(strings.Compare(a.name.Schema, b.name.Schema), strings.Compare(a.name.Name, b.name.Name), strings.Compare(string(a.kind), string(b.kind)))
	})
	return all
}

// A namedFunction is a function with its full name.
type namedFunction struct {
	name op.Name
	*op.CreateFunction
}

func (f namedFunction) thing() thing {
	parts := make([]string, len(f.Arguments))
	for i, t := range f.Arguments {
		parts[i] = t.String()
	}
	return thing{kind: op.Function, name: f.name, part: strings.Join(parts, ",")}
}

func (c *Catalog) sortedFunctions() []namedFunction {
	var all []namedFunction
	for name, some := range c.functions {
		for _, f := range some {
			all = append(all, namedFunction{name, f})
		}
	}
	slices.SortStableFunc(all, func(a, b namedFunction) int {
		return compareStrings(a.name.Schema, b.name.Schema, a.name.Name, b.name.Name, a.thing().part, b.thing().part)
	})
	return all
}
