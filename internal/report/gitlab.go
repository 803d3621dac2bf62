package report

import (
	"encoding/json"
	"fmt"
	"io"

	"github.com/dropgate/dropgate/analyzer"
)

// A gitlabIssue has what GitLab reads of the Code Climate format, no more.
type gitlabIssue struct {
	Description string         `json:"description"`
	CheckName   string         `json:"check_name"`
	Fingerprint string         `json:"fingerprint"`
	Severity    string         `json:"severity"`
	Location    gitlabLocation `json:"location"`
}

type gitlabLocation struct {
	Path  string      `json:"path"`
	Lines gitlabLines `json:"lines"`
}

type gitlabLines struct {
	Begin int `json:"begin"`
	End   int `json:"end"`
}

// GitLab writes the review as a Code Quality report of GitLab: a list of the
// findings, which is empty without any.
func GitLab(w io.Writer, r *Review) error {
	issues := []gitlabIssue{}
	for _, f := range r.Report.Findings {
		issues = append(issues, gitlabIssue{
			Description: gitlabDescription(f),
			CheckName:   f.Rule,
			Fingerprint: f.Fingerprint,
			Severity:    gitlabSeverity(f, r),
			Location: gitlabLocation{
				Path:  f.Path, // as it is: GitLab looks the file up by it
				Lines: gitlabLines{Begin: max(1, f.Start.Line), End: max(1, f.End.Line)},
			},
		})
	}
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(issues); err != nil {
		return fmt.Errorf("write GitLab report: %w", err)
	}
	return nil
}

// gitlabDescription returns a finding as one line, which is all that GitLab
// shows of it.
func gitlabDescription(f analyzer.Finding) string {
	s := f.Message
	if f.Suppressed != nil {
		s += " Suppressed by " + f.Suppressed.By + ": " + f.Suppressed.Reason
	}
	return Visible(s)
}

// gitlabSeverity puts a severity into GitLab's words. What is suppressed is
// information, since the format has no other way to say so.
func gitlabSeverity(f analyzer.Finding, r *Review) string {
	if f.Suppressed != nil {
		return "info"
	}
	switch f.Severity {
	case "critical":
		if f.Blocking && r.Decision.Blocked {
			return "blocker"
		}
		return "critical"
	case "high":
		return "critical"
	case "medium":
		return "major"
	case "low":
		return "minor"
	}
	return "info"
}
