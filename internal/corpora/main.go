// Command corpora reads folders of SQL files as dropgate does and counts what of
// them it cannot read. It is run by hand over projects that are checked out
// somewhere, to find what real migrations have and the readers do not know:
//
//	go run ./internal/corpora [-v] [-slow DURATION] [-format NAME] FOLDER...
//
// Each folder is a project. The table has a line for each project, format and
// database that its paths name; -v lists what could not be read and why,
// -slow the files that take longer than that to read.
package main

import (
	"bufio"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"text/tabwriter"
	"time"
)

func main() {
	if err := run(os.Args[1:], os.Stdout); err != nil {
		if !errors.Is(err, flag.ErrHelp) {
			fmt.Fprintln(os.Stderr, "corpora:", err)
		}
		os.Exit(1)
	}
}

func run(args []string, out io.Writer) error {
	flags := flag.NewFlagSet("corpora", flag.ContinueOnError)
	verbose := flags.Bool("v", false, "list what could not be read")
	format := flags.String("format", "", "the `NAME` of the format of all files")
	slow := flags.Duration("slow", 0, "list files that take longer than `DURATION`")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() == 0 {
		return errors.New("name at least one folder")
	}
	w := bufio.NewWriter(out)
	c := &corpus{format: *format, slow: *slow, rows: map[key]*row{}}
	if *verbose {
		c.unread = w
	}
	for _, folder := range flags.Args() {
		if err := c.project(folder, w); err != nil {
			return err
		}
	}
	c.table(w)
	return w.Flush()
}

// project reads every candidate in a folder and those below it.
func (c *corpus) project(folder string, w io.Writer) error {
	name := filepath.Base(filepath.Clean(folder))
	return fs.WalkDir(os.DirFS(folder), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() || !candidate(c.format, path) {
			return err
		}
		data, err := os.ReadFile(filepath.Join(folder, filepath.FromSlash(path)))
		if err != nil {
			return err
		}
		began := time.Now()
		c.read(name, path, data)
		if took := time.Since(began); c.slow > 0 && took > c.slow {
			_, _ = fmt.Fprintf(w, "%s/%s: %d bytes in %s\n", name, path, len(data), took.Round(time.Millisecond))
		}
		return nil
	})
}

func (c *corpus) table(out io.Writer) {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	defer func() { _ = w.Flush() }()
	_, _ = fmt.Fprintln(w, "project\tformat\tdatabase\tfiles\tproblems\tstatements\tunread\tbodies\tbodies unread\tunknown")
	sum := row{}
	for _, k := range c.keys() {
		r := c.rows[k]
		sum.add(*r)
		_, _ = fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", k.project, k.format, k.database, r)
	}
	_, _ = fmt.Fprintf(w, "sum\t\t\t%s\n", sum)
}
