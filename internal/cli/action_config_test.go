package cli

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dropgate/dropgate/internal/gate"
	"github.com/dropgate/dropgate/internal/github/githubtest"
)

const users = "drop-table public.users"

// configured is a stage whose base has a config.
func configured(t *testing.T, config string, files map[string]string) *stage {
	t.Helper()
	return newStageOn(t, map[string]string{configName: config}, files)
}

func TestActionConfigOfTheBase(t *testing.T) {
	tests := []struct {
		name   string
		config string
		code   int
		want   []string
	}{
		{"none", "", exitBlocked, []string{users}},
		{"defaults", "version: 1\n", exitBlocked, []string{users}},
		{"higher threshold", "threshold: 91\n", exitClear, nil},
		{"threshold just reached", "threshold: 90\n", exitBlocked, []string{users}},
		{"rule off", "rules:\n  drop-table: off\n", exitClear, nil},
		{"lower score", "rules:\n  drop-table: {score: -40}\n", exitClear, nil},
		{"lower score elsewhere", "rules:\n  drop-table: {score: -40, paths: [\"db/**\"]}\n", exitBlocked, []string{users}},
		{"excluded", "exclude: [\"migrations/**\"]\n", exitClear, nil},
		{"other paths", "paths: [\"db/**\"]\n", exitClear, nil},
		{"its paths", "paths: [migrations]\n", exitBlocked, []string{users}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			more := map[string]string{configName: test.config}
			if test.config == "" {
				more = nil
			}
			s := newStageOn(t, more, map[string]string{drop: dropUsers})
			o := s.on("opened")
			o.want(t, test.code, gate.Absent, test.want...)
			if test.code == exitClear {
				o.wantWrites(t)
			}
		})
	}
}

func TestActionLabelOfTheConfig(t *testing.T) {
	s := configured(t, "label: Backup geprüft ✓\n", map[string]string{drop: dropUsers})
	s.pr.Label(label, "bob")
	s.on("labeled").want(t, exitBlocked, gate.Absent, users)
	s.wantSummary("Backup geprüft ✓")
	s.pr.Label("Backup geprüft ✓", "bob")
	s.on("labeled").want(t, exitClear, gate.Valid, users)
}

// A pull request cannot disarm its own review.
func TestActionConfigOfThePullRequest(t *testing.T) {
	disarmed := "threshold: 100\nlabel: docs\ncomment: off\nexclude: [\"**\"]\nrules: {drop-table: off}\n"
	for name, config := range map[string]string{"a base with a config": "threshold: 60\n", "a base without one": ""} {
		t.Run(name, func(t *testing.T) {
			more := map[string]string{}
			if config != "" {
				more[configName] = config
			}
			s := newStageOn(t, more, map[string]string{drop: dropUsers, configName: disarmed})
			s.pr.Label("docs", "alice")
			o := s.on("labeled")
			o.want(t, exitBlocked, gate.Absent, users)
			o.wantWrites(t, postReview, postSummary)
		})
	}
	t.Run("broken", func(t *testing.T) {
		s := newStage(t, map[string]string{drop: dropUsers, configName: "threshold: [\n"})
		s.on("opened").want(t, exitBlocked, gate.Absent, users)
	})
}

// GitHub names the base as of the last push to the pull request; the config is
// that of the base branch now.
func TestActionConfigOfTheLiveBase(t *testing.T) {
	s := configured(t, "threshold: 100\n", map[string]string{drop: dropUsers})
	s.on("opened").want(t, exitClear, gate.Absent)
	s.repo.Commit("main", map[string]string{configName: "threshold: 50\n"})
	s.on("edited").want(t, exitBlocked, gate.Absent, users)
}

func TestActionBadConfig(t *testing.T) {
	tests := []struct{ name, config, why string }{
		{"unknown key", "version: 1\ntreshold: 60\n", ".dropgate.yml:2:1"},
		{"wrong type", "threshold: high\n", ".dropgate.yml:1:12"},
		{"bad value", "label: ok\nthreshold: 0\n", ".dropgate.yml:2:12"},
		{"unknown rule", "rules:\n  drop-everything: off\n", ".dropgate.yml:2:3"},
		{"no YAML", "threshold: [\n", ".dropgate.yml:"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := configured(t, test.config, map[string]string{drop: dropUsers})
			s.pr.Label(label, "bob")
			o := s.on("labeled")
			o.wantFailed(t, test.why)
			o.wantWrites(t)
			if diff := cmp.Diff(map[string]string{"blocked": "true"}, o.outputs); diff != "" {
				t.Errorf("outputs (-want +got):\n%s", diff)
			}
		})
	}
	t.Run("a link", func(t *testing.T) {
		s := newStage(t, map[string]string{drop: dropUsers})
		s.repo.CommitChange("main", githubtest.Change{Files: map[string]githubtest.File{
			configName: {Content: "README.md", Mode: githubtest.ModeSymlink},
		}})
		s.on("edited").wantFailed(t, "symbolic link")
	})
}

func TestActionInputsWin(t *testing.T) {
	config := "threshold: 100\nlabel: docs\ncomment: off\npaths: [\"db/**\"]\n"
	s := configured(t, config, map[string]string{drop: dropUsers, "seeds/1.sql": dropOrders})
	o := s.on("opened")
	o.want(t, exitClear, gate.Absent)
	o.wantWrites(t)
	s.env["INPUT_THRESHOLD"] = "60"
	s.env["INPUT_LABEL"] = "Backup check"
	s.env["INPUT_COMMENT"] = "summary"
	s.env["INPUT_PATHS"] = "./migrations/\n  db/**\n"
	s.env["INPUT_REPORT-FILE"] = "out/a report.json"
	s.env["INPUT_SARIF-FILE"] = "out.sarif"
	o = s.on("opened")
	o.want(t, exitBlocked, gate.Absent, users)
	o.wantWrites(t, postSummary)
	s.wantSummary("Backup check")
	if o.outputs["report"] != "out/a report.json" || o.outputs["sarif"] != "out.sarif" {
		t.Errorf("reports at %q and %q, want those of the inputs", o.outputs["report"], o.outputs["sarif"])
	}
	s.pr.Label("Backup check", "bob")
	s.on("labeled").want(t, exitClear, gate.Valid, users)
}

func TestActionConfigElsewhere(t *testing.T) {
	more := map[string]string{".github/dropgate.yml": "threshold: 100\n", configName: "threshold: 1\n"}
	s := newStageOn(t, more, map[string]string{drop: dropUsers})
	s.env["INPUT_CONFIG"] = "./.github//dropgate.yml"
	s.on("opened").want(t, exitClear, gate.Absent)
}

func TestActionBadInputs(t *testing.T) {
	tests := []struct{ input, value, why string }{
		{"GITHUB-TOKEN", "", "github-token is empty"},
		{"THRESHOLD", "0", "the input threshold is from 1 to 100"},
		{"THRESHOLD", "101", "the input threshold is from 1 to 100"},
		{"THRESHOLD", "high", "the input threshold is from 1 to 100"},
		{"LABEL", "one, two", "the input label"},
		{"LABEL", "one\ntwo", "the input label"},
		{"LABEL", strings.Repeat("x", 51), "the input label"},
		{"COMMENT", "always", "the input comment is review, summary or off"},
		{"PATHS", "migrations/[", "the input paths"},
		{"PATHS", "/migrations/**", "the input paths"},
		{"PATHS", "../migrations/**", "the input paths"},
		{"PATHS", "!seeds/**", "the input paths"},
		{"STATS", "stats.json", "the input stats: stats.json is not in the workspace"},
		{"STATS", "../stats.json", "the input stats"},
		{"STATS", "/etc/stats.json", "the input stats"},
		{"STATS", "a\nb", "the input stats"},
		{"CONFIG", "../config.yml", "the input config"},
		{"CONFIG", "/etc/config.yml", "the input config"},
		{"CONFIG", ".", "the input config"},
		{"REPORT-FILE", "../report.json", "the input report-file"},
		{"REPORT-FILE", "a/../../report.json", "the input report-file"},
		{"REPORT-FILE", "/tmp/report.json", "the input report-file"},
		{"SARIF-FILE", "..", "the input sarif-file"},
		{"SARIF-FILE", "a\nb", "the input sarif-file"},
		{"SARIF-FILE", ".dropgate/report.json", "sarif-file"},
		{"CONFIG", `..\config.yml`, "the input config"},
		{"REPORT-FILE", `C:\report.json`, "the input report-file"},
		{"REPORT-FILE", "a\x00b", "the input report-file"},
		{"REPORT-FILE", "a\u0085b", "the input report-file"},
		{"REPORT-FILE", "./../report.json", "the input report-file"},
		{"STATS", "a/\r/b", "the input stats"},
	}
	for _, test := range tests {
		t.Run(test.input+"="+test.value, func(t *testing.T) {
			s := newStage(t, map[string]string{drop: dropUsers})
			s.env["INPUT_"+test.input] = test.value
			o := s.on("opened")
			o.wantFailed(t, test.why)
			if len(o.requests) != 0 {
				t.Errorf("%d requests, want none", len(o.requests))
			}
		})
	}
}

func TestActionLongLabel(t *testing.T) {
	s := newStage(t, map[string]string{drop: dropUsers})
	s.env["INPUT_LABEL"] = strings.Repeat("ж", 50)
	s.on("opened").want(t, exitBlocked, gate.Absent, users)
}

// The workspace may hold a checkout of the pull request, with links in it.
func TestActionWritesInsideTheWorkspaceOnly(t *testing.T) {
	tests := []struct {
		name string
		link func(t *testing.T, workspace, outside string)
	}{
		{"the folder is a link", func(t *testing.T, workspace, outside string) {
			link(t, outside, filepath.Join(workspace, "reports"))
		}},
		{"the folder is a relative link", func(t *testing.T, workspace, _ string) {
			link(t, "../outside", filepath.Join(workspace, "reports"))
		}},
		{"a folder above is a link", func(t *testing.T, workspace, outside string) {
			link(t, filepath.Dir(outside), filepath.Join(workspace, "up"))
			link(t, "up/outside", filepath.Join(workspace, "reports"))
		}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := newStage(t, map[string]string{drop: dropUsers})
			outside := filepath.Join(s.folder, "outside")
			if err := os.Mkdir(outside, 0o755); err != nil {
				t.Fatal(err)
			}
			test.link(t, s.env["GITHUB_WORKSPACE"], outside)
			s.env["INPUT_REPORT-FILE"] = "reports/report.json"
			s.on("opened").wantFailed(t, "reports/report.json")
			found, err := os.ReadDir(outside)
			if err != nil || len(found) > 0 {
				t.Errorf("outside the workspace: %v %v, want nothing", found, err)
			}
		})
	}
	t.Run("the file is a link", func(t *testing.T) {
		s := newStage(t, map[string]string{drop: dropUsers})
		outside := filepath.Join(s.folder, "outside")
		if err := os.WriteFile(outside, []byte("kept"), 0o600); err != nil {
			t.Fatal(err)
		}
		link(t, outside, filepath.Join(s.env["GITHUB_WORKSPACE"], "report.json"))
		s.env["INPUT_REPORT-FILE"] = "report.json"
		s.on("opened").want(t, exitBlocked, gate.Absent, users)
		if got := read(t, outside); got != "kept" {
			t.Errorf("the file outside the workspace was written: %s", got)
		}
	})
}

func link(t *testing.T, to, name string) {
	t.Helper()
	if err := os.Symlink(to, name); err != nil {
		t.Fatal(err)
	}
}

func TestActionCommentOff(t *testing.T) {
	s := configured(t, "comment: off\n", map[string]string{drop: dropUsers})
	run := func(action string, code int, state gate.State) {
		t.Helper()
		o := s.on(action)
		o.want(t, code, state, users)
		o.wantWrites(t)
		if i := slices.IndexFunc(o.requests, func(r githubtest.Request) bool { return strings.HasSuffix(r.Path, "/comments") }); i >= 0 {
			t.Errorf("asked for %s although comments are off", o.requests[i].Path)
		}
	}
	run("opened", exitBlocked, gate.Absent)
	s.pr.Label(label, "bob")
	run("labeled", exitClear, gate.Valid)
	run("synchronize", exitBlocked, gate.Stale) // there is no record of what was there
	s.pr.Unlabel(label, "bob")
	s.pr.Label(label, "bob")
	run("labeled", exitClear, gate.Valid)
}

func TestActionCommentSummary(t *testing.T) {
	s := configured(t, "comment: summary\n", map[string]string{drop: dropUsers})
	o := s.on("opened")
	o.want(t, exitBlocked, gate.Absent, users)
	o.wantWrites(t, postSummary)
	s.wantPlaces()
	s.pr.Label(label, "bob")
	s.on("labeled").want(t, exitClear, gate.Valid, users)
	s.on("synchronize").want(t, exitClear, gate.Valid, users)
}
