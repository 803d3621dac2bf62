package pgsql

import (
	"strings"

	pg_query "github.com/pganalyze/pg_query_go/v5"

	"github.com/dropgate/dropgate/analyzer/op"
	"github.com/dropgate/dropgate/analyzer/source"
)

// bodyLimit is how deep bodies may stand in one another: a DO block in which a
// function is made is two.
const bodyLimit = 8

// doBlock reads DO. In another language than PL/pgSQL it is said that it is not
// read: its body runs at once.
func (r *reader) doBlock(s *pg_query.DoStmt, span source.Span) []op.At {
	language := "plpgsql"
	var body *pg_query.DefElem
	for _, n := range s.Args {
		switch d := n.GetDefElem(); d.GetDefname() {
		case "as":
			body = d
		case "language":
			language = strings.ToLower(d.Arg.GetString_().GetSval())
		}
	}
	text := body.GetArg().GetString_().GetSval()
	if language != "plpgsql" {
		words := bodyWords(text)
		return []op.At{{Span: span, Op: &op.Unread{
			Message: "this version does not read the body of a DO block in " + language, Destructive: words, Body: true,
		}}}
	}
	vars := newScope(r.depth() + 1)
	vars.magic()
	return []op.At{{Span: span, Op: &op.Block{Body: r.body(body.GetLocation(), text, language, vars)}}}
}

// depth is how many bodies the statement stands in.
func (r *reader) depth() int {
	if r.vars == nil {
		return 0
	}
	return r.vars.all.depth
}

// function reads CREATE FUNCTION and CREATE PROCEDURE: running it is another
// matter.
func (r *reader) function(s *pg_query.CreateFunctionStmt, span source.Span) *op.CreateFunction {
	f := &op.CreateFunction{Name: qualified(strs(s.Funcname)), Replace: s.Replace, Language: "sql"}
	var body *pg_query.DefElem
	var path *op.SetSearchPath
	for _, n := range s.Options {
		d := n.GetDefElem()
		switch d.GetDefname() {
		case "language":
			f.Language = strings.ToLower(d.Arg.GetString_().GetSval())
		case "as":
			body = d
		case "set":
			for _, at := range setting(d.Arg.GetVariableSetStmt(), span) {
				if p, ok := at.Op.(*op.SetSearchPath); ok {
					path = p
				}
			}
		}
	}
	parameters := r.parameters(s)
	f.FunctionDetail = functionDetail(s, parameters)
	for i, p := range parameters {
		if !p.Output && s.Parameters[i].GetFunctionParameter().GetMode() != pg_query.FunctionParameterMode_FUNC_PARAM_OUT {
			f.Arguments = append(f.Arguments, p.Type)
		}
	}
	vars := newScope(r.depth() + 1)
	vars.label = f.Name.Name
	vars.parameters(parameters, f.Language == "sql")
	if s.SqlBody != nil {
		f.Body = r.atomic(s.SqlBody, vars)
	} else if parts := strs(body.GetArg().GetList().GetItems()); len(parts) == 1 && (f.Language == "sql" || f.Language == "plpgsql") {
		if f.Language == "plpgsql" {
			vars.magic("new", "old")
		}
		f.Body = r.body(body.Location, parts[0], f.Language, vars)
	}
	if f.Body != nil {
		f.Body.Parameters, f.Body.Path = parameters, path
	}
	return f
}

// magic declares what a body in PL/pgSQL has besides its parameters.
func (s *scope) magic(records ...string) {
	for _, name := range records {
		if s.names[name] == nil {
			v := s.declare(name)
			v.record, v.fields, v.queried = true, true, true
		}
	}
	for _, name := range builtin {
		if s.names[name] == nil {
			s.declare(name).array = name == "tg_argv"
		}
	}
}

// parameters returns what the function takes. OUT parameters of a procedure are
// given by its callers too.
func (r *reader) parameters(s *pg_query.CreateFunctionStmt) []op.Parameter {
	var all []op.Parameter
	for _, n := range s.Parameters {
		p := n.GetFunctionParameter()
		one := op.Parameter{Name: p.Name, Type: dataType(p.ArgType)}
		switch p.Mode {
		case pg_query.FunctionParameterMode_FUNC_PARAM_OUT:
			one.Output = !s.IsProcedure
		case pg_query.FunctionParameterMode_FUNC_PARAM_TABLE:
			one.Output = true
		case pg_query.FunctionParameterMode_FUNC_PARAM_VARIADIC:
			one.Variadic = true
		}
		if p.Defexpr != nil {
			one.Default = r.texts(p.Defexpr, nil)
			one.Calls = r.perhaps(p.Defexpr)
		}
		all = append(all, one)
	}
	return all
}

// body reads the text of a body whose literal is the first one from location on.
func (r *reader) body(location int32, text, language string, vars *scope) *op.Body {
	i := r.at(location)
	for i < len(r.tokens) && !isText(r.tokens[i]) {
		i++
	}
	end := i
	for end < len(r.tokens) && isText(r.tokens[end]) {
		end++
	}
	literal := r.tokens[i:end]
	if vars.all.depth > bodyLimit {
		span := chunk{tokens: r.tokens}.span()
		words := bodyWords(text)
		return &op.Body{File: r.file, Steps: []op.Step{&op.Run{Ops: []op.At{{Span: span, Op: &op.Unread{
			Message: "bodies stand in one another deeper than this version reads", Destructive: words, Body: true,
		}}}}}}
	}
	if len(literal) == 1 {
		if in := content(r.data, literal[0]); string(r.data[in.Start:in.End]) == text {
			return &op.Body{File: r.file, Steps: readBody(r.file, in, language, vars)}
		}
	}
	file := source.New(r.file.Path, []byte(text))
	steps := readBody(file, source.Span{End: len(text)}, language, vars)
	m := newMapping(r.file, file, literal)
	m.steps(steps)
	return &op.Body{File: r.file, Steps: steps}
}

func isText(t token) bool { return t.kind == text }

// readBody reads the body of a function or DO block.
func readBody(f *source.File, in source.Span, language string, vars *scope) []op.Step {
	if language == "plpgsql" {
		return newPlpgsql(f, in, vars).read()
	}
	var steps []op.Step
	for c := range split(f.Data, in, false) {
		c.vars = vars
		for _, s := range readChunk(f, c, 10) {
			for _, name := range s.Reads {
				s.Ops = append(s.Ops, op.At{Span: s.Span, Op: &op.Read{Relation: name}})
			}
			if len(s.Ops) > 0 {
				steps = append(steps, &op.Run{Ops: inBody(s.Ops)})
			}
		}
	}
	return steps
}

// inBody marks what could not be read as part of a body.
func inBody(all []op.At) []op.At {
	for _, at := range all {
		if u, ok := at.Op.(*op.Unread); ok {
			u.Body, u.File = true, false
		}
	}
	return all
}

// atomic reads a body that is part of the statement: BEGIN ATOMIC … END, or RETURN
// and an expression.
func (r *reader) atomic(n *pg_query.Node, vars *scope) *op.Body {
	body := &op.Body{File: r.file, Settled: true}
	list := []*pg_query.Node{n}
	parts := r.atomicParts()
	if items := n.GetList().GetItems(); n.GetList() != nil {
		list = nil
		for _, item := range items {
			list = append(list, item.GetList().GetItems()...)
		}
	}
	for i, stmt := range list {
		inner := &reader{file: r.file, data: r.data, base: r.base, tokens: r.tokens, vars: vars}
		if len(parts) == len(list) {
			inner.tokens = parts[i]
		}
		span := chunk{tokens: inner.tokens}.span()
		if value := stmt.GetReturnStmt(); value != nil { // an expression: a SELECT of it
			stmt = &pg_query.Node{Node: &pg_query.Node_SelectStmt{SelectStmt: &pg_query.SelectStmt{
				TargetList: []*pg_query.Node{{Node: &pg_query.Node_ResTarget{ResTarget: &pg_query.ResTarget{Val: value.Returnval}}}},
			}}}
		}
		if ops := inner.everything(stmt, span); len(ops) > 0 {
			body.Steps = append(body.Steps, &op.Run{Ops: ops})
		}
	}
	return body
}

// atomicParts returns the tokens of the statements of a BEGIN ATOMIC body, or of
// RETURN and its expression.
func (r *reader) atomicParts() [][]token {
	var parts [][]token
	var body atomicBody
	start := -1
	for i, t := range r.tokens {
		was := body.depth
		body.see(r.data, t)
		switch {
		case was == 0 && body.depth == 1:
			start = i + 1
		case start < 0:
			if t.is(r.data, "return") {
				return [][]token{r.tokens[i:]}
			}
		case was > 0 && body.depth == 0 || was == 1 && t.is(r.data, ";"):
			if i > start {
				parts = append(parts, r.tokens[start:i])
			}
			start = i + 1
		}
	}
	return parts
}

func functionDetail(s *pg_query.CreateFunctionStmt, parameters []op.Parameter) op.FunctionDetail {
	d := op.FunctionDetail{Word: "function", Returns: dataType(s.ReturnType)}
	if s.IsProcedure {
		d.Word = "procedure"
	}
	for _, p := range parameters {
		d.Types = append(d.Types, p.Type)
	}
	if s.ReturnType == nil && !s.IsProcedure { // what OUT parameters say
		for i, n := range s.Parameters {
			switch n.GetFunctionParameter().GetMode() {
			case pg_query.FunctionParameterMode_FUNC_PARAM_OUT, pg_query.FunctionParameterMode_FUNC_PARAM_INOUT:
				if !d.Returns.Name.IsZero() {
					d.Returns = op.DataType{Name: op.Name{Name: "record"}}
					continue
				}
				d.Returns = parameters[i].Type
			}
		}
	}
	return d
}
