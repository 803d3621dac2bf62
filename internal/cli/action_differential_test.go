package cli

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"os/exec"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/dropgate/dropgate/analyzer"
	"github.com/dropgate/dropgate/internal/git"
	"github.com/dropgate/dropgate/internal/github/githubtest"
)

// madeInAll is how many repositories are made up. Many more were, once.
const madeInAll = 48

// TestActionAsGit makes repositories up, by commits of all kinds, and has each of them
// reviewed twice: by the action on the stand-in for GitHub, which tells the base from
// the head and the comparison, and from the same commits in a repository of git's,
// which holds both.
func TestActionAsGit(t *testing.T) {
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("there is no git")
	}
	for seed := range uint64(madeInAll) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			g := newGenerated(t, seed)
			switch seed % 3 {
			case 1:
				delete(g.env, "GITHUB_GRAPHQL_URL")
			case 2:
				g.fails("POST /graphql", -1, githubtest.Response{Status: 200, Body: `{"data":null,"errors":[{"message":"no such field"}]}`})
			}
			var o outcome
			if seed%4 == 3 { // all that the pull request has, as a push
				head := g.repo.Head("feature")
				o = g.as("push", g.repo.PushEvent("feature", g.repo.MergeBase("main", head), head))
			} else {
				o = g.on("opened")
			}
			want, err := g.byGit()
			if (err != nil) != (o.code == exitFailed) {
				t.Fatalf("exit code %d, and git's way ends with %v\n%s%s", o.code, err, o.out, o.err)
			}
			if diff := gocmp.Diff(want, findingsOf(o.report.Findings, o.report.Files)); err == nil && diff != "" {
				t.Errorf("by git (-) and by the action (+):\n%s%s", diff, strings.Join(g.log, "\n"))
			}
			if v := g.server.Violations(); len(v) > 0 {
				t.Errorf("requests that are not GitHub's: %v", v)
			}
		})
	}
}

// A made repository is the same on the stand-in and as input of git fast-import.
type made struct {
	*stage
	r      *rand.Rand
	files  map[string]map[string]githubtest.File // by branch
	marks  map[string]int                        // the last commit of a branch
	next   int
	stream bytes.Buffer
	log    []string // what was done
}

// madePaths are where the files are: names that need quoting, that differ by case or
// by normalisation only, and those of which one is another one's folder.
var madePaths = []string{
	initial, drop, "migrations/0002_drop.down.sql", "migrations/0003 b'\"é.up.sql", "migrations/-x.up.sql", "migrations/0004_e\u0301.up.sql",
	"migrations/0004_\u00e9.up.sql", "Migrations/0001_INIT.up.sql", "migrations/0005_dir.up.sql", "migrations/0005_dir.up.sql/0001_x.up.sql",
	"migrations/0006_a\nb.up.sql", "db/V1__x.sql", "db/V2__y.sql", "db/R__z.sql", "scripts/common.txt", "scripts/other.sql",
	"db/structure.sql", configName, "README.md", "legacy/0001_old.sql",
}

// newGenerated makes a base, what the pull request does to it, and what the base does meanwhile.
func newGenerated(t *testing.T, seed uint64) *made {
	g := &made{
		stage: newStage(t, map[string]string{"README.md": "# Feature\n"}), r: rand.New(rand.NewPCG(seed, 11)),
		files: map[string]map[string]githubtest.File{"main": {}}, marks: map[string]int{},
	}
	whole := githubtest.Change{Files: contentsOf(base)}
	if g.r.IntN(2) == 0 {
		whole.Files[configName] = githubtest.File{Content: g.pick("schema: db/structure.sql\n", "exclude: [\"legacy/**\"]\n", "paths: [\"migrations/**\", \"db/**\"]\n")}
	}
	g.commit("main", whole)
	for range 1 + g.r.IntN(3) {
		g.commit("main", g.change("main", 2+g.r.IntN(4)))
	}
	g.repo.Branch("feature", "main")
	g.files["feature"], g.marks["feature"] = maps.Clone(g.files["main"]), g.marks["main"]
	for range 1 + g.r.IntN(3) {
		g.commit("feature", g.change("feature", 1+g.r.IntN(4)))
	}
	if g.r.IntN(3) == 0 { // the base moves on, and may be merged into the head
		g.commit("main", githubtest.Change{Files: map[string]githubtest.File{
			"db/V9__meanwhile.sql": {Content: "CREATE TABLE meanwhile (id int);\n"},
		}})
		if g.r.IntN(2) == 0 {
			merge := g.change("feature", 1)
			merge.Merge = "main"
			merge.Files["db/V9__meanwhile.sql"] = g.files["main"]["db/V9__meanwhile.sql"]
			g.commit("feature", merge)
		}
	}
	return g
}

func (g *made) pick(of ...string) string { return of[g.r.IntN(len(of))] }

// commit makes a commit on both sides.
func (g *made) commit(branch string, c githubtest.Change) {
	if _, known := g.marks[branch]; known || branch == "main" {
		g.repo.CommitChange(branch, c)
	}
	g.next++
	fmt.Fprintf(&g.stream, "commit refs/heads/%s\nmark :%d\ncommitter a <a@example.com> %d +0000\ndata 1\nx\n", branch, g.next, 1700000000+g.next)
	if from := g.marks[branch]; from != 0 {
		fmt.Fprintf(&g.stream, "from :%d\n", from)
	}
	if c.Merge != "" {
		fmt.Fprintf(&g.stream, "merge :%d\n", g.marks[c.Merge])
	}
	quote := func(path string) string {
		return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`).Replace(path) + `"`
	}
	for _, path := range slices.Sorted(slices.Values(c.Delete)) {
		fmt.Fprintf(&g.stream, "D %s\n", quote(path))
		delete(g.files[branch], path)
	}
	for _, path := range slices.Sorted(maps.Keys(c.Files)) {
		f := c.Files[path]
		g.files[branch][path] = f
		switch mode := cmp.Or(f.Mode, githubtest.ModeFile); mode {
		case githubtest.ModeSubmodule:
			fmt.Fprintf(&g.stream, "M %s %s %s\n", mode, f.Content, quote(path))
		default:
			fmt.Fprintf(&g.stream, "M %s inline %s\ndata %d\n%s\n", mode, quote(path), len(f.Content), f.Content)
		}
	}
	g.marks[branch] = g.next
}

// change makes some edits up, no two of which are about one path.
func (g *made) change(branch string, n int) githubtest.Change {
	c := githubtest.Change{Files: map[string]githubtest.File{}}
	now := g.files[branch]
	touched := map[string]bool{}
	for range n {
		path := g.pick(madePaths...)
		old, there := now[path]
		if touched[path] {
			continue
		}
		touched[path] = true
		switch {
		case !there:
			g.put(&c, now, touched, path, g.content(path))
		case g.r.IntN(6) == 0:
			g.take(&c, touched, path)
		case g.r.IntN(4) == 0:
			to := g.pick(madePaths...)
			if _, taken := now[to]; !taken && !touched[to] {
				// Of a text that has a NUL, the stand-in does not tell that it is nearly the same.
				if g.r.IntN(2) == 0 && isTextOrNone(old.Mode) && !strings.Contains(old.Content, "\x00") {
					old.Content += g.statement()
				}
				g.take(&c, touched, path)
				g.put(&c, now, touched, to, old)
			}
		case g.r.IntN(5) == 0 && old.Mode != githubtest.ModeSubmodule:
			old.Mode = g.pick(githubtest.ModeExecutable, githubtest.ModeSymlink, githubtest.ModeFile)
			g.put(&c, now, touched, path, old)
		case g.r.IntN(2) == 0 && isTextOrNone(old.Mode):
			old.Content += g.statement()
			g.put(&c, now, touched, path, old)
		default:
			g.put(&c, now, touched, path, g.content(path))
		}
	}
	return c
}

// isTextOrNone is isText of a mode that may be left out for a file's.
func isTextOrNone(mode string) bool { return mode == "" || isText(mode) }

func (g *made) take(c *githubtest.Change, touched map[string]bool, path string) {
	if _, again := c.Files[path]; again {
		return
	}
	touched[path] = true
	c.Delete = append(c.Delete, path)
	g.log = append(g.log, fmt.Sprintf("- %q", path))
}

// put puts a file there, in the place of one that is its folder, or is in it.
func (g *made) put(c *githubtest.Change, now map[string]githubtest.File, touched map[string]bool, path string, f githubtest.File) {
	for other := range now {
		if strings.HasPrefix(other, path+"/") || strings.HasPrefix(path, other+"/") {
			if touched[other] && !slices.Contains(c.Delete, other) {
				return
			}
			if !slices.Contains(c.Delete, other) {
				g.take(c, touched, other)
			}
		}
	}
	for other := range c.Files {
		if strings.HasPrefix(other, path+"/") || strings.HasPrefix(path, other+"/") {
			return
		}
	}
	touched[path] = true
	c.Files[path] = f
	g.log = append(g.log, fmt.Sprintf("+ %s %q %q", f.Mode, path, f.Content[max(len(f.Content)-150, 0):]))
}

// content makes a new file up, which resembles no other one.
func (g *made) content(path string) githubtest.File {
	if path == configName {
		return githubtest.File{Content: g.pick("threshold: 100\n", "exclude: [\"**\"]\n", "schema: scripts/other.sql\n")}
	}
	switch g.r.IntN(14) {
	case 0:
		return githubtest.File{Mode: githubtest.ModeSymlink, Content: g.pick("../scripts/common.txt", "0001_init.up.sql") + fmt.Sprint(g.r.Uint64())}
	case 1:
		return githubtest.File{Mode: githubtest.ModeSubmodule, Content: fmt.Sprintf("%040x", g.r.Uint64())}
	case 2:
		return githubtest.File{Content: g.own() + "SELECT 1;\x00" + g.statement()}
	}
	text := g.own()
	for range 1 + g.r.IntN(3) {
		text += g.statement()
	}
	switch g.r.IntN(6) {
	case 0:
		text = strings.ReplaceAll(text, "\n", "\r\n")
	case 1:
		text = strings.TrimSuffix(text, "\n")
	}
	mode := githubtest.ModeFile
	if g.r.IntN(6) == 0 {
		mode = githubtest.ModeExecutable
	}
	return githubtest.File{Content: text, Mode: mode}
}

// own are lines that no other file has.
func (g *made) own() string {
	var b strings.Builder
	for range 8 {
		fmt.Fprintf(&b, "-- %016x %016x %016x\n", g.r.Uint64(), g.r.Uint64(), g.r.Uint64())
	}
	return b.String()
}

func (g *made) statement() string {
	table := g.pick("users", "orders", "a", "b", "c", "meanwhile")
	return fmt.Sprintf(g.pick(
		"CREATE TABLE IF NOT EXISTS %s (id int PRIMARY KEY, email text);\n", "CREATE TABLE %s (id int, email text);\n", "DROP TABLE IF EXISTS %s;\n", "DROP TABLE %s;\n",
		"DELETE FROM %s WHERE id = 1;\n", "DELETE FROM %s;\n", "ALTER TABLE %s DROP COLUMN IF EXISTS email;\n", "UPDATE %s SET email = NULL;\n",
		"\\ir ../scripts/common.txt\n-- %s\n", "\\i scripts/common.txt\n-- %s\n", "-- only %s\n", "BEGIN;\nTRUNCATE %s;\nROLLBACK;\n",
	), table)
}

// byGit reviews the head in a repository of git's.
func (g *made) byGit() ([]string, error) {
	ctx, dir := context.Background(), g.t.TempDir()
	for _, args := range [][]string{{"init", "--quiet", "--bare", "--initial-branch=main", dir}, {"-C", dir, "fast-import", "--quiet"}} {
		c := exec.Command("git", args...)
		c.Stdin = bytes.NewReader(g.stream.Bytes())
		if out, err := c.CombinedOutput(); err != nil {
			g.t.Fatalf("git %v: %v\n%s", args, err, out)
		}
	}
	r, err := git.Open(ctx, dir)
	if err != nil {
		g.t.Fatal(err)
	}
	from, err := r.MergeBase(ctx, "main", "feature")
	if err != nil {
		g.t.Fatal(err)
	}
	changes, err := r.Changes(ctx, from, "feature")
	if err != nil {
		g.t.Fatal(err)
	}
	tree, err := r.Tree(ctx, from)
	if err != nil {
		g.t.Fatal(err)
	}
	c, err := configIn(ctx, r, "", from, tree)
	if err != nil {
		return nil, err
	}
	all, err := gitChange(ctx, r, c, tree, changes)
	if err != nil {
		return nil, err
	}
	found := together(all, 0)
	applyRules(c, found)
	return findingsOf(found.Findings, found.Files), nil
}

// findingsOf returns findings and files, to be compared.
func findingsOf(findings []analyzer.Finding, files []analyzer.FileSummary) []string {
	var all []string
	for _, f := range findings {
		text := fmt.Sprintf("%q: %s %d %s %s", f.Path, f.Rule, f.Score, f.Object, f.Certainty)
		if f.Rule != "unread-file" { // whose object's name git's way does not tell
			text += fmt.Sprintf(" %d-%d %q %q %q", f.Start.Offset, f.End.Offset, f.Statement, f.Message, f.Fingerprint)
		}
		all = append(all, text)
	}
	for _, f := range files {
		all = append(all, fmt.Sprintf("%q: %s %s %s %d %d", f.Path, f.Status, f.Format, f.Direction, f.Statements, f.Unread))
	}
	slices.Sort(all)
	return all
}
