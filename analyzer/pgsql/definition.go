package pgsql

import (
	pg_query "github.com/pganalyze/pg_query_go/v5"

	"github.com/dropgate/dropgate/analyzer/op"
	"github.com/dropgate/dropgate/analyzer/source"
)

// definitions reads the statements that make, change or rename objects.
func (r *reader) definitions(n *pg_query.Node, span source.Span) ([]op.At, bool) {
	one := func(o op.Operation) ([]op.At, bool) { return []op.At{{Op: o, Span: span}}, true }
	switch s := n.GetNode().(type) {
	case *pg_query.Node_CreateStmt:
		all := []op.At{{Op: createTable(s.CreateStmt, op.Table), Span: span}}
		return append(all, notNulls(s.CreateStmt, span)...), true
	case *pg_query.Node_CreateForeignTableStmt:
		return one(createTable(s.CreateForeignTableStmt.BaseStmt, op.ForeignTable))
	case *pg_query.Node_CreateTableAsStmt:
		return createTableAs(s.CreateTableAsStmt, span, r), true
	case *pg_query.Node_AlterTableStmt:
		return r.alterTable(s.AlterTableStmt, span), true
	case *pg_query.Node_DefineStmt:
		if s.DefineStmt.Kind == pg_query.ObjectType_OBJECT_AGGREGATE {
			return one(r.aggregate(s.DefineStmt, span))
		}
	case *pg_query.Node_CreateSchemaStmt:
		return r.createSchema(s.CreateSchemaStmt, span), true
	case *pg_query.Node_ViewStmt:
		return one(r.createView(s.ViewStmt))
	case *pg_query.Node_IndexStmt:
		return one(createIndex(s.IndexStmt))
	case *pg_query.Node_RuleStmt:
		return one(r.rule(s.RuleStmt, span))
	case *pg_query.Node_RenameStmt:
		return rename(s.RenameStmt, span), true
	case *pg_query.Node_AlterObjectSchemaStmt:
		return setSchema(s.AlterObjectSchemaStmt, span), true
	}
	if o := createType(n); o != nil {
		return one(o)
	}
	if o := r.createOther(n, span); o != nil {
		return one(o)
	}
	return nil, false
}

func (r *reader) createSchema(s *pg_query.CreateSchemaStmt, span source.Span) []op.At {
	name := s.Schemaname
	if name == "" {
		name = roleName(s.Authrole)
	}
	all := []op.At{{Op: &op.CreateSchema{Name: name, IfNotExists: s.IfNotExists}, Span: span}}
	for _, n := range s.SchemaElts {
		for _, at := range r.statement(n, span) {
			inSchema(at.Op, name)
			all = append(all, at)
		}
	}
	return all
}

// inSchema puts what CREATE SCHEMA makes along with the schema into it.
func inSchema(o op.Operation, schema string) {
	var n *op.Name
	switch o := o.(type) {
	case *op.CreateTable:
		n = &o.Name
	case *op.AlterColumn:
		n = &o.Table
	case *op.AddConstraint:
		n = &o.Table
	default:
		return
	}
	if n.Schema == "" {
		n.Schema = schema
	}
}

func createIndex(s *pg_query.IndexStmt) *op.CreateIndex {
	c := &op.CreateIndex{
		Name: s.Idxname, Table: rangeName(s.Relation), Unique: s.Unique,
		Partial: s.WhereClause != nil, Nullable: !s.NullsNotDistinct,
	}
	for _, n := range s.IndexParams {
		e := n.GetIndexElem()
		if e.GetName() == "" {
			c.Expressions = true
			continue
		}
		c.Columns = append(c.Columns, e.Name)
	}
	return c
}

var objectKinds = map[pg_query.ObjectType]op.Kind{
	pg_query.ObjectType_OBJECT_TABLE:         op.Table,
	pg_query.ObjectType_OBJECT_FOREIGN_TABLE: op.ForeignTable,
	pg_query.ObjectType_OBJECT_VIEW:          op.View,
	pg_query.ObjectType_OBJECT_MATVIEW:       op.MaterializedView,
	pg_query.ObjectType_OBJECT_INDEX:         op.Index,
	pg_query.ObjectType_OBJECT_SEQUENCE:      op.Sequence,
	pg_query.ObjectType_OBJECT_SCHEMA:        op.Schema,
	pg_query.ObjectType_OBJECT_TYPE:          op.Type,
	pg_query.ObjectType_OBJECT_DOMAIN:        op.Domain,
	pg_query.ObjectType_OBJECT_COLLATION:     op.Collation,
	pg_query.ObjectType_OBJECT_EXTENSION:     op.Extension,
	pg_query.ObjectType_OBJECT_FUNCTION:      op.Function,
	pg_query.ObjectType_OBJECT_PROCEDURE:     op.Function,
	pg_query.ObjectType_OBJECT_ROUTINE:       op.Function,
	pg_query.ObjectType_OBJECT_AGGREGATE:     op.Function,
	pg_query.ObjectType_OBJECT_TABCONSTRAINT: op.Constraint,
	pg_query.ObjectType_OBJECT_COLUMN:        op.Column,
	pg_query.ObjectType_OBJECT_ATTRIBUTE:     op.Attribute,
	pg_query.ObjectType_OBJECT_DATABASE:      op.Database,
}

func rename(s *pg_query.RenameStmt, span source.Span) []op.At {
	kind, ok := objectKinds[s.RenameType]
	if !ok {
		return nil // nothing that the catalog keeps
	}
	o := &op.Rename{Kind: kind, To: s.Newname}
	switch {
	case s.Relation != nil:
		o.Name = rangeName(s.Relation)
	case s.Object != nil:
		o.Name = qualified(objectParts(s.Object))
	default:
		o.Name = op.Name{Name: s.Subname}
	}
	if kind == op.Column || kind == op.Attribute || kind == op.Constraint {
		o.Column = s.Subname
	}
	return []op.At{{Op: o, Span: span}}
}

func setSchema(s *pg_query.AlterObjectSchemaStmt, span source.Span) []op.At {
	kind, ok := objectKinds[s.ObjectType]
	if !ok {
		return nil
	}
	o := &op.SetSchema{Kind: kind, Schema: s.Newschema}
	if s.Relation != nil {
		o.Name = rangeName(s.Relation)
	} else {
		o.Name = qualified(objectParts(s.Object))
	}
	return []op.At{{Op: o, Span: span}}
}

func createType(n *pg_query.Node) op.Operation {
	switch s := n.GetNode().(type) {
	case *pg_query.Node_CompositeTypeStmt:
		c := &op.CreateType{Kind: op.Type, Name: rangeName(s.CompositeTypeStmt.Typevar)}
		for _, d := range s.CompositeTypeStmt.Coldeflist {
			column, _ := columnDef(d.GetColumnDef())
			c.Attributes = append(c.Attributes, column)
		}
		return c
	case *pg_query.Node_CreateEnumStmt:
		return &op.CreateType{Kind: op.Type, Name: qualified(strs(s.CreateEnumStmt.TypeName))}
	case *pg_query.Node_CreateRangeStmt:
		c := &op.CreateType{Kind: op.Type, Name: qualified(strs(s.CreateRangeStmt.TypeName))}
		for _, p := range s.CreateRangeStmt.Params {
			if d := p.GetDefElem(); d.Defname == "subtype" {
				c.Base = dataType(d.Arg.GetTypeName())
			}
		}
		return c
	case *pg_query.Node_CreateDomainStmt:
		return &op.CreateType{
			Kind: op.Domain, Name: qualified(strs(s.CreateDomainStmt.Domainname)), Base: dataType(s.CreateDomainStmt.TypeName),
			Collation: qualified(strs(s.CreateDomainStmt.CollClause.GetCollname())),
		}
	case *pg_query.Node_DefineStmt:
		name := qualified(strs(s.DefineStmt.Defnames))
		switch s.DefineStmt.Kind {
		case pg_query.ObjectType_OBJECT_TYPE:
			return &op.CreateType{Kind: op.Type, Name: name}
		case pg_query.ObjectType_OBJECT_COLLATION:
			return &op.Create{Kind: op.Collation, Name: name}
		}
		if s.DefineStmt.Kind != pg_query.ObjectType_OBJECT_AGGREGATE {
			return &op.Create{Kind: op.OtherObject, Name: name}
		}
	}
	return nil
}

func (r *reader) createOther(n *pg_query.Node, span source.Span) op.Operation {
	switch s := n.GetNode().(type) {
	case *pg_query.Node_CreateSeqStmt:
		return &op.Create{Kind: op.Sequence, Name: rangeName(s.CreateSeqStmt.Sequence)}
	case *pg_query.Node_CreateFunctionStmt:
		return r.function(s.CreateFunctionStmt, span)
	case *pg_query.Node_CreateTrigStmt:
		return trigger(s.CreateTrigStmt)
	case *pg_query.Node_CreateEventTrigStmt:
		return eventTrigger(s.CreateEventTrigStmt)
	case *pg_query.Node_AlterEventTrigStmt:
		return &op.SwitchEventTrigger{
			Name: op.Name{Name: s.AlterEventTrigStmt.Trigname}, When: firings[s.AlterEventTrigStmt.Tgenabled],
		}
	case *pg_query.Node_CreatePolicyStmt:
		return &op.Create{
			Kind: op.Policy, Name: op.Name{Name: s.CreatePolicyStmt.PolicyName}, On: rangeName(s.CreatePolicyStmt.Table),
		}
	case *pg_query.Node_CreateExtensionStmt:
		return &op.Create{Kind: op.Extension, Name: op.Name{Name: s.CreateExtensionStmt.Extname}}
	case *pg_query.Node_CallStmt:
		return r.call(s.CallStmt.Funccall, nil, false)
	}
	return nil
}
