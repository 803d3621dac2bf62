package pgtest

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"
)

const (
	superuser = "postgres"
	// port only names the socket file: the server opens no network port.
	port = 5432
)

// binaries returns the directory that holds initdb and postgres: the one on
// PATH, else the newest of Debian's, else errNotInstalled.
func binaries() (string, error) {
	if path, err := exec.LookPath("initdb"); err == nil {
		if dir := filepath.Dir(path); complete(dir) {
			return dir, nil
		}
	}
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin")
	if err != nil {
		return "", fmt.Errorf("look for PostgreSQL: %w", err)
	}
	best, newest := "", 0.0
	for _, dir := range found {
		version, err := strconv.ParseFloat(filepath.Base(filepath.Dir(dir)), 64)
		if err == nil && version > newest && complete(dir) {
			best, newest = dir, version
		}
	}
	if best == "" {
		return "", errNotInstalled
	}
	return best, nil
}

// complete reports whether the directory has both programs that are needed.
func complete(dir string) bool {
	for _, program := range []string{"initdb", "postgres"} {
		if _, err := exec.LookPath(filepath.Join(dir, program)); err != nil {
			return false
		}
	}
	return true
}

// A process is a postgres with its directory: data, socket and log.
type process struct {
	bin  string // where the server's programs are
	dir  string
	cmd  *exec.Cmd
	done chan struct{} // closed when postgres has ended
}

// launch initialises a data directory and starts postgres on it.
func launch(bin string) (*process, error) {
	sweep(scratch())
	dir, err := os.MkdirTemp(scratch(), fmt.Sprintf("pgtest-%d-", os.Getpid()))
	if err != nil {
		return nil, fmt.Errorf("make a directory for PostgreSQL: %w", err)
	}
	p := &process{bin: bin, dir: dir, done: make(chan struct{})}
	if err := p.run(); err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	return p, nil
}

// sweep removes what test processes that were killed have left in the directory.
// Their servers ended with them.
func sweep(parent string) {
	if parent == "" {
		parent = os.TempDir()
	}
	left, err := filepath.Glob(filepath.Join(parent, "pgtest-*-*"))
	if err != nil {
		return
	}
	for _, dir := range left {
		pid, err := strconv.Atoi(strings.Split(filepath.Base(dir), "-")[1])
		if err == nil && pid > 0 && errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) {
			_ = os.RemoveAll(dir) // another user's is not ours to remove
		}
	}
}

// run brings postgres up; it does not wait until it takes connections.
func (p *process) run() error {
	account, err := unprivileged()
	if err != nil {
		return err
	}
	if account != nil {
		if err := os.Chown(p.dir, int(account.Uid), int(account.Gid)); err != nil {
			return fmt.Errorf("give %s to another user: %w", p.dir, err)
		}
	}
	initdb := p.command(account, filepath.Join(p.bin, "initdb"), "--pgdata", p.data(), "--username", superuser,
		"--auth", "trust", "--encoding", "UTF8", "--locale", "C.UTF-8", "--no-sync")
	if out, err := initdb.CombinedOutput(); err != nil {
		return fmt.Errorf("initdb: %w: %s", err, out)
	}
	p.cmd = p.command(account, filepath.Join(p.bin, "postgres"), settings(p.dir)...)
	log, err := os.Create(p.log())
	if err != nil {
		return fmt.Errorf("make the server's log: %w", err)
	}
	defer func() { _ = log.Close() }()
	p.cmd.Stdout, p.cmd.Stderr = log, log
	return p.spawn()
}

// settings returns the arguments of postgres: no network, nothing durable,
// nothing in the background that would make two runs differ.
func settings(dir string) []string {
	args := []string{"-D", filepath.Join(dir, "data"), "-k", dir}
	for _, setting := range []string{
		"listen_addresses=", "port=" + strconv.Itoa(port), "timezone=UTC", "max_connections=50",
		"fsync=off", "full_page_writes=off", "synchronous_commit=off", "autovacuum=off",
		"wal_level=minimal", "max_wal_senders=0", "min_wal_size=32MB", "max_wal_size=128MB", "jit=off",
		"dynamic_shared_memory_type=mmap", // in the data directory, so that it goes with it
	} {
		args = append(args, "-c", setting)
	}
	return args
}

// command prepares a program of the server to run as the account, if any, and
// with nothing of the caller's environment that could change what it does.
func (p *process) command(account *syscall.Credential, program string, args ...string) *exec.Cmd {
	cmd := exec.Command(program, args...)
	cmd.Dir = p.dir
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + p.dir, "LC_ALL=C.UTF-8", "TZ=UTC"}
	cmd.SysProcAttr = attributes(account)
	return cmd
}

// spawn starts postgres from a thread of its own that lives as long as it does:
// the kernel ends the child when the thread that started it ends.
func (p *process) spawn() error {
	started := make(chan error)
	go func() {
		runtime.LockOSThread()
		defer close(p.done)
		err := p.cmd.Start()
		started <- err
		if err == nil {
			_ = p.cmd.Wait() // how it ended is in its log
		}
	}()
	if err := <-started; err != nil {
		return fmt.Errorf("start postgres: %w", err)
	}
	return nil
}

// stop ends postgres, by force if it takes too long, and removes its directory.
func (p *process) stop() error {
	// SIGQUIT is PostgreSQL's immediate shutdown: no checkpoint, nothing is kept.
	if err := p.cmd.Process.Signal(syscall.SIGQUIT); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return fmt.Errorf("stop postgres: %w", err)
	}
	select {
	case <-p.done:
	case <-time.After(10 * time.Second):
		if err := p.cmd.Process.Kill(); err != nil {
			return fmt.Errorf("kill postgres: %w", err)
		}
		<-p.done
	}
	if err := os.RemoveAll(p.dir); err != nil {
		return fmt.Errorf("remove the server's directory: %w", err)
	}
	return nil
}

func (p *process) data() string { return filepath.Join(p.dir, "data") }
func (p *process) log() string  { return filepath.Join(p.dir, "log") }

// tail returns the end of the server's log.
func (p *process) tail() string {
	const limit = 2000
	text, err := os.ReadFile(p.log())
	if err != nil {
		return err.Error()
	}
	return string(text[max(0, len(text)-limit):])
}
