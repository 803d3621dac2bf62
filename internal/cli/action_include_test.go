package cli

import (
	"fmt"
	"strings"
	"testing"

	"github.com/dropgate/dropgate/internal/gate"
)

// The files that psql includes come from the head's tree, and for what has run
// already from the merge base's.
func TestActionIncludes(t *testing.T) {
	const (
		drop    = "migrations/0002_drop.sql" // psql runs what no other tool takes for its own
		lib     = "migrations/lib/users.psql"
		include = "\\set ON_ERROR_STOP on\n\\ir lib/users.psql\n"
	)
	t.Run("a file that the pull request adds", func(t *testing.T) {
		s := newStage(t, map[string]string{drop: include, lib: dropUsers})
		o := s.on("opened")
		o.want(t, exitBlocked, gate.Absent, users)
		if got := o.report.Findings[0].Path; got != lib {
			t.Errorf("the finding stands in %s, want %s", got, lib)
		}
	})
	t.Run("a file that is there already", func(t *testing.T) {
		s := newStageOn(t, map[string]string{lib: dropUsers}, map[string]string{drop: include})
		s.on("opened").want(t, exitBlocked, gate.Absent, users)
	})
	t.Run("by the folder that psql is run in", func(t *testing.T) {
		s := newStage(t, map[string]string{drop: "\\i migrations/lib/a.psql\n", "migrations/lib/a.psql": "\\i migrations/lib/users.psql\n", lib: dropUsers})
		s.on("opened").want(t, exitBlocked, gate.Absent, users)
	})
	t.Run("as it was when the history ran", func(t *testing.T) {
		s := newStageOn(t,
			map[string]string{drop: include, lib: "CREATE TABLE made (id int);\n"},
			map[string]string{"migrations/0003_again.sql": "\\ir lib/users.psql\nDROP TABLE IF EXISTS made, other;\n", lib: "CREATE TABLE other (id int);\n"})
		s.on("opened").want(t, exitBlocked, gate.Absent, "drop-table public.made")
	})
	t.Run("a file that is not there", func(t *testing.T) {
		s := newStage(t, map[string]string{drop: include})
		s.on("opened").want(t, exitBlocked, gate.Absent, "unread-statement ")
	})
	t.Run("many", func(t *testing.T) {
		files := map[string]string{lib: dropUsers}
		var all strings.Builder
		for i := range 150 {
			name := fmt.Sprintf("lib/%d.psql", i)
			fmt.Fprintf(&all, "\\ir %s\n", name)
			files["migrations/"+name] = "\\ir users.psql\n"
		}
		files[drop] = all.String()
		s := newStage(t, files)
		o := s.on("opened")
		o.want(t, exitBlocked, gate.Absent, users)
		if len(o.requests) > 30 {
			t.Errorf("%d requests, want no more than 30", len(o.requests))
		}
	})
}

// The order in which sqitch deploys is the plan's, as the head has it.
func TestActionPlan(t *testing.T) {
	const head = "%syntax-version=1.0.0\n%project=plan\n\n"
	line := func(name string) string { return name + " 2024-01-01T00:00:00Z A <a@example.org> # why\n" }
	files := map[string]string{
		"db/deploy/c.sql": "ALTER TABLE users RENAME TO other;\n", "db/deploy/d.sql": "DROP TABLE IF EXISTS other;\n",
		"db/sqitch.plan": head + line("made") + line("d") + line("c"),
	}
	earlier := map[string]string{"db/deploy/made.sql": "CREATE TABLE users (id int PRIMARY KEY);\n", "db/sqitch.plan": head + line("made")}
	s := newStageOn(t, earlier, files)
	s.on("opened").want(t, exitClear, gate.Absent)
	s.repo.Commit("feature", map[string]string{"db/sqitch.plan": head + line("made") + line("c") + line("d")})
	s.on("synchronize").want(t, exitBlocked, gate.Absent, "drop-table public.other")
}
