package migration

import (
	"bytes"
	"path"
	"strings"

	"github.com/dropgate/dropgate/analyzer/source"
)

func isSqitchPlan(name string) bool { return path.Base(name) == "sqitch.plan" }

// maxReworked bounds the names that a plan gives for reworked changes, which are
// as many as its changes times its tags.
const maxReworked = 1 << 16

// sqitchOrder returns the scripts of each change in the order of the plan. A
// change that a later line reworks keeps its old scripts under a name with a tag:
// one that stands between the two lines, and the file's name tells which.
func sqitchOrder(f *source.File) (folder string, names []string) {
	changes, tags := sqitchChanges(f)
	last := map[string]int{} // by a change's name, the line that counts
	for i, change := range changes {
		last[change.name] = i
	}
	next := make([]int, len(changes)) // the tags seen when the change is reworked
	seen := map[string]int{}
	for i, change := range changes {
		if earlier, is := seen[change.name]; is {
			next[earlier] = change.tags
		}
		seen[change.name] = i
	}
	reworked := 0
	for i, change := range changes {
		if last[change.name] == i {
			names = append(names, sqitchScripts(change.name)...)
			continue
		}
		for _, tag := range tags[change.tags:next[i]] {
			if reworked++; reworked > maxReworked {
				break
			}
			names = append(names, sqitchScripts(change.name+"@"+tag)...)
		}
	}
	return path.Dir(f.Path), names
}

// sqitchScripts are the files of a change, in the order in which they may run.
func sqitchScripts(name string) []string {
	return []string{"deploy/" + name + ".sql", "verify/" + name + ".sql", "revert/" + name + ".sql"}
}

// A sqitchChange is a line of a plan that names a change.
type sqitchChange struct {
	name string
	tags int // how many tags stand before it
}

// sqitchChanges reads what a plan says about order, and passes over the rest:
// where sqitch refuses the plan, nothing runs.
func sqitchChanges(f *source.File) (changes []sqitchChange, tags []string) {
	for l := range lines(f) {
		text, _, _ := bytes.Cut(l.text, []byte("#"))
		line := strings.Trim(string(text), " \t")
		if line == "" || line[0] == '%' {
			continue
		}
		if tag, is := strings.CutPrefix(line, "@"); is {
			tags = append(tags, firstWord(tag))
			continue
		}
		if line[0] == '+' || line[0] == '-' {
			line = strings.TrimLeft(line[1:], " \t")
		}
		if name := firstWord(line); name != "" {
			changes = append(changes, sqitchChange{name, len(tags)})
		}
	}
	return changes, tags
}

// firstWord returns the text before the first space or tab.
func firstWord(text string) string {
	if i := strings.IndexAny(text, " \t"); i >= 0 {
		return text[:i]
	}
	return text
}
