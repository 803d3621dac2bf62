package report

import (
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"strings"

	"github.com/owenrumney/go-sarif/v3/pkg/report/v210/sarif"

	"github.com/dropgate/dropgate/analyzer"
)

const (
	homepage = "https://github.com/dropgate/dropgate"
	// sourceRoot stands for the repository's root; GitHub knows it by this name.
	sourceRoot = "%SRCROOT%"
	// fingerprintKey names dropgate's fingerprints and the way they are made.
	fingerprintKey = "dropgate/v1"
)

// SARIF writes the review as a SARIF 2.1.0 log with one run: every finding is a
// result, suppressed ones included, and every rule among them is described.
func SARIF(w io.Writer, r *Review) error {
	log := sarifLog{Report: sarif.NewReport(), Runs: []sarifRun{newSARIFRun(r)}}
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(log); err != nil {
		return fmt.Errorf("write SARIF report: %w", err)
	}
	return nil
}

// These shadow a member of the library's types, which cannot write an empty
// list of suppressions. SARIF tells that from none, and asks that the results
// of a run have all a list or all none (3.27.23).
type (
	sarifLog struct {
		*sarif.Report
		Runs []sarifRun `json:"runs"`
	}
	sarifRun struct {
		*sarif.Run
		Results []sarifResult `json:"results"`
	}
	sarifResult struct {
		*sarif.Result
		Suppressions []*sarif.Suppression `json:"suppressions"`
	}
)

func newSARIFRun(r *Review) sarifRun {
	run := sarifRun{sarif.NewRunWithInformationURI("dropgate", homepage), []sarifResult{}}
	run.WithColumnKind("unicodeCodePoints")
	root := sarif.NewArtifactLocation().WithDescription(sarif.NewTextMessage("The repository's root folder."))
	run.WithOriginalUriBaseIds(map[string]sarif.ArtifactLocation{sourceRoot: *root})
	driver := run.Tool.Driver.WithVersion(r.Version)
	index := map[string]int{}
	for _, f := range r.Report.Findings {
		i, known := index[f.Rule]
		if !known {
			i = len(index)
			index[f.Rule] = i
			driver.AddRule(newSARIFRule(f, r))
		}
		// The advice is in the findings only, and not in all of them.
		if rule := driver.Rules[i]; rule.Help == nil && f.Remedy != "" {
			rule.WithHelp(sarif.NewMultiformatMessageString().
				WithText(visibleText(f.Remedy)).WithMarkdown(remedyMarkdown(f)))
		}
		result := sarifResult{newSARIFResult(f, r).WithRuleIndex(i), []*sarif.Suppression{}}
		if f.Suppressed != nil {
			result.Suppressions = append(result.Suppressions, newSARIFSuppression(f.Suppressed))
		}
		run.Results = append(run.Results, result)
	}
	return run
}

// newSARIFRule describes a finding's rule.
func newSARIFRule(f analyzer.Finding, r *Review) *sarif.ReportingDescriptor {
	title := r.Titles[f.Rule]
	if title == "" {
		title = f.Rule
	}
	return sarif.NewRule(f.Rule).WithName(pascal(f.Rule)).WithDescription(Visible(title))
}

func newSARIFResult(f analyzer.Finding, r *Review) *sarif.Result {
	message := Visible(f.Message)
	if f.Remedy != "" {
		message += "\n\nInstead: " + visibleText(f.Remedy)
	}
	result := sarif.NewRuleResult(f.Rule).
		WithLevel(sarifLevel(f, r)).
		WithRank(float64(f.Score)).
		WithMessage(sarif.NewTextMessage(escapeSARIF(message))).
		WithPartialFingerprints(map[string]string{fingerprintKey: f.Fingerprint}).
		WithProperties(sarif.NewPropertyBag().Add("score", f.Score))
	place := sarif.NewPhysicalLocation().WithArtifactLocation(sarifFile(f.Path)).WithRegion(sarifRegion(f))
	result.AddLocation(sarif.NewLocationWithPhysicalLocation(place))
	return result
}

// sarifLevel is the level of the annotation for a finding, in SARIF's words.
func sarifLevel(f analyzer.Finding, r *Review) string {
	switch annotationLevel(f, r) {
	case "error":
		return sarif.LevelError
	case "warning":
		return sarif.LevelWarning
	}
	return sarif.LevelNote
}

func newSARIFSuppression(s *analyzer.Suppression) *sarif.Suppression {
	kind := "external"
	if s.By == "comment" {
		kind = "inSource"
	}
	return sarif.NewSuppression().WithKind(kind).WithStatus("accepted").WithJustification(Visible(s.Reason))
}

// sarifRegion returns a finding's range. SARIF's end column is the one after
// the last character.
func sarifRegion(f analyzer.Finding) *sarif.Region {
	return sarif.NewRegion().
		WithStartLine(max(1, f.Start.Line)).
		WithStartColumn(max(1, f.Start.Column)).
		WithEndLine(max(1, f.End.Line)).
		WithEndColumn(max(1, f.End.Column+1))
}

// sarifFile returns where a file is: under the repository's root unless its
// path is absolute.
func sarifFile(path string) *sarif.ArtifactLocation {
	parts := strings.Split(path, "/")
	for i, part := range parts {
		// A colon in the first part would make it a scheme.
		parts[i] = strings.ReplaceAll(url.PathEscape(part), ":", "%3A")
	}
	escaped := strings.Join(parts, "/")
	if strings.HasPrefix(path, "/") {
		return sarif.NewSimpleArtifactLocation("file://" + escaped)
	}
	return sarif.NewSimpleArtifactLocation(escaped).WithURIBaseID(sourceRoot)
}

// escapeSARIF keeps a message from being read as anything but text: braces
// stand for arguments (SARIF 2.1.0, 3.11.5) and are doubled; a bracket before a
// parenthesis makes a link (3.11.6), for which there is no escape that all
// readers know, so a space comes between the two.
func escapeSARIF(s string) string {
	return strings.NewReplacer("{", "{{", "}", "}}", "](", "] (").Replace(s)
}

// pascal returns the name for a rule's ID: DropTable for drop-table. SARIF asks
// for one that is not the ID, and some readers show a gap where there is none.
func pascal(id string) string {
	var b strings.Builder
	for _, word := range strings.Split(id, "-") {
		b.WriteString(capital(word))
	}
	return b.String()
}
