package migration

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dropgate/dropgate/analyzer/source"
)

func at(path, text string) *Migration { return Read(source.New(path, []byte(text)), "") }

func TestDialectByPath(t *testing.T) {
	tests := []struct {
		path, name, exclude string
	}{
		{"db/mysql/0001_a.sql", "MySQL", "db/mysql/**"},
		{"db/MySQL8/0001_a.sql", "MySQL", "db/MySQL8/**"},
		{"db/mysql/v2/0001_a.sql", "MySQL", "db/mysql/**"},
		{"migrations_sqlite/0001_a.sql", "SQLite", "migrations_sqlite/**"},
		{"a [1]/sqlite3/0001_a.sql", "SQLite", `a \[1\]/sqlite3/**`},
		{"m/2019_x.cockroach.autocommit.up.sql", "CockroachDB", "**/*.cockroach.*"},
		{"m/2019_x.sqlite3.down.sql", "SQLite", "**/*.sqlite3.*"},
		{"schema-h2.sql", "H2", "**/*-h2.sql"},
		{"sql/mssql.sql", "SQL Server", "**/mssql.sql"},
		{"sql/oracle/postgres/1.sql", "", ""},
		{"postgres/mysql/1.sql", "MySQL", "postgres/mysql/**"},
		{"mysql/1_x.postgres.up.sql", "", ""},
		{"postgres/1_x.mysql.up.sql", "MySQL", "**/*.mysql.*"},
		{"db/postgresql16/1.sql", "", ""},
		// what a migration or a program is about is not what it runs on
		{"0005_import_from_mysql.sql", "", ""},
		{"V5__import_from_mysql.sql", "", ""},
		{"R__oracle.sql", "", ""},
		{"mysql-importer/migrations/1_a.sql", "", ""},
		{"mysql-to-postgres/1_a.sql", "", ""},
		{"db/mysqlish/1_a.sql", "", ""},
		{"-", "", ""},
	}
	for _, test := range tests {
		t.Run(test.path, func(t *testing.T) {
			m := at(test.path, "SELECT 1;")
			got := m.Dialect()
			if got.Name != test.name || got.Exclude != test.exclude {
				t.Errorf("got %q, exclude %q; want %q, exclude %q", got.Name, got.Exclude, test.name, test.exclude)
			}
			if got.ByPath != (test.name != "") || m.Foreign() != got.ByPath {
				t.Errorf("by path: %t, foreign: %t", got.ByPath, m.Foreign())
			}
			if own := m.Schema() != m.Set; own != m.Foreign() {
				t.Errorf("schema %q of set %q", m.Schema(), m.Set)
			}
		})
	}
}

func TestDialectByText(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"backquotes", "-- `x`\nSELECT '`y`';\nDROP TABLE `users`;", "MySQL: backquotes on line 3"},
		{"backquotes, SQLite's", "CREATE TABLE `a` (`id` integer PRIMARY KEY AUTOINCREMENT);", "SQLite: AUTOINCREMENT on line 1"},
		{"auto_increment", "CREATE TABLE a (id INT NOT NULL AUTO_INCREMENT);", "MySQL: AUTO_INCREMENT on line 1"},
		{"engine", "CREATE TABLE a (id INT)\nENGINE=InnoDB;", "MySQL: ENGINE = InnoDB on line 2"},
		{"engine without =", "CREATE TABLE a (id INT) engine MyISAM;", "MySQL: ENGINE = MyISAM on line 1"},
		{"engine, other", "CREATE TABLE a (id INT) ENGINE = MEMORY;", "MySQL: ENGINE = MEMORY on line 1"},
		{"delimiter", "DELIMITER ;;\nCREATE PROCEDURE p() BEGIN END;;", "MySQL: DELIMITER on line 1"},
		{"delimiter, dollars", "SELECT 1;\ndelimiter $$\nDROP TABLE a$$", "MySQL: DELIMITER on line 2"},
		{"pragma", "PRAGMA foreign_keys = off;", "SQLite: PRAGMA on line 1"},
		{"strftime", "UPDATE user SET a = (strftime('%Y', 'now'));", "SQLite: strftime() on line 1"},
		{"a column strftime", "SELECT (strftime), strftime(1) FROM a;", ""},
		{"rowid", "CREATE TABLE a (id TEXT PRIMARY KEY) WITHOUT ROWID;", "SQLite: WITHOUT ROWID on line 1"},
		{"rowid, strict", "CREATE TABLE a (id TEXT) STRICT, WITHOUT ROWID;", "SQLite: WITHOUT ROWID on line 1"},
		{"index of a table", "DROP INDEX IF EXISTS users@users_name_idx;", "CockroachDB: an index behind @ on line 1"},
		{"index of a table, schema", `SELECT 1 FROM public."users"@primary;`, "CockroachDB: an index behind @ on line 1"},
		{"interleave", "CREATE TABLE a (id INT) INTERLEAVE IN PARENT b (id);", "CockroachDB: INTERLEAVE IN PARENT on line 1"},
		{"brackets", "DROP TABLE [users];", "SQL Server: a name in brackets on line 1"},
		{"brackets, schema", "EXEC x; ALTER VIEW [dbo].[v] AS SELECT 1", "SQL Server: a name in brackets on line 1"},
		{"go", "SELECT 1\nGO\nSELECT 2", "SQL Server: GO on line 2"},
		{"identity", "CREATE TABLE a (id INT IDENTITY(1,1));", "SQL Server: IDENTITY with numbers on line 1"},
		{"identity without numbers", "CREATE TABLE a (id INT NOT NULL IDENTITY PRIMARY KEY);", "SQL Server: IDENTITY on line 1"},
		{"max", "CREATE TABLE a (t NVARCHAR(MAX));", "SQL Server: VARCHAR(MAX) on line 1"},
		{"varchar2", "CREATE TABLE a (t VARCHAR2(10 CHAR));", "Oracle: VARCHAR2 on line 1"},
		{"number", "CREATE TABLE a (\n  id NUMBER(10));", "Oracle: NUMBER with a precision on line 2"},
		{"number, scale", "CREATE TABLE a (id int, p NUMBER(10, 2));", "Oracle: NUMBER with a precision on line 1"},
		{"number, added", "ALTER TABLE a ADD p NUMBER(10);", "Oracle: NUMBER with a precision on line 1"},
		{"merge tree", "CREATE TABLE `a` (id UInt64) ENGINE = ReplacingMergeTree(v) ORDER BY id;", "ClickHouse: ENGINE = ReplacingMergeTree on line 1"},
		{"modify", "ALTER TABLE a MODIFY COLUMN b int;", "MySQL: MODIFY on line 1"},
		{"modify, schema", "ALTER TABLE a.b MODIFY b int;", "MySQL: MODIFY on line 1"},
		{"unsigned", "CREATE TABLE a (b INT UNSIGNED);", "MySQL: UNSIGNED on line 1"},
		{"exec", "EXEC sp_rename 'a', 'b'", "SQL Server: EXEC on line 1"},
		{"inverted", "CREATE INVERTED INDEX a ON b (c);", "CockroachDB: CREATE INVERTED INDEX on line 1"},
		{"byte order mark", "\ufeffPRAGMA x;", "SQLite: PRAGMA on line 1"},

		// PostgreSQL's own
		{"arrays", "SELECT a[1], b[i], (c)[i], ARRAY[x], ARRAY[[1],[2]], a[1].b, (a[1]).b[n], x::int[] FROM t;", ""},
		{"operators", "SELECT a @ b, a @> b, a <@ b, @ -5, a # b, a ## b, a @@ b, a|b, a @- b FROM t@ -1;", ""},
		{"an operator of backquotes", "SELECT a ` b, c ` d;", ""},
		{"strings", "SELECT 'a `b` c', E'\\'`b`', U&'`b`', $$ `b` ENGINE=InnoDB $$, $x$ $$ PRAGMA y $x$, \"`b`\";", ""},
		{"a string over lines", "SELECT 'it''s\nGO\nPRAGMA x;\n`y`';", ""},
		{"comments", "/* `a` /* ENGINE=InnoDB */ `b` */ SELECT 1; -- `c`\r\n", ""},
		{"psql", "\\set now `date`\nSELECT :now;\n\\! echo `x`\n", ""},
		{"data", "COPY a FROM stdin;\n`x`\nGO\n\\.\nSELECT 1;", ""},
		{"data, then more", "COPY a (b) FROM STDIN WITH (FORMAT csv);\r\n`x`\r\n\\.\r\nDROP TABLE `a`;", "MySQL: backquotes on line 4"},
		{"template", "INSERT INTO {{ index .Options `Namespace` }}.a VALUES (1);", ""},
		{"identity", "CREATE TABLE a (id int GENERATED ALWAYS AS IDENTITY (START WITH 1));", ""},
		{"a column engine", "UPDATE cars SET engine = v8 WHERE engine = memory AND (a) = engine;", ""},
		{"a column go", "SELECT a,\ngo\nFROM b;", ""},
		{"a column auto_increment", "CREATE TABLE a (auto_increment bool); ALTER TABLE a ADD COLUMN auto_increment int;", ""},
		{"a column delimiter", "SELECT\ndelimiter\n;", ""},
		{"copy", "COPY a FROM '/x'\nDELIMITER ';' CSV;", ""},
		{"columns modify, unsigned and exec", "ALTER TABLE a ADD modify int; SELECT unsigned, exec FROM modify; CREATE INDEX a ON b (c);", ""},
		{"a function number", "SELECT number(10), a FROM b WHERE number(1, 2) = (SELECT number(3));", ""},
		{"a column number", "INSERT INTO a (number) VALUES (10); CREATE INDEX ON a (number);", ""},
		{"without", "CREATE TABLE a (t timestamp without time zone);", ""},
		{"an extension's schema", "SELECT @extschema@.f(), '@x@' FROM @extschema@.t;", ""},
		{"a parameter", "PREPARE p AS SELECT $1, $2;", ""},
		{"nothing closed", "SELECT 'a `b` \n PRAGMA", ""},
		{"no end of a body", "DO $a$ `b`", ""},
		{"empty", "", ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			m := at("db/1_a.sql", test.text)
			d := m.Dialect()
			got := ""
			if d.Name != "" {
				got = d.Name + ": " + d.Why
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
			if m.Foreign() || m.Schema() != m.Set || d.ByPath {
				t.Error("the text has a say in the schema")
			}
			if got != "" && d.Exclude != "db/1_a.sql" {
				t.Errorf("exclude %q", d.Exclude)
			}
		})
	}
}

// TestPathSaysPostgreSQL has text of another database at a place for PostgreSQL's:
// there is nothing to leave out.
func TestPathSaysPostgreSQL(t *testing.T) {
	got := at("db/postgres/1_a.sql", "DROP TABLE `a`;").Dialect()
	want := Dialect{Name: "MySQL", Why: "backquotes on line 1"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestSameDatabase(t *testing.T) {
	tests := []struct {
		a, b string
		want bool
	}{
		{"m/1_a.mysql.up.sql", "m/1_a.up.sql", false},
		{"m/1_a.postgres.up.sql", "m/1_a.up.sql", true},
		{"mysql/1_a.sql", "postgres/1_a.sql", false},
		{"mysql/1_a.sql", "mysql/2_a.sql", true},
		{"mysql/1_a.sql", "sqlite/1_a.sql", false},
	}
	for _, test := range tests {
		if got := at(test.a, "").SameDatabase(at(test.b, "")); got != test.want {
			t.Errorf("%s and %s: got %t, want %t", test.a, test.b, got, test.want)
		}
	}
}

// TestWhy says what told the format.
func TestWhy(t *testing.T) {
	tests := []struct{ path, format, text, want string }{
		{"m/V1__a.sql", "", "SELECT 1;", "flyway by its path"},
		{"m/1_a.sql", "", "-- +goose Up\nSELECT 1;", "goose by what is in it"},
		{"m/1_a.sql", "goose", "-- +goose Up\nSELECT 1;", "goose by the config"},
		{"m/1_a.sql", "", "SELECT 1;", "sql no tool's path or directives"},
		{"m/1_a.sql", "none", "SELECT 1;", "sql no tool's path or directives"},
	}
	for _, test := range tests {
		m := Read(source.New(test.path, []byte(test.text)), test.format)
		if got := m.Format + " " + m.Why; got != test.want {
			t.Errorf("%s: got %s, want %s", test.path, got, test.want)
		}
	}
}

// TestDialectIsLinear has what a scan that begins again and again would not end.
func TestDialectIsLinear(t *testing.T) {
	const n = 1 << 17
	for _, text := range []string{
		strings.Repeat("$a", n), strings.Repeat("`a ", n), strings.Repeat("/*", n), strings.Repeat("E'", n),
		strings.Repeat("{{", n), strings.Repeat("COPY a FROM stdin;", n), strings.Repeat("'", n), strings.Repeat("$a$", n),
		strings.Repeat("`", n), strings.Repeat("--`\n", n), strings.Repeat("a@", n), strings.Repeat("delimiter ", n),
		strings.Repeat("DELIMITER ;", n), strings.Repeat("[a", n), strings.Repeat("go ", n),
	} {
		_ = at("a.sql", text).Dialect()
	}
}

func FuzzDialect(f *testing.F) {
	for _, text := range []string{"DROP TABLE `a`", "E'\\", "$a$ $a", "COPY a FROM stdin;\n\\.", "DELIMITER ;;", "[a]", "number(1)"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		file := source.New("a.sql", []byte(text))
		s := scan{file: file, at: file.All().Start}
		for end := s.at; s.next(); end = s.end {
			if l := s.last[0]; l.at < end || s.end <= l.at || s.end > len(text) || s.at < s.end {
				t.Fatalf("lexeme at %d to %d after %d of %d", l.at, s.end, end, len(text))
			}
			s.sign()
		}
	})
}
