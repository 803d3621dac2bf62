package cli

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/dropgate/dropgate/internal/gate"
	"github.com/dropgate/dropgate/internal/github/githubtest"
)

// earlierIn are n harmless migrations of a folder.
func earlierIn(folder string, n int) map[string]string {
	files := map[string]string{}
	for i := range n {
		files[fmt.Sprintf("%s/%04d_table.up.sql", folder, i+1)] = fmt.Sprintf("CREATE TABLE t%d (id int);\n", i+1)
	}
	return files
}

// A name that is nowhere in the history is only known not to exist if all of
// the history was read.
func TestActionLongHistory(t *testing.T) {
	const ghost = "DROP TABLE IF EXISTS ghost;\n"
	change := map[string]string{"migrations/9000_ghost.up.sql": ghost}
	const few = 40 // a token has 1,000 requests an hour
	t.Run("read in full", func(t *testing.T) {
		s := newStageOn(t, earlierIn("migrations", historyLimit-1), change)
		o := s.on("opened")
		o.want(t, exitClear, gate.Absent)
		if len(o.requests) > few {
			t.Errorf("%d requests, want no more than %d", len(o.requests), few)
		}
	})
	t.Run("one more", func(t *testing.T) {
		s := newStageOn(t, earlierIn("migrations", historyLimit), change)
		o := s.on("opened")
		o.want(t, exitBlocked, gate.Absent, "drop-table public.ghost")
		if len(o.requests) > few {
			t.Errorf("%d requests, want no more than %d", len(o.requests), few)
		}
		if !strings.Contains(o.out, "earlier migrations are not read") {
			t.Errorf("the log does not say that the history is cut:\n%s", o.out)
		}
	})
	t.Run("one by one", func(t *testing.T) {
		s := newStageOn(t, earlierIn("migrations", 20), change)
		delete(s.env, "GITHUB_GRAPHQL_URL")
		s.on("opened").want(t, exitClear, gate.Absent)
		if got := s.server.Count("GET", "/repos/octo/shop/git/blobs/*"); got != 21 {
			t.Errorf("%d blobs were read, want 21: the patch has the added file", got)
		}
	})
	t.Run("a part of the list", func(t *testing.T) {
		s := newStageOn(t, earlierIn("migrations", 20), change)
		s.server.Fail(wholeTree, -1, githubtest.TruncatedTree())
		s.on("opened").want(t, exitBlocked, gate.Absent, "drop-table public.ghost")
	})
	t.Run("the edited file is always read", func(t *testing.T) {
		more := earlierIn("migrations", historyLimit+1)
		more["migrations/0000_old.up.sql"] = deleteUsers
		s := newStageOn(t, more, map[string]string{"migrations/0000_old.up.sql": "-- why\n" + deleteUsers})
		s.on("opened").want(t, exitClear, gate.Absent)
	})
}

// wholeTree picks the requests for all files of a commit.
func wholeTree(r *http.Request) bool {
	return strings.Contains(r.URL.Path, "/git/trees/") && r.URL.Query().Has("recursive")
}

// A pull request that brings a whole folder does not use up the hour's requests.
func TestActionManyMigrations(t *testing.T) {
	files := earlierIn("db", 500)
	files[drop] = dropUsers
	s := newStage(t, files)
	o := s.on("opened")
	o.want(t, exitBlocked, gate.Absent, users)
	if len(o.requests) > 30 || len(o.report.Files) != 501 {
		t.Errorf("%d requests and %d files, want at most 30 and 501", len(o.requests), len(o.report.Files))
	}
}

// What came into the base since the branch left it is not this change's.
func TestActionBaseMovesOn(t *testing.T) {
	s := newStage(t, map[string]string{orders: "ALTER TABLE orders ADD COLUMN note text;\n"})
	s.repo.Commit("main", map[string]string{drop: dropUsers})
	s.on("edited").want(t, exitClear, gate.Absent)
	s.repo.CommitChange("feature", githubtest.Change{
		Merge: "main", Files: map[string]githubtest.File{drop: {Content: dropUsers}},
	})
	s.on("synchronize").want(t, exitClear, gate.Absent)
}

// What the pull request itself created is nobody's loss; what its first part
// created and has run since is.
func TestActionCreatedByTheChange(t *testing.T) {
	s := newStage(t, map[string]string{drop: "CREATE TABLE scratch (id int);\nDROP TABLE scratch;\n"})
	s.on("opened").want(t, exitClear, gate.Absent)
	s.repo.Commit("feature", map[string]string{orders: "CREATE TABLE scratch (id int);\n"})
	s.on("synchronize").want(t, exitClear, gate.Absent)
	s.pr.Merge("alice")
	s.repo.Commit("next", map[string]string{"migrations/0004_drop.up.sql": "DROP TABLE scratch;\n"})
	s.pr = s.repo.OpenPullRequest("main", "next", "alice")
	o := s.bare(s.pr.Event("opened"))
	if o.code != exitBlocked {
		t.Errorf("exit code %d, want 1: the table was there before this change\n%s", o.code, o.out)
	}
}

// A repository whose first migrations come by this pull request.
func TestActionFirstMigrations(t *testing.T) {
	s := newStage(t, map[string]string{"db/schema/1.sql": "CREATE TABLE a (id int);\n", "db/schema/2.sql": "DROP TABLE a;\n"})
	s.on("opened").want(t, exitClear, gate.Absent)
}
