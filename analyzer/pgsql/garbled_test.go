package pgsql

import (
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/dropgate/dropgate/analyzer/op"
)

// TestGarbled holds that what is no text for PostgreSQL is said in words, where it
// stands, and that its neighbours are read.
func TestGarbled(t *testing.T) {
	for _, tt := range []struct {
		name, sql string
		at        int // index of the statement
		want      string
		of        int // statements
	}{
		{"NUL", "SELECT 1;\n\n\x00DROP TABLE a;\nSELECT 2", 1, "it holds a NUL byte (line 3), after which", 3},
		{"UTF-16", utf16LE("\ufeffDROP TABLE a;"), 0, "it is written in UTF-16", 1},
		{"UTF-16 without a mark", utf16LE("DROP TABLE a; SELECT 1; SELECT 2;"), 0, "it is written in UTF-16", 1},
		{"binary", "SELECT 1;" + strings.Repeat("\x7fELF;\x00", 100), 0, "it is not text: it holds 100 NUL bytes", 1},
		{"Latin-1", "SELECT 1;\nINSERT INTO a VALUES ('x',\n'\xe9'); DROP TABLE b", 1, "it holds bytes that are not UTF-8 (line 3)", 3},
		{"a no-break space at the end", "DROP TABLE a;\n\u00a0\n", 1, "a NO-BREAK SPACE (U+00A0) stands in line 2", 2},
		{"a no-break space within", "SELECT 1; DROP\u00a0TABLE a; SELECT 2", 1, "a NO-BREAK SPACE (U+00A0) stands in line 1", 3},
		{"a byte order mark within", "DROP TABLE a;\n\ufeffDROP TABLE b;", 1, "a BYTE ORDER MARK (U+FEFF) stands in line 2", 2},
		{"a thin space", "SELECT\u20091", 0, "a character that looks blank (U+2009) stands in line 1", 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, all := read(tt.sql)
			if len(all) != tt.of {
				t.Fatalf("got %d statements, want %d", len(all), tt.of)
			}
			for i, s := range all {
				if s.Unread() != (i == tt.at) {
					t.Errorf("statement %d is unread: %t", i, s.Unread())
				}
			}
			if u, ok := all[tt.at].Ops[0].Op.(*op.Unread); !ok || !strings.HasPrefix(u.Message, tt.want) {
				t.Errorf("got %+v, want %q", all[tt.at].Ops[0].Op, tt.want)
			}
		})
	}
}

// TestGarbledButRead holds that what does no harm is read.
func TestGarbledButRead(t *testing.T) {
	for _, sql := range []string{"DROP TABLE a -- \xe9\n", "/* \u00a0 */ DROP TABLE a", "SELECT '\u00a0\ufeff'", "DROP TABLE a; -- \xff"} {
		if _, all := read(sql); len(all) != 1 || all[0].Unread() {
			t.Errorf("%q: got %+v, want one statement that is read", sql, all)
		}
	}
}

// TestLongMessage holds that the parser's words are cut: they quote the text.
func TestLongMessage(t *testing.T) {
	_, all := read("SELECT 'é" + strings.Repeat("é", 10_000))
	if u, ok := all[0].Ops[0].Op.(*op.Unread); !ok || len(u.Message) > 250 || !strings.HasSuffix(u.Message, "é…") {
		t.Errorf("got a message of %d bytes", len(u.Message))
	}
}

func utf16LE(s string) string {
	var b strings.Builder
	for _, u := range utf16.Encode([]rune(s)) {
		b.WriteByte(byte(u))
		b.WriteByte(byte(u >> 8))
	}
	return b.String()
}
