// Package report renders a finished review: one function a format. No format
// decides anything, and none knows another's options.
package report

import (
	"io"

	"github.com/dropgate/dropgate/analyzer"
	"github.com/dropgate/dropgate/internal/gate"
)

// A Review is everything a reporter needs.
type Review struct {
	Version  string // dropgate's own version
	Report   *analyzer.Report
	Decision gate.Decision
	// Rules are the rules by ID; what is not among them is called by its ID.
	Rules map[string]*analyzer.Rule
	// Scope says where was looked, for the line about finding no migrations:
	// "in db/migrate", "between main and HEAD". It may be empty.
	Scope string
	// GoOn says how to go on when it is blocked, where that takes more than a label
	// on the pull request under review. The names in it go through quote.
	GoOn func(quote func(string) string) string
	// Color asks the text report for ANSI colours.
	Color bool
	// Verbose asks what each file was taken for, what was read of it, and what was
	// not reviewed.
	Verbose bool
	// LeftOut are the files that the call names and that are not reviewed.
	LeftOut LeftOut
	// Quiet asks for the findings that block and the verdict only.
	Quiet bool
}

// A Format writes a review.
type Format func(w io.Writer, r *Review) error

// Formats are the formats by the name that --format takes.
var Formats = map[string]Format{
	"text":     Text,
	"json":     JSON,
	"markdown": Markdown,
	"github":   GitHub,
	"gitlab":   GitLab,
	"junit":    JUnit,
	"sarif":    SARIF,
}
