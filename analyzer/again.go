package analyzer

import (
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

// An edition is what the earlier version of a changed file had, which has run.
type edition struct {
	known    map[string]int // its statements that took effect
	verdicts map[verdict]int
	// shifted says that the statements that follow may mean something else than they
	// did: what one of them names, or sets off, was changed before them.
	shifted bool
}

// remember notes how the effect of a statement of an earlier version is judged where
// it ran.
func (ed *edition) remember(rules []*Rule, c *catalog.Catalog, s statement, e follow.Effect) {
	for _, rule := range rules {
		p := &Pass{Op: e.Op, Catalog: c}
		rule.Check(p)
		for _, j := range p.judgements {
			key := verdict{s.Normal, rule.ID, j.Object}
			ed.verdicts[key] = max(ed.verdicts[key], score(j.Reasons))
		}
	}
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
	ed.known = r.alreadyRun(base)
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

func newEdition() *edition { return &edition{verdicts: map[verdict]int{}} }

// again judges a statement that the earlier version had as well, behind others that
// may have changed what it means. It says only what is worse than it was.
func (r *review) again(c *catalog.Catalog, s statement, ed *edition) {
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
