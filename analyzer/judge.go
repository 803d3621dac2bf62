package analyzer

import (
	"fmt"
	"slices"
	"sort"
	"strings"

	"github.com/dropgate/dropgate/analyzer/catalog"
	"github.com/dropgate/dropgate/analyzer/follow"
	"github.com/dropgate/dropgate/analyzer/op"
	"github.com/dropgate/dropgate/analyzer/source"
)

// A place is where a finding stands.
type place struct {
	file *source.File
	span source.Span
	// around is the statement that the span is in.
	around *statement
}

// placeOf returns where a finding about an effect stands: its own text if that is
// under review, else the innermost text under review that sets it off.
func (r *review) placeOf(s statement, e follow.Effect) place {
	if around, ok := r.around(e.File, e.Span); ok {
		return place{e.File, e.Span, around}
	}
	through := slices.Concat(s.Through, e.Through)
	for i := len(through) - 1; i >= 0; i-- {
		if around, ok := r.around(through[i].File, through[i].Span); ok {
			return place{through[i].File, through[i].Span, around}
		}
	}
	own := s // only this one has to outlive the call
	return place{s.File, s.Span, &own}
}

// around returns the statement under review that the span is in.
func (r *review) around(f *source.File, span source.Span) (*statement, bool) {
	all := r.places[f]
	i := sort.Search(len(all), func(i int) bool { return all[i].Span.End >= span.End })
	if i < len(all) && all[i].Span.Contains(span) {
		return all[i], true
	}
	return nil, false
}

// everything is for judgements that are all said.
func everything(*Rule, Judgement) bool { return true }

// judge runs every rule over one effect of a statement, and says what is picked.
func (r *review) judge(c *catalog.Catalog, s statement, e follow.Effect, pick func(*Rule, Judgement) bool) {
	at := r.placeOf(s, e)
	for _, rule := range r.options.Rules {
		p := &Pass{Op: e.Op, Catalog: c, Text: alone(s, e)}
		rule.Check(p)
		for _, j := range p.judgements {
			if !pick(rule, j) {
				continue
			}
			hint(r.dialects[at.file], e.Op, &j, rule.Remedy)
			hintQueries(r.queries[at.file], &j, rule.Remedy)
			r.options.Sizes.measure(c, &j)
			r.say(rule, j, at, s, e)
		}
	}
	if u, ok := e.Op.(*op.Unread); ok {
		r.rest.problem(r.report, Problem{
			Path: at.file.Path, Line: at.file.Position(at.span.Start).Line, Message: u.Message,
		})
	}
}

// alone returns the statement that asks for an effect, if for nothing else.
func alone(s statement, e follow.Effect) string {
	if len(s.Through) > 0 || len(e.Through) > 0 || len(s.Ops) != 1 || e.File != s.File || e.Span != s.Span {
		return ""
	}
	return s.File.Text(s.Span)
}

// A telling names what a finding is about: a text that is reached several times is
// said once, with the worst that it came to.
type telling struct {
	path   string
	span   source.Span
	rule   string
	object Object
}

// say reports a judgement.
func (r *review) say(rule *Rule, j Judgement, at place, s statement, e follow.Effect) {
	key := telling{at.file.Path, at.span, rule.ID, j.Object}
	i, again := r.said[key]
	own := r.had(rule.ID, j.Object, at, s, e)
	if again {
		fingerprint := r.report.Findings[i].Fingerprint
		r.own[fingerprint] = r.own[fingerprint] && own
		if score(j.Reasons) <= r.report.Findings[i].Score {
			return
		}
	}
	found := r.finding(rule, j, at, s, e)
	by := firedBy(at, e)
	if by != "" && found.Score >= 60 && byTrigger[rule.ID] != "" {
		found.Remedy = remedyOfTrigger
	}
	if again {
		found.Fingerprint = r.report.Findings[i].Fingerprint
		r.report.Findings[i], r.asides[i] = found, by
		return
	}
	found.Fingerprint = r.fingerprint(rule.ID, string(j.Object.Kind), j.Object.String(), at.file.Path, r.identity(at, s, e))
	r.own[found.Fingerprint] = own
	if j.Frees {
		r.freed[found.Fingerprint] = freed{j.Object, j.IfNamed}
	}
	if r.report.Sources[at.file.Path] == nil {
		r.report.Sources[at.file.Path] = at.file
	}
	if len(r.report.Findings) >= findingLimit {
		if j.IfNamed {
			return // it is no finding yet, and must not stand for others
		}
		r.rest.add(found)
		return
	}
	r.said[key] = len(r.report.Findings)
	r.asides[len(r.report.Findings)] = by
	r.report.Findings = append(r.report.Findings, found)
}

func (r *review) finding(rule *Rule, j Judgement, at place, s statement, e follow.Effect) Finding {
	found := Finding{
		Rule: rule.ID, Category: rule.Category, Score: score(j.Reasons), Path: at.file.Path,
		Object: j.Object, Reach: j.Reach, Certainty: j.Certainty, Message: way(j.Message, s, e), Reasons: j.Reasons,
		Remedy: j.Remedy, Suggest: j.Suggestion, Size: j.size,
	}
	found.Severity = SeverityOf(found.Score)
	found.Start, found.End = at.file.Range(at.span)
	found.Statement = r.quote(at)
	if j.Category != "" {
		found.Category = j.Category
	}
	if found.Certainty == "" {
		found.Certainty = Certain
	}
	if e.Open && found.Certainty == Certain {
		found.Certainty = Likely
	}
	if found.Remedy == "" {
		found.Remedy = rule.Remedy
	}
	if found.Reach == nil {
		found.Reach = []Reached{}
	}
	return shown(found)
}

func (o Object) shown() Object {
	return Object{Kind: o.Kind, Schema: op.Shown(o.Schema), Name: op.Shown(o.Name), Column: op.Shown(o.Column)}
}

// shown writes names that are only known at run time as people read them.
func shown(f Finding) Finding {
	f.Object = f.Object.shown()
	f.Message, f.Remedy = op.Shown(f.Message), op.Shown(f.Remedy)
	if f.Suggest != "" && op.Open(f.Suggest) {
		f.Suggest = "" // nobody can run it
	}
	f.Reasons, f.Reach = slices.Clone(f.Reasons), slices.Clone(f.Reach)
	for i := range f.Reasons {
		f.Reasons[i].Text = op.Shown(f.Reasons[i].Text)
	}
	for i := range f.Reach {
		f.Reach[i].Name, f.Reach[i].Why = op.Shown(f.Reach[i].Name), op.Shown(f.Reach[i].Why)
	}
	return f
}

// wayLimit is the most that a message names of what set an effect off.
const wayLimit = 5

// way adds to a message what set an effect off.
func way(message string, s statement, e follow.Effect) string {
	var names []string
	for _, w := range slices.Concat(s.Through, e.Through) {
		if w.What != "" && (len(names) == 0 || names[len(names)-1] != w.What) {
			names = append(names, w.What)
		}
	}
	if len(names) == 0 {
		return message
	}
	if len(names) > wayLimit {
		names = append(append(names[:wayLimit-1:wayLimit-1], "…"), names[len(names)-1])
	}
	return fmt.Sprintf("%s (run by %s).", strings.TrimSuffix(message, "."), strings.Join(names, " → "))
}

// identity is the text that tells an operation from others on the same object. It
// is the statement around it, since that decides when and on what it runs; and,
// where something else sets it off, that too.
func (r *review) identity(at place, s statement, e follow.Effect) string {
	var text string
	switch {
	case partOfAlter(e.Op) && e.Part.Len() > 0 && len(e.Through) == 0:
		text = r.normal(e.File, e.Part)
	default:
		text = at.around.Normal
	}
	if len(e.Through) == 0 {
		return text
	}
	if s.File != at.file || s.Span != at.around.Span {
		text = s.Normal + "\x00" + text
	}
	if e.File != at.file || e.Span != at.span {
		text += "\x00" + r.normal(e.File, e.Span)
	}
	for _, w := range e.Through {
		text += "\x00" + w.What
	}
	return text
}
