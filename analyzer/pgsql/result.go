package pgsql

import (
	pg_query "github.com/pganalyze/pg_query_go/v5"

	"github.com/dropgate/dropgate/analyzer/op"
)

// result returns the columns of a query, and nil where they are not plain: columns
// of one table, or casts to a type.
func result(s *pg_query.SelectStmt, names []string) *op.Result {
	if s == nil || s.Op != pg_query.SetOperation_SETOP_NONE || len(s.ValuesLists) > 0 || len(s.FromClause) > 1 || s.WithClause != nil {
		return nil
	}
	out := &op.Result{Names: names}
	alias := ""
	if len(s.FromClause) == 1 {
		from := s.FromClause[0].GetRangeVar()
		if from == nil || len(from.GetAlias().GetColnames()) > 0 {
			return nil
		}
		out.From, alias = rangeName(from), from.GetAlias().GetAliasname()
		if alias == "" {
			alias = out.From.Name
		}
	}
	for _, n := range s.TargetList {
		column, ok := resultColumn(n.GetResTarget(), alias)
		if !ok {
			return nil
		}
		out.Columns = append(out.Columns, column)
	}
	return out
}

func resultColumn(t *pg_query.ResTarget, alias string) (op.ResultColumn, bool) {
	value := t.GetVal()
	if ref := value.GetColumnRef(); ref != nil {
		fields := strs(ref.Fields)
		if isStar(value) {
			return op.ResultColumn{All: true}, len(fields) == 0 || len(fields) == 1 && fields[0] == alias
		}
		if len(fields) == 0 || len(fields) > 2 || len(fields) == 2 && fields[0] != alias {
			return op.ResultColumn{}, false
		}
		column := fields[len(fields)-1]
		name := t.Name
		if name == "" {
			name = column
		}
		return op.ResultColumn{Name: name, Column: column}, true
	}
	cast := value.GetTypeCast()
	if cast == nil || cast.TypeName.GetSetof() {
		return op.ResultColumn{}, false
	}
	name := t.Name
	if name == "" {
		name, _ = figureName(value)
	}
	c := op.ResultColumn{Name: name, Type: dataType(cast.TypeName)}
	if of, ok := resultColumn(&pg_query.ResTarget{Val: cast.Arg}, alias); ok && of.Type.Name.IsZero() {
		c.Column = of.Column // it keeps that column's collation
	}
	return c, name != ""
}
