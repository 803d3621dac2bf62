// Command run runs the migrations in a folder on a PostgreSQL of its own and prints
// where the schema that dropgate reads from them differs from the server's:
//
//	go run ./internal/schematest/run [-format NAME] [-only TEXT] [-first SQL] [-together] [-refused] FOLDER
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/dropgate/dropgate/analyzer/migration"
	"github.com/dropgate/dropgate/analyzer/source"
	"github.com/dropgate/dropgate/internal/pgtest"
	"github.com/dropgate/dropgate/internal/schematest"
)

func main() {
	if err := run(os.Args[1:], os.Stdout); err != nil {
		if !errors.Is(err, flag.ErrHelp) {
			fmt.Fprintln(os.Stderr, "run:", err)
		}
		os.Exit(1)
	}
}

func run(args []string, out io.Writer) (err error) {
	flags := flag.NewFlagSet("run", flag.ContinueOnError)
	format := flags.String("format", "", "the `NAME` of the format of all files")
	only := flags.String("only", "", "take only files whose path holds `TEXT`")
	first := flags.String("first", "", "run the `SQL` before all others, and tell the catalog of it")
	together := flags.Bool("together", false, "take all folders for one history, in the order of their paths")
	refused := flags.Bool("refused", false, "list every statement that the server refused")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() != 1 {
		return errors.New("name one folder")
	}
	folder := flags.Arg(0)
	all, err := read(folder, *format, *only)
	if err != nil {
		return err
	}
	if *together {
		join(all)
	}
	if *first != "" {
		f := source.New("first.sql", []byte(*first))
		for _, m := range sets(all) {
			one := *migration.Read(f, "sql")
			one.Set, one.Version = m.Set, migration.Version{Planned: true, Place: -1}
			all = append(all, &one)
		}
	}
	server, err := pgtest.Open()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, server.Close()) }()
	results, err := schematest.Run(context.Background(), server, folder, all)
	if err != nil {
		return err
	}
	for _, r := range results {
		show(out, r, *refused)
	}
	return nil
}

// read reads the migrations below a folder, and the plans that order them.
func read(folder, format, only string) ([]*migration.Migration, error) {
	var all []*migration.Migration
	var plans []*source.File
	err := fs.WalkDir(os.DirFS(folder), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		wanted := strings.Contains(path, only) && (format != "" || migration.IsCandidate(path))
		if !wanted && !migration.IsPlan(path) {
			return nil
		}
		data, err := os.ReadFile(filepath.Join(folder, filepath.FromSlash(path)))
		if err != nil {
			return err
		}
		f := source.New(path, data)
		if migration.IsPlan(path) {
			plans = append(plans, f)
		}
		if wanted {
			all = append(all, migration.Read(f, format))
		}
		return nil
	})
	migration.Recognise(plans, all)
	migration.Arrange(plans, all)
	return all, err
}

// join makes one history of all folders.
func join(all []*migration.Migration) {
	slices.SortStableFunc(all, migration.Compare)
	for i, m := range all {
		m.Set, m.Version.Planned, m.Version.Place = ".", true, i
	}
}

// sets returns a migration of each set.
func sets(all []*migration.Migration) []*migration.Migration {
	seen := map[string]bool{}
	var one []*migration.Migration
	for _, m := range all {
		if !seen[m.Schema()] && !m.Foreign() {
			seen[m.Schema()] = true
			one = append(one, m)
		}
	}
	return one
}

func show(out io.Writer, r schematest.Result, refused bool) {
	_, _ = fmt.Fprintf(out, "%s: %d migrations, %d statements refused\n", r.Set, r.Migrations, len(r.Refused))
	for i, line := range r.Refused {
		if !refused && i == 20 {
			_, _ = fmt.Fprintf(out, "  … and %d more (-refused lists them)\n", len(r.Refused)-i)
			break
		}
		_, _ = fmt.Fprintf(out, "  refused: %.200s\n", line)
	}
	counts(out, r.Comparison)
	_, _ = fmt.Fprintln(out, "  the printed SQL, run again:")
	if r.Broken != "" {
		_, _ = fmt.Fprintf(out, "  PostgreSQL refuses it: %s\n", r.Broken)
		return
	}
	counts(out, r.Again)
}

// counts prints the figures of a comparison and its differences.
func counts(out io.Writer, c schematest.Comparison) {
	kinds := slices.Clone(schematest.Kinds)
	for _, kind := range slices.Sorted(maps.Keys(c.Counts)) {
		if !slices.Contains(kinds, kind) {
			kinds = append(kinds, kind)
		}
	}
	for _, kind := range kinds {
		if n := c.Counts[kind]; n.Compared > 0 {
			_, _ = fmt.Fprintf(out, "  %-17s %5d compared, %d different, %d doubtful\n", kind, n.Compared, n.Different, n.Doubtful)
		}
	}
	for _, d := range c.Differences {
		_, _ = fmt.Fprintf(out, "  %s\n", d)
	}
}
