package github

import (
	"context"
	"fmt"
	"path"
	"slices"
	"strings"
)

// known is what a client has been told and need not ask for again.
type known struct {
	viewer string
	blobs  map[string][]byte     // by their names
	named  bool                  // a blob was seen whose name is that which git gives it
	trees  map[string][]TreeFile // whole lists of files, by commit or tree
	byREST bool                  // GraphQL does not tell of blobs
	noQL   bool                  // GraphQL does not answer at all
	asked  map[string]bool       // blobs that it was asked for and did not give as they are
}

// keep keeps a blob.
func (k *known) keep(sha string, data []byte) {
	if k.blobs == nil {
		k.blobs = map[string][]byte{}
	}
	k.blobs[sha] = data
}

// Offer keeps a blob that the caller has from elsewhere, if the bytes are those that
// its name stands for.
func (c *Client) Offer(sha string, data []byte) {
	if checkName("blob", sha) == nil && isBlob(sha, data) {
		c.known.keep(sha, data)
	}
}

// keepTree keeps a whole list of files.
func (k *known) keepTree(sha string, files []TreeFile) {
	if k.trees == nil {
		k.trees = map[string][]TreeFile{}
	}
	k.trees[sha] = files
}

// ask notes a blob that GraphQL does not give.
func (k *known) ask(sha string) {
	if k.asked == nil {
		k.asked = map[string]bool{}
	}
	k.asked[sha] = true
}

// unknown returns the names of blobs that are still to be read, each once and in order.
func (c *Client) unknown(shas []string) []string {
	left := slices.Compact(slices.Sorted(slices.Values(shas)))
	return slices.DeleteFunc(left, func(sha string) bool {
		_, ok := c.known.blobs[sha]
		return ok
	})
}

// A Wish is what one query is to bring, if it can.
type Wish struct {
	Blobs  []string // by name; those beyond the first hundred that are not known are left out
	Viewer bool     // the token's own login
	// Branch, Commit and Folder ask where a branch is and what stands directly in a
	// commit's folder; empty ones ask for neither.
	Branch, Commit, Folder string
}

// Told is what a query said of a [Wish]'s branch and folder.
type Told struct {
	Tip    string              // empty: nothing
	Folder map[string]TreeFile // by name, folders included; nil: nothing
}

// Prefetch asks for a wish in one query. What comes of blobs and viewer is kept for
// [Client.Blobs] and [Client.Viewer], which ask for what does not.
func (c *Client) Prefetch(ctx context.Context, w Wish) Told {
	var ask []string
	for _, sha := range w.Blobs {
		_, known := c.known.blobs[sha]
		if !known && !c.known.asked[sha] && !slices.Contains(ask, sha) && checkName("blob", sha) == nil && len(ask) < blobsPerQuery {
			ask = append(ask, sha)
		}
	}
	w.Blobs, w.Viewer = ask, w.Viewer && c.known.viewer == ""
	switch {
	case c.known.byREST || len(ask) == 0 && w.Branch == "":
		return Told{}
	case !w.Viewer && w.Branch == "":
		c.queryBlobs(ctx, ask)
		return Told{}
	}
	data, ok := c.query(ctx, w)
	if !ok {
		return Told{}
	}
	told := Told{Tip: data["tip"].OID}
	if entries := data["folder"].Entries; len(entries) > 0 { // git has no empty folders
		told.Folder = map[string]TreeFile{}
		for _, e := range entries {
			told.Folder[e.Name] = TreeFile{Path: path.Join(w.Folder, e.Name), Mode: fmt.Sprintf("%06o", e.Mode), SHA: e.OID}
		}
	}
	return told
}

// text writes the query, with its variables.
func (w Wish) text(owner, name string) (query string, variables map[string]string) {
	var b strings.Builder
	variables = map[string]string{"owner": owner, "name": name}
	b.WriteString("query($owner:String!,$name:String!")
	if w.Branch != "" {
		b.WriteString(",$branch:String!,$folder:String!")
		variables["branch"] = "refs/heads/" + w.Branch
		variables["folder"] = w.Commit + ":" + strings.TrimPrefix(w.Folder, ".")
	}
	b.WriteString("){")
	if w.Viewer {
		b.WriteString("viewer{login} ")
	}
	b.WriteString("repository(owner:$owner,name:$name){")
	if w.Branch != "" {
		b.WriteString("tip:object(expression:$branch){oid} folder:object(expression:$folder){...on Tree{entries{name mode oid}}} ")
	}
	for i, sha := range w.Blobs {
		// The names are hexadecimal, so that they need no quoting.
		fmt.Fprintf(&b, "%s:object(oid:\"%s\"){...on Blob{text}} ", blobAlias(i), sha)
	}
	b.WriteString("}}")
	return b.String(), variables
}

// A queried object is what GraphQL tells of a blob, a tree or a commit.
type queried struct {
	Text    *string `json:"text"`
	OID     string  `json:"oid"`
	Entries []struct {
		Name string `json:"name"`
		Mode int    `json:"mode"`
		OID  string `json:"oid"`
	} `json:"entries"`
}

// query sends a query for objects of the repository. It keeps the viewer and those
// of the blobs that came byte for byte. It is not ok where there was no answer about
// the repository.
func (c *Client) query(ctx context.Context, w Wish) (data map[string]queried, ok bool) {
	query, variables := w.text(c.owner, c.name)
	data, ok = c.post(ctx, map[string]any{"query": query, "variables": variables})
	for i, sha := range w.Blobs {
		text := data[blobAlias(i)].Text
		if text != nil && isBlob(sha, []byte(*text)) {
			c.known.named = true
			c.known.keep(sha, []byte(*text))
		} else if ok {
			c.known.ask(sha)
		}
	}
	return data, ok
}

// post sends a query, keeps the viewer and returns what it says of the repository.
func (c *Client) post(ctx context.Context, query map[string]any) (repository map[string]queried, ok bool) {
	if c.graphql == "" || c.known.noQL {
		return nil, false
	}
	req, err := c.api.NewRequest("POST", c.graphql, query)
	if err != nil {
		return nil, false
	}
	var answer struct {
		Data struct {
			Viewer struct {
				Login string `json:"login"`
			} `json:"viewer"`
			Repository map[string]queried `json:"repository"`
		} `json:"data"`
	}
	if _, err := c.api.Do(repeatable(ctx), req, &answer); err != nil {
		c.known.noQL = true
		return nil, false
	}
	switch login := answer.Data.Viewer.Login; login {
	case "":
	case strings.TrimSuffix(DefaultViewer, "[bot]"): // as GraphQL calls bots elsewhere
		c.known.viewer = DefaultViewer
	default:
		c.known.viewer = login
	}
	return answer.Data.Repository, answer.Data.Repository != nil
}

// keepAdded keeps the content of a file that a patch adds: that is all of it.
func (c *Client) keepAdded(f File) {
	if f.Status != "added" || !f.HasPatch || checkName("blob", f.SHA) != nil {
		return
	}
	if data, ok := addedText(f.Patch); ok && isBlob(f.SHA, data) {
		c.known.named = true
		c.known.keep(f.SHA, data)
	}
}

// addedText returns the text of a new file from its patch; ok is false if the patch
// is of another kind. An encoding that JSON cannot hold does not come through: the
// text has to be checked against its name.
func addedText(patch string) (data []byte, ok bool) {
	header, rest, _ := strings.Cut(patch, "\n")
	if !strings.HasPrefix(header, "@@ -0,0 +1") {
		return nil, false
	}
	var b strings.Builder
	for line := range strings.SplitSeq(rest, "\n") {
		switch {
		case strings.HasPrefix(line, "+"):
			b.WriteString(line[1:] + "\n")
		case strings.HasPrefix(line, "\\"):
			return []byte(strings.TrimSuffix(b.String(), "\n")), true
		default:
			return nil, false
		}
	}
	return []byte(b.String()), true
}
