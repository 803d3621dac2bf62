package github

import (
	"context"
	"slices"
	"strings"
)

// known is what a client has been told and need not ask for again.
type known struct {
	viewer string
	blobs  map[string][]byte // by their names, checked against them
	byREST bool              // GraphQL does not tell of blobs
	noQL   bool              // GraphQL does not answer at all
	asked  map[string]bool   // blobs that it was asked for and did not give as they are
}

// keep keeps a blob whose bytes have been checked against its name.
func (k *known) keep(sha string, data []byte) {
	if k.blobs == nil {
		k.blobs = map[string][]byte{}
	}
	k.blobs[sha] = data
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

// Prefetch asks in one query for the first hundred of the blobs that are not known,
// and with viewer for the token's own login too. What comes of it is
// kept for [Client.Blobs] and [Client.Viewer], which ask for what does not.
func (c *Client) Prefetch(ctx context.Context, shas []string, viewer bool) {
	var ask []string
	for _, sha := range shas {
		_, known := c.known.blobs[sha]
		if !known && !c.known.asked[sha] && !slices.Contains(ask, sha) && checkName("blob", sha) == nil && len(ask) < blobsPerQuery {
			ask = append(ask, sha)
		}
	}
	switch {
	case len(ask) == 0 || c.known.byREST:
	case viewer && c.known.viewer == "":
		c.query(ctx, blobsQuery("viewer{login} ", ask), ask)
	default:
		c.queryBlobs(ctx, ask)
	}
}

// query sends a query for objects of the repository. It keeps the viewer and those
// of the blobs that came byte for byte, and returns how many did. It is not ok where
// there was no answer about the repository.
func (c *Client) query(ctx context.Context, query string, shas []string) (added int, ok bool) {
	var answer struct {
		Data struct {
			Viewer struct {
				Login string `json:"login"`
			} `json:"viewer"`
			Repository map[string]struct {
				Text *string `json:"text"`
			} `json:"repository"`
		} `json:"data"`
	}
	if c.graphql == "" || c.known.noQL {
		return 0, false
	}
	body := map[string]any{"query": query}
	if len(shas) > 0 {
		body["variables"] = map[string]string{"owner": c.owner, "name": c.name}
	}
	req, err := c.api.NewRequest("POST", c.graphql, body)
	if err != nil {
		return 0, false
	}
	if _, err := c.api.Do(repeatable(ctx), req, &answer); err != nil {
		c.known.noQL = true
		return 0, false
	}
	if login := answer.Data.Viewer.Login; login != "" {
		c.known.viewer = login
	}
	for i, sha := range shas {
		text := answer.Data.Repository[blobAlias(i)].Text
		if text != nil && isBlob(sha, []byte(*text)) {
			c.known.keep(sha, []byte(*text))
			added++
		} else if answer.Data.Repository != nil {
			c.known.ask(sha)
		}
	}
	return added, answer.Data.Repository != nil
}

// keepAdded keeps the content of a file that a patch adds: that is all of it.
func (c *Client) keepAdded(f File) {
	if f.Status != "added" || !f.HasPatch || checkName("blob", f.SHA) != nil {
		return
	}
	if data, ok := addedText(f.Patch); ok && isBlob(f.SHA, data) {
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
