// Package cli is the command line: flags and environment in, the pipeline wired,
// the exit code out. Nothing else reads arguments, environment or clock.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/dropgate/dropgate/internal/report"
)

// Exit codes, as docs and the action promise.
const (
	exitClear   = 0 // nothing blocks
	exitBlocked = 1
	exitFailed  = 2 // could not review: the call, the config, or something out of reach
)

// An app is one call of the program.
type app struct {
	in       io.Reader
	out, err io.Writer
	getenv   func(string) string
	now      func() time.Time
	sleep    func(context.Context, time.Duration) error // nil: by the wall clock
	code     int                                        // of a call that ended without an error
}

// Main runs the program and returns its exit code.
func Main(args []string, in io.Reader, out, err io.Writer, getenv func(string) string) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second signal ends the program at once
	log.SetFlags(0)
	log.SetOutput(report.LogWriter(err)) // net/http's, for one, which quotes what servers say
	a := &app{in: in, out: out, err: err, getenv: getenv, now: time.Now}
	return a.run(ctx, args)
}

func (a *app) run(ctx context.Context, args []string) int {
	err := guarded(func() error {
		root := a.command()
		root.SetArgs(args)
		root.SetIn(a.in)
		// What is wrong may quote a file's name or content, here and below.
		root.SetOut(report.LogWriter(a.out))
		root.SetErr(report.LogWriter(a.err))
		return root.ExecuteContext(ctx)
	})
	if err == nil {
		return a.code
	}
	for _, one := range each(err) {
		_, _ = fmt.Fprintf(report.LogWriter(a.err), "dropgate: %s\n", readable(one))
	}
	var b *bug
	if errors.As(err, &b) {
		_, _ = report.LogWriter(a.err).Write(b.stack)
	}
	return exitFailed
}

// readable returns an error's text, which may be several lines of git's, without what
// a terminal would take for more than text.
func readable(err error) string {
	lines := strings.Split(err.Error(), "\n")
	for i, line := range lines {
		lines[i] = report.Visible(line)
	}
	return strings.Join(lines, "\n")
}

func (a *app) command() *cobra.Command {
	root := &cobra.Command{
		Use:           "dropgate",
		Version:       Version,
		Short:         "Review PostgreSQL migrations and block what would lose data",
		Long:          "dropgate reads changed migrations with PostgreSQL's own parser, scores each destructive\noperation from 0 to 100 with its reasons, and blocks until somebody has checked the backup.",
		SilenceErrors: true,
		SilenceUsage:  true,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				return fmt.Errorf("unknown command %q: see dropgate --help", args[0])
			}
			return cmd.Help()
		},
		Args: cobra.ArbitraryArgs,
	}
	root.SetFlagErrorFunc(flagError)
	root.SetVersionTemplate("dropgate {{.Version}}\n")
	root.CompletionOptions.HiddenDefaultCmd = true
	root.AddCommand(a.checkCommand(), a.actionCommand(), a.rulesCommand(), a.schemaCommand(), a.statsCommand(), a.initCommand(), a.doctorCommand(), a.versionCommand())
	return root
}

// noArguments refuses what a command has no use for.
func noArguments(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		return fmt.Errorf("%s takes no arguments: leave %q out", cmd.CommandPath(), args[0])
	}
	return nil
}

// flagError says what is wrong with a flag, and where to read on.
func flagError(cmd *cobra.Command, err error) error {
	var invalid *pflag.InvalidValueError
	if errors.As(err, &invalid) && invalid.GetFlag().Value.Type() == "int" {
		return fmt.Errorf("--%s takes a whole number, not %q", invalid.GetFlag().Name, invalid.GetValue())
	}
	return fmt.Errorf("%w: see %s --help", err, cmd.CommandPath())
}
