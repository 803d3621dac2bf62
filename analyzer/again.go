package analyzer

import (
	"strings"

	"github.com/dropgate/dropgate/analyzer/catalog"
	"github.com/dropgate/dropgate/analyzer/follow"
	"github.com/dropgate/dropgate/analyzer/migration"
	"github.com/dropgate/dropgate/analyzer/op"
)

// A verdict is what a rule said of a statement of a file's earlier version.
type verdict struct {
	normal, rule string
	object       Object
}

// A deed is what a statement of an earlier version was found to do, and by what text.
type deed struct {
	verdict
	by string
}

// An edition is what the earlier version of a changed file had, which has run.
type edition struct {
	path     string         // of the file as the change leaves it
	known    map[string]int // its statements that took effect
	verdicts map[verdict]int
	deeds    map[deed]bool
	// shifted says that the statements that follow may mean something else than they
	// did: what one of them names, or sets off, was changed before them.
	shifted bool
}

// remember notes how the effect of a statement of an earlier version is judged where
// it ran.
func (r *review) remember(ed *edition, c *catalog.Catalog, s statement, e follow.Effect) {
	for _, rule := range r.options.Rules {
		p := &Pass{Op: e.Op, Catalog: c}
		rule.Check(p)
		for _, j := range p.judgements {
			key := verdict{s.Normal, rule.ID, j.Object}
			ed.verdicts[key] = max(ed.verdicts[key], score(j.Reasons))
			ed.deeds[deed{key, r.doer(s, e)}] = true
		}
	}
}

// doer returns the text that has an effect, if another one than its statement has it.
func (r *review) doer(s statement, e follow.Effect) string {
	var names strings.Builder
	for _, w := range e.Through {
		names.WriteString(w.What + "\x00")
	}
	if e.File == s.File && s.Span.Contains(e.Span) {
		return names.String()
	}
	return names.String() + r.normal(e.File, e.Span)
}

// had reports whether the earlier version of the file under review had the statement
// with the same finding, by the same text, and the finding stands at it: a comment there
// may have meant that.
func (r *review) had(rule string, o Object, at place, s statement, e follow.Effect) bool {
	return r.ran != nil && r.ran.path == at.file.Path && at.file == s.File && s.Span.Contains(at.span) &&
		r.ran.deeds[deed{verdict{s.Normal, rule, o}, r.doer(s, e)}]
}

// gating is the score from which a verdict cannot get worse to the gate's defaults.
const gating = 60

// told reports whether the earlier version had the statement with a verdict as bad.
func (ed *edition) told(s statement, rule *Rule, j Judgement) bool {
	was, ok := ed.verdicts[verdict{s.Normal, rule.ID, j.Object}]
	return ok && (was >= gating || was >= score(j.Reasons))
}

// editionOf returns what the earlier version of a changed file had.
func (r *review) editionOf(base, now *migration.Migration) *edition {
	ed := r.editions[base]
	if ed == nil {
		ed = newEdition()
	}
	ed.path, ed.known = now.File.Path, r.alreadyRun(base)
	if base == nil {
		return ed
	}
	left := map[string]int{}
	for _, s := range r.readings[now].up {
		left[s.Normal]++
	}
	for _, s := range r.readings[base].up {
		if left[s.Normal]--; left[s.Normal] < 0 && shifts(s) {
			ed.shifted = true
		}
	}
	return ed
}

func newEdition() *edition {
	return &edition{verdicts: map[verdict]int{}, deeds: map[deed]bool{}}
}

// again judges a statement that the earlier version had as well, behind others that
// may have changed what it means. It says only what is worse than it was.
func (r *review) again(c *catalog.Catalog, s statement, ed *edition) {
	r.ran = ed
	defer func() { r.ran = nil }()
	for e := range r.follower.Statement(c, s.Statement) {
		n := len(r.report.Findings)
		r.judge(c, s, e, func(rule *Rule, j Judgement) bool { return !ed.told(s, rule, j) })
		if len(r.report.Findings) > n || session(c, e.Op) {
			e.Apply(c)
		}
	}
}

// shifts reports whether a statement may change what others after it mean: which
// relation or function a name is, what is set off, what picks or bounds rows.
func shifts(s statement) bool {
	for _, at := range s.Ops {
		switch o := at.Op.(type) {
		case *op.SetSearchPath, *op.ReplicationRole, *op.CreateFunction, *op.Prepare, *op.Rename, *op.SetSchema,
			*op.CreateView, *op.CreateTrigger, *op.CreateRule, *op.CreateEventTrigger, *op.SwitchTriggers, *op.SwitchEventTrigger,
			*op.AttachPartition, *op.Inherit, *op.AddConstraint, *op.AlterTable:
			return !s.undone
		case *op.CreateTable:
			if o.Temporary {
				return !s.undone
			}
		case *op.Drop:
			switch o.Kind {
			case op.Constraint, op.Index, op.Trigger, op.Rule, op.View, op.Function, op.EventTrigger:
				return !s.undone
			}
		}
	}
	return false
}
