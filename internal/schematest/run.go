package schematest

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/dropgate/dropgate/analyzer/migration"
	"github.com/dropgate/dropgate/analyzer/op"
	"github.com/dropgate/dropgate/analyzer/pgsql"
	"github.com/dropgate/dropgate/analyzer/source"
)

// A Refusal is a statement that the server refused.
type Refusal struct {
	Path      string
	Line      int
	Statement string
	Message   string
}

// RunStatements runs the statements of migrations one by one, each in a transaction of
// its own where the file does not roll back, and goes on behind those that the
// server refuses. It returns the migrations without the refused ones, blanked out
// in their place, so that what is read from them is what ran. Roles that are
// missing are made.
func RunStatements(ctx context.Context, conn *pgx.Conn, all []*migration.Migration) ([]*migration.Migration, []Refusal, error) {
	var ran []*migration.Migration
	var refused []Refusal
	for _, m := range all {
		if m.Direction() == "down" {
			continue
		}
		if _, err := conn.Exec(ctx, "ROLLBACK; RESET ALL; SET check_function_bodies = off; SET client_min_messages = error; DISCARD TEMP"); err != nil {
			return nil, nil, fmt.Errorf("begin %s: %w", m.File.Path, err)
		}
		data := slices.Clone(m.File.Data)
		for _, span := range forward(m) {
			text := m.File.Text(span)
			err := execute(ctx, conn, text)
			if err == nil {
				continue
			}
			if ctx.Err() != nil || conn.IsClosed() {
				return nil, nil, fmt.Errorf("run %s: %w", m.File.Path, err)
			}
			refused = append(refused, Refusal{m.File.Path, m.File.Position(span.Start).Line, text, err.Error()})
			for i := span.Start; i < span.End; i++ {
				if data[i] != '\n' {
					data[i] = ' '
				}
			}
		}
		left := *m
		left.File = source.New(m.File.Path, data) // its sections stay where they are
		ran = append(ran, &left)
	}
	return ran, refused, nil
}

// forward returns the statements of a migration that go forward. BEGIN and COMMIT
// are left out of a file that rolls nothing back.
func forward(m *migration.Migration) []source.Span {
	var all, plain []source.Span
	rolls := false
	for _, s := range m.Sections {
		if s.Direction != migration.Up {
			continue
		}
		for _, statement := range pgsql.Read(m.File, s.Span, pgsql.Options{Psql: s.Psql}) {
			all = append(all, statement.Span)
			if len(statement.Ops) > 0 {
				if t, ok := statement.Ops[0].Op.(*op.Transaction); ok {
					rolls = rolls || t.Kind == op.Rollback || t.Kind == op.RollbackTo
					continue
				}
			}
			plain = append(plain, statement.Span)
		}
	}
	if rolls {
		return all
	}
	return plain
}

// undefinedRole is the SQLSTATE of a role that does not exist.
const undefinedRole = "42704"

// execute runs a statement; where it names a role that is missing, it makes that
// role and tries again.
func execute(ctx context.Context, conn *pgx.Conn, text string) error {
	for range 10 {
		_, err := conn.Exec(ctx, text)
		var refused *pgconn.PgError
		if !errors.As(err, &refused) || refused.Code != undefinedRole {
			return err
		}
		var role string
		if n, _ := fmt.Sscanf(refused.Message, "role %q does not exist", &role); n != 1 {
			return err
		}
		if _, err := conn.Exec(ctx, "CREATE ROLE "+pgx.Identifier{role}.Sanitize()); err != nil {
			return err
		}
	}
	return errors.New("too many roles are missing")
}
