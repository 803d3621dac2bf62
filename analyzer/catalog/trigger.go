package catalog

import (
	"slices"

	"github.com/dropgate/dropgate/analyzer/op"
)

type trigger struct {
	*op.CreateTrigger
	when op.Firing
}

type rule struct {
	*op.CreateRule
	when op.Firing
}

type eventTrigger struct {
	*op.CreateEventTrigger
	when op.Firing
}

// A Fire is a trigger that is set off.
type Fire struct {
	Trigger *op.CreateTrigger
	Table   op.Name // whose trigger it is
	Event   op.Event
}

// fires reports whether what fires so is set off in this session.
func (c *Catalog) fires(when op.Firing) bool {
	switch when {
	case op.FiresNever:
		return false
	case op.FiresInReplica:
		return c.replica
	case op.FiresAlways:
		return true
	}
	return !c.replica
}

// relation is Resolve for names that may be views'.
func (c *Catalog) relation(n op.Name) op.Name {
	if n.Schema == "" {
		for _, schema := range c.path() {
			full := op.Name{Schema: schema, Name: n.Name}
			if c.tables[full] != nil || c.viewOf(full) != nil {
				return full
			}
		}
	}
	return c.Resolve(n)
}

// View reports whether the name is a view's, and which relation it shows if it is
// a simple one.
func (c *Catalog) View(n op.Name) (over op.Name, is bool) {
	full := c.relation(n)
	if c.tables[full] != nil {
		return op.Name{}, false
	}
	o := c.objects[objectKey{kind: op.View, name: full}]
	if o == nil {
		return op.Name{}, false
	}
	return o.over, true
}

// Materialized returns the definition of a materialized view; nil for other names.
func (c *Catalog) Materialized(n op.Name) *op.CreateView {
	if o := c.objects[objectKey{kind: op.MaterializedView, name: c.ResolveObject(op.MaterializedView, n)}]; o != nil {
		return o.view
	}
	return nil
}

// Viewed returns the definition of a view; nil for other names.
func (c *Catalog) Viewed(n op.Name) *op.CreateView {
	full := c.relation(n)
	if o := c.objects[objectKey{kind: op.View, name: full}]; o != nil && c.tables[full] == nil {
		return o.view
	}
	return nil
}

func (c *Catalog) createTrigger(o *op.CreateTrigger) {
	on := c.relation(o.On)
	c.create(op.Trigger, o.Name, o.On, nil)
	resolved := *o
	resolved.Function = c.ResolveObject(op.Function, o.Function)
	o = &resolved
	c.triggers[on] = append(slices.DeleteFunc(slices.Clone(c.triggers[on]), func(t trigger) bool { return t.Name == o.Name }),
		trigger{CreateTrigger: o})
}

func (c *Catalog) createRule(o *op.CreateRule) {
	on := c.relation(o.On)
	c.create(op.Rule, o.Name, o.On, nil)
	c.rules[on] = append(slices.DeleteFunc(slices.Clone(c.rules[on]), func(r rule) bool { return r.Name == o.Name }), rule{CreateRule: o})
	c.bind(o, o.Ops)
}

func (c *Catalog) createEventTrigger(o *op.CreateEventTrigger) {
	c.create(op.EventTrigger, o.Name, op.Name{}, nil)
	resolved := *o
	resolved.Function = c.ResolveObject(op.Function, o.Function)
	o = &resolved
	c.eventTriggers = append(c.eventTriggers, eventTrigger{CreateEventTrigger: o})
}

func (c *Catalog) dropTrigger(o *op.Drop) {
	on := c.relation(o.On)
	switch o.Kind {
	case op.Trigger:
		c.triggers[on] = slices.DeleteFunc(slices.Clone(c.triggers[on]), func(t trigger) bool { return t.Name.Name == o.Name.Name })
	case op.Rule:
		c.rules[on] = slices.DeleteFunc(slices.Clone(c.rules[on]), func(r rule) bool { return r.Name.Name == o.Name.Name })
	default:
		c.eventTriggers = slices.DeleteFunc(slices.Clone(c.eventTriggers), func(t eventTrigger) bool { return t.Name.Name == o.Name.Name })
	}
}

// switchTriggers does what ALTER TABLE … ENABLE and DISABLE TRIGGER do. That of a
// partitioned table goes for its partitions too.
func (c *Catalog) switchTriggers(o *op.SwitchTriggers) {
	on := c.relation(o.Table)
	if o.Rule {
		for i, r := range c.rules[on] {
			if r.Name.Name == o.Name {
				c.rules[on][i].when = o.When
			}
		}
		return
	}
	for i, t := range c.triggers[on] {
		if o.Name == "" || t.Name.Name == o.Name {
			c.triggers[on][i].when = o.When
		}
	}
	if t := c.tables[on]; t != nil && o.All {
		t.keysOff = o.When == op.FiresNever
	}
}

func (c *Catalog) setReplica(o *op.ReplicationRole) {
	switch {
	case !o.Local:
		c.outerReplica = nil
	case c.outerReplica == nil:
		outer := c.replica
		c.outerReplica = &outer
	}
	c.replica = o.Replica
}

// KeysOff reports whether the triggers that check foreign keys to the table, and
// that take rows along with its rows, are switched off.
func (c *Catalog) KeysOff(t *Table) bool { return c.replica || t != nil && t.keysOff }

// Referenced reports whether a foreign key of another table leads to the table.
func (c *Catalog) Referenced(t *Table) bool {
	return t != nil && len(c.leadingTo(t.Name)) > 0
}

// Rules returns the rules that what is done to the relation sets off.
func (c *Catalog) Rules(n op.Name, event op.Event) []*op.CreateRule {
	var all []*op.CreateRule
	for _, r := range c.rules[c.relation(n)] {
		if r.Event == event && c.fires(r.when) {
			all = append(all, r.CreateRule)
		}
	}
	return all
}

// EventTriggers returns the event triggers that are switched on.
func (c *Catalog) EventTriggers() []*op.CreateEventTrigger {
	var all []*op.CreateEventTrigger
	for _, t := range c.eventTriggers {
		if c.fires(t.when) {
			all = append(all, t.CreateEventTrigger)
		}
	}
	return all
}

// Fires returns the triggers that an INSERT, UPDATE or DELETE on the relation sets
// off: its own, those for rows of the partitioned tables above it, and those for
// rows of the tables under it. Columns are what an UPDATE sets; without any, all.
func (c *Catalog) Fires(n op.Name, event op.Event, columns []string, only bool) []Fire {
	full := c.relation(n)
	all := c.firesOn(full, event, columns, false)
	t := c.tables[full]
	if t == nil {
		return all
	}
	above := map[op.Name]bool{full: true}
	for at := t; at != nil && !at.Parent.IsZero() && !above[at.Parent]; at = c.tables[at.Parent] {
		above[at.Parent] = true
		all = append(all, c.firesOn(at.Parent, event, columns, true)...)
	}
	if only {
		return all
	}
	for _, child := range c.family(t)[1:] {
		if event != op.OnInsert || !child.Parent.IsZero() {
			all = append(all, c.firesOn(child.Name, event, columns, true)...)
		}
	}
	return all
}

// firesOn returns the triggers of one relation, or only those for each row.
func (c *Catalog) firesOn(full op.Name, event op.Event, columns []string, rows bool) []Fire {
	var all []Fire
	for _, t := range c.triggers[full] {
		named := event != op.OnUpdate || len(t.Columns) == 0 || len(columns) == 0 ||
			slices.ContainsFunc(columns, func(column string) bool { return slices.Contains(t.Columns, column) })
		if slices.Contains(t.Events, event) && named && (t.Row || !rows) && c.fires(t.when) {
			all = append(all, Fire{Trigger: t.CreateTrigger, Table: full, Event: event})
		}
	}
	return all
}

// TruncateFires returns the triggers that TRUNCATE sets off.
func (c *Catalog) TruncateFires(o *op.Truncate) []Fire {
	full := c.relation(o.Table)
	all := c.firesOn(full, op.OnTruncate, nil, false)
	t := c.tables[full]
	if t == nil {
		return all
	}
	w := c.walker(t)
	w.visit = func(t *Table, event op.Event, columns []string) {
		all = append(all, c.firesOn(t.Name, op.OnTruncate, nil, false)...)
	}
	w.truncates(t, o.Cascade, o.Only)
	return all
}

// CascadeFires returns the triggers of other tables that the foreign keys to the
// table set off when rows of it are deleted, or some of its columns written over.
func (c *Catalog) CascadeFires(n op.Name, event op.Event, columns []string, only bool) []Fire {
	t := c.tables[c.relation(n)]
	if t == nil {
		return nil
	}
	var all []Fire
	w := c.walker(nil)
	w.visit = func(t *Table, event op.Event, columns []string) {
		all = append(all, c.Fires(t.Name, event, columns, false)...)
	}
	switch event {
	case op.OnDelete:
		w.deletes(t, only)
	case op.OnUpdate:
		w.updates(t, only, columns)
	}
	return all
}

// moveRelation gives the triggers and rules of a relation, and the views over it,
// its new name.
func (c *Catalog) moveRelation(old, name op.Name) {
	if t := c.triggers[old]; t != nil {
		c.triggers[name] = t
		delete(c.triggers, old)
	}
	if r := c.rowCalls[rowKey{op.Table, old}]; r != nil {
		c.rowCalls[rowKey{op.Table, name}] = r
		delete(c.rowCalls, rowKey{op.Table, old})
	}
	if r := c.rules[old]; r != nil {
		c.rules[name] = r
		delete(c.rules, old)
	}
	c.moveViewed(old, name)
	c.moveOnTable(old, name)
	c.moveType(old, name)
	c.mention(relationThing(name))
	c.moveGrants(op.Table, old, name)
}

// dropRelation forgets the triggers and rules of a relation that is no more.
func (c *Catalog) dropRelation(name op.Name) {
	delete(c.triggers, name)
	delete(c.rules, name)
	delete(c.rowCalls, rowKey{op.Table, name})
	c.moveGrants(op.Table, name, op.Name{})
	c.dropOnTable(name)
}

// dropTriggersOf forgets the triggers that run functions which are no more: they
// went with them.
func (c *Catalog) dropTriggersOf(gone func(function op.Name) bool) {
	for on, all := range c.triggers {
		c.triggers[on] = slices.DeleteFunc(slices.Clone(all), func(t trigger) bool { return gone(t.Function) })
	}
	c.eventTriggers = slices.DeleteFunc(slices.Clone(c.eventTriggers), func(t eventTrigger) bool { return gone(t.Function) })
}

// renameTriggersOf follows a function to its new name.
func (c *Catalog) renameTriggersOf(old, name op.Name) {
	for _, all := range c.triggers {
		for i, t := range all {
			if t.Function == old {
				renamed := *t.CreateTrigger
				renamed.Function = name
				all[i].CreateTrigger = &renamed
			}
		}
	}
	for i, t := range c.eventTriggers {
		if t.Function == old {
			renamed := *t.CreateEventTrigger
			renamed.Function = name
			c.eventTriggers[i].CreateEventTrigger = &renamed
		}
	}
}
