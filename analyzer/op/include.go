package op

import (
	"io/fs"
	"path"
	"strings"
)

// Paths returns where in the repository the file may lie that psql includes in the
// one at from, the likeliest first; none if it lies elsewhere. \i goes by the folder
// that psql is run in, which is the top one as a rule, or one that from lies in.
func (i *Include) Paths(from string) []string {
	if i.Path == "" || path.IsAbs(i.Path) || strings.HasPrefix(i.Path, "~") {
		return nil
	}
	folder := path.Dir(from)
	if i.Relative {
		return inRepository(nil, from, path.Join(folder, i.Path))
	}
	var all []string
	if fs.ValidPath(from) {
		all = inRepository(all, from, path.Clean(i.Path))
	}
	for ; folder != "."; folder = path.Dir(folder) {
		all = inRepository(all, from, path.Join(folder, i.Path))
		if !fs.ValidPath(from) {
			break // above its folder nothing is known to be the repository
		}
	}
	return all
}

// inRepository adds the path unless it leads out of the repository, or, where from
// does not lie in there itself, out of the folder of from.
func inRepository(all []string, from, name string) []string {
	if fs.ValidPath(name) && fs.ValidPath(from) || !fs.ValidPath(from) && strings.HasPrefix(name, path.Dir(from)+"/") {
		return append(all, name)
	}
	return all
}
