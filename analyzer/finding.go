package analyzer

import (
	"cmp"

	"github.com/dropgate/dropgate/analyzer/op"
	"github.com/dropgate/dropgate/analyzer/source"
)

// Category says what a finding is about.
type Category string

// The categories. Only DataLoss gates by default, together with what could not
// be read, which is reported in it.
const (
	DataLoss      Category = "data-loss"
	Availability  Category = "availability"
	Compatibility Category = "compatibility"
	Security      Category = "security"
	HistoryEdited Category = "history"
)

// Severity is the score in one word.
type Severity string

// SeverityOf returns the word for a score: info 0, low 1–29, medium 30–59,
// high 60–84, critical 85–100.
func SeverityOf(score int) Severity {
	switch {
	case score >= 85:
		return "critical"
	case score >= 60:
		return "high"
	case score >= 30:
		return "medium"
	case score >= 1:
		return "low"
	}
	return "info"
}

// Certainty says how well the operation is known.
type Certainty string

// The certainties.
const (
	Certain   Certainty = "certain"   // read from the parse tree
	Likely    Certainty = "likely"    // partly dynamic, or a type that is not known
	Suspected Certainty = "suspected" // the text could not be parsed; matched by tokens
)

// An Object is what an operation hits.
type Object struct {
	Kind   op.Kind `json:"kind"`
	Schema string  `json:"schema"`
	Name   string  `json:"name"`
	Column string  `json:"column"`
}

// String returns the object's name with schema and column, without its kind.
func (o Object) String() string {
	s := op.Name{Schema: o.Schema, Name: o.Name}.String()
	if o.Column != "" {
		s += "." + o.Column
	}
	return s
}

// A Reached object loses something although the statement does not name it.
type Reached struct {
	Kind op.Kind `json:"kind"`
	Name string  `json:"name"`
	Why  string  `json:"why"`
	// From is what it hangs on, where that is not the object that the finding names:
	// the table in the middle of a chain of foreign keys.
	From string `json:"from,omitempty"`
	Size *Size  `json:"size,omitempty"` // of the table, if it is known
	// Table is that table, as it was called before the change.
	Table op.Name `json:"-"`
}

// A Reason is one term of a score.
type Reason struct {
	Points int    `json:"points"` // added to the score; may be negative or 0
	Text   string `json:"text"`
}

// A Suppression says why a finding does not count.
type Suppression struct {
	By     string `json:"by"` // "config" or "comment"
	Reason string `json:"reason"`
	Line   int    `json:"line,omitempty"` // of the comment, in the finding's file
	// FromChange says that the comment came with the change under review. Whether it
	// may lift a finding that blocks then, is the gate's matter.
	FromChange bool `json:"fromChange,omitempty"`
}

// A Finding is one destructive operation as the reports show it: plain data,
// a reporter needs nothing else but the file's text.
type Finding struct {
	Rule      string          `json:"rule"`
	Category  Category        `json:"category"`
	Severity  Severity        `json:"severity"`
	Score     int             `json:"score"` // 0–100, the sum of the reasons, kept in that range
	Blocking  bool            `json:"blocking"`
	Path      string          `json:"path"`
	Start     source.Position `json:"start"`
	End       source.Position `json:"end"` // inclusive: the last character
	Object    Object          `json:"object"`
	Reach     []Reached       `json:"reach"`
	Statement string          `json:"statement"` // the whole statement, at most StatementLimit bytes
	Certainty Certainty       `json:"certainty"`
	Message   string          `json:"message"`
	Reasons   []Reason        `json:"reasons"`
	Remedy    string          `json:"remedy"`     // what to do instead
	Suggest   string          `json:"suggestion"` // SQL to put in its place, if one is safe; else empty
	// Fingerprint is the same for the same operation on the same object in the
	// same file, wherever its lines move.
	Fingerprint string       `json:"fingerprint"`
	Size        *Size        `json:"size,omitempty"` // of the table that is hit, if it is known
	Suppressed  *Suppression `json:"suppressed"`

	// Uses are the first places in the repository's code that still name the object;
	// MoreUses counts the others, MoreUseFiles the files that those are in.
	Uses         []Use `json:"uses"`
	MoreUses     int   `json:"moreUses"`
	MoreUseFiles int   `json:"moreUseFiles"`
}

// StatementLimit is the most bytes of a statement that a finding quotes.
const StatementLimit = 4000

// Compare orders findings by path, start and rule, then by what they hit.
func Compare(a, b Finding) int {
	return cmp.Or(
		cmp.Compare(a.Path, b.Path),
		cmp.Compare(a.Start.Offset, b.Start.Offset),
		cmp.Compare(a.Rule, b.Rule),
		cmp.Compare(a.Object.String(), b.Object.String()),
		cmp.Compare(a.Fingerprint, b.Fingerprint),
	)
}

// A Problem is something that went wrong while reading and that the findings
// repeat as unread-statement or unread-file: the parser's words and the place.
type Problem struct {
	Path    string `json:"path"`
	Line    int    `json:"line"`
	Message string `json:"message"`
}

// A Report is a finished review before anybody decided anything about it.
type Report struct {
	Findings []Finding
	Files    []FileSummary
	Problems []Problem
	// Sources holds the reviewed files by path, for reporters that quote lines.
	Sources map[string]*source.File
	// Search tells how far the code was searched for what goes; nil when nothing
	// goes that code could name, or when nobody was asked to look.
	Search *Search
}
