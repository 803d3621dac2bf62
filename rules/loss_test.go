package rules_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
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
			report := judgeCase(c)
			decision := gate.Decide(report, gate.Policy{Threshold: 60, Label: "backup-check"}, gate.Evidence{})
			blocking, at := map[string]bool{}, map[string]bool{}
			for _, f := range report.Findings {
				if f.Blocking {
					blocking[f.Rule] = true
					at[fmt.Sprintf("%s:%d", strings.TrimPrefix(f.Path, "migrations/"), f.Start.Line)] = true
				}
			}
			if got := slices.Sorted(maps.Keys(blocking)); decision.Blocked != c.Blocked || !slices.Equal(got, c.Rules) {
				t.Errorf("%s: blocked %t by %v, want %t by %v; findings %+v", c.Title, decision.Blocked, got, c.Blocked, c.Rules, report.Findings)
			}
			if got := slices.Sorted(maps.Keys(at)); len(c.At) > 0 && !slices.Equal(got, c.At) {
				t.Errorf("%s: blocked at %v, want at %v", c.Title, got, c.At)
			}
		})
	}
}

// judgeCase reviews a case's change. A changed file that others include is
// looked at by itself too if it is named like a migration, as in a repository.
func judgeCase(c losstest.Case) *analyzer.Report {
	o := analyzer.Options{Rules: rules.All, Base: map[string]*source.File{}, Head: map[string]*source.File{}}
	var history []*migration.Migration
	for _, f := range c.History {
		m := readCase(f)
		o.Base[m.File.Path], o.Head[m.File.Path] = m.File, m.File
		history = append(history, m)
	}
	var changed []analyzer.ChangedFile
	for _, f := range slices.Concat(c.Change, c.Included) {
		m := readCase(f)
		name := m.File.Path
		switch {
		case strings.HasPrefix(f.Name, "change/"):
			o.Head[name] = m.File
			if migration.IsCandidate(name) {
				changed = append(changed, analyzer.ChangedFile{Path: name, Status: "added", Migration: m})
			}
		case o.Head[name] == nil:
			o.Base[name], o.Head[name] = m.File, m.File
		default:
			o.Base[name] = m.File
		}
	}
	return analyzer.Together(o, history, changed)
}

func readCase(f losstest.File) *migration.Migration {
	return migration.Read(source.New(f.Path(), f.Data), "")
}
