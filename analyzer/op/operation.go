package op

// A ColumnDef is a column as CREATE TABLE or ADD COLUMN defines it.
type ColumnDef struct {
	Name      string
	Type      DataType
	NotNull   bool
	Generated bool   // GENERATED ALWAYS AS (…): can be computed again
	Default   bool   // has a default, or is an identity or serial column
	Collation Name   // COLLATE
	Calls     []Name // functions that a generated column is computed by

	DefaultText string   // the default as written
	Identity    string   // "always" or "by default"
	Sequence    Name     // of an identity column, if the statement names it
	Expression  string   // of a generated column, as written
	Reads       []string // columns that a generated column is computed from
	// Types of the schema's own that a generated column's expression converts to, and
	// collations that it names.
	Types, Collations []Name
}

// A ConstraintKind is the kind of a table constraint.
type ConstraintKind string

// The kinds of constraints.
const (
	PrimaryKey ConstraintKind = "primary key"
	Unique     ConstraintKind = "unique"
	ForeignKey ConstraintKind = "foreign key"
	Check      ConstraintKind = "check"
	Exclusion  ConstraintKind = "exclusion"
	// NotNullNamed is NOT NULL as a constraint with a name of its own. That its
	// column takes no NULL is an AlterColumn.
	NotNullNamed ConstraintKind = "not null"
)

// A ConstraintDef is a constraint as CREATE TABLE or ADD CONSTRAINT defines it.
type ConstraintDef struct {
	Name       string // empty: PostgreSQL chooses one
	Kind       ConstraintKind
	Columns    []string       // empty when it takes over an index (Index); of a check those that it reads
	Index      string         // UNIQUE USING INDEX
	Nullable   bool           // NULLS DISTINCT unique keys: several rows may hold NULL
	References Name           // foreign keys
	RefColumns []string       // empty: the primary key
	OnDelete   string         // "cascade", "set null", "set default", "restrict" or "no action"
	OnUpdate   string         // the same words
	SetColumns []string       // that ON DELETE SET NULL or SET DEFAULT sets; empty: all of them
	Expression string         // of a check; of an exclusion all that follows EXCLUDE, as written
	Elements   []IndexElement // of an exclusion
	Include    []string       // of a key: columns that its index only carries along
	Reads      []string       // of an exclusion: all columns that its index is made from
	NotValid   bool           // rows that were there are not checked
	Deferrable bool
	Deferred   bool // INITIALLY DEFERRED
	MatchFull  bool // MATCH FULL
	NoInherit  bool // of a check: it does not hold for tables that inherit
}

// CreateSchema makes a schema.
type CreateSchema struct {
	Name        string
	IfNotExists bool
}

// CreateTable makes a table: CREATE TABLE, CREATE TABLE AS, SELECT INTO,
// CREATE FOREIGN TABLE.
type CreateTable struct {
	Name         Name
	Kind         Kind // Table or ForeignTable
	Temporary    bool
	IfNotExists  bool
	Columns      []ColumnDef
	Constraints  []ConstraintDef
	Inherits     []Name // parents, by INHERITS
	PartitionOf  Name   // parent, by PARTITION OF
	Bound        string // of a partition: "FOR VALUES …" or "DEFAULT", as written
	PartitionBy  string // "RANGE (created_at)", as written
	PartitionKey PartitionKey
	Unlogged     bool
	Like         []Like  // LIKE: columns come from there
	OfType       Name    // CREATE TABLE … OF type
	Copies       *Copy   // AS SELECT: what the rows come from
	As           bool    // AS, SELECT INTO
	Query        *Result // AS: the columns that the table gets; nil where they cannot be told
	DropOnCommit bool    // a temporary table that goes with its transaction
}

// A PartitionKey says what PARTITION BY needs.
type PartitionKey struct {
	Columns []string
	Calls   []Name // functions
}

// Copy says that an operation's rows come from a query.
type Copy struct {
	From    Name     // the only table that the query reads, if it is one
	Columns []string // its columns that are taken; empty with All
	All     bool     // every column
	Every   bool     // every row: no WHERE, LIMIT, DISTINCT or grouping
}

// AddColumn adds a column to a table.
type AddColumn struct {
	Table       Name
	Column      ColumnDef
	IfNotExists bool
}

// AddConstraint adds a constraint to a table.
type AddConstraint struct {
	Table      Name
	Constraint ConstraintDef
	// With is the column that the same ADD COLUMN defines: where the column is there
	// already, the constraint is not added either.
	With string
	Only bool // not for the partitions and tables that inherit
}

// AlterColumn changes a column's nullability or default; its values stay.
type AlterColumn struct {
	Table       Name
	Column      string
	SetNotNull  bool
	DropNotNull bool
	// DropExpression makes a generated column a plain one that keeps its values.
	DropExpression bool

	SetDefault   string // the new default as written
	DropDefault  bool
	Identity     string // ADD GENERATED, SET GENERATED: "always" or "by default"
	Sequence     Name   // of an identity, if the statement names it
	DropIdentity bool
	Expression   string   // SET EXPRESSION, as written
	Reads        []string // columns that the expression reads
	Only         bool     // not for tables that inherit
}

// Drop removes one named object, save for columns and attributes.
type Drop struct {
	Kind     Kind
	Word     string // as SQL says it: "procedure", "foreign table", "event trigger"
	Name     Name
	On       Name // the table of a trigger, rule or policy; the table of a constraint
	IfExists bool
	Cascade  bool
	// Arguments are the types of a function's input parameters, where Overload says
	// that the statement gives them; else every function of the name may be meant.
	Arguments []DataType
	Overload  bool
}

// DropColumn removes a column from a table.
type DropColumn struct {
	Table    Name
	Only     bool // not from tables that inherit from it
	Column   string
	IfExists bool
	Cascade  bool
}

// DropAttribute removes an attribute from a composite type.
type DropAttribute struct {
	Type      Name
	Attribute string
	IfExists  bool
	Cascade   bool
}

// DropOwned removes everything that roles own in the current database.
type DropOwned struct{ Roles []string }

// ReassignOwned gives what roles own to another role.
type ReassignOwned struct {
	Roles []string
	To    string
}

// Truncate empties tables.
type Truncate struct {
	Table   Name
	Only    bool
	Cascade bool
}

// Delete removes rows.
type Delete struct {
	Table Name
	Only  bool
	Where Condition // nil: every row
	// Archives is set when the deleted rows go whole into another table in the
	// same statement: WITH gone AS (DELETE … RETURNING *) INSERT INTO … SELECT.
	Archives Name
}

// Update changes rows.
type Update struct {
	Table Name
	Only  bool
	Set   []Assignment
	Where Condition // nil: every row
	// Joins says that FROM brings in another relation.
	Joins bool
	// Upsert is INSERT … ON CONFLICT DO UPDATE; FromQuery says whether its rows
	// come from a query rather than from constants.
	Upsert, FromQuery bool
}

// An Assignment is one column of SET.
type Assignment struct {
	Column  string
	Value   Value
	Default bool // = DEFAULT
}

// Insert adds rows; what it does on conflict is an Update.
type Insert struct {
	Table Name
	Into  []string // the columns named, if any
	From  *Copy    // nil for VALUES
	// Defaults says that the word DEFAULT stands for some of the values.
	Defaults bool
}

// Merge is MERGE: rows of the target change through a join.
type Merge struct {
	Table   Name
	Deletes bool         // WHEN MATCHED … THEN DELETE
	Inserts bool         // WHEN NOT MATCHED … THEN INSERT
	Sets    []Assignment // WHEN MATCHED … THEN UPDATE, all branches together
	On      Condition    // the join: Equals where it compares with constants (USING (VALUES …)); nil with Rest
	// Rest says that it also changes rows that the join does not match: WHEN NOT
	// MATCHED BY SOURCE.
	Rest bool
}

// AlterColumnType is ALTER COLUMN … TYPE.
type AlterColumnType struct {
	Table     Name
	Column    string
	Type      DataType
	Collation Name  // COLLATE; zero: that of the type
	Using     Value // how values are converted; kind NoValue without USING
}

// AlterAttribute is ALTER TYPE … ALTER ATTRIBUTE … TYPE. PostgreSQL refuses it
// while a column is of the type; with CASCADE it goes through to typed tables.
type AlterAttribute struct {
	Type      Name
	Attribute string
	To        DataType
	Cascade   bool
}

// Rename gives an object another name. Column is set for columns and attributes.
type Rename struct {
	Kind   Kind
	Name   Name
	Column string
	To     string
	Overload
}

// SetSchema moves an object to another schema.
type SetSchema struct {
	Kind   Kind
	Name   Name
	Schema string
	Overload
}

// AttachPartition and DetachPartition change whose rows a table's are.
type AttachPartition struct {
	Parent, Partition Name
	Bound             string // "FOR VALUES …" or "DEFAULT", as written
}

// DetachPartition makes a partition a table of its own.
type DetachPartition struct{ Parent, Partition Name }

// Inherit is ALTER TABLE … INHERIT or, with Off, NO INHERIT.
type Inherit struct {
	Table, Parent Name
	Off           bool
}

// CreateView makes a view or a materialized view.
type CreateView struct {
	Kind        Kind
	Name        Name
	Temporary   bool
	IfNotExists bool
	Replace     bool
	// Over is the table that a simple view shows: what is written to the view is
	// written to it (manual, CREATE VIEW, updatable views). Zero for other views.
	Over Name
	// Shown are the columns of Over by the names that the view gives them, where they
	// differ; empty for what is computed.
	Shown map[string]string
	// Calls are the functions that reading the view calls, and Reads the relations
	// that it reads.
	Calls []Operation // Call and Dynamic
	Reads []Name
	ViewDetail
}

// Read reads a relation, which may be a view that calls functions.
type Read struct {
	Relation Name
	Refresh  bool // REFRESH MATERIALIZED VIEW: its query runs
}

// RowCalls says what the rows of a table are computed or checked by: the functions
// that a default, a check, a generated column, an index, a partition key or a policy
// calls. Of a type or an operator it says so for its values: the check of a domain,
// the function of a cast.
type RowCalls struct {
	On         Name
	Kind       Kind   // Table, Type or Operator
	Column     string // whose default it is, else empty
	Constraint string // that calls them, if it has a name
	Calls      []Operation
}

// Use converts a value to a type that PostgreSQL does not come with, or applies an
// operator.
type Use struct {
	Kind Kind // Type or Operator
	Name Name
}

// CreateIndex makes an index; a unique one over plain columns is a key.
type CreateIndex struct {
	Name     string // empty: PostgreSQL chooses one
	Table    Name
	Unique   bool
	Partial  bool
	Nullable bool // NULLS DISTINCT
	Columns  []string
	// Expressions says that not all of the index's keys are plain columns.
	Expressions bool

	IfNotExists bool
	Only        bool           // not for the partitions
	Method      string         // "btree"
	Elements    []IndexElement // all keys in their order
	Include     []string       // columns that are only carried along
	Where       string         // of a partial index, as written
	With        string         // its storage parameters, as written
	Reads       []string       // all columns that it is made from
}

// CreateType makes a type or a domain.
type CreateType struct {
	Kind Kind // Type or Domain
	Name Name
	Base DataType // of a domain; the elements of a range
	// Attributes of a composite type.
	Attributes []ColumnDef
	TypeDetail
}

// Create makes an object that holds no rows: sequence, function, trigger, …
type Create struct {
	Kind Kind
	Name Name
	On   Name // the table of a trigger, rule or policy
}

// A TransactionKind is what a transaction command does.
type TransactionKind int

// The transaction commands.
const (
	Begin TransactionKind = iota
	Commit
	Rollback
	Savepoint
	Release
	RollbackTo
)

// Transaction is BEGIN, COMMIT, ROLLBACK and the savepoint commands.
type Transaction struct {
	Kind  TransactionKind
	Name  string // of a savepoint
	Chain bool   // AND CHAIN: another transaction begins at once
}

// SetSearchPath changes what a bare name means. Schemas is empty for a reset.
type SetSearchPath struct {
	Schemas []string
	Local   bool
	Later   bool // ALTER DATABASE, ALTER ROLE: what it is in sessions that begin after it
}

// Prepare names a statement that runs only when Execute names it.
type Prepare struct {
	Name string
	Ops  []At
}

// Execute runs a prepared statement.
type Execute struct{ Name string }

// Deallocate forgets a prepared statement; all of them when Name is empty.
type Deallocate struct{ Name string }

// RunTime is SQL or a target that only exists when the migration runs.
type RunTime struct {
	What string // what is known of it
	// Wide says that it is done to every object that a query over the system
	// catalogs finds.
	Wide bool
}

// Unknown parsed, but this version does not know what the statement does.
type Unknown struct{ Tag string }

// Unread could not be read at all.
type Unread struct {
	Message     string // the parser's words
	File        bool   // it is about the file, not about one statement
	Body        bool   // the statement was read, the body of code in it was not
	Destructive []string
}

func (*CreateSchema) operation()    {}
func (*CreateTable) operation()     {}
func (*AddColumn) operation()       {}
func (*AddConstraint) operation()   {}
func (*AlterColumn) operation()     {}
func (*Drop) operation()            {}
func (*DropColumn) operation()      {}
func (*DropAttribute) operation()   {}
func (*DropOwned) operation()       {}
func (*ReassignOwned) operation()   {}
func (*Truncate) operation()        {}
func (*Delete) operation()          {}
func (*Update) operation()          {}
func (*Insert) operation()          {}
func (*Merge) operation()           {}
func (*AlterColumnType) operation() {}
func (*AlterAttribute) operation()  {}
func (*Rename) operation()          {}
func (*SetSchema) operation()       {}
func (*AttachPartition) operation() {}
func (*DetachPartition) operation() {}
func (*Inherit) operation()         {}
func (*CreateView) operation()      {}
func (*Read) operation()            {}
func (*RowCalls) operation()        {}
func (*Use) operation()             {}
func (*CreateIndex) operation()     {}
func (*CreateType) operation()      {}
func (*Create) operation()          {}
func (*Transaction) operation()     {}
func (*SetSearchPath) operation()   {}
func (*Prepare) operation()         {}
func (*Execute) operation()         {}
func (*Deallocate) operation()      {}
func (*RunTime) operation()         {}
func (*Unknown) operation()         {}
func (*Unread) operation()          {}

// CreateFunction makes a function or procedure. Making it runs nothing.
type CreateFunction struct {
	Name      Name
	Replace   bool       // OR REPLACE: takes the place of the one with the same Arguments
	Arguments []DataType // of its input parameters: what tells it from others of its name
	Language  string
	Body      *Body // nil where the language is none that is read
	FunctionDetail
}

// Call runs a function or procedure: CALL, or SELECT of a function that is not
// known to take nothing away.
type Call struct {
	Function Name
	// Perhaps says that the name may not be a function's at all: it counts only
	// if the schema has such a function.
	Perhaps   bool
	Arguments []Argument
}

// DiscardTemporary drops the session's temporary tables: DISCARD TEMP or ALL.
type DiscardTemporary struct{}

// Hidden runs code that may make or rename objects which are not read: what the
// schema does not have may be there from then on.
type Hidden struct{}

func (*DiscardTemporary) operation() {}
func (*Hidden) operation()           {}
func (*CreateFunction) operation()   {}
func (*Call) operation()             {}
