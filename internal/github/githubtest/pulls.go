package githubtest

import (
	"cmp"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// maxListedFiles is how many files GitHub lists for a pull request.
const maxListedFiles = 3000

func getPull(c *call) answer {
	p := c.pull()
	if p == nil {
		return notFound()
	}
	if c.accepts("diff") {
		return p.wholeDiff()
	}
	return ok(p.renderFull())
}

// wholeDiff writes the diff as text, which GitHub refuses when it is too large.
func (p *PullRequest) wholeDiff() answer {
	entries := p.diff(p.headSHA)
	var out strings.Builder
	lines := 0
	for _, e := range entries {
		old := cmp.Or(e.previous, e.path)
		fmt.Fprintf(&out, "diff --git a/%s b/%s\n", old, e.path)
		from, to := "a/"+old, "b/"+e.path
		switch e.status {
		case "added":
			from = "/dev/null"
		case "removed":
			to = "/dev/null"
		}
		if e.patch != "" {
			fmt.Fprintf(&out, "--- %s\n+++ %s\n%s\n", from, to, e.patch)
		}
		lines += e.additions + e.deletions
	}
	if len(entries) > maxComparedFiles || lines > maxDiffLines {
		a := refuse(http.StatusNotAcceptable, fmt.Sprintf(
			"Sorry, the diff exceeded the maximum number of files (%d) or lines (%d).", maxComparedFiles, maxDiffLines))
		a.body.(object)["errors"] = []object{{"resource": "PullRequest", "field": "diff", "code": "too_large"}}
		return a
	}
	a := raw(out.String())
	a.header.Set("Content-Type", "application/vnd.github.diff; charset=utf-8")
	return a
}

func listFiles(c *call) answer {
	p := c.pull()
	if p == nil {
		return notFound()
	}
	entries := p.diff(p.headSHA)
	entries = entries[:min(len(entries), maxListedFiles)]
	return paged(c, entries, func(e diffEntry) any { return c.repo.renderFile(e, p.headSHA) })
}

func (r *Repository) renderFiles(entries []diffEntry, head string) []object {
	list := []object{}
	for _, e := range entries {
		list = append(list, r.renderFile(e, head))
	}
	return list
}

func (r *Repository) renderFile(e diffEntry, head string) object {
	name := url.PathEscape(e.path)
	o := object{
		"sha": e.id, "filename": e.path, "status": e.status,
		"additions": e.additions, "deletions": e.deletions, "changes": e.additions + e.deletions,
		"blob_url": r.web("/blob/%s/%s", head, name), "raw_url": r.web("/raw/%s/%s", head, name),
		"contents_url": r.api("/contents/%s?ref=%s", name, head),
	}
	if e.patch != "" {
		o["patch"] = e.patch
	}
	if e.previous != "" {
		o["previous_filename"] = e.previous
	}
	return o
}

// maxListedCommits is how many commits GitHub lists for a pull request.
const maxListedCommits = 250

func listPullCommits(c *call) answer {
	p := c.pull()
	if p == nil {
		return notFound()
	}
	commits := p.commits()
	commits = commits[:min(len(commits), maxListedCommits)]
	return paged(c, commits, func(m *commit) any { return c.repo.renderCommit(m) })
}

// listCommitPulls lists the pull requests that brought a commit into the
// default branch, or the open ones that have it.
func listCommitPulls(c *call) answer {
	id, found := c.repo.resolve(c.PathValue("ref"))
	if !found {
		return invalid("No commit found for SHA: " + c.PathValue("ref"))
	}
	var having []*PullRequest
	for _, p := range c.repo.pulls {
		if p.mergedAs == id || slices.Contains(p.squashedAs, id) || p.has(id) && (p.merged || p.state == "open") {
			having = append(having, p)
		}
	}
	return paged(c, having, func(p *PullRequest) any { return p.render() })
}
