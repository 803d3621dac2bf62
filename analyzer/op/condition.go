package op

import "slices"

// A Condition is what a WHERE clause says about a row of the target, as far as
// judging needs it. A nil Condition holds for every row.
type Condition interface{ condition() }

// And holds where all of its parts hold.
type And []Condition

// Or holds where one of its parts holds.
type Or []Condition

// Always is true for every row (TRUE, 1 = 1, id = id).
type Always struct{}

// Never is true for no row (FALSE, NULL, 1 = 0).
type Never struct{}

// Equals compares a column with constants: =, IN, = ANY of constants.
type Equals struct{ Column string }

// Matches compares a column with the value of a variable of the body that the
// statement stands in. Where the variable is known to hold a constant it comes to
// Equals; as it stands it is a condition like Own.
type Matches struct{ Column, Variable string }

// IsNull is column IS NULL.
type IsNull struct{ Column string }

// NotNull is column IS NOT NULL.
type NotNull struct{ Column string }

// Differs holds where the column is something else than what the statement sets it
// to: SET a = 'x' WHERE a <> 'x', SET a = b WHERE a IS DISTINCT FROM b.
type Differs struct{ Column string }

// Picked compares columns with those of rows of Table that a subquery picks by a
// condition of their own: id IN (SELECT id FROM t WHERE c IS NULL LIMIT 100). Where
// Table is the statement's own and the columns are a key of it, the condition holds
// for the row itself; else it is one like Elsewhere.
type Picked struct {
	Table   Name
	Columns []string
	Where   Condition // nil: all rows of Table
}

// Own is any other condition on the row's own columns and constants.
type Own struct{ Columns []string }

// Elsewhere is a condition that reads other rows or relations: a join, a
// subquery, a cursor.
type Elsewhere struct{}

func (And) condition()       {}
func (Or) condition()        {}
func (Always) condition()    {}
func (Never) condition()     {}
func (Equals) condition()    {}
func (Matches) condition()   {}
func (IsNull) condition()    {}
func (NotNull) condition()   {}
func (Differs) condition()   {}
func (Picked) condition()    {}
func (Own) condition()       {}
func (Elsewhere) condition() {}

// Renamed returns the condition with other names of columns. What is said of a
// column without one is no more than a condition.
func Renamed(c Condition, to func(string) string) Condition {
	all := func(parts []Condition) []Condition {
		renamed := make([]Condition, len(parts))
		for i, part := range parts {
			renamed[i] = Renamed(part, to)
		}
		return renamed
	}
	switch c := c.(type) {
	case And:
		return And(all(c))
	case Or:
		return Or(all(c))
	case Own:
		var columns []string
		for _, column := range c.Columns {
			columns = append(columns, to(column))
		}
		return Own{Columns: columns}
	case Equals:
		if to(c.Column) != "" {
			return Equals{Column: to(c.Column)}
		}
	case Matches:
		if to(c.Column) != "" {
			return Matches{Column: to(c.Column), Variable: c.Variable}
		}
	case IsNull:
		if to(c.Column) != "" {
			return IsNull{Column: to(c.Column)}
		}
	case NotNull:
		if to(c.Column) != "" {
			return NotNull{Column: to(c.Column)}
		}
	case Differs:
		if to(c.Column) != "" {
			return Differs{Column: to(c.Column)}
		}
	case Picked:
		return Elsewhere{} // it names a table of its own
	default:
		return c
	}
	return Own{}
}

// BoundedBy reports whether the condition picks at most one row for each of a
// fixed list of constants: whether it compares every column of some key with
// constants.
func BoundedBy(c Condition, keys [][]string) bool {
	switch c := c.(type) {
	case Never:
		return true
	case Or:
		for _, part := range c {
			if !BoundedBy(part, keys) {
				return false
			}
		}
		return len(c) > 0
	case Equals:
		return covers([]Condition{c}, keys)
	case And:
		for _, part := range c {
			if BoundedBy(part, keys) {
				return true
			}
		}
		return covers(c, keys)
	}
	return false
}

func covers(parts []Condition, keys [][]string) bool {
	fixed := map[string]bool{}
	for _, part := range parts {
		if e, ok := part.(Equals); ok {
			fixed[e.Column] = true
		}
	}
	for _, key := range keys {
		all := len(key) > 0
		for _, column := range key {
			all = all && fixed[column]
		}
		if all {
			return true
		}
	}
	return false
}

// Requires reports whether every row that the condition picks satisfies want:
// whether want stands in it and nothing but AND is around it.
func Requires(c Condition, want Condition) bool {
	switch c := c.(type) {
	case Never:
		return true
	case And:
		for _, part := range c {
			if Requires(part, want) {
				return true
			}
		}
		return false
	case Or:
		for _, part := range c {
			if !Requires(part, want) {
				return false
			}
		}
		return len(c) > 0
	case IsNull:
		return c == want
	case NotNull:
		return c == want
	}
	return false
}

// Unbounded reports whether the condition lets every row through in which a
// column of values is lost: it is absent, always true, or says no more than that
// such a column has a value, or one that the statement does not set it to. notNull
// tells whether a column never is NULL.
func Unbounded(c Condition, values []string, notNull func(column string) bool) bool {
	switch c := c.(type) {
	case nil, Always:
		return true
	case NotNull:
		if notNull(c.Column) {
			return true
		}
		return slices.Contains(values, c.Column)
	case Differs:
		return slices.Contains(values, c.Column)
	case And:
		for _, part := range c {
			if !Unbounded(part, values, notNull) {
				return false
			}
		}
		return differing(c) <= 1
	case Or:
		for _, part := range c {
			if Unbounded(part, values, notNull) {
				return true
			}
		}
		return complementary(c)
	}
	return false
}

// differing counts the columns of which an AND says that they differ: with two of
// them a row keeps one where the other is already what it is set to.
func differing(parts And) int {
	columns := map[string]bool{}
	for _, part := range parts {
		if d, ok := part.(Differs); ok {
			columns[d.Column] = true
		}
	}
	return len(columns)
}

// complementary reports whether an OR holds both `c IS NULL` and `c IS NOT NULL`.
func complementary(parts Or) bool {
	null := map[string]bool{}
	for _, part := range parts {
		if n, ok := part.(IsNull); ok {
			null[n.Column] = true
		}
	}
	for _, part := range parts {
		if n, ok := part.(NotNull); ok && null[n.Column] {
			return true
		}
	}
	return false
}

// ReadsElsewhere reports whether which rows are picked depends on anything but
// the row itself.
func ReadsElsewhere(c Condition) bool {
	switch c := c.(type) {
	case Elsewhere, Picked:
		return true
	case And:
		for _, part := range c {
			if ReadsElsewhere(part) {
				return true
			}
		}
	case Or:
		for _, part := range c {
			if ReadsElsewhere(part) {
				return true
			}
		}
	}
	return false
}

// Impossible reports whether the condition picks no row at all.
func Impossible(c Condition) bool {
	switch c := c.(type) {
	case Never:
		return true
	case Picked:
		return Impossible(c.Where)
	case And:
		for _, part := range c {
			if Impossible(part) {
				return true
			}
		}
	case Or:
		for _, part := range c {
			if !Impossible(part) {
				return false
			}
		}
		return len(c) > 0
	}
	return false
}

// A ValueKind says what an assigned value keeps of the one that it overwrites.
type ValueKind int

// The kinds of values.
const (
	NoValue     ValueKind = iota
	Null                  // NULL
	Constant              // nothing of the row is read
	Same                  // the column itself: c = c
	Coalesced             // coalesce(c, …): only NULLs change
	Undoable              // c + 1, NOT c, c || 'x': the old value can be computed
	Computed              // any other expression over the row's own columns
	Conditional           // kept unless a condition on the row holds: CASE … ELSE c END
	FromColumn            // another column of the row, as it is
	FromQuery             // a subquery, another relation
	Cast                  // only casts of the column itself (Value.Casts)
	Zoned                 // the column AT TIME ZONE a constant
	Wrapped               // the whole value in another form: ARRAY[c], to_jsonb(c)
	Branches              // CASE that looks at the column and gives at least two different constants
)

// A Value is an assigned or converted value.
type Value struct {
	Kind  ValueKind
	Reads []string   // the row's own columns that it reads
	Casts []DataType // for Cast: the types, innermost first; for Zoned those before it
}
