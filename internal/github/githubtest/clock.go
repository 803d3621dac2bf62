package githubtest

import (
	"sync"
	"time"
)

// Clock is the server's time. It stands still, except that every change of the
// server's state (a commit, a label, a comment) moves it on by one second, so
// that things done one after the other carry different dates.
type Clock struct {
	mu  sync.Mutex
	now time.Time
}

// Now returns the server's time, in UTC and whole seconds as GitHub tells it.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Set puts the clock to t, forwards or backwards.
func (c *Clock) Set(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = t.UTC().Truncate(time.Second)
}

// Advance moves the clock on by d and returns the new time.
func (c *Clock) Advance(d time.Duration) time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d).Truncate(time.Second)
	return c.now
}

// tick returns the time for the next change of state.
func (c *Clock) tick() time.Time { return c.Advance(time.Second) }
