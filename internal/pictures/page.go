package main

import (
	"bytes"
	_ "embed" // for the style sheet
	"fmt"
	"html/template"
	"regexp"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/renderer/html"
)

// A picture is a page in one of GitHub's two themes.
type picture struct {
	name string // of the file, without its ending
	page []byte
}

var themes = []string{"light", "dark"}

//go:embed style.css
var style string

//go:embed page.tmpl
var frame string

var pages = template.Must(template.New("page").Parse(frame))

// pictures makes the pages of all pictures.
func (s sources) pictures() ([]picture, error) {
	review, err := rendered(s.review, s.hunk[len(s.hunk)-s.about:]...)
	if err != nil {
		return nil, err
	}
	summary, err := rendered(s.summary)
	if err != nil {
		return nil, err
	}
	terminal, err := coloured(ending(s.terminal))
	if err != nil {
		return nil, err
	}
	type line struct {
		Number int
		Text   string
	}
	var hunk []line
	for i, text := range s.hunk {
		hunk = append(hunk, line{s.first + i, text})
	}
	var all []picture
	for _, p := range []struct {
		name string
		body template.HTML
	}{{"review", review}, {"summary", summary}, {"terminal", template.HTML(terminal)}} {
		for _, theme := range themes {
			var b bytes.Buffer
			err := pages.ExecuteTemplate(&b, "page", map[string]any{
				"Style": template.CSS(style), "Theme": theme, "Kind": p.name, "Body": p.body,
				"Path": s.path, "Hunk": hunk, "Command": "dropgate check " + demo,
			})
			if err != nil {
				return nil, err
			}
			all = append(all, picture{p.name + "-" + theme, b.Bytes()})
		}
	}
	return all, nil
}

// suggestion is a block that GitHub shows as a change of the lines the comment is on.
var suggestion = regexp.MustCompile(`(?s)<pre><code class="language-suggestion">(.*?)</code></pre>`)

// rendered turns a comment on the lines into HTML. Its text is what the program made
// of the demo, so HTML in it may stand.
func rendered(markdown string, lines ...string) (template.HTML, error) {
	var b bytes.Buffer
	err := goldmark.New(goldmark.WithExtensions(extension.GFM), goldmark.WithRendererOptions(html.WithUnsafe())).Convert([]byte(markdown), &b)
	if err != nil {
		return "", fmt.Errorf("render a comment: %w", err)
	}
	return template.HTML(suggestion.ReplaceAllStringFunc(b.String(), func(block string) string {
		var change strings.Builder
		for _, line := range lines {
			fmt.Fprintf(&change, "<div class=\"removed\">- %s</div>\n", template.HTMLEscapeString(line))
		}
		for line := range strings.Lines(suggestion.FindStringSubmatch(block)[1]) {
			fmt.Fprintf(&change, "<div class=\"added\">+ %s</div>\n", strings.TrimSuffix(line, "\n"))
		}
		return "<div class=\"suggestion\"><div>Suggested change</div>\n" + change.String() + "</div>"
	})), nil
}

// ending is what of the terminal's text is shown: all from the last finding on, whose
// first line begins with its path.
func ending(text string) string {
	lines := strings.SplitAfter(text, "\n")
	from := 0
	for i, line := range lines {
		if strings.HasPrefix(escape.ReplaceAllString(line, ""), demo+"/") {
			from = i
		}
	}
	return strings.Join(lines[from:], "")
}
