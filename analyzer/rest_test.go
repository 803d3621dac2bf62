package analyzer_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/dropgate/dropgate/analyzer"
	"github.com/dropgate/dropgate/analyzer/migration"
	"github.com/dropgate/dropgate/analyzer/source"
)

// listed is how many findings a report lists one by one.
const listed = 50_000

// many returns the report of a rule that says so much of a statement, every time
// with a score of 30, and of one that says one thing more.
func many(n int) *analyzer.Report {
	say := func(p *analyzer.Pass, name string, score int) {
		p.Report(analyzer.Judgement{
			Object: analyzer.Object{Name: name}, Message: "Says " + name + ".", Reasons: []analyzer.Reason{{Points: score}},
		})
	}
	all := []*analyzer.Rule{
		{ID: "many", Check: func(p *analyzer.Pass) {
			for i := range n {
				say(p, fmt.Sprint(i), 30)
			}
			say(p, "worst", 90)
		}},
		{ID: "one", Check: func(p *analyzer.Pass) { say(p, "one", 70) }},
	}
	m := migration.Read(source.New("a.sql", []byte("DROP TABLE users;")), "sql")
	return analyzer.Each(analyzer.Options{Rules: all}, nil, []*migration.Migration{m})
}

// TestMoreThanAReportLists holds that what a report has no room for still counts: the
// worst of each rule is there and tells how many it stands for.
func TestMoreThanAReportLists(t *testing.T) {
	if got := len(many(listed - 2).Findings); got != listed {
		t.Errorf("got %d findings, want all %d", got, listed)
	}
	found := many(listed + 4).Findings
	if len(found) != listed+2 {
		t.Fatalf("got %d findings, want %d", len(found), listed+2)
	}
	var over []analyzer.Finding
	for _, f := range found {
		if f.Score > 30 {
			over = append(over, f)
		}
	}
	if len(over) != 2 || over[0].Score != 90 || !strings.HasPrefix(over[0].Message, "Says worst. It stands for 5 findings") {
		t.Errorf("got %v, want the worst of five first", over)
	}
	if len(over) == 2 && over[1].Message != "Says one." {
		t.Errorf("got %q, want a single one as it is", over[1].Message)
	}
	for _, f := range many(listed + 5).Findings {
		if f.Score == 90 && f.Fingerprint == over[0].Fingerprint {
			t.Error("with another finding that is not listed, what stands for it is the same operation")
		}
	}
}

// TestLongStatement holds that statements are told apart by all of their text.
func TestLongStatement(t *testing.T) {
	long := "DROP TABLE users" + strings.Repeat(", a", 2000)
	if prints(long)[0] == prints(long + ", b")[0] {
		t.Error("two statements have one fingerprint")
	}
	if prints(long)[0] != prints("-- c\n" + long)[0] {
		t.Error("a comment before a statement makes another one of it")
	}
}
