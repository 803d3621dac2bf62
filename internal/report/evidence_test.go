package report

import (
	"strings"
	"testing"

	"github.com/dropgate/dropgate/internal/gate"
)

func backup(proven bool) *gate.Backup {
	return &gate.Backup{
		Evidence: gate.ByWorkflow, Name: "restore-drill.yml", Branch: "main", MaxAgeSeconds: 86400, Proven: proven,
		Message: "the workflow restore-drill.yml succeeded on main 3 hours ago, started by dave[bot]",
		Newest: &gate.Found{
			At: "2026-11-20T07:30:00Z", AgeSeconds: 10800, By: "dave[bot]",
			URL: "https://github.com/acme/shop/actions/runs/42", Commit: strings.Repeat("a", 40),
		},
	}
}

func proven(t *testing.T) *Review {
	r := valid(only(fixture(t), "drop-table"))
	r.Decision.Backup = backup(true)
	return r
}

func unproven(t *testing.T) *Review {
	r := only(fixture(t), "drop-table")
	r.Decision.Acknowledgement = gate.Acknowledgement{State: gate.Unproven, Label: "backup-check", By: "alice", At: "2026-11-20T10:30:00Z"}
	r.Decision.Backup = backup(false)
	r.Decision.Backup.Message = "the workflow restore-drill.yml last succeeded on main 3 days ago"
	r.Decision.Reasons = []string{"no recent backup is proven: " + r.Decision.Backup.Message}
	return r
}

func TestEvidenceGolden(t *testing.T) {
	for name, review := range map[string]func(*testing.T) *Review{"proven": proven, "unproven": unproven} {
		for _, format := range []string{"text", "json", "markdown"} {
			t.Run(name+"."+format, func(t *testing.T) { golden(t, name+"."+format, []byte(render(t, Formats[format], review(t)))) })
		}
		t.Run(name+".summary", func(t *testing.T) { golden(t, name+".summary", []byte(Summary(review(t), SummaryOptions{}))) })
	}
}

// What a status links to is its creator's choice.
func TestEvidenceLinks(t *testing.T) {
	for url, want := range map[string]bool{
		"https://ci.example:8443/jobs/1?a=b&c=d%20e#log": true,
		"http://ci.example":                 true,
		"":                                  false,
		"javascript:alert(1)":               false,
		"https://a.example/)[x](https://b/": false,
		"https://a.example/ x":              false,
		"https://user@a.example/":           false,
		"https://a.example/`":               false,
		"https://a.example/\n::error::":     false,
		"https://a.example/<!--":            false,
		"https://a.example/" + strings.Repeat("a", codeLimit): false,
	} {
		d := proven(t).Decision
		d.Backup.Newest.URL = url
		if got := strings.Contains(evidenceMarkdown(d), "](http"); got != want {
			t.Errorf("%q: linked %t, want %t", url, got, want)
		}
	}
}

func TestRenew(t *testing.T) {
	quote := func(s string) string { return "<" + s + ">" }
	status, lost := backup(false), backup(false)
	status.Evidence, lost.Problem = gate.ByStatus, "it broke"
	for want, b := range map[string]*gate.Backup{
		"start the workflow <restore-drill.yml> on <main>": backup(false),
		"set the status <restore-drill.yml> on the newest": status,
		"that the evidence can be read":                    lost,
		"renew the evidence":                               nil,
	} {
		d := gate.Decision{Blocked: true, Backup: b, Acknowledgement: gate.Acknowledgement{State: gate.Unproven, Label: "x"}}
		if got := goOn(d, lossless, quote); !strings.Contains(got, want) || !strings.Contains(got, "run this check again") {
			t.Errorf("got %q, want one with %q", got, want)
		}
	}
}
