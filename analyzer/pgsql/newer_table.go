package pgsql

import (
	pg_query "github.com/pganalyze/pg_query_go/v5"

	"github.com/dropgate/dropgate/analyzer/op"
	"github.com/dropgate/dropgate/analyzer/source"
)

// hidden notes that objects come and go which are not followed.
func (d *draft) hidden(span source.Span) {
	d.extra = append(d.extra, op.At{Span: span, Op: &op.Hidden{}})
}

// generatedColumns masks virtual generated columns: GENERATED ALWAYS AS (…)
// VIRTUAL, and without STORED, which says the same.
func (d *draft) generatedColumns() {
	for i := range d.tokens {
		if !d.is(i, "generated", "always", "as", "(") || d.close[i+3] < 0 {
			continue
		}
		switch after := d.close[i+3] + 1; d.word(after) {
		case "stored":
		case "virtual":
			d.put(after, after+1, "stored")
		default:
			// There is no room for STORED: it is read as a default and mended.
			d.put(i, i+3, "default")
			d.mend(i, func(k *pg_query.Constraint) { k.Contype = pg_query.ConstrType_CONSTR_GENERATED })
		}
	}
}

// mend makes the constraint that begins at token i, or with CONSTRAINT and a name
// before it, what it stands for.
func (d *draft) mend(i int, what func(*pg_query.Constraint)) {
	if d.is(i-2, "constraint") && d.isName(i-1) {
		i -= 2
	}
	d.mends = append(d.mends, mend{at: d.location(i), make: what})
}

// notNullConstraints masks NOT NULL as a constraint of the table or of a domain,
// [CONSTRAINT name] NOT NULL column, and NO INHERIT after a column's.
func (d *draft) notNullConstraints() {
	if !d.is(0, "create") && !d.is(0, "alter") {
		return
	}
	for i := range d.tokens {
		if !d.is(i, "not", "null") {
			continue
		}
		before := i - 1
		if d.is(i-2, "constraint") && d.isName(i-1) {
			before = i - 3
		}
		switch b := d.word(before); {
		case d.is(0, "alter", "domain") && b == "add":
			d.put(i, i+2, "check(1)")
		case (b == "add" || b == "(" || b == ",") && d.isName(i+2) && !isUnicodeName(d.bytes(d.tokens[i+2].span)):
			column := identifier(string(d.bytes(d.tokens[i+2].span)))
			if d.put(i, i+3, "check(1)") {
				d.mend(i, func(k *pg_query.Constraint) {
					k.Contype, k.RawExpr = pg_query.ConstrType_CONSTR_NOTNULL, nil
					k.Keys = []*pg_query.Node{pg_query.MakeStrNode(column)}
				})
			}
		case d.is(i+2, "no", "inherit"):
			d.blank(i+2, i+4)
		}
	}
}

// isUnicodeName reports whether a name is written with escapes: U&"…".
func isUnicodeName(name []byte) bool { return len(name) > 1 && name[1] == '&' }

// constraintAttributes masks [NOT] ENFORCED after a constraint, and what ALTER
// CONSTRAINT may say since version 18. They make a constraint hold less or more
// and touch no row.
func (d *draft) constraintAttributes() {
	if !d.is(0, "create") && !d.is(0, "alter") {
		return
	}
	for i := range d.tokens {
		switch {
		case d.is(i, "not", "enforced") && d.endsConstraint(i-1):
			d.blank(i, i+2)
		case d.is(i, "enforced") && d.endsConstraint(i-1):
			d.blank(i, i+1)
		case d.is(i, "no", "inherit") && d.is(i-3, "alter", "constraint"):
			d.blank(i, i+2)
		case d.is(i, "inherit") && d.is(i-3, "alter", "constraint"):
			d.blank(i, i+1)
		}
	}
}

// endsConstraint reports whether token i may be the last one of a constraint or of
// one of its attributes.
func (d *draft) endsConstraint(i int) bool {
	switch d.word(i) {
	case ")", "valid", "deferrable", "deferred", "immediate", "inherit", "key", "unique", "enforced", "stored",
		"cascade", "restrict", "action", "null", "default", "full", "simple", "partial":
		return true
	case "": // blanked out or a quoted name
		if i < 0 {
			return false
		}
	}
	if !d.isName(i) {
		return false
	}
	for d.is(i-1, ".") && d.isName(i-2) {
		i -= 2
	}
	return d.is(i-1, "references") || d.is(i-1, "from") || d.is(i-2, "alter", "constraint") || d.is(0, "create", "constraint") && d.is(i-1, "on")
}

// temporalKeys masks WITHOUT OVERLAPS and PERIOD. A key whose last column may not
// overlap is a key of all its columns, and of more.
func (d *draft) temporalKeys() {
	if !d.is(0, "create") && !d.is(0, "alter") {
		return
	}
	for i := range d.tokens {
		switch {
		case d.is(i, "without", "overlaps", ")") && d.isName(i-1):
			d.blank(i, i+2)
		case d.is(i, "period") && (d.is(i-1, ",") || d.is(i-1, "(")) && d.isName(i+1) && d.is(i+2, ")"):
			d.blank(i, i+1)
		}
	}
}
