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
		all := []op.At{{Op: r.createTable(s.CreateStmt, op.Table), Span: span}}
		return append(all, notNulls(s.CreateStmt, span)...), true
	case *pg_query.Node_CreateForeignTableStmt:
		return one(r.createTable(s.CreateForeignTableStmt.BaseStmt, op.ForeignTable))
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
		return one(r.createIndex(s.IndexStmt))
	case *pg_query.Node_RuleStmt:
		return one(r.rule(s.RuleStmt, span))
	case *pg_query.Node_RenameStmt:
		return rename(s.RenameStmt, span), true
	case *pg_query.Node_AlterObjectSchemaStmt:
		return setSchema(s.AlterObjectSchemaStmt, span), true
	case *pg_query.Node_AlterFunctionStmt:
		return alterFunction(s.AlterFunctionStmt, span), true
	}
	if o := r.createType(n); o != nil {
		return one(o)
	}
	if o := r.alterType(n); o != nil {
		return one(o)
	}
	if all, ok := r.grants(n, span); ok {
		return all, true
	}
	if all := r.sequence(n, span); all != nil {
		return all, true
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
	pg_query.ObjectType_OBJECT_TRIGGER:       op.Trigger,
	pg_query.ObjectType_OBJECT_RULE:          op.Rule,
	pg_query.ObjectType_OBJECT_POLICY:        op.Policy,
	pg_query.ObjectType_OBJECT_EVENT_TRIGGER: op.EventTrigger,
}

// ofTable are the objects whose name is looked for in the table or type that they
// are of: Rename has that one's name as its Name, and their own as its Column.
var ofTable = map[op.Kind]bool{
	op.Column: true, op.Attribute: true, op.Constraint: true, op.Trigger: true, op.Rule: true, op.Policy: true,
}

func rename(s *pg_query.RenameStmt, span source.Span) []op.At {
	if s.RenameType == pg_query.ObjectType_OBJECT_DOMCONSTRAINT {
		return []op.At{{Span: span, Op: &op.AlterDomain{Domain: qualified(objectParts(s.Object)), Rename: s.Subname, To: s.Newname}}}
	}
	kind, ok := objectKinds[s.RenameType]
	if !ok {
		return nil // nothing that the catalog keeps
	}
	o := &op.Rename{Kind: kind, To: s.Newname, Overload: overload(s.Object)}
	switch {
	case s.Relation != nil:
		o.Name = rangeName(s.Relation)
	case s.Object != nil:
		o.Name = qualified(objectParts(s.Object))
	default:
		o.Name = op.Name{Name: s.Subname}
	}
	if ofTable[kind] {
		o.Column = s.Subname
	}
	at := op.At{Op: o, Span: span}
	if s.MissingOk && s.Relation != nil {
		at.IfExists = o.Name
	}
	return []op.At{at}
}

// alterFunction reads what ALTER FUNCTION says of the function's search_path.
func alterFunction(s *pg_query.AlterFunctionStmt, span source.Span) []op.At {
	object := &pg_query.Node{Node: &pg_query.Node_ObjectWithArgs{ObjectWithArgs: s.Func}}
	var all []op.At
	for _, n := range s.Actions {
		set := n.GetDefElem().GetArg().GetVariableSetStmt()
		for _, at := range setting(set, span) {
			path, ok := at.Op.(*op.SetSearchPath)
			if !ok {
				continue
			}
			if set.Kind != pg_query.VariableSetKind_VAR_SET_VALUE {
				path = nil
			}
			all = append(all, op.At{Span: span, Op: &op.AlterFunction{
				Name: qualified(objectParts(object)), Overload: overload(object), Path: path,
			}})
		}
	}
	return all
}

func setSchema(s *pg_query.AlterObjectSchemaStmt, span source.Span) []op.At {
	kind, ok := objectKinds[s.ObjectType]
	if !ok {
		return nil
	}
	o := &op.SetSchema{Kind: kind, Schema: s.Newschema, Overload: overload(s.Object)}
	if s.Relation != nil {
		o.Name = rangeName(s.Relation)
	} else {
		o.Name = qualified(objectParts(s.Object))
	}
	at := op.At{Op: o, Span: span}
	if s.MissingOk && s.Relation != nil {
		at.IfExists = o.Name
	}
	return []op.At{at}
}

func (r *reader) createOther(n *pg_query.Node, span source.Span) op.Operation {
	switch s := n.GetNode().(type) {
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
		return extension(s.CreateExtensionStmt)
	case *pg_query.Node_CallStmt:
		return r.call(s.CallStmt.Funccall, nil, false)
	}
	return nil
}

func extension(s *pg_query.CreateExtensionStmt) *op.CreateExtension {
	c := &op.CreateExtension{Name: s.Extname, IfNotExists: s.IfNotExists}
	for _, n := range s.Options {
		switch d := n.GetDefElem(); d.GetDefname() {
		case "schema":
			c.Schema = d.Arg.GetString_().GetSval()
		case "cascade":
			c.Cascade = true
		}
	}
	return c
}

// overload returns which of the functions of a name is meant.
func overload(n *pg_query.Node) op.Overload {
	f := n.GetObjectWithArgs()
	if f == nil || f.ArgsUnspecified {
		return op.Overload{}
	}
	o := op.Overload{Given: true}
	for _, arg := range f.Objargs {
		o.Takes = append(o.Takes, dataType(arg.GetTypeName()))
	}
	return o
}
