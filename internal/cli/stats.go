package cli

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"github.com/dropgate/dropgate/analyzer"
	"github.com/dropgate/dropgate/internal/stats"
)

// statsFlags are the flags of `dropgate stats`.
type statsFlags struct {
	dsn     string
	output  string
	timeout time.Duration
}

const statsHelp = `Write how large the tables of a database are, for dropgate check --stats.

It reads PostgreSQL's own catalogs in a transaction that may not write, and no
row of a table: the file has names, numbers and dates. Any role that may connect
can.

What --dsn leaves out comes from libpq's environment variables and files
(PGHOST, PGPASSWORD, PGSERVICE, ~/.pgpass): a password need not stand on the
command line.`

const statsExample = `  # With a URI; the password comes from ~/.pgpass
  dropgate stats --dsn postgres://me@db.example.com/shop --output stats.json
  # With a service of ~/.pg_service.conf, and what it is for
  PGSERVICE=shop dropgate stats --output stats.json
  dropgate check --stats stats.json migrations`

func (a *app) statsCommand() *cobra.Command {
	var f statsFlags
	cmd := &cobra.Command{
		Use:     "stats [flags]",
		Short:   "Write how large a database's tables are",
		Long:    statsHelp,
		Example: statsExample,
		Args:    noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			// An empty value is what a script's unset variable leaves: it must not ask
			// another server.
			for _, name := range []string{"dsn", "output"} {
				if flag := cmd.Flags().Lookup(name); flag.Changed && flag.Value.String() == "" {
					return fmt.Errorf("--%s is empty: name what it takes, or leave it out", name)
				}
			}
			if f.timeout < time.Second {
				return fmt.Errorf("--timeout is 1s or more, not %s", f.timeout)
			}
			return a.stats(cmd.Context(), f)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&f.dsn, "dsn", "", "connect as `DSN` says, a URI or key=value pairs")
	flags.StringVar(&f.output, "output", "", "write to `FILE`, not to standard output")
	flags.DurationVar(&f.timeout, "timeout", 30*time.Second, "give up after this `TIME`")
	return cmd
}

func (a *app) stats(ctx context.Context, f statsFlags) error {
	ctx, cancel := context.WithTimeout(ctx, f.timeout)
	defer cancel()
	found, err := stats.Collect(ctx, stats.Options{DSN: f.dsn, Timeout: f.timeout})
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if err := found.Write(&b); err != nil {
		return fmt.Errorf("write the statistics: %w", err)
	}
	if f.output != "" {
		return writeFile(f.output, b.Bytes())
	}
	if _, err := io.Copy(a.out, &b); err != nil {
		return fmt.Errorf("write the statistics: %w", cause(err))
	}
	return nil
}

// readSizes reads a statistics file.
func (a *app) readSizes(name string) (*analyzer.Sizes, error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, fmt.Errorf("read the statistics %s: %w", name, cause(err))
	}
	defer func() { _ = file.Close() }()
	return a.sizes(name, file)
}

func (a *app) sizes(name string, r io.Reader) (*analyzer.Sizes, error) {
	f, err := stats.Read(name, r)
	if err != nil {
		return nil, err
	}
	sizes, err := f.Sizes(a.now())
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return sizes, nil
}

// sizesInside reads the statistics file that the action's input names, if it is
// set. The workspace may hold a checkout of the pull request, with links in it
// that lead out of it.
func (a *action) sizesInside(input string) (*analyzer.Sizes, error) {
	name, err := inside("stats", input, "")
	if err != nil || name == "" {
		return nil, err
	}
	root, err := os.OpenRoot(cmp.Or(a.getenv("GITHUB_WORKSPACE"), "."))
	if err != nil {
		return nil, fmt.Errorf("open the workspace: %w", cause(err))
	}
	defer func() { _ = root.Close() }()
	sizes, err := a.sizesIn(root, name)
	if err != nil {
		return nil, fmt.Errorf("the input stats: %w", err)
	}
	return sizes, nil
}

func (a *action) sizesIn(root *os.Root, name string) (*analyzer.Sizes, error) {
	local := filepath.FromSlash(name)
	info, err := root.Stat(local)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return nil, fmt.Errorf("%s is not in the workspace: a step before this one has to put it there", name)
	case err != nil:
		return nil, fmt.Errorf("read %s: %w", name, cause(err))
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("read %s: it is not a plain file", name)
	}
	file, err := root.Open(local)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, cause(err))
	}
	defer func() { _ = file.Close() }()
	return a.sizes(name, file)
}
