package cli

import (
	"fmt"
	"maps"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/dropgate/dropgate/internal/gate"
	"github.com/dropgate/dropgate/internal/github/githubtest"
)

// lines are SQL comments, one a line, to put a distance between two statements.
func lines(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "-- line %d\n", i+1)
	}
	return b.String()
}

func TestActionNothingToReview(t *testing.T) {
	tests := map[string]map[string]string{
		"no migrations":      {"README.md": "# The shop\n", "main.go": "package main\n"},
		"harmless migration": {drop: "CREATE TABLE items (id int);\n"},
		"empty migration":    {drop: ""},
		"down migration":     {"migrations/0002_drop.down.sql": dropUsers},
	}
	for name, files := range tests {
		t.Run(name, func(t *testing.T) {
			s := newStage(t, files)
			o := s.on("opened")
			o.want(t, exitClear, gate.Absent)
			o.wantWrites(t)
			if len(o.annotations) != 0 || o.outputs["findings"] != "0" || o.outputs["score"] != "0" {
				t.Errorf("annotations %v, outputs %v, want no finding", o.annotations, o.outputs)
			}
		})
	}
}

// Where a comment cannot stand, the summary says it.
func TestActionOutsideTheDiff(t *testing.T) {
	before := "BEGIN;\nDROP TABLE users;\n" + lines(40) + "ROLLBACK;\n"
	s := newStageOn(t, map[string]string{drop: before}, map[string]string{
		drop: strings.Replace(before, "ROLLBACK", "COMMIT", 1),
	})
	o := s.on("opened")
	o.want(t, exitBlocked, gate.Absent, users)
	o.wantWrites(t, postSummary)
	s.wantPlaces()
	s.wantSummary("No comment could be placed on these lines", drop+":2", "/blob/"+s.pr.HeadSHA()+"/migrations/0002_drop.up.sql#L2")
	if got := o.on(t, drop).name; got != "error" {
		t.Errorf("the annotation is %q, want an error", got)
	}
	s.on("opened").wantWrites(t)
}

// on returns the only annotation of a file.
func (o outcome) on(t *testing.T, path string) command {
	t.Helper()
	var found []command
	for _, c := range o.annotations {
		if strings.HasPrefix(c.properties, "file="+path+",") {
			found = append(found, c)
		}
	}
	if len(found) != 1 {
		t.Fatalf("annotations of %s: %v, want one", path, found)
	}
	return found[0]
}

func TestActionSeveralLines(t *testing.T) {
	t.Run("in one hunk", func(t *testing.T) {
		s := newStage(t, map[string]string{drop: "-- a\nDROP TABLE\n  users,\n  orders\n  CASCADE;\n"})
		o := s.on("opened")
		if o.code != exitBlocked || len(o.report.Findings) != 2 {
			t.Fatalf("exit code %d, %d findings, want 1 and 2", o.code, len(o.report.Findings))
		}
		for _, c := range s.pr.ReviewComments() {
			f := o.report.Findings[0]
			if c.Line != f.End.Line || c.StartLine != 0 && c.StartLine != f.Start.Line {
				t.Errorf("comment on %d-%d, the finding stands on %d-%d", c.StartLine, c.Line, f.Start.Line, f.End.Line)
			}
		}
	})
	t.Run("delete over lines", func(t *testing.T) {
		s := newStage(t, map[string]string{drop: "-- a\nDELETE\nFROM users\n;\n"})
		s.on("opened").want(t, exitBlocked, gate.Absent, "delete-rows public.users")
		s.wantPlaces(drop + ":2-3")
	})
	t.Run("beyond the hunk", func(t *testing.T) {
		before := "DELETE FROM users\nWHERE\n" + lines(30) + "  id = 1;\n"
		after := strings.Replace(before, "id = 1", "id > 1", 1)
		s := newStageOn(t, map[string]string{drop: before}, map[string]string{drop: after})
		s.on("opened").want(t, exitBlocked, gate.Absent, "delete-rows public.users")
		s.wantPlaces(drop + ":30-33")
	})
}

const deleteUsers = "-- spam\nDELETE FROM users;\n"

func TestActionEditedMigration(t *testing.T) {
	more := map[string]string{drop: "-- spam\nDELETE FROM users WHERE id = 1;\n"}
	const rows = "delete-rows public.users"
	tests := []struct {
		name  string
		file  string
		code  int
		want  []string
		place []string
	}{
		{"comment", "-- why\n\nDELETE FROM users WHERE id = 1;\n", exitClear, nil, nil},
		{"another spelling", "delete from USERS\n  where id=1 ;\n", exitClear, nil, nil},
		{"new statement", "DELETE FROM users WHERE id = 1;\n" + dropOrders, exitBlocked, []string{"drop-table public.orders"}, []string{drop + ":2"}},
		{"wider", "DELETE FROM users WHERE id > 1;\n", exitBlocked, []string{rows}, []string{drop + ":1"}},
		{"without bound", "DELETE FROM users;\n", exitBlocked, []string{rows}, []string{drop + ":1"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := newStageOn(t, more, map[string]string{drop: test.file})
			s.on("opened").want(t, test.code, gate.Absent, test.want...)
			s.wantPlaces(test.place...)
		})
	}
}

func TestActionRemovedAndRenamed(t *testing.T) {
	const renamed = "migrations/0002_drop_users.up.sql"
	const later = "migrations/0009_drop.up.sql"
	const rows = "delete-rows public.users"
	tests := []struct {
		name   string
		path   string
		text   string
		code   int
		want   []string
		places []string
	}{
		{"removed", "", "", exitClear, nil, nil},
		{"renamed", renamed, deleteUsers, exitClear, nil, nil},
		{"renamed and edited", renamed, deleteUsers + dropOrders, exitBlocked, []string{"drop-table public.orders"}, []string{renamed + ":3"}},
		{"under a later number, it runs again", later, deleteUsers, exitBlocked, []string{rows}, nil},
		{"out of the migrations", "docs/drop.txt", deleteUsers, exitClear, nil, nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := newStageOn(t, map[string]string{drop: deleteUsers}, map[string]string{"README.md": "#\n"})
			change := githubtest.Change{Delete: []string{drop}, Files: map[string]githubtest.File{}}
			if test.path != "" {
				change.Files[test.path] = githubtest.File{Content: test.text}
			}
			s.repo.CommitChange("feature", change)
			o := s.on("opened")
			o.want(t, test.code, gate.Absent, test.want...)
			s.wantPlaces(test.places...)
			if len(o.report.Files) != 1 {
				t.Errorf("files %v, want the one that changed", o.report.Files)
			}
		})
	}
	t.Run("from where nothing is reviewed", func(t *testing.T) {
		s := newStageOn(t, map[string]string{"drafts/drop.txt": deleteUsers}, map[string]string{"README.md": "#\n"})
		s.repo.CommitChange("feature", githubtest.Change{
			Delete: []string{"drafts/drop.txt"}, Files: map[string]githubtest.File{drop: {Content: deleteUsers}},
		})
		s.on("opened").want(t, exitBlocked, gate.Absent, rows)
		s.wantPlaces() // a file that is only renamed shows no lines
	})
}

// A copy has not run, whatever GitHub calls it.
func TestActionCopied(t *testing.T) {
	s := newStageOn(t, map[string]string{drop: deleteUsers}, map[string]string{"migrations/0002_again.up.sql": deleteUsers})
	s.server.Fail(githubtest.Match("GET", pulls+"/files"), -1, githubtest.Response{Edit: func(body any) any {
		file := body.([]any)[0].(map[string]any)
		file["status"], file["previous_filename"] = "copied", drop
		return body
	}})
	o := s.on("opened")
	if o.code != exitBlocked {
		t.Errorf("exit code %d, want 1\n%s", o.code, o.out)
	}
}

func TestActionUnreadableFiles(t *testing.T) {
	text := utf16.Encode([]rune("\ufeffDROP TABLE users;\n"))
	var wide strings.Builder
	for _, unit := range text {
		wide.WriteByte(byte(unit))
		wide.WriteByte(byte(unit >> 8))
	}
	tests := []struct {
		name string
		file githubtest.File
	}{
		{"NUL", githubtest.File{Content: "SELECT 1;\n\x00\x01\x02"}},
		{"UTF-16", githubtest.File{Content: wide.String()}},
		{"symlink", githubtest.File{Content: "../hidden/drop.sql", Mode: githubtest.ModeSymlink}},
		{"submodule", githubtest.File{Content: strings.Repeat("ab", 20), Mode: githubtest.ModeSubmodule}},
	}
	for _, test := range tests {
		for _, edited := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, edited %t", test.name, edited), func(t *testing.T) {
				more := map[string]string{}
				if edited {
					more[drop] = "SELECT 1;\n"
				}
				s := newStageOn(t, more, map[string]string{"README.md": "#\n"})
				s.repo.CommitChange("feature", githubtest.Change{Files: map[string]githubtest.File{drop: test.file}})
				o := s.on("opened")
				if o.code != exitBlocked || len(o.report.Findings) == 0 || !strings.HasPrefix(o.report.Findings[0].Rule, "unread-") {
					t.Fatalf("exit code %d, findings %v, want 1 and one that says it is not read", o.code, o.report.Findings)
				}
				s.wantSummary(drop)
				s.pr.Label(label, "bob")
				if o := s.on("labeled"); o.code != exitClear {
					t.Errorf("exit code %d with the label, want 0", o.code)
				}
				if o := s.on("edited"); o.code != exitClear {
					t.Errorf("exit code %d after the label, want 0", o.code)
				}
			})
		}
	}
}

// What nobody can read is another operation once it is changed.
func TestActionUnreadableFileChanges(t *testing.T) {
	tests := []struct {
		name          string
		before, after githubtest.File
	}{
		{"NUL", githubtest.File{Content: "SELECT 1;\n\x00\x01"}, githubtest.File{Content: "SELECT 1;\n\x00\x02 DROP TABLE users;"}},
		{"symlink", githubtest.File{Content: "a.sql", Mode: githubtest.ModeSymlink}, githubtest.File{Content: "b.sql", Mode: githubtest.ModeSymlink}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := newStage(t, map[string]string{"README.md": "#\n"})
			s.repo.CommitChange("feature", githubtest.Change{Files: map[string]githubtest.File{drop: test.before}})
			s.on("opened")
			s.pr.Label(label, "bob")
			if o := s.on("labeled"); o.code != exitClear {
				t.Fatalf("exit code %d with the label, want 0", o.code)
			}
			s.repo.CommitChange("feature", githubtest.Change{Files: map[string]githubtest.File{drop: test.after}})
			if o := s.on("synchronize"); o.code != exitBlocked {
				t.Errorf("exit code %d after another push, want 1: nobody can tell what it does now", o.code)
			}
		})
	}
}

// GitHub shows no patch of a file that is too long; it is read all the same.
func TestActionWithoutPatch(t *testing.T) {
	s := newStage(t, map[string]string{drop: lines(20_100) + "DROP TABLE users;\n"})
	o := s.on("opened")
	o.want(t, exitBlocked, gate.Absent, users)
	o.wantWrites(t, postSummary)
	s.wantSummary("No comment could be placed", drop+":20101")
}

func TestActionDownSection(t *testing.T) {
	const file = "-- +goose Up\nCREATE TABLE items (id int);\n-- +goose Down\nDROP TABLE users;\n"
	more := map[string]string{"goose/0001_init.sql": "-- +goose Up\nCREATE TABLE users (id int);\n"}
	t.Run("of goose", func(t *testing.T) {
		s := newStageOn(t, more, map[string]string{"goose/0002_items.sql": file})
		s.on("opened").want(t, exitClear, gate.Absent)
	})
	t.Run("in a folder that goose does not run", func(t *testing.T) {
		s := newStageOn(t, more, map[string]string{"migrations/0002_items.up.sql": file})
		s.on("opened").want(t, exitBlocked, gate.Absent, users)
	})
}

// many are files that are no migrations.
func many(n int) map[string]string {
	files := map[string]string{}
	for i := range n {
		files[fmt.Sprintf("assets/%04d.txt", i)] = "x\n"
	}
	return files
}

func TestActionManyFiles(t *testing.T) {
	files := many(298)
	maps.Copy(files, map[string]string{drop: dropUsers, "aaa/0001_x.sql": "SELECT 1;\n"})
	s := newStage(t, files)
	o := s.on("opened")
	o.want(t, exitBlocked, gate.Absent, users)
	if got := s.server.Count("GET", pulls+"/files"); got != 3 { // a comparison ends at 300 files
		t.Errorf("%d pages of files were read, want 3", got)
	}
}

func TestActionMoreFilesThanListed(t *testing.T) {
	files := many(3004)
	files["zzz/0001_hidden.sql"] = dropUsers
	s := newStage(t, files)
	o := s.on("opened")
	o.want(t, exitBlocked, gate.Absent, "unread-file ")
	o.wantWrites(t, postSummary)
	s.wantSummary("3000 files")
	s.pr.Label(label, "bob")
	s.on("labeled").want(t, exitClear, gate.Valid, "unread-file ")
	s.on("edited").want(t, exitClear, gate.Valid, "unread-file ")

	s.repo.Commit("feature", map[string]string{"zzz/0001_hidden.sql": dropOrders})
	s.on("synchronize").want(t, exitBlocked, gate.Stale, "unread-file ")
}

// Scripts of sqitch that only its plan tells of: what reverts is not judged, unless
// the plan comes with the change.
func TestActionSqitchPlan(t *testing.T) {
	const plan = "%project=shop\n\nzoo 2024-01-01T00:00:00Z A B <a@b.c>\n"
	before := map[string]string{"db/sqitch.plan": plan, "db/deploy/zoo.sql": "CREATE TABLE zoo (id int);\n", "db/revert/zoo.sql": "DROP TABLE zoo;\n"}
	change := map[string]string{
		"db/sqitch.plan":    plan + "ant 2024-01-02T00:00:00Z A B <a@b.c>\n",
		"db/deploy/ant.sql": "CREATE TABLE ant (id int);\n", "db/revert/ant.sql": "DROP TABLE zoo;\n",
	}
	t.Run("on the base", func(t *testing.T) {
		newStageOn(t, before, change).on("opened").want(t, exitClear, gate.Absent)
	})
	t.Run("in the change", func(t *testing.T) {
		newStageOn(t, map[string]string{"db/deploy/zoo.sql": before["db/deploy/zoo.sql"]}, change).
			on("opened").want(t, exitBlocked, gate.Absent, "drop-table public.zoo")
	})
}
