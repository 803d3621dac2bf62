package catalog

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/dropgate/dropgate/analyzer/op"
)

// reserved are the words that stand in quotes where they are names: all that
// PostgreSQL's grammar reserves somewhere.
var reserved = wordSet(`all analyse analyze and any array as asc asymmetric authorization between bigint binary bit boolean both case cast
	char character check coalesce collate collation column concurrently constraint create cross current_catalog current_date current_role
	current_schema current_time current_timestamp current_user dec decimal default deferrable desc distinct do else end except exists
	extract false fetch float for foreign freeze from full grant greatest group grouping having ilike in initially inner inout int integer
	intersect interval into is isnull join lateral leading least left like limit localtime localtimestamp national natural nchar none
	normalize not notnull null nullif numeric offset on only or order out outer overlaps overlay placing position precision primary real
	references returning right row select session_user setof similar smallint some substring symmetric table tablesample then time
	timestamp to trailing treat trim true union unique user using values varchar variadic verbose when where window with xmlattributes
	xmlconcat xmlelement xmlexists xmlforest xmlnamespaces xmlparse xmlpi xmlroot xmlserialize xmltable`)

func wordSet(words string) map[string]bool {
	all := map[string]bool{}
	for _, word := range strings.Fields(words) {
		all[word] = true
	}
	return all
}

// shownNames are the types that format_type prints by another name than pg_type has.
var shownNames = map[string]string{
	"int2": "smallint", "int4": "integer", "int8": "bigint", "float4": "real", "float8": "double precision", "bool": "boolean",
	"varchar": "character varying", "varbit": "bit varying", "char": `"char"`,
}

// Quoted returns a name as SQL writes it, with its schema: public."Order Items".
func Quoted(n op.Name) string {
	switch {
	case n.IsZero():
		return ""
	case n.Schema == "":
		return quoteName(n.Name)
	}
	return quoteName(n.Schema) + "." + quoteName(n.Name)
}

// showType returns a type as format_type prints it with an empty search_path.
func showType(t op.DataType) string {
	if t.Name.IsZero() {
		return ""
	}
	s := showPlain(t)
	if t.Array {
		s += "[]"
	}
	return s
}

func showPlain(t op.DataType) string {
	if t.Name.Schema != "" {
		return quoteName(t.Name.Schema) + "." + quoteName(t.Name.Name) + worded(t)
	}
	switch name := t.Name.Name; name {
	case "timestamp", "time":
		return name + modifiers(t.Mods) + " without time zone"
	case "timestamptz", "timetz":
		return strings.TrimSuffix(name, "tz") + modifiers(t.Mods) + " with time zone"
	case "interval":
		if t.Interval != "" {
			name += " " + t.Interval
		}
		return name + modifiers(t.Mods)
	case "numeric":
		if len(t.Mods) == 1 {
			return fmt.Sprintf("numeric(%d,0)", t.Mods[0])
		}
		return name + modifiers(t.Mods)
	case "bpchar":
		if len(t.Mods) > 0 {
			return "character" + modifiers(t.Mods)
		}
		return name
	case "bit":
		if len(t.Mods) > 0 {
			return name + modifiers(t.Mods)
		}
		return `"bit"`
	default:
		if shown := shownNames[name]; shown != "" {
			return shown + modifiers(t.Mods)
		}
		return quoteName(name) + worded(t)
	}
}

// worded returns the modifiers of a type that is not PostgreSQL's own.
func worded(t op.DataType) string {
	if len(t.Words) > 0 {
		return "(" + strings.Join(t.Words, ",") + ")"
	}
	return modifiers(t.Mods)
}

func modifiers(mods []int) string {
	if len(mods) == 0 {
		return ""
	}
	parts := make([]string, len(mods))
	for i, m := range mods {
		parts[i] = strconv.Itoa(m)
	}
	return "(" + strings.Join(parts, ",") + ")"
}

var plainName = regexp.MustCompile(`^[a-z_][a-z0-9_]*$`)

// quoteName returns a name as SQL can write it.
func quoteName(s string) string {
	if plainName.MatchString(s) && !reserved[s] {
		return s
	}
	return `"` + strings.ReplaceAll(s, `"`, `""`) + `"`
}
