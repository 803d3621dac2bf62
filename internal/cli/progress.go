package cli

import (
	"context"
	"fmt"
	"io"
	"os"
	"slices"
	"sync"
	"time"

	"github.com/mattn/go-isatty"

	"github.com/dropgate/dropgate/analyzer"
)

const (
	// patience is how long a work may take before anything is said of it.
	patience = 500 * time.Millisecond
	// redraw is the least time between two pictures of the line.
	redraw = 100 * time.Millisecond
	// measured is how long a stage is watched before its end is guessed at.
	measured = 2 * time.Second
	// usualColumns is the width of a terminal that does not tell.
	usualColumns = 80
	// margin keeps the line from being turned, also by the ^C of somebody who gives up.
	margin = 3
)

// eraseLine goes back to the line's first column and wipes the line.
const eraseLine = "\r\x1b[K"

// A progress is a line on a terminal that says how far a long work is, and that is
// gone when the work is done. Nil says nothing.
type progress struct {
	w     io.Writer
	now   func() time.Time
	width func() int // columns of the terminal

	mutex       sync.Mutex
	stage       string
	done, total int
	since, last time.Time // the stage began, and went on
	shown       string

	end    chan struct{}
	drawer sync.WaitGroup
}

// progress starts to show how far a work is, if somebody is there to look at it:
// standard error is a terminal that can wipe a line, and not that of a CI's log.
// There is no colour in it, so NO_COLOR has no say. Whoever types the migration is
// not disturbed.
func (a *app) progress(quiet bool, args []string) *progress {
	screen := terminal(a.err)
	switch {
	case screen == nil, quiet, a.getenv("CI") != "", a.getenv("TERM") == "dumb":
		return nil
	case slices.Contains(args, stdin) && terminal(a.in) != nil:
		return nil
	}
	return startProgress(screen, a.now, func() int { return columns(screen) })
}

// terminal returns the terminal that a stream is; nil if it is none.
func terminal(stream any) *os.File {
	file, ok := stream.(*os.File)
	if !ok || !isatty.IsTerminal(file.Fd()) {
		return nil
	}
	return file
}

func startProgress(w io.Writer, now func() time.Time, width func() int) *progress {
	p := &progress{w: w, now: now, width: width, stage: "finding migrations", since: now(), end: make(chan struct{})}
	p.drawer.Go(p.drawAll)
	return p
}

// drawAll draws until the end, and wipes the line then.
func (p *progress) drawAll() {
	defer p.wipe()
	select {
	case <-p.end:
		return
	case <-time.After(patience):
	}
	tick := time.NewTicker(redraw)
	defer tick.Stop()
	for {
		p.draw()
		select {
		case <-p.end:
			return
		case <-tick.C:
		}
	}
}

// tell takes note of how far the work is; drawing is not its business, for there may
// be thousands of files a second.
func (p *progress) tell(stage analyzer.Stage, done, total int) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	p.last = p.now()
	if p.stage != string(stage) {
		p.stage, p.since = string(stage), p.last
	}
	p.done, p.total = done, total
}

// listener is tell for the analyzer; nil if nobody looks.
func (p *progress) listener() func(analyzer.Stage, int, int) {
	if p == nil {
		return nil
	}
	return p.tell
}

// stop ends the showing. When it returns, the line is clean and stays so.
func (p *progress) stop() {
	if p == nil {
		return
	}
	close(p.end)
	p.drawer.Wait()
}

// draw writes the line, if it says something else than it did.
func (p *progress) draw() {
	line := p.line()
	line = line[:min(len(line), max(p.width()-margin, 0))]
	if line != p.shown {
		p.shown = line
		_, _ = io.WriteString(p.w, eraseLine+line)
	}
}

func (p *progress) wipe() {
	if p.shown != "" {
		_, _ = io.WriteString(p.w, eraseLine)
	}
}

// line is what there is to say, in ASCII: a byte is a column.
func (p *progress) line() string {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	s := "dropgate: " + p.stage
	if p.total == 0 {
		return s
	}
	s += fmt.Sprintf(", %d of %d files", p.done, p.total)
	if spent := p.last.Sub(p.since); spent >= measured && p.done > 0 && p.done < p.total {
		left := spent/time.Duration(p.done)*time.Duration(p.total-p.done) - p.now().Sub(p.last)
		s += ", about " + roughly(left) + " left"
	}
	return s
}

// roughly is a time as people say it: as fine as a guess can be, and never nothing.
func roughly(d time.Duration) string {
	if d <= 90*time.Second {
		return fmt.Sprintf("%d s", max(1, int(d.Round(time.Second).Seconds())))
	}
	return fmt.Sprintf("%d min", int(d.Round(time.Minute).Minutes()))
}

// withProgress does a long work, shows how far it is and, unlike the work itself,
// ends as soon as somebody gives up.
func withProgress[T any](ctx context.Context, p *progress, work func() (T, error)) (done T, err error) {
	defer p.stop()
	type result struct {
		done T
		err  error
	}
	whole := make(chan result, 1)
	go func() {
		var r result
		r.err = guarded(func() (err error) {
			r.done, err = work()
			return err
		})
		whole <- r
	}()
	select {
	case <-ctx.Done():
		return done, context.Cause(ctx)
	case r := <-whole:
		if ctx.Err() != nil { // a Ctrl-C also ends what is waited for
			return done, context.Cause(ctx)
		}
		return r.done, r.err
	}
}
