package op

import (
	"slices"

	"github.com/dropgate/dropgate/analyzer/source"
)

// A Body is what a DO block, a function, a procedure or a prepared text does, in
// the order of its text. Which branch runs, and how often, is not asked: every
// statement in it counts.
type Body struct {
	// File is where the body stands; every span in Steps is a range of it.
	File       *source.File
	Parameters []Parameter
	// Path is the SET search_path of the function, which holds while it runs; else nil.
	Path  *SetSearchPath
	Steps []Step
	// Settled says that names in it stand for what they did when it was made: BEGIN
	// ATOMIC, and RETURN.
	Settled bool
}

// A Parameter is an argument that a function takes.
type Parameter struct {
	Name     string // empty: only $1 names it
	Type     DataType
	Variadic bool        // takes all arguments that are left
	Output   bool        // OUT and TABLE parameters: callers give no argument
	Default  Texts       // its value where a call leaves it out
	Calls    []Operation // what that value calls
}

// A Step is one thing that a body does.
type Step interface{ step() }

// Run runs statements.
type Run struct{ Ops []At }

// Assign gives a variable a value. A record has fields: "r.name" names one of
// them, "r" stands for all that are not assigned by themselves: what its fields
// were before is gone when it is assigned. A variable that hides another of its
// name has a number behind it: "sql#2".
type Assign struct {
	Variable string
	Value    Texts
}

// Choice is IF or CASE: one of the branches runs, or none. With Always, one
// certainly does: there is an ELSE.
type Choice struct {
	Branches [][]Step
	Always   bool
}

// Loop runs its steps any number of times.
type Loop struct{ Steps []Step }

// Leave is RETURN, EXIT or CONTINUE: what stands behind it may not run.
type Leave struct {
	Body bool // RETURN: the whole body is left
}

// Section is a block that may end in the middle: by an error, after which one of
// the Handlers runs, or by an EXIT in it.
type Section struct {
	Steps    []Step
	Handlers [][]Step
}

func (*Run) step()     {}
func (*Assign) step()  {}
func (*Choice) step()  {}
func (*Loop) step()    {}
func (*Leave) step()   {}
func (*Section) step() {}

// Leaves reports whether an EXIT or CONTINUE stands in the steps.
func Leaves(steps []Step) bool {
	return slices.ContainsFunc(steps, func(step Step) bool {
		switch s := step.(type) {
		case *Leave:
			return !s.Body
		case *Choice:
			return slices.ContainsFunc(s.Branches, Leaves)
		case *Loop:
			return Leaves(s.Steps)
		case *Section:
			return Leaves(s.Steps) || slices.ContainsFunc(s.Handlers, Leaves)
		}
		return false
	})
}

// Texts is a value as far as it is known before it runs: one of several texts.
// An array is the list of its elements. Without any, nothing is known of it.
type Texts []Text

// A Text is put together from pieces at run time.
type Text []Piece

// A Piece of a Text is a constant, the value of a variable, a replacement or, with
// none of them, open.
type Piece struct {
	Constant string
	// Span is where the constant stands byte for byte in the body's file; zero if
	// it does not.
	Span     source.Span
	Variable string // "sql", "r.name", "$1"
	// Catalog says of an open piece that it comes from a query over the system
	// catalogs: it stands for the name of every object that the query finds.
	Catalog bool
	Quoting Quoting
	// Replaced, if not nil, is what the piece comes to: the result of replace().
	Replaced *Replacement
}

// A Replacement is replace(In, Old, New).
type Replacement struct{ In, Old, New Texts }

// A Quoting says how the value of a variable or an open piece is put in.
type Quoting int

// The ways of quoting.
const (
	Unquoted        Quoting = iota // as it is: it may be any SQL
	QuotedAsName                   // format's %I, quote_ident
	QuotedAsLiteral                // format's %L, quote_literal
)

// Block runs a body at once: DO.
type Block struct{ Body *Body }

// Dynamic runs a text as SQL: EXECUTE in PL/pgSQL, psql's \gexec, dblink_exec.
type Dynamic struct {
	Text Texts
	By   string // what runs it: "EXECUTE", `\gexec`, "cron.schedule"
	// Using are the values of $1, $2 and so on in the text: EXECUTE … USING.
	Using []Texts
}

// An Argument is what a call hands to a parameter.
type Argument struct {
	Name  string // of the parameter, with =>; empty: by its place
	Value Texts
}

// An Event is what sets off a trigger or a rule.
type Event string

// The events.
const (
	OnSelect   Event = "select" // rules only
	OnInsert   Event = "insert"
	OnUpdate   Event = "update"
	OnDelete   Event = "delete"
	OnTruncate Event = "truncate"
)

// CreateTrigger makes a trigger.
type CreateTrigger struct {
	Name      Name
	On        Name
	Events    []Event
	Columns   []string // UPDATE OF: the columns that set it off; empty: any
	InsteadOf bool
	Before    bool
	Row       bool // FOR EACH ROW
	Function  Name
	Arguments []string // TG_ARGV
}

// CreateEventTrigger makes a trigger on commands that define objects.
type CreateEventTrigger struct {
	Name     Name
	Event    string   // ddl_command_start, ddl_command_end, sql_drop, table_rewrite
	Tags     []string // the commands that set it off, "DROP TABLE"; empty: all
	Function Name
}

// SwitchEventTrigger is ALTER EVENT TRIGGER … ENABLE or DISABLE.
type SwitchEventTrigger struct {
	Name Name
	When Firing
}

// CreateRule makes a rewrite rule.
type CreateRule struct {
	Name    Name
	On      Name
	Event   Event
	Instead bool
	// Conditional says that it has a WHERE: rows that it does not pick go on as if
	// there were no rule.
	Conditional bool
	File        *source.File // where the commands stand
	Ops         []At         // what its commands ask for
}

// A Firing says in which sessions a trigger or a rule is set off.
type Firing int

// The ways of firing.
const (
	FiresInOrigin  Firing = iota // everywhere but in replicas: what CREATE makes
	FiresNever                   // DISABLE
	FiresInReplica               // ENABLE REPLICA
	FiresAlways                  // ENABLE ALWAYS
)

// SwitchTriggers is ALTER TABLE … ENABLE or DISABLE TRIGGER, or RULE. With All
// those that PostgreSQL makes for foreign keys are among them.
type SwitchTriggers struct {
	Table Name
	Name  string // empty: all that users made
	All   bool
	Rule  bool // the name is a rule's
	When  Firing
}

// ReplicationRole is SET session_replication_role: in the role "replica" neither
// ordinary triggers nor those of foreign keys run.
type ReplicationRole struct{ Replica, Local bool }

// Include is psql's \i or, with Relative, \ir: the file is read at this place.
type Include struct {
	Path     string
	Relative bool // to the folder of the including file
}

// Connect is psql's \connect: another session, of another database if it is named.
type Connect struct{ Database string }

func (*Block) operation()              {}
func (*Dynamic) operation()            {}
func (*CreateTrigger) operation()      {}
func (*CreateEventTrigger) operation() {}
func (*SwitchEventTrigger) operation() {}
func (*CreateRule) operation()         {}
func (*SwitchTriggers) operation()     {}
func (*ReplicationRole) operation()    {}
func (*Include) operation()            {}
func (*Connect) operation()            {}
