package pgsql

import (
	pg_query "github.com/pganalyze/pg_query_go/v5"

	"github.com/dropgate/dropgate/analyzer/op"
	"github.com/dropgate/dropgate/analyzer/source"
)

func (r *reader) createTable(s *pg_query.CreateStmt, kind op.Kind) *op.CreateTable {
	c := &op.CreateTable{
		Name: rangeName(s.Relation), Kind: kind, Temporary: isTemporary(s.Relation), IfNotExists: s.IfNotExists,
		Unlogged: s.Relation.GetRelpersistence() == "u",
	}
	c.DropOnCommit = s.Oncommit == pg_query.OnCommitAction_ONCOMMIT_DROP
	if s.OfTypename != nil {
		c.OfType = qualified(strs(s.OfTypename.Names))
	}
	if s.Partspec != nil {
		c.PartitionBy = r.partitionBy(s.Partspec.Location)
	}
	for _, n := range s.InhRelations {
		if s.Partbound != nil {
			c.PartitionOf, c.Bound = rangeName(n.GetRangeVar()), r.bound(s.Partbound)
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
			column, constraints := r.columnDef(n.GetColumnDef())
			c.Columns = append(c.Columns, column)
			c.Constraints = append(c.Constraints, constraints...)
		case n.GetConstraint() != nil:
			if k, ok := r.constraint(n.GetConstraint(), ""); ok {
				c.Constraints = append(c.Constraints, k)
			}
		case n.GetTableLikeClause() != nil:
			c.Like = append(c.Like, like(n.GetTableLikeClause(), len(c.Columns)))
		}
	}
	return c
}

// The bits of what INCLUDING names (TableLikeOption in parsenodes.h).
const (
	likeConstraints = 1 << 2
	likeDefaults    = 1 << 3
	likeGenerated   = 1 << 4
	likeIdentity    = 1 << 5
	likeIndexes     = 1 << 6
)

func like(s *pg_query.TableLikeClause, at int) op.Like {
	return op.Like{
		Table: rangeName(s.Relation), At: at,
		Constraints: s.Options&likeConstraints != 0, Defaults: s.Options&likeDefaults != 0,
		Generated: s.Options&likeGenerated != 0, Identity: s.Options&likeIdentity != 0, Indexes: s.Options&likeIndexes != 0,
	}
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
			Name: k.Conname, Kind: op.NotNullNamed, Columns: strs(k.Keys), NotValid: k.SkipValidation,
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
		Unlogged:     s.Into.Rel.GetRelpersistence() == "u",
		As:           true, Query: result(s.Query.GetSelectStmt(), strs(s.Into.ColNames)),
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
