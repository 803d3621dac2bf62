package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/dropgate/dropgate/analyzer/migration"
	"github.com/dropgate/dropgate/internal/losstest"
	"github.com/dropgate/dropgate/internal/pgtest"
)

// An examiner runs a project's migrations on a server.
type examiner struct {
	server   *pgtest.Server
	history  *history
	database string         // all earlier migrations ran here; no row was put there
	how      manner         // that the migration at hand needs
	only     *regexp.Regexp // the paths of the migrations to try; nil: all
	progress io.Writer
}

// examine runs every migration of a project and holds its verdict against it.
func examine(ctx context.Context, p project, root string, only *regexp.Regexp, progress io.Writer) (found *findings, err error) {
	h, err := load(p, root)
	if err != nil {
		return nil, err
	}
	server, err := pgtest.Open()
	if err != nil {
		return nil, fmt.Errorf("start PostgreSQL: %w", err)
	}
	defer func() { err = errors.Join(err, server.Close()) }()
	verdicts := h.judge()
	found = &findings{Project: p.Name, Date: time.Now().UTC().Format(time.DateOnly)}
	databases := map[string]*examiner{}
	for i, m := range h.migrations {
		if !goesForward(m) {
			continue
		}
		e := databases[m.Schema()]
		if e == nil {
			e = &examiner{server: server, history: h, only: only, progress: progress}
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
		if only != nil && !only.MatchString(m.File.Path) {
			continue
		}
		one.Blocking, one.Told = verdicts[m.File.Path].split()
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
	if e.only != nil && !e.only.MatchString(m.File.Path) {
		return one, e.advance(ctx, m)
	}
	t, err := e.search(ctx, m)
	if err != nil {
		return one, err
	}
	one.Empty, one.Without = t.empty, t.rows.Without
	for _, l := range t.lost {
		one.Lost = append(one.Lost, loss{string(l.Kind), l.Object, l.Count})
	}
	if t.failed == nil {
		return one, e.advance(ctx, m)
	}
	bare, err := e.tryBoth(ctx, m, losstest.Filling{Bare: true})
	switch {
	case err != nil:
		return one, err
	case bare.failed != nil:
		one.Failed = bare.failed.String()
		return one, nil
	}
	one.Refused = t.failed.String()
	return one, e.advance(ctx, m)
}

// advance runs a migration on top of the earlier ones. It has run on a copy.
func (e *examiner) advance(ctx context.Context, m *migration.Migration) error {
	failed, err := e.run(ctx, e.database, m, e.how)
	if err == nil && failed != nil && e.only == nil {
		err = fmt.Errorf("it ran on a copy and does not run again: %s", failed)
	}
	return err
}

// search tries a migration over one kind of rows after the other, until PostgreSQL
// lets it through. Where none serves, the tables whose rows are in the way stay
// empty: a column that must have a value cannot be added to any other.
func (e *examiner) search(ctx context.Context, m *migration.Migration) (trial, error) {
	e.how = wholly
	kinds := telling(m)
	first, err := e.tryBoth(ctx, m, kinds[0])
	if err != nil || first.failed == nil && len(first.lost) > 0 {
		return first, err
	}
	best := first
	for _, rows := range kinds[1:] {
		t, err := e.tryBoth(ctx, m, rows)
		if err != nil || t.failed == nil && len(t.lost) > 0 {
			return t, err
		}
		best = better(best, t)
	}
	if first.failed == nil {
		return first, nil
	}
	return e.makeWay(ctx, m, kinds, best)
}

// makeWay tries a migration over rows that PostgreSQL may not refuse: it fills
// columns that must not have NULL, goes on to modest rows, and leaves tables empty.
// It returns the first trial that lost something, else the best.
func (e *examiner) makeWay(ctx context.Context, m *migration.Migration, kinds []losstest.Filling, best trial) (trial, error) {
	type attempt struct {
		rows losstest.Filling
		out  func(*losstest.Filling, *failure) bool
		last bool // only where nothing else runs
	}
	attempts := []attempt{{rows: kinds[0], out: valueInTheWay}}
	for _, rows := range kinds {
		attempts = append(attempts, attempt{rows: rows, out: tableInTheWay})
	}
	lists := kinds[0]
	lists.Lists = true
	attempts = append(attempts, attempt{lists, valueInTheWay, true}, attempt{lists, tableInTheWay, true})
	for _, rows := range modest() {
		attempts = append(attempts, attempt{rows, valueInTheWay, true}, attempt{rows, tableInTheWay, true})
	}
	for _, a := range attempts {
		if a.last && best.failed == nil && len(best.rows.Without) == 0 {
			break
		}
		t, err := e.adjust(ctx, m, a.rows, a.out)
		if err != nil || t.failed == nil && len(t.lost) > 0 {
			return t, err
		}
		best = better(best, t)
	}
	return best, nil
}

// better returns the trial that says more, of two that lost nothing: the one that
// ran, with rows in more tables.
func better(a, b trial) trial {
	if b.failed == nil && (a.failed != nil || len(a.rows.Without) > len(b.rows.Without)) {
		return b
	}
	return a
}

// adjustments is how often rows are changed for a migration's sake.
const adjustments = 40

// adjust tries a migration, and takes out of the rows what is in its way.
func (e *examiner) adjust(ctx context.Context, m *migration.Migration, rows losstest.Filling, out func(*losstest.Filling, *failure) bool) (trial, error) {
	for range adjustments {
		t, err := e.tryBoth(ctx, m, rows)
		if err != nil || t.failed == nil || !out(&rows, t.failed) {
			return t, err
		}
	}
	return trial{failed: &failure{text: "too many rows are in the way"}}, nil
}

// valueInTheWay fills the column that must not have NULL.
func valueInTheWay(rows *losstest.Filling, f *failure) bool {
	name := f.table + "." + f.column
	if f.column == "" || !rows.Nulls || slices.Contains(rows.NotNull, name) {
		return false
	}
	rows.NotNull = append(rows.NotNull, name)
	return true
}

// tableInTheWay leaves the table empty whose rows are refused, and fills the column
// that must not have NULL before that.
func tableInTheWay(rows *losstest.Filling, f *failure) bool {
	if valueInTheWay(rows, f) {
		return true
	}
	if f.table == "" || slices.Contains(rows.Without, f.table) {
		return false
	}
	rows.Without = append(rows.Without, f.table)
	return true
}

// tryBoth tries a migration as a whole, then statement by statement if it needs
// that, and remembers which.
func (e *examiner) tryBoth(ctx context.Context, m *migration.Migration, rows losstest.Filling) (trial, error) {
	t, err := e.try(ctx, m, rows)
	if err == nil && e.how == wholly && t.failed.needsSingly() {
		e.how = singly
		return e.try(ctx, m, rows)
	}
	return t, err
}

// A trial is what running a migration on a copy has shown.
type trial struct {
	rows   losstest.Filling
	lost   []losstest.Loss
	failed *failure
	empty  []string // tables that no row could be put into
}

// try runs a migration on a copy that gets rows first.
func (e *examiner) try(ctx context.Context, m *migration.Migration, rows losstest.Filling) (t trial, err error) {
	t.rows = rows
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
	if e.only != nil && e.only.MatchString(m.File.Path) {
		_, _ = fmt.Fprintln(e.progress, strings.Join(before.Rows(), "\n"))
	}
	if t.failed, err = e.run(ctx, name, m, e.how); err != nil || t.failed != nil {
		if e.only != nil && t.failed != nil {
			_, _ = fmt.Fprintln(e.progress, "refused:", t.failed)
		}
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
