package schematest

import (
	"bytes"
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/dropgate/dropgate/analyzer/catalog"
	"github.com/dropgate/dropgate/internal/pgtest"
	"github.com/dropgate/dropgate/internal/schema"
)

// Printed returns the schema as dropgate schema --format json prints it.
func Printed(set schema.Set) (catalog.Schema, error) {
	var b bytes.Buffer
	if err := schema.JSON(&b, []schema.Set{set}); err != nil {
		return catalog.Schema{}, fmt.Errorf("print the schema: %w", err)
	}
	var document struct {
		Version int
		Sets    []schema.Set
	}
	d := json.NewDecoder(&b)
	d.DisallowUnknownFields()
	if err := d.Decode(&document); err != nil {
		return catalog.Schema{}, fmt.Errorf("read the printed schema: %w", err)
	}
	return document.Sets[0].Schema, nil
}

//go:embed inventory.sql
var inventorySQL string

// Inventory returns what a database has, a line each with PostgreSQL's own text of
// it, sorted.
func Inventory(ctx context.Context, conn *pgx.Conn) ([]string, error) {
	if _, err := conn.Exec(ctx, "SET search_path = ''"); err != nil {
		return nil, fmt.Errorf("empty search_path: %w", err)
	}
	rows, err := conn.Query(ctx, inventorySQL)
	if err != nil {
		return nil, fmt.Errorf("list what is there: %w", err)
	}
	lines, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (string, error) {
		var kind, text string
		err := row.Scan(&kind, &text)
		return kind + " " + text, err
	})
	if err != nil {
		return nil, fmt.Errorf("list what is there: %w", err)
	}
	slices.Sort(lines)
	return lines, nil
}

// again runs the SQL that is printed of a set on a database of its own, and compares
// that with the one that the connection is to. Broken is what PostgreSQL says if it
// refuses a statement; those behind it have not run then.
func again(ctx context.Context, server *pgtest.Server, conn *pgx.Conn, set schema.Set) (c Comparison, broken string, err error) {
	var b strings.Builder
	if err := schema.SQL(&b, []schema.Set{set}); err != nil {
		return c, "", fmt.Errorf("print the schema: %w", err)
	}
	name, err := server.Create(ctx)
	if err != nil {
		return c, "", err
	}
	defer func() { err = errors.Join(err, server.Drop(context.WithoutCancel(ctx), name)) }()
	other, err := server.Connect(ctx, name)
	if err != nil {
		return c, "", err
	}
	defer func() { err = errors.Join(err, other.Close(context.WithoutCancel(ctx))) }()
	if _, err := other.PgConn().Exec(ctx, b.String()).ReadAll(); err != nil {
		return c, err.Error(), nil
	}
	want, err := Inventory(ctx, conn)
	if err != nil {
		return c, "", err
	}
	got, err := Inventory(ctx, other)
	if err != nil {
		return c, "", err
	}
	c.Counts = map[string]Count{}
	c.listed(want, got, func(line string) (kind, rest string) {
		kind, rest, _ = strings.Cut(line, " ")
		return kind, rest
	})
	return c, "", nil
}
