package doctor

import (
	"slices"
	"strings"
)

// search is what looking for the gate has found.
type search struct {
	gates  []*gate
	broken []*workflow // those that nobody can read, and that speak of dropgate
	remote []string    // workflows of other repositories that jobs call, as path:job
}

// UsesDropgate reports whether a workflow has a step that runs dropgate.
func UsesDropgate(workflow File) bool {
	return len(Facts{Workflows: []File{workflow}}.search().gates) > 0
}

func (f Facts) search() search {
	var s search
	all := map[string]*workflow{}
	for _, file := range f.Workflows {
		all[file.Path] = parseWorkflow(file)
	}
	for _, file := range f.Workflows {
		w := all[file.Path]
		if w.err != nil {
			if strings.Contains(strings.ToLower(string(file.Data)), "dropgate") {
				s.broken = append(s.broken, w)
			}
			continue
		}
		for _, id := range jobIDs(w.top) {
			f.searchJob(&s, all, w, id)
		}
	}
	return s
}

// searchJob looks at one job, and at those of the workflow that it calls.
func (f Facts) searchJob(s *search, all map[string]*workflow, w *workflow, id string) {
	job := w.top.get("jobs").get(id)
	calls := job.get("uses").string()
	if calls == "" {
		s.gates = append(s.gates, f.gatesIn(gate{file: w, called: w, id: id, inner: id, job: job})...)
		return
	}
	local, ok := localFolder(calls)
	called := all[local]
	if !ok || called == nil || called.err != nil {
		s.remote = append(s.remote, w.path+": "+id)
		return
	}
	for _, inner := range jobIDs(called.top) {
		s.gates = append(s.gates, f.gatesIn(gate{
			file: w, caller: job, called: called, id: id, inner: inner, job: called.top.get("jobs").get(inner),
		})...)
	}
}

// gatesIn returns the job's steps that run dropgate.
func (f Facts) gatesIn(at gate) []*gate {
	var all []*gate
	list := steps(at.job)
	for i, step := range list {
		found, local := f.runsDropgate(step)
		if !found {
			continue
		}
		g := at
		g.step, g.before, g.local, g.branch = step, list[:i], local, f.Branch
		all = append(all, &g)
	}
	return all
}

// find returns the gate, and the check that there is one.
func (f Facts) find() (*gate, Check) {
	const name = "workflow"
	s := f.search()
	// A workflow that is only called starts nothing by itself.
	started := slices.DeleteFunc(slices.Clone(s.gates), func(g *gate) bool { return len(g.file.events()) == 0 })
	if len(started) == 0 {
		return nil, f.notFound(name, s)
	}
	g := started[0]
	for _, other := range started {
		if f.requires(other) {
			g = other
			break
		}
	}
	c := check(name, Holds, "the job %s runs dropgate", g.id).at(g.file.path, g.step.line)
	if g.caller != nil {
		c.Text += " in " + g.called.path
	}
	if others := otherPlaces(started, g); len(others) > 0 {
		c = c.advice("it also runs in %s: what follows is about %s", join(others), g.file.path)
	}
	if g.run() != "" && !strings.Contains(g.run(), "action") {
		c = c.advice("dropgate check knows of no label: what it blocks stays blocked; the action asks for the label")
	}
	return g, c
}

func otherPlaces(all []*gate, g *gate) []string {
	var others []string
	for _, o := range all {
		if place := o.file.path; place != g.file.path && !slices.Contains(others, place) {
			others = append(others, place)
		}
	}
	return others
}

func (f Facts) notFound(name string, s search) Check {
	switch {
	case f.Unread != "":
		return check(name, CannotTell, "the workflows could not be read: %s", f.Unread)
	case len(s.broken) > 0:
		w := s.broken[0]
		return check(name, CannotTell, "it speaks of dropgate and cannot be read: %s", w.err).at(w.path, 0).
			fix("actionlint says what is wrong with it")
	case len(s.gates) > 0:
		g := s.gates[0]
		c := check(name, DoesNotHold, "the job %s runs dropgate, and no pull request starts it", g.id).at(g.file.path, g.file.top.get("on").at(1))
		if g.file.top.get("on") == nil && g.file.top.get("true") != nil {
			c.Text = "its key on has become true, as some YAML tools write it: GitHub refuses the workflow"
		}
		return c.fix("on:", "  pull_request: {types: ["+join(allTypes)+"]}")
	case len(s.remote) > 0:
		return check(name, CannotTell, "no step runs dropgate, but %s runs a workflow that cannot be looked into", join(s.remote))
	case len(f.Unmerged) > 0:
		return check(name, DoesNotHold, "%s is in your working tree, and not on %s yet", join(f.Unmerged), f.Branch).
			fix("commit it, and merge it into " + f.Branch)
	}
	return check(name, DoesNotHold, "no workflow runs dropgate").fix("dropgate init")
}
