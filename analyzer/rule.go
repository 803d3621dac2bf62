package analyzer

import (
	"github.com/dropgate/dropgate/analyzer/catalog"
	"github.com/dropgate/dropgate/analyzer/op"
)

// A Rule judges operations. It is a constant: it has no state, and everything
// it may look at is in the Pass.
type Rule struct {
	ID       string // words joined by dashes; never renamed
	Category Category
	Title    string // a few words, without a full stop
	Why      string // what is lost, and what PostgreSQL does
	Remedy   string // how to reach the same end safely
	Bad      Example
	Good     Example
	Check    func(*Pass)
}

// An Example is a change on top of what ran before it. Bad examples give exactly
// one finding of their own rule, good ones none of any.
type Example struct {
	Before string
	Was    string            // the changed migration as it ran before; empty: the change adds it
	Change string            // empty with Was: the change removes it
	Code   map[string]string // the repository's other files, by path
}

// Text returns the example as one text, whose comments say what ran before and what
// the change does.
func (e Example) Text() string {
	var text string
	switch {
	case e.Was == "" && e.Before == "":
		return e.Change
	case e.Was == "":
		text = "-- the change\n" + e.Change
	case e.Change == "":
		text = "-- a migration that the change removes\n" + e.Was
	default:
		text = "-- a migration as it was\n" + e.Was + "\n-- and as the change leaves it\n" + e.Change
	}
	if e.Before != "" {
		text = "-- earlier migrations\n" + e.Before + "\n" + text
	}
	return text
}

// A Pass is what a rule sees: one operation and the schema just before it.
type Pass struct {
	Op      op.Operation
	Catalog *catalog.Catalog
	// Text is the statement, where that stands in the file as SQL, runs by itself and
	// asks for nothing but the operation; else empty. Only then can another statement
	// be suggested for it.
	Text string

	judgements []Judgement
}

// A Judgement is what a rule says of an operation.
type Judgement struct {
	Object     Object
	Category   Category // empty: the rule's
	Message    string
	Reasons    []Reason // the score is their sum, from 0 to 100
	Reach      []Reached
	Certainty  Certainty // empty: Certain
	Remedy     string    // empty: the rule's
	Suggestion string    // a statement that loses nothing, to put in the place of [Pass.Text]; empty: none

	size *Size
	// Frees says that the object's name is gone afterwards: code that still has it is
	// evidence. With IfNamed the judgement is worth saying only if there is such code.
	Frees, IfNamed bool
}

// Report says something of the operation. A score of 0 is not worth saying.
func (p *Pass) Report(j Judgement) {
	if score(j.Reasons) > 0 {
		p.judgements = append(p.judgements, j)
	}
}

func score(reasons []Reason) int {
	sum := 0
	for _, r := range reasons {
		sum += r.Points
	}
	return min(max(sum, 0), 100)
}

// Object returns the object that a name stands for here, with its schema.
func (p *Pass) Object(kind op.Kind, n op.Name, column string) Object {
	switch kind {
	case op.Table, op.ForeignTable, op.Column:
		n = p.Catalog.Resolve(n)
	default:
		n = p.Catalog.ResolveObject(kind, n)
	}
	return Object{Kind: kind, Schema: n.Schema, Name: n.Name, Column: column}
}
