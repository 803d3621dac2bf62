package dropgate_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// A releasing is a clone of a made-up repository that has the files that the scripts
// of a release read, and an origin.
type releasing struct {
	t   *testing.T
	dir string
}

const changes = "# Changelog\n\n## [Unreleased]\n\n## [1.4.0] - 2026-11-23\n\n### Added\n\n- A rule.\n\n## [1.3.0] - 2026-10-01\n\n- Older.\n"

func newReleasing(t *testing.T) *releasing {
	t.Helper()
	if _, err := exec.LookPath("bash"); err != nil {
		t.Skip("there is no bash, which the scripts of a release are written in")
	}
	r := &releasing{t, t.TempDir()}
	for name, text := range map[string]string{
		"CHANGELOG.md":            changes,
		"action.yml":              readFile(t, "action.yml"),
		"Dockerfile":              readFile(t, "Dockerfile"),
		"internal/cli/version.go": "package cli\n\nconst Version = \"1.4.0\"\n",
	} {
		r.write(name, text)
	}
	for _, name := range []string{"lib.sh", "release-plan", "release-notes", "release-commit"} {
		r.write(".ci/"+name, readFile(t, ".ci/"+name))
	}
	origin := t.TempDir()
	r.git("init", "-q", "--bare", origin)
	r.git("init", "-q", "-b", "main")
	r.git("remote", "add", "origin", origin)
	r.push("first")
	return r
}

// write puts a file into the checkout.
func (r *releasing) write(name, text string) {
	r.t.Helper()
	file := filepath.Join(r.dir, name)
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		r.t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		r.t.Fatal(err)
	}
}

func (r *releasing) git(args ...string) string {
	r.t.Helper()
	out, err := r.command("git", args...)
	if err != nil {
		r.t.Fatalf("git %q: %v\n%s", args, err, out)
	}
	return strings.TrimSpace(out)
}

// commit commits all, push brings it to the origin's main as well.
func (r *releasing) commit(message string) {
	r.t.Helper()
	r.git("add", "-A")
	r.git("commit", "-q", "--allow-empty", "-m", message)
}

func (r *releasing) push(message string) {
	r.t.Helper()
	r.commit(message)
	r.git("push", "-q", "origin", "HEAD:main")
	r.git("fetch", "-q", "origin")
}

func (r *releasing) command(name string, args ...string) (string, error) {
	c := exec.Command(name, args...)
	c.Dir = r.dir
	c.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL="+os.DevNull, "GIT_CONFIG_SYSTEM="+os.DevNull,
		"GIT_AUTHOR_NAME=a", "GIT_AUTHOR_EMAIL=a@example.com", "GIT_COMMITTER_NAME=a", "GIT_COMMITTER_EMAIL=a@example.com")
	out, err := c.CombinedOutput()
	return string(out), err
}

// script runs one of the scripts.
func (r *releasing) script(name string, args ...string) (string, error) {
	return r.command("bash", append([]string{".ci/" + name}, args...)...)
}

func TestReleasePlan(t *testing.T) {
	for _, c := range []struct {
		name, tag string
		before    func(*releasing)
		want      string // all of it, when it may be released; else a part
		refused   bool
	}{
		{name: "a candidate", tag: "v1.4.0-rc.1", want: "version=1.4.0\nmoving=v1\n"},
		{name: "a later candidate", tag: "v1.4.0-rc.12", want: "version=1.4.0\nmoving=v1\n"},
		{name: "before 1.0.0", tag: "v0.4.0-rc.1", before: func(r *releasing) {
			r.write("internal/cli/version.go", "const Version = \"0.4.0\"\n")
			r.write("CHANGELOG.md", strings.ReplaceAll(changes, "1.4.0", "0.4.0"))
			r.push("version 0")
		}, want: "version=0.4.0\nmoving=v1\n"},
		{name: "the release's own tag", tag: "v1.4.0", want: "push v1.2.3-rc.1", refused: true},
		{name: "something behind it", tag: "v1.4.0-rc.1;id", want: "no release candidate", refused: true},
		{name: "a zero in front", tag: "v1.04.0-rc.1", want: "no release candidate", refused: true},
		{name: "another version than the program's", tag: "v1.5.0-rc.1", want: "version.go does not say that this is 1.5.0", refused: true},
		{name: "no date in the changelog", tag: "v1.4.0-rc.1", before: func(r *releasing) {
			r.write("CHANGELOG.md", strings.Replace(changes, " - 2026-11-23", "", 1))
			r.push("no date")
		}, want: "CHANGELOG.md has no line", refused: true},
		{name: "an action that runs an image already", tag: "v1.4.0-rc.1", before: func(r *releasing) {
			r.write("action.yml", strings.Replace(readFile(r.t, "action.yml"), "image: Dockerfile", "image: docker://x", 1))
			r.push("image")
		}, want: "action.yml does not build from the Dockerfile", refused: true},
		{name: "a commit that is not on main", tag: "v1.4.0-rc.1", before: func(r *releasing) { r.commit("mine") }, want: "is not on main", refused: true},
		{name: "a version that is out", tag: "v1.4.0-rc.2", before: func(r *releasing) {
			r.git("push", "-q", "origin", "HEAD:refs/tags/v1.4.0")
		}, want: "v1.4.0 is released already", refused: true},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newReleasing(t)
			if c.before != nil {
				c.before(r)
			}
			got, err := r.script("release-plan", c.tag)
			if c.refused != (err != nil) || c.refused && !strings.Contains(got, c.want) || !c.refused && got != c.want {
				t.Errorf("release-plan %s: error %v, printed %q, want %q", c.tag, err, got, c.want)
			}
		})
	}
}

func TestReleaseNotes(t *testing.T) {
	r := newReleasing(t)
	if got, err := r.script("release-notes", "1.4.0"); err != nil || got != "### Added\n\n- A rule.\n" {
		t.Errorf("release-notes 1.4.0: %v, printed %q", err, got)
	}
	if got, err := r.script("release-notes", "1.3.0"); err != nil || got != "- Older.\n" {
		t.Errorf("release-notes 1.3.0: %v, printed %q", err, got)
	}
	for _, version := range []string{"1.5.0", "1.4", "1x4.0"} {
		if got, err := r.script("release-notes", version); err == nil {
			t.Errorf("release-notes %s printed %q, want an error", version, got)
		}
	}
}

// TestReleaseCommit holds that a release is its candidate with one line changed, that
// making it leaves the checkout alone, and that it can be made again.
func TestReleaseCommit(t *testing.T) {
	r := newReleasing(t)
	image := "ghcr.io/dropgate/dropgate@sha256:" + strings.Repeat("0a", 32)
	head := r.git("rev-parse", "HEAD")
	commit, err := r.script("release-commit", "1.4.0", image)
	if err != nil {
		t.Fatal(commit)
	}
	commit = strings.TrimSpace(commit)
	if got := r.git("rev-parse", commit+"^", "HEAD"); got != head+"\n"+head {
		t.Errorf("the parent and HEAD are %q, want both %s", got, head)
	}
	if got := r.git("diff", "--numstat", head, commit); got != "1\t1\taction.yml" {
		t.Errorf("it changes %q, want one line of action.yml", got)
	}
	want := strings.Replace(readFile(t, "action.yml"), "image: Dockerfile", "image: docker://"+image, 1)
	if got := r.git("show", commit+":action.yml"); got != strings.TrimSpace(want) {
		t.Errorf("action.yml is\n%s", got)
	}
	if got := r.git("status", "--porcelain"); got != "" {
		t.Errorf("the checkout is changed: %s", got)
	}
	if again, _ := r.script("release-commit", "1.4.0", image); strings.TrimSpace(again) != commit {
		t.Errorf("the second time it is %q, want %s", again, commit)
	}
	for _, bad := range []string{"ghcr.io/dropgate/dropgate:1.4.0", image + "0", "docker.io/x@sha256:" + strings.Repeat("0a", 32), image + "\n  x: y"} {
		if got, err := r.script("release-commit", "1.4.0", bad); err == nil {
			t.Errorf("release-commit takes %q as an image and prints %s", bad, got)
		}
	}
	r.write("action.yml", "changed")
	if got, err := r.script("release-commit", "1.4.0", image); err == nil {
		t.Errorf("release-commit takes a changed checkout and prints %s", got)
	}
}
