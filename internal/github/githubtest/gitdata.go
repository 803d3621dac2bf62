package githubtest

import (
	"cmp"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"path"
	"strings"
	"time"
)

func getRepository(c *call) answer { return ok(c.repo.render(c.repo.owner)) }

// encoded is base64 in lines of 60 characters, as GitHub sends it.
func encoded(data string) string {
	text := base64.StdEncoding.EncodeToString([]byte(data))
	var out strings.Builder
	for len(text) > 60 {
		out.WriteString(text[:60] + "\n")
		text = text[60:]
	}
	if text != "" {
		out.WriteString(text + "\n")
	}
	return out.String()
}

func raw(data string) answer {
	return answer{
		status: http.StatusOK, raw: append([]byte{}, data...),
		header: http.Header{"Content-Type": {"application/vnd.github.raw; charset=utf-8"}},
	}
}

func getBlob(c *call) answer {
	id := c.PathValue("sha")
	data, found := c.repo.objects.blobs[id]
	if !found {
		return notFound()
	}
	if c.accepts("raw") {
		return raw(data)
	}
	return ok(object{
		"sha": id, "node_id": nodeID("4:Blob", id), "url": c.repo.api("/git/blobs/%s", id),
		"size": len(data), "content": encoded(data), "encoding": "base64",
	})
}

func getTree(c *call) answer {
	o := c.repo.objects
	id := c.PathValue("sha")
	if o.trees[id] == nil {
		resolved, found := c.repo.resolve(id)
		if !found || c.server.manners.Trees {
			return notFound()
		}
		id = o.commits[resolved].tree
	}
	// Whatever the value is, even 0: only leaving it out means no.
	recursive := c.URL.Query().Has("recursive")
	list := []object{}
	for _, e := range o.list(id, "", recursive) {
		entry := object{"path": e.path, "mode": e.mode, "type": e.kind(), "sha": e.id}
		switch e.kind() {
		case "blob":
			entry["size"], entry["url"] = e.size, c.repo.api("/git/blobs/%s", e.id)
		case "tree":
			entry["url"] = c.repo.api("/git/trees/%s", e.id)
		}
		list = append(list, entry)
	}
	return ok(object{"sha": id, "url": c.repo.api("/git/trees/%s", id), "tree": list, "truncated": false})
}

func getRef(c *call) answer {
	ref := c.PathValue("ref")
	branch, isBranch := strings.CutPrefix(ref, "heads/")
	id := c.repo.branches[branch]
	if !isBranch || id == "" {
		return notFound()
	}
	return ok(object{
		"ref": "refs/" + ref, "node_id": nodeID("3:Ref", ref), "url": c.repo.api("/git/refs/%s", ref),
		"object": object{"type": "commit", "sha": id, "url": c.repo.api("/git/commits/%s", id)},
	})
}

var unverified = object{
	"verified": false, "reason": "unsigned", "signature": nil, "payload": nil, "verified_at": nil,
}

// signature is a commit's author or committer, as git writes them.
func (m *commit) signature(who string) object {
	return object{"name": who, "email": email(who), "date": m.date.Format(time.RFC3339)}
}

func (r *Repository) parents(m *commit) []object {
	list := []object{}
	for _, id := range m.parents {
		list = append(list, object{"sha": id, "url": r.api("/commits/%s", id), "html_url": r.web("/commit/%s", id)})
	}
	return list
}

// renderGitCommit writes a commit as git has it.
func (r *Repository) renderGitCommit(m *commit) object {
	return object{
		"sha": m.id, "node_id": nodeID("6:Commit", m.id), "url": r.api("/git/commits/%s", m.id),
		"html_url": r.web("/commit/%s", m.id), "author": m.signature(m.author), "committer": m.signature(m.committer),
		"message": m.message, "tree": object{"sha": m.tree, "url": r.api("/git/trees/%s", m.tree)},
		"parents": r.parents(m), "verification": unverified,
	}
}

func (r *Repository) renderTimelineCommit(m *commit) object {
	o := r.renderGitCommit(m)
	o["event"] = "committed"
	return o
}

// renderCommit writes a commit as GitHub has it, without its files.
func (r *Repository) renderCommit(m *commit) object {
	return object{
		"sha": m.id, "node_id": nodeID("6:Commit", m.id), "url": r.api("/commits/%s", m.id),
		"html_url": r.web("/commit/%s", m.id), "comments_url": r.api("/commits/%s/comments", m.id),
		"commit": object{
			"url": r.api("/git/commits/%s", m.id), "author": m.signature(m.author), "committer": m.signature(m.committer),
			"message": m.message, "comment_count": 0, "verification": unverified,
			"tree": object{"sha": m.tree, "url": r.api("/git/trees/%s", m.tree)},
		},
		"author": r.server.account(m.author), "committer": r.server.account(m.committer), "parents": r.parents(m),
	}
}

func getGitCommit(c *call) answer {
	m := c.repo.objects.commits[c.PathValue("sha")]
	if m == nil {
		return notFound()
	}
	return ok(c.repo.renderGitCommit(m))
}

func getCommit(c *call) answer {
	id, found := c.repo.resolve(c.PathValue("ref"))
	if !found {
		return invalid("No commit found for SHA: " + c.PathValue("ref"))
	}
	m := c.repo.objects.commits[id]
	parent := ""
	if len(m.parents) > 0 {
		parent = m.parents[0]
	}
	entries := c.repo.diff(parent, id)
	o := c.repo.renderCommit(m)
	o["files"] = c.repo.renderFiles(entries[:min(len(entries), maxComparedFiles)], id)
	added, removed := 0, 0
	for _, e := range entries {
		added += e.additions
		removed += e.deletions
	}
	o["stats"] = object{"additions": added, "deletions": removed, "total": added + removed}
	return ok(o)
}

// maxComparedFiles is how many files GitHub lists for a comparison or a commit.
const maxComparedFiles = 300

func compare(c *call) answer {
	r := c.repo
	from, to, cut := strings.Cut(c.PathValue("range"), "...")
	base, known := r.resolve(from)
	head, knownToo := r.resolve(to)
	if !cut || !known || !knownToo {
		return notFound()
	}
	ancestor := r.objects.mergeBase(base, head)
	if ancestor == "" {
		return refuse(http.StatusNotFound, fmt.Sprintf("No common ancestor between %s and %s.", from, to))
	}
	ahead, behind := r.objects.between(base, head), r.objects.between(head, base)
	commits, header := pageOf(c, ahead, 250)
	list := []object{}
	for _, m := range commits {
		list = append(list, r.renderCommit(m))
	}
	o := object{
		"url":      r.api("/compare/%s...%s", url.PathEscape(from), url.PathEscape(to)),
		"html_url": r.web("/compare/%s...%s", from, to), "permalink_url": r.web("/compare/%s...%s", base, head),
		"diff_url": r.web("/compare/%s...%s.diff", from, to), "patch_url": r.web("/compare/%s...%s.patch", from, to),
		"base_commit": r.renderCommit(r.objects.commits[base]), "merge_base_commit": r.renderCommit(r.objects.commits[ancestor]),
		"status": compared(len(ahead), len(behind)), "ahead_by": len(ahead), "behind_by": len(behind),
		"total_commits": len(ahead), "commits": list,
	}
	// Files come with the first page only.
	if page := c.URL.Query().Get("page"); page == "" || page == "1" {
		entries := r.diff(ancestor, head)
		o["files"] = r.renderFiles(entries[:min(len(entries), maxComparedFiles)], head)
	}
	return answer{status: http.StatusOK, header: header, body: o}
}

func compared(ahead, behind int) string {
	switch {
	case ahead > 0 && behind > 0:
		return "diverged"
	case ahead > 0:
		return "ahead"
	case behind > 0:
		return "behind"
	}
	return "identical"
}

func getContents(c *call) answer {
	id, found := c.repo.resolve(c.URL.Query().Get("ref"))
	if !found {
		return refuse(http.StatusNotFound, "No commit found for the ref "+c.URL.Query().Get("ref"))
	}
	files := c.repo.objects.commits[id].files
	name := strings.Trim(c.PathValue("path"), "/")
	if file, isFile := files[name]; isFile {
		return c.content(id, name, file)
	}
	var below []object
	for _, e := range c.repo.objects.list(c.repo.objects.commits[id].tree, "", true) {
		if path.Dir(e.path) == cmp.Or(name, ".") && len(below) < 1000 {
			below = append(below, c.directoryEntry(id, e))
		}
	}
	if below == nil {
		return notFound()
	}
	return ok(below)
}

// directoryEntry writes an entry of a folder; a submodule is called a file there.
func (c *call) directoryEntry(ref string, e treeEntry) object {
	kind := map[string]string{modeTree: "dir", ModeSymlink: "symlink"}[e.mode]
	if kind == "" {
		kind = "file"
	}
	return c.contentLinks(object{"type": kind, "size": e.size}, ref, e.path, e.id)
}

func (c *call) contentLinks(o object, ref, name, id string) object {
	o["name"], o["path"], o["sha"] = path.Base(name), name, id
	escaped := (&url.URL{Path: name}).EscapedPath()
	self := c.repo.api("/contents/%s?ref=%s", escaped, ref)
	o["url"], o["git_url"] = self, c.repo.api("/git/blobs/%s", id)
	o["html_url"], o["download_url"] = c.repo.web("/blob/%s/%s", ref, escaped), nil
	o["_links"] = object{"self": o["url"], "git": o["git_url"], "html": o["html_url"]}
	return o
}

// content writes one file. A symbolic link to a file of the repository is
// followed, and nothing in the answer tells.
func (c *call) content(ref, name string, file File) answer {
	switch file.Mode {
	case ModeSubmodule:
		return ok(c.contentLinks(object{
			"type": "submodule", "size": 0, "submodule_git_url": webURL + "/octo/submodule.git",
		}, ref, name, file.id()))
	case ModeSymlink:
		target, there := c.repo.objects.commits[ref].files[path.Join(path.Dir(name), file.Content)]
		if !there {
			return ok(c.contentLinks(object{"type": "symlink", "size": len(file.Content), "target": file.Content}, ref, name, file.id()))
		}
		file = target
	}
	if c.accepts("raw") {
		return raw(file.Content)
	}
	o := c.contentLinks(object{"type": "file", "size": len(file.Content)}, ref, name, file.id())
	o["content"], o["encoding"] = encoded(file.Content), "base64"
	if len(file.Content) > 1<<20 {
		o["content"], o["encoding"] = "", "none"
	}
	return ok(o)
}
