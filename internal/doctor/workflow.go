package doctor

import (
	"path"
	"regexp"
	"slices"
	"strings"
)

// A workflow is one file of .github/workflows.
type workflow struct {
	path string
	top  *node
	on   map[string]*node // by event; the value may be nil
	err  error
}

func parseWorkflow(f File) *workflow {
	w := &workflow{path: f.Path}
	w.top, w.err = parseYAML(f.Data)
	w.on = events(w.top.get("on"))
	return w
}

// events reads on: in all its shapes.
func events(on *node) map[string]*node {
	all := map[string]*node{}
	switch {
	case on == nil:
	case on.values != nil:
		for _, key := range on.keys {
			all[key] = on.values[key]
		}
	default:
		names, _ := on.words()
		for _, name := range names {
			all[name] = nil
		}
	}
	return all
}

// gateEvents are the events of which one has to start the gate.
var gateEvents = []string{"pull_request", "pull_request_target"}

// events returns those of the gate's that the workflow is started by.
func (w *workflow) events() []string {
	return slices.DeleteFunc(slices.Clone(gateEvents), func(e string) bool { _, on := w.on[e]; return !on })
}

// onLine is where the workflow says what starts it.
func (w *workflow) onLine(event string) int {
	return w.on[event].at(w.top.get("on").at(1))
}

// A gate is the step that runs dropgate, with what it stands in.
type gate struct {
	file   *workflow // that the events start
	caller *node     // the job that calls another workflow of the repository; else nil
	called *workflow // that workflow, or file
	id     string    // the job's, in file
	inner  string    // the job's in called; id if there is no caller
	job    *node
	step   *node
	before []*node // the steps before it
	local  bool    // an action of the repository itself
	branch string
}

// jobs are those whose conditions count: the job, and the one that calls it.
func (g *gate) jobs() []*node {
	if g.caller != nil {
		return []*node{g.caller, g.job}
	}
	return []*node{g.job}
}

// path returns the file that a node of jobs() stands in.
func (g *gate) path(job *node) string {
	if job == g.caller && g.caller != nil {
		return g.file.path
	}
	return g.called.path
}

// uses is the step's uses, run its script.
func (g *gate) uses() string { return g.step.get("uses").string() }
func (g *gate) run() string  { return g.step.get("run").string() }

// input returns what the step gives the action.
func (g *gate) input(name string) string { return g.step.get("with").get(name).string() }

// has reports whether an event starts the gate.
func (g *gate) has(event string) bool { _, ok := g.file.on[event]; return ok }

// onlyTarget reports whether nothing but the default branch says what runs.
func (g *gate) onlyTarget() bool { return g.has("pull_request_target") && !g.has("pull_request") }

// status is the context of the commit status that the step sets; empty for none.
func (g *gate) status() string {
	switch {
	case g.input("status") != "":
		return g.input("status")
	case g.has("pull_request_target") && g.run() == "":
		return "dropgate"
	}
	return ""
}

// scriptCall is a call of dropgate in a script.
var scriptCall = regexp.MustCompile(`(?m)(?:^|[\s;&|(/"'])dropgate["']?\s+(?:action|check)\b`)

// LocalActions returns the folders of the repository's own actions that its
// workflows use.
func LocalActions(workflows []File) []string {
	var all []string
	for _, f := range workflows {
		w := parseWorkflow(f)
		for _, id := range jobIDs(w.top) {
			for _, s := range steps(w.top.get("jobs").get(id)) {
				uses := s.get("uses").string()
				if folder, ok := localFolder(uses); ok && !slices.Contains(all, folder) {
					all = append(all, folder)
				}
			}
		}
	}
	return all
}

// localFolder returns the folder of an action that a step takes from what the job
// has checked out.
func localFolder(uses string) (folder string, ok bool) {
	folder, ok = strings.CutPrefix(uses, "./")
	folder = path.Clean(folder)
	return folder, ok && folder != ".." && !strings.HasPrefix(folder, "../") && !path.IsAbs(folder)
}

func jobIDs(top *node) []string {
	jobs := top.get("jobs")
	if jobs == nil {
		return nil
	}
	return jobs.keys
}

func steps(job *node) []*node {
	if s := job.get("steps"); s != nil {
		return s.list
	}
	return nil
}

// isImage reports whether an image or repository is dropgate by its last name,
// so that a fork or a mirror is one too.
func isDropgate(name string) bool {
	name, _, _ = strings.Cut(name, "@")
	name = strings.ToLower(name)
	if i := strings.LastIndex(name, "/"); i >= 0 {
		name = name[i+1:]
	}
	name, _, _ = strings.Cut(name, ":")
	return name == "dropgate"
}

// actionName is the owner and name of an action that stands in a repository.
func actionName(uses string) string {
	parts := strings.SplitN(uses, "/", 3)
	if len(parts) < 2 {
		return ""
	}
	name, _, _ := strings.Cut(parts[1], "@")
	return parts[0] + "/" + name
}

// runsDropgate reports whether a step is dropgate, and whether it comes from what
// the job has checked out.
func (f Facts) runsDropgate(s *node) (found, local bool) {
	uses := s.get("uses").string()
	if folder, ok := localFolder(uses); ok {
		return slices.ContainsFunc(f.Actions, func(a File) bool {
			return path.Dir(a.Path) == folder && actionIsDropgate(a.Data)
		}), true
	}
	if image, ok := strings.CutPrefix(uses, "docker://"); ok {
		return isDropgate(image), false
	}
	if uses != "" {
		return isDropgate(actionName(uses)), false
	}
	return scriptCall.MatchString(s.get("run").string()), false
}

// actionIsDropgate reads an action.yml.
func actionIsDropgate(data []byte) bool {
	top, err := parseYAML(data)
	if err != nil {
		return false
	}
	runs := top.get("runs")
	if strings.EqualFold(top.get("name").string(), "dropgate") || isDropgate(strings.TrimPrefix(runs.get("image").string(), "docker://")) {
		return true
	}
	var none Facts
	return slices.ContainsFunc(steps(runs), func(s *node) bool {
		found, local := none.runsDropgate(s)
		return found && !local
	})
}
