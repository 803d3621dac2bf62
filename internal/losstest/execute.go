package losstest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/dropgate/dropgate/internal/pgtest"
)

// An Outcome is what executing a change has shown.
type Outcome struct {
	Losses []Loss // by object, then kind
	// Kept are values that were overwritten while the same change put them into
	// another column of their row. They are no losses.
	Kept []Loss
	// Error is what PostgreSQL refused the change with, empty if it did not. The
	// rest of the change did not run.
	Error string
}

// Lost reports whether the change lost anything.
func (o Outcome) Lost() bool { return len(o.Losses) > 0 }

// Execute runs the case's history on a new database, puts rows into every table,
// runs the change and compares. The files run as a migration tool runs them: one
// after the other in one session, each sent as a whole, so that a file without
// transaction statements is one transaction. History and change have a session
// of their own each. Where psql runs the files it stops at the first error, and
// each statement is a transaction. The error tells that the case could not be set up.
//
// Databases and roles that the case makes belong to the whole server; they are
// removed at the end. No two cases may run on a server at the same time.
func Execute(ctx context.Context, server *pgtest.Server, c Case) (outcome Outcome, err error) {
	name, err := server.Create(ctx)
	if err != nil {
		return Outcome{}, err
	}
	defer func() { err = errors.Join(err, server.Drop(context.WithoutCancel(ctx), name)) }()
	conn, err := server.Connect(ctx, name)
	if err != nil {
		return Outcome{}, err
	}
	defer func() { err = errors.Join(err, conn.Close(context.WithoutCancel(ctx))) }()
	clean, err := Remember(ctx, conn)
	if err != nil {
		return Outcome{}, err
	}
	defer func() { err = errors.Join(err, clean(context.WithoutCancel(ctx))) }()
	return execute(ctx, server, conn, name, c)
}

// execute does what Execute promises in a database that is there.
func execute(ctx context.Context, server *pgtest.Server, conn *pgx.Conn, name string, c Case) (Outcome, error) {
	run := session
	if c.Psql {
		run = c.psql
	}
	if failed, err := run(ctx, server, name, c.History); err != nil {
		return Outcome{}, err
	} else if failed != "" {
		return Outcome{}, fmt.Errorf("run the history: %s", failed)
	}
	if err := seed(ctx, conn, c.Seed); err != nil {
		return Outcome{}, err
	}
	before, err := Take(ctx, conn)
	if err != nil {
		return Outcome{}, err
	}
	var outcome Outcome
	if outcome.Error, err = run(ctx, server, name, c.Change); err != nil {
		return Outcome{}, err
	}
	after, err := Take(ctx, conn)
	if err != nil {
		return Outcome{}, err
	}
	outcome.Losses, outcome.Kept = Compare(before, after)
	return outcome, nil
}

// session runs files in a session of its own, up to the first that fails, and
// returns that failure. A transaction that is still open is rolled back.
func session(ctx context.Context, server *pgtest.Server, database string, files []File) (failed string, err error) {
	conn, err := server.Connect(ctx, database)
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, conn.Close(context.WithoutCancel(ctx))) }()
	for _, f := range files {
		if _, err := conn.PgConn().Exec(ctx, string(f.Data)).ReadAll(); err != nil {
			return fmt.Sprintf("%s: %v", f.Name, err), nil
		}
	}
	return "", nil
}

// psql runs files as session does, with psql in a folder that holds the case's
// repository.
func (c *Case) psql(ctx context.Context, server *pgtest.Server, database string, files []File) (failed string, err error) {
	if len(files) == 0 {
		return "", nil
	}
	dir, err := os.MkdirTemp("", "losstest-")
	if err != nil {
		return "", fmt.Errorf("make a folder for psql: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	sides := []string{"history/", "change/"} // what a change writes over comes first
	if strings.HasPrefix(files[0].Name, sides[0]) {
		sides = sides[:1]
	}
	for _, side := range sides {
		for _, f := range slices.Concat(c.History, c.Change, c.Included) {
			if !strings.HasPrefix(f.Name, side) {
				continue
			}
			if err := lay(filepath.Join(dir, filepath.FromSlash(f.Path())), f.Data); err != nil {
				return "", fmt.Errorf("lay out the case's files: %w", err)
			}
		}
	}
	var paths []string
	for _, f := range files {
		paths = append(paths, f.Path())
	}
	return server.Psql(ctx, database, dir, paths...)
}

// lay writes a file and makes the folders above it.
func lay(path string, data []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	return os.WriteFile(path, data, 0o600)
}

// Remember returns a function that removes the databases and roles that are not
// there yet.
func Remember(ctx context.Context, conn *pgx.Conn) (func(context.Context) error, error) {
	databases, err := list(ctx, conn, "SELECT datname FROM pg_database")
	if err != nil {
		return nil, err
	}
	roles, err := list(ctx, conn, "SELECT rolname FROM pg_roles")
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context) error {
		err := remove(ctx, conn, "SELECT datname FROM pg_database", databases, "DROP DATABASE %s WITH (FORCE)")
		return errors.Join(err, remove(ctx, conn, "SELECT rolname FROM pg_roles", roles, "DROP OWNED BY %[1]s CASCADE; DROP ROLE %[1]s"))
	}, nil
}

// remove runs the statement for each name in the query's answer that is not known.
func remove(ctx context.Context, conn *pgx.Conn, query string, known []string, statement string) error {
	names, err := list(ctx, conn, query)
	if err != nil {
		return err
	}
	for _, name := range names {
		if slices.Contains(known, name) {
			continue
		}
		sql := fmt.Sprintf(statement, pgx.Identifier{name}.Sanitize())
		if _, err := conn.PgConn().Exec(ctx, sql).ReadAll(); err != nil {
			return fmt.Errorf("remove %s: %w", name, err)
		}
	}
	return nil
}

// list returns the one column of the query's answer, in order.
func list(ctx context.Context, conn *pgx.Conn, query string) ([]string, error) {
	rows, err := conn.Query(ctx, query+" ORDER BY 1")
	if err != nil {
		return nil, fmt.Errorf("list names: %w", err)
	}
	names, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return nil, fmt.Errorf("list names: %w", err)
	}
	return names, nil
}
