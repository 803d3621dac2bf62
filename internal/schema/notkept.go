package schema

import (
	"strings"

	"github.com/dropgate/dropgate/analyzer/catalog"
)

// notKept names what there is besides, and whose text is not kept.
func (p *printer) notKept() {
	var b strings.Builder
	own := *p
	own.Builder = &b
	for _, name := range p.set.Collations {
		own.note("collation %s", written(name))
	}
	for _, f := range p.set.Functions {
		returns := ""
		if f.Returns != "" {
			returns = " returns " + f.Returns
		}
		own.note("%s %s(%s)%s in %s", f.Kind, full(f.Schema, f.Name), strings.Join(f.Arguments, ", "), returns, f.Language)
	}
	for _, t := range p.set.Tables {
		own.rules(full(t.Schema, t.Name), t.Triggers, t.Rules, t.Policies)
	}
	for _, v := range p.set.Views {
		own.rules(full(v.Schema, v.Name), v.Triggers, v.Rules, nil)
	}
	for _, t := range p.set.EventTriggers {
		commands := ""
		if len(t.Events) > 0 {
			commands = " of " + strings.Join(t.Events, ", ")
		}
		own.note("event trigger %s: %s%s%s", quote(t.Name), t.When, commands, behind(t))
	}
	for _, g := range p.set.Grants {
		own.note("%s on %s %s to %s", strings.Join(g.Privileges, ", "), g.Kind, g.Object, g.Role)
	}
	if b.Len() > 0 {
		p.section()
		p.note("also there, and not written out:")
		p.WriteString(b.String())
	}
}

// rules names what belongs to a table or a view besides columns and constraints.
func (p *printer) rules(on string, triggers, rules []catalog.TriggerInfo, policies []string) {
	for i, all := range [][]catalog.TriggerInfo{triggers, rules} {
		kind := [...]string{"trigger", "rule"}[i]
		for _, one := range all {
			p.note("%s %s on %s: %s %s%s", kind, quote(one.Name), on, one.When, strings.Join(one.Events, ", "), behind(one))
		}
	}
	for _, name := range policies {
		p.note("policy %s on %s", quote(name), on)
	}
}

// behind returns what else there is to say of a trigger.
func behind(t catalog.TriggerInfo) string {
	text := ""
	if t.Function != "" {
		text = ", calls " + t.Function
	}
	if t.Disabled {
		text += ", disabled"
	}
	return text
}
