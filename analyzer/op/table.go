package op

// Like is LIKE in CREATE TABLE: the columns of another table come in, with what
// INCLUDING names.
type Like struct {
	Table Name
	At    int // how many of the statement's own columns stand before it

	Constraints, Defaults, Generated, Identity, Indexes bool
}

// A Result is what a query returns that reads one table at most and whose columns
// can be told without knowing more than that table.
type Result struct {
	From    Name // zero: no table
	Columns []ResultColumn
	Names   []string // that CREATE TABLE gives to the columns, from the first one on
}

// A ResultColumn is a column of a Result, or all of the table's.
type ResultColumn struct {
	All    bool
	Name   string
	Column string   // of the table, also where it is cast
	Type   DataType // of a cast
}

// An IndexElement is a key of an index: a column or an expression.
type IndexElement struct {
	Column     string // empty for an expression
	Expression string // as written
	Order      string // behind a column, as written: collation, operator class, direction
	Label      string // what stands for an expression in a name that PostgreSQL chooses
}

// ValidateConstraint checks the rows that a constraint was not held against.
type ValidateConstraint struct {
	Table Name
	Name  string
}

// DeferConstraint says when a constraint is checked: ALTER CONSTRAINT.
type DeferConstraint struct {
	Table      Name
	Name       string
	Deferrable bool
	Deferred   bool // INITIALLY DEFERRED
}

// AlterTable changes a table's properties: those that are set.
type AlterTable struct {
	Table       Name
	Unlogged    bool // SET UNLOGGED
	Logged      bool // SET LOGGED
	RowSecurity bool // ENABLE ROW LEVEL SECURITY
	NoSecurity  bool // DISABLE ROW LEVEL SECURITY
	OfType      Name // OF type
	NotOf       bool // NOT OF
}

// OwnSequence makes a sequence go with a column: OWNED BY. Without a table it is
// its own again.
type OwnSequence struct {
	Sequence Name
	Table    Name
	Column   string
}

func (*ValidateConstraint) operation() {}
func (*DeferConstraint) operation()    {}
func (*AlterTable) operation()         {}
func (*OwnSequence) operation()        {}
