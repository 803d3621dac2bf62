package rules_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/dropgate/dropgate/analyzer"
	"github.com/dropgate/dropgate/analyzer/migration"
	"github.com/dropgate/dropgate/analyzer/op"
	"github.com/dropgate/dropgate/internal/losstest"
	"github.com/dropgate/dropgate/internal/pgtest"
	"github.com/dropgate/dropgate/rules"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// unnamed are the cases in which a finding cannot name a loss as PostgreSQL does,
// each with why.
var unnamed = map[string]string{
	"drop-column-renamed-before":     renamed,
	"drop-column-swapped-names":      renamed,
	"drop-schema-filled-before":      renamed,
	"drop-schema-renamed":            renamed,
	"rename-swap-drop-old":           renamed,
	"rename-then-drop":               renamed,
	"rename-then-drop-in-next-file":  renamed,
	"set-schema-then-drop":           renamed,
	"swap-two-tables":                renamed,
	"type-narrowed-after-rename":     renamed,
	"run-trigger-touches-updated-at": "a trigger sets a column of the row that is written anyway: no statement of its own",
}

const renamed = "the change gave it another name before, and findings name things as they are called then"

// TestReachNamesAllLosses holds over the loss corpus that every table and column
// that loses something is the object of a finding or stands in its reach, with why.
// What is not blocked and follows no border loses nothing: internal/losstest holds that.
func TestReachNamesAllLosses(t *testing.T) {
	server := pgtest.Start(t)
	cases, err := losstest.Load("../testdata/loss")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range cases {
		if !c.Blocked && c.Border == "" {
			continue
		}
		t.Run(c.Name, func(t *testing.T) {
			outcome, err := losstest.Execute(t.Context(), server, c)
			if err != nil {
				t.Fatal(err)
			}
			report, roots := judgeCase(c), partitionsOf(c)
			missed := slices.DeleteFunc(outcome.Losses, func(l losstest.Loss) bool { return names(report, roots, l) })
			if why := unnamed[c.Name]; why == "" && len(missed) > 0 {
				t.Errorf("%s: %v stand in no finding; findings %+v", c.Title, missed, report.Findings)
			} else if why != "" && len(missed) == 0 {
				t.Errorf("%s: every loss is named now, and yet it is an exception: %s", c.Title, why)
			}
		})
	}
}

// partitionsOf returns the tables of the case's history that are partitions, with
// the one above them.
func partitionsOf(c losstest.Case) map[string]string {
	var history []*migration.Migration
	for _, f := range c.History {
		history = append(history, readCase(f))
	}
	above := map[string]string{}
	for _, built := range analyzer.Schemas(analyzer.Options{Rules: rules.All}, history) {
		for _, t := range built.Describe().Tables {
			if t.PartitionOf != "" {
				above[t.Schema+"."+t.Name] = t.PartitionOf
			}
		}
	}
	return above
}

// atRunTime are the rules that say of the whole change that what it hits is only
// known on the server.
var atRunTime = []string{"run-time-target", "unread-statement", "unread-file", "drop-owned"}

// names reports whether a finding is about what is lost, or reaches it.
func names(r *analyzer.Report, above map[string]string, l losstest.Loss) bool {
	return slices.ContainsFunc(r.Findings, func(f analyzer.Finding) bool {
		if slices.Contains(atRunTime, f.Rule) || covers(f.Object.Kind, f.Object.String(), above, l) {
			return true
		}
		return slices.ContainsFunc(f.Reach, func(reached analyzer.Reached) bool {
			return reached.Why != "" && covers(reached.Kind, reached.Name, above, l)
		})
	})
}

// covers reports whether a loss is one of what is named: of it or a part of it.
// The rows of a partition are rows of the tables above it. Where a key or all of a
// row is written over, the rows cannot be told to be the same ones.
func covers(kind op.Kind, name string, above map[string]string, l losstest.Loss) bool {
	for i := 0; name != "" && i <= len(above); i++ {
		if l.Object == name || strings.HasPrefix(l.Object, name+".") {
			return true
		}
		if l.Kind == losstest.RowsGone && strings.HasPrefix(name, l.Object+".") {
			return true
		}
		if kind == op.Column {
			return false
		}
		name = above[name]
	}
	return false
}
