package git

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// indexVariable names the index that a hook's commit is made of.
const indexVariable = "GIT_INDEX_FILE"

// findIndex sees to it that the index which the environment names is there: git
// takes one that is not for an empty one, and everything in it would go unseen. A
// container has the repository in another place, and the index in its .git folder.
func (r *Repository) findIndex() error {
	name := ""
	for _, v := range new(exec.Cmd).Environ() {
		if value, ok := strings.CutPrefix(v, indexVariable+"="); ok {
			name = value
		}
	}
	if !filepath.IsAbs(name) || exists(name) {
		return nil // before the first commit there may be none yet where git puts it by itself
	}
	r.index = filepath.Join(r.dir, ".git", filepath.Base(name))
	if !exists(r.index) {
		return fmt.Errorf("the index that %s names, %s, is not there: "+
			"in a container, mount the repository where it is outside, or stage with git add and commit without -a and paths", indexVariable, name)
	}
	return nil
}

func exists(name string) bool {
	_, err := os.Lstat(name)
	return !errors.Is(err, fs.ErrNotExist)
}
