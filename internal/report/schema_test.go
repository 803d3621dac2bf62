package report

import (
	"encoding/json"
	"fmt"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/dropgate/dropgate/internal/report/reporttest"
)

// A schemaNode is what of a JSON Schema TestSchema compares.
type schemaNode struct {
	Ref         string `json:"$ref"`
	Description string
	Type        any
	Const       any
	Enum        []any
	AnyOf       []schemaNode
	Items       *schemaNode
	Properties  map[string]schemaNode
	Required    []string
	Defs        map[string]schemaNode `json:"$defs"`
}

// A schemaReader holds the schema against Go's types.
type schemaReader struct {
	t    *testing.T
	defs map[string]schemaNode
	used map[string]bool
}

// TestSchema holds that docs/report.schema.json has each key that is written, with
// its type and a word about it, and no other.
func TestSchema(t *testing.T) {
	data, err := reporttest.Read()
	if err != nil {
		t.Fatal(err)
	}
	var root schemaNode
	if err := json.Unmarshal(data, &root); err != nil {
		t.Fatal(err)
	}
	r := schemaReader{t, root.Defs, map[string]bool{}}
	r.compare("report", root, reflect.TypeFor[document]())
	for name := range root.Defs {
		if !r.used[name] {
			t.Errorf("$defs has %s, which nothing refers to", name)
		}
	}
}

func (r schemaReader) compare(at string, node schemaNode, typ reflect.Type) {
	r.t.Helper()
	if typ.Kind() == reflect.Pointer && len(node.AnyOf) == 2 && node.AnyOf[1].Type == "null" {
		node, typ = node.AnyOf[0], typ.Elem()
	}
	if name, ok := strings.CutPrefix(node.Ref, "#/$defs/"); ok {
		node, r.used[name] = r.defs[name], true
	}
	if typ.Kind() == reflect.Pointer { // left out when it is nil, or null among the node's types
		typ = typ.Elem()
	}
	if typ == reflect.TypeFor[time.Time]() {
		typ = reflect.TypeFor[string]()
	}
	want := map[reflect.Kind]string{
		reflect.Struct: "object", reflect.Slice: "array", reflect.String: "string", reflect.Bool: "boolean",
		reflect.Int: "integer", reflect.Int64: "integer",
	}[typ.Kind()]
	if got := node.jsonType(); got != want {
		r.t.Errorf("%s: the schema has type %s, the program writes %s", at, got, want)
		return
	}
	switch typ.Kind() {
	case reflect.Slice:
		r.compare(at+"[]", *node.Items, typ.Elem())
	case reflect.Struct:
		r.compareKeys(at, node, typ)
	}
}

func (r schemaReader) compareKeys(at string, node schemaNode, typ reflect.Type) {
	r.t.Helper()
	var keys []string
	for f := range structFields(typ) {
		name, option, _ := strings.Cut(f.Tag.Get("json"), ",")
		if name == "-" {
			continue
		}
		keys = append(keys, name)
		property, ok := node.Properties[name]
		if !ok {
			r.t.Errorf("%s: the schema has no %s", at, name)
			continue
		}
		if property.Description == "" && property.Const == nil && property.Ref == "" {
			r.t.Errorf("%s: the schema does not say what %s is", at, name)
		}
		if option == "omitempty" && slices.Contains(node.Required, name) {
			r.t.Errorf("%s: the schema requires %s, which the program may leave out", at, name)
		}
		r.compare(at+"."+name, property, f.Type)
	}
	for name := range node.Properties {
		if !slices.Contains(keys, name) {
			r.t.Errorf("%s: the schema has %s, which the program never writes", at, name)
		}
	}
}

// structFields yields the fields of a struct that encoding/json sees.
func structFields(typ reflect.Type) func(func(reflect.StructField) bool) {
	return func(yield func(reflect.StructField) bool) {
		for i := range typ.NumField() {
			if f := typ.Field(i); f.IsExported() && !yield(f) {
				return
			}
		}
	}
}

// jsonType is the one type besides null that a node allows.
func (n schemaNode) jsonType() string {
	values := n.Enum
	if n.Const != nil {
		values = []any{n.Const}
	}
	switch all := n.Type.(type) {
	case string:
		return all
	case []any:
		return fmt.Sprint(all[0])
	}
	if len(values) == 0 {
		return "none"
	}
	if _, ok := values[0].(float64); ok {
		return "integer"
	}
	return "string"
}

// TestContract holds that the report of the contract, which has no keys that came
// later, is one of the schema's.
func TestContract(t *testing.T) {
	data, err := os.ReadFile("testdata/contract.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := reporttest.Check(data); err != nil {
		t.Error(err)
	}
	var got, want map[string]any
	if err := json.Unmarshal(data, &want); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal([]byte(render(t, JSON, fixture(t))), &got); err != nil {
		t.Fatal(err)
	}
	missing(t, "report", want, got)
}

// missing reports keys of a that b does not have.
func missing(t *testing.T, at string, a, b any) {
	t.Helper()
	switch a := a.(type) {
	case map[string]any:
		b, _ := b.(map[string]any)
		for key, value := range a {
			if _, ok := b[key]; !ok {
				t.Errorf("%s: the program does not write %s", at, key)
			}
			missing(t, at+"."+key, value, b[key])
		}
	case []any:
		if b, _ := b.([]any); len(a) > 0 && len(b) > 0 {
			missing(t, at+"[0]", a[0], b[0])
		}
	}
}

// TestSchemaRefuses holds that the schema tells what is no report.
func TestSchemaRefuses(t *testing.T) {
	good := render(t, JSON, fixture(t))
	tests := []struct{ name, old, instead string }{
		{"another version", `"version": 1,`, `"version": 2,`},
		{"no verdict", `"blocked": true,`, ``},
		{"a score beyond", `"score": 95,`, `"score": 101,`},
		{"no such state", `"state": "absent"`, `"state": "gone"`},
		{"no list", `"reasons": [`, `"reasons": null, "why": [`},
		{"no such severity", `"severity": "critical"`, `"severity": "CRITICAL"`},
		{"a rule in capitals", `"rule": "drop-table"`, `"rule": "DropTable"`},
		{"a line before the first", `"line": 2,`, `"line": -1,`},
		{"a word for a number", `"offset": 12`, `"offset": "12"`},
	}
	for _, tt := range tests {
		bad := strings.Replace(good, tt.old, tt.instead, 1)
		if bad == good || reporttest.Accepts([]byte(bad)) == nil {
			t.Errorf("%s: the schema takes it", tt.name)
		}
	}
	more := strings.Replace(good, `"version": 1,`, `"version": 1, "new": {},`, 1)
	if err := reporttest.Accepts([]byte(more)); err != nil {
		t.Errorf("a key that came later: %v", err)
	}
	if reporttest.Check([]byte(more)) == nil {
		t.Error("our own tests take a key that the schema does not have")
	}
}

// Every one of these fixtures is held against the schema by render.
func TestSchemaTakesFixtures(t *testing.T) {
	for name, r := range map[string]*Review{
		"blocked": fixture(t), "valid": valid(fixture(t)), "quiet": quietFixture(), "empty": emptyFixture(),
	} {
		out := render(t, JSON, r)
		if err := reporttest.Accepts([]byte(out)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if diff := cmp.Diff(out, render(t, JSON, r)); diff != "" {
			t.Errorf("%s: the second report differs:\n%s", name, diff)
		}
	}
}
