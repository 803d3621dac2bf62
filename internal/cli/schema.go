package cli

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/dropgate/dropgate/analyzer"
	"github.com/dropgate/dropgate/internal/config"
	"github.com/dropgate/dropgate/internal/report"
	"github.com/dropgate/dropgate/internal/schema"
)

// schemaFlags are the flags of `dropgate schema`.
type schemaFlags struct {
	format, output, config string
	jobs                   int
	quiet                  bool
}

const schemaHelp = `Print the schema that migrations build, as dropgate knows it when it judges a
change.

PATH is a file, a folder, or - for standard input, read as dropgate check PATH
reads it; without PATH, the current folder. Nothing is connected to. What the
migrations do not tell is said to be unknown.`

const schemaExample = `  # As SQL
  dropgate schema migrations
  # As a diagram that GitHub draws
  dropgate schema --format mermaid --output schema.mmd migrations`

func (a *app) schemaCommand() *cobra.Command {
	var f schemaFlags
	cmd := &cobra.Command{
		Use:               "schema [flags] [PATH ...]",
		Short:             "Print the schema that the migrations build",
		Long:              schemaHelp,
		Example:           schemaExample,
		ValidArgsFunction: extensions("sql"),
		RunE: func(cmd *cobra.Command, args []string) error {
			for _, name := range []string{"config", "output"} {
				if flag := cmd.Flags().Lookup(name); flag.Changed && flag.Value.String() == "" {
					return fmt.Errorf("--%s is empty: name what it takes, or leave it out", name)
				}
			}
			return a.schema(cmd.Context(), f, args)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&f.format, "format", "sql", "`FORMAT` of the schema: "+strings.Join(schemaFormats(), ", "))
	flags.StringVar(&f.output, "output", "", "write the schema to `FILE`, not to standard output")
	flags.StringVar(&f.config, "config", "", "read the config from `FILE` (default "+configName+")")
	flags.IntVar(&f.jobs, "jobs", 0, "read `N` files at a time (default one for each processor)")
	flags.BoolVarP(&f.quiet, "quiet", "q", false, "do not name what could not be read")
	return cmd
}

func schemaFormats() []string { return slices.Sorted(maps.Keys(schema.Formats)) }

func (a *app) schema(ctx context.Context, f schemaFlags, args []string) error {
	format := schema.Formats[f.format]
	switch {
	case format == nil:
		return fmt.Errorf("there is no format %q: choose one of %s", f.format, strings.Join(schemaFormats(), ", "))
	case f.jobs < 0:
		return fmt.Errorf("--jobs is 1 or more, not %d", f.jobs)
	}
	c, err := readConfig(f.config)
	if err != nil {
		return err
	}
	if len(args) == 0 {
		args = []string{"."}
	}
	p := a.progress(f.quiet, args)
	all, err := withProgress(ctx, p, func() (*builtSchema, error) { return a.build(ctx, f, c, args, p) })
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if err := format(&b, all.sets); err != nil {
		return fmt.Errorf("render the schema: %w", err)
	}
	if !f.quiet {
		a.sayUnread(all.unread)
	}
	return a.writeSchema(f, &b)
}

// A builtSchema is what migrations build, and what of them could not be read.
type builtSchema struct {
	sets   []schema.Set
	unread []analyzer.Problem
}

func (a *app) build(ctx context.Context, f schemaFlags, c config.Config, args []string, p *progress) (*builtSchema, error) {
	d, err := a.paths(ctx, c, args, &omitted{})
	if err != nil {
		return nil, err
	}
	options := analyzer.Options{
		Jobs: f.jobs, Base: d.included, Head: d.included, Baseline: d.baseline, Progress: p.listener(),
	}
	built, unread := analyzer.Build(options, slices.Concat(d.history, d.files))
	all := &builtSchema{unread: unread}
	for _, path := range slices.Sorted(maps.Keys(built)) {
		all.sets = append(all.sets, schema.Set{Path: path, Schema: built[path].Describe()})
	}
	return all, nil
}

// unreadShown is how many places are named of what could not be read.
const unreadShown = 5

// sayUnread names on standard error what of the migrations could not be read.
func (a *app) sayUnread(unread []analyzer.Problem) {
	if len(unread) == 0 {
		return
	}
	var b strings.Builder
	places := "places"
	if len(unread) == 1 {
		places = "place"
	}
	fmt.Fprintf(&b, "dropgate: what stands in %d %s could not be read; what it makes is not in the schema\n", len(unread), places)
	for _, p := range unread[:min(len(unread), unreadShown)] {
		fmt.Fprintf(&b, "  %s:%d: %s\n", report.Visible(p.Path), p.Line, report.Visible(p.Message))
	}
	if more := len(unread) - unreadShown; more > 0 {
		fmt.Fprintf(&b, "  and %d more\n", more)
	}
	_, _ = io.WriteString(report.LogWriter(a.err), b.String())
}

func (a *app) writeSchema(f schemaFlags, b *bytes.Buffer) error {
	if f.output != "" {
		return writeFile(f.output, b.Bytes())
	}
	out := a.out
	if f.format != "json" {
		out = report.LogWriter(out) // an expression may have lines of its own
	}
	if _, err := io.Copy(out, b); err != nil {
		return fmt.Errorf("write the schema: %w", cause(err))
	}
	return nil
}
