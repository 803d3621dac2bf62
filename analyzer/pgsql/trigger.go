package pgsql

import (
	"slices"
	"strings"

	pg_query "github.com/pganalyze/pg_query_go/v5"

	"github.com/dropgate/dropgate/analyzer/op"
	"github.com/dropgate/dropgate/analyzer/source"
)

// The bits of a trigger's type, as PostgreSQL keeps them (catalog/pg_trigger.h).
const (
	triggerBefore    = 1 << 1
	triggerInsert    = 1 << 2
	triggerDelete    = 1 << 3
	triggerUpdate    = 1 << 4
	triggerTruncate  = 1 << 5
	triggerInsteadOf = 1 << 6
)

// firings gives the meaning of the letters that PostgreSQL keeps for ENABLE and
// DISABLE.
var firings = map[string]op.Firing{
	"O": op.FiresInOrigin, "D": op.FiresNever, "R": op.FiresInReplica, "A": op.FiresAlways,
}

func trigger(s *pg_query.CreateTrigStmt) *op.CreateTrigger {
	t := &op.CreateTrigger{
		Name: op.Name{Name: s.Trigname}, On: rangeName(s.Relation), Columns: strs(s.Columns),
		InsteadOf: s.Timing&triggerInsteadOf != 0, Before: s.Timing&triggerBefore != 0, Row: s.Row,
		Function: qualified(strs(s.Funcname)), Arguments: strs(s.Args),
	}
	for _, e := range []struct {
		bit   int32
		event op.Event
	}{
		{triggerInsert, op.OnInsert}, {triggerUpdate, op.OnUpdate}, {triggerDelete, op.OnDelete}, {triggerTruncate, op.OnTruncate},
	} {
		if s.Events&e.bit != 0 {
			t.Events = append(t.Events, e.event)
		}
	}
	return t
}

func eventTrigger(s *pg_query.CreateEventTrigStmt) *op.CreateEventTrigger {
	t := &op.CreateEventTrigger{
		Name: op.Name{Name: s.Trigname}, Event: strings.ToLower(s.Eventname), Function: qualified(strs(s.Funcname)),
	}
	for _, n := range s.Whenclause {
		if d := n.GetDefElem(); d.GetDefname() == "tag" {
			for _, tag := range strs(d.Arg.GetList().GetItems()) {
				t.Tags = append(t.Tags, strings.ToUpper(tag))
			}
		}
	}
	return t
}

var ruleEvents = map[pg_query.CmdType]op.Event{
	pg_query.CmdType_CMD_SELECT: op.OnSelect, pg_query.CmdType_CMD_INSERT: op.OnInsert,
	pg_query.CmdType_CMD_UPDATE: op.OnUpdate, pg_query.CmdType_CMD_DELETE: op.OnDelete,
}

// rule reads CREATE RULE with the commands that it runs.
func (r *reader) rule(s *pg_query.RuleStmt, span source.Span) *op.CreateRule {
	o := &op.CreateRule{
		Name: op.Name{Name: s.Rulename}, On: rangeName(s.Relation), Event: ruleEvents[s.Event],
		Instead: s.Instead, Conditional: s.WhereClause != nil, File: r.file,
	}
	for _, call := range r.perhaps(s.WhereClause) {
		o.Ops = append(o.Ops, op.At{Span: span, Op: call})
	}
	spans := r.ruleCommands(len(s.Actions), span)
	for i, n := range s.Actions {
		o.Ops = append(o.Ops, r.everything(n, spans[i])...)
	}
	return o
}

// ruleCommands returns the text of each of the n commands of a rule, which stand
// after DO, ALSO or INSTEAD, several of them in parentheses; the whole statement
// for each if they cannot be told apart.
func (r *reader) ruleCommands(n int, whole source.Span) []source.Span {
	first := slices.IndexFunc(r.tokens, func(t token) bool { return t.is(r.data, "do") }) + 1
	for first < len(r.tokens) && (r.tokens[first].is(r.data, "also") || r.tokens[first].is(r.data, "instead")) {
		first++
	}
	rest := r.tokens[first:]
	if len(rest) > 1 && rest[0].is(r.data, "(") && rest[len(rest)-1].is(r.data, ")") {
		rest = rest[1 : len(rest)-1]
	}
	var parts []source.Span
	begins := true
	for _, t := range rest {
		switch {
		case t.is(r.data, ";"):
			begins = true
		case begins:
			begins = false
			parts = append(parts, t.span)
		default:
			parts[len(parts)-1].End = t.span.End
		}
	}
	if len(parts) == n {
		return parts
	}
	all := make([]source.Span, n)
	for i := range all {
		all[i] = whole
	}
	return all
}

// switches reads the actions of ALTER TABLE that switch triggers and rules on
// and off; nil for others.
func switches(table op.Name, c *pg_query.AlterTableCmd) op.Operation {
	o := &op.SwitchTriggers{Table: table, Name: c.Name}
	switch c.Subtype {
	case pg_query.AlterTableType_AT_EnableTrig, pg_query.AlterTableType_AT_EnableTrigUser:
	case pg_query.AlterTableType_AT_EnableTrigAll:
		o.All = true
	case pg_query.AlterTableType_AT_EnableAlwaysTrig:
		o.When = op.FiresAlways
	case pg_query.AlterTableType_AT_EnableReplicaTrig:
		o.When = op.FiresInReplica
	case pg_query.AlterTableType_AT_DisableTrig, pg_query.AlterTableType_AT_DisableTrigUser:
		o.When = op.FiresNever
	case pg_query.AlterTableType_AT_DisableTrigAll:
		o.All, o.When = true, op.FiresNever
	case pg_query.AlterTableType_AT_EnableRule:
		o.Rule = true
	case pg_query.AlterTableType_AT_EnableAlwaysRule:
		o.Rule, o.When = true, op.FiresAlways
	case pg_query.AlterTableType_AT_EnableReplicaRule:
		o.Rule, o.When = true, op.FiresInReplica
	case pg_query.AlterTableType_AT_DisableRule:
		o.Rule, o.When = true, op.FiresNever
	default:
		return nil
	}
	return o
}
