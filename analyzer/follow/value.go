package follow

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/dropgate/dropgate/analyzer/op"
	"github.com/dropgate/dropgate/analyzer/pgsql"
	"github.com/dropgate/dropgate/analyzer/source"
)

// A part of a value is a constant text or open.
type part struct {
	text    string
	open    bool
	catalog bool // open: what a query over the system catalogs finds
	quoting op.Quoting
	inside  bool         // open: it stands in a name or a literal
	file    *source.File // where a constant stands, if it stands somewhere
	span    source.Span
}

// A value is a text as far as it is known.
type value []part

// Values are the texts that a variable may hold; none: it may be any.
type values []value

// The bounds of values: beyond them a variable may hold any text.
const (
	alternatives = 32
	valueParts   = 1000
)

func (v value) open() bool { return slices.ContainsFunc(v, func(p part) bool { return p.open }) }

// unknown reports whether nothing is known of the value.
func (v value) unknown() bool {
	return len(v) > 0 && !slices.ContainsFunc(v, func(p part) bool { return !p.open })
}

// String tells values apart; it is no SQL.
func (v value) String() string {
	var b strings.Builder
	for _, p := range v {
		if p.open {
			fmt.Fprintf(&b, "<%d %t>", p.quoting, p.catalog)
		} else {
			b.WriteString(strconv.Quote(p.text))
		}
	}
	return b.String()
}

// An env is what variables hold. One that it does not have may hold anything.
type env map[string]values

// String tells environments apart.
func (e env) String() string {
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(e)) {
		fmt.Fprintf(&b, "%s=%v;", name, e[name])
	}
	return b.String()
}

// get returns what a variable holds, and whether anything was assigned to it: a
// field of a record is the record's where it is not assigned by itself.
func (e env) get(name string) (values, bool) {
	if v, ok := e[name]; ok {
		return v, true
	}
	if record, _, ok := strings.Cut(name, "."); ok {
		v, ok := e[record]
		return v, ok
	}
	return nil, false
}

func (e env) set(name string, v values) {
	if !strings.Contains(name, ".") {
		maps.DeleteFunc(e, func(field string, _ values) bool { return strings.HasPrefix(field, name+".") })
	}
	e[name] = v
}

// join adds what variables hold at the end of another way through the body.
func (e env) join(other env) {
	for name, theirs := range other {
		ours, ok := e.get(name)
		if ok {
			e[name] = union(ours, theirs)
		} else {
			e[name] = theirs // declared in a branch
		}
	}
	for name, ours := range e {
		if _, ok := other[name]; !ok {
			if theirs, ok := other.get(name); ok {
				e[name] = union(ours, theirs)
			}
		}
	}
}

// union returns the values of both; none where either may be any.
func union(a, b values) values {
	if len(a) == 0 || len(b) == 0 {
		return nil
	}
	all := slices.Clone(a)
	known := map[string]bool{}
	for _, v := range a {
		known[v.String()] = true
	}
	for _, v := range b {
		if s := v.String(); !known[s] {
			known[s] = true
			all = append(all, v)
		}
	}
	if len(all) > alternatives {
		return nil
	}
	return all
}

// bind returns what the parameters of a function hold for a call: by their
// places, by their names, or by their defaults.
func (r *run) bind(fr frame, at op.At, parameters []op.Parameter, arguments []op.Argument) env {
	inner := env{}
	var places []op.Texts
	for _, a := range arguments {
		if a.Name == "" {
			places = append(places, a.Value)
		}
	}
	last := ""
	for i, p := range parameters {
		name := p.Name
		if name == "" {
			name = "$" + strconv.Itoa(i+1)
		}
		switch given, ok := named(arguments, p.Name); {
		case p.Output:
			inner[name] = nil
			continue
		case ok:
			r.pass(fr, inner, name, given)
		case len(places) > 0:
			r.pass(fr, inner, name, places[0])
			places = places[1:]
		default:
			inner[name] = r.eval(frame{env: env{}, file: fr.file}, p.Default)
			for _, call := range p.Calls {
				r.operation(fr, op.At{Span: at.Span, Op: call})
			}
		}
		last = name
	}
	for _, more := range places { // of VARIADIC, which takes all that is left
		inner[last] = union(inner[last], r.eval(fr, more))
	}
	return inner
}

// pass gives a variable of another body a value of this one. What nothing in a body
// gave, such as NEW, stays so: it is one row's.
func (r *run) pass(fr frame, inner env, name string, all op.Texts) {
	if len(all) == 1 && len(all[0]) == 1 && all[0][0].Variable != "" {
		if _, assigned := fr.env.get(all[0][0].Variable); !assigned {
			return
		}
	}
	inner[name] = r.eval(fr, all)
}

func named(arguments []op.Argument, name string) (op.Texts, bool) {
	for _, a := range arguments {
		if a.Name != "" && a.Name == name {
			return a.Value, true
		}
	}
	return nil, false
}

// eval returns the texts that a value may be in the frame's environment.
func (r *run) eval(fr frame, all op.Texts) values {
	var out values
	for _, text := range all {
		more := r.text(fr, text)
		if len(more) == 0 || len(out)+len(more) > alternatives {
			return nil
		}
		out = append(out, more...)
	}
	return out
}

// text returns the texts that one way of putting it together may give: every
// combination of what its variables hold.
func (r *run) text(fr frame, text op.Text) values {
	out := values{nil}
	for _, piece := range text {
		choices := r.piece(fr, piece)
		if len(out)*len(choices) > alternatives {
			choices = values{{{open: true, quoting: piece.Quoting}}}
		}
		var next values
		for _, v := range out {
			for _, choice := range choices {
				r.work -= len(v) + len(choice)
				if r.work < 0 || len(v)+len(choice) > valueParts {
					return nil
				}
				next = append(next, append(v[:len(v):len(v)], choice...))
			}
		}
		out = next
	}
	return out
}

// piece returns what a piece may come to; at least one value.
func (r *run) piece(fr frame, piece op.Piece) values {
	unknown := values{{{open: true, catalog: piece.Catalog, quoting: piece.Quoting}}}
	switch {
	case piece.Constant != "":
		return values{{{text: piece.Constant, file: fr.file, span: piece.Span}}}
	case piece.Variable == "" && piece.Replaced == nil:
		return unknown
	}
	var held values
	if piece.Replaced != nil {
		held = r.replaced(fr, piece.Replaced)
	} else {
		held, _ = fr.env.get(piece.Variable)
	}
	if len(held) == 0 {
		return unknown
	}
	out := make(values, 0, len(held))
	for _, v := range held {
		out = append(out, quoted(v, piece))
	}
	return out
}

// quoted returns the value as format's %I and %L put it in.
func quoted(v value, piece op.Piece) value {
	if piece.Quoting == op.Unquoted {
		return v
	}
	if v.unknown() && len(v) == 1 {
		return value{{open: true, catalog: v[0].catalog || piece.Catalog, quoting: piece.Quoting}}
	}
	if piece.Quoting == op.QuotedAsLiteral {
		return literal(v)
	}
	if name, ok := v.constant(); ok {
		return value{{text: pgsql.QuoteName(name)}}
	}
	plain := true // a name that needs no quotes has none, so that it can go on behind them
	for _, p := range v {
		plain = plain && (p.open || pgsql.QuoteName("x"+p.text) == "x"+p.text)
	}
	if plain {
		return v.inside("", func(s string) string { return s })
	}
	return v.inside(`"`, func(s string) string { return strings.ReplaceAll(s, `"`, `""`) })
}

// literal is quote_literal.
func literal(v value) value {
	v = slices.Clone(v)
	for i := range v {
		v[i].catalog = false // it names no object
	}
	if !slices.ContainsFunc(v, func(p part) bool { return strings.Contains(p.text, `\`) }) {
		return v.inside("'", func(s string) string { return strings.ReplaceAll(s, "'", "''") })
	}
	escape := strings.NewReplacer("'", "''", `\`, `\\`)
	return append(value{{text: " E"}}, v.inside("'", escape.Replace)...)
}

// inside returns the value between marks; what is open in it is put in as it is.
func (v value) inside(mark string, escape func(string) string) value {
	out := value{{text: mark}}
	for _, p := range v {
		p.file, p.span, p.quoting = nil, source.Span{}, op.Unquoted
		p.inside = true
		p.text = escape(p.text)
		out = append(out, p)
	}
	return append(out, part{text: mark})
}

// replaced returns what replace() may give. What it would find in open parts, or
// across them, is not known; they stay open.
func (r *run) replaced(fr frame, o *op.Replacement) values {
	in, old, by := r.eval(fr, o.In), r.eval(fr, o.Old), r.eval(fr, o.New)
	if len(old) != 1 || len(in)*len(by) == 0 || len(in)*len(by) > alternatives {
		return nil
	}
	what, ok := old[0].constant()
	if !ok {
		return nil
	}
	var out values
	for _, v := range in {
		for _, other := range by {
			one, ok := r.replace(v, what, other)
			if !ok {
				return nil
			}
			out = append(out, one)
		}
	}
	return out
}

// replace returns a value with every occurrence of a text in its constants
// replaced, and false if that is too long.
func (r *run) replace(v value, what string, by value) (value, bool) {
	var out value
	size := 0
	for _, p := range v.joined() {
		if p.open || what == "" {
			out = append(out, p)
			continue
		}
		r.work -= 1 + len(p.text)/100
		for i, piece := range strings.Split(p.text, what) {
			if i > 0 {
				out = append(out, by...)
			}
			out = append(out, part{text: piece})
			size += len(piece) + by.size()
			if r.work -= len(by) + 1; r.work < 0 || len(out) > valueParts || size > textLimit {
				return nil, false
			}
		}
	}
	return out.joined(), true
}

// size returns how long the constants of a value are.
func (v value) size() int {
	n := 0
	for _, p := range v {
		n += len(p.text)
	}
	return n
}

// constant returns the text that a value is, if nothing in it is open.
func (v value) constant() (string, bool) {
	var b strings.Builder
	for _, p := range v {
		if p.open {
			return "", false
		}
		b.WriteString(p.text)
	}
	return b.String(), true
}

// joined returns the value with constants that follow one another as one.
func (v value) joined() value {
	var out value
	for i := 0; i < len(v); {
		end := i
		for end < len(v) && !v[end].open {
			end++
		}
		switch text, _ := v[i:end].constant(); {
		case end == i:
			out = append(out, v[i])
			end++
		case end == i+1:
			out = append(out, v[i])
		case text != "":
			out = append(out, part{text: text})
		}
		i = end
	}
	return out
}

// String tells lists of values apart.
func (v values) String() string {
	var b strings.Builder
	for _, one := range v {
		b.WriteString(one.String())
		b.WriteByte('|')
	}
	return b.String()
}
