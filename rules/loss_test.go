package rules_test

import (
	"path"
	"slices"
	"testing"

	"github.com/dropgate/dropgate/analyzer"
	"github.com/dropgate/dropgate/analyzer/migration"
	"github.com/dropgate/dropgate/analyzer/source"
	"github.com/dropgate/dropgate/internal/gate"
	"github.com/dropgate/dropgate/internal/losstest"
	"github.com/dropgate/dropgate/rules"
)

// TestLossCases compares dropgate's verdict on every case of the loss corpus
// with the case's own, which internal/losstest holds against a real PostgreSQL.
func TestLossCases(t *testing.T) {
	cases, err := losstest.Load("../testdata/loss")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range cases {
		t.Run(c.Name, func(t *testing.T) {
			var history []*migration.Migration
			for _, f := range c.History {
				history = append(history, migration.Read(source.New("migrations/"+path.Base(f.Name), f.Data), ""))
			}
			var changed []analyzer.ChangedFile
			for _, f := range c.Change {
				m := migration.Read(source.New("migrations/"+path.Base(f.Name), f.Data), "")
				changed = append(changed, analyzer.ChangedFile{Path: m.File.Path, Status: "added", Migration: m})
			}
			report := analyzer.Together(analyzer.Options{Rules: rules.All}, history, changed)
			decision := gate.Decide(report, gate.Policy{Threshold: 60, Label: "backup-check"}, gate.Evidence{})
			var blocking []string
			for _, f := range report.Findings {
				if f.Blocking && !slices.Contains(blocking, f.Rule) {
					blocking = append(blocking, f.Rule)
				}
			}
			slices.Sort(blocking)
			want := slices.Sorted(slices.Values(c.Rules))
			if decision.Blocked != c.Blocked || !slices.Equal(blocking, want) {
				t.Errorf("%s: blocked %t by %v, want %t by %v; findings %+v", c.Title, decision.Blocked, blocking, c.Blocked, want, report.Findings)
			}
		})
	}
}
