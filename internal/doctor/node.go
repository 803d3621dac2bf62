package doctor

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// Limits of a file. Beyond depth the YAML parser's time grows with its square.
const (
	maxSize  = 1 << 20 // bytes
	maxDepth = 40
	maxNodes = 100_000
)

// A node is a value of a YAML file with anchors and aliases resolved. All its
// methods take nil for a value that is not there.
type node struct {
	line   int
	text   string // of a scalar
	scalar bool
	list   []*node
	isList bool
	keys   []string // of a mapping, in order
	values map[string]*node
}

// parseYAML reads a file of one document; nil is an empty one.
func parseYAML(data []byte) (*node, error) {
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	switch {
	case len(data) > maxSize:
		return nil, fmt.Errorf("it has %d bytes, more than %d", len(data), maxSize)
	case !utf8.Valid(data):
		return nil, errors.New("it is not UTF-8 text")
	}
	tokens := lexer.Tokenize(string(data))
	if tooDeep(tokens) {
		return nil, errors.New("it is nested too deeply, or has a key with a question mark")
	}
	file, err := parser.Parse(tokens, 0)
	if err != nil {
		return nil, plainError(err)
	}
	var top ast.Node
	for _, doc := range file.Docs {
		if doc.Body == nil {
			continue
		}
		if top != nil {
			return nil, errors.New("it has more than one document")
		}
		top = doc.Body
	}
	r := resolver{anchors: map[string]*node{}}
	n := r.node(top)
	return n, r.err
}

// tooDeep looks at the tokens, before the parser's time depends on them: for deep
// nesting, and for what only nests keys.
func tooDeep(tokens token.Tokens) bool {
	flow, dashes, line := 0, 0, 0
	for _, t := range tokens {
		if t.Position.Line != line {
			line, dashes = t.Position.Line, 0
		}
		switch t.Type {
		case token.SequenceStartType, token.MappingStartType:
			flow++
		case token.SequenceEndType, token.MappingEndType:
			flow--
		case token.SequenceEntryType:
			dashes++
		}
		if flow > maxDepth || dashes > maxDepth || t.Type == token.MappingKeyType {
			return true
		}
	}
	return false
}

// plainError is a parser's error on one line.
func plainError(err error) error {
	var failed yaml.Error
	if !errors.As(err, &failed) || failed.GetToken() == nil {
		return errors.New("it is not valid YAML")
	}
	return fmt.Errorf("it is not valid YAML: line %d: %s", failed.GetToken().Position.Line, failed.GetMessage())
}

// A resolver turns the parser's tree into nodes. An alias shares its anchor's
// node, so that no text can make more nodes than it has words.
type resolver struct {
	anchors map[string]*node
	count   int
	err     error
}

func (r *resolver) fail(n ast.Node, message string) *node {
	if r.err == nil {
		r.err = fmt.Errorf("line %d: %s", n.GetToken().Position.Line, message)
	}
	return nil
}

func (r *resolver) node(n ast.Node) *node {
	if n == nil || r.err != nil {
		return nil
	}
	if r.count++; r.count > maxNodes {
		return r.fail(n, "it has too many values")
	}
	switch n := n.(type) {
	case *ast.AnchorNode:
		v := r.node(n.Value)
		r.anchors[n.Name.GetToken().Value] = v
		return v
	case *ast.AliasNode:
		v, ok := r.anchors[n.Value.GetToken().Value]
		if !ok {
			return r.fail(n, "an alias without its anchor")
		}
		return v
	case *ast.TagNode:
		return r.node(n.Value)
	case *ast.NullNode:
		return nil
	case *ast.SequenceNode:
		return r.sequence(n)
	case *ast.MappingNode:
		return r.mapping(n, n.Values)
	case *ast.MappingValueNode:
		return r.mapping(n, []*ast.MappingValueNode{n})
	case *ast.LiteralNode:
		return &node{line: n.GetToken().Position.Line, text: n.Value.Value, scalar: true}
	case *ast.StringNode:
		return &node{line: n.GetToken().Position.Line, text: n.Value, scalar: true}
	}
	return &node{line: n.GetToken().Position.Line, text: n.GetToken().Value, scalar: true}
}

func (r *resolver) sequence(n *ast.SequenceNode) *node {
	v := &node{line: n.GetToken().Position.Line, isList: true}
	for _, item := range n.Values {
		v.list = append(v.list, r.node(item))
	}
	return v
}

func (r *resolver) mapping(n ast.Node, entries []*ast.MappingValueNode) *node {
	v := &node{line: n.GetToken().Position.Line, values: map[string]*node{}}
	for _, e := range entries {
		if e.Key.IsMergeKey() {
			return r.fail(n, "a merge key (<<), which GitHub refuses")
		}
		key := e.Key.GetToken().Value
		if _, twice := v.values[key]; twice {
			return r.fail(e, "the key "+strconv.Quote(key)+" stands there twice")
		}
		if len(v.keys) == 0 {
			v.line = e.Key.GetToken().Position.Line
		}
		value := r.node(e.Value)
		if value == nil {
			value = &node{line: e.Key.GetToken().Position.Line} // a key without a value is there
		}
		v.keys = append(v.keys, key)
		v.values[key] = value
	}
	return v
}

// get returns the value of a key.
func (n *node) get(key string) *node {
	if n == nil {
		return nil
	}
	return n.values[key]
}

// string returns a scalar's text.
func (n *node) string() string {
	if n == nil {
		return ""
	}
	return n.text
}

// at returns the line, or the one given if there is no value.
func (n *node) at(otherwise int) int {
	if n == nil {
		return otherwise
	}
	return n.line
}

// words returns a scalar, or a list's scalars; ok is false if there is anything
// else.
func (n *node) words() (all []string, ok bool) {
	switch {
	case n == nil:
		return nil, true
	case n.scalar:
		return []string{n.text}, true
	case !n.isList:
		return nil, len(n.keys) == 0
	}
	for _, item := range n.list {
		if item == nil || !item.scalar {
			return nil, false
		}
		all = append(all, item.text)
	}
	return all, true
}

// expression takes ${{ }} off a scalar that holds nothing else.
func expression(s string) string {
	s = strings.TrimSpace(s)
	inner, begins := strings.CutPrefix(s, "${{")
	inner, ends := strings.CutSuffix(inner, "}}")
	if !begins || !ends || strings.Contains(inner, "${{") {
		return s
	}
	return strings.TrimSpace(inner)
}

// truth reads what is true, false or an expression: known is false for one that
// only a run can tell.
func (n *node) truth() (value, known bool) {
	if n == nil || !n.scalar {
		return false, n == nil || len(n.keys) == 0 && !n.isList
	}
	s := expression(n.text)
	switch strings.ToLower(s) {
	case "true":
		return true, true
	case "false", "":
		return false, true
	}
	return false, !strings.Contains(n.text, "${{")
}
