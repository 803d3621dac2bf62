package github

import (
	"context"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
)

const (
	// blobsPerQuery is how many blobs one GraphQL query asks for.
	blobsPerQuery = 100
	// blobsAtOnce is how many blobs are read by REST at a time.
	blobsAtOnce = 8
)

// Blobs reads blobs by their names, of which it returns each once. Whatever it
// returns has been checked against its name, unless no name at all is git's. It
// fails as a whole, with the error of the first name in order: see [Client.Blob].
//
// A hundred blobs take one GraphQL query, where REST takes a request for each
// of the 1,000 that a workflow's token has in an hour. GraphQL shortens large
// files, leaves out binary ones and converts other encodings: what it did not
// give byte for byte is read by REST. What was read once is not asked for again.
func (c *Client) Blobs(ctx context.Context, shas []string) (map[string][]byte, error) {
	for _, sha := range shas {
		if err := checkName("blob", sha); err != nil {
			return nil, err
		}
	}
	left := c.unknown(shas)
	ask := slices.DeleteFunc(slices.Clone(left), func(sha string) bool { return c.known.asked[sha] })
	for part := range slices.Chunk(ask, blobsPerQuery) {
		// Where nothing came of one query, as without the permission, nothing
		// will come of the next.
		if c.known.byREST || c.queryBlobs(ctx, part) == 0 {
			break
		}
	}
	if err := c.fetchBlobs(ctx, c.unknown(left)); err != nil {
		return nil, err
	}
	blobs := make(map[string][]byte, len(shas))
	for _, sha := range shas {
		blobs[sha] = c.known.blobs[sha]
	}
	return blobs, nil
}

// queryBlobs asks for blobs by GraphQL, keeps those that came byte for byte and
// returns how many did. Why others did not makes no difference: REST says what
// is wrong with them.
func (c *Client) queryBlobs(ctx context.Context, shas []string) (added int) {
	_, ok := c.query(ctx, Wish{Blobs: shas})
	c.known.byREST = !ok
	return len(shas) - len(c.unknown(shas))
}

func blobAlias(i int) string { return fmt.Sprintf("b%d", i) }

// fetchBlobs reads blobs by REST, some at a time. After an error it begins no more,
// but ends those under way: they may hold the first error.
func (c *Client) fetchBlobs(ctx context.Context, shas []string) error {
	var (
		all     = make([][]byte, len(shas))
		errs    = make([]error, len(shas))
		failed  atomic.Bool
		slots   = make(chan struct{}, blobsAtOnce)
		workers sync.WaitGroup
	)
	for i, sha := range shas {
		slots <- struct{}{}
		if failed.Load() {
			break
		}
		workers.Go(func() {
			defer func() { <-slots }()
			if all[i], errs[i] = c.Blob(ctx, sha); errs[i] != nil {
				failed.Store(true)
			}
		})
	}
	workers.Wait()
	for i, sha := range shas {
		if errs[i] != nil {
			return errs[i]
		}
		c.known.named = c.known.named || isBlob(sha, all[i])
	}
	for i, sha := range shas {
		// A server that imitates GitHub may call a blob what it likes. One that names
		// another as git does is held to that.
		if c.known.named && !isBlob(sha, all[i]) {
			return callf(readContents, "read blob %s", sha).incomplete("the bytes are not those of that blob")
		}
		c.known.keep(sha, all[i])
	}
	return nil
}

// isBlob reports whether git gives the bytes that name.
func isBlob(sha string, data []byte) bool {
	h := sha1.New()
	if len(sha) == hex.EncodedLen(sha256.Size) {
		h = sha256.New()
	}
	fmt.Fprintf(h, "blob %d\x00", len(data))
	h.Write(data)
	return hex.EncodeToString(h.Sum(nil)) == sha
}
