package pgsql

import (
	"fmt"
	"strconv"
	"strings"

	pg_query "github.com/pganalyze/pg_query_go/v5"

	"github.com/dropgate/dropgate/analyzer/op"
)

// A scope is what names stand for in a body besides columns: parameters, the
// variables of blocks and loops.
type scope struct {
	outer *scope
	label string // of the block, or the function's name: label.variable
	names map[string]*variable
	all   *bodyScope // of the whole body
}

// A bodyScope is what the scopes of one body share.
type bodyScope struct {
	depth int            // how many bodies stand around this one
	taken map[string]int // how often a name was declared
	// queried are the names that a query fills somewhere in the body.
	queried map[string]bool
	// catalog are the variables that hold, somewhere in the body, what a query over
	// the system catalogs found.
	catalog map[string]bool
	params  []*variable
}

// A variable is what one declaration makes.
type variable struct {
	name    string // as op.Piece.Variable says it
	record  bool   // it has the columns of whatever fills it
	fields  bool   // it may have fields: it is of no type that has none
	array   bool
	queried bool    // a query fills it
	cursor  *cursor // what it fetches from, if it is a cursor
}

func newScope(depth int) *scope {
	return &scope{names: map[string]*variable{}, all: &bodyScope{
		depth: depth, taken: map[string]int{}, queried: map[string]bool{}, catalog: map[string]bool{},
	}}
}

// inner returns a scope for a block or loop.
func (s *scope) inner(label string) *scope {
	return &scope{outer: s, label: label, names: map[string]*variable{}, all: s.all}
}

// declare makes a variable. One that hides another of its name has a number, for
// the two are not the same.
func (s *scope) declare(name string) *variable {
	s.all.taken[name]++
	v := &variable{name: name, queried: s.all.queried[name]}
	if n := s.all.taken[name]; n > 1 {
		v.name = fmt.Sprintf("%s#%d", name, n)
	}
	s.names[name] = v
	return v
}

// fill notes of a variable what it is given.
func (s *scope) fill(v *variable, value op.Texts) {
	if v != nil && s.ofCatalog(value) {
		s.all.catalog[v.name] = true
	}
}

// ofCatalog reports whether a value has something of the system catalogs, in a
// variable or not.
func (s *scope) ofCatalog(value op.Texts) bool {
	for _, t := range value {
		for _, p := range t {
			name, _, _ := strings.Cut(p.Variable, ".")
			if p.Catalog || s != nil && s.all.catalog[name] {
				return true
			}
		}
	}
	return false
}

// usingScope returns the scope of a text that EXECUTE … USING gives n values.
func usingScope(n int) *scope {
	if n == 0 {
		return nil
	}
	s := newScope(0)
	for i := range n {
		s.all.params = append(s.all.params, &variable{name: "$" + strconv.Itoa(i+1)})
	}
	return s
}

// parameter returns the variable that $n names.
func (s *scope) parameter(n int32) *variable {
	if s == nil || n < 1 || int(n) > len(s.all.params) {
		return nil
	}
	return s.all.params[n-1]
}

// find returns the variable of a bare name.
func (s *scope) find(name string) *variable {
	for ; s != nil; s = s.outer {
		if v := s.names[name]; v != nil {
			return v
		}
	}
	return nil
}

// lookup returns the variable that a dotted name names, and how it is written:
// with its field, without the label of its block.
func (s *scope) lookup(parts []string) (string, *variable) {
	if s == nil || len(parts) == 0 {
		return "", nil
	}
	if v := s.find(parts[0]); v != nil {
		if len(parts) == 1 {
			return v.name, v
		}
		if v.fields && len(parts) == 2 {
			return v.name + "." + parts[1], v
		}
	}
	if len(parts) > 1 && len(parts) < 4 {
		for b := s; b != nil; b = b.outer {
			if v := b.names[parts[1]]; v != nil && b.label == parts[0] {
				return strings.Join(append([]string{v.name}, parts[2:]...), "."), v
			}
		}
	}
	return "", nil
}

// variable returns the variable that an expression is, if it is one.
func (s *scope) variable(n *pg_query.Node) (string, *variable) {
	if s == nil {
		return "", nil
	}
	if p := n.GetParamRef(); p != nil {
		if v := s.parameter(p.Number); v != nil {
			return v.name, v
		}
		return "", nil
	}
	fields := n.GetColumnRef().GetFields()
	parts := strs(fields)
	if len(parts) != len(fields) {
		return "", nil
	}
	return s.lookup(parts)
}

// builtin are the variables that PL/pgSQL makes by itself.
var builtin = strings.Fields(`found sqlstate sqlerrm tg_name tg_when tg_level tg_op tg_relid tg_relname tg_table_name
	tg_table_schema tg_nargs tg_argv tg_event tg_tag`)

// parameters declares what a function takes. In PL/pgSQL $n counts all of its
// parameters, in SQL those that callers give.
func (s *scope) parameters(all []op.Parameter, sql bool) {
	for i, p := range all {
		name := p.Name
		if name == "" {
			name = "$" + strconv.Itoa(i+1)
		}
		v := s.declare(name)
		v.array, v.record = p.Type.Array, p.Type.Name.Name == "record"
		v.fields = !plainTypes[p.Type.Name.Name]
		if !sql || !p.Output {
			s.all.params = append(s.all.params, v)
		}
	}
}

// plainTypes are types whose values have no fields.
var plainTypes = set(`text varchar bpchar char name int2 int4 int8 int integer bigint smallint numeric decimal real float4 float8 float bool boolean
	date time timetz timestamp timestamptz interval uuid json jsonb bytea oid regclass regtype regproc xml inet cidr`)
