package rules

import (
	"github.com/dropgate/dropgate/analyzer"
	"github.com/dropgate/dropgate/analyzer/op"
)

var dropSequence = &analyzer.Rule{
	ID:       "drop-sequence",
	Category: analyzer.DataLoss,
	Title:    "A sequence is dropped",
	Why:      "DROP SEQUENCE loses the number it stood at. With CASCADE the defaults that draw from it go too, so that inserts fail. A new one starts at 1 and may give numbers that are taken.",
	Remedy:   "Note its last_value first, and set a new sequence past the highest number in use (setval).",
	Bad:      analyzer.Example{Before: "CREATE SEQUENCE invoice_no;", Change: "DROP SEQUENCE invoice_no;"},
	Good:     analyzer.Example{Before: "CREATE SEQUENCE invoice_no;", Change: "ALTER SEQUENCE invoice_no OWNED BY NONE;"},
	Check:    dropped(op.Sequence, 30, "the number that the sequence stood at is lost"),
}
