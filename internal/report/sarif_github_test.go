package report

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dropgate/dropgate/analyzer"
	"github.com/dropgate/dropgate/analyzer/source"
	"github.com/dropgate/dropgate/rules"
)

// TestLineHashes holds the hashes against those that github/codeql-action makes
// (src/fingerprints.ts): 100 units from the line's first on, without blanks, with one
// kind of line end, and a counter for lines that begin alike.
func TestLineHashes(t *testing.T) {
	const drop = "DROP TABLE users;\n\nDROP TABLE users;\n"
	dropped := []string{"1b9e2c379fd2f5b1:1", "8fe99c670e3490c5:1", "d4a374df0e785a0f:1", "c129715d7a2bc9a3:1"}
	tests := []struct {
		name, text string
		want       []string
	}{
		{"nothing", "", []string{"c129715d7a2bc9a3:1"}},
		{"lines", drop, dropped},
		{"carriage returns and line feeds", strings.ReplaceAll(drop, "\n", "\r\n"), dropped},
		{"carriage returns", strings.ReplaceAll(drop, "\n", "\r"), dropped},
		{"blanks", "\tDROP  TABLE\tusers;  \n \nDROP TABLE users ;\n  ", dropped},
		{"beyond ASCII", "\ufeff-- 名前 👩🏽\n\tDROP TABLE t;", []string{"ee38e870443c6777:1", "b8f84aafd6ce815f:1"}},
	}
	for _, tt := range tests {
		if diff := cmp.Diff(tt.want, lineHashes(tt.text, 99)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
	got := lineHashes(strings.Repeat("DROP TABLE users; -- 25 units\n", 9), 3)
	for i, hash := range got {
		if want := fmt.Sprintf("%s:%d", strings.Split(got[0], ":")[0], i+1); hash != want {
			t.Errorf("line %d that begins like the first: got %s, want %s", i+1, hash, want)
		}
	}
}

// TestSARIFLineHashes holds that each result has a line hash of its own: GitHub
// takes two of a rule and file with the same one for one alert.
func TestSARIFLineHashes(t *testing.T) {
	file := source.New("a.sql", []byte("DROP TABLE a, b;\n-- x\nDROP TABLE c;\n"))
	first, second, third := at(t, file, "a, b", "a"), at(t, file, "b;", "b"), at(t, file, "c;", "c")
	gone := scored(analyzer.Finding{Path: "gone.sql"}, "deleted-migration", 70, "Gone.")
	other := scored(second, "drop-view", 20, "Another rule.")
	findings := []analyzer.Finding{
		scored(first, "drop-table", 90, "A."), scored(second, "drop-table", 90, "B."), scored(third, "drop-table", 90, "C."), other, gone,
	}
	findings[1].Fingerprint = "fp-b"
	hashes := lineHashes(string(file.Data), 3)
	want := []string{hashes[0], hashes[0] + "-fp-b", hashes[2], hashes[0], "fp-deleted-migration"}
	r := quietFixture()
	r.Report.Findings, r.Report.Sources = findings, map[string]*source.File{"a.sql": file}
	var got []string
	for _, result := range sarifLogOf(t, r).Runs[0].Results {
		got = append(got, result.PartialFingerprints[lineHashKey])
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("line hashes (-want +got):\n%s", diff)
	}
}

// TestSARIFInvocation holds that what could not be read, and what was not looked at,
// is told, and that the run says that it came to its end.
func TestSARIFInvocation(t *testing.T) {
	r := fixture(t)
	r.Report.Problems = append(r.Report.Problems, analyzer.Problem{Path: "a b.sql", Message: "it is {binary}"})
	run := sarifLogOf(t, r).Runs[0]
	if len(run.Invocations) != 1 || !*run.Invocations[0].ExecutionSuccessful {
		t.Fatalf("%d invocations, want one that was successful", len(run.Invocations))
	}
	if run.AutomationDetails != nil {
		t.Error("the run names a category, which would win over the workflow's")
	}
	var got []string
	for _, n := range run.Invocations[0].ToolExecutionNotifications {
		line := n.Level + ": " + *n.Message.Text
		for _, l := range n.Locations {
			line += " @" + *l.PhysicalLocation.ArtifactLocation.URI
			if region := l.PhysicalLocation.Region; region != nil {
				line += fmt.Sprint(":", *region.StartLine)
			}
		}
		got = append(got, line)
	}
	want := []string{
		`warning: Could not be read: syntax error at or near ";" @` + *sarifFile(evilPath).URI + ":12",
		"warning: Could not be read: it is {{binary}} @a%20b.sql",
		"warning: Looked at 8000 of 23000 files for code that names what goes; stopped after 3 s.",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("notifications (-want +got):\n%s", diff)
	}
}

// TestSARIFUses holds that the places that still name what goes are linked to:
// GitHub shows none that the message does not.
func TestSARIFUses(t *testing.T) {
	results := sarifLogOf(t, fixture(t)).Runs[0].Results
	var got []string
	for _, l := range results[0].RelatedLocations {
		got = append(got, fmt.Sprintf("%d %s:%d", l.ID, *l.PhysicalLocation.ArtifactLocation.URI, *l.PhysicalLocation.Region.StartLine))
	}
	want := []string{"1 app/models/user.rb:12", "2 " + *sarifFile("app/`x`@octocat\n::error::<!-- y -->.rb").URI + ":3"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("related locations (-want +got):\n%s", diff)
	}
	if want := "\n\nStill named in code: [place 1](1), [place 2](2) and 12 more in 4 files."; !strings.HasSuffix(*results[0].Message.Text, want) {
		t.Errorf("the message does not end with %q:\n%s", want, *results[0].Message.Text)
	}
	if len(results[1].RelatedLocations) != 0 || strings.Contains(*results[1].Message.Text, "Still named") {
		t.Error("a result is linked to code that does not name it")
	}
}

// TestSARIFLimit holds that the worst results are kept, in their order, and the
// others counted.
func TestSARIFLimit(t *testing.T) {
	r := fixture(t)
	run := newSARIFRun(r, 3)
	var got []string
	for _, result := range run.Results {
		got = append(got, *result.RuleID)
	}
	if diff := cmp.Diff([]string{"delete-rows", "drop-table", "drop-column"}, got); diff != "" {
		t.Errorf("results (-want +got):\n%s", diff)
	}
	told := run.Invocations[0].ToolExecutionNotifications
	if text := *told[1].Message.Text; !strings.HasPrefix(text, "3 findings of the lowest scores are not in this file") {
		t.Errorf("the others are not counted: %q", text)
	}
	if n := len(newSARIFRun(r, len(r.Report.Findings)).Invocations[0].ToolExecutionNotifications); n != 2 {
		t.Errorf("%d notifications when all results are kept, want 2", n)
	}
}

// TestSARIFSize holds that a log with as many results as GitHub takes stays below
// the 10 MB that it takes, compressed.
func TestSARIFSize(t *testing.T) {
	r := fixture(t)
	finding := r.Report.Findings[2]
	r.Report.Findings = nil
	for i := range sarifLimit + 1 {
		finding.Fingerprint = fmt.Sprintf("%024x", uint64(i)*0x9e3779b97f4a7c15)
		finding.Message = fmt.Sprintf("Drops column c%d of table t%d and every value in it.", i, i/50)
		finding.Start.Line, finding.Start.Offset = i/3+1, i
		r.Report.Findings = append(r.Report.Findings, finding)
	}
	out := render(t, SARIF, r)
	var log struct {
		Runs []struct{ Results []json.RawMessage }
	}
	if err := json.Unmarshal([]byte(out), &log); err != nil {
		t.Fatal(err)
	}
	if n := len(log.Runs[0].Results); n != sarifLimit {
		t.Errorf("%d results, want %d", n, sarifLimit)
	}
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write([]byte(out)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if b.Len() > 10_000_000 {
		t.Errorf("%d bytes of gzip, want 10 MB or less", b.Len())
	}
}

// TestSARIFRules holds that every rule of dropgate's has what GitHub shows, within
// its limits.
func TestSARIFRules(t *testing.T) {
	r := fixture(t)
	template := r.Report.Findings[0]
	r.Report.Findings = nil
	for _, rule := range rules.All {
		r.Rules[rule.ID] = rule
		finding := template
		finding.Rule = rule.ID
		r.Report.Findings = append(r.Report.Findings, finding)
	}
	for _, d := range sarifLogOf(t, r).Runs[0].Tool.Driver.Rules {
		if n := len(*d.FullDescription.Text); n > 1024 {
			t.Errorf("%s: a description of %d bytes, GitHub takes 1024", *d.ID, n)
		}
		for _, text := range []string{*d.Help.Text, *d.Help.Markdown} {
			if !strings.Contains(text, "Instead:") || r.Rules[*d.ID].Bad.Text() != "" && !strings.Contains(text, "Reported:") {
				t.Errorf("%s: the help says not what to do, or has no example:\n%s", *d.ID, text)
			}
		}
		if len(*d.Name) > 255 || len(d.Properties.Tags) != 3 {
			t.Errorf("%s: name %q, tags %q", *d.ID, *d.Name, d.Properties.Tags)
		}
	}
}
