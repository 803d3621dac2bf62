package analyzer

import (
	"fmt"
	"slices"

	"github.com/dropgate/dropgate/analyzer/follow"
	"github.com/dropgate/dropgate/analyzer/op"
)

// byTrigger says what a trigger does to the rows of a table, by the rule that finds
// it. Findings of other rules are not folded.
var byTrigger = map[string]string{
	"delete-rows": "rows are deleted by",
	"merge-rows":  "rows are merged by",
	"update-rows": "values are overwritten by",
}

const remedyOfTrigger = "The statement does not say so: a trigger does it. If it should not here, switch the trigger off around the statement, in one transaction " +
	"(`ALTER TABLE … DISABLE TRIGGER …`). If it should, keep the rows first: `INSERT INTO … SELECT` them into another table in the same migration."

// firedBy returns the trigger or rule that an effect is of, if its finding stands at
// the statement that sets it off and not at the text of what it does.
func firedBy(at place, e follow.Effect) string {
	if at.file == e.File && at.span == e.Span {
		return ""
	}
	for _, w := range slices.Backward(e.Through) {
		if w.Fired {
			return w.What
		}
	}
	return ""
}

// fold makes one finding of all that one statement has triggers do: they have one
// cause. The worst one, or the statement's own if it is as bad, names what else is
// hit. Findings of other rules stay, so that each can be switched off by itself.
func (r *review) fold() {
	type cause struct {
		rule, path string
		start, end int
	}
	of := func(f Finding) cause { return cause{f.Rule, f.Path, f.Start.Offset, f.End.Offset} }
	all := r.report.Findings
	hosts := map[cause]int{}
	for i, f := range all {
		host, known := hosts[of(f)]
		switch {
		case byTrigger[f.Rule] == "":
		case !known, f.Score > all[host].Score, f.Score == all[host].Score && r.asides[i] == "" && r.asides[host] != "":
			hosts[of(f)] = i
		}
	}
	var kept []Finding
	place := map[int]int{} // of the hosts in kept
	for i, f := range all {
		if host, ok := hosts[of(f)]; !ok || host == i || r.asides[i] == "" {
			place[i] = len(kept)
			kept = append(kept, f)
		}
	}
	for i, f := range all {
		if _, stays := place[i]; !stays {
			host := &kept[place[hosts[of(f)]]]
			host.Reach = reach(*host, f, fmt.Sprintf("%s %s", byTrigger[f.Rule], r.asides[i]))
			own := r.own[host.Fingerprint] && r.own[f.Fingerprint]
			host.Fingerprint = digest(host.Fingerprint + f.Fingerprint)
			r.own[host.Fingerprint] = own
		}
	}
	r.report.Findings = kept
}

// reach returns what a finding reaches when it takes in another one.
func reach(host, f Finding, why string) []Reached {
	table := op.Name{Schema: f.Object.Schema, Name: f.Object.Name}.String()
	all := slices.Clone(host.Reach)
	for i, more := range slices.Concat([]Reached{{Kind: op.Table, Name: table, Why: why, Size: f.Size}}, f.Reach) {
		known := slices.ContainsFunc(all, func(r Reached) bool { return r.Kind == more.Kind && r.Name == more.Name })
		if i > 0 && more.From == "" {
			more.From = table
		}
		if !known {
			all = append(all, more)
		}
	}
	return all
}
