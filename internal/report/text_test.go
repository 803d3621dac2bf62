package report

import (
	"regexp"
	"strings"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"
	"github.com/rivo/uniseg"
)

// TestTextWithoutEyes holds that the text report says nothing by colour, by drawn
// boxes or by tabs alone, and that each finding begins with where it is and how bad.
func TestTextWithoutEyes(t *testing.T) {
	for name, r := range map[string]*Review{
		"blocked": fixture(t), "valid": valid(fixture(t)), "nothing": quietFixture(), "empty": emptyFixture(),
	} {
		t.Run(name, func(t *testing.T) {
			plain := render(t, Text, r)
			painted := *r
			painted.Color = true
			colour := regexp.MustCompile("\x1b\\[[0-9;]*m")
			if diff := cmp.Diff(plain, colour.ReplaceAllString(render(t, Text, &painted), "")); diff != "" {
				t.Errorf("other words with colours (- without, + with):\n%s", diff)
			}
			for _, c := range plain {
				if 0x2500 <= c && c <= 0x259F || c != '\n' && unicode.IsControl(c) {
					t.Errorf("the report has %U", c)
				}
			}
			heading := regexp.MustCompile(`(?m)^\S.*?  (info|low|medium|high|critical) \d+  [a-z-]+(  BLOCKS|  covered)?$`)
			if got, want := len(heading.FindAllString(plain, -1)), len(r.Report.Findings); got != want {
				t.Errorf("%d headings for %d findings:\n%s", got, want, plain)
			}
		})
	}
}

// TestTextWidth holds that what may be broken into lines fits a page: all but a
// heading, whose path is one word, and SQL to copy.
func TestTextWidth(t *testing.T) {
	heading := regexp.MustCompile(`^\S.*  (info|low|medium|high|critical) `)
	for _, line := range strings.Split(render(t, Text, fixture(t)), "\n") {
		if w := uniseg.StringWidth(line); w > pageWidth && !heading.MatchString(line) && !strings.HasPrefix(line, label("write")) {
			t.Errorf("%d columns wide: %s", w, line)
		}
	}
}
