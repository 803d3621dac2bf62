package catalog

import (
	"maps"
	"slices"

	"github.com/dropgate/dropgate/analyzer/op"
)

// A Schema is what is known of a database, as plain data in a fixed order.
// Expressions stand in it as the migrations write them, data types as format_type
// prints them. A name that stands alone, as Name does, is the name itself; a text
// that names another object has the name as SQL writes it, with its schema: Quoted.
type Schema struct {
	Migrations int             `json:"migrations"` // that it was built from
	Unread     int             `json:"unread"`     // statements of them that could not be read
	Complete   bool            `json:"complete"`   // nothing is missing: there are migrations, and all were read
	Schemas    []string        `json:"schemas"`
	Tables     []TableInfo     `json:"tables"`
	Views      []ViewInfo      `json:"views"`
	Sequences  []SequenceInfo  `json:"sequences"`
	Types      []TypeInfo      `json:"types"`
	Functions  []FunctionInfo  `json:"functions"`
	Extensions []ExtensionInfo `json:"extensions"`
	Grants     []GrantInfo     `json:"grants"`

	Collations    []string      `json:"collations,omitempty"`
	EventTriggers []TriggerInfo `json:"event_triggers,omitempty"`
}

// A TableInfo is a table, a partitioned table or a foreign table.
type TableInfo struct {
	Schema string `json:"schema"`
	Name   string `json:"name"`
	Kind   string `json:"kind"` // "table", "partitioned table" or "foreign table"
	// Complete says that every column is known: its CREATE was read.
	Complete bool `json:"complete"`
	// Doubtful says that it may not be there: what made it may not have run, or what
	// dropped it may have.
	Doubtful    bool             `json:"doubtful,omitempty"`
	Outdated    bool             `json:"outdated,omitempty"` // PartitionBy has names that were changed since
	Unlogged    bool             `json:"unlogged,omitempty"`
	PartitionBy string           `json:"partition_by,omitempty"` // "RANGE (created_at)"
	PartitionOf string           `json:"partition_of,omitempty"`
	Bound       string           `json:"bound,omitempty"` // "FOR VALUES FROM (1) TO (2)" or "DEFAULT"
	Inherits    []string         `json:"inherits,omitempty"`
	OfType      string           `json:"of_type,omitempty"`
	RowSecurity bool             `json:"row_security,omitempty"`
	Columns     []ColumnInfo     `json:"columns"`
	Constraints []ConstraintInfo `json:"constraints"`
	Indexes     []IndexInfo      `json:"indexes"`
	Triggers    []TriggerInfo    `json:"triggers"`
	Rules       []TriggerInfo    `json:"rules"`
	Policies    []string         `json:"policies"`
}

// A ColumnInfo is a column of a table.
type ColumnInfo struct {
	Name      string `json:"name"`
	Type      string `json:"type"` // empty when it is not known
	NotNull   bool   `json:"not_null"`
	Default   string `json:"default,omitempty"`
	Identity  string `json:"identity,omitempty"`  // "always" or "by default"
	Generated string `json:"generated,omitempty"` // the expression
	Collation string `json:"collation,omitempty"`
	Doubtful  bool   `json:"doubtful,omitempty"` // it may be gone
	Outdated  bool   `json:"outdated,omitempty"` // the expression has names that were changed since
}

// A ConstraintInfo is a constraint of a table.
type ConstraintInfo struct {
	Name       string            `json:"name"`
	Kind       op.ConstraintKind `json:"kind"`
	Columns    []string          `json:"columns"`
	Expression string            `json:"expression,omitempty"` // of a check; of an exclusion what follows EXCLUDE
	Include    []string          `json:"include,omitempty"`    // of a key: columns that are only carried along
	References string            `json:"references,omitempty"` // schema.table
	RefColumns []string          `json:"referenced_columns,omitempty"`
	OnDelete   string            `json:"on_delete,omitempty"` // "cascade", "set null", "set default", "restrict" or "no action"
	OnUpdate   string            `json:"on_update,omitempty"`
	SetColumns []string          `json:"set_columns,omitempty"` // that OnDelete sets, if not all of them
	MatchFull  bool              `json:"match_full,omitempty"`
	// NullsNotDistinct says of a unique key that NULL counts as equal to NULL.
	NullsNotDistinct bool `json:"nulls_not_distinct,omitempty"`
	Deferrable       bool `json:"deferrable,omitempty"`
	Deferred         bool `json:"deferred,omitempty"`   // at first
	NoInherit        bool `json:"no_inherit,omitempty"` // of a check
	NotValid         bool `json:"not_valid,omitempty"`
	Doubtful         bool `json:"doubtful,omitempty"` // it may be gone
	Outdated         bool `json:"outdated,omitempty"` // the expression has names that were changed since
}

// An IndexInfo is an index that backs no constraint.
type IndexInfo struct {
	Name    string   `json:"name"`
	Unique  bool     `json:"unique"`
	Method  string   `json:"method"`            // "btree"
	Columns []string `json:"columns"`           // as SQL: a name or an expression, with how it is sorted
	Where   string   `json:"where,omitempty"`   // of a partial index
	Include []string `json:"include,omitempty"` // columns that are only carried along
	With    string   `json:"with,omitempty"`    // its storage parameters
	// NullsNotDistinct says of a unique index that NULL counts as equal to NULL.
	NullsNotDistinct bool `json:"nulls_not_distinct,omitempty"`
	Outdated         bool `json:"outdated,omitempty"` // the expressions have names that were changed since
}

// A TriggerInfo is a trigger or a rewrite rule of a table.
type TriggerInfo struct {
	Name     string   `json:"name"`
	When     string   `json:"when"`   // "before", "after" or "instead of"; of a rule also "also"; of an event trigger its event
	Events   []string `json:"events"` // of an event trigger the commands that set it off, none: all
	Function string   `json:"function,omitempty"`
	Disabled bool     `json:"disabled,omitempty"`
}

// A ViewInfo is a view or a materialized view.
type ViewInfo struct {
	Schema string   `json:"schema"`
	Name   string   `json:"name"`
	Kind   op.Kind  `json:"kind"`
	Reads  []string `json:"reads"` // the relations that it selects from
	Query  string   `json:"query"` // as the migrations write it
	// Columns are the names that the statement gives to the columns, if it does.
	Columns    []string `json:"columns,omitempty"`
	Recursive  bool     `json:"recursive,omitempty"`
	SearchPath []string `json:"search_path,omitempty"` // in which the query was read, if not public
	Outdated   bool     `json:"outdated,omitempty"`    // the query has names that were changed since

	Triggers []TriggerInfo `json:"triggers,omitempty"`
	Rules    []TriggerInfo `json:"rules,omitempty"`
}

// A SequenceInfo is a sequence.
type SequenceInfo struct {
	Schema  string `json:"schema"`
	Name    string `json:"name"`
	OwnedBy string `json:"owned_by,omitempty"` // schema.table.column
}

// A TypeInfo is a type or a domain.
type TypeInfo struct {
	Schema     string       `json:"schema"`
	Name       string       `json:"name"`
	Kind       string       `json:"kind"`                 // "enum", "composite", "domain", "range", "base" or "shell"
	Labels     []string     `json:"labels,omitempty"`     // of an enum
	Base       string       `json:"base,omitempty"`       // of a domain, a range
	Attributes []ColumnInfo `json:"attributes,omitempty"` // of a composite type
	Collation  string       `json:"collation,omitempty"`  // of a domain, as what follows
	NotNull    bool         `json:"not_null,omitempty"`
	Default    string       `json:"default,omitempty"`
	Checks     []CheckInfo  `json:"checks,omitempty"`
}

// A CheckInfo is a CHECK of a domain.
type CheckInfo struct {
	Name       string `json:"name"`
	Expression string `json:"expression"`
}

// A FunctionInfo is a function, procedure or aggregate.
type FunctionInfo struct {
	Schema    string   `json:"schema"`
	Name      string   `json:"name"`
	Kind      string   `json:"kind"`      // "function", "procedure" or "aggregate"
	Arguments []string `json:"arguments"` // types of its input parameters
	Returns   string   `json:"returns,omitempty"`
	Language  string   `json:"language"`
}

// An ExtensionInfo is an extension with the types that it brings.
type ExtensionInfo struct {
	Name   string   `json:"name"`
	Schema string   `json:"schema,omitempty"` // where its objects are, if the migrations say so
	Types  []string `json:"types"`            // nil when that is not known
}

// A GrantInfo is what a role may do with an object.
type GrantInfo struct {
	Role       string   `json:"role"`
	Kind       op.Kind  `json:"kind"`
	Object     string   `json:"object"`
	Privileges []string `json:"privileges"`
}

// Describe returns all that is known, with temporary tables left out.
func (c *Catalog) Describe() Schema {
	s := Schema{Migrations: c.migrations, Unread: c.unread, Complete: c.Complete(), Schemas: slices.Sorted(maps.Keys(c.schemas))}
	for _, t := range c.sorted() {
		if !t.Temporary {
			s.Tables = append(s.Tables, c.describeTable(t))
		}
	}
	c.describeSequences(&s)
	c.describeObjects(&s)
	return s
}
