// Package doctor tells whether the gate really holds for a repository: from the
// text of its workflows, its CODEOWNERS and the rules of a branch. It reads
// nothing itself.
package doctor

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// A State is what is known of one check.
type State string

// The states.
const (
	Holds       State = "holds"
	DoesNotHold State = "does not hold"
	CannotTell  State = "cannot tell"
)

// A Check is one thing that the gate relies on.
type Check struct {
	Name   string `json:"check"`
	State  State  `json:"state"`
	Path   string `json:"path"`   // of the file that it is about; empty for none
	Line   int    `json:"line"`   // in Path, from 1; 0 for none
	Text   string `json:"text"`   // what was found; may quote what a workflow's author wrote
	Advice string `json:"advice"` // what would be better although it holds
	Fix    string `json:"fix"`    // what to do; several lines are to be copied
}

// A File is a file of the repository.
type File struct {
	Path string
	Data []byte
}

// Facts are what is known of a repository.
type Facts struct {
	Repository string // "owner/name"; empty when it is not known
	Branch     string // that the gate is for
	Workflows  []File // those directly in .github/workflows
	Unread     string // why Workflows is not all there is; empty when it is
	Actions    []File // action.yml of the actions that LocalActions names
	// Unmerged are workflows that use dropgate and are not on the branch yet.
	Unmerged   []string
	CodeOwners *File // the one that GitHub takes; nil: there is none

	Config       bool   // the branch has a config
	ConfigError  string // why it cannot be used
	Misnamed     string // without a config: a file that somebody may take for it
	Label        string
	Labelers     []string // the config's; empty: everybody who may label
	SecondPerson bool
	Evidence     string // the config's backup.evidence: "workflow" needs a permission

	Remote *Remote // nil: nobody was asked
	WhyNot string  // why nobody was asked
	Ask    string  // what to call instead; Ask if empty
}

// Ask tells people how to let the doctor ask GitHub.
const Ask = "GITHUB_TOKEN=$(gh auth token) dropgate doctor"

// Examine makes all checks, in an order for reading.
func Examine(f Facts) []Check {
	var checks []Check
	g, first := f.find()
	checks = append(checks, first)
	if g != nil {
		if label := g.input("label"); label != "" {
			f.Label = label
		}
		if g.input("config") == f.Misnamed {
			f.Misnamed = ""
		}
		checks = append(checks, g.triggers(), g.filters(), f.queue(g), g.runs(), g.fails(), g.concurrency(), f.permissions(g), g.pinned())
		checks = append(checks, f.required(g), f.unique(g), f.bypass(g), f.protected(g))
	} else {
		checks = append(checks, f.required(nil))
	}
	checks = append(checks, f.config(), f.labelExists(), f.labelers())
	return checks
}

// OK reports whether everything holds that could be told.
func OK(checks []Check) bool {
	return !slices.ContainsFunc(checks, func(c Check) bool { return c.State == DoesNotHold })
}

// ask is how to let the doctor ask GitHub.
func (f Facts) ask() string { return cmp.Or(f.Ask, Ask) }

func check(name string, s State, format string, args ...any) Check {
	return Check{Name: name, State: s, Text: fmt.Sprintf(format, args...)}
}

// at says where the check looked.
func (c Check) at(path string, line int) Check {
	c.Path, c.Line = path, line
	return c
}

func (c Check) fix(lines ...string) Check {
	c.Fix = strings.Join(lines, "\n")
	return c
}

func (c Check) advice(format string, args ...any) Check {
	c.Advice = fmt.Sprintf(format, args...)
	return c
}

func join(words []string) string { return strings.Join(words, ", ") }
