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
// of them. Partitions are named only where the change made the table above them:
// else their rows are its own.
func (c *Catalog) Heirs(t *Table, only bool, columns ...string) []Loss {
	if t == nil || only {
		return nil
	}
	w := c.walker(t)
	for _, one := range c.family(t)[1:] {
		why := "inherits from " + t.Name.String()
		if !one.Parent.IsZero() {
			why = "partition of " + t.Name.String()
		}
		if !c.older(one) || !one.Parent.IsZero() && c.older(t) {
			continue
		}
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
	if !cascade {
		w := c.walker(t)
		for _, one := range w.partitions(t)[1:] {
			w.add(op.Table, one, "", under(one, t))
		}
		return w.all
	}
	f := c.fall()
	f.first(t, "")
	f.drop(op.Table, t.Name)
	return f.settle()
}

// SchemaReach returns the tables in a schema that were there before the change,
// and what goes elsewhere with all that is in it.
func (c *Catalog) SchemaReach(schema string) []Loss {
	f := c.fall()
	f.dropSchema(schema)
	return f.settle()
}

// CascadeReach returns the tables and columns that DROP … CASCADE of another object
// takes along.
func (c *Catalog) CascadeReach(kind op.Kind, n op.Name) []Loss {
	f := c.fall()
	f.drop(kind, n)
	return f.settle()
}

// ColumnReach returns what loses something with a column besides its table: tables
// that inherit it, columns of the table's row type, and with CASCADE what is
// computed from it.
func (c *Catalog) ColumnReach(t *Table, column string, only, cascade bool) []Loss {
	if t == nil {
		return nil
	}
	all := c.Heirs(t, only, column)
	f := c.fall()
	if t.column(column) != nil {
		put(f.cut, op.Type, t.Name)
	}
	if cascade {
		for _, other := range t.Columns {
			if other.Generated && contains(other.Reads, column) && f.first(t, other.Name) {
				f.add(op.Column, t, other.Name, "it is computed from "+column)
			}
		}
	}
	return append(all, f.settle()...)
}

// AttributeReach returns what loses the values of an attribute of a composite
// type, or of a column where the type is that of a table's rows: columns of that
// type and tables made of it.
func (c *Catalog) AttributeReach(n op.Name) []Loss {
	f := c.fall()
	put(f.cut, op.Type, n)
	return f.settle()
}

// extensionTypes are the types that an extension brings, for extensions whose
// types stand in columns. An extension that is not listed may bring any.
var extensionTypes = map[string][]string{
	"citext": {"citext"}, "hstore": {"hstore"}, "ltree": {"ltree", "lquery", "ltxtquery"}, "cube": {"cube"}, "seg": {"seg"},
	"isn":     {"ean13", "isbn", "isbn13", "ismn", "ismn13", "issn", "issn13", "upc"},
	"postgis": {"geometry", "geography", "box2d", "box3d"}, "postgis_raster": {"raster"}, "vector": {"vector", "halfvec", "sparsevec"},
	"lo": {"lo"}, "intarray": {"query_int"}, "earthdistance": {"earth"},
	"uuid-ossp": {}, "pgcrypto": {}, "pg_trgm": {}, "btree_gin": {}, "btree_gist": {}, "unaccent": {}, "tablefunc": {},
	"fuzzystrmatch": {}, "pg_stat_statements": {}, "plpgsql": {}, "pg_prewarm": {}, "pgrowlocks": {}, "pgstattuple": {}, "dblink": {}, "postgres_fdw": {},
}

// extensionsOver are the extensions that go with one that they are built on.
var extensionsOver = map[string][]string{
	"cube":    {"earthdistance"},
	"postgis": {"postgis_raster", "postgis_topology", "postgis_sfcgal", "postgis_tiger_geocoder", "pgrouting"},
}

// extensionFunctions are the functions of an extension that a generated column can
// be computed by: those that always give the same for the same.
var extensionFunctions = map[string][]string{
	"pgcrypto":      {"digest", "hmac", "crypt", "encrypt", "encrypt_iv", "decrypt", "decrypt_iv", "armor", "dearmor"},
	"uuid-ossp":     {"uuid_generate_v3", "uuid_generate_v5", "uuid_nil", "uuid_ns_dns", "uuid_ns_url", "uuid_ns_oid", "uuid_ns_x500"},
	"fuzzystrmatch": {"levenshtein", "levenshtein_less_equal", "soundex", "difference", "metaphone", "dmetaphone", "dmetaphone_alt"},
	"pg_trgm":       {"similarity", "show_trgm", "word_similarity", "strict_word_similarity"},
	"unaccent":      {"unaccent"},
	"earthdistance": {"ll_to_earth", "earth_distance", "latitude", "longitude", "earth", "gc_to_sec", "sec_to_gc"},
	"intarray":      {"icount", "sort", "sort_asc", "sort_desc", "uniq", "idx", "subarray", "intset"},
	"hstore":        {"hstore", "akeys", "avals", "skeys", "hstore_to_json", "hstore_to_jsonb", "hstore_to_array", "slice", "exist", "defined"},
	"ltree":         {"text2ltree", "ltree2text", "nlevel", "subltree", "subpath", "lca", "index"},
	"postgis": {
		"st_makepoint", "st_point", "st_setsrid", "st_geomfromtext", "st_geogfromtext", "st_area", "st_length", "st_centroid",
		"st_transform", "st_x", "st_y", "st_asgeojson", "st_geomfromgeojson", "st_buffer", "st_envelope", "st_geohash",
	},
	"h3": {"h3_lat_lng_to_cell", "h3_cell_to_parent"},
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
