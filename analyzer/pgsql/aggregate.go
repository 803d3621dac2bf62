package pgsql

import (
	pg_query "github.com/pganalyze/pg_query_go/v5"

	"github.com/dropgate/dropgate/analyzer/op"
	"github.com/dropgate/dropgate/analyzer/source"
)

// supportFunctions are the parameters of CREATE AGGREGATE that name a function
// which an aggregate runs, and how many arguments it takes besides the aggregate's
// own if those are handed to it (manual, CREATE AGGREGATE).
var supportFunctions = map[string]struct {
	arguments int
	own       bool
}{
	"sfunc": {1, true}, "sfunc1": {1, true}, "msfunc": {1, true}, "minvfunc": {1, true},
	"finalfunc": {1, false}, "mfinalfunc": {1, false}, "combinefunc": {2, false},
	"serialfunc": {1, false}, "deserialfunc": {2, false},
}

// aggregate reads CREATE AGGREGATE: calling one calls its support functions.
func (r *reader) aggregate(s *pg_query.DefineStmt, span source.Span) *op.CreateFunction {
	f := &op.CreateFunction{
		Name: qualified(strs(s.Defnames)), Replace: s.Replace, Language: "aggregate", Body: &op.Body{File: r.file},
		FunctionDetail: op.FunctionDetail{Word: "aggregate"},
	}
	if len(s.Args) > 0 {
		for _, n := range s.Args[0].GetList().GetItems() {
			p := n.GetFunctionParameter()
			t := dataType(p.GetArgType())
			f.Arguments = append(f.Arguments, t)
			f.Body.Parameters = append(f.Body.Parameters, op.Parameter{
				Type: t, Variadic: p.GetMode() == pg_query.FunctionParameterMode_FUNC_PARAM_VARIADIC,
			})
		}
	}
	run := &op.Run{}
	for _, n := range s.Definition {
		d := n.GetDefElem()
		if t := d.Arg.GetTypeName(); d.Defname == "basetype" && t != nil { // the old spelling
			f.Arguments = append(f.Arguments, dataType(t))
			f.Body.Parameters = append(f.Body.Parameters, op.Parameter{Type: dataType(t)})
		}
	}
	for _, n := range s.Definition {
		d := n.GetDefElem()
		support, ok := supportFunctions[d.Defname]
		name := qualified(strs(d.Arg.GetTypeName().GetNames()))
		if !ok || name.IsZero() {
			continue
		}
		f.Support = append(f.Support, name)
		if support.own {
			support.arguments += len(f.Arguments)
		}
		run.Ops = append(run.Ops, op.At{Span: span, Op: &op.Call{
			Function: name, Perhaps: safe(name), Arguments: make([]op.Argument, support.arguments),
		}})
	}
	f.Body.Steps, f.Types = []op.Step{run}, f.Arguments
	return f
}
