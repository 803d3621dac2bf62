package github

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"

	gh "github.com/google/go-github/v60/github"
)

const (
	readMetadata       = "metadata: read"
	readAdministration = "administration: read"
)

// Repository reads the number of the repository, by which rules name it, and the
// name of its default branch.
func (c *Client) Repository(ctx context.Context) (id int64, defaultBranch string, err error) {
	call := callf(readMetadata, "read the repository %s/%s", c.owner, c.name)
	r, _, err := c.api.Repositories.Get(ctx, c.owner, c.name)
	if err != nil {
		return 0, "", call.fail(err)
	}
	if r.GetDefaultBranch() == "" {
		return 0, "", call.incomplete("it names no default branch")
	}
	return r.GetID(), r.GetDefaultBranch(), nil
}

// A RequiredCheck is a check that has to pass before a merge.
type RequiredCheck struct {
	Context string
	App     int64 // the app that has to report it; 0: any
}

// A Branch is what GitHub tells of a branch to whoever may read.
type Branch struct {
	SHA string
	// Protected says that the branch has a protection or rules, of whatever kind.
	Protected bool
	// Classic says that the branch has a protection of its own, besides what
	// rulesets ask for.
	Classic bool
	// Checks are those that the protection asks for; nil if it was not told.
	Checks *[]RequiredCheck
	// Everyone says whether the checks count for administrators; nil if unknown.
	Everyone *bool
}

// checksAnswer is how GitHub tells a protection's checks.
type checksAnswer struct {
	Enforcement string   `json:"enforcement_level"`
	Contexts    []string `json:"contexts"`
	Checks      []struct {
		Context string `json:"context"`
		App     *int64 `json:"app_id"`
	} `json:"checks"`
}

// required returns the checks. Contexts are the older form, and repeat them.
func (a *checksAnswer) required() []RequiredCheck {
	all := []RequiredCheck{}
	seen := map[string]bool{}
	for _, c := range a.Checks {
		check := RequiredCheck{Context: c.Context}
		if c.App != nil && *c.App > 0 { // -1 is any app
			check.App = *c.App
		}
		seen[c.Context] = true
		all = append(all, check)
	}
	for _, name := range a.Contexts {
		if !seen[name] {
			all = append(all, RequiredCheck{Context: name})
		}
	}
	return all
}

// Branch reads a branch. It is [ErrNotFound] if there is none of that name.
func (c *Client) Branch(ctx context.Context, name string) (*Branch, error) {
	call := callf(readContents, "read branch %s", name)
	var a struct {
		Commit     struct{ SHA string }
		Protected  bool
		Protection *struct {
			Enabled bool
			Checks  *checksAnswer `json:"required_status_checks"`
		}
	}
	if err := c.below(ctx, "branches/"+url.PathEscape(name), &a); err != nil {
		return nil, call.fail(err)
	}
	if !objectName.MatchString(a.Commit.SHA) {
		return nil, call.incomplete("it names no commit")
	}
	b := &Branch{SHA: a.Commit.SHA, Protected: a.Protected, Classic: true}
	if a.Protection == nil {
		return b, nil
	}
	b.Classic = a.Protection.Enabled
	if checks := a.Protection.Checks; b.Classic && checks != nil {
		required := checks.required()
		b.Checks = &required
		if len(required) > 0 && checks.Enforcement != "" {
			everyone := checks.Enforcement == "everyone"
			b.Everyone = &everyone
		}
	}
	return b, nil
}

// below reads what stands below the repository. Version 60 of go-github cannot read
// rules that it does not know.
func (c *Client) below(ctx context.Context, path string, into any) error {
	return c.get(ctx, fmt.Sprintf("repos/%s/%s/%s", c.owner, c.name, path), into)
}

// Rules are what the active rulesets ask for on a branch.
type Rules struct {
	Checks          []RequiredCheck
	Workflows       []RequiredWorkflow
	CodeOwnerReview bool
	MergeQueue      bool
}

// A RequiredWorkflow is a workflow that a ruleset asks for.
type RequiredWorkflow struct {
	Path       string
	Repository int64 // that it stands in
}

// rule is one rule, with the parameters of all kinds that matter here.
type rule struct {
	Type       string
	Parameters struct {
		Checks []struct {
			Context string
			App     int64 `json:"integration_id"`
		} `json:"required_status_checks"`
		CodeOwners bool `json:"require_code_owner_review"`
		Workflows  []struct {
			Path       string
			Repository int64 `json:"repository_id"`
		}
	}
}

// Rules reads what rulesets, the organization's too, ask for on a branch.
func (c *Client) Rules(ctx context.Context, branch string) (*Rules, error) {
	call := callf(readMetadata, "read the rules of branch %s", branch)
	all := &Rules{}
	for page := 1; ; page++ {
		var list []json.RawMessage
		query := fmt.Sprintf("?per_page=%d&page=%d", perPage, page)
		if err := c.below(ctx, "rules/branches/"+url.PathEscape(branch)+query, &list); err != nil {
			return nil, call.fail(err)
		}
		for _, raw := range list {
			if err := all.add(raw); err != nil {
				return nil, call.incomplete("%v", err)
			}
		}
		if len(list) < perPage {
			return all, nil
		}
		if page == mostPages {
			return nil, call.fail(errEndless)
		}
	}
}

func (all *Rules) add(raw json.RawMessage) error {
	var kind struct{ Type string }
	if err := json.Unmarshal(raw, &kind); err != nil {
		return err
	}
	switch kind.Type {
	case "merge_queue":
		all.MergeQueue = true
		return nil
	case "required_status_checks", "pull_request", "workflows":
	default:
		return nil // other kinds have parameters of other shapes
	}
	var r rule
	if err := json.Unmarshal(raw, &r); err != nil {
		return err
	}
	for _, check := range r.Parameters.Checks {
		all.Checks = append(all.Checks, RequiredCheck{Context: check.Context, App: check.App})
	}
	for _, w := range r.Parameters.Workflows {
		all.Workflows = append(all.Workflows, RequiredWorkflow{Path: w.Path, Repository: w.Repository})
	}
	all.CodeOwnerReview = all.CodeOwnerReview || r.Parameters.CodeOwners
	return nil
}

// A Protection is a branch's own, older than rulesets.
type Protection struct {
	Checks          []RequiredCheck
	CodeOwnerReview bool
	Everyone        bool // it counts for administrators too
}

// Protection reads the protection of a branch, which administrators may.
// Others get [ErrForbidden] or [ErrNotFound].
func (c *Client) Protection(ctx context.Context, branch string) (*Protection, error) {
	call := callf(readAdministration, "read the protection of branch %s", branch)
	var a struct {
		Checks *checksAnswer `json:"required_status_checks"`
		Admins struct {
			Enabled bool
		} `json:"enforce_admins"`
		Reviews struct {
			CodeOwners bool `json:"require_code_owner_reviews"`
		} `json:"required_pull_request_reviews"`
	}
	if err := c.below(ctx, "branches/"+url.PathEscape(branch)+"/protection", &a); err != nil {
		return nil, call.fail(err)
	}
	p := &Protection{CodeOwnerReview: a.Reviews.CodeOwners, Everyone: a.Admins.Enabled}
	if a.Checks != nil {
		p.Checks = a.Checks.required()
	}
	return p, nil
}

// Folder lists what stands directly in a tree, or at the top of a commit, folders
// included.
func (c *Client) Folder(ctx context.Context, sha string) ([]TreeFile, error) {
	if err := checkName("tree", sha); err != nil {
		return nil, err
	}
	call := callf(readContents, "list the tree %s", sha)
	t, _, err := c.api.Git.GetTree(ctx, c.owner, c.name, sha, false)
	if err != nil {
		return nil, call.fail(err)
	}
	if t.Truncated == nil || t.GetTruncated() {
		return nil, call.incomplete("it is not listed in full")
	}
	var all []TreeFile
	for _, e := range t.Entries {
		all = append(all, TreeFile{Path: e.GetPath(), Mode: e.GetMode(), SHA: e.GetSHA(), Size: e.GetSize()})
	}
	return all, nil
}

// LabelOnMerged reports whether a pull request that a commit came from has the
// label: then the repository has it.
func (c *Client) LabelOnMerged(ctx context.Context, commit, label string) (bool, error) {
	if err := checkName("commit", commit); err != nil {
		return false, err
	}
	call := callf(readPulls, "list the pull requests of %s", commit)
	one := &gh.ListOptions{PerPage: perPage}
	list, _, err := c.api.PullRequests.ListPullRequestsWithCommit(ctx, c.owner, c.name, commit, one)
	if err != nil {
		return false, call.fail(err)
	}
	for _, p := range list {
		for _, l := range p.Labels {
			if strings.EqualFold(l.GetName(), label) {
				return true, nil
			}
		}
	}
	return false, nil
}

// Refused reports whether an error says that the token may not see something, or
// that it is not there: GitHub does not tell the two apart.
func Refused(err error) bool { return errors.Is(err, ErrForbidden) || errors.Is(err, ErrNotFound) }
