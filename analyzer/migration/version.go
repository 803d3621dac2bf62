package migration

// A Version orders migrations within a set, as the tool does: version numbers
// compare as numbers, part by part; what has no number comes last, by name.
type Version struct {
	Numbers []string // decimal digits without leading zeros; may exceed any integer
	Name    string
	// Literal is what the tool compares byte by byte, so that 10 comes before 9.
	Literal string
	// Repeatable migrations (Flyway's R__) run after all versioned ones.
	Repeatable bool
	// Planned says that a plan (sqitch.plan) gives the migration its Place among
	// the others: they come first, whatever their numbers. Arrange sets both.
	Planned bool
	Place   int
}
