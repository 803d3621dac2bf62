package pgsql

import (
	"strconv"
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
	if len(d.Mods) < len(t.Typmods) {
		d.Words = typeWords(t.Typmods)
	}
	// interval's first modifier is a mask of fields, not a length.
	if d.Name.Name == "interval" && len(d.Mods) > 0 {
		d.Fields, d.Interval, d.Mods = d.Mods[0] != allFields, intervalFields[d.Mods[0]], d.Mods[1:]
	}
	return d
}

// typeWords returns the modifiers of a type that are not all numbers.
func typeWords(mods []*pg_query.Node) []string {
	var all []string
	for _, m := range mods {
		c := m.GetAConst()
		switch {
		case len(strs(m.GetColumnRef().GetFields())) == 1:
			all = append(all, strs(m.GetColumnRef().Fields)[0])
		case c.GetSval() != nil:
			all = append(all, c.GetSval().Sval)
		case c.GetIval() != nil:
			all = append(all, strconv.Itoa(int(c.GetIval().Ival)))
		}
	}
	return all
}

// allFields is PostgreSQL's INTERVAL_FULL_RANGE, the mask of an interval that
// keeps every field.
const allFields = 0x7FFF

// intervalFields are the fields that the masks of the grammar stand for: one bit a
// field (INTERVAL_MASK of its constants).
var intervalFields = map[int]string{
	month: "month", year: "year", day: "day", hour: "hour", minute: "minute", second: "second",
	year | month: "year to month", day | hour: "day to hour", day | hour | minute: "day to minute",
	day | hour | minute | second: "day to second", hour | minute: "hour to minute",
	hour | minute | second: "hour to second", minute | second: "minute to second",
}

const (
	month  = 1 << 1
	year   = 1 << 2
	day    = 1 << 3
	hour   = 1 << 10
	minute = 1 << 11
	second = 1 << 12
)

func isTemporary(r *pg_query.RangeVar) bool {
	return r.GetRelpersistence() == "t" || strings.HasPrefix(r.GetSchemaname(), "pg_temp")
}
