package schematest

import (
	"context"
	_ "embed"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/dropgate/dropgate/analyzer/catalog"
	"github.com/dropgate/dropgate/analyzer/op"
)

// objectsSQL lists what is no table, a line each.
//
//go:embed objects.sql
var objectsSQL string

// ObjectsIn returns the views, types, functions, triggers, rules, policies,
// extensions, event triggers, collations and privileges of a database, a line each,
// sorted.
func ObjectsIn(ctx context.Context, conn *pgx.Conn) ([]string, error) {
	if _, err := conn.Exec(ctx, "SET search_path = ''; SET session_replication_role = DEFAULT"); err != nil {
		return nil, fmt.Errorf("reset the session: %w", err)
	}
	rows, err := conn.Query(ctx, objectsSQL)
	if err != nil {
		return nil, fmt.Errorf("list objects: %w", err)
	}
	lines, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return nil, fmt.Errorf("list objects: %w", err)
	}
	slices.Sort(lines)
	return lines, nil
}

// ObjectsOf returns the same of a schema that was read from migrations.
func ObjectsOf(s catalog.Schema) []string {
	var l lines
	for _, v := range s.Views {
		l.add("%s %s.%s reads {%s}", v.Kind, v.Schema, v.Name, strings.Join(own(v.Reads), ", "))
		l.triggers(v.Schema+"."+v.Name, v.Triggers, v.Rules)
	}
	for _, t := range s.Tables {
		l.triggers(t.Schema+"."+t.Name, t.Triggers, t.Rules)
		for _, p := range t.Policies {
			l.add("policy %s on %s.%s", p, t.Schema, t.Name)
		}
	}
	for _, t := range s.Types {
		l.aType(t)
	}
	for _, f := range s.Functions {
		l.add("%s %s.%s(%s) language %s%s", f.Kind, f.Schema, f.Name, strings.Join(f.Arguments, ", "), language(f), returns(f))
	}
	for _, e := range s.Extensions {
		if e.Name == "plpgsql" { // it is there in any case
			continue
		}
		l.add("extension %s in %s", e.Name, e.Schema)
	}
	for _, t := range s.EventTriggers {
		l.add("event trigger %s on %s runs %s%s", t.Name, t.When, t.Function, off(t))
	}
	for _, name := range s.Collations {
		l.add("collation %s", name)
	}
	for _, g := range s.Grants {
		if g.Kind == op.Table || g.Kind == op.Sequence || g.Kind == op.Schema || g.Kind == op.Function {
			l.add("grant on %s %s to %s: %s", g.Kind, g.Object, g.Role, strings.Join(whole(g.Privileges), ", "))
		}
	}
	slices.Sort(l)
	return slices.Compact(l) // privileges on functions of one name
}

// lines are what is listed.
type lines []string

func (l *lines) add(format string, args ...any) {
	if line := fmt.Sprintf(format, args...); !strings.HasSuffix(line, ": ") {
		*l = append(*l, line)
	}
}

func (l *lines) triggers(on string, triggers, rules []catalog.TriggerInfo) {
	for _, t := range triggers {
		l.add("trigger %s on %s %s %s runs %s%s", t.Name, on, t.When, strings.Join(t.Events, ", "), t.Function, off(t))
	}
	for _, r := range rules {
		l.add("rule %s on %s %s %s%s", r.Name, on, r.When, strings.Join(r.Events, ", "), off(r))
	}
}

func (l *lines) aType(t catalog.TypeInfo) {
	name := t.Schema + "." + t.Name
	switch t.Kind {
	case "enum":
		l.add("enum %s {%s}", name, strings.Join(t.Labels, ", "))
	case "composite":
		var parts []string
		for _, a := range t.Attributes {
			parts = append(parts, a.Name+" "+a.Type)
		}
		l.add("composite %s (%s)", name, strings.Join(parts, ", "))
	case "domain":
		var checks []string
		for _, k := range t.Checks {
			checks = append(checks, k.Name)
		}
		slices.Sort(checks)
		l.add("domain %s over %s not null %t default %t checks {%s}", name, t.Base, t.NotNull, t.Default != "" && !strings.EqualFold(t.Default, "null"), strings.Join(checks, ", "))
	case "range":
		l.add("range %s over %s", name, t.Base)
	default:
		l.add("%s %s", t.Kind, name)
	}
}

func off(t catalog.TriggerInfo) string {
	if t.Disabled {
		return " disabled"
	}
	return ""
}

func language(f catalog.FunctionInfo) string {
	if f.Kind == "aggregate" {
		return "internal"
	}
	return f.Language
}

func returns(f catalog.FunctionInfo) string {
	if f.Kind != "function" || f.Returns == "" {
		return ""
	}
	return " returns " + f.Returns
}

// own leaves out the relations that PostgreSQL comes with.
func own(names []string) []string {
	return slices.DeleteFunc(slices.Clone(names), func(n string) bool {
		return strings.HasPrefix(n, catalog.SystemSchema+".") || strings.HasPrefix(n, "information_schema.")
	})
}

// whole leaves out the privileges on single columns.
func whole(all []string) []string {
	return slices.DeleteFunc(slices.Clone(all), func(p string) bool { return strings.Contains(p, "(") })
}

// objects compares the lines of ObjectsIn and ObjectsOf.
func (c *Comparison) objects(want, got []string) {
	c.listed(want, got, func(line string) (kind, rest string) {
		for _, kind := range Kinds {
			if rest, ok := strings.CutPrefix(line, kind+" "); ok {
				return kind, rest
			}
		}
		return "other", line
	})
}

// listed compares lines of which the kind is told by split.
func (c *Comparison) listed(want, got []string, split func(string) (kind, rest string)) {
	left := map[string]int{}
	for _, line := range got {
		left[line]++
	}
	for _, line := range want {
		kind, rest := split(line)
		own := ""
		if left[line] > 0 {
			left[line]--
			own = "it"
		}
		c.note(kind, rest, "it", own)
	}
	for _, line := range got {
		if left[line] > 0 {
			left[line]--
			kind, rest := split(line)
			c.note(kind, rest, "", "it")
		}
	}
}
