package github

import (
	"context"
	"encoding/base64"
	"fmt"
	"io/fs"
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
	b, _, err := c.api.Git.GetBlob(ctx, c.owner, c.name, sha)
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

// A TreeFile is one file of a commit.
type TreeFile struct {
	Path string
	Mode string // 100644, 100755, 120000 for a symbolic link, 160000 for a submodule
	SHA  string // of the blob; of a commit elsewhere for a submodule
	Size int    // in bytes; 0 for a submodule
}

// Tree lists every file of a commit or tree, in GitHub's order. GitHub truncates
// the list at 100,000 entries or 7 MB.
func (c *Client) Tree(ctx context.Context, sha string) (files []TreeFile, truncated bool, err error) {
	if err := checkName("tree", sha); err != nil {
		return nil, false, err
	}
	call := callf(readContents, "list the files of %s", sha)
	t, _, err := c.api.Git.GetTree(ctx, c.owner, c.name, sha, true)
	if err != nil {
		return nil, false, call.fail(err)
	}
	if t.Truncated == nil {
		return nil, false, call.incomplete("it does not say whether it is whole")
	}
	for _, e := range t.Entries {
		if e.GetType() != "tree" {
			files = append(files, TreeFile{Path: e.GetPath(), Mode: e.GetMode(), SHA: e.GetSHA(), Size: e.GetSize()})
		}
	}
	return files, t.GetTruncated(), nil
}

// FileAt reads one file of a commit; ok is false if the commit has none there.
// Anything there that is not a plain file is an error.
//
// It walks the trees down to the file. The contents API would follow a symbolic
// link unasked, answer with no text from 1 MB on, and with 404 both for a file
// that is not there and for a commit that the token may not see.
func (c *Client) FileAt(ctx context.Context, commit, path string) (data []byte, ok bool, err error) {
	if err := checkName("commit", commit); err != nil {
		return nil, false, err
	}
	if !fs.ValidPath(path) || path == "." {
		return nil, false, fmt.Errorf("path %q: want one relative to the top of the repository", path)
	}
	call := callf(readContents, "read %s at %s", path, commit)
	sha, mode := commit, modeTree
	for name := range strings.SplitSeq(path, "/") {
		if mode != modeTree {
			return nil, false, nil
		}
		entry, err := c.entry(ctx, call, sha, name)
		if entry == nil || err != nil {
			return nil, false, err
		}
		sha, mode = entry.GetSHA(), entry.GetMode()
	}
	if mode != modeFile && mode != modeExecutable {
		return nil, false, &Error{Do: call.do, cause: fmt.Errorf("it is %s, not a plain file", modeName(mode))}
	}
	data, err = c.checkedBlob(ctx, sha)
	return data, err == nil, err
}

// entry returns the entry of that name in a tree; nil if there is none.
func (c *Client) entry(ctx context.Context, call call, tree, name string) (*gh.TreeEntry, error) {
	t, _, err := c.api.Git.GetTree(ctx, c.owner, c.name, tree, false)
	if err != nil {
		return nil, call.fail(err)
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
