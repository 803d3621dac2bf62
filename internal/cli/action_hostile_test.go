package cli

import (
	"fmt"
	"strings"
	"testing"

	"github.com/dropgate/dropgate/internal/gate"
	"github.com/dropgate/dropgate/internal/github"
)

// hostile are texts that try to be read as something else than text.
var hostile = map[string]string{
	"command":          "::error::forged",
	"set-output":       "##[set-output name=blocked]false",
	"stop":             "##[stop-commands]x",
	"new line":         "a\n::set-output name=blocked::false\nb",
	"carriage return":  "a\r::add-mask::drop\rb",
	"line separator":   "a\u2028::stop-commands::x\u2029##[add-mask]b",
	"output delimiter": "x\n_GitHubActionsFileCommandDelimeter_\nblocked<<E\nfalse\nE\n",
	"backquotes":       "a ``` b ```` c ` d",
	"fence":            "a\n```\n# Passed\n~~~\n",
	"comment":          "--> <!-- dropgate:summary --> <!-- dropgate:record v1 e30= sha256=" + strings.Repeat("0", 64) + " -->",
	"mention":          "@octocat please merge, closes #1 https://example.com",
	"HTML":             "</details></summary><h1>Passed</h1><img src=x>",
	"directions":       "a\u202egnihton\u202c \u200b\u2066b",
	"suggestion":       "```suggestion\nDROP DATABASE shop;\n```",
	"not UTF-8":        "a\xff\xfeb",
	"terminal":         "a\x1b[31m\x1b[8mb\x1b]0;t\x07\x1b[2J\x1b[1A\x9b8m",
	"percent":          "100%0A::error::x%25",
}

// everywhere is a pull request with the text in each place that dropgate quotes,
// a file each, which all block.
func everywhere(text string) map[string]string {
	return map[string]string{
		"migrations/0002_" + strings.ToValidUTF8(strings.ReplaceAll(text, "/", "_"), "") + ".up.sql": dropUsers,
		"migrations/0003_name.up.sql":    fmt.Sprintf("DROP TABLE \"%s\";\n", text),
		"migrations/0004_comment.up.sql": fmt.Sprintf("DROP /* %s */ TABLE orders;\n", text),
		"migrations/0005_string.up.sql":  fmt.Sprintf("UPDATE items SET name = '%s';\n", text),
		"migrations/0006_unread.up.sql":  fmt.Sprintf("DROP TABL %s;\n", text),
		"migrations/0007_near.up.sql":    fmt.Sprintf("DROP TABLE items \"%s\";\n", text),
	}
}

func TestActionHostileText(t *testing.T) {
	for name, text := range hostile {
		t.Run(name, func(t *testing.T) { testHostile(t, newStage(t, everywhere(text)), 6) })
	}
}

// testHostile runs the action on a pull request with so many files that block.
// That nothing of it is read as a command or as an output is checked in every run.
func testHostile(t *testing.T, s *stage, files int) {
	t.Helper()
	o := s.on("opened")
	blocking := map[string]bool{}
	for _, f := range o.report.Findings {
		if f.Blocking {
			blocking[f.Path] = true
		}
	}
	annotated := 0
	for _, c := range o.annotations {
		if c.name == "error" && strings.HasPrefix(c.properties, "file=migrations/") {
			annotated++
		}
	}
	if want := strings.Count(strings.Join(outsideCode(o.summary), "\n"), "\n---\n"); annotated != want {
		t.Errorf("%d errors are annotated, want %d, as the step summary has:\n%s", annotated, want, o.out)
	}
	if len(blocking) != files {
		t.Errorf("%d files block, want %d: %v", len(blocking), files, blocking)
	}
	if o.code != exitBlocked || o.outputs["blocked"] != "true" {
		t.Fatalf("exit code %d, outputs %v, want 1 and blocked\n%s%s", o.code, o.outputs, o.out, o.err)
	}
	if w := o.warnings(); len(w) > 0 {
		t.Errorf("warnings %q, want none", w)
	}
	texts := []string{s.summaryComment().Body}
	for _, c := range s.pr.ReviewComments() {
		texts = append(texts, c.Body)
	}
	for _, text := range append(texts, o.summary) {
		checkMarkdown(t, text)
	}
	if _, ok := github.DecodeRecord(texts[0]); !ok {
		t.Errorf("the record is not found again in\n%s", texts[0])
	}
	again := s.on("opened")
	again.wantWrites(t)
	s.pr.Label(label, s.labeler)
	if o := s.on("labeled"); o.code != exitClear || o.report.Decision.Acknowledgement.State != gate.Valid {
		t.Errorf("exit code %d with the label, want 0", o.code)
	}
	if o := s.on("edited"); o.code != exitClear {
		t.Errorf("exit code %d after the label, want 0", o.code)
	}
}

// checkMarkdown checks that what a pull request says stands in code only: there
// GitHub finds no mention, no reference, no HTML and no suggestion of dropgate's.
func checkMarkdown(t *testing.T, text string) {
	t.Helper()
	hidden := strings.Count(text, "<!--")
	own := strings.Count(text, "<!-- dropgate:summary -->") + strings.Count(text, "<!-- dropgate:record v1") + strings.Count(text, "<!-- dropgate:finding ")
	if hidden != own || own > 2 || strings.Count(text, "<!-- dropgate:summary -->") > 1 || strings.Count(text, "<!-- dropgate:record") > 1 {
		t.Errorf("%d hidden comments, %d of them dropgate's:\n%s", hidden, own, text)
	}
	for _, outside := range outsideCode(text) {
		for _, bad := range []string{"@octocat", "#1", "https://example.com", "<h1>", "<img", "# Passed", "```suggestion", "\u202e", "\u200b"} {
			if strings.Contains(outside, bad) {
				t.Errorf("%q stands outside of code:\n%s", bad, text)
			}
		}
	}
}

// outsideCode returns the lines of Markdown without fenced blocks and inline code.
func outsideCode(text string) []string {
	var all []string
	fence := ""
	for line := range strings.SplitSeq(text, "\n") {
		ticks := line[:len(line)-len(strings.TrimLeft(line, "`"))]
		switch {
		case fence != "":
			if len(ticks) >= len(fence) && strings.TrimSpace(line[len(ticks):]) == "" {
				fence = ""
			}
		case len(ticks) >= 3 && !strings.Contains(line[len(ticks):], "`"):
			fence = ticks
		default:
			all = append(all, withoutCode(line))
		}
	}
	return all
}

// withoutCode takes inline code and <code> elements out of a line.
func withoutCode(line string) string {
	var b strings.Builder
	for line != "" {
		start := strings.IndexByte(line, '`')
		if i := strings.Index(line, "<code>"); i >= 0 && (start < 0 || i < start) {
			b.WriteString(line[:i])
			_, line, _ = strings.Cut(line[i:], "</code>")
			continue
		}
		if start < 0 {
			break
		}
		ticks := line[start:]
		ticks = ticks[:len(ticks)-len(strings.TrimLeft(ticks, "`"))]
		b.WriteString(line[:start])
		line = line[start+len(ticks):]
		end := closing(line, len(ticks))
		if end < 0 {
			continue // they open nothing
		}
		line = line[end+len(ticks):]
	}
	return b.String() + line
}

// closing returns where a run of exactly so many backquotes begins; -1 if nowhere.
func closing(line string, ticks int) int {
	for i := 0; i < len(line); i++ {
		if line[i] != '`' {
			continue
		}
		n := len(line[i:]) - len(strings.TrimLeft(line[i:], "`"))
		if n == ticks {
			return i
		}
		i += n - 1
	}
	return -1
}

func TestOutsideCode(t *testing.T) {
	text := "a `b` c\n```sql\nd\n``\n```\n``e ` f`` g\n<code>`h`</code> i `j\n"
	want := "a  c| g| i j|"
	if got := strings.Join(outsideCode(text), "|"); got != want {
		t.Errorf("outside of code: %q, want %q", got, want)
	}
}

// The title and the description are not quoted at all, nor is a label's name of
// somebody else.
func TestActionHostilePullRequest(t *testing.T) {
	s := newStage(t, map[string]string{drop: dropUsers})
	s.pr.SetTitle("##[set-output name=blocked]false")
	s.pr.SetBody("\n::stop-commands::x\n")
	s.pr.Label("::error::x", "mallory")
	testHostile(t, s, 1)
}

func TestActionHostileConfig(t *testing.T) {
	for name, text := range hostile {
		t.Run(name, func(t *testing.T) {
			s := configured(t, "label: \""+strings.NewReplacer("\n", `\n`, "\r", `\r`, "\xff", "", "\xfe", "").Replace(text)+"\n"+text+": 1\n", map[string]string{drop: dropUsers})
			if o := s.on("opened"); o.code != exitFailed {
				t.Errorf("exit code %d, want 2", o.code)
			}
		})
	}
}

// GitHub's own words may quote what an author wrote.
func TestActionHostileAnswers(t *testing.T) {
	for name, text := range hostile {
		t.Run(name, func(t *testing.T) {
			s := newStage(t, map[string]string{drop: dropUsers})
			answer := forbidden
			answer.Body = fmt.Sprintf(`{"message":%q}`, text)
			s.fails(postSummary, -1, answer)
			o := s.on("opened")
			o.want(t, exitBlocked, gate.Absent, users)
			o.wantWarning(t, "the summary could not be posted")
			s.fails("GET "+pulls, -1, answer)
			s.on("edited").wantFailed(t, "read pull request 1")
		})
	}
}
