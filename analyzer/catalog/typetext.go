package catalog

import (
	"strconv"
	"strings"

	"github.com/dropgate/dropgate/analyzer/op"
)

// sqlTypes are the names that format_type prints for types which have another one
// inside PostgreSQL.
var sqlTypes = map[string]string{
	"bool": "boolean", "int2": "smallint", "int4": "integer", "int8": "bigint", "float4": "real", "float8": "double precision",
	"bpchar": "character", "varchar": "character varying", "varbit": "bit varying", "char": `"char"`,
	"time": "time without time zone", "timetz": "time with time zone",
	"timestamp": "timestamp without time zone", "timestamptz": "timestamp with time zone",
	"decimal": "numeric", "dec": "numeric",
}

// typeText prints a type as format_type does where search_path is as it was at first.
func (c *Catalog) typeText(t op.DataType) string {
	name, array := t.Name, t.Array
	if under, ok := strings.CutPrefix(name.Name, "_"); ok && plain(name) { // an array by its own name
		name.Name, array = under, true
	}
	text := quoted(name.Name)
	switch {
	case plain(name):
		text = withModifiers(name.Name, t.Mods)
	case name.Schema != "" && name.Schema != "public":
		text = quoted(name.Schema) + "." + text
	}
	if array {
		text += "[]"
	}
	return text
}

// withModifiers puts a type's modifiers where format_type has them: behind the
// first word of "timestamp without time zone".
func withModifiers(name string, all []int) string {
	text := name
	if known := sqlTypes[name]; known != "" {
		text = known
	}
	if len(all) == 0 {
		return text
	}
	parts := make([]string, len(all))
	for i, n := range all {
		parts[i] = strconv.Itoa(n)
	}
	first, rest, timed := strings.Cut(text, " ")
	if timed && strings.HasPrefix(first, "time") {
		return first + "(" + strings.Join(parts, ",") + ") " + rest
	}
	return text + "(" + strings.Join(parts, ",") + ")"
}

// quoted writes a name as SQL has it. That a name may be a key word is not looked at.
func quoted(name string) string {
	for i, r := range name {
		if r >= 'a' && r <= 'z' || r == '_' || i > 0 && (r >= '0' && r <= '9' || r == '$') {
			continue
		}
		return `"` + strings.ReplaceAll(name, `"`, `""`) + `"`
	}
	return name
}
