package schema

import (
	"strings"

	"github.com/dropgate/dropgate/analyzer/catalog"
	"github.com/dropgate/dropgate/analyzer/op"
)

// allViews writes views behind those that they read.
func (p *printer) allViews() {
	at := map[string]int{}
	for i, v := range p.set.Views {
		at[dotted(v.Schema, v.Name)] = i
	}
	waits := make([]int, len(p.set.Views)) // for how many views
	readers := make([][]int, len(p.set.Views))
	for i, v := range p.set.Views {
		for _, read := range v.Reads {
			if j, ok := at[read]; ok && j != i {
				waits[i]++
				readers[j] = append(readers[j], i)
			}
		}
	}
	var ready []int
	for i := range waits {
		if waits[i] == 0 {
			ready = append(ready, i)
		}
	}
	done := make([]bool, len(waits))
	for len(ready) > 0 {
		i := ready[0]
		ready, done[i] = ready[1:], true
		p.view(p.set.Views[i])
		for _, j := range readers[i] {
			if waits[j]--; waits[j] == 0 {
				ready = append(ready, j)
			}
		}
	}
	for i, v := range p.set.Views { // in circles
		if !done[i] {
			p.view(v)
		}
	}
}

// view writes a view as it was made. One whose text says something else by now is a
// comment.
func (p *printer) view(v catalog.ViewInfo) {
	name := full(v.Schema, v.Name)
	p.section()
	if why := p.lacks(v); why != "" {
		p.note("%s %s%s: %s", v.Kind, name, reading(v), why)
		if v.Query != "" {
			p.note("  %s", v.Query)
		}
		return
	}
	p.views[dotted(v.Schema, v.Name)] = true
	create := "CREATE VIEW "
	switch {
	case v.Recursive:
		create = "CREATE RECURSIVE VIEW "
	case v.Kind == op.MaterializedView:
		create = "CREATE MATERIALIZED VIEW "
	}
	if len(v.Columns) > 0 {
		name += " (" + quoteAll(v.Columns) + ")"
	}
	if len(v.SearchPath) > 0 {
		p.statement("SET search_path = %s", quoteAll(v.SearchPath))
	}
	p.statement("%s%s AS\n%s", create, name, plain(v.Query))
	if len(v.SearchPath) > 0 {
		p.statement("RESET search_path")
	}
}

// lacks returns why a view cannot be written; empty if it can.
func (p *printer) lacks(v catalog.ViewInfo) string {
	if v.Query == "" {
		return "its query is not kept"
	}
	if v.Outdated {
		return "its query has names that were changed since"
	}
	if !p.runs(v.Query) {
		return "it calls what is not written out"
	}
	for _, read := range v.Reads {
		t := p.tables[read]
		switch schema, _ := parts(read); {
		case read == dotted(v.Schema, v.Name) && v.Recursive, p.views[read], schema == catalog.SystemSchema, schema == "information_schema":
		case t == nil || !p.written(t) || !p.usableAll(t):
			return "not all that it reads is written out"
		}
	}
	return ""
}

func reading(v catalog.ViewInfo) string {
	if len(v.Reads) == 0 {
		return ""
	}
	return ", which reads " + strings.Join(v.Reads, ", ")
}
