package dropgate_test

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/dropgate/dropgate/analyzer/migration"
)

// TestFigures holds that the pages which quote figures of docs/accuracy.md quote those
// that stand there.
func TestFigures(t *testing.T) {
	rows := tableRows(readFile(t, "docs/accuracy.md"), "project")
	if len(rows) < 2 {
		t.Fatal("docs/accuracy.md has no table of projects")
	}
	all := rows[len(rows)-1]
	figure := func(column int) int {
		n, err := strconv.Atoi(strings.ReplaceAll(all[column], ",", ""))
		if err != nil {
			t.Fatalf("column %d of the last row of docs/accuracy.md is %q", column, all[column])
		}
		return n
	}
	compared, lost, condition, nothing, below, untold := figure(5), figure(6), figure(8), figure(9), figure(10), figure(11)
	if untold != 0 {
		t.Errorf("%d losses went untold, and the pages say none", untold)
	}
	on := fmt.Sprintf("%d,%03d migrations of %d public projects", compared/1000, compared%1000, len(rows)-1)
	for page, sentences := range map[string][]string{
		"docs/what-it-checks.md": {on, "no loss went untold"},
		"docs/requiring.md": {
			on, fmt.Sprintf("%d were blocked", lost+condition+nothing), fmt.Sprintf("%d lost data", lost),
			fmt.Sprintf("%d delete or overwrite", condition), fmt.Sprintf("%d lost nothing", nothing),
			"No loss went untold", fmt.Sprintf("%d were told with a score below 60", below),
			fmt.Sprintf("%d formats", len(migration.Names())),
		},
	} {
		text := readFile(t, page)
		for _, s := range sentences {
			if !regexp.MustCompile(`(^|[^0-9,])` + regexp.QuoteMeta(s)).MatchString(text) {
				t.Errorf("%s does not say %q, which docs/accuracy.md and the program do", page, s)
			}
		}
	}
}

// TestGoVersion holds that whoever reads which Go it takes reads what go.mod says, and
// that the image and the workflows are built with one and the same.
func TestGoVersion(t *testing.T) {
	least := regexp.MustCompile(`(?m)^go (1\.\d+)`).FindStringSubmatch(readFile(t, "go.mod"))[1]
	said := 0
	for _, page := range pages(t) {
		for _, found := range regexp.MustCompile(`\bGo (1\.\d+)`).FindAllStringSubmatch(readFile(t, page), -1) {
			if said++; found[1] != least {
				t.Errorf("%s says Go %s, and go.mod %s", page, found[1], least)
			}
		}
	}
	if said < 4 {
		t.Errorf("%d pages say which Go it takes, want README.md, CONTRIBUTING.md, docs/try-it.md and docs/commit-hook.md", said)
	}
	builds := regexp.MustCompile(`(?m)^FROM golang:(1\.\d+)`).FindStringSubmatch(readFile(t, "Dockerfile"))[1]
	for _, name := range []string{"ci.yml", "release.yml"} {
		for _, found := range regexp.MustCompile(`go-version: "(.*)"`).FindAllStringSubmatch(readFile(t, ".github/workflows/"+name), -1) {
			if found[1] != builds {
				t.Errorf("%s builds with Go %s, the Dockerfile with %s", name, found[1], builds)
			}
		}
	}
}
