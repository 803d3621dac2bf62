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
