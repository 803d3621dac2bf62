package config

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/token"
)

// A decoder collects what is wrong while it fills a Config.
type decoder struct {
	path   string
	known  Known
	errs   []*Error
	places map[string]string
}

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

// fields says how each key of a mapping is read.
type fields map[string]func(value)

func (d *decoder) decode(body ast.Node, c *Config) {
	version := 1
	value{d, "", body, nil}.mapping(fields{
		"version":          number(&version, 1, 1),
		"paths":            list(&c.Paths, pattern),
		"exclude":          list(&c.Exclude, pattern),
		"formats":          func(v value) { v.formats(c) },
		"schema":           text(&c.Schema, filePath),
		"postgres-version": number(&c.PostgresVersion, 10, 18),
		"threshold":        number(&c.Threshold, 1, 100),
		"label":            text(&c.Label, label),
		"comment":          choice(&c.Comment, CommentReview, CommentSummary, CommentOff),
		"acknowledgement": group(fields{
			"second-person":      flag(&c.Acknowledgement.SecondPerson),
			"labelers":           list(&c.Acknowledgement.Labelers, labeler),
			"max-age":            duration(&c.Acknowledgement.MaxAge),
			"remove-stale-label": flag(&c.Acknowledgement.RemoveStaleLabel),
		}),
		"backup": func(v value) { v.backup(&c.Backup) },
		"rules":  func(v value) { v.rules(c) },
		"ignores": group(fields{
			"from-pull-request": flag(&c.Ignores.FromPullRequest),
		}),
	})
}

func (v value) backup(b *Backup) {
	v.mapping(fields{
		"evidence": choice(&b.Evidence, EvidenceNone, EvidenceWorkflow, EvidenceStatus),
		"workflow": text(&b.Workflow, workflow),
		"status":   text(&b.Status, oneLine),
		"max-age": func(v value) {
			age := b.MaxAge
			if duration(&age)(v); age == 0 {
				v.fail("must be more than 0: a backup of any age proves nothing")
			}
			b.MaxAge = age
		},
	})
}

func (v value) formats(c *Config) {
	v.entries(func(key ast.MapKeyNode, node ast.Node) {
		glob, problem := pattern(key.GetToken().Value)
		if problem != "" {
			value{v.decoder, v.key, key, nil}.fail("pattern %q %s", clip(key.GetToken().Value), problem)
		}
		entry := value{v.decoder, v.key, node, key}
		name, ok := entry.text()
		if !ok {
			return
		}
		if !slices.Contains(v.known.Formats, name) {
			entry.fail("has the unknown format %q%s", clip(name), hint(name, v.known.Formats, "the formats are"))
		}
		c.Formats = append(c.Formats, FormatRule{glob, name})
	})
}

func (v value) rules(c *Config) {
	v.entries(func(key ast.MapKeyNode, node ast.Node) {
		id := key.GetToken().Value
		if !slices.Contains(v.known.Rules, id) {
			value{v.decoder, v.key, key, nil}.fail("has the unknown rule %q%s", clip(id), hint(id, v.known.Rules, ""))
		}
		if c.Rules == nil {
			c.Rules = map[string]RuleSetting{}
		}
		c.Rules[id] = value{v.decoder, v.key + "." + id, node, key}.rule()
	})
}

func (v value) rule() (s RuleSetting) {
	if isOff(v.node) {
		return RuleSetting{Off: true}
	}
	if _, ok := v.node.(*ast.MappingNode); !ok {
		v.fail("must be off or a mapping with score, got %s", describe(v.node))
		return s
	}
	scored := false
	v.mapping(fields{
		"score": func(v value) { scored = true; score(&s.Score)(v) },
		"paths": list(&s.Paths, pattern),
	})
	if !scored {
		v.fail("changes nothing: give it a score, or write off")
	}
	return s
}

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
			v.fail("the file must hold keys with values, got %s", describe(v.node))
			return
		}
		v.fail("must be a mapping, got %s", describe(v.node))
	}
}

func (v value) mapping(known fields) {
	v.entries(func(key ast.MapKeyNode, node ast.Node) {
		name := key.GetToken().Value
		read := known[name]
		if read == nil {
			names := slices.Sorted(maps.Keys(known))
			value{v.decoder, v.key, key, nil}.fail("%s %q%s", v.unknownKey(), clip(name), hint(name, names, "the keys are"))
			return
		}
		full := strings.TrimPrefix(v.key+"."+name, ".")
		at := place(key)
		v.places[full] = position(v.path, at.Line, at.Column)
		read(value{v.decoder, full, node, key})
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

// A check returns a text as it is kept, and what is wrong with it or "".
type check func(string) (kept, problem string)

func text(to *string, check check) func(value) {
	return func(v value) {
		s, ok := v.text()
		if !ok {
			return
		}
		kept, problem := check(s)
		if problem != "" {
			v.fail("%s, got %q", problem, clip(s))
		}
		*to = kept
	}
}

func list(to *[]string, check check) func(value) {
	return func(v value) {
		switch n := v.node.(type) {
		case *ast.NullNode:
		case *ast.SequenceNode:
			for _, item := range n.Values {
				var s string
				text(&s, check)(value{v.decoder, v.key, item, nil})
				*to = append(*to, s)
			}
		default:
			v.fail("must be a list, got %s", describe(v.node))
		}
	}
}

func group(known fields) func(value) {
	return func(v value) { v.mapping(known) }
}

func flag(to *bool) func(value) {
	return func(v value) {
		n, ok := v.node.(*ast.BoolNode)
		if !ok {
			v.fail("must be true or false, got %s", describe(v.node))
			return
		}
		*to = n.Value
	}
}

// decimal leaves out YAML's other ways to write a number: 010 is 8 to some
// parsers and 10 to people.
var decimal = regexp.MustCompile(`^[+-]?(?:0|[1-9][0-9]{0,8})$`)

func number(to *int, low, high int) func(value) {
	return func(v value) {
		if _, ok := v.node.(*ast.IntegerNode); ok && setNumber(to, v.node.GetToken().Value, low, high) {
			return
		}
		if low == high {
			v.fail("must be %d, got %s", low, describe(v.node))
			return
		}
		v.fail("must be a whole number from %d to %d, got %s", low, high, describe(v.node))
	}
}

// score reads a number with or without a sign; it may stand in quotes.
func score(to *int) func(value) {
	return func(v value) {
		switch v.node.(type) {
		case *ast.IntegerNode, *ast.StringNode:
			if setNumber(to, v.node.GetToken().Value, -100, 100) {
				return
			}
		}
		v.fail("must be points to add, from -100 to +100, got %s", describe(v.node))
	}
}

func setNumber(to *int, s string, low, high int) bool {
	n, err := strconv.Atoi(s)
	if err != nil || !decimal.MatchString(s) || n < low || n > high {
		return false
	}
	*to = n
	return true
}

func choice[T ~string](to *T, options ...T) func(value) {
	return func(v value) {
		got := ""
		if n, ok := v.node.(*ast.StringNode); ok {
			got = n.Value
		} else if isOff(v.node) {
			got = "off"
		}
		if !slices.Contains(options, T(got)) {
			names := make([]string, len(options))
			for i, o := range options {
				names[i] = string(o)
			}
			last := len(names) - 1
			v.fail("must be %s or %s, got %s", strings.Join(names[:last], ", "), names[last], describe(v.node))
			return
		}
		*to = T(got)
	}
}

func duration(to *time.Duration) func(value) {
	return func(v value) {
		switch n := v.node.(type) {
		case *ast.StringNode:
			d, problem := parseDuration(n.Value)
			if problem != "" {
				v.fail("%s, got %q", problem, clip(n.Value))
				return
			}
			*to = d
		case *ast.IntegerNode:
			if n.GetToken().Value != "0" {
				v.fail("needs a unit, as in 24h or 7d, got %s", describe(v.node))
				return
			}
			*to = 0
		default:
			v.fail("must be a duration, as in 24h or 7d, got %s", describe(v.node))
		}
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
