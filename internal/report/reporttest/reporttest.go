// Package reporttest holds JSON reports against docs/report.schema.json, for the
// tests of every package that makes some.
package reporttest

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// Schema is the published schema's name, from the repository's root.
const Schema = "docs/report.schema.json"

// Check says how a JSON report differs from the schema. It is stricter than that: a
// key that the schema does not have is an error, too, since nobody could rely on it.
func Check(report []byte) error {
	schema, err := strict()
	if err != nil {
		return err
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(report))
	if err != nil {
		return fmt.Errorf("the report is not JSON: %w", err)
	}
	return schema.Validate(value)
}

// Accepts says how a report differs from the schema as it is published, which lets
// keys pass that it does not know.
func Accepts(report []byte) error {
	schema, err := published()
	if err != nil {
		return err
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(report))
	if err != nil {
		return fmt.Errorf("the report is not JSON: %w", err)
	}
	return schema.Validate(value)
}

var (
	published = sync.OnceValues(func() (*jsonschema.Schema, error) { return compile(func(any) {}) })
	strict    = sync.OnceValues(func() (*jsonschema.Schema, error) { return compile(closeObjects) })
)

// compile reads the schema, and changes it first.
func compile(change func(any)) (*jsonschema.Schema, error) {
	data, err := Read()
	if err != nil {
		return nil, err
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", Schema, err)
	}
	change(doc)
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource(Schema, doc); err != nil {
		return nil, err
	}
	return c.Compile(Schema)
}

// closeObjects forbids what an object's schema does not list.
func closeObjects(node any) {
	switch node := node.(type) {
	case map[string]any:
		if _, ok := node["properties"].(map[string]any); ok {
			node["additionalProperties"] = false
		}
		for _, child := range node {
			closeObjects(child)
		}
	case []any:
		for _, child := range node {
			closeObjects(child)
		}
	}
}

// Read returns the schema's text, from a test's own folder or one above it.
func Read() ([]byte, error) {
	folder, err := os.Getwd()
	if err != nil {
		return nil, err
	}
	for {
		data, err := os.ReadFile(filepath.Join(folder, filepath.FromSlash(Schema)))
		if !errors.Is(err, fs.ErrNotExist) {
			return data, err
		}
		if folder == filepath.Dir(folder) {
			return nil, fmt.Errorf("%s is in no folder above this test's", Schema)
		}
		folder = filepath.Dir(folder)
	}
}
