package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const redraw = "run .ci/pictures, which needs Chromium, and look at what it draws"

// TestPictures holds that the kept pictures, and the texts that they show, are of what
// the program says today.
func TestPictures(t *testing.T) {
	t.Chdir("../..")
	s, all, err := today()
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range s.files() {
		kept, err := os.ReadFile(filepath.Join(images, name))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(kept), want); diff != "" {
			t.Errorf("%s is out of date: %s (- kept, + what is said today):\n%s", name, redraw, diff)
		}
	}
	if len(all) != 6 {
		t.Errorf("there are %d pictures, want three in two themes", len(all))
	}
	const most = 150 << 10
	for _, p := range all {
		kept, err := os.ReadFile(filepath.Join(images, p.name+".png"))
		if err != nil {
			t.Fatal(err)
		}
		if got := markOf(kept); got != p.mark() {
			t.Errorf("%s.png was drawn from the page %q, and that of today is %q: %s", p.name, got, p.mark(), redraw)
		}
		if len(kept) > most {
			t.Errorf("%s.png has %d bytes, want %d at most: the README is read on phones", p.name, len(kept), most)
		}
	}
}

func TestColoured(t *testing.T) {
	for text, want := range map[string]string{
		"plain <b>":                         "plain &lt;b&gt;",
		"\x1b[1mbold\x1b[22m not":           `<span class="bold">bold</span> not`,
		"\x1b[31;1mboth\x1b[0;22m not":      `<span class="red bold">both</span> not`,
		"\x1b[31m\x1b[1mboth\x1b[22mred":    `<span class="red bold">both</span><span class="red">red</span>`,
		"\x1b[36mto\nthe next\x1b[mand out": "<span class=\"cyan\">to\nthe next</span>and out",
	} {
		if got, err := coloured(text); got != want || err != nil {
			t.Errorf("%q becomes %q, %v, want %q", text, got, err, want)
		}
	}
	for _, text := range []string{"\x1b[35mmagenta", "\x1b[2Jerased", "\x1b]8;;link"} {
		if got, err := coloured(text); err == nil {
			t.Errorf("%q becomes %q, want an error: the picture would lack something", text, got)
		}
	}
}

// TestStamped holds that a mark is read back, and that another page has another one.
func TestStamped(t *testing.T) {
	a, b := picture{page: []byte("a")}, picture{page: []byte("b")}
	data := stamped([]byte(strings.Repeat("x", headEnd+5)), a.mark())
	if got := markOf(data); got != a.mark() || got == b.mark() {
		t.Errorf("the mark is read as %q, want %q", got, a.mark())
	}
	if got := markOf([]byte("no picture")); got != "" {
		t.Errorf("a file without a mark has %q", got)
	}
}
