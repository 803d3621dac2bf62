package analyzer

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"maps"
	"slices"
)

// findingLimit is how many findings, and how many problems, a report lists one by
// one. Of those beyond it the worst of each rule is listed and tells how many it
// stands for.
const findingLimit = 50_000

// A rest is what a report has no room for.
type rest struct {
	rules    map[string]*others
	problems int
	last     Problem
}

// others are the findings of one rule that are not listed.
type others struct {
	worst Finding
	count int
	sum   hash.Hash // of all their fingerprints: another one makes another operation
}

func (r *rest) add(f Finding) {
	if r.rules == nil {
		r.rules = map[string]*others{}
	}
	o := r.rules[f.Rule]
	if o == nil {
		o = &others{worst: f, sum: sha256.New()}
		r.rules[f.Rule] = o
	}
	o.count++
	o.sum.Write([]byte(f.Fingerprint))
	if f.Score > o.worst.Score {
		o.worst = f
	}
}

// problem adds a problem to the report if there is room for it.
func (r *rest) problem(report *Report, p Problem) {
	if len(report.Problems) < findingLimit {
		report.Problems = append(report.Problems, p)
		return
	}
	r.problems++
	r.last = p
}

// close adds to the report what stands for the rest.
func (r *rest) close(report *Report) {
	for _, rule := range slices.Sorted(maps.Keys(r.rules)) {
		o := r.rules[rule]
		f := o.worst
		if o.count > 1 {
			f.Message += fmt.Sprintf(" It stands for %d findings of this rule that are not listed one by one, and is the worst of them.", o.count)
		}
		f.Fingerprint = hex.EncodeToString(o.sum.Sum(nil)[:12])
		report.Findings = append(report.Findings, f)
	}
	if r.problems > 0 {
		r.last.Message = fmt.Sprintf("%d texts more could not be read; the last one: %s", r.problems, r.last.Message)
		report.Problems = append(report.Problems, r.last)
	}
}
