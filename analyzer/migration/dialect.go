package migration

import (
	"path"
	"strconv"
	"strings"

	"github.com/dropgate/dropgate/analyzer/source"
)

// A Dialect is the SQL of another database than PostgreSQL's, as far as a file
// seems to be written in it. It is a guess that nothing is left out for: whoever
// writes a file names it, and may write anything into it.
type Dialect struct {
	Name string // "MySQL"; empty: nothing says that the file is not PostgreSQL's
	Why  string // "its path says so", "backquotes on line 3"
	// ByPath says that the file's name or a folder above it names the dialect.
	ByPath bool
	// Exclude is a pattern for the config that leaves out such files. It is empty
	// where the path says PostgreSQL: then the text is wrong, not the place.
	Exclude string
}

const postgres = "PostgreSQL"

// dialects are the words by which paths name databases. What speaks PostgreSQL's
// dialect counts as PostgreSQL. Db2 is not among them: db2 is a folder's name for a
// second version of a package too.
var dialects = map[string]string{
	"postgres": postgres, "postgresql": postgres, "pg": postgres, "pgsql": postgres, "psql": postgres,
	"timescale": postgres, "timescaledb": postgres,
	"mysql": "MySQL", "mariadb": "MariaDB", "tidb": "TiDB",
	"sqlite": "SQLite", "sqlite3": "SQLite", "libsql": "SQLite", "turso": "SQLite",
	"mssql": "SQL Server", "sqlserver": "SQL Server", "tsql": "SQL Server",
	"oracle": "Oracle", "h2": "H2", "hsqldb": "HSQLDB", "hsql": "HSQLDB", "derby": "Derby",
	"cockroach": "CockroachDB", "cockroachdb": "CockroachDB", "crdb": "CockroachDB",
	"clickhouse": "ClickHouse", "redshift": "Redshift", "bigquery": "BigQuery", "duckdb": "DuckDB",
	"spanner": "Spanner", "firebird": "Firebird", "vertica": "Vertica", "starrocks": "StarRocks", "ydb": "YDB",
}

// besides are the words that may stand beside a database in a folder's name.
// Beside others it may be what the folder is about: mysql-import, from_sqlite.
var besides = map[string]bool{
	"migration": true, "migrations": true, "db": true, "database": true, "sql": true,
	"schema": true, "schemas": true, "ddl": true, "scripts": true,
}

// dialectOf returns the database that a word of a path names, with a version
// number behind it or without: mysql, mysql8. It is empty for any other word.
func dialectOf(word string) string {
	word = strings.ToLower(word)
	if name := dialects[word]; name != "" {
		return name
	}
	return dialects[strings.TrimRight(word, "0123456789")]
}

// Dialect tells what other database the file seems to be written for: by its
// path, else by its text.
func (m *Migration) Dialect() Dialect {
	named := pathDialect(m.File.Path)
	if named.ByPath && named.Name != postgres {
		return named
	}
	found := textDialect(m.File)
	if found.Name != "" && !named.ByPath {
		found.Exclude = literal(m.File.Path)
	}
	return found
}

// Schema names the schema that the migration builds together with others: that of
// its set, or one of its own for the files of a set whose path says that they are
// for another database. Text alone has no say in it.
func (m *Migration) Schema() string {
	if name := m.otherDatabase(); name != "" {
		return m.Set + " for " + name
	}
	return m.Set
}

// Foreign reports whether the file's path says that it is for another database. What
// it would find on PostgreSQL is not known then.
func (m *Migration) Foreign() bool { return m.otherDatabase() != "" }

// SameDatabase reports whether the paths of both files let them run on the same
// database: a file that is renamed from one to another has not run there.
func (m *Migration) SameDatabase(other *Migration) bool {
	return m.otherDatabase() == other.otherDatabase()
}

func (m *Migration) otherDatabase() string {
	if named := pathDialect(m.File.Path); named.Name != postgres {
		return named.Name
	}
	return ""
}

// pathDialect returns what the path says: PostgreSQL too. The file's name counts
// for more than the folders, and the nearest of these for most.
func pathDialect(name string) Dialect {
	dir, base := path.Split(name)
	if d := nameDialect(base); d.ByPath {
		return d
	}
	for dir = path.Clean(dir); dir != "." && dir != "/"; dir = path.Dir(dir) {
		if found := folderDialect(path.Base(dir)); found != "" {
			return Dialect{Name: found, Why: "its path says so", ByPath: true, Exclude: literal(dir) + "/**"}
		}
	}
	return Dialect{}
}

// nameDialect looks for a database between the dots of a file's name, as in
// 1_users.mysql.up.sql, or, unless a version number begins it, at its end, as in
// schema-mysql.sql: what comes after a number tells what a migration does.
func nameDialect(base string) Dialect {
	found := func(name, pattern string) Dialect {
		return Dialect{Name: name, Why: "its name says so", ByPath: true, Exclude: "**/" + pattern}
	}
	parts := strings.Split(base, ".")
	for i := len(parts) - 2; i > 0; i-- {
		if name := dialectOf(parts[i]); name != "" {
			return found(name, "*."+literal(parts[i])+".*")
		}
	}
	stem := parts[0]
	if name := dialectOf(stem); name != "" && len(parts) > 1 {
		return found(name, literal(base))
	}
	at := strings.LastIndexAny(stem, "-_")
	if at < 0 || numberedName(base) {
		return Dialect{}
	}
	if name := dialectOf(stem[at+1:]); name != "" {
		return found(name, "*"+literal(base[at:]))
	}
	return Dialect{}
}

// numberedName reports whether a version begins the name.
func numberedName(base string) bool {
	return digits(base) > 0 || flywayVersioned.MatchString(base) || flywayRepeatable.MatchString(base)
}

// folderDialect returns the one database that a folder's name names, if all its
// other words only say that migrations are in it.
func folderDialect(folder string) string {
	words := strings.FieldsFunc(folder, func(r rune) bool { return strings.ContainsRune("-_. ", r) })
	found := ""
	for _, word := range words {
		name := dialectOf(word)
		switch {
		case name != "" && (found == "" || found == name):
			found = name
		case name != "" || !besides[strings.ToLower(word)] && digits(word) != len(word):
			return ""
		}
	}
	return found
}

// literal returns the pattern that matches just the path, which is one line.
func literal(name string) string {
	var b strings.Builder
	for _, r := range []byte(name) {
		switch {
		case r < ' ' || r == 0x7f:
			r = '?'
		case strings.IndexByte(`\*?[]{}`, r) >= 0:
			b.WriteByte('\\')
		}
		b.WriteByte(r)
	}
	return b.String()
}

// textDialect returns what the text says. What PostgreSQL itself knows, and what
// stands in strings, comments and bodies, says nothing.
func textDialect(f *source.File) Dialect {
	s := scan{file: f, at: f.All().Start}
	perhaps := Dialect{}
	for s.next() {
		sign, certain := s.sign()
		if sign.dialect == "" {
			continue
		}
		d := Dialect{Name: sign.dialect, Why: sign.what + " on line " + strconv.Itoa(f.Position(sign.at).Line)}
		if certain {
			return d
		}
		if perhaps.Name == "" {
			perhaps = d
		}
	}
	return perhaps
}
