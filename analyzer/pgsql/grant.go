package pgsql

import (
	"strings"

	pg_query "github.com/pganalyze/pg_query_go/v5"

	"github.com/dropgate/dropgate/analyzer/op"
	"github.com/dropgate/dropgate/analyzer/source"
)

// grants reads GRANT, REVOKE and ALTER DEFAULT PRIVILEGES; false for other
// statements.
func (r *reader) grants(n *pg_query.Node, span source.Span) ([]op.At, bool) {
	var g *op.Grant
	switch s := n.GetNode().(type) {
	case *pg_query.Node_GrantStmt:
		g = grant(s.GrantStmt)
	case *pg_query.Node_GrantRoleStmt:
		g = &op.Grant{Revoke: !s.GrantRoleStmt.IsGrant, Kind: op.Role, Roles: roleNames(s.GrantRoleStmt.GranteeRoles), Privileges: []string{"member"}}
		for _, role := range s.GrantRoleStmt.GrantedRoles {
			g.Objects = append(g.Objects, op.Name{Name: role.GetAccessPriv().GetPrivName()})
		}
		for _, n := range s.GrantRoleStmt.Opt {
			if g.Revoke && n.GetDefElem() != nil {
				g.OptionOnly = true
			}
		}
	case *pg_query.Node_AlterDefaultPrivilegesStmt:
		g = defaultGrant(s.AlterDefaultPrivilegesStmt)
	default:
		return nil, false
	}
	if g.Kind == "" || g.Default && r.afterWord("large") != "" {
		return nil, true // of an object that the catalog does not keep
	}
	return []op.At{{Op: g, Span: span}}, true
}

var grantKinds = map[pg_query.ObjectType]op.Kind{
	pg_query.ObjectType_OBJECT_TABLE:     op.Table,
	pg_query.ObjectType_OBJECT_SEQUENCE:  op.Sequence,
	pg_query.ObjectType_OBJECT_SCHEMA:    op.Schema,
	pg_query.ObjectType_OBJECT_FUNCTION:  op.Function,
	pg_query.ObjectType_OBJECT_PROCEDURE: op.Function,
	pg_query.ObjectType_OBJECT_ROUTINE:   op.Function,
	pg_query.ObjectType_OBJECT_TYPE:      op.Type,
	pg_query.ObjectType_OBJECT_DOMAIN:    op.Type,
	pg_query.ObjectType_OBJECT_DATABASE:  op.Database,
}

func grant(s *pg_query.GrantStmt) *op.Grant {
	g := &op.Grant{Revoke: !s.IsGrant, OptionOnly: !s.IsGrant && s.GrantOption, Kind: grantKinds[s.Objtype], Roles: roleNames(s.Grantees)}
	for _, n := range s.Privileges {
		p := n.GetAccessPriv()
		name := strings.ToLower(p.PrivName)
		if name == "" {
			name = "all"
		}
		if columns := strs(p.Cols); len(columns) > 0 {
			name += " (" + strings.Join(columns, ", ") + ")"
		}
		g.Privileges = append(g.Privileges, name)
	}
	for _, n := range s.Objects {
		switch {
		case s.Targtype == pg_query.GrantTargetType_ACL_TARGET_ALL_IN_SCHEMA:
			g.InSchemas = append(g.InSchemas, n.GetString_().GetSval())
		case n.GetRangeVar() != nil:
			g.Objects = append(g.Objects, rangeName(n.GetRangeVar()))
		default:
			g.Objects = append(g.Objects, qualified(objectParts(n)))
		}
	}
	return g
}

func defaultGrant(s *pg_query.AlterDefaultPrivilegesStmt) *op.Grant {
	g := grant(s.Action)
	g.Default, g.Objects = true, nil
	for _, n := range s.Options {
		d := n.GetDefElem()
		switch d.GetDefname() {
		case "schemas":
			g.InSchemas = strs(d.Arg.GetList().GetItems())
		case "roles":
			for _, role := range roleNames(d.Arg.GetList().GetItems()) {
				g.ForRole = role
			}
		}
	}
	return g
}

// roleNames returns the names of roles, "public" for PUBLIC.
func roleNames(nodes []*pg_query.Node) []string {
	var all []string
	for _, n := range nodes {
		if r := n.GetRoleSpec(); r.GetRoletype() == pg_query.RoleSpecType_ROLESPEC_PUBLIC {
			all = append(all, "public")
		} else {
			all = append(all, roleName(r))
		}
	}
	return all
}
