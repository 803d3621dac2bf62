package pgsql

import (
	_ "embed" // for the list of functions
	"slices"
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

// safe reports whether a function is known to take nothing away.
func safe(n op.Name) bool {
	if n.Schema == "pg_catalog" || n.Schema == "" {
		return safeFunctions[n.Name] || strings.HasPrefix(n.Name, "st_")
	}
	return false
}

// selected returns the calls in a SELECT of functions that are not known to take
// nothing away. A name that the schema has no function of may be an extension's.
func (r *reader) selected(s *pg_query.SelectStmt, span source.Span) []op.At {
	var all []op.At
	for _, list := range [][]*pg_query.Node{s.TargetList, s.FromClause} {
		for _, n := range list {
			for _, name := range calls(n) {
				if !safe(name) {
					all = append(all, op.At{Span: span, Op: &op.Call{Function: name}})
				}
			}
		}
	}
	return all
}

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
	var all []op.At
	seen := map[op.Name]bool{}
	for _, at := range known {
		if c, ok := at.Op.(*op.Call); ok {
			seen[c.Function] = true
		}
	}
	for _, name := range calls(n) {
		if !seen[name] && name.Schema != "pg_catalog" {
			seen[name] = true
			all = append(all, op.At{Span: span, Op: &op.Call{Function: name, Perhaps: true}})
		}
	}
	return all
}

// function reads CREATE FUNCTION: running it is another matter, so that all that
// is kept of its body is what its text holds.
func function(s *pg_query.CreateFunctionStmt) *op.CreateFunction {
	f := &op.CreateFunction{Name: qualified(strs(s.Funcname))}
	language := "sql"
	var body string
	for _, n := range s.Options {
		d := n.GetDefElem()
		switch d.GetDefname() {
		case "language":
			language = strings.ToLower(d.Arg.GetString_().GetSval())
		case "as":
			if parts := strs(d.Arg.GetList().GetItems()); len(parts) > 0 {
				body = parts[0]
			}
		}
	}
	f.Read = language == "sql" || language == "plpgsql"
	if s.SqlBody == nil {
		f.Words, f.Calls, f.Makes = bodyWords(body)
		return f
	}
	walk(s.SqlBody, func(n *pg_query.Node) bool {
		switch {
		case n.GetDeleteStmt() != nil:
			f.Words = append(f.Words, "delete")
		case n.GetUpdateStmt() != nil:
			f.Words = append(f.Words, "update")
		case n.GetMergeStmt() != nil:
			f.Words = append(f.Words, "merge")
		case n.GetFuncCall() != nil:
			f.Calls = append(f.Calls, qualified(strs(n.GetFuncCall().Funcname)))
		}
		return true
	})
	return f
}

// bodyWords returns the destructive words of a body, the names in it that stand
// before a parenthesis, which may be calls, and whether it may make or rename
// objects.
func bodyWords(body string) (words []string, names []op.Name, makes bool) {
	data := []byte(body)
	all := tokens(data, source.Span{End: len(data)})
	words = destructiveWords(data, chunk{tokens: all})
	alters := false
	for i, t := range all {
		switch {
		case t.is(data, "create"):
			makes = true
		case t.is(data, "alter"):
			makes, alters = true, true
		case t.is(data, ";"):
			alters = false
		case t.is(data, "type") && alters && !all[i-1].is(data, "alter"):
			words = append(words, "alter column type")
		}
		if t.kind != word && t.kind != quoted || i+1 >= len(all) || !all[i+1].is(data, "(") {
			continue
		}
		name := op.Name{Name: identifier(body[t.span.Start:t.span.End])}
		if i >= 2 && all[i-1].is(data, ".") {
			name.Schema = identifier(body[all[i-2].span.Start:all[i-2].span.End])
		}
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return words, names, makes
}

// identifier folds a bare name and takes the quotes off a quoted one.
func identifier(s string) string {
	if strings.HasPrefix(s, `"`) {
		return strings.ReplaceAll(strings.Trim(s, `"`), `""`, `"`)
	}
	return strings.ToLower(s)
}
