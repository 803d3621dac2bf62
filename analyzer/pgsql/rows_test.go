package pgsql

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dropgate/dropgate/analyzer/op"
	"github.com/dropgate/dropgate/analyzer/source"
)

// TestRowsAreLeftOut holds that the parser gets the first rows of an INSERT alone
// if the others are constants, and all that stands among and behind them.
func TestRowsAreLeftOut(t *testing.T) {
	const n = 5000
	for _, tt := range []struct {
		name, row string
		rest      string
		want      bool // whether rows are left out
	}{
		{"constants", "(1, -2.5, 'a;b', NULL, true, DEFAULT, E'\\'', $$x$$, $1)", "", true},
		{"casts and types", "('a'::text, date '2020-01-01', B'01', '1'::pg_catalog.int4)", "", false},
		{"a cast", "('a'::text, date '2020-01-01', B'01')", "", true},
		{"arrays", "(ARRAY[1, 2], ARRAY['a'])", "", true},
		{"what follows", "(1)", " ON CONFLICT (b) DO UPDATE SET c = 1 RETURNING b", true},
		{"a call", "(1, now())", "", false},
		{"a function of the user's", "(drop_all())", "", false},
		{"a column", "(1, a)", "", false},
		{"a subquery", "((SELECT 1))", "", false},
		{"a sum", "(1 * 2)", "", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			sql := "INSERT INTO a (b, c) VALUES " + tt.row + strings.Repeat(",\n"+tt.row, n) + tt.rest
			var all []chunk
			for c := range split([]byte(sql), source.Span{End: len(sql)}, false) {
				all = append(all, c)
			}
			if len(all) != 1 || all[0].span() != (source.Span{End: len(sql)}) {
				t.Fatalf("got %d chunks, want one of the whole text", len(all))
			}
			whole := len(tokens([]byte(sql), source.Span{End: len(sql)}))
			if got := len(all[0].tokens) < whole/2; got != tt.want {
				t.Errorf("%d of %d tokens are kept", len(all[0].tokens), whole)
			}
			given := all[0].excess.hide([]byte(sql), 0)
			if len(given) != len(sql) || !strings.HasSuffix(string(given), tt.rest) {
				t.Errorf("the parser gets %d bytes that end in %q", len(given), given[len(given)-20:])
			}
		})
	}
}

// TestRowsThatCount holds that a row which may call a function is seen wherever it
// stands.
func TestRowsThatCount(t *testing.T) {
	const row = ", (1)"
	sql := "INSERT INTO a VALUES (1)" + strings.Repeat(row, 3000) + ", (drop_all())" + strings.Repeat(row, 3000) + " ON CONFLICT (b) DO UPDATE SET c = 2"
	_, all := read(sql)
	want := []op.Operation{
		&op.Insert{Table: op.Name{Name: "a"}},
		&op.Update{Table: op.Name{Name: "a"}, Upsert: true, Set: []op.Assignment{{Column: "c", Value: op.Value{Kind: op.Constant}}}},
		&op.Call{Function: op.Name{Name: "drop_all"}, Perhaps: true},
	}
	var got []op.Operation
	for _, at := range all[0].Ops {
		got = append(got, at.Op)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("operations (-want +got):\n%s", diff)
	}
}

// TestRowsNormal holds that statements which differ only in what is left out, or
// far behind, are different statements, and that a long one has a short form.
func TestRowsNormal(t *testing.T) {
	rows := "INSERT INTO a VALUES (1)" + strings.Repeat(", (2)", 5000)
	long := "SELECT 1" + strings.Repeat(", 22", 5000)
	seen := map[string]bool{}
	for _, sql := range []string{rows, rows + ", (3)", strings.Replace(rows, "(2), (2)", "(2),(4)", 1), long, long + ", 3",
		"SELECT '" + strings.Repeat("x", 10_000) + "'", "SELECT '" + strings.Repeat("x", 10_001) + "'",
		"SELECT {{ " + strings.Repeat("x", 10_001) + " }} FROM b"} {
		_, all := read(sql)
		if seen[all[0].Normal] || len(all[0].Normal) > 2*normalLimit {
			t.Errorf("%.40s… has the form of another one, or one of %d bytes", sql, len(all[0].Normal))
		}
		seen[all[0].Normal] = true
		_, again := read("/* x */" + strings.ReplaceAll(sql, ", ", " ,\n"))
		if again[0].Normal != all[0].Normal && !strings.Contains(sql, "{{") {
			t.Errorf("%.40s… has another form with other white space", sql)
		}
	}
}

// TestTooLong holds that a statement which is too long is said to be, with its
// words, and hides no neighbour.
func TestTooLong(t *testing.T) {
	sql := "DROP TABLE a; SELECT 1" + strings.Repeat(",1", tokenLimit) + " delete; DROP TABLE b"
	f, all := read(sql)
	if len(all) != 3 || all[0].Unread() || all[2].Unread() {
		t.Fatalf("got %d statements, want three of which the first and the last are read", len(all))
	}
	u, ok := all[1].Ops[0].Op.(*op.Unread)
	if !ok || !strings.Contains(u.Message, "more than the 300000") {
		t.Fatalf("got %+v, want that it is too long", all[1].Ops[0].Op)
	}
	if diff := cmp.Diff([]string{"delete"}, u.Destructive); diff != "" {
		t.Errorf("destructive words (-want +got):\n%s", diff)
	}
	if got := f.Text(all[1].Span); !strings.HasPrefix(got, "SELECT 1,") || !strings.HasSuffix(got, " delete") {
		t.Errorf("the statement is %.20q to %q", got, got[len(got)-10:])
	}
}
