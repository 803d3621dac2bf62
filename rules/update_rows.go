package rules

import (
	"fmt"
	"slices"

	"github.com/dropgate/dropgate/analyzer"
	"github.com/dropgate/dropgate/analyzer/catalog"
	"github.com/dropgate/dropgate/analyzer/op"
)

var updateRows = &analyzer.Rule{
	ID:       "update-rows",
	Category: analyzer.DataLoss,
	Title:    "Values are overwritten",
	Why:      "UPDATE puts new values in the place of the old ones, which nobody can tell afterwards. Filling a column that the change added, or only where it IS NULL, overwrites nothing.",
	Remedy:   "Write the new values into a new column and let the application move over, or copy the old values into another column first. Keep the condition as narrow as it can be (`WHERE column IS NULL`, constant keys).",
	Bad:      analyzer.Example{Before: "CREATE TABLE users (id bigint PRIMARY KEY, plan text);", Change: "UPDATE users SET plan = 'free';"},
	Good:     analyzer.Example{Before: "CREATE TABLE users (id bigint PRIMARY KEY, plan text);", Change: "UPDATE users SET plan = 'free' WHERE plan IS NULL;"},
	Check:    checkUpdate,
}

func checkUpdate(p *analyzer.Pass) {
	written, ok := p.Op.(*op.Update)
	if !ok || op.Impossible(written.Where) {
		return
	}
	t, state := p.Catalog.Table(written.Table)
	o := *written
	o.Where = p.Catalog.OfRow(t, written.Where)
	losses := p.Catalog.UpdateReach(t, o.Only, changed(o.Set))
	var lost overwrite
	switch {
	case state.MayHoldData() || t != nil && !o.Only && p.Catalog.HoldsRows(t):
		lost = overwritten(p, o.Table, o.Set, o.Where, false)
	case len(losses) > 0: // through the foreign keys of older tables
		lost = overwritten(p, o.Table, o.Set, o.Where, true)
	}
	if len(lost.columns) == 0 && len(losses) == 0 {
		return
	}
	j := analyzer.Judgement{Object: p.Object(op.Table, o.Table, "")}
	j.Reasons, j.Message = writtenOver(p, &o, lost)
	if len(lost.columns) == 1 {
		j.Object.Column = lost.columns[0]
		j.Suggestion = filling(p, &o, t)
	}
	unlink(losses, p.Catalog.Heirs(t, o.Only, lost.columns...), &j)
	if sum(j.Reasons) < 60 {
		j.Remedy = "Nothing more to do if these are the rows and values that you mean: look at them in production first, with SELECT and the same condition."
	}
	p.Report(j)
}

// writtenOver says which values an UPDATE writes over, and what losing them counts.
func writtenOver(p *analyzer.Pass, o *op.Update, lost overwrite) ([]analyzer.Reason, string) {
	var r analyzer.Reason
	t, _ := p.Catalog.Table(o.Table)
	values := "values of " + list(lost.columns)
	notNull := func(column string) bool { return t == nil || t.NotNull(column) }
	switch {
	case p.Catalog.Resolve(o.Table) == op.Name{Schema: catalog.SystemSchema, Name: "pg_index"}:
		r = reason(45, "a system catalog is edited by hand; an index can be built again")
	case p.Catalog.Resolve(o.Table).Schema == catalog.SystemSchema:
		r = reason(75, "a system catalog is edited by hand, which can take away anything")
	case lost.undoable:
		r = reason(20, "the old values can be computed from the new ones")
	case lost.kept:
		r = reason(30, "the old values are kept in another column")
	case p.Catalog.Bounded(t, o.Only, o.Where), o.Upsert && !o.FromQuery:
		r = reason(40, "the rows are picked by a constant key")
	case o.Joins, o.Upsert, op.ReadsElsewhere(o.Where):
		r = reason(65, "which rows change depends on other tables")
	case lost.conditional:
		r = reason(45, "values are overwritten where a condition on the row holds")
	case op.Unbounded(o.Where, lost.columns, notNull):
		r = reason(70, "every value is overwritten")
		values = "every value of " + list(lost.columns)
	default:
		r = reason(45, "values are overwritten where a condition on the row holds")
	}
	return []analyzer.Reason{r}, fmt.Sprintf("Overwrites %s in table %s.", values, o.Table)
}

// changed returns the columns that the assignments give another value.
func changed(set []op.Assignment) []string {
	var columns []string
	for _, a := range set {
		if a.Value.Kind != op.Same {
			columns = append(columns, a.Column)
		}
	}
	return columns
}

// unlink adds what happens to values that refer to an overwritten key: those that
// do not follow it are lost, and nothing in the text limits how many they are.
// Further losses only come along.
func unlink(references, further []catalog.Loss, j *analyzer.Judgement) {
	if slices.ContainsFunc(references, func(l catalog.Loss) bool { return !l.Follows }) {
		j.Reasons = append(j.Reasons, reason(max(20, 60-sum(j.Reasons)), "the text sets no limit to the references that are lost with the key"))
		j.Remedy = "Drop the foreign key, or make it ON UPDATE CASCADE, before the key is changed."
	}
	j.Reach, j.Reasons = reached(slices.Concat(further, references), j.Reasons)
}

// overwrite is what an assignment list does to values that were there.
type overwrite struct {
	columns     []string // whose old values go
	undoable    bool     // all of them can be computed back
	conditional bool     // all of them change only where a condition in the value holds
	kept        bool     // all of them are kept in another column
}

// overwritten returns the columns whose values the assignments overwrite: not
// those that the change added, nor where only NULL is replaced.
//
// With every it does not ask who made the columns: what is written to the key of a
// new table goes through to older ones that refer to it.
func overwritten(p *analyzer.Pass, table op.Name, set []op.Assignment, where op.Condition, every bool) overwrite {
	w := overwrite{undoable: true, conditional: true, kept: true}
	swap := swapped(set)
	for _, a := range set {
		column, state := p.Catalog.Column(table, a.Column)
		if state == catalog.Created && !every || a.Value.Kind == op.Same || a.Value.Kind == op.Coalesced ||
			op.Requires(where, op.IsNull{Column: a.Column}) || keepsValue(p, column, a.Value) {
			continue
		}
		w.columns = append(w.columns, a.Column)
		undoable := a.Value.Kind == op.Undoable || a.Value.Kind == op.Wrapped || swap
		w.undoable = w.undoable && undoable
		w.conditional = w.conditional && (undoable || a.Value.Kind == op.Conditional)
		w.kept = w.kept && (undoable || p.Catalog.CopyOf(table, a.Column) != "" || savedBeside(p, table, set, a.Column))
	}
	w.conditional = w.conditional && !w.undoable
	return w
}

// keepsValue reports whether the value is the column's own in another type, and the
// column's type gives it back.
func keepsValue(p *analyzer.Pass, column *catalog.Column, v op.Value) bool {
	if v.Kind != op.Cast || column == nil || column.Type.Name.IsZero() {
		return false
	}
	own := p.Catalog.BaseType(column.Type)
	at, l := through(&own, v.Casts)
	return l.why == "" && convert(at, own, false).why == ""
}

// swapped reports whether the assignments only exchange columns: a = b, b = a.
func swapped(set []op.Assignment) bool {
	var to, from []string
	for _, a := range set {
		if a.Value.Kind != op.FromColumn || len(a.Value.Reads) != 1 {
			return false
		}
		to, from = append(to, a.Column), append(from, a.Value.Reads[0])
	}
	slices.Sort(to)
	slices.Sort(from)
	return slices.Equal(to, from)
}

// savedBeside reports whether the same statement writes the column's old value
// to a column that the change added.
func savedBeside(p *analyzer.Pass, table op.Name, set []op.Assignment, column string) bool {
	for _, a := range set {
		_, state := p.Catalog.Column(table, a.Column)
		if state == catalog.Created && a.Value.Kind == op.FromColumn && slices.Equal(a.Value.Reads, []string{column}) {
			return true
		}
	}
	return false
}
