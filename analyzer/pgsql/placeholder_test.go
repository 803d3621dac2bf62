package pgsql

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dropgate/dropgate/analyzer/op"
	"github.com/dropgate/dropgate/analyzer/source"
)

// TestPlaceholderMasks shows the text that the parser gets: an open name is written
// with "·", which stands for two bytes.
func TestPlaceholderMasks(t *testing.T) {
	for _, tt := range []struct {
		name, sql string
		where     place
		want      string
	}{
		{"Go and Jinja", "a {{ b }} c", inText, "a ···_ c"},
		{"in a name", "a_{{b}}_c", inText, "a_··__c"},
		{"environment", "${A} ${B_C:-d} ${a.b:e}", inText, "·· ····_ ····"},
		{"environment behind a name", "a$1${B}", inText, "a$1··"},
		{"extension's schema", "@extschema@.a @extschema:b@.c x=@y@", inText, "·····_.a ······_.c x=·_"},
		{"capitals", ":AB a:B_1 ::AB :A :Ab :ABc $1:AB", inText, "·_ a·· ::AB :A :Ab :ABc $1·_"},
		{"no capitals within quotes", "':AB' \":AB\"", inStrings, "':AB' \":AB\""},
		{"condition", "{% if a %}b{% else %}c{%- endif -%}", inText, "          b          c             "},
		{"Go's tags", "{{ if a }}b{{- else if c -}}{{end}}", inText, "          b                        "},
		{"tags on several lines", "{% if\n a %}{{- range\n b }}", inText, strings.Repeat(" ", 26)},
		{"tags that put in text", "{% include 'a' %} {{ template \"b\" }}", inText, "········_ ·········"},
		{"comments", "{# ' ; #} a {{/* b */}}", inText, "{# ' ; #} a {{/* b */}}"},
		{"a comment without a semicolon", "{# b #} a {{/* b */}}", inText, "        a            "},
		{"a quoted name in a quoted name", `"{{ index .A "B" }}"."c"`, inText, `"·········"."c"`},
		{"an expression may have a quoted semicolon", `{{ "a;b" }}`, inText, "·····_"},
		{"nothing in strings", "'{{ a }}' $${{ b }}$$ E'${C}' \"d\"", inText, "'{{ a }}' $${{ b }}$$ E'${C}' \"d\""},
		{"nothing in comments", "/* {{ a }} */ -- ${B}\nc", inText, "/* {{ a }} */ -- ${B}\nc"},
		{"strings in the last try", "'{{ a('b') }}' ''", inStrings, "'······' ''"},
		{"quoted names only", "\"a${B}\" {{ c }} \"{{ d }}\" \"@e@\" \"@extschema@\"", inNames, "\"a··\" {{ c }} \"···_\" \"@e@\" \"·····_\""},
		{"not over the end of a name", `"{{" a "}}"`, inNames, `"{{" a "}}"`},
		{"a semicolon ends it", "{{ a ; b }}", inText, "{{ a ; b }}"},
		{"a semicolon behind an open quote", "{{ 'a ; b }}", inText, "{{ 'a ; b }}"},
		{"a line break ends it", "{{ a\nb }} ${a\nb}", inText, "{{ a\nb }} ${a\nb}"},
		{"another one ends it", "{{ a {{ b }} ${a${b}", inText, "{{ a ···_ ${a··"},
		{"no name", "${} ${1} @ a@ @@ a@b c@", inText, "${} ${1} @ a@ @@ a@b c@"},
		{"not closed", "{{ a } {% b % ${c @d", inText, "{{ a } {% b % ${c @d"},
	} {
		got, _ := fill([]byte(tt.sql), tt.where)
		want := strings.ReplaceAll(tt.want, "·", op.OpenMark)
		if string(got) != want {
			t.Errorf("%s: %q is given as %q, want %q", tt.name, tt.sql, got, want)
		}
		if len(got) != len(tt.sql) {
			t.Errorf("%s: %q has %d bytes, its mask %d", tt.name, tt.sql, len(tt.sql), len(got))
		}
	}
}

// TestPlaceholderStatements reads files with placeholders. What is not read has a
// question mark in front.
func TestPlaceholderStatements(t *testing.T) {
	for _, tt := range []struct {
		name, sql string
		want      []string
	}{
		{"supabase", `DROP TABLE IF EXISTS "{{ index .Options "Namespace" }}"."a"; SELECT 1`,
			[]string{`DROP TABLE IF EXISTS "{{ index .Options "Namespace" }}"."a"`, "SELECT 1"}},
		{"conductor", "ALTER TABLE ${tableName} DROP b;", []string{"ALTER TABLE ${tableName} DROP b"}},
		{"graphile-migrate", "GRANT ALL ON SCHEMA a TO :DATABASE_OWNER", []string{"GRANT ALL ON SCHEMA a TO :DATABASE_OWNER"}},
		{"numbers", "ALTER SEQUENCE {{ a }} RESTART WITH {{ n }} INCREMENT ${BY}", []string{"ALTER SEQUENCE {{ a }} RESTART WITH {{ n }} INCREMENT ${BY}"}},
		{"newer syntax too", "ALTER TABLE {{a}} ADD CONSTRAINT b NOT NULL c;", []string{"ALTER TABLE {{a}} ADD CONSTRAINT b NOT NULL c"}},
		{"tags stand with their statement", "{% if a %}\nDROP TABLE b;\n{% endif %}", []string{"{% if a %}\nDROP TABLE b", "{% endif %}"}},
		{"what hides in quotes parses and is seen", "SELECT '{{'; DROP TABLE a; SELECT '}}'", []string{"SELECT '{{'", "DROP TABLE a", "SELECT '}}'"}},
		{"no statement is swallowed", "SELECT {{ a; DROP TABLE b; SELECT }}", []string{"?SELECT {{ a", "DROP TABLE b", "?SELECT }}"}},
		{"a whole statement", "{{ drop_everything() }}; {{ config() }}\nDROP TABLE a", []string{"?{{ drop_everything() }}", "?{{ config() }}\nDROP TABLE a"}},
		{"a string that it breaks", "DELETE FROM a WHERE b = '{{ c('d') }}'", []string{"DELETE FROM a WHERE b = '{{ c('d') }}'"}},
	} {
		if diff := cmp.Diff(tt.want, texts(tt.sql)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
}

func TestPlaceholderOperations(t *testing.T) {
	open := func(n int) string { return strings.Repeat(op.OpenMark, n/2) + strings.Repeat("_", n%2) }
	for _, tt := range []struct {
		sql  string
		want []op.Operation
	}{
		{"DROP TABLE {{ a }}.b_${C}", []op.Operation{&op.Drop{Kind: op.Table, Word: "table", Name: op.Name{Schema: open(7), Name: "b_" + open(4)}}}},
		{`DROP TABLE "${A}"`, []op.Operation{&op.Drop{Kind: op.Table, Word: "table", Name: op.Name{Name: open(4)}}}},
		{"DELETE FROM a {{ where }}", []op.Operation{&op.Delete{Table: op.Name{Name: "a"}}}},
		{"DELETE FROM a WHERE {{ b }}", []op.Operation{&op.Delete{Table: op.Name{Name: "a"}, Where: op.Elsewhere{}}}},
		{"DELETE FROM a WHERE {{ b }} = 1", []op.Operation{&op.Delete{Table: op.Name{Name: "a"}, Where: op.Equals{Column: open(7)}}}},
		{"SELECT {{ a }}", []op.Operation{&op.RunTime{What: "what a template puts into a SELECT"}}},
		{"SELECT {{ a }} FROM b", nil},
		{"SELECT {{ a }}(1)", []op.Operation{&op.Call{
			Function: op.Name{Name: open(7)}, Arguments: []op.Argument{{Value: op.Texts{{{Constant: "1", Span: source.Span{Start: 15, End: 16}}}}}},
		}}},
		{"SELECT '{{', drop_all(), '}}'", []op.Operation{&op.Call{Function: op.Name{Name: "drop_all"}}}},
		{"{{ a }}", []op.Operation{&op.Unread{Message: putInSQL}}},
		{"{{ drop }} table a", []op.Operation{&op.Unread{Message: putInSQL, Destructive: []string{"drop"}}}},
		{"{% if a %} DROP INDEX b {% endif %}", []op.Operation{&op.Drop{Kind: op.Index, Word: "index", Name: op.Name{Name: "b"}}}},
	} {
		if diff := cmp.Diff(tt.want, operations(t, tt.sql)); diff != "" {
			t.Errorf("%q (-want +got):\n%s", tt.sql, diff)
		}
	}
}

// TestPlaceholderNormal holds that the normal form is made of what the file has.
func TestPlaceholderNormal(t *testing.T) {
	seen := map[string]string{}
	for _, sql := range []string{"DROP TABLE {{a}}", "DROP TABLE {{b}}", "DROP TABLE {{A}}", "DROP TABLE ${bc}", "{% if a %} DROP TABLE x", "{% if b %} DROP TABLE x"} {
		_, all := read(sql)
		if other := seen[all[0].Normal]; other != "" {
			t.Errorf("%q is not told from %q", sql, other)
		}
		seen[all[0].Normal] = sql
	}
}

// TestPlaceholdersInBodies has them within bodies in PL/pgSQL: what they fill is
// read, and what they may bring in by themselves is said to be unread.
func TestPlaceholdersInBodies(t *testing.T) {
	for _, tt := range []struct {
		body string
		read bool
	}{
		{`ALTER TABLE ONLY {{ index .Options "Namespace" }}.users DROP COLUMN a;`, true},
		{`ALTER TABLE "{{ index .Options "Namespace" }}"."users" DROP COLUMN a;`, true},
		{`IF EXISTS (SELECT FROM {{ schema }}.users) THEN DROP TABLE ${schema}.users; END IF;`, true},
		{`PERFORM a FROM b WHERE c = '{{ index .Options 'Namespace' }}';`, true},
		{`{% if a %} DROP TABLE b; {% endif %}`, false},
		{`{{ drop_everything }};`, false},
		{`IF {{ condition }} THEN DROP TABLE a; END IF;`, true}, // and a run-time target
		{`DROP TABLE {{ a; DROP TABLE b }};`, false},
	} {
		shown := show("DO $$ BEGIN " + tt.body + " END $$")
		if read := !strings.Contains(shown, "unread"); read != tt.read {
			t.Errorf("%s: got read %t, want %t:\n%s", tt.body, read, tt.read, shown)
		}
	}
}
