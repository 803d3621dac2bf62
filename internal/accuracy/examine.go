package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/dropgate/dropgate/analyzer/migration"
	"github.com/dropgate/dropgate/internal/losstest"
	"github.com/dropgate/dropgate/internal/pgtest"
)

// An examiner runs a project's migrations on a server.
type examiner struct {
	server   *pgtest.Server
	history  *history
	database string // all earlier migrations ran here; no row was put there
}

// examine runs every migration of a project and holds its verdict against it.
func examine(ctx context.Context, p project, root string, progress io.Writer) (found *findings, err error) {
	h, err := load(p, root)
	if err != nil {
		return nil, err
	}
	server, err := pgtest.Open()
	if err != nil {
		return nil, fmt.Errorf("start PostgreSQL: %w", err)
	}
	defer func() { err = errors.Join(err, server.Close()) }()
	blocking := h.judge()
	found = &findings{Project: p.Name, Date: time.Now().UTC().Format(time.DateOnly)}
	databases := map[string]*examiner{}
	for i, m := range h.migrations {
		if !goesForward(m) {
			continue
		}
		e := databases[m.Schema()]
		if e == nil {
			e = &examiner{server: server, history: h}
			databases[m.Schema()] = e
			if found.Version, err = e.begin(ctx, p.Setup); err != nil {
				return nil, err
			}
		}
		began := time.Now()
		one, err := e.migration(ctx, m)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", m.File.Path, err)
		}
		one.Blocking = blocking[m.File.Path]
		found.add(one, m.Format)
		_, _ = fmt.Fprintf(progress, "%s %d/%d %s: %s (%s)\n", p.Name, i+1, len(h.migrations), m.File.Path, one.class(), time.Since(began).Round(time.Millisecond))
	}
	return found, nil
}

// begin makes the database and returns the server's version.
func (e *examiner) begin(ctx context.Context, setup string) (version string, err error) {
	if e.database, err = e.server.Create(ctx); err != nil {
		return "", err
	}
	conn, err := e.server.Connect(ctx, e.database)
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, conn.Close(context.WithoutCancel(ctx))) }()
	if _, err := conn.PgConn().Exec(ctx, setup).ReadAll(); err != nil {
		return "", fmt.Errorf("run the project's setup: %w", err)
	}
	err = conn.QueryRow(ctx, "SELECT split_part(current_setting('server_version'), ' ', 1)").Scan(&version)
	return version, err
}

// migration runs one migration over rows, then on top of the earlier ones.
func (e *examiner) migration(ctx context.Context, m *migration.Migration) (outcome, error) {
	one := outcome{Path: m.File.Path}
	how := wholly
	tried, err := e.try(ctx, m, how, fillings(m)[0])
	if err == nil && tried.failed.needsSingly() {
		how = singly
		tried, err = e.try(ctx, m, how, fillings(m)[0])
	}
	if err != nil {
		return one, err
	}
	if tried.failed != nil {
		bare, err := e.try(ctx, m, how, losstest.Filling{})
		if err != nil {
			return one, err
		}
		if bare.failed != nil {
			one.Failed = bare.failed.String()
			return one, nil
		}
		one.Refused = tried.failed.String()
		for _, f := range fillings(m)[1:] {
			other, err := e.try(ctx, m, how, f)
			if err != nil {
				return one, err
			}
			if other.failed == nil {
				tried, one.Refused = other, ""
				break
			}
		}
	}
	one.Empty = tried.empty
	if one.Refused == "" {
		for _, l := range tried.lost {
			one.Lost = append(one.Lost, l.String())
		}
	}
	_, failed, err := e.run(ctx, e.database, m, how)
	if err == nil && failed != nil {
		err = fmt.Errorf("it ran on a copy and does not run again: %s", failed)
	}
	return one, err
}

// A trial is what running a migration on a copy has shown.
type trial struct {
	lost   []losstest.Loss
	failed *failure
	empty  []string // tables that no row could be put into
}

// try runs a migration on a copy that gets rows first.
func (e *examiner) try(ctx context.Context, m *migration.Migration, how manner, rows losstest.Filling) (t trial, err error) {
	name, err := e.server.Copy(ctx, e.database)
	if err != nil {
		return t, err
	}
	defer func() { err = errors.Join(err, e.server.Drop(context.WithoutCancel(ctx), name)) }()
	conn, err := e.server.Connect(ctx, name)
	if err != nil {
		return t, err
	}
	defer func() { err = errors.Join(err, conn.Close(context.WithoutCancel(ctx))) }()
	clean, err := losstest.Remember(ctx, conn)
	if err != nil {
		return t, err
	}
	defer func() { err = errors.Join(err, clean(context.WithoutCancel(ctx))) }()
	if t.empty, err = losstest.Fill(ctx, conn, rows); err != nil {
		return t, err
	}
	before, err := losstest.Take(ctx, conn)
	if err != nil {
		return t, err
	}
	if _, t.failed, err = e.run(ctx, name, m, how); err != nil || t.failed != nil {
		return t, err
	}
	after, err := losstest.Take(ctx, conn)
	if err != nil {
		return t, err
	}
	t.lost, _ = losstest.Compare(before, after)
	slices.Sort(t.empty)
	return t, nil
}
