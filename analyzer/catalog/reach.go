package catalog

import (
	"slices"

	"github.com/dropgate/dropgate/analyzer/op"
)

// A Use is a column that would go with something it depends on.
type Use struct {
	Table  *Table
	Column *Column
}

// A Loss is a table or column that loses something without being named.
type Loss struct {
	Kind op.Kind
	Name string
	Why  string
	// Follows says that what is written over only goes along with what it refers to:
	// ON UPDATE CASCADE.
	Follows bool
}

// HoldsRows reports whether the table, or one that inherits from it or is a
// partition of it, was there before the change.
func (c *Catalog) HoldsRows(t *Table) bool {
	if c.older(t) {
		return true
	}
	return slices.ContainsFunc(c.family(t)[1:], c.older)
}

// older reports whether the table itself was there before the change.
func (c *Catalog) older(t *Table) bool { return !t.Temporary && c.stateOf(t.epoch) != Created }

// family returns the table and all that inherit from it or are partitions of it,
// at any depth, each once.
func (c *Catalog) family(t *Table) []*Table {
	under := map[op.Name][]*Table{}
	for _, other := range c.sorted() {
		if !other.Parent.IsZero() {
			under[other.Parent] = append(under[other.Parent], other)
		}
		for _, parent := range other.Parents {
			under[parent] = append(under[parent], other)
		}
	}
	all := []*Table{t}
	seen := map[*Table]bool{t: true}
	for i := 0; i < len(all); i++ {
		for _, child := range under[all[i].Name] {
			if !seen[child] {
				seen[child] = true
				all = append(all, child)
			}
		}
	}
	return all
}

// Heirs returns the tables that inherit from the table and were there before the
// change: what is done to its rows is done to theirs. With columns it returns those
// of them. Partitions have no rows of their own.
func (c *Catalog) Heirs(t *Table, only bool, columns ...string) []Loss {
	if t == nil || only {
		return nil
	}
	w := c.walker(t)
	for _, one := range c.family(t)[1:] {
		if len(one.Parents) == 0 || !c.older(one) {
			continue
		}
		why := "inherits from " + t.Name.String()
		if len(columns) == 0 {
			w.add(op.Table, one, "", why)
		}
		for _, column := range columns {
			w.add(op.Column, one, column, why)
		}
	}
	return w.all
}

// Bounded reports whether the condition compares a primary or unique key with
// constants: of the table, and of every table that inherits from it, since a key
// holds for the rows of its own table only. The key of a partitioned table holds
// for its partitions.
func (c *Catalog) Bounded(t *Table, only bool, where op.Condition) bool {
	switch {
	case t == nil:
		return op.BoundedBy(where, nil)
	case only:
		return op.BoundedBy(where, c.keys(t))
	}
	for _, one := range c.family(t) {
		if !op.BoundedBy(where, c.keys(one)) {
			return false
		}
	}
	return true
}

// keys returns the columns of every key that holds for the table's rows: its own
// and those of the partitioned tables above it.
func (c *Catalog) keys(t *Table) [][]string {
	var all [][]string
	for _, one := range c.upward(t) {
		all = append(all, one.KeyColumns()...)
	}
	return all
}

// upward returns the table and the partitioned tables that its rows are rows of.
func (c *Catalog) upward(t *Table) []*Table {
	all := []*Table{t}
	seen := map[*Table]bool{t: true}
	for t = c.tables[t.Parent]; t != nil && !seen[t]; t = c.tables[t.Parent] {
		seen[t] = true
		all = append(all, t)
	}
	return all
}
func (c *Catalog) children(t *Table) []*Table {
	var all []*Table
	for _, other := range c.sorted() {
		if other.Parent == t.Name {
			all = append(all, other)
			continue
		}
		for _, parent := range other.Parents {
			if parent == t.Name {
				all = append(all, other)
			}
		}
	}
	return all
}

// TypedTables returns the tables that are made of a composite type.
func (c *Catalog) TypedTables(n op.Name) []*Table {
	var all []*Table
	for _, t := range c.sorted() {
		if !t.OfType.IsZero() && sameType(t.OfType, n) {
			all = append(all, t)
		}
	}
	return all
}

func under(child, parent *Table) string {
	if child.Parent == parent.Name {
		return "partition of " + parent.Name.String()
	}
	return "inherits from " + parent.Name.String()
}

// DropReach returns what goes with a dropped table: its partitions, with CASCADE
// the tables that inherit from it and the columns of its row type.
func (c *Catalog) DropReach(t *Table, cascade bool) []Loss {
	if t == nil {
		return nil
	}
	w := c.walker(t)
	w.drops(t, cascade)
	return w.all
}

func (w *walker) drops(t *Table, cascade bool) {
	for _, child := range w.c.children(t) {
		if (cascade || child.Parent == t.Name) && w.first(child, "") {
			w.add(op.Table, child, "", under(child, t))
			w.drops(child, cascade)
		}
	}
	if !cascade {
		return
	}
	for _, u := range w.c.ColumnsOf(op.Type, t.Name) {
		w.add(op.Column, u.Table, u.Column.Name, "its type is the row type of "+t.Name.String())
	}
}

// SchemaReach returns the tables in a schema that were there before the change,
// and the columns elsewhere whose types are in it.
func (c *Catalog) SchemaReach(schema string) []Loss {
	w := c.walker(nil)
	for _, t := range c.sorted() {
		if t.Name.Schema == schema && t.Kind == op.Table {
			w.add(op.Table, t, "", "in schema "+schema)
		}
	}
	for _, t := range c.sorted() {
		for _, column := range t.Columns {
			if t.Name.Schema != schema && column.Type.Name.Schema == schema && c.stateOf(column.epoch) != Created {
				w.add(op.Column, t, column.Name, "its type is in schema "+schema)
			}
		}
	}
	return w.all
}

// TypeReach returns the columns that go with a type, domain, collation or
// extension, and the tables that are made of the type.
func (c *Catalog) TypeReach(kind op.Kind, n op.Name) []Loss {
	w := c.walker(nil)
	for _, t := range c.sorted() {
		if kind == op.Type && !t.OfType.IsZero() && sameType(t.OfType, n) {
			w.add(op.Table, t, "", "it is a table of type "+n.String())
		}
	}
	for _, u := range c.ColumnsOf(kind, n) {
		if c.stateOf(u.Column.epoch) != Created && !u.Column.Generated {
			w.add(op.Column, u.Table, u.Column.Name, "its type needs "+string(kind)+" "+n.String())
		}
	}
	return w.all
}

// FunctionReach returns the generated columns that are computed by a function
// and go with it.
func (c *Catalog) FunctionReach(n op.Name) []Loss {
	w := c.walker(nil)
	for _, t := range c.sorted() {
		for _, column := range t.Columns {
			for _, call := range column.Calls {
				if sameType(call, n) && c.stateOf(column.epoch) != Created {
					w.add(op.Column, t, column.Name, "it is computed by function "+n.String())
				}
			}
		}
	}
	return w.all
}

// AttributeReach returns what loses the values of an attribute of a composite
// type: columns of that type and tables made of it.
func (c *Catalog) AttributeReach(n op.Name) []Loss { return c.TypeReach(op.Type, n) }

// extensionTypes are the types that an extension brings, for extensions whose
// types stand in columns. An extension that is not listed may bring any.
var extensionTypes = map[string][]string{
	"citext": {"citext"}, "hstore": {"hstore"}, "ltree": {"ltree", "lquery", "ltxtquery"}, "cube": {"cube"}, "seg": {"seg"},
	"isn":     {"ean13", "isbn", "isbn13", "ismn", "ismn13", "issn", "issn13", "upc"},
	"postgis": {"geometry", "geography", "box2d", "box3d"}, "postgis_raster": {"raster"}, "vector": {"vector", "halfvec", "sparsevec"},
	"lo": {"lo"}, "intarray": {"query_int"},
	"uuid-ossp": {}, "pgcrypto": {}, "pg_trgm": {}, "btree_gin": {}, "btree_gist": {}, "unaccent": {}, "tablefunc": {},
	"fuzzystrmatch": {}, "pg_stat_statements": {}, "plpgsql": {}, "pg_prewarm": {}, "pgrowlocks": {}, "pgstattuple": {}, "dblink": {}, "postgres_fdw": {},
}

// KnownExtension reports whether it is known which types the extension brings.
func KnownExtension(name string) bool {
	_, ok := extensionTypes[name]
	return ok
}

// ColumnsOf returns the columns whose type or collation is or needs the object.
func (c *Catalog) ColumnsOf(kind op.Kind, n op.Name) []Use {
	names := []op.Name{n}
	if kind == op.Extension {
		names = nil
		for _, t := range extensionTypes[n.Name] {
			names = append(names, op.Name{Name: t})
		}
	} else if kind != op.Collation {
		names = c.typesOver(n)
	}
	var all []Use
	for _, t := range c.sorted() {
		for _, column := range t.Columns {
			used := column.Type.Name
			if kind == op.Collation {
				used = column.Collation
			}
			for _, name := range names {
				if !used.IsZero() && sameType(used, name) {
					all = append(all, Use{t, column})
					break
				}
			}
		}
	}
	return all
}

// typesOver returns the type and every domain and composite type built on it.
func (c *Catalog) typesOver(n op.Name) []op.Name {
	all := []op.Name{n}
	for i := 0; i < len(all); i++ {
		for key, o := range c.objects {
			if o.def == nil || containsName(all, key.name) {
				continue
			}
			built := sameType(o.def.Base.Name, all[i])
			for _, a := range o.def.Attributes {
				built = built || sameType(a.Type.Name, all[i])
			}
			if built {
				all = append(all, key.name)
			}
		}
	}
	return all
}

func containsName(all []op.Name, n op.Name) bool {
	for _, x := range all {
		if x == n {
			return true
		}
	}
	return false
}

// sameType reports whether two names may mean one type: a name without a schema
// may be in any.
func sameType(a, b op.Name) bool {
	return a.Name == b.Name && (a.Schema == b.Schema || a.Schema == "" || b.Schema == "")
}
