// Package schematest compares what the catalog says that migrations build with what
// PostgreSQL's own catalogs say after it ran them.
package schematest

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/dropgate/dropgate/analyzer/catalog"
	"github.com/dropgate/dropgate/analyzer/op"
)

// A truth is what pg_catalog says, in the making.
type truth struct {
	conn   *pgx.Conn
	schema catalog.Schema
	tables map[uint32]*catalog.TableInfo
	order  []uint32
}

// Read returns the tables and sequences of a database as pg_catalog has them. Texts
// of expressions are PostgreSQL's own; those of an index are "(expression)".
func Read(ctx context.Context, conn *pgx.Conn) (catalog.Schema, error) {
	t := &truth{conn: conn, tables: map[uint32]*catalog.TableInfo{}}
	if _, err := conn.Exec(ctx, "SET search_path = ''"); err != nil {
		return catalog.Schema{}, fmt.Errorf("empty search_path: %w", err)
	}
	for _, read := range []func(context.Context) error{
		t.readTables, t.readParents, t.readColumns, t.readConstraints, t.readIndexes, t.readSequences,
	} {
		if err := read(ctx); err != nil {
			return catalog.Schema{}, fmt.Errorf("read pg_catalog: %w", err)
		}
	}
	for _, oid := range t.order {
		t.schema.Tables = append(t.schema.Tables, *t.tables[oid])
	}
	return t.schema, nil
}

// users picks, of pg_class c and pg_namespace n, what neither PostgreSQL nor an
// extension brought.
const users = ` n.nspname <> 'information_schema' AND n.nspname !~ '^pg_' AND c.relpersistence <> 't'
	AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = 'pg_class'::regclass AND e.objid = c.oid AND e.deptype = 'e') `

func (t *truth) readTables(ctx context.Context) error {
	rows, err := t.conn.Query(ctx, `
		SELECT c.oid, n.nspname, c.relname,
			CASE c.relkind WHEN 'r' THEN 'table' WHEN 'p' THEN 'partitioned table' ELSE 'foreign table' END,
			c.relpersistence = 'u', coalesce(pg_get_partkeydef(c.oid), ''), c.relrowsecurity,
			coalesce(pg_get_expr(c.relpartbound, c.oid), ''),
			coalesce((SELECT quote_ident(tn.nspname) || '.' || quote_ident(ty.typname) FROM pg_type ty JOIN pg_namespace tn ON tn.oid = ty.typnamespace
				WHERE ty.oid = c.reloftype), '')
		FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
		WHERE c.relkind IN ('r', 'p', 'f') AND`+users+`ORDER BY n.nspname COLLATE "C", c.relname COLLATE "C"`)
	if err != nil {
		return err
	}
	var oid uint32
	var one catalog.TableInfo
	_, err = pgx.ForEachRow(rows, []any{&oid, &one.Schema, &one.Name, &one.Kind, &one.Unlogged, &one.PartitionBy,
		&one.RowSecurity, &one.Bound, &one.OfType}, func() error {
		info := one
		info.Complete = true
		t.tables[oid] = &info
		t.order = append(t.order, oid)
		return nil
	})
	return err
}

func (t *truth) readParents(ctx context.Context) error {
	rows, err := t.conn.Query(ctx, `
		SELECT i.inhrelid, quote_ident(n.nspname) || '.' || quote_ident(p.relname), c.relispartition
		FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
		JOIN pg_class p ON p.oid = i.inhparent JOIN pg_namespace n ON n.oid = p.relnamespace
		ORDER BY i.inhrelid, i.inhseqno`)
	if err != nil {
		return err
	}
	var oid uint32
	var parent string
	var partition bool
	_, err = pgx.ForEachRow(rows, []any{&oid, &parent, &partition}, func() error {
		switch info := t.tables[oid]; {
		case info == nil:
		case partition:
			info.PartitionOf = parent
		default:
			info.Inherits = append(info.Inherits, parent)
		}
		return nil
	})
	return err
}

func (t *truth) readColumns(ctx context.Context) error {
	rows, err := t.conn.Query(ctx, `
		SELECT a.attrelid, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull,
			CASE WHEN a.attgenerated = '' THEN coalesce(pg_get_expr(d.adbin, d.adrelid), '') ELSE '' END,
			CASE a.attidentity WHEN 'a' THEN 'always' WHEN 'd' THEN 'by default' ELSE '' END,
			CASE WHEN a.attgenerated <> '' THEN coalesce(pg_get_expr(d.adbin, d.adrelid), '') ELSE '' END,
			CASE WHEN a.attcollation NOT IN (0, ty.typcollation) THEN quote_ident(co.collname) ELSE '' END
		FROM pg_attribute a JOIN pg_type ty ON ty.oid = a.atttypid
		LEFT JOIN pg_collation co ON co.oid = a.attcollation
		LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
		WHERE a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attrelid, a.attnum`)
	if err != nil {
		return err
	}
	var oid uint32
	var one catalog.ColumnInfo
	_, err = pgx.ForEachRow(rows, []any{&oid, &one.Name, &one.Type, &one.NotNull, &one.Default, &one.Identity, &one.Generated,
		&one.Collation}, func() error {
		if strings.HasPrefix(one.Default, "NULL::") { // none, though it is kept where it is cut to a length
			one.Default = ""
		}
		if info := t.tables[oid]; info != nil {
			info.Columns = append(info.Columns, one)
		}
		return nil
	})
	return err
}

var kinds = map[string]op.ConstraintKind{
	"p": op.PrimaryKey, "u": op.Unique, "f": op.ForeignKey, "c": op.Check, "x": op.Exclusion,
}

var actions = map[string]string{"a": "no action", "r": "restrict", "c": "cascade", "n": "set null", "d": "set default"}

// readConstraints leaves out what PostgreSQL adds to a table for the partitions of
// one that it refers to.
func (t *truth) readConstraints(ctx context.Context) error {
	rows, err := t.conn.Query(ctx, `
		SELECT k.conrelid, k.conname, k.contype::text,
			ARRAY(SELECT a.attname::text FROM unnest(k.conkey) WITH ORDINALITY u(n, i)
				JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = u.n ORDER BY u.i),
			coalesce((SELECT quote_ident(n.nspname) || '.' || quote_ident(c.relname) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
				WHERE c.oid = k.confrelid), ''),
			ARRAY(SELECT a.attname::text FROM unnest(k.confkey) WITH ORDINALITY u(n, i)
				JOIN pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = u.n ORDER BY u.i),
			k.confdeltype::text, k.confupdtype::text, NOT k.convalidated, k.condeferrable, k.condeferred, k.connoinherit AND k.contype = 'c'
		FROM pg_constraint k
		WHERE k.contype IN ('p', 'u', 'f', 'c', 'x') AND k.conrelid <> 0
			AND NOT EXISTS (SELECT FROM pg_constraint p WHERE p.oid = k.conparentid AND p.conrelid = k.conrelid)
		ORDER BY k.conrelid, k.conname`)
	if err != nil {
		return err
	}
	var oid uint32
	var kind, deletes, updates string
	var one catalog.ConstraintInfo
	_, err = pgx.ForEachRow(rows, []any{&oid, &one.Name, &kind, &one.Columns, &one.References, &one.RefColumns,
		&deletes, &updates, &one.NotValid, &one.Deferrable, &one.Deferred, &one.NoInherit}, func() error {
		k := one
		k.Kind, k.OnDelete, k.OnUpdate = kinds[kind], actions[deletes], actions[updates]
		if info := t.tables[oid]; info != nil {
			info.Constraints = append(info.Constraints, k)
		}
		return nil
	})
	return err
}

// expression stands for the key of an index that is no plain column.
const expression = "(expression)"

func (t *truth) readIndexes(ctx context.Context) error {
	rows, err := t.conn.Query(ctx, `
		SELECT i.indrelid, c.relname, i.indisunique, am.amname,
			ARRAY(SELECT coalesce(quote_ident(a.attname), '`+expression+`') FROM unnest(i.indkey::int2[]) WITH ORDINALITY u(n, p)
				LEFT JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = u.n AND u.n <> 0
				WHERE u.p <= i.indnkeyatts ORDER BY u.p),
			ARRAY(SELECT a.attname::text FROM unnest(i.indkey::int2[]) WITH ORDINALITY u(n, p)
				JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = u.n
				WHERE u.p > i.indnkeyatts ORDER BY u.p),
			CASE WHEN i.indpred IS NULL THEN '' ELSE pg_get_expr(i.indpred, i.indrelid) END
		FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_am am ON am.oid = c.relam
		WHERE NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = i.indexrelid AND k.contype IN ('p', 'u', 'x'))
		ORDER BY i.indrelid, c.relname`)
	if err != nil {
		return err
	}
	var oid uint32
	var one catalog.IndexInfo
	_, err = pgx.ForEachRow(rows, []any{&oid, &one.Name, &one.Unique, &one.Method, &one.Columns, &one.Include, &one.Where}, func() error {
		if info := t.tables[oid]; info != nil {
			info.Indexes = append(info.Indexes, one)
		}
		return nil
	})
	return err
}

func (t *truth) readSequences(ctx context.Context) error {
	rows, err := t.conn.Query(ctx, `
		SELECT n.nspname, c.relname, coalesce(o.owner, '')
		FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
		LEFT JOIN LATERAL (
			SELECT quote_ident(tn.nspname) || '.' || quote_ident(tc.relname) || '.' || quote_ident(a.attname) AS owner
			FROM pg_depend d JOIN pg_class tc ON tc.oid = d.refobjid JOIN pg_namespace tn ON tn.oid = tc.relnamespace
			JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
			WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass AND d.objid = c.oid
				AND d.refobjsubid > 0 AND d.deptype IN ('a', 'i') LIMIT 1
		) o ON true
		WHERE c.relkind = 'S' AND`+users+`ORDER BY 1, 2`)
	if err != nil {
		return err
	}
	var one catalog.SequenceInfo
	_, err = pgx.ForEachRow(rows, []any{&one.Schema, &one.Name, &one.OwnedBy}, func() error {
		t.schema.Sequences = append(t.schema.Sequences, one)
		return nil
	})
	return err
}

// plain returns a key of an index as Read returns it.
func plain(key string, columns []catalog.ColumnInfo) string {
	for _, column := range columns {
		name := catalog.Quoted(op.Name{Name: column.Name})
		if key == name || strings.HasPrefix(key, name+" ") {
			return name
		}
	}
	if strings.TrimSpace(key) == "" {
		return key
	}
	return expression
}
