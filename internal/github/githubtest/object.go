package githubtest

import (
	"cmp"
	"crypto/sha1"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// The modes that git knows for an entry of a tree.
const (
	ModeFile       = "100644"
	ModeExecutable = "100755"
	ModeSymlink    = "120000"
	ModeSubmodule  = "160000"
	modeTree       = "040000"
)

// File is an entry of a commit's tree.
type File struct {
	// Content is the file's bytes, a symbolic link's target, or the commit
	// that a submodule is at.
	Content string
	// Mode is one of the Mode constants; empty is ModeFile.
	Mode string
}

// commit is a commit with the whole of its files, by path.
type commit struct {
	id, tree  string
	parents   []string
	author    string // login, or an e-mail address without an account
	committer string // the same
	message   string
	date      time.Time
	files     map[string]File
}

// treeEntry is one line of a tree, as GitHub lists it.
type treeEntry struct {
	path, mode, id string
	size           int
}

func (e treeEntry) kind() string {
	switch e.mode {
	case modeTree:
		return "tree"
	case ModeSubmodule:
		return "commit"
	}
	return "blob"
}

// objects is what a repository and its forks share: git's object store.
type objects struct {
	blobs   map[string]string
	trees   map[string][]treeEntry // direct entries, names only
	commits map[string]*commit
}

func newObjects() *objects {
	return &objects{
		blobs:   map[string]string{},
		trees:   map[string][]treeEntry{},
		commits: map[string]*commit{},
	}
}

// objectID names an object as git does: the SHA-1 of its kind, size and bytes.
func objectID(kind, data string) string {
	sum := sha1.Sum([]byte(fmt.Sprintf("%s %d\x00%s", kind, len(data), data)))
	return hex.EncodeToString(sum[:])
}

// id is the name of the object that an entry of a tree points to.
func (f File) id() string {
	if f.Mode == ModeSubmodule {
		return f.Content
	}
	return objectID("blob", f.Content)
}

// add stores a commit with its files and returns its identifier.
func (o *objects) add(c commit) string {
	for path, file := range c.files {
		if file.Mode == "" {
			file.Mode = ModeFile
			c.files[path] = file
		}
		if file.Mode != ModeSubmodule {
			o.blobs[file.id()] = file.Content
		}
	}
	c.tree = o.addTree(c.files)
	c.committer = cmp.Or(c.committer, c.author)
	var text strings.Builder
	fmt.Fprintf(&text, "tree %s\n", c.tree)
	for _, parent := range c.parents {
		fmt.Fprintf(&text, "parent %s\n", parent)
	}
	who := func(login string) string { return fmt.Sprintf("%s <%s> %d +0000", login, email(login), c.date.Unix()) }
	fmt.Fprintf(&text, "author %s\ncommitter %s\n\n%s\n", who(c.author), who(c.committer), c.message)
	c.id = objectID("commit", text.String())
	o.commits[c.id] = &c
	return c.id
}

// addTree stores the tree of the files, which are relative to it, and all trees below.
func (o *objects) addTree(files map[string]File) string {
	var entries []treeEntry
	below := map[string]map[string]File{}
	for path, file := range files {
		folder, rest, nested := strings.Cut(path, "/")
		if !nested {
			entries = append(entries, treeEntry{path, file.Mode, file.id(), len(file.Content)})
			continue
		}
		if below[folder] == nil {
			below[folder] = map[string]File{}
		}
		below[folder][rest] = file
	}
	for folder, files := range below {
		entries = append(entries, treeEntry{path: folder, mode: modeTree, id: o.addTree(files)})
	}
	slices.SortFunc(entries, func(a, b treeEntry) int { return strings.Compare(a.sortKey(), b.sortKey()) })
	id := treeID(entries)
	o.trees[id] = entries
	return id
}

// sortKey orders a tree as git does: a folder as if its name ended in a slash.
func (e treeEntry) sortKey() string {
	if e.mode == modeTree {
		return e.path + "/"
	}
	return e.path
}

func treeID(entries []treeEntry) string {
	var data strings.Builder
	for _, e := range entries {
		raw, err := hex.DecodeString(e.id)
		if err != nil {
			panic(fmt.Sprintf("githubtest: %s: %q is no object id", e.path, e.id))
		}
		fmt.Fprintf(&data, "%s %s\x00%s", strings.TrimPrefix(e.mode, "0"), e.path, raw)
	}
	return objectID("tree", data.String())
}

// list returns a tree's entries, with those of all trees below if it is recursive.
func (o *objects) list(id, prefix string, recursive bool) []treeEntry {
	var all []treeEntry
	for _, e := range o.trees[id] {
		name := e.path
		e.path = prefix + name
		all = append(all, e)
		if recursive && e.mode == modeTree {
			all = append(all, o.list(e.id, prefix+name+"/", true)...)
		}
	}
	return all
}

// ancestors returns the commit and all it descends from.
func (o *objects) ancestors(id string) map[string]bool {
	seen := map[string]bool{}
	queue := []string{id}
	for len(queue) > 0 {
		next := queue[0]
		queue = queue[1:]
		if c := o.commits[next]; c != nil && !seen[next] {
			seen[next] = true
			queue = append(queue, c.parents...)
		}
	}
	return seen
}

// mergeBase returns the best common ancestor: one that no other common
// ancestor descends from. It is empty when there is none.
func (o *objects) mergeBase(a, b string) string {
	left, right := o.ancestors(a), o.ancestors(b)
	var common []string
	for id := range left {
		if right[id] {
			common = append(common, id)
		}
	}
	slices.Sort(common)
	covered := map[string]bool{}
	for _, id := range common {
		for _, parent := range o.commits[id].parents {
			maps.Copy(covered, o.ancestors(parent))
		}
	}
	for _, id := range common {
		if !covered[id] {
			return id
		}
	}
	return ""
}

// between returns the commits that head has and base has not, oldest first.
func (o *objects) between(base, head string) []*commit {
	known := o.ancestors(base)
	var found []*commit
	seen := map[string]bool{}
	var walk func(id string)
	walk = func(id string) {
		c := o.commits[id]
		if c == nil || known[id] || seen[id] {
			return
		}
		seen[id] = true
		for _, parent := range c.parents {
			walk(parent)
		}
		found = append(found, c)
	}
	walk(head)
	return found
}
