package pgsql

import (
	"strings"

	pg_query "github.com/pganalyze/pg_query_go/v5"

	"github.com/dropgate/dropgate/analyzer/op"
)

func rangeName(r *pg_query.RangeVar) op.Name {
	return op.Name{Schema: r.GetSchemaname(), Name: r.GetRelname()}
}

// strs returns the strings of a list of String nodes; other nodes are left out.
func strs(nodes []*pg_query.Node) []string {
	var all []string
	for _, n := range nodes {
		if s := n.GetString_(); s != nil {
			all = append(all, s.Sval)
		}
	}
	return all
}

// qualified turns the parts of a dotted name into a Name; a leading database
// name is left out.
func qualified(parts []string) op.Name {
	switch len(parts) {
	case 0:
		return op.Name{}
	case 1:
		return op.Name{Name: parts[0]}
	}
	return op.Name{Schema: parts[len(parts)-2], Name: parts[len(parts)-1]}
}

var serials = map[string]string{
	"serial": "int4", "serial4": "int4", "bigserial": "int8", "serial8": "int8", "smallserial": "int2", "serial2": "int2",
}

// typeNames gives the internal names of types that have another one in SQL but
// that the grammar leaves as they are written.
var typeNames = map[string]string{"int": "int4", "integer": "int4", "bigint": "int8", "smallint": "int2", "boolean": "bool"}

func dataType(t *pg_query.TypeName) op.DataType {
	if t == nil {
		return op.DataType{}
	}
	name := qualified(strs(t.Names))
	if name.Schema == "pg_catalog" {
		name.Schema = ""
	}
	d := op.DataType{Name: name, Array: len(t.ArrayBounds) > 0}
	if name.Schema == "" {
		if base, ok := serials[name.Name]; ok {
			d.Name.Name, d.Serial = base, true
		} else if internal, ok := typeNames[name.Name]; ok {
			d.Name.Name = internal
		}
	}
	for _, m := range t.Typmods {
		if c := m.GetAConst(); c != nil && c.GetIval() != nil {
			d.Mods = append(d.Mods, int(c.GetIval().Ival))
		}
	}
	// interval's first modifier is a mask of fields, not a length.
	if d.Name.Name == "interval" && len(d.Mods) > 0 {
		d.Fields, d.Mods = d.Mods[0] != allFields, d.Mods[1:]
	}
	return d
}

// allFields is PostgreSQL's INTERVAL_FULL_RANGE, the mask of an interval that
// keeps every field.
const allFields = 0x7FFF

func isTemporary(r *pg_query.RangeVar) bool {
	return r.GetRelpersistence() == "t" || strings.HasPrefix(r.GetSchemaname(), "pg_temp")
}
