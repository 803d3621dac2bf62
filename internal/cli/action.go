package cli

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/sethvargo/go-githubactions"
	"github.com/spf13/cobra"

	"github.com/dropgate/dropgate/analyzer"
	"github.com/dropgate/dropgate/internal/config"
	"github.com/dropgate/dropgate/internal/gate"
	"github.com/dropgate/dropgate/internal/github"
	"github.com/dropgate/dropgate/internal/report"
)

// actionTimeout bounds a run of the action, all waiting for GitHub included.
const actionTimeout = 15 * time.Minute

// inputs are the action's inputs; an empty one is not set.
type inputs struct {
	token, label, config, comment, status, reportFile, sarifFile string
	threshold                                                    int // 0: not set
	paths                                                        []string
	sizes                                                        *analyzer.Sizes
}

// An action is one run as a GitHub Action.
type action struct {
	*app
	github *githubactions.Action
	in     inputs
}

const actionHelp = `Run as a GitHub Action: the event, the token and the inputs come from the
environment that GitHub's runner sets. This is the image's entry point; nobody
has to call it by hand.`

func (a *app) actionCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "action",
		Short:   "Run as a GitHub Action",
		Long:    actionHelp,
		Example: "  # A step of a workflow\n  - uses: dropgate/dropgate@v1",
		Args:    noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			ctx, cancel := context.WithTimeout(cmd.Context(), actionTimeout)
			defer cancel()
			act := &action{app: a, github: githubactions.New(
				githubactions.WithGetenv(a.getenv), githubactions.WithWriter(a.out))}
			err := guarded(func() error { return act.run(ctx) })
			if err != nil {
				act.annotate(err)
				// A job that could not review must not look like one that found nothing.
				act.output("blocked", "true")
			}
			return err
		},
	}
}

// run reviews what the event is about.
func (a *action) run(ctx context.Context) error {
	name := a.getenv("GITHUB_EVENT_NAME")
	if name == "" {
		return errors.New("GITHUB_EVENT_NAME is not set: dropgate action runs in a GitHub workflow; use dropgate check elsewhere")
	}
	var err error
	if a.in, err = a.readInputs(); err != nil {
		return err
	}
	switch name {
	case "pull_request":
		return a.pullRequest(ctx)
	case "pull_request_target":
		if a.in.status == "" {
			a.in.status = "dropgate"
		}
		return a.pullRequest(ctx)
	case "merge_group":
		return a.mergeGroup(ctx)
	case "push":
		return a.push(ctx)
	case "workflow_dispatch":
		return a.dispatch(ctx)
	}
	return fmt.Errorf("there is nothing to review on the event %s: run dropgate on %s", name, strings.Join(events, ", "))
}

// events are those of GitHub's on which there is something to review.
var events = []string{"pull_request", "pull_request_target", "merge_group", "push", "workflow_dispatch"}

// client is how the run talks to its repository.
func (a *action) client() (*github.Client, error) {
	return github.New(github.Options{
		Token: a.in.token, APIURL: cmp.Or(a.getenv("GITHUB_API_URL"), "https://api.github.com"),
		GraphQLURL: a.getenv("GITHUB_GRAPHQL_URL"), Repository: a.getenv("GITHUB_REPOSITORY"),
		Sleep: a.pause, Now: a.now,
	})
}

// readInputs checks the inputs as the config's counterparts are checked.
func (a *action) readInputs() (inputs, error) {
	get := a.github.GetInput
	in := inputs{
		token: get("github-token"), label: get("label"), config: get("config"), comment: get("comment"),
		status: get("status"), reportFile: get("report-file"), sarifFile: get("sarif-file"),
	}
	if in.token == "" {
		return in, errors.New("the input github-token is empty: leave it out, or give it ${{ github.token }}")
	}
	if s := get("threshold"); s != "" {
		n, err := strconv.Atoi(s)
		if err != nil || n < 1 || n > 100 {
			return in, fmt.Errorf("the input threshold is from 1 to 100, not %q", s)
		}
		in.threshold = n
	}
	if utf8.RuneCountInString(in.label) > 50 || strings.ContainsFunc(in.label, isSeparator) {
		return in, fmt.Errorf("the input label is not a label's name: %q", in.label)
	}
	switch config.Comment(in.comment) {
	case "", config.CommentReview, config.CommentSummary, config.CommentOff:
	default:
		return in, fmt.Errorf("the input comment is review, summary or off, not %q", in.comment)
	}
	var err error
	if in.paths, err = readPaths(get("paths")); err != nil {
		return in, err
	}
	if in.sizes, err = a.sizesInside(get("stats")); err != nil {
		return in, err
	}
	if in.config, err = inside("config", in.config, configName); err != nil {
		return in, err
	}
	if in.reportFile, err = inside("report-file", in.reportFile, ".dropgate/report.json"); err != nil {
		return in, err
	}
	in.sarifFile, err = inside("sarif-file", in.sarifFile, ".dropgate/report.sarif")
	if err == nil && in.sarifFile == in.reportFile {
		err = fmt.Errorf("the inputs report-file and sarif-file both name %s", in.sarifFile)
	}
	return in, err
}

// isSeparator reports what no label's name has: a comma or a control character.
func isSeparator(r rune) bool { return r == ',' || unicode.IsControl(r) }

// readPaths reads patterns, one a line or between commas, as the config reads
// them: one that can match nothing would review nothing.
func readPaths(text string) ([]string, error) {
	var patterns []string
	for line := range strings.FieldsFuncSeq(text, isSeparator) {
		if line = strings.TrimSpace(line); line != "" {
			patterns = append(patterns, line)
		}
	}
	if len(patterns) == 0 {
		return nil, nil
	}
	list, err := json.Marshal(map[string][]string{"paths": patterns})
	if err != nil {
		return nil, fmt.Errorf("the input paths: %w", err)
	}
	c, err := config.Parse("the input paths", list, config.Known{})
	return c.Paths, err
}

// inside checks that a path stays in the repository's folder.
func inside(input, name, otherwise string) (string, error) {
	if name == "" {
		return otherwise, nil
	}
	clean := path.Clean(filepath.ToSlash(name))
	outside := path.IsAbs(clean) || clean == "." || clean == ".." || strings.HasPrefix(clean, "../")
	// Control characters could end an output early, and no folder is divided by a
	// backslash here, whoever expects that.
	if outside || strings.Contains(clean, `\`) || strings.ContainsFunc(clean, unicode.IsControl) {
		return "", fmt.Errorf("the input %s is a path inside the repository, not %q", input, name)
	}
	return clean, nil
}

// apply lets the inputs that are set win over the config.
func (in inputs) apply(c config.Config) config.Config {
	if in.label != "" {
		c.Label = in.label
	}
	if in.threshold != 0 {
		c.Threshold = in.threshold
	}
	if in.comment != "" {
		c.Comment = config.Comment(in.comment)
	}
	if len(in.paths) > 0 {
		c.Paths = in.paths
	}
	return c
}

// output sets one of the action's outputs. Values come from closed vocabularies
// or from the workflow itself, never from a pull request.
func (a *action) output(name, value string) {
	if a.getenv("GITHUB_OUTPUT") != "" {
		a.github.SetOutput(name, value)
	}
}

// logf writes one line to the log; whatever it quotes, the runner takes nothing
// in it for a command.
func (a *action) logf(format string, args ...any) {
	_, _ = fmt.Fprintf(report.LogWriter(a.out), "%s\n", report.Visible(fmt.Sprintf(format, args...)))
}

func (a *action) warnf(format string, args ...any) {
	a.github.Warningf("%s", report.Visible(fmt.Sprintf(format, args...)))
}

// finish writes the reports, the log, the step summary and the outputs.
func (a *action) finish(r *report.Review) error {
	if err := a.writeReports(r); err != nil {
		return err
	}
	if err := report.Text(report.LogWriter(a.out), r); err != nil {
		return fmt.Errorf("write the log: %w", err)
	}
	if err := report.GitHub(a.out, r); err != nil {
		return fmt.Errorf("write the annotations: %w", err)
	}
	if err := a.stepSummary(r); err != nil {
		a.warnf("the step summary could not be written: %s", err)
	}
	a.output("score", strconv.Itoa(r.Decision.Score))
	a.output("findings", strconv.Itoa(len(r.Report.Findings)))
	a.output("acknowledgement", string(r.Decision.Acknowledgement.State))
	a.output("report", a.in.reportFile)
	a.output("sarif", a.in.sarifFile)
	a.output("blocked", strconv.FormatBool(r.Decision.Blocked)) // last: the others may fail
	if r.Decision.Blocked {
		a.code = exitBlocked
	}
	return nil
}

// writeReports writes the report files into the workspace.
func (a *action) writeReports(r *report.Review) error {
	workspace := cmp.Or(a.getenv("GITHUB_WORKSPACE"), ".")
	root, err := os.OpenRoot(workspace)
	if err != nil {
		return fmt.Errorf("open the workspace: %w", cause(err))
	}
	defer func() { _ = root.Close() }()
	var files []output
	for _, f := range []struct {
		name   string
		format report.Format
	}{{a.in.reportFile, report.JSON}, {a.in.sarifFile, report.SARIF}} {
		var b bytes.Buffer
		if err := f.format(&b, r); err != nil {
			return fmt.Errorf("render %s: %w", f.name, err)
		}
		files = append(files, output{f.name, b.Bytes()})
	}
	return publishAll(files, func(f output) (*draft, error) { return draftInside(root, f) })
}

// draftInside drafts a file, and never outside of root: the workspace may hold a
// checkout of the pull request, with links in it.
func draftInside(root *os.Root, f output) (*draft, error) {
	name := filepath.FromSlash(f.name)
	if err := root.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return nil, err
	}
	folder, err := root.OpenRoot(filepath.Dir(name))
	if err != nil {
		return nil, err
	}
	return draftIn(folder, f)
}

// writeInside writes a file whole or not at all, and never outside of root.
func writeInside(root *os.Root, name string, data []byte) error {
	d, err := draftInside(root, output{name, data})
	if err != nil {
		return err
	}
	defer d.discard()
	return d.publish()
}

func (a *action) stepSummary(r *report.Review) error {
	name := a.getenv("GITHUB_STEP_SUMMARY")
	if name == "" {
		return nil
	}
	var b bytes.Buffer
	if err := report.Markdown(&b, r); err != nil {
		return err
	}
	f, err := os.OpenFile(name, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	_, err = f.Write(b.Bytes())
	return errors.Join(err, f.Close())
}

// nothing ends a run that has nothing to review.
func (a *action) nothing(c config.Config, scope string) error {
	return a.finish(a.none(c, scope))
}

// none is the review of nothing.
func (a *action) none(c config.Config, scope string) *report.Review {
	found := together(&change{}, 0)
	r := newReview(found, gate.Decide(found, c.Policy(), gate.Evidence{}))
	r.Scope = scope
	return r
}
