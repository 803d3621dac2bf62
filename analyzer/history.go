package analyzer

import (
	"bytes"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/dropgate/dropgate/analyzer/follow"
	"github.com/dropgate/dropgate/analyzer/migration"
	"github.com/dropgate/dropgate/analyzer/op"
	"github.com/dropgate/dropgate/analyzer/pgsql"
	"github.com/dropgate/dropgate/analyzer/source"
)

// From this many on, migrations of one set with one fate are told of as one.
const (
	togetherEdited  = 4
	togetherDeleted = 3
)

// A fate is what a change does with a migration that has run.
type fate struct {
	was, now *migration.Migration // now is nil when it is gone
	applied  migration.Applied
	difference
	edit op.Edit
}

// edited judges what the change does with migrations that have run.
func (r *review) edited(history []*migration.Migration, files []ChangedFile) {
	p := pairing{
		review: r, base: map[string]*migration.Migration{}, from: map[*migration.Migration]string{},
		reworked: map[string]bool{}, sums: map[*migration.Migration]string{},
	}
	for _, m := range history {
		p.base[m.File.Path] = m
		p.reworked[m.Reworks()] = true
	}
	for _, f := range files {
		if f.Migration != nil {
			p.reworked[f.Migration.Reworks()] = true
		}
	}
	p.pair(files)
	edited, gone := map[string][]fate{}, map[string][]fate{}
	for _, f := range p.fates {
		set := f.was.Set
		if f.now == nil || f.emptied() {
			gone[set] = append(gone[set], f)
		} else {
			edited[set] = append(edited[set], f)
		}
	}
	for _, set := range slices.Sorted(maps.Keys(gone)) {
		edited[set] = r.deleted(gone[set], edited[set], p.added)
	}
	for _, set := range slices.Sorted(maps.Keys(edited)) {
		r.rewritten(edited[set])
	}
}

// rewritten tells of the edited migrations of one set, and of those with one fate
// together if there are many.
func (r *review) rewritten(all []fate) {
	byEdit := map[op.Edit][]fate{}
	for _, f := range all {
		byEdit[f.edit] = append(byEdit[f.edit], f)
	}
	for _, edit := range slices.Sorted(maps.Keys(byEdit)) {
		same := byEdit[edit]
		slices.SortFunc(same, func(a, b fate) int { return migration.Compare(a.was, b.was) })
		if len(same) >= togetherEdited {
			r.tellEdited(same)
			continue
		}
		for _, f := range same {
			r.tellEdited([]fate{f})
		}
	}
}

// tellEdited tells of migrations with one fate, at the first of them.
func (r *review) tellEdited(all []fate) {
	first := all[0]
	o := &op.EditedMigration{Edit: first.edit, Tool: first.tool(), Refuses: first.applied.Refuses, Guess: first.applied.Guess, Files: paths(all)}
	if len(all) == 1 {
		o.Added, o.Removed, o.Changed = first.added, first.removed, first.changed
		if first.now.File.Path != first.was.File.Path {
			o.Now = first.now.File.Path
		}
	}
	r.tell(first.now, first.at, o)
}

func (f fate) tool() string {
	switch f.edit {
	case op.Renumbered:
		return f.applied.Moved
	case op.Retitled:
		return f.applied.Titled
	}
	return f.applied.Edited
}

// deleted tells of the migrations of one set that are gone or empty, and returns
// those that are no more than edited.
func (r *review) deleted(all, edited []fate, added []*migration.Migration) (rest []fate) {
	slices.SortFunc(all, func(a, b fate) int { return migration.Compare(a.was, b.was) })
	if len(all) >= togetherDeleted {
		return r.squashed(all, edited, added)
	}
	for _, f := range all {
		if f.now != nil {
			edited = append(edited, f)
			continue
		}
		o := &op.DeletedMigration{Files: paths([]fate{f}), Tool: f.applied.Gone, Statements: f.removed}
		r.tell(f.place(), source.Span{}, o)
	}
	return edited
}

// squashed tells of many deleted migrations, at the first that makes what they made
// if there is one. It returns the edited ones but those that do.
func (r *review) squashed(all, edited []fate, added []*migration.Migration) (rest []fate) {
	made := map[string]bool{}
	for _, f := range all {
		maps.Copy(made, r.makes(f.was))
	}
	var makers []*migration.Migration
	for _, m := range added {
		if r.makesOneOf(m, made, nil) {
			makers = append(makers, m)
		}
	}
	for _, f := range edited {
		if r.makesOneOf(f.now, made, f.was) {
			makers = append(makers, f.now)
		} else {
			rest = append(rest, f)
		}
	}
	first := all[0]
	o := &op.DeletedMigration{Files: paths(all), Tool: first.applied.Gone}
	if first.now != nil {
		o.Tool = first.applied.Edited
	}
	at := first.place()
	for i, m := range makers {
		if i == 0 {
			at = m
		}
		o.By = append(o.By, m.File.Path)
	}
	r.tell(at, source.Span{}, o)
	return rest
}

// makesOneOf reports whether a migration makes one of the tables, and its earlier
// version did not.
func (r *review) makesOneOf(m *migration.Migration, tables map[string]bool, was *migration.Migration) bool {
	before := r.makes(was)
	for name := range r.makes(m) {
		if tables[name] && !before[name] {
			return true
		}
	}
	return false
}

// place is the migration as the change leaves it: a file without text if it is gone.
func (f fate) place() *migration.Migration {
	if f.now != nil {
		return f.now
	}
	return &migration.Migration{File: source.New(f.was.File.Path, nil), Set: f.was.Set}
}

// makes returns the tables that a migration makes.
func (r *review) makes(m *migration.Migration) map[string]bool {
	names := map[string]bool{}
	for _, s := range r.readings[m].up {
		for _, at := range s.Ops {
			if made, ok := at.Op.(*op.CreateTable); ok && !made.Temporary {
				names[made.Name.Name] = true
			}
		}
	}
	return names
}

// tell judges an operation on migrations, at a place in one of them: its first
// statement where no other is given.
func (r *review) tell(m *migration.Migration, at source.Span, o op.Operation) {
	if up := r.readings[m].up; at.Len() == 0 && len(up) > 0 && up[0].File == m.File {
		at = up[0].Span
	}
	s := statement{Statement: follow.Statement{File: m.File, Statement: pgsql.Statement{Span: at}}}
	r.judge(r.catalog(m), s, follow.Effect{File: m.File, At: op.At{Span: at, Op: o}}, everything)
}

func paths(all []fate) []string {
	var names []string
	for _, f := range all {
		names = append(names, f.was.File.Path)
	}
	return names
}

// A pairing finds what became of the migrations that have run.
type pairing struct {
	*review
	base  map[string]*migration.Migration // by path
	fates []fate
	added []*migration.Migration          // what the base has no earlier version of
	from  map[*migration.Migration]string // where git says that these were
	// reworked are the scripts that sqitch keeps a copy of, and that may be edited.
	reworked map[string]bool
	sums     map[*migration.Migration]string
}

// pair compares each file with what it was, and looks for those that are gone.
func (p *pairing) pair(files []ChangedFile) {
	there, followed := map[string]bool{}, map[*migration.Migration]bool{}
	for _, f := range files {
		if f.Status != "removed" {
			there[f.Path] = true
		}
		switch {
		case f.Migration == nil:
		case f.Base != nil:
			followed[f.Base] = true
			p.compare(f.Base, f.Migration)
		case f.Migration.Direction() != "down":
			p.added = append(p.added, f.Migration)
			p.from[f.Migration] = f.OldPath
		}
	}
	slices.SortStableFunc(p.added, migration.Compare)
	var gone []*migration.Migration
	for _, f := range files {
		name := f.Path
		if f.Status == "renamed" || f.Status == "removed" && f.OldPath != "" {
			name = f.OldPath
		} else if f.Status != "removed" {
			continue
		}
		if m := p.base[name]; m != nil && !there[name] && !followed[m] {
			gone = append(gone, m)
		}
	}
	slices.SortStableFunc(gone, migration.Compare)
	for _, m := range gone {
		p.gone(m)
	}
}

// gone finds where a migration went whose path the change does not have.
func (p *pairing) gone(was *migration.Migration) {
	for i, now := range p.added {
		if p.same(was, now) || p.moved(was, now) {
			p.added = slices.Delete(p.added, i, i+1)
			p.compare(was, now)
			return
		}
	}
	p.add(was, nil, difference{removed: p.did(was)}, op.Rewritten)
}

// same reports whether the tool takes two files for one migration although git did
// not see a rename.
func (p *pairing) same(was, now *migration.Migration) bool {
	if was.Schema() == now.Schema() && len(was.Version.Numbers) > 0 && slices.Equal(was.Version.Numbers, now.Version.Numbers) {
		applied, ok := was.Applied()
		return ok && !applied.ByName
	}
	return was.Set != now.Set && was.Key() == now.Key() && was.SameDatabase(now) && p.sum(was) == p.sum(now)
}

// moved reports whether a migration does what another one did: git says that it was
// renamed and at least half of it stayed, or all of it did.
func (p *pairing) moved(was, now *migration.Migration) bool {
	if len(p.readings[was].up) == 0 || !was.SameDatabase(now) {
		return false
	}
	if p.from[now] == was.File.Path {
		d := p.compareText(was, now)
		return 2*(len(d.removed)+len(d.changed)) <= len(p.did(was))
	}
	return was.Set == now.Set && p.sum(was) == p.sum(now)
}

// sum tells what a migration does from what others do.
func (p *pairing) sum(m *migration.Migration) string {
	if p.sums[m] == "" {
		var text strings.Builder
		for _, s := range p.readings[m].up {
			text.WriteString(s.Normal + "\x00")
		}
		p.sums[m] = digest(text.String())
	}
	return p.sums[m]
}

// compare notes what became of a migration that is still there.
func (p *pairing) compare(was, now *migration.Migration) {
	applied, ok := was.Applied()
	if !ok || !now.SameDatabase(was) || p.reworked[was.File.Path] || p.illegible(now) {
		return
	}
	d := p.compareText(was, now)
	number := slices.Equal(was.Version.Numbers, now.Version.Numbers)
	titled := was.Key() == now.Key()
	switch {
	case was.File.Path != now.File.Path && (!number || applied.ByName && !titled || was.Format == "liquibase"):
		p.add(was, now, d, op.Renumbered)
	case d.any() && d.guards:
		p.add(was, now, d, op.Guarded)
	case d.any():
		p.add(was, now, d, op.Rewritten)
	case !titled && applied.Titled != "" && title(was) != title(now):
		p.add(was, now, d, op.Retitled)
	case !applied.SameSum(was.File.Data, now.File.Data):
		p.add(was, now, d, op.Retouched)
	}
}

// illegible reports whether a file is no text that PostgreSQL would read: that is a
// finding by itself.
func (p *pairing) illegible(m *migration.Migration) bool {
	return bytes.IndexByte(m.File.Data, 0) >= 0 || slices.ContainsFunc(p.readings[m].up, func(s statement) bool {
		return slices.ContainsFunc(s.Ops, func(at op.At) bool {
			u, is := at.Op.(*op.Unread)
			return is && u.File
		})
	})
}

// title is what a tool takes for a migration's description.
func title(m *migration.Migration) string { return path.Base(m.Version.Name) }

func (p *pairing) add(was, now *migration.Migration, d difference, edit op.Edit) {
	applied, ok := was.Applied()
	if !ok || len(p.did(was)) == 0 {
		return
	}
	p.fates = append(p.fates, fate{was: was, now: now, applied: applied, difference: d, edit: edit})
}
