package analyzer_test

import (
	"slices"
	"testing"

	"github.com/dropgate/dropgate/analyzer"
	"github.com/dropgate/dropgate/analyzer/migration"
	"github.com/dropgate/dropgate/analyzer/source"
	"github.com/dropgate/dropgate/rules"
)

// file reads a migration of the test.
func file(path, text string) *migration.Migration {
	return migration.Read(source.New(path, []byte(text)), "")
}

// added is a file that the change adds.
func added(m *migration.Migration) analyzer.ChangedFile {
	return analyzer.ChangedFile{Path: m.File.Path, Status: "added", Migration: m}
}

// together reviews one added file with every rule.
func together(before, change string) *analyzer.Report {
	var history []*migration.Migration
	if before != "" {
		history = append(history, file("migrations/0001_before.sql", before))
	}
	return analyzer.Together(analyzer.Options{Rules: rules.All, Jobs: 1}, history,
		[]analyzer.ChangedFile{added(file("migrations/0002_change.sql", change))})
}

// FuzzReview holds that no text makes a review panic, and that what it says of
// any is well formed.
func FuzzReview(f *testing.F) {
	for _, rule := range rules.All {
		f.Add(rule.Bad.Before, rule.Bad.Change)
		f.Add(rule.Good.Before, rule.Good.Change)
	}
	f.Add("CREATE TABLE a (b int) PARTITION BY LIST (b)", "ALTER TABLE a INHERIT a; DROP TABLE a CASCADE")
	f.Add("", "CREATE TABLE a () INHERITS (a); DELETE FROM a; ALTER TABLE a DROP b; DROP TABLE a")
	f.Add("CREATE TABLE a (id int PRIMARY KEY REFERENCES a ON DELETE CASCADE)", "DELETE FROM a WHERE id = 1; TRUNCATE a CASCADE")
	f.Add("CREATE DOMAIN d AS d; CREATE TYPE c AS (x c)", "DROP TYPE c CASCADE; DROP DOMAIN d CASCADE; ALTER TABLE a ALTER b TYPE d")
	f.Add("PREPARE a AS EXECUTE a", "PREPARE b AS SELECT 1; EXECUTE b; EXECUTE a; DEALLOCATE ALL")
	f.Add("BEGIN; SAVEPOINT a", "BEGIN; ROLLBACK TO b; RELEASE a; COMMIT AND CHAIN; DROP TABLE a; ROLLBACK")
	f.Fuzz(func(t *testing.T, before, change string) {
		report := together(before, change)
		length := len(change)
		for _, found := range report.Findings {
			if found.Score < 1 || found.Score > 100 || found.Severity != analyzer.SeverityOf(found.Score) {
				t.Errorf("finding has score %d and severity %s: %+v", found.Score, found.Severity, found)
			}
			if found.Start.Offset < 0 || found.End.Offset < found.Start.Offset || found.End.Offset >= max(length, 1) {
				t.Errorf("finding is at %+v to %+v in a file of %d bytes", found.Start, found.End, length)
			}
			if found.Fingerprint == "" || found.Message == "" || found.Reach == nil {
				t.Errorf("finding lacks something: %+v", found)
			}
		}
		if !slices.IsSortedFunc(report.Findings, analyzer.Compare) {
			t.Errorf("findings are not in order: %+v", report.Findings)
		}
	})
}
