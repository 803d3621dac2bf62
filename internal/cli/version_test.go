package cli

import (
	"runtime/debug"
	"testing"
)

func TestCommit(t *testing.T) {
	setting := func(key, value string) debug.BuildSetting { return debug.BuildSetting{Key: key, Value: value} }
	module := debug.Module{Path: "github.com/dropgate/dropgate", Version: "v0.1.0", Sum: "h1:x"}
	for _, c := range []struct {
		name, want string
		info       *debug.BuildInfo
	}{
		{"no build information", "unknown", nil},
		{"a checkout without git's files", "unknown", &debug.BuildInfo{}},
		{"a clean checkout", "c0ffee", &debug.BuildInfo{Settings: []debug.BuildSetting{
			setting("CGO_ENABLED", "1"), setting("vcs.revision", "c0ffee"), setting("vcs.modified", "false"),
		}}},
		{"a changed checkout", "c0ffee, with changes", &debug.BuildInfo{Settings: []debug.BuildSetting{
			setting("vcs.revision", "c0ffee"), setting("vcs.modified", "true"),
		}}},
		{"a module that go install fetched", "of module v0.1.0", &debug.BuildInfo{Main: module}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := commit(c.info); got != c.want {
				t.Errorf("commit() is %q, want %q", got, c.want)
			}
		})
	}
}

// TestCloned: only a build in a clone stands for a commit. What was built of a release
// writes files that name the release.
func TestCloned(t *testing.T) {
	const revision = "0123456789abcdef0123456789abcdef01234567"
	built := func(version, revision string) *debug.BuildInfo {
		return &debug.BuildInfo{
			Main:     debug.Module{Path: "github.com/dropgate/dropgate", Version: version},
			Settings: []debug.BuildSetting{{Key: "vcs.revision", Value: revision}},
		}
	}
	for _, c := range []struct {
		name, want string
		info       *debug.BuildInfo
	}{
		{"no build information", "", nil},
		{"a test", "", built("(devel)", "")},
		{"before the first tag", revision, built("v0.0.0-20261123150747-0123456789ab", revision)},
		{"after a tag", revision, built("v0.1.1-0.20261123150747-0123456789ab", revision)},
		{"after a candidate", revision, built("v0.1.0-rc.1.0.20261123150747-0123456789ab", revision)},
		{"with changes", revision, built("v0.0.0-20261123150747-0123456789ab+dirty", revision)},
		{"a release", "", built("v0.1.0", revision)},
		{"a release's candidate", "", built("v0.1.0-rc.1", revision)},
		{"fetched by go install", "", built("v0.0.0-20261123150747-0123456789ab", "")},
		{"another kind of version control", "", built("v0.0.0-20261123150747-0123456789ab", "12")},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := cloned(c.info); got != c.want {
				t.Errorf("cloned() is %q, want %q", got, c.want)
			}
		})
	}
}
