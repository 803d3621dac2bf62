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
	switch last.kind {
	case '`':
		return sign{"MySQL", "backquotes", last.at}, false // SQLite and ClickHouse take them too
	case 'w':
		return s.word()
	case ']':
		if name := s.last[2]; s.last[1].kind == 'w' && name.kind == '[' && s.bracketed() {
			return sign{"SQL Server", "a name in brackets", name.at}, true
		}
	case 'n':
		if s.last[1].kind == ',' && s.last[2].kind == 'n' && s.last[3].kind == '(' && s.last[4].is("identity") {
			return sign{"SQL Server", "IDENTITY with numbers", s.last[4].at}, false
		}
	case '(':
		if s.last[1].oneOf("varchar2", "nvarchar2") {
			return sign{"Oracle", "VARCHAR2", s.last[1].at}, true
		}
	case ')':
		if n := s.number(); n > 0 {
			return sign{"Oracle", "NUMBER with a precision", s.last[n].at}, false
		}
	}
	return sign{}, false
}

// A wordSign is a word that tells a database where it stands like that.
type wordSign struct {
	dialect, what string
	fits          func(s *scan) bool
	back          int  // how many lexemes before the word the sign begins
	shared        bool // other databases have it too: this one is met most
}

var wordSigns = map[string]wordSign{
	"auto_increment": {dialect: "MySQL", what: "AUTO_INCREMENT", fits: func(s *scan) bool {
		before := s.last[1]
		return before.kind == ')' || before.oneOf("null", "key", "unique", "unsigned", "int", "integer", "bigint", "smallint")
	}},
	"delimiter": {dialect: "MySQL", what: "DELIMITER", fits: func(s *scan) bool {
		return s.words == 1 && s.last[0].first && delimits(s.file.Data[s.at:])
	}},
	"modify": {dialect: "MySQL", what: "MODIFY", shared: true, fits: func(s *scan) bool {
		return s.last[2].is("table") || s.last[2].kind == '.' && s.last[4].is("table")
	}},
	"unsigned": {dialect: "MySQL", what: "UNSIGNED", shared: true, fits: func(s *scan) bool {
		return s.last[1].oneOf("int", "integer", "bigint", "smallint", "tinyint")
	}},
	"autoincrement": {dialect: "SQLite", what: "AUTOINCREMENT", fits: func(s *scan) bool { return s.last[1].is("key") }},
	"pragma":        {dialect: "SQLite", what: "PRAGMA", fits: func(s *scan) bool { return s.words == 1 }},
	"rowid":         {dialect: "SQLite", what: "WITHOUT ROWID", back: 1, fits: func(s *scan) bool { return s.last[1].is("without") }},
	"strftime": {dialect: "SQLite", what: "strftime()", fits: func(s *scan) bool {
		return s.last[1].kind == '(' && bytes.HasPrefix(s.file.Data[s.at:], []byte("("))
	}},
	"go": {dialect: "SQL Server", what: "GO", fits: func(s *scan) bool {
		before := s.last[1]
		return s.last[0].first && before.kind != ',' && !before.is("as") && blank(lineTail(s.file.Data[s.at:]))
	}},
	"max": {dialect: "SQL Server", what: "VARCHAR(MAX)", back: 2, fits: func(s *scan) bool {
		return s.last[1].kind == '(' && s.last[2].oneOf("varchar", "nvarchar", "varbinary")
	}},
	"identity": {dialect: "SQL Server", what: "IDENTITY", shared: true, fits: func(s *scan) bool {
		numbers := bytes.HasPrefix(bytes.TrimLeft(lineTail(s.file.Data[s.at:]), " \t"), []byte("("))
		return s.last[1].oneOf("null", "int", "integer", "bigint", "smallint", "tinyint") && !numbers
	}},
	"exec": {dialect: "SQL Server", what: "EXEC", shared: true, fits: func(s *scan) bool { return s.words == 1 }},
	"parent": {dialect: "CockroachDB", what: "INTERLEAVE IN PARENT", back: 2, fits: func(s *scan) bool {
		return s.last[1].is("in") && s.last[2].is("interleave")
	}},
	"index": {dialect: "CockroachDB", what: "CREATE INVERTED INDEX", back: 2, fits: func(s *scan) bool {
		return s.last[1].is("inverted") && s.last[2].is("create")
	}},
}

// word tells by a word and what stands before it.
func (s *scan) word() (found sign, certain bool) {
	if known, ok := wordSigns[strings.ToLower(s.last[0].text)]; ok && known.fits(s) {
		return sign{known.dialect, known.what, s.last[known.back].at}, !known.shared
	}
	if s.indexOfTable() {
		return sign{"CockroachDB", "an index behind @", s.last[1].at}, true
	}
	return s.engine()
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
	sign := bytes.TrimSpace(lineTail(rest))
	return len(sign) > 0 && len(sign) <= 4 && len(bytes.Trim(sign, ";$/|\\")) == 0
}

func lineTail(rest []byte) []byte { return rest[:indexOr(bytes.IndexByte(rest, '\n'), len(rest))] }
