// Package analyzer defines rules, findings and reports, and runs rules over a
// change on top of the migrations that have already run.
//
// [Together] reviews files as one change, [Each] reviews every file by itself. Both
// take migrations as [migration.Read] gives them; they run no SQL and read nothing
// but what they are handed. Which findings block is for the caller to decide:
// dropgate blocks on what is in [DataLoss] from a score of 60.
package analyzer

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"slices"
	"strings"

	"github.com/dropgate/dropgate/analyzer/catalog"
	"github.com/dropgate/dropgate/analyzer/follow"
	"github.com/dropgate/dropgate/analyzer/migration"
	"github.com/dropgate/dropgate/analyzer/op"
	"github.com/dropgate/dropgate/analyzer/pgsql"
	"github.com/dropgate/dropgate/analyzer/source"
)

// A ChangedFile is a file that the change adds, edits or removes.
type ChangedFile struct {
	Path   string
	Status string // added, modified, renamed, removed
	// OldPath is where a renamed file was, or the one that it was renamed to is left
	// out; else empty.
	OldPath string
	// Migration is the file as the change leaves it; nil when it is removed or
	// cannot be read.
	Migration *migration.Migration
	// Base is the file as it was, under its old name; nil when it is new. What
	// stands in it has run already: only what it does not have is new.
	Base *migration.Migration
	// Unreadable says why the file's text cannot be had (a binary, a symlink). It
	// becomes an unread-file finding.
	Unreadable string
}

// Options say how to review.
type Options struct {
	Rules []*Rule
	Jobs  int // files parsed at a time; 0: one for each processor
	// Base and Head are the files, by path, that migrations may bring in with psql's
	// \i: as they were when the history ran, and as the change leaves them.
	Base, Head map[string]*source.File
	Sizes      *Sizes // of the tables before the change; nil: not known
	// InUse looks for names in the code as the change leaves it. It is called at most
	// once; nil: nobody looks.
	InUse func([]Gone) Usage
	// Baseline is a dump that the history begins with; nil: it begins with nothing.
	Baseline *Baseline
	// Progress is told how far the review is, never by two at a time. It must not
	// take long; nil: nobody listens.
	Progress func(stage Stage, done, total int)
}

// Together reviews files as one change on top of the history.
func Together(o Options, history []*migration.Migration, files []ChangedFile) *Report {
	all := slices.Clone(history)
	for _, f := range files {
		all = append(all, f.Migration, f.Base)
	}
	before := map[*migration.Migration]bool{}
	for _, m := range history {
		before[m] = true
	}
	for _, f := range files {
		before[f.Base] = true
	}
	r := newReview(o, all, before)
	for _, f := range files {
		if f.Base != nil && f.Migration != nil {
			r.editions[f.Base] = newEdition()
		}
	}
	for _, f := range files {
		r.place(f.Migration, o.Base)
	}
	history = slices.Clone(history)
	slices.SortStableFunc(history, migration.Compare)
	files = slices.Clone(files)
	slices.SortStableFunc(files, compareFiles)
	judged := o.counter(Judging, len(history)+len(files))
	for _, m := range history {
		r.apply(m)
		judged()
	}
	for _, f := range files {
		if f.Migration != nil {
			r.catalog(f.Migration)
		}
	}
	for _, c := range r.catalogs {
		c.BeginChange()
	}
	for _, f := range files {
		r.review(f)
		judged()
	}
	r.edited(history, files)
	return r.finish()
}

// Each reviews every file by itself, on top of the history and of the files
// before it in its set.
func Each(o Options, history, files []*migration.Migration) *Report {
	all := slices.Concat(history, files)
	r := newReview(o, all, nil)
	r.each = true
	reviewed := map[*migration.Migration]bool{}
	for _, m := range files {
		reviewed[m] = true
	}
	slices.SortStableFunc(all, migration.Compare)
	judged := o.counter(Judging, len(all))
	for _, m := range all {
		if reviewed[m] {
			r.alone(m)
		} else {
			r.apply(m)
		}
		judged()
	}
	return r.finish()
}

// alone reviews a migration as a change of its own.
func (r *review) alone(m *migration.Migration) {
	c := r.catalog(m)
	c.BeginChange()
	clear(r.places)
	r.place(m, nil)
	r.review(ChangedFile{Path: m.File.Path, Status: "unchanged", Migration: m})
	if m.Direction() != "down" {
		c.CountMigration(overlooked(m, r.report.Files[len(r.report.Files)-1].Unread))
	}
}

func compareFiles(a, b ChangedFile) int {
	switch {
	case a.Migration != nil && b.Migration != nil:
		return migration.Compare(a.Migration, b.Migration)
	case a.Migration != nil:
		return -1 // what cannot be read, or is gone, builds no schema
	case b.Migration != nil:
		return 1
	}
	return strings.Compare(a.Path, b.Path)
}

// A review is a report in the making.
type review struct {
	options  Options
	catalogs map[string]*catalog.Catalog // by the migrations' Schema
	// editions are what the earlier versions of changed files had.
	editions map[*migration.Migration]*edition
	// contained are the migrations that the baseline contains, and earlier what they
	// build without it.
	contained map[*migration.Migration]bool
	earlier   map[string]*catalog.Catalog
	each      bool      // every migration is reviewed by itself
	unread    []Problem // of the history
	follower  *follow.Follower
	report    *Report
	seen      map[[sha256.Size]byte]int // how often a fingerprint's text occurred, by its sum
	said      map[telling]int           // where among the findings a destructive text is said
	asides    map[int]string            // the findings that stand at what set off a trigger, and the trigger
	freed     map[string]freed          // by fingerprint: the names that findings take away
	rest      rest
	quoted    quotation
	readings  map[*migration.Migration]reading
	// places are the statements of the files under review and of the changed ones
	// that they bring in: where findings can stand.
	places   map[*source.File][]*statement
	dialects map[*source.File]migration.Dialect // what the files under review look like
	queries  map[*source.File]string            // what leaves those out that look like an application's queries
	ignores  map[string]*ignores                // the comments that lift findings, by path
	ran      *edition                           // of the statement that is judged, if it ran before the change did
	own      map[string]bool                    // by fingerprint: the findings that it had already
	ids      []string                           // of the rules
}

// newReview reads all migrations; before are those that ran before the change.
func newReview(o Options, all []*migration.Migration, before map[*migration.Migration]bool) *review {
	files := func(m *migration.Migration) map[string]*source.File {
		if before[m] {
			return o.Base
		}
		return o.Head
	}
	r := &review{
		options: o, catalogs: map[string]*catalog.Catalog{}, contained: map[*migration.Migration]bool{}, editions: map[*migration.Migration]*edition{}, earlier: map[string]*catalog.Catalog{},
		follower: follow.New(), seen: map[[sha256.Size]byte]int{}, said: map[telling]int{}, asides: map[int]string{}, freed: map[string]freed{},
		report: &Report{Sources: map[string]*source.File{}}, readings: readAll(all, files, o),
		places: map[*source.File][]*statement{}, dialects: map[*source.File]migration.Dialect{}, queries: map[*source.File]string{},
		ignores: map[string]*ignores{}, own: map[string]bool{},
	}
	r.settleBaseline(all, before)
	return r
}

// place notes the files that findings of a migration can stand in: its own, and
// those that it brings in and that the change leaves otherwise than they were.
func (r *review) place(m *migration.Migration, base map[string]*source.File) {
	if m == nil {
		return
	}
	up := r.readings[m].up
	for i := range up {
		s := &up[i]
		before := base[s.File.Path]
		changed := s.File == m.File || before == nil || !bytes.Equal(before.Data, s.File.Data)
		known := r.places[s.File]
		if changed && (len(known) == 0 || known[len(known)-1].Span.End <= s.Span.Start) { // once if it is brought in twice
			r.places[s.File] = append(known, s)
		}
	}
}

func (r *review) finish() *Report {
	r.fold()
	r.ignore()
	r.rest.close(r.report)
	for i := range r.report.Findings {
		r.options.Sizes.weigh(&r.report.Findings[i])
	}
	r.inUse()
	r.rest = rest{}
	r.judgeIgnores()
	r.rest.close(r.report)
	slices.SortStableFunc(r.report.Findings, Compare)
	slices.SortStableFunc(r.report.Files, func(a, b FileSummary) int { return strings.Compare(a.Path, b.Path) })
	slices.SortStableFunc(r.report.Problems, func(a, b Problem) int {
		return cmp.Or(strings.Compare(a.Path, b.Path), a.Line-b.Line)
	})
	return r.report
}

// apply runs a migration of the history.
func (r *review) apply(m *migration.Migration) {
	if m.Direction() == "down" {
		return
	}
	r.run(r.catalog(m), m)
}

// run applies a migration to a schema and counts it.
func (r *review) run(c *catalog.Catalog, m *migration.Migration) {
	c.BeginMigration()
	read := r.readings[m]
	unread := 0
	r.unread = append(r.unread, unreadIn(m, read)...)
	for _, s := range read.up {
		if s.undone {
			r.applySome(c, s, outlasts)
			continue
		}
		for e := range r.follower.Statement(c, s.Statement) {
			if ed := r.editions[m]; ed != nil {
				r.remember(ed, c, s, e)
			}
			if u, ok := e.Op.(*op.Unread); ok && len(e.Through) > 0 && u != nil {
				unread++ // in a body, which is not counted among the statements
				r.unread = append(r.unread, problemAt(s.File, s.Span, u.Message))
			}
			e.Apply(c)
		}
	}
	c.CountMigration(overlooked(m, read.unread+unread+len(m.Problems)))
}

// review runs the rules over one file of the change.
func (r *review) review(f ChangedFile) {
	summary := FileSummary{Path: f.Path, Status: f.Status, Direction: "none"}
	defer func() { r.report.Files = append(r.report.Files, summary) }()
	if f.Unreadable != "" {
		summary.Unread = 1
		r.unreadable(f)
		return
	}
	if f.Migration == nil {
		return
	}
	m := f.Migration
	r.report.Sources[f.Path] = m.File
	read := r.readings[m]
	r.dialects[m.File], r.queries[m.File] = dialect(m, read), m.Queries()
	summary.describe(m, read, r.dialects[m.File])
	r.collectIgnores(m, f.Base)
	c := r.catalog(m)
	c.BeginMigration()
	for _, p := range m.Problems {
		r.problem(c, m.File, p.Span, m.File.Text(p.Span), p.Message)
	}
	ed := r.editionOf(f.Base, m)
	for _, s := range read.up {
		r.statement(c, s, ed)
	}
}

// statement judges what one statement comes to, and applies it.
func (r *review) statement(c *catalog.Catalog, s statement, ed *edition) {
	if s.undone {
		r.applySome(c, s, outlasts)
		return
	}
	if ed.known[s.Normal] > 0 { // it ran already
		ed.known[s.Normal]--
		if ed.shifted {
			r.again(c, s, ed)
			return
		}
		r.applySome(c, s, func(o op.Operation) bool { return session(c, o) })
		return
	}
	ed.shifted = ed.shifted || shifts(s)
	for e := range r.follower.Statement(c, s.Statement) {
		r.judge(c, s, e, everything)
		e.Apply(c)
	}
}

// applySome applies those operations of a statement that are picked, as they stand.
func (r *review) applySome(c *catalog.Catalog, s statement, pick func(op.Operation) bool) {
	for _, at := range s.Ops {
		if !pick(at.Op) {
			continue
		}
		one := s.Statement
		one.Ops = []op.At{at}
		for e := range r.follower.Statement(c, one) {
			e.Apply(c)
		}
	}
}

// session reports whether the operation only concerns the session that runs the
// file, so that it counts even where the file's earlier version had it too.
func session(c *catalog.Catalog, o op.Operation) bool {
	switch o := o.(type) {
	case *op.CreateTable:
		return o.Temporary
	case *op.Drop:
		t, _ := c.Table(o.Name)
		return o.Kind == op.Table && t != nil && t.Temporary
	case *op.SetSearchPath, *op.Prepare, *op.Deallocate, *op.Transaction, *op.DiscardTemporary, *op.ReplicationRole:
		return true
	}
	return false
}

// outlasts reports whether the operation stands although its transaction rolls
// back: PREPARE and DEALLOCATE are not transactional.
func outlasts(o op.Operation) bool {
	switch o.(type) {
	case *op.Prepare, *op.Deallocate:
		return true
	}
	return false
}

// alreadyRun counts the statements of a file's earlier version that took effect.
func (r *review) alreadyRun(base *migration.Migration) map[string]int {
	known := map[string]int{}
	if base == nil {
		return known
	}
	for _, s := range r.readings[base].up {
		if !s.undone {
			known[s.Normal]++
		}
	}
	return known
}

// partOfAlter reports whether the operation is one action of an ALTER TABLE,
// which stays the same operation when another action joins it. Anything else is
// told by its whole statement.
func partOfAlter(o op.Operation) bool {
	switch o := o.(type) {
	case *op.DropColumn, *op.DropAttribute, *op.AlterColumnType:
		return true
	case *op.Drop:
		return o.Kind == op.Constraint
	}
	return false
}

// unreadable reports a changed file whose text cannot be had.
func (r *review) unreadable(f ChangedFile) {
	file := source.New(f.Path, nil)
	r.dialects[file] = (&migration.Migration{File: file}).Dialect()
	r.problem(catalog.New(), file, source.Span{}, f.Unreadable, f.Unreadable)
}

// problem reports something about a file rather than about one statement.
func (r *review) problem(c *catalog.Catalog, f *source.File, span source.Span, normal, message string) {
	s := statement{Statement: follow.Statement{File: f, Statement: pgsql.Statement{Span: span, Normal: brief(normal)}}}
	r.judge(c, s, follow.Effect{File: f, At: op.At{Span: span, Op: &op.Unread{Message: message, File: true}}}, everything)
}
