package github

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	gh "github.com/google/go-github/v60/github"
)

const readContents = "contents: read"

// Blob reads a blob by its name. It is [ErrTooLarge] beyond 100 MB.
func (c *Client) Blob(ctx context.Context, sha string) ([]byte, error) {
	if err := checkName("blob", sha); err != nil {
		return nil, err
	}
	call := callf(readContents, "read blob %s", sha)
	b, _, err := c.api.Git.GetBlob(mayBeLate(ctx), c.owner, c.name, sha)
	if err != nil {
		return nil, call.fail(err)
	}
	if b.Content == nil || b.Size == nil {
		return nil, call.incomplete("it has no content or no size")
	}
	return call.decode(b.GetEncoding(), b.GetContent(), b.GetSize())
}

// decode decodes a file's text and checks it against the size that came with it.
func (c call) decode(encoding, text string, size int) ([]byte, error) {
	data := []byte(text)
	switch encoding {
	case "base64":
		var err error
		if data, err = base64.StdEncoding.DecodeString(text); err != nil {
			return nil, c.incomplete("%v", err)
		}
	case "utf-8":
	default:
		return nil, c.incomplete("its encoding is %q", encoding)
	}
	if len(data) != size {
		return nil, c.incomplete("%d bytes of %d", len(data), size)
	}
	return data, nil
}

// Tip returns the commit that a branch is at. What a pull request tells of its
// base is as old as its last push.
func (c *Client) Tip(ctx context.Context, branch string) (string, error) {
	call := callf(readContents, "read branch %s", branch)
	ref, _, err := c.api.Git.GetRef(ctx, c.owner, c.name, "heads/"+branch)
	if err != nil {
		return "", call.fail(err)
	}
	sha := ref.GetObject().GetSHA()
	if ref.GetRef() != "refs/heads/"+branch || !objectName.MatchString(sha) {
		return "", call.incomplete("it names no commit of that branch")
	}
	return sha, nil
}

// MergeBase returns the best common ancestor of two commits. It is [ErrNotFound]
// when they have none.
func (c *Client) MergeBase(ctx context.Context, base, head string) (string, error) {
	for _, sha := range []string{base, head} {
		if err := checkName("commit", sha); err != nil {
			return "", err
		}
	}
	call := callf(readContents, "find the merge base of %s and %s", base, head)
	one := &gh.ListOptions{Page: 1, PerPage: 1} // the commits and files are not wanted
	cmp, _, err := c.api.Repositories.CompareCommits(ctx, c.owner, c.name, base, head, one)
	if err != nil {
		return "", call.fail(err)
	}
	sha := cmp.GetMergeBaseCommit().GetSHA()
	if !objectName.MatchString(sha) {
		return "", call.incomplete("it names no commit")
	}
	return sha, nil
}

// A Difference is what a commit has and another one has not, since the best common
// ancestor of the two.
type Difference struct {
	Base      string // the commit that was compared with, by its name
	MergeBase string
	Files     []File // in GitHub's order
	// Whole says that Files are all, and have all patches: GitHub leaves files and
	// patches out of a long comparison that it lists for a pull request.
	Whole bool
}

// mostCompared is how many files GitHub lists of two commits at most.
const mostCompared = 300

// Difference compares a branch or a commit with a commit. It is [ErrNotFound] when
// they have no ancestor in common, and when one of them is not there.
//
// Where a tag has the branch's name, it is not documented which of them is
// compared: see [Client.Tip].
func (c *Client) Difference(ctx context.Context, base, head string) (*Difference, error) {
	if err := checkName("commit", head); err != nil {
		return nil, err
	}
	call := callf(readContents, "compare %s with %s", base, head)
	one := &gh.ListOptions{Page: 1, PerPage: 1} // the commits are not wanted; files come with the first page
	found, _, err := c.api.Repositories.CompareCommits(ctx, c.owner, c.name, base, head, one)
	if err != nil {
		return nil, call.fail(err)
	}
	d := &Difference{Base: found.GetBaseCommit().GetSHA(), MergeBase: found.GetMergeBaseCommit().GetSHA()}
	if !objectName.MatchString(d.Base) || !objectName.MatchString(d.MergeBase) {
		return nil, call.incomplete("it does not name the base and the merge base")
	}
	d.Whole = found.Files != nil && len(found.Files) < mostCompared
	for _, f := range found.Files {
		if f.GetFilename() == "" || !isTold(f) || f.Patch == nil && f.GetAdditions()+f.GetDeletions() > 0 {
			d.Whole = false
		}
		if f.GetFilename() != "" {
			d.Files = append(d.Files, c.newFile(f))
		}
	}
	return d, nil
}

// A TreeFile is one file of a commit.
type TreeFile struct {
	Path string
	Mode string // 100644, 100755, 120000 for a symbolic link, 160000 for a submodule
	SHA  string // of the blob; of a commit elsewhere for a submodule
	Size int    // in bytes; 0 for a submodule
}

// Tree lists every file of a commit or tree, in GitHub's order. GitHub truncates
// the list at 100,000 entries or 7 MB. A whole list is asked for once, and is not to be
// changed.
func (c *Client) Tree(ctx context.Context, sha string) (files []TreeFile, truncated bool, err error) {
	if err := checkName("tree", sha); err != nil {
		return nil, false, err
	}
	if files, ok := c.known.trees[sha]; ok {
		return files, false, nil
	}
	call := callf(readContents, "list the files of %s", sha)
	t, err := c.getTree(mayBeLate(ctx), sha, true)
	if err != nil {
		return nil, false, call.fail(err)
	}
	if t.Truncated == nil {
		return nil, false, call.incomplete("it does not say whether it is whole")
	}
	if err := call.checkEntries(t); err != nil {
		return nil, false, err
	}
	for _, e := range t.Entries {
		if e.GetType() != "tree" {
			files = append(files, TreeFile{Path: e.GetPath(), Mode: e.GetMode(), SHA: e.GetSHA(), Size: e.GetSize()})
		}
	}
	if !t.GetTruncated() {
		c.known.keepTree(sha, files)
	}
	return files, t.GetTruncated(), nil
}

// getTree reads a tree by its name or by that of a commit. That a commit's will do is
// what GitHub does and does not promise: else the commit tells its tree.
func (c *Client) getTree(ctx context.Context, sha string, recursive bool) (*gh.Tree, error) {
	t, _, err := c.api.Git.GetTree(ctx, c.owner, c.name, sha, recursive)
	if !errors.Is(callf(readContents, "list the files of %s", sha).fail(err), ErrNotFound) {
		return t, err
	}
	m, _, noCommit := c.api.Git.GetCommit(ctx, c.owner, c.name, sha)
	if noCommit != nil || !objectName.MatchString(m.GetTree().GetSHA()) {
		return nil, err
	}
	t, _, err = c.api.Git.GetTree(ctx, c.owner, c.name, m.GetTree().GetSHA(), recursive)
	return t, err
}

// mostFolders is how many folders are listed one by one.
const mostFolders = 200

// Folders lists the files that stand directly in folders of a commit and in those
// above them, by path. A folder that is not there has none.
func (c *Client) Folders(ctx context.Context, commit string, folders []string) ([]TreeFile, error) {
	if err := checkName("commit", commit); err != nil {
		return nil, err
	}
	call := callf(readContents, "list the folders of %s one by one", commit)
	var files []TreeFile
	trees := map[string]string{".": commit} // those of the folders seen so far
	listed := map[string]bool{}
	for _, folder := range slices.Compact(slices.Sorted(slices.Values(folders))) {
		for _, name := range append(above(folder), folder) {
			if listed[name] || trees[name] == "" {
				continue
			}
			if listed[name] = true; len(listed) > mostFolders {
				return nil, call.incomplete("there are more than %d folders, and GitHub lists them only one by one", mostFolders)
			}
			entries, err := c.folder(ctx, call, trees[name])
			if err != nil {
				return nil, err
			}
			for _, e := range entries {
				at := path.Join(name, e.GetPath())
				if e.GetType() == "tree" {
					trees[at] = e.GetSHA()
				} else {
					files = append(files, TreeFile{Path: at, Mode: e.GetMode(), SHA: e.GetSHA(), Size: e.GetSize()})
				}
			}
		}
	}
	return files, nil
}

// above returns the folders that a folder is in, the outermost first.
func above(folder string) []string {
	var all []string
	for folder != "." {
		folder = path.Dir(folder)
		all = append(all, folder)
	}
	slices.Reverse(all)
	return all
}

// folder lists what stands directly in a tree.
func (c *Client) folder(ctx context.Context, call call, tree string) ([]*gh.TreeEntry, error) {
	t, err := c.getTree(ctx, tree, false)
	if err != nil {
		return nil, call.fail(err)
	}
	if t.Truncated == nil || t.GetTruncated() {
		return nil, call.incomplete("a folder is not listed in full")
	}
	return t.Entries, call.checkEntries(t)
}

// checkEntries makes sure that a list of files says of each what it is: one that it
// does not is not there, or cannot be read, for all that its reader knows.
func (c call) checkEntries(t *gh.Tree) error {
	if t.Entries == nil {
		return c.incomplete("it has no list")
	}
	for _, e := range t.Entries {
		if e.GetPath() == "" || e.GetMode() == "" || e.GetType() == "" || e.GetSHA() == "" {
			return c.incomplete("it does not say of every file what it is")
		}
	}
	return nil
}

// FileAt reads one file of a commit; ok is false if the commit has none there.
// Anything there that is not a plain file is an error.
//
// It walks the trees down to the file. The contents API would follow a symbolic
// link unasked, answer with no text from 1 MB on, and with 404 both for a file
// that is not there and for a commit that the token may not see.
func (c *Client) FileAt(ctx context.Context, commit, name string) (data []byte, ok bool, err error) {
	if err := checkName("commit", commit); err != nil {
		return nil, false, err
	}
	if !fs.ValidPath(name) || name == "." {
		return nil, false, fmt.Errorf("path %q: want one relative to the top of the repository", name)
	}
	call := callf(readContents, "read %s at %s", name, commit)
	sha, mode := commit, modeTree
	for part := range strings.SplitSeq(name, "/") {
		if mode != modeTree {
			return nil, false, nil
		}
		entry, err := c.entry(ctx, call, sha, part)
		if entry == nil || err != nil {
			return nil, false, err
		}
		sha, mode = entry.GetSHA(), entry.GetMode()
	}
	if mode != modeFile && mode != modeExecutable {
		return nil, false, &Error{Do: call.do, cause: fmt.Errorf("it is %s, not a plain file", modeName(mode))}
	}
	blobs, err := c.Blobs(ctx, []string{sha})
	return blobs[sha], err == nil, err
}

// entry returns the entry of that name in a tree; nil if there is none.
func (c *Client) entry(ctx context.Context, call call, tree, name string) (*gh.TreeEntry, error) {
	t, err := c.getTree(ctx, tree, false)
	if err != nil {
		return nil, call.fail(err)
	}
	if err := call.checkEntries(t); err != nil {
		return nil, err
	}
	for _, e := range t.Entries {
		if e.GetPath() == name {
			return e, nil
		}
	}
	if t.Truncated == nil || t.GetTruncated() {
		return nil, call.incomplete("its folder is not listed in full")
	}
	return nil, nil
}

// The modes of git's tree entries.
const (
	modeTree       = "040000"
	modeFile       = "100644"
	modeExecutable = "100755"
	modeSymlink    = "120000"
	modeSubmodule  = "160000"
)

func modeName(mode string) string {
	switch mode {
	case modeTree:
		return "a folder"
	case modeSymlink:
		return "a symbolic link"
	case modeSubmodule:
		return "a submodule"
	}
	return fmt.Sprintf("of mode %q", mode)
}
