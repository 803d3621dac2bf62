package pgsql

import (
	"regexp"
	"slices"

	pg_query "github.com/pganalyze/pg_query_go/v5"

	"github.com/dropgate/dropgate/analyzer/op"
	"github.com/dropgate/dropgate/analyzer/source"
)

// with reads the data-modifying statements of a WITH clause. They run whether or
// not anything reads their result (manual, section 7.8.4).
func (r *reader) with(w *pg_query.WithClause) []op.At {
	var all []op.At
	for _, n := range w.GetCtes() {
		cte := n.GetCommonTableExpr()
		all = append(all, r.statement(cte.Ctequery, r.inParentheses(cte.Location))...)
		r.define(w, cte)
	}
	return all
}

func (r *reader) selects(s *pg_query.SelectStmt, span source.Span) []op.At {
	all := append(r.with(s.WithClause), setConfig(s, span)...)
	all = append(all, r.selected(s, span)...)
	if s.Larg != nil {
		all = append(all, r.selects(s.Larg, span)...)
	}
	if s.Rarg != nil {
		all = append(all, r.selects(s.Rarg, span)...)
	}
	if into := s.GetIntoClause(); into != nil {
		all = append(all, op.At{Span: span, Op: &op.CreateTable{
			Name: rangeName(into.Rel), Kind: op.Table, Temporary: isTemporary(into.Rel), Copies: r.copies(s),
			As: true, Query: result(s, nil), Unlogged: into.Rel.GetRelpersistence() == "u",
		}})
	}
	return all
}

func (r *reader) deletes(s *pg_query.DeleteStmt, span source.Span) []op.At {
	all := r.with(s.WithClause)
	where, _ := r.row(s.Relation, s.UsingClause...).joined(s.UsingClause, s.WhereClause)
	return append(all, op.At{Span: span, Op: &op.Delete{Table: rangeName(s.Relation), Only: !s.Relation.Inh, Where: where}})
}

func (r *reader) updates(s *pg_query.UpdateStmt, span source.Span) []op.At {
	w := r.row(s.Relation, s.FromClause...)
	w.set = w.newValues(s.TargetList)
	r.set = w.set
	all := r.with(s.WithClause)
	set := w.assignments(s.TargetList)
	where, picks := w.joined(s.FromClause, s.WhereClause)
	return append(all, op.At{Span: span, Op: &op.Update{
		Table: rangeName(s.Relation), Only: !s.Relation.Inh, Set: set, Where: where, Joins: w.joins && !picks,
	}})
}

// assignments reads SET: single columns, and (a, b) = (1, 2) or = (SELECT …).
func (w row) assignments(targets []*pg_query.Node) []op.Assignment {
	var all []op.Assignment
	for _, n := range targets {
		t := n.GetResTarget()
		value := setTo(t)
		v := w.value(value, t.Name)
		if len(t.Indirection) > 0 && v.Kind != op.Same {
			v.Kind = op.Computed // SET a[1] = …, SET address.city = …: a part of the value
		}
		all = append(all, op.Assignment{Column: t.Name, Value: v, Default: value.GetSetToDefault() != nil})
	}
	return all
}

func (r *reader) inserts(s *pg_query.InsertStmt, span source.Span) []op.At {
	all := r.with(s.WithClause)
	insert := &op.Insert{Table: rangeName(s.Relation)}
	for _, c := range s.Cols {
		insert.Into = append(insert.Into, c.GetResTarget().GetName())
	}
	query := s.SelectStmt.GetSelectStmt()
	for _, list := range query.GetValuesLists() {
		insert.Defaults = insert.Defaults || slices.ContainsFunc(list.GetList().GetItems(), func(n *pg_query.Node) bool { return n.GetSetToDefault() != nil })
	}
	fromQuery := query != nil && len(query.ValuesLists) == 0
	if fromQuery {
		all = append(all, r.selects(query, span)...)
		insert.From = r.copies(query)
		if insert.From == nil {
			insert.From = &op.Copy{}
		}
		r.archive(all, s, query)
	}
	all = append(all, op.At{Span: span, Op: insert})
	conflict := s.OnConflictClause
	if conflict == nil || conflict.Action != pg_query.OnConflictAction_ONCONFLICT_UPDATE {
		return all
	}
	w := r.row(s.Relation) // bare columns are the target's; excluded.c is not
	set := w.assignments(conflict.TargetList)
	for i := range set {
		if conflictKey(conflict, set[i].Column) {
			set[i].Value.Kind = op.Same
		}
	}
	return append(all, op.At{Span: span, Op: &op.Update{
		Table: rangeName(s.Relation), Set: set,
		Where: w.condition(conflict.WhereClause), Upsert: true, FromQuery: fromQuery || manyRows(query),
	}})
}

// conflictKey reports whether DO UPDATE sets a column of the conflict's key to
// the excluded row's, which is equal to it: that is what the conflict is about.
func conflictKey(c *pg_query.OnConflictClause, column string) bool {
	named := false
	for _, n := range c.Infer.GetIndexElems() {
		named = named || n.GetIndexElem().GetName() == column
	}
	for _, n := range c.TargetList {
		if t := n.GetResTarget(); t.GetName() == column && named {
			return slices.Equal(strs(t.Val.GetColumnRef().GetFields()), []string{"excluded", column})
		}
	}
	return false
}

// archive marks a DELETE … RETURNING * in a WITH clause whose rows the INSERT
// takes whole.
func (r *reader) archive(all []op.At, s *pg_query.InsertStmt, query *pg_query.SelectStmt) {
	c := r.copies(query)
	if c == nil || !c.All || !c.Every {
		return
	}
	for _, n := range s.WithClause.GetCtes() {
		cte := n.GetCommonTableExpr()
		d := cte.Ctequery.GetDeleteStmt()
		if d == nil || cte.Ctename != c.From.Name || c.From.Schema != "" || !returnsAll(d.ReturningList) {
			continue
		}
		for _, at := range all {
			if deleted, ok := at.Op.(*op.Delete); ok && deleted.Table == rangeName(d.Relation) {
				deleted.Archives = rangeName(s.Relation)
			}
		}
	}
}

func returnsAll(list []*pg_query.Node) bool {
	return len(list) == 1 && isStar(list[0].GetResTarget().GetVal())
}

func isStar(n *pg_query.Node) bool {
	fields := n.GetColumnRef().GetFields()
	return len(fields) > 0 && fields[len(fields)-1].GetAStar() != nil
}

func (r *reader) merges(s *pg_query.MergeStmt, span source.Span) []op.At {
	all := r.with(s.WithClause)
	w := r.row(s.Relation, s.SourceRelation)
	m := &op.Merge{Table: rangeName(s.Relation)}
	m.On, _ = w.joined([]*pg_query.Node{s.SourceRelation}, s.JoinCondition)
	for _, n := range s.MergeWhenClauses {
		when := n.GetMergeWhenClause()
		if op.Impossible(w.condition(when.Condition)) {
			continue
		}
		switch when.CommandType {
		case pg_query.CmdType_CMD_DELETE:
			m.Deletes = true
		case pg_query.CmdType_CMD_INSERT:
			m.Inserts = true
		case pg_query.CmdType_CMD_UPDATE:
			m.Sets = append(m.Sets, w.branch(when)...)
		}
	}
	if m.Rest = r.takesRest(s.Relation.Location); m.Rest {
		m.On = nil // the rows that the join leaves over may be all
	}
	return append(all, op.At{Span: span, Op: m})
}

// branch reads the assignments of a branch of MERGE. Those for which its condition
// asks that the column IS NULL overwrite no more than coalesce does.
func (w row) branch(when *pg_query.MergeWhenClause) []op.Assignment {
	set := w.assignments(when.TargetList)
	where := w.condition(when.Condition)
	for i, a := range set {
		if a.Value.Kind != op.Same && op.Requires(where, op.IsNull{Column: a.Column}) {
			set[i].Value.Kind = op.Coalesced
		}
	}
	return set
}

// copies tells what a query's rows are, if it reads one table only: all of it,
// or which columns. Nil for VALUES and for anything that is not a plain SELECT.
func (r *reader) copies(s *pg_query.SelectStmt) *op.Copy {
	if s == nil || len(s.ValuesLists) > 0 || len(s.FromClause) != 1 {
		return nil
	}
	from := s.FromClause[0].GetRangeVar()
	if from == nil || s.WithClause != nil && from.Schemaname == "" {
		return nil // the name may be that of a query of WITH
	}
	c := &op.Copy{
		From: rangeName(from),
		Every: s.WhereClause == nil && s.LimitCount == nil && s.LimitOffset == nil && from.Inh &&
			len(s.DistinctClause) == 0 && len(s.GroupClause) == 0 && s.HavingClause == nil,
	}
	for _, n := range s.TargetList {
		value := n.GetResTarget().GetVal()
		if isStar(value) {
			c.All = true
		} else if column, ok := r.row(from).ownColumn(value); ok {
			c.Columns = append(c.Columns, column)
		}
	}
	return c
}

func (r *reader) copy(s *pg_query.CopyStmt, span source.Span) []op.At {
	if s.Query != nil {
		return r.statement(s.Query, r.enclosed(0))
	}
	if s.IsFrom {
		return []op.At{{Span: span, Op: &op.Insert{Table: rangeName(s.Relation)}}}
	}
	return nil
}

func (r *reader) explain(s *pg_query.ExplainStmt, span source.Span) []op.At {
	analyze := false
	for _, n := range s.Options {
		d := n.GetDefElem()
		if d.Defname == "analyze" {
			analyze = d.Arg == nil || isTrue(d.Arg)
		}
	}
	if !analyze {
		return nil
	}
	return r.everything(s.Query, r.inner(span))
}

// isTrue reads an option's value as PostgreSQL does (defGetBoolean); what is
// neither true nor false is an error there and counts as true here.
func isTrue(n *pg_query.Node) bool {
	if i := n.GetInteger(); i != nil {
		return i.Ival != 0
	}
	switch n.GetString_().GetSval() {
	case "false", "off":
		return false
	}
	return true
}

func (r *reader) prepare(s *pg_query.PrepareStmt, span source.Span) []op.At {
	p := &op.Prepare{Name: s.Name}
	p.Ops = r.everything(s.Query, r.inner(span))
	return []op.At{{Span: span, Op: p}}
}

// manyRows reports whether a list of VALUES may give more rows than it has
// lines: whether it calls a function that returns a set.
func manyRows(s *pg_query.SelectStmt) bool {
	for _, n := range s.GetValuesLists() {
		for _, name := range calls(n) {
			if returnsSet.MatchString(name.Name) {
				return true
			}
		}
	}
	return false
}

var returnsSet = regexp.MustCompile(`^(generate_|unnest|regexp_matches|.*_to_table|.*_elements|.*_each|.*_keys|.*_populate_recordset|.*_to_recordset|jsonb_path_query$|each$|svals$|skeys$)`)
