package pgsql

import (
	pg_query "github.com/pganalyze/pg_query_go/v5"

	"github.com/dropgate/dropgate/analyzer/op"
	"github.com/dropgate/dropgate/analyzer/source"
)

func (r *reader) alterTable(s *pg_query.AlterTableStmt, span source.Span) []op.At {
	parts := r.actions(s.Relation.GetLocation(), len(s.Cmds), span)
	var all []op.At
	for i, n := range s.Cmds {
		a := action{
			reader: r, cmd: n.GetAlterTableCmd(), text: parts[i],
			table: rangeName(s.Relation), only: !s.Relation.GetInh(), ofType: s.Objtype == pg_query.ObjectType_OBJECT_TYPE,
			ifExists: s.MissingOk,
		}
		for _, o := range a.operations() {
			at := op.At{Span: parts[i], Part: parts[i], Op: o}
			if len(s.Cmds) == 1 {
				at.Span = span
			}
			if s.MissingOk {
				at.IfExists = a.table
			}
			all = append(all, at)
		}
	}
	return all
}

// An action is one of those of an ALTER TABLE.
type action struct {
	*reader
	cmd    *pg_query.AlterTableCmd
	text   source.Span
	table  op.Name
	only   bool // ALTER TABLE ONLY
	ofType bool // ALTER TYPE
	// ifExists says that nothing is done without the table: ALTER TABLE IF EXISTS.
	ifExists bool
}

func (a *action) operations() []op.Operation {
	for _, read := range []func() []op.Operation{a.columns, a.alterColumn, a.constraints, a.relations, a.properties} {
		if all := read(); all != nil {
			return all
		}
	}
	if o := switches(a.table, a.cmd); o != nil {
		return []op.Operation{o}
	}
	return nil
}

// columns reads what adds a column or an attribute, drops one or changes its type.
func (a *action) columns() []op.Operation {
	c, one := a.cmd, func(o op.Operation) []op.Operation { return []op.Operation{o} }
	cascade := c.Behavior == pg_query.DropBehavior_DROP_CASCADE
	def := c.Def.GetColumnDef()
	switch c.Subtype {
	case pg_query.AlterTableType_AT_AddColumn:
		if a.ofType {
			attribute, _ := a.columnDef(def)
			return one(&op.AddAttribute{Type: a.table, Attribute: attribute, Cascade: cascade})
		}
		return a.addColumn(def)
	case pg_query.AlterTableType_AT_DropColumn:
		if a.ofType {
			return one(&op.DropAttribute{Type: a.table, Attribute: c.Name, IfExists: c.MissingOk, Cascade: cascade})
		}
		return one(&op.DropColumn{Table: a.table, Column: c.Name, Only: a.only, IfExists: c.MissingOk || a.ifExists, Cascade: cascade})
	case pg_query.AlterTableType_AT_AlterColumnType:
		if a.ofType {
			return one(&op.AlterAttribute{Type: a.table, Attribute: c.Name, To: dataType(def.TypeName), Cascade: cascade})
		}
		return one(&op.AlterColumnType{
			Table: a.table, Column: c.Name, Type: dataType(def.TypeName), Collation: qualified(strs(def.GetCollClause().GetCollname())),
			Using: row{table: a.table}.value(def.RawDefault, c.Name),
		})
	}
	return nil
}

func (a *action) addColumn(def *pg_query.ColumnDef) []op.Operation {
	column, constraints := a.columnDef(def)
	all := []op.Operation{&op.AddColumn{Table: a.table, Column: column, IfNotExists: a.cmd.MissingOk}}
	for _, k := range constraints {
		all = append(all, &op.AddConstraint{Table: a.table, Constraint: k, With: column.Name, Only: a.only})
	}
	return all
}

// alterColumn reads what changes what a column takes or is filled with.
func (a *action) alterColumn() []op.Operation {
	o := &op.AlterColumn{Table: a.table, Column: a.cmd.Name, Only: a.only}
	switch a.cmd.Subtype {
	case pg_query.AlterTableType_AT_SetNotNull:
		o.SetNotNull = true
	case pg_query.AlterTableType_AT_DropNotNull:
		o.DropNotNull = true
	case pg_query.AlterTableType_AT_DropExpression:
		o.DropExpression = true
	case pg_query.AlterTableType_AT_ColumnDefault:
		if a.cmd.Def == nil || isNull(a.cmd.Def) {
			o.DropDefault = true
		} else {
			o.SetDefault = a.after(a.text, "set", "default")
		}
		if text := a.after(a.text, "set", "expression", "as"); text != "" { // it is masked as a default
			o.SetDefault, o.Expression, o.Reads = "", inParentheses(text), columnsIn(a.cmd.Def)
		}
	case pg_query.AlterTableType_AT_AddIdentity:
		o.Identity, o.Sequence = identity(a.cmd.Def.GetConstraint())
	case pg_query.AlterTableType_AT_SetIdentity:
		for _, n := range a.cmd.Def.GetList().GetItems() {
			if d := n.GetDefElem(); d.GetDefname() == "generated" {
				o.Identity = map[int32]string{'a': "always", 'd': "by default"}[d.Arg.GetInteger().GetIval()]
			}
		}
	case pg_query.AlterTableType_AT_DropIdentity:
		o.DropIdentity = true
	default:
		return nil
	}
	return []op.Operation{o}
}

// constraints reads what adds, checks and drops a constraint.
func (a *action) constraints() []op.Operation {
	c := a.cmd
	switch c.Subtype {
	case pg_query.AlterTableType_AT_AddConstraint, pg_query.AlterTableType_AT_AddIndexConstraint:
		if k := c.Def.GetConstraint(); isNotNull(k) {
			return notNull(a.table, k)
		}
		if k, ok := a.constraint(c.Def.GetConstraint(), ""); ok {
			return []op.Operation{&op.AddConstraint{Table: a.table, Constraint: k, Only: a.only}}
		}
	case pg_query.AlterTableType_AT_ValidateConstraint:
		return []op.Operation{&op.ValidateConstraint{Table: a.table, Name: c.Name}}
	case pg_query.AlterTableType_AT_AlterConstraint:
		k := c.Def.GetConstraint()
		return []op.Operation{&op.DeferConstraint{
			Table: a.table, Name: k.GetConname(), Deferrable: k.GetDeferrable(), Deferred: k.GetInitdeferred(),
		}}
	case pg_query.AlterTableType_AT_DropConstraint:
		return []op.Operation{&op.Drop{
			Kind: op.Constraint, Word: "constraint", Name: op.Name{Name: c.Name}, On: a.table, IfExists: c.MissingOk,
			Cascade: c.Behavior == pg_query.DropBehavior_DROP_CASCADE,
		}}
	}
	return nil
}

// relations reads what ties a table to another one.
func (a *action) relations() []op.Operation {
	c, part := a.cmd, a.cmd.Def.GetPartitionCmd()
	switch c.Subtype {
	case pg_query.AlterTableType_AT_AttachPartition:
		return []op.Operation{&op.AttachPartition{Parent: a.table, Partition: rangeName(part.GetName()), Bound: a.bound(part.GetBound())}}
	case pg_query.AlterTableType_AT_DetachPartition:
		return []op.Operation{&op.DetachPartition{Parent: a.table, Partition: rangeName(part.GetName())}}
	case pg_query.AlterTableType_AT_AddInherit, pg_query.AlterTableType_AT_DropInherit:
		return []op.Operation{&op.Inherit{
			Table: a.table, Parent: rangeName(c.Def.GetRangeVar()), Off: c.Subtype == pg_query.AlterTableType_AT_DropInherit,
		}}
	}
	return nil
}

func (a *action) properties() []op.Operation {
	o := &op.AlterTable{Table: a.table}
	switch a.cmd.Subtype {
	case pg_query.AlterTableType_AT_SetLogged:
		o.Logged = true
	case pg_query.AlterTableType_AT_SetUnLogged:
		o.Unlogged = true
	case pg_query.AlterTableType_AT_EnableRowSecurity:
		o.RowSecurity = true
	case pg_query.AlterTableType_AT_DisableRowSecurity:
		o.NoSecurity = true
	case pg_query.AlterTableType_AT_AddOf:
		o.OfType = qualified(strs(a.cmd.Def.GetTypeName().GetNames()))
	case pg_query.AlterTableType_AT_DropOf:
		o.NotOf = true
	default:
		return nil
	}
	return []op.Operation{o}
}
