package migration

import (
	"bytes"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/dropgate/dropgate/analyzer/source"
)

// sqitchFolders are the folders of a project and the word that the script's first
// line begins with, as sqitch's templates write it.
var sqitchFolders = map[string]string{"deploy": "Deploy", "revert": "Revert", "verify": "Verify"}

// sqitchHeader is the first line of a script that sqitch made: the project's name
// may be missing, and so may the engine's.
var sqitchHeader = regexp.MustCompile(`^-- (Deploy|Revert|Verify) (?:[^\s:]+:)?([^\s:]+)(?:\s+(?:to|from|on)\s+\S+)?\s*$`)

// sqitchPath splits a script's path at the folder that tells what it is for. Names
// of changes may have slashes, so the folder's name may come twice: the first line
// decides, or else the last one.
func sqitchPath(f *source.File) (top, folder, change string, ok bool) {
	header := sqitchHeader.FindSubmatch(firstText(f))
	parts := strings.Split(f.Path, "/")
	for i := len(parts) - 2; i >= 0; i-- {
		if sqitchFolders[parts[i]] == "" {
			continue
		}
		name := strings.TrimSuffix(strings.Join(parts[i+1:], "/"), ".sql")
		fits := len(header) > 2 && sqitchFolders[parts[i]] == string(header[1]) && withoutTag(name) == string(header[2])
		if fits || !ok {
			top, folder, change, ok = path.Join(parts[:i]...), parts[i], name, true
		}
		if fits {
			break
		}
	}
	if top == "" {
		top = "."
	}
	return top, folder, change, ok
}

// withoutTag returns a change's name without the tag that a reworked one has.
func withoutTag(name string) string {
	name, _, _ = strings.Cut(name, "@")
	return name
}

// firstText returns the first line that is not blank.
func firstText(f *source.File) []byte {
	for l := range lines(f) {
		if text := bytes.TrimSpace(l.text); len(text) > 0 {
			return text
		}
	}
	return nil
}

// isSqitch recognises a script by its folder and the first line that sqitch gave
// it. One that takes back is not one if another tool would run a part of it.
func isSqitch(f *source.File) bool {
	_, folder, _, ok := sqitchPath(f)
	header := sqitchHeader.FindSubmatch(firstText(f))
	if !ok || header == nil || path.Ext(f.Path) != ".sql" || sqitchFolders[folder] != string(header[1]) {
		return false
	}
	return folder != "revert" || undirected(f)
}

// markSqitch marks a script, which psql runs. A script that verifies runs as it is,
// after the one that deploys: that it changes nothing is up to its own ROLLBACK.
// A script goes back only if no folder of its path says otherwise.
func markSqitch(m *Migration) {
	direction := Up
	if top, folder, change, ok := sqitchPath(m.File); ok {
		m.Set = top
		m.Version = Version{Name: change + "/" + folder}
		if folder == "revert" && !slices.ContainsFunc(strings.Split(m.File.Path, "/"), goesForward) {
			direction = Down
		}
	}
	m.whole(direction)
	for i := range m.Sections {
		m.Sections[i].Psql = true
	}
}

func goesForward(folder string) bool { return folder == "deploy" || folder == "verify" }
