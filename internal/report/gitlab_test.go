package report

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dropgate/dropgate/analyzer"
	"github.com/dropgate/dropgate/analyzer/source"
)

func TestGitLabGolden(t *testing.T) {
	for name, r := range map[string]*Review{"blocked.gitlab": fixture(t), "valid.gitlab": valid(fixture(t))} {
		t.Run(name, func(t *testing.T) { golden(t, name, []byte(render(t, GitLab, r))) })
	}
}

func TestGitLabWithoutFindings(t *testing.T) {
	if got, want := render(t, GitLab, emptyFixture()), "[]\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestGitLabKeys(t *testing.T) {
	var issues []any
	if err := json.Unmarshal([]byte(render(t, GitLab, fixture(t))), &issues); err != nil {
		t.Fatal(err)
	}
	if len(issues) != 6 {
		t.Errorf("%d issues for 6 findings", len(issues))
	}
	want := map[string]any{
		"description": nil, "check_name": nil, "fingerprint": nil, "severity": nil,
		"location": map[string]any{"path": nil, "lines": map[string]any{"begin": nil, "end": nil}},
	}
	for i, issue := range issues {
		if diff := cmp.Diff(any(want), keys(issue)); diff != "" {
			t.Errorf("keys of issue %d (-want +got):\n%s", i, diff)
		}
	}
}

func TestGitLabSeverity(t *testing.T) {
	suppressed := &analyzer.Suppression{By: "config"}
	tests := []struct {
		name    string
		finding analyzer.Finding
		blocked bool
		want    string
	}{
		{"critical, blocking", analyzer.Finding{Score: 85, Blocking: true}, true, "blocker"},
		{"critical, covered", analyzer.Finding{Score: 85, Blocking: true}, false, "critical"},
		{"critical, not gating", analyzer.Finding{Score: 85}, true, "critical"},
		{"critical, suppressed", analyzer.Finding{Score: 85, Suppressed: suppressed}, true, "info"},
		{"high, blocking", analyzer.Finding{Score: 84, Blocking: true}, true, "critical"},
		{"medium", analyzer.Finding{Score: 30}, true, "major"},
		{"low", analyzer.Finding{Score: 1}, true, "minor"},
		{"info", analyzer.Finding{Score: 0}, true, "info"},
	}
	for _, tt := range tests {
		r := fixture(t)
		r.Decision.Blocked = tt.blocked
		tt.finding.Severity = analyzer.SeverityOf(tt.finding.Score)
		if got := gitlabSeverity(tt.finding, r); got != tt.want {
			t.Errorf("%s: got %s, want %s", tt.name, got, tt.want)
		}
	}
}

func TestGitLabHostileText(t *testing.T) {
	r := fixture(t)
	f := &r.Report.Findings[0]
	f.Message = "a\n\x1b\xff\u202e<b>"
	f.Suppressed = &analyzer.Suppression{By: "comment", Reason: "c\u2028d"}
	f.Start, f.End = source.Position{}, source.Position{}
	r.Report.Findings[1].Path = evilPath
	out := render(t, GitLab, r)
	var got []gitlabIssue
	d := json.NewDecoder(strings.NewReader(out))
	d.DisallowUnknownFields()
	if err := d.Decode(&got); err != nil {
		t.Fatal(err)
	}
	want := gitlabIssue{
		Description: "a<U+000A><U+001B><0xFF><U+202E><b> Suppressed by comment: c<U+2028>d",
		CheckName:   "drop-table", Fingerprint: "fp-drop-table", Severity: "info",
		Location: gitlabLocation{"db/migrations/0007_cleanup.up.sql", gitlabLines{1, 1}},
	}
	if diff := cmp.Diff(want, got[0]); diff != "" {
		t.Errorf("issue (-want +got):\n%s", diff)
	}
	if got[1].Location.Path != evilPath {
		t.Errorf("path %q, want %q", got[1].Location.Path, evilPath)
	}
}
