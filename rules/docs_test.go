package rules_test

import (
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dropgate/dropgate/analyzer"
	"github.com/dropgate/dropgate/analyzer/migration"
	"github.com/dropgate/dropgate/analyzer/source"
	"github.com/dropgate/dropgate/internal/gate"
	"github.com/dropgate/dropgate/rules"
)

var update = flag.Bool("update", false, "rewrite docs/rules.md, docs/rules and the generated parts of docs/scoring.md")

const (
	docs         = "../docs"
	outdated     = "run: go test ./rules -update"
	threshold    = 60 // the default
	unreadableBy = "it is a symbolic link, and what it points to is not part of the change"
)

// judge reviews a change in one new file on top of one earlier migration, if
// there is one, at the default threshold.
func judge(before, change string) []analyzer.Finding {
	return judged(analyzer.Example{Before: before, Change: change})
}

// judged reviews an example. A migration that was there before stands in a folder
// whose files run once.
func judged(e analyzer.Example) []analyzer.Finding {
	read := func(name, text string) *migration.Migration {
		return migration.Read(source.New(name, []byte(text)), "")
	}
	folder := "db"
	if e.Was != "" {
		folder = "migrations"
	}
	var history []*migration.Migration
	if e.Before != "" {
		history = append(history, read(folder+"/1.sql", e.Before))
	}
	f := analyzer.ChangedFile{Path: folder + "/2.sql", Status: "added"}
	if e.Was != "" {
		f.Status, f.Base = "modified", read(f.Path, e.Was)
		history = append(history, f.Base)
	}
	if e.Change != "" {
		f.Migration = read(f.Path, e.Change)
	} else {
		f.Status, f.Base = "removed", nil
	}
	return decided(e.Code, history, f)
}

func decided(code map[string]string, history []*migration.Migration, f analyzer.ChangedFile) []analyzer.Finding {
	report := analyzer.Together(analyzer.Options{Rules: rules.All, InUse: searchOf(code)}, history, []analyzer.ChangedFile{f})
	gate.Decide(report, gate.Policy{Threshold: threshold, Label: "backup-check"}, gate.Evidence{})
	return report.Findings
}

// bad returns what a rule's bad example gives. A file that cannot be read has no
// text to show.
func bad(t *testing.T, r *analyzer.Rule) analyzer.Finding {
	t.Helper()
	found := judged(r.Bad)
	if r.ID == "unread-file" {
		found = decided(nil, nil, analyzer.ChangedFile{Path: "db/2.sql", Status: "added", Unreadable: unreadableBy})
	}
	if len(found) != 1 || found[0].Rule != r.ID {
		t.Fatalf("%s: its bad example gives %+v, want one finding of its own", r.ID, found)
	}
	return found[0]
}

// TestRulePages holds docs/rules.md and a page for each rule to the rules.
func TestRulePages(t *testing.T) {
	pages := map[string]string{}
	var index strings.Builder
	index.WriteString("# Rules\n\n" + generatedBy +
		"A finding blocks when its category gates (`data-loss`), its score reaches the threshold (60 unless you change it), and nothing\n" +
		"suppresses it. The score in this table is that of the rule's example; [scoring.md](scoring.md) says what moves it.\n\n" +
		"| rule | category | what it finds | example | blocks |\n| --- | --- | --- | --- | --- |\n")
	for _, r := range rules.All {
		f := bad(t, r)
		fmt.Fprintf(&index, "| [`%s`](rules/%[1]s.md) | %s | %s | %d | %s |\n", r.ID, r.Category, r.Title, f.Score, yes(f.Blocking))
		pages[r.ID+".md"] = rulePage(r, f)
	}
	index.WriteString("\nThe same text on the command line: `dropgate rules`, `dropgate rules drop-table`.\n")
	same(t, filepath.Join(docs, "rules.md"), index.String())
	for name, text := range pages {
		same(t, filepath.Join(docs, "rules", name), text)
	}
	there, err := filepath.Glob(filepath.Join(docs, "rules", "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range there {
		switch _, wanted := pages[filepath.Base(name)]; {
		case wanted:
		case *update:
			if err := os.Remove(name); err != nil {
				t.Error(err)
			}
		default:
			t.Errorf("%s is about no rule; %s", name, outdated)
		}
	}
}

const generatedBy = "<!-- Written by `go test ./rules -update`. Change the rules, not this file. -->\n\n"

func yes(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

func rulePage(r *analyzer.Rule, f analyzer.Finding) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n\n%s%s. Category `%s`; %s.\n\n%s\n\n## What to do instead\n\n%s\n\n", r.ID, generatedBy,
		r.Title, r.Category, verdict(f), r.Why, r.Remedy)
	if r.ID == "unread-file" {
		fmt.Fprintf(&b, "## What is reported\n\nA changed file that is a symbolic link, for one:\n\n> %s\n\n%s", f.Message, reasonTable(f))
	} else {
		fmt.Fprintf(&b, "## What is reported\n\n%s\n> %s\n\n%s", sql(r.Bad), f.Message, reasonTable(f))
	}
	if r.Good.Change != "" {
		fmt.Fprintf(&b, "\n## What is not\n\n%s", sql(r.Good))
	}
	b.WriteString("\n[All rules](../rules.md) · [how scores are made](../scoring.md) · [turn a rule off or shift its score](../configuration.md#rules)\n")
	return b.String()
}

// verdict says what the example of a rule comes to.
func verdict(f analyzer.Finding) string {
	switch {
	case f.Blocking:
		return fmt.Sprintf("the example below scores %d (%s) and blocks", f.Score, f.Severity)
	case f.Category != analyzer.DataLoss:
		return fmt.Sprintf("the example below scores %d (%s). It is shown and does not block: only data loss does", f.Score, f.Severity)
	}
	return fmt.Sprintf("the example below scores %d (%s), which is below the threshold of %d: it is shown and does not block", f.Score, f.Severity, threshold)
}

func sql(e analyzer.Example) string {
	text := "```sql\n" + e.Text() + "\n```\n"
	for _, path := range slices.Sorted(maps.Keys(e.Code)) {
		text += "\nwith this in `" + path + "`:\n\n```" + strings.TrimPrefix(filepath.Ext(path), ".") + "\n" + e.Code[path] + "```\n"
	}
	return text
}

func reasonTable(f analyzer.Finding) string {
	var b strings.Builder
	b.WriteString("| points | reason |\n| ---: | --- |\n")
	for _, reason := range f.Reasons {
		fmt.Fprintf(&b, "| %+d | %s |\n", reason.Points, reason.Text)
	}
	return b.String()
}

// TestScoringPage holds the generated parts of docs/scoring.md to what the rules
// do: what each rule's example scores and why, and the settled borders.
func TestScoringPage(t *testing.T) {
	var reasons strings.Builder
	reasons.WriteString("| rule | example | score | reasons |\n| --- | --- | ---: | --- |\n")
	for _, r := range rules.All {
		f := bad(t, r)
		example := "`" + oneLine(r.Bad.Change) + "`"
		switch {
		case r.ID == "unread-file":
			example = "a symbolic link"
		case r.Bad.Change == "":
			example = "`" + oneLine(r.Bad.Was) + "` removed"
		case r.Bad.Was != "":
			example += " in place of `" + oneLine(r.Bad.Was) + "`"
		}
		fmt.Fprintf(&reasons, "| [`%s`](rules/%[1]s.md) | %s | %d | %s |\n", r.ID, example, f.Score, reasonList(f.Reasons))
	}
	name := filepath.Join(docs, "scoring.md")
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	text := part(t, string(data), "reasons", reasons.String())
	text = part(t, text, "borders", borderTable(t))
	same(t, name, text)
}

// oneLine returns SQL for a cell of a table, its line ends made visible.
func oneLine(s string) string { return strings.ReplaceAll(s, "\n", " ⏎ ") }

func reasonList(all []analyzer.Reason) string {
	var texts []string
	for _, r := range all {
		texts = append(texts, fmt.Sprintf("%+d %s", r.Points, r.Text))
	}
	return strings.Join(texts, "<br>")
}

// part puts text between the markers of a generated part.
func part(t *testing.T, page, name, text string) string {
	t.Helper()
	begin, end := "<!-- "+name+": written by go test ./rules -update -->\n", "<!-- end of "+name+" -->"
	before, rest, ok := strings.Cut(page, begin)
	_, after, closed := strings.Cut(rest, end)
	if !ok || !closed {
		t.Fatalf("docs/scoring.md has no %q … %q", begin, end)
	}
	return before + begin + text + end + after
}

// same compares a page with what it has to be, or writes it.
func same(t *testing.T, name, want string) {
	t.Helper()
	got, err := os.ReadFile(name)
	if err == nil && string(got) == want {
		return
	}
	if !*update {
		t.Errorf("%s is outdated; %s\n%s", name, outdated, cmp.Diff(strings.Split(string(got), "\n"), strings.Split(want, "\n")))
		return
	}
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(want), 0o644); err != nil {
		t.Fatal(err)
	}
}

// TestRuleFields holds what every rule has to have.
func TestRuleFields(t *testing.T) {
	id := regexp.MustCompile(`^[a-z]+(-[a-z]+)*$`)
	seen := map[string]bool{}
	for _, r := range rules.All {
		if !id.MatchString(r.ID) {
			t.Errorf("%q: an ID is words joined by dashes", r.ID)
		}
		if seen[r.ID] {
			t.Errorf("%s: the ID is taken", r.ID)
		}
		seen[r.ID] = true
		if r.Title == "" || strings.HasSuffix(r.Title, ".") {
			t.Errorf("%s: Title is %q, want a few words without a full stop", r.ID, r.Title)
		}
		for field, text := range map[string]string{"Why": r.Why, "Remedy": r.Remedy} {
			if !strings.HasSuffix(text, ".") {
				t.Errorf("%s: %s is %q, want sentences", r.ID, field, text)
			}
		}
		if r.Category == "" || r.Check == nil {
			t.Errorf("%s: Category or Check is missing", r.ID)
		}
		if r.ID != "unread-file" && (r.Bad.Change+r.Bad.Was == "" || r.Good.Change == "") {
			t.Errorf("%s: an example is missing", r.ID)
		}
	}
}

// TestRuleFiles holds that each rule is in the list and in a file named after it.
func TestRuleFiles(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		tree, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, id := range declared(tree) {
			ids = append(ids, id)
			if want := strings.ReplaceAll(id, "-", "_") + ".go"; name != want {
				t.Errorf("rule %s is in %s, want %s", id, name, want)
			}
		}
	}
	if len(ids) != len(rules.All) {
		t.Errorf("%d rules are written and %d are in All: add the missing ones to rules.go", len(ids), len(rules.All))
	}
	for _, id := range ids {
		if rules.Find(id) == nil {
			t.Errorf("rule %s is not in All: add it to rules.go", id)
		}
	}
}

// declared returns the IDs of the analyzer.Rule literals of a file.
func declared(tree *ast.File) []string {
	var ids []string
	ast.Inspect(tree, func(n ast.Node) bool {
		literal, ok := n.(*ast.CompositeLit)
		if !ok {
			return true
		}
		of, ok := literal.Type.(*ast.SelectorExpr)
		if !ok || of.Sel.Name != "Rule" {
			return true
		}
		id := ""
		for _, e := range literal.Elts {
			if kv, ok := e.(*ast.KeyValueExpr); ok {
				if value, ok := kv.Value.(*ast.BasicLit); ok && fmt.Sprint(kv.Key) == "ID" {
					id = strings.Trim(value.Value, `"`)
				}
			}
		}
		ids = append(ids, id)
		return true
	})
	return ids
}
