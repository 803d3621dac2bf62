package catalog

import (
	"maps"
	"slices"
	"strings"

	"github.com/dropgate/dropgate/analyzer/op"
)

// privileges are what may be granted on the kinds of objects: what ALL stands for.
var privileges = map[op.Kind][]string{
	op.Table:    {"delete", "insert", "references", "select", "trigger", "truncate", "update"},
	op.Sequence: {"select", "update", "usage"},
	op.Schema:   {"create", "usage"},
	op.Function: {"execute"},
	op.Type:     {"usage"},
	op.Database: {"connect", "create", "temporary"},
}

// A granted is an object with privileges. Views are tables.
type granted struct {
	kind op.Kind
	name op.Name
}

// grant notes what a GRANT gives, or takes away what a REVOKE does.
func (c *Catalog) grant(o *op.Grant) {
	if o.OptionOnly {
		return
	}
	if o.Default {
		c.defaults = append(c.defaults[:len(c.defaults):len(c.defaults)], o)
		return
	}
	for _, n := range o.Objects {
		if n.Open() {
			continue
		}
		c.grantOn(granted{o.Kind, c.grantName(o.Kind, n)}, o)
	}
	for _, schema := range o.InSchemas {
		for _, n := range c.grantable(o.Kind, schema) {
			c.grantOn(granted{o.Kind, n}, o)
		}
	}
}

func (c *Catalog) grantName(kind op.Kind, n op.Name) op.Name {
	switch kind {
	case op.Table:
		return c.relation(n)
	case op.Function:
		return c.functionName(n)
	case op.Type:
		return c.typeName(n)
	}
	return c.ResolveObject(kind, n)
}

// grantable returns the objects of a kind in a schema.
func (c *Catalog) grantable(kind op.Kind, schema string) []op.Name {
	var all []op.Name
	switch kind {
	case op.Table:
		for name := range c.tables {
			if name.Schema == schema {
				all = append(all, name)
			}
		}
	case op.Function:
		for name := range c.functions {
			if name.Schema == schema {
				all = append(all, name)
			}
		}
		return all
	}
	for key := range c.objects {
		view := kind == op.Table && (key.kind == op.View || key.kind == op.MaterializedView)
		if key.name.Schema == schema && (key.kind == kind || view) {
			all = append(all, key.name)
		}
	}
	return all
}

func (c *Catalog) grantOn(on granted, o *op.Grant) {
	var named []string
	for _, p := range o.Privileges {
		if p == "all" || p == "temp" {
			named = append(named, map[string][]string{"all": privileges[o.Kind], "temp": {"temporary"}}[p]...)
			continue
		}
		named = append(named, p)
	}
	if len(named) == 0 {
		named = privileges[o.Kind]
	}
	for _, role := range o.Roles {
		if o.Revoke {
			c.revoke(on, role, named)
			continue
		}
		if c.grants[on] == nil {
			c.grants[on] = map[string][]string{}
		}
		has := append(slices.Clone(c.grants[on][role]), named...)
		slices.Sort(has)
		c.grants[on][role] = slices.Compact(has)
	}
}

func (c *Catalog) revoke(on granted, role string, named []string) {
	has := slices.DeleteFunc(slices.Clone(c.grants[on][role]), func(p string) bool {
		whole, _, _ := strings.Cut(p, " (")
		return slices.Contains(named, p) || slices.Contains(named, whole)
	})
	if c.grants[on] == nil {
		return
	}
	if len(has) == 0 {
		delete(c.grants[on], role)
		return
	}
	c.grants[on][role] = has
}

// grantDefaults gives something new the privileges that ALTER DEFAULT PRIVILEGES
// says. Those for what other roles make are left out.
func (c *Catalog) grantDefaults(kind op.Kind, name op.Name) {
	for _, o := range c.defaults {
		here := len(o.InSchemas) == 0 || contains(o.InSchemas, name.Schema)
		if o.Kind == kind && here && (o.ForRole == "" || o.ForRole == "CURRENT_USER") {
			c.grantOn(granted{kind, name}, o)
		}
	}
}

// moveGrants follows an object to another name; without one it is no more.
func (c *Catalog) moveGrants(kind op.Kind, old, name op.Name) {
	if kind == op.View || kind == op.MaterializedView || kind == op.ForeignTable {
		kind = op.Table
	}
	all := c.grants[granted{kind, old}]
	delete(c.grants, granted{kind, old})
	if all != nil && !name.IsZero() {
		c.grants[granted{kind, name}] = all
	}
}

// dropGrants forgets what roles may do: DROP OWNED.
func (c *Catalog) dropGrants(roles []string) {
	for _, all := range c.grants {
		for _, role := range roles {
			delete(all, role)
		}
	}
	c.defaults = slices.DeleteFunc(slices.Clone(c.defaults), func(o *op.Grant) bool { return slices.Contains(roles, o.ForRole) })
}

func (c *Catalog) describeGrants() []GrantInfo {
	var all []GrantInfo
	for on, roles := range c.grants {
		for _, role := range slices.Sorted(maps.Keys(roles)) {
			all = append(all, GrantInfo{Role: role, Kind: on.kind, Object: Quoted(on.name), Privileges: roles[role]})
		}
	}
	slices.SortFunc(all, func(a, b GrantInfo) int {
		return compareStrings(a.Role, b.Role, string(a.Kind), string(b.Kind), a.Object, b.Object)
	})
	return all
}

// compareStrings compares pairs until two differ.
func compareStrings(pairs ...string) int {
	for i := 0; i+1 < len(pairs); i += 2 {
		if n := strings.Compare(pairs[i], pairs[i+1]); n != 0 {
			return n
		}
	}
	return 0
}
