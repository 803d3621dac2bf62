package dropgate_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"
)

// formatFile is a report in a call of dropgate check, with its file.
var formatFile = regexp.MustCompile(`--format [a-z]+=\S+`)

// TestUpload holds that the steps that hand a SARIF file on run when dropgate
// blocks, not when there is no file, and name inputs that upload-sarif has.
func TestUpload(t *testing.T) {
	outputs := actionFile(t).Outputs
	inputs := []string{"sarif_file", "category", "checkout_path", "ref", "sha", "token", "matrix", "wait-for-processing"}
	found := 0
	for _, b := range blocks(t, "yaml") {
		if b.page != "docs/reports.md" {
			continue
		}
		steps := decode[struct{ Steps []step }](t, b.text).Steps
		if len(steps) != 2 || !strings.HasPrefix(steps[1].Uses, "github/codeql-action/upload-sarif@v") {
			t.Fatalf("%s:%d has %d steps, want dropgate and an upload", b.page, b.line, len(steps))
		}
		found++
		output := "steps." + steps[0].ID + ".outputs.sarif"
		if _, ok := outputs["sarif"]; !ok || steps[1].If != "always() && "+output+" != ''" || steps[1].With["sarif_file"] != "${{ "+output+" }}" {
			t.Errorf("%s:%d: the upload is %+v, want it for the output %s", b.page, b.line, steps[1], output)
		}
		for input := range steps[1].With {
			if !slices.Contains(inputs, input) {
				t.Errorf("%s:%d: upload-sarif has no input %s", b.page, b.line, input)
			}
		}
	}
	if found != 1 {
		t.Errorf("%d uploads in docs/reports.md, want 1", found)
	}
}

// TestArtifacts holds that what the jobs of docs/reports.md hand to GitLab and to
// Jenkins is what dropgate writes in them, in the format that each reads.
func TestArtifacts(t *testing.T) {
	page := readFile(t, "docs/reports.md")
	job := decode[struct {
		Dropgate struct {
			Script    []string
			Artifacts struct {
				When    string
				Reports map[string]string
			}
		}
	}](t, codeBlock(t, page, "yml")).Dropgate
	if len(job.Script) != 1 || job.Artifacts.When != "always" {
		t.Fatalf("GitLab's job has %d lines, and hands on its files %q, want 1 and always", len(job.Script), job.Artifacts.When)
	}
	stage := codeBlock(t, page, "groovy")
	taken := regexp.MustCompile(`always \{ junit '([^']+)' \}`).FindStringSubmatch(stage)
	if taken == nil {
		t.Fatalf("Jenkins takes no file:\n%s", stage)
	}
	for _, tt := range []struct{ script, format, file string }{
		{job.Script[0], "gitlab", job.Artifacts.Reports["codequality"]},
		{stage, "junit", taken[1]},
	} {
		if want := "--format " + tt.format + "=" + tt.file; tt.file == "" || strings.Trim(formatFile.FindString(tt.script), "'") != want {
			t.Errorf("it writes %q, want %q", formatFile.FindString(tt.script), want)
		}
		call := regexp.MustCompile(`dropgate check [^'\n]*`).FindString(tt.script)
		if output, code := run(t, strings.ReplaceAll(call, `"`, "")+" --help"); code != 0 {
			t.Errorf("%s: %s", call, output)
		}
	}
}

// codeBlock is the one block of that language on a page.
func codeBlock(t *testing.T, page, language string) string {
	t.Helper()
	found := regexp.MustCompile("(?ms)^```"+language+"\n(.*?)^```$").FindAllStringSubmatch(page, -1)
	if len(found) != 1 {
		t.Fatalf("%d blocks of %s, want 1", len(found), language)
	}
	return found[0][1]
}

// TestReportSections holds that docs/reports.md has each format, and a section on
// each that it sends the reader to.
func TestReportSections(t *testing.T) {
	help, _ := run(t, "dropgate check --help")
	formats := regexp.MustCompile(`once or more: ([a-z,\s]+) \(`).FindStringSubmatch(help)
	if formats == nil {
		t.Fatalf("the help lists no formats:\n%s", help)
	}
	listed := firstColumn(readFile(t, "docs/reports.md"), "`--format`")
	slices.Sort(listed)
	if got := strings.Join(listed, ", "); got != strings.Join(strings.Fields(formats[1]), " ") {
		t.Errorf("docs/reports.md has %s, the program %s", got, formats[1])
	}
}
