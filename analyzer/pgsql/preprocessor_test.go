package pgsql

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestPreprocessor(t *testing.T) {
	for _, tt := range []struct {
		name, sql string
		want      []string
	}{
		{"before a statement", "-- x\n#include \"a.sql\"\n  # include \"b.sql\"\nDROP TABLE a; SELECT 1;",
			[]string{"?#include \"a.sql\"", "?# include \"b.sql\"", "DROP TABLE a", "SELECT 1"}},
		{"alone", "#include \"a.sql\"", []string{"?#include \"a.sql\""}},
		{"with a semicolon", "#include \"a.sql\";\nSELECT 1;", []string{"?#include \"a.sql\"", "SELECT 1"}},
		{"with other text on the line", "#include \"a.sql\" DROP TABLE a;", []string{"?#include \"a.sql\" DROP TABLE a"}},
		{"not at the beginning", "DROP TABLE a\n#include \"a.sql\"\n;", []string{"?DROP TABLE a\n#include \"a.sql\""}},
		{"a name on two lines", "#include \"a\nb\"\nDROP TABLE a;", []string{"?#include \"a\nb\"\nDROP TABLE a"}},
		{"another directive", "#define \"a\"\nDROP TABLE a;", []string{"?#define \"a\"\nDROP TABLE a"}},
	} {
		if diff := cmp.Diff(tt.want, texts(tt.sql)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
}
