package analyzer

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dropgate/dropgate/analyzer/op"
)

// A Gone is a table, a view or a column that code can no longer ask for by this
// name once the change has run.
type Gone struct {
	Table  string // the name without its schema: code seldom writes that
	Column string // empty: the table itself
	// Elsewhere says that another table has a column of that name.
	Elsewhere bool
}

// A Use is a place in the repository's code that names what is gone.
type Use struct {
	Path string `json:"path"`
	Line int    `json:"line"`
}

// Uses are the places that name one of the names.
type Uses struct {
	First     []Use // the first few, by path and line
	More      int   // places that are not among them
	MoreFiles int   // the files that those are in
}

// A Search tells how much of the repository's code was looked at.
type Search struct {
	Files int `json:"files"` // looked at
	Of    int `json:"of"`    // that there are
	// Stopped says why not all were looked at, or none: "after 3 s", "PATH is not
	// in a git repository". It is empty when all were.
	Stopped string `json:"stopped"`
}

// A Usage is the answer to a list of names, in its order.
type Usage struct {
	Uses   []Uses
	Search Search
}

// A freed name is what a finding takes away.
type freed struct {
	object Object
	only   bool // the finding is worth nothing unless code still names it
}

// pointsInUse are added to what code still names. They never make an operation
// one that loses data: a word in a file is a hint, and looking for it may stop
// early.
const pointsInUse = 5

// inUse looks for the names that the change takes away in the code, adds to the
// findings where they are, and leaves out those that are about nothing else.
func (r *review) inUse() {
	var names []Gone
	index := map[Gone]int{}
	asked := map[string]int{} // by fingerprint
	alive := r.alive()
	for _, f := range r.report.Findings {
		name, ok := r.freed[f.Fingerprint]
		if !ok || r.options.InUse == nil || !alive.gone(name.object) {
			continue
		}
		g := Gone{Table: name.object.Name, Column: name.object.Column, Elsewhere: alive.columns[name.object.Column]}
		i, known := index[g]
		if !known {
			i = len(names)
			index[g] = i
			names = append(names, g)
		}
		asked[f.Fingerprint] = i
	}
	var found Usage
	if len(names) > 0 {
		found = r.options.InUse(names)
		r.report.Search = &found.Search
	}
	for i := range r.report.Findings {
		f := &r.report.Findings[i]
		if at, ok := asked[f.Fingerprint]; ok && at < len(found.Uses) && len(found.Uses[at].First) > 0 {
			f.used(found.Uses[at], r.freed[f.Fingerprint].only)
		}
	}
	r.report.Findings = slices.DeleteFunc(r.report.Findings, func(f Finding) bool {
		return r.freed[f.Fingerprint].only && len(f.Uses) == 0
	})
}

// used adds to a finding that code still names its object; one that is about nothing
// else says where.
func (f *Finding) used(u Uses, only bool) {
	f.Uses, f.MoreUses, f.MoreUseFiles = u.First, u.More, u.MoreFiles
	if only {
		f.Message = fmt.Sprintf("%s: %s:%d.", strings.TrimSuffix(f.Message, "."), u.First[0].Path, u.First[0].Line)
		return
	}
	points := min(pointsInUse, 100-f.Score)
	if f.Score < 60 {
		points = min(pointsInUse, 59-f.Score)
	}
	f.Reasons = append(f.Reasons, Reason{Points: points, Text: fmt.Sprintf("code still names it (%s)", places(u))})
	f.Score += points
	f.Severity = SeverityOf(f.Score)
}

func places(u Uses) string {
	n := len(u.First) + u.More
	if n == 1 {
		return "1 place"
	}
	return fmt.Sprintf("%d places", n)
}

// The living are the names that stand for something when the change has run.
type living struct {
	tables  map[string]bool // without their schemas
	columns map[string]bool // of any table
	own     map[Object]bool // columns with their tables; the kind is empty
}

// alive returns the names that all schemas have in the end.
func (r *review) alive() living {
	l := living{map[string]bool{}, map[string]bool{}, map[Object]bool{}}
	if r.options.InUse == nil || len(r.freed) == 0 {
		return l
	}
	for _, c := range r.catalogs {
		for name, columns := range c.Relations() {
			l.tables[name.Name] = true
			for _, column := range columns {
				l.columns[column] = true
				l.own[Object{Schema: name.Schema, Name: name.Name, Column: column}] = true
			}
		}
	}
	return l
}

// gone reports whether the name stands for nothing any more.
func (l living) gone(o Object) bool {
	if op.Open(o.Name) || op.Open(o.Column) {
		return false // nobody knows what to look for
	}
	if o.Column == "" {
		return !l.tables[o.Name]
	}
	return !l.own[Object{Schema: o.Schema, Name: o.Name, Column: o.Column}]
}
