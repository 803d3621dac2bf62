package analyzer_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dropgate/dropgate/analyzer"
	"github.com/dropgate/dropgate/analyzer/migration"
	"github.com/dropgate/dropgate/analyzer/source"
	"github.com/dropgate/dropgate/rules"
)

// TestProgress holds that a review tells of every file, in each stage once, and of
// none twice that is there as it was and as it is.
func TestProgress(t *testing.T) {
	read := func(name, sql string) *migration.Migration {
		return migration.Read(source.New(name, []byte(sql)), "")
	}
	var (
		history = []*migration.Migration{read("m/1.sql", "CREATE TABLE t (id int);"), read("m/2.sql", "SELECT 1;")}
		files   = []*migration.Migration{read("m/3.sql", "DROP TABLE t;")}
		changed = []analyzer.ChangedFile{
			{Path: "m/2.sql", Status: "modified", Migration: read("m/2.sql", "SELECT 2;"), Base: history[1]},
			{Path: "m/3.sql", Status: "added", Migration: files[0]},
			{Path: "m/4.sql", Status: "removed"},
		}
	)
	each := []string{
		"reading 0/3", "reading 1/3", "reading 2/3", "reading 3/3",
		"judging 0/3", "judging 1/3", "judging 2/3", "judging 3/3",
	}
	for _, tt := range []struct {
		title string
		do    func(analyzer.Options)
		want  []string
	}{
		{"each by itself", func(o analyzer.Options) { analyzer.Each(o, history, files) }, each},
		{"the schema", func(o analyzer.Options) { analyzer.Build(o, append(history, files...)) }, each},
		{"as one change", func(o analyzer.Options) { analyzer.Together(o, history, changed) }, []string{
			"reading 0/4", "reading 1/4", "reading 2/4", "reading 3/4", "reading 4/4",
			"judging 0/5", "judging 1/5", "judging 2/5", "judging 3/5", "judging 4/5", "judging 5/5",
		}},
	} {
		t.Run(tt.title, func(t *testing.T) {
			var got []string
			tt.do(analyzer.Options{Rules: rules.All, Jobs: 2, Progress: func(s analyzer.Stage, done, total int) {
				got = append(got, fmt.Sprintf("%s %d/%d", s, done, total))
			}})
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("told (- want, + got):\n%s", diff)
			}
		})
	}
}
