package stats

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/jackc/pgx/v5/pgconn"
)

// Options say where to collect and how long that may take.
type Options struct {
	// DSN is a connection URI or libpq's key=value pairs. What it leaves out comes
	// from libpq's environment variables and files.
	DSN     string
	Timeout time.Duration // of the query
}

// lockTimeout is how long the query waits for a table that a migration or VACUUM
// FULL holds. Whoever wants to lock that table too would wait behind it.
const lockTimeout = 3 * time.Second

// Codes of PostgreSQL's errors.
const (
	lockNotAvailable = "55P03"
	queryCanceled    = "57014"
)

// Collect asks a server how large the tables of a database are. It reads system
// catalogs only, in one transaction that may not write.
func Collect(ctx context.Context, o Options) (File, error) {
	config, err := pgconn.ParseConfig(o.DSN)
	if err != nil {
		return File{}, errDSN(o.DSN, err)
	}
	if config.RuntimeParams["application_name"] == "" {
		config.RuntimeParams["application_name"] = "dropgate stats"
	}
	conn, err := pgconn.ConnectConfig(ctx, config)
	if err != nil {
		return File{}, withheld("connect to the database", o.timedOut(ctx, err), config, o.DSN)
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	f, err := collect(ctx, conn, o.Timeout)
	if err != nil {
		return File{}, withheld("read the sizes", o.timedOut(ctx, err), config, o.DSN)
	}
	return f, nil
}

// timedOut says in words what took too long, if that is what the error is.
func (o Options) timedOut(ctx context.Context, err error) error {
	var refused *pgconn.PgError
	if errors.As(err, &refused) && refused.Code == lockNotAvailable {
		return errors.New("a table is locked by somebody else, such as a migration that is running: try again later")
	}
	if refused != nil && refused.Code == queryCanceled || errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return fmt.Errorf("there was no answer within %s: allow more with --timeout", o.Timeout)
	}
	return err
}

// errDSN says that a DSN cannot be read. What pgx says of it may quote a part of
// the password, such as one with a slash in a URI.
func errDSN(dsn string, err error) error {
	if dsn == "" {
		return fmt.Errorf("the settings for the connection in the environment cannot be read: %s",
			strings.TrimPrefix(err.Error(), "cannot parse ``: "))
	}
	return errors.New("the DSN cannot be read; it is not shown, since a password may be in it: write postgres://user@host:5432/database" +
		" or host=… dbname=…, with the password in PGPASSWORD or in ~/.pgpass, or in a URI with %-codes for its special characters")
}

// withheld is an error without the password of the connection in it.
func withheld(what string, err error, config *pgconn.Config, dsn string) error {
	text := err.Error()
	for _, secret := range []string{dsn, config.Password, url.QueryEscape(config.Password), url.PathEscape(config.Password)} {
		if secret != "" {
			text = strings.ReplaceAll(text, secret, "…")
		}
	}
	return fmt.Errorf("%s: %s", what, text)
}

// begin begins a transaction that may not write, nor run or wait for long, nor call
// a function of the database's own. Times are said in UTC in it.
func begin(ctx context.Context, conn *pgconn.PgConn, timeout time.Duration) error {
	sql := fmt.Sprintf("BEGIN READ ONLY; SET LOCAL statement_timeout = %d; SET LOCAL lock_timeout = %d; SET LOCAL search_path = pg_catalog; SET LOCAL timezone = 'UTC'",
		max(timeout.Milliseconds(), 1), min(lockTimeout, max(timeout/2, time.Millisecond)).Milliseconds())
	_, err := conn.Exec(ctx, sql).ReadAll()
	return err
}

func collect(ctx context.Context, conn *pgconn.PgConn, timeout time.Duration) (File, error) {
	var f File
	if err := begin(ctx, conn, timeout); err != nil {
		return f, err // closing the connection ends what there is of a transaction
	}
	defer func() { _, _ = conn.Exec(context.WithoutCancel(ctx), "ROLLBACK").ReadAll() }()
	if err := each(ctx, conn, about, func(row []byte) error { return json.Unmarshal(row, &f) }); err != nil {
		return f, err
	}
	f.CollectedAt = f.CollectedAt.UTC().Truncate(time.Second)
	var relations []relation
	err := each(ctx, conn, sizes, func(row []byte) error {
		r, err := read(row)
		relations = append(relations, r)
		return err
	})
	if err != nil {
		return f, err
	}
	f.Tables = tables(relations)
	f.sort()
	return f, nil
}

// each runs a query whose rows are one JSON value each. It sends it as text:
// poolers in front of a server do not keep prepared statements. It does without
// the rest of pgx, whose codecs of all types would be a tenth of the program.
func each(ctx context.Context, conn *pgconn.PgConn, query string, do func(row []byte) error) error {
	results := conn.Exec(ctx, query)
	var failed error
	for results.NextResult() {
		for rows := results.ResultReader(); rows.NextRow(); {
			if failed == nil {
				failed = do(rows.Values()[0])
			}
		}
	}
	return errors.Join(results.Close(), failed)
}

const about = `
SELECT json_build_object('Database', current_database(), 'CollectedAt', now(),
                         'ServerVersion', current_setting('server_version'))`

// sizes reads all tables that a user made. rows is what ANALYZE or VACUUM counted,
// or the server's running count where that is higher: a table that was counted
// when it was empty may have filled since. A table without a page has no row; what
// has pages and was never counted is null.
const sizes = `
SELECT json_build_object(
  'oid', c.oid::int8, 'schema', n.nspname, 'name', c.relname,
  'kind', CASE c.relkind WHEN 'p' THEN '` + Partitioned + `' ELSE '` + Plain + `' END,
  'rows', CASE WHEN c.relkind = 'p' OR pg_relation_size(c.oid) = 0 THEN 0
               ELSE greatest(CASE WHEN c.reltuples > 0 OR c.relpages > 0 AND c.reltuples = 0 THEN c.reltuples::int8 END,
                             nullif(pg_stat_get_live_tuples(c.oid), 0)) END,
  'size', pg_total_relation_size(c.oid),
  'analyzed_at', greatest(pg_stat_get_last_analyze_time(c.oid), pg_stat_get_last_autoanalyze_time(c.oid),
                          pg_stat_get_last_vacuum_time(c.oid), pg_stat_get_last_autovacuum_time(c.oid)),
  'parents', ARRAY(SELECT i.inhparent::int8 FROM pg_inherits i WHERE i.inhrelid = c.oid ORDER BY i.inhparent))
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p') AND c.relpersistence <> 't'
  AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'`

// A relation is a row of what sizes reads.
type relation struct {
	Table
	OID     int64   `json:"oid"`
	Size    *int64  `json:"size"` // in bytes; nil: dropped while the query ran
	Parents []int64 `json:"parents"`
}

func read(row []byte) (relation, error) {
	var r relation
	if err := json.Unmarshal(row, &r); err != nil {
		return r, err
	}
	if !utf8.Valid(row) {
		return r, fmt.Errorf("the name of the table %s is not UTF-8: give the database an encoding", r.Name)
	}
	if r.AnalyzedAt != nil {
		at := r.AnalyzedAt.UTC().Truncate(time.Second)
		r.AnalyzedAt = &at
	}
	if r.Size != nil {
		r.Bytes = *r.Size
	}
	return r, nil
}
