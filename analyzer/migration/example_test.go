package migration_test

import (
	"fmt"

	"github.com/dropgate/dropgate/analyzer/migration"
	"github.com/dropgate/dropgate/analyzer/source"
)

func ExampleRead() {
	f := source.New("db/migrations/00002_notes.sql", []byte(`-- +goose Up
CREATE TABLE notes (id int);
-- +goose Down
DROP TABLE notes;
`))
	m := migration.Read(f, "")
	fmt.Println(m.Format)
	for _, s := range m.Sections {
		fmt.Printf("%s %q\n", s.Direction, f.Text(s.Span))
	}
	// Output:
	// goose
	// up "CREATE TABLE notes (id int);\n"
	// down "DROP TABLE notes;\n"
}
