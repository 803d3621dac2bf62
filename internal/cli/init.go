package cli

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/mattn/go-isatty"
	"github.com/spf13/cobra"

	"github.com/dropgate/dropgate/analyzer/migration"
	"github.com/dropgate/dropgate/analyzer/source"
	"github.com/dropgate/dropgate/internal/doctor"
	"github.com/dropgate/dropgate/internal/git"
	"github.com/dropgate/dropgate/internal/report"
	"github.com/dropgate/dropgate/internal/scaffold"
)

// initFlags are the flags of `dropgate init`.
type initFlags struct{ dryRun, force bool }

const initHelp = `Write .github/workflows/dropgate.yml, .dropgate.yml and the entry in
.pre-commit-config.yaml for this repository.

It looks at the repository's migrations, and the config has only what differs
from the defaults. A file that is there and says something else is overwritten
only with consent: at a terminal it asks, elsewhere it takes --force. In a
.pre-commit-config.yaml that is there, the hook is added and all else left as it
is.`

const initExample = `  # What would it write?
  dropgate init --dry-run
  # Write it
  dropgate init`

func (a *app) initCommand() *cobra.Command {
	var f initFlags
	cmd := &cobra.Command{
		Use:     "init [flags]",
		Short:   "Write the workflow, the config and the pre-commit entry",
		Long:    initHelp,
		Example: initExample,
		Args:    noArguments,
		RunE:    func(cmd *cobra.Command, _ []string) error { return a.init(cmd.Context(), f) },
	}
	flags := cmd.Flags()
	flags.BoolVar(&f.dryRun, "dry-run", false, "print what would be written, and write nothing")
	flags.BoolVar(&f.force, "force", false, "overwrite without asking")
	return cmd
}

// A newFile is one that init writes.
type newFile struct {
	path, text string
	note       string // what is said of it, once it is clear
	question   string // what is asked if it is there; whether to overwrite it if empty
	byHand     string // what somebody has to put in instead
	skip       bool
	right      bool // it is skipped since it has all that it should
}

func (a *app) init(ctx context.Context, f initFlags) error {
	here, err := git.Open(ctx, ".")
	if errors.Is(err, git.ErrNoRepository) {
		return fmt.Errorf("%w, or begin one: git init", err)
	}
	if err != nil {
		return err
	}
	branch, err := here.DefaultBranch(ctx)
	if err != nil {
		return err
	}
	found, code, err := migrationsHere(ctx, here)
	if err != nil {
		return err
	}
	info, _ := debug.ReadBuildInfo()
	root := diskTree{here.Root()}
	a.warn(misnamedIn(here.Root()))
	files, err := newFiles(root, found, cloned(info))
	if err != nil {
		return err
	}
	var asked []*newFile
	for _, file := range files {
		overwrites, err := file.compare(root)
		if err != nil {
			return err
		}
		if overwrites {
			asked = append(asked, file)
		}
	}
	if f.dryRun {
		return a.showFiles(files)
	}
	if err := a.consent(f, asked); err != nil {
		return err
	}
	if err := writeFiles(here.Root(), files); err != nil {
		return err
	}
	return a.sayWritten(files, found, code, branch)
}

// newFiles are the files for these migrations. They name the commit that dropgate was
// built from; a release if it is empty.
func newFiles(root diskTree, found []scaffold.Migration, commit string) ([]*newFile, error) {
	rev := cmp.Or(commit, "v"+Version)
	files := []*newFile{
		{path: scaffold.WorkflowPath, text: scaffold.At(scaffold.Workflow(), commit)},
		{path: scaffold.ConfigPath, text: scaffold.At(scaffold.Config(found), commit)},
		{path: scaffold.PreCommitPath, text: scaffold.PreCommit(rev)},
	}
	if err := leaveWorkflow(root, files[0]); err != nil {
		return nil, err
	}
	return files, addHook(root, files[2], rev)
}

// mostRead bounds what init reads of the repository.
const mostRead = 10_000

// migrationsHere recognises the repository's migrations, and those that are no SQL.
func migrationsHere(ctx context.Context, here *git.Repository) (all []scaffold.Migration, code programs, err error) {
	names, err := here.Present(ctx)
	if err != nil {
		return nil, nil, err
	}
	root := diskTree{here.Root()}
	for _, name := range names {
		code.add(name)
		if !migration.IsCandidate(name) || len(all) == mostRead {
			continue
		}
		data, ok, err := root.read(name)
		if err != nil || !ok {
			continue // it is recognised for a comment only
		}
		m := migration.Read(source.New(name, data), "")
		all = append(all, scaffold.Migration{Path: name, Format: m.Format, Set: m.Set, Foreign: m.Foreign()})
	}
	return all, code, nil
}

// leaveWorkflow skips the workflow if another one already runs dropgate.
func leaveWorkflow(root diskTree, file *newFile) error {
	there, err := workflowsOf(root)
	if err != nil {
		return err
	}
	for _, w := range there {
		if w.Path != file.path && doctor.UsesDropgate(w) {
			file.skip, file.note = true, "left out "+file.path+": "+w.Path+" already runs dropgate"
		}
	}
	return nil
}

// addHook adds the hook to the file that pre-commit has already.
func addHook(root diskTree, file *newFile, rev string) error {
	there, ok, err := root.read(file.path)
	if err != nil {
		return err
	}
	if !ok { // compare says what is wrong if something else is there
		if runner := hookRunner(root.root); runner != "" {
			file.skip, file.note = true, "left out "+file.path+": "+runner+" is here; for its own hook see "+hookPage
		}
		return nil
	}
	text, added := scaffold.AddPreCommit(string(there), rev)
	switch {
	case scaffold.HasPreCommit(string(there)):
		file.skip, file.right, file.note = true, true, file.path+" runs dropgate already"
	case !added:
		file.skip, file.note = true, "left "+file.path+" as it is: put this among its repos by hand:"
		file.byHand = text
	default:
		file.text, file.question, file.note = text, "Add the hook of dropgate to it?", "added the hook to "+file.path
	}
	return nil
}

// hookPage has the recipes for other programs than pre-commit.
const hookPage = "https://github.com/dropgate/dropgate/blob/main/docs/commit-hook.md"

// hookRunner returns what runs the repository's hooks, if that is not pre-commit.
func hookRunner(top string) string {
	for _, name := range []string{".husky", "lefthook.yml", ".lefthook.yml", "lefthook.yaml", ".lefthook.yaml"} {
		if _, err := os.Lstat(filepath.Join(top, name)); err == nil {
			return name
		}
	}
	return ""
}

// compare reports whether the file would take the place of another text.
func (f *newFile) compare(root diskTree) (overwrites bool, err error) {
	if f.skip {
		return false, nil
	}
	if _, err := os.Lstat(filepath.Join(root.root, filepath.FromSlash(f.path))); errors.Is(err, os.ErrNotExist) {
		f.note = "wrote " + f.path
		return false, nil
	}
	there, ok, err := root.read(f.path)
	if err != nil {
		return false, err
	}
	if !ok {
		return false, fmt.Errorf("write %s: it is there and no plain file: move it away", f.path)
	}
	if string(there) == f.text {
		f.skip, f.right, f.note = true, true, f.path+" is as it should be"
		return false, nil
	}
	if f.note == "" {
		f.note = "overwrote " + f.path
	}
	return true, nil
}

// consent asks for each file that would be overwritten. Without somebody to ask,
// nothing is written at all.
func (a *app) consent(f initFlags, files []*newFile) error {
	if f.force || len(files) == 0 {
		return nil
	}
	in, ok := a.in.(*os.File)
	if !ok || !isatty.IsTerminal(in.Fd()) {
		var names []string
		for _, file := range files {
			names = append(names, file.path)
		}
		return fmt.Errorf("%s is there already, and nothing was written: look at dropgate init --dry-run, and overwrite with --force", strings.Join(names, " and "))
	}
	return askEach(bufio.NewReader(a.in), report.LogWriter(a.err), files)
}

// askEach keeps what is not given up with y or yes.
func askEach(in *bufio.Reader, out io.Writer, files []*newFile) error {
	for _, file := range files {
		question := cmp.Or(file.question, "Overwrite it?")
		if _, err := fmt.Fprintf(out, "%s is there already. %s [y/N] ", file.path, question); err != nil {
			return fmt.Errorf("ask: %w", err)
		}
		answer, err := in.ReadString('\n')
		if err != nil && !errors.Is(err, io.EOF) {
			return fmt.Errorf("read the answer: %w", err)
		}
		if err != nil {
			_, _ = fmt.Fprintln(out) // what comes next has a line of its own
		}
		switch strings.ToLower(strings.TrimSpace(answer)) {
		case "y", "yes":
		default:
			file.skip, file.note = true, "kept "+file.path
		}
	}
	return nil
}

func (a *app) showFiles(files []*newFile) error {
	var b bytes.Buffer
	for _, file := range files {
		if file.skip {
			fmt.Fprintf(&b, "# %s\n%s\n", file.note, file.byHand)
			continue
		}
		note := strings.NewReplacer("overwrote", "would overwrite", "wrote", "would write", "added the", "would add the").Replace(file.note)
		fmt.Fprintf(&b, "# %s\n%s\n", note, file.text)
	}
	return a.say(&b)
}

func (a *app) say(b *bytes.Buffer) error {
	if _, err := io.Copy(report.LogWriter(a.out), b); err != nil {
		return fmt.Errorf("write the answer: %w", cause(err))
	}
	return nil
}

func writeFiles(top string, files []*newFile) error {
	root, err := os.OpenRoot(top)
	if err != nil {
		return fmt.Errorf("open the repository: %w", cause(err))
	}
	defer func() { _ = root.Close() }()
	for _, file := range files {
		if file.skip {
			continue
		}
		if err := writeInside(root, filepath.FromSlash(file.path), []byte(file.text)); err != nil {
			return fmt.Errorf("write %s: %w", file.path, cause(err))
		}
	}
	return nil
}

// sayWritten says what was done, what was found, and what is left to people.
func (a *app) sayWritten(files []*newFile, found []scaffold.Migration, code programs, branch string) error {
	var b bytes.Buffer
	for _, file := range files {
		b.WriteString(report.Visible(file.note) + "\n" + file.byHand)
	}
	sayFound(&b, scaffold.Sets(found), code)
	hook := ""
	if slices.ContainsFunc(files, func(f *newFile) bool { return f.path == scaffold.PreCommitPath && (f.right || !f.skip) }) {
		hook = " The hook: pre-commit install, once in each clone."
	}
	fmt.Fprintf(&b, `
Next:
  1. Commit, and merge it into %s.%[3]s
  2. Create the label: gh label create backup-check
  3. Make the check "dropgate" a required one on %[1]s. GitHub offers it after it has run;
     %[2]s tells how.
  4. See whether it holds: GITHUB_TOKEN=$(gh auth token) dropgate doctor
`, report.Visible(branch), requiring, hook)
	return a.say(&b)
}

// requiring is the page about requiring the check.
const requiring = "https://github.com/dropgate/dropgate/blob/main/docs/github-action.md"

// sayFound says which migrations there are, and which of them nothing will read.
func sayFound(b *bytes.Buffer, sets []scaffold.Set, code programs) {
	for i, s := range sets {
		if i == unreadShown {
			fmt.Fprintf(b, "and %d more folders of migrations\n", len(sets)-i)
			break
		}
		b.WriteString("found " + report.Visible(s.String()) + "\n")
	}
	switch {
	case len(sets) == 0 && len(code) > 0:
		b.WriteString("found no migrations in SQL: every .sql file of a pull request is reviewed\n")
	case len(sets) == 0:
		b.WriteString("found no migrations yet: every .sql file of a pull request is reviewed\n")
	}
	if len(code) > 0 {
		fmt.Fprintf(b, "%s\n", report.Visible("warning: "+code.warning()))
	}
}
