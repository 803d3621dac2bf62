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
	// exitSignal is what a signal's number is added to, as shells do.
	exitSignal = 128
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
	ctx, stop := untilSignal(context.Background())
	defer stop()
	log.SetFlags(0)
	log.SetOutput(report.LogWriter(err)) // net/http's, for one, which quotes what servers say
	a := &app{in: in, out: out, err: err, getenv: getenv, now: time.Now}
	return a.run(ctx, args)
}

// An interrupted is why a run ended that a signal ended.
type interrupted struct{ signal syscall.Signal }

func (i *interrupted) Error() string {
	if i.signal == syscall.SIGINT {
		return "interrupted"
	}
	return i.signal.String()
}

// untilSignal returns a context that the first signal to end ends. A second one ends
// the program at once.
func untilSignal(parent context.Context) (context.Context, func()) {
	ctx, cancel := context.WithCancelCause(parent)
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		select {
		case <-ctx.Done():
		case s := <-signals:
			number, ok := s.(syscall.Signal)
			if !ok {
				number = syscall.SIGINT
			}
			cancel(&interrupted{number})
		}
		signal.Stop(signals)
	}()
	return ctx, func() { cancel(nil) }
}

func (a *app) run(ctx context.Context, args []string) int {
	var command *cobra.Command
	err := guarded(func() error {
		root := a.command()
		root.SetArgs(args)
		root.SetIn(a.in)
		// What is wrong may quote a file's name or content, here and below.
		root.SetOut(report.LogWriter(a.out))
		root.SetErr(report.LogWriter(a.err))
		var err error
		command, err = root.ExecuteContextC(ctx)
		return err
	})
	if err == nil {
		return a.code
	}
	// Whatever failed, did so since the run was ended. The action's exit codes are fixed.
	var end *interrupted
	if errors.As(context.Cause(ctx), &end) && command != nil && command.Name() != "action" {
		_, _ = fmt.Fprintf(a.err, "dropgate: %s\n", end)
		return exitSignal + int(end.signal)
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

const rootHelp = `dropgate reads changed PostgreSQL migrations with PostgreSQL's own parser,
scores each destructive operation from 0 to 100 with its reasons, and blocks
until somebody has checked the backup.`

const rootExample = `  # Review all migrations in a folder
  dropgate check migrations
  # Review what this branch changes
  dropgate check --diff origin/main
  # What does a finding mean, and what to do instead?
  dropgate rules drop-column
  # Make it a gate for the pull requests of this repository
  dropgate init`

func (a *app) command() *cobra.Command {
	root := &cobra.Command{
		Use:           "dropgate",
		Version:       Version,
		Short:         "Review PostgreSQL migrations and block what would lose data",
		Long:          rootHelp,
		Example:       rootExample,
		SilenceErrors: true,
		SilenceUsage:  true,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				return unknownCommand(cmd, args[0])
			}
			return cmd.Help()
		},
		Args: cobra.ArbitraryArgs,
	}
	root.SetFlagErrorFunc(flagError)
	root.SetVersionTemplate("dropgate {{.Version}}\n")
	root.SetUsageFunc(showUsage)
	root.SetHelpCommand(a.helpCommand())
	root.CompletionOptions.DisableDefaultCmd = true // ours says more about less
	root.AddCommand(a.checkCommand(), a.actionCommand(), a.rulesCommand(), a.schemaCommand(), a.statsCommand(), a.initCommand(), a.doctorCommand(), a.completionCommand(), a.versionCommand())
	completeFlags(root)
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
	var unknown *pflag.NotExistError
	if errors.As(err, &unknown) {
		return unknownFlag(cmd, unknown)
	}
	return fmt.Errorf("%w: see %s --help", err, cmd.CommandPath())
}
