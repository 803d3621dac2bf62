package pgsql_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dropgate/dropgate/analyzer/op"
	"github.com/dropgate/dropgate/analyzer/pgsql"
	"github.com/dropgate/dropgate/analyzer/source"
)

func TestRecords(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"one row", "INSERT INTO v VALUES ('1');", "v [] 1"},
		{"a schema and columns", `INSERT INTO "Other"."v" (version, "Dirty One") VALUES (1, TRUE), (-2, NULL);`, "Other.v [version Dirty One] 1|true; Other.v [version Dirty One] |"},
		{"quotes", "INSERT INTO v VALUES ('it''s'), ('a' || 'b'), (lower('a')), (E'c');", "v [] it's; v [] ; v [] ; v [] "},
		{"what follows is no row", "INSERT INTO v (a) VALUES (1) ON CONFLICT (a) DO UPDATE SET a = (2) RETURNING (a);", "v [a] 1"},
		{"a query", "INSERT INTO v SELECT 1;", ""},
		{"another table", "INSERT INTO w VALUES (1);", ""},
		{"comments", "INSERT/* */INTO -- x\nv VALUES (1, /* 2 */ 3);", "v [] 1|3"},
		{"not closed", "INSERT INTO v VALUES (1, 2", ""},
		{"COPY", "COPY public.v (a, b) FROM stdin;\n1\tx\n2\t\\N\n\\.\nSELECT 1;\n", "public.v [a b] 1|x; public.v [a b] 2|"},
		{"COPY with line ends of Windows", "COPY v FROM stdin;\r\n1\r\n\\.\r\nSELECT 1;\r\n", "v [] 1"},
		{"COPY without an end", "COPY v FROM stdin;\n1\n2", "v [] 1; v [] 2"},
		{"COPY with options", "COPY v FROM stdin WITH (FORMAT csv);\n1,2\n\\.\n", ""},
		{"COPY to somewhere", "COPY v TO stdout;\n", ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			f := source.New("x.sql", []byte(test.text))
			records := pgsql.Records(f, pgsql.Read(f, f.All(), pgsql.Options{Psql: true}), func(n op.Name) bool { return n.Name == "v" })
			var got []string
			for _, r := range records {
				got = append(got, fmt.Sprint(r.Table, " ", r.Columns, " ", strings.Join(r.Values, "|")))
			}
			if diff := cmp.Diff(test.want, strings.Join(got, "; ")); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}
