package githubtest

import (
	"maps"
	"slices"
	"strconv"
)

func createCheckRun(c *call) answer {
	q := object{}
	if a, fine := c.decode(&q); !fine {
		return a
	}
	sha, _ := q["head_sha"].(string)
	if c.repo.objects.commits[sha] == nil {
		return invalid("No commit found for SHA: " + sha)
	}
	id := c.server.nextID()
	now := stamp(c.server.Clock.tick())
	run := object{
		"id": id, "node_id": nodeID("8:CheckRun", id), "head_sha": sha, "external_id": "", "name": q["name"],
		"url": c.repo.api("/check-runs/%d", id), "html_url": c.repo.web("/runs/%d", id), "details_url": nil,
		"status": "queued", "conclusion": nil, "started_at": now, "completed_at": nil,
		"output":      object{"title": nil, "summary": nil, "text": nil, "annotations_count": 0, "annotations_url": c.repo.api("/check-runs/%d/annotations", id)},
		"check_suite": object{"id": id}, "app": nil, "pull_requests": []object{},
	}
	c.updateRun(run, q)
	c.repo.checkRuns = append(c.repo.checkRuns, run)
	return created(run)
}

func updateCheckRun(c *call) answer {
	i := slices.IndexFunc(c.repo.checkRuns, func(run object) bool { return run["id"] == c.identifier() })
	if i < 0 {
		return notFound()
	}
	q := object{}
	if a, fine := c.decode(&q); !fine {
		return a
	}
	c.server.Clock.tick()
	c.updateRun(c.repo.checkRuns[i], q)
	return ok(c.repo.checkRuns[i])
}

// updateRun takes over what a request says of a check run.
func (c *call) updateRun(run, q object) {
	for _, name := range []string{"name", "status", "conclusion", "details_url", "external_id", "completed_at"} {
		if value, given := q[name]; given {
			run[name] = value
		}
	}
	if run["conclusion"] != nil {
		run["status"] = "completed"
		if run["completed_at"] == nil {
			run["completed_at"] = stamp(c.server.Clock.Now())
		}
	}
	output, given := q["output"].(map[string]any)
	if !given {
		return
	}
	kept := run["output"].(object)
	annotations, _ := output["annotations"].([]any)
	delete(output, "annotations")
	maps.Copy(kept, output)
	had, _ := kept["annotations_count"].(int)
	kept["annotations_count"] = had + len(annotations)
}

// CheckRun is a check run as a test sees it.
type CheckRun struct {
	ID                        string
	Name, HeadSHA             string
	Status, Conclusion, Title string
}

// CheckRuns returns the check runs that were made, oldest first.
func (r *Repository) CheckRuns() []CheckRun {
	r.server.mu.Lock()
	defer r.server.mu.Unlock()
	var all []CheckRun
	for _, run := range r.checkRuns {
		word := func(o object, name string) string { s, _ := o[name].(string); return s }
		all = append(all, CheckRun{
			ID: strconv.FormatInt(run["id"].(int64), 10), Name: word(run, "name"), HeadSHA: word(run, "head_sha"),
			Status: word(run, "status"), Conclusion: word(run, "conclusion"), Title: word(run["output"].(object), "title"),
		})
	}
	return all
}
