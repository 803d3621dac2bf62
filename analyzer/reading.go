package analyzer

import (
	"runtime"
	"slices"
	"sync"

	"github.com/dropgate/dropgate/analyzer/follow"
	"github.com/dropgate/dropgate/analyzer/migration"
	"github.com/dropgate/dropgate/analyzer/pgsql"
	"github.com/dropgate/dropgate/analyzer/source"
)

// A statement of a migration, or of a file that it brings in.
type statement struct {
	follow.Statement
	undone bool // a ROLLBACK takes it back
}

// A reading is a migration's statements.
type reading struct {
	up     []statement // of the sections that go forward
	down   int         // how many stand in sections that take back
	own    int         // how many of up stand in the migration itself
	unread int         // how many of up could not be read

	sections []SectionSummary
}

// readAll parses migrations, some at a time. Parsing is nearly all of the time
// that a review takes; judging is done in order.
func readAll(all []*migration.Migration, files func(*migration.Migration) map[string]*source.File, o Options) map[*migration.Migration]reading {
	jobs := o.Jobs
	if jobs < 1 {
		jobs = runtime.NumCPU()
	}
	all = distinct(all)
	var (
		counted = o.counter(Reading, len(all))
		done    = map[*migration.Migration]reading{}
		crashed any
		mutex   sync.Mutex
		workers sync.WaitGroup
		slots   = make(chan struct{}, jobs)
	)
	keep := func(m *migration.Migration, read reading) {
		mutex.Lock()
		defer mutex.Unlock()
		done[m] = read
		counted()
	}
	for _, m := range all {
		slots <- struct{}{}
		workers.Go(func() {
			defer func() {
				value := recover()
				mutex.Lock()
				if value != nil && crashed == nil {
					crashed = value
				}
				mutex.Unlock()
				<-slots
			}()
			read := readOne(m, files(m))
			keep(m, read)
		})
	}
	workers.Wait()
	if crashed != nil {
		panic(crashed) // here the caller can recover; in a goroutine nobody could
	}
	return done
}

// distinct returns the migrations that there are, each once.
func distinct(all []*migration.Migration) []*migration.Migration {
	seen := map[*migration.Migration]bool{nil: true}
	var out []*migration.Migration
	for _, m := range all {
		if !seen[m] {
			seen[m] = true
			out = append(out, m)
		}
	}
	return out
}

func readOne(m *migration.Migration, files map[string]*source.File) reading {
	var r reading
	for _, s := range m.Sections {
		statements := pgsql.Read(m.File, s.Span, pgsql.Options{Psql: s.Psql})
		r.sections = append(r.sections, summarize(m.File, s, statements))
		if s.Direction == migration.Down {
			r.down += len(statements)
			continue
		}
		r.own += len(statements)
		whole := follow.Inline(files, m.File, statements)
		r.up = slices.Grow(r.up, len(whole))
		for _, read := range whole {
			if read.Unread() {
				r.unread++
			}
			read.Normal = brief(read.Normal)
			r.up = append(r.up, statement{Statement: read})
		}
	}
	markUndone(r.up)
	return r
}
