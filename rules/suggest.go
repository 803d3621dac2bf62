package rules

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/dropgate/dropgate/analyzer"
	"github.com/dropgate/dropgate/analyzer/catalog"
	"github.com/dropgate/dropgate/analyzer/op"
)

// What is suggested here is put in the place of a statement by a click: it loses
// nothing, and comes as near to what was meant as that allows. Where the text is
// anything but plain, there is no suggestion.

// mostName is how many bytes of a name PostgreSQL keeps (manual, Identifiers and Key
// Words).
const mostName = 63

// renaming returns the statement that takes a table out of use and keeps it.
func renaming(p *analyzer.Pass, d *op.Drop) string {
	unused := op.Name{Schema: d.Name.Schema, Name: d.Name.Name + "_unused"}
	if taken, _ := p.Catalog.Table(unused); p.Text == "" || taken != nil || len(unused.Name) > mostName {
		return ""
	}
	ifExists := ""
	if d.IfExists {
		ifExists = "IF EXISTS "
	}
	return fmt.Sprintf("ALTER TABLE %s%s RENAME TO %s;", ifExists, catalog.Quoted(d.Name), catalog.Quoted(op.Name{Name: unused.Name}))
}

// filling returns an UPDATE of every row to a constant as one of the rows that have
// no value.
func filling(p *analyzer.Pass, o *op.Update, t *catalog.Table) string {
	if len(o.Set) != 1 || o.Set[0].Value.Kind != op.Constant || o.Where != nil || o.Joins || o.Upsert {
		return ""
	}
	column := o.Set[0].Column
	if !startsWith(p.Text, "update") || contains(p.Text, "returning") || t == nil || t.NotNull(column) {
		return ""
	}
	return fmt.Sprintf("%s WHERE %s IS NULL;", p.Text, catalog.Quoted(op.Name{Name: column}))
}

// refusing returns a change of a string's type without the cast that cuts: PostgreSQL
// then refuses strings that are too long (manual, Character Types).
func refusing(p *analyzer.Pass, o *op.AlterColumnType, from op.DataType) string {
	to := p.Catalog.BaseType(o.Type)
	if o.Using.Kind != op.Cast || familyOf(from) != texts || familyOf(to) != texts || conversion(&from, to, op.Value{}).why != "" {
		return ""
	}
	at := using.FindAllStringIndex(p.Text, -1)
	if len(at) != 1 || !startsWith(p.Text, "alter") {
		return ""
	}
	return p.Text[:at[0][0]] + ";"
}

var using = regexp.MustCompile(`(?i)\s+using\s`)

// startsWith reports whether a statement begins with the word, and holds no comment
// that could hide where it ends.
func startsWith(text, word string) bool {
	return len(text) > len(word) && strings.EqualFold(text[:len(word)], word) && !contains(text, "--") && !contains(text, "/*")
}

func contains(text, word string) bool { return strings.Contains(strings.ToLower(text), word) }
