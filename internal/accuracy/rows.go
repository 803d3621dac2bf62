package main

import (
	"regexp"
	"slices"
	"strings"

	"github.com/dropgate/dropgate/analyzer/migration"
	"github.com/dropgate/dropgate/internal/losstest"
)

const (
	rowsPerTable = 4
	mostRows     = 10
)

// telling returns the rows that show what a migration loses. Where it looks at rows
// there are two kinds of them.
func telling(m *migration.Migration) []losstest.Filling {
	asked := constants(m)
	rows := rowsPerTable
	for _, values := range asked {
		rows = max(rows, min(len(values)+2, mostRows))
	}
	all := []losstest.Filling{{Rows: rows, Nulls: true, Values: asked}}
	for _, s := range m.Sections {
		if s.Direction == migration.Up && looks.MatchString(m.File.Text(s.Span)) {
			return append(all, losstest.Filling{Rows: rowsPerTable, Twins: true})
		}
	}
	return all
}

// looks matches what may act on rows as it finds them.
var looks = regexp.MustCompile(`(?i)\b(?:UPDATE|DELETE|MERGE|SELECT|DO|CALL|EXECUTE|TRUNCATE)\b`)

// modest returns the rows for a migration that the telling ones do not let through:
// it adds a constraint that only some rows meet, or converts a text that has to be a
// number.
func modest() []losstest.Filling {
	return []losstest.Filling{
		{Rows: rowsPerTable},
		{Rows: rowsPerTable, Plain: true},
		{Rows: rowsPerTable, Versions: true},
		{Rows: 1},
		{Rows: 1, Plain: true},
		{Rows: 1, Nulls: true},
		{Rows: rowsPerTable, Bare: true},
	}
}

// Columns with the constants that a statement compares them with.
var (
	compared = regexp.MustCompile(`(?i)([a-z_][a-z0-9_]*)"?\s*(?:::\s*[a-z]+\s*)?(?:=|<>|!=|\bNOT LIKE\b|\bLIKE\b|\bILIKE\b)\s*(?:'((?:[^']|'')*)'|(-?[0-9]+)\b|(true|false)\b)`)
	among    = regexp.MustCompile(`(?i)([a-z_][a-z0-9_]*)"?\s*(?:=\s*ANY|NOT\s+IN|IN)\s*\(\s*(?:ARRAY\[)?((?:\s*,?\s*(?:'(?:[^']|'')*'|[0-9]+)(?:::[a-z_" .]+)?)+)`)
	element  = regexp.MustCompile(`'((?:[^']|'')*)'|([0-9]+)`)
	replaced = regexp.MustCompile(`(?i)\breplace\s*\(\s*"?([a-z_][a-z0-9_]*)"?\s*,\s*'((?:[^']|'')*)'`)
)

// constants returns the values that a migration's conditions look for, by the
// column's name. That is a guess by the text: a row too many does no harm.
func constants(m *migration.Migration) map[string][]string {
	found := map[string][]string{}
	add := func(column, value string) {
		column = strings.ToLower(column)
		if !slices.Contains(found[column], value) && len(found[column]) < mostRows-2 {
			found[column] = append(found[column], value)
		}
	}
	plain := func(text string) string { return strings.ReplaceAll(text, "''", "'") }
	for _, s := range m.Sections {
		if s.Direction != migration.Up {
			continue
		}
		text := m.File.Text(s.Span)
		for _, one := range compared.FindAllStringSubmatch(text, -1) {
			add(one[1], plain(one[2])+one[3]+one[4])
		}
		for _, one := range replaced.FindAllStringSubmatch(text, -1) {
			add(one[1], plain(one[2]))
		}
		for _, one := range among.FindAllStringSubmatch(text, -1) {
			for _, value := range element.FindAllStringSubmatch(one[2], -1) {
				add(one[1], plain(value[1])+value[2])
			}
		}
	}
	return found
}
