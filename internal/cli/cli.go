// Package cli is the command line: flags and environment in, the pipeline wired,
// the exit code out. Nothing else reads arguments, environment or clock.
package cli

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/dropgate/dropgate/internal/report"
)

// Version is dropgate's own version.
const Version = "0.1.0"

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
	code     int // of a call that ended without an error
}

// Main runs the program and returns its exit code.
func Main(args []string, in io.Reader, out, err io.Writer, getenv func(string) string) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	a := &app{in: in, out: out, err: err, getenv: getenv, now: time.Now}
	return a.run(ctx, args)
}

func (a *app) run(ctx context.Context, args []string) int {
	root := a.command()
	root.SetArgs(args)
	root.SetIn(a.in)
	root.SetOut(a.out)
	root.SetErr(a.err)
	if err := root.ExecuteContext(ctx); err != nil {
		// What is wrong may quote a file's name or content.
		_, _ = fmt.Fprintf(report.LogWriter(a.err), "dropgate: %s\n", err)
		return exitFailed
	}
	return a.code
}

func (a *app) command() *cobra.Command {
	root := &cobra.Command{
		Use:           "dropgate",
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
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return fmt.Errorf("%w: see %s --help", err, cmd.CommandPath())
	})
	root.CompletionOptions.HiddenDefaultCmd = true
	root.AddCommand(a.checkCommand(), a.actionCommand(), a.rulesCommand(), a.versionCommand())
	return root
}

func (a *app) versionCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			_, err := fmt.Fprintf(a.out, "dropgate %s\n", Version)
			return err
		},
	}
}
