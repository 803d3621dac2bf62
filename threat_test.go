package dropgate_test

import (
	"io/fs"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// testNames are the names of all tests of the module.
func testNames(t *testing.T) map[string]bool {
	t.Helper()
	names := map[string]bool{}
	definition := regexp.MustCompile(`(?m)^func (Test\w+)\(t \*testing\.T\)`)
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && strings.HasSuffix(path, "_test.go") {
			for _, found := range definition.FindAllStringSubmatch(readFile(t, path), -1) {
				names[found[1]] = true
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

// TestThreatModel holds that each attack of docs/threat-model.md says what comes of
// it, that the tests it names are there, and that what is said to be stopped names
// one, unless it is GitHub that stops it.
func TestThreatModel(t *testing.T) {
	names := testNames(t)
	rows := tableRows(readFile(t, "docs/threat-model.md"), "attack")
	if len(rows) < 40 {
		t.Fatalf("docs/threat-model.md has %d attacks", len(rows))
	}
	test := regexp.MustCompile("`(Test\\w+)`")
	for _, row := range rows {
		if len(row) < 3 {
			t.Errorf("the row %q has %d cells", row[0], len(row))
			continue
		}
		named := test.FindAllStringSubmatch(strings.Join(row[3:], " "), -1)
		for _, n := range named {
			if !names[n[1]] {
				t.Errorf("%s: there is no %s", row[0], n[1])
			}
		}
		if !slices.Contains([]string{"stopped", "it depends", "gets through"}, row[1]) {
			t.Errorf("%s: the result is %q", row[0], row[1])
		}
		if row[1] == "stopped" && len(named) == 0 && !strings.Contains(row[2], "GitHub's part") {
			t.Errorf("%s: it is said to be stopped, and no test tries it", row[0])
		}
	}
}
