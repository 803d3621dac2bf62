package report

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dropgate/dropgate/analyzer"
	"github.com/dropgate/dropgate/analyzer/op"
)

func dropOf(name string, reach ...analyzer.Reached) analyzer.Finding {
	f := analyzer.Finding{Rule: "drop-table", Path: "db/7.sql", Object: analyzer.Object{Kind: op.Table, Schema: "public", Name: name}, Reach: reach}
	f.Start.Line = 3
	return f
}

func TestHits(t *testing.T) {
	const why = "foreign key ON DELETE CASCADE to "
	chain := []analyzer.Reached{
		{Kind: op.Table, Name: "public.orders", Why: why + "public.users", From: "public.users"},
		{Kind: op.Table, Name: "public.lines", Why: why + "public.orders", From: "public.orders"},
		{Kind: op.Table, Name: "public.lines", Why: why + "public.orders", From: "public.orders"},
		{Kind: op.Table, Name: `a"]; click|b`, Why: "it's `so`"},
	}
	cases := []struct {
		name     string
		findings []analyzer.Finding
		want     string
	}{
		{"one object is no picture", []analyzer.Finding{dropOf("users")}, ""},
		{"what could not be read is no object", []analyzer.Finding{dropOf("users"), {Rule: "unread-statement", Object: analyzer.Object{Name: "x"}}}, ""},
		{"two objects", []analyzer.Finding{dropOf("users"), dropOf("orders")}, `
  o1["table<br/>public.users"]
  op1(["drop-table<br/>7.sql:3"]) --> o1
  o2["table<br/>public.orders"]
  op2(["drop-table<br/>7.sql:3"]) --> o2
`},
		{"a chain, and a name that would be syntax", []analyzer.Finding{dropOf("users", chain...)}, `
  o1["table<br/>public.users"]
  op1(["drop-table<br/>7.sql:3"]) --> o1
  o2["table<br/>public.orders"]
  o1 -->|"foreign key ON DELETE CASCADE"| o2
  o3["table<br/>public.lines"]
  o2 -->|"foreign key ON DELETE CASCADE"| o3
  o4["table<br/>a??? click?b"]
  o1 -->|"it?s ?so?"| o4
`},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got := strings.TrimSuffix(strings.TrimPrefix(hits(c.findings), "```mermaid\nflowchart LR"), "```\n\n")
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestHitsCountsWhatHasNoRoom(t *testing.T) {
	var findings []analyzer.Finding
	for i := range graphLimit + 3 {
		findings = append(findings, dropOf(fmt.Sprintf("t%d", i), analyzer.Reached{Kind: op.Table, Name: "public.all"}))
	}
	got := hits(findings)
	if want := `more(["and 4 more"])`; !strings.Contains(got, want) {
		t.Errorf("got %s\nwant %s in it", got, want)
	}
	if n := strings.Count(got, "[\"table<br/>"); n != graphLimit {
		t.Errorf("%d boxes, want %d", n, graphLimit)
	}
}
