package cli

import (
	"strings"
	"testing"

	"github.com/dropgate/dropgate/internal/gate"
	"github.com/dropgate/dropgate/internal/github/githubtest"
)

// What a pull request does to migrations that its base has is shown and blocks
// nothing: one that it removes has no lines to comment on, and no page to link to.
func TestActionEditedMigrations(t *testing.T) {
	const (
		items = "migrations/0003_items.up.sql"
		notes = "migrations/0004_notes.up.sql"
	)
	before := map[string]string{items: "CREATE TABLE items (id int);\n", notes: "CREATE TABLE notes (id int);\n"}
	change := githubtest.Change{
		Files:  map[string]githubtest.File{items: {Content: "CREATE TABLE items (id bigint);\n"}},
		Delete: []string{notes},
	}
	t.Run("alone", func(t *testing.T) {
		s := newStageOn(t, before, map[string]string{"README.md": "#\n"})
		s.repo.CommitChange("feature", change)
		o := s.on("opened")
		o.wantWrites(t)
		var got []string
		for _, f := range o.report.Findings {
			got = append(got, f.Rule+" "+f.Path)
		}
		if want := "edited-migration " + items + ", deleted-migration " + notes; o.code != exitClear || strings.Join(got, ", ") != want {
			t.Errorf("exit code %d, findings %v, want 0 and %s", o.code, got, want)
		}
		o.on(t, notes)
	})
	t.Run("beside one that blocks", func(t *testing.T) {
		s := newStageOn(t, before, map[string]string{drop: dropUsers})
		s.repo.CommitChange("feature", change)
		o := s.on("opened")
		if o.code != exitBlocked {
			t.Errorf("exit code %d, want 1\n%s", o.code, o.out)
		}
		s.wantPlaces(drop + ":3")
		s.wantSummary("2 findings that do not block", "`"+notes+":1`: Removes the migration", items+"#L1")
		if body := s.summaryComment().Body; strings.Contains(body, notes+"#L1") {
			t.Errorf("the summary links to a file that is gone:\n%s", body)
		}
	})
	t.Run("renamed", func(t *testing.T) {
		s := newStageOn(t, before, map[string]string{"migrations/0009_notes.up.sql": before[notes]})
		s.repo.CommitChange("feature", githubtest.Change{Delete: []string{notes}})
		o := s.on("opened")
		o.wantWrites(t)
		if len(o.report.Findings) != 1 || o.report.Findings[0].Rule != "edited-migration" || o.report.Findings[0].Path != "migrations/0009_notes.up.sql" {
			t.Errorf("findings %v, want one edited-migration at the new path", o.report.Findings)
		}
		if o.code != exitClear || o.report.Decision.Acknowledgement.State != gate.Absent {
			t.Errorf("exit code %d, want 0", o.code)
		}
	})
}
