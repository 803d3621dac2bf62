package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/mattn/go-isatty"
	"github.com/spf13/cobra"

	"github.com/dropgate/dropgate/analyzer"
	"github.com/dropgate/dropgate/internal/config"
	"github.com/dropgate/dropgate/internal/gate"
	"github.com/dropgate/dropgate/internal/git"
	"github.com/dropgate/dropgate/internal/report"
	"github.com/dropgate/dropgate/rules"
)

// checkFlags are the flags of `dropgate check`.
type checkFlags struct {
	formats      targets
	output       string
	config       string
	diff         string
	color        string
	stats        string
	threshold    int
	jobs         int
	staged       bool
	acknowledged bool
	quiet        bool
	verbose      bool
	printConfig  bool

	sizes    *analyzer.Sizes // that stats names
	progress func(analyzer.Stage, int, int)
}

const checkHelp = `Review migrations: files, folders, or - for standard input.

  check PATH ...              each migration by itself, on top of those
                              before it in its folder; without PATH, the
                              current folder
  check --diff BASE[...HEAD]  all that HEAD changes since its merge base
                              with BASE, as one change
  check --staged              all that git's index changes against HEAD,
                              as one change`

const checkExample = `  # All migrations in a folder, each by itself
  dropgate check migrations
  # What this branch changes, as one change
  dropgate check --diff origin/main
  # What is staged, the report as JSON in a file
  dropgate check --staged --format json --output report.json
  # For people, and for code scanning
  dropgate check --format text --format sarif=dropgate.sarif migrations
  # A statement that is not in a file yet
  echo 'DROP TABLE users;' | dropgate check -`

func (a *app) checkCommand() *cobra.Command {
	var f checkFlags
	cmd := &cobra.Command{
		Use:               "check [flags] [PATH ...]",
		Short:             "Review migrations",
		Long:              checkHelp,
		Example:           checkExample,
		ValidArgsFunction: extensions("sql"),
		RunE: func(cmd *cobra.Command, args []string) error {
			// An empty value is what a script's unset variable leaves. It must not
			// become another kind of review, or another policy.
			for _, name := range []string{"diff", "config", "output", "stats"} {
				if flag := cmd.Flags().Lookup(name); flag.Changed && flag.Value.String() == "" {
					return fmt.Errorf("--%s is empty: name what it takes, or leave it out", name)
				}
			}
			if f.printConfig {
				return a.printConfig(cmd.Context(), f, args, cmd.Flags().Changed("threshold"))
			}
			return a.check(cmd.Context(), f, args, cmd.Flags().Changed("threshold"))
		},
	}
	flags := cmd.Flags()
	flags.Var(&f.formats, "format", "`FORMAT[=FILE]` of a report, once or more: "+strings.Join(formats(), ", "))
	flags.StringVar(&f.output, "output", "", "write the one report to `FILE`, not to standard output")
	flags.StringVar(&f.config, "config", "", "read the config from `FILE` (default "+configName+")")
	flags.IntVar(&f.threshold, "threshold", 60, "`SCORE` from which an operation blocks, 1 to 100")
	flags.StringVar(&f.stats, "stats", "", "say how large tables are, as `FILE` of dropgate stats tells")
	flags.StringVar(&f.diff, "diff", "", "review what `BASE[...HEAD]` changes")
	flags.BoolVar(&f.staged, "staged", false, "review what git's index changes")
	flags.BoolVar(&f.acknowledged, "acknowledged", false, "report everything, block nothing, as if a valid label were there")
	flags.StringVar(&f.color, "color", "auto", "`WHEN` to use colours: auto, always or never")
	flags.IntVar(&f.jobs, "jobs", 0, "read `N` files at a time (default one for each processor)")
	flags.BoolVar(&f.printConfig, "print-config", false, "print the config in force and where each value comes from; review nothing")
	flags.BoolVarP(&f.quiet, "quiet", "q", false, "print what blocks and the verdict only")
	flags.BoolVarP(&f.verbose, "verbose", "v", false, "print what each file was taken for")
	return cmd
}

// formats are the names of the formats.
func formats() []string {
	var names []string
	for name := range report.Formats {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// validate checks the flags before anything is read.
func (f checkFlags) validate(args []string, threshold bool) error {
	switch {
	case f.color != "auto" && f.color != "always" && f.color != "never":
		return fmt.Errorf("--color is auto, always or never, not %q", f.color)
	case threshold && (f.threshold < 1 || f.threshold > 100):
		return fmt.Errorf("--threshold is from 1 to 100, not %d", f.threshold)
	case f.jobs < 0:
		return fmt.Errorf("--jobs is 1 or more, not %d", f.jobs)
	case f.diff != "" && f.staged:
		return fmt.Errorf("--diff and --staged exclude one another: name one")
	case (f.diff != "" || f.staged) && len(args) > 0:
		return fmt.Errorf("--diff and --staged review what git says has changed: leave %s out", args[0])
	case f.quiet && f.verbose:
		return fmt.Errorf("-q and -v exclude one another: name one")
	}
	return f.validateReports()
}

// check reviews what the flags ask for, and sets the exit code.
func (a *app) check(ctx context.Context, f checkFlags, args []string, threshold bool) error {
	if err := f.validate(args, threshold); err != nil {
		return err
	}
	p := a.progress(f.quiet, args)
	f.progress = p.listener()
	done, err := withProgress(ctx, p, func() (*reviewed, error) { return a.review(ctx, f, args) })
	if err != nil {
		return err
	}
	a.warn(done.warning)
	if f.config == "" {
		a.warn(misnamedIn("."))
	}
	a.warn(done.left.programs.warning())
	c, found := done.config, done.found
	applyRules(c, found)
	if threshold {
		c.Threshold = f.threshold
	}
	decision := gate.Decide(found, c.Policy(), gate.Evidence{Everything: f.acknowledged})
	r := newReview(found, decision)
	r.Scope, r.LeftOut = done.scope, done.left.sorted()
	r.Verbose, r.Quiet = f.verbose, f.quiet
	if f.staged {
		r.GoOn = stagedGoOn(c.Label)
	}
	if err := a.write(f, r); err != nil {
		return err
	}
	if decision.Blocked {
		a.code = exitBlocked
	}
	return nil
}

// warn says on standard error what does not end the run; nothing if it is empty.
func (a *app) warn(warning string) {
	if warning != "" {
		_, _ = fmt.Fprintf(report.LogWriter(a.err), "dropgate: warning: %s\n", report.Visible(warning))
	}
}

// reviewed is what a call asked for, judged.
type reviewed struct {
	config config.Config
	found  *analyzer.Report
	scope  string // where was looked: "between main and HEAD"
	left   omitted
	// warning says what was done otherwise than the config asks.
	warning string
}

// review reads and judges in one of the three ways.
func (a *app) review(ctx context.Context, f checkFlags, args []string) (_ *reviewed, err error) {
	if f.stats != "" {
		if f.sizes, err = a.readSizes(f.stats); err != nil {
			return nil, err
		}
	}
	switch {
	case f.diff != "":
		return a.reviewDiff(ctx, f)
	case f.staged:
		return a.reviewStaged(ctx, f)
	}
	c, err := readConfig(f.config)
	if err != nil {
		return nil, err
	}
	if len(args) == 0 {
		args = []string{"."}
	}
	done := &reviewed{config: c, scope: "in " + strings.Join(slices.Sorted(slices.Values(args)), ", ")}
	d, err := a.paths(ctx, c, args, &done.left)
	if err != nil {
		return nil, err
	}
	options := analyzer.Options{
		Rules: rules.All, Jobs: f.jobs, Base: d.included, Head: d.included, Sizes: f.sizes, Baseline: d.baseline, Progress: f.progress,
		InUse: a.inUse(func() (codebase, error) { return treeCode(ctx, c, args, d.included) }),
	}
	done.found = analyzer.Each(options, d.history, d.files)
	return done, nil
}

// openHere opens the repository of the working folder.
func openHere(ctx context.Context) (*git.Repository, error) {
	r, err := git.Open(ctx, ".")
	if errors.Is(err, git.ErrNoRepository) {
		return nil, fmt.Errorf("%w, or name PATHs instead", err)
	}
	return r, err
}

func (a *app) reviewDiff(ctx context.Context, f checkFlags) (*reviewed, error) {
	base, head, err := parseRange(f.diff)
	if err != nil {
		return nil, err
	}
	repository, err := openHere(ctx)
	if err != nil {
		return nil, err
	}
	from, err := repository.MergeBase(ctx, base, head)
	if err != nil {
		return nil, err
	}
	changes, err := repository.Changes(ctx, from, head)
	if err != nil {
		return nil, err
	}
	return a.reviewGit(ctx, repository, f, from, changes, fmt.Sprintf("between %s and %s", base, head))
}

// reviewGit reviews changes on top of a commit, with that commit's config.
func (a *app) reviewGit(ctx context.Context, r *git.Repository, f checkFlags, base string, changes []git.Change, scope string) (*reviewed, error) {
	tree, err := r.Tree(ctx, base)
	if err != nil {
		return nil, err
	}
	c, err := configIn(ctx, r, f.config, base, tree)
	if err != nil {
		return nil, err
	}
	done := &reviewed{config: c, scope: scope}
	for _, change := range changes {
		if change.OldPath == "" || !wanted(c, change.OldPath) { // else the old file is reviewed as removed
			if done.left.note(c, change.Path) && change.Status != git.Removed {
				done.left.program(c, change.Path)
			}
		}
	}
	head := sidesOf(tree, changes).head
	all, err := gitChange(ctx, r, c, tree, changes)
	if err != nil {
		return nil, err
	}
	all.sizes, all.progress = f.sizes, f.progress
	all.inUse = a.inUse(func() (codebase, error) { return storedCode(ctx, r, c, head, all), nil })
	done.found, done.warning = together(all, f.jobs), all.warning
	return done, nil
}

// configIn reads the config among a commit's files, unless another one is named.
func configIn(ctx context.Context, r *git.Repository, name, commit string, tree []git.TreeFile) (c config.Config, err error) {
	if name != "" {
		return readConfig(name)
	}
	c = config.Default()
	for _, f := range tree {
		if f.Path != configName {
			continue
		}
		if !isText(f.Mode) {
			return c, fmt.Errorf("%s is not a plain file in %s: the config cannot be a link", configName, commit)
		}
		err = r.Blobs(ctx, []string{f.OID}, func(_ string, data []byte) error {
			var err error
			c, err = parseConfig(configName, data)
			return err
		})
	}
	return c, err
}

// parseRange reads BASE[...HEAD].
func parseRange(s string) (base, head string, err error) {
	base, head, found := strings.Cut(s, "...")
	if !found {
		if strings.Contains(s, "..") {
			return "", "", fmt.Errorf("--diff takes BASE or BASE...HEAD with three dots, not %q", s)
		}
		return s, "HEAD", nil
	}
	if head == "" {
		head = "HEAD"
	}
	if base == "" {
		return "", "", fmt.Errorf("--diff takes BASE or BASE...HEAD: %q names no base", s)
	}
	return base, head, nil
}

// applyRules changes scores and suppresses findings as the config asks.
func applyRules(c config.Config, r *analyzer.Report) {
	for i := range r.Findings {
		f := &r.Findings[i]
		setting, ok := c.Rules[f.Rule]
		switch {
		case !ok:
		case setting.Off:
			f.Suppressed = &analyzer.Suppression{By: "config", Reason: "rules: " + f.Rule + ": off"}
		case setting.Score != 0 && setting.Applies(f.Path):
			f.Reasons = append(f.Reasons, analyzer.Reason{Points: setting.Score, Text: "the config asks for it"})
			f.Score = min(max(f.Score+setting.Score, 0), 100)
			f.Severity = analyzer.SeverityOf(f.Score)
		}
	}
}

func newReview(found *analyzer.Report, d gate.Decision) *report.Review {
	r := &report.Review{Version: Version, Report: found, Decision: d, Rules: map[string]*analyzer.Rule{}}
	for _, rule := range rules.All {
		r.Rules[rule.ID] = rule
	}
	return r
}

// color reports whether to use colours: never in a file, and on a terminal only
// unless the flag asks for it. NO_COLOR counts as no-color.org says.
func (a *app) color(f checkFlags, t target) bool {
	if f.color != "auto" {
		return f.color == "always"
	}
	file, ok := a.out.(*os.File)
	return ok && t.file == toStdout && a.getenv("NO_COLOR") == "" && a.getenv("TERM") != "dumb" && isatty.IsTerminal(file.Fd())
}
