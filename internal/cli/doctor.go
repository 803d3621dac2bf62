package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/dropgate/dropgate/internal/doctor"
	"github.com/dropgate/dropgate/internal/report"
)

// doctorTimeout bounds a run of the doctor, all waiting for GitHub included.
const doctorTimeout = 3 * time.Minute

// doctorFlags are the flags of `dropgate doctor`.
type doctorFlags struct {
	repository, branch, format string
}

const doctorHelp = `Tell whether the gate really blocks this repository's main branch.

It reads the workflows, CODEOWNERS and the config, and asks GitHub for the
branch's rules. Each line says that something holds, does not hold, or cannot be
told, and what to do about it. It changes nothing.

With a token in GITHUB_TOKEN or GH_TOKEN, files are read from the branch on
GitHub; without one, from the working tree (with --branch, from that branch as
git has it), and what only GitHub knows cannot be told.`

const doctorExample = `  # Ask GitHub, too
  GITHUB_TOKEN=$(gh auth token) dropgate doctor
  # Another repository, for a program to read
  dropgate doctor --repo octo/shop --branch main --format json`

func (a *app) doctorCommand() *cobra.Command {
	var f doctorFlags
	cmd := &cobra.Command{
		Use:     "doctor [flags]",
		Short:   "Tell whether the gate really blocks the main branch",
		Long:    doctorHelp,
		Example: doctorExample,
		Args:    noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			for _, name := range []string{"repo", "branch"} {
				if flag := cmd.Flags().Lookup(name); flag.Changed && flag.Value.String() == "" {
					return fmt.Errorf("--%s is empty: name what it takes, or leave it out", name)
				}
			}
			if f.repository != "" && !repositoryName.MatchString(f.repository) {
				return fmt.Errorf("--repo takes owner/name, not %q", f.repository)
			}
			if f.format != "text" && f.format != "json" {
				return fmt.Errorf("there is no format %q: choose one of json, text", f.format)
			}
			ctx, cancel := context.WithTimeout(cmd.Context(), doctorTimeout)
			defer cancel()
			return a.doctor(ctx, f)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&f.repository, "repo", "", "look at `OWNER/NAME` (default what origin names)")
	flags.StringVar(&f.branch, "branch", "", "look at the branch `NAME` (default the repository's default branch)")
	flags.StringVar(&f.format, "format", "text", "`FORMAT` of the answer: json, text")
	return cmd
}

// A diagnosis is what the doctor says, as JSON.
type diagnosis struct {
	Version    int            `json:"version"`
	Repository string         `json:"repository"`
	Branch     string         `json:"branch"`
	Source     string         `json:"source"` // where files were read
	Holds      bool           `json:"holds"`
	Checks     []doctor.Check `json:"checks"`
}

func (a *app) doctor(ctx context.Context, f doctorFlags) error {
	p, err := a.patient(ctx, f)
	if err != nil {
		return err
	}
	facts, err := p.facts(ctx)
	if err != nil {
		return err
	}
	d := diagnosis{Version: 1, Repository: facts.Repository, Branch: facts.Branch, Source: p.source, Checks: doctor.Examine(facts)}
	d.Holds = doctor.OK(d.Checks)
	var b bytes.Buffer
	out := a.out
	if f.format == "json" {
		encoder := json.NewEncoder(&b)
		encoder.SetEscapeHTML(false)
		encoder.SetIndent("", "  ")
		err = encoder.Encode(d)
	} else {
		d.text(&b)
		out = report.LogWriter(out) // a workflow's log takes commands from what a line begins with
	}
	if err != nil {
		return fmt.Errorf("render the answer: %w", err)
	}
	if _, err := io.Copy(out, &b); err != nil {
		return fmt.Errorf("write the answer: %w", cause(err))
	}
	if !d.Holds {
		a.code = exitBlocked
	}
	return nil
}

// text writes a line for each check, and below it what to do.
func (d diagnosis) text(b *bytes.Buffer) {
	repository := d.Repository
	if repository == "" {
		repository = "this repository"
	}
	fmt.Fprintf(b, "%s, branch %s; files read from %s\n\n", report.Visible(repository), report.Visible(d.Branch), report.Visible(d.Source))
	count := map[doctor.State]int{}
	for _, c := range d.Checks {
		count[c.State]++
		fmt.Fprintf(b, "%-14s %-19s %s\n", c.State, c.Name, report.Visible(place(c)+c.Text))
		if c.Advice != "" {
			fmt.Fprintf(b, "%34s better: %s\n", "", report.Visible(c.Advice))
		}
		if c.Fix != "" && c.State != doctor.Holds {
			writeFix(b, c.Fix)
		}
	}
	fmt.Fprintf(b, "\n%d hold, %d do not hold, %d cannot be told\n", count[doctor.Holds], count[doctor.DoesNotHold], count[doctor.CannotTell])
}

// place is where a check looked, before what it says.
func place(c doctor.Check) string {
	switch {
	case c.Path == "":
		return ""
	case c.Line == 0:
		return c.Path + ": "
	}
	return c.Path + ":" + strconv.Itoa(c.Line) + ": "
}

// writeFix writes what to do; what is to be copied has lines of its own.
func writeFix(b *bytes.Buffer, fix string) {
	lines := strings.Split(fix, "\n")
	if len(lines) == 1 {
		fmt.Fprintf(b, "%34s fix: %s\n", "", report.Visible(fix))
		return
	}
	fmt.Fprintf(b, "%34s fix:\n", "")
	for _, line := range lines {
		fmt.Fprintf(b, "    %s\n", report.Visible(line))
	}
}
