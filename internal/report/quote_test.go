package report

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/text"
)

func TestCode(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"plain", "users", "`users`"},
		{"one backquote inside", "a`b", "``a`b``"},
		{"runs inside", "a``b`c", "```a``b`c```"},
		{"backquote first", "`a", "`` `a ``"},
		{"backquote last", "a`", "`` a` ``"},
		{"only backquotes", "```", "```` ``` ````"},
		{"space at the ends", " a ", "`  a  `"},
		{"empty", "", "`\"\"`"},
		{"line feed", "a\nb", "`a<U+000A>b`"},
		{"bidi", "a\u202eb", "`a<U+202E>b`"},
		{"comment", "<!-- dropgate", "`<! -- dropgate`"},
		{"mention", "@octocat", "`@octocat`"},
		{"long", strings.Repeat("é", 200), "`" + strings.Repeat("é", 150) + "…`"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := code(tt.in); got != tt.want {
				t.Errorf("code(%q) = %q, want %q", tt.in, got, tt.want)
			}
		})
	}
}

func TestProse(t *testing.T) {
	tests := []struct {
		name, in string
		names    []string
		want     string
	}{
		{"words", "Drops table users and every row in it.", nil, "Drops table users and every row in it."},
		{"a name", "Drops table users and every row in it.", []string{"users"}, "Drops table `users` and every row in it."},
		{"the longest name", "Drops public.users.", []string{"users", "public.users", "public"}, "Drops `public.users`."},
		{"a name within a word", "Drops users_old, users.", []string{"users"}, "Drops `users_old`, `users`."},
		{"a name in quotes", `Drops "users" (users).`, []string{"users"}, "Drops \"`users`\" (`users`)."},
		{"a name with spaces", "Drops my\ntable now.", []string{"my\ntable"}, "Drops `my<U+000A>table` now."},
		{"backquotes", "Run `ALTER TABLE t` first.", nil, "Run `ALTER TABLE t` first."},
		{"one backquote", "a `b c", nil, "a `` `b `` c"},
		{"code next to code", "`a```x`y``", nil, "`a` `` ` `` `x`y`` ` `` `` ` ``"},
		{"mention", "ask @octocat, or acme/shop#12", nil, "ask `@octocat`, or `acme/shop#12`"},
		{"references", "see #12, GH-12, 0123abc, deadbeef, 1234567 and bad", nil, "see `#12`, `GH-12`, `0123abc`, `deadbeef`, `1234567` and bad"},
		{"addresses", "at https://evil.example or www.evil.example or a@b.c.", nil, "at `https://evil.example` or `www.evil.example` or `a@b.c`."},
		{"markup", "*a* _b_ [c](d) <b> ![e](f) \\ ~~g~~ :smile: a|b", nil, "`*a*` `_b_` `[c](d`) `<b>` `![e](f`) `\\` `~~g~~` `:smile`: `a|b`"},
		{"comment", "x <!-- dropgate --> y", nil, "x `<! --` dropgate `-->` y"},
		{"numbers", "10,000 of 3 rows, 5%", nil, "10,000 of 3 rows, 5%"},
		{"list number", "1. a 2.", nil, "`1`. a 2."},
		{"list sign", "- a - b", nil, "`-` a - b"},
		{"arrow", "by f → EXECUTE", nil, "by f → EXECUTE"},
		{"hyphens", "a run-time target's row", nil, "a run-time target's row"},
		{"other scripts", "email and 名前", nil, "email and `名前`"},
		{"lines", " a\n\n# b\r\n", nil, "a `#` b"},
		{"empty", "", nil, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := prose(tt.in, tt.names...); got != tt.want {
				t.Errorf("prose(%q)\n got %q\nwant %q", tt.in, got, tt.want)
			}
		})
	}
}

func TestFence(t *testing.T) {
	tests := []struct {
		name, in string
		limit    int
		want     string
	}{
		{"plain", "SELECT 1;\n", 100, "```sql\nSELECT 1;\n```\n"},
		{"a fence inside", "a\n```\nb", 100, "````sql\na\n```\nb\n````\n"},
		{"a longer fence inside", "`````", 100, "``````sql\n`````\n``````\n"},
		{"cut inside a fence", "a ````` b", 5, "````sql\na ``` …\n-- cut here: the statement is longer\n````\n"},
		{"cut inside a character", "aé", 2, "```sql\na …\n-- cut here: the statement is longer\n```\n"},
		{"carriage returns", "a\r\nb\rc", 100, "```sql\na\nb<U+000D>c\n```\n"},
		{"comment and bidi", "<!-- \u2066x", 100, "```sql\n<! -- <U+2066>x\n```\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := fence("sql", tt.in, tt.limit); got != tt.want {
				t.Errorf("fence(%q, %d)\n got %q\nwant %q", tt.in, tt.limit, got, tt.want)
			}
		})
	}
}

// canary stands in hostile text. A Markdown parser must find it in code only.
const canary = "canary7"

// leaks returns the text of a Markdown document in which the canary stands
// outside of code, and links and HTML of the document that carry it.
func leaks(doc string) []string {
	source := []byte(doc)
	root := goldmark.New(goldmark.WithExtensions(extension.GFM)).Parser().Parse(text.NewReader(source))
	var found []string
	report := func(s string) {
		if strings.Contains(s, canary) {
			found = append(found, s)
		}
	}
	_ = ast.Walk(root, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		switch n := n.(type) {
		case *ast.CodeSpan, *ast.FencedCodeBlock:
			return ast.WalkSkipChildren, nil
		case *ast.Text:
			report(string(n.Segment.Value(source)))
		case *ast.String:
			report(string(n.Value))
		case *ast.RawHTML:
			report(string(n.Segments.Value(source)))
		case *ast.HTMLBlock:
			report(outsideCodeElement(string(n.Lines().Value(source))))
		case *ast.AutoLink:
			report(string(n.URL(source)))
		case *ast.Link:
			report(string(n.Destination))
		case *ast.CodeBlock:
			found = append(found, "indented block: "+string(n.Lines().Value(source)))
		}
		return ast.WalkContinue, nil
	})
	return found
}

// outsideCodeElement returns HTML without its code elements.
func outsideCodeElement(s string) string {
	var b strings.Builder
	for {
		before, rest, ok := strings.Cut(s, "<code>")
		b.WriteString(before)
		if !ok {
			return b.String()
		}
		inside, after, _ := strings.Cut(rest, "</code>")
		if strings.ContainsAny(inside, "<>") {
			b.WriteString(inside)
		}
		s = after
	}
}

// pieces are what hostile text is made of.
var pieces = []string{
	"`", "``", "```", "````", "~~~", "\n", "\r\n", "\n\n", "    ", " ", "\t", "<!--", "-->", "</details>", "<b>", "</code>",
	"@" + canary, "#" + canary, "https://x.example/" + canary, "www." + canary + ".example", canary + "@x.example",
	"[" + canary + "](x)", "![" + canary + "](x)", "<" + canary + ">", "a", "users", ".", "(", ")", "\"", "'", "\\", "|", "*", "_",
	"- ", "1. ", "> ", "# ", "---", "===", "\u202e", "\u200b", "é", "👩🏽", "\xff", "&lt;", ":", "!", "```suggestion\n",
}

func hostile(random *rand.Rand) string {
	var b strings.Builder
	for range random.IntN(12) + 1 {
		b.WriteString(pieces[random.IntN(len(pieces))])
	}
	return b.String()
}

func TestHostileTextStaysInCode(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 3000 {
		s := hostile(random)
		for name, doc := range map[string]string{
			"code":    "a " + code(s) + " b",
			"fence":   fence("sql", s, 1+random.IntN(40)),
			"prose":   prose(s),
			"names":   prose("Drops "+s+" now.", s),
			"summary": "<details><summary>" + htmlCode(s) + "</summary>\n\nx\n\n</details>\n",
		} {
			if found := leaks(doc); found != nil {
				t.Fatalf("%s of %q leaks %q:\n%s", name, s, found, doc)
			}
			if strings.Contains(doc, "<!--") {
				t.Fatalf("%s of %q has a comment: %q", name, s, doc)
			}
		}
	}
}

// TestHostileReview puts hostile text into every field that a repository can
// fill, and parses all that is made of it.
func TestHostileReview(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	for range 300 {
		r := hostileReview(t, func() string { return hostile(random) })
		documents := map[string]string{
			"markdown": markdown(r),
			"summary":  Summary(r, SummaryOptions{OutsideDiff: map[string]bool{"fp-drop-table": true}, Uncovered: map[string]bool{"fp-drop-column": true}}),
		}
		for _, f := range r.Report.Findings {
			documents["comment on "+f.Rule] = Comment(f, r)
			documents["resolved comment on "+f.Rule] = Resolved(Comment(f, r), false)
		}
		for name, doc := range documents {
			if found := leaks(doc); found != nil {
				t.Fatalf("%s leaks %q:\n%s", name, found, doc)
			}
			if strings.Contains(doc, "<!--") || strings.ContainsAny(doc, "\u202e\u200b\r") {
				t.Fatalf("%s has a comment or hidden characters:\n%q", name, doc)
			}
		}
	}
}

func hostileReview(t *testing.T, next func() string) *Review {
	r := fixture(t)
	for i := range r.Report.Findings {
		f := &r.Report.Findings[i]
		f.Path, f.Message, f.Statement, f.Remedy, f.Suggest = next(), "Drops "+next(), next(), next(), next()
		f.Object.Schema, f.Object.Name, f.Object.Column = next(), next(), next()
		for j := range f.Reasons {
			f.Reasons[j].Text = next()
		}
		for j := range f.Reach {
			f.Reach[j].Name, f.Reach[j].Why = next(), next()
		}
		if f.Suppressed != nil {
			f.Suppressed.Reason = next()
		}
	}
	for i := range r.Report.Files {
		r.Report.Files[i].Path = next()
	}
	r.Report.Problems[0].Path, r.Report.Problems[0].Message = next(), next()
	r.Decision.Acknowledgement.Label, r.Decision.Acknowledgement.By = next(), next()
	r.Decision.Reasons = []string{next()}
	return r
}
