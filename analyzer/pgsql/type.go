package pgsql

import (
	pg_query "github.com/pganalyze/pg_query_go/v5"

	"github.com/dropgate/dropgate/analyzer/op"
	"github.com/dropgate/dropgate/analyzer/source"
)

// createType reads what makes a type, a domain or a collation; nil for other
// statements.
func (r *reader) createType(n *pg_query.Node) op.Operation {
	switch s := n.GetNode().(type) {
	case *pg_query.Node_CompositeTypeStmt:
		c := &op.CreateType{Kind: op.Type, Name: rangeName(s.CompositeTypeStmt.Typevar), TypeDetail: op.TypeDetail{Form: op.CompositeType}}
		for _, d := range s.CompositeTypeStmt.Coldeflist {
			column, _ := r.columnDef(d.GetColumnDef())
			c.Attributes = append(c.Attributes, column)
		}
		return c
	case *pg_query.Node_CreateEnumStmt:
		return &op.CreateType{
			Kind: op.Type, Name: qualified(strs(s.CreateEnumStmt.TypeName)),
			TypeDetail: op.TypeDetail{Form: op.EnumType, Labels: strs(s.CreateEnumStmt.Vals)},
		}
	case *pg_query.Node_CreateRangeStmt:
		return rangeType(s.CreateRangeStmt)
	case *pg_query.Node_CreateDomainStmt:
		return r.domain(s.CreateDomainStmt)
	case *pg_query.Node_DefineStmt:
		name := qualified(strs(s.DefineStmt.Defnames))
		switch s.DefineStmt.Kind {
		case pg_query.ObjectType_OBJECT_TYPE:
			return baseType(name, s.DefineStmt)
		case pg_query.ObjectType_OBJECT_COLLATION:
			return &op.Create{Kind: op.Collation, Name: name}
		}
		if s.DefineStmt.Kind != pg_query.ObjectType_OBJECT_AGGREGATE {
			return &op.Create{Kind: op.OtherObject, Name: name}
		}
	}
	return nil
}

func rangeType(s *pg_query.CreateRangeStmt) *op.CreateType {
	c := &op.CreateType{Kind: op.Type, Name: qualified(strs(s.TypeName)), TypeDetail: op.TypeDetail{Form: op.RangeType}}
	for _, n := range s.Params {
		d := n.GetDefElem()
		t := d.Arg.GetTypeName()
		switch d.Defname {
		case "subtype":
			c.Base = dataType(t)
		case "collation":
			c.Collation = qualified(strs(t.GetNames()))
		case "multirange_type_name":
			c.Multirange = qualified(strs(t.GetNames()))
		case "canonical", "subtype_diff":
			c.Functions = append(c.Functions, qualified(strs(t.GetNames())))
		}
	}
	return c
}

// baseType reads CREATE TYPE of a type that functions of its own read and write.
func baseType(name op.Name, s *pg_query.DefineStmt) *op.CreateType {
	c := &op.CreateType{Kind: op.Type, Name: name, TypeDetail: op.TypeDetail{Form: op.BaseType}}
	if len(s.Definition) == 0 {
		c.Form = op.ShellType
	}
	for _, n := range s.Definition {
		d := n.GetDefElem()
		switch d.Defname {
		case "input", "output", "receive", "send", "typmod_in", "typmod_out", "analyze", "subscript":
			c.Functions = append(c.Functions, qualified(strs(d.Arg.GetTypeName().GetNames())))
		}
	}
	return c
}

func (r *reader) domain(s *pg_query.CreateDomainStmt) *op.CreateType {
	c := &op.CreateType{
		Kind: op.Domain, Name: qualified(strs(s.Domainname)), Base: dataType(s.TypeName),
		TypeDetail: op.TypeDetail{Form: op.DomainType, Collation: qualified(strs(s.CollClause.GetCollname()))},
	}
	for _, n := range s.Constraints {
		k := n.GetConstraint()
		switch k.GetContype() {
		case pg_query.ConstrType_CONSTR_NOTNULL:
			c.NotNull = true
		case pg_query.ConstrType_CONSTR_DEFAULT:
			c.Default = r.following(k.Location)
		case pg_query.ConstrType_CONSTR_CHECK:
			c.Checks = append(c.Checks, r.domainCheck(k))
		}
	}
	return c
}

func (r *reader) domainCheck(k *pg_query.Constraint) op.DomainCheck {
	i := r.at(k.Location)
	for i < len(r.tokens) && !r.tokens[i].is(r.data, "check") {
		i++
	}
	return op.DomainCheck{Name: k.Conname, Expression: r.file.Text(r.enclosed(i))}
}

// following returns the text of the expression that follows the word at the
// location, up to the next constraint.
func (r *reader) following(location int32) string {
	first := r.at(location) + 1
	depth := 0
	for i := first; i < len(r.tokens); i++ {
		switch t := r.tokens[i]; {
		case t.is(r.data, "("), t.is(r.data, "["):
			depth++
		case t.is(r.data, ")"), t.is(r.data, "]"):
			depth--
		case i == first || depth > 0:
		case t.is(r.data, "not"), t.is(r.data, "null"), t.is(r.data, "check"), t.is(r.data, "constraint"), t.is(r.data, "collate"):
			return r.between(first, i)
		}
	}
	return r.between(first, len(r.tokens))
}

// between returns the text of the tokens from first to the one before end.
func (r *reader) between(first, end int) string {
	if first >= end || end > len(r.tokens) {
		return ""
	}
	return r.file.Text(source.Span{Start: r.tokens[first].span.Start, End: r.tokens[end-1].span.End})
}

// alterType reads what changes an enum or a domain; nil for other statements.
func (r *reader) alterType(n *pg_query.Node) op.Operation {
	if s := n.GetAlterEnumStmt(); s != nil {
		o := &op.AlterEnum{Type: qualified(strs(s.TypeName)), Label: s.NewVal, Old: s.OldVal, IfNotExists: s.SkipIfNewValExists}
		if s.NewValIsAfter {
			o.After = s.NewValNeighbor
		} else {
			o.Before = s.NewValNeighbor
		}
		return o
	}
	s := n.GetAlterDomainStmt()
	if s == nil {
		return nil
	}
	o := &op.AlterDomain{Domain: qualified(strs(s.TypeName))}
	switch s.Subtype {
	case "T":
		text := ""
		if s.Def != nil {
			text = r.afterWord("default")
		}
		o.SetDefault = &text
	case "N":
		o.DropNotNull = true
	case "O":
		o.SetNotNull = true
	case "C":
		k := s.Def.GetConstraint()
		if k.GetContype() != pg_query.ConstrType_CONSTR_CHECK || r.afterWord("check") == "" { // NOT NULL, as version 17 has it
			o.SetNotNull = true
			return o
		}
		check := r.domainCheck(k)
		o.Add = &check
	case "X":
		o.Drop = s.Name
	case "V": // every value is checked
		return &op.Use{Kind: op.Type, Name: o.Domain}
	default:
		return nil
	}
	return o
}

// afterWord returns what follows the first token that is the word.
func (r *reader) afterWord(name string) string {
	for i, t := range r.tokens {
		if t.is(r.data, name) {
			return r.between(i+1, len(r.tokens))
		}
	}
	return ""
}
