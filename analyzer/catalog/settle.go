package catalog

import (
	"slices"
	"strings"

	"github.com/dropgate/dropgate/analyzer/op"
)

// builtinTypes are those of pg_catalog, which is searched first.
var builtinTypes = func() map[string]bool {
	all := map[string]bool{}
	for name := range strings.FieldsSeq(`
		aclitem any anyarray anycompatible anycompatiblearray anycompatiblemultirange anycompatiblenonarray anycompatiblerange
		anyelement anyenum anymultirange anynonarray anyrange bit bool box bpchar bytea char cid cidr circle cstring date
		datemultirange daterange event_trigger fdw_handler float4 float8 gtsvector index_am_handler inet int2 int2vector int4
		int4multirange int4range int8 int8multirange int8range internal interval json jsonb jsonpath language_handler line lseg
		macaddr macaddr8 money name numeric nummultirange numrange oid oidvector path pg_ddl_command pg_lsn pg_node_tree
		pg_snapshot point polygon record refcursor regclass regcollation regconfig regdictionary regnamespace regoper regoperator
		regproc regprocedure regrole regtype table_am_handler text tid time timestamp timestamptz timetz trigger tsm_handler
		tsmultirange tsquery tsrange tstzmultirange tstzrange tsvector txid_snapshot unknown uuid varbit varchar void xid xid8 xml`) {
		all[name] = true
	}
	return all
}()

// plain reports whether a type is one that PostgreSQL comes with.
func plain(n op.Name) bool {
	return (n.Schema == "" || n.Schema == SystemSchema) && builtinTypes[strings.TrimPrefix(n.Name, "_")]
}

// path returns the schemas that a bare name of a relation or a type is looked for in.
func (c *Catalog) path() []string {
	if contains(c.searchPath, temporarySchema) {
		return c.searchPath
	}
	return append([]string{temporarySchema}, c.searchPath...)
}

// typeName returns the name of a type with its schema, if the migrations made it;
// else the name as it is. The rows of tables and views are of types, too.
func (c *Catalog) typeName(n op.Name) op.Name {
	if n.Schema != "" || n.IsZero() || builtinTypes[n.Name] || op.Open(n.Name) {
		return n
	}
	for _, schema := range c.path() {
		full := op.Name{Schema: schema, Name: n.Name}
		if c.objects[objectKey{kind: op.Type, name: full}] != nil || c.tables[full] != nil || c.viewOf(full) != nil {
			return full
		}
	}
	return n
}

// viewOf returns the view or materialized view of the full name; nil for others.
func (c *Catalog) viewOf(full op.Name) *object {
	if o := c.objects[objectKey{kind: op.View, name: full}]; o != nil {
		return o
	}
	return c.objects[objectKey{kind: op.MaterializedView, name: full}]
}

// functionName returns the name of a function with its schema, if the migrations
// made it; else the name as it is.
func (c *Catalog) functionName(n op.Name) op.Name {
	if n.Schema != "" {
		return n
	}
	for _, schema := range c.searchPath {
		full := op.Name{Schema: schema, Name: n.Name}
		if len(c.functions[full]) > 0 {
			return full
		}
	}
	return n
}

// settled returns the operation with the names of types and functions in it as
// search_path has them at this moment: what they stand for does not change later.
func (c *Catalog) settled(o op.Operation) op.Operation {
	switch o := o.(type) {
	case *op.CreateTable:
		made := *o
		made.Columns = c.settledColumns(o.Columns)
		made.OfType = c.typeName(o.OfType)
		return &made
	case *op.AddColumn:
		made := *o
		made.Column = c.settledColumn(o.Column)
		return &made
	case *op.AlterColumnType:
		made := *o
		made.Type.Name = c.typeName(o.Type.Name)
		return &made
	case *op.CreateType:
		made := *o
		made.Base.Name = c.typeName(o.Base.Name)
		made.Attributes = c.settledColumns(o.Attributes)
		made.Functions = all(o.Functions, c.functionName)
		made.Collation = c.collationName(o.Collation)
		return &made
	case *op.AddAttribute:
		made := *o
		made.Attribute = c.settledColumn(o.Attribute)
		return &made
	case *op.CreateFunction:
		return c.settledFunction(o)
	}
	return o
}

func (c *Catalog) settledColumns(columns []op.ColumnDef) []op.ColumnDef {
	return all(columns, c.settledColumn)
}

func (c *Catalog) settledColumn(d op.ColumnDef) op.ColumnDef {
	d.Type.Name = c.typeName(d.Type.Name)
	d.Calls = all(d.Calls, c.functionName)
	d.Collation = c.collationName(d.Collation)
	return d
}

func (c *Catalog) settledFunction(o *op.CreateFunction) *op.CreateFunction {
	made := *o
	made.Arguments = all(o.Arguments, c.argumentType)
	made.Types = all(o.Types, c.argumentType)
	made.Returns = c.argumentType(o.Returns)
	made.Support = all(o.Support, c.functionName)
	return &made
}

// argumentType settles the type of a parameter, which may be written as that of a
// column: users.email%TYPE.
func (c *Catalog) argumentType(t op.DataType) op.DataType {
	if t.Name.Schema != "" && c.objects[objectKey{kind: op.Type, name: t.Name}] == nil {
		if table := c.tables[c.Resolve(op.Name{Name: t.Name.Schema})]; table.column(t.Name.Name) != nil {
			return table.column(t.Name.Name).Type
		}
	}
	t.Name = c.typeName(t.Name)
	return t
}

func (c *Catalog) collationName(n op.Name) op.Name {
	if n.Schema != "" || n.IsZero() {
		return n
	}
	for _, schema := range c.searchPath {
		if full := (op.Name{Schema: schema, Name: n.Name}); c.objects[objectKey{kind: op.Collation, name: full}] != nil {
			return full
		}
	}
	return n
}

// all returns what f makes of each; nil of none.
func all[T any](items []T, f func(T) T) []T {
	items = slices.Clone(items)
	for i := range items {
		items[i] = f(items[i])
	}
	return items
}

// moveType follows a type, or the rows of a relation, to another name.
func (c *Catalog) moveType(old, name op.Name) {
	move := func(n op.Name) op.Name {
		if n == old {
			return name
		}
		return n
	}
	for _, t := range c.tables {
		t.OfType = move(t.OfType)
		for _, column := range t.Columns {
			column.Type.Name = move(column.Type.Name)
		}
	}
	retype := func(t op.DataType) op.DataType { t.Name = move(t.Name); return t }
	for _, o := range c.objects {
		if o.def != nil && needsType(o.def, old) {
			def := *o.def
			def.Base = retype(def.Base)
			def.Attributes = all(def.Attributes, func(d op.ColumnDef) op.ColumnDef { d.Type = retype(d.Type); return d })
			o.def = &def
		}
		if o.view != nil && slices.Contains(o.view.Types, old) {
			view := *o.view
			view.Types = all(view.Types, move)
			o.view = &view
		}
	}
	c.eachFunction(func(f *op.CreateFunction) *op.CreateFunction {
		if !slices.ContainsFunc(append(f.Types, f.Returns), func(t op.DataType) bool { return t.Name == old }) {
			return f
		}
		moved := *f
		moved.Arguments, moved.Types, moved.Returns = all(f.Arguments, retype), all(f.Types, retype), retype(f.Returns)
		return &moved
	})
}

func needsType(def *op.CreateType, n op.Name) bool {
	return def.Base.Name == n || slices.ContainsFunc(def.Attributes, func(d op.ColumnDef) bool { return d.Type.Name == n })
}

// eachFunction puts in the place of every function what change makes of it.
func (c *Catalog) eachFunction(change func(*op.CreateFunction) *op.CreateFunction) {
	for name, all := range c.functions {
		for i, f := range all {
			changed := change(f)
			if changed == f {
				continue
			}
			all = slices.Clone(all)
			all[i] = changed
			c.functions[name] = all
		}
	}
}

// moveCalls follows a function to its new name in what calls it.
func (c *Catalog) moveCalls(old, name op.Name) {
	move := func(n op.Name) op.Name {
		if n == old {
			return name
		}
		return n
	}
	for _, t := range c.tables {
		for _, column := range t.Columns {
			if slices.Contains(column.Calls, old) {
				column.Calls = all(column.Calls, move)
			}
		}
	}
	for _, o := range c.objects {
		if slices.Contains(o.calls, old) {
			o.calls = all(o.calls, move)
		}
		if o.def != nil && slices.Contains(o.def.Functions, old) {
			def := *o.def
			def.Functions = all(def.Functions, move)
			o.def = &def
		}
	}
	c.eachFunction(func(f *op.CreateFunction) *op.CreateFunction {
		if !slices.Contains(f.Support, old) {
			return f
		}
		moved := *f
		moved.Support = all(f.Support, move)
		return &moved
	})
}
