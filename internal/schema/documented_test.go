package schema_test

import (
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/dropgate/dropgate/internal/schema"
)

// TestKeysAreDocumented holds that every key of the JSON stands in the documentation.
func TestKeysAreDocumented(t *testing.T) {
	page, err := os.ReadFile("../../docs/schema.md")
	if err != nil {
		t.Fatal(err)
	}
	_, table, _ := strings.Cut(string(page), "## JSON")
	keys := keysOf(reflect.TypeOf(schema.Set{}), map[reflect.Type]bool{})
	if len(keys) < 60 {
		t.Fatalf("only %d keys were found", len(keys))
	}
	for _, key := range keys {
		if !strings.Contains(table, "`"+key+"`") {
			t.Errorf("docs/schema.md does not tell of %s", key)
		}
	}
}

// keysOf returns the JSON keys of a struct and of those in it.
func keysOf(of reflect.Type, seen map[reflect.Type]bool) []string {
	for of.Kind() == reflect.Slice {
		of = of.Elem()
	}
	if of.Kind() != reflect.Struct || seen[of] {
		return nil
	}
	seen[of] = true
	var all []string
	for i := range of.NumField() {
		field := of.Field(i)
		if key, _, _ := strings.Cut(field.Tag.Get("json"), ","); key != "" {
			all = append(all, key)
		}
		all = append(all, keysOf(field.Type, seen)...)
	}
	return all
}
