package migration

import (
	"strings"
	"testing"

	"github.com/dropgate/dropgate/analyzer/source"
)

// TestMisread takes out what is between the marks, which is a comment at its place
// or not.
func TestMisread(t *testing.T) {
	tests := []struct {
		name, text string
		wrong      bool
	}{
		{"a comment", "SELECT 1 «-- it's $$ /* \n»;", false},
		{"a nested one", "SELECT 1 «/* /* */ */»;", false},
		{"half of a nested one", "SELECT 1 «/* /* */» */;", true},
		{"SQL", "SELECT 1 «-- \n x»;", true},
		{"behind a carriage return", "SELECT 1 «-- \r x»\n;", true},
		{"in a string", "SELECT '«-- no\n»';", false},
		{"out of a string", "SELECT '«-- '\n»;", true},
		{"a doubled quote", "SELECT '«-- ''\n»';", false},
		{"a backslash", `SELECT '«-- \' »';`, true},
		{"a backslash that escapes", `SELECT e'«-- \' »';`, false},
		{"a name that ends in e", `SELECT the'«-- \' »';`, true},
		{"a continued string", "SELECT E'a'\n'«-- \\' »';", false},
		{"a string that is not continued", `SELECT E'a' '«-- \' »';`, true},
		{"in a name", `SELECT "«-- '»";`, false},
		{"out of a name", `SELECT "«-- "»;`, true},
		{"in a body", "DO $$ «-- it's \"fine\" $x$ /*\n» $$;", false},
		{"out of a body", "DO $x$ «-- $x$ $y$\n» $y$;", true},
		{"no tag", "SELECT $1 «-- $1\n» $1;", false},
		{"no tag either", "SELECT a$b$ «-- '\n» a$b$;", false},
		{"in a comment", "SELECT 1 /* «-- it's\n» */;", false},
		{"a comment in a comment", "SELECT 1 /* «-- /*\n» */;", true},
		{"in a line comment", "-- a «-- b»\n;", false},
	}
	for _, test := range tests {
		before, rest, _ := strings.Cut(test.text, "«")
		out, after, _ := strings.Cut(rest, "»")
		f := source.New("a.sql", []byte(before+out+after))
		span := source.Span{Start: len(before), End: len(before) + len(out)}
		if got := len(misread(f, f.All(), []source.Span{span})) > 0; got != test.wrong {
			t.Errorf("%s: %q: misread %v, want %v", test.name, test.text, got, test.wrong)
		}
	}
}
