package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"

	"github.com/dropgate/dropgate/analyzer"
	"github.com/dropgate/dropgate/internal/gate"
)

// many returns a review with n copies of the fixture's first finding.
func many(t *testing.T, n int) *Review {
	r := fixture(t)
	f := r.Report.Findings[0]
	r.Report.Findings = nil
	for i := range n {
		f.Fingerprint = fmt.Sprintf("fp-%d", i)
		r.Report.Findings = append(r.Report.Findings, f)
	}
	return r
}

func TestSummaryLimit(t *testing.T) {
	r := many(t, 500)
	for i := range r.Report.Findings {
		r.Report.Findings[i].Statement = strings.Repeat("```` ", 1000)
	}
	for range 100 {
		r.Report.Problems = append(r.Report.Problems, r.Report.Problems[0])
	}
	got := Summary(r, SummaryOptions{})
	if len(got) > SummaryLimit {
		t.Errorf("summary has %d bytes, want at most %d", len(got), SummaryLimit)
	}
	shown := strings.Count(got, "<details><summary><b>")
	if opened := strings.Count(got, "<details>"); shown == 0 || strings.Count(got, "</details>") != opened {
		t.Errorf("%d details opened, %d closed", opened, strings.Count(got, "</details>"))
	}
	if want := fmt.Sprintf("%d more findings not shown", 500-shown); !strings.Contains(got, want) {
		t.Errorf("the summary does not say %q:\n%s", want, got[len(got)-300:])
	}
}

func TestSummaryLists(t *testing.T) {
	r := many(t, 100)
	outside := map[string]bool{}
	for _, f := range r.Report.Findings {
		outside[f.Fingerprint] = true
	}
	if got, want := Summary(r, SummaryOptions{OutsideDiff: outside}), "- and 70 more\n"; !strings.Contains(got, want) {
		t.Errorf("the summary does not say %q", want)
	}
	if got, want := Summary(r, SummaryOptions{Beyond: outside}), "these 100 do not:\n"; !strings.Contains(got, want) {
		t.Errorf("the summary does not say %q", want)
	}
}

// TestLimitsHold makes every text as long and as hard to quote as it gets.
func TestLimitsHold(t *testing.T) {
	r := hostileReview(t, func() string { return strings.Repeat("\u202e` @", 1000) })
	for range 40 {
		r.Report.Findings[0].Reasons = append(r.Report.Findings[0].Reasons, analyzer.Reason{Text: strings.Repeat("\u202e ", 1000)})
	}
	for i := range r.Report.Findings {
		f := r.Report.Findings[i]
		if got := Comment(f, r); len(got) > CommentLimit {
			t.Errorf("comment on %s has %d bytes, want at most %d", f.Rule, len(got), CommentLimit)
		}
	}
	all := map[string]bool{}
	for _, f := range r.Report.Findings {
		all[f.Fingerprint] = true
	}
	for _, state := range []gate.State{gate.Absent, gate.Stale, gate.Self, gate.Unauthorized, gate.Unproven} {
		r.Decision.Acknowledgement.State = state
		if got := Summary(r, SummaryOptions{OutsideDiff: all, Uncovered: all}); len(got) > SummaryLimit {
			t.Errorf("%s: summary has %d bytes, want at most %d", state, len(got), SummaryLimit)
		}
	}
}

func TestMarkdownLimit(t *testing.T) {
	r := many(t, 5000)
	got := markdown(r)
	if len(got) > markdownLimit {
		t.Errorf("%d bytes, want at most %d", len(got), markdownLimit)
	}
	if !strings.Contains(got, "more findings not shown") {
		t.Error("what was left out is not counted")
	}
}

func TestAnnotationLimits(t *testing.T) {
	r := many(t, 15)
	mild := fixture(t).Report.Findings[1]
	for range 12 {
		r.Report.Findings = append(r.Report.Findings, mild)
	}
	lines := strings.Split(strings.TrimSuffix(render(t, GitHub, r), "\n"), "\n")
	count := map[string]int{}
	for _, line := range lines {
		level, _, _ := strings.Cut(line, " ")
		count[level]++
	}
	if diff := cmp.Diff(map[string]int{"::error": 10, "::warning": 10, "dropgate:": 1}, count); diff != "" {
		t.Errorf("lines by level (-want +got):\n%s", diff)
	}
	if want := "dropgate: 7 findings not annotated"; !strings.HasPrefix(lines[len(lines)-1], want) {
		t.Errorf("last line %q, want %q", lines[len(lines)-1], want)
	}
}

func TestAnnotationLength(t *testing.T) {
	for name, unit := range map[string]string{"ASCII": "x", "percent": "%", "two units": "👩", "hidden": "\u202e"} {
		t.Run(name, func(t *testing.T) {
			got := escapeMessage(strings.Repeat(unit, 5000))
			got = strings.ReplaceAll(got, "%25", "%")
			n := len(utf16.Encode([]rune(got)))
			if n > annotationLength || n < annotationLength-1 {
				t.Errorf("%d units, want %d", n, annotationLength)
			}
		})
	}
	if got := escapeMessage(strings.Repeat("x", annotationLength)); len(got) != annotationLength {
		t.Errorf("a message of just the limit has %d bytes after", len(got))
	}
}

// TestAnnotationsAreOneLine reads the output as the runner does.
func TestAnnotationsAreOneLine(t *testing.T) {
	r := fixture(t)
	r.Report.Findings[0].Remedy = "a\r\n::stop-commands::x\n##[stop-commands]x\u2028y 100%0A"
	out := render(t, GitHub, r)
	if want := "Instead: a%0A::stop-commands::x%0A## [stop-commands]x<U+2028>y 100%250A%0A"; !strings.Contains(out, want) {
		t.Errorf("the output does not have %q:\n%s", want, out)
	}
	if strings.Contains(out, "##[") || strings.ContainsAny(out, "\r\u2028\u0085") {
		t.Errorf("the output has an old command or another line end:\n%q", out)
	}
	lines := strings.Split(strings.TrimSuffix(out, "\n"), "\n")
	if len(lines) != 6 {
		t.Errorf("%d lines for 6 findings", len(lines))
	}
	for _, line := range lines {
		_, properties, _ := strings.Cut(line, " ")
		properties, _, _ = strings.Cut(properties, "::")
		for _, p := range strings.Split(properties, ",") {
			key, _, _ := strings.Cut(p, "=")
			if !slices.Contains([]string{"file", "line", "endLine", "col", "endColumn", "title"}, key) {
				t.Errorf("property %q in %q", key, line)
			}
		}
	}
}

// keys returns the names in a JSON value: objects as maps, lists as their
// first element.
func keys(v any) any {
	switch v := v.(type) {
	case map[string]any:
		out := map[string]any{}
		for k, e := range v {
			out[k] = keys(e)
		}
		return out
	case []any:
		if len(v) > 0 {
			return []any{keys(v[0])}
		}
		return []any{}
	}
	return nil
}

func TestJSONKeys(t *testing.T) {
	const contract = `{
	  "version": 1, "tool": {"name": "", "version": ""},
	  "decision": {"blocked": true, "score": 95, "threshold": 60,
	    "acknowledgement": {"state": "", "label": "", "by": "", "at": ""}, "reasons": [""]},
	  "findings": [{"rule": "", "category": "", "severity": "", "score": 95, "blocking": true, "path": "",
	    "start": {"line": 3, "column": 1, "offset": 57}, "end": {"line": 3, "column": 24, "offset": 80},
	    "object": {"kind": "", "schema": "", "name": "", "column": ""},
	    "reach": [{"kind": "", "name": "", "why": ""}], "statement": "", "certainty": "", "message": "",
	    "reasons": [{"points": 90, "text": ""}], "remedy": "", "suggestion": "", "fingerprint": "", "suppressed": null,
	    "uses": [{"path": "", "line": 12}], "moreUses": 12, "moreUseFiles": 4}],
	  "files": [{"path": "", "status": "", "format": "", "direction": "", "statements": 12, "unread": 0,
	    "why": "", "dialect": null, "sections": [{"direction": "", "from": 1, "to": 9, "statements": 4, "unread": 0}], "notRun": []}],
	  "errors": [{"path": "", "line": 9, "message": ""}], "search": {"files": 8000, "of": 23000, "stopped": ""}}`
	var want, got any
	if err := json.Unmarshal([]byte(contract), &want); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal([]byte(render(t, JSON, fixture(t))), &got); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(keys(want), keys(got)); diff != "" {
		t.Errorf("keys (-contract +got):\n%s", diff)
	}
}

func TestJSONHasNoNullLists(t *testing.T) {
	r := fixture(t)
	r.Report.Findings = []analyzer.Finding{{
		Rule: "x", Category: analyzer.DataLoss, Severity: "low", Certainty: analyzer.Certain, Message: "a<b>&c",
	}}
	r.Report.Files, r.Report.Problems, r.Decision.Reasons = nil, nil, nil
	out := render(t, JSON, r)
	if n := strings.Count(out, "null"); n != 1 || !strings.Contains(out, `"suppressed": null`) {
		t.Errorf("%d nulls, want suppressed alone:\n%s", n, out)
	}
	if !strings.Contains(out, "a<b>&c") || !strings.HasSuffix(out, "}\n") {
		t.Errorf("escaped HTML or no final newline:\n%s", out)
	}
	if r.Report.Findings[0].Reach != nil {
		t.Error("the review was changed")
	}
}

func TestReportsAreDeterministic(t *testing.T) {
	for name, format := range Formats {
		var first, second bytes.Buffer
		r := fixture(t)
		if err := format(&first, r); err != nil {
			t.Fatal(err)
		}
		if err := format(&second, r); err != nil {
			t.Fatal(err)
		}
		if first.String() != second.String() {
			t.Errorf("%s: two runs differ", name)
		}
		if diff := cmp.Diff(fixture(t).Report.Findings, r.Report.Findings); diff != "" {
			t.Errorf("%s changed the findings:\n%s", name, diff)
		}
	}
}
