package op

// An Edit is how a change leaves a migration that the base has.
type Edit int

// The edits, the weightiest first.
const (
	Rewritten  Edit = iota // it does something else
	Renumbered             // it is another migration to its tool
	Retitled               // it has another name, which its tool compares
	Guarded                // the same comes out: IF EXISTS, IF NOT EXISTS, CONCURRENTLY, a comment on an object
	Retouched              // it does the same: only white space, comments or the order changed
)

// EditedMigration is a migration that has run and that the change leaves otherwise
// than it was, or several of one set that are told of as one.
type EditedMigration struct {
	Edit  Edit
	Files []string // their paths on the base, in order
	Now   string   // the path of a single one that has another now
	// Tool is what the migration tool does with it, a sentence. Refuses says that it
	// runs nothing more then, and Guess that little tells which tool it is.
	Tool    string
	Refuses bool
	Guess   bool
	// What a single one did and does, a statement each, cut to one line.
	Removed, Added []string
	Changed        []Rewrite
}

// A Rewrite is a statement that stands in place of another.
type Rewrite struct{ Was, Is string }

// DeletedMigration is a migration that has run and that the change takes away, or
// several of one set that are told of as one.
type DeletedMigration struct {
	Files []string // their paths on the base, in order
	// By are the paths of migrations of the change that make what they made.
	By         []string
	Tool       string   // what the migration tool does, a sentence
	Statements []string // what a single one did, cut to one line each
}

func (*EditedMigration) operation()  {}
func (*DeletedMigration) operation() {}
