package githubtest

import (
	"cmp"
	"net/http"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// Status is a commit status.
type Status struct {
	ID                           int64
	SHA, Context, State, Creator string
	Description, TargetURL       string
	Created                      time.Time
}

// Statuses returns the statuses of a commit, oldest first.
func (r *Repository) Statuses(sha string) []Status {
	r.server.mu.Lock()
	defer r.server.mu.Unlock()
	return r.statusesOf(sha)
}

func (r *Repository) statusesOf(sha string) []Status {
	return slices.DeleteFunc(slices.Clone(r.statuses), func(s Status) bool { return s.SHA != sha })
}

// SetStatus sets a status by hand, as another workflow may do. ID and date are
// filled in.
func (r *Repository) SetStatus(s Status) {
	r.server.mu.Lock()
	defer r.server.mu.Unlock()
	r.addStatus(s)
}

func (r *Repository) addStatus(s Status) Status {
	s.ID, s.Created = r.server.nextID(), r.server.Clock.tick()
	r.statuses = append(r.statuses, s)
	return s
}

func createStatus(c *call) answer {
	sha := c.PathValue("sha")
	if c.repo.objects.commits[sha] == nil {
		return invalid("No commit found for SHA: " + sha)
	}
	q := struct {
		State       string `json:"state"`
		TargetURL   string `json:"target_url"`
		Description string `json:"description"`
		Context     string `json:"context"`
	}{Context: "default"}
	if a, fine := c.decode(&q); !fine {
		return a
	}
	if !slices.Contains([]string{"error", "failure", "pending", "success"}, q.State) {
		return invalidField("Status", "state", "custom", "state is not included in the list")
	}
	if utf8.RuneCountInString(q.Description) > 140 {
		return invalidField("Status", "description", "custom", "description is too long (maximum is 140 characters)")
	}
	return created(c.repo.renderStatus(c.repo.addStatus(Status{
		SHA: sha, Context: q.Context, State: q.State, Creator: c.login,
		Description: q.Description, TargetURL: q.TargetURL,
	})))
}

func (r *Repository) renderStatus(s Status) object {
	creator := r.server.user(s.Creator)
	return object{
		"url": r.api("/statuses/%s", s.SHA), "id": s.ID, "node_id": nodeID("13:StatusContext", s.ID),
		"avatar_url": creator["avatar_url"], "state": s.State, "description": orNull(s.Description),
		"target_url": orNull(s.TargetURL), "context": s.Context, "creator": creator,
		"created_at": stamp(s.Created), "updated_at": stamp(s.Created),
	}
}

func orNull(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// newestFirst is the order in which GitHub lists statuses and runs.
func newestFirst[T any](items []T) []T {
	items = slices.Clone(items)
	slices.Reverse(items)
	return items
}

func listStatuses(c *call) answer {
	id, found := c.repo.resolve(c.PathValue("ref"))
	if !found {
		return notFound()
	}
	return paged(c, newestFirst(c.repo.statusesOf(id)), func(s Status) any { return c.repo.renderStatus(s) })
}

// getCombinedStatus shows the newest status of each context, and what they come to.
func getCombinedStatus(c *call) answer {
	id, found := c.repo.resolve(c.PathValue("ref"))
	if !found {
		return notFound()
	}
	var latest []Status
	for _, s := range newestFirst(c.repo.statusesOf(id)) {
		if !slices.ContainsFunc(latest, func(have Status) bool { return have.Context == s.Context }) {
			latest = append(latest, s)
		}
	}
	page, header := pageOf(c, latest, 30)
	list := []object{}
	for _, s := range page {
		o := c.repo.renderStatus(s)
		delete(o, "creator")
		list = append(list, o)
	}
	return answer{status: http.StatusOK, header: header, body: object{
		"state": combined(latest), "statuses": list, "sha": id, "total_count": len(latest),
		"repository": c.repo.render(c.repo.owner),
		"commit_url": c.repo.api("/commits/%s", id), "url": c.repo.api("/commits/%s/status", id),
	}}
}

func combined(statuses []Status) string {
	state := "success"
	if len(statuses) == 0 {
		state = "pending"
	}
	for _, s := range statuses {
		switch s.State {
		case "error", "failure":
			return "failure"
		case "pending":
			state = "pending"
		}
	}
	return state
}

// WorkflowRun is a run of a workflow.
type WorkflowRun struct {
	ID                int64
	Name              string
	Path              string // .github/workflows/….yml
	Event             string
	HeadSHA           string
	HeadBranch        string
	Actor             string
	Status            string // such as "completed"
	Conclusion        string // such as "success"; empty while it runs
	Fork              string // owner of the fork whose commit it is; empty is the repository itself
	Created, Finished time.Time
	Restarted         time.Time // when its last attempt began; zero is Created
}

// AddRun adds a run of a workflow. ID, and the dates if they are zero, are
// filled in.
func (r *Repository) AddRun(run WorkflowRun) WorkflowRun {
	r.server.mu.Lock()
	defer r.server.mu.Unlock()
	run.ID = r.server.nextID()
	now := r.server.Clock.tick()
	if run.Created.IsZero() {
		run.Created = now
	}
	if run.Finished.IsZero() {
		run.Finished = run.Created
	}
	r.runs = append(r.runs, run)
	return run
}

// listRuns lists runs, newest first, of one workflow if the path names one.
func listRuns(c *call) answer {
	q := c.URL.Query()
	workflow := c.PathValue("workflow")
	keep := func(name, value string) bool { return !q.Has(name) || q.Get(name) == value }
	if workflow != "" && !c.repo.hasWorkflow(workflow) {
		return notFound()
	}
	var runs []WorkflowRun
	for _, run := range newestFirst(c.repo.runs) {
		if workflow != "" && !strings.HasSuffix(run.Path, "/"+workflow) {
			continue
		}
		state := q.Get("status")
		if state != "" && state != run.Status && state != run.Conclusion {
			continue
		}
		if keep("branch", run.HeadBranch) && keep("event", run.Event) && keep("head_sha", run.HeadSHA) && keep("actor", run.Actor) {
			runs = append(runs, run)
		}
	}
	page, header := pageOf(c, runs, 30)
	list := []object{}
	for _, run := range page {
		list = append(list, c.repo.renderRun(run))
	}
	return answer{status: http.StatusOK, header: header, body: object{"total_count": len(runs), "workflow_runs": list}}
}

// hasWorkflow tells whether GitHub knows a workflow: it is on the default branch,
// or it has run.
func (r *Repository) hasWorkflow(name string) bool {
	path := ".github/workflows/" + name
	if m := r.objects.commits[r.branches[r.defaultBranch]]; m != nil {
		if _, there := m.files[path]; there {
			return true
		}
	}
	return slices.ContainsFunc(r.runs, func(run WorkflowRun) bool { return run.Path == path })
}

func (r *Repository) renderRun(run WorkflowRun) object {
	self := r.api("/actions/runs/%d", run.ID)
	o := object{
		"id": run.ID, "node_id": nodeID("11:WorkflowRun", run.ID), "name": run.Name, "path": run.Path,
		"head_branch": orNull(run.HeadBranch), "head_sha": run.HeadSHA, "event": run.Event,
		"status": run.Status, "conclusion": orNull(run.Conclusion), "workflow_id": labelID(run.Path),
		"run_number": 1, "run_attempt": 1, "display_title": run.Name, "pull_requests": []object{},
		"check_suite_id": run.ID, "check_suite_node_id": nodeID("10:CheckSuite", run.ID),
		"created_at": stamp(run.Created), "run_started_at": stamp(cmp.Or(run.Restarted, run.Created)), "updated_at": stamp(run.Finished),
		"actor": r.server.user(run.Actor), "triggering_actor": r.server.user(run.Actor),
		"referenced_workflows": []object{}, "previous_attempt_url": nil,
		"url": self, "html_url": r.web("/actions/runs/%d", run.ID),
		"jobs_url": self + "/jobs", "logs_url": self + "/logs", "artifacts_url": self + "/artifacts",
		"cancel_url": self + "/cancel", "rerun_url": self + "/rerun",
		"check_suite_url": r.api("/check-suites/%d", run.ID), "workflow_url": r.api("/actions/workflows/%d", labelID(run.Path)),
		"repository": r.render(r.owner), "head_repository": r.render(cmp.Or(run.Fork, r.owner)), "head_commit": nil,
	}
	if m := r.objects.commits[run.HeadSHA]; m != nil {
		who := object{"name": m.author, "email": email(m.author)}
		o["head_commit"] = object{
			"id": m.id, "tree_id": m.tree, "message": m.message, "timestamp": stamp(m.date),
			"author": who, "committer": who,
		}
	}
	return o
}
