// Command accuracy holds dropgate's verdicts against what PostgreSQL does: it runs
// the migrations of public projects on a server of its own, one at a time on top of
// all earlier ones and over tables that hold rows, and compares what is lost with
// what is blocked. It is run by hand:
//
//	go run ./internal/accuracy [-v] [-results FOLDER] FOLDER...
//	go run ./internal/accuracy -results FOLDER -judge FOLDER...
//	go run ./internal/accuracy -results FOLDER -page docs/accuracy.md
//
// Each folder is a project's checkout. One that projects.yml has, by the folder's
// name, is run as is said there, of any other every migration in it. -results keeps
// what was found, one file for each project, and -page writes the page of what is
// kept there. -judge asks dropgate again about what is kept there, and runs nothing:
// what PostgreSQL does is the same when only dropgate has changed.
package main

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"regexp"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	if err != nil {
		if !errors.Is(err, flag.ErrHelp) {
			fmt.Fprintln(os.Stderr, "accuracy:", err)
		}
		os.Exit(1)
	}
}

// run carries out a call: results go to out, progress to progress.
func run(ctx context.Context, args []string, out, progress io.Writer) error {
	flags := flag.NewFlagSet("accuracy", flag.ContinueOnError)
	flags.SetOutput(progress)
	verbose := flags.Bool("v", false, "list what agrees as well")
	only := flags.String("only", "", "try the migrations whose path matches `PATTERN` only, and print the rows they ran over")
	again := flags.Bool("judge", false, "run nothing: judge again what is kept")
	results := flags.String("results", "", "keep what is found in `FOLDER`")
	page := flags.String("page", "", "write the page of what is kept to `FILE`")
	if err := flags.Parse(args); err != nil {
		return err
	}
	switch {
	case flags.NArg() == 0 && *page == "":
		return errors.New("name at least one project's folder")
	case (*page != "" || *again) && *results == "":
		return errors.New("-page and -judge need -results: the folder where what was found is kept")
	}
	var pattern *regexp.Regexp
	if *only != "" {
		var err error
		if pattern, err = regexp.Compile(*only); err != nil {
			return err
		}
		*results = ""
	}
	known, err := projects()
	if err != nil {
		return err
	}
	for _, folder := range flags.Args() {
		p := known.of(filepath.Base(filepath.Clean(folder)))
		var found *findings
		if *again {
			found, err = judgeAgain(p, folder, *results)
		} else {
			found, err = examine(ctx, p, folder, pattern, progress)
		}
		if err != nil {
			return fmt.Errorf("project %s: %w", p.Name, err)
		}
		if err := found.keep(*results); err != nil {
			return err
		}
		w := bufio.NewWriter(out)
		found.list(w, p, *verbose)
		if err := w.Flush(); err != nil {
			return err
		}
	}
	if *page == "" {
		return nil
	}
	return writePage(*page, *results, known)
}
