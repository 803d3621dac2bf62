package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/dropgate/dropgate/analyzer"
	"github.com/dropgate/dropgate/internal/git"
)

// query names the users table, as code does.
const query = "db.query(\"SELECT id FROM users\")\n"

// workspaceOf writes files into the job's workspace.
func (s *stage) workspaceOf(files map[string]string) {
	s.t.Helper()
	for name, text := range files {
		full := filepath.Join(s.env["GITHUB_WORKSPACE"], filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(full), 0o755); err != nil {
			s.t.Fatal(err)
		}
		if err := os.WriteFile(full, []byte(text), 0o600); err != nil {
			s.t.Fatal(err)
		}
	}
}

// TestActionInUse holds that the action looks at those files of a checkout that are
// the head's, and asks GitHub for nothing more.
func TestActionInUse(t *testing.T) {
	code := map[string]string{
		"app/head.py": query, "app/crlf.py": query, "app/edited.py": query, "app/missing.py": query,
		"app/linked.py": query, "app/notes.md": query,
	}
	files := map[string]string{drop: "DROP TABLE users;"}
	s := newStageOn(t, code, files)
	without := s.on("opened")
	if f := without.report.Findings[0]; len(f.Uses) != 0 || f.Score != 90 {
		t.Errorf("without a checkout: %+v", f)
	}
	without = s.on("opened")
	s.workspaceOf(map[string]string{
		"app/head.py":      query,
		"app/crlf.py":      strings.ReplaceAll(query, "\n", "\r\n"),
		"app/edited.py":    "#\n" + query,
		"app/untracked.py": query,
		"app/notes.md":     query,
	})
	if err := os.Symlink("head.py", filepath.Join(s.env["GITHUB_WORKSPACE"], "app", "linked.py")); err != nil {
		t.Fatal(err)
	}
	with := s.on("opened")
	f := with.report.Findings[0]
	if diff := cmp.Diff([]analyzer.Use{{Path: "app/head.py", Line: 1}}, f.Uses); diff != "" || f.MoreUses != 0 || f.Score != 95 {
		t.Errorf("score %d, %d more uses (-want +got):\n%s", f.Score, f.MoreUses, diff)
	}
	if !strings.Contains(with.out, "still in   app/head.py:1") {
		t.Errorf("the log does not name the place:\n%s", with.out)
	}
	// The comment changes, which takes the list of comments and a look at the head.
	if got, want := len(with.requests)-len(with.writes), len(without.requests)+1; got > want {
		t.Errorf("%d requests with a checkout besides those that post, %d without", got, want)
	}
}

// TestSearchTime holds that the search ends when its time is up.
func TestSearchTime(t *testing.T) {
	now := time.Unix(0, 0)
	a := &app{now: func() time.Time { now = now.Add(time.Second); return now }}
	files := []git.TreeFile{{Path: "a.py"}, {Path: "b.py"}, {Path: "c.py"}, {Path: "d.py"}}
	read := 0
	open := func() (codebase, error) {
		return codebase{files, func(each func(int, []byte) bool) error {
			for i := range files {
				read++
				if !each(i, []byte(query)) {
					return nil
				}
			}
			return nil
		}}, nil
	}
	got := a.inUse(open)([]analyzer.Gone{{Table: "users"}})
	want := analyzer.Usage{
		Uses:   []analyzer.Uses{{First: []analyzer.Use{{Path: "a.py", Line: 1}, {Path: "b.py", Line: 1}, {Path: "c.py", Line: 1}}}},
		Search: analyzer.Search{Files: 3, Of: 4, Stopped: "after 3 s"},
	}
	if diff := cmp.Diff(want, got); diff != "" || read != 3 {
		t.Errorf("%d files read (-want +got):\n%s", read, diff)
	}
}

// TestReadTree holds that nothing outside of the tree, and no link, is read.
func TestReadTree(t *testing.T) {
	folder := t.TempDir()
	tree := filepath.Join(folder, "tree")
	write := func(name string) {
		t.Helper()
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(query), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(filepath.Join(folder, "secret"))
	write(filepath.Join(tree, "a", "in.py"))
	for name, to := range map[string]string{"link.py": "a/in.py", "out.py": "../secret", "up": ".."} {
		if err := os.Symlink(to, filepath.Join(tree, name)); err != nil {
			t.Fatal(err)
		}
	}
	var got []int
	err := readTree(tree, []string{"a", "a/in.py", "link.py", "out.py", "up/secret", "../secret", "none.py"}, func(i int, _ []byte) bool {
		got = append(got, i)
		return true
	})
	if diff := cmp.Diff([]int{1}, got); err != nil || diff != "" {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
}
