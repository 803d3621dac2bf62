package follow

import (
	"maps"
	"slices"

	"github.com/dropgate/dropgate/analyzer/op"
)

// body follows a body with the variables that it begins with.
func (r *run) body(fr frame, b *op.Body, e env) {
	fr.file, fr.env, fr.body, fr.settled = b.File, e, true, b
	if b.Path != nil {
		outer := slices.Clone(r.catalog.SearchPath())
		r.emit(fr, op.At{Op: &op.SetSearchPath{Schemas: b.Path.Schemas, Local: true}}, nil)
		defer func() { r.emit(fr, op.At{Op: &op.SetSearchPath{Schemas: outer, Local: true}}, nil) }()
	}
	trails := r.trails
	defer func() { r.trails = trails }()
	r.trails = nil
	r.steps(fr, withoutUndone(b.Steps))
}

// withoutUndone leaves out the steps that a ROLLBACK of the body itself takes back:
// those since its last COMMIT, unless there may be one among them.
func withoutUndone(steps []op.Step) []op.Step {
	var kept []op.Step
	start, certain := 0, true
	for _, step := range steps {
		kind, ends := transaction(step)
		switch {
		case !ends:
			certain = certain && !mayCommit(step)
		case kind == op.Rollback && certain:
			kept = kept[:start]
		}
		if kept = append(kept, step); ends {
			start, certain = len(kept), true
		}
	}
	return kept
}

// transaction returns what a step of COMMIT or ROLLBACK does.
func transaction(step op.Step) (kind op.TransactionKind, ends bool) {
	run, ok := step.(*op.Run)
	if !ok || len(run.Ops) != 1 {
		return 0, false
	}
	if t, ok := run.Ops[0].Op.(*op.Transaction); ok {
		return t.Kind, t.Kind == op.Commit || t.Kind == op.Rollback
	}
	return 0, false
}

// mayCommit reports whether a step may end a transaction: it branches, or runs what
// may hold a COMMIT.
func mayCommit(step op.Step) bool {
	run, ok := step.(*op.Run)
	if !ok {
		_, assigns := step.(*op.Assign)
		return !assigns
	}
	for _, at := range run.Ops {
		switch o := at.Op.(type) {
		case *op.Block, *op.Dynamic, *op.Unread, *op.Unknown, *op.RunTime, *op.Execute, *op.Transaction:
			return true
		case *op.Call:
			if !o.Perhaps {
				return true
			}
		}
	}
	return false
}

// steps goes through steps; what they assign stays in the frame's variables.
func (r *run) steps(fr frame, steps []op.Step) {
	for _, step := range steps {
		if r.work--; r.work < 0 {
			r.exceed(fr)
		}
		if r.over {
			return
		}
		switch s := step.(type) {
		case *op.Run:
			for _, at := range s.Ops {
				r.operation(fr, at)
			}
		case *op.Assign:
			r.assign(fr, s)
		case *op.Choice:
			r.choice(fr, s)
		case *op.Loop:
			r.loop(fr, s)
		case *op.Section:
			r.section(fr, s)
		}
	}
}

func (r *run) assign(fr frame, s *op.Assign) {
	v := r.eval(fr, s.Value)
	fr.env.set(s.Variable, v)
	for _, trail := range r.trails {
		trail.join(env{s.Variable: v})
	}
}

// trail goes through steps and returns, for steps that may be left in the middle,
// what their variables may hold then: what they held before, and all that is
// assigned on the way.
func (r *run) trail(fr frame, steps []op.Step) env {
	trail := maps.Clone(fr.env)
	r.trails = append(r.trails, trail)
	r.steps(fr, steps)
	r.trails = r.trails[:len(r.trails)-1]
	return trail
}

// section goes through a block, and from any place in it to its handlers. An error
// takes back what the block did, so that none of it is certain.
func (r *run) section(fr frame, s *op.Section) {
	inner, steps := fr, s.Steps
	if len(s.Handlers) > 0 {
		inner.perhaps = true
	} else {
		steps = withoutUndone(steps)
	}
	trail := r.trail(inner, steps)
	if op.Leaves(s.Steps) {
		defer fr.env.join(trail)
	}
	for _, handler := range s.Handlers {
		inner.env = maps.Clone(trail)
		r.steps(inner, handler)
		fr.env.join(inner.env)
	}
}

// choice goes through every branch, each with the variables as they were before.
func (r *run) choice(fr frame, s *op.Choice) {
	before := maps.Clone(fr.env)
	fr.perhaps = true
	for i, branch := range s.Branches {
		inner := fr
		inner.env = maps.Clone(before)
		r.steps(inner, branch)
		if i == 0 && s.Always {
			clear(fr.env)
			maps.Copy(fr.env, inner.env)
		} else {
			fr.env.join(inner.env)
		}
	}
}

// loop goes through the steps of a loop, again where they left a variable with
// something new, and then with such variables open.
func (r *run) loop(fr frame, s *op.Loop) {
	if r.seen == nil {
		r.seen = map[string]bool{}
		defer func() { r.seen = nil }()
	}
	fr.perhaps = true
	leaves := op.Leaves(s.Steps)
	for pass := range 3 {
		before := fr.env.String()
		inner := fr
		inner.env = maps.Clone(fr.env)
		if trail := r.trail(inner, s.Steps); leaves {
			inner.env.join(trail)
		}
		old := maps.Clone(fr.env)
		fr.env.join(inner.env)
		if fr.env.String() == before || r.over {
			return
		}
		if pass == 1 { // they hold something new each time
			for name, v := range fr.env {
				if v.String() != old[name].String() {
					fr.env[name] = nil
				}
			}
		}
	}
}
