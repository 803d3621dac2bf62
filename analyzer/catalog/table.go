package catalog

import (
	"slices"

	"github.com/dropgate/dropgate/analyzer/op"
)

// A Table is a table with what judging needs of it.
type Table struct {
	Name      op.Name
	Kind      op.Kind // op.Table or op.ForeignTable
	Temporary bool
	Unlogged  bool
	Columns   []*Column
	Keys      []op.ConstraintDef // primary and unique keys over plain columns
	Foreign   []op.ConstraintDef // foreign keys of this table, References resolved
	Parents   []op.Name          // that it inherits from
	Parent    op.Name            // that it is a partition of
	OfType    op.Name
	// Implied tables were never created by a migration that was read; their
	// columns are not known.
	Implied bool

	partitionBy string // RANGE (a)
	bound       string // of a partition
	// partitionColumns and partitionCalls are what it is partitioned by.
	partitionColumns []string
	partitionCalls   []op.Name
	splitOutdated    bool // partitionBy has names that were changed since
	rowSecurity      bool
	open             bool // not all of its columns are known
	constraints      []*constraint
	indexes          []*index
	sequences        []*object // that its columns own

	epoch        int
	was          op.Name // what it was called before it was first moved in the epoch moved
	moved        int
	dropOnCommit bool            // temporary, ON COMMIT DROP
	dropped      map[string]bool // columns that an earlier operation dropped or renamed
	perhaps      map[string]bool // columns that may be there still
	doubtful     bool            // an operation that may not have run dropped it
	branched     bool            // an operation that may not have run made it
	keysOff      bool            // the triggers of foreign keys are disabled
	dumped       bool            // it comes from a dump; see Replay
	dead         bool            // it was dropped
}

// A Column is a column of a table.
type Column struct {
	op.ColumnDef
	epoch    int
	doubtful bool    // an operation that may not have run dropped it
	dumped   bool    // it comes from a dump; see Replay
	local    bool    // the table itself defines it, not only one that it inherits from
	serial   *object // the sequence that its default takes numbers from
	outdated bool    // its expression has names that were changed since
}

// A constraint is one of a table. The lists that judging needs, Keys and Foreign,
// are made from these.
type constraint struct {
	op.ConstraintDef
	from     *constraint // of the partitioned table above that it comes with
	local    bool        // a check that the table itself defines
	doubtful bool        // an operation that may not have run dropped it
	outdated bool        // its expression has names that were changed since
	labels   []string    // of a key: the names of its index's columns, which stay when columns are renamed
}

// An index is one that backs no constraint.
type index struct {
	op.CreateIndex
	from     *index   // of the partitioned table above that it comes with
	labels   []string // as those of a constraint
	outdated bool     // its expressions have names that were changed since
}

// isKey reports whether an index of its own keeps the constraint.
func (k *constraint) isKey() bool {
	return k.Kind == op.PrimaryKey || k.Kind == op.Unique || k.Kind == op.Exclusion
}

// involves reports whether the constraint goes with a column of its table.
func (k *constraint) involves(column string) bool {
	return contains(k.Columns, column) || contains(k.Include, column) || contains(k.Reads, column)
}

func (t *Table) column(name string) *Column {
	if t == nil {
		return nil
	}
	for _, column := range t.Columns {
		if column.Name == name {
			return column
		}
	}
	return nil
}

func (t *Table) constraint(name string) *constraint {
	for _, k := range t.constraints {
		if k.Name == name {
			return k
		}
	}
	return nil
}

func (t *Table) index(name string) *index {
	for _, i := range t.indexes {
		if i.Name == name {
			return i
		}
	}
	return nil
}

// primaryKey returns the columns of the primary key.
func (t *Table) primaryKey() []string {
	for _, k := range t.constraints {
		if k.Kind == op.PrimaryKey {
			return k.Columns
		}
	}
	return nil
}

// note adds a constraint to the lists that judging needs.
func (t *Table) note(k *constraint) {
	switch k.Kind {
	case op.PrimaryKey, op.Unique:
		if len(k.Columns) > 0 && !k.doubtful {
			t.Keys = append(t.Keys, k.ConstraintDef)
		}
	case op.ForeignKey:
		if k.from == nil { // else it is the one of the table above
			t.Foreign = append(t.Foreign, k.ConstraintDef)
		}
	}
}

func (t *Table) noteIndex(i *index) {
	if i.Unique && !i.Partial && !i.Expressions {
		t.Keys = append(t.Keys, op.ConstraintDef{Name: i.Name, Kind: op.Unique, Columns: i.Columns, Nullable: i.Nullable})
	}
}

// refresh makes the lists that judging needs anew.
func (t *Table) refresh() {
	t.Keys, t.Foreign = nil, nil
	for _, k := range t.constraints {
		t.note(k)
	}
	for _, i := range t.indexes {
		t.noteIndex(i)
	}
}

// NotNull reports whether the column can hold no NULL; true when that is not
// known.
func (t *Table) NotNull(column string) bool {
	found := t.column(column)
	return found == nil || found.NotNull
}

// KeyColumns returns the columns of every primary or unique key of the table.
func (t *Table) KeyColumns() [][]string {
	if t == nil {
		return nil
	}
	var all [][]string
	for _, k := range t.Keys {
		all = append(all, k.Columns)
	}
	return all
}

// heirs returns the partitions of a table and those that inherit from it.
func (c *Catalog) heirs(t *Table) []*Table {
	if !c.bonds {
		return nil
	}
	return c.children(t)
}

// forgetParts frees the names of what goes with a table: its constraints, indexes
// and the sequences that it owns.
func (c *Catalog) forgetParts(t *Table) {
	for _, k := range t.constraints {
		c.freeConstraint(t, k)
	}
	for _, i := range t.indexes {
		c.freeIndex(t, i.Name)
	}
	for _, s := range t.sequences {
		c.forgetObject(objectKey{kind: op.Sequence, name: s.name})
	}
	t.constraints, t.indexes, t.sequences = nil, nil, nil
}

// discard forgets a temporary table.
func (c *Catalog) discard(name op.Name, t *Table) {
	c.orphan(t)
	c.forgetParts(t)
	c.remove(name)
	t.dead = true
}

// forgetObject notes that an object is no more.
func (c *Catalog) forgetObject(key objectKey) {
	delete(c.objects, key)
	c.gone[key] = true
	clear(c.passes)
}

func contains(all []string, s string) bool { return slices.Contains(all, s) }
