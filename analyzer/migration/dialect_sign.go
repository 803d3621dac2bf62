package migration

import (
	"bytes"
	"strings"
)

// A sign is something in a text that PostgreSQL does not know and another
// database does.
type sign struct {
	dialect string
	what    string
	at      int
}

// sign returns what the latest lexeme shows together with those before it, if
// anything, and whether that leaves no doubt which database is meant.
func (s *scan) sign() (found sign, certain bool) {
	last := s.last[0]
	at := func(l lexeme, dialect, what string) (sign, bool) { return sign{dialect, what, l.at}, true }
	switch last.kind {
	case '`':
		found, _ = at(last, "MySQL", "backquotes")
		return found, false // SQLite and ClickHouse take them too
	case 'w':
		return s.word()
	case ']':
		if name := s.last[2]; s.last[1].kind == 'w' && name.kind == '[' && s.bracketed() {
			return at(name, "SQL Server", "a name in brackets")
		}
	case 'n':
		if s.last[1].kind == ',' && s.last[2].kind == 'n' && s.last[3].kind == '(' && s.last[4].is("identity") {
			found, _ = at(s.last[4], "SQL Server", "IDENTITY with numbers")
			return found, false
		}
	case '(':
		if s.last[1].oneOf("varchar2", "nvarchar2") {
			return at(s.last[1], "Oracle", "VARCHAR2")
		}
	case ')':
		if n := s.number(); n > 0 {
			found, _ = at(s.last[n], "Oracle", "NUMBER with a precision")
			return found, false
		}
	}
	return sign{}, false
}

// word tells by a word and what stands before it.
func (s *scan) word() (found sign, certain bool) {
	last, before := s.last[0], s.last[1]
	at := func(l lexeme, dialect, what string) (sign, bool) { return sign{dialect, what, l.at}, true }
	switch strings.ToLower(last.text) {
	case "auto_increment":
		if before.kind == ')' || before.oneOf("null", "key", "unique", "unsigned", "int", "integer", "bigint", "smallint", "serial") {
			return at(last, "MySQL", "AUTO_INCREMENT")
		}
	case "autoincrement":
		if before.is("key") {
			return at(last, "SQLite", "AUTOINCREMENT")
		}
	case "rowid":
		if before.is("without") {
			return at(before, "SQLite", "WITHOUT ROWID")
		}
	case "pragma":
		if s.words == 1 {
			return at(last, "SQLite", "PRAGMA")
		}
	case "delimiter":
		if s.words == 1 && last.first && delimits(s.file.Data[s.at:]) {
			return at(last, "MySQL", "DELIMITER")
		}
	case "go":
		if last.first && before.kind != ',' && !before.is("as") && blank(restOfLine(s.file.Data[s.at:])) {
			return at(last, "SQL Server", "GO")
		}
	case "max":
		if before.kind == '(' && s.last[2].oneOf("varchar", "nvarchar", "varbinary") {
			return at(s.last[2], "SQL Server", strings.ToUpper(s.last[2].text)+"(MAX)")
		}
	case "parent":
		if before.is("in") && s.last[2].is("interleave") {
			return at(s.last[2], "CockroachDB", "INTERLEAVE IN PARENT")
		}
	case "index":
		if before.is("inverted") && s.last[2].is("create") {
			return at(before, "CockroachDB", "CREATE INVERTED INDEX")
		}
	default:
		if s.indexOfTable() {
			return at(before, "CockroachDB", "an index behind @")
		}
		if found, certain := s.engine(); found.dialect != "" {
			return found, certain
		}
		return s.shared(), false
	}
	return sign{}, false
}

// shared tells by what more than one database has. It names the one that is met
// most.
func (s *scan) shared() sign {
	last, before := s.last[0], s.last[1]
	switch strings.ToLower(last.text) {
	case "modify":
		if s.last[2].is("table") || s.last[2].kind == '.' && s.last[4].is("table") {
			return sign{"MySQL", "MODIFY", last.at}
		}
	case "unsigned":
		if before.oneOf("int", "integer", "bigint", "smallint", "tinyint") {
			return sign{"MySQL", "UNSIGNED", last.at}
		}
	case "exec":
		if s.words == 1 {
			return sign{"SQL Server", "EXEC", last.at}
		}
	}
	return sign{}
}

// bracketed reports whether the name in brackets stands where PostgreSQL has no
// element of an array: behind a dot, or behind a word that no name can be.
func (s *scan) bracketed() bool {
	before := s.last[3]
	return before.kind == '.' || before.oneOf("table", "from", "into", "on", "constraint", "column", "references")
}

// indexOfTable reports whether the latest lexemes are table@index.
func (s *scan) indexOfTable() bool {
	if l := s.last; !l[0].glued || l[1].kind != '@' || !l[1].glued || l[2].kind != 'w' && l[2].kind != 'q' {
		return false
	}
	i := 3
	for s.last[i].kind == '.' && i+2 < recent { // the table's schema
		i += 2
	}
	return s.last[i].oneOf("from", "join", "index", "exists", "into", "update", "concurrently")
}

// engine tells by the engine of a table.
func (s *scan) engine() (found sign, certain bool) {
	i := 1
	if s.last[i].kind == '=' {
		i++
	}
	if !s.last[i].is("engine") {
		return sign{}, false
	}
	found = sign{"MySQL", "ENGINE = " + s.last[0].text, s.last[i].at}
	switch name := strings.ToLower(s.last[0].text); {
	case strings.HasSuffix(name, "mergetree"):
		found.dialect = "ClickHouse"
		return found, true
	case name == "innodb", name == "myisam", name == "aria", name == "rocksdb":
		return found, true
	case i == 2 && s.last[3].kind == ')': // to PostgreSQL it could be the name of a column
		return found, false
	}
	return sign{}, false
}

// number returns which of the latest lexemes is the NUMBER of a column's type, as
// in "id NUMBER(10)" and "price NUMBER(10, 2)", or 0.
func (s *scan) number() int {
	l := s.last
	n := 3 // the word behind which ( n ) stands
	if l[2].kind == ',' && l[3].kind == 'n' {
		n = 5
	}
	if l[1].kind != 'n' || l[n-1].kind != '(' || !l[n].is("number") || l[n+1].kind != 'w' && l[n+1].kind != 'q' {
		return 0
	}
	if begins := l[n+2]; begins.kind != ',' && begins.kind != '(' && !begins.oneOf("add", "column", "modify") {
		return 0
	}
	if l[n+1].oneOf("select", "where", "and", "or", "not", "when", "case", "distinct", "all") {
		return 0
	}
	return n
}

// delimits reports whether what follows DELIMITER on its line is a delimiter of
// MySQL's clients, not the string that COPY takes.
func delimits(rest []byte) bool {
	sign := bytes.TrimSpace(restOfLine(rest))
	return len(sign) > 0 && len(sign) <= 4 && len(bytes.Trim(sign, ";$/|\\")) == 0
}

func restOfLine(rest []byte) []byte { return rest[:indexOr(bytes.IndexByte(rest, '\n'), len(rest))] }
