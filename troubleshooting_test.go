package dropgate_test

import (
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestTroubleshooting holds that every message that docs/troubleshooting.md explains
// is one that the program has.
func TestTroubleshooting(t *testing.T) {
	var code strings.Builder
	for _, folder := range []string{"internal/cli", "internal/github", "internal/config"} {
		files, err := filepath.Glob(filepath.Join(folder, "*.go"))
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range files {
			if !strings.HasSuffix(name, "_test.go") {
				code.WriteString(strings.ReplaceAll(readFile(t, name), "`", ""))
			}
		}
	}
	source := code.String()
	rows := regexp.MustCompile("(?m)^\\| (`[^|]*`) \\| ").FindAllStringSubmatch(readFile(t, "docs/troubleshooting.md"), -1)
	if len(rows) < 20 {
		t.Fatalf("%d rows of messages, want 20 or more: has the table another form?", len(rows))
	}
	for _, row := range rows {
		for _, message := range strings.Split(row[1], "`, `") {
			message = strings.Trim(message, "`")
			if strings.HasPrefix(message, ".dropgate.yml:") {
				continue // an example of a place
			}
			for part := range strings.SplitSeq(message, "…") {
				if part = strings.TrimSpace(part); !strings.Contains(source, part) {
					t.Errorf("no message has %q, of %q", part, message)
				}
			}
		}
	}
}
