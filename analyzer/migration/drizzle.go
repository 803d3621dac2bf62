package migration

import (
	"bytes"
	"encoding/json"
	"path"

	"github.com/dropgate/dropgate/analyzer/source"
)

// drizzleMark is where Drizzle cuts a file, wherever it stands: in a comment, a
// string, a body.
const drizzleMark = "--> statement-breakpoint"

// isDrizzle recognises the mark, under any name that a journal may give, and the
// folder that drizzle-kit writes to if nobody tells it another one. With the
// directives of a tool that goes back, the mark is a comment.
func isDrizzle(f *source.File) bool {
	if inDrizzleFolder(f.Path) {
		return true
	}
	return bytes.Contains(f.Data, []byte(drizzleMark)) &&
		undirected(f)
}

// inDrizzleFolder reports whether the path is drizzle/0001_name.sql or the newer
// drizzle/20240501120000_name/migration.sql.
func inDrizzleFolder(name string) bool {
	dir, base := path.Split(name)
	dir = path.Clean(dir)
	if base == "migration.sql" && digits(path.Base(dir)) > 0 {
		return path.Base(path.Dir(dir)) == "drizzle"
	}
	return path.Base(dir) == "drizzle" && numbered.MatchString(base)
}

// markDrizzle cuts the file at the marks. To every other tool a mark is the
// beginning of a comment: text behind it on its line is SQL to Drizzle, and may
// be what hides the next lines, so it is no migration that drizzle-kit wrote.
func markDrizzle(m *Migration) {
	if isPrisma(m.File) {
		m.inFolder()
	}
	all := m.File.All()
	start := all.Start
	for told := false; ; {
		i := bytes.Index(m.File.Data[start:], []byte(drizzleMark))
		if i < 0 {
			break
		}
		mark := source.Span{Start: start + i, End: start + i + len(drizzleMark)}
		m.section(source.Span{Start: start, End: mark.Start}, Up)
		start = mark.End
		if behind := restOfLine(m.File, start); !told && !blank(m.File.Data[start:behind]) {
			m.problem(source.Span{Start: mark.Start, End: behind}, "Drizzle runs what stands behind this mark, and every other tool takes it for a comment")
			told = true
		}
	}
	m.section(source.Span{Start: start, End: all.End}, Up)
}

// restOfLine returns where the comment ends that the offset is in.
func restOfLine(f *source.File, offset int) int {
	if i := bytes.IndexAny(f.Data[offset:], "\r\n"); i >= 0 {
		return offset + i
	}
	return len(f.Data)
}

// isDrizzleJournal recognises the file that tells Drizzle what to run.
func isDrizzleJournal(name string) bool {
	dir, base := path.Split(name)
	return base == "_journal.json" && path.Base(path.Clean(dir)) == "meta"
}

// drizzleOrder returns the migrations that a journal lists, in the order in which
// Drizzle runs them: that of the list, whatever the numbers in it say.
func drizzleOrder(f *source.File) (folder string, names []string) {
	var journal struct {
		Entries []struct{ Tag string }
	}
	folder = path.Dir(path.Dir(f.Path))
	if err := json.Unmarshal(f.Data[f.All().Start:], &journal); err != nil {
		return folder, nil
	}
	for _, entry := range journal.Entries {
		names = append(names, entry.Tag+".sql")
	}
	return folder, names
}
