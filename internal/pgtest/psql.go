package pgtest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
)

// scriptFailed is psql's exit status after an error in a script that is to stop at one.
const scriptFailed = 3

// Psql runs script files on a database with psql, in one session
// that stops at the first error, and returns what psql said about that error.
// Paths in the scripts and of the scripts themselves start at dir. The error tells
// that psql could not be run.
func (s *Server) Psql(ctx context.Context, database, dir string, files ...string) (failed string, err error) {
	args := []string{"--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=on", "--output=" + os.DevNull,
		"--host=" + s.process.dir, "--port=" + strconv.Itoa(port), "--username=" + superuser, "--dbname=" + database}
	for _, file := range files {
		args = append(args, "--file="+file)
	}
	program, err := exec.LookPath(filepath.Join(s.process.bin, "psql"))
	if err != nil {
		program = "psql" // some systems keep clients and servers apart
	}
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Dir = dir
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + dir, "LC_ALL=C.UTF-8", "TZ=UTC"}
	var said strings.Builder
	cmd.Stderr = &said
	err = cmd.Run()
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) && exit.ExitCode() == scriptFailed {
		return strings.TrimSpace(said.String()), nil
	}
	if err != nil {
		return "", fmt.Errorf("run psql: %w: %s", err, said.String())
	}
	return "", nil
}
