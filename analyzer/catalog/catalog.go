// Package catalog holds the schema as the migrations built it: it applies
// operations and answers what a name stands for and what an operation reaches.
//
// It knows how complete it is. A name that no migration made is not absent as
// long as some migration could not be read, or as long as none was: it is
// unknown, and what is unknown is judged as if it existed.
package catalog

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/dropgate/dropgate/analyzer/op"
)

// A State says what is known of a name.
type State int

// The states of a name.
const (
	Unknown State = iota // not known to the migrations read, which are none or not all: may exist
	Absent               // every earlier migration was read, and none made it
	Gone                 // an earlier operation dropped or renamed it
	Exists               // made before the change
	Created              // made by the change itself
)

// MayHoldData reports whether something that the change did not make may be
// behind the name.
func (s State) MayHoldData() bool { return s != Created && s != Gone }

// A Catalog is the schema at one point of the migrations. The zero value is not
// usable; see New.
type Catalog struct {
	tables  map[op.Name]*Table
	order   []*Table // the tables by name; nil when that has to be made anew
	objects map[objectKey]*object
	gone    map[objectKey]bool
	schemas map[string]*object

	functions map[op.Name][]*op.CreateFunction
	triggers  map[op.Name][]trigger
	rowCalls  map[rowKey][]*op.RowCalls
	rules     map[op.Name][]rule
	bindings  map[any]map[mentioned]binding // of rules and bodies; see bind
	// names counts the constraints that have a name in a schema, and passes how often
	// a name had to be numbered to be free.
	names         map[op.Name]int
	passes        map[op.Name]int
	bonds         bool // some table is a partition or inherits
	under         kin  // which tables are under another one
	leading       kin  // which tables have foreign keys to another one
	temporaries   map[op.Name]*Table
	renamed       bool          // constraints may have other names than are known
	skipped       *op.AddColumn // the last ADD COLUMN, if the column was there
	eventTriggers []eventTrigger
	grants        map[granted]map[string][]string // privileges, by role
	defaults      []*op.Grant                     // ALTER DEFAULT PRIVILEGES
	mentions      map[string]map[thing]bool       // where a bare name may be needed
	over          map[op.Name]map[objectKey]bool  // what is or was on a relation: triggers, rules, policies
	// perhaps are names, with open ones among them, that there may be tables of
	// without a migration that certainly made them; columns those of columns.
	perhaps []op.Name
	columns map[string]bool
	doubted map[op.Name]bool // tables of a dump that replayed migrations dropped; see Replay
	claims  bool             // see Replay

	epoch      int // objects made in the current epoch are the change's own
	migrations int // migrations applied before the change
	unread     int // statements of them that could not be read

	others     []*Catalog // of the repository's other sets of migrations
	searchPath []string
	outerPath  []string // what search_path is again after a transaction that SET LOCAL; nil without
	// leftPath is what an earlier file left search_path at: a tool that runs them all in
	// one session carries it over. Nil when it is not known to have left one.
	leftPath []string
	// standing is the search_path that sessions may begin with: ALTER DATABASE, ALTER ROLE.
	standing []string
	replica  bool // session_replication_role
	// outerReplica is what replica is again after a transaction that SET LOCAL.
	outerReplica *bool
	prepared     map[string][]*op.Prepare
	reassigned   map[string]bool   // roles whose objects the change gave to another one
	copies       map[string]string // what the change keeps a full copy of, and where
}

// An object is something that is not a table.
type object struct {
	epoch int
	def   *op.CreateType // of types and domains
	over  op.Name        // the relation that a simple view shows
	view  *op.CreateView // of views, with full names
	path  []string       // search_path in which the view was made
	// outdated says that the view's query has names that were changed since, or a *
	// that would stand for more columns.
	outdated bool
	calls    []op.Name // the functions that a view calls
	// extension is set for extensions, with the schema that it is in.
	extension *op.CreateExtension

	name   op.Name // of sequences
	table  *Table  // of indexes; whose column owns a sequence
	column *Column // that owns a sequence
}

type objectKey struct {
	kind op.Kind
	name op.Name
	on   op.Name
}

// New returns an empty catalog.
func New() *Catalog {
	return &Catalog{
		tables:      map[op.Name]*Table{},
		objects:     map[objectKey]*object{},
		gone:        map[objectKey]bool{},
		schemas:     map[string]*object{"public": {epoch: -1}},
		searchPath:  defaultPath,
		functions:   map[op.Name][]*op.CreateFunction{},
		triggers:    map[op.Name][]trigger{},
		rowCalls:    map[rowKey][]*op.RowCalls{},
		rules:       map[op.Name][]rule{},
		under:       kin{},
		leading:     kin{},
		temporaries: map[op.Name]*Table{},
		bindings:    map[any]map[mentioned]binding{},
		names:       map[op.Name]int{},
		passes:      map[op.Name]int{},
		columns:     map[string]bool{},
		grants:      map[granted]map[string][]string{},
		mentions:    map[string]map[thing]bool{},
		over:        map[op.Name]map[objectKey]bool{},
		prepared:    map[string][]*op.Prepare{},
		copies:      map[string]string{},
		reassigned:  map[string]bool{},
	}
}

var defaultPath = []string{"public"}

// BeginMigration starts another file: temporary tables and prepared statements of
// the one before are no more, and its search_path only finds what the default one
// does not.
func (c *Catalog) BeginMigration() {
	c.endTransaction()
	if !slices.Equal(c.searchPath, defaultPath) {
		c.leftPath = c.searchPath
	}
	c.searchPath = defaultPath
	c.replica = false
	clear(c.prepared)
	c.dropTemporary(func(*Table) bool { return true })
}

// BeginChange says that what is made from here on is the change's own, in a session
// of its own.
func (c *Catalog) BeginChange() {
	c.epoch++
	c.searchPath, c.outerPath, c.leftPath = defaultPath, nil, nil
	clear(c.copies)
	clear(c.reassigned)
}

// CountMigration counts a migration that has already run, and how many of its
// statements could not be read.
func (c *Catalog) CountMigration(unread int) {
	c.migrations++
	if unread > 0 {
		c.overlook(unread)
	}
}

// overlook notes that n statements ran of which it is not known what they made.
func (c *Catalog) overlook(n int) {
	c.unread += n
	for key := range c.gone {
		if key.kind == op.Table { // what was not read may have made it again
			delete(c.gone, key)
		}
	}
}

// Migrations returns how many migrations the catalog was built from.
func (c *Catalog) Migrations() int { return c.migrations }

// Complete reports whether there are earlier migrations and every one of them
// could be read.
func (c *Catalog) Complete() bool { return c.migrations > 0 && c.unread == 0 }

func (c *Catalog) missing() State {
	if c.Complete() {
		return Absent
	}
	return Unknown
}

func (c *Catalog) stateOf(epoch int) State {
	if epoch == c.epoch && c.epoch > 0 {
		return Created
	}
	return Exists
}

const temporarySchema = "pg_temp"

// SystemSchema holds the system catalogs.
const SystemSchema = "pg_catalog"

// Resolve returns the name with the schema that search_path gives it: the one
// that has such a table, or else the one in which it would be made.
func (c *Catalog) Resolve(n op.Name) op.Name {
	if n.Schema != "" {
		return n
	}
	for _, schema := range c.path() {
		full := op.Name{Schema: schema, Name: n.Name}
		if c.tables[full] != nil {
			return full
		}
	}
	// pg_catalog is searched before all others; names with pg_ are its own.
	if strings.HasPrefix(n.Name, "pg_") {
		return op.Name{Schema: SystemSchema, Name: n.Name}
	}
	return op.Name{Schema: c.creationSchema(), Name: n.Name}
}

// ResolveObject does the same for objects that are not tables.
func (c *Catalog) ResolveObject(kind op.Kind, n op.Name) op.Name {
	kind = stored(kind)
	switch kind {
	case op.Schema, op.Database, op.Extension, op.EventTrigger, op.Role, op.Trigger, op.Policy, op.Rule, op.Constraint:
		return op.Name{Name: n.Name}
	}
	if n.Schema != "" {
		return n
	}
	for _, schema := range c.bareSchemas() {
		full := op.Name{Schema: schema, Name: n.Name}
		if c.objects[objectKey{kind: kind, name: full}] != nil {
			return full
		}
	}
	return op.Name{Schema: c.creationSchema(), Name: n.Name}
}

func (c *Catalog) creationSchema() string {
	for _, schema := range c.searchPath {
		if schema != "$user" && schema != "pg_catalog" {
			return schema
		}
	}
	return "public"
}

// SearchPath returns the schemas that a bare name is looked for in.
func (c *Catalog) SearchPath() []string { return c.searchPath }

// Table returns the table of that name, if the migrations made one, and what is
// known of the name.
func (c *Catalog) Table(n op.Name) (*Table, State) {
	full := c.Resolve(n)
	if op.Open(full.Name) {
		return nil, Unknown // it may be any table's
	}
	if t := c.tables[full]; t != nil {
		if t.Temporary {
			return t, Created // rows of this session only
		}
		return t, c.stateOf(t.epoch)
	}
	if c.mayBe(full) || c.doubted[full] {
		return nil, Unknown
	}
	if c.gone[objectKey{kind: op.Table, name: full}] {
		return nil, Gone
	}
	for _, other := range c.others {
		if other.tables[full] != nil {
			return nil, Unknown
		}
	}
	return nil, c.missing()
}

// Missing reports whether there is certainly no relation of the name: no table, and
// nothing else that ALTER TABLE takes.
func (c *Catalog) Missing(n op.Name) bool {
	if _, state := c.Table(n); state != Absent && state != Gone {
		return false
	}
	return c.viewOf(c.relation(n)) == nil && c.objects[c.otherRelation(n)] == nil
}

// Meet makes two sets of migrations know of one another: whether they belong to
// one database is not known, so that what one of them made may be there for the
// other one too.
func Meet(a, b *Catalog) {
	a.others = append(a.others, b)
	b.others = append(b.others, a)
}

// Column returns a column of a table and what is known of it.
func (c *Catalog) Column(table op.Name, column string) (*Column, State) {
	t, state := c.Table(table)
	found := t.column(column)
	switch {
	case t == nil:
		return nil, state
	case op.Open(column):
		return nil, max(state, Exists) // it may be any column of the table
	case state == Created:
		return found, c.newParent(t, column)
	case found != nil:
		return found, c.stateOf(found.epoch)
	}
	switch {
	case t.dropped[column]:
		return nil, Gone
	case t.Implied, t.perhaps[column], c.columns[column]:
		return nil, Unknown
	}
	return nil, c.missing()
}

// newParent tells of a column of a table that the change made: what is written to
// it goes through to older tables that inherit from it by now.
func (c *Catalog) newParent(t *Table, column string) State {
	for _, one := range c.family(t)[1:] {
		if found := one.column(column); found != nil && !one.Temporary && c.stateOf(found.epoch) == Exists {
			return Exists
		}
	}
	return Created
}

// Object returns what is known of an object that is not a table.
func (c *Catalog) Object(kind op.Kind, n, on op.Name) State {
	if kind == op.Schema {
		if s := c.schemas[n.Name]; s != nil {
			return c.stateOf(s.epoch)
		}
	}
	key := c.key(kind, n, on)
	if op.Open(key.name.Name) {
		return Unknown
	}
	if o := c.objects[key]; o != nil {
		return c.stateOf(o.epoch)
	}
	if c.gone[key] {
		return Gone
	}
	return c.missing()
}

func (c *Catalog) key(kind op.Kind, n, on op.Name) objectKey {
	if !on.IsZero() {
		on = c.relation(on)
	}
	return objectKey{kind: stored(kind), name: c.ResolveObject(kind, n), on: on}
}

// newKey is the key of an object that is made: a bare name is one in the first schema
// of search_path, whatever other schemas have by that name.
func (c *Catalog) newKey(kind op.Kind, n, on op.Name) objectKey {
	n.Schema = c.newSchema(n)
	return c.key(kind, n, on)
}

// Reassigned reports whether the change gave what the role owns to another one.
func (c *Catalog) Reassigned(role string) bool { return c.reassigned[role] }

// Attribute reports whether a composite type is known to have an attribute; true
// when that is not known.
func (c *Catalog) Attribute(n op.Name, attribute string) bool {
	o := c.objects[c.key(op.Type, n, op.Name{})]
	if o == nil || o.def == nil || o.def.Form != op.CompositeType {
		return true
	}
	for _, a := range o.def.Attributes {
		if a.Name == attribute {
			return true
		}
	}
	return false
}

// BaseType returns what a domain's values are stored as; other types as they are.
func (c *Catalog) BaseType(t op.DataType) op.DataType {
	for range 32 { // domains over domains
		o := c.objects[c.key(op.Domain, t.Name, op.Name{})]
		if o == nil || o.def == nil || o.def.Kind != op.Domain {
			return t
		}
		array := t.Array
		t = o.def.Base
		t.Array = t.Array || array
	}
	return t
}

// CopyOf returns where the change keeps a full copy of a table (column empty) or
// of a column's values; empty when it does not.
func (c *Catalog) CopyOf(table op.Name, column string) string {
	return c.copies[copyKey(c.Resolve(table), column)]
}

func copyKey(table op.Name, column string) string { return table.String() + "\x00" + column }

// put gives a table its name.
func (c *Catalog) put(name op.Name, t *Table) {
	c.tables[name] = t
	c.order = nil
	if t.Temporary {
		c.temporaries[name] = t
	}
}

// remove forgets the table of that name.
func (c *Catalog) remove(name op.Name) {
	delete(c.tables, name)
	delete(c.temporaries, name)
	c.order = nil
}

// sorted returns all tables by name: the order of a map is no order.
func (c *Catalog) sorted() []*Table {
	if c.order == nil {
		c.order = slices.SortedFunc(maps.Values(c.tables), func(a, b *Table) int {
			return cmp.Or(strings.Compare(a.Name.Schema, b.Name.Schema), strings.Compare(a.Name.Name, b.Name.Name))
		})
	}
	return c.order
}
