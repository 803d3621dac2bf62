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
	"github.com/dropgate/dropgate/analyzer/migration"
	"github.com/dropgate/dropgate/analyzer/pgsql"
	"github.com/dropgate/dropgate/analyzer/source"
	"github.com/dropgate/dropgate/internal/pgtest"
	"github.com/dropgate/dropgate/internal/schema"
)

// A Result is what running a set of migrations has shown.
type Result struct {
	Set        string
	Migrations int
	// Refused are statements that the server did not run, and why. The catalog is not
	// told of them either, so that both sides know of the same ones.
	Refused []string
	// Comparison holds what dropgate schema prints as JSON against pg_catalog.
	Comparison
	// Again holds a database that the printed SQL made against the one that the
	// migrations made; Broken is what PostgreSQL says of that SQL if it refuses it.
	Again  Comparison
	Broken string
}

// Run runs each set of migrations on a database of its own, in the order in which
// their tool does, and compares. Folder is where they stand, for those that psql runs.
// Sets that are for another database are left out.
func Run(ctx context.Context, server *pgtest.Server, folder string, all []*migration.Migration) ([]Result, error) {
	all = slices.DeleteFunc(slices.Clone(all), func(m *migration.Migration) bool { return m.Foreign() })
	slices.SortStableFunc(all, migration.Compare)
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
		r := &runner{
			server: server, folder: folder, result: Result{Set: name, Migrations: len(sets[name])}, refused: map[*source.File][]source.Span{},
		}
		if err := r.run(ctx, sets[name]); err != nil {
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
	refused  map[*source.File][]source.Span
}

func (r *runner) run(ctx context.Context, all []*migration.Migration) (err error) {
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
	set := schema.Set{Path: r.result.Set}
	if c := analyzer.Schemas(analyzer.Options{}, r.ran(all))[r.result.Set]; c != nil {
		set.Schema = c.Describe()
	}
	return r.compare(ctx, conn, set)
}

// compare holds what is printed of a set against the database that the connection is
// to.
func (r *runner) compare(ctx context.Context, conn *pgx.Conn, set schema.Set) error {
	want, err := Read(ctx, conn)
	if err != nil {
		return err
	}
	objects, err := ObjectsIn(ctx, conn)
	if err != nil {
		return err
	}
	got, err := Printed(set)
	if err != nil {
		return err
	}
	r.result.Comparison = Compare(want, got)
	r.result.objects(objects, ObjectsOf(got))
	r.result.Again, r.result.Broken, err = again(ctx, r.server, conn, set)
	return err
}

// ran returns the migrations without the statements that the server refused: blanks
// stand for them.
func (r *runner) ran(all []*migration.Migration) []*migration.Migration {
	out := slices.Clone(all)
	for i, m := range all {
		spans := r.refused[m.File]
		if len(spans) == 0 {
			continue
		}
		data := slices.Clone(m.File.Data)
		for _, span := range spans {
			for j := span.Start; j < span.End; j++ {
				data[j] = ' '
			}
		}
		one := *migration.Read(source.New(m.File.Path, data), m.Format)
		one.Set, one.Version = m.Set, m.Version
		out[i] = &one
	}
	return out
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
			if said == "" {
				return nil
			}
			r.refuse(m.File.Path, said)
			if !beginsBlock.Match(m.File.Data) {
				return nil // what ran before the error did run
			}
			r.singly(ctx, conn, m.File, s)
			continue
		}
		r.section(ctx, conn, m.File, s)
	}
	return nil
}

// beginsBlock matches a script that psql runs as one transaction.
var beginsBlock = regexp.MustCompile(`(?im)^\s*BEGIN\s*;`)

// transaction matches the statements that begin and end one.
var transaction = regexp.MustCompile(`(?i)^(BEGIN|COMMIT|START TRANSACTION|END)\b[^;]*$`)

// metaCommand matches a line that psql would not send to the server.
var metaCommand = regexp.MustCompile(`(?m)^\\[a-z]`)

// section sends a section as a whole, which is one transaction then. What cannot run
// in one, or holds a statement that is refused, is sent statement by statement.
func (r *runner) section(ctx context.Context, conn *pgx.Conn, f *source.File, s migration.Section) {
	if _, err := conn.PgConn().Exec(ctx, f.Text(s.Span)).ReadAll(); err == nil {
		if conn.PgConn().TxStatus() != 'I' { // the tool's own transaction would end here
			_, _ = conn.PgConn().Exec(ctx, "COMMIT").ReadAll()
		}
		return
	}
	_, _ = conn.PgConn().Exec(ctx, "ROLLBACK").ReadAll() // there may be none to roll back
	r.singly(ctx, conn, f, s)
}

// singly sends statement by statement.
func (r *runner) singly(ctx context.Context, conn *pgx.Conn, f *source.File, s migration.Section) {
	for _, statement := range pgsql.Read(f, s.Span, pgsql.Options{Psql: s.Psql}) {
		text := f.Text(statement.Span)
		if transaction.MatchString(text) {
			continue // a statement that is refused must not undo those before it
		}
		if err := execute(ctx, conn, text); err != nil {
			r.refused[f] = append(r.refused[f], statement.Span)
			r.refuse(fmt.Sprintf("%s:%d", f.Path, f.Position(statement.Span.Start).Line), err.Error())
		}
	}
}

func (r *runner) refuse(where, why string) {
	r.result.Refused = append(r.result.Refused, where+": "+strings.Join(strings.Fields(why), " "))
}
