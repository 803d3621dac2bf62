package githubtest

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"
	"time"
)

func listComments(c *call) answer {
	p := c.pull()
	if p == nil {
		return notFound()
	}
	comments := p.comments
	if since, err := time.Parse(time.RFC3339, c.URL.Query().Get("since")); err == nil {
		comments = slices.DeleteFunc(slices.Clone(comments), func(c Comment) bool { return c.Updated.Before(since) })
	}
	return paged(c, comments, func(comment Comment) any { return p.renderComment(comment) })
}

// newBody reads the body of a comment and refuses one that GitHub refuses.
func (c *call) newBody(resource string) (string, answer, bool) {
	var q struct {
		Body string `json:"body"`
	}
	if a, fine := c.decode(&q); !fine {
		return "", a, false
	}
	if strings.TrimSpace(q.Body) == "" {
		return "", invalidField(resource, "body", "missing_field", ""), false
	}
	if tooLong(q.Body) {
		return "", invalidField(resource, "data", "unprocessable", tooLongText), false
	}
	return q.Body, answer{}, true
}

func createComment(c *call) answer {
	p := c.pull()
	if p == nil {
		return notFound()
	}
	body, a, fine := c.newBody("IssueComment")
	if !fine {
		return a
	}
	p.updated = c.server.Clock.tick()
	return created(p.renderComment(*p.addComment(c.login, body)))
}

// updateComment changes a comment, also one of somebody else: a token that may
// write may do that.
func updateComment(c *call) answer {
	for _, p := range c.repo.pulls {
		for i := range p.comments {
			if p.comments[i].ID != c.identifier() {
				continue
			}
			body, a, fine := c.newBody("IssueComment")
			if !fine {
				return a
			}
			p.comments[i].edit(c.login, body, c.server.Clock.tick())
			return ok(p.renderComment(p.comments[i]))
		}
	}
	return notFound()
}

func (p *PullRequest) renderComment(c Comment) object {
	r := p.repo
	self := r.api("/issues/comments/%d", c.ID)
	o := object{
		"url": self, "html_url": r.web("/pull/%d#issuecomment-%d", p.number, c.ID),
		"issue_url": r.api("/issues/%d", p.number), "id": c.ID, "node_id": nodeID("12:IssueComment", c.ID),
		"user": r.server.user(c.Author), "created_at": stamp(c.Created), "updated_at": stamp(c.Updated),
		"author_association": r.association(c.Author), "body": c.Body,
		"reactions": reactions(self), "performed_via_github_app": nil,
	}
	return o
}

func listLabels(c *call) answer {
	p := c.pull()
	if p == nil {
		return notFound()
	}
	return paged(c, p.labels, func(name string) any { return c.repo.label(name) })
}

func addLabels(c *call) answer {
	p := c.pull()
	if p == nil {
		return notFound()
	}
	var raw json.RawMessage
	if a, fine := c.decode(&raw); !fine {
		return a
	}
	var names []string
	if json.Unmarshal(raw, &names) != nil {
		var q struct {
			Labels []string `json:"labels"`
		}
		if json.Unmarshal(raw, &q) != nil {
			return invalidField("Label", "name", "invalid", "")
		}
		names = q.Labels
	}
	p.updated = c.server.Clock.tick()
	for _, name := range names {
		p.addLabel(name, c.login)
	}
	return ok(p.renderLabels())
}

func removeLabel(c *call) answer {
	p := c.pull()
	if p == nil {
		return notFound()
	}
	if p.labelIndex(c.PathValue("name")) < 0 {
		return refuse(404, "Label does not exist")
	}
	p.updated = c.server.Clock.tick()
	p.removeLabel(c.PathValue("name"), c.login)
	return ok(p.renderLabels())
}

func listEvents(c *call) answer {
	p := c.pull()
	if p == nil {
		return notFound()
	}
	return paged(c, p.events, func(e issueEvent) any { return p.renderEvent(e) })
}

func (p *PullRequest) renderEvent(e issueEvent) object {
	r := p.repo
	o := object{
		"id": e.id, "node_id": nodeID("12:Event", e.id), "url": r.api("/issues/events/%d", e.id),
		"actor": r.server.user(e.actor), "event": e.kind, "created_at": stamp(e.at),
		"commit_id": nil, "commit_url": nil, "performed_via_github_app": nil,
	}
	if e.commit != "" {
		o["commit_id"], o["commit_url"] = e.commit, r.api("/commits/%s", e.commit)
	}
	if e.label != "" {
		o["label"] = object{"name": e.label, "color": "d73a4a"}
	}
	if e.kind == "closed" {
		o["state_reason"] = nil
	}
	return o
}

// moment is an entry of the timeline.
type moment struct {
	at   time.Time
	body object
}

// listTimeline mixes events, commits, comments and reviews by their dates. A
// commit's date is what its author claims, and the entry tells nothing better.
func listTimeline(c *call) answer {
	p := c.pull()
	if p == nil {
		return notFound()
	}
	var all []moment
	for _, made := range p.commits() {
		all = append(all, moment{made.date, c.repo.renderTimelineCommit(made)})
	}
	for _, e := range p.events {
		all = append(all, moment{e.at, p.renderEvent(e)})
	}
	for _, comment := range p.comments {
		o := p.renderComment(comment)
		o["event"], o["actor"] = "commented", o["user"]
		all = append(all, moment{comment.Created, o})
	}
	for _, r := range p.reviews {
		if r.State == "PENDING" {
			continue
		}
		o := p.renderReview(r)
		o["event"], o["state"] = "reviewed", strings.ToLower(r.State)
		all = append(all, moment{r.Submitted, o})
	}
	slices.SortStableFunc(all, func(a, b moment) int { return cmp.Compare(a.at.Unix(), b.at.Unix()) })
	return paged(c, all, func(m moment) any { return m.body })
}

// getPermission tells a person's role; the old field knows neither triage nor
// maintain.
func getPermission(c *call) answer {
	login := c.PathValue("login")
	role := c.repo.role(login)
	old := map[string]string{"triage": "read", "maintain": "write"}[role]
	if old == "" {
		old = role
	}
	name := cmp.Or(c.repo.custom[login], role)
	user := c.server.user(login)
	user["role_name"] = name
	user["permissions"] = object{
		"pull": role != "none", "triage": !slices.Contains([]string{"none", "read"}, role),
		"push":     slices.Contains([]string{"write", "maintain", "admin"}, role),
		"maintain": slices.Contains([]string{"maintain", "admin"}, role), "admin": role == "admin",
	}
	return ok(object{"permission": old, "role_name": name, "user": user})
}
