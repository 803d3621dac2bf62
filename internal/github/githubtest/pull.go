package githubtest

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// PullRequest is a pull request on the server.
type PullRequest struct {
	repo                   *Repository
	number                 int
	id                     int64
	title, body, author    string
	baseBranch, headBranch string
	baseSHA, headSHA       string // baseSHA is as of the last push, as GitHub tells it
	before                 string // the head before the last push
	state                  string // open or closed
	merged, draft, fork    bool
	forkGone               bool // the fork was deleted since
	mergedAs               string
	mergeable              *bool
	created, updated       time.Time
	closed                 time.Time
	labels                 []string
	events                 []issueEvent
	comments               []Comment
	reviews                []*Review
	reviewComments         []*ReviewComment
}

// issueEvent is one line of a pull request's history.
type issueEvent struct {
	id     int64
	kind   string
	actor  string
	label  string
	commit string
	at     time.Time
}

// Comment is a comment in a pull request's conversation.
type Comment struct {
	ID               int64
	Author, Body     string
	EditedBy         string // the last who changed it; empty if nobody did
	Created, Updated time.Time
}

func (c *Comment) edit(by, body string, at time.Time) {
	c.Body, c.EditedBy, c.Updated = body, by, at
}

// OpenPullRequest opens a pull request from the branch head into the branch
// base, both of which exist.
func (r *Repository) OpenPullRequest(base, head, author string) *PullRequest {
	r.server.mu.Lock()
	defer r.server.mu.Unlock()
	for _, branch := range []string{base, head} {
		if r.branches[branch] == "" {
			panic(fmt.Sprintf("githubtest: open pull request: %s has no branch %q", r.FullName(), branch))
		}
	}
	now := r.server.Clock.tick()
	yes := true
	p := &PullRequest{
		repo: r, number: len(r.pulls) + 1, id: r.server.nextID(),
		title: "Merge " + head, author: author,
		baseBranch: base, headBranch: head,
		baseSHA: r.branches[base], headSHA: r.branches[head], before: r.branches[head],
		state: "open", mergeable: &yes, created: now, updated: now,
	}
	r.pulls = append(r.pulls, p)
	return p
}

// Number is the pull request's number, from 1.
func (p *PullRequest) Number() int { return p.number }

// HeadSHA is the commit that the head branch is at.
func (p *PullRequest) HeadSHA() string { return locked(p, func() string { return p.headSHA }) }

// MergeCommit is the test merge of the head into the base, which GITHUB_SHA
// names in a pull_request run.
func (p *PullRequest) MergeCommit() string { return locked(p, p.mergeCommit) }

func locked[T any](p *PullRequest, read func() T) T {
	p.repo.server.mu.Lock()
	defer p.repo.server.mu.Unlock()
	return read()
}

// change runs a change of state and moves the clock.
func (p *PullRequest) change(do func()) {
	p.repo.server.mu.Lock()
	defer p.repo.server.mu.Unlock()
	p.updated = p.repo.server.Clock.tick()
	do()
}

func (p *PullRequest) record(e issueEvent) {
	e.id = p.repo.server.nextID()
	e.at = p.repo.server.Clock.Now()
	p.events = append(p.events, e)
}

// Label puts a label on the pull request; by is who does it. A label that is
// already there, in any case of its letters, is left alone.
func (p *PullRequest) Label(name, by string) { p.change(func() { p.addLabel(name, by) }) }

// Unlabel takes a label off.
func (p *PullRequest) Unlabel(name, by string) { p.change(func() { p.removeLabel(name, by) }) }

// Labels returns the labels in the order they were put on.
func (p *PullRequest) Labels() []string {
	return locked(p, func() []string { return slices.Clone(p.labels) })
}

func (p *PullRequest) addLabel(name, by string) {
	if p.labelIndex(name) >= 0 {
		return
	}
	p.labels = append(p.labels, name)
	p.record(issueEvent{kind: "labeled", actor: by, label: name})
}

func (p *PullRequest) removeLabel(name, by string) {
	i := p.labelIndex(name)
	if i < 0 {
		return
	}
	p.record(issueEvent{kind: "unlabeled", actor: by, label: p.labels[i]})
	p.labels = slices.Delete(p.labels, i, i+1)
}

func (p *PullRequest) labelIndex(name string) int {
	return slices.IndexFunc(p.labels, func(have string) bool { return strings.EqualFold(have, name) })
}

// Close closes the pull request without merging it.
func (p *PullRequest) Close(by string) {
	p.change(func() {
		p.state, p.closed = "closed", p.updated
		p.record(issueEvent{kind: "closed", actor: by})
	})
}

// Reopen opens it again.
func (p *PullRequest) Reopen(by string) {
	p.change(func() {
		p.state, p.closed = "open", time.Time{}
		p.record(issueEvent{kind: "reopened", actor: by})
	})
}

// Merge merges the pull request into its base with a merge commit, which it returns.
func (p *PullRequest) Merge(by string) string {
	p.repo.server.mu.Lock()
	defer p.repo.server.mu.Unlock()
	p.baseSHA = p.repo.branches[p.baseBranch]
	files, gone := p.merge(p.baseSHA)
	p.mergedAs = p.repo.commit(p.baseBranch, Change{
		Author: by, Message: fmt.Sprintf("Merge pull request #%d from %s", p.number, p.headBranch),
		Files: files, Delete: gone, Merge: p.headSHA,
	})
	p.updated = p.repo.server.Clock.Now()
	p.state, p.merged, p.closed = "closed", true, p.updated
	p.record(issueEvent{kind: "merged", actor: by, commit: p.mergedAs})
	p.record(issueEvent{kind: "closed", actor: by})
	return p.mergedAs
}

// merge returns what the head adds and takes away, seen from a commit of the base.
func (p *PullRequest) merge(base string) (files map[string]File, gone []string) {
	o := p.repo.objects
	old := map[string]File{}
	if ancestor := o.mergeBase(base, p.headSHA); ancestor != "" {
		old = o.commits[ancestor].files
	}
	files = map[string]File{}
	head, have := o.commits[p.headSHA].files, o.commits[base].files
	for path, file := range head {
		if old[path] != file {
			files[path] = file
		}
	}
	for _, path := range slices.Sorted(maps.Keys(old)) {
		_, kept := head[path]
		if _, there := have[path]; !kept && there {
			gone = append(gone, path)
		}
	}
	return files, gone
}

// mergeCommit makes the test merge that GitHub keeps at refs/pull/N/merge.
func (p *PullRequest) mergeCommit() string {
	if p.merged {
		return p.mergedAs
	}
	base := p.repo.branches[p.baseBranch]
	added, gone := p.merge(base)
	files := maps.Clone(p.repo.objects.commits[base].files)
	maps.Copy(files, added)
	for _, path := range gone {
		delete(files, path)
	}
	return p.repo.objects.add(commit{
		parents: []string{base, p.headSHA}, author: p.author, files: files,
		message: fmt.Sprintf("Merge %s into %s", p.headSHA, base),
		date:    p.repo.objects.commits[p.headSHA].date,
	})
}

// SetFork tells whether the head branch lies in a fork that belongs to the author.
func (p *PullRequest) SetFork(fork bool) { p.change(func() { p.fork = fork }) }

// DeleteFork deletes the fork: the pull request stays, and names no head
// repository any more.
func (p *PullRequest) DeleteFork() { p.change(func() { p.fork, p.forkGone = true, true }) }

// SetDraft makes the pull request a draft, or ready for review.
func (p *PullRequest) SetDraft(draft bool, by string) {
	p.change(func() {
		p.draft = draft
		kind := "ready_for_review"
		if draft {
			kind = "convert_to_draft"
		}
		p.record(issueEvent{kind: kind, actor: by})
	})
}

// SetTitle changes the title, which is hostile text in more than one test.
func (p *PullRequest) SetTitle(title string) { p.change(func() { p.title = title }) }

// SetBody changes the description.
func (p *PullRequest) SetBody(body string) { p.change(func() { p.body = body }) }

// SetBase changes the branch that the pull request goes into.
func (p *PullRequest) SetBase(branch, by string) {
	p.change(func() {
		p.baseBranch, p.baseSHA = branch, p.repo.mustResolve(branch)
		p.record(issueEvent{kind: "base_ref_changed", actor: by})
	})
}

// SetMergeable tells whether it can be merged; nil is what GitHub says while
// it is still finding out.
func (p *PullRequest) SetMergeable(value *bool) { p.change(func() { p.mergeable = value }) }

// Comment writes a comment into the conversation by hand and returns its identifier.
func (p *PullRequest) Comment(author, body string) int64 {
	var id int64
	p.change(func() { id = p.addComment(author, body).ID })
	return id
}

func (p *PullRequest) addComment(author, body string) *Comment {
	now := p.repo.server.Clock.Now()
	p.comments = append(p.comments, Comment{
		ID: p.repo.server.nextID(), Author: author, Body: body, Created: now, Updated: now,
	})
	return &p.comments[len(p.comments)-1]
}

// Comments returns the conversation, oldest first.
func (p *PullRequest) Comments() []Comment {
	return locked(p, func() []Comment { return slices.Clone(p.comments) })
}

func (p *PullRequest) deleteComment(id int64) bool {
	before := len(p.comments)
	p.comments = slices.DeleteFunc(p.comments, func(c Comment) bool { return c.ID == id })
	return len(p.comments) < before
}
