package dropgate_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dropgate/dropgate/internal/cli"
	"github.com/dropgate/dropgate/internal/scaffold"
)

// TestHooks holds that every hook for pre-commit reviews the index, whatever files
// the framework would name, and that the image is that of this version.
func TestHooks(t *testing.T) {
	type hook struct {
		ID            string `yaml:"id"`
		Name          string `yaml:"name"`
		Description   string `yaml:"description"`
		Language      string `yaml:"language"`
		Entry         string `yaml:"entry"`
		PassFilenames *bool  `yaml:"pass_filenames"`
		AlwaysRun     bool   `yaml:"always_run"`
		RequireSerial bool   `yaml:"require_serial"`
	}
	no, check := false, "dropgate check --staged"
	image := "-e GIT_INDEX_FILE ghcr.io/dropgate/dropgate:" + cli.Version + "-hook check --staged"
	want := []hook{
		{ID: "dropgate", Language: "golang", Entry: check},
		{ID: "dropgate-docker", Language: "docker_image", Entry: image},
		{ID: "dropgate-system", Language: "system", Entry: check},
	}
	got := decode[[]hook](t, readFile(t, ".pre-commit-hooks.yaml"))
	for i := range want {
		want[i].Name, want[i].PassFilenames, want[i].AlwaysRun, want[i].RequireSerial = "dropgate", &no, true, true
	}
	for i := range got {
		if got[i].Description == "" {
			t.Errorf("%s has no description", got[i].ID)
		}
		got[i].Description = ""
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("hooks (-want +got):\n%s", diff)
	}
}

// checkHooks holds that what a page shows of pre-commit's file is what dropgate init
// writes of it.
func checkHooks(t *testing.T, text string) {
	t.Helper()
	type repo struct {
		Repo  string
		Rev   string
		Hooks []struct{ ID string }
	}
	type file struct{ Repos []repo }
	want := decode[file](t, scaffold.PreCommit("v"+cli.Version))
	if diff := cmp.Diff(want, decode[file](t, text)); diff != "" {
		t.Errorf("hooks (-init +page):\n%s", diff)
	}
}

// TestCommitHookPage holds that the page shows what a blocked commit is told.
func TestCommitHookPage(t *testing.T) {
	page := readFile(t, "docs/commit-hook.md")
	for _, words := range []string{"`git commit --no-verify`", "The gate on the pull request stands: it waits"} {
		if !strings.Contains(page, words) {
			t.Errorf("docs/commit-hook.md does not show %q", words)
		}
	}
}
