package githubtest

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// Repository is a repository on the server. Its branches, pull requests and
// people are set up by its methods.
type Repository struct {
	server        *Server
	owner, name   string
	id            int64
	objects       *objects
	defaultBranch string
	branches      map[string]string // name to commit
	tags          map[string]string // name to commit
	pulls         []*PullRequest
	roles         map[string]string // login to role
	custom        map[string]string // login to the name of a role that the organisation made
	statuses      []Status
	runs          []WorkflowRun
	checkRuns     []object
	rules         map[string]Rules      // by branch
	protections   map[string]Protection // by branch
	diffs         map[[2]string][]diffEntry
}

// Change is a commit to be made. Files that it does not name stay as they are.
type Change struct {
	Author    string          // login, or an e-mail address without an account; empty is "alice"
	Committer string          // the same; empty is the author
	Message   string          // empty is made up from the number of the commit
	Files     map[string]File // put there, by path
	Delete    []string        // taken away
	Merge     string          // second parent: a branch or a commit; brings no files by itself
	Date      time.Time       // author and committer date, which anyone can forge; zero is the clock
}

// FullName is the owner and the name, joined by a slash.
func (r *Repository) FullName() string { return r.owner + "/" + r.name }

// Commit puts files with the given contents on top of a branch and returns the
// new commit. A branch that does not exist starts at the default branch. Open
// pull requests from that branch move along.
func (r *Repository) Commit(branch string, files map[string]string) string {
	change := Change{Files: map[string]File{}}
	for path, content := range files {
		change.Files[path] = File{Content: content}
	}
	return r.CommitChange(branch, change)
}

// Delete takes files away in a commit on top of a branch and returns the commit.
func (r *Repository) Delete(branch string, paths ...string) string {
	return r.CommitChange(branch, Change{Delete: paths})
}

// CommitChange is Commit with all that a commit can be given.
func (r *Repository) CommitChange(branch string, change Change) string {
	r.server.mu.Lock()
	defer r.server.mu.Unlock()
	return r.commit(branch, change)
}

func (r *Repository) commit(branch string, change Change) string {
	tip := r.branches[branch]
	if tip == "" {
		tip = r.branches[r.defaultBranch]
	}
	c := commit{files: map[string]File{}, author: change.Author, committer: change.Committer, message: change.Message, date: change.Date}
	if tip != "" {
		c.files = maps.Clone(r.objects.commits[tip].files)
		c.parents = []string{tip}
	}
	if change.Merge != "" {
		c.parents = append(c.parents, r.mustResolve(change.Merge))
	}
	maps.Copy(c.files, change.Files)
	for _, path := range change.Delete {
		if _, ok := c.files[path]; !ok {
			panic(fmt.Sprintf("githubtest: delete %s: not on branch %s", path, branch))
		}
		delete(c.files, path)
	}
	now := r.server.Clock.tick()
	if c.date.IsZero() {
		c.date = now
	}
	if c.author == "" {
		c.author = "alice"
	}
	if c.message == "" {
		c.message = fmt.Sprintf("Commit %d", len(r.objects.commits)+1)
	}
	id := r.objects.add(c)
	r.move(branch, id)
	return id
}

// Branch makes a branch at another branch or commit, or moves it there, as a
// forced push does. It returns the commit.
func (r *Repository) Branch(name, at string) string {
	r.server.mu.Lock()
	defer r.server.mu.Unlock()
	id := r.mustResolve(at)
	r.server.Clock.tick()
	r.move(name, id)
	return id
}

// move puts a branch to a commit and takes its open pull requests along.
func (r *Repository) move(branch, id string) {
	before := r.branches[branch]
	r.branches[branch] = id
	for _, p := range r.pulls {
		if p.state != "open" || p.headBranch != branch || before == id {
			continue
		}
		p.before, p.headSHA, p.baseSHA = before, id, r.branches[p.baseBranch]
		p.updated = r.server.Clock.Now()
		if !r.objects.ancestors(id)[before] {
			p.record(issueEvent{kind: "head_ref_force_pushed", actor: r.objects.commits[id].author, commit: id})
		}
	}
}

// Head returns the commit that a branch is at; empty if there is no such branch.
func (r *Repository) Head(branch string) string {
	r.server.mu.Lock()
	defer r.server.mu.Unlock()
	return r.branches[branch]
}

// MergeBase returns the commit that two branches or commits have in common;
// empty if they have none.
func (r *Repository) MergeBase(a, b string) string {
	r.server.mu.Lock()
	defer r.server.mu.Unlock()
	return r.objects.mergeBase(r.mustResolve(a), r.mustResolve(b))
}

// Blob returns the identifier that git gives to a file of a branch or commit.
func (r *Repository) Blob(ref, path string) string {
	r.server.mu.Lock()
	defer r.server.mu.Unlock()
	file, ok := r.objects.commits[r.mustResolve(ref)].files[path]
	if !ok {
		panic(fmt.Sprintf("githubtest: no file %s at %s", path, ref))
	}
	return file.id()
}

// resolve finds a commit by its identifier, a branch, or a ref of either form.
func (r *Repository) resolve(ref string) (string, bool) {
	if r.objects.commits[ref] != nil {
		return ref, true
	}
	if ref == "" || ref == "HEAD" {
		ref = r.defaultBranch
	}
	// A compare may name the head as owner:branch.
	if owner, branch, ok := strings.Cut(ref, ":"); ok && !strings.Contains(owner, "/") {
		ref = branch
	}
	ref = strings.TrimPrefix(strings.TrimPrefix(ref, "refs/"), "heads/")
	if id := r.branches[ref]; id != "" {
		return id, true
	}
	if id := r.tags[strings.TrimPrefix(ref, "tags/")]; id != "" {
		return id, true
	}
	for _, p := range r.pulls {
		switch ref {
		case fmt.Sprintf("pull/%d/head", p.number):
			return p.headSHA, true
		case fmt.Sprintf("pull/%d/merge", p.number):
			return p.mergeCommit(), true
		}
	}
	return "", false
}

func (r *Repository) mustResolve(ref string) string {
	id, ok := r.resolve(ref)
	if !ok {
		panic(fmt.Sprintf("githubtest: %s has no branch or commit %q", r.FullName(), ref))
	}
	return id
}

// Role gives a person a role in the repository: "read", "triage", "write",
// "maintain" or "admin". People without one can read.
func (r *Repository) Role(login, role string) {
	r.server.mu.Lock()
	defer r.server.mu.Unlock()
	if !slices.Contains([]string{"none", "read", "triage", "write", "maintain", "admin"}, role) {
		panic(fmt.Sprintf("githubtest: no role %q", role))
	}
	r.roles[login] = role
}

func (r *Repository) role(login string) string {
	if login == r.owner {
		return "admin"
	}
	if role := r.roles[login]; role != "" {
		return role
	}
	return "read"
}

// association is GitHub's word for what a person is to a repository.
func (r *Repository) association(login string) string {
	switch r.role(login) {
	case "admin":
		return "OWNER"
	case "triage", "write", "maintain":
		return "COLLABORATOR"
	}
	return "NONE"
}

// EditComment changes a comment of any pull request (of the conversation or of
// a review) by hand, as a person with the right to write may do to the
// comments of others.
func (r *Repository) EditComment(by string, id int64, body string) {
	r.server.mu.Lock()
	defer r.server.mu.Unlock()
	now := r.server.Clock.tick()
	for _, p := range r.pulls {
		for i := range p.comments {
			if p.comments[i].ID == id {
				p.comments[i].edit(by, body, now)
				return
			}
		}
		for _, c := range p.reviewComments {
			if c.ID == id {
				c.edit(by, body, now)
				return
			}
		}
	}
	panic(fmt.Sprintf("githubtest: edit: no comment %d", id))
}

// DeleteComment takes a comment of any pull request away by hand.
func (r *Repository) DeleteComment(id int64) {
	r.server.mu.Lock()
	defer r.server.mu.Unlock()
	r.server.Clock.tick()
	for _, p := range r.pulls {
		if p.deleteComment(id) || p.deleteReviewComment(id) {
			return
		}
	}
	panic(fmt.Sprintf("githubtest: delete: no comment %d", id))
}
