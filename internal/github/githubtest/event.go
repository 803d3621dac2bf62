package githubtest

import (
	"cmp"
	"embed"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

//go:embed testdata/events
var samples embed.FS

// Patch changes an event's payload before it is handed out. Its values are what
// encoding/json makes of them.
type Patch func(payload map[string]any)

// Sender is who caused the event.
func Sender(p *PullRequest, login string) Patch {
	return func(payload map[string]any) {
		payload["sender"] = plain(locked(p, func() object { return p.repo.server.user(login) }))
	}
}

// WithoutLabels is a payload that tells nothing of labels, as if it were from
// before they were put on.
func WithoutLabels() Patch {
	return func(payload map[string]any) { payload["pull_request"].(object)["labels"] = []any{} }
}

// ChangedBase is the part of an edited event that tells the former base branch
// and its commit.
func ChangedBase(branch, sha string) Patch {
	return func(payload map[string]any) {
		payload["changes"] = object{"base": object{"ref": object{"from": branch}, "sha": object{"from": sha}}}
	}
}

// Event returns the payload of a pull_request event (the content of the file
// at GITHUB_EVENT_PATH) with the pull request as it is now. Actions are GitHub's:
// opened, synchronize, reopened, labeled, unlabeled, ready_for_review, edited,
// closed, converted_to_draft. For labeled and unlabeled the label and the sender
// are those of the last event of that kind; for synchronize before and after
// are those of the last push.
func (p *PullRequest) Event(action string, patches ...Patch) []byte {
	payload := plain(locked(p, func() object { return p.event(action) }))
	for _, patch := range patches {
		patch(payload)
	}
	return encodeEvent(payload)
}

func (p *PullRequest) event(action string) object {
	s := p.repo.server
	payload := sample("pull_request."+action, "pull_request.opened")
	pull := payload["pull_request"].(object)
	maps.Copy(pull, p.renderFull())
	payload["action"], payload["number"] = action, p.number
	payload["sender"] = s.user(p.author)
	overlay(payload, p.repo)
	switch action {
	case "labeled", "unlabeled":
		p.describeLabel(payload, action)
	case "synchronize":
		payload["before"], payload["after"] = p.before, p.headSHA
		payload["sender"] = s.user(p.repo.objects.commits[p.headSHA].author)
	case "edited":
		payload["changes"] = object{}
	}
	return payload
}

// describeLabel adds the last label event of that kind.
func (p *PullRequest) describeLabel(payload object, kind string) {
	for _, e := range slices.Backward(p.events) {
		if e.kind == kind {
			payload["label"], payload["sender"] = p.repo.label(e.label), p.repo.server.user(e.actor)
			return
		}
	}
	panic(fmt.Sprintf("githubtest: pull request %d was never %s", p.number, kind))
}

// overlay puts the repository over the sample's.
func overlay(payload object, r *Repository) {
	repository := payload["repository"].(object)
	maps.Copy(repository, r.render(r.owner))
	for _, foreign := range []string{"installation", "organization", "enterprise"} {
		delete(payload, foreign)
	}
}

// sample reads a payload that GitHub published, or the second one if there is
// none of that name.
func sample(name, instead string) object {
	data, err := samples.ReadFile("testdata/events/" + name + ".json")
	if err != nil {
		if data, err = samples.ReadFile("testdata/events/" + instead + ".json"); err != nil {
			panic(fmt.Sprintf("githubtest: no sample %s: %v", instead, err))
		}
	}
	var payload object
	if err := json.Unmarshal(data, &payload); err != nil {
		panic(fmt.Sprintf("githubtest: sample %s: %v", name, err))
	}
	return payload
}

// plain turns a payload into what a reader of its JSON sees.
func plain(payload object) object {
	var read object
	if err := json.Unmarshal(encodeEvent(payload), &read); err != nil {
		panic(fmt.Sprintf("githubtest: read own event: %v", err))
	}
	return read
}

func encodeEvent(payload object) []byte {
	data, err := json.MarshalIndent(payload, "", "  ")
	if err != nil {
		panic(fmt.Sprintf("githubtest: encode event: %v", err))
	}
	return append(data, '\n')
}

// PushEvent returns the payload of a push that moved a branch from one commit
// to another, or another ref that is given in full. An empty before is a new
// branch, an empty after a deleted one. As in GitHub Actions, the commits tell no
// files.
func (r *Repository) PushEvent(branch, before, after string) []byte {
	r.server.mu.Lock()
	defer r.server.mu.Unlock()
	payload := sample("push", "push")
	overlay(payload, r)
	list := []object{}
	for _, m := range r.objects.between(before, after) {
		list = append(list, r.pushed(m))
	}
	tip, pusher := r.objects.commits[after], "alice"
	payload["commits"], payload["head_commit"] = list, nil
	if tip != nil {
		payload["head_commit"], pusher = r.pushed(tip), tip.author
	}
	payload["created"], payload["deleted"] = before == "", after == ""
	payload["forced"] = before != "" && after != "" && !r.objects.ancestors(after)[before]
	before, after = orZeros(before), orZeros(after)
	payload["ref"], payload["before"], payload["after"] = fullRef(branch), before, after
	payload["base_ref"], payload["compare"] = nil, r.web("/compare/%s...%s", before[:12], after[:12])
	payload["pusher"] = object{"name": pusher, "email": email(pusher)}
	payload["sender"] = r.server.user(pusher)
	return encodeEvent(payload)
}

// orZeros is how an event names a commit, or that there is none.
func orZeros(id string) string { return cmp.Or(id, strings.Repeat("0", 40)) }

func fullRef(name string) string {
	if strings.HasPrefix(name, "refs/") {
		return name
	}
	return "refs/heads/" + name
}

func (r *Repository) pushed(m *commit) object {
	who := object{"name": m.author, "email": email(m.author), "username": m.author}
	return object{
		"id": m.id, "tree_id": m.tree, "distinct": true, "message": m.message, "timestamp": stamp(m.date),
		"url": r.web("/commit/%s", m.id), "author": who, "committer": who,
	}
}

// DispatchEvent returns the payload of a workflow_dispatch on a branch, or on
// another ref that is given in full.
func (r *Repository) DispatchEvent(branch, sender string) []byte {
	r.server.mu.Lock()
	defer r.server.mu.Unlock()
	payload := sample("workflow_dispatch", "workflow_dispatch")
	overlay(payload, r)
	payload["ref"], payload["inputs"] = fullRef(branch), nil
	payload["sender"] = r.server.user(sender)
	return encodeEvent(payload)
}

// Happened tells whether the pull request's history has an event of that kind,
// such as "labeled".
func (p *PullRequest) Happened(kind string) bool {
	return locked(p, func() bool {
		return slices.ContainsFunc(p.events, func(e issueEvent) bool { return e.kind == kind })
	})
}
