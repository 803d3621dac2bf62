package pgsql

import (
	"strings"

	pg_query "github.com/pganalyze/pg_query_go/v5"

	"github.com/dropgate/dropgate/analyzer/op"
)

// among reads column IN (VALUES (1), (2)) and column = ANY (SELECT unnest(ARRAY[1,
// 2])), whose queries are lists of constants; nil for other queries.
func (w row) among(s *pg_query.SubLink) op.Condition {
	name := strings.Join(strs(s.OperName), ".")
	if s.SubLinkType != pg_query.SubLinkType_ANY_SUBLINK || name != "" && name != "=" {
		return nil
	}
	query := s.Subselect.GetSelectStmt()
	if lists := query.GetValuesLists(); len(lists) > 0 {
		return w.equality(s.Testexpr, listed(lists))
	}
	if len(query.GetFromClause()) > 0 {
		return w.inQuery(s.Testexpr, query)
	}
	if len(query.GetTargetList()) != 1 || len(query.FromClause) > 0 || query.Op != pg_query.SetOperation_SETOP_NONE {
		return nil
	}
	value := query.TargetList[0].GetResTarget().GetVal()
	if f := value.GetFuncCall(); len(f.GetArgs()) == 1 && qualified(strs(f.GetFuncname())).Name == "unnest" {
		value = f.Args[0]
	}
	return w.equality(s.Testexpr, []*pg_query.Node{value})
}

// listed returns the values of VALUES; those of more than one column as rows.
func listed(lists []*pg_query.Node) []*pg_query.Node {
	var all []*pg_query.Node
	for _, n := range lists {
		items := n.GetList().GetItems()
		if len(items) == 1 {
			all = append(all, items[0])
			continue
		}
		all = append(all, &pg_query.Node{Node: &pg_query.Node_RowExpr{RowExpr: &pg_query.RowExpr{Args: items}}})
	}
	return all
}

// untexted takes a cast to text off: no two values of a key have one text.
func untexted(n *pg_query.Node) *pg_query.Node {
	if cast := n.GetTypeCast(); cast != nil {
		if t := dataType(cast.TypeName); (t.Name.Name == "text" || t.Name.Name == "varchar") && len(t.Mods) == 0 && !t.Array {
			return cast.Arg
		}
	}
	return n
}
