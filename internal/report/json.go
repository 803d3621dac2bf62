package report

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"

	"github.com/dropgate/dropgate/analyzer"
	"github.com/dropgate/dropgate/internal/gate"
)

// SchemaVersion is the version of the JSON report. It grows when a key is
// renamed or goes, not when one is added.
const SchemaVersion = 1

type document struct {
	Version  int                    `json:"version"`
	Tool     tool                   `json:"tool"`
	Decision gate.Decision          `json:"decision"`
	Findings []analyzer.Finding     `json:"findings"`
	Files    []analyzer.FileSummary `json:"files"`
	Errors   []analyzer.Problem     `json:"errors"`
	Search   analyzer.Search        `json:"search"`
}

type tool struct {
	Name    string `json:"name"`
	Version string `json:"version"`
}

// JSON writes the review for programs. Lists are never null; the text in it is
// as it stands in the repository, whatever it is.
func JSON(w io.Writer, r *Review) error {
	d := document{
		Version:  SchemaVersion,
		Tool:     tool{Name: "dropgate", Version: r.Version},
		Decision: r.Decision,
		Findings: list(slices.Clone(r.Report.Findings)),
		Files:    list(slices.Clone(r.Report.Files)),
		Errors:   list(r.Report.Problems),
	}
	if r.Report.Search != nil {
		d.Search = *r.Report.Search
	}
	d.Decision.Reasons = list(d.Decision.Reasons)
	for i := range d.Findings {
		d.Findings[i].Reach = list(d.Findings[i].Reach)
		d.Findings[i].Reasons = list(d.Findings[i].Reasons)
		d.Findings[i].Uses = list(d.Findings[i].Uses)
	}
	for i := range d.Files {
		d.Files[i].Sections = list(d.Files[i].Sections)
		d.Files[i].NotRun = list(d.Files[i].NotRun)
	}
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(d); err != nil {
		return fmt.Errorf("write JSON report: %w", err)
	}
	return nil
}

// list returns s, or an empty slice for nil, which JSON would write as null.
func list[T any](s []T) []T {
	if s == nil {
		return []T{}
	}
	return s
}
