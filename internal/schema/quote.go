package schema

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"
)

// bare matches names that need no quotes, keywords aside.
var bare = regexp.MustCompile(`^[a-z_][a-z0-9_]*$`)

// keywords are those that cannot be any name without quotes: PostgreSQL 18's words
// that pg_get_keywords() does not call unreserved.
var keywords = words(`
	all analyse analyze and any array as asc asymmetric authorization between bigint binary bit boolean both
	case cast char character check coalesce collate collation column concurrently constraint create cross
	current_catalog current_date current_role current_schema current_time current_timestamp current_user
	dec decimal default deferrable desc distinct do else end except exists extract false fetch float for foreign
	freeze from full grant greatest group grouping having ilike in initially inner inout int integer intersect
	interval into is isnull join json json_array json_arrayagg json_exists json_object json_objectagg json_query
	json_scalar json_serialize json_table json_value lateral leading least left like limit localtime localtimestamp
	merge_action national natural nchar none normalize not notnull null nullif numeric offset on only or order out
	outer overlaps overlay placing position precision primary real references returning right row select
	session_user setof similar smallint some substring symmetric system_user table tablesample then time timestamp
	to trailing treat trim true union unique user using values varchar variadic verbose when where window with
	xmlattributes xmlconcat xmlelement xmlexists xmlforest xmlnamespaces xmlparse xmlpi xmlroot xmlserialize xmltable
`)

func words(list string) map[string]bool {
	all := map[string]bool{}
	for _, w := range strings.Fields(list) {
		all[w] = true
	}
	return all
}

// isControl reports whether a character can move a cursor, end a line or hide text.
func isControl(r rune) bool { return !unicode.IsPrint(r) && r != ' ' }

// quote returns a name as SQL. What cannot be seen is written by its number.
func quote(name string) string {
	if bare.MatchString(name) && !keywords[name] {
		return name
	}
	if !strings.ContainsFunc(name, isControl) {
		return `"` + strings.ReplaceAll(name, `"`, `""`) + `"`
	}
	var b strings.Builder
	for _, r := range name {
		switch {
		case r == '\\' || r == '"':
			b.WriteString(string(r) + string(r))
		case r > 0xffff && isControl(r):
			fmt.Fprintf(&b, `\+%06x`, r)
		case isControl(r):
			fmt.Fprintf(&b, `\%04x`, r)
		default:
			b.WriteRune(r)
		}
	}
	return `U&"` + b.String() + `"`
}

func quoteAll(names []string) string {
	all := make([]string, len(names))
	for i, n := range names {
		all[i] = quote(n)
	}
	return strings.Join(all, ", ")
}

func full(schema, name string) string {
	if schema == "" {
		return quote(name)
	}
	return quote(schema) + "." + quote(name)
}

// constant returns a text as a string constant.
func constant(text string) string {
	quoted := `'` + strings.ReplaceAll(text, `'`, `''`) + `'`
	if !strings.ContainsFunc(text, isControl) {
		return quoted
	}
	var b strings.Builder
	for _, r := range strings.ReplaceAll(quoted, `\`, `\\`) {
		if isControl(r) {
			fmt.Fprintf(&b, `\U%08x`, r)
			continue
		}
		b.WriteRune(r)
	}
	return "E" + b.String()
}
