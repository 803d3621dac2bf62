package catalog

import (
	"maps"
	"slices"
	"strings"

	"github.com/dropgate/dropgate/analyzer/op"
)

// A fall finds what goes with objects that are dropped: whatever depends on them,
// and what depends on that.
type fall struct {
	*walker
	objects []objectKey                      // of the catalog, in a fixed order
	gone    map[op.Kind]map[string][]op.Name // by what they are called without a schema
	cut     map[op.Kind]map[string][]op.Name // composite types that lose an attribute
	schema  string                           // that goes with all that is in it; may be empty
	more    bool                             // something went in this round
}

// fall returns one of nothing.
func (c *Catalog) fall() *fall {
	f := &fall{walker: c.walker(nil), gone: map[op.Kind]map[string][]op.Name{}, cut: map[op.Kind]map[string][]op.Name{}}
	f.objects = slices.SortedFunc(maps.Keys(c.objects), compareKeys)
	return f
}

func compareKeys(a, b objectKey) int {
	return strings.Compare(string(a.kind)+" "+a.name.String()+" "+a.on.String(), string(b.kind)+" "+b.name.String()+" "+b.on.String())
}

// has returns the object of the set that the name may stand for.
func has(set map[op.Kind]map[string][]op.Name, kind op.Kind, n op.Name) (op.Name, bool) {
	for _, one := range set[kind][n.Name] {
		if sameType(one, n) {
			return one, true
		}
	}
	return op.Name{}, false
}

// goes returns the object that goes if the name may stand for it.
func (f *fall) goes(kind op.Kind, n op.Name) (op.Name, bool) {
	if f.schema != "" && n.Schema == f.schema {
		return n, true
	}
	return has(f.gone, kind, n)
}

// put adds to the set and reports whether that is news.
func put(set map[op.Kind]map[string][]op.Name, kind op.Kind, n op.Name) bool {
	if slices.Contains(set[kind][n.Name], n) {
		return false
	}
	if set[kind] == nil {
		set[kind] = map[string][]op.Name{}
	}
	set[kind][n.Name] = append(set[kind][n.Name], n)
	return true
}

// drop says that an object goes. Domains are types, and so are the rows of tables
// and views.
func (f *fall) drop(kind op.Kind, n op.Name) {
	switch kind {
	case op.Domain:
		kind = op.Type
	case op.MaterializedView:
		kind = op.View
	case op.ForeignTable:
		kind = op.Table
	case op.Extension:
		f.dropExtension(n.Name)
		return
	}
	if n.IsZero() || !put(f.gone, kind, n) {
		return
	}
	f.more = true
	if kind == op.Table || kind == op.View {
		put(f.gone, op.Type, n) // of its rows
	}
}

// multirange returns the name that PostgreSQL gives to the multirange type that it
// makes along with a range type.
func multirange(n op.Name) op.Name {
	if strings.Contains(n.Name, "range") {
		n.Name = strings.Replace(n.Name, "range", "multirange", 1)
	} else {
		n.Name += "_multirange"
	}
	return n
}

func (f *fall) dropExtension(name string) {
	if !put(f.gone, op.Extension, op.Name{Name: name}) {
		return
	}
	f.more = true
	for _, t := range extensionTypes[name] {
		f.drop(op.Type, op.Name{Name: t})
	}
	for _, function := range extensionFunctions[name] {
		f.drop(op.Function, op.Name{Name: function})
	}
	for _, over := range extensionsOver[name] {
		f.dropExtension(over)
	}
	if name == "plpgsql" {
		f.dropLanguage(name)
	}
}

// dropLanguage says that every function in a language goes.
func (f *fall) dropLanguage(language string) {
	for name, all := range f.c.functions {
		for _, function := range all {
			if strings.EqualFold(function.Language, language) {
				f.drop(op.Function, name)
			}
		}
	}
}

// dropSchema says that everything in a schema goes.
func (f *fall) dropSchema(schema string) {
	f.schema = schema
	for _, t := range f.c.sorted() {
		if t.Name.Schema == schema {
			f.table(t, "in schema "+schema)
		}
	}
	for _, key := range f.objects {
		if key.name.Schema == schema {
			f.drop(key.kind, key.name)
		}
	}
}

// table says that a table goes with all its rows.
func (f *fall) table(t *Table, why string) {
	if put(f.gone, op.Table, t.Name) {
		f.more = true
		put(f.gone, op.Type, t.Name)
		if t.Kind == op.Table {
			f.first(t, "")
			f.add(op.Table, t, "", why)
		}
	}
}

// settle finds all that depends on what goes, and on that in turn.
func (f *fall) settle() []Loss {
	for f.more = true; f.more; {
		f.more = false
		for _, key := range f.objects {
			f.object(key, f.c.objects[key])
		}
		for _, name := range slices.SortedFunc(maps.Keys(f.c.functions), compareNames) {
			for _, function := range f.c.functions[name] {
				f.function(name, function)
			}
		}
		for _, t := range f.c.sorted() {
			if _, gone := f.goes(op.Table, t.Name); !gone {
				f.tableNeeds(t)
			}
		}
	}
	for _, t := range f.c.sorted() {
		if _, gone := f.goes(op.Table, t.Name); !gone {
			f.columnsNeed(t)
		}
	}
	return f.all
}

func compareNames(a, b op.Name) int { return strings.Compare(a.String(), b.String()) }

// object drops a type or a view that needs what goes.
func (f *fall) object(key objectKey, o *object) {
	switch {
	case o.def != nil:
		if _, gone := f.goes(op.Type, key.name); gone && o.def.Kind == op.Type && !o.def.Base.Name.IsZero() {
			f.drop(op.Type, multirange(key.name))
		}
		if _, gone := f.goes(op.Type, o.def.Base.Name); gone && !o.def.Base.Name.IsZero() {
			f.drop(op.Type, key.name)
		}
		if _, gone := f.goes(op.Collation, o.def.Collation); gone {
			f.drop(op.Type, key.name)
		}
		if f.loses(o.def) && put(f.cut, op.Type, key.name) {
			f.more = true
		}
	case o.view != nil && f.viewNeeds(o.view):
		f.drop(op.View, key.name)
	}
}

// loses reports whether values of a type lose an attribute: of their own, or in
// one of their attributes.
func (f *fall) loses(def *op.CreateType) bool {
	if _, cut := has(f.cut, op.Type, def.Base.Name); cut {
		return true
	}
	return slices.ContainsFunc(def.Attributes, func(a op.ColumnDef) bool {
		_, gone := f.goes(op.Type, a.Type.Name)
		_, cut := has(f.cut, op.Type, a.Type.Name)
		_, collation := f.goes(op.Collation, a.Collation)
		return gone || cut || collation
	})
}

// viewNeeds reports whether a view reads a relation or calls a function that goes.
func (f *fall) viewNeeds(view *op.CreateView) bool {
	for _, n := range view.Reads {
		n = f.c.relation(n)
		_, table := f.goes(op.Table, n)
		if _, is := f.goes(op.View, n); is || table {
			return true
		}
	}
	return slices.ContainsFunc(view.Calls, func(o op.Operation) bool {
		call, ok := o.(*op.Call)
		if !ok {
			return false
		}
		_, gone := f.goes(op.Function, call.Function)
		return gone
	})
}

// function drops a function that takes values of a type that goes.
func (f *fall) function(name op.Name, function *op.CreateFunction) {
	for _, t := range function.Arguments {
		if _, gone := f.goes(op.Type, t.Name); gone {
			f.drop(op.Function, name)
		}
	}
}

// tableNeeds drops a table that cannot be without what goes.
func (f *fall) tableNeeds(t *Table) {
	for _, parent := range append([]op.Name{t.Parent}, t.Parents...) {
		if _, gone := f.goes(op.Table, parent); gone && !parent.IsZero() {
			f.table(t, under(t, &Table{Name: parent}))
			return
		}
	}
	if n, gone := f.goes(op.Type, t.OfType); gone && !t.OfType.IsZero() {
		f.table(t, "it is a table of type "+n.String())
		return
	}
	for _, column := range t.Columns {
		if contains(t.partitionColumns, column.Name) {
			if why := f.columnNeeds(column); why != "" {
				f.table(t, "it is partitioned by "+column.Name+": "+why)
				return
			}
		}
	}
	for _, call := range t.partitionCalls {
		if n, gone := f.goes(op.Function, call); gone {
			f.table(t, "it is partitioned by function "+n.String())
			return
		}
	}
}

// columnsNeed says which columns of a table that stays go, or lose a part.
func (f *fall) columnsNeed(t *Table) {
	if n, cut := has(f.cut, op.Type, t.OfType); cut && !t.OfType.IsZero() && f.first(t, "") {
		f.add(op.Table, t, "", "it is a table of type "+n.String())
	}
	for _, column := range t.Columns {
		why := f.columnNeeds(column)
		if n, cut := has(f.cut, op.Type, column.Type.Name); why == "" && cut {
			why = "its type " + n.String() + " loses an attribute"
		}
		if why != "" && f.first(t, column.Name) {
			f.add(op.Column, t, column.Name, why)
		}
	}
}

// columnNeeds returns what takes a column along, empty if nothing does.
func (f *fall) columnNeeds(column *Column) string {
	if n, gone := f.goes(op.Type, column.Type.Name); gone {
		return "its type needs " + n.String()
	}
	if n, gone := f.goes(op.Collation, column.Collation); gone {
		return "its type needs collation " + n.String()
	}
	for _, call := range column.Calls {
		if n, gone := f.goes(op.Function, call); gone {
			return "it is computed by function " + n.String()
		}
	}
	for _, t := range column.Types {
		if n, gone := f.goes(op.Type, t); gone {
			return "it is computed with type " + n.String()
		}
	}
	for _, collation := range column.Collations {
		if n, gone := f.goes(op.Collation, collation); gone {
			return "it is computed with collation " + n.String()
		}
	}
	return ""
}
