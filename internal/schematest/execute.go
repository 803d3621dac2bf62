package schematest

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/dropgate/dropgate/analyzer"
	"github.com/dropgate/dropgate/analyzer/catalog"
	"github.com/dropgate/dropgate/analyzer/migration"
	"github.com/dropgate/dropgate/analyzer/pgsql"
	"github.com/dropgate/dropgate/analyzer/source"
	"github.com/dropgate/dropgate/internal/pgtest"
)

// A Result is what running a set of migrations has shown.
type Result struct {
	Set        string
	Migrations int
	// Refused are statements that the server did not run, and why: what they would
	// have made is missing on PostgreSQL's side.
	Refused []string
	Comparison
}

// Run runs each set of migrations on a database of its own, in the order in which
// their tool does, and compares. Folder is where they stand, for those that psql runs.
// Sets that are for another database are left out.
func Run(ctx context.Context, server *pgtest.Server, folder string, all []*migration.Migration) ([]Result, error) {
	all = slices.DeleteFunc(slices.Clone(all), func(m *migration.Migration) bool { return m.Foreign() })
	slices.SortStableFunc(all, migration.Compare)
	schemas := analyzer.Schemas(analyzer.Options{}, all)
	sets := map[string][]*migration.Migration{}
	var names []string
	for _, m := range all {
		if sets[m.Schema()] == nil {
			names = append(names, m.Schema())
		}
		sets[m.Schema()] = append(sets[m.Schema()], m)
	}
	var results []Result
	for _, name := range names {
		c := schemas[name]
		if c == nil {
			continue // nothing in it goes forward
		}
		r := &runner{server: server, folder: folder, result: Result{Set: name, Migrations: len(sets[name])}}
		if err := r.run(ctx, sets[name], c); err != nil {
			return nil, fmt.Errorf("run %s: %w", name, err)
		}
		results = append(results, r.result)
	}
	return results, nil
}

type runner struct {
	server   *pgtest.Server
	folder   string
	database string
	result   Result
}

func (r *runner) run(ctx context.Context, all []*migration.Migration, c *catalog.Catalog) (err error) {
	if r.database, err = r.server.Create(ctx); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.server.Drop(context.WithoutCancel(ctx), r.database)) }()
	for _, m := range all {
		if err := r.migrate(ctx, m); err != nil {
			return err
		}
	}
	conn, err := r.server.Connect(ctx, r.database)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.Close(context.WithoutCancel(ctx))) }()
	want, err := Read(ctx, conn)
	if err != nil {
		return err
	}
	r.result.Comparison = Compare(want, c.Describe())
	return nil
}

// migrate runs the sections of a migration that go forward, in a session of its own.
func (r *runner) migrate(ctx context.Context, m *migration.Migration) (err error) {
	conn, err := r.server.Connect(ctx, r.database)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.Close(context.WithoutCancel(ctx))) }()
	for _, s := range m.Sections {
		if s.Direction == migration.Down {
			continue
		}
		if s.Psql && metaCommand.Match(m.File.Data[s.Span.Start:s.Span.End]) {
			said, err := r.server.Psql(ctx, r.database, r.folder, m.File.Path)
			if err != nil {
				return err
			}
			if said != "" {
				r.refuse(m.File.Path, said)
			}
			return nil
		}
		r.section(ctx, conn, m.File, s)
	}
	return nil
}

// metaCommand matches a line that psql would not send to the server.
var metaCommand = regexp.MustCompile(`(?m)^\\[a-z]`)

// section sends a section as a whole, which is one transaction then. What cannot run
// in one, or holds a statement that is refused, is sent statement by statement.
func (r *runner) section(ctx context.Context, conn *pgx.Conn, f *source.File, s migration.Section) {
	if _, err := conn.PgConn().Exec(ctx, f.Text(s.Span)).ReadAll(); err == nil {
		return
	}
	_, _ = conn.PgConn().Exec(ctx, "ROLLBACK").ReadAll() // there may be none to roll back
	for _, statement := range pgsql.Read(f, s.Span, pgsql.Options{Psql: s.Psql}) {
		if _, err := conn.PgConn().Exec(ctx, f.Text(statement.Span)).ReadAll(); err != nil {
			r.refuse(fmt.Sprintf("%s:%d", f.Path, f.Position(statement.Span.Start).Line), err.Error())
		}
	}
}

func (r *runner) refuse(where, why string) {
	r.result.Refused = append(r.result.Refused, where+": "+strings.Join(strings.Fields(why), " "))
}
