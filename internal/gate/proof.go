package gate

import (
	"fmt"
	"time"
)

// What can prove a backup; the values of ProofPolicy.Evidence.
const (
	ByWorkflow = "workflow" // a run of a workflow that restores one
	ByStatus   = "status"   // a commit status
)

// A ProofPolicy is what evidence of a backup the label needs. The zero value asks
// for none.
type ProofPolicy struct {
	Evidence string        // ByWorkflow or ByStatus
	Name     string        // the workflow's file name, or the status' context
	MaxAge   time.Duration // more than 0
}

// A Sign is one run or status of the kind that the policy asks for. That it
// belongs to the base branch, and to no pull request, is for the caller to see to.
type Sign struct {
	Success bool
	At      time.Time // when the run was started, or the status set
	By      string    // login of whoever did that, if a person did
	URL     string    // of its page, if it has one
	Commit  string
}

// A Proof is what a look for evidence of a backup has brought.
type Proof struct {
	Branch  string    // the base branch
	Now     time.Time // when it was looked for
	Signs   []Sign    // in any order
	Problem string    // why that could not be done; then nothing is proven
}

// A Backup is the evidence of a backup as the reports show it.
type Backup struct {
	Evidence      string `json:"evidence"` // workflow or status
	Name          string `json:"name"`     // the workflow's file name, or the status' context
	Branch        string `json:"branch"`
	MaxAgeSeconds int64  `json:"maxAgeSeconds"`
	Proven        bool   `json:"proven"`
	Message       string `json:"message"` // what was found, as a clause
	Problem       string `json:"problem"` // why it could not be looked for
	Newest        *Found `json:"newest"`  // the newest success, recent or not
	Failed        *Found `json:"failed"`  // the newest failure, if nothing succeeded since
}

// A Found is a sign as the reports show it.
type Found struct {
	At         string `json:"at"` // RFC 3339 in UTC
	AgeSeconds int64  `json:"ageSeconds"`
	By         string `json:"by"`
	URL        string `json:"url"`
	Commit     string `json:"commit"`

	age time.Duration
}

// prove takes a label's validity back if the policy asks for evidence of a backup
// and there is none that is recent enough.
func (d *Decision) prove(p ProofPolicy, e Evidence, blocking int) {
	if p.Evidence == "" || blocking == 0 || e.Everything {
		return
	}
	if e.Proof != nil {
		d.Backup = p.judge(*e.Proof)
	}
	if d.Acknowledgement.State == Valid && (d.Backup == nil || !d.Backup.Proven) {
		d.Acknowledgement.State = Unproven
	}
}

// missing says what stands in place of the evidence.
func (d *Decision) missing() string {
	if d.Backup == nil {
		return "nobody has looked for evidence of one"
	}
	return d.Backup.Message
}

// judge holds what was found against what is asked for.
func (p ProofPolicy) judge(proof Proof) *Backup {
	b := &Backup{
		Evidence: p.Evidence, Name: p.Name, Branch: proof.Branch,
		MaxAgeSeconds: int64(p.MaxAge / time.Second), Problem: proof.Problem,
	}
	success, toCome := proof.newest(true)
	failure, _ := proof.newest(false)
	if success != nil {
		b.Newest = success.found(proof.Now)
		b.Proven = proof.Problem == "" && p.Best(proof) != nil
	}
	if failure != nil && (success == nil || failure.At.After(success.At)) {
		b.Failed = failure.found(proof.Now)
	}
	b.Message = b.message(p.MaxAge, toCome)
	return b
}

// Best returns the newest success if it is recent enough; else nil.
func (p ProofPolicy) Best(proof Proof) *Sign {
	s, _ := proof.newest(true)
	if s == nil || proof.Now.Sub(s.At) > p.MaxAge {
		return nil
	}
	return s
}

// newest returns the newest sign of success or failure that is not dated in the
// future, and whether one is.
func (p Proof) newest(success bool) (newest *Sign, toCome bool) {
	for _, s := range p.Signs {
		switch {
		case s.Success != success || s.At.IsZero():
		case s.At.After(p.Now.Add(clockSkew)):
			toCome = true
		case newest == nil || s.At.After(newest.At):
			newest = &s
		}
	}
	return newest, toCome
}

func (s Sign) found(now time.Time) *Found {
	age := max(now.Sub(s.At), 0)
	return &Found{
		At: s.At.UTC().Format(time.RFC3339), AgeSeconds: int64(age / time.Second),
		By: s.By, URL: s.URL, Commit: s.Commit, age: age,
	}
}

// message says what was found.
func (b *Backup) message(most time.Duration, toCome bool) string {
	what := fmt.Sprintf("the %s %s", b.Evidence, b.Name)
	if b.Problem != "" {
		return fmt.Sprintf("%s could not be looked for on %s: %s", what, b.Branch, b.Problem)
	}
	var s string
	switch {
	case b.Proven:
		s = fmt.Sprintf("%s succeeded on %s %s ago%s", what, b.Branch, Age(b.Newest.age), b.by())
	case b.Newest != nil:
		s = fmt.Sprintf("%s last succeeded on %s %s ago%s, longer ago than the %s that count", what, b.Branch, Age(b.Newest.age), b.by(), Age(most))
	default:
		s = fmt.Sprintf("no success of %s was found on %s", what, b.Branch)
	}
	if b.Failed != nil {
		s += fmt.Sprintf("; it failed %s ago", Age(b.Failed.age))
	}
	if toCome && !b.Proven {
		s += "; a success that is dated in the future does not count"
	}
	return s
}

func (b *Backup) by() string {
	switch {
	case b.Newest.By == "":
		return ""
	case b.Evidence == ByStatus:
		return ", set by " + b.Newest.By
	}
	return ", started by " + b.Newest.By
}

// Age returns a length of time in words, rounded down: "3 hours".
func Age(d time.Duration) string {
	const day = 24 * time.Hour
	for _, unit := range []struct {
		length time.Duration
		from   time.Duration // in smaller units it reads better below that
		name   string
	}{{day, 2 * day, "day"}, {time.Hour, 2 * time.Hour, "hour"}, {time.Minute, time.Minute, "minute"}} {
		if d < unit.from {
			continue
		}
		if n := d / unit.length; n != 1 {
			return fmt.Sprintf("%d %ss", n, unit.name)
		}
		return "1 " + unit.name
	}
	return "less than a minute"
}
