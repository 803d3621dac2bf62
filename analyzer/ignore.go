package analyzer

import (
	"bytes"
	"maps"
	"slices"
	"sort"
	"strings"

	"github.com/dropgate/dropgate/analyzer/catalog"
	"github.com/dropgate/dropgate/analyzer/follow"
	"github.com/dropgate/dropgate/analyzer/migration"
	"github.com/dropgate/dropgate/analyzer/op"
	"github.com/dropgate/dropgate/analyzer/pgsql"
	"github.com/dropgate/dropgate/analyzer/source"
)

// An ignore is a comment that lifts findings.
type ignore struct {
	wish
	span   source.Span
	about  *unit  // the statement that it is about; nil: the file, or none
	astray string // why it is about none
	known  bool   // the base has it, for the same statement if it is about one
	old    bool   // the base has it, whatever became of its statement
	// lifts are what its findings get: where it came with the change, and else.
	lifts [2]*Suppression
}

// ignores are the ignore comments of a file.
type ignores struct {
	file  *source.File
	all   []*ignore
	units []*unit // the file's statements
	parts []*unit // those of bodies
	// of are the comments about a statement by rule, whole those about the file.
	of    map[*unit]map[string]*ignore
	whole map[string]*ignore
	// apart says that they all count, wherever they come from: no change is known.
	apart bool
}

// collectIgnores reads the ignore comments of a migration under review and of the
// files that it brings in and that findings can stand in.
func (r *review) collectIgnores(m, base *migration.Migration) {
	byFile := map[*source.File][]*statement{m.File: nil}
	order := []*source.File{m.File}
	up := r.readings[m].up
	for i := range up {
		f := up[i].File
		known, there := byFile[f]
		if !there {
			order = append(order, f)
		}
		if len(known) == 0 || known[len(known)-1].Span.End <= up[i].Span.Start { // once if it is brought in twice
			byFile[f] = append(known, &up[i])
		}
	}
	for _, f := range order {
		if f != m.File && (r.ignores[f.Path] != nil || len(r.places[f]) == 0) {
			continue
		}
		sections := m.Sections
		if f != m.File {
			sections = []migration.Section{{Span: f.All(), Psql: true}}
		}
		g := r.ignoresOf(f, sections, byFile[f])
		if g == nil {
			continue
		}
		g.apart = r.each
		if f == m.File && base != nil && base.File.Path == f.Path {
			g.compare(r.baseIgnores(base))
		}
		r.ignores[f.Path] = g
	}
}

// baseIgnores reads those of a file's earlier version.
func (r *review) baseIgnores(base *migration.Migration) *ignores {
	var own []*statement
	up := r.readings[base].up
	for i := range up {
		if up[i].File == base.File {
			own = append(own, &up[i])
		}
	}
	if g := r.ignoresOf(base.File, base.Sections, own); g != nil {
		return g
	}
	return &ignores{units: unitsOf(own)}
}

func unitsOf(up []*statement) []*unit {
	var units []*unit
	alike := map[string]int{}
	for _, s := range up {
		units = append(units, &unit{span: s.Span, normal: s.Normal, nth: alike[s.Normal], ran: !s.undone})
		alike[s.Normal]++
	}
	return units
}

// ignoresOf reads the ignore comments of a file with these statements; nil if it has
// none.
func (r *review) ignoresOf(f *source.File, sections []migration.Section, up []*statement) *ignores {
	if !bytes.Contains(bytes.ToLower(f.Data), []byte(ignoreMark)) {
		return nil
	}
	g := &ignores{file: f, units: unitsOf(up), of: map[*unit]map[string]*ignore{}, whole: map[string]*ignore{}}
	inBody := map[source.Span]bool{}
	for _, u := range g.units {
		for _, body := range pgsql.Bodies(f, u.span) {
			var parts []*unit
			for _, p := range pgsql.Parts(f, body) {
				parts = append(parts, &unit{span: p.Span, open: p.Open, normal: u.normal, whole: u})
			}
			g.parts = append(g.parts, parts...)
			comments := pgsql.Comments(f, body, pgsql.Options{})
			for _, n := range notesOf(f, body, comments) {
				inBody[n.span] = true
				r.addIgnore(g, n, parts, "")
			}
		}
	}
	var comments []source.Span
	var down []source.Span
	last := f.All().Start
	for _, s := range sections {
		comments = append(comments, pgsql.Leading(f, source.Span{Start: last, End: s.Span.Start})...)
		comments = append(comments, pgsql.Comments(f, s.Span, pgsql.Options{Psql: s.Psql})...)
		if last = s.Span.End; s.Direction == migration.Down {
			down = append(down, s.Span)
		}
	}
	for _, n := range notesOf(f, f.All(), comments) {
		if !inBody[n.span] { // BEGIN ATOMIC is no text of its own
			r.addIgnore(g, n, g.units, astray(n, down))
		}
	}
	slices.SortFunc(g.all, func(a, b *ignore) int { return a.span.Start - b.span.Start })
	for _, i := range g.all {
		g.index(i)
	}
	return g
}

// astray says why a comment can be about no statement that is judged; empty if it can.
func astray(n note, down []source.Span) string {
	i := sort.Search(len(down), func(i int) bool { return down[i].End > n.span.Start })
	if i < len(down) && down[i].Start <= n.span.Start {
		return "it stands where the migration is taken back, which is not judged"
	}
	return ""
}

// addIgnore adds a comment if it is one that lifts findings, or should be.
func (r *review) addIgnore(g *ignores, n note, units []*unit, astray string) {
	known := func(id string) bool { return slices.Contains(r.ruleIDs(), id) }
	nearest := func(name string) string { return nearestRule(name, r.ruleIDs()) }
	w, is := readWish(g.file.Text(n.span), known, nearest)
	if !is {
		return
	}
	i := &ignore{wish: w, span: n.span, astray: astray}
	inside := len(units) > 0 && units[0].whole != nil
	switch {
	case w.wrong != nil || astray != "":
	case w.file && inside:
		i.refuse("it is about the file, and stands in a body", w.rules)
	case w.file && len(units) > 0 && units[0].span.Start < n.span.Start:
		i.refuse("it is about the file, and does not stand before the first statement", w.rules)
	case w.file:
	default:
		if i.about = n.about(g.file, units); i.about == nil {
			i.astray = "it stands before no statement, behind none on its line, and in none"
		}
	}
	g.all = append(g.all, i)
}

// refuse says that the comment lifts nothing where it stands.
func (i *ignore) refuse(why string, rules []string) {
	i.wrong = &op.BadIgnore{Why: why + ": move it to the top, or put another one before the statement", Write: i.form(strings.Join(rules, ", "))}
	i.rules = nil
}

// ruleIDs are the names of the rules.
func (r *review) ruleIDs() []string {
	if r.ids == nil {
		r.ids = make([]string, 0, len(r.options.Rules))
		for _, rule := range r.options.Rules {
			r.ids = append(r.ids, rule.ID)
		}
	}
	return r.ids
}

// index makes a comment be found by what it is about. The first of several counts.
func (g *ignores) index(i *ignore) {
	by := g.whole
	switch {
	case i.about != nil:
		if by = g.of[i.about]; by == nil {
			by = map[string]*ignore{}
			g.of[i.about] = by
		}
	case !i.file || i.astray != "":
		return
	}
	for _, rule := range i.rules {
		if by[rule] == nil {
			by[rule] = i
		}
	}
}

// A trace is what tells a comment and what it is about from others.
type trace struct {
	text, normal string
	nth          int  // of the statements that are alike, which it is
	ran          bool // the statement took effect
	idle         bool // the comment lifts nothing where it stands
}

func (g *ignores) trace(i *ignore) trace {
	t := trace{text: g.file.Text(i.span), idle: i.wrong != nil || i.astray != ""}
	if i.about != nil {
		top := i.about.top()
		t.normal, t.nth, t.ran = top.normal, top.nth, top.ran
	}
	return t
}

// compare finds out which comments the base has for the same statements, which have
// run. What is there more often than on the base came with the change.
func (g *ignores) compare(base *ignores) {
	left := map[string]int{}
	for _, u := range base.units {
		if u.ran {
			left[u.normal]++
		}
	}
	for _, u := range g.units {
		if u.ran && left[u.normal] > 0 {
			left[u.normal]--
			u.known = true
		}
	}
	traces, texts := map[trace]int{}, map[string]int{}
	for _, i := range base.all {
		t := base.trace(i)
		traces[t]++
		texts[t.text+"\x00"+t.normal]++
	}
	for _, i := range g.all {
		t := g.trace(i)
		if i.old = texts[t.text+"\x00"+t.normal] > 0; i.old {
			texts[t.text+"\x00"+t.normal]--
		}
		if traces[t] > 0 && (i.about == nil || i.about.top().known) {
			traces[t]--
			i.known = true
		}
	}
}

// at returns the unit that an offset is in; nil for none.
func at(units []*unit, offset int) *unit {
	i := sort.Search(len(units), func(i int) bool { return units[i].span.End > offset })
	if i < len(units) && units[i].span.Start <= offset {
		return units[i]
	}
	return nil
}

// lift returns what lifts a finding; nil for nothing. A comment that the base has
// counts for a finding that its own statement had there. It did not mean what else the
// statement comes to behind others, or what a new one that runs it does. It goes before
// one that came with the change.
func (g *ignores) lift(f Finding, own bool) *Suppression {
	top, part := at(g.units, f.Start.Offset), at(g.parts, f.Start.Offset)
	var first *Suppression
	for _, i := range []*ignore{g.of[part][f.Rule], g.of[top][f.Rule], g.whole[f.Rule]} {
		if i == nil {
			continue
		}
		counts := g.apart || own && i.known && top != nil && top.known
		if s := i.suppression(g.file, !counts); first == nil || first.FromChange && counts {
			first = s
		}
	}
	return first
}

func (i *ignore) suppression(f *source.File, change bool) *Suppression {
	which := 0
	if change {
		which = 1
	}
	if i.lifts[which] == nil {
		i.lifts[which] = &Suppression{By: "comment", Reason: i.reason, Line: f.Position(i.span.Start).Line, FromChange: change}
	}
	return i.lifts[which]
}

// ignore marks the findings that comments lift.
func (r *review) ignore() {
	for i := range r.report.Findings {
		f := &r.report.Findings[i]
		if g := r.ignores[f.Path]; g != nil {
			f.Suppressed = g.lift(*f, r.own[f.Fingerprint])
		}
	}
}

// judgeIgnores tells of the comments that lift nothing, but not of those that the base
// has as well.
func (r *review) judgeIgnores() {
	used := map[*Suppression]map[string]bool{}
	for _, f := range r.report.Findings {
		if f.Suppressed == nil {
			continue
		}
		if used[f.Suppressed] == nil {
			used[f.Suppressed] = map[string]bool{}
		}
		used[f.Suppressed][f.Rule] = true
	}
	nothing := catalog.New()
	tell := func(f *source.File, span source.Span, o op.Operation) { r.tellIgnore(nothing, f, span, o) }
	for _, path := range slices.Sorted(maps.Keys(r.ignores)) {
		g := r.ignores[path]
		for _, i := range g.all {
			switch {
			case i.old:
			case i.wrong != nil:
				tell(g.file, i.span, i.wrong)
			default:
				if o := i.unused(used); len(o.Rules) > 0 {
					tell(g.file, i.span, o)
				}
			}
		}
	}
}

// unused returns the rules of a comment that it lifted no finding of.
func (i *ignore) unused(used map[*Suppression]map[string]bool) *op.UnusedIgnore {
	o := &op.UnusedIgnore{File: i.file, Why: i.astray}
	for _, rule := range i.rules {
		if !used[i.lifts[0]][rule] && !used[i.lifts[1]][rule] {
			o.Rules = append(o.Rules, rule)
		}
	}
	return o
}

// tellIgnore judges an operation on a comment, at the comment.
func (r *review) tellIgnore(c *catalog.Catalog, f *source.File, span source.Span, o op.Operation) {
	s := statement{Statement: follow.Statement{File: f, Statement: pgsql.Statement{Span: span, Normal: brief(f.Text(span))}}}
	for _, rule := range r.options.Rules {
		p := &Pass{Op: o, Catalog: c}
		rule.Check(p)
		for _, j := range p.judgements {
			r.say(rule, j, place{f, span, &s}, s, follow.Effect{File: f, At: op.At{Span: span, Op: o}})
		}
	}
}
