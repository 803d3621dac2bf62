package pgsql

import (
	pg_query "github.com/pganalyze/pg_query_go/v5"

	"github.com/dropgate/dropgate/analyzer/op"
	"github.com/dropgate/dropgate/analyzer/source"
)

func createTable(s *pg_query.CreateStmt, kind op.Kind) *op.CreateTable {
	c := &op.CreateTable{
		Name: rangeName(s.Relation), Kind: kind, Temporary: isTemporary(s.Relation), IfNotExists: s.IfNotExists,
	}
	c.DropOnCommit = s.Oncommit == pg_query.OnCommitAction_ONCOMMIT_DROP
	if s.OfTypename != nil {
		c.OfType = qualified(strs(s.OfTypename.Names))
	}
	for _, n := range s.InhRelations {
		if s.Partbound != nil {
			c.PartitionOf = rangeName(n.GetRangeVar())
		} else {
			c.Inherits = append(c.Inherits, rangeName(n.GetRangeVar()))
		}
	}
	for _, n := range s.Partspec.GetPartParams() {
		e := n.GetPartitionElem()
		if e.Name != "" {
			c.PartitionKey.Columns = append(c.PartitionKey.Columns, e.Name)
		}
		c.PartitionKey.Calls = append(c.PartitionKey.Calls, calls(e.Expr)...)
	}
	for _, n := range s.TableElts {
		switch {
		case n.GetColumnDef() != nil:
			column, constraints := columnDef(n.GetColumnDef())
			c.Columns = append(c.Columns, column)
			c.Constraints = append(c.Constraints, constraints...)
		case n.GetConstraint() != nil:
			if k, ok := constraint(n.GetConstraint(), ""); ok {
				c.Constraints = append(c.Constraints, k)
			}
		case n.GetTableLikeClause() != nil:
			c.Like = append(c.Like, rangeName(n.GetTableLikeClause().Relation))
		}
	}
	return c
}

// isNotNull reports whether a table's constraint is NOT NULL column, as version 18
// has it.
func isNotNull(k *pg_query.Constraint) bool {
	return k.GetContype() == pg_query.ConstrType_CONSTR_NOTNULL && len(k.GetKeys()) == 1
}

// notNull reads NOT NULL as a constraint of a table. With NOT VALID there may be
// rows that have a NULL.
func notNull(table op.Name, k *pg_query.Constraint) []op.Operation {
	var all []op.Operation
	if k.Conname != "" {
		all = append(all, &op.AddConstraint{Table: table, Constraint: op.ConstraintDef{
			Name: k.Conname, Kind: op.NotNullNamed, Columns: strs(k.Keys),
		}})
	}
	if !k.SkipValidation {
		all = append(all, &op.AlterColumn{Table: table, Column: strs(k.Keys)[0], SetNotNull: true})
	}
	return all
}

// notNulls reads the constraints NOT NULL column of CREATE TABLE: the column may
// be one that comes from another table.
func notNulls(s *pg_query.CreateStmt, span source.Span) []op.At {
	var all []op.At
	for _, n := range s.GetTableElts() {
		if k := n.GetConstraint(); isNotNull(k) {
			for _, o := range notNull(rangeName(s.Relation), k) {
				all = append(all, op.At{Op: o, Span: span})
			}
		}
	}
	return all
}

func createTableAs(s *pg_query.CreateTableAsStmt, span source.Span, r *reader) []op.At {
	name := rangeName(s.Into.Rel)
	if s.Objtype == pg_query.ObjectType_OBJECT_MATVIEW {
		var all []op.At
		if !s.Into.SkipData {
			all = r.selects(s.Query.GetSelectStmt(), span)
		}
		return append(all, op.At{Span: span, Op: r.createMaterializedView(s)})
	}
	var all []op.At
	c := &op.CreateTable{
		Name: name, Kind: op.Table, Temporary: isTemporary(s.Into.Rel), IfNotExists: s.IfNotExists,
		DropOnCommit: s.Into.OnCommit == pg_query.OnCommitAction_ONCOMMIT_DROP,
	}
	switch {
	case s.Query.GetExecuteStmt() != nil:
		all = append(all, op.At{Span: span, Op: &op.Execute{Name: s.Query.GetExecuteStmt().Name}})
	case s.Query.GetSelectStmt() != nil:
		if !s.Into.SkipData {
			all = append(all, r.selects(s.Query.GetSelectStmt(), span)...)
			c.Copies = r.copies(s.Query.GetSelectStmt())
		}
	}
	return append(all, op.At{Span: span, Op: c})
}

// needed returns the types of its own that an expression converts to, and the
// collations that it names.
func needed(n *pg_query.Node) (types, collations []op.Name) {
	walk(n, func(n *pg_query.Node) bool {
		if t := n.GetTypeCast().GetTypeName(); t != nil {
			if use, ok := useOf(t); ok {
				types = append(types, use.Name)
			}
		}
		if c := n.GetCollateClause(); c != nil {
			collations = append(collations, qualified(strs(c.Collname)))
		}
		return true
	})
	return types, collations
}

// columnDef reads a column with the constraints that stand in it.
func columnDef(d *pg_query.ColumnDef) (op.ColumnDef, []op.ConstraintDef) {
	c := op.ColumnDef{Name: d.Colname, Type: dataType(d.TypeName), Default: d.RawDefault != nil, NotNull: d.IsNotNull}
	if d.CollClause != nil {
		c.Collation = qualified(strs(d.CollClause.Collname))
	}
	if c.Type.Serial {
		c.NotNull, c.Default = true, true
	}
	var constraints []op.ConstraintDef
	for _, n := range d.Constraints {
		k := n.GetConstraint()
		switch k.Contype {
		case pg_query.ConstrType_CONSTR_NOTNULL:
			c.NotNull = true
		case pg_query.ConstrType_CONSTR_DEFAULT:
			c.Default = true
		case pg_query.ConstrType_CONSTR_IDENTITY:
			c.Default, c.NotNull = true, true
		case pg_query.ConstrType_CONSTR_GENERATED:
			c.Generated, c.Calls = true, calls(k.RawExpr)
			c.Types, c.Collations = needed(k.RawExpr)
			c.Reads = row{}.reads(k.RawExpr).columns
		case pg_query.ConstrType_CONSTR_PRIMARY:
			c.NotNull = true
		}
		if def, ok := constraint(k, d.Colname); ok {
			constraints = append(constraints, def)
		}
	}
	return c, constraints
}

var constraintKinds = map[pg_query.ConstrType]op.ConstraintKind{
	pg_query.ConstrType_CONSTR_PRIMARY:   op.PrimaryKey,
	pg_query.ConstrType_CONSTR_UNIQUE:    op.Unique,
	pg_query.ConstrType_CONSTR_FOREIGN:   op.ForeignKey,
	pg_query.ConstrType_CONSTR_CHECK:     op.Check,
	pg_query.ConstrType_CONSTR_EXCLUSION: op.Exclusion,
}

var foreignActions = map[string]string{"c": "cascade", "n": "set null", "d": "set default", "r": "restrict", "a": "no action"}

// constraint reads a constraint; column is the one that it stands in, if any.
func constraint(k *pg_query.Constraint, column string) (op.ConstraintDef, bool) {
	kind, ok := constraintKinds[k.Contype]
	if !ok {
		return op.ConstraintDef{}, false
	}
	d := op.ConstraintDef{Name: k.Conname, Kind: kind, Index: k.Indexname, Nullable: !k.NullsNotDistinct}
	d.Columns = strs(k.Keys)
	if kind == op.ForeignKey {
		d.Columns = strs(k.FkAttrs)
		d.References = rangeName(k.Pktable)
		d.RefColumns = strs(k.PkAttrs)
		d.OnDelete, d.OnUpdate = foreignActions[k.FkDelAction], foreignActions[k.FkUpdAction]
		d.SetColumns = strs(k.FkDelSetCols)
	}
	if len(d.Columns) == 0 && column != "" {
		d.Columns = []string{column}
	}
	return d, true
}

func (r *reader) alterTable(s *pg_query.AlterTableStmt, span source.Span) []op.At {
	table := rangeName(s.Relation)
	parts := r.actions(s.Relation.GetLocation(), len(s.Cmds), span)
	var all []op.At
	for i, n := range s.Cmds {
		for _, o := range alterAction(table, n.GetAlterTableCmd(), s.Objtype) {
			if d, ok := o.(*op.DropColumn); ok {
				d.Only = !s.Relation.Inh
			}
			at := op.At{Span: parts[i], Part: parts[i], Op: o}
			if len(s.Cmds) == 1 {
				at.Span = span
			}
			all = append(all, at)
		}
	}
	return all
}

func alterAction(table op.Name, c *pg_query.AlterTableCmd, object pg_query.ObjectType) []op.Operation {
	cascade := c.Behavior == pg_query.DropBehavior_DROP_CASCADE
	one := func(o op.Operation) []op.Operation { return []op.Operation{o} }
	switch c.Subtype {
	case pg_query.AlterTableType_AT_AddColumn:
		if object == pg_query.ObjectType_OBJECT_TYPE {
			attribute, _ := columnDef(c.Def.GetColumnDef())
			return one(&op.AddAttribute{Type: table, Attribute: attribute, Cascade: cascade})
		}
		column, constraints := columnDef(c.Def.GetColumnDef())
		all := one(&op.AddColumn{Table: table, Column: column, IfNotExists: c.MissingOk})
		for _, k := range constraints {
			all = append(all, &op.AddConstraint{Table: table, Constraint: k})
		}
		return all
	case pg_query.AlterTableType_AT_DropColumn:
		if object == pg_query.ObjectType_OBJECT_TYPE {
			return one(&op.DropAttribute{Type: table, Attribute: c.Name, IfExists: c.MissingOk, Cascade: cascade})
		}
		return one(&op.DropColumn{Table: table, Column: c.Name, IfExists: c.MissingOk, Cascade: cascade})
	case pg_query.AlterTableType_AT_AlterColumnType:
		def := c.Def.GetColumnDef()
		if object == pg_query.ObjectType_OBJECT_TYPE {
			return one(&op.AlterAttribute{Type: table, Attribute: c.Name, To: dataType(def.TypeName), Cascade: cascade})
		}
		return one(&op.AlterColumnType{
			Table: table, Column: c.Name, Type: dataType(def.TypeName), Collation: qualified(strs(def.CollClause.GetCollname())),
			Using: row{table: table}.value(def.RawDefault, c.Name),
		})
	case pg_query.AlterTableType_AT_SetNotNull:
		return one(&op.AlterColumn{Table: table, Column: c.Name, SetNotNull: true})
	case pg_query.AlterTableType_AT_DropNotNull:
		return one(&op.AlterColumn{Table: table, Column: c.Name, DropNotNull: true})
	case pg_query.AlterTableType_AT_DropExpression:
		return one(&op.AlterColumn{Table: table, Column: c.Name, DropExpression: true})
	case pg_query.AlterTableType_AT_AddConstraint, pg_query.AlterTableType_AT_AddIndexConstraint:
		if k := c.Def.GetConstraint(); isNotNull(k) {
			return notNull(table, k)
		}
		if k, ok := constraint(c.Def.GetConstraint(), ""); ok {
			return one(&op.AddConstraint{Table: table, Constraint: k})
		}
	case pg_query.AlterTableType_AT_DropConstraint:
		return one(&op.Drop{
			Kind: op.Constraint, Word: "constraint", Name: op.Name{Name: c.Name}, On: table, IfExists: c.MissingOk, Cascade: cascade,
		})
	case pg_query.AlterTableType_AT_AttachPartition:
		return one(&op.AttachPartition{Parent: table, Partition: rangeName(c.Def.GetPartitionCmd().GetName())})
	case pg_query.AlterTableType_AT_DetachPartition:
		return one(&op.DetachPartition{Parent: table, Partition: rangeName(c.Def.GetPartitionCmd().GetName())})
	case pg_query.AlterTableType_AT_AddInherit, pg_query.AlterTableType_AT_DropInherit:
		return one(&op.Inherit{
			Table: table, Parent: rangeName(c.Def.GetRangeVar()), Off: c.Subtype == pg_query.AlterTableType_AT_DropInherit,
		})
	}
	if o := switches(table, c); o != nil {
		return one(o)
	}
	return nil
}
