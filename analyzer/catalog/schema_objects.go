package catalog

import (
	"slices"
	"strings"

	"github.com/dropgate/dropgate/analyzer/op"
)

// describeObjects adds what is not a table.
func (c *Catalog) describeObjects(s *Schema) {
	for _, key := range c.keys() {
		o := c.objects[key]
		switch {
		case key.name.Schema == temporarySchema:
		case o.view != nil:
			s.Views = append(s.Views, c.describeView(key, o))
		case o.def != nil:
			s.Types = append(s.Types, c.describeType(key.name, o.def))
		case o.extension != nil:
			info := ExtensionInfo{Name: key.name.Name, Schema: o.extension.Schema}
			if types, known := extensionTypes[key.name.Name]; known {
				info.Types = append([]string{}, types...)
			}
			s.Extensions = append(s.Extensions, info)
		case key.kind == op.Collation:
			s.Collations = append(s.Collations, Quoted(key.name))
		}
	}
	for _, f := range c.sortedFunctions() {
		if f.name.Schema == temporarySchema {
			continue
		}
		s.Functions = append(s.Functions, c.describeFunction(f))
	}
	for _, t := range c.eventTriggers {
		s.EventTriggers = append(s.EventTriggers, TriggerInfo{
			Name: t.Name.Name, When: t.Event, Events: t.Tags, Function: Quoted(t.Function), Disabled: t.when == op.FiresNever,
		})
	}
	slices.SortFunc(s.EventTriggers, func(a, b TriggerInfo) int { return strings.Compare(a.Name, b.Name) })
	s.Grants = c.describeGrants()
}

func (c *Catalog) describeView(key objectKey, o *object) ViewInfo {
	v := o.view
	info := ViewInfo{
		Schema: key.name.Schema, Name: key.name.Name, Kind: key.kind, Query: v.Query, Columns: v.Names, Recursive: v.Recursive, Outdated: o.outdated,
	}
	if !slices.Equal(o.path, defaultPath) {
		info.SearchPath = o.path
	}
	for _, read := range v.Reads {
		if name := Quoted(read); !slices.Contains(info.Reads, name) {
			info.Reads = append(info.Reads, name)
		}
	}
	slices.Sort(info.Reads)
	var on TableInfo
	c.describeOnTable(&on, key.name)
	info.Triggers, info.Rules = on.Triggers, on.Rules
	return info
}

func (c *Catalog) describeType(name op.Name, def *op.CreateType) TypeInfo {
	info := TypeInfo{
		Schema: name.Schema, Name: name.Name, Kind: string(def.Form), Labels: def.Labels,
		NotNull: def.NotNull, Default: def.Default, Collation: Quoted(def.Collation),
	}
	if !def.Base.Name.IsZero() {
		info.Base = showType(def.Base)
	}
	for _, a := range def.Attributes {
		info.Attributes = append(info.Attributes, ColumnInfo{Name: a.Name, Type: showType(a.Type), Collation: Quoted(a.Collation)})
	}
	for _, check := range def.Checks {
		info.Checks = append(info.Checks, CheckInfo(check))
	}
	slices.SortFunc(info.Checks, func(a, b CheckInfo) int { return strings.Compare(a.Name, b.Name) })
	return info
}

func (c *Catalog) describeFunction(f namedFunction) FunctionInfo {
	info := FunctionInfo{Schema: f.name.Schema, Name: f.name.Name, Kind: f.Word, Language: f.Language}
	for _, t := range f.Arguments { // what is in parentheses is not kept of them
		t.Mods, t.Fields = nil, false
		info.Arguments = append(info.Arguments, showType(t))
	}
	if f.Word == "function" && !f.Returns.Name.IsZero() {
		result := f.Returns
		result.Mods = nil
		info.Returns = showType(result)
	}
	return info
}

// describeOnTable adds the triggers, rules and policies of a relation.
func (c *Catalog) describeOnTable(info *TableInfo, name op.Name) {
	for _, t := range c.triggers[name] {
		info.Triggers = append(info.Triggers, describeTrigger(t))
	}
	for _, r := range c.rules[name] {
		when := "also"
		if r.Instead {
			when = "instead of"
		}
		info.Rules = append(info.Rules, TriggerInfo{Name: r.Name.Name, When: when, Events: []string{string(r.Event)}, Disabled: r.when == op.FiresNever})
	}
	byName := func(a, b TriggerInfo) int { return strings.Compare(a.Name, b.Name) }
	slices.SortFunc(info.Triggers, byName)
	slices.SortFunc(info.Rules, byName)
	for _, key := range c.onTable(name) {
		if key.kind == op.Policy {
			info.Policies = append(info.Policies, key.name.Name)
		}
	}
	slices.Sort(info.Policies)
}

func describeTrigger(t trigger) TriggerInfo {
	info := TriggerInfo{Name: t.Name.Name, When: "after", Function: Quoted(t.Function), Disabled: t.when == op.FiresNever}
	switch {
	case t.InsteadOf:
		info.When = "instead of"
	case t.Before:
		info.When = "before"
	}
	for _, e := range t.Events {
		info.Events = append(info.Events, string(e))
	}
	return info
}
