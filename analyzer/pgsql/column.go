package pgsql

import (
	pg_query "github.com/pganalyze/pg_query_go/v5"

	"github.com/dropgate/dropgate/analyzer/op"
)

// columnDef reads a column with the constraints that stand in it.
func (r *reader) columnDef(d *pg_query.ColumnDef) (op.ColumnDef, []op.ConstraintDef) {
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
		r.columnConstraint(&c, d, k)
		if def, ok := r.constraint(k, d.Colname); ok {
			constraints = append(constraints, def)
			continue
		}
		if n := len(constraints); n > 0 && k.Contype == pg_query.ConstrType_CONSTR_ATTR_DEFERRABLE {
			constraints[n-1].Deferrable = true
		}
		if n := len(constraints); n > 0 && k.Contype == pg_query.ConstrType_CONSTR_ATTR_DEFERRED {
			constraints[n-1].Deferrable, constraints[n-1].Deferred = true, true
		}
	}
	return c, constraints
}

// columnConstraint reads what a constraint in a column's definition makes of it.
func (r *reader) columnConstraint(c *op.ColumnDef, d *pg_query.ColumnDef, k *pg_query.Constraint) {
	switch k.Contype {
	case pg_query.ConstrType_CONSTR_NOTNULL, pg_query.ConstrType_CONSTR_PRIMARY:
		c.NotNull = true
	case pg_query.ConstrType_CONSTR_DEFAULT:
		c.Default = !isNull(k.RawExpr)
		if c.Default && c.DefaultText == "" { // PostgreSQL refuses a second one
			c.DefaultText = r.defaultText(d, k)
		}
	case pg_query.ConstrType_CONSTR_IDENTITY:
		c.Default, c.NotNull = true, true
		c.Identity, c.Sequence = identity(k)
	case pg_query.ConstrType_CONSTR_GENERATED:
		c.Generated, c.Calls = true, calls(k.RawExpr)
		c.Expression, c.Reads = r.parenthesised(k.Location, "as"), columnsIn(k.RawExpr)
		c.Types, c.Collations = needed(k.RawExpr)
	}
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

// isNull reports whether an expression is NULL or a cast of it: as a default it is
// none.
func isNull(n *pg_query.Node) bool {
	for n.GetTypeCast() != nil {
		n = n.GetTypeCast().Arg
	}
	return n.GetAConst().GetIsnull()
}

// identity returns "always" or "by default", and the sequence's name if it is given.
func identity(k *pg_query.Constraint) (string, op.Name) {
	words := map[string]string{"a": "always", "d": "by default"}
	return words[k.GeneratedWhen], namedSequence(k.Options)
}

// namedSequence returns the name that pg_dump gives to an identity's sequence.
func namedSequence(options []*pg_query.Node) op.Name {
	for _, n := range options {
		if d := n.GetDefElem(); d.GetDefname() == "sequence_name" {
			return qualified(strs(d.Arg.GetList().GetItems()))
		}
	}
	return op.Name{}
}

var constraintKinds = map[pg_query.ConstrType]op.ConstraintKind{
	pg_query.ConstrType_CONSTR_PRIMARY:   op.PrimaryKey,
	pg_query.ConstrType_CONSTR_UNIQUE:    op.Unique,
	pg_query.ConstrType_CONSTR_FOREIGN:   op.ForeignKey,
	pg_query.ConstrType_CONSTR_CHECK:     op.Check,
	pg_query.ConstrType_CONSTR_EXCLUSION: op.Exclusion,
}

var keyActions = map[string]string{"c": "cascade", "n": "set null", "d": "set default", "r": "restrict", "a": "no action"}

// constraint reads a constraint; column is the one that it stands in, if any.
func (r *reader) constraint(k *pg_query.Constraint, column string) (op.ConstraintDef, bool) {
	kind, ok := constraintKinds[k.Contype]
	if !ok {
		return op.ConstraintDef{}, false
	}
	d := op.ConstraintDef{Name: k.Conname, Kind: kind, Index: k.Indexname, Nullable: !k.NullsNotDistinct}
	d.Columns, d.Include, d.Deferrable = strs(k.Keys), strs(k.Including), k.Deferrable
	d.NotValid, d.Deferred = k.SkipValidation, k.Initdeferred
	switch kind {
	case op.ForeignKey:
		d.Columns = strs(k.FkAttrs)
		d.References = rangeName(k.Pktable)
		d.RefColumns = strs(k.PkAttrs)
		d.OnDelete, d.OnUpdate = keyActions[k.FkDelAction], keyActions[k.FkUpdAction]
		d.SetColumns, d.MatchFull = strs(k.FkDelSetCols), k.FkMatchtype == "f"
	case op.Check:
		d.Columns, d.Expression, d.NoInherit = columnsIn(k.RawExpr), r.parenthesised(k.Location, "check"), k.IsNoInherit
		return d, true
	case op.Exclusion:
		r.exclusion(&d, k)
		return d, true
	}
	if len(d.Columns) == 0 && column != "" {
		d.Columns = []string{column}
	}
	return d, true
}

// exclusion reads the elements of EXCLUDE, each with its operator.
func (r *reader) exclusion(d *op.ConstraintDef, k *pg_query.Constraint) {
	d.Expression = r.exclusionText(k.Location)
	var elements []*pg_query.Node
	for _, n := range k.Exclusions {
		if items := n.GetList().GetItems(); len(items) > 0 {
			elements = append(elements, items[0])
		}
	}
	d.Elements = indexElements(elements, nil)
	for _, e := range d.Elements {
		if e.Column != "" {
			d.Columns = append(d.Columns, e.Column)
		}
	}
	d.Reads = append(columnsIn(append(elements, k.WhereClause)...), d.Include...)
}
