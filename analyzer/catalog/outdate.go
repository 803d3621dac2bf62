package catalog

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Texts are kept as the migrations write them. What they name may have another name
// since; then they are outdated: they say no more what PostgreSQL has.

// outdate notes that a column has another name now.
func (t *Table) outdate(column string) {
	t.outdateTexts(func(text string) bool { return hasWord(text, column) })
}

// outdate notes that something else than a column has another name now.
func (c *Catalog) outdate(has func(text string) bool) {
	for _, t := range c.tables {
		t.outdateTexts(has)
		for _, column := range t.Columns {
			column.outdated = column.outdated || has(column.DefaultText)
		}
	}
	for _, o := range c.objects {
		o.outdated = o.outdated || o.view != nil && has(o.view.Query)
	}
}

// renamePartitionKey follows a column that a table is partitioned by. A key that has
// expressions is left as it is; a word in it that is the column's stands for it.
func (t *Table) renamePartitionKey(old, name string) {
	if !contains(t.partitionColumns, old) {
		return
	}
	t.partitionColumns = replaced(t.partitionColumns, old, name)
	method, keys, ok := strings.Cut(t.partitionBy, "(")
	if !ok || strings.ContainsAny(keys, `("'`) {
		t.splitOutdated = true
		return
	}
	parts := strings.Split(strings.TrimSuffix(keys, ")"), ",")
	for i, part := range parts {
		if words := strings.Fields(part); len(words) > 0 && strings.EqualFold(words[0], old) {
			words[0] = quoteName(name)
			parts[i] = strings.Join(words, " ")
		}
		parts[i] = strings.TrimSpace(parts[i])
	}
	t.partitionBy = method + "(" + strings.Join(parts, ", ") + ")"
}

// outdateTexts does so for the texts of a table that may name a column.
func (t *Table) outdateTexts(has func(text string) bool) {
	for _, column := range t.Columns {
		column.outdated = column.outdated || has(column.Expression)
	}
	for _, k := range t.constraints {
		k.outdated = k.outdated || has(k.Expression)
	}
	for _, i := range t.indexes {
		i.outdated = i.outdated || has(i.Where)
		for _, e := range i.Elements {
			i.outdated = i.outdated || has(e.Expression)
		}
	}
}

// hasWord reports whether a text has a name that no letter or digit stands beside.
func hasWord(text, name string) bool {
	text, name = strings.ToLower(text), strings.ToLower(name)
	for from := 0; name != ""; {
		i := strings.Index(text[from:], name)
		if i < 0 {
			return false
		}
		before, _ := utf8.DecodeLastRuneInString(text[:from+i])
		after, _ := utf8.DecodeRuneInString(text[from+i+len(name):])
		if !inWord(before) && !inWord(after) {
			return true
		}
		from += i + len(name)
	}
	return false
}

func inWord(r rune) bool {
	return r == '_' || r == '$' || r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsDigit(r))
}
