package migration

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/dropgate/dropgate/analyzer/source"
)

var update = flag.Bool("update", false, "write the golden listings in testdata")

// TestFormats reads every file of testdata/formats/*.txtar and compares the
// listing with the archive's last file, "want". Words in the archive's comment
// change the files before they are read: "crlf", "bom", "no-newline", and
// "format=NAME" gives the format.
func TestFormats(t *testing.T) {
	names, err := filepath.Glob("testdata/formats/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	if len(names) == 0 {
		t.Fatal("no fixtures")
	}
	for _, name := range names {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(name)
			if err != nil {
				t.Fatal(err)
			}
			checkArchive(t, name, archive)
		})
	}
}

func checkArchive(t *testing.T, name string, archive *txtar.Archive) {
	t.Helper()
	options := strings.Fields(string(archive.Comment))
	inputs, want := archive.Files, ""
	if last := len(inputs) - 1; inputs[last].Name == "want" {
		inputs, want = inputs[:last], string(inputs[last].Data)
	}
	var got strings.Builder
	for _, input := range inputs {
		f, format := prepare(input, options)
		m := Read(f, format)
		checkSpans(t, m)
		list(&got, m)
	}
	if *update {
		archive.Files = append(slices.Clip(inputs), txtar.File{Name: "want", Data: []byte(got.String())})
		if err := os.WriteFile(name, txtar.Format(archive), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(want, got.String()); diff != "" {
		t.Errorf("listing (-want +got), or go test -update:\n%s", diff)
	}
}

func prepare(input txtar.File, options []string) (f *source.File, format string) {
	data := input.Data
	for _, option := range options {
		switch {
		case option == "crlf":
			data = bytes.ReplaceAll(data, []byte("\n"), []byte("\r\n"))
		case option == "bom":
			data = append([]byte("\ufeff"), data...)
		case option == "no-newline":
			data = bytes.TrimRight(data, "\r\n")
		case strings.HasPrefix(option, "format="):
			format = strings.TrimPrefix(option, "format=")
		}
	}
	return source.New(input.Name, data), format
}

// list writes what Read found, one fact a line.
func list(w *strings.Builder, m *Migration) {
	fmt.Fprintf(w, "%s\n  %s, set %s, version %s %q, %s\n", m.File.Path, m.Format, m.Set,
		strings.Join(m.Version.Numbers, "."), m.Version.Name, m.Direction())
	if m.Version.Repeatable {
		fmt.Fprintln(w, "  repeatable")
	}
	for _, s := range m.Sections {
		whole := ""
		if s.Whole {
			whole = " whole"
		}
		fmt.Fprintf(w, "  %s%s %q\n", s.Direction, whole, m.File.Text(s.Span))
	}
	for _, p := range m.Problems {
		at := m.File.Position(p.Span.Start)
		fmt.Fprintf(w, "  problem %d:%d %q: %s\n", at.Line, at.Column, m.File.Text(p.Span), p.Message)
	}
}

// checkSpans holds what is promised of every file: sections in bounds, ordered,
// disjoint, not blank; and no SQL outside of them.
func checkSpans(t *testing.T, m *Migration) {
	t.Helper()
	at := m.File.All().Start
	data := uncut(m)
	for _, s := range m.Sections {
		if s.Span.Start < at || s.Span.End <= s.Span.Start || s.Span.End > len(m.File.Data) {
			t.Fatalf("%s: section %v begins before %d, is empty or out of bounds", m.File.Path, s.Span, at)
		}
		checkGap(t, withoutCuts(m, data[at:s.Span.Start]))
		at = s.Span.End
	}
	checkGap(t, withoutCuts(m, data[at:]))
	for _, p := range m.Problems {
		if p.Span.Start < 0 || p.Span.End < p.Span.Start || p.Span.End > len(m.File.Data) {
			t.Errorf("%s: problem %v out of bounds", m.File.Path, p.Span)
		}
	}
}

// uncut returns the file's bytes with white space for what its tool cuts statements
// with: no text may be part of that.
func uncut(m *Migration) []byte {
	data := bytes.Clone(m.File.Data)
	for _, cut := range m.cuts {
		copy(data[cut.Start:cut.End], bytes.Repeat([]byte(" "), cut.Len()))
	}
	return data
}

func checkGap(t *testing.T, gap []byte) {
	t.Helper()
	if f := source.New("gap", gap); !hasSQL(f, f.All()) {
		return
	}
	rest := dbmateDirective.ReplaceAll(gap, []byte("--"))
	for text := range bytes.SplitSeq(rest, []byte("\n")) {
		text = bytes.TrimSuffix(text, []byte("\r"))
		if name, is := gooseAnnotation(text); passedOver(text) || is && name != "" {
			continue
		}
		t.Errorf("SQL outside of the sections: %q", text)
	}
}

// TestLongLine has a line longer than what line readers take at once, in every
// format, and SQL behind it.
func TestLongLine(t *testing.T) {
	long := "INSERT INTO t VALUES ('" + strings.Repeat("ä", 1<<19) + "');\n"
	tests := []struct {
		format, path, before, after string
		want                        []string // directions and lengths
	}{
		{"sql", "a.sql", "", "DROP TABLE a;\n", []string{"up 14"}},
		{"golang-migrate", "1_a.up.sql", "", "DROP TABLE a;\n", []string{"up 14"}},
		{"flyway", "U1__a.sql", "", "DROP TABLE a;\n", []string{"down 14"}},
		{"prisma", "migrations/1_a/migration.sql", "", "DROP TABLE a;\n", []string{"up 14"}},
		{"diesel", "migrations/1_a/down.sql", "", "DROP TABLE a;\n", []string{"down 14"}},
		{"supabase", "supabase/migrations/1_a.sql", "", "DROP TABLE a;\n", []string{"up 14"}},
		{"sqlx", "migrations/1_a.sql", "", "DROP TABLE a;\n", []string{"up 14"}},
		{"goose", "1_a.sql", "-- +goose Up\n", "-- +goose Down\nDROP TABLE a;\n", []string{"up 0", "down 14"}},
		{"dbmate", "1_a.sql", "-- migrate:up\n", "-- migrate:down\nDROP TABLE a;\n", []string{"up 0", "down 14"}},
		{"node-pg-migrate", "1_a.sql", "-- Up Migration\n", "-- Down Migration\nDROP TABLE a;\n", []string{"up 16", "down 32"}},
		{"drizzle", "1_a.sql", "", "--> statement-breakpoint\nDROP TABLE a;\n", []string{"up 0", "up 15"}},
		{"atlas", "1_a.sql", "-- atlas:delimiter -- end\n", "-- end\nDROP TABLE a;\n", []string{"up 0", "up 15"}},
		{"refinery", "crates/a/U1__a.sql", "", "DROP TABLE a;\n", []string{"up 14"}},
		{"hasura", "migrations/a/1_a/down.sql", "", "DROP TABLE a;\n", []string{"down 14"}},
		{"river", "migration/main/1_a.down.sql", "", "DROP TABLE /* TEMPLATE: schema */a;\n", []string{"down 36"}},
		{"pg_dump", "a.sql", "-- PostgreSQL database dump\n", "DROP TABLE a;\n", []string{"up 42"}},
		{"sqitch", "deploy/a.sql", "-- Deploy x:a to pg\n", "DROP TABLE a;\n", []string{"up 34"}},
		{"graphile-migrate", "migrations/current.sql", "", "DROP TABLE a;\n", []string{"up 14"}},
		{"liquibase", "a.sql", "--liquibase formatted sql\n--changeset a:1 endDelimiter:/\n", "/\n--rollback DROP TABLE a;\n", []string{"up -1", "down 13"}},
		{"tern", "1_a.sql", "", "---- create above / drop below ----DROP TABLE a;\n", []string{"up 0", "down 14"}},
	}
	for _, test := range tests {
		t.Run(test.format, func(t *testing.T) {
			m := Read(source.New(test.path, []byte(test.before+long+test.after)), "")
			checkSpans(t, m)
			var got []string
			for i, s := range m.Sections {
				n := s.Span.Len()
				if i == 0 {
					n -= len(long)
				}
				got = append(got, fmt.Sprintf("%s %d", s.Direction, n))
			}
			if diff := cmp.Diff(test.want, got); diff != "" || m.Format != test.format || len(m.Problems) > 0 {
				t.Errorf("format %s, problems %v, sections (-want +got):\n%s", m.Format, m.Problems, diff)
			}
		})
	}
}

// TestTooLongLine: two tools stop at a line that is too long for them, one of them
// without a word. Nothing behind it is believed to be the way back.
func TestTooLongLine(t *testing.T) {
	tests := []struct{ format, before, after string }{
		{"sql-migrate", "-- +migrate Up\nSELECT 1;\n", "-- +migrate Down\nDROP TABLE a;\n"},
		{"rambler", "-- rambler up\nSELECT 1;\n", "-- rambler down\nDROP TABLE a;\n"},
	}
	for _, test := range tests {
		long := "SELECT '" + strings.Repeat("x", 1<<20) + "';\n"
		m := Read(source.New("a.sql", []byte(test.before+long+test.after)), "")
		checkSpans(t, m)
		if m.Format != test.format || m.Direction() != "up" || len(m.Problems) != 1 {
			t.Errorf("%s: %s, %s, problems %v; want it going up with a problem", test.format, m.Format, m.Direction(), m.Problems)
		}
	}
}

// TestCarriageReturn: alone it ends a comment for PostgreSQL and no line for the
// tools, so SQL may stand behind one on what looks like a comment's line.
func TestCarriageReturn(t *testing.T) {
	tests := []struct{ name, text, format, up string }{
		{"behind a directive", "-- migrate:up\rDROP TABLE a;\n-- migrate:down\n", "dbmate", "DROP TABLE a;\n"},
		{"behind a comment", "-- who\rDROP TABLE a;\n-- +goose Up\n-- +goose Down\nDROP TABLE b;\n", "sql",
			"-- who\rDROP TABLE a;\n-- +goose Up\n-- +goose Down\nDROP TABLE b;\n"},
		{"no directive", "SELECT 1;\r-- migrate:up\rSELECT 2;\r-- migrate:down\rDROP TABLE a;", "sql",
			"SELECT 1;\r-- migrate:up\rSELECT 2;\r-- migrate:down\rDROP TABLE a;"},
		{"before a line feed", "-- migrate:up\r\nDROP TABLE a;\r\n-- migrate:down\r\n", "dbmate", "DROP TABLE a;\r\n"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			m := Read(source.New("1_a.sql", []byte(test.text)), "")
			if m.Format != test.format || len(m.Sections) != 1 || m.Direction() != "up" {
				t.Fatalf("%s, %s, %v; want %s, up, one section", m.Format, m.Direction(), m.Sections, test.format)
			}
			if got := m.File.Text(m.Sections[0].Span); got != test.up {
				t.Errorf("section %q, want %q", got, test.up)
			}
		})
	}
}

// TestEmptyFile: nothing runs, so nothing is marked and nothing is wrong.
func TestEmptyFile(t *testing.T) {
	for _, text := range []string{"", "\ufeff"} {
		for _, name := range append(Names(), "") {
			m := Read(source.New("migrations/1_a.sql", []byte(text)), name)
			if len(m.Sections) > 0 || len(m.Problems) > 0 || m.Direction() != "none" {
				t.Errorf("%q as %q: sections %v, problems %v, direction %s", text, name, m.Sections, m.Problems, m.Direction())
			}
		}
	}
}

func TestUnknownFormat(t *testing.T) {
	m := Read(source.New("1_a.down.sql", []byte("DROP TABLE a;")), "none")
	if m.Format != "sql" || m.Direction() != "up" || len(m.Problems) != 1 {
		t.Errorf("format %s, direction %s, problems %v; want plain SQL going up and one problem", m.Format, m.Direction(), m.Problems)
	}
}

func TestNames(t *testing.T) {
	want := []string{
		"drizzle", "refinery", "flyway", "prisma", "hasura", "diesel", "supabase", "river", "golang-migrate", "sqitch",
		"graphile-migrate", "goose", "dbmate", "sql-migrate", "rambler", "liquibase", "tern", "node-pg-migrate", "atlas",
		"pg_dump", "sqlx", "sql",
	}
	if diff := cmp.Diff(want, Names()); diff != "" {
		t.Errorf("names (-want +got):\n%s", diff)
	}
}

func TestIsCandidate(t *testing.T) {
	tests := map[string]bool{
		"a.sql": true, "db/A.SQL": true, "V1__a.Sql": true, "1_a.up.pgsql": true, "db/1_a.up.txt": true,
		"1_a.up.go": false, "1_a.up.fizz": false, "1_a.UP.txt": false, "1_a.down.txt": false,
		"a.up.txt": false, "README.md": false, "sql": false, "a.sql.orig": false, "": false,
	}
	for path, want := range tests {
		if got := IsCandidate(path); got != want {
			t.Errorf("IsCandidate(%q) = %v, want %v", path, got, want)
		}
	}
}

// orderText is what a file needs to be taken for its tool's where its name does not
// say it.
var orderText = map[string]string{"literal": "-- rambler up\n", "rerun": "--! Previous: -\n--! Hash: x\n\n"}

// TestCompare sorts each list backwards and wants it as written.
func TestCompare(t *testing.T) {
	tests := map[string][]string{
		"one number":  {"m/9_a.up.sql", "m/10_a.down.sql", "m/10_a.up.sql", "m/20240101000000_b.up.sql"},
		"any length":  {"m/99999999999999999999998_a.sql", "m/99999999999999999999999_a.sql", "m/100000000000000000000000_a.sql"},
		"zeros":       {"m/0001_a.sql", "m/2_a.sql", "m/010_a.sql"},
		"in numbers":  {"m/0/01_a.up.sql", "m/2/9_a.up.sql", "m/2/10_a.up.sql", "m/10/01_a.up.sql"},
		"hasura":      {"m/migrations/db/9_a/up.sql", "m/migrations/db/10_a/down.sql", "m/migrations/db/10_a/up.sql"},
		"refinery":    {"crates/a/V1__a.sql", "crates/a/U2__a.sql", "crates/a/V10__a.sql"},
		"flyway":      {"V1__a.sql", "V1.0.1__b.sql", "V1_2__c.sql", "V1.9__d.sql", "V1.10__e.sql", "V2__f.sql", "zz.sql", "R__a.sql", "R__b2.sql", "R__b10.sql"},
		"no number":   {"m/1_a.sql", "m/a2.sql", "m/a10.sql", "m/b.sql"},
		"sets":        {"a/v9/2_a.up.sql", "a/v10/1_a.up.sql", "b/1_a.up.sql"},
		"prisma":      {"p/migrations/0_init/migration.sql", "p/migrations/20240101000000_a/migration.sql", "p/migrations/20240201000000_a/migration.sql"},
		"diesel":      {"m/00000000000000_setup/up.sql", "m/2016-12-31-235959_a/down.sql", "m/2016-12-31-235959_a/up.sql", "m/20170101000000_b/up.sql"},
		"dates":       {"m/2024-01-02.sql", "m/2024-01-10.sql", "m/2024-02-01.sql"},
		"same number": {"m/1_a2.sql", "m/1_a10.sql", "m/01_b.sql"},
		"literal":     {"m/1_a.up.sql", "m/10_b.sql", "m/9_a.sql"},
		"rerun":       {"g/migrations/committed/000009-b.sql", "g/migrations/committed/000010-a.sql", "g/migrations/current.sql"},
		"same name":   {"m/01_a.sql", "m/1_a.sql"},
	}
	for name, want := range tests {
		t.Run(name, func(t *testing.T) {
			var all []*Migration
			for _, path := range want {
				all = append(all, Read(source.New(path, []byte(orderText[name])), ""))
			}
			slices.Reverse(all)
			slices.SortFunc(all, Compare)
			var got []string
			for _, m := range all {
				got = append(got, m.File.Path)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("order (-want +got):\n%s", diff)
			}
		})
	}
}

// TestGooseAnnotation takes its cases from what goose's own parser accepts.
func TestGooseAnnotation(t *testing.T) {
	tests := []struct {
		line, name string
		is         bool
	}{
		{"-- +goose Up", "Up", true},
		{"--+goose down", "Down", true},
		{"-- \t+goose\tSTATEMENTBEGIN  ", "StatementBegin", true},
		{"------ +goose no transaction", "NO TRANSACTION", true},
		{"-- ENVSUB ON +goose", "ENVSUB ON", true},
		{"--+gooseUp", "Up", true},
		{"--- +goose Up", "", true},
		{" -- +goose Up", "", true},
		{"\t-- +goose Up", "", true},
		{"-- +goose", "", true},
		{"-- +goose Up now", "", true},
		{"-- +goose Up +goose Up", "", true},
		{"-- see +goose in the manual", "", true},
		{"-- +GOOSE Up", "", false},
		{"-- + goose Up", "", false},
		{"SELECT 1; -- +goose Up", "", false},
		{"/* +goose Up */", "", false},
		{"", "", false},
	}
	for _, test := range tests {
		if name, is := gooseAnnotation([]byte(test.line)); name != test.name || is != test.is {
			t.Errorf("gooseAnnotation(%q) = %q, %v; want %q, %v", test.line, name, is, test.name, test.is)
		}
	}
}

// FuzzRead holds the promises on sections for any path, text and format, and
// that a section goes down only where some tool says so.
func FuzzRead(f *testing.F) {
	archives, err := filepath.Glob("testdata/formats/*.txtar")
	if err != nil {
		f.Fatal(err)
	}
	for _, name := range archives {
		archive, err := txtar.ParseFile(name)
		if err != nil {
			f.Fatal(err)
		}
		for _, input := range archive.Files {
			f.Add(input.Name, input.Data)
		}
	}
	f.Add("a.sql", []byte("\ufeff-- migrate:up\rDROP TABLE a;\n--\n\nmigrate:down\r\n"))
	f.Add("a.sql", []byte("--liquibase formatted sql\n--changeset a:b dbms:h2\nDROP TABLE a;\n--changeset a:c endDelimiter:@@\nSELECT 1 @@ SELECT $$ @@ $$\n/* liquibase rollback\nDROP TABLE b */\n"))
	f.Add("a.sql", []byte("--liquibase formatted sql\n--changeset a:b\nDELETE FROM a\nGO\nWHERE 1/2\n/\n--ignoreLines:1\nx\n--rollback DROP TABLE y\n"))
	f.Add("a.sql", []byte("-- +migrate Up\nSELECT $$\n-- $$\n$$;\n-- +migrate StatementBegin\n-- +migrate Down\nDROP TABLE a;"))
	f.Add("1_a.sql", []byte("SELECT 1;---- create above / drop below ----DROP TABLE {{template \"x\"}}"))
	f.Add("a.sql", []byte("-- rambler up\nSELECT 1;\n-- rambler\nSELECT 2;\n-- rambler down\nDROP TABLE a;"))
	f.Add("db/revert/a.sql", []byte("-- Revert x:a from pg\nDROP TABLE a;"))
	f.Add("migrations/current.sql", []byte("--!include x.sql\n--! include y.sql"))
	f.Add("a.sql", []byte("--+goose\rDROP TABLE a;\n-- +goose Up\n"))
	f.Fuzz(func(t *testing.T, path string, data []byte) {
		for _, name := range append(Names(), "", "none") {
			before := bytes.Clone(data)
			m := Read(source.New(path, data), name)
			if !bytes.Equal(before, data) {
				t.Fatal("the file's bytes were changed")
			}
			checkSpans(t, m)
			down := m.Direction() == "down" || m.Direction() == "both"
			if down && (m.Format == "sql" || m.Format == "graphile-migrate") || m.Direction() == "both" && !m.ByDirectives() {
				t.Errorf("format %s, direction %s", m.Format, m.Direction())
			}
		}
		IsCandidate(path)
	})
}
