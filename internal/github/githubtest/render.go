package githubtest

import (
	"encoding/base64"
	"fmt"
	"net/url"
	"strings"
	"time"
)

// Addresses in answers are GitHub's own, so that golden files do not change
// with the port.
const (
	apiURL = "https://api.github.com"
	webURL = "https://github.com"
)

func isBot(login string) bool { return strings.HasSuffix(login, "[bot]") }

func email(login string) string {
	if strings.Contains(login, "@") {
		return login
	}
	return login + "@users.noreply.github.com"
}

// nodeID makes up the identifier that GitHub's other interface would use.
func nodeID(kind string, id any) string {
	return base64.StdEncoding.EncodeToString(fmt.Appendf(nil, "0:%s%v", kind, id))
}

// stamp writes a date; null when there is none.
func stamp(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.Format(time.RFC3339)
}

// user renders a person or a bot, who comes into being by being named.
func (s *Server) user(login string) object {
	id := s.users[login]
	if id == 0 {
		id = 9_000 + int64(len(s.users))
		if login == Bot {
			id = 41_898_282
		}
		s.users[login] = id
	}
	kind, page := "User", webURL+"/"+login
	if isBot(login) {
		kind, page = "Bot", webURL+"/apps/"+strings.TrimSuffix(login, "[bot]")
	}
	self := apiURL + "/users/" + url.PathEscape(login)
	return object{
		"login": login, "id": id, "node_id": nodeID("4:User", id), "type": kind, "site_admin": false,
		"avatar_url": fmt.Sprintf("https://avatars.githubusercontent.com/u/%d?v=4", id), "gravatar_id": "",
		"url": self, "html_url": page,
		"followers_url": self + "/followers", "following_url": self + "/following{/other_user}",
		"gists_url": self + "/gists{/gist_id}", "starred_url": self + "/starred{/owner}{/repo}",
		"subscriptions_url": self + "/subscriptions", "organizations_url": self + "/orgs",
		"repos_url": self + "/repos", "events_url": self + "/events{/privacy}",
		"received_events_url": self + "/received_events", "user_view_type": "public",
	}
}

func (r *Repository) api(format string, args ...any) string {
	return apiURL + "/repos/" + r.FullName() + fmt.Sprintf(format, args...)
}

func (r *Repository) web(format string, args ...any) string {
	return webURL + "/" + r.FullName() + fmt.Sprintf(format, args...)
}

// repositoryLinks are the addresses that a repository carries, by field.
var repositoryLinks = map[string]string{
	"archive_url": "/{archive_format}{/ref}", "assignees_url": "/assignees{/user}",
	"blobs_url": "/git/blobs{/sha}", "branches_url": "/branches{/branch}",
	"collaborators_url": "/collaborators{/collaborator}", "comments_url": "/comments{/number}",
	"commits_url": "/commits{/sha}", "compare_url": "/compare/{base}...{head}",
	"contents_url": "/contents/{+path}", "contributors_url": "/contributors",
	"deployments_url": "/deployments", "downloads_url": "/downloads", "events_url": "/events",
	"forks_url": "/forks", "git_commits_url": "/git/commits{/sha}", "git_refs_url": "/git/refs{/sha}",
	"git_tags_url": "/git/tags{/sha}", "hooks_url": "/hooks",
	"issue_comment_url": "/issues/comments{/number}", "issue_events_url": "/issues/events{/number}",
	"issues_url": "/issues{/number}", "keys_url": "/keys{/key_id}", "labels_url": "/labels{/name}",
	"languages_url": "/languages", "merges_url": "/merges", "milestones_url": "/milestones{/number}",
	"notifications_url": "/notifications{?since,all,participating}", "pulls_url": "/pulls{/number}",
	"releases_url": "/releases{/id}", "stargazers_url": "/stargazers", "statuses_url": "/statuses/{sha}",
	"subscribers_url": "/subscribers", "subscription_url": "/subscription", "tags_url": "/tags",
	"teams_url": "/teams", "trees_url": "/git/trees{/sha}",
}

// render writes a repository with all the fields that any answer has of it.
// Owner is another one than the repository's for a fork.
func (r *Repository) render(owner string) object {
	full := owner + "/" + r.name
	id, fork := r.id, owner != r.owner
	if fork {
		id += 500_000
	}
	first := r.server.epoch.Format(time.RFC3339)
	o := object{
		"id": id, "node_id": nodeID("10:Repository", id), "name": r.name, "full_name": full,
		"owner": r.server.user(owner), "private": false, "visibility": "public", "fork": fork,
		"html_url": webURL + "/" + full, "url": apiURL + "/repos/" + full,
		"clone_url": webURL + "/" + full + ".git", "git_url": "git://github.com/" + full + ".git",
		"ssh_url": "git@github.com:" + full + ".git", "svn_url": webURL + "/" + full,
		"mirror_url": nil, "homepage": nil, "description": nil, "language": nil, "license": nil,
		"default_branch": r.defaultBranch, "topics": []string{}, "is_template": false,
		"archived": false, "disabled": false, "has_issues": true, "has_projects": true,
		"has_downloads": true, "has_wiki": true, "has_pages": false, "has_discussions": false,
		"forks": 0, "forks_count": 0, "watchers": 0, "watchers_count": 0, "stargazers_count": 0,
		"open_issues": 0, "open_issues_count": 0, "size": 1, "subscribers_count": 0, "network_count": 0,
		"created_at": first, "updated_at": first, "pushed_at": first,
		// A property of several choices is a list.
		"custom_properties": object{"tier": "1", "services": []string{"shop", "stock"}},
		"allow_forking":     true, "web_commit_signoff_required": false,
		"permissions": object{"admin": false, "maintain": false, "push": false, "triage": false, "pull": true},
	}
	for field, path := range repositoryLinks {
		o[field] = apiURL + "/repos/" + full + path
	}
	return o
}

// labelID is made from the name: a repository's labels are not kept.
func labelID(name string) int64 {
	var id int64
	for _, b := range []byte(strings.ToLower(name)) {
		id = (id*31 + int64(b)) % 1_000_000_007
	}
	return id + 1
}

func (r *Repository) label(name string) object {
	id := labelID(name)
	return object{
		"id": id, "node_id": nodeID("5:Label", id), "url": r.api("/labels/%s", url.PathEscape(name)),
		"name": name, "description": "", "color": "d73a4a", "default": false,
	}
}

func (p *PullRequest) renderLabels() []object {
	list := []object{}
	for _, name := range p.labels {
		list = append(list, p.repo.label(name))
	}
	return list
}

// headOwner owns the repository that the head branch lies in.
func (p *PullRequest) headOwner() string {
	if p.fork {
		return p.author
	}
	return p.repo.owner
}

func (p *PullRequest) branch(owner, name, sha string) object {
	return object{
		"label": owner + ":" + name, "ref": name, "sha": sha,
		"user": p.repo.server.user(owner), "repo": p.repo.render(owner),
	}
}

// render writes a pull request as a list of them shows it.
func (p *PullRequest) render() object {
	r := p.repo
	self, page := r.api("/pulls/%d", p.number), r.web("/pull/%d", p.number)
	issue := r.api("/issues/%d", p.number)
	links := object{}
	for name, target := range map[string]string{
		"self": self, "html": page, "issue": issue, "comments": issue + "/comments",
		"review_comments": self + "/comments", "review_comment": r.api("/pulls/comments{/number}"),
		"commits": self + "/commits", "statuses": r.api("/statuses/%s", p.headSHA),
	} {
		links[name] = object{"href": target}
	}
	o := object{
		"url": self, "id": p.id, "node_id": nodeID("11:PullRequest", p.id), "html_url": page,
		"diff_url": page + ".diff", "patch_url": page + ".patch", "issue_url": issue,
		"commits_url": self + "/commits", "review_comments_url": self + "/comments",
		"review_comment_url": r.api("/pulls/comments{/number}"), "comments_url": issue + "/comments",
		"statuses_url": r.api("/statuses/%s", p.headSHA),
		"number":       p.number, "state": p.state, "locked": false, "active_lock_reason": nil,
		"title": p.title, "body": nil, "user": r.server.user(p.author), "labels": p.renderLabels(),
		"milestone": nil, "assignee": nil, "assignees": []object{}, "draft": p.draft,
		"requested_reviewers": []object{}, "requested_teams": []object{}, "auto_merge": nil,
		"created_at": stamp(p.created), "updated_at": stamp(p.updated), "closed_at": stamp(p.closed),
		"merged_at": nil, "merge_commit_sha": nil, "author_association": r.association(p.author),
		"head":   p.branch(p.headOwner(), p.headBranch, p.headSHA),
		"base":   p.branch(r.owner, p.baseBranch, p.baseSHA),
		"_links": links,
	}
	if p.forkGone {
		o["head"].(object)["repo"] = nil
	}
	if p.body != "" {
		o["body"] = p.body
	}
	if p.merged {
		o["merged_at"] = stamp(p.closed)
	}
	if p.merged || p.mergeable != nil && *p.mergeable {
		o["merge_commit_sha"] = p.mergeCommit()
	}
	return o
}

// renderFull writes a pull request as it is shown by itself.
func (p *PullRequest) renderFull() object {
	o := p.render()
	additions, deletions := 0, 0
	entries := p.diff(p.headSHA)
	for _, e := range entries {
		additions += e.additions
		deletions += e.deletions
	}
	o["merged"], o["merged_by"] = p.merged, nil
	o["mergeable"], o["rebaseable"], o["mergeable_state"] = p.mergeable, p.mergeable, p.mergeState()
	o["comments"], o["review_comments"] = len(p.comments), len(p.visibleComments())
	o["maintainer_can_modify"] = false
	o["commits"] = len(p.commits())
	o["additions"], o["deletions"], o["changed_files"] = additions, deletions, len(entries)
	return o
}

func (p *PullRequest) mergeState() string {
	switch {
	case p.merged || p.mergeable == nil:
		return "unknown"
	case !*p.mergeable:
		return "dirty"
	case p.draft:
		return "draft"
	}
	return "clean"
}

// commits are those that the head has and the base has not, oldest first.
func (p *PullRequest) commits() []*commit {
	base := p.repo.branches[p.baseBranch]
	if p.merged {
		base = p.baseSHA
	}
	return p.repo.objects.between(base, p.headSHA)
}
