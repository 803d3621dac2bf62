package githubtest

import (
	"maps"
	"net/http"
)

// Require makes a ruleset of a branch that asks for status checks of the given
// contexts before a merge.
func (r *Repository) Require(branch string, contexts ...string) {
	rules := r.Rules(branch)
	rules.Checks = nil
	for _, context := range contexts {
		rules.Checks = append(rules.Checks, RequiredCheck{Context: context})
	}
	r.Rule(branch, rules)
}

// Rules are what rulesets ask for on a branch.
type Rules struct {
	Checks          []RequiredCheck
	Workflows       []string // paths in the same repository
	OtherWorkflows  []string // paths in another one
	CodeOwnerReview bool
	MergeQueue      bool
}

// RequiredCheck is a check that has to pass before a merge.
type RequiredCheck struct {
	Context string
	App     int // that has to report it; 0 is any
}

// Rule sets what rulesets ask for on a branch.
func (r *Repository) Rule(branch string, rules Rules) {
	r.server.mu.Lock()
	defer r.server.mu.Unlock()
	r.rules = with(r.rules, branch, rules)
}

// Rules returns what rulesets ask for on a branch.
func (r *Repository) Rules(branch string) Rules {
	r.server.mu.Lock()
	defer r.server.mu.Unlock()
	return r.rules[branch]
}

// Protection is the older protection of a branch.
type Protection struct {
	Checks          []RequiredCheck
	CodeOwnerReview bool
	Everyone        bool // it counts for administrators too
	// Quiet leaves the checks out of what is told of the branch to all.
	Quiet bool
}

// Protect gives a branch the older protection.
func (r *Repository) Protect(branch string, p Protection) {
	r.server.mu.Lock()
	defer r.server.mu.Unlock()
	r.protections = with(r.protections, branch, p)
}

func with[V any](all map[string]V, key string, value V) map[string]V {
	all = maps.Clone(all)
	if all == nil {
		all = map[string]V{}
	}
	all[key] = value
	return all
}

func getBranch(c *call) answer {
	name := c.PathValue("branch")
	id := c.repo.branches[name]
	if id == "" {
		return refuse(http.StatusNotFound, "Branch not found")
	}
	p, classic := c.repo.protections[name]
	protection := object{"enabled": classic}
	if classic && !p.Quiet {
		protection["required_status_checks"] = p.checks()
	}
	url := c.repo.api("/branches/%s/protection", name)
	return ok(object{
		"name": name, "commit": c.repo.renderCommit(c.repo.objects.commits[id]),
		"_links":    object{"html": c.repo.web("/tree/%s", name), "self": c.repo.api("/branches/%s", name)},
		"protected": classic || len(renderRules(c.repo, name)) > 0, "protection": protection, "protection_url": url,
	})
}

func (p Protection) checks() object {
	level := "non_admins"
	if p.Everyone {
		level = "everyone"
	}
	contexts, checks := []string{}, []object{}
	for _, check := range p.Checks {
		contexts = append(contexts, check.Context)
		var app any
		if check.App != 0 {
			app = check.App
		}
		checks = append(checks, object{"context": check.Context, "app_id": app})
	}
	return object{"enforcement_level": level, "contexts": contexts, "checks": checks, "strict": false}
}

// getProtection answers for the old kind of protection only, as GitHub does.
func getProtection(c *call) answer {
	name := c.PathValue("branch")
	p, found := c.repo.protections[name]
	if !found {
		return refuse(http.StatusNotFound, "Branch not protected")
	}
	url := c.repo.api("/branches/%s/protection", name)
	body := object{
		"url": url, "required_status_checks": p.checks(),
		"enforce_admins": object{"url": url + "/enforce_admins", "enabled": p.Everyone},
	}
	if p.CodeOwnerReview {
		body["required_pull_request_reviews"] = object{
			"url": url + "/required_pull_request_reviews", "dismiss_stale_reviews": false,
			"require_code_owner_reviews": true, "required_approving_review_count": 1,
		}
	}
	return ok(body)
}

func getRules(c *call) answer {
	list := renderRules(c.repo, c.PathValue("branch"))
	page, header := pageOf(c, list, 30)
	a := ok(append([]object{}, page...))
	a.header = header
	return a
}

// renderRules returns a rule for each thing that is asked for.
func renderRules(r *Repository, branch string) []object {
	rules := r.rules[branch]
	list := []object{}
	add := func(kind string, parameters object) {
		list = append(list, object{
			"type": kind, "ruleset_source_type": "Repository", "ruleset_source": r.FullName(), "ruleset_id": 1, "parameters": parameters,
		})
	}
	required := []object{}
	for _, check := range rules.Checks {
		one := object{"context": check.Context}
		if check.App != 0 {
			one["integration_id"] = check.App
		}
		required = append(required, one)
	}
	if len(required) > 0 {
		add("required_status_checks", object{"required_status_checks": required, "strict_required_status_checks_policy": false})
	}
	if rules.CodeOwnerReview {
		add("pull_request", object{
			"dismiss_stale_reviews_on_push": false, "require_code_owner_review": true, "require_last_push_approval": false,
			"required_approving_review_count": 1, "required_review_thread_resolution": false,
		})
	}
	if rules.MergeQueue {
		add("merge_queue", object{
			"check_response_timeout_minutes": 60, "grouping_strategy": "ALLGREEN", "max_entries_to_build": 5, "max_entries_to_merge": 5,
			"merge_method": "MERGE", "min_entries_to_merge": 1, "min_entries_to_merge_wait_minutes": 5,
		})
	}
	workflows := []object{}
	for _, path := range rules.Workflows {
		workflows = append(workflows, object{"path": path, "repository_id": r.id})
	}
	for _, path := range rules.OtherWorkflows {
		workflows = append(workflows, object{"path": path, "repository_id": r.id + 1})
	}
	if len(workflows) > 0 {
		add("workflows", object{"workflows": workflows})
	}
	return list
}
