package githubtest

import (
	"fmt"
	"maps"
)

// Tag makes a tag at a branch or commit and returns the commit.
func (r *Repository) Tag(name, at string) string {
	r.server.mu.Lock()
	defer r.server.mu.Unlock()
	id := r.mustResolve(at)
	if r.tags == nil {
		r.tags = map[string]string{}
	}
	r.tags[name] = id
	return id
}

// MergeGroupEvent puts pull requests of the same base into one group of the
// merge queue, in their order, and returns the payload of its event. The
// group's commits are on the branch that the payload names.
func (r *Repository) MergeGroupEvent(pulls ...*PullRequest) []byte {
	r.server.mu.Lock()
	defer r.server.mu.Unlock()
	tip := r.branches[pulls[0].baseBranch]
	for _, p := range pulls {
		message := fmt.Sprintf("Merge pull request #%d from %s", p.number, p.headBranch)
		tip = r.queue(p, message, tip, p.headSHA)
	}
	return r.groupEvent(pulls, tip)
}

// SquashGroupEvent is MergeGroupEvent for a queue that makes one new commit of
// each pull request.
func (r *Repository) SquashGroupEvent(pulls ...*PullRequest) []byte {
	r.server.mu.Lock()
	defer r.server.mu.Unlock()
	tip := r.branches[pulls[0].baseBranch]
	for _, p := range pulls {
		tip = r.queue(p, fmt.Sprintf("%s (#%d)", p.title, p.number), tip)
		p.squashedAs = append(p.squashedAs, tip)
	}
	return r.groupEvent(pulls, tip)
}

// GroupBranch is the branch that a group of these pull requests would be on.
func (r *Repository) GroupBranch(pulls ...*PullRequest) string {
	r.server.mu.Lock()
	defer r.server.mu.Unlock()
	return r.groupBranch(pulls)
}

func (r *Repository) groupBranch(pulls []*PullRequest) string {
	last := pulls[len(pulls)-1]
	return fmt.Sprintf("gh-readonly-queue/%s/pr-%d-%s", last.baseBranch, last.number, r.branches[last.baseBranch])
}

// GroupEvent is the payload for a group that is on [Repository.GroupBranch]
// already, however it came there.
func (r *Repository) GroupEvent(pulls ...*PullRequest) []byte {
	r.server.mu.Lock()
	defer r.server.mu.Unlock()
	return r.groupEvent(pulls, r.branches[r.groupBranch(pulls)])
}

// queue adds a pull request to a group's commits.
func (r *Repository) queue(p *PullRequest, message string, parents ...string) string {
	added, gone := p.merge(parents[0])
	files := maps.Clone(r.objects.commits[parents[0]].files)
	maps.Copy(files, added)
	for _, path := range gone {
		delete(files, path)
	}
	return r.objects.add(commit{parents: parents, author: p.author, files: files, date: r.server.Clock.tick(), message: message})
}

func (r *Repository) groupEvent(pulls []*PullRequest, tip string) []byte {
	base, branch := pulls[0].baseBranch, r.groupBranch(pulls)
	r.branches[branch] = tip
	payload := sample("merge_group.checks_requested", "merge_group.checks_requested")
	overlay(payload, r)
	payload["merge_group"] = object{
		"head_sha": tip, "head_ref": "refs/heads/" + branch,
		"base_sha": r.branches[base], "base_ref": "refs/heads/" + base, "head_commit": r.pushed(r.objects.commits[tip]),
	}
	payload["sender"] = r.server.user("github-merge-queue[bot]")
	return encodeEvent(payload)
}
