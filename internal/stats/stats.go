// Package stats reads and writes files that say how large the tables of a database
// are, and collects what stands in them from a server.
//
// docs/stats.md describes the format for people, docs/stats.schema.json for
// programs.
package stats

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/dropgate/dropgate/analyzer"
	"github.com/dropgate/dropgate/analyzer/op"
)

// Version is the version of the format.
const Version = 1

// A File says how large the tables of a database are.
type File struct {
	Database      string
	CollectedAt   time.Time
	ServerVersion string
	Tables        []Table // by schema and name
}

// The kinds of tables.
const (
	Plain       = "table"
	Partitioned = "partitioned table"
)

// A Table says how large a table is, with its partitions and the tables that
// inherit from it.
type Table struct {
	Name
	Kind       string     `json:"kind"`
	Rows       *int64     `json:"rows"` // an estimate; nil: never counted
	Bytes      int64      `json:"bytes"`
	AnalyzedAt *time.Time `json:"analyzed_at"`
	PartOf     []Name     `json:"part_of,omitempty"` // tables that this one is counted in
}

// A Name is the name of a table.
type Name struct {
	Schema string `json:"schema"`
	Name   string `json:"name"`
}

func (n Name) compare(m Name) int {
	return cmp.Or(cmp.Compare(n.Schema, m.Schema), cmp.Compare(n.Name, m.Name))
}

// String returns the name as SQL has it when all of it is quoted.
func (n Name) String() string { return fmt.Sprintf("%q.%q", n.Schema, n.Name) }

// Write writes the file with a line for each table, so that two versions of it can
// be compared line by line.
func (f File) Write(w io.Writer) error {
	b := bufio.NewWriter(w)
	encode := func(v any) string {
		var text bytes.Buffer
		e := json.NewEncoder(&text)
		e.SetEscapeHTML(false)
		_ = e.Encode(v) // strings, numbers and times only
		// A workflow's log takes what follows this in any line for a command.
		return strings.ReplaceAll(strings.TrimSuffix(text.String(), "\n"), "##[", `#\u0023[`)
	}
	_, _ = fmt.Fprintf(b, "{\n  \"version\": %d,\n  \"database\": %s,\n  \"collected_at\": %s,\n  \"server_version\": %s,\n  \"tables\": [",
		Version, encode(f.Database), encode(f.CollectedAt), encode(f.ServerVersion))
	for i, t := range f.Tables {
		if i > 0 {
			_ = b.WriteByte(',')
		}
		_, _ = b.WriteString("\n    " + encode(t))
	}
	if len(f.Tables) > 0 {
		_, _ = b.WriteString("\n  ")
	}
	_, _ = b.WriteString("]\n}\n")
	return b.Flush()
}

// skew is how far the clocks of two machines may be apart.
const skew = time.Hour

// Sizes returns what a review needs to know of the file. A file that was made later
// than now is an error: its age would be wrong.
func (f File) Sizes(now time.Time) (*analyzer.Sizes, error) {
	if f.CollectedAt.Sub(now) > skew {
		return nil, fmt.Errorf("collected_at is %s, which is still to come: it is %s now",
			f.CollectedAt.Format(time.RFC3339), now.UTC().Format(time.RFC3339))
	}
	s := &analyzer.Sizes{CollectedAt: f.CollectedAt, Now: now, Tables: make(map[op.Name]analyzer.TableSize, len(f.Tables))}
	for _, t := range f.Tables {
		size := analyzer.TableSize{Rows: t.Rows, Bytes: t.Bytes, AnalyzedAt: t.AnalyzedAt}
		for _, n := range t.PartOf {
			size.PartOf = append(size.PartOf, op.Name(n))
		}
		s.Tables[op.Name(t.Name)] = size
	}
	return s, nil
}

func (f *File) sort() {
	slices.SortFunc(f.Tables, func(a, b Table) int { return a.compare(b.Name) })
}
