package gate

import (
	"fmt"
	"time"

	"github.com/dropgate/dropgate/analyzer"
)

// clockSkew is how far GitHub's clock and this machine's may be apart. What is
// from later than that has no age that could be told.
const clockSkew = 5 * time.Minute

// checkAge says whether the label is young enough to count.
func (p Policy) checkAge(e Evidence) Check {
	age, known := e.age()
	switch {
	case p.MaxAge <= 0:
		return Check{OK: true}
	case e.At.IsZero():
		return no("counts for %s, and when it was put on cannot be told", span(p.MaxAge))
	case !known:
		return no("counts for %s, and by the clock of this machine it was put on in the future: set the clock", span(p.MaxAge))
	case age > p.MaxAge:
		passed := span(age)
		if passed == span(p.MaxAge) {
			passed = "a little more than " + passed
		}
		return no("was put on %s ago, and counts for %s", passed, span(p.MaxAge))
	}
	return Check{OK: true}
}

// age returns how long the label has been on.
func (e Evidence) age() (d time.Duration, known bool) {
	d = e.Now.Sub(e.At)
	return max(d, 0), !e.At.IsZero() && !e.Now.IsZero() && d >= -clockSkew
}

// span returns a length of time in words, cut off after its two largest units.
func span(d time.Duration) string {
	s := ""
	for _, unit := range []struct {
		length time.Duration
		name   string
	}{{24 * time.Hour, "day"}, {time.Hour, "hour"}, {time.Minute, "minute"}, {time.Second, "second"}} {
		n := d / unit.length
		if n == 0 {
			continue
		}
		d -= n * unit.length
		if s != "" {
			return s + " and " + plural(int(n), unit.name)
		}
		if s = plural(int(n), unit.name); d < unit.length/100 {
			return s
		}
	}
	if s == "" {
		return "less than a second"
	}
	return s
}

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// Outdated reports whether it is established that the label, which does not
// count for its age or for what came after it, will not count again: no run that
// it started and that is still to come could find it valid. What merely cannot
// be told is not outdated. It takes a report that was decided on.
func Outdated(r *analyzer.Report, p Policy, e Evidence) bool {
	if !e.Present || e.At.IsZero() {
		return false
	}
	if age, known := e.age(); p.MaxAge > 0 && known && age > p.MaxAge {
		return true
	}
	for _, f := range r.Findings {
		if f.Blocking && !e.covers(f.Fingerprint) && (e.Older || e.Record.without(f.Fingerprint, e.At)) {
			return true
		}
	}
	return false
}

// without reports whether a run that saw this very label did not see the
// operation.
func (r *Record) without(fingerprint string, label time.Time) bool {
	if r == nil || r.Label.IsZero() || !r.Label.Equal(label) {
		return false
	}
	_, seen := r.Operations[fingerprint]
	return !seen
}

// who says whose label would count, if that makes a difference.
func (p Policy) who(s State) []string {
	if s == Unproven || p.Labelers.Everybody() && !p.SecondPerson {
		return nil
	}
	text := fmt.Sprintf("the %s label counts only from ", p.Label)
	const apart = "neither opened the pull request nor wrote or committed any of it"
	switch {
	case !p.SecondPerson:
		text += p.Labelers.String()
	case p.Labelers.Everybody():
		text += "a person who " + apart
	default:
		text += p.Labelers.String() + ", and only from one who " + apart
	}
	return []string{text}
}
