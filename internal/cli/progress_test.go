package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/dropgate/dropgate/analyzer"
	"github.com/dropgate/dropgate/internal/config"
)

// A pictures is a terminal's record: one entry for every time that the line was drawn.
type pictures struct {
	begun time.Time
	drawn []string
}

func (p *pictures) Write(data []byte) (int, error) {
	at := time.Since(p.begun).Round(time.Millisecond).String()
	p.drawn = append(p.drawn, strings.TrimSpace(at+" "+strings.ReplaceAll(string(data), eraseLine, "")))
	return len(data), nil
}

// shownOf does a work under a clock that only runs when the work waits, and returns
// what a terminal of that many columns showed of it.
func shownOf(t *testing.T, width int, work func(*progress) error) (drawn []string, err error) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		screen := &pictures{begun: time.Now()}
		p := startProgress(screen, time.Now, func() int { return width })
		_, err = withProgress(t.Context(), p, func() (struct{}, error) { return struct{}{}, work(p) })
		drawn = screen.drawn
	})
	return drawn, err
}

// files tells of files of a stage that each take that long.
func files(p *progress, stage analyzer.Stage, n int, each time.Duration) {
	p.tell(stage, 0, n)
	for i := range n {
		time.Sleep(each)
		p.tell(stage, i+1, n)
	}
}

func TestProgressLine(t *testing.T) {
	for _, tt := range []struct {
		title string
		width int
		work  func(*progress)
		want  []string
	}{
		{"what is soon done is not told of", 80, func(p *progress) {
			files(p, analyzer.Reading, 499, time.Millisecond)
		}, nil},
		{"files, and the time once it can be guessed", 80, func(p *progress) {
			files(p, analyzer.Reading, 10, 71*time.Millisecond)
			files(p, analyzer.Judging, 5, 1500*time.Millisecond)
		}, []string{
			"500ms dropgate: reading, 7 of 10 files",
			"600ms dropgate: reading, 8 of 10 files",
			"700ms dropgate: reading, 9 of 10 files",
			"800ms dropgate: judging, 0 of 5 files",
			"2.3s dropgate: judging, 1 of 5 files",
			"3.8s dropgate: judging, 2 of 5 files, about 4 s left",
			"4.8s dropgate: judging, 2 of 5 files, about 3 s left",
			"5.3s dropgate: judging, 3 of 5 files, about 3 s left",
			"5.8s dropgate: judging, 3 of 5 files, about 2 s left",
			"6.8s dropgate: judging, 4 of 5 files, about 1 s left",
			"8.21s",
		}},
		{"thousands of files a second", 80, func(p *progress) {
			time.Sleep(50 * time.Microsecond)
			files(p, analyzer.Reading, 7500, 100*time.Microsecond)
		}, []string{
			"500ms dropgate: reading, 4999 of 7500 files",
			"600ms dropgate: reading, 5999 of 7500 files",
			"700ms dropgate: reading, 6999 of 7500 files",
			"750ms",
		}},
		{"no files yet", 80, func(*progress) { time.Sleep(5 * time.Second) }, []string{
			"500ms dropgate: finding migrations", "5s",
		}},
		{"minutes", 80, func(p *progress) {
			p.tell(analyzer.Judging, 0, 100)
			time.Sleep(2050 * time.Millisecond)
			p.tell(analyzer.Judging, 1, 100)
			time.Sleep(time.Second)
		}, []string{
			"500ms dropgate: judging, 0 of 100 files",
			"2.1s dropgate: judging, 1 of 100 files, about 3 min left",
			"3.05s",
		}},
		{"a narrow terminal", 20, func(*progress) { time.Sleep(time.Second) }, []string{
			"500ms dropgate: finding", "1s",
		}},
		{"one without width", 0, func(*progress) { time.Sleep(time.Second) }, nil},
	} {
		t.Run(tt.title, func(t *testing.T) {
			got, err := shownOf(t, tt.width, func(p *progress) error {
				tt.work(p)
				return nil
			})
			if diff := cmp.Diff(tt.want, got); diff != "" || err != nil {
				t.Errorf("shown (- want, + got), error %v:\n%s", err, diff)
			}
		})
	}
}

// TestProgressEnds holds that the line is gone before whoever asked hears of an end,
// whatever the end is.
func TestProgressEnds(t *testing.T) {
	want := []string{"500ms dropgate: finding migrations", "1s"}
	failed := errors.New("no such file")
	got, err := shownOf(t, 80, func(*progress) error {
		time.Sleep(time.Second)
		return failed
	})
	if diff := cmp.Diff(want, got); diff != "" || !errors.Is(err, failed) {
		t.Errorf("an error: shown (- want, + got), error %v:\n%s", err, diff)
	}
	got, err = shownOf(t, 80, func(*progress) error {
		time.Sleep(time.Second)
		panic("forged")
	})
	var b *bug
	if diff := cmp.Diff(want, got); diff != "" || !errors.As(err, &b) {
		t.Errorf("a panic: shown (- want, + got), error %v:\n%s", err, diff)
	}
}

// TestProgressGivesUp holds that a work which never asks whether it is still wanted
// holds nobody up.
func TestProgressGivesUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		screen := &pictures{begun: time.Now()}
		p := startProgress(screen, time.Now, func() int { return 80 })
		ctx, cancel := context.WithCancelCause(t.Context())
		why := errors.New("somebody gave up")
		time.AfterFunc(time.Second, func() { cancel(why) })
		_, err := withProgress(ctx, p, func() (struct{}, error) {
			files(p, analyzer.Judging, 2, time.Hour)
			return struct{}{}, nil
		})
		if diff := cmp.Diff([]string{"500ms dropgate: judging, 0 of 2 files", "1s"}, screen.drawn); diff != "" || !errors.Is(err, why) {
			t.Errorf("shown (- want, + got), error %v:\n%s", err, diff)
		}
		time.Sleep(3 * time.Hour) // what goes on unseen stays so
		if len(screen.drawn) != 2 {
			t.Errorf("drawn after the end: %q", screen.drawn[2:])
		}
	})
}

// TestProgressIsForEyes holds when nothing is shown at all.
func TestProgressIsForEyes(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the terminal of this test is one of Unix")
	}
	terminal, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = terminal.Close() }()
	file, err := os.Create(t.TempDir() + "/log")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	for _, tt := range []struct {
		title string
		in    io.Reader
		err   io.Writer
		env   string
		quiet bool
		args  []string
		want  bool
	}{
		{title: "a terminal", err: terminal, want: true},
		{title: "a terminal without colours", err: terminal, env: "NO_COLOR=1", want: true},
		{title: "a migration from a pipe", in: strings.NewReader(""), err: terminal, args: []string{"-"}, want: true},
		{title: "a migration that is typed", in: terminal, err: terminal, args: []string{"m", "-"}},
		{title: "-q", err: terminal, quiet: true},
		{title: "CI", err: terminal, env: "CI=true"},
		{title: "a dumb terminal", err: terminal, env: "TERM=dumb"},
		{title: "a file", err: file},
		{title: "no file", err: &bytes.Buffer{}},
	} {
		t.Run(tt.title, func(t *testing.T) {
			a := &app{in: tt.in, err: tt.err, now: time.Now, getenv: func(name string) string {
				value, _ := strings.CutPrefix(tt.env, name+"=")
				if value == tt.env {
					return ""
				}
				return value
			}}
			p := a.progress(tt.quiet, tt.args)
			defer p.stop()
			if got := p != nil; got != tt.want {
				t.Errorf("shown: %t, want %t", got, tt.want)
			}
		})
	}
}

// TestProgressOfEachWay holds that whoever reviews or builds, in whatever way, says
// how far it is.
func TestProgressOfEachWay(t *testing.T) {
	t.Chdir(t.TempDir())
	git := func(args ...string) {
		t.Helper()
		cmd := exec.Command("git", append([]string{"-c", "user.name=Alice", "-c", "user.email=alice@example.com"}, args...)...)
		if output, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("git %s: %v\n%s", args[0], err, output)
		}
	}
	git("init", "-q", ".")
	for i, sql := range []string{"CREATE TABLE t (id int);\n", "DROP TABLE t;\n"} {
		if err := os.WriteFile(fmt.Sprintf("%d.sql", i), []byte(sql), 0o600); err != nil {
			t.Fatal(err)
		}
		git("add", ".")
		if i == 0 {
			git("commit", "-q", "-m", "first")
		}
	}
	a := &app{now: time.Now, getenv: func(string) string { return "" }}
	var last string
	tell := func(s analyzer.Stage, done, total int) { last = fmt.Sprintf("%s %d/%d", s, done, total) }
	review := func(f checkFlags) error {
		f.progress = tell
		_, err := a.review(t.Context(), f, nil)
		return err
	}
	for _, tt := range []struct {
		title string
		do    func() error
	}{
		{"check", func() error { return review(checkFlags{}) }},
		{"check --staged", func() error { return review(checkFlags{staged: true}) }},
		{"check --diff", func() error {
			git("commit", "-q", "-m", "second")
			return review(checkFlags{diff: "HEAD^"})
		}},
		{"schema", func() error {
			p := startProgress(io.Discard, time.Now, func() int { return 80 })
			defer p.stop()
			_, err := a.build(t.Context(), schemaFlags{}, config.Default(), []string{"."}, p)
			tell(analyzer.Stage(p.stage), p.done, p.total)
			return err
		}},
	} {
		last = ""
		if err := tt.do(); err != nil || last != "judging 2/2" {
			t.Errorf("%s: told at last %q, error %v", tt.title, last, err)
		}
	}
}
