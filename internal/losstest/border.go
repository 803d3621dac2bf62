package losstest

// A Verdict is what a settled border says about a change.
type Verdict int

// The verdicts.
const (
	Depends Verdict = iota // on what the text says otherwise
	Blocks                 // a score of 60 or more
	Passes                 // a score under 60
)

// A Border is a question that execution alone does not settle: a row of the
// table of settled borders in the project's contract.
type Border struct {
	Case    string // the row's first column
	Verdict Verdict
}

// Borders holds the settled borders by the names that cases use.
var Borders = map[string]Border{
	"constant-key": {"rows picked by a constant primary or unique key, and nothing cascades from them", Passes},
	"open-condition": {"rows picked by any other condition (a status, an age, a join); rows that a cascade takes along",
		Blocks},
	"overwritten-widely": {"values overwritten in every row or through a join; set to NULL wherever there is a value; " +
		"cut or rounded by a type conversion", Blocks},
	"overwritten-narrowly": {"values overwritten under a condition on the row's own columns; " +
		"values that the statement can be undone from", Passes},
	"backfill": {"`UPDATE` of what the change added, `WHERE column IS NULL`, `coalesce(column, …)`", Passes},
	"copy-kept": {"a full copy is kept in the same change, then the original dropped " +
		"(table, column, archive by `DELETE … RETURNING`)", Blocks},
	"rebuildable": {"what can be built again: index, view, materialized view, function, generated column, default",
		Passes},
	"no-rows": {"sequence, constraint, trigger, policy, `SET UNLOGGED`, json to jsonb", Passes},
	"takes-columns": {"an attribute of a composite type, a collation, type, domain, function, schema or extension " +
		"whose going takes stored columns with it", Blocks},
	"unknowable": {"a target that only exists at run time; a function that is called and not known; what cannot be read",
		Blocks},
	"unknown-name": {"a name that the history does not have: the migrations read are none, or not all could be read",
		Depends},
	"known-absent": {"the same with `IF EXISTS`, when there are earlier migrations and every one of them could be read; " +
		"or an earlier one dropped it", Passes},
	"never-runs":       {"a branch that never runs, code after an error that is always raised", Depends},
	"tool-transaction": {"a tool's own transaction around the file", Depends},
}
