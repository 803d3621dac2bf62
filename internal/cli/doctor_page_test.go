package cli

import (
	"regexp"
	"strings"
	"testing"

	"github.com/dropgate/dropgate/internal/github/githubtest"
	"github.com/dropgate/dropgate/internal/scaffold"
)

// TestDoctorPage holds that docs/doctor.md shows what the doctor prints of a repository
// whose workflow does not start when the label is put on. A line of only "…" stands for
// any lines, one at the end of a line for the rest of it.
func TestDoctorPage(t *testing.T) {
	page := read(t, "../../docs/doctor.md")
	_, shown, _ := strings.Cut(page, "```text\n")
	shown, _, found := strings.Cut(shown, "```")
	if !found {
		t.Fatal("docs/doctor.md has no block of text")
	}
	pattern := regexp.QuoteMeta(shown)
	pattern = strings.ReplaceAll(pattern, "\n…\n", "\n(?:.*\n)*?")
	pattern = "^" + strings.ReplaceAll(pattern, "…\n", ".*\n")

	files := ours()
	files[scaffold.WorkflowPath] = strings.Replace(scaffold.Workflow(), "labeled, unlabeled, ", "", 1)
	v := newVisit(t, files)
	v.repo.Rule("main", githubtest.Rules{Checks: []githubtest.RequiredCheck{{Context: "dropgate"}}, CodeOwnerReview: true})
	if code, out, errs := v.doctor(); code != exitBlocked || !regexp.MustCompile(pattern).MatchString(out) {
		t.Errorf("exit code %d, and the doctor prints\n%s%s\nand the page shows\n%s", code, out, errs, shown)
	}
}
