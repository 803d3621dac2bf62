package pgsql

import (
	"strings"

	"github.com/dropgate/dropgate/analyzer/source"
)

// A tristate says whether something is so, as far as the text tells.
type tristate int

const (
	never tristate = iota
	perhaps
	surely
)

// branches is psql's stack of \if.
type branches struct {
	open []branch
	// unsure says that psql may have taken another way than it seems: what does not
	// run is not known any more.
	unsure bool
}

// A branch is an open \if, at one of its branches.
type branch struct {
	outside tristate // whether the \if itself runs
	before  tristate // whether one of the branches before this one was taken
	current tristate // whether this one is, if the \if runs
	last    bool     // it is \else
}

// running tells whether what stands here runs.
func (b *branches) running() tristate {
	switch {
	case b.unsure:
		return perhaps
	case len(b.open) == 0:
		return surely
	}
	top := b.open[len(b.open)-1]
	return min(top.outside, top.current)
}

func (b *branches) enter(condition tristate) {
	b.open = append(b.open, branch{outside: b.running(), current: condition})
}

// next goes on to the next branch of the \if; psql refuses to where it returns false.
func (b *branches) next(condition tristate, last bool) bool {
	if len(b.open) == 0 || b.open[len(b.open)-1].last {
		return false
	}
	top := &b.open[len(b.open)-1]
	top.before = max(top.before, top.current)
	top.current = min(condition, surely-top.before) // surely-perhaps is perhaps
	top.last = last
	return true
}

func (b *branches) leave() bool {
	if len(b.open) == 0 {
		return false
	}
	b.open = b.open[:len(b.open)-1]
	return true
}

// branch carries out \if, \elif, \else and \endif.
func (s *script) branch(c *invocation) {
	if b := &s.buffer; !b.empty() && b.runs == never {
		s.send(source.Span{Start: b.end, End: b.end}, nil) // psql throws it away
		b.all.Start = c.span.Start
	}
	before := s.ifs.running()
	ok := true
	switch c.name {
	case "if":
		s.ifs.enter(s.condition(c))
	case "elif":
		ok = s.ifs.next(s.condition(c), false)
	case "else":
		ok = s.ifs.next(surely, true)
	case "endif":
		ok = s.ifs.leave()
	}
	if !ok || s.shaky == c.line {
		s.ifs.unsure = true
	}
	s.cut(c, before, s.ifs.running())
}

// cut takes branches that do not run out of the query that they stand in.
func (s *script) cut(c *invocation, before, after tristate) {
	b := &s.buffer
	switch {
	case b.empty():
	case before == perhaps || after == perhaps:
		b.unclear = `\if stands in the middle of it, and whether it is true is not known`
	case before != never && after == never:
		b.hole = &cutOut{start: c.span.Start, parens: b.parens, body: b.body}
	case b.hole != nil && after != never:
		b.blanks = append(b.blanks, source.Span{Start: b.hole.start, End: c.span.Start})
		b.parens, b.body, b.hole = b.hole.parens, b.hole.body, nil
	}
}

// condition tells whether the condition of \if holds. What is no boolean value is
// false to psql.
func (s *script) condition(c *invocation) tristate {
	var words []string
	for _, a := range c.args {
		if a.open || a.broken {
			return perhaps
		}
		words = append(words, a.text)
	}
	if truth(strings.Join(words, " ")) {
		return surely
	}
	return never
}

// truth reads a boolean value as psql does: a beginning of true or yes, on or 1.
// All else is false, or nothing that psql takes for a value.
func truth(value string) bool {
	v := strings.ToLower(value)
	return v == "1" || v == "on" || begins(v, "true") || begins(v, "yes")
}

// begins reports whether the word begins with v, which is not empty.
func begins(v, word string) bool {
	return v != "" && len(v) <= len(word) && word[:len(v)] == v
}
