package dropgate_test

import (
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestLinks holds that every page and anchor that a page names is there.
func TestLinks(t *testing.T) {
	below, err := filepath.Glob("docs/*/*.md")
	if err != nil {
		t.Fatal(err)
	}
	link := regexp.MustCompile(`\]\(([^)\s:]*?)(?:#([^)\s]+))?\)`)
	for _, page := range slices.Concat(pages(t), below) {
		for _, found := range link.FindAllStringSubmatch(readFile(t, page), -1) {
			target := page
			if found[1] != "" {
				target = path.Join(path.Dir(filepath.ToSlash(page)), found[1])
			}
			if _, err := os.Stat(target); err != nil {
				t.Errorf("%s links to %s, which is not there", page, found[1])
				continue
			}
			if found[2] != "" && !slices.Contains(anchors(readFile(t, target)), found[2]) {
				t.Errorf("%s links to %s#%s, and there is no such heading", page, found[1], found[2])
			}
		}
	}
}

// anchors returns the anchors that GitHub gives a page's headings.
func anchors(page string) []string {
	var all []string
	for _, line := range strings.Split(page, "\n") {
		title := strings.TrimLeft(line, "#")
		if title == line || !strings.HasPrefix(title, " ") {
			continue
		}
		title = regexp.MustCompile(`[^\pL\pN _-]`).ReplaceAllString(strings.ToLower(strings.TrimSpace(title)), "")
		all = append(all, strings.ReplaceAll(title, " ", "-"))
	}
	return all
}
