package pgsql

import (
	"slices"

	pg_query "github.com/pganalyze/pg_query_go/v5"

	"github.com/dropgate/dropgate/analyzer/op"
	"github.com/dropgate/dropgate/analyzer/source"
)

// everything returns all that a statement inside another one sets off: what it asks
// for, the functions that it calls, the relations that it reads.
func (r *reader) everything(n *pg_query.Node, span source.Span) []op.At {
	all := r.statement(n, span)
	all = append(all, r.called(n, span, all)...)
	for _, name := range reading(n) {
		all = append(all, op.At{Span: span, Op: &op.Read{Relation: name}})
	}
	return all
}

// perhaps returns the calls in a part of a statement, each once, which count only if
// the schema has such functions.
func (r *reader) perhaps(n *pg_query.Node) []op.Operation {
	seen := map[string]bool{}
	var all []op.Operation
	for _, f := range functionCalls(n) {
		name := qualified(strs(f.Funcname))
		if _, runs := runnerOf(name); name.Schema == "pg_catalog" && !runs {
			continue
		}
		o := r.call(f, nil, true)
		if c, ok := o.(*op.Call); ok {
			if seen[callKey(c)] {
				continue
			}
			seen[callKey(c)] = true
		}
		all = append(all, o)
	}
	return all
}

// rowCalls returns what the definitions in a statement have rows computed by.
func (r *reader) rowCalls(n *pg_query.Node, span source.Span) []op.At {
	var all []op.At
	add := func(c op.RowCalls, parts ...*pg_query.Node) {
		for _, part := range parts {
			c.Calls = append(c.Calls, r.perhaps(part)...)
		}
		if len(c.Calls) > 0 {
			all = append(all, op.At{Span: span, Op: &c})
		}
	}
	use := func(t *pg_query.TypeName) {
		if u, ok := useOf(t); ok {
			all = append(all, op.At{Span: span, Op: &u})
		}
	}
	constraint := func(c op.RowCalls, k *pg_query.Constraint) {
		if _, ok := constraintKinds[k.GetContype()]; ok {
			c.Constraint = k.GetConname()
		}
		if k.GetContype() != pg_query.ConstrType_CONSTR_DEFAULT {
			c.Column = ""
		}
		add(c, append(k.GetExclusions(), k.GetRawExpr(), k.GetWhereClause())...)
	}
	column := func(c op.RowCalls, d *pg_query.ColumnDef) {
		c.Column = d.GetColname()
		for _, k := range d.GetConstraints() {
			constraint(c, k.GetConstraint())
		}
	}
	switch s := n.GetNode().(type) {
	case *pg_query.Node_CreateStmt:
		c := op.RowCalls{On: rangeName(s.CreateStmt.Relation)}
		for _, e := range s.CreateStmt.TableElts {
			column(c, e.GetColumnDef())
			constraint(c, e.GetConstraint())
		}
		add(c, s.CreateStmt.Partspec.GetPartParams()...)
	case *pg_query.Node_AlterTableStmt:
		c := op.RowCalls{On: rangeName(s.AlterTableStmt.Relation)}
		for _, e := range s.AlterTableStmt.Cmds {
			switch cmd := e.GetAlterTableCmd(); cmd.Subtype {
			case pg_query.AlterTableType_AT_AddColumn:
				column(c, cmd.Def.GetColumnDef())
				use(cmd.Def.GetColumnDef().GetTypeName())
			case pg_query.AlterTableType_AT_AlterColumnType:
				use(cmd.Def.GetColumnDef().GetTypeName())
			case pg_query.AlterTableType_AT_AddConstraint:
				constraint(c, cmd.Def.GetConstraint())
			case pg_query.AlterTableType_AT_ColumnDefault:
				all = append(all, op.At{Span: span, Op: &op.RowCalls{On: c.On, Column: cmd.Name, Calls: r.perhaps(cmd.Def)}})
			}
		}
	case *pg_query.Node_IndexStmt:
		add(op.RowCalls{On: rangeName(s.IndexStmt.Relation)}, append(s.IndexStmt.IndexParams, s.IndexStmt.WhereClause)...)
	case *pg_query.Node_CreatePolicyStmt:
		add(op.RowCalls{On: rangeName(s.CreatePolicyStmt.Table)}, s.CreatePolicyStmt.Qual, s.CreatePolicyStmt.WithCheck)
	case *pg_query.Node_CreateDomainStmt:
		add(op.RowCalls{On: qualified(strs(s.CreateDomainStmt.Domainname)), Kind: op.Type}, s.CreateDomainStmt.Constraints...)
	case *pg_query.Node_AlterDomainStmt:
		c := op.RowCalls{On: qualified(strs(s.AlterDomainStmt.TypeName)), Kind: op.Type}
		add(c, s.AlterDomainStmt.Def)
		if k := s.AlterDomainStmt.Def.GetConstraint(); len(all) > 0 && k.GetContype() == pg_query.ConstrType_CONSTR_CHECK && !k.SkipValidation { // it is checked at once
			all = append(all, op.At{Span: span, Op: &op.Use{Kind: op.Type, Name: c.On}})
		}
	case *pg_query.Node_CreateCastStmt:
		if f := s.CreateCastStmt.Func; f != nil {
			all = append(all, op.At{Span: span, Op: &op.RowCalls{
				On: dataType(s.CreateCastStmt.Targettype).Name, Kind: op.Type, Calls: []op.Operation{&op.Call{Function: qualified(strs(f.Objname)), Perhaps: true}},
			}})
		}
	case *pg_query.Node_DefineStmt:
		if f := definedBy(s.DefineStmt, "function", "procedure"); s.DefineStmt.Kind == pg_query.ObjectType_OBJECT_OPERATOR && !f.IsZero() {
			all = append(all, op.At{Span: span, Op: &op.RowCalls{
				On: qualified(strs(s.DefineStmt.Defnames)), Kind: op.Operator, Calls: []op.Operation{&op.Call{Function: f, Perhaps: true}},
			}})
		}
	}
	return all
}

// definedBy returns the function that CREATE OPERATOR names as one of its parameters.
func definedBy(s *pg_query.DefineStmt, names ...string) op.Name {
	for _, n := range s.Definition {
		if d := n.GetDefElem(); slices.Contains(names, d.GetDefname()) {
			return qualified(strs(d.Arg.GetTypeName().GetNames()))
		}
	}
	return op.Name{}
}

// useOf returns the use of a type, and false for those that PostgreSQL comes with.
func useOf(t *pg_query.TypeName) (op.Use, bool) {
	parts := strs(t.GetNames())
	own := len(parts) == 0 || parts[0] == "pg_catalog" || len(parts) == 1 && plainTypes[parts[0]]
	return op.Use{Kind: op.Type, Name: qualified(parts)}, !own
}

// usual are operators that are PostgreSQL's own nearly always.
var usual = set("= <> < > <= >= + - * / % || ~~ !~~ ~~* !~~* ~ !~ ~* !~* -> ->> #> #>> @> <@ && ? ?| ?& & | @@")

// uses returns the types and operators in a statement that may call functions.
func uses(n *pg_query.Node) []*op.Use {
	var all []*op.Use
	seen := map[op.Use]bool{}
	add := func(u op.Use) {
		if !seen[u] {
			seen[u] = true
			all = append(all, &u)
		}
	}
	walk(n, func(n *pg_query.Node) bool {
		if cast := n.GetTypeCast(); cast != nil {
			if u, ok := useOf(cast.TypeName); ok {
				add(u)
			}
		}
		if e := n.GetAExpr(); e != nil {
			if name := qualified(strs(e.Name)); !usual[name.Name] {
				add(op.Use{Kind: op.Operator, Name: name})
			}
		}
		return true
	})
	return all
}
