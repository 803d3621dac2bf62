package losstest

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
)

// A field identifies a column through renames: the attribute's number, and the
// number within a composite value, else 0.
type field struct{ column, attribute int }

// A value is a stored value as text; nil is NULL.
type value struct {
	text *string
	typ  *dataType
}

// A row is the values of one row by field.
type row map[field]value

// A stored table is a table with its own rows, not those of its partitions or
// children.
type stored struct {
	*table
	fields []namedField
	rows   []row
}

// A namedField is a field of a table with what people call it.
type namedField struct {
	field
	name      string // of the column, or column.attribute
	typ       *dataType
	sql       string // the expression that reads it
	generated bool
	key       bool
}

// A Snapshot is everything that a change could lose.
type Snapshot struct {
	tables    []*stored // by oid
	byOID     map[uint32]*stored
	databases map[uint32]string // all but those of other tests
}

// Take reads the rows of all tables.
func Take(ctx context.Context, conn *pgx.Conn) (*Snapshot, error) {
	c, err := readCatalog(ctx, conn)
	if err != nil {
		return nil, err
	}
	s := &Snapshot{byOID: map[uint32]*stored{}}
	for _, t := range c.tables {
		one := &stored{table: t}
		if one.fields, err = expand(ctx, conn, c, t); err != nil {
			return nil, err
		}
		if err := one.read(ctx, conn); err != nil {
			return nil, fmt.Errorf("read rows of %s: %w", t, err)
		}
		s.tables = append(s.tables, one)
		s.byOID[t.oid] = one
	}
	s.databases, err = databases(ctx, conn)
	return s, err
}

// databases returns the names of all databases by their identity.
func databases(ctx context.Context, conn *pgx.Conn) (map[uint32]string, error) {
	rows, err := conn.Query(ctx, `SELECT oid, datname FROM pg_database`)
	if err != nil {
		return nil, fmt.Errorf("list databases: %w", err)
	}
	found := map[uint32]string{}
	var oid uint32
	var name string
	_, err = pgx.ForEachRow(rows, []any{&oid, &name}, func() error {
		found[oid] = name
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("list databases: %w", err)
	}
	return found, nil
}

// expand returns the table's fields: its columns, composite ones attribute by
// attribute, since a composite type can lose a single one.
func expand(ctx context.Context, conn *pgx.Conn, c *catalog, t *table) ([]namedField, error) {
	var fields []namedField
	for _, col := range t.columns {
		name := pgx.Identifier{col.name}.Sanitize()
		if col.typ.kind != "c" {
			fields = append(fields, namedField{field{col.number, 0}, col.name, col.typ, name, col.generated, col.key})
			continue
		}
		parts, err := attributes(ctx, conn, c, col.typ)
		if err != nil {
			return nil, err
		}
		for _, part := range parts {
			fields = append(fields, namedField{
				field: field{col.number, part.number},
				name:  col.name + "." + part.name,
				typ:   part.typ,
				sql:   "(" + name + ")." + pgx.Identifier{part.name}.Sanitize(),
			})
		}
	}
	return fields, nil
}

// read fills in the table's own rows.
func (s *stored) read(ctx context.Context, conn *pgx.Conn) error {
	if s.partitioned {
		return nil
	}
	list := []string{"1::text"} // a table may have no column and still rows
	for _, f := range s.fields {
		list = append(list, "("+f.sql+")::text")
	}
	rows, err := conn.Query(ctx, "SELECT "+strings.Join(list, ", ")+" FROM ONLY "+s.sql())
	if err != nil {
		return err
	}
	texts := make([]*string, len(list))
	targets := make([]any, len(list))
	for i := range texts {
		targets[i] = &texts[i]
	}
	_, err = pgx.ForEachRow(rows, targets, func() error {
		one := row{}
		for i, f := range s.fields {
			one[f.field] = value{texts[i+1], f.typ}
		}
		s.rows = append(s.rows, one)
		return nil
	})
	return err
}

// count returns how many of the rows have a value in the field.
func count(rows []row, f field) int {
	n := 0
	for _, r := range rows {
		if r[f].text != nil {
			n++
		}
	}
	return n
}

// Rows returns the rows of all tables as people can read them, a line each.
func (s *Snapshot) Rows() []string {
	var lines []string
	for _, t := range s.tables {
		for _, r := range t.rows {
			var b strings.Builder
			b.WriteString(t.String() + ":")
			for _, f := range t.fields {
				text := "NULL"
				if v := r[f.field]; v.text != nil {
					text = *v.text
				}
				b.WriteString(" " + f.name + "=" + text)
			}
			lines = append(lines, b.String())
		}
	}
	return lines
}
