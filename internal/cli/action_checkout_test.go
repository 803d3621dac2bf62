package cli

import (
	"maps"
	"os"
	"path/filepath"
	"testing"

	"github.com/dropgate/dropgate/internal/gate"
)

// checkedOut is a pull request whose job has a checkout of the head.
func checkedOut(t *testing.T, config string) *stage {
	t.Helper()
	before := earlierIn("migrations", 20)
	before[configName] = config
	change := map[string]string{"migrations/0021_drop.up.sql": "DROP TABLE t7;\n"}
	s := newStageOn(t, before, change)
	delete(s.env, "GITHUB_GRAPHQL_URL") // a request for each blob
	maps.Copy(before, base)
	maps.Copy(before, change)
	s.workspaceOf(before)
	return s
}

// blobReads counts the blobs that GitHub was asked for in the last run.
func (s *stage) blobReads() int { return s.server.Count("GET", "/repos/octo/shop/git/blobs/*") }

// What the job's checkout has, GitHub is not asked for.
func TestActionCheckout(t *testing.T) {
	s := checkedOut(t, "threshold: 10\n")
	o := s.on("opened")
	o.want(t, exitBlocked, gate.Absent, "drop-table public.t7")
	if got := s.blobReads(); got != 0 {
		t.Errorf("%d blobs were read, want none:\n%v", got, o.sent())
	}
	if err := os.RemoveAll(s.env["GITHUB_WORKSPACE"]); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(s.env["GITHUB_WORKSPACE"], 0o750); err != nil {
		t.Fatal(err)
	}
	s.on("edited").want(t, exitBlocked, gate.Absent, "drop-table public.t7")
	if got := s.blobReads(); got != 22 {
		t.Errorf("%d blobs were read, want the config and 21 earlier migrations", got)
	}
}

// A checkout is believed no more than its bytes: it may be of another commit, or what
// a step before made of it.
func TestActionCheckoutOfAnotherContent(t *testing.T) {
	tests := map[string]func(t *testing.T, s *stage){
		"earlier migration": func(_ *testing.T, s *stage) {
			s.workspaceOf(map[string]string{"migrations/0007_table.up.sql": "SELECT 1;\n"})
		},
		"changed migration": func(_ *testing.T, s *stage) {
			s.workspaceOf(map[string]string{"migrations/0021_drop.up.sql": "SELECT 1;\n"})
		},
		"config": func(_ *testing.T, s *stage) {
			s.workspaceOf(map[string]string{configName: "rules: {drop-table: off}\n"})
		},
		"link": func(t *testing.T, s *stage) {
			t.Helper()
			name := filepath.Join(s.env["GITHUB_WORKSPACE"], "migrations", "0007_table.up.sql")
			if err := os.Remove(name); err != nil {
				t.Fatal(err)
			}
			if err := os.Symlink("/etc/passwd", name); err != nil {
				t.Fatal(err)
			}
		},
		"folder": func(t *testing.T, s *stage) {
			t.Helper()
			name := filepath.Join(s.env["GITHUB_WORKSPACE"], "migrations", "0007_table.up.sql")
			if err := os.Remove(name); err != nil {
				t.Fatal(err)
			}
			if err := os.Mkdir(name, 0o750); err != nil {
				t.Fatal(err)
			}
		},
	}
	for name, change := range tests {
		t.Run(name, func(t *testing.T) {
			s := checkedOut(t, "threshold: 10\n")
			change(t, s)
			s.on("opened").want(t, exitBlocked, gate.Absent, "drop-table public.t7")
			if got := s.blobReads(); got > 1 {
				t.Errorf("%d blobs were read, want at most that one", got)
			}
		})
	}
}
