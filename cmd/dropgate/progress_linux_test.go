package main

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// A session is dropgate on a terminal of its own, 80 columns wide, that waits for what
// is to be written into a pipe: a long work that takes as long as the test wants. Its
// standard output is no terminal.
type session struct {
	t        *testing.T
	cmd      *exec.Cmd
	keyboard *os.File
	pipe     string
	stdout   bytes.Buffer
	record   string // what the terminal got so far
}

// startSession returns when the line is to be seen. PIPE in the arguments is the pipe.
func startSession(t *testing.T, line string, args ...string) *session {
	t.Helper()
	keyboard, screen, err := openTerminal()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = keyboard.Close() })
	defer func() { _ = screen.Close() }()
	if err := unix.IoctlSetWinsize(int(screen.Fd()), unix.TIOCSWINSZ, &unix.Winsize{Row: 24, Col: 80}); err != nil {
		t.Fatal(err)
	}
	s := &session{t: t, keyboard: keyboard, pipe: filepath.Join(t.TempDir(), "pipe")}
	if err := unix.Mkfifo(s.pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	words := slices.Clone(args)
	for i := range words {
		words[i] = strings.ReplaceAll(words[i], "PIPE", s.pipe)
	}
	s.cmd = exec.Command("dropgate", words...)
	s.cmd.Dir = t.TempDir()
	s.layOut(!slices.Contains(args, "PIPE"))
	s.cmd.Env = []string{"PATH=" + s.cmd.Dir + "/bin:" + os.Getenv("PATH"), "HOME=" + s.cmd.Dir, "TERM=xterm", "NO_COLOR=1"}
	s.cmd.Stdin, s.cmd.Stderr, s.cmd.Stdout = screen, screen, &s.stdout
	s.cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	kill := func() { _ = s.cmd.Process.Kill() }
	t.Cleanup(kill)
	giveUp := time.AfterFunc(time.Minute, kill) // else a line that is never shown would be waited for forever
	t.Cleanup(func() { giveUp.Stop() })
	for !strings.Contains(s.record, line) {
		if !s.read() {
			t.Fatalf("%q was not shown, but %q", line, s.record)
		}
	}
	return s
}

// layOut writes two migrations, and a git that may wait for the pipe: it is asked where
// the code is that may name what is dropped, when all files are judged.
func (s *session) layOut(waits bool) {
	s.t.Helper()
	git := "#!/bin/sh\n"
	if waits {
		git += "trap '' INT\nread -r line <'" + s.pipe + "'\n"
	}
	for name, text := range map[string]string{
		"m/1.sql": "CREATE TABLE t (id int);\n",
		"m/2.sql": "DROP TABLE t;\n",
		"bin/git": git + "exit 128\n",
	} {
		name = filepath.Join(s.cmd.Dir, name)
		err := os.MkdirAll(filepath.Dir(name), 0o755)
		if err == nil {
			err = os.WriteFile(name, []byte(text), 0o755)
		}
		if err != nil {
			s.t.Fatal(err)
		}
	}
}

// read reads some of what the terminal gets, and reports whether there was any.
func (s *session) read() bool {
	part := make([]byte, 4096)
	n, err := s.keyboard.Read(part)
	s.record += string(part[:n])
	return err == nil
}

// end reads the rest and returns what is left on the screen and the exit code.
func (s *session) end() (screen string, code int) {
	s.t.Helper()
	for s.read() {
	}
	var failed *exec.ExitError
	if err := s.cmd.Wait(); err != nil && !errors.As(err, &failed) {
		s.t.Fatal(err)
	}
	return onScreen(s.record), s.cmd.ProcessState.ExitCode()
}

// write writes into the pipe.
func (s *session) write(sql string) {
	s.t.Helper()
	if err := os.WriteFile(s.pipe, []byte(sql), 0); err != nil {
		s.t.Fatal(err)
	}
}

// onScreen returns what a terminal shows that got a record of text, line ends, returns
// to the first column and wipings of the rest of a line.
func onScreen(record string) string {
	var lines []string
	line, column := []rune{}, 0
	for len(record) > 0 {
		if rest, ok := strings.CutPrefix(record, "\x1b[K"); ok {
			line, record = line[:column], rest
			continue
		}
		r := []rune(record)[0]
		record = record[len(string(r)):]
		switch {
		case r == '\r':
			column = 0
		case r == '\n':
			lines, line = append(lines, string(line)), []rune{}
		case column < len(line):
			line[column] = r
			column++
		default:
			line = append(line, r)
			column++
		}
	}
	return strings.Join(append(lines, string(line)), "\n")
}

// TestProgress holds on a real terminal that the line which says how far a work is
// can be seen, and that nothing of it is left whatever comes after it.
func TestProgress(t *testing.T) {
	const finding, judging = "dropgate: finding migrations", "dropgate: judging, 2 of 2 files"
	write := func(s *session) { s.write("DROP TABLE t;\n") }
	interrupt := func(s *session) {
		if _, err := s.keyboard.WriteString("\x03"); err != nil {
			s.t.Fatal(err)
		}
	}
	terminate := func(s *session) {
		if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil {
			s.t.Fatal(err)
		}
	}
	for _, tt := range []struct {
		title, line, args string
		act               func(*session)
		screen            string
		code              int
		stdout            string // the beginning of it
	}{
		{"a report", finding, "check PIPE", write, "", 1, "PIPE:1:1  critical 90  drop-table  BLOCKS\n"},
		{"files", judging, "check m", write, "", 1, "m/2.sql:1:1  critical 90  drop-table  BLOCKS\n"},
		{"a schema", finding, "schema PIPE", write, "", 0, "--"},
		{"an error", finding, "check PIPE nowhere", write, "dropgate: read nowhere: no such file or directory\n", 2, ""},
		{"Ctrl-C", finding, "check PIPE", interrupt, "dropgate: interrupted\n", 130, ""},
		{"Ctrl-C later", judging, "check m", interrupt, "dropgate: interrupted\n", 130, ""},
		{"a signal to end", finding, "check PIPE", terminate, "dropgate: terminated\n", 143, ""},
	} {
		t.Run(tt.title, func(t *testing.T) {
			s := startSession(t, tt.line, strings.Fields(tt.args)...)
			tt.act(s)
			screen, code := s.end()
			stdout := strings.ReplaceAll(s.stdout.String(), filepath.ToSlash(s.pipe), "PIPE")
			if screen != tt.screen || code != tt.code {
				t.Errorf("left on the screen: %q, exit code %d; want %q, %d\nall of it: %q", screen, code, tt.screen, tt.code, s.record)
			}
			if !strings.HasPrefix(stdout, tt.stdout) || tt.stdout == "" && stdout != "" {
				t.Errorf("standard output %q, want it to begin with %q", stdout, tt.stdout)
			}
		})
	}
}
