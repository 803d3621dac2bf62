package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"

	"github.com/rogpeppe/go-internal/testscript"
	"golang.org/x/sys/unix"
)

// terminal runs a command with a terminal as its standard output and prints what
// that got, its line ends as \n.
func terminal(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: terminal COMMAND …")
	}
	keyboard, screen, err := openTerminal()
	ts.Check(err)
	defer func() { _ = keyboard.Close() }()
	// The script's PATH, not this process's.
	name, err := lookPath(ts, args[0])
	ts.Check(err)
	cmd := exec.Command(name, args[1:]...)
	cmd.Dir = ts.MkAbs(".")
	for _, key := range []string{"PATH", "HOME", "TERM", "NO_COLOR"} {
		cmd.Env = append(cmd.Env, key+"="+ts.Getenv(key))
	}
	cmd.Stdout, cmd.Stderr = screen, ts.Stderr()
	err = cmd.Start()
	_ = screen.Close()
	ts.Check(err)
	got, err := io.ReadAll(keyboard)
	// The kernel's word for a terminal that nobody writes to any more.
	if !errors.Is(err, syscall.EIO) {
		ts.Check(err)
	}
	var failed *exec.ExitError
	if err := cmd.Wait(); err != nil && !errors.As(err, &failed) {
		ts.Check(err)
	}
	_, err = io.WriteString(ts.Stdout(), strings.ReplaceAll(string(got), "\r\n", "\n"))
	ts.Check(err)
}

// openTerminal returns both ends of a new terminal.
func openTerminal() (keyboard, screen *os.File, err error) {
	keyboard, err = os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	if err != nil {
		return nil, nil, err
	}
	number, err := unix.IoctlGetInt(int(keyboard.Fd()), unix.TIOCGPTN)
	if err == nil {
		err = unix.IoctlSetPointerInt(int(keyboard.Fd()), unix.TIOCSPTLCK, 0)
	}
	if err == nil {
		screen, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|syscall.O_NOCTTY, 0)
	}
	if err != nil {
		_ = keyboard.Close()
		return nil, nil, err
	}
	return keyboard, screen, nil
}

func lookPath(ts *testscript.TestScript, name string) (string, error) {
	for dir := range strings.SplitSeq(ts.Getenv("PATH"), ":") {
		if info, err := os.Stat(dir + "/" + name); err == nil && !info.IsDir() {
			return dir + "/" + name, nil
		}
	}
	return "", fmt.Errorf("%s is not in the script's PATH", name)
}
