package losstest

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// A dataType is a row of pg_type, with a domain resolved to what it is based on.
type dataType struct {
	oid      uint32
	name     string            // pg_type's: "int4", "varchar"
	full     string            // as SQL can name it
	kind     string            // typtype: b base, c composite, e enum, r range, m multirange
	array    bool              // a true array
	element  uint32            // of an array, else 0
	of       *dataType         // the type of an array's elements
	relation uint32            // of a composite type, else 0
	labels   map[string]uint32 // of an enum: label to its identity
	ordered  []string          // of an enum: labels in order
}

// A column is a stored column of a table, or an attribute of a composite one.
type column struct {
	number    int // of the attribute; never reused
	name      string
	typ       *dataType
	modifier  int // typmod, -1 without
	notNull   bool
	generated bool // from other columns
	automatic bool // filled from a sequence when left out
	key       bool // part of the primary key
}

// A table holds rows, by itself or in its partitions.
type table struct {
	oid         uint32
	schema      string
	name        string
	partitioned bool
	root        uint32 // the topmost partitioned table, or its own oid
	columns     []column
}

// String returns the table's name with its schema.
func (t *table) String() string { return t.schema + "." + t.name }

// sql returns the table's name as a statement can write it.
func (t *table) sql() string { return pgx.Identifier{t.schema, t.name}.Sanitize() }

// A catalog is the database's schema at one time.
type catalog struct {
	tables []*table // by oid
	types  map[uint32]*dataType
	byOID  map[uint32]*table
}

// readCatalog reads the user's permanent tables and all types.
func readCatalog(ctx context.Context, conn *pgx.Conn) (*catalog, error) {
	c := &catalog{types: map[uint32]*dataType{}, byOID: map[uint32]*table{}}
	for _, read := range []func(context.Context, *pgx.Conn) error{c.readTypes, c.readLabels, c.readTables, c.readColumns} {
		if err := read(ctx, conn); err != nil {
			return nil, fmt.Errorf("read catalog: %w", err)
		}
	}
	return c, nil
}

func (c *catalog) readTypes(ctx context.Context, conn *pgx.Conn) error {
	rows, err := conn.Query(ctx, `
		WITH RECURSIVE base AS (
			SELECT oid, oid AS base FROM pg_type WHERE typtype <> 'd'
			UNION ALL
			SELECT t.oid, b.base FROM pg_type t JOIN base b ON t.typbasetype = b.oid
		)
		SELECT b.oid, b.base, t.typname, format_type(b.oid, NULL), t.typtype::text,
			t.typcategory = 'A' AND t.typelem <> 0, t.typelem, t.typrelid
		FROM base b JOIN pg_type t ON t.oid = b.base`)
	if err != nil {
		return err
	}
	var oid uint32
	var t dataType
	_, err = pgx.ForEachRow(rows, []any{&oid, &t.oid, &t.name, &t.full, &t.kind, &t.array, &t.element, &t.relation},
		func() error {
			one := t
			c.types[oid] = &one
			return nil
		})
	return err
}

func (c *catalog) readLabels(ctx context.Context, conn *pgx.Conn) error {
	rows, err := conn.Query(ctx, `SELECT enumtypid, oid, enumlabel FROM pg_enum ORDER BY enumtypid, enumsortorder`)
	if err != nil {
		return err
	}
	labels := map[uint32]map[string]uint32{}
	ordered := map[uint32][]string{}
	var enum, oid uint32
	var label string
	_, err = pgx.ForEachRow(rows, []any{&enum, &oid, &label}, func() error {
		if labels[enum] == nil {
			labels[enum] = map[string]uint32{}
		}
		labels[enum][label] = oid
		ordered[enum] = append(ordered[enum], label)
		return nil
	})
	for _, t := range c.types {
		t.of = c.types[t.element]
		t.labels, t.ordered = labels[t.oid], ordered[t.oid]
	}
	return err
}

func (c *catalog) readTables(ctx context.Context, conn *pgx.Conn) error {
	rows, err := conn.Query(ctx, `
		SELECT c.oid, n.nspname, c.relname, c.relkind = 'p', coalesce(pg_partition_root(c.oid)::oid, c.oid)
		FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
		WHERE c.relkind IN ('r', 'p') AND c.relpersistence <> 't'
			AND n.nspname <> 'information_schema' AND n.nspname NOT LIKE 'pg\_%'
		ORDER BY c.oid`)
	if err != nil {
		return err
	}
	var t table
	_, err = pgx.ForEachRow(rows, []any{&t.oid, &t.schema, &t.name, &t.partitioned, &t.root}, func() error {
		one := t
		c.tables = append(c.tables, &one)
		c.byOID[one.oid] = &one
		return nil
	})
	return err
}

func (c *catalog) readColumns(ctx context.Context, conn *pgx.Conn) error {
	rows, err := conn.Query(ctx, `
		SELECT a.attrelid, a.attnum, a.attname, a.atttypid,
			CASE WHEN t.typtype = 'd' THEN t.typtypmod ELSE a.atttypmod END,
			a.attnotnull OR t.typnotnull, a.attgenerated <> '',
			a.attidentity <> '' OR coalesce(pg_get_expr(d.adbin, d.adrelid) LIKE 'nextval(%', false),
			coalesce(a.attnum = ANY (i.indkey), false)
		FROM pg_attribute a
		JOIN pg_class c ON c.oid = a.attrelid AND c.relkind IN ('r', 'p')
		JOIN pg_type t ON t.oid = a.atttypid
		LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
		LEFT JOIN pg_index i ON i.indrelid = a.attrelid AND i.indisprimary
		WHERE a.attnum > 0 AND NOT a.attisdropped
		ORDER BY a.attrelid, a.attnum`)
	if err != nil {
		return err
	}
	var relation, typ uint32
	var col column
	_, err = pgx.ForEachRow(rows, []any{&relation, &col.number, &col.name, &typ, &col.modifier, &col.notNull,
		&col.generated, &col.automatic, &col.key}, func() error {
		t := c.byOID[relation]
		if t == nil {
			return nil
		}
		one := col
		if one.typ = c.types[typ]; one.typ == nil {
			return fmt.Errorf("column %s.%s has an unknown type", t, one.name)
		}
		t.columns = append(t.columns, one)
		return nil
	})
	return err
}

// attributes returns the attributes of a composite type.
func attributes(ctx context.Context, conn *pgx.Conn, c *catalog, t *dataType) ([]column, error) {
	rows, err := conn.Query(ctx, `SELECT attnum, attname, atttypid, atttypmod FROM pg_attribute
		WHERE attrelid = $1 AND attnum > 0 AND NOT attisdropped ORDER BY attnum`, t.relation)
	if err != nil {
		return nil, fmt.Errorf("read attributes of %s: %w", t.full, err)
	}
	var found []column
	var typ uint32
	var col column
	_, err = pgx.ForEachRow(rows, []any{&col.number, &col.name, &typ, &col.modifier}, func() error {
		one := col
		one.typ = c.types[typ]
		found = append(found, one)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read attributes of %s: %w", t.full, err)
	}
	return found, nil
}
