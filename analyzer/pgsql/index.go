package pgsql

import (
	"regexp"
	"strings"

	pg_query "github.com/pganalyze/pg_query_go/v5"

	"github.com/dropgate/dropgate/analyzer/op"
	"github.com/dropgate/dropgate/analyzer/source"
)

func (r *reader) createIndex(s *pg_query.IndexStmt) *op.CreateIndex {
	c := &op.CreateIndex{
		Name: s.Idxname, Table: rangeName(s.Relation), Unique: s.Unique, IfNotExists: s.IfNotExists, Only: !s.Relation.GetInh(),
		Partial: s.WhereClause != nil, Nullable: !s.NullsNotDistinct, Method: s.AccessMethod,
	}
	keys, where := r.indexText(s)
	c.Elements, c.Where = indexElements(s.IndexParams, keys), where
	c.With = r.indexWith(s)
	for _, n := range s.IndexIncludingParams {
		c.Include = append(c.Include, n.GetIndexElem().GetName())
	}
	for _, e := range c.Elements {
		if e.Column == "" {
			c.Expressions = true
			continue
		}
		c.Columns = append(c.Columns, e.Column)
	}
	c.Reads = append(columnsIn(append(s.IndexParams, s.WhereClause)...), c.Include...)
	return c
}

// indexElements reads the keys of an index, whose texts are given or not.
func indexElements(params []*pg_query.Node, texts []string) []op.IndexElement {
	var all []op.IndexElement
	for i, n := range params {
		p := n.GetIndexElem()
		e := op.IndexElement{Column: p.GetName()}
		if ref := p.GetExpr().GetColumnRef(); ref != nil && len(strs(ref.Fields)) == 1 {
			e.Column = strs(ref.Fields)[0] // a column in parentheses is that column
		}
		if e.Column == "" {
			e.Label, _ = figureName(p.GetExpr())
			if i < len(texts) {
				e.Expression = texts[i]
			}
		} else if i < len(texts) {
			e.Order = behindColumn(texts[i])
		}
		all = append(all, e)
	}
	return all
}

// indexWith returns what stands in the parentheses of WITH, behind the keys.
func (r *reader) indexWith(s *pg_query.IndexStmt) string {
	open := r.find(r.at(s.Relation.GetLocation()), len(r.tokens), "(")
	if len(s.Options) == 0 || open >= len(r.tokens) {
		return ""
	}
	with := r.find(r.match(open)+1, len(r.tokens), "with")
	if with+1 >= len(r.tokens) {
		return ""
	}
	return r.text(with+2, r.match(with+1))
}

// behindColumn returns what stands behind the column that the text of an index's key
// begins with.
func behindColumn(text string) string {
	return strings.TrimSpace(text[len(leadingColumn.FindString(text)):])
}

// leadingColumn matches a column, which may stand in parentheses.
var leadingColumn = regexp.MustCompile(`(?i)^(?:\(\s*)*(?:U&)?(?:"(?:[^"]|"")*"|[^\s"()]+)(?:\s*\))*`)

// columnsIn returns the columns that expressions name, each once. Every bare or
// qualified name in the expression of one table is a column of it.
func columnsIn(nodes ...*pg_query.Node) []string {
	var all []string
	seen := map[string]bool{}
	add := func(name string) {
		if name != "" && !seen[name] {
			seen[name] = true
			all = append(all, name)
		}
	}
	for _, n := range nodes {
		walk(n, func(n *pg_query.Node) bool {
			if fields := strs(n.GetColumnRef().GetFields()); len(fields) > 0 {
				add(fields[len(fields)-1])
			}
			add(n.GetIndexElem().GetName())
			return true
		})
	}
	return all
}

// figureDepth bounds how deep figureName looks: deeper expressions have no name.
const figureDepth = 100

// figureName returns what PostgreSQL calls an expression (FigureColname in
// parse_target.c), with how sure it is: 0 for no name at all.
func figureName(n *pg_query.Node) (string, int) { return figureNameIn(n, figureDepth) }

//nolint:gocyclo // one flat line for each kind of expression, as in the original
func figureNameIn(n *pg_query.Node, depth int) (string, int) {
	if n == nil || depth == 0 {
		return "", 0
	}
	switch e := n.Node.(type) {
	case *pg_query.Node_ColumnRef:
		return lastName(strs(e.ColumnRef.Fields), 2)
	case *pg_query.Node_AIndirection:
		if name, sure := lastName(strs(e.AIndirection.Indirection), 2); sure > 0 {
			return name, sure
		}
		return figureNameIn(e.AIndirection.Arg, depth-1)
	case *pg_query.Node_FuncCall:
		return lastName(strs(e.FuncCall.Funcname), 2)
	case *pg_query.Node_AExpr:
		if e.AExpr.Kind == pg_query.A_Expr_Kind_AEXPR_NULLIF {
			return "nullif", 2
		}
	case *pg_query.Node_TypeCast:
		if name, sure := figureNameIn(e.TypeCast.Arg, depth-1); sure > 1 {
			return name, sure
		}
		return lastName(strs(e.TypeCast.TypeName.GetNames()), 1)
	case *pg_query.Node_CollateClause:
		return figureNameIn(e.CollateClause.Arg, depth-1)
	case *pg_query.Node_GroupingFunc:
		return "grouping", 2
	case *pg_query.Node_CaseExpr:
		if name, sure := figureNameIn(e.CaseExpr.Defresult, depth-1); sure > 1 {
			return name, sure
		}
		return "case", 1
	case *pg_query.Node_AArrayExpr:
		return "array", 2
	case *pg_query.Node_RowExpr:
		return "row", 2
	case *pg_query.Node_CoalesceExpr:
		return "coalesce", 2
	case *pg_query.Node_MinMaxExpr:
		if e.MinMaxExpr.Op == pg_query.MinMaxOp_IS_LEAST {
			return "least", 2
		}
		return "greatest", 2
	case *pg_query.Node_XmlSerialize:
		return "xmlserialize", 2
	}
	return "", 0
}

func lastName(names []string, sure int) (string, int) {
	if len(names) == 0 {
		return "", 0
	}
	return names[len(names)-1], sure
}

// sequence reads what makes a sequence or says which column owns it.
func (r *reader) sequence(n *pg_query.Node, span source.Span) []op.At {
	var all []op.At
	add := func(o op.Operation) { all = append(all, op.At{Op: o, Span: span}) }
	switch s := n.GetNode().(type) {
	case *pg_query.Node_CreateSeqStmt:
		name := rangeName(s.CreateSeqStmt.Sequence)
		if isTemporary(s.CreateSeqStmt.Sequence) {
			name.Schema = "pg_temp"
		}
		add(&op.Create{Kind: op.Sequence, Name: name})
		if o := ownedBy(name, s.CreateSeqStmt.Options); o != nil {
			add(o)
		}
	case *pg_query.Node_AlterSeqStmt:
		if o := ownedBy(rangeName(s.AlterSeqStmt.Sequence), s.AlterSeqStmt.Options); o != nil {
			add(o)
		}
	}
	return all
}

func ownedBy(sequence op.Name, options []*pg_query.Node) op.Operation {
	for _, n := range options {
		d := n.GetDefElem()
		if d.GetDefname() != "owned_by" {
			continue
		}
		o := &op.OwnSequence{Sequence: sequence}
		if parts := strs(d.Arg.GetList().GetItems()); len(parts) > 1 { // else it is NONE
			o.Column = parts[len(parts)-1]
			o.Table = qualified(parts[:len(parts)-1])
		}
		return o
	}
	return nil
}
