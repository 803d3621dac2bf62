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
	d := &rowReader{reader: r, span: span}
	switch s := n.GetNode().(type) {
	case *pg_query.Node_CreateStmt:
		d.of = op.RowCalls{On: rangeName(s.CreateStmt.Relation)}
		for _, e := range s.CreateStmt.TableElts {
			d.column(e.GetColumnDef())
			d.constraint(e.GetConstraint(), "")
		}
		d.add(d.of, s.CreateStmt.Partspec.GetPartParams()...)
	case *pg_query.Node_AlterTableStmt:
		d.of = op.RowCalls{On: rangeName(s.AlterTableStmt.Relation)}
		for _, e := range s.AlterTableStmt.Cmds {
			d.action(e.GetAlterTableCmd())
		}
	case *pg_query.Node_IndexStmt:
		d.add(op.RowCalls{On: rangeName(s.IndexStmt.Relation)}, append(s.IndexStmt.IndexParams, s.IndexStmt.WhereClause)...)
	case *pg_query.Node_CreatePolicyStmt:
		d.add(op.RowCalls{On: rangeName(s.CreatePolicyStmt.Table)}, s.CreatePolicyStmt.Qual, s.CreatePolicyStmt.WithCheck)
	case *pg_query.Node_CreateDomainStmt:
		d.add(op.RowCalls{On: qualified(strs(s.CreateDomainStmt.Domainname)), Kind: op.Type}, s.CreateDomainStmt.Constraints...)
	case *pg_query.Node_AlterDomainStmt:
		c := op.RowCalls{On: qualified(strs(s.AlterDomainStmt.TypeName)), Kind: op.Type}
		d.add(c, s.AlterDomainStmt.Def)
		if k := s.AlterDomainStmt.Def.GetConstraint(); len(d.all) > 0 && k.GetContype() == pg_query.ConstrType_CONSTR_CHECK && !k.SkipValidation {
			d.append(&op.Use{Kind: op.Type, Name: c.On}) // it is checked at once
		}
	case *pg_query.Node_CreateCastStmt:
		d.calls(op.RowCalls{On: dataType(s.CreateCastStmt.Targettype).Name, Kind: op.Type}, qualified(strs(s.CreateCastStmt.Func.GetObjname())))
	case *pg_query.Node_DefineStmt:
		if s.DefineStmt.Kind == pg_query.ObjectType_OBJECT_OPERATOR {
			d.calls(op.RowCalls{On: qualified(strs(s.DefineStmt.Defnames)), Kind: op.Operator}, definedBy(s.DefineStmt, "function", "procedure"))
		}
	}
	return d.all
}

// A rowReader reads what the rows of one relation are computed by.
type rowReader struct {
	*reader
	span source.Span
	of   op.RowCalls // without its calls
	all  []op.At
}

func (d *rowReader) append(o op.Operation) { d.all = append(d.all, op.At{Span: d.span, Op: o}) }

// add adds the calls in parts of the statement, if there are any.
func (d *rowReader) add(c op.RowCalls, parts ...*pg_query.Node) {
	for _, part := range parts {
		c.Calls = append(c.Calls, d.perhaps(part)...)
	}
	if len(c.Calls) > 0 {
		d.append(&c)
	}
}

// calls adds the call of a function, if it is one.
func (d *rowReader) calls(c op.RowCalls, function op.Name) {
	if !function.IsZero() {
		c.Calls = []op.Operation{&op.Call{Function: function, Perhaps: true}}
		d.append(&c)
	}
}

// constraint adds a constraint, in the definition of a column if it is in one.
func (d *rowReader) constraint(k *pg_query.Constraint, column string) {
	c := d.of
	if _, ok := constraintKinds[k.GetContype()]; ok {
		c.Constraint = k.GetConname()
	}
	if k.GetContype() == pg_query.ConstrType_CONSTR_DEFAULT {
		c.Column = column
	}
	d.add(c, append(k.GetExclusions(), k.GetRawExpr(), k.GetWhereClause())...)
}

func (d *rowReader) column(def *pg_query.ColumnDef) {
	for _, k := range def.GetConstraints() {
		d.constraint(k.GetConstraint(), def.GetColname())
	}
}

// action reads an action of ALTER TABLE. What changes the type of a column converts
// the values that are there.
func (d *rowReader) action(cmd *pg_query.AlterTableCmd) {
	def := cmd.Def.GetColumnDef()
	switch cmd.Subtype {
	case pg_query.AlterTableType_AT_AddColumn:
		d.column(def)
	case pg_query.AlterTableType_AT_AlterColumnType:
	case pg_query.AlterTableType_AT_AddConstraint:
		d.constraint(cmd.Def.GetConstraint(), "")
		return
	case pg_query.AlterTableType_AT_ColumnDefault: // one without calls takes the place of the one before
		c := d.of
		c.Column, c.Calls = cmd.Name, d.perhaps(cmd.Def)
		d.append(&c)
		return
	default:
		return
	}
	if u, ok := useOf(def.GetTypeName()); ok {
		d.append(&u)
	}
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
