package githubtest

import "net/http"

// Require makes a ruleset of a branch that asks for status checks of the given
// contexts before a merge.
func (r *Repository) Require(branch string, contexts ...string) {
	r.server.mu.Lock()
	defer r.server.mu.Unlock()
	if r.required == nil {
		r.required = map[string][]string{}
	}
	r.required[branch] = contexts
}

func getBranch(c *call) answer {
	name := c.PathValue("branch")
	id := c.repo.branches[name]
	if id == "" {
		return refuse(http.StatusNotFound, "Branch not found")
	}
	protection := c.repo.api("/branches/%s/protection", name)
	return ok(object{
		"name": name, "commit": c.repo.renderCommit(c.repo.objects.commits[id]),
		"_links":    object{"html": c.repo.web("/tree/%s", name), "self": c.repo.api("/branches/%s", name)},
		"protected": len(c.repo.required[name]) > 0, "protection": object{"enabled": false}, "protection_url": protection,
	})
}

// getProtection answers as for a branch without the old kind of protection:
// only rulesets are known here.
func getProtection(c *call) answer {
	return refuse(http.StatusNotFound, "Branch not protected")
}

func getRules(c *call) answer {
	list := []object{}
	required := []object{}
	for _, context := range c.repo.required[c.PathValue("branch")] {
		required = append(required, object{"context": context})
	}
	if len(required) > 0 {
		list = append(list, object{
			"type": "required_status_checks", "ruleset_source_type": "Repository",
			"ruleset_source": c.repo.FullName(), "ruleset_id": 1,
			"parameters": object{"required_status_checks": required, "strict_required_status_checks_policy": false},
		})
	}
	return ok(list)
}
