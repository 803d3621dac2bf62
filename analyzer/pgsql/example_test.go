package pgsql_test

import (
	"fmt"

	"github.com/dropgate/dropgate/analyzer/pgsql"
	"github.com/dropgate/dropgate/analyzer/source"
)

// One broken statement hides none of its neighbours.
func ExampleRead() {
	f := source.New("a.sql", []byte("/* why */ DROP TABLE a, b;\nDROP TABEL c;\nTRUNCATE d;"))
	for _, s := range pgsql.Read(f, f.All(), pgsql.Options{}) {
		fmt.Printf("%q\n", f.Text(s.Span))
		for _, o := range s.Ops {
			fmt.Printf("  %T\n", o.Op)
		}
	}
	// Output:
	// "DROP TABLE a, b"
	//   *op.Drop
	//   *op.Drop
	// "DROP TABEL c"
	//   *op.Unread
	// "TRUNCATE d"
	//   *op.Truncate
}
