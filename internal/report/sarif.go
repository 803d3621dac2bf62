package report

import (
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"slices"
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
	// lineHashKey names the one fingerprint that GitHub looks at.
	lineHashKey = "primaryLocationLineHash"
	// sarifLimit is how many results of a run GitHub takes. With one more it takes
	// none; of these it shows the worst 5,000.
	sarifLimit = 25_000
)

// SARIF writes the review as a SARIF 2.1.0 log with one run: every finding is a
// result, suppressed ones included, and every rule among them is described.
//
// The run has no automationDetails: GitHub's upload would take them for the
// category, whatever category the workflow names.
func SARIF(w io.Writer, r *Review) error {
	log := sarifLog{Report: sarif.NewReport(), Runs: []sarifRun{newSARIFRun(r, sarifLimit)}}
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

func newSARIFRun(r *Review, limit int) sarifRun {
	run := sarifRun{sarif.NewRunWithInformationURI("dropgate", homepage), []sarifResult{}}
	run.WithColumnKind("unicodeCodePoints")
	root := sarif.NewArtifactLocation().WithDescription(sarif.NewTextMessage("The repository's root folder."))
	run.WithOriginalUriBaseIds(map[string]sarif.ArtifactLocation{sourceRoot: *root})
	driver := run.Tool.Driver.WithVersion(r.Version)
	findings := worst(r.Report.Findings, limit)
	hashes := lineFingerprints(findings, r.Report.Sources)
	index := map[string]int{}
	for i, f := range findings {
		at, known := index[f.Rule]
		if !known {
			at = len(index)
			index[f.Rule] = at
			driver.AddRule(newSARIFRule(f, r))
		}
		result := sarifResult{newSARIFResult(f, r).WithRuleIndex(at), []*sarif.Suppression{}}
		result.PartialFingerprints[lineHashKey] = hashes[i]
		if f.Suppressed != nil {
			result.Suppressions = append(result.Suppressions, newSARIFSuppression(f.Suppressed))
		}
		run.Results = append(run.Results, result)
	}
	run.AddInvocation(newSARIFInvocation(r, len(r.Report.Findings)-len(findings)))
	return run
}

// worst returns the findings in their order, without those of the lowest scores if
// there are too many.
func worst(findings []analyzer.Finding, limit int) []analyzer.Finding {
	if len(findings) <= limit {
		return findings
	}
	kept := worstFirst(findings)[:limit]
	slices.SortStableFunc(kept, analyzer.Compare)
	return kept
}

// newSARIFInvocation says that the review came to its end, and what in it could not
// be read or is not told.
func newSARIFInvocation(r *Review, left int) *sarif.Invocation {
	invocation := sarif.NewInvocation().WithExecutionSuccessful(true)
	say := func(text string) *sarif.Notification {
		n := sarif.NewNotification().WithLevel(sarif.LevelWarning).WithMessage(sarif.NewTextMessage(escapeSARIF(Visible(text))))
		invocation.AddToolExecutionNotification(n)
		return n
	}
	for _, p := range r.Report.Problems {
		place := sarif.NewPhysicalLocation().WithArtifactLocation(sarifFile(p.Path))
		if p.Line > 0 {
			place.WithRegion(sarif.NewRegion().WithStartLine(p.Line))
		}
		say("Could not be read: " + p.Message).AddLocation(sarif.NewLocationWithPhysicalLocation(place))
	}
	if left > 0 {
		say(fmt.Sprintf("%s of the lowest scores are not in this file: GitHub takes %d and no more.", count(left, "finding"), sarifLimit))
	}
	if s := searched(r); s != "" {
		say(stop(capital(s)))
	}
	return invocation
}

func newSARIFResult(f analyzer.Finding, r *Review) *sarif.Result {
	message := Visible(f.Message)
	if f.Remedy != "" {
		message += "\n\nInstead: " + visibleText(f.Remedy)
	}
	message = escapeSARIF(message) + sarifUses(f)
	result := sarif.NewRuleResult(f.Rule).
		WithLevel(sarifLevel(f, r)).
		WithRank(float64(f.Score)).
		WithMessage(sarif.NewTextMessage(message)).
		WithPartialFingerprints(map[string]string{fingerprintKey: f.Fingerprint}).
		WithProperties(sarif.NewPropertyBag().Add("score", f.Score))
	place := sarif.NewPhysicalLocation().WithArtifactLocation(sarifFile(f.Path)).WithRegion(sarifRegion(f))
	result.AddLocation(sarif.NewLocationWithPhysicalLocation(place))
	for i, u := range f.Uses {
		place := sarif.NewPhysicalLocation().WithArtifactLocation(sarifFile(u.Path)).
			WithRegion(sarif.NewRegion().WithStartLine(max(1, u.Line)))
		result.AddRelatedLocation(sarif.NewLocationWithPhysicalLocation(place).WithID(i + 1).
			WithMessage(sarif.NewTextMessage("still names it")))
	}
	return result
}

// sarifUses links to the related locations, the only way in which GitHub shows them.
func sarifUses(f analyzer.Finding) string {
	if len(f.Uses) == 0 {
		return ""
	}
	n := 0
	links := usesLine(f, func(analyzer.Use) string {
		n++
		return fmt.Sprintf("[place %d](%[1]d)", n)
	})
	return "\n\nStill named in code: " + links + "."
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
