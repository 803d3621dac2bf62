package cli

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestActionReportsAreAllOrNone holds that a report that cannot be written leaves
// the other as it was, and nothing half-written in the workspace.
func TestActionReportsAreAllOrNone(t *testing.T) {
	for _, broken := range []string{"report.json", "report.sarif"} {
		t.Run(broken, func(t *testing.T) {
			s := newStage(t, map[string]string{drop: dropUsers})
			out := filepath.Join(s.env["GITHUB_WORKSPACE"], "out")
			if err := os.MkdirAll(filepath.Join(out, broken), 0o750); err != nil {
				t.Fatal(err)
			}
			other := map[string]string{"report.json": "report.sarif", "report.sarif": "report.json"}[broken]
			if err := os.WriteFile(filepath.Join(out, other), []byte("of the last run"), 0o600); err != nil {
				t.Fatal(err)
			}
			s.env["INPUT_REPORT-FILE"], s.env["INPUT_SARIF-FILE"] = "out/report.json", "out/report.sarif"
			s.on("opened").wantFailed(t, "write out/"+broken+": it is a folder")
			if got := read(t, filepath.Join(out, other)); got != "of the last run" {
				t.Errorf("%s was written, although %s could not be:\n%s", other, broken, got)
			}
			if diff := cmp.Diff([]string{"report.json", "report.sarif"}, names(t, out)); diff != "" {
				t.Errorf("what lies in the folder (-want +got):\n%s", diff)
			}
		})
	}
}

// TestActionReportsReplaceLinks holds that a link in a checkout does not lead a
// report astray.
func TestActionReportsReplaceLinks(t *testing.T) {
	s := newStage(t, map[string]string{drop: dropUsers})
	out := filepath.Join(s.env["GITHUB_WORKSPACE"], "out")
	if err := os.MkdirAll(out, 0o750); err != nil {
		t.Fatal(err)
	}
	target := filepath.Join(t.TempDir(), "target")
	if err := os.WriteFile(target, []byte("kept"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(target, filepath.Join(out, "report.json")); err != nil {
		t.Fatal(err)
	}
	s.env["INPUT_REPORT-FILE"] = "out/report.json"
	if o := s.on("opened"); o.code != exitBlocked {
		t.Errorf("exit code %d, want 1: %s", o.code, o.err)
	}
	if got := read(t, target); got != "kept" {
		t.Errorf("what the link leads to was overwritten:\n%s", got)
	}
	if diff := cmp.Diff([]string{"report.json"}, names(t, out)); diff != "" {
		t.Errorf("what lies in the folder (-want +got):\n%s", diff)
	}
}

// names are the files of a folder.
func names(t *testing.T, folder string) []string {
	t.Helper()
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, e := range entries {
		all = append(all, e.Name())
	}
	return all
}
