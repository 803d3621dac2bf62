package cli

import (
	"context"
	"maps"
	"slices"

	"github.com/dropgate/dropgate/internal/git"
	"github.com/dropgate/dropgate/internal/github"
)

// prefetch asks GitHub for a wish, save for the blobs that the job's checkout has.
func (p *pull) prefetch(ctx context.Context, w github.Wish) github.Told {
	p.takeCheckedOut(w.Blobs)
	return p.client.Prefetch(ctx, w)
}

// takeCheckedOut hands the client those of the blobs that the job's checkout has. It
// does not matter which commit is checked out, nor who else wrote there: a file counts
// only if its bytes are those that the blob's name stands for.
func (p *pull) takeCheckedOut(oids []string) {
	workspace := p.getenv("GITHUB_WORKSPACE")
	if workspace == "" || len(oids) == 0 {
		return
	}
	wanted := map[string]bool{}
	for _, oid := range oids {
		wanted[oid] = true
	}
	var names, found []string
	for _, side := range []map[string]git.Entry{p.sides.base, p.sides.head} {
		for _, name := range slices.Sorted(maps.Keys(side)) {
			if oid := side[name].OID; wanted[oid] {
				names, found = append(names, name), append(found, oid)
			}
		}
	}
	// Without a checkout, or one that cannot be read, GitHub is asked.
	_ = readTree(workspace, names, func(i int, data []byte) bool {
		p.client.Offer(found[i], data)
		return true
	})
}
