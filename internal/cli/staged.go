package cli

import (
	"context"
	"os"
	"slices"

	"github.com/dropgate/dropgate/analyzer"
	"github.com/dropgate/dropgate/internal/config"
	"github.com/dropgate/dropgate/internal/git"
)

// stagedScope says where --staged looks.
const stagedScope = "among the staged changes"

func (a *app) reviewStaged(ctx context.Context, f checkFlags) (*reviewed, error) {
	if c, ok := a.untouched(ctx, f); ok {
		return &reviewed{config: c, scope: stagedScope, found: &analyzer.Report{}}, nil
	}
	repository, err := openHere(ctx)
	if err != nil {
		return nil, err
	}
	head, _, err := repository.Head(ctx)
	if err != nil {
		return nil, err
	}
	changes, err := repository.StagedChanges(ctx)
	if err != nil {
		return nil, err
	}
	return a.reviewGit(ctx, repository, f, head, changes, stagedScope)
}

// untouched reports whether one git command is enough to tell that no migration is
// staged, as it is with most commits. Whenever it is not sure, it says no.
func (a *app) untouched(ctx context.Context, f checkFlags) (config.Config, bool) {
	c := config.Default()
	if f.verbose || slices.ContainsFunc(f.reports(), func(t target) bool { return t.format != "text" }) {
		return c, false // more is to be said than one line
	}
	// Git runs its hooks in the top folder.
	if tree := a.getenv("GIT_WORK_TREE"); tree != "" && tree != "." {
		return c, false
	}
	if _, err := os.Lstat(".git"); err != nil {
		return c, false
	}
	status, err := git.Look(ctx, ".")
	if err != nil || status.Conflict {
		return c, false
	}
	differs := slices.Concat(status.Staged, status.Unstaged)
	if f.config == "" && slices.Contains(differs, configName) {
		return c, false // HEAD's counts, and this is another one
	}
	if c, err = readConfig(f.config); err != nil {
		return c, false
	}
	// The file may be an untracked one, so it can only add to what is a migration.
	touches := func(name string) bool { return candidate(config.Default(), name) || candidate(c, name) }
	return c, !slices.ContainsFunc(status.Staged, touches)
}

// stagedGoOn says how to go on where nobody can put a label on.
func stagedGoOn(label string) func(func(string) string) string {
	return func(quote func(string) string) string {
		return "Change the migration so that nothing is lost, and stage it again. If the loss is meant, " +
			"`git commit --no-verify` commits without this check, and without any other hook. The gate on the pull request stands: " +
			"it waits until someone who has checked that a restorable backup exists puts the label " + quote(label) + " on."
	}
}
