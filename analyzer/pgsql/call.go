package pgsql

import (
	_ "embed" // for the list of functions
	"fmt"
	"strings"

	pg_query "github.com/pganalyze/pg_query_go/v5"

	"github.com/dropgate/dropgate/analyzer/op"
	"github.com/dropgate/dropgate/analyzer/source"
)

// functionNames are the functions of pg_catalog (pg_proc of PostgreSQL 15, with
// what 16 to 18 add), and well-known ones of extensions, that take no rows away.
// lo_unlink is not among them.
//
//go:embed functions.txt
var functionNames string

var safeFunctions = set(functionNames)

// safe reports whether a function is known to take nothing away. Extensions are
// mostly installed in one of these schemas; one that the migrations define there
// counts all the same.
func safe(n op.Name) bool {
	switch n.Schema {
	case "", "pg_catalog", "public", "extensions":
		return safeFunctions[n.Name] || strings.HasPrefix(n.Name, "st_")
	}
	return false
}

// selected returns the calls in a SELECT of functions that are not known to take
// nothing away, and the texts that functions run. A name that the schema has no
// function of may be an extension's.
func (r *reader) selected(s *pg_query.SelectStmt, span source.Span) []op.At {
	var all []op.At
	var q *query
	for _, list := range [][]*pg_query.Node{s.TargetList, s.FromClause} {
		for _, n := range list {
			for _, f := range functionCalls(n) {
				name := qualified(strs(f.Funcname))
				_, runs := runnerOf(name)
				if r.made[f] || safe(name) && !runs {
					continue
				}
				if q == nil {
					q = r.query(s, nil)
				}
				all = append(all, op.At{Span: span, Op: r.call(f, q, false)})
			}
		}
	}
	return all
}

// call is the call of a function.
func (r *reader) call(f *pg_query.FuncCall, q *query, perhaps bool) op.Operation {
	if r.made == nil {
		r.made = map[*pg_query.FuncCall]bool{}
	}
	r.made[f] = true
	name := qualified(strs(f.Funcname))
	if run, ok := runnerOf(name); ok {
		return r.dynamic(f, run, q)
	}
	c := &op.Call{Function: name, Perhaps: perhaps}
	for _, n := range f.Args {
		a := op.Argument{Name: n.GetNamedArgExpr().GetName()}
		if !safe(name) {
			a.Value = r.texts(n, q)
		}
		c.Arguments = append(c.Arguments, a)
	}
	return c
}

// callLimit is the most calls of one function in a statement that are told apart
// by their arguments; what the others are given is open.
const callLimit = 32

// called returns the functions that the statement names anywhere, the known ones
// too, which the schema may have others of for other arguments: they count only
// if the schema has such a function. Those that are in known already are left
// out. Statements that keep a call for later have none.
func (r *reader) called(n *pg_query.Node, span source.Span, known []op.At) []op.At {
	switch n.GetNode().(type) {
	case *pg_query.Node_SelectStmt, *pg_query.Node_InsertStmt, *pg_query.Node_UpdateStmt, *pg_query.Node_DeleteStmt,
		*pg_query.Node_MergeStmt, *pg_query.Node_AlterTableStmt, *pg_query.Node_IndexStmt, *pg_query.Node_CopyStmt,
		*pg_query.Node_CreateTableAsStmt, *pg_query.Node_CallStmt, *pg_query.Node_ExecuteStmt:
	default:
		return nil
	}
	if n.GetCreateTableAsStmt().GetInto().GetSkipData() {
		return nil
	}
	seen := map[string]bool{}
	count := map[op.Name]int{}
	for _, at := range known {
		if c, ok := at.Op.(*op.Call); ok {
			seen[callKey(c)] = true
		}
	}
	var all []op.At
	kept := keptCalls(n)
	for _, f := range functionCalls(n) {
		name := qualified(strs(f.Funcname))
		_, runs := runnerOf(name)
		if r.made[f] || kept[f] || name.Schema == "pg_catalog" && !runs || count[name] > callLimit {
			continue
		}
		o := r.call(f, nil, true)
		if c, ok := o.(*op.Call); ok {
			key := callKey(c)
			if seen[key] {
				continue
			}
			seen[key] = true
			if count[name]++; count[name] > callLimit {
				for i := range c.Arguments {
					c.Arguments[i].Value = nil
				}
			}
		}
		all = append(all, op.At{Span: span, Op: o})
	}
	for _, u := range uses(n) {
		all = append(all, op.At{Span: span, Op: u})
	}
	return all
}

// keptCalls returns the calls that ALTER TABLE only keeps for later rows: those of
// SET DEFAULT, and of constraints that are NOT VALID.
func keptCalls(n *pg_query.Node) map[*pg_query.FuncCall]bool {
	kept := map[*pg_query.FuncCall]bool{}
	for _, c := range n.GetAlterTableStmt().GetCmds() {
		cmd := c.GetAlterTableCmd()
		if cmd.GetSubtype() == pg_query.AlterTableType_AT_ColumnDefault || cmd.GetDef().GetConstraint().GetSkipValidation() {
			for _, f := range functionCalls(c) {
				kept[f] = true
			}
		}
	}
	return kept
}

// callKey is the same for calls that do the same.
func callKey(c *op.Call) string {
	var b strings.Builder
	b.WriteString(c.Function.String())
	for _, a := range c.Arguments {
		b.WriteString("\x00" + a.Name)
		for _, t := range a.Value {
			b.WriteByte(1)
			for _, p := range t {
				fmt.Fprintf(&b, "%q%s%v%d%p", p.Constant, p.Variable, p.Catalog, p.Quoting, p.Replaced)
			}
		}
	}
	return b.String()
}

// functionCalls returns the calls of functions in the order in which they run:
// those in the arguments of another before it.
func functionCalls(n *pg_query.Node) []*pg_query.FuncCall {
	var all []*pg_query.FuncCall
	var visit func(*pg_query.Node) bool
	visit = func(n *pg_query.Node) bool {
		f := n.GetFuncCall()
		if f == nil {
			return true
		}
		walkMessage(f.ProtoReflect(), visit)
		all = append(all, f)
		return false
	}
	walk(n, visit)
	return all
}

// bodyWords returns the destructive words of a body that is not read.
func bodyWords(body string) []string {
	data := []byte(body)
	all := tokens(data, source.Span{End: len(data)})
	words := destructiveWords(data, chunk{tokens: all})
	alters := false
	for i, t := range all {
		switch {
		case t.is(data, "alter"):
			alters = true
		case t.is(data, ";"):
			alters = false
		case t.is(data, "type") && alters && !all[i-1].is(data, "alter"):
			words = append(words, "alter column type")
		}
	}
	return words
}

// identifier folds a bare name and takes the quotes off a quoted one.
func identifier(s string) string {
	if strings.HasPrefix(s, `"`) {
		return strings.ReplaceAll(strings.Trim(s, `"`), `""`, `"`)
	}
	return strings.ToLower(s)
}
