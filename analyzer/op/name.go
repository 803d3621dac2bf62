// Package op names what a statement asks for: a closed set of plain structs.
//
// Rules and the catalog see these and never PostgreSQL's parse tree. What the
// reader does not understand is an operation too (Unknown, Unread): said, not
// skipped.
package op

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/dropgate/dropgate/analyzer/source"
)

// A Name is the name of an object, as written: folded to lower case unless it
// was quoted. Schema is empty when the statement leaves it to search_path.
type Name struct{ Schema, Name string }

// String returns the name with its schema if it has one.
func (n Name) String() string {
	if n.Schema == "" {
		return n.Name
	}
	return n.Schema + "." + n.Name
}

// IsZero reports whether there is no name at all.
func (n Name) IsZero() bool { return n.Name == "" }

// OpenMark is the character that stands for each two bytes of a name or a part of
// it that is only known at run time: what fills a placeholder, what EXECUTE puts
// together. The manual allows it in a name; nobody has been seen to use it.
const OpenMark = "·"

// Open reports whether a name, or a part of it, is only known at run time.
func Open(name string) bool { return strings.Contains(name, OpenMark) }

// Shown returns a text for people, with an ellipsis for what is only known at run
// time.
func Shown(text string) string {
	if !Open(text) {
		return text
	}
	return openPart.ReplaceAllString(text, "…")
}

var openPart = regexp.MustCompile(`(?:` + OpenMark + `)+`)

// Open reports whether the name, or a part of it, is only known at run time.
func (n Name) Open() bool { return Open(n.Schema) || Open(n.Name) }

// Kind is the kind of an object, in PostgreSQL's words in lower case.
type Kind string

// The kinds of objects that statements name.
const (
	Database         Kind = "database"
	Schema           Kind = "schema"
	Table            Kind = "table"
	ForeignTable     Kind = "foreign table"
	Column           Kind = "column"
	View             Kind = "view"
	MaterializedView Kind = "materialized view"
	Index            Kind = "index"
	Sequence         Kind = "sequence"
	Type             Kind = "type"
	Attribute        Kind = "attribute"
	Domain           Kind = "domain"
	Collation        Kind = "collation"
	Extension        Kind = "extension"
	Function         Kind = "function" // procedures, routines and aggregates too
	Trigger          Kind = "trigger"
	Rule             Kind = "rule"
	Policy           Kind = "policy"
	Constraint       Kind = "constraint"
	Role             Kind = "role"
	Operator         Kind = "operator"
	EventTrigger     Kind = "event trigger"
	OtherObject      Kind = "object" // nothing that holds rows
)

// At is an operation and the text that stands for it: the whole statement, or
// the part of it where a statement asks for several things.
type At struct {
	Op   Operation
	Span source.Span
	// Part is the action of an ALTER TABLE that asks for it, where Span may be the
	// whole statement because there is no other; else the same as Span or zero.
	Part source.Span
	// IfExists is the relation without which nothing is done: ALTER TABLE IF EXISTS.
	IfExists Name
}

// Operation is one thing that a statement asks for.
type Operation interface{ operation() }

// A DataType is a column's type.
type DataType struct {
	Name   Name     // PostgreSQL's internal name for built-in types: "int4", "varchar", "timestamptz"
	Mods   []int    // the numbers in parentheses: varchar(20), numeric(10,2)
	Words  []string // all of the parentheses, where not all are numbers: geometry(Point,4326)
	Array  bool
	Serial bool // serial, bigserial, smallserial
	Fields bool // an interval of some fields only: INTERVAL YEAR TO MONTH
	// Interval are those fields: "year to month".
	Interval string
}

// String returns the type as SQL.
func (t DataType) String() string {
	s := t.Name.String()
	if len(t.Mods) > 0 {
		parts := make([]string, len(t.Mods))
		for i, m := range t.Mods {
			parts[i] = strconv.Itoa(m)
		}
		s += "(" + strings.Join(parts, ",") + ")"
	}
	if t.Array {
		s += "[]"
	}
	return s
}
