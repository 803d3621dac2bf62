package config

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// Limits of the file. The YAML parser's time grows with the square of the last two.
const (
	maxSize  = 1 << 20 // bytes
	maxDepth = 20
	maxKeys  = 5000
)

// Known is what a configuration may name.
type Known struct {
	Rules   []string // rule IDs
	Formats []string // migration tools
}

// An Error is one thing that is wrong in the file.
type Error struct {
	Path    string
	Line    int // from 1
	Column  int // from 1, in characters
	Message string
}

// Error returns "path:line:column: message".
func (e *Error) Error() string {
	return fmt.Sprintf("%s: %s", position(e.Path, e.Line, e.Column), e.Message)
}

func position(path string, line, column int) string {
	return fmt.Sprintf("%s:%d:%d", path, line, column)
}

// Parse reads a configuration file; path is for messages only. What data does
// not set is as in Default; an empty file sets nothing. The error joins one
// *Error for each thing that is wrong, in the file's order; an error of YAML
// itself comes alone.
func Parse(path string, data []byte, known Known) (Config, error) {
	body, err := parseYAML(path, data)
	if err != nil {
		return Config{}, err
	}
	c := Default()
	d := &decoder{path: path, places: map[string]spot{}}
	if body != nil {
		c.keys(known).read(value{d, "", body, nil})
	}
	if len(d.errs) > 0 {
		return Config{}, d.joined()
	}
	c.path, c.places = path, d.places
	return c, nil
}

// maxErrors is how many mistakes are told.
const maxErrors = 100

// joined returns all that is wrong as one error, in the file's order.
func (d *decoder) joined() error {
	slices.SortStableFunc(d.errs, func(a, b *Error) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	var all []error
	for i, e := range d.errs {
		if i == maxErrors {
			all = append(all, &Error{e.Path, e.Line, e.Column, fmt.Sprintf("here and below, %d more mistakes are not shown", len(d.errs)-i)})
			break
		}
		all = append(all, e)
	}
	return errors.Join(all...)
}

// parseYAML returns the document's top node, nil when there is nothing in it.
func parseYAML(path string, data []byte) (ast.Node, error) {
	if len(data) > maxSize {
		return nil, &Error{path, 1, 1, fmt.Sprintf("the file has %d bytes, more than %d", len(data), maxSize)}
	}
	text, err := checkText(path, data)
	if err != nil {
		return nil, err
	}
	tokens := lexer.Tokenize(text)
	if tokens.InvalidToken() == nil { // else the parser says where
		if err := checkTokens(path, tokens); err != nil {
			return nil, err
		}
	}
	file, err := parser.Parse(tokens, 0)
	if err != nil {
		return nil, syntaxError(path, err)
	}
	for _, doc := range file.Docs {
		if doc.Body != nil {
			return doc.Body, nil
		}
	}
	return nil, nil
}

// checkText returns the file's text without a byte order mark.
func checkText(path string, data []byte) (string, error) {
	text := string(bytes.TrimPrefix(data, []byte("\ufeff")))
	line, column := 1, 1
	for i, r := range text {
		if r == utf8.RuneError && !strings.HasPrefix(text[i:], "\ufffd") {
			return "", &Error{path, line, column, "not UTF-8 text"}
		}
		if unicode.IsControl(r) && !strings.ContainsRune("\t\n\r", r) {
			return "", &Error{path, line, column, fmt.Sprintf("control character %U: is the file UTF-8 text?", r)}
		}
		column++
		if r == '\n' {
			line, column = line+1, 1
			if n := tabIndent(text[i+1:]); n > 0 {
				return "", &Error{path, line, n, "a line cannot be indented by a tab: write spaces"}
			}
		}
	}
	return text, nil
}

// tabIndent returns the column of a tab in the indentation of a line that is neither
// empty nor a comment; 0 is none.
func tabIndent(text string) int {
	rest := strings.TrimLeft(text, " \t")
	if rest == "" || strings.ContainsRune("#\r\n", rune(rest[0])) {
		return 0
	}
	return strings.Index(text[:len(text)-len(rest)], "\t") + 1
}

// refused are the parts of YAML that a configuration has no use for and that
// make it hard to read for people, or costly for programs.
var refused = map[token.Type]string{
	token.AnchorType:     "anchors (&name) are not supported: write the value out; in a text, put it in quotes",
	token.AliasType:      "aliases (*name) are not supported: put a pattern that begins with * in quotes",
	token.TagType:        "tags (!name) are not supported: write the plain value; in a text, put it in quotes",
	token.MergeKeyType:   "merge keys (<<) are not supported: write the values out",
	token.MappingKeyType: "keys with a question mark are not supported: write \"key: value\"",
	token.DirectiveType:  "directives (%) are not supported: take the line out; in a text, put it in quotes",
}

func checkTokens(path string, tokens token.Tokens) error {
	flow, dashes, line, keys := 0, 0, 0, 0
	for _, t := range tokens {
		fail := func(message string) error {
			return &Error{path, t.Position.Line, t.Position.Column, message}
		}
		if message := refused[t.Type]; message != "" {
			return fail(message)
		}
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
		case token.MappingValueType:
			if keys++; keys > maxKeys {
				return fail(fmt.Sprintf("more than %d keys", maxKeys))
			}
		}
		if flow > maxDepth || dashes > maxDepth {
			return fail("nested too deeply")
		}
	}
	return checkDocuments(path, tokens)
}

// checkDocuments refuses a second document: the parser gives it up in silence when an
// empty one stands between them.
func checkDocuments(path string, tokens token.Tokens) error {
	begun, ended := false, false
	for _, t := range tokens {
		switch t.Type {
		case token.CommentType:
		case token.DocumentHeaderType, token.DocumentEndType:
			ended = begun
		default:
			if ended {
				return &Error{path, t.Position.Line, t.Position.Column, "the file has more than one document: take out the line --- above"}
			}
			begun = true
		}
	}
	return nil
}

// advice is what helps against an error of the YAML parser, by how it ends.
var advice = []struct{ message, help string }{
	{"is a reserved character", "put the value in quotes"},
	{"mapping value is not allowed in this context", "is the line below indented by mistake, or does a text with a colon lack quotes?"},
	{"unexpected key name", `is a colon missing? A line is "key: value"`},
}

func syntaxError(path string, err error) error {
	var failed yaml.Error
	if !errors.As(err, &failed) || failed.GetToken() == nil {
		return &Error{path, 1, 1, "not valid YAML: " + err.Error()}
	}
	message, at := failed.GetMessage(), failed.GetToken().Position
	for _, a := range advice {
		if strings.HasSuffix(message, a.message) {
			message += ": " + a.help
		}
	}
	return &Error{path, at.Line, at.Column, message}
}

// place returns where a node begins. The parser puts a mapping at its colon.
func place(n ast.Node) *token.Position {
	switch n := n.(type) {
	case *ast.MappingNode:
		if !n.IsFlowStyle && len(n.Values) > 0 {
			return place(n.Values[0].Key)
		}
	case *ast.MappingValueNode:
		return place(n.Key)
	}
	return n.GetToken().Position
}
