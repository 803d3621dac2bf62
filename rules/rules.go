// Package rules holds every rule, one file each, and the list of them. A program
// with rules of its own hands [All] and them to the analyzer together.
package rules

import (
	"fmt"
	"strings"

	"github.com/dropgate/dropgate/analyzer"
	"github.com/dropgate/dropgate/analyzer/catalog"
	"github.com/dropgate/dropgate/analyzer/op"
)

// All is every rule, in the order in which they are shown.
var All = []*analyzer.Rule{
	dropDatabase,
	dropOwned,
	dropSchema,
	dropTable,
	dropColumn,
	dropType,
	dropExtension,
	truncate,
	deleteRows,
	updateRows,
	mergeRows,
	lossyTypeChange,
	runTimeTarget,
	unreadStatement,
	unreadFile,
	dropSequence,
	dropConstraint,
	dropTrigger,
	dropPolicy,
	dropView,
	dropMaterializedView,
	dropIndex,
	dropFunction,
	renameTable,
	renameColumn,
	editedMigration,
	deletedMigration,
	badIgnore,
	unusedIgnore,
}

// Find returns the rule with that ID, nil if there is none.
func Find(id string) *analyzer.Rule {
	for _, r := range All {
		if r.ID == id {
			return r
		}
	}
	return nil
}

// reason is a term of a score.
func reason(points int, format string, args ...any) analyzer.Reason {
	return analyzer.Reason{Points: points, Text: fmt.Sprintf(format, args...)}
}

// reached turns the catalog's losses into a finding's reach, and adds a reason
// when there are any: the more is reached, the higher the score.
func reached(losses []catalog.Loss, reasons []analyzer.Reason) ([]analyzer.Reached, []analyzer.Reason) {
	var all []analyzer.Reached
	for _, l := range losses {
		all = append(all, analyzer.Reached{Kind: l.Kind, Name: l.Name, Why: l.Why, From: l.From, Table: l.Table})
	}
	switch n := len(all); {
	case n == 1:
		reasons = append(reasons, reason(5, "it takes %s %s along", all[0].Kind, all[0].Name))
	case n > 1:
		reasons = append(reasons, reason(min(4+n, 10), "it takes %d other tables or columns along", n))
	}
	return all, reasons
}

// alsoViews adds the views that CASCADE takes along. They can be built again, so they
// raise no score.
func alsoViews(p *analyzer.Pass, j *analyzer.Judgement, kind op.Kind, n op.Name, column string) {
	for _, l := range p.Catalog.ViewReach(kind, n, column) {
		j.Reach = append(j.Reach, analyzer.Reached{Kind: l.Kind, Name: l.Name, Why: l.Why, From: l.From})
	}
}

// dropped judges a DROP of something that can be built again from its
// definition: the same sentence for all kinds.
func dropped(kind op.Kind, points int, what string) func(*analyzer.Pass) {
	return func(p *analyzer.Pass) {
		d, ok := p.Op.(*op.Drop)
		if !ok || d.Kind != kind {
			return
		}
		state := p.Catalog.Object(kind, d.Name, d.On)
		if !state.MayHoldData() || state == catalog.Absent && d.IfExists {
			return
		}
		object := p.Object(kind, d.Name, "")
		message := fmt.Sprintf("Drops %s %s.", d.Word, d.Name)
		if !d.On.IsZero() {
			on := p.Catalog.Resolve(d.On)
			object.Schema = on.Schema
			message = fmt.Sprintf("Drops %s %s on %s.", d.Word, d.Name, d.On)
		}
		j := analyzer.Judgement{Object: object, Message: message, Reasons: []analyzer.Reason{reason(points, "%s", what)}}
		j.Frees = kind == op.View || kind == op.MaterializedView
		if d.Cascade {
			j.Reasons = append(j.Reasons, reason(5, "CASCADE drops what depends on it too"))
			cascades(p, d, &j)
			alsoViews(p, &j, d.Kind, d.Name, "")
		}
		p.Report(j)
	}
}

// cascades raises the score when CASCADE takes stored columns along: those that
// are computed by a function, those of a view's row type.
func cascades(p *analyzer.Pass, d *op.Drop, j *analyzer.Judgement) {
	var losses []catalog.Loss
	switch d.Kind {
	case op.Function:
		losses = p.Catalog.FunctionReach(d.Name)
	case op.View, op.MaterializedView:
		losses = p.Catalog.TypeReach(d.Kind, d.Name)
	}
	if len(losses) > 0 {
		j.Category = analyzer.DataLoss
		j.Reasons = append(j.Reasons, reason(50, "and every value of the columns that need it"))
		j.Reach, j.Reasons = reached(losses, j.Reasons)
	}
}

// missing lowers the score of what was probably not there: IF EXISTS on a name
// that none of the migrations made, all of which could be read.
func missing(p *analyzer.Pass, state catalog.State, ifExists bool, base int) (analyzer.Reason, bool) {
	if state != catalog.Absent || !ifExists {
		return analyzer.Reason{}, false
	}
	return reason(20-base, "IF EXISTS, and none of the %d migrations read made it", p.Catalog.Migrations()), true
}

// mitigated lowers the score a little when the change keeps a full copy, but
// never below 60: the copy still has to be right.
func mitigated(score int, where string) (analyzer.Reason, bool) {
	if where == "" {
		return analyzer.Reason{}, false
	}
	return reason(-min(10, max(score-60, 0)), "a full copy is kept in %s", where), true
}

// sum is the score so far.
func sum(reasons []analyzer.Reason) int {
	n := 0
	for _, r := range reasons {
		n += r.Points
	}
	return n
}

// list names things in a sentence: "a", "a and b", "a, b and c".
func list(names []string) string {
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	return strings.Join(names[:len(names)-1], ", ") + " and " + names[len(names)-1]
}
