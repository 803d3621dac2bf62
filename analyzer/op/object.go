package op

// A TypeForm is what sort of type CREATE TYPE or CREATE DOMAIN makes.
type TypeForm string

// The forms of types. A shell type is a name that is yet to be defined.
const (
	EnumType      TypeForm = "enum"
	CompositeType TypeForm = "composite"
	DomainType    TypeForm = "domain"
	RangeType     TypeForm = "range"
	BaseType      TypeForm = "base"
	ShellType     TypeForm = "shell"
)

// A TypeDetail is what makes up a type besides its name.
type TypeDetail struct {
	Form       TypeForm
	Labels     []string // of an enum, in order
	Functions  []Name   // that the type needs: input and output, a range's subtype_diff
	Collation  Name     // of a domain or a range
	Multirange Name     // of a range; zero: PostgreSQL chooses one
	NotNull    bool     // of a domain
	Default    string   // of a domain, as it is written
	Checks     []DomainCheck
}

// A DomainCheck is a CHECK of a domain.
type DomainCheck struct {
	Name       string // empty: PostgreSQL chooses one
	Expression string // as it is written
}

// AlterEnum adds a label to an enum, or renames one.
type AlterEnum struct {
	Type          Name
	Label         string
	Old           string // the label's name until now; empty: it is added
	Before, After string // where it is added; both empty: at the end
	IfNotExists   bool
}

// AddAttribute adds an attribute to a composite type.
type AddAttribute struct {
	Type      Name
	Attribute ColumnDef
	Cascade   bool // to typed tables
}

// AlterDomain changes a domain; exactly one of its parts is set.
type AlterDomain struct {
	Domain      Name
	SetNotNull  bool
	DropNotNull bool
	SetDefault  *string // empty: DROP DEFAULT
	Add         *DomainCheck
	Drop        string // the constraint's name
	Rename, To  string // the same
}

// CreateExtension installs an extension.
type CreateExtension struct {
	Name        string
	Schema      string // empty: the first one of search_path
	IfNotExists bool
	Cascade     bool // with those that it needs
}

// Grant is GRANT or REVOKE.
type Grant struct {
	Revoke     bool
	OptionOnly bool // REVOKE GRANT OPTION FOR: the privilege itself stays
	Kind       Kind
	Objects    []Name
	InSchemas  []string // ALL … IN SCHEMA: instead of Objects
	Privileges []string // in lower case, "select (a, b)"; empty: ALL
	Roles      []string // "public" for PUBLIC
	// Default says that it is for objects to come: ALTER DEFAULT PRIVILEGES. InSchemas
	// are then where; none: in all of them.
	Default bool
	ForRole string // whose objects to come; empty: the current role's
}

// A ColumnRead is a column that a view's query names. Where the query does not say
// which relation it is of, there is one for each relation that it may be of.
type ColumnRead struct {
	Relation Name
	Column   string // empty: every column that there is
}

// A ViewDetail is what a view's query needs besides relations and functions.
type ViewDetail struct {
	Columns    []ColumnRead
	Types      []Name // that the query converts to
	Collations []Name
	Query      string   // as it is written
	Names      []string // that the statement gives to the columns, if it does
	Recursive  bool     // CREATE RECURSIVE VIEW
}

// A FunctionDetail is what makes up a function besides its arguments and its body.
type FunctionDetail struct {
	Word    string     // "function", "procedure" or "aggregate"
	Returns DataType   // zero for a procedure and an aggregate
	Types   []DataType // of all parameters, OUT and TABLE among them
	Support []Name     // functions that an aggregate runs
}

// An Overload tells one function from others of its name. It is empty for what is
// no function.
type Overload struct {
	Given bool       // the statement says which one
	Takes []DataType // its input parameters
}

// AlterFunction sets the search_path that a function runs with; Path is nil when it
// runs with its caller's from then on.
type AlterFunction struct {
	Name Name
	Path *SetSearchPath
	Overload
}

func (*AlterFunction) operation()   {}
func (*AlterEnum) operation()       {}
func (*AddAttribute) operation()    {}
func (*AlterDomain) operation()     {}
func (*CreateExtension) operation() {}
func (*Grant) operation()           {}
