package cli

import (
	"strings"
	"testing"

	"github.com/dropgate/dropgate/internal/gate"
)

// A pull request must not say itself what the history has: the dump counts as it is
// on the base, and a change of it is no migration.
func TestActionBaseline(t *testing.T) {
	const (
		configured = "schema: db/structure.sql\n"
		dump       = "CREATE TABLE public.parents (id bigint NOT NULL PRIMARY KEY);\nCREATE TABLE public.children (parent bigint REFERENCES public.parents (id) ON DELETE CASCADE);\n"
		ghost      = "DROP TABLE IF EXISTS ghost;\n"
	)
	base := map[string]string{configName: configured, "db/structure.sql": dump}
	t.Run("what it has exists", func(t *testing.T) {
		s := newStageOn(t, base, map[string]string{
			"migrations/9000_x.up.sql": "DELETE FROM parents WHERE id = 1;\n",
			"db/structure.sql":         "SELECT 1;\n",
		})
		o := s.on("opened")
		o.want(t, exitBlocked, gate.Absent, "delete-rows public.parents")
		if len(o.report.Files) != 1 || len(o.report.Findings) != 1 || len(o.report.Findings[0].Reach) != 1 {
			t.Errorf("got %+v", o.report)
		}
	})
	t.Run("what it has not is not there", func(t *testing.T) {
		s := newStageOn(t, base, map[string]string{"migrations/9000_x.up.sql": ghost})
		s.on("opened").want(t, exitClear, gate.Absent)
	})
	t.Run("only the dump changes", func(t *testing.T) {
		s := newStageOn(t, base, map[string]string{"db/structure.sql": "DROP TABLE users;\n"})
		s.on("opened").want(t, exitClear, gate.Absent)
	})
	t.Run("the pull request adds it", func(t *testing.T) {
		s := newStageOn(t, map[string]string{configName: configured}, map[string]string{
			"migrations/9000_x.up.sql": ghost, "db/structure.sql": dump,
		})
		o := s.on("opened")
		o.want(t, exitBlocked, gate.Absent, "drop-table public.ghost")
		if !strings.Contains(o.out, "db/structure.sql is not there before the change") {
			t.Errorf("the log does not say that it is missing:\n%s", o.out)
		}
	})
	t.Run("it is Ruby", func(t *testing.T) {
		s := newStageOn(t, map[string]string{configName: "schema: db/schema.rb\n", "db/schema.rb": "x"}, map[string]string{"migrations/9000_x.up.sql": ghost})
		s.on("opened").wantFailed(t, "db/schema.rb is Ruby")
	})
}
