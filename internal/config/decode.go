package config

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/token"
)

// A decoder collects what is wrong while it fills a Config.
type decoder struct {
	path   string
	errs   []*Error
	places map[string]spot
}

// A spot is where something stands in the file.
type spot struct{ line, column int }

// A value is a node under its full key, such as "backup.max-age".
type value struct {
	*decoder
	key   string
	node  ast.Node
	under ast.Node // the key in the file; nil in a list and at the top
}

// place returns where the value begins, or its key when nothing follows that.
func (v value) place() *token.Position {
	if n, ok := v.node.(*ast.NullNode); ok && n.GetToken().Type == token.ImplicitNullType && v.under != nil {
		return place(v.under)
	}
	return place(v.node)
}

// note notes where the file sets a key or an element.
func (d *decoder) note(key string, at ast.Node) {
	p := place(at)
	d.places[key] = spot{p.Line, p.Column}
}

// element names one element of a list.
func element(key string, i int) string { return key + "[" + strconv.Itoa(i) + "]" }

// isOff reports whether a node says off. Tools that know YAML 1.1 write false.
func isOff(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.StringNode:
		return n.Value == "off"
	case *ast.BoolNode:
		return !n.Value
	}
	return false
}

// fail records that the value is wrong: a sentence about its key.
func (v value) fail(format string, args ...any) {
	at := v.place()
	message := fmt.Sprintf(format, args...)
	if v.key != "" {
		message = v.key + " " + message
	}
	v.errs = append(v.errs, &Error{v.path, at.Line, at.Column, message})
}

// entries calls each for every entry of a mapping; an empty value has none.
func (v value) entries(each func(key ast.MapKeyNode, node ast.Node)) {
	switch n := v.node.(type) {
	case *ast.NullNode:
	case *ast.MappingNode:
		for _, entry := range n.Values {
			each(entry.Key, entry.Value)
		}
	default:
		if v.key == "" {
			v.fail("the file must hold keys with values, as in \"threshold: 60\", got %s", describe(v.node))
			return
		}
		v.fail("must be a mapping, got %s", describe(v.node))
	}
}

func (v value) mapping(g group) {
	v.entries(func(at ast.MapKeyNode, node ast.Node) {
		name := at.GetToken().Value
		i := slices.IndexFunc(g.keys, func(k key) bool { return k.name == name })
		if i < 0 {
			value{v.decoder, v.key, at, nil}.fail("%s %q%s", v.unknownKey(), clip(name), hint(name, g.names(), "the keys are"))
			return
		}
		full := strings.TrimPrefix(v.key+"."+name, ".")
		v.note(full, at)
		g.keys[i].kind.read(value{v.decoder, full, node, at})
	})
}

func (v value) unknownKey() string {
	if v.key == "" {
		return "unknown key"
	}
	return "has the unknown key"
}

// text returns a text's value. A number or a truth value is none: it is written
// in quotes where a text is meant.
func (v value) text() (string, bool) {
	switch n := v.node.(type) {
	case *ast.StringNode:
		return n.Value, true
	case *ast.LiteralNode:
		return n.Value.Value, true
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode:
		v.fail("must be a text, got %s: put it in quotes", describe(v.node))
	default:
		v.fail("must be a text, got %s", describe(v.node))
	}
	return "", false
}

func (t text) read(v value) {
	s, ok := v.text()
	if !ok {
		return
	}
	kept, problem := t.check.verify(s)
	if problem != "" {
		v.fail("%s, got %q", problem, clip(s))
	}
	*t.to = kept
}

func (l list) read(v value) {
	switch n := v.node.(type) {
	case *ast.NullNode:
	case *ast.SequenceNode:
		for _, item := range n.Values {
			v.note(element(v.key, len(*l.to)), item)
			var s string
			text{&s, l.check}.read(value{v.decoder, v.key, item, nil})
			*l.to = append(*l.to, s)
		}
	default:
		v.fail("must be a list, got %s", describe(v.node))
	}
}

func (b boolean) read(v value) {
	n, ok := v.node.(*ast.BoolNode)
	if !ok {
		v.fail("must be true or false, got %s", describe(v.node))
		return
	}
	*b.to = n.Value
}

// decimal leaves out YAML's other ways to write a number: 010 is 8 to some
// parsers and 10 to people.
var decimal = regexp.MustCompile(`^[+-]?(?:0|[1-9][0-9]{0,8})$`)

func (n number) read(v value) {
	if _, ok := v.node.(*ast.IntegerNode); ok && setNumber(n.to, v.node.GetToken().Value, n.low, n.high) {
		return
	}
	if n.low == n.high {
		v.fail("must be %d, got %s: it may be for a newer dropgate", n.low, describe(v.node))
		return
	}
	v.fail("must be a whole number from %d to %d, got %s", n.low, n.high, describe(v.node))
}

func (s score) read(v value) {
	switch v.node.(type) {
	case *ast.IntegerNode, *ast.StringNode:
		if setNumber(s.to, v.node.GetToken().Value, -100, 100) {
			return
		}
	}
	v.fail("must be points to add, from -100 to +100, got %s", describe(v.node))
}

func setNumber(to *int, s string, low, high int) bool {
	n, err := strconv.Atoi(s)
	if err != nil || !decimal.MatchString(s) || n < low || n > high {
		return false
	}
	*to = n
	return true
}

func (c choice) read(v value) {
	got := ""
	if n, ok := v.node.(*ast.StringNode); ok {
		got = n.Value
	} else if isOff(v.node) {
		got = "off"
	}
	if !slices.Contains(c.options, got) {
		last := len(c.options) - 1
		v.fail("must be %s or %s, got %s%s", strings.Join(c.options[:last], ", "), c.options[last], describe(v.node), hint(got, c.options, ""))
		return
	}
	*c.to = got
}

func (d duration) read(v value) {
	switch n := v.node.(type) {
	case *ast.StringNode:
		got, problem := parseDuration(n.Value)
		if problem != "" {
			v.fail("%s, got %q", problem, clip(n.Value))
			return
		}
		*d.to = got
	case *ast.IntegerNode:
		if n.GetToken().Value != "0" {
			v.fail("needs a unit, as in 24h or 7d, got %s", describe(v.node))
			return
		}
		*d.to = 0
	default:
		v.fail("must be a duration, as in 24h or 7d, got %s", describe(v.node))
	}
	if d.positive && *d.to == 0 {
		v.fail("must be more than 0: a backup of any age proves nothing")
	}
}

// describe says what a node is, for a message.
func describe(n ast.Node) string {
	switch n := n.(type) {
	case *ast.NullNode:
		return "nothing"
	case *ast.MappingNode, *ast.MappingValueNode:
		return "a mapping"
	case *ast.SequenceNode:
		return "a list"
	case *ast.StringNode:
		return strconv.Quote(clip(n.Value))
	case *ast.LiteralNode:
		return strconv.Quote(clip(n.Value.Value))
	}
	return clip(n.GetToken().Value)
}

// clip keeps a value short enough for a message.
func clip(s string) string {
	const most = 80
	runes := []rune(s)
	if len(runes) <= most {
		return s
	}
	return string(runes[:most]) + "…"
}
