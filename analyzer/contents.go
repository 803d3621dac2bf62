package analyzer

import (
	"slices"
	"strings"

	"github.com/dropgate/dropgate/analyzer/migration"
	"github.com/dropgate/dropgate/analyzer/op"
	"github.com/dropgate/dropgate/analyzer/pgsql"
	"github.com/dropgate/dropgate/analyzer/source"
)

// contents says which migrations a dump contains, by the table in which their tool
// keeps that.
type contents struct {
	formats  []string // of the tools that keep such a table
	versions map[string]bool
	upTo     string // all up to this one, besides
	first    bool   // a migration is known by its first number alone
}

// A ledger is a table in which tools keep what has run.
type ledger struct {
	table   string
	formats []string
	version string // its column
	read    func(c *contents, rows []map[string]string, version string)
}

// ledgers are the tables that are known. A tool that keeps its list under another
// name than its own is not found: its migrations are replayed.
var ledgers = []ledger{
	{"flyway_schema_history", []string{"flyway"}, "version", readFlyway},
	{"goose_db_version", []string{"goose"}, "version_id", readGoose},
	{"schema_migrations", nil, "version", readSchemaMigrations},
}

// contentsOf reads the list of a dump; nil when it has none.
func contentsOf(f *source.File, r reading) *contents {
	statements := make([]pgsql.Statement, 0, len(r.up))
	columns := map[op.Name][]string{}
	for _, s := range r.up {
		statements = append(statements, s.Statement.Statement)
		for _, at := range s.Ops {
			if o, ok := at.Op.(*op.CreateTable); ok {
				for _, column := range o.Columns {
					columns[o.Name] = append(columns[o.Name], column.Name)
				}
			}
		}
	}
	for _, known := range ledgers {
		records := pgsql.Records(f, statements, func(n op.Name) bool { return n.Name == known.table })
		var rows []map[string]string
		for _, record := range records {
			if record.Columns == nil {
				record.Columns = columns[record.Table]
			}
			if row := rowOf(record); row[known.version] != "" {
				rows = append(rows, row)
			}
		}
		if len(rows) > 0 {
			c := &contents{formats: known.formats, versions: map[string]bool{}}
			known.read(c, rows, known.version)
			return c
		}
	}
	return nil
}

func rowOf(record pgsql.Record) map[string]string {
	row := map[string]string{}
	for i, name := range record.Columns {
		if i < len(record.Values) {
			row[name] = record.Values[i]
		}
	}
	return row
}

// readSchemaMigrations reads the table of Rails and dbmate, a row for each migration,
// and that of golang-migrate, which has one row: the version that it has reached. A
// dirty one broke off in its midst, and may have done nothing.
func readSchemaMigrations(c *contents, rows []map[string]string, version string) {
	if _, ok := rows[0]["dirty"]; ok {
		c.formats = []string{"golang-migrate"}
		last := rows[len(rows)-1]
		if isTrue(last["dirty"]) {
			return
		}
		c.upTo = last[version]
		return
	}
	c.formats, c.first = []string{"dbmate", "sql"}, true
	for _, row := range rows {
		c.versions[versionKey(row[version])] = true
	}
}

// readGoose reads goose's table, to which it only ever added rows: the last one of a
// version counts.
func readGoose(c *contents, rows []map[string]string, version string) {
	c.first = true
	for _, row := range rows {
		key := versionKey(row[version])
		delete(c.versions, key)
		if isTrue(row["is_applied"]) && key != "0" { // 0 is the table's own
			c.versions[key] = true
		}
	}
}

// readFlyway reads Flyway's table in the order of its rows. A baseline stands for all
// that came before it, an undo takes back.
func readFlyway(c *contents, rows []map[string]string, version string) {
	for _, row := range rows {
		key := versionKey(row[version])
		switch kind := row["type"]; {
		case kind == "DELETE" || strings.HasPrefix(kind, "UNDO"):
			delete(c.versions, key)
		case !isTrue(row["success"]):
		case kind == "BASELINE":
			c.upTo = row[version]
		default:
			c.versions[key] = true
		}
	}
}

func isTrue(s string) bool { return s == "t" || s == "true" }

// has reports whether the migration is one of them.
func (c *contents) has(m *migration.Migration) bool {
	numbers := m.Version.Numbers
	if len(numbers) == 0 || m.Version.Repeatable || !slices.Contains(c.formats, m.Format) {
		return false
	}
	if c.upTo != "" && migration.CompareNumbers(numbers, parts(c.upTo)) <= 0 {
		return true
	}
	if c.first {
		numbers = numbers[:1]
	}
	return c.versions[versionKey(strings.Join(numbers, "."))]
}

// more reports whether the list may have other migrations than n that were found.
func (c *contents) more(n int) bool { return c.upTo != "" || len(c.versions) > n }

// versionKey is the same for versions that are the same to the tools: 1, 01, 1.0.
func versionKey(version string) string {
	numbers := parts(version)
	for len(numbers) > 1 && numbers[len(numbers)-1] == "0" {
		numbers = numbers[:len(numbers)-1]
	}
	return strings.Join(numbers, ".")
}

// parts returns the numbers of a version without leading zeros. What is no number is
// kept as it is: it equals no migration's.
func parts(version string) []string {
	numbers := strings.FieldsFunc(version, func(r rune) bool { return r == '.' || r == '_' })
	for i, n := range numbers {
		if numbers[i] = strings.TrimLeft(n, "0"); numbers[i] == "" {
			numbers[i] = "0"
		}
	}
	return numbers
}
