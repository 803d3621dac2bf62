// Package git reads commits, the index and file contents from a repository by
// running the git command, 2.30 or later. It is the only package that starts a
// process, and it never writes to the repository.
//
// Only plumbing commands are called, with every choice spelled out, so that
// nobody's git configuration changes what a review sees. The variables that git
// sets for its hooks (GIT_DIR, GIT_INDEX_FILE and their like) are passed on:
// inside a hook the index under review may be a temporary one.
package git

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// A Repository is a git repository, with or without a working tree. Its methods
// may be called at the same time.
type Repository struct {
	dir  string // where every command runs: a hook's relative GIT_DIR counts from there
	root string
	bare bool
	// trusted says that git refused the repository because somebody else owns
	// it, and that it is read all the same.
	trusted bool
	// index is where the index is instead of where the environment says.
	index string
}

// Open finds the repository that dir lies in. A repository that belongs to
// somebody else, as a container sees its mounted workspace, is read when dir is
// its top folder; it is then never asked to fetch or to run a program that its
// configuration names.
func Open(ctx context.Context, dir string) (*Repository, error) {
	full, err := filepath.Abs(dir)
	if err == nil {
		full, err = filepath.EvalSymlinks(full) // git compares safe.directory with the real folder
	}
	if err != nil {
		return nil, fmt.Errorf("find the repository of %s: %w", dir, err)
	}
	r := &Repository{dir: full}
	if err := r.findIndex(); err != nil {
		return nil, err
	}
	err = r.locate(ctx)
	if isDubious(err) {
		r.trusted = true
		err = r.locate(ctx)
	}
	if err != nil {
		return nil, openError(dir, err)
	}
	return r, nil
}

// ErrNoRepository says that there is no repository at all.
var ErrNoRepository = errors.New("not in a git repository")

// errInsideGitDir is locate's answer for a folder such as .git/hooks.
var errInsideGitDir = errors.New("inside a .git folder")

func (r *Repository) locate(ctx context.Context) error {
	bare, err := r.line(ctx, "rev-parse", "--is-bare-repository")
	if err != nil {
		return err
	}
	if r.bare = bare == "true"; r.bare {
		r.root, err = r.line(ctx, "rev-parse", "--absolute-git-dir")
	} else {
		r.root, err = r.line(ctx, "rev-parse", "--show-toplevel")
		if err != nil && strings.Contains(err.Error(), "must be run in a work tree") {
			return errInsideGitDir
		}
	}
	r.root = filepath.FromSlash(r.root)
	return err
}

func isDubious(err error) bool {
	var failed *commandError
	return errors.As(err, &failed) && (strings.Contains(failed.stderr, "dubious ownership") ||
		strings.Contains(failed.stderr, "unsafe repository")) // git before 2.38
}

func openError(dir string, err error) error {
	var failed *commandError
	switch {
	case errors.Is(err, exec.ErrNotFound):
		return fmt.Errorf("the git command is not installed or not on PATH: install git: %w", err)
	case errors.Is(err, errInsideGitDir):
		return fmt.Errorf("%s is %w: run in the repository's working tree", dir, errInsideGitDir)
	case isDubious(err):
		return fmt.Errorf("git does not trust the repository of %s, since another user owns it: "+
			"run in its top folder, or add that folder with: git config --global --add safe.directory FOLDER: %w", dir, err)
	case errors.As(err, &failed) && strings.Contains(failed.stderr, "not a git repository"):
		detail := ""
		if !strings.Contains(failed.stderr, "(or any") {
			detail = " (" + err.Error() + ")" // it names a folder that is gone, or out of reach
		}
		return fmt.Errorf("%s is %w%s: run in a clone (in a workflow: after actions/checkout)", dir, ErrNoRepository, detail)
	}
	return fmt.Errorf("open the repository of %s: %w", dir, err)
}

// Root returns the top folder of the working tree, or the repository's own
// folder when it is bare. It is absolute and has the system's separators.
func (r *Repository) Root() string { return r.root }

// A commandError is a git command that ended with an exit code other than 0.
type commandError struct {
	command string
	code    int
	stderr  string
}

func (e *commandError) Error() string {
	text := e.stderr
	if text == "" {
		text = fmt.Sprintf("exit code %d", e.code)
	}
	return "git " + e.command + ": " + text
}

// command prepares a git command. Nothing may follow but plumbing commands.
func (r *Repository) command(ctx context.Context, args ...string) *exec.Cmd {
	settings := []string{"--no-pager", "-c", "core.fsmonitor=false"}
	if r.trusted {
		settings = append(settings, "-c", "safe.directory="+filepath.ToSlash(r.dir))
	}
	cmd := exec.CommandContext(ctx, "git", append(settings, args...)...)
	cmd.Dir = r.dir
	cmd.WaitDelay = 5 * time.Second // a grandchild may hold the pipes after git was killed
	cmd.Env = append(cmd.Environ(),
		"LC_ALL=C", // messages are matched
		"GIT_OPTIONAL_LOCKS=0",
		"GIT_TERMINAL_PROMPT=0",
		"GIT_NO_REPLACE_OBJECTS=1", // an object is what its name says
	)
	if r.index != "" {
		cmd.Env = append(cmd.Env, indexVariable+"="+r.index)
	}
	if r.trusted {
		// A transport that the owner's configuration names could be any program.
		cmd.Env = append(cmd.Env, "GIT_ALLOW_PROTOCOL=none", "GIT_NO_LAZY_FETCH=1")
	}
	return cmd
}

// run returns what the command prints. An exit code other than 0 is a
// *commandError.
func (r *Repository) run(ctx context.Context, args ...string) ([]byte, error) {
	cmd := r.command(ctx, args...)
	var out, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &stderr
	if err := cmd.Run(); err != nil {
		return nil, explain(ctx, err, args[0], stderr.String())
	}
	return out.Bytes(), nil
}

// line returns what the command prints without the end of its one line; the
// value itself may hold line ends, as a folder's name does.
func (r *Repository) line(ctx context.Context, args ...string) (string, error) {
	out, err := r.run(ctx, args...)
	return strings.TrimSuffix(string(out), "\n"), err
}

func explain(ctx context.Context, err error, command, stderr string) error {
	if ctx.Err() != nil {
		err = ctx.Err() // says more than that git was killed
	}
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.ExitCode() >= 0 {
		return &commandError{command, exit.ExitCode(), strings.TrimSpace(stderr)}
	}
	return fmt.Errorf("run git %s: %w", command, err)
}
