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

// path returns the schemas that a bare name of a relation or a type is looked for in:
// that of temporary ones comes first unless search_path names it.
func (c *Catalog) path() []string {
	if contains(c.searchPath, temporarySchema) {
		return c.bareSchemas()
	}
	return append([]string{temporarySchema}, c.bareSchemas()...)
}

// bareSchemas returns the schemas that any bare name is looked for in.
func (c *Catalog) bareSchemas() []string {
	return slices.Concat(c.searchPath, c.leftPath, c.standing)
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
	for _, extension := range broughtBy[n.Name] {
		if o := c.objects[objectKey{kind: op.Extension, name: op.Name{Name: extension}}]; o != nil && o.extension != nil {
			return op.Name{Schema: o.extension.Schema, Name: n.Name}
		}
	}
	return n
}

// typeOf returns a type with the schema that it is found in.
func (c *Catalog) typeOf(t op.DataType) op.DataType {
	t.Name = c.typeName(t.Name)
	return t
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
	for _, schema := range c.bareSchemas() {
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
	for _, schema := range c.bareSchemas() {
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

// renamed returns what gives a name its new one and leaves others as they are.
func renamed(old, name op.Name) func(op.Name) op.Name {
	return func(n op.Name) op.Name {
		if n == old {
			return name
		}
		return n
	}
}

// moveType follows a type, or the rows of a relation, to another name.
func (c *Catalog) moveType(old, name op.Name) {
	move := renamed(old, name)
	retype := func(t op.DataType) op.DataType { t.Name = move(t.Name); return t }
	c.eachMention(old, holders{
		table: func(t *Table) {
			t.OfType = move(t.OfType)
			for _, column := range t.Columns {
				column.Type.Name = move(column.Type.Name)
			}
		},
		object: func(def *op.CreateType, view *op.CreateView) {
			if def != nil {
				def.Base = retype(def.Base)
				def.Attributes = all(def.Attributes, func(d op.ColumnDef) op.ColumnDef { d.Type = retype(d.Type); return d })
				return
			}
			view.Types = all(view.Types, move)
		},
		function: func(f *op.CreateFunction) {
			f.Arguments, f.Types, f.Returns = all(f.Arguments, retype), all(f.Types, retype), retype(f.Returns)
		},
	})
}

// moveCalls follows a function to its new name in what calls it.
func (c *Catalog) moveCalls(old, name op.Name) {
	move := renamed(old, name)
	c.moveKeptCalls(old, name)
	for _, o := range c.viewsOver(old) {
		o.outdated = o.outdated || slices.Contains(o.calls, old)
		o.calls = all(o.calls, move)
	}
	c.eachMention(old, holders{
		table: func(t *Table) {
			for _, column := range t.Columns {
				column.Calls = all(column.Calls, move)
			}
		},
		object: func(def *op.CreateType, _ *op.CreateView) {
			if def != nil {
				def.Functions = all(def.Functions, move)
			}
		},
		function: func(f *op.CreateFunction) { f.Support = all(f.Support, move) },
	})
}

// moveCollation follows a collation to its new name in what sorts by it.
func (c *Catalog) moveCollation(old, name op.Name) {
	move := renamed(old, name)
	recollate := func(d op.ColumnDef) op.ColumnDef { d.Collation = move(d.Collation); return d }
	c.eachMention(old, holders{
		table: func(t *Table) {
			for _, column := range t.Columns {
				column.Collation = move(column.Collation)
			}
		},
		object: func(def *op.CreateType, view *op.CreateView) {
			if def != nil {
				def.Collation, def.Attributes = move(def.Collation), all(def.Attributes, recollate)
				return
			}
			view.Collations = all(view.Collations, move)
		},
		function: func(*op.CreateFunction) {},
	})
}

// holders are what to do with copies of what may need a thing.
type holders struct {
	table    func(*Table)
	object   func(*op.CreateType, *op.CreateView) // one of them
	function func(*op.CreateFunction)
}

// eachMention changes what may need a thing of the old name, and notes what it
// mentions from then on.
func (c *Catalog) eachMention(old op.Name, h holders) {
	for _, holder := range c.mentioning(old.Name) {
		switch holder.kind {
		case op.Table:
			if t := c.tables[holder.name]; t != nil {
				h.table(t)
			}
			if o := c.viewOf(holder.name); o != nil && o.view != nil {
				view := *o.view
				h.object(nil, &view)
				o.outdated = o.outdated || !slices.Equal(view.Types, o.view.Types) || !slices.Equal(view.Collations, o.view.Collations)
				o.view = &view
			}
		case op.Type:
			if o := c.objects[objectKey{kind: op.Type, name: holder.name}]; o != nil && o.def != nil {
				def := *o.def
				h.object(&def, nil)
				o.def = &def
			}
		case op.Function:
			some := slices.Clone(c.functions[holder.name])
			for i, f := range some {
				var own needs
				c.needsOfFunction(&own, namedFunction{holder.name, f})
				if !slices.ContainsFunc(own, func(n need) bool { return n.on.name == old }) {
					continue // whoever follows it knows it by its address
				}
				changed := *f
				h.function(&changed)
				some[i] = &changed
			}
			if len(some) > 0 {
				c.functions[holder.name] = some
			}
		}
		c.mention(holder)
	}
}
