package report

import (
	"slices"
	"testing"

	"github.com/dropgate/dropgate/analyzer"
	"github.com/dropgate/dropgate/internal/gate"
)

func TestGolden(t *testing.T) {
	with := func(change func(*Review)) *Review {
		r := fixture(t)
		change(r)
		return r
	}
	tests := []struct {
		name   string
		format string
		review *Review
	}{
		{"blocked.text", "text", fixture(t)},
		{"colour.text", "text", with(func(r *Review) { r.Color = true })},
		{"quiet.text", "text", with(func(r *Review) { r.Quiet = true })},
		{"verbose.text", "text", with(func(r *Review) {
			r.Verbose, r.LeftOut, r.Report.Findings, r.Decision.Blocked = true, leftOut(), nil, false
		})},
		{"valid.text", "text", valid(fixture(t))},
		{"nothing.text", "text", quietFixture()},
		{"empty.text", "text", emptyFixture()},
		{"blocked.json", "json", fixture(t)},
		{"empty.json", "json", emptyFixture()},
		{"blocked.markdown", "markdown", fixture(t)},
		{"verbose.markdown", "markdown", with(func(r *Review) { r.Verbose, r.LeftOut = true, leftOut() })},
		{"valid.markdown", "markdown", valid(fixture(t))},
		{"nothing.markdown", "markdown", quietFixture()},
		{"empty.markdown", "markdown", emptyFixture()},
		{"blocked.github", "github", fixture(t)},
		{"valid.github", "github", valid(fixture(t))},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			golden(t, tt.name, []byte(render(t, Formats[tt.format], tt.review)))
		})
	}
}

func TestSummaryGolden(t *testing.T) {
	stale := labelled(fixture(t), gate.Stale,
		"4 operations reach the threshold of 60, and 1 of them came after the backup-check label was put on, or it cannot be told")
	removed := labelled(fixture(t), gate.Stale, stale.Decision.Reasons...)
	removed.Decision.Acknowledgement.Removed = true
	expired := labelled(only(fixture(t), "drop-table"), gate.Stale,
		"1 operation reaches the threshold of 60, and the backup-check label was put on 8 days ago, and counts for 7 days")
	expired.Decision.Acknowledgement.Expired, expired.Decision.Acknowledgement.Removed = true, true
	self := labelled(only(fixture(t), "drop-table"), gate.Self,
		"1 operation reaches the threshold of 60, and the backup-check label does not count: alice opened the pull request",
		"the backup-check label counts only from a person who neither opened the pull request nor wrote or committed any of it")
	unauthorized := labelled(only(fixture(t), "drop-table"), gate.Unauthorized,
		"1 operation reaches the threshold of 60, and the backup-check label does not count: alice has the role triage",
		"the backup-check label counts only from carol, the team @acme/dba or whoever has the role maintain or a higher one")
	options := SummaryOptions{
		OutsideDiff: map[string]bool{"fp-drop-column": true, "fp-delete-rows": true},
		Uncovered:   map[string]bool{"fp-drop-table": true},
		Tree:        "https://github.com/acme/shop/blob/0123456789012345678901234567890123456789",
	}
	tests := []struct {
		name    string
		review  *Review
		options SummaryOptions
	}{
		{"blocked.summary", fixture(t), SummaryOptions{}},
		{"stale.summary", stale, options},
		{"removed.summary", removed, options},
		{"expired.summary", expired, SummaryOptions{}},
		{"self.summary", self, SummaryOptions{}},
		{"unauthorized.summary", unauthorized, SummaryOptions{}},
		{"valid.summary", valid(fixture(t)), SummaryOptions{}},
		{"single.summary", only(fixture(t), "drop-table"), SummaryOptions{}},
		{"unread.summary", only(fixture(t), "unread-statement"), SummaryOptions{}},
		{"low.summary", low(fixture(t)), SummaryOptions{}},
		{"nothing.summary", quietFixture(), SummaryOptions{}},
		{"fewer.summary", only(fixture(t), "drop-table"), SummaryOptions{Again: true, Gone: 2}},
		{"lower.summary", low(fixture(t)), SummaryOptions{Again: true, Gone: 1}},
		{"gone.summary", quietFixture(), SummaryOptions{Again: true, Gone: 1}},
		{"away.summary", emptyFixture(), SummaryOptions{Again: true}},
		{"empty.summary", emptyFixture(), SummaryOptions{}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { golden(t, tt.name, []byte(Summary(tt.review, tt.options))) })
	}
}

func TestCommentGolden(t *testing.T) {
	r := fixture(t)
	for _, f := range r.Report.Findings {
		t.Run(f.Rule, func(t *testing.T) { golden(t, f.Rule+".comment", []byte(Comment(f, r))) })
	}
	golden(t, "resolved.comment", []byte(Resolved(Comment(r.Report.Findings[0], r), false)))
	r = valid(r)
	golden(t, "valid.comment", []byte(Comment(r.Report.Findings[0], r)))
}

// labelled puts a label on a review that does not open the gate.
func labelled(r *Review, state gate.State, reasons ...string) *Review {
	r.Decision.Acknowledgement = gate.Acknowledgement{State: state, Label: "backup-check", By: "alice", At: "2026-11-20T10:30:00Z"}
	r.Decision.Reasons = reasons
	return r
}

// only leaves the findings of one rule in a review.
func only(r *Review, rule string) *Review {
	r.Report.Findings = slices.DeleteFunc(r.Report.Findings, func(f analyzer.Finding) bool { return f.Rule != rule })
	if rule != "unread-statement" {
		r.Report.Problems = nil
	}
	r.Decision.Score = r.Report.Findings[0].Score
	r.Decision.Reasons = []string{"1 operation reaches the threshold of 60 and no backup-check label covers it"}
	return r
}

// low leaves what does not block in a review.
func low(r *Review) *Review {
	r.Report.Findings = slices.DeleteFunc(r.Report.Findings, func(f analyzer.Finding) bool { return f.Blocking })
	r.Report.Problems = nil
	r.Decision.Blocked, r.Decision.Score, r.Decision.Reasons = false, 45, nil
	return r
}
