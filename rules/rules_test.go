package rules_test

import (
	"maps"
	"slices"
	"testing"

	"github.com/dropgate/dropgate/analyzer"
	"github.com/dropgate/dropgate/analyzer/migration"
	"github.com/dropgate/dropgate/analyzer/source"
	"github.com/dropgate/dropgate/internal/usage"
	"github.com/dropgate/dropgate/rules"
)

// review runs every rule over a change on top of what ran before it.
func review(before, change string) []analyzer.Finding { return reviewIn(nil, before, change) }

// searchOf returns what looks for names in code.
func searchOf(code map[string]string) func([]analyzer.Gone) analyzer.Usage {
	return func(names []analyzer.Gone) analyzer.Usage {
		files := func(yield func(string, []byte) bool) {
			for _, path := range slices.Sorted(maps.Keys(code)) {
				if usage.Searched(path) && !yield(path, []byte(code[path])) {
					return
				}
			}
		}
		return usage.Search(names, files, len(code), usage.Default)
	}
}

func reviewIn(code map[string]string, before, change string) []analyzer.Finding {
	read := func(path, text string) *migration.Migration {
		return migration.Read(source.New(path, []byte(text)), "sql")
	}
	var history []*migration.Migration
	if before != "" {
		history = append(history, read("migrations/1.sql", before))
	}
	m := read("migrations/2.sql", change)
	return analyzer.Together(analyzer.Options{Rules: rules.All, InUse: searchOf(code)}, history, []analyzer.ChangedFile{{Path: m.File.Path, Status: "added", Migration: m}}).Findings
}

// TestExamples holds that a bad example gives exactly one finding, of its own
// rule, and that a good one gives none of any.
func TestExamples(t *testing.T) {
	for _, rule := range rules.All {
		t.Run(rule.ID, func(t *testing.T) {
			if rule.ID == "unread-file" {
				return // its examples are files, not SQL: TestUnreadFile
			}
			bad := judged(rule.Bad)
			if len(bad) != 1 || bad[0].Rule != rule.ID {
				t.Errorf("bad example: got %+v, want one finding of %s", bad, rule.ID)
			}
			if good := judged(rule.Good); len(good) != 0 {
				t.Errorf("good example: got %+v, want none", good)
			}
		})
	}
}

// TestUnreadFile holds that a file whose text cannot be had blocks.
func TestUnreadFile(t *testing.T) {
	changed := analyzer.ChangedFile{Path: "migrations/2.sql", Status: "added", Unreadable: "it is a symbolic link"}
	found := analyzer.Together(analyzer.Options{Rules: rules.All}, nil, []analyzer.ChangedFile{changed}).Findings
	if len(found) != 1 || found[0].Rule != "unread-file" || found[0].Score < 60 || found[0].Path != changed.Path {
		t.Errorf("got %+v, want one unread-file of 60 or more on %s", found, changed.Path)
	}
}

// TestUnreadStatementMayCommit holds that nothing is taken for rolled back around
// a statement that cannot be read: it may be a COMMIT.
func TestUnreadStatementMayCommit(t *testing.T) {
	before := "CREATE TABLE users (id int); CREATE TABLE orders (id int);"
	found := review(before, "BEGIN; DROP TABLE users; COMMIT MAYBE; DROP TABLE orders; ROLLBACK;")
	var got []string
	for _, f := range found {
		got = append(got, f.Rule)
	}
	if want := []string{"drop-table", "unread-statement", "drop-table"}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}
