package report

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dropgate/dropgate/analyzer"
	"github.com/dropgate/dropgate/analyzer/source"
	"github.com/dropgate/dropgate/internal/gate"
)

func TestWould(t *testing.T) {
	tests := []struct {
		in, want string
		ok       bool
	}{
		{"Drops table users.", "would drop table users.", true},
		{"Empties users.", "would empty users.", true},
		{"Every row goes.", "Every row goes.", false},
		{"Drops", "Drops", false},
		{"", "", false},
	}
	for _, tt := range tests {
		if got, ok := would(tt.in); got != tt.want || ok != tt.ok {
			t.Errorf("would(%q) = %q, %t, want %q, %t", tt.in, got, ok, tt.want, tt.ok)
		}
	}
}

// TestGoOn holds that every state names the label and says what to do with it.
func TestGoOn(t *testing.T) {
	const by, at = "alice", "2026-11-20T10:30:00+01:00"
	tests := []struct {
		state gate.State
		want  []string
	}{
		{gate.Absent, []string{"someone who has checked that a restorable backup exists puts the label <backup-check> on the pull request"}},
		{gate.Stale, []string{"put on by <alice> on 20 November 2026, 09:30 UTC. ", "covers all of it", "takes the label off and puts it on again"}},
		{gate.Self, []string{"<backup-check>", "<alice>", "someone else", "takes the label off and puts it on again"}},
		{gate.Unauthorized, []string{"<backup-check>", "<alice>", "somebody whose label counts", "takes the label off and puts it on again"}},
		{gate.Unproven, []string{"<backup-check>", "stays on", "evidence", "run this check again"}},
	}
	for _, tt := range tests {
		d := gate.Decision{Blocked: true, Acknowledgement: gate.Acknowledgement{State: tt.state, Label: "backup-check", By: by, At: at}}
		got := goOn(d, lossless, func(s string) string { return "<" + s + ">" })
		for _, want := range tt.want {
			if !strings.Contains(got, want) {
				t.Errorf("%s: %q does not say %q", tt.state, got, want)
			}
		}
		d.Blocked = false
		if got := goOn(d, lossless, Visible); got != "" {
			t.Errorf("%s: %q although nothing is blocked", tt.state, got)
		}
	}
	if got := goOn(gate.Decision{Blocked: true}, lossless, code); strings.Contains(got, "label") {
		t.Errorf("without a label: %q", got)
	}
}

// TestGoOnStale holds that a label that was taken off is not to be taken off again.
func TestGoOnStale(t *testing.T) {
	a := gate.Acknowledgement{State: gate.Stale, Label: "ok", By: "bob", Removed: true}
	got := goOn(gate.Decision{Blocked: true, Acknowledgement: a}, lossless, Visible)
	if want := "The label ok, put on by bob, was taken off by dropgate. "; !strings.HasPrefix(got, want) ||
		!strings.HasSuffix(got, "covers all of it puts the label on again.") {
		t.Errorf("taken off: %q", got)
	}
	a.Expired, a.Removed = true, false
	got = goOn(gate.Decision{Blocked: true, Acknowledgement: a}, lossless, Visible)
	if want := "The label ok was put on by bob. "; !strings.HasPrefix(got, want) ||
		!strings.HasSuffix(got, "backup exists takes the label off and puts it on again.") {
		t.Errorf("expired: %q", got)
	}
}

// TestFindingOfAWholeFile holds that no report names line 0.
func TestFindingOfAWholeFile(t *testing.T) {
	r := only(fixture(t), "unread-statement")
	f := &r.Report.Findings[0]
	f.Rule, f.Path, f.Statement = "unread-file", "db/a.sql", ""
	f.Start, f.End = source.Position{}, source.Position{}
	r.Report.Problems = nil
	for name, got := range map[string]string{
		"text": render(t, Text, r), "markdown": markdown(r), "github": render(t, GitHub, r),
		"summary": Summary(r, SummaryOptions{Tree: "https://x.example", OutsideDiff: map[string]bool{f.Fingerprint: true}}),
	} {
		if !strings.Contains(got, "db/a.sql") || strings.Contains(got, ":0") || strings.Contains(got, "line=0") || strings.Contains(got, "L0") {
			t.Errorf("%s:\n%s", name, got)
		}
	}
}

func TestParagraphs(t *testing.T) {
	got := paragraphs("One\ntwo.\n\n  a;\n\tb;\nThree.\r\n\r\n  c;\n")
	want := []paragraph{{false, "One two."}, {true, "a;\nb;"}, {false, "Three."}, {true, "c;"}}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(paragraph{})); diff != "" {
		t.Errorf("paragraphs (-want +got):\n%s", diff)
	}
}

func TestSuggestion(t *testing.T) {
	const click, plain = "```suggestion\n", "In its place:\n\n```sql\n"
	tests := []struct{ name, data, suggest, want string }{
		{"a line", "DROP x;\n", "KEEP x;", click + "KEEP x;\n```\n"},
		{"without semicolon", "DROP x\n", "KEEP x;", click + "KEEP x;\n```\n"},
		{"within a line", "\ta, DROP x, b; -- c\r\n", "KEEP x", plain + "KEEP x\n```\n"},
		{"another before it", "BEGIN; DROP x;\n", "KEEP x;", plain + "KEEP x;\n```\n"},
		{"another after it", "DROP x; DROP y;\n", "KEEP x;", plain + "KEEP x;\n```\n"},
		{"two in its place", "DROP x;\n", "KEEP x; KEEP y;", plain + "KEEP x; KEEP y;\n```\n"},
		{"several lines", " DROP\r\n x ;\r\n", "KEEP\nx;", click + " KEEP\nx;\n```\n"},
		{"a part of a statement", "ALTER y\n  DROP x;\n", "KEEP x;", plain + "KEEP x;\n```\n"},
		{"hidden characters beside it", "DROP x; -- \u202e\n", "KEEP x;", plain + "KEEP x;\n```\n"},
		{"what is a blank to Go only", "DROP x;\u00a0\n", "KEEP x;", plain + "KEEP x;\n```\n"},
		{"byte order mark", "\ufeffDROP x;\n", "KEEP x;", plain + "KEEP x;\n```\n"},
		{"a comment", "DROP x;\n", "KEEP '<!--';", plain + "KEEP '<! --';\n```\n"},
		{"a fence beside it", "DROP x; -- ```\n", "KEEP x;", plain + "KEEP x;\n```\n"},
		{"a fence in it", "DROP x;\n", "KEEP '```';", "````suggestion\nKEEP '```';\n````\n"},
		{"none", "DROP x;\n", "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := fixture(t)
			file := source.New("s.sql", []byte(tt.data))
			r.Report.Sources = map[string]*source.File{"s.sql": file}
			f := at(t, file, "DROP", "x")
			f.Suggest = tt.suggest
			if tt.name == "a part of a statement" {
				f.Statement = strings.TrimSpace(tt.data)
			}
			if diff := cmp.Diff(tt.want, suggestion(f, r)); diff != "" {
				t.Errorf("suggestion (-want +got):\n%s", diff)
			}
			r.Report.Sources = nil
			if got := suggestion(f, r); strings.Contains(got, "```suggestion") {
				t.Errorf("without the file: %q", got)
			}
		})
	}
}

// TestSummaryProblems holds that what could not be read is said once: as a finding,
// or else in a list.
func TestSummaryProblems(t *testing.T) {
	r := fixture(t)
	finding := r.Report.Problems[0]
	other := analyzer.Problem{Path: "db/old.sql", Line: 3, Message: "syntax error"}
	r.Report.Problems = append(r.Report.Problems, other)
	got := Summary(r, SummaryOptions{})
	_, list, found := strings.Cut(got, "Could not be read:")
	if !found || !strings.Contains(list, "`db/old.sql:3`: syntax error") {
		t.Errorf("the summary does not list %+v:\n%s", other, got)
	}
	if strings.Contains(list, finding.Message) {
		t.Errorf("the list has %+v, which is a finding:\n%s", finding, list)
	}
}

// TestAbout holds that nobody is told to keep data of which nothing is known.
func TestAbout(t *testing.T) {
	loss, unread := analyzer.Finding{Rule: "drop-table"}, analyzer.Finding{Rule: "unread-file"}
	tests := []struct {
		blocking     []analyzer.Finding
		change, mean string
	}{
		{nil, "nothing is lost.", "the loss is meant"},
		{[]analyzer.Finding{loss, loss}, "nothing is lost.", "the loss is meant"},
		{[]analyzer.Finding{loss, unread}, "nothing is lost and all of it can be read.", "the loss is meant"},
		{[]analyzer.Finding{unread}, "so that it can be read.", "it is right as it is"},
	}
	for _, test := range tests {
		if got := about(test.blocking); !strings.HasSuffix(got.change, test.change) || !strings.Contains(got.meant, test.mean) {
			t.Errorf("of %d findings: %+v, want %q and %q", len(test.blocking), got, test.change, test.mean)
		}
	}
}
