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
