package schema

import (
	"cmp"
	"regexp"
	"strings"

	"github.com/dropgate/dropgate/analyzer/catalog"
)

// builtin are PostgreSQL's own types without their numbers, as format_type prints
// them and as they are called inside.
var builtin = lines(`
	"char"|aclitem|bigint|bit|bit varying|bool|boolean|box|bpchar|bytea|char|character|character varying|cid|cidr|circle
	date|datemultirange|daterange|double precision|float4|float8|inet|int2|int4|int4multirange|int4range|int8
	int8multirange|int8range|integer|interval|json|jsonb|jsonpath|line|lseg|macaddr|macaddr8|money|name|numeric
	nummultirange|numrange|oid|path|point|polygon|real|refcursor|regclass|regcollation|regconfig|regdictionary
	regnamespace|regoper|regoperator|regproc|regprocedure|regrole|regtype|smallint|text|tid
	time|time with time zone|time without time zone|timestamp|timestamp with time zone|timestamp without time zone
	timestamptz|timetz|tsmultirange|tsquery|tsrange|tstzmultirange|tstzrange|tsvector|txid_snapshot|uuid|varbit|varchar
	xid|xid8|xml
`)

func lines(list string) map[string]bool {
	all := map[string]bool{}
	for _, w := range strings.FieldsFunc(list, func(r rune) bool { return r == '\n' || r == '|' }) {
		all[strings.TrimSpace(w)] = true
	}
	return all
}

var (
	// numbers are those of a type, and its brackets: varchar(20)[].
	numbers = regexp.MustCompile(`\([0-9, -]*\)|\[[0-9]*\]`)
	// fields are what an interval is cut to.
	fields = regexp.MustCompile(`^interval (?:year|month|day|hour|minute|second)(?: to (?:month|hour|minute|second))?$`)
	// typeText is a type that is not built in: its schema, its name and the rest.
	typeText = regexp.MustCompile(`^(?:("(?:[^"]|"")+"|[^".]+)\.)?("(?:[^"]|"")+"|[^"(\[]+)((?:\([0-9A-Za-z_, -]*\))?(?:\[[0-9]*\])*)$`)
)

// baseOf returns a type's text without numbers and brackets.
func baseOf(text string) string {
	text = strings.TrimPrefix(text, "pg_catalog.")
	return strings.Join(strings.Fields(numbers.ReplaceAllString(text, " ")), " ")
}

// typed returns a type as SQL; empty when it is not known to be one.
func (p *printer) typed(text string) string {
	if base := baseOf(text); builtin[base] || fields.MatchString(base) {
		return text
	}
	m := typeText.FindStringSubmatch(text)
	if m == nil {
		return ""
	}
	schema, name := unquote(m[1]), unquote(m[2])
	if known := p.types[dotted(schema, name)]; known != "" {
		return known + m[3]
	}
	if p.any {
		return full(schema, name) + m[3]
	}
	return ""
}

// unquote returns a name as it is without the quotes that SQL has around it.
func unquote(name string) string {
	if len(name) > 1 && name[0] == '"' {
		return strings.ReplaceAll(name[1:len(name)-1], `""`, `"`)
	}
	return name
}

// plain returns an expression, which may have come with blanks around it.
func plain(text string) string { return strings.TrimSpace(text) }

// runs reports whether an expression ends where it seems to end and calls none of the
// schema's functions, whose bodies are not kept.
func (p *printer) runs(text string) bool {
	if !closed(text) {
		return false
	}
	for _, m := range call.FindAllStringSubmatch(text, -1) {
		if p.own[strings.ToLower(unquote(m[1]))] {
			return false
		}
	}
	for _, m := range nextval.FindAllStringSubmatch(text, -1) {
		if !p.counts[m[1]] {
			return false
		}
	}
	for _, m := range cast.FindAllStringSubmatch(text, -1) {
		if !p.castable(m[1]) {
			return false
		}
	}
	return true
}

var (
	// call is a name with a parenthesis behind it.
	call    = regexp.MustCompile(`([\pL_][\pL\pN_$]*|"(?:[^"]|"")+")\s*\(`)
	cast    = regexp.MustCompile(`::\s*([\pL_][\pL\pN_$.]*|"(?:[^"]|"")+")`)
	nextval = regexp.MustCompile(`(?i)nextval\s*\(\s*'([^']*)'`)
)

// castable reports whether the type that a name stands for is there.
func (p *printer) castable(text string) bool {
	if !strings.Contains(text, `"`) {
		text = strings.ToLower(text)
	}
	schema, name := parts(text)
	return p.any || schema == catalog.SystemSchema || schema == "" && (builtin[name] || spoken[name]) ||
		p.types[dotted(schema, name)] != "" || p.tables[dotted(cmp.Or(schema, "public"), name)] != nil
}

// spoken are words that types of PostgreSQL's own begin with.
var spoken = words("int decimal dec float double national nchar timestamp time pg_lsn record void")

// closed reports whether a text can stand inside a statement and ends no sooner than
// it seems: its quotes, comments and parentheses are closed, and no semicolon is in
// it.
func closed(text string) bool {
	depth := 0
	for i := 0; i < len(text); {
		n := 1
		switch c := text[i]; {
		case c == '\'' || c == '"':
			n = quotedLength(text, i)
		case c == '$':
			n = dollarLength(text[i:])
		case strings.HasPrefix(text[i:], "--"):
			if n = strings.IndexAny(text[i:], "\r\n"); n < 0 {
				return false
			}
		case strings.HasPrefix(text[i:], "/*"):
			if n = strings.Index(text[i:], "*/") + 2; n < 2 || strings.Contains(text[i+2:i+n], "/*") {
				return false
			}
		case c == '(' || c == '[':
			depth++
		case c == ')' || c == ']':
			if depth--; depth < 0 {
				return false
			}
		case c == ';' || c == 0:
			return false
		}
		if n == 0 {
			return false
		}
		i += n
	}
	return depth == 0 && text != ""
}

// quotedLength returns the length of the string or name that begins at i, 0 if it is
// not closed.
func quotedLength(text string, i int) int {
	escapes := i > 0 && (text[i-1] == 'e' || text[i-1] == 'E')
	for j := i + 1; j < len(text); j++ {
		switch {
		case text[j] == '\\' && escapes:
			j++
		case text[j] == text[i] && j+1 < len(text) && text[j+1] == text[i]:
			j++
		case text[j] == text[i]:
			return j + 1 - i
		}
	}
	return 0
}

var dollarTag = regexp.MustCompile(`^\$(?:[A-Za-z_][A-Za-z0-9_]*)?\$`)

// dollarLength returns the length of the dollar-quoted string that the text begins
// with, 0 if it is not closed, 1 if it is none.
func dollarLength(text string) int {
	tag := dollarTag.FindString(text)
	if tag == "" {
		return 1
	}
	end := strings.Index(text[len(tag):], tag)
	if end < 0 {
		return 0
	}
	return end + 2*len(tag)
}
