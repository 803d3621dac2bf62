package pgsql

import (
	"strings"

	pg_query "github.com/pganalyze/pg_query_go/v5"

	"github.com/dropgate/dropgate/analyzer/op"
	"github.com/dropgate/dropgate/analyzer/source"
)

// setting reads SET and RESET of what changes the meaning of later statements.
func setting(s *pg_query.VariableSetStmt, span source.Span) []op.At {
	switch {
	case s == nil:
		return nil
	case s.Kind == pg_query.VariableSetKind_VAR_RESET_ALL:
		return resetAll(span)
	case s.Name == "session_replication_role":
		var role string
		if len(s.Args) > 0 {
			role = s.Args[0].GetAConst().GetSval().GetSval()
		}
		return []op.At{{Span: span, Op: &op.ReplicationRole{Replica: isReplica(role), Local: s.IsLocal}}}
	case s.Name == "standard_conforming_strings" && len(s.Args) > 0 && !isOn(s.Args[0].GetAConst()):
		return backslashes(span)
	case s.Name != "search_path":
		return nil
	}
	o := &op.SetSearchPath{Local: s.IsLocal}
	for _, n := range s.Args {
		if schema := n.GetAConst().GetSval().GetSval(); schema != "" {
			o.Schemas = append(o.Schemas, schema)
		}
	}
	return []op.At{{Op: o, Span: span}}
}

// standing reads what ALTER DATABASE and ALTER ROLE set for later sessions.
func standing(s *pg_query.VariableSetStmt, span source.Span) []op.At {
	var all []op.At
	for _, at := range setting(s, span) {
		if o, ok := at.Op.(*op.SetSearchPath); ok {
			o.Later = true
			all = append(all, at)
		}
	}
	return all
}

// resetAll reads RESET ALL and what DISCARD ALL does to settings.
func resetAll(span source.Span) []op.At {
	return []op.At{{Span: span, Op: &op.SetSearchPath{}}, {Span: span, Op: &op.ReplicationRole{}}}
}

// isReplica reports whether the value of session_replication_role switches
// ordinary triggers off. "local" does not.
func isReplica(role string) bool { return strings.EqualFold(role, "replica") }

// setConfig reads calls of set_config in a SELECT: a SET in other words, save
// that the value may be computed.
func setConfig(s *pg_query.SelectStmt, span source.Span) []op.At {
	var all []op.At
	for _, n := range s.TargetList {
		walk(n, func(n *pg_query.Node) bool {
			f := n.GetFuncCall()
			if f == nil || len(f.Args) != 3 || qualified(strs(f.Funcname)).Name != "set_config" {
				return true
			}
			name, ok := literal(f.Args[0])
			switch {
			case !ok:
				all = append(all, op.At{Span: span, Op: &op.RunTime{What: "a setting whose name is computed"}})
			case strings.EqualFold(name, "standard_conforming_strings") && !isOn(f.Args[1].GetAConst()):
				all = append(all, backslashes(span)...)
			case strings.EqualFold(name, "search_path"):
				all = append(all, searchPath(f, span))
			case strings.EqualFold(name, "session_replication_role"):
				role, _ := literal(f.Args[1])
				local, _ := truthValue(f.Args[2])
				all = append(all, op.At{Span: span, Op: &op.ReplicationRole{Replica: isReplica(role), Local: local}})
			}
			return true
		})
	}
	return all
}

// searchPath reads set_config('search_path', 'a, "b"', is_local).
func searchPath(f *pg_query.FuncCall, span source.Span) op.At {
	value, ok := literal(f.Args[1])
	if !ok {
		return op.At{Span: span, Op: &op.RunTime{What: "names that mean what a computed search_path says"}}
	}
	local, _ := truthValue(f.Args[2])
	o := &op.SetSearchPath{Local: local}
	for _, schema := range strings.Split(value, ",") {
		if schema = identifier(strings.TrimSpace(schema)); schema != "" {
			o.Schemas = append(o.Schemas, schema)
		}
	}
	return op.At{Span: span, Op: o}
}

// isOn reports whether a setting is switched on for certain.
func isOn(c *pg_query.A_Const) bool {
	switch strings.ToLower(c.GetSval().GetSval()) {
	case "on", "true", "yes", "1":
		return true
	}
	return c.GetBoolval().GetBoolval() || c.GetIval().GetIval() == 1
}

// backslashes says that strings after it end elsewhere than the parser believes.
func backslashes(span source.Span) []op.At {
	return []op.At{{Span: span, Op: &op.Unread{
		Message: "with standard_conforming_strings off, strings after it may end elsewhere than they seem to",
	}}}
}
