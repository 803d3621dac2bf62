package pgsql

import (
	"strings"

	pg_query "github.com/pganalyze/pg_query_go/v5"

	"github.com/dropgate/dropgate/analyzer/op"
	"github.com/dropgate/dropgate/analyzer/source"
)

// A runner is a function that runs a text as SQL.
type runner struct {
	schema string // empty: any, or none
	at     int    // the argument that is the text; -1: the last one that is no truth value
	name   string // of that argument, where it may be given by its name
	shards bool   // %s in it stands for the name of a shard
}

// runners are PostgreSQL's and well-known extensions' functions that run a text.
var runners = map[string]runner{
	"dblink":                              {at: -1, name: "sql"},
	"dblink_exec":                         {at: -1, name: "sql"},
	"dblink_send_query":                   {at: -1, name: "sql"},
	"dblink_open":                         {at: -1, name: "sql"},
	"schedule":                            {schema: "cron", at: -1, name: "command"},
	"schedule_in_database":                {schema: "cron", at: 2, name: "command"},
	"alter_job":                           {schema: "cron", at: 2, name: "command"},
	"replicate_ddl_command":               {at: 0, name: "command"}, // pglogical, bdr
	"replicate_ddl":                       {schema: "spock", at: 0, name: "command"},
	"run_command_on_workers":              {at: 0, name: "command"},
	"run_command_on_all_nodes":            {at: 0, name: "command"},
	"run_command_on_coordinator":          {at: 0, name: "command"},
	"run_command_on_shards":               {at: 1, name: "command", shards: true},
	"run_command_on_placements":           {at: 1, name: "command", shards: true},
	"run_command_on_colocated_placements": {at: 2, name: "command", shards: true},
	"master_run_on_worker":                {at: 2, name: "command_array"},
	"pg_background_launch":                {at: 0, name: "sql"},
	"query_to_xml":                        {at: 0, name: "query"},
	"query_to_xmlschema":                  {at: 0, name: "query"},
	"query_to_xml_and_xmlschema":          {at: 0, name: "query"},
	"ts_stat":                             {at: 0, name: "sqlquery"},
	"crosstab":                            {at: 0},
	"crosstab2":                           {at: 0},
	"crosstab3":                           {at: 0},
	"crosstab4":                           {at: 0},
}

// runnerOf returns how a function runs a text, if it does.
func runnerOf(n op.Name) (runner, bool) {
	run, ok := runners[n.Name]
	return run, ok && (run.schema == "" || run.schema == n.Schema)
}

// dynamic is the call of a function that runs a text.
func (r *reader) dynamic(f *pg_query.FuncCall, run runner, q *query) *op.Dynamic {
	d := &op.Dynamic{By: qualified(strs(f.Funcname)).String()}
	if n := run.argument(f.Args); n != nil {
		d.Text = r.texts(n, q)
	} else {
		d.Text = open(false)
	}
	if run.shards {
		var all op.Texts
		for _, t := range d.Text {
			all = append(all, shards(t))
		}
		d.Text = all
	}
	if f.Funcname[len(f.Funcname)-1].GetString_().GetSval() == "crosstab" && len(f.Args) > 1 && f.Args[1].GetAConst().GetIval() == nil {
		d.Text = append(d.Text[:len(d.Text):len(d.Text)], r.texts(f.Args[1], q)...) // a query for the categories
	}
	return d
}

// argument returns the argument that is the text.
func (run runner) argument(args []*pg_query.Node) *pg_query.Node {
	for _, n := range args {
		if a := n.GetNamedArgExpr(); a != nil && a.Name == run.name {
			return a.Arg
		}
	}
	if run.at >= 0 {
		if run.at < len(args) && args[run.at].GetNamedArgExpr() == nil {
			return args[run.at]
		}
		return nil
	}
	for i := len(args) - 1; i >= 0; i-- {
		n := args[i]
		for n.GetTypeCast() != nil {
			n = n.GetTypeCast().Arg
		}
		if n.GetNamedArgExpr() == nil && n.GetAConst().GetBoolval() == nil {
			return args[i]
		}
	}
	return nil
}

// shards makes %s in constants the open name of a shard.
func shards(t op.Text) op.Text {
	var all op.Text
	for _, p := range t {
		rest, at := p.Constant, p.Span.Start
		for {
			before, after, ok := strings.Cut(rest, "%s")
			if !ok {
				break
			}
			if before != "" {
				all = append(all, op.Piece{Constant: before, Span: subspan(p, at, len(before))})
			}
			all = append(all, op.Piece{Quoting: op.QuotedAsName})
			rest, at = after, at+len(before)+2
		}
		if p.Constant == "" || rest != "" {
			last := p
			last.Constant, last.Span = rest, subspan(p, at, len(rest))
			all = append(all, last)
		}
	}
	return all
}

// subspan returns the span of n bytes of a constant, if it has one.
func subspan(p op.Piece, at, n int) source.Span {
	if p.Span.Len() == 0 {
		return source.Span{}
	}
	return source.Span{Start: at, End: at + n}
}
