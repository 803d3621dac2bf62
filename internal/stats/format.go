package stats

import (
	"errors"
	"io"
	"slices"
	"time"
	"unicode/utf8"
)

// file reads the whole file.
func (d *decoder) file() (File, error) {
	var f File
	var version int64
	if !utf8.Valid(d.data) {
		return f, d.fail(invalid(d.data), "this is not UTF-8: write the file with dropgate stats --output")
	}
	places := map[Name]int{}
	err := d.object("a statistics file", []string{"version", "collected_at", "tables"}, map[string]func() error{
		"version": func() error {
			err := d.number("version", &version)()
			if err == nil && version != Version {
				err = d.fail(d.start, "version is %d, not %d: make the file with the version of dropgate that reads it", Version, version)
			}
			return err
		},
		"database":       d.text("database", &f.Database),
		"collected_at":   d.time("collected_at", &f.CollectedAt),
		"server_version": d.text("server_version", &f.ServerVersion),
		"tables": func() error {
			return d.list("tables", func() error { return d.table(&f, places) })
		},
	})
	if err != nil {
		return f, err
	}
	if _, err := d.json.Token(); !errors.Is(err, io.EOF) {
		return f, d.fail(int(d.json.InputOffset()), "there is more after the end of the file's object: take it out")
	}
	return f, d.check(f, places)
}

// table reads a table and where it stands.
func (d *decoder) table(f *File, places map[Name]int) error {
	t := Table{Kind: Plain}
	var rows int64
	var analyzed time.Time
	begin := -1
	at := func(read func() error) func() error {
		return func() error {
			if begin < 0 {
				begin = d.start
			}
			return read()
		}
	}
	err := d.object("a table", []string{"schema", "name", "rows", "bytes"}, map[string]func() error{
		"schema": at(d.identifier("schema", &t.Schema)),
		"name":   at(d.identifier("name", &t.Name.Name)),
		"kind": at(func() error {
			err := d.text("kind", &t.Kind)()
			if err == nil && t.Kind != Plain && t.Kind != Partitioned {
				err = d.fail(d.start, "kind is %q or %q", Plain, Partitioned)
			}
			return err
		}),
		"rows": at(func() error {
			null, err := d.null(d.number("rows", &rows))
			if !null {
				t.Rows = &rows
			}
			return err
		}),
		"bytes": at(d.number("bytes", &t.Bytes)),
		"analyzed_at": at(func() error {
			null, err := d.null(d.time("analyzed_at", &analyzed))
			if !null {
				t.AnalyzedAt = &analyzed
			}
			return err
		}),
		"part_of": at(func() error { return d.list("part_of", func() error { return d.partOf(&t) }) }),
	})
	if err != nil {
		return err
	}
	if _, twice := places[t.Name]; twice {
		return d.fail(begin, "the table %s.%s stands here twice: leave one", quoted(t.Schema), quoted(t.Name.Name))
	}
	places[t.Name] = begin
	f.Tables = append(f.Tables, t)
	return nil
}

// partOfLimit is how many tables one may be a part of. Real ones are a part of one
// or two.
const partOfLimit = 100

func (d *decoder) partOf(t *Table) error {
	if len(t.PartOf) == partOfLimit {
		return d.fail(d.start, "part_of has more than %d tables", partOfLimit)
	}
	var n Name
	err := d.object("an element of part_of", []string{"schema", "name"}, map[string]func() error{
		"schema": d.identifier("schema", &n.Schema), "name": d.identifier("name", &n.Name),
	})
	t.PartOf = append(t.PartOf, n)
	return err
}

// check holds the tables against the rest of the file.
func (d *decoder) check(f File, places map[Name]int) error {
	tables := make(map[Name]Table, len(f.Tables))
	for _, t := range f.Tables {
		tables[t.Name] = t
	}
	for _, t := range f.Tables {
		if t.AnalyzedAt != nil && t.AnalyzedAt.Sub(f.CollectedAt) > skew {
			return d.fail(places[t.Name], "analyzed_at of this table is after collected_at of the file")
		}
		for _, n := range t.PartOf {
			if n == t.Name || slices.Contains(tables[n].PartOf, t.Name) {
				return d.fail(places[t.Name], "part_of of this table says that it is a part of itself")
			}
		}
	}
	return nil
}

// invalid returns where the first byte is that is no UTF-8.
func invalid(data []byte) int {
	for i := 0; i < len(data); {
		r, size := utf8.DecodeRune(data[i:])
		if r == utf8.RuneError && size == 1 {
			return i
		}
		i += size
	}
	return len(data)
}
