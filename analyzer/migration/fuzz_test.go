package migration

import (
	"bytes"
	"regexp"
	"testing"

	"github.com/dropgate/dropgate/analyzer/source"
)

// withoutCuts takes out of a gap between sections what cuts them: Drizzle's mark,
// the delimiter that an Atlas file gives itself.
func withoutCuts(m *Migration, gap []byte) []byte {
	switch m.Format {
	case "drizzle":
		return bytes.ReplaceAll(gap, []byte(drizzleMark), nil)
	case "atlas":
		if delimiter, _ := atlasDelimiter(m.File); delimiter != "" && atlasOdd(delimiter) == "" {
			directive := m.File.Data[:restOfLine(m.File, 0)]
			return bytes.ReplaceAll(bytes.TrimPrefix(gap, directive), []byte(delimiter), nil)
		}
	}
	return gap
}

// FuzzNodePgMarks compares with the regular expression of node-pg-migrate itself,
// written for Go.
func FuzzNodePgMarks(f *testing.F) {
	for _, text := range []string{
		"-- Up Migration", "SELECT 1; -- up migration", "x\n \n--\n- - UP\u3000\nmigrations", "\ufeff--up migration",
		"a\u2028-- up migration", "-- - x\n--- up migration", "a -- \n-- up migration", "--up  mig\r--up migration", "",
		"--upmigration\n---\n----up\n--up\xa0migration--up\u00a0migration\n--up\u00a0migration",
	} {
		f.Add([]byte(text))
	}
	original := func(f *source.File, word string) int {
		expression := regexp.MustCompile(`(?i)(?:\A|[\n\r\x{2028}\x{2029}])[` + jsSpaces + `]*(--)[-` + jsSpaces + `]*` + word + `[` + jsSpaces + `]+migration`)
		start := f.All().Start
		if at := expression.FindSubmatchIndex(f.Data[start:]); at != nil {
			return start + at[2]
		}
		return -1
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		file := source.New("a.sql", data)
		up, down := nodePgMarks(file)
		if wantUp, wantDown := original(file, "up"), original(file, "down"); up != wantUp || down != wantDown {
			t.Errorf("%q: directives at %d and %d, want %d and %d", data, up, down, wantUp, wantDown)
		}
	})
}

// FuzzOrder holds that what tells an order may hold anything.
func FuzzOrder(f *testing.F) {
	f.Add("drizzle/meta/_journal.json", []byte(`{"entries":[{"idx":0,"tag":"0000_a"},{"tag":"../b"},{}]}`))
	f.Add("migrations/atlas.sum", []byte("h1:x=\n1_a.sql h1:y=\n\nh1:\n"))
	f.Add("", []byte("\ufeff"))
	f.Fuzz(func(t *testing.T, path string, data []byte) {
		before := bytes.Clone(data)
		file := source.New(path, data)
		drizzleOrder(file)
		atlasOrder(file)
		if isDrizzleJournal(path) && isAtlasSum(path) {
			t.Error("one file is both")
		}
		if !bytes.Equal(before, data) {
			t.Fatal("the file's bytes were changed")
		}
	})
}
