// Package analyzer defines rules, findings and reports, and runs rules over a
// change on top of the migrations that have already run.
package analyzer

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"github.com/dropgate/dropgate/analyzer/catalog"
	"github.com/dropgate/dropgate/analyzer/migration"
	"github.com/dropgate/dropgate/analyzer/op"
	"github.com/dropgate/dropgate/analyzer/pgsql"
	"github.com/dropgate/dropgate/analyzer/source"
)

// A ChangedFile is a file that the change adds, edits or removes.
type ChangedFile struct {
	Path   string
	Status string // added, modified, renamed, removed
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
}

// Together reviews files as one change on top of the history.
func Together(o Options, history []*migration.Migration, files []ChangedFile) *Report {
	all := slices.Clone(history)
	for _, f := range files {
		all = append(all, f.Migration, f.Base)
	}
	r := newReview(o, all)
	history = slices.Clone(history)
	slices.SortStableFunc(history, migration.Compare)
	for _, m := range history {
		r.apply(m)
	}
	files = slices.Clone(files)
	slices.SortStableFunc(files, compareFiles)
	for _, f := range files {
		if f.Migration != nil {
			r.catalog(f.Migration.Schema())
		}
	}
	for _, c := range r.catalogs {
		c.BeginChange()
	}
	for _, f := range files {
		r.review(f)
	}
	return r.finish()
}

// Each reviews every file by itself, on top of the history and of the files
// before it in its set.
func Each(o Options, history, files []*migration.Migration) *Report {
	all := slices.Concat(history, files)
	r := newReview(o, all)
	reviewed := map[*migration.Migration]bool{}
	for _, m := range files {
		reviewed[m] = true
	}
	slices.SortStableFunc(all, migration.Compare)
	for _, m := range all {
		if !reviewed[m] {
			r.apply(m)
			continue
		}
		c := r.catalog(m.Schema())
		c.BeginChange()
		r.review(ChangedFile{Path: m.File.Path, Status: "unchanged", Migration: m})
		if m.Direction() != "down" {
			c.CountMigration(overlooked(m, r.report.Files[len(r.report.Files)-1].Unread))
		}
	}
	return r.finish()
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
	rules    []*Rule
	catalogs map[string]*catalog.Catalog // by the migrations' Schema
	report   *Report
	seen     map[string]int // how often a fingerprint's text occurred
	executed map[string]bool
	readings map[*migration.Migration]reading
	dialects map[*source.File]migration.Dialect // what the files under review look like
}

func newReview(o Options, all []*migration.Migration) *review {
	return &review{
		rules: o.Rules, catalogs: map[string]*catalog.Catalog{}, seen: map[string]int{}, executed: map[string]bool{},
		report: &Report{Sources: map[string]*source.File{}}, readings: readAll(all, o.Jobs),
		dialects: map[*source.File]migration.Dialect{},
	}
}

func (r *review) finish() *Report {
	slices.SortStableFunc(r.report.Findings, Compare)
	slices.SortStableFunc(r.report.Files, func(a, b FileSummary) int { return strings.Compare(a.Path, b.Path) })
	slices.SortStableFunc(r.report.Problems, func(a, b Problem) int {
		return cmp.Or(strings.Compare(a.Path, b.Path), a.Line-b.Line)
	})
	return r.report
}

// catalog returns the schema that migrations build together, by their name for it.
func (r *review) catalog(set string) *catalog.Catalog {
	if c := r.catalogs[set]; c != nil {
		return c
	}
	c := catalog.New()
	for _, other := range r.catalogs {
		catalog.Meet(c, other)
	}
	r.catalogs[set] = c
	return c
}

// apply runs a migration of the history.
func (r *review) apply(m *migration.Migration) {
	if m.Direction() == "down" {
		return
	}
	c := r.catalog(m.Schema())
	c.BeginMigration()
	read := r.readings[m]
	for _, s := range read.up {
		for _, at := range s.Ops {
			for _, o := range expand(c, at) {
				if !s.undone || outlasts(o.Op) {
					c.Apply(o.Op)
				}
			}
		}
	}
	c.CountMigration(overlooked(m, read.unread+len(m.Problems)))
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
	r.dialects[m.File] = dialect(m, read)
	summary.describe(m, read, r.dialects[m.File])
	c := r.catalog(m.Schema())
	c.BeginMigration()
	for _, p := range m.Problems {
		r.judge(c, m.File, statement{Statement: pgsql.Statement{Span: p.Span, Normal: m.File.Text(p.Span)}},
			op.At{Span: p.Span, Op: &op.Unread{Message: p.Message, File: true}})
	}
	known := r.alreadyRun(f.Base)
	for _, s := range read.up {
		r.statement(c, m.File, s, known)
	}
}

// statement judges one statement and applies it.
func (r *review) statement(c *catalog.Catalog, f *source.File, s statement, known map[string]int) {
	if s.undone {
		for _, at := range s.Ops {
			if outlasts(at.Op) {
				c.Apply(at.Op)
			}
		}
		return
	}
	ran := known[s.Normal] > 0
	if ran {
		known[s.Normal]--
	}
	for _, at := range s.Ops {
		for _, o := range expand(c, at) {
			if ran && !session(o.Op) {
				continue
			}
			if !ran {
				r.judge(c, f, s, o)
			}
			c.Apply(o.Op)
		}
	}
}

// session reports whether the operation only concerns the session that runs the
// file, so that it counts even where the file's earlier version had it too.
func session(o op.Operation) bool {
	switch o.(type) {
	case *op.SetSearchPath, *op.Prepare, *op.Deallocate, *op.Transaction, *op.DiscardTemporary:
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

// expand returns what an operation comes to: EXECUTE is what PREPARE named.
func expand(c *catalog.Catalog, at op.At) []op.At {
	e, ok := at.Op.(*op.Execute)
	if !ok {
		return []op.At{at}
	}
	ops, ok := c.Prepared(e.Name)
	if !ok {
		return []op.At{{Span: at.Span, Op: &op.RunTime{What: fmt.Sprintf("EXECUTE %s, which this file does not prepare", e.Name)}}}
	}
	return ops
}

// judge runs every rule over one operation.
func (r *review) judge(c *catalog.Catalog, f *source.File, s statement, at op.At) {
	if u, ok := at.Op.(*op.Unread); ok {
		r.report.Problems = append(r.report.Problems, Problem{
			Path: f.Path, Line: f.Position(at.Span.Start).Line, Message: u.Message,
		})
	}
	for _, rule := range r.rules {
		p := &Pass{Op: at.Op, Catalog: c}
		rule.Check(p)
		for _, j := range p.judgements {
			if again := fmt.Sprintf("%s\x00%d\x00%s\x00%s", f.Path, at.Span.Start, rule.ID, j.Object); !s.Span.Contains(at.Span) {
				if r.executed[again] {
					continue // a prepared statement is said once, however often it runs
				}
				r.executed[again] = true
			}
			hint(r.dialects[f], at.Op, &j, rule.Remedy)
			r.report.Findings = append(r.report.Findings, r.finding(rule, j, f, s, at))
		}
	}
}

func (r *review) finding(rule *Rule, j Judgement, f *source.File, s statement, at op.At) Finding {
	found := Finding{
		Rule: rule.ID, Category: rule.Category, Score: score(j.Reasons), Path: f.Path,
		Object: j.Object, Reach: j.Reach, Certainty: j.Certainty, Message: j.Message, Reasons: j.Reasons,
		Remedy: j.Remedy, Suggest: j.Suggestion,
	}
	found.Severity = SeverityOf(found.Score)
	found.Start, found.End = f.Range(at.Span)
	found.Statement = clip(f.Text(s.Span))
	if j.Category != "" {
		found.Category = j.Category
	}
	if found.Certainty == "" {
		found.Certainty = Certain
	}
	if found.Remedy == "" {
		found.Remedy = rule.Remedy
	}
	if found.Reach == nil {
		found.Reach = []Reached{}
	}
	text := s.Normal
	switch {
	case partOfAlter(at.Op) && at.Part.Len() > 0:
		text = pgsql.Normal(f, at.Part)
	case !s.Span.Contains(at.Span): // EXECUTE: what was prepared, and with what it runs
		found.Statement = clip(f.Text(at.Span))
		text += "\x00" + pgsql.Normal(f, at.Span)
	}
	found.Fingerprint = r.fingerprint(rule.ID, string(j.Object.Kind), j.Object.String(), f.Path, text)
	return found
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

// fingerprint names an operation by what it is rather than where it stands; the
// nth of several that are alike has a number.
func (r *review) fingerprint(parts ...string) string {
	text := strings.Join(parts, "\x00")
	r.seen[text]++
	sum := sha256.Sum256(fmt.Appendf(nil, "%s\x00%d", text, r.seen[text]))
	return hex.EncodeToString(sum[:12])
}

// clip cuts a long statement at a character.
func clip(s string) string {
	if len(s) <= StatementLimit {
		return s
	}
	cut := StatementLimit
	for cut > 0 && s[cut]&0xC0 == 0x80 {
		cut--
	}
	return s[:cut] + "…"
}

// unreadable reports a changed file whose text cannot be had.
func (r *review) unreadable(f ChangedFile) {
	file := source.New(f.Path, nil)
	r.dialects[file] = (&migration.Migration{File: file}).Dialect()
	at := op.At{Op: &op.Unread{Message: f.Unreadable, File: true}}
	r.judge(catalog.New(), file, statement{Statement: pgsql.Statement{Normal: f.Unreadable}}, at)
}
