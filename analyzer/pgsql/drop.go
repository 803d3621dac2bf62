package pgsql

import (
	pg_query "github.com/pganalyze/pg_query_go/v5"

	"github.com/dropgate/dropgate/analyzer/op"
	"github.com/dropgate/dropgate/analyzer/source"
)

// dropKinds gives the kind and SQL's word of what DROP removes. Kinds that hold
// no rows and that no rule knows are OtherObject.
var dropKinds = map[pg_query.ObjectType]struct {
	kind op.Kind
	word string
}{
	pg_query.ObjectType_OBJECT_TABLE:          {op.Table, "table"},
	pg_query.ObjectType_OBJECT_FOREIGN_TABLE:  {op.ForeignTable, "foreign table"},
	pg_query.ObjectType_OBJECT_VIEW:           {op.View, "view"},
	pg_query.ObjectType_OBJECT_MATVIEW:        {op.MaterializedView, "materialized view"},
	pg_query.ObjectType_OBJECT_INDEX:          {op.Index, "index"},
	pg_query.ObjectType_OBJECT_SEQUENCE:       {op.Sequence, "sequence"},
	pg_query.ObjectType_OBJECT_SCHEMA:         {op.Schema, "schema"},
	pg_query.ObjectType_OBJECT_TYPE:           {op.Type, "type"},
	pg_query.ObjectType_OBJECT_DOMAIN:         {op.Domain, "domain"},
	pg_query.ObjectType_OBJECT_COLLATION:      {op.Collation, "collation"},
	pg_query.ObjectType_OBJECT_EXTENSION:      {op.Extension, "extension"},
	pg_query.ObjectType_OBJECT_FUNCTION:       {op.Function, "function"},
	pg_query.ObjectType_OBJECT_PROCEDURE:      {op.Function, "procedure"},
	pg_query.ObjectType_OBJECT_ROUTINE:        {op.Function, "routine"},
	pg_query.ObjectType_OBJECT_AGGREGATE:      {op.Function, "aggregate"},
	pg_query.ObjectType_OBJECT_TRIGGER:        {op.Trigger, "trigger"},
	pg_query.ObjectType_OBJECT_RULE:           {op.Rule, "rule"},
	pg_query.ObjectType_OBJECT_POLICY:         {op.Policy, "policy"},
	pg_query.ObjectType_OBJECT_EVENT_TRIGGER:  {op.EventTrigger, "event trigger"},
	pg_query.ObjectType_OBJECT_FOREIGN_SERVER: {op.OtherObject, "server"},
}

// tableMakers are the kinds that tables may be built on, so that CASCADE takes
// the tables along: which ones, no migration tells.
var tableMakers = map[pg_query.ObjectType]string{
	pg_query.ObjectType_OBJECT_ACCESS_METHOD: "DROP ACCESS METHOD … CASCADE",
	pg_query.ObjectType_OBJECT_OPCLASS:       "DROP OPERATOR CLASS … CASCADE",
	pg_query.ObjectType_OBJECT_OPFAMILY:      "DROP OPERATOR FAMILY … CASCADE",
}

// drops reads the statements that remove objects.
func (r *reader) drops(n *pg_query.Node, span source.Span) ([]op.At, bool) {
	one := func(o op.Operation) ([]op.At, bool) { return []op.At{{Op: o, Span: span}}, true }
	switch s := n.GetNode().(type) {
	case *pg_query.Node_DropStmt:
		return dropObjects(s.DropStmt, span), true
	case *pg_query.Node_DropdbStmt:
		return one(&op.Drop{
			Kind: op.Database, Word: "database", Name: op.Name{Name: s.DropdbStmt.Dbname}, IfExists: s.DropdbStmt.MissingOk,
		})
	case *pg_query.Node_DropOwnedStmt:
		o := &op.DropOwned{}
		for _, role := range s.DropOwnedStmt.Roles {
			o.Roles = append(o.Roles, roleName(role.GetRoleSpec()))
		}
		return one(o)
	case *pg_query.Node_ReassignOwnedStmt:
		o := &op.ReassignOwned{To: roleName(s.ReassignOwnedStmt.Newrole)}
		for _, role := range s.ReassignOwnedStmt.Roles {
			o.Roles = append(o.Roles, roleName(role.GetRoleSpec()))
		}
		return one(o)
	}
	return nil, false
}

func roleName(r *pg_query.RoleSpec) string {
	switch r.GetRoletype() {
	case pg_query.RoleSpecType_ROLESPEC_CURRENT_USER, pg_query.RoleSpecType_ROLESPEC_CURRENT_ROLE:
		return "CURRENT_USER"
	case pg_query.RoleSpecType_ROLESPEC_SESSION_USER:
		return "SESSION_USER"
	}
	return r.GetRolename()
}

func dropObjects(s *pg_query.DropStmt, span source.Span) []op.At {
	if tables, ok := tableMakers[s.RemoveType]; ok && s.Behavior == pg_query.DropBehavior_DROP_CASCADE {
		return []op.At{{Span: span, Op: &op.Unknown{Tag: tables}}}
	}
	what, ok := dropKinds[s.RemoveType]
	if !ok {
		what.kind, what.word = op.OtherObject, "object"
	}
	var all []op.At
	for _, n := range s.Objects {
		parts := objectParts(n)
		d := &op.Drop{
			Kind: what.kind, Word: what.word,
			IfExists: s.MissingOk, Cascade: s.Behavior == pg_query.DropBehavior_DROP_CASCADE,
		}
		switch what.kind {
		case op.Trigger, op.Rule, op.Policy: // the table's name, then its own
			d.On = qualified(parts[:max(len(parts)-1, 0)])
			parts = parts[max(len(parts)-1, 0):]
		}
		d.Name = qualified(parts)
		if f := n.GetObjectWithArgs(); f != nil && !f.ArgsUnspecified {
			d.Overload = true
			for _, arg := range f.Objargs {
				d.Arguments = append(d.Arguments, dataType(arg.GetTypeName()))
			}
		}
		all = append(all, op.At{Op: d, Span: span})
	}
	return all
}

// objectParts returns the parts of the dotted name of a dropped object, which
// the parse tree writes in four ways.
func objectParts(n *pg_query.Node) []string {
	switch {
	case n.GetString_() != nil:
		return []string{n.GetString_().Sval}
	case n.GetList() != nil:
		return strs(n.GetList().Items)
	case n.GetTypeName() != nil:
		return strs(n.GetTypeName().Names)
	case n.GetObjectWithArgs() != nil:
		return strs(n.GetObjectWithArgs().Objname)
	}
	return nil
}
