package catalog

import (
	"strings"

	"github.com/dropgate/dropgate/analyzer/op"
)

// A Use is a column that would go with something it depends on.
type Use struct {
	Table  *Table
	Column *Column
}

// A Loss is a table or column that loses something without being named.
type Loss struct {
	Kind  op.Kind
	Name  string
	Why   string
	Table op.Name // the table, or the one that has the column, as Before tells it
}

// HoldsRows reports whether the table, or one that inherits from it or is a
// partition of it, was there before the change.
func (c *Catalog) HoldsRows(t *Table) bool {
	for _, one := range c.family(t) {
		if !one.Temporary && c.stateOf(one.epoch) != Created {
			return true
		}
	}
	return false
}

// family returns the table and all that inherit from it or are partitions of it,
// at any depth, each once.
func (c *Catalog) family(t *Table) []*Table {
	all := []*Table{t}
	seen := map[*Table]bool{t: true}
	for i := 0; i < len(all); i++ {
		for _, child := range c.children(all[i]) {
			if !seen[child] {
				seen[child] = true
				all = append(all, child)
			}
		}
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

// a walker collects losses, each table once.
type walker struct {
	c    *Catalog
	seen map[op.Name]bool
	all  []Loss
	// visit is called for what happens to tables besides the one named; may be nil.
	visit func(t *Table, event op.Event, columns []string)
}

func (w *walker) see(t *Table, event op.Event, columns []string) {
	if w.visit != nil {
		w.visit(t, event, columns)
	}
}

func (c *Catalog) walker(t *Table) *walker {
	w := &walker{c: c, seen: map[op.Name]bool{}}
	if t != nil {
		w.seen[t.Name] = true
	}
	return w
}

func (w *walker) add(kind op.Kind, t *Table, column, why string) {
	if !w.c.HoldsRows(t) {
		return
	}
	name := t.Name.String()
	if column != "" {
		name += "." + column
	}
	w.all = append(w.all, Loss{Kind: kind, Name: name, Why: why, Table: w.c.before(t)})
}

// DeleteReach returns what a DELETE from the table takes along through foreign
// keys: rows of other tables (or more of its own), and values set to NULL.
func (c *Catalog) DeleteReach(t *Table) []Loss {
	if t == nil {
		return nil
	}
	w := c.walker(nil)
	w.deletes(t)
	return w.all
}

func (w *walker) deletes(t *Table) {
	if w.c.KeysOff(t) {
		return
	}
	for _, other := range w.c.sorted() {
		for _, k := range other.Foreign {
			if k.References != t.Name {
				continue
			}
			switch k.OnDelete {
			case "cascade":
				if !w.seen[other.Name] {
					w.seen[other.Name] = true
					w.see(other, op.OnDelete, nil)
					w.add(op.Table, other, "", "foreign key ON DELETE CASCADE to "+t.Name.String())
					w.deletes(other)
				}
			case "set null", "set default":
				w.see(other, op.OnUpdate, k.Columns)
				for _, column := range k.Columns {
					w.add(op.Column, other, column, "foreign key ON DELETE "+strings.ToUpper(k.OnDelete)+" to "+t.Name.String())
				}
			}
		}
	}
}

// TruncateReach returns the tables that TRUNCATE empties besides the one named:
// with CASCADE those whose foreign keys lead to it; and the tables under it.
func (c *Catalog) TruncateReach(t *Table, cascade, only bool) []Loss {
	if t == nil {
		return nil
	}
	w := c.walker(t)
	w.truncates(t, cascade, only)
	return w.all
}

func (w *walker) truncates(t *Table, cascade, only bool) {
	if !only {
		for _, child := range w.c.children(t) {
			if !w.seen[child.Name] {
				w.seen[child.Name] = true
				w.see(child, op.OnTruncate, nil)
				w.add(op.Table, child, "", under(child, t))
				w.truncates(child, cascade, false)
			}
		}
	}
	if !cascade {
		return
	}
	for _, other := range w.c.sorted() {
		for _, k := range other.Foreign {
			if k.References == t.Name && !w.seen[other.Name] {
				w.seen[other.Name] = true
				w.see(other, op.OnTruncate, nil)
				w.add(op.Table, other, "", "TRUNCATE … CASCADE follows its foreign key to "+t.Name.String())
				w.truncates(other, true, false)
			}
		}
	}
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
		if (cascade || child.Parent == t.Name) && !w.seen[child.Name] {
			w.seen[child.Name] = true
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
