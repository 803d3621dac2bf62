package follow

import (
	"slices"
	"strings"

	"github.com/dropgate/dropgate/analyzer/catalog"
	"github.com/dropgate/dropgate/analyzer/op"
	"github.com/dropgate/dropgate/analyzer/pgsql"
)

// change follows an operation on rows: to the rules of its relation, through a
// view to the table behind it, and to the triggers that it sets off.
func (r *run) change(fr frame, at op.At, o op.Operation) {
	table, events, columns, only := touched(o)
	if full, other, ok := r.catalog.Bound(fr.settled, table); ok {
		o = onTable(o, full, other)
		table, events, columns, only = touched(o)
	}
	fr.settled = nil
	done := true
	for _, event := range events {
		for _, rule := range r.catalog.Rules(table, event) {
			r.rule(fr, at, rule)
			done = done && (!rule.Instead || rule.Conditional)
		}
	}
	if !done {
		return
	}
	if over, is := r.catalog.View(table); is && r.throughView(fr, at, o, over) {
		return
	}
	r.emit(fr, at, o)
	if d, ok := o.(*op.Delete); ok && op.Impossible(d.Where) {
		return
	}
	var fires []catalog.Fire
	for _, event := range events {
		if t, ok := o.(*op.Truncate); ok {
			fires = append(fires, r.catalog.TruncateFires(t)...)
			continue
		}
		fires = append(fires, r.catalog.Fires(table, event, columns, only)...)
		fires = append(fires, r.catalog.CascadeFires(table, event, columns, only)...)
	}
	for _, f := range fires {
		r.trigger(fr, at, f)
	}
	r.rowCalls(fr, at, o, columns)
}

// rowCalls follows what computes and checks the rows that an operation writes.
func (r *run) rowCalls(fr frame, at op.At, o op.Operation, columns []string) {
	table, _, _, _ := touched(o)
	defaults := func(string) bool { return true }
	inserts := true
	switch o := o.(type) {
	case *op.Insert:
		if len(o.Into) > 0 && !o.Defaults {
			defaults = func(column string) bool { return !slices.Contains(o.Into, column) }
		}
	case *op.Update:
		inserts = false
		defaults = func(column string) bool {
			return slices.ContainsFunc(o.Set, func(a op.Assignment) bool { return a.Column == column && a.Default })
		}
	case *op.Merge:
		inserts = o.Inserts
	default:
		return
	}
	written := func(column string) bool { return inserts || slices.Contains(columns, column) }
	inner := fr.via("a row of "+r.catalog.Resolve(table).String(), at.Span)
	inner.env, inner.perhaps = env{}, true
	for _, call := range r.catalog.RowCalls(table, written, defaults) {
		r.operation(inner, op.At{Span: at.Span, Op: call})
	}
}

// touched returns the relation of an operation on rows, what it sets off there,
// and the columns that it sets.
func touched(o op.Operation) (table op.Name, events []op.Event, columns []string, only bool) {
	set := func(all []op.Assignment) {
		for _, a := range all {
			columns = append(columns, a.Column)
		}
	}
	switch o := o.(type) {
	case *op.Insert:
		return o.Table, []op.Event{op.OnInsert}, nil, false
	case *op.Update:
		set(o.Set)
		return o.Table, []op.Event{op.OnUpdate}, columns, o.Only
	case *op.Delete:
		return o.Table, []op.Event{op.OnDelete}, nil, o.Only
	case *op.Truncate:
		return o.Table, []op.Event{op.OnTruncate}, nil, o.Only
	case *op.Merge:
		set(o.Sets)
		if o.Inserts {
			events = append(events, op.OnInsert)
		}
		if len(o.Sets) > 0 {
			events = append(events, op.OnUpdate)
		}
		if o.Deletes {
			events = append(events, op.OnDelete)
		}
		return o.Table, events, columns, false
	}
	return op.Name{}, nil, nil, false
}

// throughView follows what is written to a view to the INSTEAD OF triggers of the
// view, else to what it shows. It reports false for a view that nothing can be
// written through: that is for PostgreSQL to refuse.
func (r *run) throughView(fr frame, at op.At, o op.Operation, over op.Name) bool {
	view, events, columns, _ := touched(o)
	instead := false
	for _, event := range events {
		for _, f := range r.catalog.Fires(view, event, columns, true) {
			if f.Trigger.InsteadOf {
				instead = true
				r.trigger(fr, at, f)
			}
		}
	}
	if instead || over.IsZero() {
		return instead
	}
	leave, ok := r.enter(fr, at, over, "")
	if !ok {
		return false
	}
	defer leave()
	r.change(fr.via("view "+r.catalog.ResolveObject(op.View, view).String(), at.Span).at(fr), at, onTable(o, over, r.shown(view)))
	return true
}

// shown returns the columns that a view shows by other names.
func (r *run) shown(view op.Name) map[string]string {
	if v := r.catalog.Viewed(view); v != nil {
		return v.Shown
	}
	return nil
}

// read follows what is read to the functions that a view calls.
func (r *run) read(fr frame, at op.At, n op.Name) { r.view(fr, at, n, r.catalog.Viewed(n)) }

// view follows the query of a view.
func (r *run) view(fr frame, at op.At, n op.Name, view *op.CreateView) {
	if view == nil || len(view.Calls)+len(view.Reads) == 0 {
		return
	}
	leave, ok := r.enter(fr, at, view, "")
	if !ok {
		return
	}
	defer leave()
	inner := fr.via("view "+n.String(), at.Span)
	inner.env = env{}
	for _, call := range view.Calls {
		r.operation(inner, op.At{Span: at.Span, Op: call})
	}
	for _, relation := range view.Reads {
		r.read(inner, at, relation)
	}
}

// at returns the frame in the file and with the variables of another: the text of
// the operation still stands there.
func (fr frame) at(other frame) frame {
	fr.file, fr.env = other.file, other.env
	return fr
}

// onTable returns the operation as it is done to another relation, whose columns a
// view shows by other names.
func onTable(o op.Operation, table op.Name, shown map[string]string) op.Operation {
	column := func(name string) string {
		if other, ok := shown[name]; ok {
			return other
		}
		return name
	}
	switch o := o.(type) {
	case *op.Insert:
		c := *o
		c.Table, c.Into = table, renamed(o.Into, column)
		return &c
	case *op.Update:
		c := *o
		c.Table, c.Set, c.Where = table, assigned(o.Set, column), op.Renamed(o.Where, column)
		return &c
	case *op.Delete:
		c := *o
		c.Table, c.Where = table, op.Renamed(o.Where, column)
		return &c
	case *op.Merge:
		c := *o
		c.Table, c.Sets, c.On = table, assigned(o.Sets, column), op.Renamed(o.On, column)
		return &c
	}
	return o
}

func renamed(columns []string, to func(string) string) []string {
	columns = slices.Clone(columns)
	for i := range columns {
		columns[i] = to(columns[i])
	}
	return columns
}

func assigned(set []op.Assignment, to func(string) string) []op.Assignment {
	set = slices.Clone(set)
	for i := range set {
		set[i].Column, set[i].Value.Reads = to(set[i].Column), renamed(set[i].Value.Reads, to)
	}
	return set
}

func (r *run) rule(fr frame, at op.At, rule *op.CreateRule) {
	leave, ok := r.enter(fr, at, rule, "")
	if !ok {
		return
	}
	defer leave()
	inner := fr.fires("rule "+rule.Name.Name+" on "+rule.On.String(), at.Span)
	inner.file, inner.env, inner.perhaps, inner.body, inner.settled = rule.File, env{}, true, true, rule
	for _, command := range rule.Ops {
		r.operation(inner, command)
	}
}

// triggerFunctions are functions for triggers that come with PostgreSQL and take
// no row away.
var triggerFunctions = map[string]bool{
	"suppress_redundant_updates_trigger": true, "tsvector_update_trigger": true, "tsvector_update_trigger_column": true,
	"moddatetime": true, "autoinc": true, "insert_username": true, "check_primary_key": true, "lo_manage": true, "unique_key_recheck": true,
}

// trigger follows the function of a trigger. NEW and OLD may be any row.
func (r *run) trigger(fr frame, at op.At, f catalog.Fire) {
	inner := fr.fires("trigger "+f.Trigger.Name.Name+" on "+f.Table.String(), at.Span)
	inner.perhaps = true
	all := r.catalog.TriggerFunctions(f.Trigger.Function)
	if len(all) == 0 && triggerFunctions[f.Trigger.Function.Name] {
		return
	}
	known := false
	for _, function := range all {
		if function.Body != nil {
			known = true
			r.function(inner, at, function, r.triggerEnv(f))
		}
	}
	if !known {
		r.emit(inner, op.At{Span: at.Span, Op: &op.Call{Function: f.Trigger.Function}}, nil)
	}
}

// triggerEnv returns the variables that PostgreSQL gives a trigger's function, as
// far as they are known.
func (r *run) triggerEnv(f catalog.Fire) env {
	one := func(s string) values { return values{{{text: s}}} }
	e := env{
		"tg_op": one(strings.ToUpper(string(f.Event))), "tg_name": one(f.Trigger.Name.Name),
		"tg_table_name": one(f.Table.Name), "tg_relname": one(f.Table.Name), "tg_table_schema": one(f.Table.Schema),
		"tg_relid": one(r.regclass(f.Table)),
	}
	var arguments values
	for _, a := range f.Trigger.Arguments {
		arguments = append(arguments, value{{text: a}})
	}
	if len(arguments) <= alternatives {
		e["tg_argv"] = arguments
	}
	return e
}

// regclass is what a table's OID shows as: a number is of no use in a statement.
func (r *run) regclass(table op.Name) string {
	name := pgsql.QuoteName(table.Name)
	if r.catalog.Resolve(op.Name{Name: table.Name}) == table {
		return name
	}
	return pgsql.QuoteName(table.Schema) + "." + name
}

// eventTriggers follows the event triggers that an operation on definitions sets
// off.
func (r *run) eventTriggers(fr frame, at op.At) {
	for _, t := range r.catalog.EventTriggers() {
		if !setsOff(at.Op, t) {
			continue
		}
		inner := fr.fires("event trigger "+t.Name.Name, at.Span)
		inner.perhaps = true
		for _, f := range r.catalog.TriggerFunctions(t.Function) {
			if f.Body != nil {
				r.function(inner, at, f, env{})
			} else {
				r.emit(inner, op.At{Span: at.Span, Op: &op.Call{Function: t.Function}}, nil)
			}
		}
	}
}

// setsOff reports whether an operation sets off an event trigger, as far as it can
// be told.
func setsOff(o op.Operation, t *op.CreateEventTrigger) bool {
	tag, drops := tagOf(o)
	if tag == "" || t.Event == "sql_drop" && !drops {
		return false
	}
	if t.Event == "table_rewrite" && tag != "ALTER TABLE" {
		return false
	}
	if len(t.Tags) == 0 {
		return true
	}
	for _, want := range t.Tags {
		if want == tag {
			return true
		}
	}
	return false
}

// tagOf returns the command tag of an operation on definitions, empty for others,
// and whether something is dropped.
//
//nolint:gocyclo // one flat line for each kind of operation reads better than a table
func tagOf(o op.Operation) (tag string, drops bool) {
	switch o := o.(type) {
	case *op.CreateSchema:
		return "CREATE SCHEMA", false
	case *op.CreateTable:
		if o.Copies != nil {
			return "CREATE TABLE AS", false
		}
		return "CREATE TABLE", false
	case *op.CreateView:
		return "CREATE " + strings.ToUpper(string(o.Kind)), false
	case *op.CreateIndex:
		return "CREATE INDEX", false
	case *op.CreateType:
		return "CREATE " + strings.ToUpper(string(o.Kind)), false
	case *op.CreateFunction:
		return "CREATE FUNCTION", false
	case *op.CreateTrigger:
		return "CREATE TRIGGER", false
	case *op.CreateRule:
		return "CREATE RULE", false
	case *op.Create:
		return "CREATE " + strings.ToUpper(string(o.Kind)), false
	case *op.Drop:
		if o.Kind == op.Constraint {
			return "ALTER TABLE", true
		}
		if o.Kind == op.Database || o.Kind == op.Role {
			return "", false
		}
		return "DROP " + strings.ToUpper(o.Word), true
	case *op.DropColumn:
		return "ALTER TABLE", true
	case *op.DropOwned:
		return "DROP OWNED", true
	case *op.AddColumn, *op.AddConstraint, *op.AlterColumn, *op.AlterColumnType, *op.AttachPartition, *op.DetachPartition, *op.Inherit, *op.SwitchTriggers,
		*op.ValidateConstraint, *op.DeferConstraint, *op.AlterTable:
		return "ALTER TABLE", false
	case *op.AlterFunction:
		return "ALTER FUNCTION", false
	case *op.Rename:
		if o.Kind == op.Column || o.Kind == op.Constraint {
			return "ALTER TABLE", false
		}
		return "ALTER " + strings.ToUpper(string(o.Kind)), false
	case *op.SetSchema:
		return "ALTER " + strings.ToUpper(string(o.Kind)), false
	case *op.CreateExtension:
		return "CREATE EXTENSION", false
	case *op.AlterDomain:
		return "ALTER DOMAIN", false
	case *op.Grant:
		return grantTag(o), false
	case *op.DropAttribute, *op.AlterAttribute, *op.AddAttribute, *op.AlterEnum:
		return "ALTER TYPE", false
	}
	return "", false
}

func grantTag(o *op.Grant) string {
	switch {
	case o.Kind == op.Role || o.Kind == op.Database: // they are of no one database
		return ""
	case o.Default:
		return "ALTER DEFAULT PRIVILEGES"
	case o.Revoke:
		return "REVOKE"
	}
	return "GRANT"
}
