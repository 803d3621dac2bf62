package main

import (
	"context"
	"errors"
	"regexp"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/dropgate/dropgate/analyzer/migration"
	"github.com/dropgate/dropgate/analyzer/pgsql"
)

// A manner is how a migration is sent.
type manner int

const (
	wholly manner = iota // as one text, which is one transaction unless it says otherwise
	singly               // statement by statement
)

// A failure is PostgreSQL's, or psql's, refusal of a migration.
type failure struct {
	code  string // SQLSTATE, if it is known
	table string // schema.name of the table whose rows are in the way, if it is one
	// column is the one of that table that has NULL and must not.
	column string
	text   string
}

func (f *failure) String() string {
	if f == nil {
		return ""
	}
	return f.text
}

// needsSingly reports whether the migration does not run as one transaction: it
// has a statement that cannot (25001), or uses an enum's label that is not
// committed (55P04), or commits in a body (2D000).
func (f *failure) needsSingly() bool {
	return f != nil && (f.code == "25001" || f.code == "55P04" || f.code == "2D000")
}

// command matches a line that psql does not send to the server, and what only psql
// can feed with the lines that follow.
var command = regexp.MustCompile(`(?im)^\s*\\[a-z!]|\bFROM\s+stdin\b`)

// run runs the sections of a migration that go forward.
func (e *examiner) run(ctx context.Context, database string, m *migration.Migration, how manner) (failed *failure, err error) {
	var texts []string
	for _, s := range m.Sections {
		if s.Direction != migration.Up {
			continue
		}
		if s.Psql && command.Match(m.File.Data[s.Span.Start:s.Span.End]) {
			said, err := e.server.Psql(ctx, database, e.history.root, m.File.Path)
			if said == "" {
				return nil, err
			}
			return &failure{text: said}, err
		}
		texts = append(texts, e.texts(m, s, how)...)
	}
	if how == wholly {
		texts = []string{strings.Join(texts, "\n;\n")}
	}
	conn, err := e.server.Connect(ctx, database)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, conn.Close(context.WithoutCancel(ctx))) }()
	return send(ctx, conn, append([]string{"SET statement_timeout = '60s'"}, texts...))
}

// texts returns what of a section is sent.
func (e *examiner) texts(m *migration.Migration, s migration.Section, how manner) []string {
	if how == wholly || s.Whole {
		return []string{m.File.Text(s.Span)}
	}
	var texts []string
	for _, statement := range pgsql.Read(m.File, s.Span, pgsql.Options{Psql: s.Psql}) {
		texts = append(texts, m.File.Text(statement.Span))
	}
	return texts
}

// send runs texts up to the first that PostgreSQL refuses.
func send(ctx context.Context, conn *pgx.Conn, texts []string) (*failure, error) {
	for _, text := range texts {
		_, err := conn.PgConn().Exec(ctx, text).ReadAll()
		var refused *pgconn.PgError
		if errors.As(err, &refused) {
			return refusal(refused), nil
		}
		if err != nil {
			return nil, err
		}
	}
	return nil, nil
}

// refusal reads PostgreSQL's error.
func refusal(e *pgconn.PgError) *failure {
	f := &failure{code: e.Code, text: e.Code + " " + e.Message}
	if strings.HasPrefix(e.Code, "23") && e.TableName != "" {
		f.table = e.SchemaName + "." + e.TableName
		f.column = e.ColumnName
	}
	return f
}
