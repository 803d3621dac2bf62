package gate

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/dropgate/dropgate/analyzer"
)

// gating are the categories that block. What could not be read is in DataLoss.
var gating = map[analyzer.Category]bool{analyzer.DataLoss: true}

// Decide marks the report's blocking findings and says whether they block.
func Decide(r *analyzer.Report, p Policy, e Evidence) Decision {
	d := Decision{
		Threshold:       p.Threshold,
		Acknowledgement: Acknowledgement{State: Absent, Label: p.Label},
		Reasons:         []string{},
	}
	var blocking []string
	for i := range r.Findings {
		f := &r.Findings[i]
		if gating[f.Category] && f.Score >= p.Threshold && !p.IgnoresFromChange {
			refuseIgnore(f)
		}
		counts := gating[f.Category] && f.Suppressed == nil
		f.Blocking = counts && f.Score >= p.Threshold
		if counts {
			d.Score = max(d.Score, f.Score)
		}
		if f.Blocking {
			blocking = append(blocking, f.Fingerprint)
		}
	}
	after, why := d.acknowledge(p, e, blocking)
	d.prove(p.Proof, e, len(blocking))
	d.Blocked = len(blocking) > 0 && d.Acknowledgement.State != Valid
	d.explain(len(blocking), after, why)
	if d.Blocked {
		d.Reasons = append(d.Reasons, p.who(d.Acknowledgement.State)...)
	}
	return d
}

// refuseIgnore takes back what an ignore comment lifted that came with the change.
func refuseIgnore(f *analyzer.Finding) {
	s := f.Suppressed
	if s == nil || !s.FromChange {
		return
	}
	f.Suppressed = nil
	f.Reasons = append(slices.Clip(f.Reasons), analyzer.Reason{Text: fmt.Sprintf(
		"the ignore comment on line %d came with this change and does not lift it: the config's ignores.from-pull-request allows that, or the label covers it", s.Line)})
}

// acknowledge sets the label's state: where several apply, the first of those in
// the order of their constants. It returns how many operations came after the
// label was put on, or else what is against it.
func (d *Decision) acknowledge(p Policy, e Evidence, blocking []string) (after int, why string) {
	a := &d.Acknowledgement
	switch {
	case e.Everything:
		a.State = Valid
		return 0, ""
	case !e.Present:
		return 0, ""
	}
	a.By = e.By
	if !e.At.IsZero() {
		a.At = e.At.UTC().Format(time.RFC3339)
	}
	for _, fingerprint := range blocking {
		if !e.covers(fingerprint) {
			after++
		}
	}
	fresh := p.checkAge(e)
	switch {
	case after > 0:
		a.State = Stale
		return after, ""
	case !fresh.OK:
		a.State, a.Expired = Stale, true
		return 0, fresh.Why
	case p.SecondPerson && !e.Second.OK:
		a.State = Self
		return 0, e.Second.Why
	case !p.Labelers.Everybody() && !e.Allowed.OK:
		a.State = Unauthorized
		return 0, e.Allowed.Why
	}
	a.State = Valid
	return 0, ""
}

// covers reports whether the operation is known to have been on the pull request
// when the label was put on. What cannot be established is not covered.
func (e Evidence) covers(fingerprint string) bool {
	if e.Covers {
		return true
	}
	if e.Record == nil || e.At.IsZero() {
		return false
	}
	after, ok := e.Record.Operations[fingerprint]
	return ok && !after.Equal(e.At)
}

// explain says in a sentence what the verdict rests on.
func (d *Decision) explain(blocking, after int, why string) {
	say := func(format string, args ...any) { d.Reasons = append(d.Reasons, fmt.Sprintf(format, args...)) }
	label := d.Acknowledgement.Label
	switch {
	case blocking == 0:
		say("no operation reaches the threshold of %d", d.Threshold)
	case d.Acknowledgement.State == Absent:
		say("%s the threshold of %d and no %s label covers %s", reach(blocking), d.Threshold, label, them(blocking))
	case d.Acknowledgement.Expired:
		say("%s the threshold of %d, and the %s label %s", reach(blocking), d.Threshold, label, why)
	case d.Acknowledgement.State == Self, d.Acknowledgement.State == Unauthorized:
		say("%s the threshold of %d, and the %s label does not count: %s", reach(blocking), d.Threshold, label, cmp.Or(why, "who put it on was not looked at"))
	case d.Acknowledgement.State == Stale:
		say("%s the threshold of %d, and %d of them came after the %s label was put on, or it cannot be told", reach(blocking), d.Threshold, after, label)
	case d.Acknowledgement.State == Unproven:
		say("%s the threshold of %d, the %s label covers %s, and no recent backup is proven: %s", reach(blocking), d.Threshold, label, them(blocking), d.missing())
	case d.Acknowledgement.By != "":
		say("%s the threshold of %d; the %s label that %s put on covers %s", reach(blocking), d.Threshold, label, d.Acknowledgement.By, them(blocking))
	case d.Acknowledgement.State == Valid:
		say("%s the threshold of %d, and %s acknowledged", reach(blocking), d.Threshold, are(blocking))
	}
}

func reach(n int) string {
	if n == 1 {
		return "1 operation reaches"
	}
	return fmt.Sprintf("%d operations reach", n)
}

func them(n int) string {
	if n == 1 {
		return "it"
	}
	return "them"
}

func are(n int) string {
	if n == 1 {
		return "it is"
	}
	return "they are"
}

// Remember returns the record after this run. Operations that are gone are
// forgotten, so that one that comes back later is new. One that is first seen
// under a label of which nothing is known is left out: it stays uncovered.
func Remember(r *analyzer.Report, e Evidence) Record {
	after := Record{Operations: map[string]time.Time{}}
	if e.Present {
		after.Label = e.At
	}
	for _, f := range r.Findings {
		if !f.Blocking {
			continue
		}
		var earlier time.Time
		known := false
		if e.Record != nil {
			earlier, known = e.Record.Operations[f.Fingerprint]
		}
		switch {
		case e.Covers:
			after.Operations[f.Fingerprint] = time.Time{}
		case known:
			after.Operations[f.Fingerprint] = earlier
		case !e.Present:
			after.Operations[f.Fingerprint] = time.Time{}
		case !e.At.IsZero():
			after.Operations[f.Fingerprint] = e.At
		}
	}
	return after
}

// Uncovered returns the fingerprints of the blocking findings that the label
// does not cover.
func Uncovered(r *analyzer.Report, e Evidence) map[string]bool {
	all := map[string]bool{}
	for _, f := range r.Findings {
		if f.Blocking && !e.covers(f.Fingerprint) {
			all[f.Fingerprint] = true
		}
	}
	return all
}
