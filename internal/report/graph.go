package report

import (
	"fmt"
	"path"
	"strings"
	"unicode"

	"github.com/dropgate/dropgate/analyzer"
)

const (
	// graphLimit is how many boxes a graph has: beyond that nobody reads it, and
	// the text below names what is left.
	graphLimit = 40
	// labelLimit is the most bytes of a box's line.
	labelLimit = 60
)

// A graph draws what operations hit as a Mermaid flowchart, which GitHub renders.
type graph struct {
	b     strings.Builder
	nodes map[string]string // by the object's name, the box
	edges map[string]bool
	left  map[string]bool // objects that there is no room for
}

// hits draws the findings with what they reach, if that is more than one object;
// else it returns nothing.
func hits(findings []analyzer.Finding) string {
	g := &graph{nodes: map[string]string{}, edges: map[string]bool{}, left: map[string]bool{}}
	for i, f := range findings {
		if f.Object.Name != "" && !unread(f) {
			g.finding(i+1, f)
		}
	}
	if len(g.nodes)+len(g.left) < 2 {
		return ""
	}
	if len(g.left) > 0 {
		fmt.Fprintf(&g.b, "  more([%s])\n", quoted(fmt.Sprintf("and %d more", len(g.left))))
	}
	return "```mermaid\nflowchart LR\n" + g.b.String() + "```\n\n"
}

// finding draws an operation, what it names, and what that takes along.
func (g *graph) finding(number int, f analyzer.Finding) {
	object := g.node(f.Object.String(), string(f.Object.Kind))
	if object != "" {
		fmt.Fprintf(&g.b, "  op%d([%s]) --> %s\n", number, quoted(f.Rule, place(path.Base(f.Path), f.Start.Line)), object)
	}
	for _, reached := range f.Reach {
		from := object
		if box := g.nodes[reached.From]; box != "" {
			from = box
		}
		to := g.node(reached.Name, string(reached.Kind))
		if from == "" || to == "" || to == from || g.edges[from+to] {
			continue
		}
		g.edges[from+to] = true
		why := strings.TrimSuffix(reached.Why, " "+reached.From)
		fmt.Fprintf(&g.b, "  %s -->|%s| %s\n", from, quoted(strings.TrimSuffix(why, " to")), to)
	}
}

// node returns the box of an object, which is drawn the first time; empty when
// there is no room for it.
func (g *graph) node(name, kind string) string {
	if box := g.nodes[name]; box != "" {
		return box
	}
	if len(g.nodes) == graphLimit {
		g.left[name] = true
		return ""
	}
	box := fmt.Sprintf("o%d", len(g.nodes)+1)
	g.nodes[name] = box
	fmt.Fprintf(&g.b, "  %s[%s]\n", box, quoted(kind, name))
	return box
}

// quoted returns lines of text as Mermaid's quoted string. Whatever is no letter, no
// digit and none of a few harmless signs becomes a question mark, so that no name can
// be taken for syntax, Markdown or HTML: Mermaid's own entity codes do not survive
// its wrapping of long lines (11.17). The text around the picture has the exact name.
func quoted(lines ...string) string {
	for i, line := range lines {
		line, long := cut(Visible(line), labelLimit)
		line = strings.Map(func(r rune) rune {
			if unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune(" _.,:-/()…", r) {
				return r
			}
			return '?'
		}, line)
		if long {
			line += "…"
		}
		lines[i] = line
	}
	return `"` + strings.Join(lines, "<br/>") + `"`
}
