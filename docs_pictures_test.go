package dropgate_test

import (
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestShownPictures holds that each picture of a page is there, that readers of dark
// pages get the dark one, that its text says what is on it, and that none is kept
// without being shown.
func TestShownPictures(t *testing.T) {
	shown := map[string]bool{}
	whole := regexp.MustCompile(`(?s)<picture>.*?</picture>`)
	form := regexp.MustCompile(`^<picture>\s*<source media="\(prefers-color-scheme: dark\)" srcset="([^"]*)-dark\.png">` +
		`\s*<img src="([^"]*)-light\.png" alt="([^"]*)" width="\d+">\s*</picture>$`)
	for _, page := range pages(t) {
		text := readFile(t, page)
		for _, tag := range whole.FindAllString(text, -1) {
			found := form.FindStringSubmatch(tag)
			if len(found) == 0 || found[1] != found[2] {
				t.Errorf("%s: a picture has another form than the rest:\n%s", page, tag)
				continue
			}
			if len(found[3]) < 80 {
				t.Errorf("%s: the text %q does not tell what the picture shows", page, found[3])
			}
			for _, theme := range []string{"light", "dark"} {
				shown[path.Join(path.Dir(page), found[1]+"-"+theme+".png")] = true
			}
		}
		if n := strings.Count(whole.ReplaceAllString(text, ""), "<img"); n > 0 {
			t.Errorf("%s: %d pictures are not in both themes", page, n)
		}
	}
	kept, err := filepath.Glob("docs/images/*.png")
	if err != nil || len(kept) == 0 {
		t.Fatalf("docs/images has no pictures: %v", err)
	}
	for _, name := range kept {
		if !shown[name] {
			t.Errorf("no page shows %s", name)
		}
	}
	for name := range shown {
		if _, err := os.Stat(name); err != nil {
			t.Error(err)
		}
	}
}
